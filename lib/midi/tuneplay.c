/* SPDX-License-Identifier: ISC */
/* From operations to events: repeats followed, notes tied. */

#include <errno.h>
#include <string.h>

#include "tune_make.h"

struct player {
	struct tune_maker *m;
	const struct tune_voice *v;
	const struct tune_op *ops;
	int64_t now;
	uint8_t channel;

	/* Keys that a tie holds: until when, and since what tick. */
	int64_t held[128], since[128];
	bool holds[128];
	unsigned nheld;

	/* Of repeats: where one begins, the pass in hand, the passes that it
	 * has at least, and whether a TUNE_BEGIN stands there; and those
	 * around it. */
	struct repeat {
		size_t from;
		unsigned pass, passes;
		bool begun;
	} r, outer[TUNE_NEST];
	unsigned depth;
};

uint8_t
tune_velocity(int velocity, uint8_t stress)
{
	if (stress == TUNE_ACCENT)
		velocity += 24;
	else if (stress == TUNE_GHOST)
		velocity = velocity * 2 / 5;
	else if (stress == TUNE_GRACE)
		velocity = velocity * 3 / 4;
	return (uint8_t)(velocity < 1 ? 1 : velocity > 127 ? 127 : velocity);
}

void
tune_swell(struct tune_voice *v, size_t begin, int from, int to)
{
	struct tune_op *ops = tune_ops(v);
	size_t n = tune_nops(v);
	int64_t total = 0, at = 0;

	for (size_t i = begin; i < n; i++)
		total += ops[i].len * ops[i].count;
	for (size_t i = begin; i < n; i++) {
		if (ops[i].kind == TUNE_NOTE && total > 0) {
			int64_t t = at < 0 ? 0 : at > total ? total : at;

			/* Shares of 1024 keep the product small. */
			int64_t share = t / (total / 1024 + 1);
			ops[i].data[0] = tune_velocity(
			    from + (int)((to - from) * share / 1024),
			    ops[i].stress);
		}
		at += ops[i].len * ops[i].count;
	}
}

static int
send(struct player *p, int64_t time, uint8_t status, uint8_t a, uint8_t b)
{
	struct tune_event ev = {
	    .tick = (uint32_t)tune_ticks(time),
	    .status = (uint8_t)(status | p->channel),
	    .data = {a, b},
	};

	return tune_event_add(p->m, false, &ev);
}

/* A note sounds for a tick at least. */
static int
end_note(struct player *p, uint8_t key, int64_t end)
{
	if (tune_ticks(end) <= p->since[key])
		end = (p->since[key] + 1) * TUNE_UNIT;
	p->holds[key] = false;
	p->nheld--;
	return send(p, end, RIAD_MIDI_OFF, key, 64);
}

/* Ends what is held and not struck again at this time. */
static int
end_held(struct player *p, const uint8_t *pitches, size_t n)
{
	if (p->nheld == 0)
		return 0;
	for (uint8_t key = 0; key < 128; key++) {
		bool goes_on = false;

		if (!p->holds[key] || p->held[key] > p->now)
			continue;
		for (size_t i = 0; i < n; i++) {
			if ((pitches[i] & 0x7F) == key)
				goes_on = p->held[key] == p->now;
		}
		if (!goes_on && end_note(p, key, p->held[key]) == -1)
			return -1;
	}
	return 0;
}

static int
play_note(struct player *p, const struct tune_op *op)
{
	const uint8_t *pitches = p->m->pitches.data + op->ref;
	size_t n = op->data[2];
	int64_t sound = op->len * op->data[1] / 100;

	if (op->lyric != 0) {
		struct tune_event ev = {
		    .tick = (uint32_t)tune_ticks(p->now),
		    .ref = op->lyric,
		    .status = 0xFF,
		    .meta = 0x05,
		};
		if (tune_event_add(p->m, false, &ev) == -1)
			return -1;
	}
	if (end_held(p, pitches, n) == -1)
		return -1;

	/* Of a grace note before the beginning there is nothing to hear. */
	if (p->now < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t key = pitches[i] & 0x7F;
		int64_t end = p->now + sound;

		if (end < 0 || tune_ticks(end) <= tune_ticks(p->now))
			end = (tune_ticks(p->now) + 1) * TUNE_UNIT;
		/* A key that is held beyond is another voice's: the one that
		 * sounds together with this one. */
		bool other = p->holds[key] && p->held[key] != p->now;
		if ((other || !p->holds[key]) &&
		    send(p, p->now, RIAD_MIDI_ON, key, op->data[0]) == -1)
			return -1;
		if (other) {
			if (send(p, end, RIAD_MIDI_OFF, key, 64) == -1)
				return -1;
			continue;
		}
		if (!p->holds[key]) {
			p->nheld++;
			p->since[key] = tune_ticks(p->now);
		}
		p->holds[key] = true;
		if (pitches[i] & TUNE_TIED)
			p->held[key] = p->now + op->len;
		else if (end_note(p, key, end) == -1)
			return -1;
	}
	p->now += op->len;
	return 0;
}

/* The conductor's things, and those of the voice. */
static int
play_meta(struct player *p, const struct tune_op *op)
{
	struct tune_event ev = {
	    .tick = (uint32_t)tune_ticks(p->now),
	    .ref = op->ref,
	    .status = 0xFF,
	    .meta = op->data[0],
	};
	uint8_t b[3];

	switch (op->kind) {
	case TUNE_TEMPO:
		b[0] = (uint8_t)(op->ref >> 16);
		b[1] = (uint8_t)(op->ref >> 8);
		b[2] = (uint8_t)op->ref;
		return tune_meta_add(p->m, true, ev.tick, 0x51, b, 3);
	case TUNE_METER:
		return tune_meter_add(p->m, ev.tick, op->data[0], op->data[1]);
	case TUNE_KEY:
		return tune_meta_add(p->m, true, ev.tick, 0x59, op->data, 2);
	case TUNE_MARK:
		return tune_event_add(p->m, true, &ev);
	default:
		return tune_event_add(p->m, false, &ev);
	}
}

static unsigned
highest(uint32_t mask)
{
	unsigned n = 0;

	for (; mask != 0; mask >>= 1)
		n++;
	return n;
}

static bool
for_pass(uint32_t mask, unsigned pass)
{
	return pass <= 32 && (mask >> (pass - 1) & 1);
}

static void
repeat_from(struct player *p, size_t at, bool begun)
{
	p->r = (struct repeat){.from = at, .pass = 1, .begun = begun};
}

/* Where it goes on at is behind a repeat that was played as often as it is. */
static void
repeat_ends(struct player *p, size_t at)
{
	if (p->depth > 0)
		p->r = p->outer[--p->depth];
	else
		repeat_from(p, at, false);
}

/* The ending that begins where a repeat ends: its number, or 0.  Bar lines and
 * what takes no time may be between. */
static size_t
ending_after(const struct player *p, size_t i, size_t end)
{
	for (i++; i < end; i++) {
		switch (p->ops[i].kind) {
		case TUNE_ENDING:
			return i;
		case TUNE_BAR:
		case TUNE_MESSAGE:
		case TUNE_META:
		case TUNE_MARK:
			p->m->steps++;
			break;
		default:
			return 0;
		}
	}
	return 0;
}

/*
 * Where it goes on after the repeat sign at i.  An ending that is for other
 * passes is passed over, up to the next one or to what ends it.
 */
static size_t
play_sign(struct player *p, size_t i, size_t end)
{
	const struct tune_op *op = &p->ops[i];
	size_t ending;

	switch (op->kind) {
	case TUNE_BEGIN:
		if (op->data[0] != 0 && p->depth < TUNE_NEST)
			p->outer[p->depth++] = p->r;
		repeat_from(p, i + 1, true);
		return i + 1;
	case TUNE_SECTION:
		if (!p->r.begun || p->r.pass > 1)
			repeat_from(p, i + 1, false);
		return i + 1;
	case TUNE_ENDING:
		if (highest(op->ref) > p->r.passes)
			p->r.passes = highest(op->ref);
		if (for_pass(op->ref, p->r.pass))
			return i + 1;
		for (i++; i < end; i++) {
			p->m->steps++;
			switch (p->ops[i].kind) {
			case TUNE_ENDING:
			case TUNE_BEGIN:
			case TUNE_SECTION:
				return i;
			case TUNE_END:
				ending = ending_after(p, i, end);
				if (ending != 0)
					return ending;
				/* The last one, of |1 A |2 B :| . */
				if (p->r.pass < p->r.passes) {
					p->r.pass++;
					return p->r.from;
				}
				repeat_ends(p, i + 1);
				return i + 1;
			default:
				break;
			}
		}
		return i;
	default:
		if (op->count > p->r.passes)
			p->r.passes = op->count;
		/* What comes after an inner one is the outer one's. */
		ending = op->data[0] != 0 ? 0 : ending_after(p, i, end);
		if (ending != 0 && highest(p->ops[ending].ref) > p->r.passes)
			p->r.passes = highest(p->ops[ending].ref);
		if (p->r.pass < p->r.passes) {
			p->r.pass++;
			return p->r.from;
		}
		if (ending == 0)
			repeat_ends(p, i + 1);
		return i + 1;
	}
}

static int
play_op(struct player *p, const struct tune_op *op)
{
	switch (op->kind) {
	case TUNE_NOTE:
		return play_note(p, op);
	case TUNE_REST:
		p->now += op->len;
		return 0;
	case TUNE_CHANNEL:
		if (end_held(p, NULL, 0) == -1)
			return -1;
		for (uint8_t key = 0; p->nheld > 0 && key < 128; key++) {
			if (p->holds[key] &&
			    end_note(p, key, p->held[key]) == -1)
				return -1;
		}
		p->channel = op->data[0] & 0x0F;
		return 0;
	case TUNE_MESSAGE:
		return send(p, p->now, op->data[0], op->data[1], op->data[2]);
	case TUNE_PART:
	case TUNE_BAR:
		return 0;
	default:
		return play_meta(p, op);
	}
}

static int
play_range(struct player *p, size_t begin, size_t end)
{
	p->depth = 0;
	repeat_from(p, begin, false);
	for (size_t i = begin; i < end;) {
		const struct tune_op *op = &p->ops[i];

		if (op->kind >= TUNE_BEGIN && op->kind <= TUNE_SECTION) {
			p->m->steps++;
			i = play_sign(p, i, end);
		} else {
			for (unsigned k = 0; k < op->count; k++) {
				p->m->steps++;
				if (p->m->steps > RIAD_TUNE_EVENTS) {
					errno = EMSGSIZE;
					return -1;
				}
				if (play_op(p, op) == -1)
					return -1;
				if (p->now >= TUNE_TIME_MAX) {
					errno = ERANGE;
					return -1;
				}
			}
			i++;
		}
		if (p->m->steps > RIAD_TUNE_EVENTS) {
			errno = EMSGSIZE;
			return -1;
		}
	}
	return 0;
}

/* By the order of parts, if there is one: what is before the first part comes
 * once; a part that the voice doesn't have is passed over. */
static int
play_parts(struct player *p)
{
	size_t n = tune_nops(p->v), first = n;
	struct {
		size_t begin, end;
	} parts[26] = {{0, 0}};
	int last = -1;

	if (p->m->order == NULL)
		return play_range(p, 0, n);
	for (size_t i = 0; i < n; i++) {
		if (p->ops[i].kind != TUNE_PART)
			continue;
		if (first == n)
			first = i;
		if (last >= 0)
			parts[last].end = i;
		last = (p->ops[i].data[0] - 'A') % 26;
		parts[last].begin = i;
	}
	if (last >= 0)
		parts[last].end = n;
	if (play_range(p, 0, first) == -1)
		return -1;
	for (size_t i = 0; i < p->m->norder; i++) {
		int part = (p->m->order[i] - 'A') % 26;
		if (play_range(p, parts[part].begin, parts[part].end) == -1)
			return -1;
	}
	return 0;
}

static int
play_voice(struct tune_maker *m, const struct tune_voice *v)
{
	struct player p = {
	    .m = m,
	    .v = v,
	    .ops = tune_ops(v),
	    .now = v->begin,
	    .channel = v->channel,
	};

	if (v->name != 0) {
		struct tune_event ev = {
		    .ref = v->name, .status = 0xFF, .meta = 0x03};
		if (tune_event_add(m, false, &ev) == -1)
			return -1;
	}
	if (v->program >= 0 &&
	    send(&p, 0, RIAD_MIDI_PROGRAM, (uint8_t)v->program, 0) == -1)
		return -1;
	if (play_parts(&p) == -1)
		return -1;
	for (uint8_t key = 0; p.nheld > 0 && key < 128; key++) {
		if (p.holds[key] && end_note(&p, key, p.held[key]) == -1)
			return -1;
	}
	return tune_track_end(
	    m, false, p.now > 0 ? (uint32_t)tune_ticks(p.now) : 0);
}

int
tune_play(struct tune_maker *m)
{
	for (size_t i = 0; i < m->nvoices; i++) {
		const struct tune_voice *v = m->voices[i];

		if (play_voice(m, v) == 0)
			continue;
		if (errno == EMSGSIZE)
			return tune_fail(m, v->line, 1,
			    "too long: repeated, this voice has more than %u "
			    "events",
			    RIAD_TUNE_EVENTS);
		if (errno == ERANGE)
			return tune_fail(m, v->line, 1,
			    "too long: this voice has more than %d ticks",
			    RIAD_TUNE_TICKS);
		return -1;
	}
	return tune_track_end(m, true, 0);
}
