/* SPDX-License-Identifier: ISC */

#include "riad/mididecode.h"

#include <string.h>

#include "riad/text.h"
#include "tap.h"

static struct riad_mididecode d;
static struct riad_midi_stream stream;
static char said[8192];

static size_t
bytes_of(uint8_t *to, const char *hex)
{
	size_t n = 0;

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		to[n++] = (uint8_t)(riad_hex_digit((uint8_t)hex[0]) << 4 |
				    riad_hex_digit((uint8_t)hex[1]));
		hex++;
	}
	return n;
}

static void
take(const struct riad_midi_event *e)
{
	struct riad_midi_meaning m;
	size_t len = strlen(said);

	if (riad_mididecode_next(&d, &m, e) == 1)
		snprintf(said + len, sizeof(said) - len, "%s%s: %s",
		    len > 0 ? "\n" : "", riad_midi_means_name(m.means), m.text);
}

/* What a stream says, cut into pieces of so many bytes, of which the parts of
 * exclusives are shown at once if it is asked for. */
static const char *
says(const char *hex, size_t piece, bool parts)
{
	static uint8_t wire[4096];
	size_t len = bytes_of(wire, hex);
	struct riad_midi_event e;

	said[0] = '\0';
	memset(&d, 0, sizeof(d));
	riad_midi_stream_init(&stream, false);
	for (size_t i = 0; i < len; i += piece) {
		const uint8_t *p = wire + i;
		size_t n = len - i < piece ? len - i : piece;
		while (riad_midi_stream_next(&stream, &e, &p, &n) == 1)
			take(&e);
		while (parts && riad_midi_stream_flush(&stream, &e) == 1)
			take(&e);
	}
	return said;
}

static const struct {
	const char *name, *wire, *says;
} cases[] = {
    {"14 bits", "B0 01 40 21 01 B0 01 41", "cc14: cc14 1 8193"},
    {"a lower half alone", "B0 21 01", ""},
    {"bend range", "B1 65 00 64 00 06 0C 26 32 65 7F 64 7F 06 05",
	"rpn: rpn 0, pitch bend range: 12 semitones\n"
	"rpn: rpn 0, pitch bend range: 12 semitones 50 cents"},
    {"fine tuning", "B0 65 00 64 01 06 40 06 20 26 00",
	"rpn: rpn 1, fine tuning: +0.00 cents\n"
	"rpn: rpn 1, fine tuning: -50.00 cents\n"
	"rpn: rpn 1, fine tuning: -50.00 cents"},
    {"coarse tuning", "B0 64 02 65 00 06 3D",
	"rpn: rpn 2, coarse tuning: -3 semitones"},
    {"increment of cents, of semitones",
	"B0 65 00 64 00 06 02 60 00 61 00 61 00 64 02 06 40 60 00",
	"rpn: rpn 0, pitch bend range: 2 semitones\n"
	"rpn: rpn 0, pitch bend range: 2 semitones 1 cents\n"
	"rpn: rpn 0, pitch bend range: 2 semitones\n"
	"rpn: rpn 0, pitch bend range: 1 semitones 99 cents\n"
	"rpn: rpn 2, coarse tuning: +0 semitones\n"
	"rpn: rpn 2, coarse tuning: +1 semitones"},
    {"a lower half or a step of what nobody knows",
	"B0 65 00 64 00 26 05 60 00 61 00 06 02 61 00 64 00 26 05 60 00",
	"rpn: rpn 0, pitch bend range: 2 semitones\n"
	"rpn: rpn 0, pitch bend range: 1 semitones 99 cents"},
    {"cents carry", "B0 65 00 64 00 06 02 26 63 60 00 61 00",
	"rpn: rpn 0, pitch bend range: 2 semitones\n"
	"rpn: rpn 0, pitch bend range: 2 semitones 99 cents\n"
	"rpn: rpn 0, pitch bend range: 3 semitones\n"
	"rpn: rpn 0, pitch bend range: 2 semitones 99 cents"},
    {"no step below 0", "B0 65 00 64 00 06 00 61 00",
	"rpn: rpn 0, pitch bend range: 0 semitones\n"
	"rpn: rpn 0, pitch bend range: 0 semitones"},
    {"nrpn", "B3 63 12 62 34 06 01 26 02",
	"nrpn: nrpn 2356: 128\nnrpn: nrpn 2356: 130"},
    {"halves of two kinds", "B0 65 00 62 00 06 01", ""},
    {"reset of controllers ends a selection", "B0 65 00 64 00 79 00 06 01", ""},
    {"other channels", "B0 65 00 B1 64 00 B0 06 01", ""},
    {"bank", "B0 00 79 20 03 C0 05", "bank: bank 121 3"},
    {"no bank", "C0 05", ""},
    {"MPE",
	"B0 65 00 64 06 06 07 E1 00 50 91 3C 40 E1 00 50 D1 30 B1 4A 05 "
	"81 3C 00 E1 00 40 E0 00 60 D5 00 E9 00 00",
	"zone: MPE lower zone: master channel 1, notes on 2 to 8\n"
	"expression: note C4: +12.00 semitones\n"
	"expression: note C4: pressure 48\n"
	"expression: note C4: timbre 5\n"
	"expression: all notes: +1.00 semitones"},
    {"MPE: two zones share", "B0 65 00 64 06 06 0A BF 65 00 64 06 06 08 06 00",
	"zone: MPE lower zone: master channel 1, notes on 2 to 11\n"
	"zone: MPE upper zone: master channel 16, notes on 8 to 15\n"
	"zone: MPE upper zone off"},
    {"MPE: the range of a member is that of all",
	"B0 65 00 64 06 06 03 "
	"B1 65 00 64 00 06 0C 93 3C 40 E3 00 60 E0 00 60 B0 06 03 E3 00 60",
	"zone: MPE lower zone: master channel 1, notes on 2 to 4\n"
	"rpn: rpn 0, pitch bend range: 12 semitones\n"
	"expression: note C4: +6.00 semitones\n"
	"expression: all notes: +1.00 semitones\n"
	"zone: MPE lower zone: master channel 1, notes on 2 to 4\n"
	"expression: note C4: +24.00 semitones"},
    {"MPE on no master", "B3 65 00 64 06 06 0A",
	"rpn: rpn 6, MPE configuration: 1280"},
    {"time code", "F1 0D F1 10 F1 25 F1 32 F1 44 F1 53 F1 61 F1 76",
	"timecode: time code 01:52:37:13, 30 frames a second"},
    {"from the middle",
	"F1 44 F1 53 F1 61 F1 76 F1 00 F1 10 F1 20 F1 30 F1 40 F1 50 F1 61 "
	"F1 72",
	"timecode: time code 01:00:00:00, 25 frames a second"},
    {"backwards", "F1 76 F1 61 F1 53 F1 44 F1 32 F1 25 F1 10 F1 0D",
	"timecode: time code 01:52:37:13, 30 frames a second"},
    {"a piece is lost", "F1 00 F1 10 F1 20 F1 40 F1 50 F1 60 F1 70", ""},
    {"full frame", "F0 7F 7F 01 01 21 02 03 04 F7",
	"timecode: time code 01:02:03:04, 25 frames a second"},
    {"GM on", "F0 7E 7F 09 01 F7", "exclusive: General MIDI on"},
    {"GS reset", "F0 41 10 42 12 40 00 7F 00 41 F7",
	"exclusive: GS reset, checksum right"},
    {"GS, wrong sum", "F0 41 10 42 12 40 01 33 7F 0C F7",
	"exclusive: GS data set at 40 01 33, checksum wrong"},
    {"XG on", "F0 43 10 4C 00 00 7E 00 F7", "exclusive: XG system on"},
    {"a maker", "F0 42 30 58 F7", "exclusive: Korg"},
    {"sample dump",
	"F0 7E 00 01 05 00 10 14 31 01 00 08 00 00 00 00 "
	"7F 07 00 00 F7",
	"exclusive: sample dump header: sample 5, 16 bits, 44099 Hz, 1024 "
	"words, loop 0 to 1023 forward"},
    {"identity", "F0 7E 10 06 02 41 2B 02 00 00 01 00 00 00 F7",
	"exclusive: identity reply: maker 41, family 299, member 0, version "
	"01 00 00 00"},
    {"identity, three bytes",
	"F0 7E 10 06 02 00 20 33 01 00 02 00 31 32 33 34 F7",
	"exclusive: identity reply: maker 00 20 33, family 1, member 2, "
	"version 31 32 33 34"},
    {"master volume", "F0 7F 7F 04 01 00 40 F7",
	"exclusive: master volume: 8192"},
    {"master tuning", "F0 7F 7F 04 03 00 20 F7",
	"exclusive: master fine tuning: -50.00 cents"},
    {"locate", "F0 7F 7F 06 44 06 01 21 02 03 04 00 F7",
	"exclusive: MMC locate: 01:02:03:04"},
    {"locate of a memory", "F0 7F 7F 06 44 02 00 01 00 00 00 00 F7",
	"exclusive: MMC locate"},
    {"file dump packet", "F0 7E 10 07 02 03 01 05 06 6A F7",
	"exclusive: file dump packet 3, checksum right"},
    {"one with a wrong sum", "F0 7E 10 07 02 03 01 05 06 69 F7",
	"exclusive: file dump packet 3, checksum wrong"},
    {"profile inquiry", "F0 7E 7F 0D 20 02 F7",
	"exclusive: MIDI-CI: profile inquiry"},
    {"one of MIDI-CI that is new", "F0 7E 7F 0D 1A 02 F7",
	"exclusive: MIDI-CI"},
    {"bar", "F0 7F 7F 03 01 05 00 F7", "exclusive: bar number: 5"},
    {"bar before", "F0 7F 7F 03 01 7E 7F F7", "exclusive: bar number: -2"},
    {"ACK", "F0 7E 00 7F 01 F7", "exclusive: ACK"},
    {"real-time inside", "F0 7E 7F F8 09 F8 01 F7",
	"exclusive: General MIDI on"},
    {"reset begins anew", "B0 65 00 64 00 FF B0 06 01", ""},
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool same = true;
		for (size_t piece = 1; piece < 9; piece++)
			same &= strcmp(says(cases[i].wire, piece, false),
				    cases[i].says) == 0;
		ok(same, "%s, in any pieces", cases[i].name);
		if (!same)
			printf("# %s\n", says(cases[i].wire, 4096, false));
	}
	ok(strcmp(says("F0 7E 7F 09 01 F7", 4, true),
	       "exclusive: General MIDI on") == 0,
	    "an exclusive in parts");
	ok(strcmp(says("F0 41 10 42 12 40 00 7F 00 41 F7", 6, true),
	       "exclusive: GS data set\n"
	       "exclusive: GS reset, checksum right") == 0,
	    "its first part says what it is, and its last how it went");
}

/* The sums of dumps are over bytes that are long gone. */
static void
test_sums(void)
{
	char hex[3 * 512] = "F0 7E 00 08 01 05";
	uint8_t wire[512];

	size_t at = strlen(hex);
	for (int i = 0; i < 16 + 384; i++, at += 3)
		memcpy(hex + at, i < 4 ? " 41" : i < 16 ? " 20" : " 11", 4);
	size_t n = bytes_of(wire, hex);
	uint8_t xor = 0;
	for (size_t i = 1; i < n; i++)
		xor ^= wire[i];
	snprintf(hex + strlen(hex), 8, " %02X F7", xor);
	ok(strcmp(says(hex, 4096, false),
	       "exclusive: tuning bulk dump: "
	       "program 5 \"AAAA\", checksum right") == 0,
	    "tuning dump");
	hex[strlen(hex) - 4] ^= 1;
	ok(strstr(says(hex, 1, false), "checksum wrong") != NULL,
	    "and one that is wrong");
}

static void
on(uint8_t key, uint8_t velocity, int64_t time)
{
	struct riad_midi_event e = {.time = time,
	    .kind = RIAD_MIDI_MESSAGE,
	    .status = RIAD_MIDI_ON,
	    .data = {key, velocity}};
	struct riad_midi_meaning m;
	size_t len = strlen(said);

	if (riad_mididecode_next(&d, &m, &e) == 1)
		snprintf(said + len, sizeof(said) - len, "%u %lld+%lld ",
		    m.velocity, (long long)m.began, (long long)m.length);
}

static void
test_pairs(void)
{
	said[0] = '\0';
	memset(&d, 0, sizeof(d));
	d.pairs = true;
	on(60, 1, 10);
	on(61, 2, 20);
	on(60, 3, 30);
	on(60, 0, 40);
	on(60, 0, 50);
	on(60, 0, 60);
	on(61, 0, 70);
	ok(strcmp(said, "1 10+30 3 30+20 2 20+50 ") == 0,
	    "what is first on is first off");
	said[0] = '\0';
	for (int i = 0; i < RIAD_MIDI_STACK + 2; i++)
		on(60, (uint8_t)(i + 1), i);
	for (int i = 0; i < RIAD_MIDI_STACK + 2; i++)
		on(60, 0, 100);
	ok(strcmp(said, "3 2+98 4 3+97 5 4+96 6 5+95 ") == 0,
	    "of too many the first are lost");
	on(60, 1, 0);
	riad_mididecode_reset(&d);
	said[0] = '\0';
	on(60, 0, 0);
	ok(said[0] == '\0' && d.pairs, "another track has notes of its own");
}

int
main(void)
{
	test_cases();
	test_sums();
	test_pairs();
	return tap_done();
}
