/* SPDX-License-Identifier: ISC */
/*
 * The walk finds the trees and blobs that git rev-list --objects --filter
 * prints, on a repository made for the purpose; or on another, as in
 *
 *	repo_filterwalk_test git.git tree:2 v2.1.0 v2.2.0 --not v2.0.0
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/filterwalk.h"
#include "riad/repo.h"
#include "scratch.h"
#include "tap.h"

static const char make_repo[] =
    "set -e; git init -q -b line .; git config advice.nestedTag false\n"
    "com() { git add -A; git commit -q -m \"$1\"; git tag \"$1\"; }\n"
    "pat() { git tag \"$1\" \"$(printf \"$2\" | git hash-object -w "
    "--stdin)\"; }\n"
    "size() { head -c \"$1\" /dev/zero | tr '\\0' \"$2\"; }\n"
    /* the same trees and blobs at several depths and paths */
    "mkdir -p a/b/c/d/e x; echo 1 >f; echo 2 >a/f; echo 3 >a/b/f\n"
    "echo 4 >a/b/c/f.c; size 10 x >a/b/c/ten; size 2000 y >a/b/c/d/big\n"
    "size 10 z >x/ten.c; : >a/b/c/d/e/empty; com one\n"
    "cp -r a/b/c x/c; cp -r a/b/c c; echo 5 >c/d/g; com two\n"
    "git mv c/d d; git mv x/c/d/big big; ln -s a/f link; com three\n"
    "git rm -q -r a/b; mkdir a/b; echo 9 >a/b/new.c; com four\n"
    "git update-index --add --cacheinfo 160000,$(git rev-parse one),sub\n"
    "git commit -q -m five; git tag five\n"
    "git checkout -q -b side two; mkdir -p p/q/r; cp d* p/q/r 2>/dev/null ||"
    " cp f p/q/r/f; echo s >p/s; com six\n"
    "git checkout -q line; git merge -q -m m side; git tag seven\n"
    /* tags of a tree and a blob, and trees and blobs with a name */
    "git tag -a -m x t-tree two:a; git tag -a -m x t-blob one:a/f\n"
    "git tag tree two:x; git tag blob one:a/b/c/ten\n"
    /* patterns */
    "pat sp-c '*.c\\n'; pat sp-a '/a/\\n!/a/b/c/\\n'\n"
    "pat sp-top '/*\\n!/*/\\n'; pat sp-all '*\\n!f\\n'\n"
    "pat sp-none '/nowhere\\n'; pat sp-empty ''; pat sp-root ' \\n!*.c\\n'\n"
    "pat sp-deep '**/d/**\\n!big\\n/x/*/ten\\n'\n";

static const char *const specs[] = {
    "blob:none",
    "blob:limit=0",
    "blob:limit=3",
    "blob:limit=10",
    "blob:limit=11",
    "blob:limit=1k",
    "tree:0",
    "tree:1",
    "tree:2",
    "tree:3",
    "tree:4",
    "tree:5",
    "tree:100",
    "object:type=commit",
    "object:type=tree",
    "object:type=blob",
    "object:type=tag",
    "sparse:oid=sp-c",
    "sparse:oid=sp-a",
    "sparse:oid=sp-top",
    "sparse:oid=sp-all",
    "sparse:oid=sp-none",
    "sparse:oid=sp-empty",
    "sparse:oid=sp-root",
    "sparse:oid=sp-deep",
};

/* Parts of combinations, each with each. */
static const char *const parts[] = {
    "blob:none",
    "blob:limit=10",
    "tree:1",
    "tree:3",
    "object:type=tree",
    "object:type=blob",
    "sparse:oid=sp-c",
    "sparse:oid=sp-deep",
};

/*
 * Of several tips git takes one for filtered that another led to first, so
 * that it is asked about each group by itself.
 */
static const char *const wants[] = {
    "one two three four five six seven | t-tree | t-blob | tree | blob",
    "one",
    "seven",
    "tree | one",
    "t-tree | blob | five",
    "seven --not four",
    "five --not two",
    "side --not one",
};

enum { MAX_IDS = 1 << 20 };

struct ids {
	char (*hex)[RIAD_OID_HEX_MAX + 1];
	size_t n, cap;
};

static struct riad_repo *repo;
static const struct riad_odb *odb;
static struct riad_oidmap client;

static FILE *
shell(const char *line)
{
	fflush(stdout);
	return popen(line, "r"); // NOLINT(cert-env33-c): the line is ours
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
add_id(struct ids *ids, const char *hex)
{
	if (ids->n == ids->cap) {
		ids->cap *= 2;
		ids->hex = reallocarray(ids->hex, ids->cap, sizeof(*ids->hex));
	}
	size_t len = strnlen(hex, sizeof(*ids->hex) - 1);
	memcpy(ids->hex[ids->n], hex, len);
	ids->hex[ids->n++][len] = '\0';
}

static struct ids
new_ids(void)
{
	return (struct ids){calloc(64, RIAD_OID_HEX_MAX + 1), 0, 64};
}

/* Each line of a command's output. */
static struct ids
lines_of(const char *cmd)
{
	struct ids ids = new_ids();
	char line[256];

	FILE *f = shell(cmd);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add_id(&ids, line);
	}
	pclose(f);
	return ids;
}

static size_t
missing(const struct ids *of, const struct ids *from)
{
	size_t bad = 0;

	for (size_t i = 0; i < of->n; i++)
		bad += from->n == 0 || bsearch(of->hex[i], from->hex, from->n,
					   sizeof(*from->hex), by_name) == NULL;
	return bad;
}

static int
on_found(void *ctx, const struct riad_oid *oid, enum riad_type type,
    uint32_t name_hash)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	(void)type;
	(void)name_hash;
	add_id(ctx, riad_oid_hex(hex, oid, odb->hash_len));
	return 0;
}

static bool
is_known(void *ctx, const struct riad_oid *oid)
{
	(void)ctx;
	return riad_oidmap_get(&client, oid) != -1;
}

static int
get_size(void *ctx, const struct riad_oid *oid, uint64_t *size)
{
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	(void)ctx;
	int r = odb->read(odb->ctx, oid, &type, &data, &len);
	*size = len;
	return r;
}

static struct riad_oid
oid_of(const char *hex)
{
	struct riad_oid oid;

	riad_oid_parse(&oid, hex, strlen(hex), RIAD_SHA1_LEN);
	return oid;
}

static struct riad_patterns *
read_patterns(const char *name)
{
	char cmd[512];
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	snprintf(cmd, sizeof(cmd), "git rev-parse '%s'", name);
	struct ids ids = lines_of(cmd);
	struct riad_oid oid = oid_of(ids.hex[0]);
	free(ids.hex);
	if (odb->read(odb->ctx, &oid, &type, &data, &len) != 1)
		return NULL;
	return riad_patterns_new(data, len);
}

/* What a line of wants comes to: the trees of commits, the wanted trees and
 * blobs, the groups in ids for git; and in client what the client has. */
static struct ids trees, tips;
static char groups[8][4096];
static int ngroups;

static void
set_client(const char *args)
{
	char cmd[2048];

	riad_oidmap_free(&client);
	if (strstr(args, "--not") == NULL)
		return;
	snprintf(cmd, sizeof(cmd),
	    "for c in $(git rev-list --boundary %s | sed -n 's/^-//p'); do"
	    " git rev-parse \"$c^{tree}\"; git ls-tree -r -t \"$c\" |"
	    " awk '{ print $3 }'; done",
	    args);
	struct ids ids = lines_of(cmd);
	for (size_t i = 0; i < ids.n; i++) {
		struct riad_oid oid = oid_of(ids.hex[i]);
		riad_oidmap_put(&client, &oid, NULL);
	}
	free(ids.hex);
}

/* The ids are given as such: of "rev:path" git would remember the path. */
static void
set_group(const char *args)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "git rev-parse %s", args);
	struct ids ids = lines_of(cmd);
	char *to = groups[ngroups++];
	*to = '\0';
	for (size_t i = 0; i < ids.n; i++)
		to += sprintf(to, " %.60s", ids.hex[i]);
	free(ids.hex);
}

static void
set_wants(const char *args)
{
	char cmd[2048], all[512], *save;

	snprintf(all, sizeof(all), "%s", args);
	ngroups = 0;
	for (char *g = strtok_r(all, "|", &save); g != NULL;
	     g = strtok_r(NULL, "|", &save))
		set_group(g);
	snprintf(all, sizeof(all), "%s", args);
	for (char *bar; (bar = strchr(all, '|')) != NULL;)
		*bar = ' ';
	set_client(all);

	free(trees.hex);
	free(tips.hex);
	snprintf(cmd, sizeof(cmd), "git log --format=%%T %s 2>/dev/null", all);
	trees = lines_of(cmd);

	/* With a tag comes what it leads to. */
	snprintf(cmd, sizeof(cmd),
	    "git rev-parse %s | grep -v '^^' | sed 's/$/^{}/' |"
	    " git cat-file --batch-check='%%(objecttype) %%(objectname)' |"
	    " grep -E '^(tree|blob)'",
	    all);
	tips = lines_of(cmd);
}

static void
add_tips(struct riad_filterwalk *w)
{
	for (size_t i = 0; i < trees.n; i++) {
		struct riad_oid oid = oid_of(trees.hex[i]);
		riad_filterwalk_root(w, &oid);
	}
	for (size_t i = 0; i < tips.n; i++) {
		struct riad_oid oid = oid_of(tips.hex[i] + 5);
		riad_filterwalk_want(
		    w, &oid, tips.hex[i][0] == 't' ? RIAD_TREE : RIAD_BLOB);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ids
ours(const char *spec)
{
	struct ids ids = new_ids();
	struct riad_filter *f;
	struct riad_patterns *patterns[RIAD_FILTER_SPARSE_MAX] = {NULL};
	const struct riad_filterwalk_calls calls = {
	    .ctx = &ids,
	    .found = on_found,
	    .known = is_known,
	    .size = get_size,
	};
	char why[256];

	if (riad_filter_parse(&f, spec, strlen(spec), why) == -1) {
		ok(0, "%s: %s", spec, why);
		return ids;
	}
	size_t n = riad_filter_sparse_count(f);
	for (size_t i = 0; i < n; i++)
		patterns[i] = read_patterns(riad_filter_sparse(f, i));

	struct riad_filterwalk *w =
	    riad_filterwalk_new(odb, f, patterns, &calls);
	add_tips(w);
	double t = now();
	if (riad_filterwalk_run(w) == -1)
		ok(0, "%s: %s", spec, riad_filterwalk_why(w));
	t = now() - t;
	if (t > 0.05)
		printf("# %.3f s\n", t);
	riad_filterwalk_free(w);
	for (size_t i = 0; i < n; i++)
		riad_patterns_free(patterns[i]);
	riad_filter_free(f);
	qsort(ids.hex, ids.n, sizeof(*ids.hex), by_name);
	return ids;
}

/* Trees and blobs, each once, in order. */
static struct ids
gits(const char *spec)
{
	struct ids ids = new_ids();
	size_t n = 0;

	for (int i = 0; i < ngroups; i++) {
		char cmd[sizeof(groups) + 512], line[256];

		snprintf(cmd, sizeof(cmd),
		    "git rev-list --objects --no-object-names --filter='%s' %s",
		    spec, groups[i]);
		FILE *f = shell(cmd);
		while (fgets(line, sizeof(line), f) != NULL) {
			struct riad_oid oid = oid_of(line);
			enum riad_type type = 0;

			line[strcspn(line, "\n")] = '\0';
			odb->type(odb->ctx, &oid, &type);
			if (type == RIAD_TREE || type == RIAD_BLOB)
				add_id(&ids, line);
		}
		pclose(f);
	}
	qsort(ids.hex, ids.n, sizeof(*ids.hex), by_name);
	for (size_t i = 0; i < ids.n; i++) {
		if (n == 0 || strcmp(ids.hex[n - 1], ids.hex[i]) != 0)
			memmove(ids.hex[n++], ids.hex[i], sizeof(*ids.hex));
	}
	ids.n = n;
	return ids;
}

static void
test(const char *spec, const char *args)
{
	struct ids a = ours(spec), b = gits(spec);
	size_t more = missing(&a, &b), less = missing(&b, &a);

	ok(more == 0 && less == 0 && a.n == b.n, "%s %s: %zu objects", spec,
	    args, a.n);
	if (more != 0 || less != 0)
		printf("# %zu more, %zu less\n", more, less);
	free(a.hex);
	free(b.hex);
}

/* All that git finds, and nothing that one of the parts leaves out. */
static void
test_two(const char *one, const char *two)
{
	char spec[256];

	snprintf(spec, sizeof(spec), "combine:%s+%s", one, two);
	struct ids a = ours(spec), b = gits(spec);
	struct ids c = gits(one), d = gits(two);
	ok(missing(&b, &a) == 0 && missing(&a, &c) == 0 && missing(&a, &d) == 0,
	    "%s: %zu objects, git has %zu", spec, a.n, b.n);
	free(a.hex);
	free(b.hex);
	free(c.hex);
	free(d.hex);
}

/* What is wrong with a specification is said in git's words. */
static void
test_errors(void)
{
	static const char *const bad[] = {"", "x", "tree:", "tree:-1",
	    "tree:1x", "tree:99999999999999999999",
	    "blob:limit=", "blob:limit=1kk", "blob:none=", "sparse:path=x",
	    "object:type=x", "object:type=", "combine:", "combine:tree:1+",
	    "combine:+tree:1", "combine:tree:1++blob:none",
	    "combine:tree:1+blob:none~", "combine:sparse:oid=a b",
	    "combine:sparse:oid=a?", "combine:combine:tree:1%2btree",
	    "combine:x%25y"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char cmd[512], line[256] = "", why[256] = "";
		struct riad_filter *f;

		snprintf(cmd, sizeof(cmd),
		    "git rev-list --objects --filter='%s' one 2>&1 |"
		    " sed -n 's/^fatal: //p'",
		    bad[i]);
		FILE *out = shell(cmd);
		if (fgets(line, sizeof(line), out) != NULL)
			line[strcspn(line, "\n")] = '\0';
		pclose(out);
		int r = riad_filter_parse(&f, bad[i], strlen(bad[i]), why);
		ok(r == -1 && strcmp(line, why) == 0, "'%s': %s", bad[i], why);
		if (strcmp(line, why) != 0)
			printf("# git: %s\n", line);
		riad_filter_free(f);
	}
}

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

/* Patterns of all kinds on a tree of many paths, each with its own blob. */
static void
test_patterns(void)
{
	static const char letters[] = "abc/*?[]!-^\\ \n\n**//ab";
	uint32_t seed = 3;

	ok(sh("git checkout -q --orphan paths && git rm -q -rf . && set -e;"
	      "for i in . a b ab a/a a/b b/a b/ab ab/a a/b/a a/b/b; do"
	      " mkdir -p $i; for f in c ac b-c 'c '; do"
	      " echo \"$i/$f\" >\"$i/$f\"; done; done; git add -A;"
	      "git commit -q -m paths"),
	    "many paths");
	set_wants("paths");
	for (int i = 0; i < 60; i++) {
		char text[48], spec[64], cmd[256];
		size_t len = 2 + rnd(&seed, sizeof(text) - 2);
		int n = 0;

		for (size_t k = 0; k < len; k++)
			text[k] = letters[rnd(&seed, sizeof(letters) - 1)];
		FILE *f = fopen(".git/patterns", "w");
		fwrite(text, 1, len, f);
		fclose(f);
		struct ids id = lines_of("git hash-object -w .git/patterns");
		snprintf(spec, sizeof(spec), "sparse:oid=%s", id.hex[0]);
		free(id.hex);
		test(spec, "paths");

		/* The other way that git has to match such patterns. */
		struct riad_patterns *p = riad_patterns_new(text, len);
		snprintf(cmd, sizeof(cmd),
		    "cp .git/patterns .git/info/exclude;"
		    "git ls-tree -z --name-only HEAD |"
		    " git check-ignore --no-index -v -n -z --stdin");
		FILE *out = shell(cmd);
		char *field = NULL, pattern[64] = "";
		size_t cap = 0;
		int bad = 0;
		for (; getdelim(&field, &cap, '\0', out) != -1; n++) {
			if (n % 4 == 2)
				snprintf(pattern, sizeof(pattern), "%s", field);
			if (n % 4 != 3)
				continue;
			uint32_t inner;
			bool dir = strcmp(field, "a") == 0 ||
				   strcmp(field, "b") == 0 ||
				   strcmp(field, "ab") == 0;
			int got = riad_patterns_match(p, RIAD_PATTERN_ALONE,
			    field, strlen(field), dir ? &inner : NULL);
			bool want = pattern[0] != '\0' && pattern[0] != '!';
			bad += got != (int)want;
		}
		pclose(out);
		free(field);
		ok(bad == 0 && n == 28, "and as git check-ignore has it");
		riad_patterns_free(p);
	}
}

static void
test_all(void)
{
	const size_t nparts = sizeof(parts) / sizeof(parts[0]);

	for (size_t k = 0; k < sizeof(wants) / sizeof(wants[0]); k++) {
		set_wants(wants[k]);
		for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
			test(specs[i], wants[k]);
	}
	for (size_t k = 0; k < 2; k++) {
		set_wants(k == 0 ? "two six | t-tree" : "seven");
		for (size_t i = 0; i < nparts * nparts; i++) {
			if (i / nparts <= i % nparts)
				test_two(parts[i / nparts], parts[i % nparts]);
		}
	}
	test_errors();
}

static int
open_repo(const char *dir)
{
	char why[512];

	if (riad_repo_open(&repo, dir, false, why) == -1) {
		ok(0, "open: %s", why);
		return -1;
	}
	odb = riad_repo_odb(repo);
	return 0;
}

int
main(int argc, char *argv[])
{
	char args[4096] = "";

	riad_oidmap_init(&client, MAX_IDS);
	if (argc > 2) {
		for (int i = 3; i < argc; i++) {
			strncat(args, " ", sizeof(args) - strlen(args) - 1);
			strncat(args, argv[i], sizeof(args) - strlen(args) - 1);
		}
		if (chdir(argv[1]) == 0 && open_repo(".") == 0) {
			set_wants(args);
			test(argv[2], args);
		}
		riad_repo_free(repo);
		return tap_done();
	}
	if (!have_git()) {
		puts("1..0 # SKIP git is not installed");
		return 0;
	}
	scratch_enter();
	ok(sh("%s", make_repo), "make a repository");
	if (open_repo(".") == 0) {
		test_all();
		test_patterns();
	}
	riad_repo_free(repo);
	riad_oidmap_free(&client);
	free(trees.hex);
	free(tips.hex);
	return tap_done();
}
