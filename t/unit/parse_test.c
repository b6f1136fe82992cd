/* SPDX-License-Identifier: ISC */

#include "riad/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEX_C "CcCcCcCcCcCcCcCcCcCcCcCcCcCcCcCcCcCcCcCc"
#define WHO "N <m> 7 +0000\n"

/* The bytes of s without its NUL, in memory that ends where they do. */
static char *
exact(const char *s, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	if (len > 0)
		memcpy(copy, s, len);
	return copy;
}

static void
test_types(void)
{
	enum riad_type type = 0;

	ok(riad_type_parse(&type, "commit", 6) == 0 && type == RIAD_COMMIT,
	    "commit");
	ok(riad_type_parse(&type, "tag", 3) == 0 && type == RIAD_TAG, "tag");
	ok(riad_type_parse(&type, "tags", 4) == -1 && errno == EBADMSG,
	    "no such type");
	ok(riad_type_parse(&type, "", 0) == -1, "no type at all");
	ok(strcmp(riad_type_name(RIAD_BLOB), "blob") == 0, "a type's name");
}

static void
test_commit(void)
{
	static const struct {
		const char *what, *in;
		int nparents; /* -1: EBADMSG */
		int64_t date;
	} cases[] = {
	    {"empty", "", -1, 0},
	    {"root",
		"tree " HEX_A "\nauthor " WHO "committer C <c> 12 +0000\n\nm",
		0, 12},
	    {"merge",
		"tree " HEX_A "\nparent " HEX_B "\nparent " HEX_C
		"\nauthor " WHO "committer " WHO "\n",
		2, 7},
	    {"nothing but a tree", "tree " HEX_A "\n", 0, 0},
	    {"no newline", "tree " HEX_A, -1, 0},
	    {"a bad digit", "tree g" HEX_A "\n", -1, 0},
	    {"a digit too many", "tree a" HEX_A "\n", -1, 0},
	    {"no tree", "author " WHO, -1, 0},
	    {"bad parent", "tree " HEX_A "\nparent x" HEX_A "\n", -1, 0},
	    {"parent cut short", "tree " HEX_A "\nparent " HEX_A, -1, 0},
	    {"a parent later is text",
		"tree " HEX_A "\nauthor " WHO "parent " HEX_A "\n", 0, 0},
	    {"> in a name",
		"tree " HEX_A "\nauthor a\ncommitter a > <b> 3 +0\n", 0, 3},
	    {"no date", "tree " HEX_A "\nauthor a\ncommitter a <b>\n", 0, 0},
	    {"no mail", "tree " HEX_A "\nauthor a\ncommitter a 9 +0\n", 0, 0},
	    {"date before 1970",
		"tree " HEX_A "\nauthor a\ncommitter a <b> -9 +0\n", 0, 0},
	    {"date at the end", "tree " HEX_A "\nauthor a\ncommitter a <b> 9",
		0, 9},
	    {"the last date",
		"tree " HEX_A
		"\nauthor a\ncommitter a <b> 9223372036854775807 +0\n",
		0, INT64_MAX},
	    {"a date beyond it",
		"tree " HEX_A
		"\nauthor a\ncommitter a <b> 99999999999999999999 +0\n",
		0, INT64_MAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_commit c;
		size_t len = strlen(cases[i].in);
		char *in = exact(cases[i].in, len);
		int r = riad_commit_parse(&c, in, len, RIAD_SHA1_LEN);

		if (cases[i].nparents == -1)
			ok(r == -1 && errno == EBADMSG, "commit: %s",
			    cases[i].what);
		else
			ok(r == 0 && c.nparents == (size_t)cases[i].nparents &&
				c.date == cases[i].date,
			    "commit: %s", cases[i].what);
		free(in);
	}

	struct riad_commit c;
	struct riad_oid oid;
	const char *in = cases[2].in;
	ok(riad_commit_parse(&c, in, strlen(in), RIAD_SHA1_LEN) == 0, "merge");
	ok(c.tree.id[0] == 0xaa && c.tree.id[19] == 0xaa && c.tree.id[20] == 0,
	    "  its tree");
	riad_commit_parent(&oid, &c, 0, RIAD_SHA1_LEN);
	ok(oid.id[0] == 0xbb, "  its first parent");
	riad_commit_parent(&oid, &c, 1, RIAD_SHA1_LEN);
	ok(oid.id[0] == 0xcc && oid.id[19] == 0xcc, "  its second");
	ok(riad_commit_parse(&c, in, strlen(in), RIAD_SHA256_LEN) == -1,
	    "  whose ids are too short for SHA-256");
}

static void
test_tag(void)
{
	static const struct {
		const char *in;
		int type; /* 0: EBADMSG */
	} cases[] = {
	    {"", 0},
	    {"object " HEX_A "\ntype commit\ntag v1\n", RIAD_COMMIT},
	    {"object " HEX_A "\ntype tag\n", RIAD_TAG},
	    {"object " HEX_A "\ntype blob", RIAD_BLOB},
	    {"object " HEX_A "\ntype \n", 0},
	    {"object " HEX_A "\ntype commits\n", 0},
	    {"object " HEX_A "\ntag v1\n", 0},
	    {"object " HEX_A "\n", 0},
	    {"object " HEX_A, 0},
	    {"tree " HEX_A "\ntype commit\n", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_tag tag;
		size_t len = strlen(cases[i].in);
		char *in = exact(cases[i].in, len);
		int r = riad_tag_parse(&tag, in, len, RIAD_SHA1_LEN);

		if (cases[i].type == 0)
			ok(r == -1 && errno == EBADMSG, "tag %zu is bad", i);
		else
			ok(r == 0 && (int)tag.type == cases[i].type &&
				tag.object.id[19] == 0xaa,
			    "tag %zu is good", i);
		free(in);
	}
}

#define ID20 "0123456789abcdefghij"
#define ID32 ID20 "klmnopqrstuv"

static void
test_tree(void)
{
	static const struct {
		const char *in;
		size_t len;
		int ret, kind;
		uint32_t mode;
		size_t hash_len;
	} cases[] = {
#define T(s, ret, kind, mode) {s, sizeof(s) - 1, ret, kind, mode, 20}
	    T("100644 a\0" ID20, 1, RIAD_ENTRY_BLOB, 0100644),
	    T("100664 a\0" ID20, 1, RIAD_ENTRY_BLOB, 0100664),
	    T("120000 a\0" ID20, 1, RIAD_ENTRY_BLOB, 0120000),
	    T("40000 a\0" ID20, 1, RIAD_ENTRY_TREE, 0040000),
	    T("040000 a\0" ID20, 1, RIAD_ENTRY_TREE, 0040000),
	    T("160000 a\0" ID20, 1, RIAD_ENTRY_LINK, 0160000),
	    T("0 a\0" ID20, 1, RIAD_ENTRY_LINK, 0),
	    T("177777 a\0" ID20, 1, RIAD_ENTRY_LINK, 0177777),
	    T("200000 a\0" ID20, -1, 0, 0),
	    T("100000100644 a\0" ID20, -1, 0, 0),
	    T("100648 a\0" ID20, -1, 0, 0),
	    T("100644  a\0" ID20, 1, RIAD_ENTRY_BLOB, 0100644),
	    T("100644 \0" ID20, -1, 0, 0),
	    T(" a\0" ID20, -1, 0, 0),
	    T("-1 a\0" ID20, -1, 0, 0),
	    T("100644 a\0" ID20 "x", 1, RIAD_ENTRY_BLOB, 0100644),
	    T("", 0, 0, 0),
#undef T
	    {"100644 a\0" ID32, 41, 1, RIAD_ENTRY_BLOB, 0100644, 32},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_tree tree;
		struct riad_tree_entry e;
		char *in = exact(cases[i].in, cases[i].len);

		riad_tree_init(&tree, in, cases[i].len, cases[i].hash_len);
		int r = riad_tree_next(&tree, &e);
		if (cases[i].ret == 1)
			ok(r == 1 && (int)e.kind == cases[i].kind &&
				e.mode == cases[i].mode &&
				memcmp(e.id, ID32, cases[i].hash_len) == 0,
			    "entry %zu is good", i);
		else
			ok(r == cases[i].ret && (r == 0 || errno == EBADMSG),
			    "entry %zu gives %d", i, cases[i].ret);
		free(in);
	}
}

/* No prefix of a tree is read past its end, and only whole entries are. */
static void
test_cut(void)
{
	static const char in[] = "100644 ab\0" ID20 "40000 c\0" ID20;
	size_t first = 10 + 20, whole = sizeof(in) - 1;
	int bad = 0;

	for (size_t cut = 0; cut <= whole; cut++) {
		struct riad_tree tree;
		struct riad_tree_entry e;
		char *copy = exact(in, cut);
		int n = 0, r;

		riad_tree_init(&tree, copy, cut, RIAD_SHA1_LEN);
		while ((r = riad_tree_next(&tree, &e)) == 1)
			n++;
		bad += n != (cut >= first) + (cut == whole);
		bad += (r == 0) != (cut == 0 || cut == first || cut == whole);
		free(copy);
	}
	ok(bad == 0, "a tree that is cut off gives its whole entries");
}

static void
test_empty(void)
{
	struct riad_oid oid;
	static const char sha1[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
			  sha256[] = "6ef19b41225c5369f1c104d45d8d85efa9b057b5"
				     "3b14b4b9b939dd74decc5321";

	riad_oid_parse(&oid, sha1, strlen(sha1), RIAD_SHA1_LEN);
	ok(riad_tree_is_empty(&oid, RIAD_SHA1_LEN), "the tree of nothing");
	oid.id[19] ^= 1;
	ok(!riad_tree_is_empty(&oid, RIAD_SHA1_LEN), "another");
	riad_oid_parse(&oid, sha256, strlen(sha256), RIAD_SHA256_LEN);
	ok(riad_tree_is_empty(&oid, RIAD_SHA256_LEN), "by SHA-256");
	ok(!riad_tree_is_empty(&oid, RIAD_SHA1_LEN), "which is another thing");
}

int
main(void)
{
	test_types();
	test_empty();
	test_commit();
	test_tag();
	test_tree();
	test_cut();
	return tap_done();
}
