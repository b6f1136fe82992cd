/* SPDX-License-Identifier: ISC */

#include "midiwords.h"

#define WORD(name, shape, code, ...)                                           \
	{                                                                      \
		name, sizeof(name) - 1, shape, code,                           \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* The ones that a file is full of first: they are found by going through. */
static const struct midi_word words[] = {
    WORD("on", MIDI_NOTE, RIAD_MIDI_ON, "note", "velocity"),
    WORD("off", MIDI_NOTE, RIAD_MIDI_OFF, "note", "velocity"),
    WORD("cc", MIDI_CONTROL, RIAD_MIDI_CONTROL, "controller", "value"),
    WORD("pb", MIDI_WIDE, RIAD_MIDI_BEND, "value", NULL),
    WORD("pp", MIDI_NOTE, RIAD_MIDI_PRESSURE, "note", "pressure"),
    WORD("cp", MIDI_ONE, RIAD_MIDI_TOUCH, "pressure", NULL),
    WORD("pc", MIDI_ONE, RIAD_MIDI_PROGRAM, "program", NULL),
    WORD("mc", MIDI_NONE, RIAD_MIDI_CLOCK, NULL, NULL),
    WORD("as", MIDI_NONE, RIAD_MIDI_SENSING, NULL, NULL),
    WORD("raw", MIDI_RAW, 0, NULL, NULL),
    WORD("tc", MIDI_PIECE, RIAD_MIDI_QUARTER, "piece", "value"),
    WORD("spp", MIDI_WIDE, RIAD_MIDI_SPP, "position", NULL),
    WORD("ss", MIDI_ONE, RIAD_MIDI_SONG, "song", NULL),
    WORD("tun", MIDI_NONE, RIAD_MIDI_TUNE, NULL, NULL),
    WORD("start", MIDI_NONE, RIAD_MIDI_START, NULL, NULL),
    WORD("cont", MIDI_NONE, RIAD_MIDI_CONTINUE, NULL, NULL),
    WORD("stop", MIDI_NONE, RIAD_MIDI_STOP, NULL, NULL),
    WORD("rst", MIDI_NONE, RIAD_MIDI_RESET, NULL, NULL),
    WORD("syx-more", MIDI_SYSEX, 0, NULL, NULL),
    WORD("syx-begin", MIDI_SYSEX, 1, NULL, NULL),
    WORD("syx-end", MIDI_SYSEX, 2, NULL, NULL),
    WORD("syx", MIDI_SYSEX, 3, NULL, NULL),
    WORD("escape", MIDI_BYTES, 0, NULL, NULL),
    WORD("seq-number", MIDI_NUMBER2, 0x00, "value", NULL),
    WORD("text", MIDI_TEXT, 0x01, NULL, NULL),
    WORD("copyright", MIDI_TEXT, 0x02, NULL, NULL),
    WORD("track-name", MIDI_TEXT, 0x03, NULL, NULL),
    WORD("instrument", MIDI_TEXT, 0x04, NULL, NULL),
    WORD("lyric", MIDI_TEXT, 0x05, NULL, NULL),
    WORD("marker", MIDI_TEXT, 0x06, NULL, NULL),
    WORD("cue", MIDI_TEXT, 0x07, NULL, NULL),
    WORD("program-name", MIDI_TEXT, 0x08, NULL, NULL),
    WORD("device", MIDI_TEXT, 0x09, NULL, NULL),
    WORD("channel-prefix", MIDI_NUMBER, 0x20, "value", NULL),
    WORD("port", MIDI_NUMBER, 0x21, "value", NULL),
    WORD("end", MIDI_END, 0x2F, NULL, NULL),
    WORD("tempo", MIDI_TEMPO, 0x51, "us", NULL),
    WORD("smpte-offset", MIDI_SMPTE, 0x54, "fps", NULL),
    WORD("time-sig", MIDI_TIME_SIG, 0x58, "clocks", "n32"),
    WORD("key-sig", MIDI_KEY_SIG, 0x59, NULL, NULL),
    WORD("sequencer", MIDI_SEQUENCER, 0x7F, NULL, NULL),
    WORD("meta", MIDI_META, 0, "meta", NULL),
    WORD("smf", MIDI_SMF, 0, "format", "tracks"),
    WORD("track", MIDI_TRACK, 0, NULL, NULL),
    WORD("track-end", MIDI_TRACK_END, 0, NULL, NULL),
    WORD("chunk", MIDI_CHUNK, 0, NULL, NULL),
    WORD("riff", MIDI_RIFF, 0, NULL, NULL),
    WORD("cc14", MIDI_CC14, 0, "controller", "value"),
    WORD("rpn", MIDI_PARAMETER, 101, "parameter", "value"),
    WORD("nrpn", MIDI_PARAMETER, 99, "parameter", "value"),
    WORD("ch", MIDI_CHANNEL, 0, "channel", NULL),
};

enum { NWORDS = sizeof(words) / sizeof(words[0]) };

const struct midi_word *
midi_word_find(const char *name, size_t len)
{
	for (const struct midi_word *w = words; w < words + NWORDS; w++) {
		if (w->len == len && w->name[0] == name[0] &&
		    memcmp(w->name, name, len) == 0)
			return w;
	}
	return NULL;
}

static const struct midi_word *
of_shape(enum midi_shape shape, uint8_t code)
{
	for (const struct midi_word *w = words; w < words + NWORDS; w++) {
		if (w->shape == shape && w->code == code)
			return w;
	}
	return NULL;
}

const struct midi_word *
midi_word_channel(uint8_t status)
{
	static const uint8_t at[7] = {1, 0, 4, 2, 6, 5, 3};

	return &words[at[(status >> 4) - 8]];
}

static const struct midi_word *
of_message(const struct riad_midi_event *event)
{
	uint8_t code = event->status;

	if (event->data[0] > 127 || event->data[1] > 127)
		return of_shape(MIDI_RAW, 0);
	if (riad_midi_is_channel(code))
		return midi_word_channel(code);
	for (const struct midi_word *w = words; w < words + NWORDS; w++) {
		if (w->code == code && w->shape <= MIDI_NONE && code >= 0x80)
			return w;
	}
	return of_shape(MIDI_RAW, 0);
}

/* Whether the contents of a meta event are those that its word can say. */
static bool
fits(const struct midi_word *w, const uint8_t *bytes, size_t len)
{
	switch (w->shape) {
	case MIDI_TEMPO:
		return len == 3;
	case MIDI_TIME_SIG:
		return len == 4 && bytes[1] < 31;
	case MIDI_KEY_SIG:
		return len == 2 && midi_key_name(bytes) != NULL;
	case MIDI_TEXT:
	case MIDI_SEQUENCER:
		return true;
	case MIDI_NUMBER:
		return len == 1 && bytes[0] != 255;
	case MIDI_NUMBER2:
		return len == 2;
	case MIDI_SMPTE:
		return len == 5 && bytes[0] < 0x80;
	case MIDI_END:
		return len == 0;
	default:
		return false;
	}
}

static const struct midi_word *
of_meta(const struct riad_midi_event *event)
{
	for (const struct midi_word *w = words; w < words + NWORDS; w++) {
		if (w->code == event->meta && w->shape >= MIDI_TEMPO &&
		    w->shape <= MIDI_SEQUENCER)
			return fits(w, event->bytes, event->len)
				   ? w
				   : of_shape(MIDI_META, 0);
	}
	return of_shape(MIDI_META, 0);
}

const struct midi_word *
midi_word_of(const struct riad_smf_item *item)
{
	const struct riad_midi_event *event = &item->event;

	switch (item->kind) {
	case RIAD_SMF_RIFF:
		return of_shape(MIDI_RIFF, 0);
	case RIAD_SMF_HEADER:
		return of_shape(MIDI_SMF, 0);
	case RIAD_SMF_TRACK:
		return of_shape(MIDI_TRACK, 0);
	case RIAD_SMF_CHUNK:
		return of_shape(MIDI_CHUNK, 0);
	case RIAD_SMF_EVENT:
		break;
	case RIAD_SMF_RAW:
		return of_shape(MIDI_RAW, 0);
	case RIAD_SMF_END:
	default:
		return of_shape(MIDI_TRACK_END, 0);
	}
	switch (event->kind) {
	case RIAD_MIDI_MESSAGE:
		return of_message(event);
	case RIAD_MIDI_EXCLUSIVE:
		return of_shape(MIDI_SYSEX,
		    (uint8_t)((event->first ? 1 : 0) | (event->last ? 2 : 0)));
	case RIAD_MIDI_META:
		return of_meta(event);
	case RIAD_MIDI_ESCAPE:
		return of_shape(MIDI_BYTES, 0);
	case RIAD_MIDI_RAW:
	default:
		return of_shape(MIDI_RAW, 0);
	}
}

const uint8_t *
midi_raw_of(const struct riad_smf_item *item, uint8_t small[4], size_t *len)
{
	const struct riad_midi_event *event = &item->event;

	*len = item->span_len;
	if (item->span_len > 0 || item->kind != RIAD_SMF_EVENT)
		return item->span;
	*len = event->len;
	if (event->kind != RIAD_MIDI_MESSAGE)
		return event->bytes;

	int n = riad_midi_len(event->status);
	small[0] = event->status;
	small[1] = event->data[0];
	small[2] = event->data[1];
	*len = n == -1 ? 1 : 1 + (size_t)n;
	return small;
}

static const char keys[2][15][12] = {
    {"Cb major", "Gb major", "Db major", "Ab major", "Eb major", "Bb major",
	"F major", "C major", "G major", "D major", "A major", "E major",
	"B major", "F# major", "C# major"},
    {"Ab minor", "Eb minor", "Bb minor", "F minor", "C minor", "G minor",
	"D minor", "A minor", "E minor", "B minor", "F# minor", "C# minor",
	"G# minor", "D# minor", "A# minor"},
};

const char *
midi_key_name(const uint8_t bytes[2])
{
	unsigned i = (bytes[0] + 7u) & 0xFF; /* from 7 flats to 7 sharps */

	return i < 15 && bytes[1] < 2 ? keys[bytes[1]][i] : NULL;
}

int
midi_key_find(uint8_t bytes[2], const char *name, size_t len)
{
	for (unsigned m = 0; m < 2; m++) {
		for (unsigned i = 0; i < 15; i++) {
			if (strlen(keys[m][i]) == len &&
			    memcmp(keys[m][i], name, len) == 0) {
				bytes[0] = (uint8_t)(i - 7);
				bytes[1] = (uint8_t)m;
				return 0;
			}
		}
	}
	return -1;
}

uint8_t *
midi_put_seconds(uint8_t *p, int64_t us)
{
	uint64_t v = us < 0 ? 0 : (uint64_t)us;

	p = midi_put(p, v / 1000000);
	*p++ = '.';
	unsigned rest = (unsigned)(v % 1000000);
	for (unsigned unit = 100000; unit > 0; unit /= 10)
		*p++ = (uint8_t)('0' + rest / unit % 10);
	return p;
}

void
midi_out_hex(struct riad_out *out, const uint8_t *data, size_t len, bool before)
{
	static const char hex[] = "0123456789ABCDEF";

	while (len > 0) {
		size_t n = len < 1024 ? len : 1024;
		uint8_t *p = riad_out_room(out, 3 * n);
		uint8_t *q = p;
		for (size_t i = 0; i < n; i++) {
			if (before)
				*q++ = ' ';
			before = true;
			*q++ = (uint8_t)hex[data[i] >> 4];
			*q++ = (uint8_t)hex[data[i] & 15];
		}
		out->len += (size_t)(q - p);
		data += n;
		len -= n;
	}
}
