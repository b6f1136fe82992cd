/* SPDX-License-Identifier: ISC */

#include "riad/out.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct riad_out out;

/* Whatever the sizes, the bytes come out once and in order. */
static void
test_order(void)
{
	static uint8_t data[3 * sizeof(out.buf)], back[sizeof(data)];
	static const size_t sizes[] = {1, 7, 4096, sizeof(out.buf) - 1,
	    sizeof(out.buf), sizeof(out.buf) + 1};
	char name[] = "/tmp/riad-out.XXXXXX";
	int fd = mkstemp(name);

	ok(fd != -1 && unlink(name) == 0, "a file");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31 % 251);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		ok(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "new");
		riad_out_init(&out, fd);
		for (size_t i = 0; i < sizeof(data);) {
			size_t n = sizes[k];
			if (n > sizeof(data) - i)
				n = sizeof(data) - i;
			riad_out_add(&out, data + i, n);
			i += n;
			if (i < sizeof(data))
				riad_out_char(&out, (char)data[i++]);
		}
		ok(riad_out_flush(&out) == 0, "flush");
		ok(pread(fd, back, sizeof(back), 0) == (ssize_t)sizeof(back) &&
			memcmp(data, back, sizeof(data)) == 0,
		    "pieces of %zu bytes", sizes[k]);
	}
	close(fd);
}

static void
test_printf(void)
{
	char long_text[2001], back[4096] = "";
	int p[2];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	ok(pipe(p) == 0, "pipe");
	riad_out_init(&out, p[1]);
	riad_out_printf(&out, "%d,", 1);
	riad_out_printf(&out, "%s", long_text);
	riad_out_str(&out, ",2");
	ok(riad_out_flush(&out) == 0, "flush");
	ok(read(p[0], back, sizeof(back)) == 2004, "all of it");
	ok(memcmp(back, "1,x", 3) == 0 && memcmp(back + 2002, ",2", 2) == 0,
	    "in order");
	close(p[0]);
	close(p[1]);
}

/* The first error stays, and nothing is written after it. */
static void
test_error(void)
{
	int full = open("/dev/full", O_WRONLY);

	riad_out_init(&out, full);
	riad_out_str(&out, "lost");
	errno = 0;
	ok(riad_out_flush(&out) == -1 && errno == ENOSPC, "a full disk");
	close(full);
	for (size_t i = 0; i < 2 * sizeof(out.buf); i++)
		riad_out_char(&out, 'x');
	riad_out_add(&out, out.buf, sizeof(out.buf));
	errno = 0;
	ok(riad_out_flush(&out) == -1 && errno == ENOSPC, "is still full");

	riad_out_init(&out, -1);
	ok(riad_out_flush(&out) == 0, "nothing to write is no error");
}

static char seen[3 * sizeof(out.buf)];
static size_t nseen;

static void
see(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	memcpy(seen + nseen, data, len);
	nseen += len;
}

/* A tap sees every byte once, asked or not, written or not. */
static void
test_tap(void)
{
	static char data[sizeof(out.buf) + 1];
	int null = open("/dev/null", O_WRONLY);

	memset(data, 'd', sizeof(data));
	riad_out_init(&out, null);
	out.tap = see;
	nseen = 0;
	riad_out_str(&out, "ab");
	ok(nseen == 0, "not before time");
	riad_out_show(&out);
	riad_out_show(&out);
	ok(nseen == 2 && memcmp(seen, "ab", 2) == 0, "when asked, once");
	riad_out_char(&out, 'c');
	*riad_out_room(&out, 1) = 'd';
	out.len++;
	riad_out_add(&out, data, sizeof(data));
	ok(nseen == 4 + sizeof(data) && memcmp(seen, "abcdd", 5) == 0,
	    "and when it is written");
	riad_out_str(&out, "e");
	ok(riad_out_flush(&out) == 0 && nseen == 5 + sizeof(data) &&
		seen[nseen - 1] == 'e',
	    "to the end");
	close(null);
}

enum { GIVEN = 1 << 16 };
static unsigned waits;

static void
count_wait(void)
{
	waits++;
}

static void *
drain(void *fd)
{
	static uint8_t buf[4 * GIVEN];
	size_t n = 0;
	ssize_t r;

	while ((r = read(*(int *)fd, buf + n, sizeof(buf) - n)) > 0)
		n += (size_t)r;
	return n == 1 + 3 + GIVEN + 1 ? buf : NULL;
}

/* What is given stands between what is copied before and after. */
static void
test_give(void)
{
	static char data[GIVEN];
	static const char head[] = "xyz";
	struct iovec iov[] = {{(char *)head, 3}, {data, sizeof(data)}};
	int null = open("/dev/null", O_WRONLY);
	pthread_t reader;
	void *got;
	int p[2];

	memset(data, 'd', sizeof(data));
	riad_out_init(&out, null);
	ok(!riad_out_gives(&out), "no pipe");
	close(null);

	ok(pipe(p) == 0, "pipe");
	riad_out_init(&out, p[1]);
	if (!riad_out_gives(&out)) {
		ok(true, "no pages are given here");
		return;
	}
	out.tap = see;
	nseen = 0;
	ok(pthread_create(&reader, NULL, drain, &p[0]) == 0, "a reader");
	riad_out_char(&out, 'a');
	riad_out_give(&out, iov, 2, count_wait);
	riad_out_char(&out, 'b');
	ok(riad_out_flush(&out) == 0 && out.off == 5 + GIVEN && waits > 0,
	    "it is given");
	close(p[1]);
	pthread_join(reader, &got);
	ok(got != NULL && memcmp(got, "axyzd", 5) == 0 &&
		memcmp((char *)got + 4, data, GIVEN) == 0 &&
		((char *)got)[4 + GIVEN] == 'b',
	    "in order");
	ok(got != NULL && nseen == 5 + GIVEN && memcmp(seen, got, nseen) == 0,
	    "and seen");
	close(p[0]);

	/* Where it was thought to be a pipe, it is written. */
	char name[] = "/tmp/riad-out.XXXXXX";
	int fd = mkstemp(name);
	ok(fd != -1 && unlink(name) == 0, "a file");
	riad_out_init(&out, fd);
	out.way = RIAD_OUT_GIVES;
	struct iovec again[] = {{(char *)head, 3}, {data, sizeof(data)}};
	riad_out_give(&out, again, 2, NULL);
	ok(riad_out_flush(&out) == 0 && lseek(fd, 0, SEEK_END) == 3 + GIVEN &&
		out.off == 3 + GIVEN && !riad_out_gives(&out),
	    "a file is written");
	close(fd);

	/* Nobody reads. */
	signal(SIGPIPE, SIG_IGN);
	ok(pipe(p) == 0 && close(p[0]) == 0, "a pipe without a reader");
	riad_out_init(&out, p[1]);
	struct iovec last[] = {{(char *)head, 3}, {data, sizeof(data)}};
	if (riad_out_gives(&out))
		riad_out_give(&out, last, 2, NULL);
	errno = 0;
	ok(riad_out_flush(&out) == -1 && errno == EPIPE && out.off == 0,
	    "is an error");
	close(p[1]);
}

int
main(void)
{
	test_give();
	test_tap();
	test_order();
	test_printf();
	test_error();
	return tap_done();
}
