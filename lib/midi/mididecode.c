/* SPDX-License-Identifier: ISC */
/* controllers, parameters, MPE, time code and notes, as they complete */

#include "riad/mididecode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/midinames.h"

enum {
	NONE = 128, /* no value of seven bits */
	LOWER_MASTER = 0,
	UPPER_MASTER = 15,
	MPE_MASTER_RANGE = 2, /* semitones, RP-053 2.2.6 */
	MPE_MEMBER_RANGE = 48,
};

enum {
	CC_BANK = 0,
	CC_DATA = 6,
	CC_BANK_LSB = 32,
	CC_DATA_LSB = 38,
	CC_TIMBRE = 74,
	CC_INCREMENT = 96,
	CC_DECREMENT = 97,
	CC_NRPN_LSB = 98,
	CC_NRPN = 99,
	CC_RPN_LSB = 100,
	CC_RPN = 101,
	CC_SOUND_OFF = 120,
	CC_RESET = 121,
	CC_NOTES_OFF = 123,
};

static const char *const means_names[] = {"cc14", "rpn", "nrpn", "bank", "zone",
    "expression", "note", "timecode", "exclusive"};

const char *
riad_midi_means_name(enum riad_midi_means means)
{
	return means_names[means];
}

void
riad_mididecode_reset(struct riad_mididecode *d)
{
	/* Files have tracks of nothing, and perhaps millions of them. */
	if (d->begun && !d->dirty)
		return;
	d->begun = true;
	d->dirty = false;
	/* Of notes the counts say which there are. */
	for (size_t i = 0; i < 16; i++) {
		struct riad_midi_channel *c = &d->channel[i];
		*c = (struct riad_midi_channel){
		    .bank_lsb = NONE,
		    .parameter = {NONE, NONE},
		    .sounding = NONE,
		};
		memset(c->msb, NONE, sizeof(c->msb));
	}
	memset(d->members, 0, sizeof(d->members));
	memset(d->on, 0, sizeof(d->on));
	memset(d->first, 0, sizeof(d->first));
	d->quarters = 0;
	d->piece = 0;
	d->backwards = false;
	d->exclusive_len = 0;
}

/* --- MPE */

/* The zone that a channel is a member of: 0 lower, 1 upper; or -1. */
static int
zone_of(const struct riad_mididecode *d, uint8_t channel)
{
	if (channel > LOWER_MASTER && channel <= d->members[0])
		return 0;
	if (channel < UPPER_MASTER && channel >= UPPER_MASTER - d->members[1])
		return 1;
	return -1;
}

/* The zone that a channel is the master of, or -1. */
static int
mastered(const struct riad_mididecode *d, uint8_t channel)
{
	if (channel == LOWER_MASTER && d->members[0] > 0)
		return 0;
	if (channel == UPPER_MASTER && d->members[1] > 0)
		return 1;
	return -1;
}

/* RPN 6 on a master.  The zone set last takes what it wants; the other one
 * keeps what is left of the 14 channels between the masters. */
static int
set_zone(struct riad_mididecode *d, struct riad_midi_meaning *m,
    uint8_t channel, uint8_t members)
{
	int zone = channel == LOWER_MASTER ? 0 : 1;
	const uint8_t was[2] = {d->members[0], d->members[1]};

	if ((channel != LOWER_MASTER && channel != UPPER_MASTER) ||
	    members > 15)
		return 0;
	d->members[zone] = members;
	uint8_t *other = &d->members[!zone];
	uint8_t left = members >= 14 ? 0 : (uint8_t)(14 - members);
	if (members > 0 && *other > left)
		*other = left;
	/* Ranges of bends become what they are at first, RP-053 2.2.6. */
	uint8_t size = was[zone] > members ? was[zone] : members;
	for (uint8_t i = 0; i <= size; i++)
		d->channel[zone == 0 ? i : 15 - i].bend_range_known = false;

	m->means = RIAD_MIDI_MEANS_ZONE;
	m->number = (unsigned)zone;
	m->value = members;
	const char *name = zone == 0 ? "lower" : "upper";
	if (members == 0)
		snprintf(m->text, sizeof(m->text), "MPE %s zone off", name);
	else
		snprintf(m->text, sizeof(m->text),
		    "MPE %s zone: master channel %d, notes on %d to %d", name,
		    channel + 1, zone == 0 ? 2 : 16 - members,
		    zone == 0 ? members + 1 : 15);
	return 1;
}

/* What a bend of 14 bits is, in hundredths of a semitone. */
static int
bend_cents(const struct riad_mididecode *d, uint8_t channel, unsigned bend)
{
	const struct riad_midi_channel *c = &d->channel[channel];
	int range = c->bend_range_known
			? c->bend_range / 128 * 100 + c->bend_range % 128
		    : zone_of(d, channel) != -1 ? MPE_MEMBER_RANGE * 100
						: MPE_MASTER_RANGE * 100;

	return ((int)bend - 8192) * range / 8192;
}

/* Of a message that bears on the note of a member channel, or on all notes of
 * a zone.  what: "timbre", or NULL for a bend. */
static int
expression(struct riad_mididecode *d, struct riad_midi_meaning *m,
    uint8_t channel, const char *what, unsigned value)
{
	int zone = zone_of(d, channel);
	char who[24], name[RIAD_MIDI_NOTE_NAME];

	if (zone == -1 && mastered(d, channel) == -1)
		return 0;
	m->key = zone == -1 ? NONE : d->channel[channel].sounding;
	if (zone == -1)
		snprintf(who, sizeof(who), "all notes");
	else if (m->key == NONE)
		return 0;
	else
		snprintf(who, sizeof(who), "note %s",
		    riad_midi_note_name(name, m->key));
	m->means = RIAD_MIDI_MEANS_EXPRESSION;
	m->value = value;
	if (what != NULL) {
		snprintf(
		    m->text, sizeof(m->text), "%s: %s %u", who, what, value);
		return 1;
	}
	int cents = bend_cents(d, channel, value);
	snprintf(m->text, sizeof(m->text), "%s: %c%d.%02d semitones", who,
	    cents < 0 ? '-' : '+', abs(cents) / 100, abs(cents) % 100);
	return 1;
}

/* --- controllers of 14 bits, RPN and NRPN */

static void
parameter_text(struct riad_midi_meaning *m, bool nrpn)
{
	unsigned high = m->value >> 7, low = m->value & 127;
	char value[64];
	int cents;

	snprintf(value, sizeof(value), "%u", m->value);
	switch (nrpn ? 0x4000 : m->number) {
	case 0:
		if (low > 0)
			snprintf(value, sizeof(value), "%u semitones %u cents",
			    high, low);
		else
			snprintf(value, sizeof(value), "%u semitones", high);
		break;
	case 1:
		cents = ((int)m->value - 8192) * 10000 / 8192;
		snprintf(value, sizeof(value), "%c%d.%02d cents",
		    cents < 0 ? '-' : '+', abs(cents) / 100, abs(cents) % 100);
		break;
	case 2:
		snprintf(value, sizeof(value), "%+d semitones", (int)high - 64);
		break;
	case 3:
	case 4:
		snprintf(value, sizeof(value), "%u", high);
		break;
	case 5:
		snprintf(value, sizeof(value), "%u semitones %u cents", high,
		    low * 100 / 128);
		break;
	default:
		break;
	}
	snprintf(m->text, sizeof(m->text), "%s %u%s%s: %s",
	    nrpn ? "nrpn" : "rpn", m->number, m->name != NULL ? ", " : "",
	    m->name != NULL ? m->name : "", value);
}

/* Of RPN 0.  On a member of a zone it is that of all of them, RP-053 2.4. */
static void
set_bend_range(struct riad_mididecode *d, uint8_t channel, uint16_t range)
{
	int zone = zone_of(d, channel);

	for (uint8_t i = 0; i < 16; i++) {
		if (i != channel && (zone == -1 || zone_of(d, i) != zone))
			continue;
		d->channel[i].bend_range = range;
		d->channel[i].bend_range_known = true;
	}
}

/* A parameter one up or down.  Which half is counted, RP-018 says of those it
 * knows; and that a hundred cents are a semitone. */
static int
stepped(const struct riad_midi_channel *c, unsigned which, bool up)
{
	int now = c->value, step = 1;

	if (!c->nrpn && which == 0) {
		int cents = now / 128 * 100 + now % 128 + (up ? 1 : -1);
		return cents < 0 ? 0 : cents / 100 * 128 + cents % 100;
	}
	if (!c->nrpn && which >= 2 && which <= 4)
		step = 128;
	return now + (up ? step : -step);
}

/* A data entry, increment or decrement: the parameter that is selected has a
 * value. */
static int
parameter(struct riad_mididecode *d, struct riad_midi_meaning *m,
    uint8_t channel, uint8_t number, uint8_t value)
{
	struct riad_midi_channel *c = &d->channel[channel];
	unsigned high = c->parameter[0], low = c->parameter[1];

	/* Half a selection, or none; 7F 7F is the null. */
	if (high == NONE || low == NONE || (high == 127 && low == 127))
		return 0;
	unsigned which = high << 7 | low;
	/* Without its upper half nobody knows what it is. */
	if (number == CC_DATA)
		c->value_known = true;
	else if (!c->value_known)
		return 0;
	int now = c->value;

	if (number == CC_DATA)
		now = value << 7;
	else if (number == CC_DATA_LSB)
		now = (now & 0x3F80) | value;
	else
		now = stepped(c, which, number == CC_INCREMENT);
	now = now < 0 ? 0 : now > 16383 ? 16383 : now;
	c->value = (uint16_t)now;

	if (!c->nrpn && which == 0)
		set_bend_range(d, channel, c->value);
	if (!c->nrpn && which == 6 && number == CC_DATA &&
	    set_zone(d, m, channel, value))
		return 1;
	m->means = c->nrpn ? RIAD_MIDI_MEANS_NRPN : RIAD_MIDI_MEANS_RPN;
	m->number = which;
	m->value = c->value;
	m->name = c->nrpn ? NULL : riad_midi_rpn((uint16_t)which);
	parameter_text(m, c->nrpn);
	return 1;
}

static void
all_off(struct riad_mididecode *d, uint8_t channel)
{
	memset(d->on[channel], 0, sizeof(d->on[channel]));
	d->channel[channel].sounding = NONE;
}

static int
control(struct riad_mididecode *d, struct riad_midi_meaning *m, uint8_t channel,
    uint8_t number, uint8_t value)
{
	struct riad_midi_channel *c = &d->channel[channel];

	switch (number) {
	case CC_DATA:
	case CC_DATA_LSB:
	case CC_INCREMENT:
	case CC_DECREMENT:
		return parameter(d, m, channel, number, value);
	case CC_BANK_LSB:
		c->bank_lsb = value;
		return 0;
	case CC_NRPN:
	case CC_NRPN_LSB:
	case CC_RPN:
	case CC_RPN_LSB:
		c->value_known = false;
		/* Halves of different kinds don't make a whole. */
		if (c->nrpn != (number <= CC_NRPN))
			c->parameter[0] = c->parameter[1] = NONE;
		c->nrpn = number <= CC_NRPN;
		c->parameter[number == CC_NRPN_LSB || number == CC_RPN_LSB] =
		    value;
		return 0;
	case CC_TIMBRE:
		return expression(d, m, channel, "timbre", value);
	case CC_RESET:
		/* RP-015: the selection too. */
		c->parameter[0] = c->parameter[1] = NONE;
		return 0;
	default:
		break;
	}
	if (number < 32) {
		c->msb[number] = value;
	} else if (number < 64 && c->msb[number - 32] != NONE) {
		m->means = RIAD_MIDI_MEANS_CC14;
		m->number = number - 32u;
		m->value = (unsigned)c->msb[number - 32] << 7 | value;
		snprintf(m->text, sizeof(m->text), "cc14 %u %u", m->number,
		    m->value);
		return 1;
	} else if (number == CC_SOUND_OFF || number >= CC_NOTES_OFF) {
		all_off(d, channel);
	}
	return 0;
}

static int
program(struct riad_mididecode *d, struct riad_midi_meaning *m, uint8_t channel,
    uint8_t number)
{
	const struct riad_midi_channel *c = &d->channel[channel];
	uint8_t high = c->msb[CC_BANK], low = c->bank_lsb;

	if (high == NONE && low == NONE)
		return 0;
	high = high == NONE ? 0 : high;
	low = low == NONE ? 0 : low;
	m->means = RIAD_MIDI_MEANS_BANK;
	m->number = (unsigned)high << 7 | low;
	m->value = number;
	snprintf(m->text, sizeof(m->text), "bank %u %u", high, low);
	return 1;
}

/* --- notes */

static void
note_on(
    struct riad_mididecode *d, const struct riad_midi_event *e, uint8_t channel)
{
	uint8_t key = e->data[0];
	uint8_t *on = &d->on[channel][key];
	uint8_t *first = &d->first[channel][key];

	d->channel[channel].sounding = key;
	if (*on == RIAD_MIDI_STACK)
		*first = (uint8_t)((*first + 1) % RIAD_MIDI_STACK);
	else
		(*on)++;
	struct riad_midi_began *n =
	    &d->note[channel][key][(*first + *on - 1) % RIAD_MIDI_STACK];
	n->time = e->time;
	n->velocity = e->data[1];
}

/* Times are any, also such as a hostile file has: none may overflow. */
static int64_t
span(int64_t from, int64_t to)
{
	return (int64_t)((uint64_t)to - (uint64_t)from);
}

static int
note_off(struct riad_mididecode *d, struct riad_midi_meaning *m,
    const struct riad_midi_event *e, uint8_t channel)
{
	uint8_t key = e->data[0];
	uint8_t *on = &d->on[channel][key];
	uint8_t *first = &d->first[channel][key];

	if (*on == 0)
		return 0;
	const struct riad_midi_began *n = &d->note[channel][key][*first];
	*first = (uint8_t)((*first + 1) % RIAD_MIDI_STACK);
	(*on)--;
	if (d->channel[channel].sounding == key && *on == 0)
		d->channel[channel].sounding = NONE;
	if (!d->pairs)
		return 0;
	m->means = RIAD_MIDI_MEANS_PAIR;
	m->key = key;
	m->velocity = n->velocity;
	m->began = n->time;
	m->length = span(n->time, e->time);
	m->text[0] = '\0'; /* in which unit, the caller knows better */
	return 1;
}

/* --- time code */

static int
timecode(struct riad_midi_meaning *m, const uint8_t t[4])
{
	static const uint8_t fps[] = {24, 25, 29, 30};
	static const char *const names[] = {"24", "25", "29.97 drop", "30"};

	m->means = RIAD_MIDI_MEANS_TIMECODE;
	m->time[0] = t[0] & 31;
	m->time[1] = t[1];
	m->time[2] = t[2];
	m->time[3] = t[3];
	m->fps = fps[t[0] >> 5 & 3];
	snprintf(m->text, sizeof(m->text),
	    "time code %02u:%02u:%02u:%02u, %s frames a second", m->time[0],
	    m->time[1], m->time[2], m->time[3], names[t[0] >> 5 & 3]);
	return 1;
}

/*
 * The pieces 0 to 7 follow each other, or 7 to 0 where the tape runs
 * backwards; with the last one the time is whole.  What is out of turn is the
 * begin of another time.
 */
static int
quarter(struct riad_mididecode *d, struct riad_midi_meaning *m, uint8_t data)
{
	uint8_t piece = data >> 4 & 7;
	uint8_t begin = d->backwards ? 7 : 0, end = 7 - begin;
	uint8_t next = (d->piece + (d->backwards ? 7u : 1u)) & 7;

	if (piece != next || piece == begin)
		d->quarters = 0;
	if (piece != next)
		d->backwards = ((piece + 1) & 7) == d->piece;
	d->quarters |= (uint8_t)(1u << piece);
	d->quarter[piece] = data & 15;
	d->piece = piece;
	if (d->quarters != 0xFF || piece != end)
		return 0;
	uint8_t t[4] = {
	    (uint8_t)(d->quarter[6] | (d->quarter[7] & 7) << 4),
	    (uint8_t)(d->quarter[4] | (d->quarter[5] & 3) << 4),
	    (uint8_t)(d->quarter[2] | (d->quarter[3] & 3) << 4),
	    (uint8_t)(d->quarter[0] | (d->quarter[1] & 1) << 4),
	};
	return timecode(m, t);
}

/* --- exclusives */

static int
exclusive(struct riad_mididecode *d, struct riad_midi_meaning *m,
    const struct riad_midi_event *e)
{
	if (e->first) {
		d->exclusive_len = 0;
		d->exclusive_xor = 0;
		d->exclusive_sum = 0;
	}
	for (size_t i = 0; i < e->len; i++) {
		uint64_t at = d->exclusive_len + i;
		if (at < sizeof(d->head))
			d->head[at] = e->bytes[i];
		if (at >= 4)
			d->exclusive_sum += e->bytes[i];
		d->exclusive_xor ^= e->bytes[i];
	}
	d->exclusive_len += e->len;
	/* In parts, the first says what it is and the last how it went. */
	if (!e->first && !e->last)
		return 0;
	if (!riad_midi_exclusive_name(m, d->head, d->exclusive_len, e->last,
		d->exclusive_xor, d->exclusive_sum))
		return 0;
	/* A full frame: hours with the rate, minutes, seconds, frames. */
	if (e->last && d->exclusive_len == 8 && d->head[0] == 0x7F &&
	    d->head[2] == 0x01 && d->head[3] == 0x01) {
		d->quarters = 0;
		return timecode(m, d->head + 4);
	}
	return 1;
}

static int
channel_message(struct riad_mididecode *d, struct riad_midi_meaning *m,
    const struct riad_midi_event *e)
{
	uint8_t channel = e->status & 15;

	m->channel = channel;
	/* Who asks for nothing of notes, doesn't wait for it. */
	if (e->status < RIAD_MIDI_PRESSURE && !d->pairs &&
	    (d->members[0] | d->members[1]) == 0)
		return 0;
	switch (e->status & 0xF0) {
	case RIAD_MIDI_ON:
		if (e->data[1] == 0)
			return note_off(d, m, e, channel);
		note_on(d, e, channel);
		return 0;
	case RIAD_MIDI_OFF:
		return note_off(d, m, e, channel);
	case RIAD_MIDI_CONTROL:
		return control(d, m, channel, e->data[0], e->data[1]);
	case RIAD_MIDI_PROGRAM:
		return program(d, m, channel, e->data[0]);
	case RIAD_MIDI_BEND:
		return expression(d, m, channel, NULL, riad_midi_14(e->data));
	case RIAD_MIDI_TOUCH:
		return expression(d, m, channel, "pressure", e->data[0]);
	default:
		return 0;
	}
}

int
riad_mididecode_next(struct riad_mididecode *d, struct riad_midi_meaning *m,
    const struct riad_midi_event *e)
{
	if (!d->begun)
		riad_mididecode_reset(d);
	d->dirty = true;
	if (e->kind == RIAD_MIDI_EXCLUSIVE) {
		m->name = NULL;
		return exclusive(d, m, e);
	}
	if (e->kind != RIAD_MIDI_MESSAGE)
		return 0;
	/* A damaged message is no message; the keys are places here. */
	if ((e->data[0] | e->data[1]) & 0x80)
		return 0;
	m->name = NULL;
	if (riad_midi_is_channel(e->status))
		return channel_message(d, m, e);
	if (e->status == RIAD_MIDI_QUARTER)
		return quarter(d, m, e->data[0]);
	if (e->status == RIAD_MIDI_RESET)
		riad_mididecode_reset(d);
	return 0;
}
