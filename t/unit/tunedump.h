/* SPDX-License-Identifier: ISC */
/*
 * tunedump.h - a tune as a short line, to be compared
 *
 * Tracks are parted by " | "; the first is that of tempo and signatures.
 * A note is KEY:TICK+LENGTH, with vVELOCITY where asked for.
 */
#ifndef RIAD_TUNEDUMP_H
#define RIAD_TUNEDUMP_H

#include <stdarg.h>
#include <stdio.h>

#include "tap.h"
#include "tunecheck.h"

#define DUMP_NOTES 1    /* and nothing else */
#define DUMP_VELOCITY 2 /* of notes */
#define DUMP_OTHERS 4   /* all but notes */
#define DUMP_CHANNEL 8  /* of notes */

struct tunedump {
	int what;
	char *to;
	size_t len, max;
	unsigned tracks;
	size_t nnotes;
	struct dumped {
		int64_t on, off;
		uint8_t key, velocity, channel;
		bool open;
	} notes[4096];
};

__attribute__((format(printf, 2, 3))) static void
dump_put(struct tunedump *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(d->to + d->len, d->max - d->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < d->max - d->len)
		d->len += (size_t)n;
}

static void
dump_meta(struct tunedump *d, const struct riad_midi_event *ev)
{
	const uint8_t *b = ev->bytes;
	const char *gap = d->len > 0 ? " " : "";
	long long at = ev->time;

	if (ev->meta == 0x51)
		dump_put(d, "%stempo=%u@%lld", gap,
		    (unsigned)(b[0] << 16 | b[1] << 8 | b[2]), at);
	else if (ev->meta == 0x58)
		dump_put(d, "%stime=%u/%u@%lld", gap, b[0], 1U << b[1], at);
	else if (ev->meta == 0x59)
		dump_put(d, "%skey=%d%s@%lld", gap, (int8_t)b[0],
		    b[1] ? "m" : "", at);
	else if (ev->meta != 0x2F)
		dump_put(d, "%s%02x=%.*s@%lld", gap, ev->meta, (int)ev->len,
		    (const char *)b, at);
}

static int
dump_item(void *ctx, const struct riad_smf_item *it)
{
	struct tunedump *d = ctx;
	const struct riad_midi_event *ev = &it->event;
	uint8_t status = ev->status & 0xF0;

	if (it->kind == RIAD_SMF_TRACK) {
		if (d->tracks++ > ((d->what & DUMP_NOTES) ? 1 : 0))
			dump_put(d, " |");
		d->nnotes = 0;
	}
	if (it->kind == RIAD_SMF_END && (d->what & DUMP_NOTES)) {
		for (size_t i = 0; i < d->nnotes; i++) {
			const struct dumped *n = &d->notes[i];
			dump_put(d, "%s%u:%lld+%lld", d->len > 0 ? " " : "",
			    n->key, (long long)n->on,
			    (long long)(n->off - n->on));
			if (d->what & DUMP_VELOCITY)
				dump_put(d, "v%u", n->velocity);
			if (d->what & DUMP_CHANNEL)
				dump_put(d, "c%u", n->channel + 1U);
		}
	}
	if (it->kind != RIAD_SMF_EVENT)
		return 0;
	if (ev->kind == RIAD_MIDI_META) {
		if (d->what & DUMP_OTHERS)
			dump_meta(d, ev);
	} else if (status == RIAD_MIDI_ON && d->nnotes < 4096) {
		d->notes[d->nnotes++] = (struct dumped){ev->time, 0,
		    ev->data[0], ev->data[1], ev->status & 0x0F, true};
	} else if (status == RIAD_MIDI_OFF) {
		for (size_t i = 0; i < d->nnotes; i++) {
			struct dumped *n = &d->notes[i];
			if (n->open && n->key == ev->data[0]) {
				n->off = ev->time;
				n->open = false;
				break;
			}
		}
	} else if (d->what & DUMP_OTHERS) {
		dump_put(d, "%s%02x,%u,%u@%lld", d->len > 0 ? " " : "",
		    ev->status, ev->data[0], ev->data[1], (long long)ev->time);
	}
	return 0;
}

static const char *
tunedump(enum riad_tune_form form, uint32_t number, const char *text, int what)
{
	static char line[65536];
	static struct tunedump d;
	struct riad_tune_fault fault;
	struct riad_tune *tune =
	    riad_tune_read(form, number, text, strlen(text), &fault);
	const char *bad;

	line[0] = '\0';
	if (tune == NULL) {
		snprintf(line, sizeof(line), "%u:%u %s", fault.line,
		    fault.column, fault.why);
		return line;
	}
	d = (struct tunedump){.what = what, .to = line, .max = sizeof(line)};
	bad = tunecheck(tune, NULL);
	if (bad != NULL)
		snprintf(line, sizeof(line), "bad: %s", bad);
	else
		riad_tune_items(tune, dump_item, &d);
	riad_tune_free(tune);
	return line;
}

/* A text and its notes, or other events, or the beginning of its fault. */
struct tunecase {
	const char *text, *want;
};

static void
tunecases(enum riad_tune_form form, const struct tunecase *cases, size_t n,
    int what, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = tunedump(form, 0, cases[i].text, what);
		bool good = what == 0 ? strncmp(got, cases[i].want,
					    strlen(cases[i].want)) == 0
				      : strcmp(got, cases[i].want) == 0;

		/* A line of TAP is one line. */
		char text[128];
		snprintf(text, sizeof(text), "%s", cases[i].text);
		for (char *p = text; *p != '\0'; p++) {
			if (*p == '\n' || *p == '#')
				*p = *p == '#' ? '+' : '/';
		}
		ok(good, "%s %zu: %s", name, i + 1, text);
		if (!good)
			printf("# got  %s\n# want %s\n", got, cases[i].want);
	}
}

#define CASES(form, cases, what, name)                                         \
	tunecases(form, cases, sizeof(cases) / sizeof((cases)[0]), what, name)

#endif
