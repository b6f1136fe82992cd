/* SPDX-License-Identifier: ISC */

#include "riad/midi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/*
 * Events as text: a message as its bytes in hex, ~ before one whose status
 * wasn't written; [F0 and F7] around an exclusive where it has them; ! before
 * what is raw, and raw bytes that follow each other together.
 */
static void
add_hex(struct riad_buf *text, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		riad_buf_addf(text, "%s%02X", i > 0 ? " " : "", p[i]);
}

static void
add_event(struct riad_buf *text, const struct riad_midi_event *e, bool *raw)
{
	const bool more = *raw && e->kind == RIAD_MIDI_RAW;

	if (text->len > 0)
		riad_buf_addstr(text, more ? " " : ", ");
	*raw = e->kind == RIAD_MIDI_RAW;
	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		riad_buf_addf(text, "%s%02X", e->running ? "~" : "", e->status);
		for (int i = 0; i < riad_midi_len(e->status); i++)
			riad_buf_addf(text, " %02X", e->data[i]);
		return;
	case RIAD_MIDI_EXCLUSIVE:
		riad_buf_addstr(text, e->first ? "[" : "(");
		add_hex(text, e->bytes, e->len);
		riad_buf_addstr(text, e->last ? "]" : ")");
		return;
	case RIAD_MIDI_RAW:
		if (!more)
			riad_buf_addc(text, '!');
		add_hex(text, e->bytes, e->len);
		return;
	default:
		riad_buf_addstr(text, "?");
	}
}

/* What len bytes are, in pieces of at most piece, of which the first ends at
 * cut; also written again, where out is there. */
static const char *
parse(struct riad_buf *text, struct riad_buf *out, const uint8_t *data,
    size_t len, bool exact, size_t cut, size_t piece)
{
	static struct riad_midi_stream s;
	struct riad_midi_event e;
	bool raw = false;

	text->len = 0;
	riad_midi_stream_init(&s, exact);
	for (size_t at = 0, n; at < len; at += n) {
		n = at < cut ? cut - at : piece;
		n = n < piece ? n : piece;
		n = n < len - at ? n : len - at;
		/* Of its own, so that a byte too far is seen. */
		uint8_t *copy = malloc(n);
		memcpy(copy, data + at, n);
		const uint8_t *p = copy;
		size_t left = n;
		while (riad_midi_stream_next(&s, &e, &p, &left) == 1) {
			add_event(text, &e, &raw);
			if (out != NULL && riad_midi_write(out, &e, NULL) != 0)
				riad_buf_addstr(text, " unwritten");
		}
		if (left != 0)
			riad_buf_addstr(text, " left");
		free(copy);
	}
	if (riad_midi_stream_end(&s, &e) == 1) {
		add_event(text, &e, &raw);
		if (out != NULL)
			riad_midi_write(out, &e, NULL);
	}
	if (s.off != len || riad_midi_stream_end(&s, &e) != 0)
		riad_buf_addstr(text, " not the end");
	return riad_buf_str(text);
}

static size_t
unhex(uint8_t *to, const char *hex)
{
	size_t n = 0;
	char *end;

	for (; *hex != '\0'; hex = end) {
		to[n++] = (uint8_t)strtoul(hex, &end, 16);
		while (*end == ' ')
			end++;
	}
	return n;
}

static const struct {
	const char *bytes, *plain, *exact; /* exact: NULL is the same */
} cases[] = {
    {"", "", NULL},
    {"90 3C 40", "90 3C 40", NULL},
    {"90 3C 40 3E 41 3E 00", "90 3C 40, ~90 3E 41, ~90 3E 00", NULL},
    {"C5 07 08 09", "C5 07, ~C5 08, ~C5 09", NULL},
    {"DF 01 E0 00 40 01 02", "DF 01, E0 00 40, ~E0 01 02", NULL},
    {"80 01 02 A1 03 04 B2 05 06", "80 01 02, A1 03 04, B2 05 06", NULL},
    {"F1 23 F2 01 02 F3 05 F6", "F1 23, F2 01 02, F3 05, F6", NULL},
    {"F8 FA FB FC FE FF", "F8, FA, FB, FC, FE, FF", NULL},

    /* System messages end running status, real-time doesn't. */
    {"90 3C 40 F6 3E 41", "90 3C 40, F6, !3E 41", NULL},
    {"90 3C 40 F3 01 3E 41", "90 3C 40, F3 01, !3E 41", NULL},
    {"90 3C 40 F0 01 F7 3E 41", "90 3C 40, [01], !3E 41", NULL},
    {"90 3C 40 F4 3E 41", "90 3C 40, !F4 3E 41", NULL},
    {"90 3C 40 F7 3E 41", "90 3C 40, !F7 3E 41", NULL},
    {"90 3C 40 F8 3E 41", "90 3C 40, F8, ~90 3E 41", NULL},
    {"90 3C 40 FE 3E 41", "90 3C 40, FE, ~90 3E 41", NULL},
    {"90 3C 40 FD 3E 41", "90 3C 40, !FD, ~90 3E 41", NULL},
    {"90 3C 40 FF 3E 41", "90 3C 40, FF, ~90 3E 41", NULL},

    /* Real-time inside of messages. */
    {"90 F8 3C 40", "F8, 90 3C 40", "!90, F8, !3C 40"},
    {"90 3C F8 40", "F8, 90 3C 40", "!90 3C, F8, !40"},
    {"90 F8 3C F8 40 3C 41", "F8, F8, 90 3C 40, ~90 3C 41",
	"!90, F8, !3C, F8, !40, ~90 3C 41"},
    {"90 F8 FA 3C 40", "F8, FA, 90 3C 40", "!90, F8, FA, !3C 40"},
    {"90 3C 40 3E F8 41", "90 3C 40, F8, ~90 3E 41", "90 3C 40, !3E, F8, !41"},
    {"C0 F8 05 06", "F8, C0 05, ~C0 06", "!C0, F8, !05, ~C0 06"},
    {"F2 01 F8 02", "F8, F2 01 02", "!F2 01, F8, !02"},
    {"90 FD 3C 40", "!FD, 90 3C 40", "!90 FD 3C 40"},
    {"90 F8 80 3C 40", "F8, !90, 80 3C 40", "!90, F8, 80 3C 40"},
    {"90 F8", "F8, !90", "!90, F8"},
    {"90 F8 3C", "F8, !90 3C", "!90, F8, !3C"},

    /* And inside of exclusives. */
    {"F0 01 F8 02 F7", "F8, [01 02]", "[01), F8, (02]"},
    {"F0 F8 F7", "F8, []", "[), F8, (]"},
    {"F0 01 F8 F7", "F8, [01]", "[01), F8, (]"},
    {"F0 F8 FA 01 F7", "F8, FA, [01]", "[), F8, FA, (01]"},
    {"F0 01 F9 02 F7", "!F9, [01 02]", "[01), !F9, (02]"},

    /* Exclusives: whole, empty, without an end, without a begin. */
    {"F0 7E 7F 06 01 F7", "[7E 7F 06 01]", NULL},
    {"F0 F7", "[]", NULL},
    {"F7", "!F7", NULL},
    {"F0 F7 F7", "[], !F7", NULL},
    {"F7 90 3C 40", "!F7, 90 3C 40", NULL},
    {"F0 01 02 90 3C 40", "[01 02), 90 3C 40", NULL},
    {"F0 90 3C 40", "[), 90 3C 40", NULL},
    {"F0 01 F0 02 F7", "[01), [02]", NULL},
    {"F0 01 F6", "[01), F6", NULL},
    {"F0 01 F4 02", "[01), !F4 02", NULL},
    {"F0 01 F5 F7", "[01), !F5 F7", NULL},
    {"F0 01 F8 90 3C 40", "F8, [01), 90 3C 40", "[01), F8, 90 3C 40"},
    {"F0 F8 90 3C 40", "F8, [), 90 3C 40", "[), F8, 90 3C 40"},
    {"F0", "[)", NULL},
    {"F0 01 02", "[01 02)", NULL},
    {"F0 01 F8", "F8, [01)", "[01), F8"},

    /* Messages cut short, data of nothing, undefined statuses. */
    {"3C 40", "!3C 40", NULL},
    {"3C 90 3C 40", "!3C, 90 3C 40", NULL},
    {"90 80 3C 40", "!90, 80 3C 40", NULL},
    {"90 3C 80 3C 40", "!90 3C, 80 3C 40", NULL},
    {"90 3C 40 3E 80 3C 40", "90 3C 40, !3E, 80 3C 40", NULL},
    {"90 3C F6", "!90 3C, F6", NULL},
    {"90 3C F0 01 F7", "!90 3C, [01]", NULL},
    {"90 3C F7", "!90 3C F7", NULL},
    {"F2 01 F6", "!F2 01, F6", NULL},
    {"F4", "!F4", NULL},
    {"F5 01 02 F4", "!F5 01 02 F4", NULL},
    {"F9 FD", "!F9 FD", NULL},
    {"90", "!90", NULL},
    {"90 3C", "!90 3C", NULL},
    {"90 3C 40 3E", "90 3C 40, !3E", NULL},
};

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void
test_cases(void)
{
	struct riad_buf text, out;
	uint8_t data[64];
	int splits = 0;

	riad_buf_init(&text, 1 << 16);
	riad_buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = unhex(data, cases[i].bytes);
		const char *exact =
		    cases[i].exact != NULL ? cases[i].exact : cases[i].plain;
		const char *got = parse(&text, NULL, data, len, false, 0, len);
		ok(same(got, cases[i].plain), "%s: %s", cases[i].bytes, got);

		out.len = 0;
		got = parse(&text, &out, data, len, true, 0, len);
		ok(same(got, exact) && out.len == len &&
			(len == 0 || memcmp(out.data, data, len) == 0),
		    "%s exact: %s", cases[i].bytes, got);
		for (size_t cut = 0; cut <= len; cut++)
			for (size_t piece = 1; piece <= len; piece++) {
				splits += !same(parse(&text, NULL, data, len,
						    false, cut, piece),
				    cases[i].plain);
				splits += !same(parse(&text, NULL, data, len,
						    true, cut, piece),
				    exact);
			}
	}
	ok(splits == 0, "events do not depend on how bytes arrive");
	riad_buf_free(&text);
	riad_buf_free(&out);
}

/* Bytes that are mostly trouble. */
static uint8_t
nasty(uint64_t *x)
{
	static const uint8_t some[] = {0x00, 0x3C, 0x7F, 0x90, 0x90, 0xC1, 0xE2,
	    0xF0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF6, 0xF7, 0xF7, 0xF8, 0xF9, 0xFE};

	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return *x >> 62 == 0 ? some[(*x >> 32) % sizeof(some)]
			     : (uint8_t)(*x >> 40 & 0x7F);
}

static void
test_random(void)
{
	struct riad_buf text, whole, out;
	uint8_t data[300];
	uint64_t x = 1;
	int differ = 0, lost = 0;

	riad_buf_init(&text, 1 << 20);
	riad_buf_init(&whole, 1 << 20);
	riad_buf_init(&out, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		size_t len = (size_t)i % sizeof(data) + 1;
		for (size_t k = 0; k < len; k++)
			data[k] = nasty(&x);
		for (int exact = 0; exact < 2; exact++) {
			out.len = 0;
			parse(&whole, exact ? &out : NULL, data, len, exact, 0,
			    len);
			lost += exact && (out.len != len ||
					     memcmp(out.data, data, len) != 0);
			size_t piece = (size_t)(x >> 33) % 7 + 1;
			parse(&text, NULL, data, len, exact,
			    (size_t)(x >> 40) % len, piece);
			differ += text.len != whole.len ||
				  memcmp(text.data, whole.data, text.len) != 0;
		}
	}
	ok(lost == 0, "random bytes are written again as they were");
	ok(differ == 0, "whatever pieces they come in");
	riad_buf_free(&text);
	riad_buf_free(&whole);
	riad_buf_free(&out);
}

/* Exclusives around the length of a part, in pieces of all kinds. */
static void
test_parts(void)
{
	static struct riad_midi_stream s;
	static uint8_t data[3 * RIAD_MIDI_PART];
	int bad = 0;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 & 0x7F);
	for (int d = -2; d <= 2; d++)
		for (size_t times = 1; times <= 2; times++)
			for (size_t piece = 1; piece < 9000; piece *= 3) {
				struct riad_midi_event e = {0};
				size_t body = times * RIAD_MIDI_PART +
					      (size_t)(d + 2) - 2;
				size_t len = body + 2, sum = 0, parts = 0;
				uint8_t end = data[1 + body];

				data[0] = 0xF0;
				data[1 + body] = 0xF7;
				riad_midi_stream_init(&s, true);
				for (size_t at = 0; at < len; at += piece) {
					const uint8_t *p = data + at;
					size_t n =
					    len - at < piece ? len - at : piece;
					while (riad_midi_stream_next(
						   &s, &e, &p, &n) == 1) {
						bad += e.first != (sum == 0);
						bad += e.len > RIAD_MIDI_PART;
						bad += memcmp(e.bytes,
							   data + 1 + sum,
							   e.len) != 0;
						bad += e.last !=
						       (sum + e.len == body);
						sum += e.len;
						parts++;
					}
				}
				bad += sum != body || !e.last;
				bad += parts != (body + RIAD_MIDI_PART - 1) /
						    RIAD_MIDI_PART;
				data[1 + body] = end;
			}
	ok(bad == 0, "exclusives of more than a part come in parts");
}

static void
test_flush(void)
{
	static struct riad_midi_stream s;
	struct riad_midi_event e;
	const uint8_t data[] = {0xF0, 1, 2, 3, 0xF7}, *p = data;
	size_t len = 3;

	riad_midi_stream_init(&s, false);
	ok(riad_midi_stream_flush(&s, &e) == 0, "nothing to flush at first");
	ok(riad_midi_stream_next(&s, &e, &p, &len) == 0 && len == 0,
	    "an exclusive is held");
	ok(riad_midi_stream_flush(&s, &e) == 1 && e.first && !e.last &&
		e.len == 2,
	    "until it is flushed");
	ok(riad_midi_stream_flush(&s, &e) == 0, "once");
	len = 2;
	ok(riad_midi_stream_next(&s, &e, &p, &len) == 1 && !e.first && e.last &&
		e.len == 1,
	    "the rest comes as the rest");
	ok(s.cut == 0 && s.stray == 0 && s.undefined == 0, "without a fault");
}

static void
test_counts(void)
{
	static struct riad_midi_stream s;
	struct riad_midi_event e;
	const uint8_t data[] = {0x3C, 0x40, 0x90, 0x80, 0x3C, 0x40, 0xF0, 0xF6,
	    0xF7, 0xF4, 0xF9, 0x90, 0x3C};
	const uint8_t *p = data;
	size_t len = sizeof(data);

	riad_midi_stream_init(&s, true);
	while (riad_midi_stream_next(&s, &e, &p, &len) == 1)
		;
	riad_midi_stream_end(&s, &e);
	ok(s.cut == 3 && s.stray == 3 && s.undefined == 2,
	    "faults are counted");
}

static void
test_len(void)
{
	static const int want[] = {2, 2, 2, 2, 1, 1, 2};
	static const int system[] = {
	    -1, 1, 2, 1, -1, -1, 0, -1, 0, -1, 0, 0, 0, -1, 0, 0};
	int bad = 0;

	for (unsigned c = 0; c < 256; c++)
		bad += riad_midi_len((uint8_t)c) != (c < 0x80 ? -1
							: c < 0xF0
							    ? want[(c >> 4) - 8]
							    : system[c & 15]);
	ok(bad == 0, "lengths of all statuses");
}

static bool
writes(const struct riad_midi_event *e, uint8_t *running, const char *hex)
{
	struct riad_buf out;
	uint8_t want[64];
	size_t len = unhex(want, hex);

	riad_buf_init(&out, 64);
	int r = riad_midi_write(&out, e, running);
	bool good = r == 0 && out.len == len &&
		    (len == 0 || memcmp(out.data, want, len) == 0);
	riad_buf_free(&out);
	return good;
}

static int
refused(const struct riad_midi_event *e, size_t max)
{
	struct riad_buf out;

	riad_buf_init(&out, max);
	errno = 0;
	int r = riad_midi_write(&out, e, NULL);
	int error = r == -1 && out.len == 0 ? errno : -1;
	riad_buf_free(&out);
	return error;
}

static void
test_write(void)
{
	const uint8_t bytes[] = {0x01, 0xF8, 0x02, 0x90};
	struct riad_midi_event on = {.status = 0x90, .data = {60, 64}};
	struct riad_midi_event e = on;
	uint8_t running = 0;

	ok(writes(&on, NULL, "90 3C 40"), "a message is written");
	e.running = true;
	ok(writes(&e, NULL, "3C 40"), "without a status that wasn't written");
	ok(writes(&e, &running, "90 3C 40") && running == 0x90,
	    "but where none is in force");
	ok(writes(&on, &running, "3C 40"), "one in force isn't written again");
	e = (struct riad_midi_event){.status = 0xF8};
	ok(writes(&e, &running, "F8") && running == 0x90,
	    "and stays so through real-time");
	e.status = 0xFF;
	ok(writes(&e, &running, "FF") && running == 0 &&
		writes(&on, &running, "90 3C 40"),
	    "but for a reset, at which it is forgotten");
	e.status = 0xF6;
	ok(writes(&e, &running, "F6") && running == 0,
	    "and not through system messages");
	ok(writes(&e, &running, "F6"), "whose status is always written");
	e = (struct riad_midi_event){
	    .kind = RIAD_MIDI_META, .bytes = bytes, .len = 2};
	running = 0x90;
	ok(writes(&e, &running, "") && running == 0x90,
	    "meta events are not for a cable");
	e = (struct riad_midi_event){.kind = RIAD_MIDI_EXCLUSIVE,
	    .first = true,
	    .last = true,
	    .bytes = bytes,
	    .len = 3};
	ok(writes(&e, &running, "F0 01 F8 02 F7") && running == 0,
	    "an exclusive may have real-time in it");
	e.first = e.last = false;
	ok(writes(&e, NULL, "01 F8 02"), "and be a part");
	ok(refused(&e, 2) == EMSGSIZE, "and too long");
	e.len = 4;
	ok(refused(&e, 64) == EINVAL, "but has no status in it");
	e.kind = RIAD_MIDI_RAW;
	running = 0x90;
	ok(writes(&e, &running, "01 F8 02 90") && running == 0,
	    "unlike what is raw");
	e = on;
	e.data[1] = 0x80;
	ok(refused(&e, 64) == EINVAL, "data are up to 127");
	e.status = 0xF4;
	e.data[1] = 0;
	ok(refused(&e, 64) == EINVAL, "an undefined status isn't written");
	ok(refused(&on, 2) == EMSGSIZE, "the buffer's maximum holds");
}

/* What is wrong and where, however the bytes are cut. */
static const struct {
	const char *bytes, *faults;
} wrongs[] = {
    {"90 3C 40 F8 3E 41 F0 01 F8 02 F7", ""},
    {"3C 3D 90 3C C0 05",
	"0+2 data without a status, 2+0 message is cut short"},
    {"C0 05 F4 F5 F7", "2+1 undefined status, 3+1 undefined status, "
		       "4+1 end of an exclusive that has no begin"},
    {"90 FD 3C 40 F9", "1+1 undefined status, 4+1 undefined status"},
    {"F0 41 42 90 3C 40", "3+0 message is cut short"},
    {"F0 90 3C 40", "1+0 message is cut short"},
    {"F0 41 F4 90 3C 40", "2+0 message is cut short, 2+1 undefined status"},
    {"90 3C", "2+0 the input ends inside of a message"},
    {"F0 41", "2+0 the input ends inside of a message"},
};

static const char *
find_wrong(struct riad_buf *text, const uint8_t *data, size_t len, size_t piece)
{
	static struct riad_midi_stream s;
	struct riad_midi_event e;
	char last[96] = "";
	uint64_t end = 0;

	text->len = 0;
	riad_midi_stream_init(&s, false);
	for (size_t at = 0; at <= len; at += piece) {
		const uint8_t *p = data + at;
		size_t left = piece < len - at ? piece : len - at;
		int r;
		do {
			r = at < len ? riad_midi_stream_next(&s, &e, &p, &left)
				     : riad_midi_stream_end(&s, &e);
			if (s.why == NULL)
				continue;
			/* Stray bytes may come in pieces. */
			if (strcmp(last, s.why) != 0 || s.why_off != end ||
			    s.why_len == 0 || s.why[0] != 'd')
				riad_buf_addf(text, "%s%d+%d %s",
				    text->len > 0 ? ", " : "", (int)s.why_off,
				    s.why[0] == 'd' ? 2 : (int)s.why_len,
				    s.why);
			snprintf(last, sizeof(last), "%s", s.why);
			end = s.why_off + s.why_len;
		} while (r == 1);
	}
	return riad_buf_str(text);
}

static void
test_wrong(void)
{
	struct riad_buf text;
	uint8_t data[64];

	riad_buf_init(&text, 4096);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		size_t len = unhex(data, wrongs[i].bytes);
		for (size_t piece = 1; piece <= len; piece++) {
			/* Pieces that end where the input does. */
			if (len % piece != 0)
				continue;
			const char *got = find_wrong(&text, data, len, piece);
			ok(strcmp(got, wrongs[i].faults) == 0, "%s by %zu: %s",
			    wrongs[i].bytes, piece, got);
		}
	}
	riad_buf_free(&text);
}

int
main(void)
{
	test_wrong();
	test_len();
	test_cases();
	test_random();
	test_parts();
	test_flush();
	test_counts();
	test_write();
	return tap_done();
}
