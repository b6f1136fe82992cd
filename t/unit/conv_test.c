/* SPDX-License-Identifier: ISC */
/* What is found in a conversation, and what is not: a case for each rule. */

#include "riad/conv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/convstat.h"
#include "tap.h"

/*
 * A conversation is packets between bars, each begun by the direction; 0000
 * and its like are those packets, ID an object id, ~ a NUL, and ^ band 1, 2
 * or 3 by the number behind.  ! is a pack without packets, $ a packet in band
 * 1 that is a byte longer than side-band has.
 */
#define ID "ID"
#define ADV "<ID HEAD~multi_ack_detailed side-band-64k no-done shallow|<0000|"
#define ADV1 "<ID HEAD~multi_ack side-band agent=git/1|<ID refs/heads/x|<0000|"
#define CAPS                                                                   \
	"<version 2|<agent=git/2|<ls-refs=unborn|<fetch=shallow|"              \
	"<object-format=sha1|<0000|"
#define WANT "side-band-64k multi_ack_detailed"
#define LS ">command=ls-refs|>object-format=sha1|>0001|>peel|"
#define FETCH ">command=fetch|>0001|>thin-pack|>want ID|"
#define PACK "^1PACK~~~\2~~~\7"

enum { PLAIN = 10 };

static const struct {
	const char *name, *in, *want;
	int version; /* PLAIN more for what the server says, alone */
} cases[] = {
    /* Good ones. */
    {"v0 ls-remote", ADV ">0000", "", 0},
    {"v0 clone", ADV ">want ID " WANT "|>0000|>done|<NAK|<" PACK "|<0000", "",
	0},
    {"v0 without side-band",
	ADV ">want ID multi_ack_detailed|>0000|>have ID|>0000|<ACK ID common|"
	    "<ACK ID ready|<NAK|>done|<ACK ID|<!",
	"", 0},
    {"v0 shallow",
	ADV ">want ID " WANT "|>shallow ID|>deepen 1|>0000|<shallow ID|<0000|"
	    ">done|<NAK|<" PACK "|<0000",
	"", 0},
    {"v0 depth and filter",
	"<ID HEAD~shallow filter|<0000|>want ID|>deepen 1|>filter blob:none|"
	">0000|<shallow ID|<0000|>done|<NAK|<!",
	"", 0},
    {"v0 no-done",
	ADV ">want ID " WANT
	    " no-done|>0000|>have ID|>0000|<ACK ID ready|<ACK ID|<" PACK
	    "|<0000",
	"", 0},
    {"v1", "<version 1|" ADV ">want ID|>0000|>done|<NAK|<!", "", 1},
    {"v2 clone",
	CAPS LS
	">0000|<ID HEAD symref-target:refs/heads/x|<unborn HEAD|<0000|" FETCH
	">done|>0000|<packfile|<" PACK "|<^2hi|<0000|>0000",
	"", 2},
    {"v2 negotiation",
	CAPS FETCH ">have ID|>0000|<acknowledgments|<NAK|<0000|" FETCH
		   ">have ID|>0000|<acknowledgments|<ACK ID|<ready|<0001|"
		   "<packfile|<" PACK "|<0000",
	"", 2},
    {"v2 shallow",
	CAPS FETCH ">deepen 1|>done|>0000|<shallow-info|<shallow ID|<0001|"
		   "<packfile|<" PACK "|<0000|<0002",
	"", 2},
    {"v2 packfile-uris",
	"<version 2|<fetch=packfile-uris|<0000|>command=fetch|>0001|"
	">packfile-uris https|>done|>0000|<packfile-uris|<ID https://x|<ID y|"
	"<0001|<packfile|<" PACK "|<0000",
	"", 2},
    {"push",
	ADV ">ID ID refs/heads/x~side-band-64k|>0000|>!|<^1000eunpack ok|<0000",
	"", 0},
    {"push, plain report",
	ADV ">ID ID refs/heads/x|>0000|>!|<unpack ok|<ok refs/heads/x|<0000",
	"", 0},
    {"an error ends it all", ADV ">want ID|>0000|<ERR not our ref", "", 0},

    /* Bad ones of v0. */
    {"malformed want", ADV ">want xyz",
	"C1 malformed want line;"
	"C- it ends without the flush packet after the wants;",
	0},
    {"malformed have", ADV ">want ID|>0000|>have ID x|>done",
	"C3 malformed have line;", 0},
    {"malformed ACK", ADV ">want ID|>0000|>done|<ACK ID maybe|<!",
	"S3 malformed ACK line;", 0},
    {"unknown line", ADV ">want ID|>0000|>give ID|>done",
	"C3 unknown line in the haves;", 0},
    {"unannounced capability", ADV ">want ID thin-pack|>0000|>done",
	"C1 capability thin-pack was not announced;", 0},
    {"unannounced depth", ADV1 ">want ID|>deepen 1|>0000|>done",
	"C2 deepen, but shallow was not announced;", 0},
    {"side-band not asked for",
	ADV ">want ID no-done|>0000|>done|<NAK|<" PACK "|<0000",
	"S4 side-band data was not asked for;", 0},
    {"ACK common not asked for",
	ADV ">want ID|>0000|>have ID|>0000|>done|<ACK ID common|<!",
	"S3 ACK, but multi_ack_detailed was not asked for;", 0},
    {"ACK continue not announced",
	ADV ">want ID|>0000|>have ID|>0000|>done|<ACK ID continue|<!",
	"S3 ACK, but multi_ack was not announced;", 0},
    {"no capabilities", "<ID HEAD|<0000|>0000",
	"S1 the first ref has no capabilities;", 0},
    {"capabilities twice from the client",
	ADV ">want ID no-done|>want ID no-done|>0000|>done",
	"C2 capabilities for a second time;", 0},
    {"capabilities twice", "<ID HEAD~a|<ID refs/x~b|<0000|>0000",
	"S2 capabilities for a second time;", 0},
    {"both side-bands",
	"<ID HEAD~side-band side-band-64k|<0000|"
	">want ID side-band side-band-64k|>0000|>done",
	"C1 both side-band and side-band-64k;", 0},
    {"have before the flush", ADV ">want ID|>have ID|>done",
	"C2 have is out of place in the wants;", 0},
    {"data after the end",
	ADV ">want ID " WANT "|>0000|>done|>have ID|<NAK|<" PACK "|<0000|<^1x",
	"C4 data after the end;S6 data after the end;", 0},
    {"no flush after the refs", "<ID HEAD~a",
	"S- it ends without the flush packet after the refs;", 0},
    {"no flush after the pack", ADV ">want ID " WANT "|>0000|>done|<NAK|<" PACK,
	"S- it ends without the flush packet after the pack;", 0},
    {"no done", ADV ">want ID " WANT "|>0000|>have ID|>0000|<NAK",
	"C- it ends without done;", 0},
    {"no such band",
	ADV ">want ID " WANT "|>0000|>done|<NAK|<" PACK "|<^4x|<0000",
	"S5 no such side-band;", 0},
    {"longer than side-band",
	ADV1 ">want ID side-band|>0000|>done|<NAK|<" PACK "|<$|<0000",
	"S6 longer than side-band allows;", 0},
    {"not longer than side-band-64k",
	ADV ">want ID " WANT "|>0000|>done|<NAK|<" PACK "|<$|<0000", "", 0},
    {"not a pack",
	ADV ">want ID " WANT "|>0000|>done|<NAK|<^1garbage pack|"
	    "<0000",
	"S4 not a pack;", 0},
    {"empty packet", ADV ">want ID|>0000|>|>done", "C3 empty packet;", 0},
    {"ids of two lengths",
	"<ID HEAD~a|<0000|>want IDaaaaaaaaaaaaaaaaaaaaaaaa|>0000|>done",
	"C1 object id of another length;", 0},
    {"shallow flush that nobody asked for",
	ADV ">want ID|>0000|<0000|>done|<NAK|<!",
	"S3 flush packet, but no depth was asked for;", 0},
    {"another version", "<version 1|" ADV ">0000",
	"S1 this is another protocol version;", 0},
    {"unknown version", "<version 7|<0000", "S1 unknown version;", -1},

    /* Bad ones of v2. */
    {"unknown command", CAPS ">command=steal|>0000",
	"C1 command steal was not announced;", 2},
    {"unannounced v2 capability",
	CAPS ">command=fetch|>server-option=x|"
	     ">0001|>want ID|>done|>0000",
	"C2 capability server-option was not announced;", 2},
    {"unannounced filter", CAPS FETCH ">filter blob:none|>done|>0000",
	"C5 filter, but fetch=filter was not announced;", 2},
    {"a NUL in a capability",
	"<version 2|<fetch=a~b|<0000|>command=fetch|>0001|>filter x|>0000",
	"C1 command fetch was not announced;"
	"C3 filter, but fetch=filter was not announced;",
	2},
    {"unknown argument", CAPS FETCH ">make-it-so|>0000",
	"C5 unknown line in the arguments of fetch;", 2},
    {"a want for ls-refs", CAPS LS ">want ID|>0000",
	"C5 unknown line in the arguments of ls-refs;", 2},
    {"no delimiter in the request", CAPS ">command=fetch|>want ID|>0000",
	"C2 malformed capability;", 2},
    {"no delimiter after ready",
	CAPS FETCH ">have ID|>0000|<acknowledgments|<ACK ID|<ready|<packfile|"
		   "<" PACK "|<0000",
	"S10 packfile is out of place in the acknowledgments after ready;", 2},
    {"sections in the wrong order",
	CAPS FETCH ">done|>0000|<shallow-info|<shallow ID|<0001|"
		   "<acknowledgments|<NAK|<0000",
	"S10 acknowledgments is out of place in the beginning of a section;",
	2},
    {"section not announced",
	CAPS FETCH ">done|>0000|<wanted-refs|<ID x|"
		   "<0001|<packfile|<" PACK "|<0000",
	"S7 wanted-refs, but fetch=ref-in-want was not announced;", 2},
    {"an answer nobody asked for", CAPS "<packfile",
	"S7 packfile without a request;"
	"S- it ends without the flush packet after the pack;",
	2},
    {"no flush after a request", CAPS FETCH ">done",
	"C- it ends without the flush packet of the request;", 2},
    {"no flush after a v2 pack", CAPS FETCH ">done|>0000|<packfile|<" PACK,
	"S- it ends without the flush packet after the pack;", 2},
    {"a version that is no number", "<version /|<0000",
	"S1 malformed version line;", -1},

    /* Plain streams: an answer of v2 has no version line before it. */
    {"refs of v2", "<ID HEAD symref-target:refs/heads/x|<0000", "", PLAIN - 1},
    {"an answer of v2",
	"<acknowledgments|<ACK ID|<ready|<0001|<packfile|<" PACK "|<0000", "",
	PLAIN - 1},
    {"an answer of v2, and then refs",
	"<packfile|<" PACK "|<0000|<ID HEAD|<0000", "", PLAIN + 2},
    {"the server's side of v2", CAPS "<ID HEAD|<0000|<packfile|<" PACK "|<0000",
	"", PLAIN - 1},
    {"an answer of v0", "<NAK|<" PACK "|<0000", "", PLAIN - 1},
    {"an answer of v2 is none of v0", "<packfile",
	"S1 unknown line in the beginning;", PLAIN},
    {"refs of v0 have capabilities", "<ID HEAD|<0000",
	"S1 the first ref has no capabilities;", PLAIN},
};

static const char id[] = "0123456789abcdef0123456789abcdef01234567";

/* One packet of a case: its bytes, and how many. */
static size_t
packet(uint8_t *buf, const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == 'I' && i + 1 < len && s[i + 1] == 'D') {
			memcpy(buf + n, id, 40);
			n += 40;
			i++;
		} else if (s[i] == '^') {
			buf[n++] = (uint8_t)(s[++i] - '0');
		} else {
			buf[n++] = s[i] == '~' ? 0 : (uint8_t)s[i];
		}
	}
	return n;
}

static void
item(struct riad_trace_item *it, const char *s, size_t len, uint8_t *buf)
{
	*it = (struct riad_trace_item){
	    .kind = RIAD_TRACE_PACKET,
	    .dir = s[0] == '<' ? RIAD_TO_CLIENT : RIAD_TO_SERVER,
	};
	if (len == 2 && s[1] == '!') {
		it->kind = RIAD_TRACE_RAW;
		it->data = (const uint8_t *)"PACK\0\0\0\2\0\0\0\3xyz";
		it->len = 15;
		return;
	}
	if (len == 5 && memcmp(s + 1, "000", 3) == 0) {
		it->pkt.type = (enum riad_pkt_type)(s[4] - '0');
		return;
	}
	static const uint8_t long_band[1001 - RIAD_PKT_HDR] = {1};
	bool is_long = len == 2 && s[1] == '$';
	it->pkt.type = RIAD_PKT_DATA;
	it->pkt.data = is_long ? long_band : buf;
	it->pkt.len = is_long ? sizeof(long_band) : packet(buf, s + 1, len - 1);
	it->size = RIAD_PKT_HDR + it->pkt.len;
}

static const char *
findings(struct riad_conv *c, struct riad_convstat *st, const char *in)
{
	static char found[1024];
	uint8_t buf[512];
	size_t n = 0;

	found[0] = '\0';
	while (*in != '\0') {
		size_t len = strcspn(in, "|");
		struct riad_trace_item it;
		struct riad_msg msg;

		item(&it, in, len, buf);
		if (riad_conv_next(c, &it, &msg) == -1)
			return "error";
		riad_convstat_add(st, c, &msg);
		if (msg.why != NULL)
			n += (size_t)snprintf(found + n, sizeof(found) - n,
			    "%c%d %s;", msg.dir == RIAD_TO_SERVER ? 'C' : 'S',
			    (int)msg.number, msg.why);
		in += len + (in[len] == '|');
	}
	for (int i = 0; i < 2; i++) {
		const char *why = riad_conv_missing(c, (enum riad_dir)i);
		if (why != NULL)
			n += (size_t)snprintf(found + n, sizeof(found) - n,
			    "%c- %s;", i == RIAD_TO_SERVER ? 'C' : 'S', why);
	}
	return found;
}

int
main(void)
{
	struct riad_conv c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_convstat st = {.last = 0};

		int version = cases[i].version;
		bool plain = version >= PLAIN - 1;
		riad_conv_init(&c, version - (plain ? PLAIN : 0), !plain);
		const char *got = findings(&c, &st, cases[i].in);
		int same = strcmp(got, cases[i].want) == 0;
		ok(same, "%s", cases[i].name);
		if (!same)
			printf("# got: %s\n# want: %s\n", got, cases[i].want);
		riad_conv_free(&c);
	}

	/* What is learnt on the way. */
	struct riad_convstat st = {.last = 0};
	riad_conv_init(&c, -1, true);
	(void)findings(&c, &st,
	    CAPS LS ">0000|<ID HEAD|<ID refs/x|<0000|" FETCH
		    ">have ID|>0000|<acknowledgments|<ACK ID|<ready|<0001|"
		    "<packfile|<" PACK "|<^2progress|<0000");
	ok(c.version == 2, "the version is found out");
	ok(c.rounds == 2, "rounds");
	ok(c.objects == 7 && c.pack_len == 12, "the pack");
	ok(st.kinds[RIAD_TO_CLIENT][RIAD_MSG_REF] == 2, "refs");
	ok(st.bands[1] == 12 && st.bands[2] == 8, "bands");
	ok(st.acks_ready == 1 && st.acks_common == 1, "common and ready");
	const char *agent = riad_conv_cap(&c, RIAD_TO_CLIENT, "agent");
	ok(agent != NULL && strncmp(agent, "git/2\n", 6) == 0, "agent");
	ok(riad_conv_cap(&c, RIAD_TO_CLIENT, "age") == NULL, "no such");
	(void)findings(&c, &st, FETCH ">done|>0000|<packfile|<" PACK "|<0000");
	ok(c.objects == 14 && c.pack_len == 24, "a second pack");
	riad_conv_free(&c);

	/* Times, of which the last packet has an earlier one than before it. */
	static const uint64_t ns[] = {5, 30, 40, 39};
	st = (struct riad_convstat){.last = 0};
	c = (struct riad_conv){.version = 2};
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		struct riad_msg msg = {.kind = RIAD_MSG_REF, .ns = ns[i]};
		msg.dir = i == 0 ? RIAD_TO_SERVER : RIAD_TO_CLIENT;
		c.pack_len = i;
		riad_convstat_add(&st, &c, &msg);
	}
	ok(st.silence == 25 && st.silence_at == 5, "silence");
	ok(st.first_answer == 30 && st.first_pack == 30, "first bytes");
	ok(st.last == 40, "the end");
	return tap_done();
}
