/* SPDX-License-Identifier: ISC */

#include "riad/midistat.h"

#include <string.h>

#define US_PER_S INT64_C(1000000)

/* Counts in a second since the first; seconds may come in any order up to the
 * array's end, and then grow. */
static void
count_second(struct riad_midistat *st, int64_t time, uint32_t bytes)
{
	int64_t s = (int64_t)((uint64_t)time - (uint64_t)st->first) / US_PER_S;
	uint32_t *messages = &st->now_messages, *size = &st->now_bytes;

	if (s < 0)
		return;
	if (s < RIAD_MIDI_SECONDS_MAX) {
		messages = &st->second[s];
		size = &st->second_bytes[s];
	} else if (s != st->now) {
		st->now = s;
		st->now_messages = st->now_bytes = 0;
	}
	*messages += *messages < UINT32_MAX;
	*size += bytes < UINT32_MAX - *size ? bytes : UINT32_MAX - *size;
	if (*messages > st->peak_messages) {
		st->peak_messages = *messages;
		st->peak_at = s;
	}
	if (*size > st->peak_bytes)
		st->peak_bytes = *size;
}

static void
note_on(struct riad_midistat *st, uint8_t channel, uint8_t key, int64_t time)
{
	uint8_t *on = &st->on[channel][key];

	if (*on > 0)
		st->again++;
	else
		st->since[channel][key] = time;
	if (*on < UINT8_MAX)
		++*on;
	st->any = true;
	st->sounding++;
	if (st->sounding > st->polyphony)
		st->polyphony = st->sounding;
}

static void
note_off(struct riad_midistat *st, uint8_t channel, uint8_t key)
{
	uint8_t *on = &st->on[channel][key];

	if (*on == 0) {
		st->lost_offs++;
		return;
	}
	--*on;
	st->sounding -= st->sounding > 0;
}

static void
all_off(struct riad_midistat *st, uint8_t channel)
{
	for (size_t key = 0; key < 128; key++) {
		uint32_t n = st->on[channel][key];
		st->sounding -= n < st->sounding ? n : st->sounding;
	}
	memset(st->on[channel], 0, sizeof(st->on[channel]));
}

static void
add_channel(
    struct riad_midistat *st, const struct riad_midi_event *e, int64_t time)
{
	uint8_t channel = e->status & 15;
	enum riad_midi_word word = (enum riad_midi_word)(e->status >> 4 & 7);

	if ((e->data[0] | e->data[1]) & 0x80)
		return;
	if (word == RIAD_MIDI_W_ON && e->data[1] == 0) {
		word = RIAD_MIDI_W_OFF;
		st->zero_offs++;
	}
	st->by[channel][word]++;
	st->running += e->running;
	st->could_run += e->running || e->status == st->status;
	if (word == RIAD_MIDI_W_ON)
		note_on(st, channel, e->data[0], time);
	else if (word == RIAD_MIDI_W_OFF)
		note_off(st, channel, e->data[0]);
	else if (word == RIAD_MIDI_W_CONTROL &&
		 (e->data[0] == 120 || e->data[0] >= 123))
		all_off(st, channel);
}

static void
add_message(
    struct riad_midistat *st, const struct riad_midi_event *e, int64_t time)
{
	int64_t dev;

	if (riad_midi_is_channel(e->status)) {
		add_channel(st, e, time);
		st->status = e->status;
		return;
	}
	st->system[e->status & 15]++;
	if (!riad_midi_is_realtime(e->status) || e->status == RIAD_MIDI_RESET)
		st->status = 0;
	if (e->status == RIAD_MIDI_CLOCK && st->timed)
		(void)riad_clockstat_add(&st->clock, &dev, time);
	else if (e->status == RIAD_MIDI_RESET)
		for (uint8_t i = 0; i < 16; i++)
			all_off(st, i);
}

/* What an event takes on a cable. */
static size_t
size_of(const struct riad_midi_event *e)
{
	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		return (size_t)(riad_midi_len(e->status) + 1 - e->running);
	case RIAD_MIDI_EXCLUSIVE:
		return e->len + e->first + e->last;
	case RIAD_MIDI_ESCAPE:
	case RIAD_MIDI_RAW:
		return e->len;
	case RIAD_MIDI_META:
	default:
		return 0;
	}
}

void
riad_midistat_add(
    struct riad_midistat *st, const struct riad_midi_event *e, int64_t time)
{
	size_t bytes = size_of(e);
	uint32_t small = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;

	if (!st->begun) {
		st->begun = true;
		st->first = st->last = time;
	}
	if (time > st->last)
		st->last = time;
	st->bytes += bytes;
	switch (e->kind) {
	case RIAD_MIDI_META:
		st->meta++;
		return;
	case RIAD_MIDI_RAW:
		st->raw++;
		st->raw_bytes += bytes;
		return;
	case RIAD_MIDI_ESCAPE:
		st->escapes++;
		break;
	case RIAD_MIDI_EXCLUSIVE:
		st->system[0] += e->first;
		st->messages -= !e->first; /* a part is no message */
		st->exclusive_bytes += bytes;
		st->status = 0;
		break;
	case RIAD_MIDI_MESSAGE:
	default:
		add_message(st, e, time);
		break;
	}
	st->messages++;
	if (!st->timed)
		return;
	count_second(st, time, small);

	/* Who sends active sensing, is not silent for longer than 300 ms. */
	if (st->system[RIAD_MIDI_SENSING & 15] > 0) {
		int64_t gap = (int64_t)((uint64_t)time - (uint64_t)st->sensed);
		bool begins = st->system[RIAD_MIDI_SENSING & 15] == 1 &&
			      e->kind == RIAD_MIDI_MESSAGE &&
			      e->status == RIAD_MIDI_SENSING;
		if (!begins && gap > 0 && (uint64_t)gap > st->silence)
			st->silence = (uint64_t)gap;
		st->sensed = time;
	}
}

void
riad_midistat_end(struct riad_midistat *st)
{
	st->status = 0;
	st->track++;
	if (!st->any)
		return;
	for (uint8_t channel = 0; channel < 16; channel++) {
		for (uint8_t key = 0; key < 128; key++) {
			if (st->on[channel][key] == 0)
				continue;
			if (st->nstuck < RIAD_MIDI_STUCK)
				st->stuck[st->nstuck] =
				    (struct riad_midi_stuck){
					.since = st->since[channel][key],
					.track = st->track - 1,
					.channel = channel,
					.key = key,
				    };
			st->nstuck++;
		}
	}
	memset(st->on, 0, sizeof(st->on));
	st->sounding = 0;
	st->any = false;
}
