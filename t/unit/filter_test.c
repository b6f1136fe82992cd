/* SPDX-License-Identifier: ISC */

#include "riad/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define HEX "0123456789abcdef0123456789abcdef01234567"
#define TYPED(t) "'" t "' for 'object:type=<type>' is not a valid object type"

/* What it prints to, or else what is wrong. */
static const struct {
	const char *spec, *printed, *why;
} specs[] = {
    {"blob:none", "blob:none", NULL},
    {"blob:limit=0", "blob:limit=0", NULL},
    {"blob:limit=1k", "blob:limit=1024", NULL},
    {"blob:limit=2M", "blob:limit=2097152", NULL},
    {"blob:limit=3g", "blob:limit=3221225472", NULL},
    {"blob:limit=0x10", "blob:limit=16", NULL},
    {"blob:limit=010k", "blob:limit=8192", NULL},
    {"blob:limit= +7", "blob:limit=7", NULL},
    {"blob:limit=18446744073709551615", "blob:limit=18446744073709551615",
	NULL},
    {"tree:0", "tree:0", NULL},
    {"tree:12", "tree:12", NULL},
    {"tree:1k", "tree:1024", NULL},
    {"sparse:oid=" HEX, "sparse:oid=" HEX, NULL},
    {"sparse:oid=main:dir/f +%", "sparse:oid=main:dir/f +%", NULL},
    {"sparse:oid=", "sparse:oid=", NULL},
    {"object:type=commit", "object:type=commit", NULL},
    {"object:type=tree", "object:type=tree", NULL},
    {"object:type=blob", "object:type=blob", NULL},
    {"object:type=tag", "object:type=tag", NULL},
    {"combine:tree:1", "combine:tree:1", NULL},
    {"combine:tree:1+blob:none", "combine:tree:1+blob:none", NULL},
    {"combine:tree%3a1+blob:limit=1%6b", "combine:tree:1+blob:limit=1024",
	NULL},
    {"combine:sparse:oid=a%2bb%25%c3+tree:2",
	"combine:sparse:oid=a%2bb%25%c3+tree:2", NULL},
    {"combine:sparse:oid=%00%zz%2", "combine:sparse:oid=%2500%25zz%252", NULL},
    {"combine:combine:tree:1%2bblob:none+tree:2",
	"combine:combine:tree:1%2bblob:none+tree:2", NULL},
    {"combine:tree:1+sparse:oid=x+", "combine:tree:1+sparse:oid=x%2b", NULL},

    {"", NULL, "invalid filter-spec ''"},
    {"x", NULL, "invalid filter-spec 'x'"},
    {"blob:none ", NULL, "invalid filter-spec 'blob:none '"},
    {"blob:limit=", NULL, "invalid filter-spec 'blob:limit='"},
    {"blob:limit=x", NULL, "invalid filter-spec 'blob:limit=x'"},
    {"blob:limit=-1", NULL, "invalid filter-spec 'blob:limit=-1'"},
    {"blob:limit=1kk", NULL, "invalid filter-spec 'blob:limit=1kk'"},
    {"blob:limit=0x", NULL, "invalid filter-spec 'blob:limit=0x'"},
    {"blob:limit=09", NULL, "invalid filter-spec 'blob:limit=09'"},
    {"blob:limit=18446744073709551616", NULL,
	"invalid filter-spec 'blob:limit=18446744073709551616'"},
    {"blob:limit=17179869184g", NULL,
	"invalid filter-spec 'blob:limit=17179869184g'"},
    {"tree:", NULL, "expected 'tree:<depth>'"},
    {"tree:x", NULL, "expected 'tree:<depth>'"},
    {"tree:-1", NULL, "expected 'tree:<depth>'"},
    {"sparse:path=x", NULL, "sparse:path filters support has been dropped"},
    {"object:type=", NULL, TYPED("")},
    {"object:type=commits", NULL, TYPED("commits")},
    {"object:type=comm", NULL, TYPED("comm")},
    {"combine:", NULL, "expected something after combine:"},
    {"combine:x", NULL, "invalid filter-spec 'x'"},
    {"combine:+tree:1", NULL, "invalid filter-spec ''"},
    {"combine:tree:1+", NULL, "expected 'tree:<depth>'"},
    {"combine:blob:none+", NULL, "invalid filter-spec 'blob:none+'"},
    {"combine:tree:1++tree:2", NULL, "invalid filter-spec ''"},
    {"combine:tree:1+tree:2~", NULL,
	"must escape char in sub-filter-spec: '~'"},
    {"combine:sparse:oid=\xc3", NULL,
	"must escape char in sub-filter-spec: '\xc3'"},
    {"combine:sparse:oid=a b", NULL,
	"must escape char in sub-filter-spec: ' '"},
    {"combine:combine:tree:1%2btree:x", NULL, "expected 'tree:<depth>'"},
};

static void
test_specs(void)
{
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		const size_t len = strlen(specs[i].spec);
		char *exact = malloc(len + 1), why[256] = "";
		struct riad_filter *f;
		struct riad_buf buf;

		memcpy(exact, specs[i].spec, len);
		riad_buf_init(&buf, 4096);
		errno = 0;
		int r = riad_filter_parse(&f, exact, len, why);
		free(exact);
		if (specs[i].printed != NULL)
			ok(r == 0 && riad_filter_print(&buf, f) == 0 &&
				strcmp(riad_buf_str(&buf), specs[i].printed) ==
				    0,
			    "%s is %s", specs[i].spec, riad_buf_str(&buf));
		else
			ok(r == -1 && f == NULL && errno == EINVAL &&
				strcmp(why, specs[i].why) == 0,
			    "\"%s\": %s", specs[i].spec, why);
		riad_filter_free(f);
		riad_buf_free(&buf);
	}
}

static struct riad_filter *
parsed(const char *spec)
{
	struct riad_filter *f;
	char why[256];

	if (riad_filter_parse(&f, spec, strlen(spec), why) == -1)
		printf("# %s: %s\n", spec, why);
	return f;
}

/* first, n times part, and last; spec has room for all. */
static void
repeat(char *spec, const char *first, int n, const char *part, const char *last)
{
	struct riad_buf buf;

	riad_buf_init(&buf, RIAD_FILTER_SPEC_MAX);
	riad_buf_addstr(&buf, first);
	for (int i = 0; i < n; i++)
		riad_buf_addstr(&buf, part);
	riad_buf_addstr(&buf, last);
	memcpy(spec, riad_buf_str(&buf), buf.len + 1);
	riad_buf_free(&buf);
}

static void
test_limits(void)
{
	static char spec[RIAD_FILTER_SPEC_MAX + 2];
	struct riad_filter *f;
	char why[256];

	memset(spec, 'x', sizeof(spec));
	memcpy(spec, "sparse:oid=", 11);
	ok(riad_filter_parse(&f, spec, RIAD_FILTER_SPEC_MAX, why) == 0,
	    "as long as may be");
	riad_filter_free(f);
	ok(riad_filter_parse(&f, spec, RIAD_FILTER_SPEC_MAX + 1, why) == -1 &&
		errno == EINVAL,
	    "longer: %s", why);
	ok(riad_filter_parse(&f, "tree:1\0", 7, why) == -1, "a NUL in it");

	for (int n = 32; n <= 33; n++) {
		repeat(spec, "", n, "combine:", "tree:1");
		int r = riad_filter_parse(&f, spec, strlen(spec), why);
		ok(r == (n > 32 ? -1 : 0), "%d within each other", n);
		riad_filter_free(f);
	}
	for (int n = 1024; n <= 1025; n++) {
		repeat(spec, "combine:tree:1", n - 1, "+tree:1", "");
		int r = riad_filter_parse(&f, spec, strlen(spec), why);
		ok(r == (n > 1024 ? -1 : 0), "%d parts", n);
		riad_filter_free(f);
	}
	for (int n = 16; n <= 17; n++) {
		repeat(
		    spec, "combine:sparse:oid=1", n - 1, "+sparse:oid=1", "");
		int r = riad_filter_parse(&f, spec, strlen(spec), why);
		ok(r == (n > 16 ? -1 : 0), "%d sparse parts", n);
		riad_filter_free(f);
	}
}

static void
test_add(void)
{
	static const char *const lines[] = {
	    "tree:1", "blob:limit=1k", "combine:tree:2+tree:3"};
	struct riad_filter *f = NULL;
	struct riad_buf buf;
	char why[256];

	riad_buf_init(&buf, 4096);
	for (int i = 0; i < 3; i++)
		riad_filter_add(&f, lines[i], strlen(lines[i]), why);
	ok(riad_filter_add(&f, "tree:x", 6, why) == -1 &&
		riad_filter_print(&buf, f) == 0 &&
		strcmp(riad_buf_str(&buf), "combine:tree:1+blob:limit=1024+"
					   "combine:tree:2%2btree:3") == 0,
	    "three lines: %s", riad_buf_str(&buf));
	riad_filter_free(f);
	riad_buf_free(&buf);

	f = parsed("combine:sparse:oid=a+tree:1+combine:sparse:oid=b");
	ok(riad_filter_sparse_count(f) == 2 &&
		strcmp(riad_filter_sparse(f, 0), "a") == 0 &&
		strcmp(riad_filter_sparse(f, 1), "b") == 0 &&
		riad_filter_sparse(f, 2) == NULL,
	    "names of sparse parts");
	ok(riad_filter_sparse_set(f, 1, HEX) == 0 &&
		strcmp(riad_filter_sparse(f, 1), HEX) == 0 &&
		riad_filter_sparse_set(f, 2, HEX) == -1 && errno == EINVAL,
	    "and another in its place");
	riad_filter_free(f);
}

static void
test_plain(void)
{
	/* Whether it is plain, and which types pass: c, t, b, g for a tag. */
	static const struct {
		const char *spec;
		bool plain;
		const char *pass;
		uint64_t limit, depth;
	} cases[] = {
	    {"blob:none", true, "ct-g", UINT64_MAX, UINT64_MAX},
	    {"blob:limit=5", true, "ctbg", 5, UINT64_MAX},
	    {"blob:limit=0", true, "ct-g", 0, UINT64_MAX},
	    {"tree:0", true, "c--g", UINT64_MAX, 0},
	    {"tree:1", false, "ctbg", UINT64_MAX, 1},
	    {"sparse:oid=x", false, "ctbg", UINT64_MAX, UINT64_MAX},
	    {"object:type=commit", true, "c---", UINT64_MAX, UINT64_MAX},
	    {"object:type=tree", true, "-t--", UINT64_MAX, UINT64_MAX},
	    {"object:type=blob", true, "--b-", UINT64_MAX, UINT64_MAX},
	    {"object:type=tag", true, "---g", UINT64_MAX, UINT64_MAX},
	    {"combine:blob:limit=9+blob:limit=7", true, "ctbg", 7, UINT64_MAX},
	    {"combine:object:type=blob+blob:none", true, "----", UINT64_MAX,
		UINT64_MAX},
	    {"combine:object:type=blob+blob:limit=3", true, "--b-", 3,
		UINT64_MAX},
	    {"combine:object:type=tag+object:type=tree", true, "----",
		UINT64_MAX, UINT64_MAX},
	    {"combine:tree:3+tree:2", false, "ctbg", UINT64_MAX, 2},
	    {"combine:tree:3+tree:0", true, "c--g", UINT64_MAX, 0},
	    {"combine:tree:3+object:type=commit", true, "c---", UINT64_MAX, 3},
	    {"combine:sparse:oid=x+blob:none", true, "ct-g", UINT64_MAX,
		UINT64_MAX},
	    {"combine:sparse:oid=x+combine:tree:1%2bblob:limit=4", false,
		"ctbg", 4, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_filter *f = parsed(cases[i].spec);
		struct riad_filter_plain p;
		uint64_t depth;
		char pass[5] = "";

		bool plain = riad_filter_is_plain(f, &p, &depth);
		snprintf(pass, sizeof(pass), "%c%c%c%c", p.commits ? 'c' : '-',
		    p.trees ? 't' : '-', p.blobs ? 'b' : '-',
		    p.tags ? 'g' : '-');
		ok(plain == cases[i].plain &&
			strcmp(pass, cases[i].pass) == 0 &&
			p.blob_limit == cases[i].limit &&
			depth == cases[i].depth,
		    "%s: %s, %s", cases[i].spec, plain ? "plain" : "by path",
		    pass);
		riad_filter_free(f);
	}
}

static void
test_rules(void)
{
	/* Variables, then what is said of a filter, NULL for nothing. */
	static const struct {
		const char *vars[3][2];
		const char *spec, *why;
	} cases[] = {
	    {{{NULL}}, "combine:tree:9+sparse:oid=x", NULL},
	    {{{"uploadpackfilter.allow", "false"}}, "blob:none",
		"filter 'blob:none' not supported"},
	    {{{"uploadpackfilter.allow", "0"},
		 {"uploadpackfilter.blob:none.allow", NULL}},
		"blob:none", NULL},
	    {{{"uploadpackfilter.blob:none.allow", "no"}}, "blob:none",
		"filter 'blob:none' not supported"},
	    {{{"uploadpackfilter.blob:none.allow", "no"}}, "blob:limit=1",
		NULL},
	    {{{"uploadpackfilter.blob:limit.allow", ""}}, "blob:limit=1",
		"filter 'blob:limit' not supported"},
	    {{{"uploadpackfilter.combine.allow", "OFF"}}, "combine:tree:1",
		"filter 'combine' not supported"},
	    {{{"uploadpackfilter.allow", "false"},
		 {"uploadpackfilter.combine.allow", "-1k"}},
		"combine:object:type=tag",
		"filter 'object:type' not supported"},
	    {{{"uploadpackfilter.sparse:oid.allow", "false"}},
		"combine:tree:1+combine:blob:none%2bsparse:oid=x",
		"filter 'sparse:oid' not supported"},
	    {{{"uploadpackfilter.tree.maxdepth", "1"}}, "tree:1", NULL},
	    {{{"uploadpackfilter.tree.maxdepth", "1"}}, "tree:2",
		"tree filter allows max depth 1, but got 2"},
	    {{{"uploadpackfilter.tree.maxdepth", "1k"}},
		"combine:tree:2+tree:1025",
		"tree filter allows max depth 1024, but got 1025"},
	    {{{"uploadpackfilter.allow", "false"},
		 {"uploadpackfilter.tree.maxdepth", "3"}},
		"tree:3", NULL},
	    {{{"uploadpackfilter.tree.maxdepth", "3"},
		 {"uploadpackfilter.tree.allow", "false"}},
		"tree:3", "filter 'tree' not supported"},
	};
	static const struct {
		const char *name, *value;
		int r;
	} vars[] = {
	    {"uploadpack.allowfilter", "true", 0},
	    {"uploadpackfilter.x", "true", 0},
	    {"uploadpackfilter.tree.x", "true", 0},
	    {"uploadpackfilter.blob:none.maxdepth", "x", 0},
	    {"uploadpackfilter.unheard.of.allow", "true", 1},
	    {"uploadpackfilter.unheard.of.allow", "maybe", -1},
	    {"uploadpackfilter.allow", "1x", -1},
	    {"uploadpackfilter.allow", "4g", -1},
	    {"uploadpackfilter.tree.maxdepth", NULL, -1},
	    {"uploadpackfilter.tree.maxdepth", "-1", -1},
	    {"uploadpackfilter.tree.maxdepth", "0x7", 1},
	};
	struct riad_filter_rules rules;
	char why[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_filter *f = parsed(cases[i].spec);
		int good = 1;

		riad_filter_rules_init(&rules);
		for (int k = 0; k < 3 && cases[i].vars[k][0] != NULL; k++)
			good = good &&
			       riad_filter_rule_set(&rules, cases[i].vars[k][0],
				   cases[i].vars[k][1]) == 1;
		const char *refused = riad_filter_refused(f, &rules, why);
		ok(good && (refused == NULL) == (cases[i].why == NULL) &&
			(refused == NULL || strcmp(why, cases[i].why) == 0),
		    "%s: %s", cases[i].spec, refused ? refused : "allowed");
		riad_filter_free(f);
	}
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++) {
		errno = 0;
		int r =
		    riad_filter_rule_set(&rules, vars[i].name, vars[i].value);
		ok(r == vars[i].r && (r != -1 || errno == EINVAL), "%s=%s: %d",
		    vars[i].name, vars[i].value ? vars[i].value : "", r);
	}
	ok(strcmp(riad_filter_kind_name(RIAD_FILTER_TREE), "tree") == 0,
	    "a kind has a name");
}

int
main(void)
{
	test_specs();
	test_limits();
	test_add();
	test_plain();
	test_rules();
	return tap_done();
}
