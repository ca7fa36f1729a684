/*
 * What the source writes over the first bytes of each frame (its last eight bytes are the number once more), and what
 * everybody here takes the time from.
 */
#ifndef FRAME_STAMP_H
#define FRAME_STAMP_H

#include <stdint.h>
#include <time.h>

#define FRAME_STAMP_MAGIC 0x504d415453454d46ull
#define NS_PER_S 1000000000ull
#define LEAST_FRAME_BYTES (sizeof(struct frame_stamp) + sizeof(uint64_t))

struct frame_stamp {
	uint64_t magic;
	/* 0 for the first frame of a source, then one more for each. */
	uint64_t number;
	/* CLOCK_MONOTONIC when the source began to send the frame to Redis. */
	uint64_t sent_ns;
};

static inline uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

#endif
