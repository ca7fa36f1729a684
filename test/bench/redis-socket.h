/* The little of Redis's protocol that a source and a pump need. Every failure ends the program with a word. */
#ifndef REDIS_SOCKET_H
#define REDIS_SOCKET_H

#include <stddef.h>

/* Connects to Redis on 127.0.0.1, or at its unix socket where `address` is a path and not a port. */
int redis_connect(const char *address);

void send_all(int fd, const void *bytes, size_t length);

/* Waits for at least one byte; returns how many came. */
size_t receive_some(int fd, void *into, size_t room);

void receive_all(int fd, void *into, size_t length);

_Noreturn void fail(const char *what);

#endif
