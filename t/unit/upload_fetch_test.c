/* SPDX-License-Identifier: ISC */
/* How much of the history a client gets, and the rest that is asked for by
 * lines of their own. */

#include "fakeupload.h"

/*
 * 1 - 2 - 3 - 5 - 6 (main, HEAD)     0xa1: v1, a tag of 2
 *      \         /                   9: hidden
 *       4 ------- (side)
 */
static const struct fake_object history[] = {
    {1, RIAD_COMMIT, 100, {0}},
    {2, RIAD_COMMIT, 200, {1}},
    {3, RIAD_COMMIT, 300, {2}},
    {4, RIAD_COMMIT, 400, {2}},
    {5, RIAD_COMMIT, 500, {3}},
    {6, RIAD_COMMIT, 600, {5, 4}},
    {9, RIAD_COMMIT, 900, {0}},
    {0xa1, RIAD_TAG, 0, {2}},
    {0xb1, RIAD_BLOB, 0, {0}},
    {0, RIAD_COMMIT, 0, {0}},
};

#define X20(b)                                                                 \
	{                                                                      \
		{                                                              \
			b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b,  \
			    b, b                                               \
		}                                                              \
	}

static const struct riad_ref names[] = {
    {.name = "HEAD", .target = "refs/heads/main", .oid = X20(6)},
    {.name = "refs/heads/bad", .garbled = true},
    {.name = "refs/heads/main",
	.full_name = "refs/namespaces/n/refs/heads/main",
	.oid = X20(6)},
    {.name = "refs/heads/side", .oid = X20(4)},
    {.name = "refs/heads/v1", .oid = X20(3)},
    {.name = "refs/remotes/o/HEAD",
	.target = "refs/remotes/o/x",
	.oid = X20(5)},
    {.name = "refs/secret/x", .oid = X20(9)},
    {.name = "refs/tags/v1",
	.oid = X20(0xa1),
	.peeled = X20(2),
	.has_peeled = true},
    {.name = NULL},
};

static const struct riad_ref headless[] = {
    {.name = "HEAD", .garbled = true},
    {.name = "refs/heads/side", .oid = X20(4)},
    {.name = NULL},
};

#define ID5 "0505050505050505050505050505050505050505"
#define ID6 "0606060606060606060606060606060606060606"
#define ID0 "0000000000000000000000000000000000000000"
#define WANT6 "want " ID6

#define V0(...)                                                                \
	0, false,                                                              \
	{                                                                      \
		__VA_ARGS__                                                    \
	}
#define V2(...)                                                                \
	2, false,                                                              \
	{                                                                      \
		"command=fetch", "0001", __VA_ARGS__, "0000"                   \
	}
#define HERE .objects = history, .refs = names
#define PACKED "packfile\n1PACK\n0000\n"

static const struct talk limits[] = {
    /* Announcements. */
    {"v0, all allowed", 0, false, {NULL},
	ID6 " HEAD@" CAPS " allow-tip-sha1-in-want "
	    "allow-reachable-sha1-in-want symref=HEAD:refs/heads/main filter "
	    "object-format=sha1 agent=a\n" ID0 " refs/heads/bad\n" ID6
	    " refs/heads/main\n" ID4 " refs/heads/side\n" ID3
	    " refs/heads/v1\n" ID5 " refs/remotes/o/HEAD\n" IDA
	    " refs/tags/v1\n" ID2 " refs/tags/v1^{}\nshallow " ID2
	    "\nshallow " ID4 "\n0000\n",
	1, HERE, .shallow = {2, 4},
	.config = {"uploadpack.allowfilter=true",
	    "uploadpack.allowanysha1inwant=1"}},
    {"v0, HEAD is hidden, and still what it is", 0, false, {NULL},
	ID4 " refs/heads/side@" CAPS " symref=HEAD:refs/heads/main "
	    "object-format=sha1 agent=a\n" ID5 " refs/remotes/o/HEAD\n0000\n",
	1, HERE,
	.config = {"transfer.hiderefs=HEAD", "transfer.hiderefs=refs/heads",
	    "transfer.hiderefs=!refs/heads/side",
	    "uploadpack.hiderefs=refs/tags/"}},
    {"v2, all allowed", 2, false, {NULL},
	"version 2\nagent=a\nls-refs\nfetch=shallow wait-for-done filter "
	"ref-in-want sideband-all packfile-uris\nserver-option\n"
	"object-format=sha1\nobject-info\nbundle-uri\n0000\n",
	1, HERE,
	.config = {"uploadpack.allowfilter=true",
	    "uploadpack.allowrefinwant=true",
	    "uploadpack.allowsidebandall=true",
	    "uploadpack.blobpackfileuri=" ID1 " " ID2 " http://x/",
	    "transfer.advertiseobjectinfo=true",
	    "uploadpack.advertisebundleuris=true", "lsrefs.unborn=allow"}},
    {"ls-refs shows what is damaged", 2, false,
	{"command=ls-refs", "0001", "symrefs", "ref-prefix refs/heads/bad",
	    "ref-prefix refs/remotes", "0000"},
	ID0 " refs/heads/bad\n" ID5
	    " refs/remotes/o/HEAD symref-target:refs/remotes/o/x\n0000\n",
	1, HERE},

    {"v0, a damaged HEAD", 0, false, {NULL},
	ID4 " refs/heads/side@" CAPS " object-format=sha1 agent=a\n0000\n", 1,
	.objects = history, .refs = headless},
    {"ls-refs, a damaged HEAD", 2, false, {"command=ls-refs", "0000"},
	ID4 " refs/heads/side\n0000\n", 1, .objects = history,
	.refs = headless},

    /* v0: depths. */
    {"v0 depth", V0(WANT6, "deepen 1", "0000", "done"),
	"shallow " ID6 "\n0000\nNAK\nPACK", 0, "6 /6 0", HERE},
    {"v0 deeper",
	V0(WANT6, "shallow " ID6, "deepen 2", "0000", "have " ID6, "done"),
	"shallow " ID5 "\nshallow " ID4 "\nunshallow " ID6 "\n0000\nACK " ID6
	"\nPACK",
	0, "6 5 4 ^6 ^6 /6 /5 /4 0", HERE},
    {"v0 unshallow",
	V0(WANT6, "shallow " ID5, "shallow " ID7, "deepen 2147483647", "0000",
	    "done"),
	"unshallow " ID5 "\n0000\nNAK\nPACK", 0, "6 3 ^5 /5 0", HERE},
    {"v0 relative",
	V0(WANT6 " deepen-relative", "shallow " ID3, "deepen 1", "0000",
	    "done"),
	"shallow " ID2 "\nunshallow " ID3 "\n0000\nNAK\nPACK", 0,
	"6 2 ^3 /3 /2 0", HERE},
    {"v0 relative, of what no reference leads to",
	V0(WANT6 " deepen-relative", "shallow " ID9, "deepen 1", "0000",
	    "done"),
	"0000\nNAK\nPACK", 0, "6 /9 0", HERE},
    {"v0 shallow, as it is: an end leads nowhere",
	V0("want " ID5 " multi_ack_detailed", "shallow " ID5, "0000",
	    "have " ID3, "0000", "have " ID5, "0000", "done"),
	"ACK " ID3 " common\nNAK\nACK " ID5 " common\nACK " ID5
	" ready\nNAK\nACK " ID5 "\nPACK",
	0, "5 ^3 ^5 /5 0", HERE},
    {"v0 of a shallow repository", V0(WANT6, "0000", "done"), "NAK\nPACK", 0,
	"6 /2 0", HERE, .shallow = {2}},
    {"v0 depth of a shallow repository",
	V0(WANT6, "shallow " ID5, "deepen 9", "0000", "done"),
	"shallow " ID4 "\nshallow " ID3 "\nunshallow " ID5 "\n0000\nNAK\nPACK",
	0, "6 3 ^5 /3 /4 /5 0", HERE, .shallow = {3, 4}},
    {"v0 since", V0(WANT6, "deepen-since 300", "0000", "done"),
	"shallow " ID4 "\nshallow " ID3 "\n0000\nNAK\nPACK", 0, "6 /4 /3 0",
	HERE},
    {"v0 not", V0(WANT6, "deepen-not side", "0000", "done"),
	"shallow " ID6 "\nshallow " ID3 "\n0000\nNAK\nPACK", 0, "6 /6 /3 0",
	HERE},
    {"v0 not, by a remote and a tag",
	V0("want " ID4, "deepen-not o", "deepen-not tags/v1",
	    "deepen-not tags/v1", "0000", "done"),
	"shallow " ID4 "\n0000\nNAK\nPACK", 0, "4 /4 0", HERE},
    {"v0 filter", V0(WANT6 " filter", "filter blob:none", "0000", "done"),
	"NAK\nPACK", 0, "6 filter 0", HERE,
	.config = {"uploadpack.allowfilter=true"}},
    {"v0 filter not negotiated", V0(WANT6, "filter blob:none"),
	"ERR upload-pack: filtering capability not negotiated\n", -1, HERE,
	.config = {"uploadpack.allowfilter=true"}},
    {"v0 filter not allowed", V0(WANT6 " filter", "filter blob:none"),
	"ERR upload-pack: filtering capability not negotiated\n", -1, HERE},

    /* What is wrong with such lines. */
    {"depth of zero", V0(WANT6, "deepen 0"), "ERR Invalid deepen: deepen 0\n",
	-1, HERE},
    {"no date", V0(WANT6, "deepen-since x"),
	"ERR Invalid deepen-since: deepen-since x\n", -1, HERE},
    {"no id", V0(WANT6, "shallow x"), "ERR invalid shallow line: shallow x\n",
	-1, HERE},
    {"a tag is not shallow", V0(WANT6, "shallow " IDA),
	"ERR invalid shallow object " IDA "\n", -1, HERE},
    {"nothing later", V0(WANT6, "deepen-since 601", "0000"),
	"ERR no commits selected for shallow requests\n", -1, HERE},
    {"one of two", V0(WANT6, "deepen-not v1", "0000"),
	"ERR upload-pack: ambiguous deepen-not: deepen-not v1\n", -1, HERE},
    {"no such name", V0(WANT6, "deepen-not s", "0000"),
	"ERR upload-pack: deepen-not is not a ref: deepen-not s\n", -1, HERE},
    {"a hidden name", V0(WANT6, "deepen-not refs/secret/x", "0000"),
	"ERR upload-pack: deepen-not is not a ref: deepen-not refs/secret/x\n",
	-1, HERE},
    {"a damaged one", V0(WANT6, "deepen-not bad", "0000"),
	"ERR upload-pack: deepen-not is not a ref: deepen-not bad\n", -1, HERE},
    {"both", V0(WANT6, "deepen 1", "deepen-since 1", "0000"),
	"ERR upload-pack: deepen and deepen-since (or deepen-not) cannot be "
	"used together\n",
	-1, HERE},
    {"what is shown as damaged is no tip", V0("want " ID0),
	"ERR upload-pack: not our ref " ID0 "\n", -1, HERE},

    /* v2. */
    {"v2 depth", V2(WANT6, "no-progress", "deepen 2", "done"),
	"shallow-info\nshallow " ID5 "\nshallow " ID4 "\n0001\n" PACKED, 1,
	"6 /5 /4 0", HERE},
    {"v2 shallow, as it is", V2(WANT6, "no-progress", "shallow " ID5, "done"),
	"shallow-info\n0001\n" PACKED, 1, "6 /5 0", HERE},
    {"v2 relative",
	V2(WANT6, "no-progress", "shallow " ID5, "deepen 1", "deepen-relative",
	    "have " ID6, "done"),
	"shallow-info\nshallow " ID3 "\nunshallow " ID5 "\n0001\n" PACKED, 1,
	"6 3 ^6 ^5 /5 /3 0", HERE},
    {"v2 unshallow",
	V2(WANT6, "no-progress", "shallow " ID5, "deepen 0x7fffffff", "done"),
	"shallow-info\nunshallow " ID5 "\n0001\n" PACKED, 1, "6 3 ^5 /5 0",
	HERE},
    {"v2 all there is, and relative",
	V2(WANT6, "no-progress", "shallow " ID5, "deepen 2147483647",
	    "deepen-relative", "done"),
	"shallow-info\nshallow " ID4 "\nunshallow " ID5 "\n0001\n" PACKED, 1,
	"6 3 ^5 /4 /5 0", HERE, .shallow = {4}},
    {"v2 of a shallow repository", V2(WANT6, "no-progress", "done"),
	"shallow-info\nshallow " ID2 "\n0001\n" PACKED, 1, "6 /2 0", HERE,
	.shallow = {2}},
    {"v2 of a shallow repository, which the client knows",
	V2(WANT6, "no-progress", "shallow " ID2, "shallow " ID5, "done"),
	"shallow-info\n0001\n" PACKED, 1, "6 /2 /5 0", HERE, .shallow = {2}},
    {"v2 since and not",
	V2(WANT6, "no-progress", "deepen-since 300", "deepen-not refs/tags/v1",
	    "done"),
	"shallow-info\nshallow " ID4 "\nshallow " ID3 "\n0001\n" PACKED, 1,
	"6 /4 /3 0", HERE},
    {"v2 haves before what they mean",
	V2("have " ID5, WANT6, "no-progress", "have " ID4, "shallow " ID5,
	    "deepen 1"),
	"acknowledgments\nACK " ID5 "\nACK " ID4
	"\nready\n0001\nshallow-info\nshallow " ID6 "\n0001\n" PACKED,
	1, "6 ^5 ^4 /5 /6 0", HERE},
    {"v2, an end leads nowhere", V2("want " ID5, "shallow " ID5, "have " ID3),
	"acknowledgments\nACK " ID3 "\n0000\n", 1, HERE},
    {"v2 a mistake in the depth", V2(WANT6, "deepen 1", "deepen-not side"),
	"shallow-info\nERR upload-pack: deepen and deepen-since (or "
	"deepen-not) cannot be used together\n",
	-1, HERE},

    {"want-ref",
	V2("want-ref refs/tags/v1", "want-ref HEAD", "want " ID4, "no-progress",
	    "done"),
	"wanted-refs\n" IDA " refs/tags/v1\n" ID6 " HEAD\n0001\n" PACKED, 1,
	"4 6 a1 0", HERE, .config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref with depth, as clients read it",
	V2("want-ref refs/heads/side", "no-progress", "deepen 1", "done"),
	"shallow-info\nshallow " ID4 "\n0001\nwanted-refs\n" ID4
	" refs/heads/side\n0001\n" PACKED,
	1, "4 /4 0", HERE, .config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref, not yet the pack", V2("want-ref HEAD", "have " ID9),
	"acknowledgments\nACK " ID9 "\n0000\n", 1, HERE,
	.config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref by half a name", V2("want-ref HEAD", "want-ref side"),
	"ERR unknown ref side\n", -1, HERE,
	.config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref of what is hidden", V2("want-ref refs/secret/x"),
	"ERR unknown ref refs/secret/x\n", -1, HERE,
	.config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref of what is hidden by its full name",
	V2("want-ref refs/heads/main"), "ERR unknown ref refs/heads/main\n", -1,
	HERE,
	.config = {"uploadpack.allowrefinwant=true",
	    "uploadpack.hiderefs=^refs/namespaces/n/refs/heads"}},
    {"want-ref twice", V2("want-ref HEAD", "want-ref HEAD"),
	"ERR duplicate want-ref HEAD\n", -1, HERE,
	.config = {"uploadpack.allowrefinwant=true"}},
    {"want-ref not allowed", V2("want-ref HEAD"),
	"ERR unexpected line: 'want-ref HEAD'\n", -1, HERE},

    {"v2 filter", V2(WANT6, "no-progress", "filter blob:none", "done"), PACKED,
	1, "6 filter 0", HERE, .config = {"uploadpack.allowfilter=yes"}},
    {"v2 filter not allowed", V2("filter blob:none"),
	"ERR unexpected line: 'filter blob:none'\n", -1, HERE},
    {"v2 two filters", V2("filter blob:none", "filter blob:none"),
	"ERR multiple filter-specs cannot be combined\n", -1, HERE,
	.config = {"uploadpack.allowfilter=true"}},
    {"v2 a filter that is none", V2("filter x"),
	"ERR invalid filter-spec 'x'\n", -1, HERE,
	.config = {"uploadpack.allowfilter=true"}},
    {"v2 a filter refused", V2("filter blob:none"),
	"ERR filter 'blob:none' not supported\n", -1, HERE,
	.config = {"uploadpack.allowfilter=true",
	    "uploadpackfilter.allow=false"}},

    {"sideband-all",
	V2(WANT6, "sideband-all", "shallow " ID3, "have " ID5, "have " ID4),
	"1acknowledgments\n1ACK " ID5 "\n1ACK " ID4
	"\n1ready\n0001\n1shallow-info\n0001\n1packfile\n2busy\r\n1PACK\n"
	"0000\n",
	1, "6 ^5 ^4 /3 0", HERE,
	.config = {"uploadpack.allowsidebandall=true"}},
    {"sideband-all, and an error", V2("sideband-all", "want " ID7),
	"3upload-pack: not our ref " ID7 "\n", -1, HERE,
	.config = {"uploadpack.allowsidebandall=true"}},
    {"sideband-all not allowed", V2("sideband-all"),
	"ERR unexpected line: 'sideband-all'\n", -1, HERE},
    {"packfile-uris",
	V2(WANT6, "sideband-all", "no-progress",
	    "packfile-uris http,httpss,https", "done"),
	"1packfile-uris\n1" ID2 " https://x/y z\n0001\n1packfile\n1PACK\n"
	"0000\n",
	1, "6 @1 0", HERE,
	.config = {"uploadpack.allowsidebandall=true",
	    "uploadpack.blobpackfileuri=" ID1 " " ID2 " https://x/y z",
	    "uploadpack.blobpackfileuri=" ID3 " " ID2 " ftp://x"}},
    {"packfile-uris of another protocol",
	V2(WANT6, "sideband-all", "no-progress", "packfile-uris ftp,http",
	    "done"),
	"1packfile\n1PACK\n0000\n", 1, "6 0", HERE,
	.config = {"uploadpack.allowsidebandall=true",
	    "uploadpack.blobpackfileuri=" ID1 " " ID2 " https://x/y"}},
    {"packfile-uris without sideband-all",
	V2(WANT6, "no-progress", "packfile-uris https", "done"), PACKED, 1,
	"6 0", HERE,
	.config = {"uploadpack.blobpackfileuri=" ID1 " " ID2 " https://x/y"}},

    {"one request forgets the dates of the other", 2, false,
	{"command=fetch", "0001", WANT6, "deepen-since 600", "done",
	    "no-progress", "0000", "command=fetch", "0001", "want " ID4,
	    "no-progress", "done", "0000"},
	"shallow-info\nshallow " ID6 "\n0001\n" PACKED PACKED, 1, "4 0", HERE},
    {"one request forgets the other", 2, false,
	{"command=fetch", "0001", WANT6, "deepen 1", "shallow " ID2, "done",
	    "no-progress", "0000", "command=fetch", "0001", "want " ID4,
	    "no-progress", "done", "0000"},
	"shallow-info\nshallow " ID6 "\n0001\n" PACKED PACKED, 1, "4 0", HERE},

    /* Facts. */
    {"object-info", 2, false,
	{"command=object-info", "0001", "oid " ID4, "size", "oid " ID7, "0000"},
	"size\n" ID4 " 400\n" ID7 " \n0000\n", 1, HERE,
	.config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info of nothing", 2, false,
	{"command=object-info", "0001", "size", "0000"}, "0000\n", 1, HERE,
	.config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info without a question", 2, false,
	{"command=object-info", "0001", "oid " ID7, "0000"}, ID7 "\n0000\n", 1,
	HERE, .config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info of what is none", 2, false,
	{"command=object-info", "0001", "oid x"},
	"ERR object-info: protocol error, expected to get oid, not 'x'\n", -1,
	HERE, .config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info, something else", 2, false,
	{"command=object-info", "0001", "type"},
	"ERR object-info: unexpected line: 'type'\n", -1, HERE,
	.config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info without an end", 2, false,
	{"command=object-info", "0001", "0001"},
	"ERR object-info: expected flush after arguments\n", -1, HERE,
	.config = {"transfer.advertiseobjectinfo=true"}},
    {"object-info was not offered", 2, false, {"command=object-info"},
	"ERR invalid command 'object-info'\n", -1, HERE},
    {"bundle-uri", 2, false, {"command=bundle-uri", "0000"},
	"bundle.version=1\nbundle.A.uri=https://x/a b\n0000\n", 1, HERE,
	.config = {"bundle.version=1", "bundle.A.uri=https://x/a b",
	    "uploadpack.advertisebundleuris=true"}},
    {"bundle-uri has no arguments", 2, false,
	{"command=bundle-uri", "0001", "x"},
	"ERR bundle-uri: unexpected argument: 'x'\n", -1, HERE,
	.config = {"uploadpack.advertisebundleuris=true"}},
    {"bundle-uri was not offered", 2, false, {"command=bundle-uri"},
	"ERR invalid command 'bundle-uri'\n", -1, HERE},
};

static void
test_config(void)
{
	static const struct {
		const char *name, *value;
		int result;
	} cases[] = {
	    {"uploadpack.allowfilter", "2k", 0},
	    {"uploadpack.allowfilter", "2t", -1},
	    {"uploadpack.allowfilter", "99999999999", -1},
	    {"uploadpack.keepalive", "2m", 0},
	    {"uploadpack.keepalive", NULL, -1},
	    {"uploadpack.hiderefs", NULL, -1},
	    {"uploadpack.allowanysha1inwant", "maybe", -1},
	    {"uploadpack.blobpackfileuri", NULL, -1},
	    {"uploadpack.blobpackfileuri", "", -1},
	    {"uploadpack.blobpackfileuri", ID1 " " ID2, -1},
	    {"uploadpack.blobpackfileuri", ID1 " x http://x", -1},
	    {"uploadpack.blobpackfileuri", ID1 "1 " ID2 " http://x", -1},
	    {"uploadpack.blobpackfileuri", ID1 " " ID2 "2 http://x", -1},
	    {"uploadpack.blobpackfileuri", ID1 " " ID2 " http://x", 0},
	    {"uploadpack.blobpackfileuri", ID1 " " ID3 " http://y", -1},
	    {"bundle.version", NULL, -1},
	};
	struct riad_upload_config c;

	riad_upload_config_init(&c);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r =
		    riad_upload_config_set(&c, cases[i].name, cases[i].value);
		ok(r == cases[i].result && (r == 0 || errno == EINVAL),
		    "%s = %s", cases[i].name,
		    cases[i].value ? cases[i].value : "(nothing)");
	}
	ok(c.allow_filter && c.keepalive == 2 << 20, "numbers with units");
	riad_upload_config_set(&c, "uploadpack.allowanysha1inwant", "true");
	ok(c.allow_tip && c.allow_reachable && c.allow_any, "any is all");
	riad_upload_config_set(&c, "uploadpack.allowtipsha1inwant", "false");
	ok(!c.allow_tip && c.allow_reachable, "but for what is said later");
	riad_upload_config_free(&c);
}

/* What was shown may be asked for, also if it is gone by then; and until
 * something is asked for, it costs one listing. */
static void
test_tips(void)
{
	static struct riad_out out;
	static const struct riad_ref later[] = {
	    {.name = "refs/heads/main", .oid = X20(9)}, {.name = NULL}};

	for (int stateless = 0; stateless < 2; stateless++) {
		struct world w = {.repo = {.objects = history, .refs = names}};
		struct riad_odb odb = fake_odb(&w.repo);
		struct riad_upload_repo repo = {.ctx = &w,
		    .odb = &odb,
		    .refs = world_refs,
		    .pack = world_pack};
		struct riad_upload_config config;
		int fd = memfd_create("out", 0), r = 0;

		riad_upload_config_init(&config);
		config.stateless = stateless;
		riad_out_init(&out, fd);
		struct riad_upload *u = riad_upload_new(&config, &repo, &out);
		if (!stateless)
			riad_upload_advertise(u);
		w.repo.refs = later;
		feed(u, WANT6, &r);
		feed(u, "want " ID4, &r);
		feed(u, "0000", &r);
		ok(r == (stateless ? -1 : 1) && w.listings == 1,
		    "what was a tip a moment ago, %d", stateless);
		riad_upload_free(u);
		riad_upload_config_free(&config);
		close(fd);
	}
}

/* The answer to /info/refs is for whoever comes back by HTTP. */
static void
test_announce_only(void)
{
	static struct riad_out out;
	struct world w = {.repo = {.objects = history, .refs = headless}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs};
	struct riad_upload_config config;
	int fd = memfd_create("out", 0);

	riad_upload_config_init(&config);
	config.announce_only = true;
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	ok(riad_upload_advertise(u) == 0 && riad_out_flush(&out) == 0 &&
		strstr(flatten(fd), " multi_ack_detailed no-done ") != NULL,
	    "no-done is for /info/refs");
	riad_upload_free(u);
	riad_upload_config_free(&config);
	close(fd);
}

/* A second of silence before the first byte. */
static int
late_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	(void)ctx;
	(void)request;
	usleep(1050000);
	return sink->tick(sink->ctx) == -1 ? -1
					   : sink->data(sink->ctx, "PACK", 4);
}

static void
test_keepalive(void)
{
	static struct riad_out out;
	struct world w = {.repo = {.objects = history, .refs = names}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs, .pack = late_pack};
	struct riad_upload_config config;
	int fd = memfd_create("out", 0), r;

	riad_upload_config_init(&config);
	config.version = 2;
	config.keepalive = 1;
	config.allow_sideband_all = true;
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	feed(u, "command=fetch", &r);
	feed(u, "0001", &r);
	feed(u, "sideband-all", &r);
	feed(u, "packfile-uris https", &r);
	feed(u, WANT6, &r);
	feed(u, "done", &r);
	feed(u, "0000", &r);
	riad_out_flush(&out);
	ok(strcmp(flatten(fd), "2\n1packfile\n1PACK\n0000\n") == 0,
	    "silence among lines is broken in band 2");
	riad_upload_free(u);
	riad_upload_config_free(&config);
	close(fd);
}

/* An adapter that finds references by the beginning of their names. */
static char asked_prefixes[256];

static int
refs_below(void *ctx, bool peel, const char *const *prefixes, size_t n,
    riad_ref_fn *each, void *each_ctx)
{
	for (size_t i = 0; i < n; i++)
		snprintf(asked_prefixes + strlen(asked_prefixes), 100, "%s ",
		    prefixes[i]);
	return world_refs(ctx, peel, each, each_ctx);
}

static void
test_prefixes(void)
{
	static struct riad_out out;
	struct world w = {.repo = {.objects = history, .refs = names}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {.ctx = &w,
	    .odb = &odb,
	    .refs = world_refs,
	    .refs_below = refs_below};
	struct riad_upload_config config;
	int fd = memfd_create("out", 0), r;

	riad_upload_config_init(&config);
	config.version = 2;
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	feed(u, "command=ls-refs", &r);
	feed(u, "0001", &r);
	feed(u, "ref-prefix refs/heads/v1", &r);
	feed(u, "ref-prefix refs/heads/v", &r);
	feed(u, "ref-prefix HEAD", &r);
	feed(u, "0000", &r);
	ok(strcmp(asked_prefixes, "HEAD refs/heads/v ") == 0, "looked for: %s",
	    asked_prefixes);
	riad_upload_free(u);

	u = riad_upload_new(&config, &repo, &out);
	asked_prefixes[0] = '\0';
	w.listings = 0;
	feed(u, "command=ls-refs", &r);
	feed(u, "0000", &r);
	ok(asked_prefixes[0] == '\0' && w.listings == 1, "or all listed");
	riad_upload_free(u);
	riad_upload_config_free(&config);
	close(fd);
}

/* A client that never comes to an end. */
static void
test_floods(void)
{
	static const struct {
		const char *command, *line, *why;
	} floods[] = {
	    {"command=fetch", "want-ref a", "upload-pack: want-ref: "},
	    {"command=fetch", "deepen-not a", "upload-pack: deepen-not: "},
	    {"command=object-info", "oid " ID1, "object-info: too many "},
	};
	static struct riad_out out;
	struct world w = {.repo = {.objects = history, .refs = names}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs, .size = world_size};
	struct riad_upload_config config;

	riad_upload_config_init(&config);
	config.version = 2;
	config.allow_ref_in_want = config.advertise_object_info = true;
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		int fd = memfd_create("out", 0), r = 1, n = 0;

		riad_out_init(&out, fd);
		struct riad_upload *u = riad_upload_new(&config, &repo, &out);
		feed(u, floods[i].command, &r);
		feed(u, "0001", &r);
		for (; r == 1 && n < 1 << 20; n++)
			feed(u, floods[i].line, &r);
		ok(r == -1 && strncmp(riad_upload_why(u), floods[i].why,
				  strlen(floods[i].why)) == 0,
		    "after %d of '%s': %s", n, floods[i].line,
		    riad_upload_why(u));
		riad_upload_free(u);
		close(fd);
	}
	riad_upload_config_free(&config);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		run(&limits[i]);
	test_config();
	test_tips();
	test_announce_only();
	test_keepalive();
	test_prefixes();
	test_floods();
	return tap_done();
}
