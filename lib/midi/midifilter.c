/* SPDX-License-Identifier: ISC */

#include "riad/midifilter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/miditext.h"

/* A bit for each kind; its first word is that of the text form. */
enum {
	K_OFF = 1 << 0,
	K_ON = 1 << 1,
	K_PP = 1 << 2,
	K_CC = 1 << 3,
	K_PC = 1 << 4,
	K_CP = 1 << 5,
	K_PB = 1 << 6,
	K_SYX = 1 << 7,
	K_TC = 1 << 8,
	K_SPP = 1 << 9,
	K_SS = 1 << 10,
	K_TUN = 1 << 11,
	K_MC = 1 << 12,
	K_START = 1 << 13,
	K_CONT = 1 << 14,
	K_STOP = 1 << 15,
	K_AS = 1 << 16,
	K_RST = 1 << 17,
	K_META = 1 << 18,
	K_ESCAPE = 1 << 19,
	K_RAW = 1 << 20,
	K_ALL = (1 << 21) - 1,
};

static const struct kind {
	const char *name;
	uint32_t bits;
} kinds[] = {
    {"on", K_ON},
    {"off", K_OFF},
    {"note", K_ON | K_OFF},
    {"pp", K_PP},
    {"cc", K_CC},
    {"pc", K_PC},
    {"cp", K_CP},
    {"pb", K_PB},
    {"channel", K_ON | K_OFF | K_PP | K_CC | K_PC | K_CP | K_PB},
    {"syx", K_SYX},
    {"tc", K_TC},
    {"spp", K_SPP},
    {"ss", K_SS},
    {"tun", K_TUN},
    {"common", K_TC | K_SPP | K_SS | K_TUN},
    {"mc", K_MC},
    {"clock", K_MC},
    {"start", K_START},
    {"cont", K_CONT},
    {"stop", K_STOP},
    {"transport", K_START | K_CONT | K_STOP},
    {"as", K_AS},
    {"sensing", K_AS},
    {"rst", K_RST},
    {"realtime", K_MC | K_START | K_CONT | K_STOP | K_AS | K_RST},
    {"meta", K_META},
    {"escape", K_ESCAPE},
    {"raw", K_RAW},
};

void
riad_midifilter_init(struct riad_midifilter *f)
{
	*f = (struct riad_midifilter){
	    .kinds = K_ALL,
	    .more_tracks = true,
	};
	memset(f->channels, 0xFF, sizeof(f->channels));
	memset(f->notes, 0xFF, sizeof(f->notes));
	memset(f->tracks, 0xFF, sizeof(f->tracks));
}

/* A list that begins with ^ is of what isn't passed. */
static bool
excludes(struct riad_midifilter *f, const char **list)
{
	bool yes = **list == '^';

	*list += yes;
	f->on = true;
	return yes;
}

int
riad_midifilter_kinds(struct riad_midifilter *f, const char *list)
{
	bool no = excludes(f, &list);
	uint32_t bits = 0;

	for (;;) {
		size_t n = strcspn(list, ","), i = 0;
		for (; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (strlen(kinds[i].name) == n &&
			    memcmp(kinds[i].name, list, n) == 0)
				break;
		if (i == sizeof(kinds) / sizeof(*kinds))
			return -1;
		bits |= kinds[i].bits;
		if (list[n] == '\0')
			break;
		list += n + 1;
	}
	f->kinds &= no ? ~bits : bits;
	return 0;
}

/* One end of a range; a number from 1, or a note. */
typedef int end_parser(const char **s, uint32_t *value);

static int
number_end(const char **s, uint32_t *value)
{
	char *end;

	if (**s < '0' || **s > '9')
		return -1;
	errno = 0;
	unsigned long v = strtoul(*s, &end, 10);
	if (errno != 0 || v < 1 || v > RIAD_MIDI_TRACKS)
		return -1;
	*value = (uint32_t)v - 1;
	*s = end;
	return 0;
}

static int
note_end(const char **s, uint32_t *value)
{
	size_t len;
	int note = riad_midi_note(*s, strlen(*s), &len);

	if (note == -1 || len == 0)
		return -1;
	*value = (uint32_t)note;
	*s += len;
	return 0;
}

/* Of max bits of set those that a list is of are kept: all but them if no.
 * last: the last one that begins a range. */
static int
keep(uint8_t *set, uint32_t *last, uint32_t max, bool no, const char *list,
    end_parser *end)
{
	uint8_t some[RIAD_MIDI_TRACKS / 8] = {0};

	*last = 0;
	for (;;) {
		uint32_t from, to;
		if (end(&list, &from) == -1)
			return -1;
		to = from;
		if (*list == '-') {
			list++;
			if (end(&list, &to) == -1)
				return -1;
		}
		if (from > to || to >= max)
			return -1;
		*last = from > *last ? from : *last;
		for (uint32_t i = from; i <= to; i++)
			some[i / 8] |= (uint8_t)(1u << i % 8);
		if (*list == '\0')
			break;
		if (*list++ != ',')
			return -1;
	}
	for (uint32_t i = 0; i < max / 8; i++)
		set[i] &= (uint8_t)(no ? ~some[i] : some[i]);
	return 0;
}

static bool
has(const uint8_t *set, uint32_t i)
{
	return set[i / 8] >> i % 8 & 1;
}

int
riad_midifilter_channels(struct riad_midifilter *f, const char *list)
{
	bool no = excludes(f, &list);
	uint32_t last;

	return keep(f->channels, &last, 16, no, list, number_end);
}

int
riad_midifilter_notes(struct riad_midifilter *f, const char *list)
{
	bool no = excludes(f, &list);
	uint32_t last;

	return keep(f->notes, &last, 128, no, list, note_end);
}

int
riad_midifilter_tracks(struct riad_midifilter *f, const char *list)
{
	bool no = excludes(f, &list);
	uint32_t last;

	if (keep(f->tracks, &last, RIAD_MIDI_TRACKS, no, list, number_end) ==
	    -1)
		return -1;
	f->has_tracks = true;
	f->more_tracks &= no;
	if (!no && last >= f->last_track)
		f->last_track = last + 1;
	return 0;
}

static uint32_t
kind_of(const struct riad_midi_event *e)
{
	/* From F0 on; those that nobody defined are raw. */
	static const uint32_t system[16] = {K_SYX, K_TC, K_SPP, K_SS, K_RAW,
	    K_RAW, K_TUN, K_RAW, K_MC, K_RAW, K_START, K_CONT, K_STOP, K_RAW,
	    K_AS, K_RST};

	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		if (!riad_midi_is_channel(e->status))
			return system[e->status & 15];
		if (e->status >> 4 == 9 && e->data[1] == 0)
			return K_OFF;
		return 1u << (e->status >> 4 & 7);
	case RIAD_MIDI_EXCLUSIVE:
		return K_SYX;
	case RIAD_MIDI_META:
		return K_META;
	case RIAD_MIDI_ESCAPE:
		return K_ESCAPE;
	case RIAD_MIDI_RAW:
	default:
		return K_RAW;
	}
}

static bool
track_passes(const struct riad_midifilter *f, const struct riad_smf_item *item)
{
	if (!f->has_tracks || item->kind == RIAD_SMF_HEADER ||
	    item->kind == RIAD_SMF_RIFF || item->kind == RIAD_SMF_CHUNK)
		return true;
	return item->track < RIAD_MIDI_TRACKS ? has(f->tracks, item->track)
					      : f->more_tracks;
}

bool
riad_midifilter_passes(
    const struct riad_midifilter *f, const struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;

	if (!track_passes(f, item))
		return false;
	if (item->kind != RIAD_SMF_EVENT)
		return item->kind != RIAD_SMF_RAW || (f->kinds & K_RAW);
	if (!(f->kinds & kind_of(e)))
		return false;
	if (e->kind != RIAD_MIDI_MESSAGE || !riad_midi_is_channel(e->status))
		return true;
	return has(f->channels, e->status & 15) &&
	       (e->status >= RIAD_MIDI_CONTROL ||
		   has(f->notes, e->data[0] & 127));
}
