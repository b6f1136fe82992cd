/* SPDX-License-Identifier: ISC */
/*
 * Packs of random histories, kept in many ways, for random requests: all that
 * the client lacks is there, and nothing that its wants don't reach.
 */

#include "riad/engine.h"

#include <errno.h>

#include "randrepo.h"
#include "riad/buf.h"
#include "riad/filter.h"
#include "tap.h"

static size_t hash_len;
static const char *format;

static int
on_data(void *ctx, const void *data, size_t len)
{
	return riad_buf_add(ctx, data, len);
}

static int
on_tick(void *ctx)
{
	(void)ctx;
	return 0;
}

/* Ways to keep the objects of a, from one pack and all refs on. */
static const struct {
	const char *name, *how;
} kinds[] = {
    {"as it came", ":"},
    {"loose", "rm -f objects/pack/* && git unpack-objects -q <../all.pack"},
    {"one pack, and a commit-graph",
	"git repack -adfq --depth=50 && git commit-graph write --reachable "
	"2>/dev/null"},
    {"one pack, with a bitmap", "git repack -adbq"},
    {"a bitmap, and newer packs",
	"mv packed-refs ../refs; head -n $(($(wc -l <../refs) * 2 / 3)) "
	"../refs >packed-refs; git repack -adbq 2>/dev/null; "
	"mv ../refs packed-refs; git unpack-objects -q <../all.pack; "
	"git repack -dq"},
    {"packs that overlap, and loose ones",
	"git repack -adfq && for i in 3 5 7; do git rev-list --objects c$i "
	"c$((3 * i)) | cut -d' ' -f1 | git pack-objects -q --window=$i "
	"objects/pack/pack >/dev/null; done && "
	"git unpack-objects -q <../all.pack"},
    {"many packs",
	"rm -f objects/pack/*; "
	"git unpack-objects -q <../all.pack; for i in $(seq 1 30); do "
	"git rev-list --objects c$i --not $(seq -f c%g 1 $((i - 1))) | "
	"cut -d' ' -f1 | git pack-objects -q objects/pack/pack >/dev/null; "
	"done; git prune-packed"},
    {"damaged packs, and all loose",
	"git repack -adq; for i in 4 8 12; do git rev-list --objects c$i "
	"--not c$((i - 2)) | cut -d' ' -f1 | git pack-objects -q "
	"objects/pack/pack >/dev/null; done; for p in objects/pack/*.pack; "
	"do n=$(wc -c <$p); chmod u+w $p; for k in 2 3 4 5 6 7; do "
	"printf '\\377\\377' | dd of=$p bs=1 seek=$((n / k)) conv=notrunc "
	"2>/dev/null; done; done; mv objects/pack ../aside && "
	"git unpack-objects -q <../all.pack; rm -rf objects/pack; "
	"mv ../aside objects/pack"},
    {"bases by id", "git -c repack.usedeltabaseoffset=false repack -adfq"},
    {"borrowed", "mv objects ../shared && mkdir -p objects/info && "
		 "echo \"$(cd ..; pwd)/shared\" >objects/info/alternates"},
};

static bool
keep_so(const char *how)
{
	return sh("rm -rf shared; cd a && git pack-refs --all && "
		  "git rev-list --objects --all | cut -d' ' -f1 | "
		  "git pack-objects -q --stdout >../all.pack && { %s; }",
	    how);
}

/* A request, and what git calls its ends. */
struct request {
	char wants[512], haves[512];
	struct ids want, have, cut;
};

static struct ids
parse_revs(const char *revs)
{
	size_t len;
	char *text = said(&len, "git -C a rev-parse %s", revs);
	struct ids ids = ids_of(text, hash_len);

	free(text);
	return ids;
}

static void
name_ends(char *to, size_t size, unsigned n, unsigned commits)
{
	static const char *const odd[] = {
	    "t1", "tt", "tb", "tr", "ttr", "c1:a", "c1:a/b/f0", "t2"};
	int at = 0;

	to[0] = '\0';
	while (n-- > 0)
		at += rnd(8) == 0 ? snprintf(to + at, size - (size_t)at, " %s",
					odd[rnd(8)])
				  : snprintf(to + at, size - (size_t)at, " c%u",
					1 + rnd(commits));
}

static void
request_at_random(struct request *r, unsigned commits)
{
	char cuts[512];

	name_ends(r->wants, sizeof(r->wants), 1 + rnd(3), commits);
	name_ends(r->haves, sizeof(r->haves), rnd(2) * (1 + rnd(3)), commits);
	r->want = parse_revs(r->wants);
	r->have =
	    r->haves[0] ? parse_revs(r->haves) : (struct ids){.list = NULL};
	r->cut = (struct ids){.list = NULL};
	if (rnd(4) == 0) {
		int n = 0;
		for (unsigned i = 1 + rnd(6); i > 0; i--)
			n += snprintf(cuts + n, sizeof(cuts) - (size_t)n,
			    " c%u", 1 + rnd(commits));
		r->cut = parse_revs(cuts);
	}
	FILE *f = fopen("cuts", "we");
	for (size_t i = 0; f != NULL && i < r->cut.len; i++) {
		char hex[RIAD_OID_HEX_MAX + 1];
		fprintf(
		    f, "%s\n", riad_oid_hex(hex, &r->cut.list[i], hash_len));
	}
	fclose(f);
}

static void
request_free(struct request *r)
{
	free(r->want.list);
	free(r->have.list);
	free(r->cut.list);
}

static struct ids
closure_of(const char *revs, const char *how)
{
	struct ids ids = {.list = NULL};
	char args[2048];

	if (revs[0] == '\0')
		return ids;
	snprintf(args, sizeof(args), "%s %s", how, revs);
	char cmd[4096];
	size_t len;
	snprintf(cmd, sizeof(cmd),
	    "cd a && git %s rev-list --objects %s 2>/dev/null",
	    sh("test -s cuts") ? "--shallow-file ../cuts" : "", args);
	char *text = said(&len, "%s", cmd);
	ids = ids_of(text, hash_len);
	free(text);
	ids_sort(&ids);
	return ids;
}

/* What is in the pack, which a client that has the haves can complete. */
static bool
unpack(const struct riad_buf *data, const struct ids *have, bool thin,
    struct ids *got)
{
	size_t len;
	FILE *f = fopen("pack", "we");

	if (f == NULL || fwrite(data->data, 1, data->len, f) != data->len)
		exit(1);
	fclose(f);
	f = fopen("theirs", "we");
	for (size_t i = 0; f != NULL && thin && i < have->len; i++) {
		char hex[RIAD_OID_HEX_MAX + 1];
		fprintf(f, "%s\n", riad_oid_hex(hex, &have->list[i], hash_len));
	}
	fclose(f);
	if (!sh("rm -rf y new.* && git init -q --bare --object-format=%s y && "
		"{ ! test -s theirs || git -C a pack-objects -q "
		"--window=0 ../y/objects/pack/pack <theirs >/dev/null 2>&1; } "
		"&& "
		"git -C y index-pack %s --stdin ../new.pack <pack >/dev/null "
		"2>err",
		format, thin ? "--fix-thin" : "--threads=1")) {
		sh("sed 's/^/# /' err");
		return false;
	}
	char *text = said(&len,
	    "git show-index --object-format=%s <new.idx | cut -d' ' -f2",
	    format);
	*got = ids_of(text, hash_len);
	free(text);
	size_t n = got->len;
	ids_sort(got);
	return got->len == n;
}

struct trial {
	bool bitmaps, scan, thin, ofs;
	unsigned threads;
	const char *filter, *cache;
};

static int
engine_pack(struct riad_buf *out, const struct request *r,
    const struct trial *t, const struct ids *elsewhere, char why[256])
{
	const char *const dirs[] = {"a/objects"};
	struct riad_engine_config config;
	struct riad_filter *filter = NULL;
	char bad[256];

	riad_engine_config_init(&config);
	config.bitmaps = t->bitmaps;
	config.scan_min = t->scan ? 0 : UINT32_MAX;
	config.threads = t->threads;
	config.cache = t->cache;
	if (t->filter != NULL &&
	    riad_filter_parse(&filter, t->filter, strlen(t->filter), bad) == -1)
		exit(1);
	struct riad_engine *e =
	    riad_engine_open(dirs, 1, hash_len, &config, NULL, NULL);
	if (e == NULL)
		exit(1);
	struct riad_pack_sink sink = {
	    .ctx = out, .data = on_data, .tick = on_tick};
	const struct riad_pack_request req = {.wants = r->want.list,
	    .nwants = r->want.len,
	    .haves = r->have.list,
	    .nhaves = r->have.len,
	    .cuts = r->cut.list,
	    .ncuts = r->cut.len,
	    .filter = filter,
	    .elsewhere = elsewhere->list,
	    .nelsewhere = elsewhere->len,
	    .thin = t->thin,
	    .ofs_delta = t->ofs};
	int result = riad_engine_pack(e, &req, &sink);
	snprintf(why, 256, "%s", sink.why);
	riad_engine_close(e);
	riad_filter_free(filter);
	return result;
}

/* Some blobs of those. */
static struct ids
some_blobs(const struct ids *ids)
{
	struct ids some = {.list = calloc(8, sizeof(*some.list))};

	for (unsigned i = 0; some.list != NULL && ids->len > 0 && i < 4; i++) {
		const struct riad_oid *oid =
		    &ids->list[rnd((uint32_t)ids->len)];
		char hex[RIAD_OID_HEX_MAX + 1];
		if (sh("test $(git -C a cat-file -t %s 2>/dev/null) = blob",
			riad_oid_hex(hex, oid, hash_len)))
			some.list[some.len++] = *oid;
	}
	ids_sort(&some);
	return some;
}

/* What is needed is what the filter lets through of what is wanted, less all
 * that the client has. */
static bool
try(const struct request *r, const struct trial *t)
{
	char how[128] = "", why[256] = "";
	struct riad_buf out;
	struct ids got = {.list = NULL};

	if (t->filter != NULL)
		snprintf(how, sizeof(how), "--filter=%s", t->filter);
	struct ids wanted = closure_of(r->wants, ""),
		   needed = closure_of(r->wants, how),
		   theirs = closure_of(r->haves, "");
	struct ids elsewhere =
	    rnd(5) == 0 ? some_blobs(&needed) : (struct ids){.list = NULL};
	riad_buf_init(&out, SIZE_MAX / 2);
	int result = engine_pack(&out, r, t, &elsewhere, why);
	bool right = result == 0 && unpack(&out, &theirs, t->thin, &got);
	size_t lacks = 0, more = 0;
	for (size_t i = 0; right && i < needed.len; i++)
		lacks += !ids_has(&theirs, &needed.list[i]) &&
			 !ids_has(&elsewhere, &needed.list[i]) &&
			 !ids_has(&got, &needed.list[i]);
	/* Of a combination git may leave out what is at two places. */
	bool exact =
	    r->haves[0] == '\0' && (t->filter == NULL || t->filter[0] != 'c');
	for (size_t i = 0; right && i < got.len; i++)
		more += !ids_has(exact ? &needed : &wanted, &got.list[i]) &&
			!(t->thin && ids_has(&theirs, &got.list[i]));
	for (size_t i = 0; right && !t->thin && i < elsewhere.len; i++)
		more += ids_has(&got, &elsewhere.list[i]);
	right = right && lacks == 0 && more == 0;
	if (!right)
		printf("# wants%s haves%s cuts %zu bitmaps %d thin %d ofs %d "
		       "threads %u %s: %s; lacks %zu of %zu, %zu more\n",
		    r->wants, r->haves, r->cut.len, t->bitmaps, t->thin, t->ofs,
		    t->threads, how, why, lacks, needed.len, more);
	riad_buf_free(&out);
	free(got.list);
	free(wanted.list);
	free(needed.list);
	free(theirs.list);
	free(elsewhere.list);
	return right;
}

static void
test_random(unsigned seed, unsigned trials)
{
	static const char *const filters[] = {"blob:none", "blob:limit=700",
	    "blob:limit=0", "tree:0", "tree:1", "tree:3", "object:type=tree",
	    "object:type=commit", "object:type=blob", "object:type=tag",
	    "combine:blob:limit=900+tree:4"};
	const unsigned commits = 30 + rnd(40);

	rand_state = seed;
	ok(rand_repo("a", commits, format), "history %u, %s", seed, format);
	ok(sh("rm -rf first && cp -r a first"), "  is kept");
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		unsigned wrong = 0;

		if (!sh("rm -rf a && cp -r first a") || !keep_so(kinds[k].how))
			printf("Bail out! %s\n", kinds[k].name);
		for (unsigned i = 0; i < trials; i++) {
			struct request r;
			const struct trial t = {.bitmaps = rnd(4) != 0,
			    .scan = rnd(2) != 0,
			    .thin = rnd(2) != 0,
			    .ofs = rnd(4) != 0,
			    .threads = rnd(3) == 0 ? 3 : 1,
			    .filter = rnd(3) == 0 ? filters[rnd(11)] : NULL};

			request_at_random(&r, commits);
			wrong += !try(&r, &t);
			request_free(&r);
		}
		ok(wrong == 0, "  %s: %u of %u are wrong", kinds[k].name, wrong,
		    trials);
	}
}

/* A pack that comes after the engine is open, and of which little is wanted:
 * its numbers are beyond the sets that were made before. */
static void
test_later(void)
{
	const char *const dirs[] = {"a/objects"};
	struct riad_engine_config config;
	struct riad_buf out;

	riad_engine_config_init(&config);
	ok(rand_repo("a", 60, format) && sh("mv a/objects/pack late && mkdir "
					    "a/objects/pack"),
	    "a repository of no objects");
	struct riad_engine *e =
	    riad_engine_open(dirs, 1, hash_len, &config, NULL, NULL);
	ok(e != NULL && sh("rm -r a/objects/pack && mv late a/objects/pack && "
			   ": >cuts"),
	    "then they come");
	size_t len;
	char *first = said(&len, "git -C a cat-file --batch-all-objects "
				 "--batch-check | grep -m1 blob");
	struct ids want = ids_of(first, hash_len), got = {.list = NULL},
		   none = {.list = NULL};
	free(first);
	struct riad_pack_sink sink = {
	    .ctx = &out, .data = on_data, .tick = on_tick};
	const struct riad_pack_request req = {
	    .wants = want.list, .nwants = want.len};
	riad_buf_init(&out, SIZE_MAX / 2);
	ok(e != NULL && riad_engine_pack(e, &req, &sink) == 0,
	    "the first of them%s", sink.why);
	ok(unpack(&out, &none, false, &got) && got.len == 1 &&
		ids_beyond(&got, &want) == 0,
	    "is sent");
	riad_engine_close(e);
	riad_buf_free(&out);
	free(want.list);
	free(got.list);
}

/* Tags come with what they tag, through tags that have no names. */
static void
test_tags(void)
{
	const char *const dirs[] = {"a/objects"};
	struct riad_engine_config config;
	struct riad_buf out;
	size_t wrong = 0;

	riad_engine_config_init(&config);
	ok(rand_repo("a", 20, format), "tags of a commit, a tag, and a tree");
	for (unsigned i = 1; i <= 20; i++) {
		struct ids tags[2] = {
		    parse_revs("tt ttr"), parse_revs("tt^{} ttr^{}")};
		if (tags[0].len != 2 || tags[1].len != 2) {
			ok(false, "two tags");
			return;
		}
		const struct riad_pack_tag list[2] = {
		    {tags[0].list[0], tags[1].list[0]},
		    {tags[0].list[1], tags[1].list[1]}};
		char revs[64], all[128];
		bool with[2];

		snprintf(revs, sizeof(revs), "c%u", i);
		struct ids want = parse_revs(revs),
			   needed = closure_of(revs, ""), got = {.list = NULL},
			   none = {.list = NULL};
		with[0] = ids_has(&needed, &list[0].peeled);
		with[1] = ids_has(&needed, &list[1].peeled);
		free(needed.list);
		snprintf(all, sizeof(all), "%s%s%s", revs, with[0] ? " tt" : "",
		    with[1] ? " ttr" : "");
		needed = closure_of(all, "");
		struct riad_engine *e =
		    riad_engine_open(dirs, 1, hash_len, &config, NULL, NULL);
		struct riad_pack_sink sink = {
		    .ctx = &out, .data = on_data, .tick = on_tick};
		const struct riad_pack_request req = {.wants = want.list,
		    .nwants = want.len,
		    .ofs_delta = true,
		    .tags = list,
		    .ntags = 2};
		riad_buf_init(&out, SIZE_MAX / 2);
		wrong += e == NULL || riad_engine_pack(e, &req, &sink) == -1 ||
			 !unpack(&out, &none, false, &got) ||
			 got.len != needed.len ||
			 ids_beyond(&got, &needed) != 0;
		riad_engine_close(e);
		riad_buf_free(&out);
		free(want.list);
		free(got.list);
		free(needed.list);
		free(tags[0].list);
		free(tags[1].list);
	}
	ok(wrong == 0, "  come along where they should: %zu don't", wrong);
}

/* What git makes of the same packs is about as small: files that go on being
 * edited, each pack with one version of each. */
static void
test_across(void)
{
	size_t len, theirs;

	if (!sh("rm -rf a && git init -q --bare a && git -C a config "
		"fastimport.unpackLimit 1 && : >cuts"))
		exit(1);
	for (unsigned c = 1; c <= 24; c++) {
		FILE *f = fopen("stream", "we");

		fprintf(f,
		    "commit refs/heads/m\ncommitter C <c> %u +0000\n"
		    "data 2\nc\n%s",
		    1600000000 + c, c > 1 ? "from refs/heads/m^0\n" : "");
		for (unsigned k = 0; k < 20; k++) {
			fprintf(f, "M 100644 inline d%u/f%u\ndata %u\n", k % 3,
			    k, 100 * 16);
			for (unsigned i = 0; i < 100; i++)
				fprintf(f, "%06u %08x\n", i,
				    i % 24 == c - 1 ? c * 2654435761U + k
						    : k * 40503U + i);
		}
		fputc('\n', f);
		if (fclose(f) != 0 ||
		    !sh("git -C a fast-import --quiet --force <stream"))
			exit(1);
	}
	free(said(&len, "git -C a pack-objects -q --revs --all --stdout "
			"--delta-base-offset </dev/null >theirs.pack"));
	free(whole("theirs.pack", &theirs));
	const struct ids none = {.list = NULL};
	struct request r = {.wants = "m", .want = parse_revs("m")};
	for (unsigned i = 0; i < 8; i++) {
		const struct trial t = {
		    .scan = i & 1, .threads = i & 2 ? 3 : 1, .ofs = i & 4};
		struct riad_buf out;
		char why[256];

		riad_buf_init(&out, SIZE_MAX / 2);
		int result = engine_pack(&out, &r, &t, &none, why);
		ok(result == 0 && (!t.ofs || out.len <= theirs * 102 / 100),
		    "%zu bytes of many packs, %zu by git: %s, %u threads%s",
		    out.len, theirs, t.scan ? "scan" : "walk", t.threads,
		    t.ofs ? "" : ", bases by id");
		riad_buf_free(&out);
		ok(try(&r, &t), "  all there");
	}

	/* The names that deltas go by are kept with the set. */
	struct riad_buf out[2];
	const struct trial t = {
	    .scan = true, .threads = 1, .ofs = true, .cache = "sets"};
	char why[256];
	ok(sh("mkdir -m 700 sets"), "a cache");
	for (unsigned i = 0; i < 2; i++) {
		riad_buf_init(&out[i], SIZE_MAX / 2);
		ok(engine_pack(&out[i], &r, &t, &none, why) == 0 &&
			sh("test -s sets/*.sets"),
		    "  is %s%s", i == 0 ? "filled" : "used", why);
	}
	ok(out[0].len == out[1].len &&
		memcmp(out[0].data, out[1].data, out[0].len) == 0,
	    "  for the same pack");
	riad_buf_free(&out[0]);
	riad_buf_free(&out[1]);
	request_free(&r);
}

static void
use(const char *name)
{
	format = name;
	hash_len = strcmp(name, "sha1") == 0 ? RIAD_SHA1_LEN : RIAD_SHA256_LEN;
}

int
main(int argc, char *argv[])
{
	unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
	unsigned trials = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 6;

	if (!have_git())
		return tap_done();
	scratch_enter();
	use("sha1");
	test_random(seed, trials);
	test_later();
	test_tags();
	test_across();
	use("sha256");
	test_random(seed + 1, trials);
	return tap_done();
}
