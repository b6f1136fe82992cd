/* SPDX-License-Identifier: ISC */

#include "riad/limited.h"

#include <errno.h>
#include <string.h>

#include "riad/metrics.h"
#include "tap.h"

/* What the engine does, and what came out at the other end. */
static struct {
	const char *pack;
	size_t len, step;
	int fails; /* with this errno, once it has given all */
	bool tell;
	int ticks;
} engine;
static struct {
	char data[256];
	size_t len;
	int ticks, lines, elsewhere;
} got;

static int
take_data(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	memcpy(got.data + got.len, data, len);
	got.len += len;
	return 0;
}

static int
take_progress(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	(void)text;
	got.lines += len > 0;
	return 0;
}

static int
take_tick(void *ctx)
{
	(void)ctx;
	got.ticks++;
	return 0;
}

static int
take_elsewhere(void *ctx, size_t i)
{
	(void)ctx;
	got.elsewhere += (int)i;
	return 0;
}

static int
run(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	(void)request;
	if (ctx != &engine)
		return -1;
	snprintf(sink->why, sizeof(sink->why), "the engine's own reason");
	sink->tell = engine.tell;
	riad_metrics_phase_begin(sink->metrics, RIAD_PHASE_ENUMERATE);
	for (int i = 0; i < engine.ticks; i++) {
		if (sink->tick(sink->ctx) == -1)
			return -1;
	}
	if (sink->progress != NULL &&
	    sink->progress(sink->ctx, "line\n", 5) == -1)
		return -1;
	if (sink->elsewhere != NULL && sink->elsewhere(sink->ctx, 7) == -1)
		return -1;
	for (size_t i = 0; i < engine.len; i += engine.step) {
		size_t n =
		    engine.step < engine.len - i ? engine.step : engine.len - i;
		if ((i % 2 == 0 ? sink->data : sink->lasting)(
			sink->ctx, engine.pack + i, n) == -1)
			return -1;
	}
	errno = engine.fails;
	return engine.fails == 0 ? 0 : -1;
}

static const char pack[] = "PACK\0\0\0\2\0\1\2\3and what is in it";
#define PACK_LEN (sizeof(pack) - 1)

static struct riad_pack_sink sink;

static int
answer(const struct riad_limits *limits, struct riad_metrics *m, size_t step)
{
	static const struct riad_oid have[3];
	struct riad_limited by = {run, &engine, limits, m};
	struct riad_pack_request request = {.haves = have, .nhaves = 3};

	memset(&got, 0, sizeof(got));
	sink = (struct riad_pack_sink){.data = take_data,
	    .lasting = take_data,
	    .progress = take_progress,
	    .tick = take_tick,
	    .elsewhere = take_elsewhere};
	engine.pack = pack;
	engine.len = PACK_LEN;
	engine.step = step;
	errno = 0;
	return riad_pack_limited(&by, &request, &sink);
}

static void
test_through(void)
{
	const struct riad_limits none = {.seconds = 0};

	for (size_t step = 1; step <= PACK_LEN; step++) {
		struct riad_metrics m;
		riad_metrics_init(&m);
		engine.ticks = 2;
		ok(answer(&none, &m, step) == 0 && got.len == PACK_LEN &&
			memcmp(got.data, pack, PACK_LEN) == 0 &&
			got.ticks == 2 && got.lines == 1 && got.elsewhere == 7,
		    "all goes through in steps of %zu", step);
		ok(m.objects == 0x010203 && m.pack_bytes == PACK_LEN &&
			m.common == 3 &&
			!m.phases[RIAD_PHASE_ENUMERATE].running &&
			m.phases[RIAD_PHASE_ENUMERATE].wall_ns > 0,
		    "and is counted");
	}
	engine.fails = EBADMSG;
	ok(answer(&none, NULL, 4) == -1 && errno == EBADMSG && !sink.tell &&
		strcmp(sink.why, "the engine's own reason") == 0,
	    "an engine's failure is its own");
	engine.tell = true;
	ok(answer(&none, NULL, 4) == -1 && sink.tell, "and its own to tell");
	engine.tell = false;
	engine.fails = ENOMEM;
	ok(answer(&none, NULL, 4) == -1 && errno == ENOMEM && !sink.tell,
	    "without a limit, memory just ran out");
	engine.fails = 0;
}

static void
test_limits(void)
{
	struct riad_limits limits = {.pack = PACK_LEN};

	ok(answer(&limits, NULL, 5) == 0, "a pack of just the size");
	limits.pack--;
	ok(answer(&limits, NULL, 5) == -1 && errno == EFBIG && sink.tell &&
		strcmp(sink.why, "pack size limit of 28 reached") == 0 &&
		got.len <= limits.pack,
	    "a byte more: %s", sink.why);
	limits.pack = 1;
	ok(answer(&limits, NULL, PACK_LEN) == -1 && got.len == 0,
	    "nothing of a piece that is too long");

	limits = (struct riad_limits){.memory = 3 << 20};
	engine.fails = ENOMEM;
	ok(answer(&limits, NULL, 5) == -1 && errno == ENOMEM && sink.tell &&
		strcmp(sink.why, "out of memory: limit of 3m reached") == 0,
	    "memory: %s", sink.why);
	engine.fails = 0;

	limits = (struct riad_limits){.seconds = 1000};
	riad_limits_start(&limits);
	ok(answer(&limits, NULL, 5) == 0 && riad_limits_left(&limits) > 990000,
	    "in time");
	limits.deadline -= 1000 * 1000;
	ok(answer(&limits, NULL, 5) == -1 && errno == ETIMEDOUT && sink.tell &&
		strcmp(sink.why, "time limit of 1000 s reached") == 0 &&
		got.len == 0 && riad_limits_left(&limits) == 0,
	    "time: %s", sink.why);
}

static void
test_phases(void)
{
	struct riad_metrics m;

	riad_metrics_phase_begin(NULL, RIAD_PHASE_WRITE);
	riad_metrics_phase_end(NULL, RIAD_PHASE_WRITE);
	riad_metrics_init(&m);
	riad_metrics_phase_end(&m, RIAD_PHASE_WRITE);
	ok(m.phases[RIAD_PHASE_WRITE].wall_ns == 0, "not begun, not ended");
	riad_metrics_phase_begin(&m, RIAD_PHASE_WRITE);
	riad_metrics_phase_end(&m, RIAD_PHASE_WRITE);
	uint64_t once = m.phases[RIAD_PHASE_WRITE].wall_ns;
	riad_metrics_phase_begin(&m, RIAD_PHASE_WRITE);
	riad_metrics_end_all(&m);
	ok(m.phases[RIAD_PHASE_WRITE].wall_ns > once, "and it adds up");
	ok(strcmp(riad_phase_name(RIAD_PHASE_WRITE), "write") == 0, "a name");
}

int
main(void)
{
	test_through();
	test_limits();
	test_phases();
	return tap_done();
}
