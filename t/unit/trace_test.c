/* SPDX-License-Identifier: ISC */

#include "riad/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

static struct riad_trace_reader rd;

/* All items in short, and when: ">0 D 50", "<4 raw 50", "<14+2 bad 60". */
static const char *
items(int fd, enum riad_dir plain)
{
	static char text[1024];
	struct riad_trace_item it;
	size_t n = 0;
	uint64_t raw_end[2] = {0, 0};
	int r;

	lseek(fd, 0, SEEK_SET);
	text[0] = '\0';
	riad_trace_reader_init(&rd, fd, plain, NULL, 0);
	while ((r = riad_trace_read(&rd, &it)) == 1) {
		static const char *const names[] = {
		    "", "raw", "bad", "eof", "exit"};
		static const char pkts[] = "FDE.P";
		const char *name = names[it.kind];
		char type[2] = {pkts[it.pkt.type], '\0'};

		/* Where a pack is cut into pieces is nobody's business. */
		if (it.kind == RIAD_TRACE_RAW && raw_end[it.dir] == it.off &&
		    it.off > 0) {
			raw_end[it.dir] = it.off + it.size;
			continue;
		}
		if (it.kind == RIAD_TRACE_RAW)
			raw_end[it.dir] = it.off + it.size;
		if (it.kind == RIAD_TRACE_PACKET)
			name = type;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%c%" PRIu64,
		    it.dir == RIAD_TO_SERVER ? '>' : '<', it.off);
		if (it.kind == RIAD_TRACE_BAD && it.size > 0)
			n += (size_t)snprintf(
			    text + n, sizeof(text) - n, "+%" PRIu64, it.size);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    " %s %" PRIu64 "\n", name, it.ns);
		if (it.kind == RIAD_TRACE_EXIT)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s %d\n", it.signaled ? "signal" : "status",
			    it.code);
	}
	if (r == -1)
		snprintf(text + n, sizeof(text) - n, "%s at %" PRIu64 "\n",
		    rd.why, rd.off);
	return text;
}

static int
file_of(const void *data, size_t len)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	if (fd == -1 || write(fd, data, len) != (ssize_t)len)
		return -1;
	return fd;
}

static void
test_round_trip(void)
{
	struct riad_trace_writer w;
	int fd = memfd_create("trace", MFD_CLOEXEC);

	ok(riad_trace_begin(&w, fd) == 0, "begin");
	riad_trace_data(&w, RIAD_TO_CLIENT, 10, "0008abcd00", 10);
	riad_trace_data(&w, RIAD_TO_SERVER, 20, "0006hi0001", 10);
	riad_trace_data(&w, RIAD_TO_CLIENT, 30, "00PACKx", 7);
	riad_trace_eof(&w, RIAD_TO_SERVER, 40);
	riad_trace_data(&w, RIAD_TO_CLIENT, 50, "yz", 2);
	riad_trace_eof(&w, RIAD_TO_CLIENT, 60);
	ok(riad_trace_exit(&w, 70, true, 13) == 0, "exit");
	const char *got = items(fd, RIAD_TO_CLIENT);
	ok(strcmp(got, "<0 P 10\n>0 P 20\n>6 D 20\n<8 F 10\n<12 raw 30\n"
		       ">10 eof 40\n<19 eof 60\n<19 exit 70\nsignal 13\n") == 0,
	    "items come back");
	ok(rd.tap && !rd.cut, "it is whole");
	close(fd);
}

/* Any record boundaries: the same packets at the same offsets. */
static void
test_split(void)
{
	static const char in[] = "0008abcd0000000900001000100PACK0008abc";
	size_t len = sizeof(in) - 1;
	char want[1024];
	int bad = 0;

	int plain = file_of(in, len);
	snprintf(want, sizeof(want), "%s", items(plain, RIAD_TO_SERVER));
	close(plain);
	ok(strncmp(want, ">0 P 0\n>8 F 0\n>12 P 0\n", 21) == 0, "plain");
	ok(!rd.tap, "and no tap file");
	for (size_t a = 0; a <= len; a++) {
		for (size_t b = a; b <= len; b++) {
			struct riad_trace_writer w;
			int fd = memfd_create("trace", MFD_CLOEXEC);

			riad_trace_begin(&w, fd);
			riad_trace_data(&w, RIAD_TO_SERVER, 0, in, a);
			riad_trace_data(&w, RIAD_TO_SERVER, 0, in + a, b - a);
			riad_trace_data(&w, RIAD_TO_SERVER, 0, in + b, len - b);
			riad_trace_eof(&w, RIAD_TO_SERVER, 0);
			bad += strcmp(items(fd, RIAD_TO_CLIENT), want) != 0;
			close(fd);
		}
	}
	ok(bad == 0, "two cuts anywhere change nothing");
}

static void
test_bad(void)
{
	static const struct {
		const char *name, *in;
		size_t len;
		const char *want;
	} cases[] = {
	    {"empty", "", 0, "<0 eof 0\n"},
	    {"short of a magic", "riad", 4, "<0 bad 0\n<4 eof 0\n"},
	    {"bad length", "0000zzzz0000", 12, "<0 F 0\n<4 bad 0\n<12 eof 0\n"},
	    {"magic alone", "riadtap1", 8, ""},
	    {"unknown kind", "riadtap1Q>\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24,
		"unknown kind of record at 8\n"},
	    {"bad direction", "riadtap1D!\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24,
		"bad direction at 8\n"},
	    {"end with data", "riadtap1E>\0\0\0\0\0\1\0\0\0\0\0\0\0\0", 24,
		"record has data and should not at 8\n"},
	    {"bad exit", "riadtap1X\0q\0\0\0\0\0\0\0\0\0\0\0\0\0", 24,
		"bad exit record at 8\n"},
	    {"exit with data", "riadtap1X\0e\0\0\0\0\1\0\0\0\0\0\0\0\0", 24,
		"record has data and should not at 8\n"},
	    {"a second record",
		"riadtap1X\0e\1\0\0\0\0\0\0\0\0\0\0\0\2riadtap1", 32,
		"<0 exit 2\nstatus 1\ndata behind the exit at 24\n"},
	    {"cut in a header", "riadtap1D>\0\0", 12, ""},
	    {"cut in the data",
		"riadtap1D>\0\0\0\0\0\7\0\0\0\0\0\0\0\1"
		"00000",
		29, ">0 F 1\n>4+1 bad 1\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = file_of(cases[i].in, cases[i].len);

		ok(strcmp(items(fd, RIAD_TO_CLIENT), cases[i].want) == 0, "%s",
		    cases[i].name);
		if (strncmp(cases[i].name, "cut", 3) == 0)
			ok(rd.cut, "  is known to be cut off");
		close(fd);
	}
}

static void
test_full(void)
{
	struct riad_trace_writer w;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ok(riad_trace_begin(&w, fd) == -1 && w.err == ENOSPC, "full disk");
	ok(riad_trace_data(&w, RIAD_TO_CLIENT, 0, "x", 1) == -1 &&
		errno == ENOSPC,
	    "stays full");
	close(fd);
}

/* What was read before is handed over and comes first. */
static void
test_handover(void)
{
	struct riad_trace_item it;
	int fd = file_of("ef0000", 6);

	lseek(fd, 0, SEEK_SET);
	riad_trace_reader_init(&rd, fd, RIAD_TO_CLIENT, "000acd", 6);
	ok(riad_trace_read(&rd, &it) == 1 && it.pkt.len == 6 &&
		memcmp(it.pkt.data, "cdef00", 6) == 0,
	    "what was read before comes first");
	close(fd);
}

int
main(void)
{
	test_round_trip();
	test_split();
	test_bad();
	test_full();
	test_handover();
	return tap_done();
}
