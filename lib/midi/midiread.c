/* SPDX-License-Identifier: ISC */

#include "midiread.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "riad/text.h"

void
riad_miditext_init(struct riad_miditext_reader *r)
{
	memset(r, 0, sizeof(*r));
	riad_buf_init(&r->bytes, RIAD_MIDITEXT_BYTES);
}

void
riad_miditext_free(struct riad_miditext_reader *r)
{
	riad_buf_free(&r->bytes);
}

int
midi_fail(const struct midi_scan *s, const char *at, const char *fmt, ...)
{
	va_list ap;

	s->r->column = (unsigned)(at - s->begin) + 1;
	va_start(ap, fmt);
	vsnprintf(s->r->why, sizeof(s->r->why), fmt, ap);
	va_end(ap);
	errno = EBADMSG;
	return -1;
}

int
midi_bytes(struct midi_scan *s, const char *at, const void *data, size_t n)
{
	if (riad_buf_add(&s->r->bytes, data, n) == 0)
		return 0;
	if (errno == ENOMEM)
		return -1;
	return midi_fail(
	    s, at, "at most %zu bytes expected", (size_t)RIAD_MIDITEXT_BYTES);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int
midi_hex(struct midi_scan *s, const char **p, const char *end)
{
	uint8_t some[256];
	size_t n = 0;

	for (const char *q = *p;;) {
		while (q < end && is_blank(*q))
			q++;
		*p = q;
		if (n > sizeof(some) / 2 || q == end) {
			if (midi_bytes(s, q, some, n) == -1)
				return -1;
			n = 0;
		}
		if (q == end)
			return 0;

		/* A whole word of digits, or it isn't one of these. */
		const char *stop = q;
		while (stop < end && riad_hex_digit((uint8_t)*stop) != -1)
			stop++;
		size_t digits = (size_t)(stop - q);
		if (digits == 0 || (stop < end && !is_blank(*stop)))
			return midi_bytes(s, q, some, n);
		if (digits == 1) {
			some[n++] = (uint8_t)riad_hex_digit((uint8_t)*q++);
			continue;
		}
		if (digits % 2 != 0)
			return midi_fail(s, q, "pairs of hex digits expected");
		while (q < stop) {
			int hi = riad_hex_digit((uint8_t)q[0]);
			some[n++] =
			    (uint8_t)(hi << 4 | riad_hex_digit((uint8_t)q[1]));
			q += 2;
			if (n == sizeof(some)) {
				if (midi_bytes(s, q, some, n) == -1)
					return -1;
				n = 0;
			}
		}
	}
}

void
midi_event_bytes(struct riad_smf_item *item, enum riad_midi_kind kind,
    const struct riad_miditext_reader *r)
{
	item->event.kind = kind;
	item->event.status = 0;
	item->event.bytes = r->bytes.data;
	item->event.len = r->bytes.len;
}

int
midi_chunk_type(
    const struct midi_scan *s, const char *at, struct riad_smf_item *item)
{
	struct riad_buf *bytes = &s->r->bytes;

	if (bytes->len != sizeof(item->type))
		return midi_fail(s, at, "type of 4 characters expected");
	memcpy(item->type, bytes->data, sizeof(item->type));
	bytes->len = 0;
	return 0;
}

void
midi_contents(struct riad_smf_item *item, const struct midi_word *w,
    const struct riad_miditext_reader *r)
{
	item->kind = w->shape == MIDI_CHUNK  ? RIAD_SMF_CHUNK
		     : w->shape == MIDI_RIFF ? RIAD_SMF_RIFF
					     : RIAD_SMF_RAW;
	midi_event_bytes(item, RIAD_MIDI_RAW, r);
	item->length = (uint32_t)r->bytes.len;
	if (item->kind == RIAD_SMF_CHUNK)
		return;
	item->span = r->bytes.data;
	item->span_len = r->bytes.len;
}

static void
queue_control(struct riad_miditext_reader *r, uint8_t status, unsigned number,
    unsigned value)
{
	r->queue[r->nqueue++] = (struct riad_midi_event){
	    .kind = RIAD_MIDI_MESSAGE,
	    .status = status,
	    .data = {(uint8_t)number, (uint8_t)value},
	};
}

void
midi_several(struct riad_miditext_reader *r, struct riad_smf_item *item,
    const struct midi_word *w, uint8_t channel, unsigned number, unsigned value)
{
	uint8_t status = RIAD_MIDI_CONTROL | channel;

	if (w->shape == MIDI_CC14) {
		queue_control(r, status, number, value >> 7);
		queue_control(r, status, number + 32, value & 127);
	} else {
		queue_control(r, status, w->code, number >> 7);
		queue_control(r, status, w->code - 1u, number & 127);
		queue_control(r, status, 6, value >> 7);
		queue_control(r, status, 38, value & 127);
		queue_control(r, status, 101, 127);
		queue_control(r, status, 100, 127);
	}
	item->event = r->queue[0];
	r->at = 1;
}

int
midi_time_sig(struct midi_scan *s, const char *at, uint64_t num, uint64_t den,
    uint64_t clocks, uint64_t n32)
{
	uint8_t log = 0;

	while (den >> log > 1)
		log++;
	if (den != (uint64_t)1 << log)
		return midi_fail(s, at, "a power of two expected after the /");

	uint8_t b[4] = {(uint8_t)num, log, (uint8_t)clocks, (uint8_t)n32};
	return midi_bytes(s, at, b, sizeof(b));
}

int
midi_smpte(
    struct midi_scan *s, const char *at, const uint64_t value[5], uint64_t fps)
{
	static const uint8_t rates[4] = {24, 25, 29, 30};
	uint8_t b[5];

	for (unsigned rate = 0; rate < 4; rate++) {
		if (rates[rate] != fps)
			continue;
		for (unsigned i = 0; i < 5; i++)
			b[i] = (uint8_t)value[i];
		b[0] |= (uint8_t)(rate << 5);
		return midi_bytes(s, at, b, sizeof(b));
	}
	return midi_fail(s, at, "24, 25, 29 or 30 frames a second expected");
}
