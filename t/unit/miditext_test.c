/* SPDX-License-Identifier: ISC */

#include "riad/miditext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct riad_out out;

typedef void writer(struct riad_out *to, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

/* The line in the form of write, or what is wrong with it. */
static const char *
rewrite(const char *line, writer *write)
{
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_item item;
	static char wrong[128];

	riad_out_init(&out, -1);
	riad_miditext_init(&r);
	int got = riad_miditext_read(&r, line, strlen(line), &item, &time);
	for (; got == 1; got = riad_miditext_read(&r, NULL, 0, &item, &time)) {
		struct riad_miditext_style style = {
		    .clock = time.clock,
		    .us = time.clock == RIAD_MIDI_SECONDS,
		    .tracks = r.has_track,
		};
		item.event.time = time.value;
		item.delta = (uint32_t)time.value;
		write(&out, &item, &style);
	}
	if (got == -1) {
		snprintf(wrong, sizeof(wrong), "%u: %s", r.column, r.why);
		riad_miditext_free(&r);
		return errno == EBADMSG ? wrong : "another errno";
	}
	riad_miditext_free(&r);
	out.buf[out.len > 0 ? out.len - 1 : 0] = '\0';
	return (const char *)out.buf;
}

/* Text, what it is in our hand if that is something else, and in JSON. */
static const struct {
	const char *line, *again, *json;
} good[] = {
    {"ch 1 on C4 100", NULL,
	"{\"channel\":1,\"type\":\"on\",\"note\":60,\"velocity\":100}"},
    {"480 ch 16 off G9 0", NULL,
	"{\"ticks\":480,\"channel\":16,\"type\":\"off\",\"note\":127,"
	"\"velocity\":0}"},
    {"+0 ch 10 on c#-1 1", "+0 ch 10 on C#-1 1",
	"{\"delta\":0,\"channel\":10,\"type\":\"on\",\"note\":1,"
	"\"velocity\":1}"},
    {"\ton  60\t7 \r", "ch 1 on C4 7",
	"{\"channel\":1,\"type\":\"on\",\"note\":60,\"velocity\":7}"},
    {"tr 3 ch 2 pp 12 7", "tr 3 ch 2 pp C0 7",
	"{\"track\":3,\"channel\":2,\"type\":\"pp\",\"note\":12,"
	"\"pressure\":7}"},
    {"ch 2 tr 3 pc 127", "tr 3 ch 2 pc 127",
	"{\"track\":3,\"channel\":2,\"type\":\"pc\",\"program\":127}"},
    {"12.5 ch 1 cc 7 90 # loud", "12.500000 ch 1 cc 7 90",
	"{\"time\":12.500000,\"channel\":1,\"type\":\"cc\","
	"\"controller\":7,\"value\":90}"},
    {"0.000001 ch 1 cp 0", NULL,
	"{\"time\":0.000001,\"channel\":1,\"type\":\"cp\",\"pressure\":0}"},
    {"ch 1 pb 8192", NULL, "{\"channel\":1,\"type\":\"pb\",\"value\":8192}"},
    {"72057594037927936 mc", NULL,
	"{\"ticks\":72057594037927936,\"type\":\"mc\"}"},
    {"tc 7 15", NULL, "{\"type\":\"tc\",\"piece\":7,\"value\":15}"},
    {"spp 16383", NULL, "{\"type\":\"spp\",\"position\":16383}"},
    {"ss 1", NULL, "{\"type\":\"ss\",\"song\":1}"},
    {"tun", NULL, "{\"type\":\"tun\"}"},
    {"start", NULL, "{\"type\":\"start\"}"},
    {"cont", NULL, "{\"type\":\"cont\"}"},
    {"stop", NULL, "{\"type\":\"stop\"}"},
    {"as", NULL, "{\"type\":\"as\"}"},
    {"rst", NULL, "{\"type\":\"rst\"}"},
    {"syx", NULL, "{\"type\":\"syx\",\"hex\":\"\"}"},
    {"syx 7e7f09 1", "syx 7E 7F 09 01",
	"{\"type\":\"syx\",\"hex\":\"7E 7F 09 01\"}"},
    {"syx-begin 00", NULL, "{\"type\":\"syx-begin\",\"hex\":\"00\"}"},
    {"syx-more 01", NULL, "{\"type\":\"syx-more\",\"hex\":\"01\"}"},
    {"syx-end", NULL, "{\"type\":\"syx-end\",\"hex\":\"\"}"},
    {"escape F3 01", NULL, "{\"type\":\"escape\",\"hex\":\"F3 01\"}"},
    {"raw 90 3C", NULL, "{\"type\":\"raw\",\"hex\":\"90 3C\"}"},
    {"smf 1 65535 ppq 32767", NULL,
	"{\"type\":\"smf\",\"format\":1,\"tracks\":65535,\"ppq\":32767}"},
    {"smf 0 1 smpte 25 40 extra 01 02", NULL,
	"{\"type\":\"smf\",\"format\":0,\"tracks\":1,\"fps\":25,"
	"\"ticks_per_frame\":40,\"extra\":\"01 02\"}"},
    {"track", NULL, "{\"type\":\"track\"}"},
    {"track-end", "", ""},
    {"riff 01", "", ""},
    {"chunk \"ABCD\" 01", NULL,
	"{\"type\":\"chunk\",\"chunk\":\"ABCD\",\"hex\":\"01\"}"},
    {"chunk \"A\\xff\\\"\\\\\"", NULL,
	"{\"type\":\"chunk\",\"chunk_hex\":\"41 FF 22 5C\",\"hex\":\"\"}"},
    {"tempo 16777215", NULL, "{\"type\":\"tempo\",\"us\":16777215}"},
    {"time-sig 6/8", "time-sig 6/8 24 8",
	"{\"type\":\"time-sig\",\"num\":6,\"den\":8,\"clocks\":24,"
	"\"n32\":8}"},
    {"time-sig 3/1073741824 12 9", NULL,
	"{\"type\":\"time-sig\",\"num\":3,\"den\":1073741824,"
	"\"clocks\":12,\"n32\":9}"},
    {"key-sig \"Cb major\"", NULL,
	"{\"type\":\"key-sig\",\"key\":\"Cb major\"}"},
    {"key-sig \"A# minor\"", NULL,
	"{\"type\":\"key-sig\",\"key\":\"A# minor\"}"},
    {"text \"a # b\" # c", "text \"a # b\"",
	"{\"type\":\"text\",\"text\":\"a # b\"}"},
    {"lyric \"\\n\\t\\\"\\\\\\x1b\\xc2\\x85\\xc3\\xa4\"",
	"lyric \"\\n\\t\\\"\\\\\\x1b\\xc2\\x85\303\244\"",
	"{\"type\":\"lyric\",\"text\":"
	"\"\\u000a\\u0009\\\"\\\\\\u001b\\u0085\303\244\"}"},
    {"copyright \"\\xa9\"", NULL, "{\"type\":\"copyright\",\"hex\":\"A9\"}"},
    {"track-name \"\"", NULL, "{\"type\":\"track-name\",\"text\":\"\"}"},
    {"channel-prefix 1", NULL, "{\"type\":\"channel-prefix\",\"value\":1}"},
    {"port 0", NULL, "{\"type\":\"port\",\"value\":0}"},
    {"seq-number 258", NULL, "{\"type\":\"seq-number\",\"value\":258}"},
    {"smpte-offset 23:59:58:28.99 29", NULL,
	"{\"type\":\"smpte-offset\",\"hours\":23,\"minutes\":59,"
	"\"seconds\":58,\"frames\":28,\"hundredths\":99,\"fps\":29}"},
    {"sequencer 01", NULL, "{\"type\":\"sequencer\",\"hex\":\"01\"}"},
    {"meta 255 01", NULL, "{\"type\":\"meta\",\"meta\":255,\"hex\":\"01\"}"},
    {"meta 47 00", NULL, "{\"type\":\"meta\",\"meta\":47,\"hex\":\"00\"}"},
    {"meta 1 41", "text \"A\"", "{\"type\":\"text\",\"text\":\"A\"}"},
    {"end", NULL, "{\"type\":\"end\"}"},
    {"cc14 1 300", "ch 1 cc 1 2\nch 1 cc 33 44", NULL},
    {"5 ch 2 rpn 1 8193",
	"5 ch 2 cc 101 0\n5 ch 2 cc 100 1\n5 ch 2 cc 6 64\n5 ch 2 cc 38 1\n"
	"5 ch 2 cc 101 127\n5 ch 2 cc 100 127",
	NULL},
    {"nrpn 130 1",
	"ch 1 cc 99 1\nch 1 cc 98 2\nch 1 cc 6 0\nch 1 cc 38 1\n"
	"ch 1 cc 101 127\nch 1 cc 100 127",
	NULL},
    {"ch 4", "", NULL},
    {"  # nothing", "", NULL},
    {"", "", NULL},
};

static const struct {
	const char *line, *wrong;
} bad[] = {
    {"on", "3: note expected, 0 to 127 or C-1 to G9"},
    {"on H4 1", "4: note expected, 0 to 127 or C-1 to G9"},
    {"on G#9 1", "4: note expected, 0 to 127 or C-1 to G9"},
    {"on 128 1", "4: note expected, 0 to 127 or C-1 to G9"},
    {"on C4", "6: velocity expected, 0 to 127"},
    {"on C4 128", "7: velocity expected, 0 to 127"},
    {"on C4 1x", "7: velocity expected, 0 to 127"},
    {"on C4 -1", "7: velocity expected, 0 to 127"},
    {"on C4 9999999999999999999", "7: velocity expected, 0 to 127"},
    {"on C4 1 2", "9: end of line expected"},
    {"cc 1", "5: value expected, 0 to 127"},
    {"pb 16384", "4: value expected, 0 to 16383"},
    {"tc 8 0", "4: piece expected, 0 to 7"},
    {"ch 0 on C4 1", "4: channel expected, 1 to 16"},
    {"ch 17", "4: channel expected, 1 to 16"},
    {"tr 0 on C4 1", "4: track expected, 1 to 65536"},
    {"tr 1", "5: word expected, as on, off, cc, pc, pb, syx"},
    {"5", "2: word expected, as on, off, cc, pc, pb, syx"},
    {"ON C4 1", "1: word expected, as on, off, cc, pc, pb, syx"},
    {"5x on C4 1", "2: time expected: N, +N, BAR:BEAT:TICK or S.SSS"},
    {"+x on C4 1", "2: ticks expected, 0 to 4294967295"},
    {"99999999999999999999 mc", "1: that time is too great"},
    {"0:1:0 mc", "1: bars count from 1"},
    {"1:0:0 mc", "3: beats count from 1"},
    {"1:1 mc", "4: ':' expected"},
    {"1.5x mc", "4: digits of a second expected"},
    {"syx 123", "5: pairs of hex digits expected"},
    {"syx 12 xx", "8: end of line expected"},
    {"text a", "6: text in quotes expected"},
    {"text \"a", "8: closing quote expected"},
    {"text \"\\q\"", "7: \\n, \\t, \\\", \\\\ or \\xNN expected"},
    {"text \"\\x1\"", "7: \\x and two hex digits expected"},
    {"time-sig 3/5", "10: a power of two expected after the /"},
    {"time-sig 3", "11: '/' expected"},
    {"key-sig \"H major\"", "9: key expected, as \"Bb major\" or \"F# minor\""},
    {"smpte-offset 1:2:3:4.5 26",
	"14: 24, 25, 29 or 30 frames a second expected"},
    {"tempo 16777216", "7: microseconds expected, 0 to 16777215"},
    {"smf 1 2", "8: ppq or smpte expected"},
    {"smf 1 2 ppq 32768", "13: ticks a quarter expected, 0 to 32767"},
    {"chunk \"ABC\"", "7: type of 4 characters expected"},
    {"mc running", "4: only messages of channels have that"},
    {"+128 mc delta/1", "15: number of bytes expected, 2 to 8"},
    {"text \"\" len/9", "13: number of bytes expected, 1 to 8"},
    {"on C4 1 length 3", "9: end of line expected"},
    {"{}", "2: \"type\" expected"},
    {"{\"type\":\"on\"", "13: '}' expected"},
    {"{\"type\":\"on\"} x", "15: end of line expected"},
    {"{\"type\":\"no\"}",
	"10: \"type\" expected, as \"on\", \"off\", \"cc\", \"syx\""},
    {"{\"type\":\"on\",\"note\":60}", "24: \"velocity\" expected in it"},
    {"{\"type\":\"pc\",\"program\":128}", "24: \"program\" expected, 0 to 127"},
    {"{\"type\":\"pc\",\"program\":1.5}", "24: \"program\" expected, 0 to 127"},
    {"{\"type\":\"pc\",\"type\":\"on\"}", "15: that key is there already"},
    {"{\"type\":-1}", "9: string, number from 0, true, false or null expected"},
    {"{\"type\":\"text\",\"text\":\"\\ud800\"}",
	"24: escape of a character expected"},
    {"{\"type\":\"raw\",\"hex\":\"0g\"}", "22: hex digits expected"},
    {"{\"type\":\"raw\",\"hex\":[]}",
	"21: string, number from 0, true, false or null expected"},
};

static void
test_lines(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *line = good[i].line;
		const char *want = good[i].again != NULL ? good[i].again : line;
		const char *got = rewrite(line, riad_miditext_write);
		ok(strcmp(got, want) == 0, "%s is %s", line, got);
		if (good[i].json == NULL)
			continue;
		got = rewrite(line, riad_midijson_write);
		ok(strcmp(got, good[i].json) == 0, "%s is %s", line, got);
		if (good[i].json[0] == '\0')
			continue;
		got = rewrite(good[i].json, riad_miditext_write);
		ok(strcmp(got, want) == 0, "%s is %s", good[i].json, got);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *got = rewrite(bad[i].line, riad_miditext_write);
		ok(strcmp(got, bad[i].wrong) == 0, "%s: %s", bad[i].line, got);
	}
	ok(strcmp(rewrite("{\"frames\":1,\"type\":\"smf\",\"format\":1,"
			  "\"tracks\":2,\"ticks\":3,\"ppq\":4}",
		      riad_miditext_write),
	       "smf 1 2 ppq 4") == 0,
	    "keys that are alike");
	ok(strcmp(rewrite("{\"type\": \"on\", \"note\" : \"Eb4\" ,\"velocity\":"
			  "1, \"more\": null, \"other\":false}",
		      riad_miditext_write),
	       "ch 1 on D#4 1") == 0,
	    "blanks, a note by name, and keys of others");
	ok(strcmp(rewrite("{\"type\":\"text\",\"text\":"
			  "\"\\ud834\\udd1e\\u00e4\\/\\b\"}",
		      riad_miditext_write),
	       "text \"\360\235\204\236\303\244/\\x08\"") == 0,
	    "escapes of JSON");
	ok(strcmp(rewrite("{\"bar\":2,\"beat\":3,\"tick\":4,\"type\":\"no\"}",
		      riad_miditext_write),
	       "36: \"type\" expected, as \"on\", \"off\", \"cc\", \"syx\"") ==
		0,
	    "where an object is wrong");
}

static void
test_state(void)
{
	static const char *const lines[] = {
	    "ch 3", "on C4 1", "ch 5 on C4 1", "on C4 1"};
	static const uint8_t status[] = {0, 0x92, 0x94, 0x92};
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_item item;

	riad_miditext_init(&r);
	for (size_t i = 0; i < 4; i++) {
		int got = riad_miditext_read(
		    &r, lines[i], strlen(lines[i]), &item, &time);
		ok(got == (i > 0) && item.event.status == status[i] &&
			r.line == i + 1,
		    "line %zu has its channel", i + 1);
	}
	ok(!r.exact &&
		riad_miditext_read(&r, "smf 0 1 ppq 1 length 7 exact", 28,
		    &item, &time) == 1 &&
		r.exact && item.lies && item.length == 7,
	    "a header that lies, in the exact form");
	ok(riad_miditext_read(&r, "3:2:1 mc", 8, &item, &time) == 1 &&
		time.clock == RIAD_MIDI_BARS && time.beat.bar == 3 &&
		time.beat.beat == 2 && time.beat.tick == 1,
	    "bar, beat and tick");
	ok(riad_miditext_read(
	       &r, "+1 on C4 1 running delta/2", 26, &item, &time) == 1 &&
		item.event.running && item.delta_len == 2 &&
		time.clock == RIAD_MIDI_DELTA && time.value == 1,
	    "flags of an event");
	riad_miditext_free(&r);
}

static void
test_notes(void)
{
	static const struct {
		const char *s;
		int note;
		size_t len;
	} notes[] = {
	    {"C4", 60, 2},
	    {"c4", 60, 2},
	    {"b4", 71, 2},
	    {"bb4", 70, 3},
	    {"Cb4", 59, 3},
	    {"B#3", 60, 3},
	    {"C##4", 62, 4},
	    {"C-1", 0, 3},
	    {"Cb-1", -1, 0},
	    {"G9", 127, 2},
	    {"G#9", -1, 0},
	    {"127", 127, 3},
	    {"128", -1, 0},
	    {"60,", 60, 2},
	    {"C", -1, 0},
	    {"", -1, 0},
	    {"C-", -1, 0},
	    {"C99", -1, 0},
	};
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		size_t len = 0;
		int n = riad_midi_note(notes[i].s, strlen(notes[i].s), &len);
		ok(n == notes[i].note && (n == -1 || len == notes[i].len),
		    "note %s is %d", notes[i].s, n);
	}
}

static void
test_is(void)
{
	static const struct {
		const char *line;
		int is;
	} lines[] = {
	    {"", -1},
	    {" # on", -1},
	    {"on C4 1", 1},
	    {"on", 1},
	    {"ch 1", 1},
	    {"5 x", 1},
	    {"{", 1},
	    {" { \"type\"", 1},
	    {"{}", 1},
	    {"{3 c8 d e} |", 0},
	    {"{ 7:8 c", 0},
	    {"tempo 500000", 1},
	    {"tempo 120", 0},
	    {"tempo 2. = 60", 0},
	    {"instrument piano", 0},
	    {"instrument \"Piano\"", 1},
	    {"pp c d e", 0},
	    {"title \"x\"", 0},
	    {"c d e", 0},
	    {"track", 1},
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(riad_miditext_is(lines[i].line, strlen(lines[i].line)) ==
			lines[i].is,
		    "'%s' is %d", lines[i].line, lines[i].is);
}

/* Each item of a file in the exact form. */
static void
exact(const uint8_t *data, size_t len, const char *want, const char *name)
{
	const struct riad_miditext_style style = {
	    .exact = true, .clock = RIAD_MIDI_TICKS};
	struct riad_smf_reader r;
	struct riad_smf_item item;

	memset(&item, 0, sizeof(item));
	riad_out_init(&out, -1);
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1)
		riad_miditext_write(&out, &item, &style);
	ok(out.len == strlen(want) && memcmp(out.buf, want, out.len) == 0, "%s",
	    name);
	if (out.len != strlen(want) || memcmp(out.buf, want, out.len) != 0)
		printf("# got:\n%.*s", (int)out.len, (const char *)out.buf);
}

#define FILE_OF(s) (const uint8_t *)(s), sizeof(s) - 1

static void
test_exact(void)
{
	exact(FILE_OF("MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x19"
		      "\0\x90\x3C\x40\x10\x3C\0"
		      "\x80\0\xB0\7\x7F"
		      "\0\xFF\1\x80\1a\0\xF0\3\x7E\1\xF7\0\xFF\x2F\0"),
	    "smf 0 1 ppq 96 exact\n"
	    "track length 25 # length of the track isn't true\n"
	    "+0 ch 1 on C4 64\n"
	    "+16 ch 1 on C4 0 running\n"
	    "+0 ch 1 cc 7 127 delta/2\n"
	    "+0 text \"a\" len/2\n"
	    "+0 syx 7E 01\n"
	    "+0 end\n"
	    "track-end\n",
	    "what a file has that is odd");
	exact(FILE_OF("MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x08"
		      "\0\x90\x3C\x40\0\xFF\x2F\0xyz"),
	    "smf 0 1 ppq 96 exact\n"
	    "track\n"
	    "+0 ch 1 on C4 64\n"
	    "+0 end\n"
	    "track-end\n"
	    "raw 78 79 7A # not a chunk\n",
	    "bytes behind the last track");
	exact(FILE_OF("MThd\0\0"),
	    "raw 4D 54 68 64 00 00 exact # header is "
	    "cut short\n",
	    "what begins a file says that it is exact");
}

/* Bytes that are many go in several lines, and time comes before each of a
 * stream's. */
static void
test_raw(void)
{
	static uint8_t many[RIAD_MIDITEXT_RAW + 1];
	struct riad_smf_item item = {
	    .kind = RIAD_SMF_EVENT,
	    .event =
		{
		    .kind = RIAD_MIDI_RAW,
		    .time = 1500000,
		    .bytes = many,
		    .len = sizeof(many),
		},
	};
	const struct riad_miditext_style style = {
	    .exact = true, .us = true, .clock = RIAD_MIDI_SECONDS};
	static const char end[] = " 00\n1.500000 raw 00\n";
	const size_t len = strlen("1.500000 raw") + 3 * RIAD_MIDITEXT_RAW + 1 +
			   strlen("1.500000 raw 00\n");

	riad_out_init(&out, -1);
	riad_miditext_write(&out, &item, &style);
	ok(out.len == len && memcmp(out.buf + len - sizeof(end) + 1, end,
				 sizeof(end) - 1) == 0,
	    "long raw bytes are lines");
}

/* A blank at its end keeps a line from the way that most take, and changes
 * nothing. */
static bool
same_slowly(const char *line)
{
	struct riad_miditext_reader r[2];
	struct riad_miditext_time time[2];
	struct riad_smf_item item[2];
	char slow[128];
	int got[2];

	snprintf(slow, sizeof(slow), "%s ", line);
	memset(time, 0, sizeof(time));
	for (int i = 0; i < 2; i++) {
		const char *s = i == 0 ? line : slow;
		riad_miditext_init(&r[i]);
		got[i] =
		    riad_miditext_read(&r[i], s, strlen(s), &item[i], &time[i]);
		riad_miditext_free(&r[i]);
	}
	const struct riad_midi_event *a = &item[0].event, *b = &item[1].event;
	if (got[0] != got[1])
		return false;
	if (got[0] == -1)
		return strcmp(r[0].why, r[1].why) == 0;
	return got[0] != 1 ||
	       (item[0].kind == item[1].kind && a->kind == b->kind &&
		   a->status == b->status && memcmp(a->data, b->data, 2) == 0 &&
		   a->running == b->running && time[0].clock == time[1].clock &&
		   time[0].value == time[1].value);
}

/* The lines that are read fast, and each with another byte somewhere, or
 * without one. */
static void
test_fast(void)
{
	static const char *const lines[] = {
	    "+0 ch 1 on C4 1",
	    "123 ch 16 off G9 127",
	    "4294967296 ch 10 cc 7 90",
	    "+4294967295 ch 2 pb 16383",
	    "+5 ch 3 off C4 9 running",
	    "{\"delta\":5,\"channel\":3,\"type\":\"on\",\"note\":1,"
	    "\"velocity\":0,\"running\":true}",
	    "{\"ticks\":9,\"channel\":1,\"type\":\"on\",\"note\":60,"
	    "\"velocity\":127}",
	    "{\"delta\":4294967295,\"channel\":16,\"type\":\"off\","
	    "\"note\":127,\"velocity\":0}",
	    "{\"ticks\": 9999999999, \"channel\": 10, \"type\": \"cc\", "
	    "\"controller\": 7, \"value\": 90}",
	    "{\"delta\":0,\"channel\":9,\"type\":\"pb\",\"value\":16383}",
	};
	static const char others[] = "0129 +-:,.\"{}ac#C\t";

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t len = strlen(lines[i]), differ = 0;
		char line[120];
		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < sizeof(others); k++) {
				strcpy(line, lines[i]);
				line[at] = others[k];
				if (others[k] == '\0') /* left out */
					memmove(
					    line + at, line + at + 1, len - at);
				differ += !same_slowly(line);
				/* And one more. */
				snprintf(line, sizeof(line), "%.*s%c%s",
				    (int)at, lines[i], others[k],
				    lines[i] + at);
				differ +=
				    others[k] != '\0' && !same_slowly(line);
			}
		}
		ok(same_slowly(lines[i]) && differ == 0,
		    "%s: %zu others are read otherwise", lines[i], differ);
	}
}

int
main(void)
{
	test_fast();
	test_lines();
	test_state();
	test_notes();
	test_is();
	test_exact();
	test_raw();
	return tap_done();
}
