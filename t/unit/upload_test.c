/* SPDX-License-Identifier: ISC */
/* Whole conversations, packet by packet, with a repository in an array. */

#include "fakeupload.h"

static const struct talk talks[] = {
    /* Announcements. */
    {"v0 references", 0, false, {NULL},
	ID3 " HEAD@" CAPS " symref=HEAD:refs/heads/main object-format=sha1 "
	    "agent=a\n" ID3 " refs/heads/main\n" IDA " refs/tags/v1\n" ID2
	    " refs/tags/v1^{}\n0000\n",
	1},
    {"v1 references over HTTP", 1, true, {NULL},
	"version 1\n" ID3 " HEAD@" CAPS
	" no-done symref=HEAD:refs/heads/main object-format=sha1 agent=a\n" ID3
	" refs/heads/main\n" IDA " refs/tags/v1\n" ID2
	" refs/tags/v1^{}\n0000\n",
	1},
    {"v0 no references", 0, false, {NULL},
	"0000000000000000000000000000000000000000 capabilities^{}@" CAPS
	" object-format=sha1 agent=a\n0000\n",
	1, .empty = true},
    {"v2 capabilities", 2, false, {NULL},
	"version 2\nagent=a\nls-refs=unborn\nfetch=shallow wait-for-done\n"
	"server-option\nobject-format=sha1\n0000\n",
	1},

    /* v0. */
    {"nothing is wanted", 0, false, {"0000"}, "", 0},
    {"clone", 0, false,
	{WANT3 " side-band-64k ofs-delta thin-pack\n", "want " ID3 "\n", "0000",
	    "done\n"},
	"NAK\n2busy\r\n1PACK\n0000\n", 0, "3 thin ofs 0"},
    {"clone without a side-band", 0, false, {WANT3, "0000", "done"},
	"NAK\nPACK", 0, "3 0"},
    {"include-tag, quietly", 0, false,
	{WANT3 " side-band include-tag no-progress", "0000", "done"},
	"NAK\n1PACK\n0000\n", 0, "3 1"},
    {"not there", 0, false, {"want " ID7, "0000"},
	"ERR upload-pack: not our ref " ID7 "\n", -1},
    {"not a tip", 0, false, {"want " ID2, "0000"},
	"ERR upload-pack: not our ref " ID2 "\n", -1},
    {"not a tip, but reachable as far as HTTP can tell", 0, true,
	{"want " ID2, "0000", "done"}, "NAK\nPACK", 0, "2 0"},
    {"reachable by configuration", 0, false, {"want " ID2, "0000", "done"},
	"NAK\nPACK", 0, "2 0", .allow_reachable = true},
    {"reachable by a tag alone", 0, true, {"want " ID1, "0000", "done"},
	"NAK\nPACK", 0, "1 0", .one_tag = true},
    {"not reachable", 0, true, {"want " ID3, "want " ID9, "0000"},
	"ERR upload-pack: not our ref " ID9 "\n", -1},
    {"the tip of a hidden reference", 0, false, {"want " ID4, "0000"},
	"ERR upload-pack: not our ref " ID4 "\n", -1},
    {"nor by HTTP", 0, true, {"want " ID4, "0000"},
	"ERR upload-pack: not our ref " ID4 "\n", -1},
    {"but by configuration", 0, false, {"want " ID4, "0000", "done"},
	"NAK\nPACK", 0, "4 0", .allow_tip = true},
    {"one ack", 0, false,
	{WANT3, "0000", "have " ID7, "0000", "have " ID2, "have " ID1, "0000",
	    "done"},
	"NAK\nACK " ID2 "\nPACK", 0, "3 ^2 ^1 0"},
    {"multi_ack", 0, false,
	{WANT3 " multi_ack", "0000", "have " ID2, "have " ID7, "0000", "done"},
	"ACK " ID2 " continue\nACK " ID7 " continue\nNAK\nACK " ID2 "\nPACK", 0,
	"3 ^2 0"},
    {"multi_ack_detailed", 0, false,
	{WANT3 " multi_ack_detailed", "0000", "have " ID9, "have " ID7,
	    "have " ID2, "0000", "have " ID1, "0000", "done"},
	"ACK " ID9 " common\nACK " ID2 " common\nNAK\nACK " ID1
	" common\nACK " ID1 " ready\nNAK\nACK " ID1 "\nPACK",
	0, "3 ^9 ^2 ^1 0"},
    {"no-done: the pack comes at once", 0, true,
	{WANT3 " multi_ack_detailed no-done", "0000", "have " ID2, "0000"},
	"ACK " ID2 " common\nACK " ID2 " ready\nNAK\nACK " ID2 "\nPACK", 0,
	"3 ^2 0"},
    {"a stateless round ends with the answer", 0, true,
	{WANT3 " multi_ack_detailed", "0000", "have " ID7, "0000"}, "NAK\n", 0},
    {"not a want", 0, false, {"wants " ID3},
	"ERR upload-pack: protocol error, expected to get object ID, not "
	"'wants " ID3 "'\n",
	-1},
    {"not a have", 0, false, {WANT3, "0000", "havoc\n"},
	"ERR upload-pack: expected SHA1 list, got 'havoc'\n", -1},
    {"a delimiter", 0, false, {"0001"},
	"ERR upload-pack: protocol error, unexpected packet 0001\n", -1},
    {"SHA-256", 0, false, {WANT3 " object-format=sha256\n"},
	"ERR mismatched object format: server sha1; client sha256\n", -1},
    {"the pack fails", 0, false, {WANT3 " side-band-64k", "0000", "done"},
	"NAK\n2busy\r\n3aborting due to possible repository corruption on the "
	"remote side.\n",
	-1, "3 0", .pack_fails = true},

    /* v2. */
    {"farewell", 2, false, {"0000"}, "", 0},
    {"ls-refs", 2, false,
	{"command=ls-refs\n", "agent=b", "object-format=sha1", "0001", "peel\n",
	    "symrefs\n", "0000"},
	ID3 " HEAD symref-target:refs/heads/main\n" ID3 " refs/heads/main\n" IDA
	    " refs/tags/v1 peeled:" ID2 "\n0000\n",
	1},
    {"ls-refs, bare", 2, false, {"command=ls-refs", "0000"},
	ID3 " HEAD\n" ID3 " refs/heads/main\n" IDA " refs/tags/v1\n0000\n", 1},
    {"ls-refs by prefix", 2, true,
	{"command=ls-refs", "0001", "ref-prefix refs/heads/\n",
	    "ref-prefix refs/secret\n", "0000"},
	ID3 " refs/heads/main\n0000\n", 0},
    {"ls-refs by prefixes that begin each other", 2, true,
	{"command=ls-refs", "0001", "ref-prefix refs/tags/v1x",
	    "ref-prefix refs/tags/v", "ref-prefix refs/tags/", "ref-prefix H",
	    "ref-prefix refs/heads/n", "ref-prefix refs/heads/main/", "0000"},
	ID3 " HEAD\n" IDA " refs/tags/v1\n0000\n", 0},
    {"an empty prefix begins all", 2, true,
	{"command=ls-refs", "0001", "ref-prefix refs/x", "ref-prefix ", "0000"},
	ID3 " HEAD\n" ID3 " refs/heads/main\n" IDA " refs/tags/v1\n0000\n", 0},
    {"unborn", 2, false,
	{"command=ls-refs", "0001", "symrefs", "unborn", "0000"},
	"unborn HEAD symref-target:refs/heads/main\n0000\n", 1, .empty = true},
    {"unborn unasked", 2, false, {"command=ls-refs", "0001", "symrefs", "0000"},
	"0000\n", 1, .empty = true},
    {"fetch all, and any object", 2, false,
	{"command=fetch", "0001", "thin-pack", "ofs-delta", "include-tag",
	    "want " ID4, "want " ID9 "\n", "done", "0000"},
	"packfile\n2busy\r\n1PACK\n0000\n", 1, "4 9 thin ofs 1"},
    {"nothing wanted, nothing said", 2, false,
	{"command=fetch", "0001", "have " ID1, "0000"}, "", 1},
    {"nothing in common", 2, false,
	{"command=fetch", "0001", WANT3, "have " ID7, "0000"},
	"acknowledgments\nNAK\n0000\n", 1},
    {"not ready", 2, false,
	{"command=fetch", "0001", WANT3, "have " ID9, "0000"},
	"acknowledgments\nACK " ID9 "\n0000\n", 1},
    {"ready", 2, false,
	{"command=fetch", "0001", WANT3, "no-progress", "have " ID7,
	    "have " ID2, "0000"},
	"acknowledgments\nACK " ID2 "\nready\n0001\npackfile\n1PACK\n0000\n", 1,
	"3 ^2 0"},
    {"wait-for-done", 2, false,
	{"command=fetch", "0001", WANT3, "wait-for-done", "have " ID2, "0000"},
	"acknowledgments\nACK " ID2 "\n0000\n", 1},
    {"done", 2, false,
	{"command=fetch", "0001", WANT3, "no-progress", "have " ID2, "done",
	    "0000"},
	"packfile\n1PACK\n0000\n", 1, "3 ^2 0"},
    {"one request after the other", 2, false,
	{"command=fetch", "0001", WANT3, "have " ID2, "done", "0000",
	    "command=ls-refs", "0001", "ref-prefix HEAD", "0000", "0000"},
	"packfile\n2busy\r\n1PACK\n0000\n" ID3 " HEAD\n0000\n", 0, "3 ^2 0"},
    {"no command", 2, false, {"agent=b", "0000"}, "ERR no command requested\n",
	-1},
    {"unknown command", 2, false, {"command=push"},
	"ERR invalid command 'push'\n", -1},
    {"two commands", 2, false, {"command=fetch", "command=ls-refs"},
	"ERR command 'ls-refs' requested after already requesting command "
	"'fetch'\n",
	-1},
    {"unknown capability", 2, false, {"foobar\n"},
	"ERR unknown capability 'foobar'\n", -1},
    {"session-id was not announced", 2, false, {"session-id=x"},
	"ERR unknown capability 'session-id=x'\n", -1},
    {"wrong format", 2, false,
	{"command=fetch", "object-format=sha256", "0001"},
	"ERR mismatched object format: server sha1; client sha256\n", -1},
    {"no such format", 2, false, {"object-format=md5"},
	"ERR unknown object format 'md5'\n", -1},
    {"format of what", 2, false, {"object-format"},
	"ERR object-format capability requires an argument\n", -1},
    {"unknown argument", 2, false, {"command=fetch", "0001", "oid " ID1},
	"ERR unexpected line: 'oid " ID1 "'\n", -1},
    {"a v0 capability is no argument", 2, false,
	{"command=fetch", "0001", "multi_ack"},
	"ERR unexpected line: 'multi_ack'\n", -1},
    {"unknown argument of ls-refs", 2, false,
	{"command=ls-refs", "0001", "foo"}, "ERR unexpected line: 'foo'\n", -1},
    {"two delimiters", 2, false, {"command=fetch", "0001", "0001"},
	"ERR expected flush after fetch arguments\n", -1},
    {"a want that is none", 2, false, {"command=fetch", "0001", "want x"},
	"ERR upload-pack: protocol error, expected to get oid, not 'want x'\n",
	-1},
    {"the pack fails", 2, false,
	{"command=fetch", "0001", WANT3, "done", "0000"},
	"packfile\n2busy\r\n3aborting due to possible repository corruption on "
	"the remote side.\n",
	-1, "3 0", .pack_fails = true},
};

static void
test_config(void)
{
	struct riad_upload_config c;

	riad_upload_config_init(&c);
	ok(riad_upload_config_set(&c, "uploadpack.keepalive", "7") == 0 &&
		c.keepalive == 7,
	    "keepAlive");
	ok(riad_upload_config_set(&c, "uploadpack.keepalive", "-1") == 0 &&
		c.keepalive == 0,
	    "keepAlive off");
	ok(riad_upload_config_set(&c, "uploadpack.keepalive", "x") == -1 &&
		errno == EINVAL,
	    "keepAlive needs a number");
	ok(riad_upload_config_set(&c, "transfer.advertisesid", NULL) == 0 &&
		c.advertise_session_id,
	    "a name alone is true");
	ok(riad_upload_config_set(&c, "transfer.advertisesid", "Off") == 0 &&
		!c.advertise_session_id,
	    "off");
	ok(riad_upload_config_set(&c, "transfer.advertisesid", "maybe") == -1,
	    "maybe is no bool");
	ok(riad_upload_config_set(&c, "lsrefs.unborn", "ignore") == 0 &&
		c.unborn == RIAD_UNBORN_IGNORE,
	    "lsrefs.unborn");
	ok(riad_upload_config_set(&c, "lsrefs.unborn", "yes") == -1,
	    "lsrefs.unborn has its own words");
	ok(riad_upload_config_set(&c, "core.bare", "maybe") == 0,
	    "others are not ours");
	riad_upload_config_free(&c);

	ok(riad_upload_version(NULL) == 0, "no version");
	ok(riad_upload_version("version=2") == 2, "version 2");
	ok(riad_upload_version("x:version=1:y=version=2") == 1, "version 1");
	ok(riad_upload_version("version=1:version=2") == 2, "the highest");
	ok(riad_upload_version("version=9:version=22:version=") == 0,
	    "none that we know");
}

/* A pack of many packets, given in pieces of all sizes. */
static int
big_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	static uint8_t data[300000];

	(void)ctx;
	(void)request;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 % 251);
	for (size_t pos = 0, n = 1; pos < sizeof(data); n = n * 3 + 1) {
		size_t len = n < sizeof(data) - pos ? n : sizeof(data) - pos;
		if (sink->data(sink->ctx, data + pos, len) == -1)
			return -1;
		pos += len;
	}
	return 0;
}

static void
test_bands(const char *feature, size_t max)
{
	static struct riad_out out;
	static uint8_t raw[400000];
	struct world w = {.repo = {.objects = objects}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs, .pack = big_pack};
	struct riad_upload_config config;
	char want[100];
	int fd = memfd_create("out", 0), r;

	riad_upload_config_init(&config);
	config.stateless = true;
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	snprintf(want, sizeof(want), WANT3 " no-progress %s", feature);
	feed(u, want, &r);
	feed(u, "0000", &r);
	feed(u, "done", &r);
	ok(r == 0 && riad_out_flush(&out) == 0, "a large pack by %s", feature);

	size_t len = (size_t)pread(fd, raw, sizeof(raw), 0), sum = 0;
	int bad = 0, small = 0;
	for (size_t pos = 8; pos < len;) {
		struct riad_pkt pkt;
		ssize_t n = riad_pkt_parse(&pkt, raw + pos, len - pos);
		if (n <= 0)
			break;
		pos += (size_t)n;
		if (pkt.type == RIAD_PKT_FLUSH) {
			ok(pos == len, "  the flush ends it");
			break;
		}
		small += pkt.len < max - 4;
		bad += pkt.len > max - 4 || pkt.data[0] != 1;
		for (size_t i = 1; i < pkt.len; i++, sum++)
			bad += pkt.data[i] != sum * 7 % 251;
	}
	ok(!bad && sum == 300000, "  whole, in packets of at most %zu", max);
	ok(small <= 1, "  of which all are full but the last");
	riad_upload_free(u);
	riad_upload_config_free(&config);
	close(fd);
}

/* An engine that thinks for longer than keepAlive allows silence. */
static int
slow_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	(void)ctx;
	(void)request;
	for (int i = 0; i < 22; i++) {
		if (sink->tick(sink->ctx) == -1)
			return -1;
		usleep(50000);
	}
	return sink->tick(sink->ctx);
}

static void
test_keepalive(void)
{
	static struct riad_out out;
	struct world w = {.repo = {.objects = objects}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs, .pack = slow_pack};

	for (int keepalive = 0; keepalive < 2; keepalive++) {
		struct riad_upload_config config;
		int fd = memfd_create("out", 0), r;

		riad_upload_config_init(&config);
		config.stateless = true;
		config.keepalive = keepalive;
		riad_out_init(&out, fd);
		struct riad_upload *u = riad_upload_new(&config, &repo, &out);
		feed(u, WANT3 " side-band", &r);
		feed(u, "0000", &r);
		feed(u, "done", &r);
		riad_out_flush(&out);
		ok(strcmp(flatten(fd),
		       keepalive ? "NAK\n1\n0000\n" : "NAK\n0000\n") == 0,
		    "silence of a second, keepAlive %d", keepalive);
		riad_upload_free(u);
		riad_upload_config_free(&config);
		close(fd);
	}
}

static void
test_eof(void)
{
	static struct riad_out out;
	struct world w = {.repo = {.objects = objects}};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_upload_repo repo = {
	    .ctx = &w, .odb = &odb, .refs = world_refs, .pack = world_pack};
	static const struct {
		int version;
		bool stateless;
		const char *in[3];
		int result;
	} cases[] = {
	    {0, false, {NULL}, -1},
	    {0, false, {WANT3, "0000"}, -1},
	    {0, true, {WANT3, "0000"}, 0},
	    {0, true, {WANT3}, -1},
	    {0, false, {"0000"}, 0},
	    {2, false, {NULL}, 0},
	    {2, false, {"command=fetch"}, -1},
	    {2, false, {"command=fetch", "0001"}, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_upload_config config;
		int fd = memfd_create("out", 0), r;

		riad_upload_config_init(&config);
		config.version = cases[i].version;
		config.stateless = cases[i].stateless;
		riad_out_init(&out, fd);
		struct riad_upload *u = riad_upload_new(&config, &repo, &out);
		if (!config.stateless)
			riad_upload_advertise(u);
		for (int k = 0; k < 3 && cases[i].in[k] != NULL; k++)
			feed(u, cases[i].in[k], &r);
		ok(riad_upload_eof(u) == cases[i].result, "hanging up, %zu", i);
		riad_upload_free(u);
		riad_upload_config_free(&config);
		close(fd);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		run(&talks[i]);
	test_config();
	test_bands("side-band", 1000);
	test_bands("side-band-64k", 65520);
	test_keepalive();
	test_eof();
	return tap_done();
}
