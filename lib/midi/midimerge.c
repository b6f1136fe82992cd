/* SPDX-License-Identifier: ISC */

#include "riad/midimerge.h"

#include <stdlib.h>
#include <string.h>

/*
 * The most that a lane holds: what waits, and a feed on top of it, of which
 * each byte is at most the two or three of a message whose status wasn't
 * written, with a part of an exclusive that the stream held, and a message in
 * hand before all that; what makes it silent for a while; and what is made good
 * at the end.
 */
#define FED_MAX (RIAD_MIDI_LANE + 3 * RIAD_MIDI_FEED + RIAD_MIDI_PART + 64)
#define LANE_MAX (FED_MAX + 2 * RIAD_MIDI_SOUNDING_MAX + 64)

int
riad_midi_merge_init(struct riad_midi_merge *m, unsigned n)
{
	*m = (struct riad_midi_merge){.owner = -1};
	riad_buf_init(&m->rt, n * (RIAD_MIDI_LANE + RIAD_MIDI_FEED));
	m->src = calloc(n, sizeof(*m->src));
	if (m->src == NULL)
		return -1;
	m->n = n;
	for (unsigned i = 0; i < n; i++) {
		struct riad_midi_source *s = &m->src[i];
		riad_midi_stream_init(&s->stream, n == 1);
		riad_midi_sounding_init(&s->sent);
		riad_buf_init(&s->lane, LANE_MAX);
		if (riad_buf_reserve(&s->lane, LANE_MAX) == -1)
			goto fail;
	}
	if (riad_buf_reserve(&m->rt, m->rt.max) == -1)
		goto fail;
	return 0;
fail:
	riad_midi_merge_free(m);
	return -1;
}

void
riad_midi_merge_free(struct riad_midi_merge *m)
{
	for (unsigned i = 0; i < m->n; i++)
		riad_buf_free(&m->src[i].lane);
	riad_buf_free(&m->rt);
	free(m->src);
	m->src = NULL;
	m->n = 0;
}

static size_t
waits(const struct riad_midi_source *s)
{
	return s->lane.len - s->at;
}

static bool
is_exact(const struct riad_midi_merge *m)
{
	return m->n == 1;
}

size_t
riad_midi_merge_room(const struct riad_midi_merge *m, unsigned i)
{
	return waits(&m->src[i]) < RIAD_MIDI_LANE &&
		       m->rt.len - m->rt_at < RIAD_MIDI_LANE
		   ? RIAD_MIDI_FEED
		   : 0;
}

/* Buffers were reserved in full, so adding to them cannot fail. */
static void
add(struct riad_buf *buf, const void *data, size_t len)
{
	if (riad_buf_add(buf, data, len) == -1)
		abort();
}

static void
compact(struct riad_buf *buf, size_t *at)
{
	if (*at == 0)
		return;
	memmove(buf->data, buf->data + *at, buf->len - *at);
	buf->len -= *at;
	*at = 0;
}

static void
add_eox(struct riad_midi_source *s)
{
	add(&s->lane, &(uint8_t){RIAD_MIDI_EOX}, 1);
	s->in_exclusive = false;
}

/* Real-time goes its own way, faults nowhere, and all that is left has its
 * status and its end. */
static bool
is_for_lane(struct riad_midi_merge *m, struct riad_midi_source *s,
    struct riad_midi_event *event)
{
	if (event->kind == RIAD_MIDI_RAW) {
		s->dropped += event->len;
		return false;
	}
	if (event->kind == RIAD_MIDI_MESSAGE &&
	    riad_midi_is_realtime(event->status)) {
		add(&m->rt, &event->status, 1);
		return false;
	}
	event->running = false;
	bool goes_on = event->kind == RIAD_MIDI_EXCLUSIVE && !event->first;
	if (s->in_exclusive && !goes_on)
		add_eox(s);
	return true;
}

static void
put(struct riad_midi_merge *m, struct riad_midi_source *s,
    struct riad_midi_event *event)
{
	bool exclusive = event->kind == RIAD_MIDI_EXCLUSIVE;

	if (exclusive && event->first)
		s->skip = false;
	if (exclusive && s->skip) {
		s->dropped += event->len + event->last;
		return;
	}
	if (!is_exact(m) && !is_for_lane(m, s, event))
		return;
	if (exclusive)
		s->in_exclusive = !event->last;
	if (event->kind == RIAD_MIDI_MESSAGE &&
	    riad_midi_is_channel(event->status)) {
		event->running &= !s->anew;
		s->anew = false;
	}
	if (riad_midi_write(&s->lane, event, NULL) == -1)
		abort();
}

void
riad_midi_merge_feed(
    struct riad_midi_merge *m, unsigned i, const uint8_t *data, size_t len)
{
	struct riad_midi_source *s = &m->src[i];
	struct riad_midi_event event;

	compact(&s->lane, &s->at);
	compact(&m->rt, &m->rt_at);
	while (riad_midi_stream_next(&s->stream, &event, &data, &len) == 1)
		put(m, s, &event);
	/* It is in no hurry to be whole, but whoever listens is. */
	if (riad_midi_stream_flush(&s->stream, &event) == 1)
		put(m, s, &event);
}

/* How long the next piece of a lane is that isn't empty, and whether more of
 * the same message comes. */
static size_t
piece(const struct riad_midi_source *s, bool *more)
{
	const uint8_t *p = s->lane.data + s->at;
	size_t len = waits(s), n = 0;

	*more = false;
	if (*p >= 0x80 && *p != RIAD_MIDI_SYSEX) {
		int data = riad_midi_len(*p);
		return 1 + (size_t)(data > 0 ? data : 0);
	}
	while (n < len && n < RIAD_MIDI_PIECE)
		if (p[n++] == RIAD_MIDI_EOX)
			return n;
	*more = true;
	return n;
}

static void
choose_hush(struct riad_midi_merge *m)
{
	unsigned i = m->hand;

	/* Who is in the middle of something goes first. */
	for (unsigned k = 0; k < m->n && m->src[i].hush == 0; k++)
		i = i + 1 < m->n ? i + 1 : 0;
	m->rt_now = false;
	m->hand = i;
	m->unit = m->src[i].hush;
}

/* Real-time has come since this piece of an exclusive was begun. */
static void
make_way(struct riad_midi_merge *m)
{
	if (m->unit == 0 || m->rt_now || m->rt.len == m->rt_at ||
	    !m->src[m->hand].sent.in_exclusive || m->stopping || m->hushing)
		return;
	m->owner = (int)m->hand;
	m->unit = 0;
}

static void
choose(struct riad_midi_merge *m)
{
	if (m->hushing) {
		choose_hush(m);
		return;
	}
	m->rt_now = m->rt.len > m->rt_at;
	if (m->rt_now) {
		m->unit = m->rt.len - m->rt_at;
		return;
	}
	unsigned i = m->turn;
	if (m->owner != -1)
		i = (unsigned)m->owner;
	else
		for (unsigned k = 0; k < m->n && waits(&m->src[i]) == 0; k++)
			i = i + 1 < m->n ? i + 1 : 0;
	if (waits(&m->src[i]) == 0)
		return;

	bool more = false;
	m->unit = is_exact(m) || m->stopping ? waits(&m->src[i])
					     : piece(&m->src[i], &more);
	m->hand = i;
	m->owner = more ? (int)i : -1;
	m->turn = i + 1 < m->n ? i + 1 : 0;
}

const uint8_t *
riad_midi_merge_next(struct riad_midi_merge *m, size_t *len)
{
	make_way(m);
	if (m->unit == 0)
		choose(m);
	if (m->unit == 0)
		return NULL;
	*len = m->unit;
	if (m->rt_now)
		return m->rt.data + m->rt_at;
	struct riad_midi_source *s = &m->src[m->hand];
	return s->lane.data + s->at;
}

void
riad_midi_merge_taken(struct riad_midi_merge *m, size_t n)
{
	struct riad_midi_source *s = &m->src[m->hand];

	m->unit -= n;
	if (m->rt_now) {
		/* A reset concerns all. */
		for (unsigned i = 0; i < m->n; i++)
			riad_midi_sounding_see(
			    &m->src[i].sent, m->rt.data + m->rt_at, n);
		m->rt_at += n;
		return;
	}
	riad_midi_sounding_see(&s->sent, s->lane.data + s->at, n);
	s->at += n;
	if (m->hushing)
		s->hush -= n;
}

bool
riad_midi_merge_idle(const struct riad_midi_merge *m)
{
	if (m->rt.len > m->rt_at)
		return false;
	for (unsigned i = 0; i < m->n; i++)
		if (waits(&m->src[i]) > 0)
			return false;
	return true;
}

/* What will have been sent of a source when its lane is empty. */
static struct riad_midi_sounding
then(const struct riad_midi_source *s)
{
	struct riad_midi_sounding sent = s->sent;

	riad_midi_sounding_see(&sent, s->lane.data + s->at, waits(s));
	return sent;
}

static struct riad_midi_sounding
of_others(const struct riad_midi_merge *m, unsigned i)
{
	struct riad_midi_sounding all = {.status = 0};

	for (unsigned k = 0; k < m->n; k++) {
		if (k == i)
			continue;
		struct riad_midi_sounding one = then(&m->src[k]);
		for (unsigned c = 0; c < 16; c++) {
			all.on[c][0] |= one.on[c][0];
			all.on[c][1] |= one.on[c][1];
		}
		for (unsigned p = 0; p < RIAD_MIDI_PEDALS; p++)
			all.pedals[p] |= one.pedals[p];
	}
	return all;
}

static void
add_off(struct riad_midi_source *s, const struct riad_midi_sounding *others)
{
	struct riad_midi_sounding sent = then(s);

	if (riad_midi_sounding_off(&s->lane, &sent, others) == -1)
		abort();
}

size_t
riad_midi_merge_end(struct riad_midi_merge *m, unsigned i, bool off)
{
	struct riad_midi_source *s = &m->src[i];
	struct riad_midi_event event;
	size_t lost = 0;

	compact(&s->lane, &s->at);
	if (riad_midi_stream_end(&s->stream, &event) == 1) {
		if (event.kind == RIAD_MIDI_RAW)
			lost = event.len;
		else
			put(m, s, &event);
	}
	if (then(s).in_exclusive) {
		add_eox(s);
		lost = 1;
	}
	if (off) {
		struct riad_midi_sounding others = of_others(m, i);
		add_off(s, &others);
	}
	riad_midi_stream_init(&s->stream, is_exact(m));
	s->in_exclusive = s->skip = false;
	return lost;
}

size_t
riad_midi_merge_drop(struct riad_midi_merge *m, unsigned i)
{
	struct riad_midi_source *s = &m->src[i];
	size_t n = waits(s) + m->rt.len - m->rt_at;

	s->skip |= then(s).in_exclusive;
	s->in_exclusive = false;
	s->anew = true;
	s->lane.len = s->at = s->hush = 0;
	m->rt.len = m->rt_at = 0;
	if (m->owner == (int)i)
		m->owner = -1;
	if (m->rt_now || m->hand == i)
		m->unit = 0;
	return n;
}

/* How many bytes of the lane make the message in hand whole. */
static size_t
rest(const struct riad_midi_source *s)
{
	return riad_midi_sounding_rest(
	    &s->sent, s->lane.data + s->at, waits(s));
}

/* Puts bytes into a lane so that they are sent as the ones at i, for which
 * there is room. */
static void
insert(struct riad_midi_source *s, size_t i, const uint8_t *data, size_t len)
{
	add(&s->lane, data, len);
	memmove(
	    s->lane.data + i + len, s->lane.data + i, s->lane.len - len - i);
	memcpy(s->lane.data + i, data, len);
}

/* Does what a lane has from i on begin with a status of its own?  Of one that
 * has nothing but real-time nobody knows. */
static bool
has_status(const struct riad_midi_source *s, size_t i)
{
	while (i < s->lane.len && riad_midi_is_realtime(s->lane.data[i]))
		i++;
	return i < s->lane.len && s->lane.data[i] >= 0x80;
}

static void
hush(struct riad_midi_source *s)
{
	struct riad_midi_sounding sent = s->sent;
	size_t n = rest(s);
	struct riad_buf off;

	compact(&s->lane, &s->at);
	riad_midi_sounding_see(&sent, s->lane.data, n);
	s->hush = n;
	/* Not between the halves of a message that came in parts. */
	if (sent.need > 0 || riad_midi_sounding_count(&sent) == 0 ||
	    waits(s) > FED_MAX)
		return;
	riad_buf_init(&off, RIAD_MIDI_SOUNDING_MAX + 1);
	if (riad_midi_sounding_off(&off, &sent, NULL) == 0) {
		s->hush += off.len;
		/* The status that was in force, or will be by the next one. */
		bool again = s->lane.len > n && !has_status(s, n) &&
			     riad_midi_is_channel(sent.status);
		if (again && riad_buf_add(&off, &sent.status, 1) == -1)
			s->hush = n;
		else
			insert(s, n, off.data, off.len);
		s->anew |= !again;
	}
	riad_buf_free(&off);
}

void
riad_midi_merge_hush(struct riad_midi_merge *m)
{
	bool in_exclusive = false;

	for (unsigned i = 0; i < m->n; i++)
		in_exclusive |= m->src[i].sent.in_exclusive;
	for (unsigned i = 0; i < m->n; i++) {
		m->src[i].hush = 0;
		if (!in_exclusive && !m->stopping)
			hush(&m->src[i]);
	}
	m->unit = 0;
	m->hushing = true;
}

bool
riad_midi_merge_hushed(const struct riad_midi_merge *m)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->src[i].hush > 0)
			return false;
	return true;
}

void
riad_midi_merge_resume(struct riad_midi_merge *m)
{
	m->hushing = false;
	m->unit = 0;
	/* In the middle of a message, it goes on with that. */
	for (unsigned i = 0; i < m->n; i++) {
		if (m->src[i].sent.need > 0) {
			m->hand = i;
			m->unit = rest(&m->src[i]);
		}
	}
}

void
riad_midi_merge_stop(struct riad_midi_merge *m)
{
	for (unsigned i = 0; i < m->n; i++) {
		struct riad_midi_source *s = &m->src[i];
		compact(&s->lane, &s->at);
		s->lane.len = rest(s);
		if (s->sent.in_exclusive)
			add_eox(s);
		/* Who is in the middle of something goes first. */
		if (s->lane.len > 0)
			m->turn = i;
		add_off(s, NULL);
	}
	m->rt.len = m->rt_at = 0;
	m->owner = -1;
	m->unit = 0;
	m->rt_now = m->hushing = false;
	m->stopping = true;
}

/* The lane after the end of the exclusive that it goes on with. */
static void
skip_exclusive(struct riad_midi_source *s)
{
	const uint8_t *p = s->lane.data;

	while (s->at < s->lane.len) {
		uint8_t byte = p[s->at];
		if (byte < 0x80 || riad_midi_is_realtime(byte) ||
		    byte == RIAD_MIDI_EOX) {
			s->at++;
			s->dropped++;
		}
		if (byte == RIAD_MIDI_EOX ||
		    (byte >= 0x80 && !riad_midi_is_realtime(byte)))
			return;
	}
	s->skip = true;
	s->in_exclusive = false;
}

/* What was sent of the message in hand, or the status that the lane relies on,
 * is put before the lane. */
static void
take_back(struct riad_midi_source *s)
{
	const struct riad_midi_sounding *sent = &s->sent;
	uint8_t again[3] = {sent->status, sent->data[0], sent->data[1]};
	size_t n = sent->need > 0 ? 1U + sent->have : 1U;

	compact(&s->lane, &s->at);
	if (sent->status == 0 || (waits(s) == 0 && sent->need == 0)) {
		s->anew = true;
		return;
	}
	/* A status of its own needs no other before it. */
	if (sent->need == 0 && has_status(s, 0))
		return;
	insert(s, 0, again, n);
}

void
riad_midi_merge_anew(struct riad_midi_merge *m)
{
	for (unsigned i = 0; i < m->n; i++) {
		struct riad_midi_source *s = &m->src[i];
		if (s->sent.in_exclusive)
			skip_exclusive(s);
		else
			take_back(s);
		s->hush = 0;
		riad_midi_sounding_init(&s->sent);
	}
	m->owner = -1;
	m->unit = 0;
	m->rt_now = false;
}

bool
riad_midi_merge_stuck(const struct riad_midi_merge *m)
{
	if (m->owner == -1 || m->unit > 0 || waits(&m->src[m->owner]) > 0)
		return false;
	for (unsigned i = 0; i < m->n; i++)
		if (waits(&m->src[i]) > 0)
			return true;
	return false;
}

void
riad_midi_merge_release(struct riad_midi_merge *m)
{
	struct riad_midi_source *s = &m->src[m->owner];

	compact(&s->lane, &s->at);
	add_eox(s);
	s->skip = true;
}
