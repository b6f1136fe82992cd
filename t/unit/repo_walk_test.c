/* SPDX-License-Identifier: ISC */
/*
 * The walk lists what git rev-list --objects does, on a repository made for
 * the purpose; or on another, as in
 *
 *	repo_walk_test git.git v2.1.0 v2.2.0 --not v2.0.0
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/repo.h"
#include "riad/walk.h"
#include "tap.h"

static const char make_repo[] =
    "set -e; cd '%s'; export GIT_CONFIG_NOSYSTEM=1 HOME=$PWD\n"
    "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a\n"
    "export GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c\n"
    "git init -q -b line .; git config advice.nestedTag false\n"
    "t=1600000000\n"
    "tick() { t=$((t + 3600)); export GIT_AUTHOR_DATE=\"@$t +0000\"\n"
    "	export GIT_COMMITTER_DATE=\"@$t +0000\"; }\n"
    "com() { tick; git add -A; git commit -q --allow-empty -m \"$1\"\n"
    "	git tag \"$1\"; }\n"
    "chg() { mkdir -p d/e \"d/$1\"; echo \"$1\" >>f; echo \"$1\" >d/e/$1\n"
    "	echo same >\"d/$1/x\"; com \"$1\"; }\n"
    "mrg() { m=$1; shift; tick\n"
    "	git merge -q -s ours -m \"$m\" \"$@\"; git tag \"$m\"; }\n"
    /* a line, an empty commit, and a change taken back */
    "chg l1; chg l2; chg l3; com empty; git rm -q -r d/l3 d/e/l3\n"
    "git checkout -q l2 -- f; com back\n"
    /* merges, an octopus, criss-cross */
    "git checkout -q -b a l2; chg a1; chg a2\n"
    "git checkout -q -b b l3; chg b1\n"
    "git checkout -q -b c l1; chg c1\n"
    "git checkout -q a; mrg ab b1; git checkout -q b; mrg ba a2\n"
    "git checkout -q a; chg a3; mrg octo b c line; chg a4\n"
    /* a history of its own, merged */
    "git checkout -q --orphan o; git rm -q -rf .; chg o1; chg o2\n"
    "git checkout -q a; tick\n"
    "git merge -q --allow-unrelated-histories -s ours -m om o2; git tag om\n"
    /* the same blob under many names; a submodule; modes */
    "mkdir m; for i in 1 2 3 4 5; do cp f m/$i; cp -r d m/d$i; done\n"
    "ln -s f link; echo x >run; chmod +x run\n"
    "git update-index --add --cacheinfo 160000,$(git rev-parse l1),sub\n"
    "tick; git add m link run; git commit -q -m many; git tag many\n"
    /* tags of a commit, a tag, a tree, a blob */
    "tick; git tag -a -m x t-commit a3; git tag -a -m x t-tag t-commit\n"
    "git tag -a -m x t-tree a3:d; git tag -a -m x t-blob a3:f\n"
    "git tag tree b1:d; git tag blob c1:f\n"
    /* clocks: years back, ahead, back on the side of the client alone */
    "git checkout -q -b s l2; chg s1; t=100; chg s2; t=1700000000; chg s3\n"
    "t=1500000000; chg s4; git checkout -q -b s5 s3; t=200; chg s5\n"
    "chg s6; t=1800000000; chg s7\n";

/* Wants, and haves after "--not". */
static const char *const cases[] = {
    "line",
    "--not line",
    "line --not line",
    "line --not l1",
    "back --not l3",
    "back --not empty",
    "empty --not l3",
    "l1 --not line",
    "a --not b",
    "b --not a",
    "ab --not ba",
    "ba --not ab",
    "ab ba --not a2 b1",
    "a4 --not b c line",
    "octo --not a3 c1",
    "octo --not l1",
    "om --not octo",
    "om --not o1",
    "om --not o2 a4",
    "o2 --not a4",
    "many --not om",
    "many",
    "t-commit --not a1",
    "t-tag --not t-commit",
    "t-tag",
    "t-tag t-commit a3 --not b1",
    "a4 --not t-tag",
    "many --not t-tag o1",
    "t-tree",
    "t-tree --not b1",
    "t-blob",
    "t-blob t-tree tree blob line --not a1",
    "tree",
    "blob",
    "a3^{tree}",
    "a3^{tree} --not tree",
    "a3^{tree} --not t-tree",
    "a3:f --not a3:f",
    "a4 --not a3:d a3:f",
    "s4 --not l2",
    "s4 --not s1",
    "s2 --not s3",
    "s3 --not s4",
    "s7 --not s4",
    "s4 --not s7",
    "s7 line --not s4 a",
    "line --not s7",
    "l3 --not s7",
    "s1 --not s7",
    "s2 --not s7",
    "--all",
    "--all --not line",
    "--all --not a4 t-tree s7",
};

static struct riad_repo *repo;
static const char *dir;

static FILE *
shell(const char *line)
{
	return popen(line, "r"); // NOLINT(cert-env33-c): the line is ours
}

static FILE *
git(const char *cmd, const char *args)
{
	char line[4096];

	snprintf(line, sizeof(line), "git -C '%s' %s %s", dir, cmd, args);
	return shell(line);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static struct riad_walk *
run_walk(const char *args)
{
	struct riad_walk *w = riad_walk_new(riad_repo_odb(repo));
	char line[256];

	FILE *f = git("rev-parse", args);
	while (fgets(line, sizeof(line), f) != NULL) {
		bool have = line[0] == '^';
		struct riad_oid oid;

		if (riad_oid_parse(&oid, line + have, strlen(line + have),
			RIAD_SHA1_LEN) == -1)
			continue;
		if (have)
			riad_walk_have(w, &oid);
		else
			riad_walk_want(w, &oid);
	}
	pclose(f);
	if (riad_walk_run(w, NULL, NULL) == -1) {
		printf("# %s\n", riad_walk_why(w));
		riad_walk_free(w);
		return NULL;
	}
	return w;
}

/* How many lines of git's are not in ours, which is sorted, or -1. */
static int
compare(char (*ours)[RIAD_OID_HEX_MAX + 1], uint32_t n, const char *args)
{
	char line[256];
	int bad = 0;
	uint32_t lines = 0;

	FILE *f = git("rev-list --objects --no-object-names", args);
	for (; fgets(line, sizeof(line), f) != NULL; lines++) {
		line[strcspn(line, "\n")] = '\0';
		bad += n == 0 ||
		       bsearch(line, ours, n, sizeof(*ours), by_name) == NULL;
	}
	if (pclose(f) != 0)
		return -1;
	if (lines != n)
		printf("# %u objects, git has %u\n", n, lines);
	return bad + (lines != n);
}

static void
test(const char *args)
{
	struct timespec t0, t1;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	struct riad_walk *w = run_walk(args);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	ok(w != NULL, "%s", args);
	if (w == NULL)
		return;

	uint32_t n = riad_walk_count(w);
	char(*hex)[RIAD_OID_HEX_MAX + 1] = calloc(n + 1, sizeof(*hex));
	for (uint32_t i = 0; i < n; i++)
		riad_oid_hex(hex[i], riad_walk_oid(w, i), RIAD_SHA1_LEN);
	qsort(hex, n, sizeof(*hex), by_name);
	riad_walk_free(w);
	ok(compare(hex, n, args) == 0, "  %u objects as git has them", n);
	free(hex);
	printf("# %.3f s\n", (double)(t1.tv_sec - t0.tv_sec) +
				 (double)(t1.tv_nsec - t0.tv_nsec) / 1e9);
}

static int
open_repo(void)
{
	char why[512];

	if (riad_repo_open(&repo, dir, false, why) == -1) {
		ok(0, "open: %s", why);
		return -1;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	char tmp[] = "/tmp/riad-walk.XXXXXX", cmd[8192] = "";

	if (argc > 1) {
		for (int i = 2; i < argc; i++) {
			strncat(cmd, " ", sizeof(cmd) - strlen(cmd) - 1);
			strncat(cmd, argv[i], sizeof(cmd) - strlen(cmd) - 1);
		}
		dir = argv[1];
		if (open_repo() == 0)
			test(cmd);
		riad_repo_free(repo);
		return tap_done();
	}
	if (pclose(shell("git --version >/dev/null 2>&1")) != 0) {
		puts("1..0 # SKIP git is not installed");
		return 0;
	}

	dir = mkdtemp(tmp);
	snprintf(cmd, sizeof(cmd), make_repo, dir);
	ok(pclose(shell(cmd)) == 0, "make a repository");
	if (open_repo() == 0) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
			test(cases[i]);
	}
	riad_repo_free(repo);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	ok(pclose(shell(cmd)) == 0, "remove it");
	return tap_done();
}
