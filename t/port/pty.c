/* SPDX-License-Identifier: ISC */
/*
 * pty - the far end of a serial line, for tests
 *
 * usage: pty LINK [-]BYTES [DELAY_MS [BYTES_PER_S]]
 *
 * Makes a terminal whose name LINK becomes, and copies what is written to it
 * to standard output until its other end is closed or idle for 20 seconds, or,
 * with "-", until that were BYTES; standard input goes the other way.  The last
 * line on standard error is how many bytes came, and the microseconds from the
 * first to the last.  It begins to read DELAY_MS after somebody began to write,
 * and then reads BYTES_PER_S.
 *
 * The name goes before the terminal, whose number is soon another one's: what
 * opens it by a name that stayed would be in the middle of another test.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static long long
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void
sleep_us(long long us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

static ssize_t
copy(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	for (ssize_t done = 0; done < n;) {
		ssize_t w = write(to, buf + done, (size_t)(n - done));
		if (w <= 0)
			exit(1);
		done += w;
	}
	return n;
}

static const char *name;

static void
take_down(int sig)
{
	unlink(name);
	_exit(128 + sig);
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		return 2;
	long want = atol(argv[2]), got = 0;
	long long delay = argc > 3 ? atoll(argv[3]) * 1000 : 0;
	long rate = argc > 4 ? atol(argv[4]) : 0;

	int master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1)
		return 1;
	/* Raw from the start, and held open so that it doesn't hang up before
	 * somebody has come. */
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	struct termios t;
	tcgetattr(slave, &t);
	cfmakeraw(&t);
	tcsetattr(slave, TCSANOW, &t);
	name = argv[1];
	unlink(name);
	signal(SIGTERM, take_down);
	if (symlink(ptsname(master), argv[1]) == -1)
		return 1;

	long long first = 0, last = 0;
	struct pollfd p[2] = {
	    {.fd = master, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	while (got < -want || want >= 0) {
		if (poll(p, 2, 20000) <= 0)
			break;
		if (p[1].revents != 0) {
			if (copy(0, master) <= 0)
				p[1].fd = -1;
		}
		if (p[0].revents == 0)
			continue;
		if (first == 0) {
			if (slave != -1)
				close(slave);
			slave = -1;
			sleep_us(delay);
			first = now_us();
		}
		char buf[256];
		size_t most = sizeof(buf);
		if (rate > 0 && rate / 100 < (long)most)
			most = (size_t)(rate / 100 + 1);
		ssize_t n = read(master, buf, most);
		if (n <= 0)
			break;
		got += n;
		if (got <= labs(want))
			last = now_us();
		if (write(1, buf, (size_t)n) != n)
			return 1;
		if (rate > 0)
			sleep_us(n * 1000000LL / rate);
	}
	unlink(name);
	fprintf(stderr, "%ld %lld\n", got, last - first);
	return 0;
}
