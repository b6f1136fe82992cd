/* SPDX-License-Identifier: ISC */
/*
 * The events of a tune are one array, tracks after each other; those of the
 * first track, which come from all voices, are another.
 */

#include "riad/tune.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tune_make.h"

struct tune_track {
	size_t begin, end; /* of events */
	uint32_t lasts;    /* ticks, with a rest at its end */
};

struct riad_tune {
	struct riad_buf first, events; /* of struct tune_event */
	struct tune_track tracks[TUNE_VOICES];
	size_t ntracks, begun;
	struct riad_buf text; /* a length, and as many bytes */
};

static struct tune_event *
events_of(const struct riad_buf *buf)
{
	return (struct tune_event *)(void *)buf->data;
}

int
tune_maker_init(struct tune_maker *m, struct riad_tune_fault *fault)
{
	*m = (struct tune_maker){.fault = fault};
	*fault = (struct riad_tune_fault){0};
	m->tune = calloc(1, sizeof(*m->tune));
	if (m->tune == NULL)
		return -1;

	/* The maxima of these are never the first bound to be met: a text is
	 * at most RIAD_TUNE_MAX, events are counted. */
	size_t max = RIAD_TUNE_EVENTS * sizeof(struct tune_event);
	riad_buf_init(&m->tune->first, max);
	riad_buf_init(&m->tune->events, max);
	riad_buf_init(&m->tune->text, 8 * RIAD_TUNE_MAX);
	riad_buf_init(&m->pitches, 8 * RIAD_TUNE_MAX);
	return riad_buf_add(&m->tune->text, "\0\0\0\0", 4);
}

void
tune_maker_free(struct tune_maker *m)
{
	for (size_t i = 0; i < m->nvoices; i++) {
		riad_buf_free(&m->voices[i]->ops);
		free(m->voices[i]);
	}
	riad_buf_free(&m->pitches);
	free(m->order);
	riad_tune_free(m->tune);
}

void
riad_tune_free(struct riad_tune *tune)
{
	if (tune == NULL)
		return;
	riad_buf_free(&tune->first);
	riad_buf_free(&tune->events);
	riad_buf_free(&tune->text);
	free(tune);
}

int
tune_fail(
    struct tune_maker *m, uint32_t line, size_t column, const char *fmt, ...)
{
	struct riad_tune_fault *fault = m->fault;
	va_list ap;

	fault->line = line;
	fault->column = column > UINT32_MAX ? UINT32_MAX : (uint32_t)column;
	va_start(ap, fmt);
	vsnprintf(fault->why, sizeof(fault->why), fmt, ap);
	va_end(ap);
	for (char *p = fault->why; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	errno = EBADMSG;
	return -1;
}

const char *
tune_seen(const char *at, const char *end, char buf[TUNE_SEEN])
{
	size_t n = 0;

	if (at >= end)
		return "the end of the line";
	buf[n++] = '"';
	for (; at < end && n < TUNE_SEEN - 2; at++) {
		if (n > 1 && (*at == ' ' || *at == '\t'))
			break;
		buf[n++] = *at;
	}
	memcpy(buf + n, "\"", 2);
	return buf;
}

static int
too_much(struct tune_maker *m, uint32_t line, size_t column)
{
	if (errno != EMSGSIZE)
		return -1;
	return tune_fail(m, line, column,
	    "too long: a tune has %u events at most", RIAD_TUNE_EVENTS);
}

int
tune_text(struct tune_maker *m, uint32_t *ref, const void *data, size_t len)
{
	struct riad_buf *text = &m->tune->text;
	uint32_t n = (uint32_t)len;

	*ref = (uint32_t)text->len;
	if (riad_buf_add(text, &n, sizeof(n)) == -1 ||
	    riad_buf_add(text, data, len) == -1)
		return too_much(m, 1, 1);
	return 0;
}

int
tune_pitches(
    struct tune_maker *m, uint32_t *ref, const uint8_t *pitches, size_t n)
{
	*ref = (uint32_t)m->pitches.len;
	if (riad_buf_add(&m->pitches, pitches, n) == -1)
		return too_much(m, 1, 1);
	return 0;
}

struct tune_voice *
tune_voice_new(struct tune_maker *m, uint32_t line)
{
	if (m->nvoices == TUNE_VOICES) {
		tune_fail(
		    m, line, 1, "expected at most %u voices", TUNE_VOICES);
		return NULL;
	}

	struct tune_voice *v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	riad_buf_init(&v->ops, RIAD_TUNE_EVENTS * sizeof(struct tune_op));
	v->program = -1;
	v->line = line;
	m->voices[m->nvoices++] = v;
	return v;
}

int
tune_add(struct tune_maker *m, struct tune_voice *v, const struct tune_op *op,
    uint32_t line, size_t column)
{
	if (m->nops == RIAD_TUNE_EVENTS) {
		errno = EMSGSIZE;
		return too_much(m, line, column);
	}
	if (riad_buf_add(&v->ops, op, sizeof(*op)) == -1)
		return too_much(m, line, column);
	m->nops++;
	return 0;
}

int
tune_event_add(
    struct tune_maker *m, bool first_track, const struct tune_event *event)
{
	struct riad_tune *tune = m->tune;
	struct riad_buf *to = first_track ? &tune->first : &tune->events;

	if (tune->first.len + tune->events.len >=
	    RIAD_TUNE_EVENTS * sizeof(*event)) {
		errno = EMSGSIZE;
		return -1;
	}
	return riad_buf_add(to, event, sizeof(*event));
}

int
tune_meta_add(struct tune_maker *m, bool first_track, uint32_t tick,
    uint8_t meta, const void *data, size_t len)
{
	struct tune_event ev = {.tick = tick, .status = 0xFF, .meta = meta};

	if (tune_text(m, &ev.ref, data, len) == -1)
		return -1;
	return tune_event_add(m, first_track, &ev);
}

int
tune_meter_add(
    struct tune_maker *m, uint32_t tick, unsigned num, unsigned shift)
{
	/* A metronome clicks a denominator, or three of them: 24 clocks are a
	 * quarter. */
	unsigned clocks = 96u >> shift;
	if (num > 3 && num % 3 == 0 && shift >= 3)
		clocks *= 3;

	uint8_t data[4] = {(uint8_t)num, (uint8_t)shift,
	    (uint8_t)(clocks == 0 ? 1 : clocks), 8};
	return tune_meta_add(m, true, tick, 0x58, data, sizeof(data));
}

/* At one time keys are let go first, and struck last. */
static int
rank(const struct tune_event *ev)
{
	if (ev->status < 0x90)
		return 0;
	return ev->status < 0xA0 ? 2 : 1;
}

static bool
before(const struct tune_event *a, const struct tune_event *b)
{
	if (a->tick != b->tick)
		return a->tick < b->tick;
	return rank(a) < rank(b);
}

/* Where the run ends that begins at i. */
static size_t
run_end(const struct tune_event *ev, size_t i, size_t n)
{
	for (i++; i < n && !before(&ev[i], &ev[i - 1]);)
		i++;
	return i < n ? i : n;
}

/* Merges each two runs that are in order; what is in order stays so.  Of music
 * these are few: all but the ends of long notes comes in its order. */
static int
sort_events(struct tune_event *ev, size_t n)
{
	struct tune_event *spare, *from = ev, *to;
	size_t runs;

	if (n == 0 || run_end(ev, 0, n) == n)
		return 0;
	to = spare = calloc(n, sizeof(*spare));
	if (spare == NULL)
		return -1;
	do {
		size_t out = 0;

		runs = 0;
		while (out < n) {
			size_t a = out, mid = run_end(from, a, n), b = mid;
			size_t end = mid < n ? run_end(from, mid, n) : n;

			while (a < mid || b < end) {
				bool second =
				    a == mid ||
				    (b < end && before(&from[b], &from[a]));
				to[out++] = from[second ? b++ : a++];
			}
			runs++;
		}
		struct tune_event *swap = from;
		from = to;
		to = swap;
	} while (runs > 1);
	if (from != ev)
		memcpy(ev, from, n * sizeof(*ev));
	free(spare);
	return 0;
}

/*
 * A key that is struck while it is down is let go before, and the first of its
 * releases to come is left out: so keys are down or up, and in the end up.
 * Struck twice at once it is struck once.  Returns how many events are left.
 */
static size_t
let_go(struct tune_event *ev, size_t n, struct tune_event *out)
{
	struct {
		uint32_t down, skip, at;
	} keys[16][128];
	size_t left = 0;

	memset(keys, 0, sizeof(keys));
	for (size_t i = 0; i < n; i++) {
		unsigned ch = ev[i].status & 0x0F, key = ev[i].data[0] & 0x7F;
		if (rank(&ev[i]) == 2) {
			if (keys[ch][key].down == 0) {
				keys[ch][key].down = 1;
			} else {
				keys[ch][key].skip++;
				if (keys[ch][key].at == ev[i].tick)
					continue;
				out[left] = ev[i];
				out[left].status = (uint8_t)(0x80 | ch);
				out[left++].data[1] = 64;
			}
			keys[ch][key].at = ev[i].tick;
		} else if (rank(&ev[i]) == 0) {
			if (keys[ch][key].skip > 0) {
				keys[ch][key].skip--;
				continue;
			}
			keys[ch][key].down = 0;
		}
		out[left++] = ev[i];
	}
	return left;
}

/* Of the first track: what several voices say at the same time is said once,
 * the first says it. */
static size_t
say_once(struct tune_event *ev, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		bool said = false;
		bool once = ev[i].meta == 0x51 || ev[i].meta == 0x58 ||
			    ev[i].meta == 0x59;
		for (size_t j = out;
		     once && j > 0 && ev[j - 1].tick == ev[i].tick &&
		     out - j < 64;
		     j--) {
			if (ev[j - 1].meta == ev[i].meta)
				said = true;
		}
		if (!said)
			ev[out++] = ev[i];
	}
	return out;
}

int
tune_track_end(struct tune_maker *m, bool first_track, uint32_t lasts)
{
	struct riad_tune *tune = m->tune;

	if (first_track) {
		struct riad_buf *buf = &tune->first;
		size_t n = buf->len / sizeof(struct tune_event);
		if (sort_events(events_of(buf), n) == -1)
			return -1;
		buf->len =
		    say_once(events_of(buf), n) * sizeof(struct tune_event);
		return 0;
	}

	struct tune_event *ev = events_of(&tune->events);
	size_t begin = tune->begun;
	size_t n = tune->events.len / sizeof(*ev) - begin;
	if (n > 0) {
		if (sort_events(ev + begin, n) == -1)
			return -1;
		struct tune_event *copy = malloc(n * sizeof(*ev));
		if (copy == NULL)
			return -1;
		memcpy(copy, ev + begin, n * sizeof(*ev));
		n = let_go(copy, n, ev + begin);
		free(copy);
		tune->events.len = (begin + n) * sizeof(*ev);
	}
	tune->tracks[tune->ntracks++] =
	    (struct tune_track){begin, begin + n, lasts};
	tune->begun = begin + n;
	return 0;
}

struct riad_tune *
riad_tune_read(enum riad_tune_form form, uint32_t number, const char *text,
    size_t len, struct riad_tune_fault *fault)
{
	struct tune_maker m;
	struct riad_tune *tune = NULL;
	int r;

	if (tune_maker_init(&m, fault) == -1) {
		tune_maker_free(&m);
		return NULL;
	}
	if (len > RIAD_TUNE_MAX)
		r = tune_fail(&m, 1, 1, "expected at most %zu bytes of text",
		    RIAD_TUNE_MAX);
	else if (form == RIAD_TUNE_ABC)
		r = tune_read_abc(&m, number, text, len);
	else
		r = tune_read_score(&m, text, len);
	if (r == 0)
		r = tune_play(&m);
	if (r == 0) {
		tune = m.tune;
		m.tune = NULL;
	}

	int saved = errno;
	tune_maker_free(&m);
	errno = saved;
	return tune;
}

/* The contents of a meta event: the number that it has in ref, or a text. */
static void
meta_bytes(const struct riad_tune *tune, const struct tune_event *ev,
    struct riad_midi_event *to)
{
	uint32_t len;

	memcpy(&len, tune->text.data + ev->ref, sizeof(len));
	to->kind = RIAD_MIDI_META;
	to->meta = ev->meta;
	to->bytes = tune->text.data + ev->ref + sizeof(len);
	to->len = len;
}

struct giver {
	const struct riad_tune *tune;
	int (*item)(void *ctx, const struct riad_smf_item *item);
	void *ctx;
};

static int
give_track(struct giver *g, uint32_t track, const struct tune_event *ev,
    size_t n, uint32_t lasts)
{
	struct riad_smf_item it = {.kind = RIAD_SMF_TRACK, .track = track};
	uint32_t last = 0;
	int r;

	memcpy(it.type, "MTrk", 4);
	if ((r = g->item(g->ctx, &it)) != 0)
		return r;
	for (size_t i = 0; i <= n; i++) {
		const struct tune_event *e = i < n ? &ev[i] : NULL;

		it = (struct riad_smf_item){
		    .kind = RIAD_SMF_EVENT, .track = track};
		if (e == NULL) {
			it.event.kind = RIAD_MIDI_META;
			it.event.meta = 0x2F;
			it.delta = lasts > last ? lasts - last : 0;
			it.event.time = (int64_t)last + it.delta;
		} else {
			it.delta = e->tick - last;
			last = e->tick;
			it.event.time = last;
			it.event.kind = RIAD_MIDI_MESSAGE;
			it.event.status = e->status;
			memcpy(it.event.data, e->data, 2);
			if (e->status == 0xFF) {
				memset(it.event.data, 0, 2);
				it.event.status = 0;
				meta_bytes(g->tune, e, &it.event);
			}
		}
		if ((r = g->item(g->ctx, &it)) != 0)
			return r;
	}
	it = (struct riad_smf_item){.kind = RIAD_SMF_END, .track = track};
	return g->item(g->ctx, &it);
}

int
riad_tune_items(const struct riad_tune *tune,
    int (*item)(void *ctx, const struct riad_smf_item *item), void *ctx)
{
	struct giver g = {tune, item, ctx};
	struct riad_smf_item it = {
	    .kind = RIAD_SMF_HEADER,
	    .format = 1,
	    .ntracks = (uint16_t)(1 + tune->ntracks),
	    .division = RIAD_TUNE_PPQ,
	    .length = 6,
	};
	int r;

	memcpy(it.type, "MThd", 4);
	if ((r = item(ctx, &it)) != 0)
		return r;
	r = give_track(&g, 0, events_of(&tune->first),
	    tune->first.len / sizeof(struct tune_event), 0);
	for (size_t i = 0; r == 0 && i < tune->ntracks; i++) {
		const struct tune_track *t = &tune->tracks[i];
		const struct tune_event *ev = events_of(&tune->events);
		r = give_track(&g, (uint32_t)i + 1,
		    ev == NULL ? NULL : ev + t->begin, t->end - t->begin,
		    t->lasts);
	}
	return r;
}

bool
riad_tune_is_abc(const char *text, size_t len)
{
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	while (len > 0 && (*text == '\n' || *text == '\r' || *text == ' ')) {
		text++;
		len--;
	}
	return (len >= 2 && memcmp(text, "X:", 2) == 0) ||
	       (len >= 4 && memcmp(text, "%abc", 4) == 0);
}
