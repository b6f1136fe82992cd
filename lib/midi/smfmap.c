/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/smf.h"

/*
 * From where on a tempo or a signature counts.  Both lists are kept in order,
 * begin with an entry at 0, and have what was worked out in their first valid
 * ones; at is the one that was asked for last.
 */
struct tempo {
	int64_t ticks;
	int64_t us;    /* of it, whole ones, */
	uint64_t over; /* and the rest of one, in parts of den */
	uint32_t quarter;
};

struct meter {
	int64_t ticks;
	int64_t bar;          /* from 0 */
	uint8_t beats, power; /* a bar is so many notes of 1/2^power */
};

struct list {
	void *entries;
	size_t n, cap, valid, at;
};

struct riad_smf_map {
	/* A microsecond is num/den ticks, of PPQ by the tempo. */
	bool smpte, full;
	uint64_t num, den;
	uint64_t quarter; /* ticks of it */
	struct list tempos, meters;
};

static const struct tempo tempo_zero = {.quarter = 500000};
static const struct meter meter_zero = {.beats = 4, .power = 2};

static void
set_division(struct riad_smf_map *map, uint16_t division)
{
	map->smpte = riad_smf_is_smpte(division);
	map->den = division == 0 ? 480 : division;
	map->quarter = map->den;
	if (!map->smpte)
		return;

	uint64_t fps = riad_smf_fps(division);
	uint64_t ticks = riad_smf_ticks(division);
	if (ticks == 0)
		ticks = 1;
	/* 29 is 30 of which some are dropped: 30000 frames in 1001 seconds. */
	const uint64_t seconds = fps == 29 ? 1001 : 1;
	map->num = 1000000 * seconds;
	map->den = fps == 29 ? 30000 * ticks : fps * ticks;
	/* Half a second, to the nearest tick. */
	map->quarter = (map->den + seconds) / (2 * seconds);
}

struct riad_smf_map *
riad_smf_map_new(uint16_t division)
{
	struct riad_smf_map *map = calloc(1, sizeof(*map));

	if (map == NULL)
		return NULL;
	set_division(map, division);
	map->tempos.entries = malloc(sizeof(struct tempo));
	map->meters.entries = malloc(sizeof(struct meter));
	if (map->tempos.entries == NULL || map->meters.entries == NULL) {
		riad_smf_map_free(map);
		return NULL;
	}
	*(struct tempo *)map->tempos.entries = tempo_zero;
	*(struct meter *)map->meters.entries = meter_zero;
	map->tempos.n = map->tempos.cap = map->tempos.valid = 1;
	map->meters.n = map->meters.cap = map->meters.valid = 1;
	return map;
}

void
riad_smf_map_free(struct riad_smf_map *map)
{
	if (map == NULL)
		return;
	free(map->tempos.entries);
	free(map->meters.entries);
	free(map);
}

bool
riad_smf_map_full(const struct riad_smf_map *map)
{
	return map->full;
}

/* --- lists; each entry begins with its ticks */

static int64_t
ticks_of(const struct list *list, size_t i, size_t size)
{
	int64_t ticks;

	memcpy(
	    &ticks, (const uint8_t *)list->entries + i * size, sizeof(ticks));
	return ticks;
}

/* The last entry that isn't after ticks, which are not before 0. */
static size_t
find(struct list *list, size_t size, int64_t ticks)
{
	size_t at = list->at;

	/* Mostly it is the one of last time, or the one after it. */
	if (ticks_of(list, at, size) <= ticks)
		for (int i = 0; i < 4; i++, at++)
			if (at + 1 == list->n ||
			    ticks_of(list, at + 1, size) > ticks)
				return list->at = at;

	size_t lo = 0, hi = list->n;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (ticks_of(list, mid, size) <= ticks)
			lo = mid;
		else
			hi = mid;
	}
	return list->at = lo;
}

/* Where the entry for ticks is: a new one, or that which was there.  NULL with
 * errno 0 if there are too many. */
static void *
place(struct riad_smf_map *map, struct list *list, size_t size, int64_t ticks)
{
	size_t at = find(list, size, ticks);

	if (ticks_of(list, at, size) < ticks) {
		if (list->n == RIAD_SMF_MAP_MAX) {
			map->full = true;
			errno = 0;
			return NULL;
		}
		if (list->n == list->cap) {
			size_t cap = list->cap < 8 ? 8 : 2 * list->cap;
			void *entries = realloc(list->entries, cap * size);
			if (entries == NULL)
				return NULL;
			list->entries = entries;
			list->cap = cap;
		}
		at++;
		uint8_t *p = (uint8_t *)list->entries + at * size;
		memmove(p + size, p, (list->n - at) * size);
		list->n++;
	}
	if (list->valid > at)
		list->valid = at;
	return (uint8_t *)list->entries + at * size;
}

int
riad_smf_map_add(struct riad_smf_map *map, int64_t ticks,
    const struct riad_midi_event *event)
{
	const uint8_t *p = event->bytes;

	if (event->kind != RIAD_MIDI_META)
		return 0;
	if (ticks < 0)
		ticks = 0;
	if (event->meta == 0x51 && event->len == 3) {
		uint32_t quarter =
		    (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		if (quarter == 0)
			return 0;
		struct tempo *t = place(map, &map->tempos, sizeof(*t), ticks);
		if (t == NULL)
			return errno == 0 ? 0 : -1;
		*t = (struct tempo){.ticks = ticks, .quarter = quarter};
	}
	if (event->meta == 0x58 && event->len >= 2) {
		if (p[0] == 0 || p[1] > 7)
			return 0;
		struct meter *m = place(map, &map->meters, sizeof(*m), ticks);
		if (m == NULL)
			return errno == 0 ? 0 : -1;
		*m = (struct meter){
		    .ticks = ticks, .beats = p[0], .power = p[1]};
	}
	return 0;
}

int
riad_smf_map_read(
    struct riad_smf_map *map, const uint8_t *data, size_t len, uint32_t track)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;
	bool had = false, one = false;

	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_HEADER && !had) {
			set_division(map, item.division);
			map->tempos.valid = map->meters.valid = 0;
			one = item.format == 2;
			had = true;
		} else if (item.kind == RIAD_SMF_TRACK && one &&
			   item.track != track) {
			riad_smf_skip(&r);
		} else if (item.kind == RIAD_SMF_EVENT &&
			   riad_smf_map_add(
			       map, item.event.time, &item.event) == -1) {
			return -1;
		}
	}
	return 0;
}

/* --- time */

/* a * b / c in whole, and what is left of c; INT64_MAX if it is too great. */
static int64_t
scale(uint64_t *over, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t whole, rest = a % c * b, sum;

	*over = rest % c;
	if (__builtin_mul_overflow(a / c, b, &whole) ||
	    __builtin_add_overflow(whole, rest / c, &sum) || sum > INT64_MAX) {
		*over = 0;
		return INT64_MAX;
	}
	return (int64_t)sum;
}

static int64_t
add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static uint64_t
us_of_den(const struct riad_smf_map *map, const struct tempo *t)
{
	return map->smpte ? map->num : t->quarter;
}

/* From a tempo on: whole microseconds, and parts of den. */
static int64_t
us_since(const struct riad_smf_map *map, const struct tempo *t, int64_t ticks,
    uint64_t *over)
{
	int64_t us = add(t->us, scale(over, (uint64_t)(ticks - t->ticks),
				    us_of_den(map, t), map->den));

	*over += t->over;
	if (*over >= map->den) {
		*over -= map->den;
		us = add(us, 1);
	}
	return us;
}

static struct tempo *
tempos(struct riad_smf_map *map)
{
	struct tempo *t = map->tempos.entries;
	size_t i = map->tempos.valid;

	if (i == 0)
		t[i++].us = 0, t[0].over = 0;
	for (; i < map->tempos.n; i++)
		t[i].us = us_since(map, &t[i - 1], t[i].ticks, &t[i].over);
	map->tempos.valid = i;
	return t;
}

int64_t
riad_smf_map_us(struct riad_smf_map *map, int64_t ticks)
{
	uint64_t over;

	if (ticks <= 0)
		return 0;
	const struct tempo *t = tempos(map);
	t += find(&map->tempos, sizeof(*t), ticks);
	int64_t us = us_since(map, t, ticks, &over);
	return add(us, 2 * over >= map->den);
}

int64_t
riad_smf_map_ticks(struct riad_smf_map *map, int64_t us)
{
	const struct tempo *t = tempos(map);
	size_t lo = 0, hi = map->tempos.n;

	if (us <= 0)
		return 0;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (t[mid].us <= us)
			lo = mid;
		else
			hi = mid;
	}
	t += lo;
	/* Parts of den that t is late by are less than a microsecond: they
	 * bear on which tick is nearest only where ticks are as short. */
	uint64_t unit = us_of_den(map, t), over;
	int64_t ticks = scale(&over, (uint64_t)(us - t->us), map->den, unit);
	if (over >= t->over) {
		over -= t->over;
	} else if (ticks > 0) {
		ticks--;
		over += unit - t->over % unit;
	}
	return add(t->ticks, add(ticks, 2 * over >= unit));
}

uint32_t
riad_smf_map_tempo(struct riad_smf_map *map, int64_t ticks)
{
	const struct tempo *t = tempos(map);

	return t[find(&map->tempos, sizeof(*t), ticks < 0 ? 0 : ticks)].quarter;
}

/* --- bars */

/* Notes of the denominator that begin within ticks of a signature, and the
 * ticks since the last one. */
static int64_t
beats_in(const struct riad_smf_map *map, const struct meter *m, int64_t ticks,
    uint32_t *rest)
{
	const uint64_t whole = 4 * map->quarter;
	uint64_t over;
	int64_t beats =
	    scale(&over, (uint64_t)ticks, (uint64_t)1 << m->power, whole);

	/* over is in parts of a tick, which begin before it does. */
	*rest = (uint32_t)(over >> m->power);
	return beats;
}

/* The first tick of the nth beat. */
static int64_t
tick_of(const struct riad_smf_map *map, const struct meter *m, uint64_t beats)
{
	uint64_t over;
	int64_t ticks =
	    scale(&over, beats, 4 * map->quarter, (uint64_t)1 << m->power);

	return add(ticks, over > 0);
}

static struct meter *
meters(struct riad_smf_map *map)
{
	struct meter *m = map->meters.entries;
	size_t i = map->meters.valid;
	uint32_t rest;

	if (i == 0)
		m[i++].bar = 0;
	for (; i < map->meters.n; i++) {
		const struct meter *last = &m[i - 1];
		int64_t beats =
		    beats_in(map, last, m[i].ticks - last->ticks, &rest);
		/* Bars that are begun are bars. */
		int64_t bars = beats / last->beats;
		if (beats % last->beats > 0 || rest > 0)
			bars++;
		m[i].bar = add(last->bar, bars);
	}
	map->meters.valid = i;
	return m;
}

struct riad_smf_beat
riad_smf_map_beat(struct riad_smf_map *map, int64_t ticks)
{
	struct riad_smf_beat beat;

	if (ticks < 0)
		ticks = 0;
	const struct meter *m = meters(map);
	m += find(&map->meters, sizeof(*m), ticks);
	int64_t beats = beats_in(map, m, ticks - m->ticks, &beat.tick);
	beat.bar = add(add(m->bar, beats / m->beats), 1);
	beat.beat = (uint32_t)(beats % m->beats) + 1;
	return beat;
}

int64_t
riad_smf_map_of_beat(struct riad_smf_map *map, const struct riad_smf_beat *beat)
{
	const struct meter *m = meters(map);
	size_t lo = 0, hi = map->meters.n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (m[mid].bar < beat->bar)
			lo = mid;
		else
			hi = mid;
	}
	m += lo;
	uint64_t beats;
	if (beat->bar > 0 && beat->beat > 0 &&
	    !__builtin_mul_overflow((uint64_t)(beat->bar - 1 - m->bar),
		(uint64_t)m->beats, &beats) &&
	    !__builtin_add_overflow(beats, beat->beat - 1, &beats) &&
	    beats < INT64_MAX) {
		int64_t ticks =
		    add(m->ticks, add(tick_of(map, m, beats), beat->tick));
		struct riad_smf_beat back = riad_smf_map_beat(map, ticks);
		if (ticks < INT64_MAX && back.bar == beat->bar &&
		    back.beat == beat->beat && back.tick == beat->tick)
			return ticks;
	}
	errno = EINVAL;
	return -1;
}
