/* SPDX-License-Identifier: ISC */
/* --through: text beside a stream, which must not wait for who reads it */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"

/*
 * A descriptor that poll(2) calls writable takes at least this much without
 * waiting: a pipe has a page free then, a terminal a quarter of one.  It may
 * be somebody else's too, so it can't be made to say EAGAIN.
 */
enum { PIPE_PIECE = 4096, PIECE = 256 };
static size_t piece = PIECE;

/* More text than this isn't kept: two lines of the longest have room behind,
 * which are parts of exclusives. */
enum { KEPT = 32768 };

static uint64_t lost;
static bool in_line; /* what is written so far ends inside of a line */

void
side_begin(void)
{
	struct stat st = {.st_mode = 0};

	/* Who reads the text may go, and the stream goes on. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)fstat(out.fd, &st);
	if (S_ISFIFO(st.st_mode))
		piece = PIPE_PIECE;
	else if (S_ISREG(st.st_mode))
		piece = sizeof(out.buf);
}

static bool
can_write(void)
{
	struct pollfd p = {.fd = out.fd, .events = POLLOUT};

	return poll(&p, 1, 0) == 1;
}

/* Nothing is written to it any more; riad_out drops what is added. */
static void
fail(void)
{
	out.err = errno;
	out.len = 0;
	riad_warn("%s: byte %" PRIu64 ": %s",
	    opt.output != NULL ? opt.output : "standard error", out.off,
	    strerror(errno));
}

/* All lines go but the one that is begun. */
static void
lose(void)
{
	uint8_t *p = out.buf, *end = p + out.len, *kept = p;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		if (in_line && kept == out.buf)
			kept = p;
		else
			lost++;
	}
	out.len = (size_t)(kept - out.buf);
}

void
side_drain(void)
{
	size_t done = 0;

	if (out.err != 0) {
		out.len = 0;
		return;
	}
	if (lost > 0 && !in_line && can_write()) {
		char line[64];
		int n = snprintf(line, sizeof(line),
		    "# %" PRIu64 " lines lost, nobody took them\n", lost);
		if (riad_write(out.fd, line, (size_t)n) == -1) {
			fail();
			return;
		}
		out.off += (uint64_t)n;
		lost = 0;
	}
	while (done < out.len && can_write()) {
		size_t n = out.len - done < piece ? out.len - done : piece;
		if (riad_write(out.fd, out.buf + done, n) == -1) {
			fail();
			return;
		}
		done += n;
		out.off += n;
		in_line = out.buf[done - 1] != '\n';
	}
	memmove(out.buf, out.buf + done, out.len - done);
	out.len -= done;
	if (out.len > KEPT)
		lose();
}

bool
side_waits(void)
{
	return out.len > 0 && out.err == 0;
}

void
side_end(void)
{
	if (out.err == 0 && lost > 0)
		side_drain();
	if (out.err == 0 && riad_out_flush(&out) == -1)
		fail();
}
