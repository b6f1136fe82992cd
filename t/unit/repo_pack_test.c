/* SPDX-License-Identifier: ISC */
/* Packs as git takes them: complete, and no more than git would send. */

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "riad/buf.h"
#include "riad/io.h"
#include "riad/repo.h"
#include "scratch.h"
#include "tap.h"

/* What a sink was given, and when it says no. */
struct sink {
	struct riad_pack_sink sink;
	struct riad_buf data, text;
	size_t data_max; /* fail with EPIPE beyond so much */
	int after;       /* calls after the one that failed */
	int ticks, ticks_max;
};

static int
on_data(void *ctx, const void *data, size_t len)
{
	struct sink *s = ctx;

	s->after += s->data.len > s->data_max;
	if (riad_buf_add(&s->data, data, len) == -1)
		return -1;
	if (s->data.len > s->data_max) {
		errno = EPIPE;
		return -1;
	}
	return 0;
}

static int
on_progress(void *ctx, const char *text, size_t len)
{
	struct sink *s = ctx;

	return riad_buf_add(&s->text, text, len);
}

static int
on_tick(void *ctx)
{
	struct sink *s = ctx;

	s->after += s->ticks > s->ticks_max;
	if (++s->ticks > s->ticks_max) {
		errno = ECONNRESET;
		return -1;
	}
	return 0;
}

static struct sink *
sink_new(void)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (s == NULL)
		exit(1);
	s->sink = (struct riad_pack_sink){.ctx = s,
	    .data = on_data,
	    .progress = on_progress,
	    .tick = on_tick};
	riad_buf_init(&s->data, SIZE_MAX / 2);
	riad_buf_init(&s->text, SIZE_MAX / 2);
	s->data_max = SIZE_MAX / 2;
	s->ticks_max = 1 << 30;
	return s;
}

static void
sink_free(struct sink *s)
{
	riad_buf_free(&s->data);
	riad_buf_free(&s->text);
	free(s);
}

enum { THIN = 1, OFS = 2, TAGS = 4 };

static void
save(const char *name, const struct sink *s)
{
	FILE *f = fopen(name, "we");

	if (f == NULL ||
	    (s->data.len > 0 && fwrite(s->data.data, s->data.len, 1, f) != 1))
		exit(1);
	fclose(f);
}

/* Packs what `git rev-list REVS` means in repository a, into the file "pack"
 * too if that goes well.  Returns what the engine does. */
static int
pack_of(struct sink *s, const char *revs, unsigned flags)
{
	static struct riad_oid oids[2][4096];
	static struct riad_pack_tag tags[64];
	struct riad_pack_request req = {.wants = oids[0],
	    .haves = oids[1],
	    .tags = tags,
	    .thin = (flags & THIN) != 0,
	    .ofs_delta = (flags & OFS) != 0};
	struct riad_repo *repo;
	char line[256], why[512];
	size_t n[2] = {0, 0};

	if (!sh("git -C a rev-parse %s >revs", revs))
		return -2;
	if ((flags & TAGS) != 0 &&
	    !sh("git -C a show-ref -d --tags | "
		"awk '/\\^{}$/ { print tag, $1 } { tag = $1 }' >tags"))
		return -2;
	FILE *f = fopen("revs", "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		int have = line[0] == '^';
		riad_oid_parse(&oids[have][n[have]++], line + have,
		    strlen(line + have), RIAD_SHA1_LEN);
	}
	fclose(f);
	req.nwants = n[0];
	req.nhaves = n[1];
	f = (flags & TAGS) != 0 ? fopen("tags", "re") : NULL;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		struct riad_pack_tag *t = &tags[req.ntags];
		if (riad_oid_parse(&t->tag, line, 40, RIAD_SHA1_LEN) == 40 &&
		    riad_oid_parse(&t->peeled, line + 41, strlen(line + 41),
			RIAD_SHA1_LEN) == 40)
			req.ntags++;
	}
	if (f != NULL)
		fclose(f);

	if (riad_repo_open(&repo, "a", false, why) == -1) {
		printf("# %s\n", why);
		return -1;
	}
	int r = riad_repo_pack(repo, &req, &s->sink);
	int err = errno;
	riad_repo_free(repo);
	if (r == 0)
		save("pack", s);
	errno = err;
	return r;
}

static uint32_t
count_of(const struct sink *s)
{
	const uint8_t *p = s->data.data + 8;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Whether the file "pack" is one of just the objects of `rev-list REVS`. */
static bool
is_pack_of(const char *revs)
{
	return sh(
	    "rm -rf x && git init -q x && case '%s' in *^*) o=;; "
	    "*) o=--strict;; esac; "
	    "git -C x index-pack $o --stdin <pack >/dev/null && "
	    "cat x/.git/objects/pack/*.idx | git show-index | cut -d' ' -f2 | "
	    "cut -c1-40 | sort >got && "
	    "git -C a rev-list --objects %s | cut -c1-40 | sort >want && "
	    "cmp got want",
	    revs, revs);
}

static void
try(const char *what, const char *revs, unsigned flags)
{
	struct sink *s = sink_new();

	int r = pack_of(s, revs, flags);
	ok(r == 0, "%s%s", what, s->sink.why);
	ok(r == 0 && is_pack_of(revs), "  is what git would send");
	sink_free(s);
}

static const char history[] =
    "rm -rf a; git init -q a && cd a && i=0; "
    "while [ $((i += 1)) -le 12 ]; do seq $((i * 100)) >f && "
    "mkdir -p d/e && seq $((i * 30)) >d/e/f && echo $i >g && git add . && "
    "git commit -qm $i || exit; done; git tag -am x t HEAD~2; "
    "git -c advice.nestedTag=0 tag -am y u t; git tag -am z v HEAD";

static void
test_whole(void)
{
	struct sink *s = sink_new();

	ok(sh("%s", history), "loose objects");
	try("all of them", "HEAD", OFS);
	try("half of them", "HEAD ^HEAD~5", OFS);
	try("a tag of a tag", "u", OFS);
	try("nothing", "HEAD ^HEAD", OFS);
	try("a tree and a blob", "HEAD~3^{tree} HEAD~2:f", OFS);

	ok(sh("git -C a repack -adq"), "one pack");
	try("all of it, bases by offset", "HEAD", OFS);
	try("  by id", "HEAD", 0);
	try("half of it", "HEAD ^HEAD~5", OFS);
	try("old commits, whose deltas have their bases in new ones", "HEAD~6",
	    OFS);
	try("tags as well", "u v", OFS);

	ok(pack_of(s, "HEAD", OFS) == 0, "all of it again");
	ok(strstr(riad_buf_str(&s->text), "Enumerating objects: ") != NULL &&
		strstr(riad_buf_str(&s->text),
		    "\rCounting objects: 100% (83/83), "
		    "done.\nTotal 83 (delta ") != NULL,
	    "progress");
	ok(strstr(riad_buf_str(&s->text), "reused 83 (delta ") != NULL &&
		strstr(riad_buf_str(&s->text), "Compressing") == NULL,
	    "nothing was compressed anew");
	ok(sh("s=$(wc -c <pack) t=$(cat a/.git/objects/pack/*.pack | wc -c) && "
	      "[ $s -lt $((t + t / 10)) ]"),
	    "deltas stay deltas");
	sink_free(s);

	ok(sh("cd a && i=12; while [ $((i += 1)) -le 18 ]; do "
	      "seq $((i * 100)) >f && git add . && git commit -qm $i && "
	      "{ [ $i = 16 ] || git repack -dq; } || exit; done; "
	      "seq 9999 >f && git add . && git commit -qm last"),
	    "several packs, and loose objects");
	try("all", "HEAD", OFS);
	try("most", "HEAD ^HEAD~9", OFS);
	ok(sh("rm -rf b c && %s && git repack -adq && cd .. && mv a b && "
	      "git clone -qs b c && git clone -qs c a && cd a && "
	      "echo more >more && git add . && git commit -qm more",
	       history),
	    "a repository that borrows what is there");
	try("all", "HEAD", OFS);
}

static void
test_thin(void)
{
	struct sink *s = sink_new();

	/* Each version is smaller than the one before, and nearest to it: so
	 * deltas lean on what is older. */
	ok(sh("rm -rf a; git init -q a && cd a && i=0; "
	      "while [ $((i += 1)) -le 12 ]; do { seq -f '%%g times' $i; "
	      "seq $((i * 60)) 2000; } >f && git add . && git commit -qm $i || "
	      "exit; done; git repack -adqF --depth=50"),
	    "one pack");
	ok(sh("rm -rf x && git clone -q --no-local a x && cd x && "
	      "git checkout -q HEAD~4 && git branch -qD master main "
	      "2>/dev/null; "
	      "git for-each-ref --format='delete %%(refname)' refs/remotes "
	      "refs/tags | git update-ref --stdin --no-deref; "
	      "git reflog expire --all --expire=now && "
	      "git repack -adq && git prune-packed"),
	    "a client that is behind");
	for (unsigned flags = THIN; flags <= (THIN | OFS); flags += OFS) {
		s->data.len = 0;
		ok(pack_of(s, "HEAD ^HEAD~4", flags) == 0, "what it lacks");
		ok(sh("git -C a rev-list --objects HEAD ^HEAD~4 | wc -l >want "
		      "&& echo %u | cmp - want",
		       count_of(s)),
		    "  as many objects as git would send");
		ok(sh("rm -rf y && cp -r x y && ! git -C y index-pack --stdin "
		      "<pack >/dev/null 2>&1"),
		    "  not complete without what it has");
		ok(sh("git -C y index-pack --strict --fix-thin --stdin <pack "
		      ">/dev/null && git -C a rev-list --objects HEAD >want && "
		      "git -C y rev-list --objects $(git -C a rev-parse HEAD) "
		      ">got && cmp got want"),
		    "  complete with it");
	}
	s->data.len = 0;
	ok(pack_of(s, "HEAD ^HEAD~4", OFS) == 0 && is_pack_of("HEAD ^HEAD~4"),
	    "complete by itself if it isn't to be thin");
	sink_free(s);
}

/* The pack is at most a tenth larger than git's of the same, and a little. */
static bool
is_as_small(const char *revs, unsigned flags)
{
	return sh("git -C a rev-parse %s | git -C a pack-objects --revs "
		  "--stdout --delta-base-offset %s -q >gits && "
		  "s=$(wc -c <pack) t=$(wc -c <gits) && "
		  "[ $s -le $((t + t / 10 + 20)) ] || { echo \"# $s $t\"; "
		  "false; }",
	    revs, (flags & THIN) != 0 ? "--thin" : "");
}

static void
try_small(const char *what, const char *revs, unsigned flags)
{
	struct sink *s = sink_new();

	ok(pack_of(s, revs, flags) == 0, "%s: %s%zu bytes", what, s->sink.why,
	    s->data.len);
	ok(is_as_small(revs, flags), "  as small as git's");
	if ((flags & THIN) == 0)
		ok(is_pack_of(revs), "  and right");
	else
		/* A base that is in the pack and at home too is none twice. */
		ok(sh("rm -rf y && git clone -qs a y && git -C y index-pack "
		      "--strict --fix-thin --stdin <pack >/dev/null"),
		    "  and right, also where it's all there already");
	sink_free(s);
}

static void
test_small(void)
{
	static const char *const kinds[] = {
	    "loose", "git -C a repack -adq", "git -C a repack -adfq --depth=1"};

	ok(sh("%s", history), "what is made is small");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ok(i == 0 || sh("%s", kinds[i]), "%s", kinds[i]);
		try_small("all", "HEAD v", OFS);
		try_small("half", "HEAD ^HEAD~5", OFS);
		try_small("half, thin", "HEAD ^HEAD~5", OFS | THIN);
		try_small("old ones, thin", "HEAD~5 ^HEAD~7", OFS | THIN);
		try_small("one, thin", "HEAD ^HEAD~1", OFS | THIN);
	}
	ok(sh("cd a && i=12; while [ $((i += 1)) -le 18 ]; do "
	      "seq $((i * 100)) >f && git add . && git commit -qm $i || "
	      "exit; done"),
	    "packed and loose");
	try_small("all", "HEAD", OFS);
	try_small("most, thin", "HEAD ^HEAD~9", OFS | THIN);

	ok(sh("rm -rf a c && git init -q a && cd a && seq 300000 >f && "
	      "git add f && git commit -qm 1 && git clone -q . ../c && "
	      "sed 's/^777$/seven/' f >g && mv g f && git commit -qam 2"),
	    "a line in a large file");
	for (size_t i = 0; i < 2; i++) {
		struct sink *s = sink_new();
		ok(i == 0 || sh("%s", kinds[i]), "%s", kinds[i]);
		ok(pack_of(s, "HEAD ^HEAD~1", THIN) == 0 && s->data.len < 400,
		    "  a commit, a tree and a line: %zu bytes", s->data.len);
		ok(sh("rm -rf y && cp -r c y && git -C y index-pack --strict "
		      "--fix-thin --stdin <pack >/dev/null && git -C y "
		      "cat-file -p $(git -C a rev-parse HEAD:f) | "
		      "cmp - a/f"),
		    "  right");
		try("  not thin", "HEAD ^HEAD~1", 0);
		ok(sh("[ $(wc -c <pack) -gt 10000 ]"), "  and all there");
		sink_free(s);
	}
	sh("rm -rf c");
}

static void
test_tags(void)
{
	ok(sh("%s", history), "tags: t HEAD~2, u of t, v HEAD");
	struct sink *s = sink_new();

	ok(pack_of(s, "HEAD~1", OFS | TAGS) == 0 && is_pack_of("HEAD~1 u"),
	    "t and u come with what they tag, v doesn't");
	s->data.len = 0;
	ok(pack_of(s, "HEAD ^HEAD~1", OFS | TAGS) == 0 &&
		is_pack_of("HEAD ^HEAD~1 v"),
	    "v comes with what it tags, t and u don't");
	s->data.len = 0;
	ok(sh("git -C a tag -d t >/dev/null 2>&1") &&
		pack_of(s, "HEAD~1", OFS | TAGS) == 0 && is_pack_of("HEAD~1 u"),
	    "the tag between comes along where it has no name");
	sink_free(s);
}

/* Blobs a and b, each a delta on the other, in two packs, chosen so that one
 * is taken from each.  fast-import makes deltas on the blob before. */
static void
test_circle(void)
{
	static const char blob[] =
	    "blob() { printf 'blob\\nmark :%s\\ndata %s\\n' $1 $(wc -c <$2); "
	    "cat $2; echo; }; ";

	ok(sh("rm -rf a && git init -q a && seq 900 >fa && seq 2 901 >fb && "
	      "echo x >fx && echo y >fy && %s"
	      "{ blob 1 fy; blob 2 fa; blob 3 fb; } | git -C a -c "
	      "fastimport.unpackLimit=1 fast-import --quiet && %s"
	      "{ blob 1 fx; blob 2 fb; blob 3 fa; printf 'blob\\nmark :4\\n"
	      "data 1\\nq\\n'; } >stream && git init -q p && "
	      "git -C p -c fastimport.unpackLimit=1 fast-import --quiet "
	      "<stream && "
	      "cp p/.git/objects/pack/* a/.git/objects/pack/",
	       blob, blob),
	    "two packs");
	ok(sh("cd a && for p in .git/objects/pack/*.idx; do git verify-pack -v "
	      "$p; done | grep -c ' 1 [0-9a-f]\\{40\\}$' >../got; "
	      "echo 2 | cmp - ../got"),
	    "a delta in each");
	ok(sh("cd a && for f in 0x:x 1a:a 2y:y 3b:b; do "
	      "printf '100644 blob %%s\\t%%s\\n' "
	      "$(git hash-object ../f${f#*:}) ${f%%:*}; done | git mktree "
	      ">../tree && git update-ref refs/heads/master "
	      "$(git commit-tree -m x $(cat ../tree)) && "
	      "git symbolic-ref HEAD refs/heads/master"),
	    "a tree that takes from both in turn");
	try("no circle", "HEAD", OFS);
	try("  nor by ids", "HEAD", 0);
}

static void
test_stop(void)
{
	ok(sh("%s", history), "loose objects");
	struct sink *s = sink_new();
	s->data_max = 100;
	ok(pack_of(s, "HEAD", OFS) == -1 && errno == EPIPE && s->after == 0,
	    "the client goes: %s", s->sink.why);
	sink_free(s);

	s = sink_new();
	s->sink.progress = NULL;
	ok(pack_of(s, "HEAD", OFS) == 0 && is_pack_of("HEAD"), "no progress");
	sink_free(s);

	ok(sh("git -C a repack -adq"), "one pack");
	s = sink_new();
	s->data_max = 100;
	ok(pack_of(s, "HEAD", OFS) == -1 && errno == EPIPE && s->after == 0,
	    "the client goes");
	sink_free(s);
}

/* Compressing one object takes longer than a client may have to wait. */
static void
test_slow(void)
{
	struct sink *s = sink_new();

	ok(sh("rm -rf a && git init -q a && cd a && "
	      "awk 'BEGIN { srand(1); for (i = 0; i < 3000000; i++) "
	      "print rand() }' >f && git add f && git commit -qm 1"),
	    "an object of some thirty megabytes");
	ok(pack_of(s, "HEAD", OFS) == 0 && s->ticks > 3,
	    "ticks while it is compressed: %d", s->ticks);
	int ticks = s->ticks;
	sink_free(s);
	s = sink_new();
	s->ticks_max = ticks / 2;
	ok(pack_of(s, "HEAD", OFS) == -1 && errno == ECONNRESET &&
		s->after == 0,
	    "the client goes amidst: %s", s->sink.why);
	sink_free(s);
}

/* pack_of in a process of its own: 0, -1 if it fails, or -2 if it crashes. */
static int
pack_apart(const char *revs, unsigned flags)
{
	int status = -1;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct sink *s = sink_new();
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		_exit(pack_of(s, revs, flags) != 0);
	}
	if (pid <= 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1)
		return -2;
	return -WEXITSTATUS(status);
}

/* Flips a bit at an offset of the one pack of a, or of its index.  1 if the
 * pack that comes out is right, 0 if none does, -1 if a wrong one or a crash.
 */
static int
flip(const char *file, const char *at)
{
	static const char restore[] =
	    "rm -rf a/.git/objects/pack && cp -r good a/.git/objects/pack";

	if (!sh("%s && chmod u+w a/.git/objects/pack/* && "
		"f=$(echo a/.git/objects/pack/*.%s) && "
		"b=$(od -An -tu1 -j%s -N1 $f) && "
		"printf \"\\\\$(printf %%o $((b ^ 16)))\" | "
		"dd of=$f bs=1 seek=%s conv=notrunc 2>/dev/null",
		restore, file, at, at))
		return -1;
	int r = pack_apart("$(cat tips)", OFS);
	if (r == -1)
		return 0;
	if (r == 0 && sh("%s", restore) && is_pack_of("$(cat tips)"))
		return 1;
	printf("# the %s, byte %s\n", file, at);
	return -1;
}

/* Whatever is damaged, no pack comes out that git takes and that differs. */
static void
test_damage(void)
{
	struct sink *s = sink_new();

	ok(sh("%s", history), "loose objects");
	ok(sh("git -C a rev-parse HEAD:f >id && rm -f a/.git/objects/"
	      "$(cut -c1-2 id)/$(cut -c3- id)"),
	    "one is missing");
	ok(pack_of(s, "HEAD", OFS) == -1 && errno == ENOENT, "no pack");
	ok(sh("echo '%s' | grep -qf id", s->sink.why), "  and why: %s",
	    s->sink.why);
	save("pack", s);
	ok(!is_pack_of("HEAD"), "what was sent doesn't pass for one");
	sink_free(s);

	/* A loose object in the place of another is sound, but not that. */
	static const char swap[] =
	    "%s; o=.git/objects; id=$(git rev-parse HEAD%s:f); "
	    "by=$(git rev-parse HEAD~3:f); "
	    "cp -f $o/$(echo $by | sed 's,^..,&/,') "
	    "$o/$(echo $id | sed 's,^..,&/,') && echo $id >../id";
	s = sink_new();
	ok(sh(swap, history, ""), "one is another");
	ok(pack_of(s, "HEAD", OFS) == -1 && errno == EBADMSG, "no pack");
	ok(sh("echo '%s' | grep -qf id", s->sink.why), "  and why: %s",
	    s->sink.why);
	sink_free(s);
	s = sink_new();
	ok(sh("%s && cp -r . ../b", history) && sh(swap, "cd a", "~1"),
	    "one that the client has, and might be a base");
	ok(pack_of(s, "HEAD ^HEAD~1", OFS | THIN) == 0 &&
		sh("git -C b index-pack --fix-thin --strict --stdin <pack "
		   ">/dev/null"),
	    "is none");
	sink_free(s);
	sh("rm -rf b");

	ok(sh("%s && git repack -adq && cp -r .git/objects/pack ../good && git "
	      "rev-parse HEAD >../tips",
	       history),
	    "one pack");
	static const struct {
		const char *what, *file, *where;
	} kinds[] = {
	    {"the pack", "pack", "seq 5 97 $(cat good/*.pack | wc -c)"},
	    {"the types of blobs, which become trees", "pack",
		"git verify-pack -v good/*.idx | "
		"awk '$2 == \"blob\" && NF == 5 && n++ % 4 == 0 "
		"{ print $5 }'"},
	    {"the index", "idx", "seq 5 97 $(cat good/*.idx | wc -c)"},
	};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		int whole = 0, none = 0, wrong = 0;
		char at[32];

		ok(sh("%s >where", kinds[k].where), "%s", kinds[k].what);
		FILE *f = fopen("where", "re");
		while (fgets(at, sizeof(at), f) != NULL) {
			at[strcspn(at, "\n")] = '\0';
			int r = flip(kinds[k].file, at);
			whole += r == 1;
			none += r == 0;
			wrong += r == -1;
		}
		fclose(f);
		ok(wrong == 0 && none > 0,
		    "  %d packs were right, %d were refused, %d wrong", whole,
		    none, wrong);
	}
}

int
main(void)
{
	if (have_git()) {
		scratch_enter();
		test_whole();
		test_thin();
		test_small();
		test_tags();
		test_circle();
		test_stop();
		test_slow();
		test_damage();
	}
	return tap_done();
}
