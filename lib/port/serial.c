/* SPDX-License-Identifier: ISC */
/*
 * A terminal as a serial line: 8 bits, no parity, 1 stop bit, no flow control.
 *
 * The C library knows a few speeds by name, and 31250 isn't among them; Linux
 * takes any since termios2.
 */

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#ifdef __linux__
/* Not with <termios.h>, which defines the same names. */
#include <asm/termbits.h>
#include <linux/serial.h>
#else
#include <termios.h>
#endif

#include "backend.h"

#ifdef __linux__
/* An adapter on USB gathers what comes for 16 ms, unless it is told not to. */
static void
ask_low_latency(int fd)
{
	const int low = (int)ASYNC_LOW_LATENCY;
	struct serial_struct s;

	if (ioctl(fd, TIOCGSERIAL, &s) == -1 || (s.flags & low) != 0)
		return;
	s.flags |= low;
	(void)ioctl(fd, TIOCSSERIAL, &s);
}

int
riad_port_line_setup(int fd, unsigned baud)
{
	struct termios2 t;

	if (ioctl(fd, TCGETS2, &t) == -1)
		return -1;
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | BOTHER << IBSHIFT;
	t.c_ispeed = t.c_ospeed = baud;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (ioctl(fd, TCSETS2, &t) == -1 || ioctl(fd, TCGETS2, &t) == -1)
		return -1;

	/* A driver says what it made of that.  Within 2 percent a receiver can
	 * follow: 10 bits make 0.2 of one then. */
	unsigned off =
	    t.c_ospeed > baud ? t.c_ospeed - baud : baud - t.c_ospeed;
	if (off > baud / 50) {
		errno = ENOTSUP;
		return -1;
	}
	ask_low_latency(fd);
	return 0;
}

int
riad_port_line_lost(int fd, uint64_t *count)
{
	struct serial_icounter_struct c;

	if (ioctl(fd, TIOCGICOUNT, &c) == -1)
		return -1;
	*count = (uint64_t)c.overrun + (uint64_t)c.buf_overrun;
	return 0;
}

void
riad_port_line_discard(int fd)
{
	(void)ioctl(fd, TCFLSH, TCOFLUSH);
}
#else
int
riad_port_line_setup(int fd, unsigned baud)
{
	struct termios t;

	if (tcgetattr(fd, &t) == -1)
		return -1;
	cfmakeraw(&t);
	t.c_cflag |= CREAD | CLOCAL;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (cfsetspeed(&t, baud) == -1) {
		errno = ENOTSUP;
		return -1;
	}
	return tcsetattr(fd, TCSANOW, &t);
}

int
riad_port_line_lost(int fd, uint64_t *count)
{
	(void)fd;
	(void)count;
	errno = ENOTSUP;
	return -1;
}

void
riad_port_line_discard(int fd)
{
	tcflush(fd, TCOFLUSH);
}
#endif

int
riad_port_line_queue(int fd, unsigned *bytes)
{
	int n;

	if (ioctl(fd, TIOCOUTQ, &n) == -1)
		return -1;
	*bytes = n > 0 ? (unsigned)n : 0;
	return 0;
}
