/*
 * Writes numbered, time-stamped frames of 16-bit big-endian samples into the stream `imagestream` (field `pixels`) of a Redis on loopback, as a
 * sensor's software would: one XADD a frame, each with its answer awaited.
 *
 * bench-source PORT FRAME_BYTES FPS PATTERN MAX_ENTRIES SECONDS
 *   PATTERN constant, jittered (each frame late by up to 0.4 of a period), bursts (8 at once at the mean rate) or
 *   hiccup (in every 10 s, those of the fifth second come all at once at its end)
 * At the end or on SIGTERM it prints the number of frames sent and by how much it was itself late.
 */
#include "frame-stamp.h"
#include "redis-socket.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES 4
#define JITTER_PART 0.4
#define BURST_FRAMES 8
#define HICCUP_PERIOD_S 10.0
#define HICCUP_START_S 4.0
#define HICCUP_END_S 5.0
#define LATE_NS 2000000ull

static volatile sig_atomic_t is_stopped;

static void on_stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

struct timing {
	const char *pattern;
	double fps;
	double seconds;
};

/* When frame `index` is due, in seconds after the start. */
static double due_s(const struct timing *timing, uint64_t index)
{
	const char *pattern = timing->pattern;
	double fps = timing->fps;
	double even = (double)index / fps;

	if (strcmp(pattern, "jittered") == 0)
		return even + JITTER_PART * (double)(index * 7919 % 101) / 100 / fps;
	if (strcmp(pattern, "bursts") == 0)
		return (double)(index / BURST_FRAMES * BURST_FRAMES) / fps;
	if (strcmp(pattern, "hiccup") == 0) {
		double cycle = (double)(uint64_t)(even / HICCUP_PERIOD_S) * HICCUP_PERIOD_S;
		double phase = even - cycle;
		return phase >= HICCUP_START_S && phase < HICCUP_END_S ? cycle + HICCUP_END_S : even;
	}
	return even;
}

/* Ramps of 16-bit samples that differ from picture to picture, so that an encoder has something to do. */
static unsigned char *draw(size_t frame_bytes, unsigned picture)
{
	unsigned char *pixels = malloc(frame_bytes);

	if (pixels == NULL || frame_bytes < LEAST_FRAME_SAMPLES * RAW_SAMPLE_BYTES)
		fail("frame");
	for (size_t at = 0; at < frame_bytes; at++)
		pixels[at] = (unsigned char)((at >> 4) + at / 7680 + picture * 5);
	return pixels;
}

static void sleep_until(uint64_t at_ns)
{
	struct timespec until = { .tv_sec = (time_t)(at_ns / NS_PER_S), .tv_nsec = (long)(at_ns % NS_PER_S) };

	while (!is_stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void expect_id(int fd)
{
	char answer[256];
	size_t length = 0;

	do
		length += receive_some(fd, answer + length, sizeof answer - length);
	while (answer[length - 1] != '\n' && length < sizeof answer);
	if (answer[0] == '$')
		return;
	fprintf(stderr, "Redis answers %.*s\n", (int)length, answer);
	exit(1);
}

static uint64_t send_frame(int fd, const char *head, unsigned char *pixels, size_t frame_bytes, uint64_t number)
{
	struct frame_stamp stamp = { FRAME_STAMP_MAGIC, number, monotonic_ns() };

	write_stamp(pixels, &stamp);
	write_number(pixels + frame_bytes - NUMBER_SAMPLES * RAW_SAMPLE_BYTES, number);
	send_all(fd, head, strlen(head));
	send_all(fd, pixels, frame_bytes);
	send_all(fd, "\r\n", 2);
	expect_id(fd);
	return stamp.sent_ns;
}

/* All of the command but the pixels. */
static void write_head(char *head, size_t room, const char *max_entries, size_t frame_bytes)
{
	snprintf(head, room,
		"*8\r\n$4\r\nXADD\r\n$11\r\nimagestream\r\n$6\r\nMAXLEN\r\n$1\r\n=\r\n$%zu\r\n%s\r\n"
		"$1\r\n*\r\n$6\r\npixels\r\n$%zu\r\n", strlen(max_entries), max_entries, frame_bytes);
}

static void send_all_frames(int fd, const char *head, size_t frame_bytes, const struct timing *timing)
{
	unsigned char *pictures[PICTURES];
	uint64_t number = 0, late = 0, latest_ns = 0;

	for (unsigned picture = 0; picture < PICTURES; picture++)
		pictures[picture] = draw(frame_bytes, picture);
	uint64_t start_ns = monotonic_ns();
	for (; due_s(timing, number) < timing->seconds; number++) {
		uint64_t due_ns = start_ns + (uint64_t)(due_s(timing, number) * 1e9);
		sleep_until(due_ns);
		if (is_stopped)
			break;
		uint64_t late_ns = send_frame(fd, head, pictures[number % PICTURES], frame_bytes, number) - due_ns;
		late += late_ns > LATE_NS;
		latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
	}
	printf("sent=%llu late=%llu latest_us=%llu\n", (unsigned long long)number, (unsigned long long)late,
	       (unsigned long long)latest_ns / 1000);
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: %s PORT FRAME_BYTES FPS PATTERN MAX_ENTRIES SECONDS\n", argv[0]);
		return 2;
	}
	struct timing timing = { argv[4], strtod(argv[3], NULL), strtod(argv[6], NULL) };
	size_t frame_bytes = strtoul(argv[2], NULL, 10);
	char head[256];

	write_head(head, sizeof head, argv[5], frame_bytes);
	signal(SIGTERM, on_stop);
	signal(SIGINT, on_stop);
	send_all_frames(redis_connect(argv[1]), head, frame_bytes, &timing);
	return 0;
}
