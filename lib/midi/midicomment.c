/* SPDX-License-Identifier: ISC */
/* what stands behind an event, for people: names, and what events mean */

#include <stdio.h>

#include "midiwords.h"
#include "riad/midinames.h"

static bool
in_seconds(const struct riad_miditext_style *style)
{
	return style->us || style->clock == RIAD_MIDI_SECONDS;
}

const char *
riad_miditext_span(char text[RIAD_MIDITEXT_SPAN], uint64_t time,
    const struct riad_miditext_style *style)
{
	/* Digits are put with room to spare. */
	uint8_t digits[48], *end;

	if (in_seconds(style))
		end = midi_put_seconds(
		    digits, time > INT64_MAX ? INT64_MAX : (int64_t)time);
	else
		end = midi_put(digits, time);
	*end = '\0';
	memcpy(text, digits, (size_t)(end - digits) + 1);
	return text;
}

/* The times of a file's events are ticks. */
static int64_t
time_of(int64_t time, const struct riad_miditext_style *style)
{
	return !style->us && style->clock == RIAD_MIDI_SECONDS
		   ? riad_smf_map_us(style->map, time)
		   : time;
}

static const char *
put_length(char text[RIAD_MIDITEXT_SPAN], const struct riad_midi_meaning *m,
    const struct riad_midi_event *e, const struct riad_miditext_style *style)
{
	uint64_t from = (uint64_t)time_of(m->began, style);
	uint64_t length = (uint64_t)time_of(e->time, style) - from;

	/* A clock that is set back makes no time that is below 0. */
	return riad_miditext_span(text, length > INT64_MAX ? 0 : length, style);
}

/* What a number is called, of the events that have one. */
static const char *
name_of(const struct riad_midi_event *e, char text[32])
{
	if (e->kind == RIAD_MIDI_META && e->meta == 0x51 && e->len == 3) {
		uint32_t us = (uint32_t)e->bytes[0] << 16 |
			      (uint32_t)e->bytes[1] << 8 | e->bytes[2];
		if (us == 0)
			return NULL;
		snprintf(text, 32, "%.2f bpm", 60e6 / us);
		return text;
	}
	if (e->kind != RIAD_MIDI_MESSAGE)
		return NULL;
	uint8_t n = e->data[0] & 127;
	switch (e->status & 0xF0) {
	case RIAD_MIDI_CONTROL:
		return riad_midi_controller(n);
	case RIAD_MIDI_PROGRAM:
		/* On channel 10 a program is a set of drums. */
		return (e->status & 15) == 9 ? NULL : riad_midi_program(n);
	default:
		return NULL;
	}
}

void
midi_comment(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	const struct riad_midi_meaning *m = style->meaning;
	char text[32], span[RIAD_MIDITEXT_SPAN];
	const char *name = name_of(&item->event, text);

	if (name == NULL && m == NULL)
		return;
	riad_out_add(out, " # ", 3);
	if (name != NULL)
		riad_out_str(out, name);
	if (m == NULL)
		return;
	if (name != NULL)
		riad_out_add(out, "; ", 2);
	if (m->means != RIAD_MIDI_MEANS_PAIR) {
		riad_out_str(out, m->text);
		return;
	}
	uint8_t *p = riad_out_room(out, 96);
	uint8_t *q = midi_puts(p, put_length(span, m, &item->event, style));
	q = midi_puts(
	    q, in_seconds(style) ? " s, velocity " : " ticks, velocity ");
	out->len += (size_t)(midi_put7(q, m->velocity & 127u) - p);
}

static void
out_meaning(struct riad_out *out, const struct riad_midi_meaning *m,
    const struct riad_midi_event *e, const struct riad_miditext_style *style)
{
	char from[RIAD_MIDITEXT_SPAN], length[RIAD_MIDITEXT_SPAN];

	riad_out_printf(
	    out, ",\"means\":\"%s\"", riad_midi_means_name(m->means));
	switch (m->means) {
	case RIAD_MIDI_MEANS_PAIR: {
		int64_t began = time_of(m->began, style);
		riad_miditext_span(
		    from, began < 0 ? 0 : (uint64_t)began, style);
		riad_out_printf(out,
		    ",\"began\":%s,\"duration\":%s,\"struck\":%u", from,
		    put_length(length, m, e, style), m->velocity);
		return;
	}
	case RIAD_MIDI_MEANS_TIMECODE:
		riad_out_printf(out,
		    ",\"timecode\":\"%02u:%02u:%02u:%02u\",\"rate\":%u",
		    m->time[0], m->time[1], m->time[2], m->time[3], m->fps);
		return;
	case RIAD_MIDI_MEANS_EXCLUSIVE:
		break;
	default:
		riad_out_printf(out, ",\"means_number\":%u,\"means_value\":%u",
		    m->number, m->value);
		break;
	}
	if (m->name != NULL)
		riad_out_printf(out, ",\"name\":\"%s\"", m->name);
	/* Names that are in exclusives are in quotes here. */
	riad_out_str(out, ",\"says\":\"");
	for (const char *p = m->text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			riad_out_char(out, '\\');
		riad_out_char(out, *p);
	}
	riad_out_char(out, '"');
}

void
midi_comment_json(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	const struct riad_midi_meaning *m = style->meaning;
	char text[32];
	const char *name = name_of(&item->event, text);

	if (style->clock_name != NULL)
		riad_out_printf(out, ",\"clock\":\"%s\"", style->clock_name);
	if (name != NULL && (m == NULL || m->name == NULL))
		riad_out_printf(out, ",\"name\":\"%s\"", name);
	if (m != NULL)
		out_meaning(out, m, &item->event, style);
}
