/*
 * A listener over SRT for tests. Its arguments are key=value:
 *   host=ADDRESS port=PORT   where it listens
 *   out=PATH                 keeps what the first caller sends in PATH, the second in PATH.2 and so on
 *   passphrase=TEXT          that callers must have
 *   refuse=CODE              refuses every caller with this reason
 *   close=MS                 lets callers in and closes so many milliseconds later
 *   file=1                   speaks SRT's file mode, not live mode
 * It says each of these in a line of its own: "listening", "caller STREAMID",
 * "agreed MS MS BYTES" (its latency, that of the caller, length of the key), "closed BYTES".
 * The prototypes are libsrt's own (srtcore/srt.h), so that its header files are not needed.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int srt_startup(void);
int srt_create_socket(void);
int srt_bind(int socket, const struct sockaddr *address, int length);
int srt_listen(int socket, int backlog);
int srt_accept(int socket, struct sockaddr *address, int *length);
int srt_close(int socket);
int srt_recvmsg(int socket, char *buffer, int size);
int srt_getsockstate(int socket);
int srt_setsockopt(int socket, int level, int option, const void *value, int length);
int srt_getsockopt(int socket, int level, int option, void *value, int *length);
int srt_setrejectreason(int socket, int reason);
int srt_listen_callback(int socket,
                        int (*hook)(void *, int, int, const struct sockaddr *, const char *),
                        void *context);

enum { RCVSYN = 2, PASSPHRASE = 26, PBKEYLEN = 27, RCVLATENCY = 43, PEERLATENCY = 44, STREAMID = 46, TRANSTYPE = 50 };
enum { CONNECTED = 5, MOST_CALLERS = 16, MESSAGE_BYTES = 1500 };

struct caller {
  int socket;
  FILE *file;
  long long bytes;
  long long close_at_ms;
};

static const char *host = "127.0.0.1", *port = "", *out = NULL, *passphrase = NULL;
static int refuse_code = 0, close_after_ms = -1, is_file_mode = 0;

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void read_argument(const char *argument) {
  const char *value = strchr(argument, '=');
  if (value == NULL) return;
  value += 1;
  if (strncmp(argument, "host=", 5) == 0) host = value;
  if (strncmp(argument, "port=", 5) == 0) port = value;
  if (strncmp(argument, "out=", 4) == 0) out = value;
  if (strncmp(argument, "passphrase=", 11) == 0) passphrase = value;
  if (strncmp(argument, "refuse=", 7) == 0) refuse_code = atoi(value);
  if (strncmp(argument, "close=", 6) == 0) close_after_ms = atoi(value);
  if (strncmp(argument, "file=", 5) == 0) is_file_mode = atoi(value);
}

static int refuse(void *context, int socket, int version, const struct sockaddr *peer, const char *streamid) {
  (void)context, (void)version, (void)peer, (void)streamid;
  srt_setrejectreason(socket, refuse_code);
  return -1;
}

static int listening_socket(void) {
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE}, *found;
  int no = 0, listener = srt_create_socket();
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  if (is_file_mode) srt_setsockopt(listener, 0, TRANSTYPE, &is_file_mode, sizeof is_file_mode);
  srt_setsockopt(listener, 0, RCVSYN, &no, sizeof no);
  if (passphrase != NULL) srt_setsockopt(listener, 0, PASSPHRASE, passphrase, (int)strlen(passphrase));
  if (refuse_code != 0) srt_listen_callback(listener, refuse, NULL);
  if (srt_bind(listener, found->ai_addr, (int)found->ai_addrlen) < 0) return -1;
  return srt_listen(listener, MOST_CALLERS) < 0 ? -1 : listener;
}

static FILE *file_of(int number) {
  char path[4096];
  if (out == NULL) return NULL;
  snprintf(path, sizeof path, number == 1 ? "%s" : "%s.%d", out, number);
  return fopen(path, "wb");
}

static int option_of(int socket, int option) {
  int value = -1, length = sizeof value;
  srt_getsockopt(socket, 0, option, &value, &length);
  return value;
}

static void let_in(struct caller *caller, int socket, int number) {
  char streamid[513] = "";
  int no = 0, length = sizeof streamid - 1;
  srt_setsockopt(socket, 0, RCVSYN, &no, sizeof no);
  srt_getsockopt(socket, 0, STREAMID, streamid, &length);
  *caller = (struct caller){socket, file_of(number), 0, close_after_ms < 0 ? -1 : now_ms() + close_after_ms};
  printf("caller %s\n", streamid);
  printf("agreed %d %d %d\n", option_of(socket, RCVLATENCY), option_of(socket, PEERLATENCY), option_of(socket, PBKEYLEN));
}

static void let_go(struct caller *caller) {
  srt_close(caller->socket);
  if (caller->file != NULL) fclose(caller->file);
  printf("closed %lld\n", caller->bytes);
  caller->socket = 0;
}

static void serve(struct caller *caller) {
  char message[MESSAGE_BYTES];
  int size;
  while ((size = srt_recvmsg(caller->socket, message, sizeof message)) > 0) {
    caller->bytes += size;
    if (caller->file == NULL) continue;
    fwrite(message, 1, (size_t)size, caller->file);
    fflush(caller->file);
  }
  if (caller->close_at_ms >= 0 && now_ms() >= caller->close_at_ms) let_go(caller);
  else if (srt_getsockstate(caller->socket) != CONNECTED) let_go(caller);
}

int main(int count, char **arguments) {
  static struct caller callers[MOST_CALLERS];
  int listener, socket, number = 0;
  for (int index = 1; index < count; index += 1) read_argument(arguments[index]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  srt_startup();
  if ((listener = listening_socket()) < 0) return 1;
  printf("listening\n");
  for (;;) {
    if ((socket = srt_accept(listener, NULL, NULL)) > 0) {
      for (int index = 0; index < MOST_CALLERS; index += 1) {
        if (callers[index].socket != 0) continue;
        let_in(&callers[index], socket, ++number);
        break;
      }
    }
    for (int index = 0; index < MOST_CALLERS; index += 1) {
      if (callers[index].socket != 0) serve(&callers[index]);
    }
    usleep(1000);
  }
}
