/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <string.h>

#include "riad/smf.h"
#include "vlq.h"

/* The greatest number of four bytes, which is what the standard allows. */
#define VLQ_SOUND ((uint32_t)0x0FFFFFFF)

/* A delta of 32 bits, which readers take, after one that came to nothing; not
 * by as many steps as one may ask for. */
#define GAP_MAX ((int64_t)1 << 33)

/* What an event takes without its bytes: delta, status, type, length. */
#define EVENT_MAX (2 * RIAD_VLQ_MAX + 4)

#define CHUNK_HDR ((size_t)8)

static void
put32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

static void
put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static int
refuse(int error)
{
	errno = error;
	return -1;
}

void
riad_smf_writer_init(
    struct riad_smf_writer *w, struct riad_buf *out, bool exact)
{
	*w = (struct riad_smf_writer){
	    .out = out, .exact = exact, .division = 480};
}

/* --- events */

/* Goes so far towards a time that the rest is a sound delta. */
static int
pass(struct riad_smf_writer *w, int64_t time)
{
	static const uint8_t step[] = {
	    0xFF, 0xFF, 0xFF, 0x7F, RIAD_MIDI_RESET, 0x01, 0x00};

	if (time < w->time || time - w->time > GAP_MAX)
		return refuse(EINVAL);
	for (; time - w->time > VLQ_SOUND; w->time += VLQ_SOUND) {
		if (riad_buf_add(w->out, step, sizeof(step)) == -1)
			return -1;
		w->running = 0;
	}
	return 0;
}

/* The delta of what comes next, at to. */
static int
put_delta(struct riad_smf_writer *w, const struct riad_smf_item *item,
    uint8_t *to, size_t *len)
{
	if (w->exact) {
		*len = riad_vlq_put(to, item->delta, item->delta_len);
		return 0;
	}
	if (pass(w, item->event.time) == -1)
		return -1;
	*len = riad_vlq_put(to, (uint32_t)(item->event.time - w->time), 0);
	w->time = item->event.time;
	return 0;
}

/* Bytes behind their length, before which there are nhead of head. */
static int
put_long(struct riad_smf_writer *w, const struct riad_smf_item *item,
    const uint8_t *head, size_t nhead, bool eox)
{
	const struct riad_midi_event *e = &item->event;
	uint8_t bytes[EVENT_MAX];
	size_t n = 0;

	if (e->len > (w->exact ? UINT32_MAX : VLQ_SOUND) - eox)
		return refuse(EMSGSIZE);
	if (put_delta(w, item, bytes, &n) == -1)
		return -1;
	memcpy(bytes + n, head, nhead);
	n += nhead;
	n += riad_vlq_put(bytes + n, (uint32_t)(e->len + eox),
	    w->exact ? item->length_len : 0);
	w->running = 0;
	if (riad_buf_reserve(w->out, n + e->len + eox) == -1)
		return -1;
	uint8_t *to = w->out->data + w->out->len;
	memcpy(to, bytes, n);
	if (e->len > 0)
		memcpy(to + n, e->bytes, e->len);
	if (eox)
		to[n + e->len] = RIAD_MIDI_EOX;
	w->out->len += n + e->len + eox;
	return 0;
}

/* What files have no events for can still be sent, from an escape. */
static int
put_system(struct riad_smf_writer *w, const struct riad_smf_item *item, int len)
{
	const struct riad_midi_event *e = &item->event;
	const uint8_t bytes[3] = {e->status, e->data[0], e->data[1]};
	static const uint8_t head[] = {RIAD_MIDI_EOX};
	struct riad_smf_item escape = *item;

	escape.event.bytes = bytes;
	escape.event.len = (size_t)len + 1;
	return put_long(w, &escape, head, sizeof(head), false);
}

static int
put_message(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;
	const uint8_t status = e->status;
	const bool channel = riad_midi_is_channel(status);
	const int len = riad_midi_len(status);

	if (len == -1 || ((e->data[0] | e->data[1]) & 0x80))
		return refuse(EINVAL);
	if (!channel && !w->exact)
		return put_system(w, item, len);
	/* To a file this one is a meta event. */
	if (status == RIAD_MIDI_RESET)
		return refuse(EINVAL);

	uint8_t bytes[EVENT_MAX];
	size_t n = 0;
	if (put_delta(w, item, bytes, &n) == -1)
		return -1;
	if (w->exact ? !e->running : !(w->compress && status == w->running))
		bytes[n++] = status;
	bytes[n] = e->data[0];
	bytes[n + 1] = e->data[1];
	n += (size_t)len;
	w->running = status;

	/* A copy of a fixed length is a few instructions. */
	struct riad_buf *out = w->out;
	if (out->data == NULL || out->cap - out->len < sizeof(bytes) ||
	    out->max - out->len < n)
		return riad_buf_add(out, bytes, n);
	memcpy(out->data + out->len, bytes, sizeof(bytes));
	out->len += n;
	return 0;
}

static int
put_meta(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	const uint8_t head[] = {RIAD_MIDI_RESET, item->event.meta};

	/* There is one end, and it is at the end. */
	if (!w->exact && item->event.meta == 0x2F) {
		if (pass(w, item->event.time) == -1)
			return -1;
		w->ended = item->event.time;
		return 0;
	}
	return put_long(w, item, head, sizeof(head), false);
}

static int
put_event(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;
	static const uint8_t packet[] = {RIAD_MIDI_SYSEX, RIAD_MIDI_EOX};

	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		return put_message(w, item);
	case RIAD_MIDI_EXCLUSIVE:
		return put_long(
		    w, item, e->first ? packet : packet + 1, 1, e->last);
	case RIAD_MIDI_META:
		return put_meta(w, item);
	case RIAD_MIDI_ESCAPE:
		return put_long(w, item, packet + 1, 1, false);
	case RIAD_MIDI_RAW:
		/* Of a stream, so that it may be sent as it was. */
		if (w->exact)
			break;
		return e->len == 0 ? 0
				   : put_long(w, item, packet + 1, 1, false);
	}
	return refuse(EINVAL);
}

/* --- chunks */

static int
put_end(struct riad_smf_writer *w)
{
	if (!w->exact) {
		struct riad_smf_item end = {.event = {.meta = 0x2F}};
		const uint8_t head[] = {RIAD_MIDI_RESET, 0x2F};

		end.event.time = w->ended > w->time ? w->ended : w->time;
		if (put_long(w, &end, head, sizeof(head), false) == -1)
			return -1;
	}
	w->in_track = false;
	if (w->lies)
		return 0;
	size_t len = w->out->len - w->track_at - CHUNK_HDR;
	if (len > UINT32_MAX)
		return refuse(EMSGSIZE);
	put32(w->out->data + w->track_at + 4, (uint32_t)len);
	return 0;
}

static int
put_header(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	uint8_t bytes[CHUNK_HDR + 6] = "MThd";

	if (!w->exact && w->has_header)
		return 0;
	if (w->in_track && put_end(w) == -1)
		return -1;
	if (item->extra_len > UINT32_MAX - 6)
		return refuse(EMSGSIZE);
	w->has_header = true;
	w->header_at = w->out->len;
	put32(bytes + 4, w->exact && item->lies
			     ? item->length
			     : (uint32_t)item->extra_len + 6);
	put16(bytes + 8, item->format);
	put16(bytes + 10, item->ntracks);
	put16(bytes + 12, item->division);
	if (riad_buf_add(w->out, bytes, sizeof(bytes)) == -1)
		return -1;
	return riad_buf_add(w->out, item->extra, item->extra_len);
}

static int
need_header(struct riad_smf_writer *w)
{
	const struct riad_smf_item header = {
	    .format = 0, .division = w->division};

	return w->has_header || w->exact ? 0 : put_header(w, &header);
}

static int
put_track(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	uint8_t bytes[CHUNK_HDR] = "MTrk";

	if (need_header(w) == -1 || (w->in_track && put_end(w) == -1))
		return -1;
	/* A header can't count more. */
	if (!w->exact && w->ntracks == UINT16_MAX)
		return refuse(EMSGSIZE);
	w->ntracks++;
	w->track_at = w->out->len;
	w->lies = w->exact && item->lies;
	if (w->lies)
		put32(bytes + 4, item->length);
	w->in_track = true;
	w->time = w->ended = 0;
	w->running = 0;
	return riad_buf_add(w->out, bytes, sizeof(bytes));
}

static int
put_chunk(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	uint8_t bytes[CHUNK_HDR];

	if (need_header(w) == -1 || (w->in_track && put_end(w) == -1))
		return -1;
	if (item->event.len > UINT32_MAX)
		return refuse(EMSGSIZE);
	memcpy(bytes, item->type, sizeof(item->type));
	put32(bytes + 4,
	    w->exact && item->lies ? item->length : (uint32_t)item->event.len);
	if (riad_buf_add(w->out, bytes, sizeof(bytes)) == -1)
		return -1;
	return riad_buf_add(w->out, item->event.bytes, item->event.len);
}

int
riad_smf_write(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	switch (item->kind) {
	case RIAD_SMF_RIFF:
	case RIAD_SMF_RAW:
		/* In a track the time goes by all the same. */
		if (!w->exact)
			return w->in_track && item->event.time > w->time
				   ? pass(w, item->event.time)
				   : 0;
		return riad_buf_add(w->out, item->event.bytes, item->event.len);
	case RIAD_SMF_HEADER:
		return put_header(w, item);
	case RIAD_SMF_TRACK:
		return put_track(w, item);
	case RIAD_SMF_EVENT:
		if (!w->in_track) {
			const struct riad_smf_item track = {
			    .kind = RIAD_SMF_TRACK};
			if (w->exact)
				return refuse(EINVAL);
			if (put_track(w, &track) == -1)
				return -1;
		}
		return put_event(w, item);
	case RIAD_SMF_END:
		return w->in_track ? put_end(w) : refuse(EINVAL);
	case RIAD_SMF_CHUNK:
		return put_chunk(w, item);
	}
	return refuse(EINVAL);
}

int
riad_smf_writer_end(struct riad_smf_writer *w)
{
	if (w->in_track && put_end(w) == -1)
		return -1;
	if (w->exact || need_header(w) == -1)
		return w->exact ? 0 : -1;
	uint8_t *header = w->out->data + w->header_at;
	put16(header + 10, (uint16_t)w->ntracks);
	/* Format 0 has a track; of what 3 would be nobody knows. */
	if (w->ntracks > 1 && header[8] == 0 && header[9] == 0)
		header[9] = 1;
	return 0;
}
