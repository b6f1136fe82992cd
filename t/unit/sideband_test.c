/* SPDX-License-Identifier: ISC */

#include "riad/sideband.h"

#include <string.h>

#include "tap.h"

static struct riad_out out;

static struct riad_pkt
data(const char *s)
{
	return (struct riad_pkt){RIAD_PKT_DATA, (const uint8_t *)s, strlen(s)};
}

static void
test_band(void)
{
	struct riad_pkt pkt = data("NAK\n");
	ok(riad_band(&pkt) == RIAD_BAND_NONE, "protocol text");
	pkt = data("\001");
	ok(riad_band(&pkt) == RIAD_BAND_DATA, "a keep-alive");
	pkt = data("\003no");
	ok(riad_band(&pkt) == RIAD_BAND_ERROR, "the end");
	pkt = data("\004");
	ok(riad_band(&pkt) == RIAD_BAND_NONE, "there is no band 4");
	pkt = (struct riad_pkt){RIAD_PKT_DATA, (const uint8_t *)"\0", 1};
	ok(riad_band(&pkt) == RIAD_BAND_NONE, "nor 0");
	pkt = (struct riad_pkt){RIAD_PKT_DATA, NULL, 0};
	ok(riad_band(&pkt) == RIAD_BAND_NONE, "an empty packet");
	pkt = (struct riad_pkt){RIAD_PKT_RAW, (const uint8_t *)"\001", 1};
	ok(riad_band(&pkt) == RIAD_BAND_NONE, "a raw byte");
}

/*
 * What comes out of these payloads; "0000" is a flush, "*" begins raw bytes,
 * and
 * "." ends the stream.
 */
static const char *
run(const char *const *packets, uint64_t nth)
{
	struct riad_packfind find;

	riad_out_init(&out, -1);
	riad_packfind_init(&find, nth);
	for (; *packets != NULL; packets++) {
		struct riad_pkt pkt = data(*packets);
		if (strcmp(*packets, ".") == 0) {
			riad_packfind_end(&find);
			continue;
		}
		if (strcmp(*packets, "0000") == 0)
			pkt = (struct riad_pkt){.type = RIAD_PKT_FLUSH};
		else if (**packets == '*')
			pkt = (struct riad_pkt){
			    RIAD_PKT_RAW, pkt.data + 1, pkt.len - 1};
		riad_packfind_add(&find, &out, &pkt);
	}
	riad_packfind_end(&find);
	return riad_packfind_why(&find);
}

static bool
is_out(const char *want)
{
	return out.len == strlen(want) && memcmp(out.buf, want, out.len) == 0;
}

static void
test_packs(void)
{
	static const char *const two[] = {"packfile\n", "\001PACK1", "\002hm",
	    "\001x", "\001", "0000", "\001no pack", "\001PACK", "0000", "\001P",
	    "\001A", "\001", "\001CK", "\0012", "0000", "\001PACK3", "0000",
	    NULL};
	static const char *const cut[] = {"\001PACK1", NULL};
	static const char *const almost[] = {"\001PAC", "0000", "\001K", NULL};
	static const char *const raw[] = {"NAK\n", "*PA", "*CK1", "*2", NULL};
	static const char *const streams[] = {
	    "*PACK1", ".", "NAK\n", "*PACK2", ".", "\001PACK3", "0000", NULL};
	static const char *const cuts[] = {
	    "\001PACK1", ".", "\001PACK2", "0000", NULL};

	ok(run(two, 1) == NULL && is_out("PACK1x"), "the first");
	ok(run(two, 2) == NULL && is_out("PACK2"), "the second, in pieces");
	ok(run(two, 3) == NULL && is_out("PACK3"), "the third");
	ok(run(two, 4) != NULL && is_out(""), "there is no fourth");
	ok(run(cut, 1) != NULL && is_out("PACK1"), "cut short");
	ok(run(almost, 1) != NULL && is_out(""), "a flush starts anew");
	ok(run(raw, 1) == NULL && is_out("PACK12"), "raw");
	ok(run(streams, 2) == NULL && is_out("PACK2"), "of the next stream");
	ok(run(streams, 3) == NULL && is_out("PACK3"), "and of one after");
	ok(run(cuts, 1) != NULL && is_out("PACK1"), "cut, though more follow");
	ok(run(raw, 2) != NULL && is_out(""), "nothing follows a raw one");
}

int
main(void)
{
	test_band();
	test_packs();
	return tap_done();
}
