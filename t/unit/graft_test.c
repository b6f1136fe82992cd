/* SPDX-License-Identifier: ISC */

#include "riad/graft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

#define A "00000000000000000000000000000000000000aa"
#define B "00000000000000000000000000000000000000bb"
#define C "00000000000000000000000000000000000000cc"

/* "COMMIT:PARENT,...;" in the order of the file, by the last byte. */
static const struct {
	const char *text;
	const char *want;
	uint32_t ignored;
} grafts[] = {
    {"", "", 0},
    {"\n# x\n\n", "", 0},
    {A "\n", "aa:;", 0},
    {A " " B "\n", "aa:bb,;", 0},
    {A " " B " " C "\n" B "\n" C " " A, "aa:bb,cc,;bb:;cc:aa,;", 0},
    {A " " B "\t \r\n", "aa:bb,;", 0},
    {A "\t" B "\n", "aa:bb,;", 0},
    {A "  " B "\n" B "\n", "bb:;", 1},
    {A " " B " " C "x\n" B "\n", "bb:;", 1},
    {A " " B " x\n" C " " A "\n", "cc:aa,;", 1},
    {"x\n" A, "aa:;", 1},
    {A " " B "\n" A " " C "\n" C " " B "\n", "aa:bb,;cc:bb,;", 1},
};

static const struct {
	const char *text;
	const char *want;
	size_t bad;
} shallows[] = {
    {"", "", 0},
    {A "\n", "aa;", 0},
    {C "\n" A "\n" B "\n", "aa;bb;cc;", 0},
    {A "\n" A "\n", "aa;", 0},
    {B "\n" A, "aa;bb;", 0},
    {A " x\n", "aa;", 0},
    {A "\n\n", NULL, 41},
    {A "\nx\n" B "\n", NULL, 41},
    {"\n", NULL, 0},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(grafts) / sizeof(grafts[0]); i++) {
		const char *text = grafts[i].text;
		struct riad_grafts g;
		char out[256] = "";
		size_t len = 0, n;

		riad_grafts_init(&g);
		int r = riad_grafts_parse(&g, text, strlen(text), 20);
		for (uint32_t k = 0; k < g.commits.len; k++) {
			const struct riad_oid *oid = &g.commits.oids[k];
			const struct riad_oid *p = riad_grafts_get(&g, oid, &n);
			len += (size_t)snprintf(
			    out + len, sizeof(out) - len, "%02x:", oid->id[19]);
			for (size_t j = 0; p != NULL && j < n; j++)
				len += (size_t)snprintf(out + len,
				    sizeof(out) - len, "%02x,", p[j].id[19]);
			len +=
			    (size_t)snprintf(out + len, sizeof(out) - len, ";");
		}
		ok(r == 0 && strcmp(out, grafts[i].want) == 0 &&
			g.ignored == grafts[i].ignored,
		    "grafts %zu: %s", i, out);
		struct riad_oid other = {{1}};
		ok(riad_grafts_get(&g, &other, &n) == NULL, "  no others");
		riad_grafts_free(&g);
	}

	for (size_t i = 0; i < sizeof(shallows) / sizeof(shallows[0]); i++) {
		const char *text = shallows[i].text;
		struct riad_oidmap map;
		char out[256] = "";
		size_t len = 0, bad = 99;

		riad_oidmap_init(&map, 1000);
		int r = riad_shallow_parse(&map, text, strlen(text), 20, &bad);
		int err = errno;
		for (uint32_t k = 0; k < map.len; k++)
			len += (size_t)snprintf(out + len, sizeof(out) - len,
			    "%02x;", map.oids[k].id[19]);
		if (shallows[i].want == NULL)
			ok(r == -1 && err == EBADMSG && bad == shallows[i].bad,
			    "shallow %zu is bad", i);
		else
			ok(r == 0 && strcmp(out, shallows[i].want) == 0,
			    "shallow %zu: %s", i, out);
		riad_oidmap_free(&map);
	}
	return tap_done();
}
