/* SPDX-License-Identifier: ISC */

#include "riad/sounding.h"

#include <string.h>

#include "riad/midi.h"

/* Controllers: pedals, which are down from 64 on, and the modes that end notes:
 * All Sound Off, and All Notes Off with what implies it (Omni, Mono and Poly).
 * MIDI 1.0, Table III and IV. */
const uint8_t riad_midi_pedals[RIAD_MIDI_PEDALS] = {64, 66, 69};
enum {
	CC_SOUND_OFF = 120,
	CC_RESET = 121,
	CC_NOTES_OFF = 123,
};

void
riad_midi_sounding_init(struct riad_midi_sounding *s)
{
	*s = (struct riad_midi_sounding){.status = 0};
}

static void
set(uint16_t *channels, unsigned channel, bool down)
{
	unsigned bit = 1U << channel;

	*channels = (uint16_t)(down ? *channels | bit : *channels & ~bit);
}

static void
whole(struct riad_midi_sounding *s)
{
	unsigned channel = s->status & 0x0FU;
	uint8_t a = s->data[0], b = s->data[1];
	uint64_t *word = &s->on[channel][a / 64];
	uint64_t bit = UINT64_C(1) << a % 64;

	switch (s->status & 0xF0) {
	case RIAD_MIDI_ON:
		*word = b > 0 ? *word | bit : *word & ~bit;
		break;
	case RIAD_MIDI_OFF:
		*word &= ~bit;
		break;
	case RIAD_MIDI_CONTROL:
		if (a == CC_SOUND_OFF || a >= CC_NOTES_OFF)
			memset(s->on[channel], 0, sizeof(s->on[channel]));
		for (unsigned i = 0; i < RIAD_MIDI_PEDALS; i++) {
			if (a == riad_midi_pedals[i] || a == CC_RESET)
				set(&s->pedals[i], channel,
				    a != CC_RESET && b >= 64);
		}
		break;
	default:
		break;
	}
}

static void
see_status(struct riad_midi_sounding *s, uint8_t byte)
{
	int len = riad_midi_len(byte);

	s->in_exclusive = byte == RIAD_MIDI_SYSEX;
	s->have = 0;
	s->need = (uint8_t)(len > 0 ? len : 0);
	s->status = s->need > 0 ? byte : 0;
}

static void
see_data(struct riad_midi_sounding *s, uint8_t byte)
{
	if (s->in_exclusive)
		return;
	if (s->need == 0) {
		if (!riad_midi_is_channel(s->status))
			return; /* of no message */
		s->have = 0;
		s->need = (uint8_t)riad_midi_len(s->status);
	}
	s->data[s->have++] = byte;
	if (--s->need > 0)
		return;
	if (riad_midi_is_channel(s->status))
		whole(s);
	else
		s->status = 0; /* a system message ends running status */
	s->have = 0;
}

void
riad_midi_sounding_see(
    struct riad_midi_sounding *s, const uint8_t *data, size_t len)
{
	for (; len > 0; data++, len--) {
		if (*data == RIAD_MIDI_RESET) {
			memset(s->on, 0, sizeof(s->on));
			memset(s->pedals, 0, sizeof(s->pedals));
		} else if (riad_midi_is_realtime(*data))
			continue;
		else if (*data >= 0x80)
			see_status(s, *data);
		else
			see_data(s, *data);
	}
}

size_t
riad_midi_sounding_rest(
    const struct riad_midi_sounding *s, const uint8_t *data, size_t len)
{
	struct riad_midi_sounding then = *s;
	size_t n = 0;

	for (; n < len && then.need > 0; n++) {
		if (data[n] >= 0x80 && !riad_midi_is_realtime(data[n]))
			break;
		riad_midi_sounding_see(&then, data + n, 1);
	}
	return n;
}

unsigned
riad_midi_sounding_count(const struct riad_midi_sounding *s)
{
	unsigned n = 0;

	for (unsigned c = 0; c < 16; c++) {
		n += (unsigned)(__builtin_popcountll(s->on[c][0]) +
				__builtin_popcountll(s->on[c][1]));
		for (unsigned i = 0; i < RIAD_MIDI_PEDALS; i++)
			n += s->pedals[i] >> c & 1U;
	}
	return n;
}

static int
add(struct riad_buf *out, unsigned status, unsigned a, unsigned b)
{
	uint8_t bytes[3] = {(uint8_t)status, (uint8_t)a, (uint8_t)b};

	return riad_buf_add(out, bytes, sizeof(bytes));
}

int
riad_midi_sounding_off(struct riad_buf *out, const struct riad_midi_sounding *s,
    const struct riad_midi_sounding *other)
{
	static const struct riad_midi_sounding silence;

	if (other == NULL)
		other = &silence;
	for (unsigned c = 0; c < 16; c++) {
		for (unsigned note = 0; note < 128; note++) {
			if (riad_midi_sounding_has(s, c, note) &&
			    !riad_midi_sounding_has(other, c, note) &&
			    add(out, RIAD_MIDI_OFF | c, note, 64) == -1)
				return -1;
		}
		for (unsigned i = 0; i < RIAD_MIDI_PEDALS; i++) {
			if ((s->pedals[i] & ~other->pedals[i]) >> c & 1 &&
			    add(out, RIAD_MIDI_CONTROL | c, riad_midi_pedals[i],
				0) == -1)
				return -1;
		}
	}
	return 0;
}
