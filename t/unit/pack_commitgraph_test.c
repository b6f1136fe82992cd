/* SPDX-License-Identifier: ISC */
/* Commit-graphs as git writes them, against what git says of the commits. */

#include "riad/commitgraph.h"

#include <errno.h>
#include <string.h>

#include "gitfile.h"
#include "scratch.h"
#include "tap.h"

#define INFO "r/.git/objects/info"

struct kind {
	const char *format;
	size_t hash_len;
	int generation; /* commitGraph.generationVersion */
};

static const struct kind kinds[] = {
    {"sha1", RIAD_SHA1_LEN, 2},
    {"sha1", RIAD_SHA1_LEN, 1},
    {"sha256", RIAD_SHA256_LEN, 2},
};

/*
 * Roots, merges, an octopus, clocks that go back and, far in the future, such
 * that the next date is more than 31 bits behind.
 */
static void
make(const struct kind *k)
{
	ok(sh("rm -rf r && git init -q --object-format=%s r && cd r && "
	      "git config commitGraph.generationVersion %d && "
	      "tree=$(git mktree </dev/null) && "
	      "c() { export GIT_COMMITTER_DATE=\"@$1 +0000\"; shift; "
	      "git commit-tree -m x \"$@\" $tree; } && "
	      "at=1000000000 && a=$(c $at) && p=$a && o= && "
	      "for i in 1 2 3 4 5 6 7 8; do "
	      "p=$(c $((at + i * 100)) -p $p) && "
	      "q=$(c $((at - i)) -p $a) && o=\"$o -p $q\" || exit; done && "
	      "p=$(c $((at + 5000)) -p $p $o) && "
	      "r=$(c 0) && p=$(c $((at + 6000)) -p $p -p $r) && "
	      "p=$(c 17000000000 -p $p) && p=$(c $((at + 7000)) -p $p) && "
	      "p=$(c $((at + 7001)) -p $p) && "
	      "git update-ref refs/heads/main $p && "
	      "git update-ref refs/heads/r $(c 5)",
	       k->format, k->generation),
	    "%s, generations of version %d", k->format, k->generation);
}

/* What git says of all commits: id, date, tree, parents. */
static void
test_commits(const struct riad_commitgraph *cg, int corrected)
{
	const size_t hash_len = cg->hash_len;
	uint32_t count = 0, good = 0, most = 0;
	size_t len;
	char *rest, *line;
	char *all = said(&len, "git -C r -c core.commitGraph=false log --all "
			       "--format='%%H %%ct %%T %%P'");

	for (line = strtok_r(all, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest), count++) {
		struct riad_cg_commit commit, parent;
		struct riad_oid oid, is;
		uint32_t nparents = 0, same = 0;
		char *word, *words;

		word = strtok_r(line, " ", &words);
		riad_oid_parse(&oid, word, strlen(word), hash_len);
		int64_t n = riad_commitgraph_find(cg, &oid);
		if (n < 0 || n >= cg->count ||
		    riad_commitgraph_commit(cg, (uint32_t)n, &commit) == -1)
			continue;
		riad_commitgraph_id(cg, (uint32_t)n, &is);
		same += riad_oid_eq(&is, &oid);
		word = strtok_r(NULL, " ", &words);
		same += strtoull(word, NULL, 10) == commit.date;
		word = strtok_r(NULL, " ", &words);
		riad_oid_parse(&oid, word, strlen(word), hash_len);
		same += riad_oid_eq(&oid, &commit.tree);

		uint64_t least = corrected && commit.date > 0 ? commit.date : 1;
		while ((word = strtok_r(NULL, " ", &words)) != NULL &&
		       nparents < commit.nparents) {
			const uint32_t p = riad_cg_parent(&commit, nparents++);
			riad_oid_parse(&oid, word, strlen(word), hash_len);
			riad_commitgraph_id(cg, p, &is);
			same += riad_oid_eq(&is, &oid);
			if (riad_commitgraph_commit(cg, p, &parent) == 0 &&
			    parent.generation >= least)
				least = parent.generation + 1;
		}
		same += least == commit.generation;
		most = nparents > most ? nparents : most;
		good += word == NULL && nparents == commit.nparents &&
			same == nparents + 4;
	}
	ok(count == cg->count && good == count && most == 9,
	    "  all %u commits as git has them", count);
	free(all);
}

static void
test_one(const struct kind *k)
{
	struct riad_commitgraph cg;

	make(k);
	ok(riad_commitgraph_open(&cg, "r/.git/objects", k->hash_len) == 0,
	    "  there is none at first");
	ok(sh("git -C r commit-graph write --reachable 2>/dev/null"),
	    "  in one file");
	ok(riad_commitgraph_open(&cg, "r/.git/objects", k->hash_len) == 1 &&
		cg.nlayers == 1 && !cg.incomplete &&
		cg.corrected == (k->generation == 2),
	    "  is opened");
	ok(!cg.corrected || cg.layers[0].noverflow > 0,
	    "  has dates of 64 bits");
	test_commits(&cg, k->generation == 2);
	ok(riad_commitgraph_verify(&cg) == 0, "  is verified");
	riad_commitgraph_close(&cg);
	ok(riad_commitgraph_open(&cg, "r/.git/objects",
	       RIAD_SHA1_LEN + RIAD_SHA256_LEN - k->hash_len) == -1 &&
		errno == ENOTSUP,
	    "  of the other hash");
}

static const char write_layer[] =
    "git -C r rev-parse %s | git -C r -c commitGraph.generationVersion=%d "
    "commit-graph write --stdin-commits --split=no-merge 2>/dev/null";

/* Layers of one chain, of which the second may be of the other version. */
static void
test_chain(const struct kind *k, int second)
{
	struct riad_commitgraph cg;
	const int corrected = k->generation == 2 && second == 2;

	ok(sh("rm -rf " INFO "/commit-graph*") &&
		sh(write_layer, "main~3^1^1", k->generation) &&
		sh(write_layer, "main~1", second) &&
		sh(write_layer, "main r", k->generation),
	    "  in a chain");
	ok(riad_commitgraph_open(&cg, "r/.git/objects", k->hash_len) == 1 &&
		cg.nlayers == 3 && cg.corrected == corrected,
	    "  is opened");
	test_commits(&cg, corrected);
	ok(riad_commitgraph_verify(&cg) == 0, "  is verified");
	riad_commitgraph_close(&cg);
}

/* A chain that stands on another repository's. */
static void
test_alternate(void)
{
	static const char *const dirs[] = {"r/.git/objects", "s/.git/objects"};
	struct riad_commitgraph cg;

	ok(sh("rm -rf s && mkdir -p s/.git/objects/info/commit-graphs && "
	      "cd " INFO "/commit-graphs && "
	      "mv graph-$(head -n 1 commit-graph-chain).graph "
	      "../../../../../s/.git/objects/info/commit-graphs"),
	    "  the lowest layer elsewhere");
	ok(riad_commitgraph_open_dirs(&cg, dirs, 2, RIAD_SHA1_LEN) == 1 &&
		cg.nlayers == 3 && !cg.incomplete,
	    "  is found there");
	riad_commitgraph_close(&cg);
	ok(riad_commitgraph_open_dirs(&cg, dirs, 1, RIAD_SHA1_LEN) == -1 &&
		errno == ENOENT,
	    "  but not without it");
}

static void
test_broken_chain(void)
{
	struct riad_commitgraph cg;
	const char *dir = "r/.git/objects";

	make(&kinds[0]);
	test_chain(&kinds[0], 2);
	ok(sh("cd " INFO "/commit-graphs && cp -r . ../good && "
	      "rm graph-$(tail -n 1 commit-graph-chain).graph") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == 1 &&
		cg.nlayers == 2 && cg.incomplete &&
		riad_commitgraph_verify(&cg) == 0,
	    "  without the uppermost layer: those below");
	riad_commitgraph_close(&cg);

#define AGAIN "cd " INFO " && rm -r commit-graphs && cp -r good commit-graphs "
	ok(sh(AGAIN "&& cd commit-graphs && cat g*.graph >x && "
		    "mv x graph-$(head -n 1 commit-graph-chain).graph") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "  another trailer than its name");
	ok(sh(AGAIN "&& cd commit-graphs && sed -i '1{h;d};2G' "
		    "commit-graph-chain") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "  the first two in another order");
	ok(sh(AGAIN "&& cd commit-graphs && sed -i 2d commit-graph-chain") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == 1 &&
		cg.nlayers == 1 && cg.incomplete,
	    "  a layer left out");
	riad_commitgraph_close(&cg);
	ok(sh(AGAIN "&& echo x >>commit-graphs/commit-graph-chain") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == 1 &&
		cg.nlayers == 3 && cg.incomplete,
	    "  a line that is no name");
	riad_commitgraph_close(&cg);
	ok(sh(AGAIN "&& : >commit-graphs/commit-graph-chain") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == 0,
	    "  an empty chain is none");
	ok(sh(AGAIN "&& cd commit-graphs && for i in $(seq 300); do "
		    "head -n 1 commit-graph-chain; done >x && "
		    "mv x commit-graph-chain") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == 1 &&
		cg.nlayers == 1 && cg.incomplete,
	    "  one layer over and over");
	riad_commitgraph_close(&cg);
	ok(sh(AGAIN "&& : >commit-graph") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "  an empty file");
	ok(sh("rm " INFO "/commit-graph && mkfifo " INFO "/commit-graph") &&
		riad_commitgraph_open(&cg, dir, RIAD_SHA1_LEN) == -1,
	    "  a pipe is not waited for");
}

/* Where a chunk begins in a file. */
static size_t
chunk(const uint8_t *file, const char *name)
{
	for (unsigned i = 0; i < file[6]; i++) {
		const uint8_t *p = file + 8 + (size_t)i * 12;
		if (memcmp(p, name, 4) == 0)
			return (size_t)p[10] << 8 | p[11];
	}
	return 0;
}

static uint32_t
damaged(const uint8_t *file, size_t len)
{
	struct riad_commitgraph cg;
	struct riad_cg_commit commit;
	uint32_t n = 0;

	riad_commitgraph_init(&cg, RIAD_SHA1_LEN);
	if (riad_commitgraph_add(&cg, file, len) == -1)
		return UINT32_MAX;
	for (uint32_t i = 0; i < cg.count; i++) {
		errno = 0;
		n += riad_commitgraph_commit(&cg, i, &commit) == -1 &&
		     errno == EBADMSG;
	}
	riad_commitgraph_close(&cg);
	return n;
}

static void
test_damage(void)
{
	struct riad_commitgraph cg;
	size_t len;
	uint32_t verified = 0, opened = 0;

	make(&kinds[0]);
	sh("git -C r commit-graph write --reachable 2>/dev/null");
	uint8_t *file = whole(INFO "/commit-graph", &len);
	if (len < 8) {
		ok(false, "  no commit-graph");
		free(file);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		file[i] ^= 0x10;
		riad_commitgraph_init(&cg, RIAD_SHA1_LEN);
		verified += riad_commitgraph_add(&cg, file, len) == 0 &&
			    riad_commitgraph_verify(&cg) == 0;
		riad_commitgraph_close(&cg);
		file[i] ^= 0x10;
	}
	ok(verified == 0, "  a changed byte is found");
	for (size_t n = 0; n < len; n++) {
		riad_commitgraph_init(&cg, RIAD_SHA1_LEN);
		opened += riad_commitgraph_add(&cg, file, n) == 0;
		riad_commitgraph_close(&cg);
	}
	ok(opened == 0, "  cut short");

	uint8_t *first = file + chunk(file, "CDAT") + RIAD_SHA1_LEN;
	uint8_t save[8];
	memcpy(save, first, 8);
	ok(damaged(file, len) == 0, "  whole");
	memcpy(first, "\0\0\1\0\x70\0\0\0", 8);
	ok(damaged(file, len) == 1, "  a parent that is not there");
	memcpy(first, "\0\0\0\1\0\0\1\0", 8);
	ok(damaged(file, len) == 1, "  a second parent that is not there");
	memcpy(first, "\0\0\0\0\x70\0\0\0", 8);
	ok(damaged(file, len) == 1, "  a parent of itself");
	memcpy(first, "\0\0\0\1\0\0\0\0", 8);
	ok(damaged(file, len) == 1, "  a second parent of itself");
	memcpy(first, "\x70\0\0\0\0\0\0\1", 8);
	ok(damaged(file, len) == 1, "  a second parent without a first");
	memcpy(first, "\0\0\0\1\x80\0\0\x8", 8);
	ok(damaged(file, len) == 1, "  more parents that are not there");
	memcpy(first, save, 8);

	uint8_t *edges = file + chunk(file, "EDGE");
	edges[7 * 4] &= 0x7f;
	ok(damaged(file, len) == 1, "  parents without end");
	edges[7 * 4] |= 0x80;
	edges[4 + 2] = 1;
	ok(damaged(file, len) == 1, "  one of many that is not there");
	edges[4 + 2] = 0;

	uint8_t *dates = file + chunk(file, "GDA2");
	memcpy(save, dates, 4);
	memcpy(dates, "\x80\0\1\0", 4);
	ok(damaged(file, len) == 1, "  a date that is not there");
	memcpy(dates, save, 4);
	uint8_t *longs = file + chunk(file, "GDO2");
	memset(longs, 0xff, 8);
	ok(damaged(file, len) == 1, "  a date beyond 64 bits");

	file[4] = 2;
	riad_commitgraph_init(&cg, RIAD_SHA1_LEN);
	ok(riad_commitgraph_add(&cg, file, len) == -1 && errno == ENOTSUP,
	    "  version 2");
	file[4] = 1;
	ok(riad_commitgraph_add(&cg, file, len) == 0, "  version 1");
	ok(riad_commitgraph_add(&cg, file, len) == -1 && errno == EBADMSG &&
		cg.nlayers == 1,
	    "  a layer that names no other on top of one");
	riad_commitgraph_close(&cg);
	free(file);
}

int
main(void)
{
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	scratch_enter();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		test_one(&kinds[i]);
		test_chain(&kinds[i], kinds[i].generation);
	}
	make(&kinds[0]);
	test_chain(&kinds[0], 1);
	test_chain(&kinds[0], 2);
	test_alternate();
	test_broken_chain();
	test_damage();
	return tap_done();
}
