/*
 * What the source writes over the first samples of each frame (its last ones are the number once more), and what everybody
 * here takes the time from. Each bit is a whole sample, all ones or all zeroes: white or black, so that it can be read of
 * 16-bit samples as the source wrote them, and of the luma that the program made of them.
 */
#ifndef FRAME_STAMP_H
#define FRAME_STAMP_H

#include <stdint.h>
#include <string.h>
#include <time.h>

#define FRAME_STAMP_MAGIC 0x504d415453454d46ull
#define NS_PER_S 1000000000ull

#define NUMBER_SAMPLES 64
#define STAMP_SAMPLES (3 * NUMBER_SAMPLES)
#define LEAST_FRAME_SAMPLES (STAMP_SAMPLES + NUMBER_SAMPLES)
/* A sample as the source writes it, big-endian. */
#define RAW_SAMPLE_BYTES 2

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

static inline void write_number(unsigned char *samples, uint64_t number)
{
	for (int bit = NUMBER_SAMPLES - 1; bit >= 0; bit--, samples += RAW_SAMPLE_BYTES)
		memset(samples, number >> bit & 1 ? 0xff : 0, RAW_SAMPLE_BYTES);
}

/* The first byte of a sample says it: big-endian 16 bits as well as luma, where white is 235 and black is 16. */
static inline uint64_t read_number(const unsigned char *samples, size_t sample_bytes)
{
	uint64_t number = 0;

	for (int bit = 0; bit < NUMBER_SAMPLES; bit++)
		number = number << 1 | samples[bit * sample_bytes] >> 7;
	return number;
}

static inline void write_stamp(unsigned char *samples, const struct frame_stamp *stamp)
{
	write_number(samples, stamp->magic);
	write_number(samples + NUMBER_SAMPLES * RAW_SAMPLE_BYTES, stamp->number);
	write_number(samples + 2 * NUMBER_SAMPLES * RAW_SAMPLE_BYTES, stamp->sent_ns);
}

static inline struct frame_stamp read_stamp(const unsigned char *samples, size_t sample_bytes)
{
	size_t number_bytes = NUMBER_SAMPLES * sample_bytes;
	struct frame_stamp stamp = {
		read_number(samples, sample_bytes),
		read_number(samples + number_bytes, sample_bytes),
		read_number(samples + 2 * number_bytes, sample_bytes),
	};

	return stamp;
}

#endif
