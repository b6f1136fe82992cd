/* SPDX-License-Identifier: ISC */
/*
 * Results in the order of their questions: what comes before its turn is kept,
 * as a copy; so much of it, and no more.
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"

enum {
	HELD = 1 << 14,         /* results */
	HELD_BYTES = 2 << 20,   /* of them, and what was in flight then */
	PROGRESS_NS = 100000000 /* between two lines */
};

struct held {
	struct result result;
	size_t size;
	uint8_t data[];
};

static struct held *held[HELD];
static size_t held_bytes;
static uint64_t next_new, next_shown; /* numbers of questions */
static uint64_t shown, bad;
static int status;
static uint64_t progress_from, progress_at;
static bool drawn;
static void (*taker)(const struct result *result);

bool
order_takes(void)
{
	return opt.unordered ||
	       (next_new - next_shown < HELD && held_bytes < HELD_BYTES);
}

uint64_t
order_next(void)
{
	tasks_wake(); /* for the flush that is due */
	return next_new++;
}

static void
give(const struct result *result)
{
	if (taker != NULL) {
		taker(result);
		return;
	}
	shown++;
	if (result->outcome != FINE) {
		bad++;
		if (status == 0 || (int)result->outcome < status)
			status = (int)result->outcome;
	}
	if (opt.view == VIEW_JSON)
		show_json(result);
	else
		show(result);
}

static struct held *
copy(const struct result *result)
{
	size_t name =
	    result->name != NULL ? riad_dns_name_len(result->name) : 0;
	size_t why = result->why != NULL ? strlen(result->why) + 1 : 0;
	size_t size = sizeof(struct held) + name + why + result->len;
	struct held *copy = malloc(size);

	if (copy == NULL)
		return NULL;
	copy->result = *result;
	copy->size = size;
	uint8_t *at = copy->data;
	if (name > 0)
		copy->result.name = memcpy(at, result->name, name);
	at += name;
	if (why > 0)
		copy->result.why = memcpy(at, result->why, why);
	at += why;
	if (result->msg != NULL)
		copy->result.msg = memcpy(at, result->msg, result->len);
	return copy;
}

void
order_give(uint64_t seq, const struct result *result)
{
	struct held *h;

	if (opt.unordered) {
		give(result);
		return;
	}
	if (seq != next_shown) {
		h = copy(result);
		if (h == NULL) {
			riad_warn("%s", strerror(ENOMEM));
			_exit(RIAD_FAIL);
		}
		held[seq % HELD] = h;
		held_bytes += h->size;
		return;
	}
	give(result);
	next_shown++;
	while ((h = held[next_shown % HELD]) != NULL) {
		held[next_shown % HELD] = NULL;
		give(&h->result);
		held_bytes -= h->size;
		free(h);
		next_shown++;
	}
}

static void
draw_progress(void)
{
	static int wanted = -1;
	char line[120];
	double seconds;

	if (wanted == -1)
		wanted = opt.bulk && riad_progress_wanted() &&
			 !isatty(STDOUT_FILENO);
	if (!wanted)
		return;
	if (progress_from == 0) {
		progress_from = loop.now;
		progress_at = loop.now + 10 * (uint64_t)PROGRESS_NS;
	}
	if (loop.now < progress_at)
		return;
	progress_at = loop.now + PROGRESS_NS;
	seconds = (double)(loop.now - progress_from) / 1e9;
	int n = snprintf(line, sizeof(line),
	    "\r%" PRIu64 " answered, %.0f/s, %" PRIu64 " failed\033[K", shown,
	    (double)shown / seconds, bad);
	(void)riad_write(STDERR_FILENO, line, (size_t)n);
	drawn = true;
}

static void
clear_progress(void)
{
	static const char clear[] = "\r\033[K";

	if (drawn)
		(void)riad_write(STDERR_FILENO, clear, sizeof(clear) - 1);
	drawn = false;
}

/* Whoever reads has what there is when we wait for more. */
void
order_flush(void)
{
	draw_progress();
	if (riad_out_flush(&out) == 0)
		return;
	clear_progress();
	if (out.err == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	riad_warn("standard output: byte %" PRIu64 ": %s", out.off,
	    strerror(out.err));
	_exit(RIAD_FAIL);
}

void
order_end(void)
{
	order_flush();
	clear_progress();
	if (opt.bulk && bad > 0 && opt.view <= VIEW_ANSWER)
		riad_warn("%" PRIu64 " of %" PRIu64 " questions without a good "
			  "answer",
		    bad, shown);
}

int
order_status(void)
{
	return status;
}

void
order_take(void (*take)(const struct result *result))
{
	taker = take;
}
