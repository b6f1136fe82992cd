/* SPDX-License-Identifier: ISC */
/* the names of exclusives: universal ones, and resets that makers share */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "riad/mididecode.h"
#include "riad/midinames.h"

/* MIDI 1.0 Detailed Specification, Table VIIa, and what came since. */
static const struct universal {
	uint8_t id, sub1, sub2;
	const char *name;
} universal[] = {
    {0x7E, 0x01, 0xFF, "sample dump header"},
    {0x7E, 0x02, 0xFF, "sample dump packet"},
    {0x7E, 0x03, 0xFF, "sample dump request"},
    {0x7E, 0x04, 0x00, "MTC setup: special"},
    {0x7E, 0x04, 0x01, "MTC setup: punch in point"},
    {0x7E, 0x04, 0x02, "MTC setup: punch out point"},
    {0x7E, 0x04, 0x03, "MTC setup: delete punch in point"},
    {0x7E, 0x04, 0x04, "MTC setup: delete punch out point"},
    {0x7E, 0x04, 0x05, "MTC setup: event start point"},
    {0x7E, 0x04, 0x06, "MTC setup: event stop point"},
    {0x7E, 0x04, 0x07, "MTC setup: event start point with information"},
    {0x7E, 0x04, 0x08, "MTC setup: event stop point with information"},
    {0x7E, 0x04, 0x09, "MTC setup: delete event start point"},
    {0x7E, 0x04, 0x0A, "MTC setup: delete event stop point"},
    {0x7E, 0x04, 0x0B, "MTC setup: cue point"},
    {0x7E, 0x04, 0x0C, "MTC setup: cue point with information"},
    {0x7E, 0x04, 0x0D, "MTC setup: delete cue point"},
    {0x7E, 0x04, 0x0E, "MTC setup: event name"},
    {0x7E, 0x05, 0x01, "sample dump: loop points"},
    {0x7E, 0x05, 0x02, "sample dump: loop points request"},
    {0x7E, 0x05, 0x03, "sample dump: name"},
    {0x7E, 0x05, 0x04, "sample dump: name request"},
    {0x7E, 0x05, 0x05, "sample dump: extended header"},
    {0x7E, 0x05, 0x06, "sample dump: extended loop points"},
    {0x7E, 0x05, 0x07, "sample dump: extended loop points request"},
    {0x7E, 0x06, 0x01, "identity request"},
    {0x7E, 0x06, 0x02, "identity reply"},
    {0x7E, 0x07, 0x01, "file dump header"},
    {0x7E, 0x07, 0x02, "file dump packet"},
    {0x7E, 0x07, 0x03, "file dump request"},
    {0x7E, 0x08, 0x00, "tuning bulk dump request"},
    {0x7E, 0x08, 0x01, "tuning bulk dump"},
    {0x7E, 0x08, 0x03, "tuning bulk dump request of a bank"},
    {0x7E, 0x08, 0x04, "tuning key-based dump"},
    {0x7E, 0x08, 0x05, "tuning scale/octave dump, one byte"},
    {0x7E, 0x08, 0x06, "tuning scale/octave dump, two bytes"},
    {0x7E, 0x08, 0x07, "tuning single note change with bank"},
    {0x7E, 0x08, 0x08, "tuning scale/octave, one byte"},
    {0x7E, 0x08, 0x09, "tuning scale/octave, two bytes"},
    {0x7E, 0x09, 0x01, "General MIDI on"},
    {0x7E, 0x09, 0x02, "General MIDI off"},
    {0x7E, 0x09, 0x03, "General MIDI 2 on"},
    {0x7E, 0x0A, 0x01, "downloadable sounds on"},
    {0x7E, 0x0A, 0x02, "downloadable sounds off"},
    {0x7E, 0x0A, 0x03, "downloadable sounds: voice allocation off"},
    {0x7E, 0x0A, 0x04, "downloadable sounds: voice allocation on"},
    {0x7E, 0x0B, 0x01, "file reference: open"},
    {0x7E, 0x0B, 0x02, "file reference: select"},
    {0x7E, 0x0B, 0x03, "file reference: open and select"},
    {0x7E, 0x0B, 0x04, "file reference: close"},
    {0x7E, 0x0C, 0xFF, "visual control"},
    {0x7E, 0x0D, 0x10, "MIDI-CI: initiate protocol negotiation"},
    {0x7E, 0x0D, 0x11, "MIDI-CI: initiate protocol negotiation reply"},
    {0x7E, 0x0D, 0x12, "MIDI-CI: set new protocol"},
    {0x7E, 0x0D, 0x13, "MIDI-CI: test new protocol"},
    {0x7E, 0x0D, 0x14, "MIDI-CI: test new protocol reply"},
    {0x7E, 0x0D, 0x15, "MIDI-CI: new protocol established"},
    {0x7E, 0x0D, 0x20, "MIDI-CI: profile inquiry"},
    {0x7E, 0x0D, 0x21, "MIDI-CI: profile inquiry reply"},
    {0x7E, 0x0D, 0x22, "MIDI-CI: set profile on"},
    {0x7E, 0x0D, 0x23, "MIDI-CI: set profile off"},
    {0x7E, 0x0D, 0x24, "MIDI-CI: profile enabled"},
    {0x7E, 0x0D, 0x25, "MIDI-CI: profile disabled"},
    {0x7E, 0x0D, 0x26, "MIDI-CI: profile added"},
    {0x7E, 0x0D, 0x27, "MIDI-CI: profile removed"},
    {0x7E, 0x0D, 0x28, "MIDI-CI: profile details inquiry"},
    {0x7E, 0x0D, 0x29, "MIDI-CI: profile details reply"},
    {0x7E, 0x0D, 0x2F, "MIDI-CI: profile specific data"},
    {0x7E, 0x0D, 0x30, "MIDI-CI: property exchange capabilities"},
    {0x7E, 0x0D, 0x31, "MIDI-CI: property exchange capabilities reply"},
    {0x7E, 0x0D, 0x34, "MIDI-CI: get property"},
    {0x7E, 0x0D, 0x35, "MIDI-CI: get property reply"},
    {0x7E, 0x0D, 0x36, "MIDI-CI: set property"},
    {0x7E, 0x0D, 0x37, "MIDI-CI: set property reply"},
    {0x7E, 0x0D, 0x38, "MIDI-CI: subscription"},
    {0x7E, 0x0D, 0x39, "MIDI-CI: subscription reply"},
    {0x7E, 0x0D, 0x3F, "MIDI-CI: notify"},
    {0x7E, 0x0D, 0x40, "MIDI-CI: process inquiry capabilities"},
    {0x7E, 0x0D, 0x41, "MIDI-CI: process inquiry capabilities reply"},
    {0x7E, 0x0D, 0x42, "MIDI-CI: MIDI message report"},
    {0x7E, 0x0D, 0x43, "MIDI-CI: MIDI message report reply"},
    {0x7E, 0x0D, 0x44, "MIDI-CI: end of MIDI message report"},
    {0x7E, 0x0D, 0x70, "MIDI-CI: discovery"},
    {0x7E, 0x0D, 0x71, "MIDI-CI: discovery reply"},
    {0x7E, 0x0D, 0x72, "MIDI-CI: endpoint inquiry"},
    {0x7E, 0x0D, 0x73, "MIDI-CI: endpoint inquiry reply"},
    {0x7E, 0x0D, 0x7D, "MIDI-CI: ACK"},
    {0x7E, 0x0D, 0x7E, "MIDI-CI: invalidate"},
    {0x7E, 0x0D, 0x7F, "MIDI-CI: NAK"},
    {0x7E, 0x0D, 0xFF, "MIDI-CI"},
    {0x7E, 0x7B, 0xFF, "end of file"},
    {0x7E, 0x7C, 0xFF, "wait"},
    {0x7E, 0x7D, 0xFF, "cancel"},
    {0x7E, 0x7E, 0xFF, "NAK"},
    {0x7E, 0x7F, 0xFF, "ACK"},

    {0x7F, 0x01, 0x01, "MTC full frame"},
    {0x7F, 0x01, 0x02, "MTC user bits"},
    {0x7F, 0x02, 0x00, "MSC extensions"},
    {0x7F, 0x02, 0xFF, "MIDI show control"},
    {0x7F, 0x03, 0x01, "bar number"},
    {0x7F, 0x03, 0x02, "time signature, immediate"},
    {0x7F, 0x03, 0x42, "time signature, delayed"},
    {0x7F, 0x04, 0x01, "master volume"},
    {0x7F, 0x04, 0x02, "master balance"},
    {0x7F, 0x04, 0x03, "master fine tuning"},
    {0x7F, 0x04, 0x04, "master coarse tuning"},
    {0x7F, 0x04, 0x05, "global parameter control"},
    {0x7F, 0x05, 0x00, "MTC cueing: special"},
    {0x7F, 0x05, 0x01, "MTC cueing: punch in point"},
    {0x7F, 0x05, 0x02, "MTC cueing: punch out point"},
    {0x7F, 0x05, 0x05, "MTC cueing: event start point"},
    {0x7F, 0x05, 0x06, "MTC cueing: event stop point"},
    {0x7F, 0x05, 0x07, "MTC cueing: event start point with information"},
    {0x7F, 0x05, 0x08, "MTC cueing: event stop point with information"},
    {0x7F, 0x05, 0x0B, "MTC cueing: cue point"},
    {0x7F, 0x05, 0x0C, "MTC cueing: cue point with information"},
    {0x7F, 0x05, 0x0E, "MTC cueing: event name"},
    {0x7F, 0x06, 0x01, "MMC stop"},
    {0x7F, 0x06, 0x02, "MMC play"},
    {0x7F, 0x06, 0x03, "MMC deferred play"},
    {0x7F, 0x06, 0x04, "MMC fast forward"},
    {0x7F, 0x06, 0x05, "MMC rewind"},
    {0x7F, 0x06, 0x06, "MMC record strobe"},
    {0x7F, 0x06, 0x07, "MMC record exit"},
    {0x7F, 0x06, 0x08, "MMC record pause"},
    {0x7F, 0x06, 0x09, "MMC pause"},
    {0x7F, 0x06, 0x0A, "MMC eject"},
    {0x7F, 0x06, 0x0B, "MMC chase"},
    {0x7F, 0x06, 0x0C, "MMC command error reset"},
    {0x7F, 0x06, 0x0D, "MMC reset"},
    {0x7F, 0x06, 0x40, "MMC write"},
    {0x7F, 0x06, 0x41, "MMC masked write"},
    {0x7F, 0x06, 0x42, "MMC read"},
    {0x7F, 0x06, 0x43, "MMC update"},
    {0x7F, 0x06, 0x44, "MMC locate"},
    {0x7F, 0x06, 0x45, "MMC variable play"},
    {0x7F, 0x06, 0x46, "MMC search"},
    {0x7F, 0x06, 0x47, "MMC shuttle"},
    {0x7F, 0x06, 0x48, "MMC step"},
    {0x7F, 0x06, 0x49, "MMC assign system master"},
    {0x7F, 0x06, 0x4A, "MMC generator command"},
    {0x7F, 0x06, 0x4B, "MMC MTC command"},
    {0x7F, 0x06, 0x4C, "MMC move"},
    {0x7F, 0x06, 0x4D, "MMC add"},
    {0x7F, 0x06, 0x4E, "MMC subtract"},
    {0x7F, 0x06, 0x4F, "MMC drop frame adjust"},
    {0x7F, 0x06, 0x50, "MMC procedure"},
    {0x7F, 0x06, 0x51, "MMC event"},
    {0x7F, 0x06, 0x52, "MMC group"},
    {0x7F, 0x06, 0x53, "MMC command segment"},
    {0x7F, 0x06, 0x54, "MMC deferred variable play"},
    {0x7F, 0x06, 0x55, "MMC record strobe variable"},
    {0x7F, 0x06, 0x7C, "MMC wait"},
    {0x7F, 0x06, 0x7F, "MMC resume"},
    {0x7F, 0x06, 0xFF, "MMC command"},
    {0x7F, 0x07, 0xFF, "MMC response"},
    {0x7F, 0x08, 0x02, "tuning single note change"},
    {0x7F, 0x08, 0x07, "tuning single note change with bank"},
    {0x7F, 0x08, 0x08, "tuning scale/octave, one byte"},
    {0x7F, 0x08, 0x09, "tuning scale/octave, two bytes"},
    {0x7F, 0x09, 0x01, "controller destination: channel pressure"},
    {0x7F, 0x09, 0x02, "controller destination: key pressure"},
    {0x7F, 0x09, 0x03, "controller destination: controller"},
    {0x7F, 0x0A, 0x01, "key-based instrument control"},
    {0x7F, 0x0B, 0x01, "scalable polyphony: maximum instantaneous polyphony"},
    {0x7F, 0x0C, 0x00, "mobile phone control"},
};

static const char *
universal_name(const uint8_t *head, size_t len)
{
	/* Handshakes of dumps have no second part. */
	uint8_t sub2 = len > 3 ? head[3] : 0xFE;

	for (size_t i = 0; i < sizeof(universal) / sizeof(*universal); i++) {
		const struct universal *u = &universal[i];
		if (u->id == head[0] && u->sub1 == head[2] &&
		    (u->sub2 == 0xFF || u->sub2 == sub2))
			return u->name;
	}
	return NULL;
}

/* Adds to the text; what doesn't fit is left out. */
static void __attribute__((format(printf, 2, 3)))
more(struct riad_midi_meaning *m, const char *fmt, ...)
{
	size_t len = strlen(m->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->text + len, sizeof(m->text) - len, fmt, ap);
	va_end(ap);
}

static unsigned
of14(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 7;
}

static unsigned
of21(const uint8_t *p)
{
	return of14(p) | (unsigned)p[2] << 14;
}

/* What somebody wrote into a message: printable ASCII is all it may be. */
static void
add_name(struct riad_midi_meaning *m, const uint8_t *p, size_t len)
{
	char name[RIAD_MIDI_HEAD + 1];
	size_t n = len < RIAD_MIDI_HEAD ? len : RIAD_MIDI_HEAD;

	for (size_t i = 0; i < n; i++)
		name[i] = p[i] >= ' ' && p[i] <= '~' && p[i] != '"' ? (char)p[i]
								    : '?';
	while (n > 0 && name[n - 1] == ' ')
		n--;
	name[n] = '\0';
	more(m, " \"%s\"", name);
}

static void
sample_header(struct riad_midi_meaning *m, const uint8_t *p)
{
	static const char *const loops[] = {"forward", "back and forth"};
	unsigned ns = of21(p + 6);

	m->number = of14(p + 3);
	more(m, ": sample %u, %u bits", m->number, p[5]);
	if (ns > 0)
		more(m, ", %u Hz", (unsigned)((1000000000u + ns / 2) / ns));
	more(m, ", %u words, loop %u to %u", of21(p + 9), of21(p + 12),
	    of21(p + 15));
	more(m, " %s", p[18] < 2 ? loops[p[18]] : p[18] == 127 ? "off" : "?");
}

static const char *
sum_text(bool good)
{
	return good ? "checksum right" : "checksum wrong";
}

/* What is known of the contents.  p: the exclusive from its first byte, at
 * most RIAD_MIDI_HEAD of its len. */
static void
universal_detail(struct riad_midi_meaning *m, const uint8_t *p, uint64_t len,
    bool whole, uint8_t xor)
{
	unsigned what = (unsigned)p[0] << 16 | (unsigned)p[2] << 8;
	/* Dumps of samples, and their handshakes, have no second part. */
	bool sub2 = len > 3 && (p[0] == 0x7F || (p[2] > 3 && p[2] < 0x7B));

	switch (what | (sub2 ? p[3] : 0)) {
	case 0x7E0100:
		if (len >= 19)
			sample_header(m, p);
		break;
	case 0x7E0200:
		if (len > 3)
			more(m, " %u", p[3]);
		/* XOR of all up to it is the last byte. */
		if (whole && len == 125)
			more(m, ", %s", sum_text((xor&0x7F) == 0));
		break;
	case 0x7E0300:
		if (len >= 5)
			more(m, ": sample %u", of14(p + 3));
		break;
	case 0x7E0602:
		if (len >= 5 && p[4] != 0 && len >= 13)
			more(m,
			    ": maker %02X, family %u, member %u, version "
			    "%02X %02X %02X %02X",
			    p[4], of14(p + 5), of14(p + 7), p[9], p[10], p[11],
			    p[12]);
		else if (len >= 15)
			more(m,
			    ": maker %02X %02X %02X, family %u, member %u, "
			    "version %02X %02X %02X %02X",
			    p[4], p[5], p[6], of14(p + 7), of14(p + 9), p[11],
			    p[12], p[13], p[14]);
		break;
	case 0x7E0801:
		if (len >= 21) {
			more(m, ": program %u", p[4]);
			add_name(m, p + 5, 16);
		}
		if (whole && len == 406)
			more(m, ", %s", sum_text((xor&0x7F) == 0));
		break;
	case 0x7E0702:
		/* After the number of its bytes less one these, and their sum.
		 */
		if (len > 5)
			more(m, " %u", p[4]);
		if (whole && len == p[5] + 8u)
			more(m, ", %s", sum_text((xor&0x7F) == 0));
		break;
	case 0x7E0804:
		if (len >= 22) {
			more(m, ": bank %u, program %u", p[4], p[5]);
			add_name(m, p + 6, 16);
		}
		if (whole && len == 407)
			more(m, ", %s", sum_text((xor&0x7F) == 0));
		break;
	case 0x7F0301:
		if (len >= 6) {
			/* 14 bits with a sign; from -8190 to 8190. */
			int bar = (int)of14(p + 4);
			more(m, ": %d", bar >= 8192 ? bar - 16384 : bar);
		}
		break;
	case 0x7F0401:
	case 0x7F0402:
		if (len >= 6)
			more(m, ": %u", of14(p + 4));
		break;
	case 0x7F0403:
		if (len >= 6) {
			int c = ((int)of14(p + 4) - 8192) * 10000 / 8192;
			more(m, ": %c%d.%02d cents", c < 0 ? '-' : '+',
			    c / (c < 0 ? -100 : 100),
			    c % 100 * (c < 0 ? -1 : 1));
		}
		break;
	case 0x7F0404:
		if (len >= 6)
			more(m, ": %+d semitones", (int)p[5] - 64);
		break;
	case 0x7F0644:
		/* To a time, and not to one that is in a memory. */
		if (len >= 11 && p[4] == 6 && p[5] == 1)
			more(m, ": %02u:%02u:%02u:%02u", p[6] & 31u, p[7], p[8],
			    p[9]);
		break;
	case 0x7F0802:
		if (len >= 6)
			more(m, ": program %u, %u notes", p[4], p[5]);
		break;
	default:
		break;
	}
}

/* Resets of Roland's and Yamaha's, as those of other makers who took them. */
static const struct reset {
	/* mask: of the second byte, what is no device number. */
	uint8_t len, bytes[9], mask;
	const char *name;
} resets[] = {
    {8, {0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00}, 0x60, "GS reset"},
    {8, {0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x7F}, 0x60, "GS exit"},
    {8, {0x41, 0x10, 0x42, 0x12, 0x00, 0x00, 0x7F, 0x00}, 0x60,
	"GS system mode 1"},
    {8, {0x41, 0x10, 0x42, 0x12, 0x00, 0x00, 0x7F, 0x01}, 0x60,
	"GS system mode 2"},
    {7, {0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00}, 0x70, "XG system on"},
    {7, {0x43, 0x10, 0x4C, 0x00, 0x00, 0x7F, 0x00}, 0x70,
	"XG all parameter reset"},
    {7, {0x43, 0x10, 0x4C, 0x00, 0x00, 0x7D, 0x00}, 0x70,
	"XG drum setup reset"},
};

static const char *
reset_name(const uint8_t *p, uint64_t len)
{
	for (size_t i = 0; i < sizeof(resets) / sizeof(*resets); i++) {
		const struct reset *r = &resets[i];
		/* Roland's have a checksum behind. */
		if (len == (uint64_t)r->len + (r->bytes[0] == 0x41) &&
		    p[0] == r->bytes[0] &&
		    (p[1] & r->mask) == (r->bytes[1] & r->mask) &&
		    memcmp(p + 2, r->bytes + 2, r->len - 2u) == 0)
			return r->name;
	}
	return NULL;
}

static int
roland(struct riad_midi_meaning *m, const uint8_t *p, uint64_t len, bool whole,
    uint32_t sum)
{
	/* DT1, data set: address and data, which with the sum are 0. */
	if (len < 5 || p[2] != 0x42 || (p[3] != 0x12 && p[3] != 0x11))
		return 0;
	if (m->name == NULL)
		m->name = p[3] == 0x12 ? "GS data set" : "GS data request";
	snprintf(m->text, sizeof(m->text), "%s", m->name);
	if (len >= 8 && strncmp(m->name, "GS data", 7) == 0)
		more(m, " at %02X %02X %02X", p[4], p[5], p[6]);
	if (whole)
		more(m, ", %s", sum_text((sum & 0x7F) == 0));
	return 1;
}

int
riad_midi_exclusive_name(struct riad_midi_meaning *m, const uint8_t *head,
    uint64_t len, bool whole, uint8_t xor, uint32_t sum)
{
	/* What is beyond len was another's. */
	uint8_t p[RIAD_MIDI_HEAD] = {0};

	memcpy(p, head, len < sizeof(p) ? (size_t)len : sizeof(p));
	m->means = RIAD_MIDI_MEANS_EXCLUSIVE;
	m->name = NULL;
	m->number = m->value = 0;
	m->text[0] = '\0';
	if (len < 3)
		return 0;
	if (p[0] == 0x7E || p[0] == 0x7F) {
		m->name = universal_name(p, (size_t)(len < 4 ? len : 4));
		if (m->name == NULL)
			return 0;
		more(m, "%s", m->name);
		universal_detail(m, p, len, whole, xor);
		return 1;
	}
	m->name = whole ? reset_name(p, len) : NULL;
	if (p[0] == 0x41 && roland(m, p, len, whole, sum))
		return 1;
	size_t n;
	if (m->name == NULL)
		m->name = riad_midi_maker(
		    p, len < sizeof(p) ? (size_t)len : sizeof(p), &n);
	if (m->name == NULL)
		return 0;
	more(m, "%s", m->name);
	return 1;
}
