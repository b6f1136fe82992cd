/* SPDX-License-Identifier: ISC */
/* tunecheck.h - what holds for each tune: by a unit test and by the fuzzers */
#ifndef RIAD_TUNECHECK_H
#define RIAD_TUNECHECK_H

#include <stdlib.h>
#include <string.h>

#include "riad/tune.h"

struct tunecheck {
	unsigned state; /* 0 before the header, 1 outside and 2 in a track */
	unsigned ntracks, tracks;
	int64_t time;
	bool ended;
	uint64_t events, notes;
	uint8_t down[16][128];
	const char *bad;
};

/* Times ascend, keys go down before they go up, and none is down at an end. */
static int
tunecheck_item(void *ctx, const struct riad_smf_item *it)
{
	struct tunecheck *c = ctx;
	const struct riad_midi_event *ev = &it->event;

	switch (it->kind) {
	case RIAD_SMF_HEADER:
		if (c->state != 0 || it->format != 1 || it->division != 480)
			c->bad = "header";
		c->state = 1;
		c->ntracks = it->ntracks;
		break;
	case RIAD_SMF_TRACK:
		if (c->state != 1 || it->track != c->tracks)
			c->bad = "track";
		c->state = 2;
		c->time = 0;
		c->ended = false;
		c->tracks++;
		break;
	case RIAD_SMF_END:
		if (c->state != 2 || !c->ended)
			c->bad = "end";
		c->state = 1;
		for (size_t i = 0; i < sizeof(c->down); i++) {
			if (((uint8_t *)c->down)[i] != 0)
				c->bad = "a note is left on";
		}
		break;
	case RIAD_SMF_EVENT:
		c->events++;
		if (c->state != 2 || c->ended)
			c->bad = "event";
		if (ev->time != c->time + it->delta ||
		    ev->time > RIAD_TUNE_TICKS)
			c->bad = "time";
		c->time = ev->time;
		if (ev->kind == RIAD_MIDI_META) {
			c->ended = ev->meta == 0x2F;
			if (ev->meta == 0x51 && ev->len != 3)
				c->bad = "tempo";
			break;
		}
		if (ev->kind != RIAD_MIDI_MESSAGE ||
		    !riad_midi_is_channel(ev->status) || ev->data[0] > 127 ||
		    ev->data[1] > 127)
			c->bad = "message";
		else if ((ev->status & 0xF0) == RIAD_MIDI_ON) {
			if (ev->data[1] == 0 ||
			    c->down[ev->status & 0x0F][ev->data[0]]++ != 0)
				c->bad = "on";
			c->notes++;
		} else if ((ev->status & 0xF0) == RIAD_MIDI_OFF &&
			   c->down[ev->status & 0x0F][ev->data[0]]-- != 1)
			c->bad = "off";
		break;
	default:
		c->bad = "kind";
	}
	return c->bad != NULL;
}

/* NULL, or what doesn't hold. */
static const char *
tunecheck(const struct riad_tune *tune, uint64_t *notes)
{
	static struct tunecheck c;

	memset(&c, 0, sizeof(c));
	riad_tune_items(tune, tunecheck_item, &c);
	if (notes != NULL)
		*notes = c.notes;
	if (c.bad != NULL)
		return c.bad;
	if (c.state != 1 || c.tracks != c.ntracks)
		return "the number of tracks";

	/* Each track has an end, of which the bound doesn't speak. */
	if (c.events > RIAD_TUNE_EVENTS + c.ntracks)
		return "the number of events";
	return NULL;
}

/* Of a text that is wrong: where, and a reason in words. */
static inline bool
tunecheck_fault(
    const struct riad_tune_fault *fault, const char *text, size_t len)
{
	uint32_t lines = 1;
	size_t n = strlen(fault->why);

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n' || text[i] == '\r';
	for (size_t i = 0; i < n; i++) {
		if (fault->why[i] < ' ' || fault->why[i] > '~')
			return false;
	}
	return fault->line >= 1 && fault->line <= lines && fault->column >= 1 &&
	       fault->column <= len + 1 && n > 8;
}

#endif
