/* SPDX-License-Identifier: ISC */

#include "riad/smf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "smffile.h"
#include "tap.h"

#define HEAD "head 1 1 96; "
#define BEYOND "event goes beyond the track"
#define WIDE "number of more than 32 bits"
#define OPEN "the exclusive before it has no end"
#define NOEND "no end of track"

/* Files, and what is read of them. */
static const struct {
	const char *name, *file, *items;
} cases[] = {
    {"nothing", "", ""},
    {"a file", "H [00 903C40 60 803C00 E]",
	HEAD "track; 0 90 3C 40; 96 80 3C 00; 96 m2F; ."},
    {"running status", "H [00 903C40 10 3E41 00 C001 02 02 E]",
	HEAD "track; 0 90 3C 40; 16 ~90 3E 41; 16 C0 01; 18 ~C0 02; 18 m2F; ."},
    {"running status after a meta event and an exclusive",
	"H [00 903C40 00 FF0100 00 3E41 00 F001F7 00 3F42 E]",
	HEAD
	"track; 0 90 3C 40; 0 m01; 0 ~90 3E 41; 0 []; 0 ~90 3F 42; 0 m2F; ."},
    {"no running status from another track",
	"H [00 903C40 E] [00 3C40 00 903C41 E]",
	HEAD "track; 0 90 3C 40; 0 m2F; .; track; !00 3C 40 {data without a "
	     "status}; 0 90 3C 41; 0 m2F; ."},
    {"meta events", "H [00 FF0103 'abc' 00 FF7E02 0102 00 FF80 00 E]",
	HEAD "track; 0 m01 61 62 63; 0 m7E 01 02; 0 m80; 0 m2F; ."},

    /* Numbers. */
    {"deltas of all lengths",
	"H [00 C000 8100 C001 C080 00 C002 FFFFFF7F C003 E]",
	HEAD "track; 0 C0 00; 128 C0 01; 1048704 /3 C0 02; 269484159 /4 C0 03; "
	     "269484159 m2F; ."},
    {"padded numbers", "H [8000 C000 80808000 C001 00 FF01 808001 41 E]",
	HEAD "track; 0 /2 C0 00; 0 /4 C0 01; 0 m01 41 /3; 0 m2F; ."},
    {"numbers of more than four bytes",
	"H [8080808001 C000 8FFFFFFF7F C001 00 FF01 8080808080808001 41 E]",
	HEAD "track; 1 /5 C0 00 {number of more than four bytes}; 4294967296 "
	     "/5 C0 01 {number of more than four bytes}; 4294967296 m01 41 /8 "
	     "{number of more than four bytes}; 4294967296 m2F; ."},
    {"a number of nine bytes", "H [808080808080808001 C000 E]",
	HEAD "track; !80 80 80 80 80 {" WIDE "}; 1 /4 C0 00; 1 m2F; ."},
    {"a number of 33 bits", "H [9080808000 C000 E]",
	HEAD "track; !90 {" WIDE "}; 0 /4 C0 00; 0 m2F; ."},
    {"a number that is all of a track", "H [8080808080808080808080]",
	HEAD "track; !80 80 80 80 80 80 80 80 80 80 80 {" WIDE "}; . {" NOEND
	     "}"},

    /* Exclusives and escapes. */
    {"exclusives", "H [00 F004 7E7F09F7 00 F000 00 F002 01F7 E]",
	HEAD "track; 0 [7E 7F 09]; 0 [); 0 [01] {the exclusive before it has "
	     "no end}; 0 m2F; ."},
    {"continuation packets",
	"H [00 F003 430102 10 F702 0304 10 F703 0506F7 00 F701 F8 E]",
	HEAD "track; 0 [43 01 02); 16 (03 04); 32 (05 06]; 32 F7 F8; 32 m2F; "
	     "."},
    {"packets with a note between", "H [00 F00143 00 903C40 00 F701F7 E]",
	HEAD "track; 0 [43); 0 90 3C 40 {" OPEN "}; 0 F7 F7; 0 m2F; ."},
    {"an exclusive that a track ends", "H [00 F00143 E] [E]",
	HEAD "track; 0 [43); 0 m2F; . {" OPEN "}; track; 0 m2F; ."},
    {"packets with a text between", "H [00 F001 43 00 FF0100 00 F701 F7 E]",
	HEAD "track; 0 [43); 0 m01; 0 (]; 0 m2F; ."},
    {"an end in the midst of an exclusive", "H [00 F005 43F74312F7 E]",
	HEAD "track; 0 [43 F7 43 12] {a status inside of an exclusive}; 0 m2F; "
	     "."},
    {"clock inside of an exclusive", "H [00 F004 43F812F7 E]",
	HEAD "track; 0 [43 F8 12]; 0 m2F; ."},
    {"an escape", "H [00 F703 F20102 00 F700 E]",
	HEAD "track; 0 F7 F2 01 02; 0 F7 ; 0 m2F; ."},

    /* What files don't have. */
    {"system messages", "H [00 F123 00 F20102 00 F303 00 F6 00 F8 00 FE E]",
	HEAD "track; 0 F1 23 {a message that files don't have}; 0 F2 01 02 {a "
	     "message that files don't have}; 0 F3 03 {a message that files "
	     "don't have}; 0 F6 {a message that files don't have}; 0 F8 {a "
	     "message that files don't have}; 0 FE {a message that files "
	     "don't have}; 0 m2F; ."},
    {"undefined statuses", "H [10 F4 10 F9 00 903C40 E]",
	HEAD "track; !10 F4 {undefined status}; !10 F9 {undefined status}; 32 "
	     "90 3C 40; 32 m2F; ."},
    {"data over 127", "H [05 903CC0 05 3C40 05 B080FF 05 903C40 E]",
	HEAD "track; !05 90 3C C0 {data over 127}; 10 ~90 3C 40; !05 B0 80 FF "
	     "{data over 127}; 20 90 3C 40; 20 m2F; ."},
    {"a byte too many", "H [00 903C40 60 80113C00 60 903E40 60 803E00 E]",
	HEAD "track; 0 90 3C 40; 96 80 11 3C; !00 {data over 127}; 192 90 3E "
	     "40; 288 80 3E 00; 288 m2F; ."},
    {"data without a status", "H [00 3C40 05 3D41 05 903C40 E]",
	HEAD "track; !00 3C 40 05 3D 41 {data without a status}; 5 90 3C 40; "
	     "5 m2F; ."},
    {"data without a status, to the end", "H [00 3C40 05]",
	HEAD "track; !00 3C 40 05 {data without a status}; . {" NOEND "}"},

    /* Headers. */
    {"a header of other length", "'MThd' 00000008 0001 0001 0060 AABB [E]",
	"head 1 1 96 + AA BB; track; 0 m2F; ."},
    {"a header that says too much", "'MThd' 00000010 0001 0001 0060 [E]",
	"head 1 1 96 not 16 {length of the header isn't true}; track; 0 m2F; "
	"."},
    {"a header that says too little", "'MThd' 00000004 0001 0001 0060 [E]",
	"head 1 1 96 not 4 {length of the header isn't true}; track; 0 m2F; ."},
    {"a header that says much too much",
	"'MThd' FFFFFFFF 0001 0001 0060 AABB [E]",
	"head 1 1 96 not 4294967295 + AA BB {length of the header isn't true}; "
	"track; 0 m2F; ."},
    {"a track's name in a header", "'MThd' 0000000A 0001 0001 0060 'MTrk' [E]",
	"head 1 1 96 + 4D 54 72 6B; track; 0 m2F; ."},
    {"a header cut short", "'MThd' 00000006 0001",
	"!4D 54 68 64 00 00 00 06 00 01 {header is cut short}"},
    {"a header alone", "H", "head 1 1 96"},
    {"no header", "[E]", "track {no header before a track}; 0 m2F; ."},
    {"two headers", "H [E] H [E]",
	HEAD "track; 0 m2F; .; head 1 1 96 {another header}; track; 0 m2F; ."},
    {"format 3", "'MThd' 00000006 0003 0001 0060",
	"head 3 1 96 {format is over 2}"},
    {"format 2", "'MThd' 00000006 0002 0002 0060 [E] [E]",
	"head 2 2 96; track; 0 m2F; .; track; 0 m2F; ."},
    {"format 0 of two tracks", "'MThd' 00000006 0000 0002 0060 [E] [E]",
	"head 0 2 96 {format 0 of more than one track}; track; 0 m2F; .; "
	"track; 0 m2F; ."},
    {"a number of tracks that isn't true",
	"'MThd' 00000006 0001 0009 0060 [E] [E]",
	"head 1 9 96; track; 0 m2F; .; track; 0 m2F; ."},
    {"divisions",
	"'MThd' 00000006 0001 0001 E728 'MThd' 00000006 0001 0001 0000",
	"head 1 1 59176; head 1 1 0 {another header}"},
    {"a division of 0", "'MThd' 00000006 0001 0001 0000",
	"head 1 1 0 {division is 0}"},
    {"an SMPTE division of 0", "'MThd' 00000006 0001 0001 E700",
	"head 1 1 59136 {division is 0}"},
    {"a strange frame rate", "'MThd' 00000006 0001 0001 8004",
	"head 1 1 32772 {no such frame rate}"},

    /* Tracks that aren't as they say. */
    {"no end of track", "H [00 903C40] [E]",
	HEAD "track; 0 90 3C 40; . {" NOEND "}; track; 0 m2F; ."},
    {"an empty track", "H [] [E]",
	HEAD "track; . {" NOEND "}; track; 0 m2F; ."},
    {"an end of some length", "H [00 FF2F01 00]",
	HEAD "track; 0 m2F 00 {end of track of some length}; ."},
    {"zeros after the end", "H [00 C001 E 000000000000] [E]",
	HEAD "track; 0 C0 01; 0 m2F; !00 00 00 00 00 00 {data after the end of "
	     "the track}; .; track; 0 m2F; ."},
    {"a track that goes on after its end", "H [E 00 903C40 E 00 803C00 E] [E]",
	HEAD "track; 0 m2F {the track goes on after an end of track}; 0 90 3C "
	     "40; 0 m2F; 0 80 3C 00; 0 m2F; .; track; 0 m2F; ."},
    {"one that goes on and then doesn't", "H [E 00 903C40 E 00 803C] [E]",
	HEAD "track; 0 m2F; !00 90 3C 40 00 FF 2F 00 00 80 3C {data after the "
	     "end of the track}; .; track; 0 m2F; ."},
    {"a track beyond the file", "H 'MTrk' 00000100 00 903C40 E",
	HEAD "track not 256 {track goes beyond the file, as it says}; 0 90 3C "
	     "40; 0 m2F; ."},
    {"one that is cut short", "H 'MTrk' 00000100 00 903C40 00 903C",
	HEAD "track not 256 {track goes beyond the file, as it says}; 0 90 3C "
	     "40; !00 90 3C {" BEYOND "}; . {" NOEND "}"},
    {"one beyond the file with another behind it",
	"H 'MTrk' 00000100 00 903C40 E [E]",
	HEAD "track not 256 {track goes beyond the file, as it says}; 0 90 3C "
	     "40; 0 m2F; .; track; 0 m2F; ."},
    {"the same without an end", "H 'MTrk' 00000100 00 903C40 [E]",
	HEAD "track not 256 {track goes beyond the file, as it says}; 0 90 3C "
	     "40; . {" NOEND "}; track; 0 m2F; ."},
    {"and broken", "H 'MTrk' 00000100 00 FF01FF7F 00 [E]",
	HEAD "track not 256 {track goes beyond the file, as it says}; !00 FF "
	     "01 FF 7F 00 {" BEYOND "}; . {" NOEND "}; track; 0 m2F; ."},
    {"a track of length 0", "H 'MTrk' 00000000 00 903C40 E [E]",
	HEAD "track not 0 {length of the track isn't true}; 0 90 3C 40; 0 m2F; "
	     ".; track; 0 m2F; ."},
    {"a track that says too little", "H 'MTrk' 00000006 00 903C40 E [E]",
	HEAD "track not 6 {length of the track isn't true}; 0 90 3C 40; 0 m2F; "
	     ".; track; 0 m2F; ."},
    {"a track that says too much", "H 'MTrk' 0000000A 00 903C40 E [E]",
	HEAD "track not 10 {length of the track isn't true}; 0 90 3C 40; 0 "
	     "m2F; .; track; 0 m2F; ."},
    {"one that takes in the next, which is to come",
	"'MThd' 00000006 0001 0002 0060 'MTrk' 00000012 00 903C40 E 'MTrk' "
	"00000002 0000",
	"head 1 2 96; track not 18 {length of the track isn't true}; 0 90 3C "
	"40; 0 m2F; .; track; !00 00 {data without a status}; . {" NOEND "}"},
    {"a track cut in its length", "H [E] 'MTrk' 00",
	HEAD "track; 0 m2F; .; !4D 54 72 6B 00 {track is cut short}"},
    {"an event that goes beyond its track", "H [00 FF0109 'ab' E] [E]",
	HEAD "track; !00 FF 01 09 61 62 {" BEYOND "}; 0 m2F; .; track; 0 m2F; "
	     "."},
    {"one with events behind it, of which the first says its status",
	"H [00 903C40 05 FF01FFFF7F 'abcdefghi' 00 3D41 8100 803C00 10 3D00 E]",
	HEAD "track; 0 90 3C 40; !05 FF 01 FF FF 7F 61 62 63 64 65 66 67 68 69 "
	     "00 3D 41 {" BEYOND "}; 133 80 3C 00; 149 ~80 3D 00; 149 m2F; ."},
    {"one with a few that aren't sound", "H [00 FF017F 00 903C40 00 903C]",
	HEAD "track; !00 FF 01 7F 00 90 3C 40 00 90 3C {" BEYOND "}; . {" NOEND
	     "}"},
    {"one in a track that isn't as long as it says",
	"H 'MTrk' 00000100 00 FF01FF7F 'MTrc' 00 903C40 E [00 C001 E]",
	HEAD "track not 256 {track goes beyond the file, as it says}; !00 FF "
	     "01 FF 7F 4D 54 72 63 {" BEYOND "}; 0 90 3C 40; 0 m2F; .; track; "
	     "0 C0 01; 0 m2F; ."},
    {"a message that does", "H [00 903C40 00 90] [E]",
	HEAD "track; 0 90 3C 40; !00 90 {" BEYOND "}; . {" NOEND
	     "}; track; 0 m2F; ."},
    {"a delta that does", "H [00 903C40 80] [E]",
	HEAD "track; 0 90 3C 40; !80 {" BEYOND "}; . {" NOEND
	     "}; track; 0 m2F; ."},
    {"a meta event without a type", "H [00 FF] [E]",
	HEAD "track; !00 FF {" BEYOND "}; . {" NOEND "}; track; 0 m2F; ."},

    /* Other chunks. */
    {"alien chunks", "H 'XFIH' 00000002 0102 [E] 'Zz 9' 00000000",
	HEAD "XFIH 01 02; track; 0 m2F; .; Zz 9 "},
    {"an alien first", "'Abcd' 00000001 FF H [E]",
	"Abcd FF; " HEAD "track; 0 m2F; ."},
    {"an alien that takes in a track", "H 'XFIH' 00000010 0102 [E] 00000000",
	HEAD "!58 46 49 48 00 00 00 10 01 02 {length of the chunk isn't true}; "
	     "track; 0 m2F; .; !00 00 00 00 {not a chunk}"},
    {"an alien beyond the file", "H 'XFIH' 000000FF 0102",
	HEAD "!58 46 49 48 00 00 00 FF 01 02 {not a chunk}"},
    {"junk between", "H [E] 00 00 01 [E] 1A",
	HEAD "track; 0 m2F; .; !00 00 01 {not a chunk}; track; 0 m2F; .; !1A "
	     "{not a chunk}"},
    {"junk before", "00 01 02 H [E]",
	"!00 01 02 {not a chunk}; " HEAD "track; 0 m2F; ."},
    {"junk", "00 01 02 'MThMT'", "!00 01 02 4D 54 68 4D 54 {not a chunk}"},

    /* RIFF. */
    {"RMID", "'RIFF' 26000000 'RMIDdata' 1A000000 H [E]",
	"riff 20; " HEAD "track; 0 m2F; ."},
    {"RMID with chunks before and a pad and chunks behind",
	"'RIFF' 00000000 'RMIDDISP' 01000000 4100 'data' 1D000000 H [00C001 E] "
	"00 'LIST' 02000000 0102",
	"riff 30; " HEAD "track; 0 C0 01; 0 m2F; .; riff 11"},
    {"RMID that says too much", "'RIFF' 26000000 'RMIDdata' FF000000 H [E]",
	"riff 20 {data chunk goes beyond the file}; " HEAD "track; 0 m2F; ."},
    {"RMID that says too little", "'RIFF' 26000000 'RMIDdata' 06000000 H [E]",
	"riff 20 {length of the data chunk isn't true}; " HEAD
	"track; 0 m2F; ."},
    {"RMID without data", "'RIFF' 26000000 'RMIDDISP' 02000000 0102",
	"riff 22 {no data chunk}"},
    {"RMID with a chunk that isn't", "'RIFF' 26000000 'RMIDDISP' FF H [E]",
	"riff 17 {no data chunk}; " HEAD "track; 0 m2F; ."},
    {"RMID of nothing", "'RIFF' 04000000 'RMID'", "riff 12 {no data chunk}"},
    {"RIFF of something else", "'RIFF' 04000000 'WAVE'",
	"!52 49 46 46 04 00 00 00 57 41 56 45 {not a chunk}"},
};

/* A copy of its exact size, so that a sanitizer sees a byte too far. */
static uint8_t *
exact_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy != NULL && len > 0)
		memcpy(copy, data, len);
	return copy;
}

/* Reads all; the spans have to be the file, in order.  As text, and written
 * again without what only a reader of files knows. */
static bool
read_all(struct riad_buf *text, struct riad_buf *out, const uint8_t *data,
    size_t len)
{
	uint8_t *copy = exact_copy(data, len);
	struct riad_smf_reader r;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	uint64_t pos = 0, faults = 0;
	bool good = true;

	riad_smf_init(&r, copy, len);
	riad_smf_writer_init(&w, out, true);
	memset(&item, 0xA5, sizeof(item));
	while (riad_smf_next(&r, &item) == 1) {
		if (text != NULL)
			smf_item(text, &item);
		good = good && item.off == pos &&
		       (item.span_len == 0 || item.span == copy + pos);
		pos += item.span_len;
		faults += item.why != NULL;

		struct riad_smf_item again = item;
		again.span = NULL;
		if (item.kind == RIAD_SMF_HEADER ||
		    item.kind == RIAD_SMF_TRACK || item.kind == RIAD_SMF_CHUNK)
			again.length = item.lies ? item.length : 77;
		good = good && riad_smf_write(&w, &again) == 0;
	}
	good = good && riad_smf_writer_end(&w) == 0 && pos == len &&
	       faults == r.faults && riad_smf_next(&r, &item) == 0;
	free(copy);
	return good && out->len == len &&
	       (len == 0 || memcmp(out->data, data, len) == 0);
}

static void
test_cases(void)
{
	struct riad_buf text, out;
	uint8_t data[512];
	int lost = 0;

	riad_buf_init(&text, 1 << 16);
	riad_buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = smf_make(data, cases[i].file);

		text.len = out.len = 0;
		bool good = read_all(&text, &out, data, len);
		const char *got = riad_buf_str(&text);
		ok(good && strcmp(got, cases[i].items) == 0, "%s: %s",
		    cases[i].name, got);

		/* Cut anywhere, and with any byte changed. */
		for (size_t cut = 0; cut <= len; cut++) {
			out.len = 0;
			lost += !read_all(NULL, &out, data, cut);
		}
		for (size_t at = 0; at < len; at++)
			for (int with = 0; with < 256; with += 17) {
				uint8_t was = data[at];
				data[at] = (uint8_t)with;
				out.len = 0;
				lost += !read_all(NULL, &out, data, len);
				data[at] = was;
			}
	}
	ok(lost == 0, "what is damaged is written again as it was");
	riad_buf_free(&text);
	riad_buf_free(&out);
}

/* Files of parts that are likely to go wrong together. */
static void
test_random(void)
{
	static const char *const parts[] = {"H", "[", "]", "E", "00 903C40",
	    "00 3C40", "8100 C001", "00 F003 0102F7", "00 F002 0102",
	    "00 F702 0304", "00 F701 F7", "00 FF0102 'ab'", "00 FF5103 07A120",
	    "'MTrk'", "'MTrk' 00000009", "'MTrk' 00000000", "'MTrk' 7FFFFFFF",
	    "'XFIH' 00000002 0102", "'XFIH' 00000009", "FF", "80808080", "00",
	    "'RIFF' 10000000 'RMID'", "'data' 20000000", "00 F8", "00 F4",
	    "00 90FFFF", "'MThd' 00000009 0001 0001 0060"};
	static uint8_t data[2048];
	struct riad_buf out;
	uint64_t x = 7;
	int lost = 0;

	riad_buf_init(&out, 1 << 16);
	for (int i = 0; i < 20000; i++) {
		char file[1024] = "[";
		for (int k = 0; k < 12; k++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			smf_also(file, sizeof(file),
			    parts[(x >> 33) %
				  (sizeof(parts) / sizeof(*parts))]);
		}
		/* The track is begun outside, for ] to have one. */
		size_t len = smf_make(data, file);
		size_t skip = i % 2 == 0 ? 8 : 0;
		out.len = 0;
		lost += !read_all(NULL, &out, data + skip, len - skip);
	}
	ok(lost == 0, "random parts are written again as they were");
	riad_buf_free(&out);
}

static void
test_skip(void)
{
	uint8_t data[256];
	struct riad_smf_reader r;
	struct riad_smf_item item;
	size_t len = smf_make(
	    data, "H [00 903C40 E] 'MTrk' 00000100 00 903C40 E [00C001 E]");
	int tracks = 0, others = 0;

	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1) {
		tracks += item.kind == RIAD_SMF_TRACK;
		others +=
		    item.kind == RIAD_SMF_EVENT || item.kind == RIAD_SMF_RAW;
		if (item.kind == RIAD_SMF_TRACK)
			riad_smf_skip(&r);
	}
	ok(tracks == 3 && others == 0 && r.track == 3, "tracks are skipped");
	riad_smf_skip(&r);
	ok(riad_smf_next(&r, &item) == 0, "but not what is none");
}

/* To look for what is sound takes no more time than there is to look at: some
 * ten thousand times a row of events that nearly is. */
static void
test_time(void)
{
	static const uint8_t part[] = {0, 0x90, 60, 64, 0, 0x90, 60, 64, 0,
	    0x90, 60, 64, 0, 0x90, 60, 64, 0, 0x90, 60, 64, 0, 0xFF, 1, 0xFF,
	    0xFF, 0xFF, 0x7F};
	enum { TIMES = 40000, HEAD_LEN = 22 };
	const size_t len = HEAD_LEN + TIMES * sizeof(part);
	uint8_t *data = malloc(len);
	struct riad_smf_reader r;
	struct riad_smf_item item;
	size_t events = 0;

	smf_make(data, "H 'MTrk' FFFFFFFF");
	for (size_t i = 0; i < TIMES; i++)
		memcpy(data + HEAD_LEN + i * sizeof(part), part, sizeof(part));
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1)
		events += item.kind == RIAD_SMF_EVENT;
	ok(events < 1000, "little of it is sound: %zu", events);
	free(data);
}

/* What is wrong with a file as a whole, is known at its end. */
static void
test_tracks(void)
{
	static const struct {
		const char *file, *why;
	} files[] = {
	    {"'MThd' 00000006 0001 0002 0060 [E] [E]", NULL},
	    {"'MThd' 00000006 0001 0003 0060 [E] [E]",
		"fewer tracks than the header says"},
	    {"'MThd' 00000006 0001 0001 0060 [E] 'Abcd' 00000000 [E]",
		"more tracks than the header says"},
	    {"[E] [E]", NULL},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct riad_smf_reader r;
		struct riad_smf_item item;
		uint8_t data[512];

		riad_smf_init(&r, data, smf_make(data, files[i].file));
		while (riad_smf_next(&r, &item) == 1)
			if (r.why != NULL)
				break;
		ok(riad_smf_next(&r, &item) == 0 &&
			(r.why == NULL) == (files[i].why == NULL) &&
			(r.why == NULL || strcmp(r.why, files[i].why) == 0),
		    "tracks that the header counts %zu", i);
	}
}

static void
test_recognise(void)
{
	ok(riad_smf_recognise((const uint8_t *)"MThd", 4) &&
		riad_smf_recognise((const uint8_t *)"MTrk", 4) &&
		riad_smf_recognise((const uint8_t *)"RIFF....RMID", 12),
	    "files are recognised");
	ok(!riad_smf_recognise((const uint8_t *)"MThd", 3) &&
		!riad_smf_recognise((const uint8_t *)"RIFF....RMI", 11) &&
		!riad_smf_recognise((const uint8_t *)"RIFF....WAVE", 12) &&
		!riad_smf_recognise((const uint8_t *)"MTrx", 4),
	    "and others not");
}

int
main(void)
{
	test_cases();
	test_random();
	test_skip();
	test_time();
	test_tracks();
	test_recognise();
	return tap_done();
}
