/* SPDX-License-Identifier: ISC */

#include "riad/smfmerge.h"

#include <errno.h>
#include <stdlib.h>

#include "vlq.h"

/* When the next event of a track is; what can't be read comes at once. */
static int64_t
time_of_next(const struct riad_smf_reader *r)
{
	uint32_t delta = 0;

	riad_vlq_get(&delta, r->data + r->pos, r->end - r->pos);
	return r->time + delta;
}

static bool
is_before(const struct riad_smf_turn *a, const struct riad_smf_turn *b)
{
	return a->time != b->time ? a->time < b->time : a->track < b->track;
}

/* Lets the turn at i go down to where it belongs. */
static void
sift(struct riad_smf_merge *m, size_t i)
{
	struct riad_smf_turn *t = m->turns, moved = t[i];
	size_t child;

	for (; (child = 2 * i + 1) < m->nturns; i = child) {
		if (child + 1 < m->nturns &&
		    is_before(&t[child + 1], &t[child]))
			child++;
		if (!is_before(&t[child], &moved))
			break;
		t[i] = t[child];
	}
	t[i] = moved;
}

static int
add_reader(
    struct riad_smf_merge *m, size_t *cap, const struct riad_smf_reader *r)
{
	if (m->nreaders == RIAD_SMF_MERGE_MAX)
		return 0;
	if (m->nreaders == *cap) {
		size_t more = *cap == 0 ? 16 : 2 * *cap;
		void *p = realloc(m->readers, more * sizeof(*m->readers));
		if (p == NULL)
			return -1;
		m->readers = p;
		*cap = more;
	}
	m->readers[m->nreaders++] = *r;
	return 0;
}

int
riad_smf_merge_init(
    struct riad_smf_merge *m, const uint8_t *data, size_t len, int64_t track)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;
	bool had = false;
	size_t cap = 0;

	*m = (struct riad_smf_merge){.format = 1, .division = 480};
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1) {
		m->faults += item.why != NULL;
		if (item.kind == RIAD_SMF_HEADER && !had) {
			m->format = item.format;
			m->division = item.division;
			had = true;
		}
		if (item.kind != RIAD_SMF_TRACK)
			continue;
		int64_t want = m->format == 2 && track < 0 ? 0 : track;
		if ((want < 0 || item.track == want) &&
		    add_reader(m, &cap, &r) == -1)
			goto fail;
		riad_smf_skip(&r);
	}
	m->faults += r.why != NULL;
	m->tracks = r.track;
	if (m->nreaders == 0)
		return 0;

	m->turns = malloc(m->nreaders * sizeof(*m->turns));
	if (m->turns == NULL)
		goto fail;
	m->nturns = m->nreaders;
	for (size_t i = m->nturns; i-- > 0;) {
		m->turns[i] = (struct riad_smf_turn){
		    .time = time_of_next(&m->readers[i]),
		    .track = m->readers[i].track,
		    .reader = (uint32_t)i,
		};
		sift(m, i);
	}
	return 0;
fail:
	riad_smf_merge_free(m);
	errno = ENOMEM;
	return -1;
}

void
riad_smf_merge_free(struct riad_smf_merge *m)
{
	free(m->readers);
	free(m->turns);
	m->readers = NULL;
	m->turns = NULL;
	m->nreaders = m->nturns = 0;
}

/* Is what comes next a packet more of an exclusive? */
static bool
goes_on(const struct riad_smf_reader *r, const struct riad_smf_item *item)
{
	uint32_t delta;

	if (item->kind != RIAD_SMF_EVENT ||
	    item->event.kind != RIAD_MIDI_EXCLUSIVE || item->event.last)
		return false;
	size_t n = riad_vlq_get(&delta, r->data + r->pos, r->end - r->pos);
	return n > 0 && n < r->end - r->pos &&
	       r->data[r->pos + n] == RIAD_MIDI_EOX;
}

int
riad_smf_merge_next(struct riad_smf_merge *m, struct riad_smf_item *item)
{
	while (m->nturns > 0) {
		struct riad_smf_turn *turn = m->turns;
		struct riad_smf_reader *r = &m->readers[turn->reader];
		const int64_t time = turn->time;

		bool has = riad_smf_next(r, item) == 1 &&
			   (item->kind == RIAD_SMF_EVENT ||
			       item->kind == RIAD_SMF_RAW);
		/* With its time as it is, it is first again. */
		if (has && !(m->whole && goes_on(r, item)))
			turn->time = time_of_next(r);
		else if (!has)
			*turn = m->turns[--m->nturns];
		sift(m, 0);
		if (!has)
			continue;
		/* Of what isn't understood the delta may not count. */
		if (item->kind == RIAD_SMF_RAW)
			item->event.time = time;
		return 1;
	}
	return 0;
}
