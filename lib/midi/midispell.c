/* SPDX-License-Identifier: ISC */
/*
 * Whether a line says all of an item.  The exact form has only lines that do;
 * the bytes of an item are put together here as smf.h's writer would from its
 * line, but only to compare them.
 */

#include "midiwords.h"
#include "vlq.h"

/* Takes off *p, of which *len are left, what is the same as data; or not. */
static bool
eat(const uint8_t **p, size_t *len, const void *data, size_t n)
{
	if (n > *len || (n > 0 && memcmp(*p, data, n) != 0))
		return false;
	*p += n;
	*len -= n;
	return true;
}

/* v in n bytes, or as few as it takes if n is 0. */
static bool
eat_vlq(const uint8_t **p, size_t *len, uint32_t v, size_t n)
{
	uint64_t have = 0;
	size_t i = 0;

	if (n == 0)
		n = midi_vlq_len(v);
	if (n > *len || n > RIAD_VLQ_MAX)
		return false;
	for (; i + 1 < n; i++) {
		if ((*p)[i] < 0x80)
			return false;
		have = have << 7 | ((*p)[i] & 0x7Fu);
	}
	if ((*p)[i] >= 0x80 || (have << 7 | (*p)[i]) != v)
		return false;
	*p += n;
	*len -= n;
	return true;
}

static bool
eat_be(const uint8_t **p, size_t *len, uint32_t v, unsigned n)
{
	uint8_t bytes[4];

	for (unsigned i = 0; i < n; i++)
		bytes[i] = (uint8_t)(v >> 8 * (n - 1 - i));
	return eat(p, len, bytes, n);
}

static bool
same_message(const struct riad_midi_event *event, const uint8_t *p, size_t len)
{
	int n = riad_midi_len(event->status);

	if (n == -1 || (event->data[0] | event->data[1]) > 127)
		return false;
	if (!event->running) {
		if (len == 0 || *p++ != event->status)
			return false;
		len--;
	}
	if (len != (size_t)n)
		return false;
	return (n < 1 || p[0] == event->data[0]) &&
	       (n < 2 || p[1] == event->data[1]);
}

/* The bytes of an event, and then perhaps one more, that stand after their
 * length. */
static bool
same_bytes(
    const struct riad_smf_item *item, const uint8_t *p, size_t len, bool eox)
{
	const struct riad_midi_event *event = &item->event;
	size_t n = event->len + eox;
	static const uint8_t f7 = RIAD_MIDI_EOX;

	return eat_vlq(&p, &len, (uint32_t)n, item->length_len) &&
	       eat(&p, &len, event->bytes, event->len) &&
	       (!eox || eat(&p, &len, &f7, 1)) && len == 0;
}

static bool
same_event(const struct riad_smf_item *item)
{
	const struct riad_midi_event *event = &item->event;
	const uint8_t *p = item->span;
	size_t len = item->span_len;
	uint8_t head[2] = {RIAD_MIDI_RESET, event->meta};

	if (!eat_vlq(&p, &len, item->delta, item->delta_len))
		return false;
	switch (event->kind) {
	case RIAD_MIDI_MESSAGE:
		/* FF is a meta event in a file. */
		return event->status != RIAD_MIDI_RESET &&
		       same_message(event, p, len);
	case RIAD_MIDI_EXCLUSIVE:
		head[0] = event->first ? RIAD_MIDI_SYSEX : RIAD_MIDI_EOX;
		return eat(&p, &len, head, 1) &&
		       same_bytes(item, p, len, event->last);
	case RIAD_MIDI_ESCAPE:
		head[0] = RIAD_MIDI_EOX;
		return eat(&p, &len, head, 1) &&
		       same_bytes(item, p, len, false);
	case RIAD_MIDI_META:
		return eat(&p, &len, head, 2) &&
		       same_bytes(item, p, len, false);
	case RIAD_MIDI_RAW:
	default:
		return false;
	}
}

bool
midi_spells(const struct riad_smf_item *item)
{
	const uint8_t *p = item->span;
	size_t len = item->span_len;

	if (item->span == NULL)
		return true;
	if (len > RIAD_MIDITEXT_BYTES)
		return false;
	switch (item->kind) {
	case RIAD_SMF_EVENT:
		return same_event(item);
	case RIAD_SMF_HEADER:
		return eat(&p, &len, "MThd", 4) &&
		       eat_be(&p, &len, item->length, 4) &&
		       eat_be(&p, &len, item->format, 2) &&
		       eat_be(&p, &len, item->ntracks, 2) &&
		       eat_be(&p, &len, item->division, 2) &&
		       eat(&p, &len, item->extra, item->extra_len) && len == 0;
	case RIAD_SMF_TRACK:
		return eat(&p, &len, "MTrk", 4) &&
		       eat_be(&p, &len, item->length, 4) && len == 0;
	case RIAD_SMF_CHUNK:
		return eat(&p, &len, item->type, 4) &&
		       eat_be(&p, &len, item->length, 4) &&
		       eat(&p, &len, item->event.bytes, item->event.len) &&
		       len == 0;
	case RIAD_SMF_END:
		return len == 0;
	case RIAD_SMF_RIFF:
	case RIAD_SMF_RAW:
	default:
		return true;
	}
}
