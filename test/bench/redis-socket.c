#include "redis-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int unix_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail("connect to Redis");
	return fd;
}

static int tcp_connect(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail("connect to Redis");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

int redis_connect(const char *address)
{
	return address[0] == '/' ? unix_connect(address) : tcp_connect(address);
}

void send_all(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			fail("send to Redis");
		at += sent;
		length -= (size_t)sent;
	}
}

size_t receive_some(int fd, void *into, size_t room)
{
	for (;;) {
		ssize_t received = recv(fd, into, room, 0);
		if (received > 0)
			return (size_t)received;
		if (received == 0)
			errno = ECONNRESET;
		if (received == 0 || errno != EINTR)
			fail("receive from Redis");
	}
}

void receive_all(int fd, void *into, size_t length)
{
	char *at = into;

	while (length > 0) {
		size_t received = receive_some(fd, at, length);
		at += received;
		length -= received;
	}
}
