/*
 * Stands in for ffmpeg as the encoder: takes the frames from standard input, notes when the first and the last byte of
 * each came, and reports its progress as `-progress pipe:1` does. Asked anything else, it is the real ffmpeg. What a frame
 * looks like it is told as ffmpeg is, by -video_size (even ones) and -pixel_format: gray16be or yuv420p.
 *
 * Environment:
 *   FRAME_CLOCK_RECORDS  file that a `struct record` is added to for each frame
 *   FRAME_CLOCK_FFMPEG   the real ffmpeg (default: ffmpeg, from PATH)
 *   FRAME_CLOCK_RELAY    if set, frames go on to the real ffmpeg, which then reports its own progress
 */
#include "frame-stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_BYTES (1 << 20)
#define PROGRESS_PERIOD_NS NS_PER_S

/* Samples of luma, as long as those of gray; what is behind them are the colours. */
struct layout {
	size_t sample_bytes;
	size_t luma_bytes;
	size_t chroma_bytes;
};

struct record {
	uint64_t number;
	uint64_t sent_ns;
	uint64_t first_byte_ns;
	uint64_t last_byte_ns;
	/* The number at the frame's end: another one than at its beginning if the frame is torn. */
	uint64_t end_number;
};

static char chunk[CHUNK_BYTES];
static uint64_t frames;
static uint64_t progress_ns;
static pid_t relay;

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *ffmpeg(void)
{
	char *path = getenv("FRAME_CLOCK_FFMPEG");

	return path == NULL ? "ffmpeg" : path;
}

/* What stands behind `option`; nothing where it is not there. */
static const char *value_of(const char *option, int argc, char **argv)
{
	for (int at = 1; at + 1 < argc; at++)
		if (strcmp(argv[at], option) == 0)
			return argv[at + 1];
	return "";
}

static struct layout layout_of(const char *pixel_format, const char *video_size)
{
	size_t width_px, height_px;

	errno = EINVAL;
	if (sscanf(video_size, "%zux%zu", &width_px, &height_px) != 2 || width_px * height_px < LEAST_FRAME_SAMPLES)
		fail("-video_size");
	size_t samples = width_px * height_px;
	if (strcmp(pixel_format, "yuv420p") == 0)
		return (struct layout){ 1, samples, samples / 2 };
	if (strcmp(pixel_format, "gray16be") == 0)
		return (struct layout){ RAW_SAMPLE_BYTES, samples * RAW_SAMPLE_BYTES, 0 };
	fail("-pixel_format");
}

static _Noreturn void become_ffmpeg(char **argv)
{
	argv[0] = ffmpeg();
	execvp(argv[0], argv);
	fail(argv[0]);
}

static void report(uint64_t now_ns, const char *state)
{
	if (getenv("FRAME_CLOCK_RELAY") != NULL)
		return;
	printf("frame=%llu\nfps=0.0\ntotal_size=%llu\nspeed=1x\nprogress=%s\n", (unsigned long long)frames,
	       (unsigned long long)frames * 1000, state);
	fflush(stdout);
	progress_ns = now_ns;
}

/* Reads at most `room` bytes; 0 at the end of file. */
static size_t read_some(void *into, size_t room)
{
	for (;;) {
		ssize_t length = read(STDIN_FILENO, into, room);
		if (length >= 0)
			return (size_t)length;
		if (errno != EINTR)
			fail("read");
	}
}

/* Returns 0 at the end of file. */
static int read_all(void *into, size_t length)
{
	char *at = into;

	while (length > 0) {
		size_t taken = read_some(at, length);
		if (taken == 0)
			return 0;
		at += taken;
		length -= taken;
	}
	return 1;
}

static void check(const struct frame_stamp *stamp)
{
	if (stamp->magic == FRAME_STAMP_MAGIC)
		return;
	fprintf(stderr, "[error] frame %llu does not begin with a stamp: it is torn or shifted\n",
		(unsigned long long)frames);
	exit(1);
}

/*
 * Copies, although splice would be cheaper: pages that were lent to the pipe may hold another frame by the time that
 * they are read out of a second one.
 */
static void pass_on(int to, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (to >= 0 && length > 0) {
		ssize_t written = write(to, at, length);
		if (written < 0)
			fail("write to ffmpeg");
		at += written;
		length -= (size_t)written;
	}
}

/* Takes bytes that say nothing. Returns 0 at the end of file. */
static int take_pixels(size_t length, int relay_fd)
{
	while (length > 0) {
		size_t taken = read_some(chunk, length < CHUNK_BYTES ? length : CHUNK_BYTES);
		if (taken == 0)
			return 0;
		pass_on(relay_fd, chunk, taken);
		length -= taken;
	}
	return 1;
}

/* A real ffmpeg that ends before the frames do takes this one along, with its own exit status. */
static void on_relay_end(int signal_number)
{
	int status = 0;

	(void)signal_number;
	if (waitpid(relay, &status, WNOHANG) == relay)
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static int start_relay(char **argv)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe");
	fcntl(ends[1], F_SETPIPE_SZ, CHUNK_BYTES);
	signal(SIGCHLD, on_relay_end);
	relay = fork();
	if (relay < 0)
		fail("fork");
	if (relay == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[0], STDIN_FILENO);
		become_ffmpeg(argv);
	}
	close(ends[0]);
	return ends[1];
}

/* Takes bytes that are looked at. Returns 0 at the end of file. */
static int take_samples(void *into, size_t length, int relay_fd)
{
	if (!read_all(into, length))
		return 0;
	pass_on(relay_fd, into, length);
	return 1;
}

/* Takes one frame and writes its record; 0 at the end of file. */
static int take_frame(const struct layout *layout, int relay_fd, FILE *records)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char samples[STAMP_SAMPLES * RAW_SAMPLE_BYTES];
	size_t begin_bytes = STAMP_SAMPLES * layout->sample_bytes, end_bytes = NUMBER_SAMPLES * layout->sample_bytes;

	while (poll(&input, 1, -1) < 0 && errno == EINTR)
		;
	uint64_t first_byte_ns = monotonic_ns();
	if (!take_samples(samples, begin_bytes, relay_fd))
		return 0;
	struct frame_stamp stamp = read_stamp(samples, layout->sample_bytes);
	check(&stamp);
	if (!take_pixels(layout->luma_bytes - begin_bytes - end_bytes, relay_fd))
		return 0;
	if (!take_samples(samples, end_bytes, relay_fd))
		return 0;
	uint64_t end_number = read_number(samples, layout->sample_bytes);
	if (!take_pixels(layout->chroma_bytes, relay_fd))
		return 0;
	struct record record = { stamp.number, stamp.sent_ns, first_byte_ns, monotonic_ns(), end_number };
	fwrite(&record, sizeof record, 1, records);
	frames++;
	if (record.last_byte_ns - progress_ns >= PROGRESS_PERIOD_NS)
		report(record.last_byte_ns, "continue");
	return 1;
}

static int end_relay(int relay_fd)
{
	int status = 0;

	if (relay_fd < 0)
		return 0;
	signal(SIGCHLD, SIG_DFL);
	close(relay_fd);
	waitpid(relay, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	if (strcmp(value_of("-i", argc, argv), "pipe:0") != 0)
		become_ffmpeg(argv);
	struct layout layout = layout_of(value_of("-pixel_format", argc, argv), value_of("-video_size", argc, argv));
	const char *path = getenv("FRAME_CLOCK_RECORDS");
	FILE *records = path == NULL ? NULL : fopen(path, "ab");
	int relay_fd = getenv("FRAME_CLOCK_RELAY") == NULL ? -1 : start_relay(argv);

	if (records == NULL)
		fail("FRAME_CLOCK_RECORDS");
	while (take_frame(&layout, relay_fd, records))
		;
	fclose(records);
	report(monotonic_ns(), "end");
	return end_relay(relay_fd);
}
