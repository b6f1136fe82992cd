/* SPDX-License-Identifier: ISC */

#include "riad/smf.h"

#include <string.h>

#include "vlq.h"

/* A type and a length. */
#define CHUNK_HDR ((size_t)8)
#define MTHD_LEN ((size_t)6)

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

/* Is this type at pos, and before end? */
static bool
is_at(const struct riad_smf_reader *r, size_t pos, const char type[4])
{
	return r->limit - pos >= 4 && memcmp(r->data + pos, type, 4) == 0;
}

static bool
is_known(const struct riad_smf_reader *r, size_t pos)
{
	return is_at(r, pos, "MTrk") || is_at(r, pos, "MThd");
}

/* Where from pos on a track or a header begins, or the end. */
static size_t
find_chunk(const struct riad_smf_reader *r, size_t pos, size_t end)
{
	while (pos < end) {
		const uint8_t *p = memchr(r->data + pos, 'M', end - pos);
		if (p == NULL)
			break;
		pos = (size_t)(p - r->data);
		if (is_known(r, pos))
			return pos;
		pos++;
	}
	return end;
}

/* Does what is at pos look like the begin of a chunk? */
static bool
is_chunk(const struct riad_smf_reader *r, size_t pos)
{
	if (r->limit - pos < CHUNK_HDR)
		return false;
	const uint8_t *p = r->data + pos;
	for (int i = 0; i < 4; i++)
		if (p[i] < ' ' || p[i] > '~')
			return false;
	return is_known(r, pos) || be32(p + 4) <= r->limit - pos - CHUNK_HDR;
}

bool
riad_smf_recognise(const uint8_t *data, size_t len)
{
	return (len >= 4 && (memcmp(data, "MThd", 4) == 0 ||
				memcmp(data, "MTrk", 4) == 0)) ||
	       (len >= 12 && memcmp(data, "RIFF", 4) == 0 &&
		   memcmp(data + 8, "RMID", 4) == 0);
}

void
riad_smf_init(struct riad_smf_reader *r, const uint8_t *data, size_t len)
{
	*r = (struct riad_smf_reader){.data = data, .len = len, .limit = len};
}

/* An item of the next len bytes, which are then behind. */
static int
give(struct riad_smf_reader *r, struct riad_smf_item *item,
    enum riad_smf_kind kind, size_t len, const char *why)
{
	item->kind = kind;
	item->off = r->pos;
	item->span = r->data + r->pos;
	item->span_len = len;
	item->why = why;
	item->track = r->track == 0 ? 0 : r->track - 1;
	r->pos += len;
	r->faults += why != NULL;
	return 1;
}

static int
give_raw(struct riad_smf_reader *r, struct riad_smf_item *item, size_t len,
    const char *why)
{
	give(r, item, RIAD_SMF_RAW, len, why);
	item->event = (struct riad_midi_event){
	    .time = r->time,
	    .kind = RIAD_MIDI_RAW,
	    .bytes = item->span,
	    .len = item->span_len,
	};
	return 1;
}

/* --- chunks */

/* Does a RIFF file end here, or does another chunk of it begin? */
static bool
is_riff_chunk(const uint8_t *p, size_t left)
{
	if (left < CHUNK_HDR)
		return left <= 1;
	for (int i = 0; i < 4; i++)
		if (p[i] < ' ' || p[i] > '~')
			return false;
	return le32(p + 4) <= left - CHUNK_HDR;
}

static int
give_riff_span(struct riad_smf_reader *r, struct riad_smf_item *item,
    size_t len, const char *why)
{
	give(r, item, RIAD_SMF_RIFF, len, why);
	item->event = (struct riad_midi_event){
	    .kind = RIAD_MIDI_RAW, .bytes = item->span, .len = len};
	return 1;
}

/*
 * The file proper is in the chunk "data" of an RMID.  Others may come before
 * it; lengths are of the other byte order here, and chunks begin at even
 * places.  A data chunk whose length can't be true is all that is left.
 */
static int
give_riff(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	const char *why = NULL;
	size_t pos = 12, at = 0;

	while (at == 0 && r->len - pos >= CHUNK_HDR) {
		const uint8_t *p = r->data + pos;
		size_t len = le32(p + 4), left = r->len - pos - CHUNK_HDR;

		if (memcmp(p, "data", 4) == 0) {
			at = pos + CHUNK_HDR;
			size_t pad = len < left ? len & 1 : 0;
			if (len > left)
				why = "data chunk goes beyond the file";
			else if (!is_riff_chunk(p + CHUNK_HDR + len + pad,
				     left - len - pad))
				why = "length of the data chunk isn't true";
			else
				r->limit = at + len;
			break;
		}
		if (len + (len & 1) > left)
			break;
		pos += CHUNK_HDR + len + (len & 1);
	}
	if (at == 0) {
		why = "no data chunk";
		at = find_chunk(r, 12, r->len);
	}
	return give_riff_span(r, item, at, why);
}

static const char *
fault_of_header(const struct riad_smf_item *item, bool again)
{
	if (again)
		return "another header";
	if (item->format > 2)
		return "format is over 2";
	if (item->lies)
		return "length of the header isn't true";
	if (item->division == 0)
		return "division is 0";
	if (riad_smf_is_smpte(item->division)) {
		unsigned fps = riad_smf_fps(item->division);
		if (fps != 24 && fps != 25 && fps != 29 && fps != 30)
			return "no such frame rate";
		if (riad_smf_ticks(item->division) == 0)
			return "division is 0";
	}
	if (item->format == 0 && item->ntracks > 1)
		return "format 0 of more than one track";
	return NULL;
}

/* A header is as long as it says, unless what it says can't be. */
static int
give_header(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	const size_t min = CHUNK_HDR + MTHD_LEN, left = r->limit - r->pos;
	const uint8_t *p = r->data + r->pos;

	if (left < min)
		return give_raw(r, item, left, "header is cut short");
	uint32_t length = be32(p + 4);
	size_t len = min;
	if (length > MTHD_LEN && !is_at(r, r->pos + min, "MTrk")) {
		len = length <= left - CHUNK_HDR
			  ? CHUNK_HDR + length
			  : find_chunk(r, r->pos + min, r->limit) - r->pos;
	} else if (length > MTHD_LEN && length <= left - CHUNK_HDR &&
		   (length == left - CHUNK_HDR ||
		       is_chunk(r, r->pos + CHUNK_HDR + length))) {
		/* It has "MTrk" in what is beyond 6 bytes; so be it. */
		len = CHUNK_HDR + length;
	}

	bool again = r->had_header;
	give(r, item, RIAD_SMF_HEADER, len, NULL);
	memcpy(item->type, p, 4);
	item->length = length;
	item->lies = length != len - CHUNK_HDR;
	item->format = be16(p + 8);
	item->ntracks = be16(p + 10);
	item->division = be16(p + 12);
	item->extra = p + min;
	item->extra_len = len - min;
	item->why = fault_of_header(item, again);
	r->faults += item->why != NULL;
	if (!again)
		r->ntracks = item->ntracks;
	r->had_header = true;
	return 1;
}

/*
 * Can a track of this length be true?  If it ends with an end of track, or
 * where another chunk begins, or with the file, unless more are to come.
 */
static bool
is_sound(const struct riad_smf_reader *r, size_t from, uint32_t length)
{
	if (length > r->limit - from)
		return false;
	size_t end = from + length;
	if (end < r->limit && is_chunk(r, end))
		return true;
	if (length >= 3 && memcmp(r->data + end - 3, "\xFF\x2F", 3) == 0)
		return true;
	return end == r->limit && r->track + 1u >= r->ntracks;
}

static int
give_track(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	size_t left = r->limit - r->pos, from = r->pos + CHUNK_HDR;

	if (left < CHUNK_HDR)
		return give_raw(r, item, left, "track is cut short");
	uint32_t length = be32(r->data + r->pos + 4);
	const char *why = r->had_header ? NULL : "no header before a track";
	r->lies = !is_sound(r, from, length);
	if (r->lies)
		why = length > r->limit - from
			  ? "track goes beyond the file, as it says"
			  : "length of the track isn't true";

	r->track++;
	give(r, item, RIAD_SMF_TRACK, CHUNK_HDR, why);
	memcpy(item->type, item->span, 4);
	item->length = length;
	item->lies = r->lies;
	r->end = r->lies ? r->limit : from + length;
	r->in_track = true;
	r->in_exclusive = false;
	r->ended = false;
	r->goes_on = false;
	r->running = 0;
	r->time = 0;
	return 1;
}

/* A chunk of another kind, or what is none up to one that we know. */
static int
give_other(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	size_t left = r->limit - r->pos;
	const char *why = "not a chunk";

	if (is_chunk(r, r->pos)) {
		const uint8_t *p = r->data + r->pos;
		uint32_t length = be32(p + 4);
		size_t end = r->pos + CHUNK_HDR + length;

		if (end == r->limit || is_chunk(r, end) ||
		    find_chunk(r, r->pos + CHUNK_HDR, end) == end) {
			give(r, item, RIAD_SMF_CHUNK, CHUNK_HDR + length, NULL);
			memcpy(item->type, p, 4);
			item->length = length;
			item->lies = false;
			item->event = (struct riad_midi_event){
			    .kind = RIAD_MIDI_RAW,
			    .bytes = p + CHUNK_HDR,
			    .len = length,
			};
			return 1;
		}
		why = "length of the chunk isn't true";
	}
	size_t len =
	    left > 1 ? find_chunk(r, r->pos + 1, r->limit) - r->pos : left;
	return give_raw(r, item, len, why);
}

static int
next_chunk(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	if (r->pos == r->limit) {
		/* What an RMID has after its data is of no use here. */
		size_t left = r->len - r->limit;
		r->limit = r->len;
		if (left > 0)
			return give_riff_span(r, item, left, NULL);
		if (r->had_header && r->track != r->ntracks)
			r->why = r->track < r->ntracks
				     ? "fewer tracks than the header says"
				     : "more tracks than the header says";
		return 0;
	}
	if (r->pos == 0 && riad_smf_recognise(r->data, r->len) &&
	    r->data[0] == 'R')
		return give_riff(r, item);
	if (is_at(r, r->pos, "MThd"))
		return give_header(r, item);
	if (is_at(r, r->pos, "MTrk"))
		return give_track(r, item);
	return give_other(r, item);
}

/* --- events */

static const char no_end[] = "the exclusive before it has no end";

static int
give_event(struct riad_smf_reader *r, struct riad_smf_item *item,
    const uint8_t *end, const char *why)
{
	item->event.time = r->time;
	return give(
	    r, item, RIAD_SMF_EVENT, (size_t)(end - (r->data + r->pos)), why);
}

static int
give_end(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	r->in_track = false;
	const char *why = !r->ended         ? "no end of track"
			  : r->in_exclusive ? no_end
					    : NULL;
	give(r, item, RIAD_SMF_END, 0, why);
	item->event = (struct riad_midi_event){.time = r->time};
	return 1;
}

static int next_event(struct riad_smf_reader *r, struct riad_smf_item *item);

/* How far from pos on all is sound: SIZE_MAX if so many events are, or the rest
 * of the track is.  It takes no more time than these, whatever they are. */
#define TRIAL 8

static size_t
sound_until(const struct riad_smf_reader *r, size_t pos)
{
	struct riad_smf_reader ahead = *r;
	struct riad_smf_item item;

	ahead.pos = pos;
	ahead.trial = true;
	for (int n = 0; n < TRIAL; n++) {
		pos = ahead.pos;
		next_event(&ahead, &item);
		if (item.why != NULL)
			return pos;
		if (item.kind == RIAD_SMF_END)
			break;
	}
	return SIZE_MAX;
}

/* Does an event begin at pos that says its status? */
static bool
is_event(const struct riad_smf_reader *r, size_t pos)
{
	uint32_t delta;
	size_t n = riad_vlq_get(&delta, r->data + pos, r->end - pos);

	return n > 0 && n <= 4 && n < r->end - pos && r->data[pos + n] >= 0x80;
}

/*
 * What makes no sense, up to where the track goes on: a chunk of its own, or
 * events that are sound, of which the first says its status, so that nothing is
 * made of text.  To look at each place takes time that is bounded, and none is
 * looked at again.
 */
static int
give_lost(
    struct riad_smf_reader *r, struct riad_smf_item *item, const char *why)
{
	size_t pos = r->pos + 1;

	/* How much it is, nobody asks there. */
	while (
	    !r->trial && pos < r->end && !(r->lies && is_known(r, pos)) &&
	    (r->ended || !is_event(r, pos) || sound_until(r, pos) != SIZE_MAX))
		pos++;
	return give_raw(r, item, pos - r->pos, why);
}

/* Of a number that is none: it ends beyond the track, or isn't one of 32
 * bits. */
static const char *
fault_of_number(const uint8_t *p, const uint8_t *end)
{
	size_t n = 0;

	while (p + n < end && n < RIAD_VLQ_MAX && p[n] >= 0x80)
		n++;
	return p + n == end ? "event goes beyond the track"
			    : "number of more than 32 bits";
}

/* Are what is behind an end of track events as well, with an end of their own?
 * This is asked once in a track. */
static bool
goes_on(const struct riad_smf_reader *r)
{
	struct riad_smf_reader ahead = *r;
	struct riad_smf_item item;

	ahead.goes_on = true;
	ahead.ended = false;
	while (ahead.pos < ahead.end)
		if (next_event(&ahead, &item) != 1 ||
		    item.kind != RIAD_SMF_EVENT || item.why != NULL)
			return false;
	return ahead.ended;
}

/* An end of track was read; there may be more of the track all the same. */
static int
see_end(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	const char *why = NULL;

	if (item->event.len > 0)
		why = "end of track of some length";
	r->ended = true;
	if (r->pos < r->end && !r->lies && !r->trial) {
		bool asked = r->goes_on;
		r->goes_on = asked || goes_on(r);
		r->ended = !r->goes_on;
		if (r->goes_on && !asked)
			why = "the track goes on after an end of track";
	}
	if (why != NULL && item->why == NULL) {
		item->why = why;
		r->faults++;
	}
	return 1;
}

/* A meta event or a packet of a system exclusive message, of which p is behind
 * the status and, of the former, the type. */
static int
give_long(struct riad_smf_reader *r, struct riad_smf_item *item,
    const uint8_t *p, uint8_t status, const char *why)
{
	const uint8_t *end = r->data + r->end;
	struct riad_midi_event *e = &item->event;
	uint32_t len;
	const size_t n = riad_vlq_get(&len, p, (size_t)(end - p));

	if (n == 0)
		return give_lost(r, item, fault_of_number(p, end));
	if (len > (size_t)(end - p) - n)
		return give_lost(r, item, "event goes beyond the track");
	if (n > 4)
		why = "number of more than four bytes";
	p += n;
	item->length_len = (uint8_t)n;
	e->bytes = p;
	e->len = len;
	end = p + len;
	if (status == RIAD_MIDI_RESET) {
		e->kind = RIAD_MIDI_META;
		give_event(r, item, end, why);
		return e->meta == 0x2F ? see_end(r, item) : 1;
	}
	if (status == RIAD_MIDI_EOX && !r->in_exclusive) {
		e->kind = RIAD_MIDI_ESCAPE;
		return give_event(r, item, end, why);
	}
	e->kind = RIAD_MIDI_EXCLUSIVE;
	e->first = status == RIAD_MIDI_SYSEX;
	e->last = len > 0 && end[-1] == RIAD_MIDI_EOX;
	e->len -= e->last;
	if (e->first && r->in_exclusive && why == NULL)
		why = no_end;
	for (size_t i = 0; i < e->len && why == NULL && !r->trial; i++)
		if (e->bytes[i] >= 0x80 && e->bytes[i] < 0xF8)
			why = "a status inside of an exclusive";
	r->in_exclusive = !e->last;
	return give_event(r, item, end, why);
}

/*
 * Data bytes that no status came before.  What follows is found again at a
 * status: the byte before it is taken for its delta.
 */
static int
give_stray(
    struct riad_smf_reader *r, struct riad_smf_item *item, const uint8_t *p)
{
	const uint8_t *end = r->data + r->end;

	while (!r->trial && p < end && *p < 0x80)
		p++;
	if (p < end)
		p--;
	size_t len = (size_t)(p - (r->data + r->pos));
	return give_raw(r, item, len, "data without a status");
}

/* Of a message with data over 127.  Either a byte was changed, and the next
 * event is where it would be; or bytes are missing or too many, and that is a
 * status, of which the byte before is the delta. */
static int
give_over(struct riad_smf_reader *r, struct riad_smf_item *item,
    const uint8_t *p, int len)
{
	const uint8_t *start = r->data + r->pos, *end = p + len;

	if (!r->trial && len == 2 && p[0] < 0x80 &&
	    sound_until(r, (size_t)(p - r->data)) >
		sound_until(r, (size_t)(end - r->data)))
		end = p;
	return give_raw(r, item, (size_t)(end - start), "data over 127");
}

static int
give_message(struct riad_smf_reader *r, struct riad_smf_item *item,
    const uint8_t *p, uint8_t status, const char *why)
{
	const uint8_t *start = r->data + r->pos;
	const size_t left = (size_t)(r->data + r->end - p);
	struct riad_midi_event *e = &item->event;
	const int len = riad_midi_len(status);

	if (len == -1)
		return give_raw(
		    r, item, (size_t)(p - start), "undefined status");
	if (left < (size_t)len)
		return give_lost(r, item, "event goes beyond the track");
	if (riad_midi_is_channel(status)) {
		r->running = status;
		if (r->in_exclusive && why == NULL)
			why = no_end;
		r->in_exclusive = false;
	} else if (why == NULL) {
		why = "a message that files don't have";
	}
	for (int i = 0; i < len; i++)
		e->data[i] = p[i];
	if ((e->data[0] | e->data[1]) & 0x80)
		return give_over(r, item, p, len);
	e->kind = RIAD_MIDI_MESSAGE;
	return give_event(r, item, p + len, why);
}

static int
next_event(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	const uint8_t *start = r->data + r->pos, *p = start;
	const uint8_t *end = r->data + r->end;

	if (p == end || (r->lies && (r->ended || is_known(r, r->pos))))
		return give_end(r, item);
	if (r->ended)
		return give_lost(r, item, "data after the end of the track");

	size_t n = riad_vlq_get(&item->delta, p, (size_t)(end - p));
	if (n == 0)
		return give_lost(r, item, fault_of_number(p, end));
	if (n == (size_t)(end - p))
		return give_lost(r, item, "event goes beyond the track");
	p += n;
	r->time += item->delta;
	item->delta_len = (uint8_t)n;
	item->length_len = 0;
	item->event = (struct riad_midi_event){0};
	const char *why = n > 4 ? "number of more than four bytes" : NULL;

	uint8_t status = *p < 0x80 ? r->running : *p;
	item->event.status = status;
	item->event.running = *p < 0x80;
	if (*p >= 0x80)
		p++;
	if (status == 0)
		return give_stray(r, item, p);
	if (status == RIAD_MIDI_SYSEX || status == RIAD_MIDI_EOX)
		return give_long(r, item, p, status, why);
	if (status == RIAD_MIDI_RESET) {
		if (p == end)
			return give_lost(
			    r, item, "event goes beyond the track");
		item->event.meta = *p++;
		return give_long(r, item, p, status, why);
	}
	return give_message(r, item, p, status, why);
}

/* The longest event that the fast way takes: a delta of two bytes. */
#define FAST_MAX ((size_t)5)

/* A channel message that all is well with, which is what nearly all are. */
static bool
next_fast(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	const uint8_t *start = r->data + r->pos, *p = start;

	uint32_t delta = *p++;
	if (delta & 0x80) {
		if (*p & 0x80)
			return false;
		delta = (delta & 0x7F) << 7 | *p++;
	}
	const bool running = *p < 0x80;
	const uint8_t status = running ? r->running : *p;
	if (status == 0 || status >= 0xF0 || r->in_exclusive)
		return false;
	const uint8_t *data = running ? p : p + 1;
	const bool one = (status & 0xE0) == 0xC0;
	const uint8_t second = one ? 0 : data[1];
	if ((data[0] | second) & 0x80)
		return false;

	const size_t delta_len = (size_t)(p - start);
	const size_t len = delta_len + 3 - running - one;
	item->kind = RIAD_SMF_EVENT;
	item->off = r->pos;
	item->span = start;
	item->span_len = len;
	item->why = NULL;
	item->track = r->track - 1;
	item->delta = delta;
	item->delta_len = (uint8_t)delta_len;
	item->length_len = 0;
	item->event.time = r->time += delta;
	item->event.kind = RIAD_MIDI_MESSAGE;
	item->event.status = status;
	item->event.data[0] = data[0];
	item->event.data[1] = second;
	item->event.meta = 0;
	item->event.first = item->event.last = false;
	item->event.running = running;
	item->event.bytes = NULL;
	item->event.len = 0;
	r->running = status;
	r->pos += len;
	return true;
}

int
riad_smf_next(struct riad_smf_reader *r, struct riad_smf_item *item)
{
	if (!r->in_track)
		return next_chunk(r, item);
	/* In a track that lies the next one may begin at any event. */
	if (r->end - r->pos >= FAST_MAX && !r->ended &&
	    !(r->lies && r->data[r->pos] == 'M') && next_fast(r, item))
		return 1;
	return next_event(r, item);
}

void
riad_smf_skip(struct riad_smf_reader *r)
{
	struct riad_smf_item item;

	if (r->in_track && !r->lies) {
		r->pos = r->end;
		r->in_track = false;
	}
	while (r->in_track && riad_smf_next(r, &item) == 1)
		;
}
