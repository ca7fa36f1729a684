/*
 * The floor: the least that moving a frame from Redis into a pipe can cost. XREAD, recv into one buffer, write into a
 * pipe of 1 MiB, nothing else; no pace but the source's.
 *
 * pump PORT-OR-SOCKET WIDTHxHEIGHT SECONDS ENCODER
 *   SECONDS 0: waits for new frames, until SIGTERM
 *   SECONDS above 0: reads what the stream holds over and over, flat out, then prints frames a second
 * ENCODER is started as `ENCODER -pixel_format gray16be -video_size WIDTHxHEIGHT -i pipe:0` and reads the pipe.
 */
#include "frame-stamp.h"
#include "redis-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20)
#define HEAD_ROOM 512

struct reader {
	int fd;
	size_t frame_bytes;
	/* A whole reply: HEAD_ROOM for what comes before the pixels, the pixels, a line break. */
	char *reply;
	char last_id[64];
};

static volatile sig_atomic_t is_stopped;

static void on_stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

static int start_encoder(char *path, char *size, pid_t *pid)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe");
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	*pid = fork();
	if (*pid < 0)
		fail("fork");
	if (*pid == 0) {
		char *args[] = { path, "-pixel_format", "gray16be", "-video_size", size, "-i", "pipe:0", NULL };
		dup2(ends[0], STDIN_FILENO);
		execv(path, args);
		fail(path);
	}
	close(ends[0]);
	return ends[1];
}

static void ask(struct reader *reader, int block)
{
	char command[256];
	int length = snprintf(command, sizeof command,
		"*%d\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$1\r\n1\r\n%s$7\r\nSTREAMS\r\n$11\r\nimagestream\r\n$%zu\r\n%s\r\n",
		block ? 8 : 6, block ? "$5\r\nBLOCK\r\n$3\r\n500\r\n" : "", strlen(reader->last_id), reader->last_id);

	send_all(reader->fd, command, (size_t)length);
}

/* Where the pixels begin in the first `length` bytes of a reply; 0 while that cannot be told yet. */
static size_t pixels_offset(const struct reader *reader, size_t length)
{
	char size[32];
	int size_length = snprintf(size, sizeof size, "\r\n$%zu\r\n", reader->frame_bytes);
	char *found = memmem(reader->reply, length, size, (size_t)size_length);

	return found == NULL ? 0 : (size_t)(found - reader->reply) + (size_t)size_length;
}

static void keep_id(struct reader *reader)
{
	/* *1 *2 $11 imagestream *1 *2 $N id: the eighth line. */
	char *at = reader->reply;

	for (int line = 0; line < 7; line++)
		at = strstr(at, "\r\n") + 2;
	size_t length = strcspn(at, "\r");
	if (length >= sizeof reader->last_id)
		fail("id");
	memcpy(reader->last_id, at, length);
	reader->last_id[length] = 0;
}

/* Reads the next frame; NULL if there is none. */
static char *read_frame(struct reader *reader, int block)
{
	size_t length = 0, offset = 0;

	ask(reader, block);
	while (offset == 0) {
		if (length == HEAD_ROOM)
			fail("reply");
		length += receive_some(reader->fd, reader->reply + length, HEAD_ROOM - length);
		if (length == 5 && memcmp(reader->reply, "*-1\r\n", 5) == 0)
			return NULL;
		if (reader->reply[0] != '*')
			fail("reply");
		offset = pixels_offset(reader, length);
	}
	keep_id(reader);
	receive_all(reader->fd, reader->reply + length, offset + reader->frame_bytes + 2 - length);
	return reader->reply + offset;
}

static void write_frame(int fd, const char *pixels, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, pixels, length);
		if (written < 0)
			fail("write to the encoder");
		pixels += written;
		length -= (size_t)written;
	}
}

static void pump_live(struct reader *reader, int pipe_fd)
{
	while (!is_stopped) {
		char *pixels = read_frame(reader, 1);
		if (pixels != NULL)
			write_frame(pipe_fd, pixels, reader->frame_bytes);
	}
}

static void pump_flat_out(struct reader *reader, int pipe_fd, double seconds)
{
	uint64_t start_ns = monotonic_ns();
	double passed_s = 0;
	uint64_t frames = 0;

	for (; passed_s < seconds && !is_stopped; passed_s = (double)(monotonic_ns() - start_ns) / 1e9) {
		char *pixels = read_frame(reader, 0);
		if (pixels == NULL) {
			strcpy(reader->last_id, "0-0");
			continue;
		}
		write_frame(pipe_fd, pixels, reader->frame_bytes);
		frames++;
	}
	printf("frames=%llu fps=%.2f\n", (unsigned long long)frames, (double)frames / passed_s);
}

static size_t frame_bytes_of(const char *size)
{
	size_t width_px, height_px;

	errno = EINVAL;
	if (sscanf(size, "%zux%zu", &width_px, &height_px) != 2)
		fail("size");
	return width_px * height_px * RAW_SAMPLE_BYTES;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: %s PORT-OR-SOCKET WIDTHxHEIGHT SECONDS ENCODER\n", argv[0]);
		return 2;
	}
	struct sigaction stop = { .sa_handler = on_stop, .sa_flags = SA_RESTART };
	struct reader reader = { .fd = redis_connect(argv[1]), .frame_bytes = frame_bytes_of(argv[2]) };
	double seconds = strtod(argv[3], NULL);
	pid_t encoder;
	int pipe_fd = start_encoder(argv[4], argv[2], &encoder);

	reader.reply = malloc(HEAD_ROOM + reader.frame_bytes + 2);
	if (reader.reply == NULL)
		fail("memory");
	strcpy(reader.last_id, seconds > 0 ? "0-0" : "$");
	sigaction(SIGTERM, &stop, NULL);
	if (seconds > 0)
		pump_flat_out(&reader, pipe_fd, seconds);
	else
		pump_live(&reader, pipe_fd);
	close(pipe_fd);
	waitpid(encoder, NULL, 0);
	return 0;
}
