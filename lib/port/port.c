/* SPDX-License-Identifier: ISC */

#include "riad/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "backend.h"

/* Written at a time to what isn't paced: a pipe that can be written to takes
 * as much without blocking. */
enum { CHUNK = 4096 };

/* How much time of a line may wait in the kernel. */
enum { QUEUE_MS = 10 };

/* Paced, as much is written at once as goes over a line in a millisecond, and
 * as much may be made good as is late by ten. */
#define NS_PER_S INT64_C(1000000000)
#define PACE_NS (NS_PER_S / 1000)
#define LATE_NS (10 * PACE_NS)

void
riad_port_init(struct riad_port *port)
{
	*port = (struct riad_port){.fd = -1};
}

void
riad_port_use(struct riad_port *port, int fd, bool output)
{
	struct stat st;

	riad_port_init(port);
	port->kind = RIAD_PORT_FD;
	port->fd = fd;
	port->output = output;
	port->no_count = true;
	port->is_socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

int
riad_port_open(struct riad_port *port, const char *path, bool output,
    bool serial, unsigned baud)
{
	struct stat st;
	int mode = output ? O_WRONLY : O_RDONLY;

	riad_port_init(port);
	int fd = open(path, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	port->kind = isatty(fd) ? RIAD_PORT_SERIAL : RIAD_PORT_RAW;
	if (fstat(fd, &st) == -1)
		goto fail;
	if (serial && port->kind != RIAD_PORT_SERIAL) {
		errno = ENOTTY;
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto fail;
	}
	if (port->kind == RIAD_PORT_SERIAL) {
		if (riad_port_line_setup(fd, baud) == -1)
			goto fail;
		/* Two that write would cut each other's messages. */
		if (output && flock(fd, LOCK_EX | LOCK_NB) == -1) {
			if (errno == EWOULDBLOCK)
				errno = EBUSY;
			goto fail;
		}
	}
	port->fd = fd;
	port->output = output;
	port->baud = baud;
	port->is_device = S_ISCHR(st.st_mode);
	port->is_fifo = S_ISFIFO(st.st_mode);
	port->no_count = !port->is_device || output;
	if (port->kind == RIAD_PORT_RAW && port->is_device)
		riad_port_raw_setup(fd, output);
	/* Of a longer file that was there, an end would be left. */
	if (output && S_ISREG(st.st_mode) && ftruncate(fd, 0) == -1)
		goto fail;
	/* What was lost before is nobody's loss. */
	(void)riad_port_overflows(port);
	return 0;
fail:;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

struct served {
	const struct riad_port_device *device;
	bool output;
};

static void
serve(int fd, void *ctx)
{
	const struct served *s = ctx;

	riad_port_serve_device(fd, s->device->id, s->device->name, s->output);
}

int
riad_port_open_device(
    struct riad_port *port, const struct riad_port_device *device, bool output)
{
	struct served s = {device, output};
	int fds[2];

	riad_port_init(port);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	/* Little waits here, and the rest where it can still be overtaken. */
	int size = 4096;
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	port->pid = riad_port_fork(fds[1], -1, serve, &s);
	int saved = errno;
	close(fds[1]);
	if (port->pid == -1) {
		port->pid = 0;
		close(fds[0]);
		errno = saved;
		return -1;
	}
	port->kind = RIAD_PORT_MIDI;
	port->fd = fds[0];
	port->output = output;
	port->is_device = true;
	return 0;
}

/* A server that ends by itself says why. */
static int
died(struct riad_port *port)
{
	snprintf(port->why, sizeof(port->why), "portmidi died");
	errno = ENODEV;
	return -1;
}

/* The next packet of a server: data, or -1 with errno. */
static ssize_t
read_packet(struct riad_port *port, uint8_t *buf, size_t len)
{
	uint8_t packet[1 + PACKET_MAX];

	for (;;) {
		ssize_t n =
		    recv(port->fd, packet, sizeof(packet), MSG_DONTWAIT);
		/* A server that went with packets of ours unread resets the
		 * connection; what it said before can be read after that. */
		if (n == -1 && (errno == EINTR || errno == ECONNRESET))
			continue;
		if (n == -1)
			return -1;
		if (n == 0) {
			if (port->closing)
				return 0;
			return died(port);
		}
		size_t rest = (size_t)n - 1;
		uint32_t count = 0;
		switch (packet[0]) {
		case PACKET_OVERFLOW:
			port->lost++;
			break;
		case PACKET_STRAY:
			if (rest == sizeof(count))
				memcpy(&count, packet + 1, rest);
			port->stray += count;
			break;
		case PACKET_ERROR:
			if (rest >= sizeof(port->why))
				rest = sizeof(port->why) - 1;
			memcpy(port->why, packet + 1, rest);
			port->why[rest] = '\0';
			errno = ENODEV;
			return -1;
		default:
			if (rest > len)
				rest = len;
			memcpy(buf, packet + 1, rest);
			return (ssize_t)rest;
		}
	}
}

ssize_t
riad_port_read(struct riad_port *port, uint8_t *buf, size_t len)
{
	ssize_t n;

	if (port->kind == RIAD_PORT_MIDI)
		return read_packet(port, buf, len);
	do
		n = read(port->fd, buf, len);
	while (n == -1 && errno == EINTR);
	if (n == 0 && port->is_device) {
		errno = ENODEV;
		return -1;
	}
	return n;
}

void
riad_port_pace(struct riad_port *port, unsigned baud)
{
	port->paced = true;
	port->baud = baud;
}

/* A byte is ten bits on the line. */
static int64_t
byte_ns(const struct riad_port *port)
{
	return 10 * NS_PER_S / port->baud;
}

/* What the kernel may be given of a line. */
static size_t
line_room(struct riad_port *port, int64_t *ns)
{
	unsigned queue;

	if (riad_port_line_queue(port->fd, &queue) == -1)
		return CHUNK;
	unsigned most = port->baud / 10 * QUEUE_MS / 1000;
	if (most < 16)
		most = 16;
	port->has_queue |= queue > 0;
	if (queue < most)
		return most - queue;
	*ns = byte_ns(port) * (queue - most / 2);
	return 0;
}

size_t
riad_port_room(struct riad_port *port, int64_t now, int64_t *ns)
{
	*ns = 0;
	if (port->paced && now < port->due) {
		*ns = port->due - now;
		return 0;
	}
	size_t room = port->kind == RIAD_PORT_MIDI     ? PACKET_MAX
		      : port->kind == RIAD_PORT_SERIAL ? line_room(port, ns)
						       : CHUNK;
	if (!port->paced)
		return room;
	if (port->due < now - LATE_NS)
		port->due = now; /* the line was idle */
	size_t most = (size_t)(PACE_NS / byte_ns(port) + 1);
	return room < most ? room : most;
}

/* Standard output is somebody else's too, so it can't be made to say EAGAIN.
 * A pipe that can be written to takes a CHUNK. */
static bool
would_block(const struct riad_port *port)
{
	struct pollfd p = {.fd = port->fd, .events = POLLOUT};

	return port->kind == RIAD_PORT_FD && poll(&p, 1, 0) == 0;
}

ssize_t
riad_port_write(struct riad_port *port, const uint8_t *data, size_t len)
{
	ssize_t n;

	if (would_block(port)) {
		errno = EAGAIN;
		return -1;
	}
	do {
		if (port->kind == RIAD_PORT_MIDI || port->is_socket)
			n = send(
			    port->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = write(port->fd, data, len);
	} while (n == -1 && errno == EINTR);
	/* Why that went, the other side has said before. */
	if (n == -1 && port->kind == RIAD_PORT_MIDI &&
	    (errno == EPIPE || errno == ECONNRESET)) {
		if (riad_port_check(port) == 0)
			errno = ENODEV;
	}
	if (n > 0 && port->paced)
		port->due += n * byte_ns(port);
	port->drained = false;
	return n;
}

int
riad_port_check(struct riad_port *port)
{
	uint8_t buf[1];

	if (port->kind != RIAD_PORT_MIDI)
		return 0;
	ssize_t n = read_packet(port, buf, sizeof(buf));
	return n == -1 && errno != EAGAIN ? -1 : 0;
}

static int
line_drained(struct riad_port *port)
{
	unsigned queue;

	/* What is written to a pseudo-terminal has arrived. */
	if (riad_port_line_queue(port->fd, &queue) == -1)
		return port->has_queue ? -1 : 1;
	port->has_queue |= queue > 0;
	if (queue > 0)
		return 0;
	if (!port->has_queue)
		return 1;
	/* What is left is in the chip. */
	return tcdrain(port->fd) == 0 || errno == EINTR ? 1 : -1;
}

static int
device_drained(struct riad_port *port)
{
	uint8_t buf[1];

	if (!port->closing)
		shutdown(port->fd, SHUT_WR);
	port->closing = true;
	ssize_t n = read_packet(port, buf, sizeof(buf));
	if (n == -1 && errno == EAGAIN)
		return 0;
	if (n != 0)
		return -1;
	/* It has ended: because it was done? */
	int status = -1;
	while (waitpid(port->pid, &status, 0) == -1 && errno == EINTR)
		;
	port->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : died(port);
}

int
riad_port_drained(struct riad_port *port)
{
	int r = port->kind == RIAD_PORT_SERIAL ? line_drained(port)
		: port->kind == RIAD_PORT_MIDI ? device_drained(port)
					       : 1;

	port->drained = r == 1;
	return r;
}

uint64_t
riad_port_overflows(struct riad_port *port)
{
	uint64_t count, lost = port->lost;

	port->lost = 0;
	if (port->kind == RIAD_PORT_MIDI || port->no_count)
		return lost;
	if (port->kind == RIAD_PORT_SERIAL) {
		if (riad_port_line_lost(port->fd, &count) == 0) {
			lost += count - port->counted;
			port->counted = count;
		} else {
			port->no_count = true;
		}
	} else if (riad_port_raw_lost(port->fd, &count) == 0) {
		lost += count;
	} else {
		port->no_count = true;
	}
	return lost;
}

uint64_t
riad_port_strays(struct riad_port *port)
{
	uint64_t stray = port->stray;

	port->stray = 0;
	return stray;
}

/* close(2) would wait for a line or device that takes nothing, for up to 30
 * seconds.  What a pseudo-terminal has, its other end may still read. */
static void
discard(const struct riad_port *port)
{
	if (port->kind == RIAD_PORT_SERIAL && port->has_queue)
		riad_port_line_discard(port->fd);
	else if (port->kind == RIAD_PORT_RAW && port->is_device)
		riad_port_raw_discard(port->fd);
}

void
riad_port_close(struct riad_port *port)
{
	if (port->fd != -1 && port->output && !port->drained)
		discard(port);
	if (port->fd != -1 && port->kind != RIAD_PORT_FD)
		close(port->fd);
	port->fd = -1;
	if (port->pid > 0) {
		/* One that has said its last word has ended, or hangs in its
		 * library. */
		kill(port->pid, SIGKILL);
		while (waitpid(port->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	port->pid = 0;
}
