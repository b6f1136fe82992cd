/* SPDX-License-Identifier: ISC */
/* References as git's for-each-ref and its server list them. */

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "riad/buf.h"
#include "riad/repo.h"
#include "scratch.h"
#include "tap.h"

/* "ID NAME [-> TARGET] [^PEELED] [unborn] [broken]" for each. */
static int
add(void *ctx, const struct riad_ref *ref)
{
	struct riad_buf *buf = ctx;
	char hex[RIAD_OID_HEX_MAX + 1];

	if (ref->unborn)
		riad_buf_addstr(buf, "unborn");
	else
		riad_buf_addstr(buf, riad_oid_hex(hex, &ref->oid, 20));
	riad_buf_addf(buf, " %s", ref->name);
	if (ref->target != NULL)
		riad_buf_addf(buf, " -> %s", ref->target);
	if (ref->has_peeled)
		riad_buf_addf(buf, " ^%s", riad_oid_hex(hex, &ref->peeled, 20));
	if (ref->broken)
		riad_buf_addstr(buf, " broken");
	riad_buf_addc(buf, '\n');
	return strcmp(ref->name, "refs/heads/stop") == 0 ? 5 : 0;
}

static struct riad_repo *
open_repo(const char *dir)
{
	struct riad_repo *repo;
	char why[512];

	if (riad_repo_open(&repo, dir, false, why) == -1) {
		printf("Bail out! %s: %s\n", dir, why);
		exit(1);
	}
	return repo;
}

static void
read_cmd(struct riad_buf *buf, const char *cmd)
{
	int c;

	FILE *f = popen(cmd, "r"); // NOLINT(cert-env33-c): the line is ours
	while ((c = getc(f)) != EOF)
		riad_buf_addc(buf, (char)c);
	pclose(f);
}

static void
same(const char *name, struct riad_buf *got, struct riad_buf *want)
{
	const char *g = riad_buf_str(got), *w = riad_buf_str(want);

	ok(strcmp(g, w) == 0, "%s", name);
	if (strcmp(g, w) != 0)
		printf("# got\n%s\n# want\n%s\n", g, w);
	riad_buf_free(got);
	riad_buf_free(want);
}

/* All but HEAD, and with the prefixes in turn, by for-each-ref. */
static void
compare(const char *name, const char *dir)
{
	static const char *const prefixes[] = {"", "refs/", "refs/heads/",
	    "refs/tags/", "refs/heads/m", "refs/heads/main", "refs/x/", "re",
	    "refs/heads/a/b/", "refs/heads/a.", "refs/bisect/",
	    "refs/worktree/"};
	struct riad_buf got, want;
	char cmd[512];
	int bad = 0;

	struct riad_repo *repo = open_repo(dir);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		snprintf(cmd, sizeof(cmd),
		    "export GIT_DIR='%s'; { git show-ref -d; git for-each-ref "
		    "--format='%%(objectname) %%(refname)%%(if)%%(symref)"
		    "%%(then) -> %%(symref)%%(end)'; } 2>/dev/null | awk '"
		    "/\\^{}$/ { sub(/\\^{}$/, \"\"); p[$2] = \" ^\" $1; next }"
		    "!seen[$2]++ { next } { print $0 p[$2] }' |"
		    "awk 'index($2, \"%s\") == 1'",
		    dir, i < 2 ? "refs/" : prefixes[i]);
		riad_buf_init(&got, 1 << 20);
		riad_buf_init(&want, 1 << 20);
		read_cmd(&want, cmd);
		int r = riad_repo_refs_below(
		    repo, true, &prefixes[i], 1, add, &got);
		const char *s = riad_buf_str(&got);
		if (i == 0) /* HEAD is in that one */
			s = strchr(s, '\n') + 1;
		if (r != 0 || strcmp(s, riad_buf_str(&want)) != 0) {
			printf("# %s: %d %s\n%s\n# want\n%s\n", prefixes[i], r,
			    riad_repo_why(repo), s, riad_buf_str(&want));
			bad++;
		}
		riad_buf_free(&got);
		riad_buf_free(&want);
	}
	ok(bad == 0, "%s", name);
	riad_repo_free(repo);
}

static void
head(const char *name, const char *dir, const char *want)
{
	static const char *const prefix = "HEAD";
	struct riad_buf got, copy;
	struct riad_repo *repo = open_repo(dir);

	riad_buf_init(&got, 1 << 20);
	riad_buf_init(&copy, 1 << 20);
	riad_repo_refs_below(repo, false, &prefix, 1, add, &got);
	riad_buf_addstr(&copy, want);
	same(name, &got, &copy);
	riad_repo_free(repo);
}

static void
test_lists(void)
{
	ok(sh("git init -q -b main r && cd r &&"
	      "git commit -q --allow-empty -m 1 && git branch a/b/c &&"
	      "git branch a.b && git branch a-b && git branch z &&"
	      "git tag light && git tag -a -m x v1 && git tag -a -m x v2 v1"
	      " 2>/dev/null && git tag -a -m x tree HEAD^{tree} &&"
	      "git symbolic-ref refs/remotes/o/HEAD refs/heads/z &&"
	      "git symbolic-ref refs/heads/sym refs/heads/main"),
	    "a repository");
	compare("loose references", "r/.git");
	sh("cd r && git pack-refs --all");
	compare("packed ones", "r/.git");
	sh("cd r && git commit -q --allow-empty -m 2 && git tag -f -a -m y v1 "
	   ">/dev/null && git branch -d -q a/b/c && git branch a/b/d &&"
	   "git branch m && git branch zz && git branch -D a.b >/dev/null");
	compare("some of each", "r/.git");
	sh("cd r && for i in 1 2 3 4 5 6 7 8 9; do git branch q$i; done &&"
	   "git pack-refs --all && git branch q0 && git branch q55 &&"
	   "git commit -q --allow-empty -m 3 && git branch -f q5");
	compare("more", "r/.git");

	sh("cd r && sed -i -e '1s/.*/# pack-refs with: peeled /' "
	   ".git/packed-refs");
	compare("peeled tags alone", "r/.git");
	sh("cd r && sed -i -e 1d .git/packed-refs && "
	   "tac .git/packed-refs >x && grep -v '\\^' x >.git/packed-refs");
	compare("out of order, none peeled", "r/.git");
	sh("cd r && printf '%%s refs/heads/aa\\n' $(git rev-parse HEAD)"
	   ">.git/packed-refs.new && sort -k2 .git/packed-refs |"
	   "sed 's/$/x/;s/x$//' >>.git/packed-refs.new &&"
	   "mv .git/packed-refs.new .git/packed-refs && git pack-refs --all");
	compare("packed again", "r/.git");
}

static void
test_odd_files(void)
{
	ok(sh("cp -r r odd && cd odd/.git/refs/heads &&"
	      "h=$(git rev-parse HEAD) && echo $h >main &&"
	      "cp main x.lock && cp main .hidden && mkdir dir.lock emptydir &&"
	      "cp main dir.lock/x && ln -s refs/heads/z linked &&"
	      "ln -s ../../../elsewhere away && cp main ../../../elsewhere &&"
	      "ln -s nowhere dangling && ln -s refs/heads/none dangling2 &&"
	      "echo 'ref: refs/heads/none' >dangling3 &&"
	      "echo 'ref:refs/heads/z   ' >spaces &&"
	      "{ cat main; echo more; } >more && ln -s ../tags tags &&"
	      "echo 'ref: refs/heads/loop2' >loop1 &&"
	      "echo 'ref: refs/heads/loop1' >loop2 &&"
	      "for i in 1 2 3 4 5; do echo \"ref: refs/heads/s$((i + 1))\" "
	      ">s$i; done; cat main >s6"),
	    "odd files");
	compare("odd files", "odd/.git");

	/* A directory in itself: git goes forty deep. */
	sh("cd odd/.git/refs && ln -s . heads/self && ln -s ../heads tags/h");
	struct riad_repo *repo = open_repo("odd");
	struct riad_buf got;
	riad_buf_init(&got, 1 << 20);
	ok(riad_repo_refs(repo, false, add, &got) == 0 &&
		strstr(riad_buf_str(&got), "self/self") == NULL &&
		strstr(riad_buf_str(&got), "refs/heads/tags/h/main") == NULL &&
		strstr(riad_buf_str(&got), " refs/tags/h/main") != NULL,
	    "links in a circle");
	riad_buf_free(&got);
	riad_repo_free(repo);

	sh("cd odd/.git/refs && rm -rf heads/self tags/h && cd heads &&"
	   "rm -f s? loop? && echo garbage >bad1 && : >bad2 && mkfifo bad3 &&"
	   "head -c 30 main >bad4 && { cat main | tr -d '\\n'; echo x; } >bad5"
	   "&& echo 'ref: refs/heads/..' >bad6 && echo 'ref: ' >bad7 &&"
	   "echo 0000000000000000000000000000000000000000 >bad8 &&"
	   "cp main 'sp ace' && cp main \"$(printf 'new\\nline')\"");
	repo = open_repo("odd");
	riad_buf_init(&got, 1 << 20);
	ok(riad_repo_refs(repo, true, add, &got) == 0, "bad files");
	for (int i = 1; i <= 8; i++) {
		char line[128];
		snprintf(line, sizeof(line),
		    "0000000000000000000000000000000000000000 "
		    "refs/heads/bad%d broken\n",
		    i);
		ok(strstr(riad_buf_str(&got), line) != NULL, "  %d", i);
	}
	ok(strstr(riad_buf_str(&got), "sp ace") == NULL &&
		strstr(riad_buf_str(&got), "line") == NULL,
	    "  what is no name is left out");
	riad_buf_free(&got);
	riad_repo_free(repo);

	/* An object that is not there: only looked for where it matters. */
	sh("cd r && echo 1111111111111111111111111111111111111111 "
	   ">.git/refs/heads/missing");
	for (int paranoid = 1; paranoid >= 0; paranoid--) {
		static const char *const prefix = "refs/heads/missing";
		for (int peel = 0; peel < 2; peel++) {
			setenv("GIT_REF_PARANOIA", paranoid ? "1" : "0", 1);
			repo = open_repo("r");
			riad_buf_init(&got, 1 << 20);
			riad_repo_refs_below(repo, peel, &prefix, 1, add, &got);
			const char *want =
			    !paranoid ? ""
			    : peel ? "1111111111111111111111111111111111111111"
				     " refs/heads/missing broken\n"
				   : "1111111111111111111111111111111111111111"
				     " refs/heads/missing\n";
			ok(strcmp(riad_buf_str(&got), want) == 0,
			    "missing, paranoid %d, peel %d", paranoid, peel);
			riad_buf_free(&got);
			riad_repo_free(repo);
		}
	}
	unsetenv("GIT_REF_PARANOIA");
	sh("rm r/.git/refs/heads/missing");
}

static void
test_heads(void)
{
	struct riad_buf id;
	char want[256];

	riad_buf_init(&id, 100);
	read_cmd(&id, "git -C r rev-parse z | tr -d '\\n'");
	const char *hex = riad_buf_str(&id);
	ok(sh("cd r && git symbolic-ref HEAD refs/heads/z"), "HEAD");
	snprintf(want, sizeof(want), "%s HEAD -> refs/heads/z\n", hex);
	head("  of a branch", "r", want);
	sh("cd r && git symbolic-ref refs/heads/two refs/heads/z &&"
	   "git symbolic-ref HEAD refs/heads/two");
	head("  of a symbolic one", "r", want);
	snprintf(want, sizeof(want), "%s HEAD\n", hex);
	sh("cd r && h=$(git rev-parse z) && echo $h >.git/HEAD");
	head("  detached", "r", want);
	sh("cd r && git symbolic-ref HEAD refs/heads/unborn");
	head("  unborn", "r", "unborn HEAD -> refs/heads/unborn\n");
	sh("cd r && git symbolic-ref HEAD refs/heads/HEAD &&"
	   "git symbolic-ref refs/heads/HEAD refs/heads/HEAD");
	head("  in a circle", "r", "");
	sh("cd r && git update-ref --no-deref -d refs/heads/HEAD;"
	   "rm -f .git/refs/heads/HEAD; git symbolic-ref HEAD refs/heads/main");

	/* A link, as git had it once. */
	sh("cd r && rm .git/HEAD && ln -s refs/heads/z .git/HEAD");
	snprintf(want, sizeof(want), "%s HEAD -> refs/heads/z\n", hex);
	head("  a link", "r", want);
	sh("cd r && rm .git/HEAD && git init -q -b main");

	struct riad_repo *repo = open_repo("r");
	struct riad_ref ref;
	ok(riad_repo_ref(repo, "refs/heads/z", &ref) == 1 &&
		ref.target == NULL && strcmp(ref.full_name, ref.name) == 0,
	    "one by its name");
	ok(riad_repo_ref(repo, "HEAD", &ref) == 1 &&
		strcmp(ref.target, "refs/heads/main") == 0,
	    "HEAD by its name");
	static const char *const none[] = {"refs/heads/none", "refs/heads",
	    "refs/heads/", "refs/../HEAD", "config", "/etc/passwd", "", "refs/",
	    "FETCH_HEAD", "main", "refs/heads/z/x", "refs/heads/dangling"};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(riad_repo_ref(repo, none[i], &ref) == 0, "not '%s'",
		    none[i]);

	/* Packed and deleted behind our back. */
	ok(sh("cd r && git branch late && git pack-refs --all --prune"),
	    "packed meanwhile");
	ok(riad_repo_ref(repo, "refs/heads/late", &ref) == 1, "  is seen");
	sh("cd r && git branch -q -D late");
	ok(riad_repo_ref(repo, "refs/heads/late", &ref) == 0, "  as it goes");

	struct riad_buf got;
	riad_buf_init(&got, 1 << 20);
	sh("cd r && git branch stop");
	ok(riad_repo_refs(repo, false, add, &got) == 5 &&
		strstr(riad_buf_str(&got), "refs/heads/stop\n") ==
		    (char *)got.data + got.len - 16,
	    "a list ends where it is told to");
	sh("cd r && git branch -q -D stop");
	riad_buf_free(&got);
	riad_buf_free(&id);
	riad_repo_free(repo);
}

/*
 * What was there before is never missing while it is packed.  Symbolic ones
 * never are, and reading them takes a while, after which comes what is below.
 */
static void
test_race(void)
{
	struct riad_buf id;
	int missing = 0, lists = 0;

	riad_buf_init(&id, 100);
	ok(sh("git init -q -b main race && cd race &&"
	      "git commit -q --allow-empty -m 1 && : >run &&"
	      "mkdir .git/refs/heads/n && cd .git/refs/heads &&"
	      "for i in $(seq 1000); do"
	      " echo 'ref: refs/heads/main' >s$i; done"),
	    "a repository");
	read_cmd(&id, "git -C race rev-parse main");
	ok(sh("cd race && { while test -e run; do git pack-refs --all --prune;"
	      " done; touch done; } >/dev/null 2>&1 &"),
	    "  that is packed all the time");
	struct riad_repo *repo = open_repo("race");
	for (time_t end = time(NULL) + 3; time(NULL) < end; lists++) {
		struct riad_buf got;
		struct riad_ref ref;
		char name[64], line[64];

		snprintf(
		    name, sizeof(name), "race/.git/refs/heads/n/%d", lists);
		FILE *f = fopen(name, "we");
		if (f == NULL) { /* the directory went as it was empty */
			mkdir("race/.git/refs/heads/n", 0777);
			continue;
		}
		fputs(riad_buf_str(&id), f);
		fclose(f);
		riad_buf_init(&got, 1 << 20);
		missing += riad_repo_refs(repo, false, add, &got) != 0;
		snprintf(line, sizeof(line), "%s\n", name + 10);
		missing += strstr(riad_buf_str(&got), line) == NULL;
		missing += riad_repo_ref(repo, name + 10, &ref) != 1;
		riad_buf_free(&got);
	}
	ok(missing == 0, "  of %d none is missing", lists);
	riad_repo_free(repo);
	riad_buf_free(&id);
	sh("cd race && rm run && while ! test -e done; do sleep 0.1; done");
}

static void
test_worktree(void)
{
	ok(sh("cd r && git worktree add -q --detach ../w HEAD~1 2>/dev/null &&"
	      "git update-ref refs/bisect/main HEAD &&"
	      "git -C ../w update-ref refs/bisect/w HEAD &&"
	      "git -C ../w update-ref refs/worktree/a/b HEAD &&"
	      "git -C ../w update-ref refs/rewritten/x HEAD &&"
	      "git -C ../w update-ref refs/heads/shared HEAD"),
	    "a worktree");
	compare("the main one", "r/.git");
	compare("the other", "r/.git/worktrees/w");
	struct riad_repo *repo = open_repo("w");
	struct riad_ref ref;
	ok(riad_repo_ref(repo, "refs/bisect/w", &ref) == 1 &&
		riad_repo_ref(repo, "refs/bisect/main", &ref) == 0 &&
		riad_repo_ref(repo, "refs/heads/z", &ref) == 1,
	    "by its file, by names");
	riad_repo_free(repo);
}

static void
test_namespace(void)
{
	struct riad_buf got;

	ok(sh("cd r && git update-ref refs/namespaces/n/refs/heads/x HEAD &&"
	      "git update-ref refs/namespaces/n/refs/namespaces/m/refs/heads/y "
	      "HEAD && git symbolic-ref refs/namespaces/n/HEAD "
	      "refs/namespaces/n/refs/heads/x && git pack-refs --all"),
	    "namespaces");
	static const char *const names[] = {"n", "n/m", "/n//m/", "none"};
	for (int i = 0; i < 4; i++) {
		setenv("GIT_NAMESPACE", names[i], 1);
		struct riad_repo *repo = open_repo("r");
		riad_buf_init(&got, 1 << 20);
		riad_repo_refs(repo, false, add, &got);
		int lines = 0;
		for (const char *s = riad_buf_str(&got); *s != '\0'; s++)
			lines += *s == '\n';
		static const int counts[] = {3, 1, 1, 0};
		ok(lines == counts[i], "%s: %d", names[i], lines);
		if (i == 0)
			ok(strstr(riad_buf_str(&got),
			       " HEAD -> refs/heads/x\n") != NULL,
			    "  HEAD leads to where it is called");
		struct riad_ref ref;
		ok(riad_repo_ref(repo, "refs/heads/x", &ref) == (i == 0),
		    "  one by name");
		riad_buf_free(&got);
		riad_repo_free(repo);
	}
	setenv("GIT_NAMESPACE", "a..b", 1);
	struct riad_repo *repo;
	char why[512];
	ok(riad_repo_open(&repo, "r", false, why) == -1 &&
		strcmp(why, "bad git namespace path \"a..b\"") == 0,
	    "%s", why);
	unsetenv("GIT_NAMESPACE");
}

static void
test_shallow(void)
{
	const struct riad_oid *ids;
	const struct riad_grafts *grafts;
	size_t n = 0;

	ok(sh("git clone -q --bare --no-local --depth 1 --no-single-branch "
	      "\"file://$PWD/r\" s.git"),
	    "a shallow clone");
	struct riad_repo *repo = open_repo("s.git");
	ok(riad_repo_is_shallow(repo) &&
		riad_repo_shallow(repo, &ids, &n) == 0 && n >= 1 &&
		riad_repo_cuts(repo)->len == n,
	    "%zu commits", n);
	grafts = riad_repo_grafts(repo);
	ok(grafts != NULL && grafts->commits.len == 0, "no grafts");
	riad_repo_free(repo);

	setenv("GIT_SHALLOW_FILE", "", 1);
	repo = open_repo("s.git");
	ok(!riad_repo_is_shallow(repo), "GIT_SHALLOW_FILE is none");
	riad_repo_free(repo);
	setenv("GIT_SHALLOW_FILE", "other", 1);
	sh("cat s.git/shallow >s.git/other; mkdir -p s.git/info;"
	   "cd s.git && echo $(git rev-parse HEAD) $(git rev-parse HEAD)"
	   " >info/grafts");
	repo = open_repo("s.git");
	ok(riad_repo_is_shallow(repo), "or another, of the repository");
	grafts = riad_repo_grafts(repo);
	ok(grafts != NULL && grafts->commits.len == 1 && grafts->nparents == 1,
	    "grafts");
	riad_repo_free(repo);
	unsetenv("GIT_SHALLOW_FILE");

	sh("echo x >>s.git/shallow");
	repo = open_repo("s.git");
	ok(riad_repo_shallow(repo, &ids, &n) == -1 &&
		strcmp(riad_repo_why(repo), "bad shallow line: x") == 0,
	    "%s", riad_repo_why(repo));
	riad_repo_free(repo);
}

static void
test_object_dirs(void)
{
	size_t n;

	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES",
	    "/a:rel::\"/q\\\"u:o\\071te\":#c:\"open:/z", 1);
	struct riad_repo *repo = open_repo("r");
	const char *const *dirs = riad_repo_object_dirs(repo, &n);
	static const char *const want[] = {"r/.git/objects", "/a", "r/.git/rel",
	    "/q\"u:o9te", "r/.git/\"open", "/z"};
	bool good = n == 6;
	for (size_t i = 0; good && i < n; i++)
		good = strcmp(dirs[i], want[i]) == 0;
	ok(good, "directories of objects");
	for (size_t i = 0; !good && i < n; i++)
		printf("# %s\n", dirs[i]);
	riad_repo_free(repo);
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	setenv("GIT_OBJECT_DIRECTORY", "/tmp", 1);
	repo = open_repo("r");
	ok(strcmp(riad_repo_objects_dir(repo), "/tmp") == 0, "another first");
	riad_repo_free(repo);
	unsetenv("GIT_OBJECT_DIRECTORY");
}

int
main(void)
{
	scratch_enter();
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	test_lists();
	test_odd_files();
	test_heads();
	test_race();
	test_worktree();
	test_namespace();
	test_shallow();
	test_object_dirs();
	return tap_done();
}
