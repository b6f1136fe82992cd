/* SPDX-License-Identifier: ISC */
/* which events are shown: by channel, track, kind and note */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

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

enum { TRACKS_MAX = 65536 };

static bool on;
static uint32_t kind_bits = K_ALL;
static uint16_t channel_bits = 0xFFFF;
static uint64_t note_bits[2] = {UINT64_MAX, UINT64_MAX};
static uint8_t *track_set; /* a byte for each of TRACKS_MAX, or NULL */
static bool track_rest;    /* whether those beyond are shown */

/* A list that begins with ^ is of what isn't shown. */
static bool
excludes(const char **list)
{
	bool yes = **list == '^';

	*list += yes;
	on = true;
	return yes;
}

int
filter_kinds(const char *list)
{
	bool no = excludes(&list);
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
	kind_bits &= no ? ~bits : bits;
	return 0;
}

void
filter_hide(void)
{
	(void)filter_kinds("^clock,sensing");
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
	if (errno != 0 || v < 1 || v > TRACKS_MAX)
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

/* Sets bytes of set, which has max. */
static int
parse_ranges(uint8_t *set, uint32_t max, const char *list, end_parser *end)
{
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
		memset(set + from, 1, to - from + 1);
		if (*list == '\0')
			return 0;
		if (*list++ != ',')
			return -1;
	}
}

int
filter_channels(const char *list)
{
	bool no = excludes(&list);
	uint8_t set[16] = {0};

	if (parse_ranges(set, 16, list, number_end) == -1)
		return -1;
	for (unsigned i = 0; i < 16; i++)
		if (set[i] == no)
			channel_bits &= (uint16_t) ~(1u << i);
	return 0;
}

int
filter_notes(const char *list)
{
	bool no = excludes(&list);
	uint8_t set[128] = {0};

	if (parse_ranges(set, 128, list, note_end) == -1)
		return -1;
	for (unsigned i = 0; i < 128; i++)
		if (set[i] == no)
			note_bits[i / 64] &= ~(UINT64_C(1) << i % 64);
	return 0;
}

int
filter_tracks(const char *list)
{
	bool no = excludes(&list);
	static uint8_t set[TRACKS_MAX];

	if (parse_ranges(set, TRACKS_MAX, list, number_end) == -1)
		return -1;
	for (size_t i = 0; i < TRACKS_MAX; i++)
		set[i] ^= no;
	track_set = set;
	track_rest = no;
	return 0;
}

bool
filter_is_on(void)
{
	return on;
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
track_passes(const struct riad_smf_item *item)
{
	if (track_set == NULL || item->kind == RIAD_SMF_HEADER ||
	    item->kind == RIAD_SMF_RIFF || item->kind == RIAD_SMF_CHUNK)
		return true;
	return item->track < TRACKS_MAX ? track_set[item->track] : track_rest;
}

bool
filter_passes(const struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;

	if (!track_passes(item))
		return false;
	if (item->kind != RIAD_SMF_EVENT)
		return item->kind != RIAD_SMF_RAW || (kind_bits & K_RAW);
	if (!(kind_bits & kind_of(e)))
		return false;
	if (e->kind != RIAD_MIDI_MESSAGE || !riad_midi_is_channel(e->status))
		return true;
	if (!(channel_bits >> (e->status & 15) & 1))
		return false;
	uint8_t key = e->data[0] & 127;
	return e->status >= RIAD_MIDI_CONTROL ||
	       (note_bits[key / 64] >> key % 64 & 1);
}
