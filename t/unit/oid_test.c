/* SPDX-License-Identifier: ISC */

#include "riad/oid.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static const char hex40[] = "00112233445566778899aAbBcCdDeEfF01234567";

static void
test_text(void)
{
	struct riad_oid oid, raw;
	char hex[RIAD_OID_HEX_MAX + 1];

	ok(riad_oid_parse(&oid, hex40, 40, RIAD_SHA1_LEN) == 40, "parse");
	ok(oid.id[1] == 0x11 && oid.id[10] == 0xaa && oid.id[19] == 0x67 &&
		oid.id[20] == 0 && oid.id[31] == 0,
	    "its bytes, and zeros");
	ok(strcmp(riad_oid_hex(hex, &oid, RIAD_SHA1_LEN),
	       "00112233445566778899aabbccddeeff01234567") == 0,
	    "and back");
	memset(&raw, 0xff, sizeof(raw));
	riad_oid_set(&raw, oid.id, RIAD_SHA1_LEN);
	ok(riad_oid_eq(&raw, &oid), "set leaves zeros too");
	raw.id[19]++;
	ok(!riad_oid_eq(&raw, &oid) && riad_oid_cmp(&oid, &raw) < 0, "order");

	ok(riad_oid_parse(&oid, hex40, 39, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "too short");
	ok(riad_oid_parse(&oid, hex40, 40, RIAD_SHA256_LEN) == -1,
	    "too short for SHA-256");
	ok(riad_oid_parse(&oid, "0x112233445566778899aabbccddeeff01234567", 40,
	       RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "no digit");
	char cut[40];
	memcpy(cut, hex40, sizeof(cut));
	ok(riad_oid_parse(&oid, cut, 40, RIAD_SHA1_LEN) == 40, "no NUL");
}

/* Ids that differ in one place only, wherever that is. */
static struct riad_oid
number(uint32_t n, size_t at)
{
	struct riad_oid oid = {{0}};

	memcpy(oid.id + at, &n, sizeof(n));
	return oid;
}

static void
test_map(void)
{
	struct riad_oidmap map;
	bool added;
	int bad = 0;

	riad_oidmap_init(&map, 3000);
	struct riad_oid oid = number(1, 0);
	ok(riad_oidmap_get(&map, &oid) == -1, "empty");
	for (uint32_t i = 0; i < 3000; i++) {
		oid = number(i / 3 + 1, (size_t)(i % 3) * 8);
		bad += riad_oidmap_get(&map, &oid) != -1;
		bad += riad_oidmap_put(&map, &oid, &added) != i || !added;
		bad += riad_oidmap_put(&map, &oid, &added) != i || added;
	}
	ok(bad == 0 && map.len == 3000, "put");
	for (uint32_t i = 0; i < 3000; i++) {
		oid = number(i / 3 + 1, (size_t)(i % 3) * 8);
		bad += riad_oidmap_get(&map, &oid) != i;
		bad += !riad_oid_eq(&map.oids[i], &oid);
	}
	ok(bad == 0, "get");
	oid = number(0, 0);
	ok(riad_oidmap_get(&map, &oid) == -1, "an id of zeros is one too");
	ok(riad_oidmap_put(&map, &oid, NULL) == -1 && errno == EMSGSIZE,
	    "full");
	oid = number(1, 0);
	ok(riad_oidmap_put(&map, &oid, NULL) == 0, "what is there may be put");
	riad_oidmap_free(&map);
	ok(riad_oidmap_get(&map, &oid) == -1, "freed");
	ok(riad_oidmap_put(&map, &oid, NULL) == 0, "and good for more");
	riad_oidmap_free(&map);
}

int
main(void)
{
	test_text();
	test_map();
	return tap_done();
}
