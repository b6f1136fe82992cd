/* SPDX-License-Identifier: ISC */

#include "riad/limited.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "riad/metrics.h"
#include "riad/text.h"

/* "PACK", the version, and the number of objects. */
enum { PACK_HEADER = 12 };

struct passage {
	struct riad_limited *by;
	struct riad_pack_sink *to;
	uint64_t sent;
	int reached; /* the errno of the limit that was, or 0 */
	uint8_t header[PACK_HEADER];
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
riad_limits_start(struct riad_limits *limits)
{
	if (limits->seconds != 0)
		limits->deadline = (uint64_t)now_ms() + limits->seconds * 1000;
}

int64_t
riad_limits_left(const struct riad_limits *limits)
{
	if (limits->seconds == 0)
		return INT64_MAX;
	int64_t left = (int64_t)limits->deadline - now_ms();
	return left < 0 ? 0 : left;
}

void
riad_limits_say(
    char *why, size_t size, const struct riad_limits *limits, int err)
{
	char text[RIAD_SIZE_TEXT];

	switch (err) {
	case ETIMEDOUT:
		snprintf(why, size, "time limit of %" PRIu64 " s reached",
		    limits->seconds);
		break;
	case EFBIG:
		snprintf(why, size, "pack size limit of %s reached",
		    riad_size_text(text, limits->pack));
		break;
	default:
		snprintf(why, size, "out of memory: limit of %s reached",
		    riad_size_text(text, limits->memory));
	}
}

static int
in_time(struct passage *p)
{
	if (riad_limits_left(p->by->limits) > 0)
		return 0;
	errno = p->reached = ETIMEDOUT;
	return -1;
}

/* Counts data that is about to be passed on. */
static int
admit(struct passage *p, const void *data, size_t len)
{
	uint64_t max = p->by->limits->pack;

	if (in_time(p) == -1)
		return -1;
	if (max != 0 && (p->sent > max || len > max - p->sent)) {
		errno = p->reached = EFBIG;
		return -1;
	}
	if (p->sent < PACK_HEADER) {
		size_t n = PACK_HEADER - (size_t)p->sent;
		memcpy(p->header + p->sent, data, n < len ? n : len);
	}
	p->sent += len;
	return 0;
}

static int
pass_data(void *ctx, const void *data, size_t len)
{
	struct passage *p = ctx;

	return admit(p, data, len) == -1 ? -1
					 : p->to->data(p->to->ctx, data, len);
}

static int
pass_lasting(void *ctx, const void *data, size_t len)
{
	struct passage *p = ctx;

	return admit(p, data, len) == -1
		   ? -1
		   : p->to->lasting(p->to->ctx, data, len);
}

static int
pass_progress(void *ctx, const char *text, size_t len)
{
	struct passage *p = ctx;

	return in_time(p) == -1 ? -1 : p->to->progress(p->to->ctx, text, len);
}

static int
pass_tick(void *ctx)
{
	struct passage *p = ctx;

	if (p->by->metrics != NULL && p->by->metrics->sample != NULL)
		p->by->metrics->sample(p->by->metrics->sample_ctx);
	return in_time(p) == -1 ? -1 : p->to->tick(p->to->ctx);
}

static int
pass_elsewhere(void *ctx, size_t i)
{
	struct passage *p = ctx;

	return p->to->elsewhere(p->to->ctx, i);
}

static void
count(struct riad_metrics *m, const struct passage *p)
{
	riad_metrics_end_all(m);
	if (m->sample != NULL)
		m->sample(m->sample_ctx);
	m->pack_bytes += p->sent;
	if (p->sent >= PACK_HEADER && m->objects == 0) {
		const uint8_t *n = p->header + PACK_HEADER - 4;
		m->objects = (uint64_t)n[0] << 24 | (uint64_t)n[1] << 16 |
			     (uint64_t)n[2] << 8 | n[3];
	}
}

int
riad_pack_limited(void *limited, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct riad_limited *by = limited;
	struct passage p = {.by = by, .to = sink};
	struct riad_pack_sink inner = {
	    .ctx = &p,
	    .data = pass_data,
	    .lasting = sink->lasting != NULL ? pass_lasting : NULL,
	    .progress = sink->progress != NULL ? pass_progress : NULL,
	    .tick = pass_tick,
	    .elsewhere = sink->elsewhere != NULL ? pass_elsewhere : NULL,
	    .metrics = by->metrics,
	};

	if (by->metrics != NULL) {
		riad_metrics_phase_end(by->metrics, RIAD_PHASE_NEGOTIATE);
		by->metrics->common = request->nhaves;
	}
	int r = in_time(&p);
	if (r == 0)
		r = by->engine(by->ctx, request, &inner);
	int err = errno;
	if (by->metrics != NULL)
		count(by->metrics, &p);
	if (r == 0)
		return 0;

	if (p.reached == 0 && err == ENOMEM && by->limits->memory != 0)
		p.reached = ENOMEM;
	sink->tell = inner.tell || p.reached != 0;
	if (p.reached != 0)
		riad_limits_say(
		    sink->why, sizeof(sink->why), by->limits, p.reached);
	else
		snprintf(sink->why, sizeof(sink->why), "%s", inner.why);
	errno = p.reached != 0 ? p.reached : err;
	return -1;
}
