/* SPDX-License-Identifier: ISC */
/* One line of JSON a request. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/json.h"
#include "riad/text.h"

static void
sample(void *memory)
{
	riad_memory_look(memory);
}

int
log_open(struct request_log *log, const char *where)
{
	uint64_t n;

	log->fd = log->memory.fd = -1;
	if (where == NULL)
		return 0;
	if (strncmp(where, "fd:", 3) == 0) {
		if (riad_parse_u64(&n, where + 3, INT32_MAX) == -1 ||
		    fcntl((int)n, F_GETFD) == -1)
			return -1;
		log->fd = (int)n;
	} else {
		log->fd = open(where,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
		if (log->fd == -1)
			return -1;
	}
	riad_memory_open(&log->memory);
	log->metrics.sample = sample;
	log->metrics.sample_ctx = &log->memory;
	return 0;
}

/* RFC 3339, in UTC, by hand: gmtime_r(3) takes a lock. */
static void
add_time(struct riad_json *json, const struct timespec *ts)
{
	char text[64];
	int64_t days = ts->tv_sec / 86400;
	int64_t rest = ts->tv_sec % 86400;

	/* Years begin with March, so that the odd day is the last. */
	days += 719468;
	int64_t era = days / 146097, day = days % 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	int64_t month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	month += month < 10 ? 3 : -9;
	year += 400 * era + (month <= 2);
	snprintf(text, sizeof(text),
	    "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64
	    ":%02" PRId64 ".%03" PRId64 "Z",
	    year, month, day + 1, rest / 3600, rest / 60 % 60, rest % 60,
	    (int64_t)ts->tv_nsec / 1000000);
	riad_json_str(json, "time", text);
}

/* What a peer wrote may be no text: then it is made one. */
static void
add_text(struct riad_json *json, const char *key, const char *text)
{
	uint8_t space[4 * 2048 + 1];
	struct riad_buf buf = {space, 0, sizeof(space), sizeof(space) - 1};
	size_t len = strlen(text);

	(void)riad_escape(&buf, text, len < 2048 ? len : 2048);
	space[buf.len] = '\0';
	riad_json_str(json, key, (const char *)space);
}

static void
add_phases(struct riad_json *json, const struct riad_metrics *m)
{
	char key[32];

	for (int i = 0; i < RIAD_PHASES; i++) {
		const char *name = riad_phase_name((enum riad_phase)i);
		snprintf(key, sizeof(key), "%s_wall", name);
		riad_json_ns(json, key, m->phases[i].wall_ns);
		snprintf(key, sizeof(key), "%s_cpu", name);
		riad_json_ns(json, key, m->phases[i].cpu_ns);
	}
}

static uint64_t
ns(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * 1000000000 + (uint64_t)ts->tv_nsec;
}

static void
add_cost(struct riad_json *json, struct request_log *log)
{
	struct timespec now, cpu;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	riad_memory_look(&log->memory);
	/* The clock may have been set back meanwhile. */
	riad_json_ns(json, "wall",
	    ns(&now) > ns(&log->began) ? ns(&now) - ns(&log->began) : 0);
	riad_json_ns(json, "cpu", ns(&cpu));
	riad_json_u64(json, "peak_memory", log->memory.peak);
	riad_json_u64(json, "peak_anonymous", log->memory.anonymous);
}

void
log_end(struct request_log *log, int status)
{
	static struct riad_out out;
	struct riad_metrics *m = &log->metrics;
	struct riad_json json;

	if (log->fd == -1)
		return;
	riad_metrics_end_all(m);
	riad_out_init(&out, log->fd);
	riad_json_begin(&json, &out);
	add_time(&json, &log->began);
	riad_json_u64(&json, "pid", (uint64_t)getpid());
	add_text(&json, "repository", log->path);
	riad_json_u64(&json, "version", (uint64_t)log->config->version);
	add_text(&json, "command", m->command);
	add_text(&json, "agent", m->agent);
	add_text(&json, "session_id", m->session_id);
	riad_json_u64(&json, "wants", m->wants);
	riad_json_u64(&json, "haves", m->haves);
	riad_json_u64(&json, "common", m->common);
	add_text(&json, "depth", m->depth);
	add_text(&json, "filter", m->filter);
	riad_json_u64(&json, "objects", m->objects);
	riad_json_u64(&json, "reused", m->reused);
	riad_json_u64(&json, "deltas", m->deltas);
	riad_json_u64(&json, "reused_deltas", m->reused_deltas);
	riad_json_u64(&json, "bytes_out", log->out->off);
	riad_json_u64(&json, "pack_bytes", m->pack_bytes);
	add_phases(&json, m);
	add_cost(&json, log);
	riad_json_u64(&json, "status", (uint64_t)status);
	add_text(&json, "error", log->error);
	riad_json_end(&json);
	(void)riad_out_flush(&out);
	log->fd = -1;
}
