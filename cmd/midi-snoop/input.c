/* SPDX-License-Identifier: ISC */
/*
 * what comes in: a file that is mapped, or a stream that is shown as it comes
 *
 * all that is there -> text -> written out; then one read(2), and again.
 */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"

/* What of a file is read where it can't be mapped. */
#define FILE_MAX ((size_t)256 << 20)

/* After so many milliseconds of nothing, what is held of an exclusive is
 * shown; after as many again, what is folded is told. */
enum { PAUSE = 100, LONG_PAUSE = 1000 };

enum { RECOGNISE = 12 }; /* bytes: "RIFF", a length, "RMID" */

/* Of noise each byte is a fault: so many are told, and how many the others
 * were. */
enum { FAULTS_TOLD = 100 };

struct input input;

static struct riad_midi_stream stream;
static int64_t now; /* of what was read last, by the clock that is asked for */
static int status = RIAD_OK;
static volatile sig_atomic_t stopped;

void
fault(uint64_t off, const char *why)
{
	status = RIAD_FAIL;
	if (++input.faults > FAULTS_TOLD)
		return;

	/* What was before the damage is out before it is told. */
	if (opt.through)
		side_drain();
	else
		(void)riad_out_flush(&out);
	riad_warn("%s: byte %" PRIu64 ": %s", opt.name, off, why);
}

static void
view_begin(void)
{
	if (opt.view == VIEW_EVENTS)
		show_begin();
	else
		report_begin();
}

static void
view_item(struct riad_smf_item *item)
{
	if (opt.view == VIEW_EVENTS)
		show_item(item);
	else
		report_item(item);
	/* Few system calls, but nothing that would have to be waited for. */
	if (opt.through && out.len > sizeof(out.buf) / 4)
		side_drain();
}

/* --- standard MIDI files */

static bool
needs_map(void)
{
	return opt.view != VIEW_EVENTS || opt.time == TIME_BARS ||
	       opt.time == TIME_SECONDS;
}

/* Of format 2 each track has a map of its own: that of the one that the reader
 * is at.  r is a copy. */
static int
map_track(struct riad_smf_reader r, uint16_t division)
{
	struct riad_smf_item item;

	riad_smf_map_free(input.map);
	input.map = riad_smf_map_new(division);
	while (input.map != NULL && riad_smf_next(&r, &item) == 1 &&
	       item.kind != RIAD_SMF_END) {
		if (item.kind == RIAD_SMF_EVENT &&
		    riad_smf_map_add(input.map, item.event.time, &item.event) ==
			-1)
			return -1;
	}
	if (input.map == NULL)
		return -1;
	show_map(input.map);
	return 0;
}

static int
begin_file(const uint8_t *data, size_t len)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;

	input.is_file = true;
	input.timed = true;
	input.division = 480;
	if (opt.time == TIME_AUTO)
		opt.time = TIME_TICKS;
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1 && item.kind != RIAD_SMF_TRACK) {
		if (item.kind != RIAD_SMF_HEADER)
			continue;
		input.format = item.format;
		input.division = item.division;
		break;
	}
	if (needs_map()) {
		input.map = riad_smf_map_new(input.division);
		if (input.map == NULL ||
		    riad_smf_map_read(input.map, data, len, 0) == -1)
			return -1;
	}
	view_begin();
	return 0;
}

static int
read_file(const uint8_t *data, size_t len)
{
	static struct riad_smf_reader r;
	struct riad_smf_item item;

	if (opt.time >= TIME_MONOTONIC) {
		riad_warn("%s: a file has no times of arrival", opt.name);
		return RIAD_USAGE;
	}
	if (begin_file(data, len) == -1) {
		riad_warn("%s: %s", opt.name, strerror(errno));
		return RIAD_FAIL;
	}
	riad_smf_init(&r, data, len);
	while (out.err == 0 && riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_TRACK && input.map != NULL &&
		    input.format == 2 && map_track(r, input.division) == -1) {
			riad_warn("%s: %s", opt.name, strerror(errno));
			return RIAD_FAIL;
		}
		view_item(&item);
		if (item.why != NULL)
			fault(item.off, item.why);
	}
	return status;
}

/* --- streams */

static int64_t
clock_us(void)
{
	clockid_t id =
	    opt.time == TIME_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
begin_stream(bool live)
{
	/* Somebody who wants to know when a regular file was read can say so.
	 */
	if (opt.time == TIME_AUTO)
		opt.time = live ? TIME_MONOTONIC : TIME_NONE;
	input.timed = opt.time != TIME_NONE;
	input.began = opt.time == TIME_REALTIME ? 0 : clock_us();
	riad_midi_stream_init(&stream, opt.exact);
	view_begin();
}

/* Adjacent bytes that are wrong for one reason are one fault, also where they
 * come in pieces. */
static void
stream_fault(uint64_t off, uint64_t len, const char *why)
{
	static const char *before;
	static uint64_t end;

	if (why != before || off != end)
		fault(off, why);
	before = why;
	end = off + len;
}

/* What the reader counts as wrong, it has come upon with this event. */
static void
stream_faults(const struct riad_midi_event *e, uint64_t before)
{
	uint64_t start = stream.off;

	if (e != NULL && e->kind == RIAD_MIDI_RAW && e->len <= start)
		start -= e->len;
	if (stream.cut != input.cut)
		stream_fault(e == NULL || e->kind == RIAD_MIDI_RAW ||
				     e->kind == RIAD_MIDI_EXCLUSIVE
				 ? start
				 : before,
		    0, "message is cut short");
	else if (stream.stray != input.stray)
		stream_fault(start, stream.off - start,
		    e != NULL && e->len == 1 && e->bytes[0] == RIAD_MIDI_EOX
			? "end of an exclusive that has no begin"
			: "data without a status");
	else if (stream.undefined != input.undefined)
		stream_fault(start, stream.off - start, "undefined status");
	input.cut = stream.cut;
	input.stray = stream.stray;
	input.undefined = stream.undefined;
}

static bool
is_wrong(void)
{
	return stream.cut != input.cut || stream.stray != input.stray ||
	       stream.undefined != input.undefined;
}

static void
stream_event(const struct riad_midi_event *e)
{
	struct riad_smf_item item;

	item.kind = RIAD_SMF_EVENT;
	item.off = stream.off;
	item.span = NULL;
	item.span_len = 0;
	item.why = NULL;
	item.event = *e;
	item.event.time = now;
	item.delta = 0;
	item.delta_len = item.length_len = 0;
	item.track = 0;
	view_item(&item);
}

static void
feed(const uint8_t *data, size_t len)
{
	struct riad_midi_event e;

	for (;;) {
		uint64_t before = stream.off;
		int r = riad_midi_stream_next(&stream, &e, &data, &len);
		if (r == 1)
			stream_event(&e);
		if (is_wrong())
			stream_faults(r == 1 ? &e : NULL, before);
		if (r == 0 || (out.err != 0 && !opt.through))
			return;
	}
}

static void
end_stream(void)
{
	struct riad_midi_event e;

	while (riad_midi_stream_end(&stream, &e) == 1)
		stream_event(&e);
	if (stream.cut != input.cut) {
		input.cut = stream.cut;
		fault(stream.off, "the input ends inside of a message");
	}
}

/* A stream that is all there. */
static int
read_stream(const uint8_t *data, size_t len)
{
	if (opt.time != TIME_AUTO && opt.time != TIME_NONE &&
	    opt.time < TIME_MONOTONIC) {
		riad_warn("%s: a stream has no ticks", opt.name);
		return RIAD_USAGE;
	}
	begin_stream(false);
	now = input.timed ? clock_us() - input.began : 0;
	/* In pieces, so that what is written is so as well. */
	for (size_t n; len > 0 && out.err == 0; data += n, len -= n) {
		n = len < 65536 ? len : 65536;
		feed(data, n);
	}
	end_stream();
	return status;
}

/* --- what comes by and by */

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* SIGINT and SIGTERM end what would have no end, and what has a word to say
 * then says it.  They come while we wait only. */
static void
catch_signals(sigset_t *waiting)
{
	struct sigaction act = {.sa_handler = stop};
	sigset_t both;

	(void)sigprocmask(SIG_BLOCK, NULL, waiting);
	if (opt.view == VIEW_EVENTS && !opt.fold)
		return;
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &both, waiting);
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
}

/* Waits for input: 1; 0 after so many milliseconds (-1: none), or -1 if a
 * signal ended it. */
static int
wait_for(int fd, int ms, const sigset_t *waiting)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = out.fd, .events = POLLOUT}};
		struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};
		nfds_t n = opt.through && side_waits() ? 2 : 1;

		int r = ppoll(p, n, ms < 0 ? NULL : &ts, waiting);
		if (stopped)
			return -1;
		if (r == -1 && errno != EINTR)
			return 1; /* read(2) will tell */
		if (r == 0)
			return 0;
		if (r > 0 && n == 2 && p[1].revents != 0)
			side_drain();
		if (r > 0 && p[0].revents != 0)
			return 1;
	}
}

/* Passes on what was read, before anything else is done with it. */
static int
pass_on(const uint8_t *data, size_t len)
{
	static uint64_t passed;

	if (!opt.through)
		return 0;
	if (riad_write(STDOUT_FILENO, data, len) == 0) {
		passed += len;
		return 0;
	}
	if (errno == EPIPE) {
		/* Like any filter, once all that went by is told. */
		side_end();
		(void)signal(SIGPIPE, SIG_DFL);
		(void)raise(SIGPIPE);
	}
	riad_warn(
	    "standard output: byte %" PRIu64 ": %s", passed, strerror(errno));
	return -1;
}

/* Waits with patience that grows less, and reads.  0 at the end of the input,
 * or when that is asked for. */
static ssize_t
read_some(int fd, uint8_t *data, size_t len, bool begun)
{
	static sigset_t waiting;
	static bool caught;
	struct riad_midi_event e;
	int patience = begun ? PAUSE : -1;

	if (!caught)
		catch_signals(&waiting);
	caught = true;
	for (;;) {
		if (opt.through)
			side_drain();
		else if (riad_out_flush(&out) == -1)
			return 0;
		int r = wait_for(fd, patience, &waiting);
		if (r == -1)
			return 0;
		if (r == 1)
			return riad_read(fd, data, len);
		if (patience == PAUSE) {
			while (riad_midi_stream_flush(&stream, &e) == 1)
				stream_event(&e);
			patience = opt.fold ? LONG_PAUSE : -1;
		} else {
			if (opt.view == VIEW_EVENTS)
				show_idle();
			patience = -1;
		}
	}
}

/* A file that can't be mapped has to be here before it can be read. */
static int
read_whole(int fd, const uint8_t *data, size_t len)
{
	static uint8_t more[1 << 17];
	struct riad_buf whole;
	ssize_t n = (ssize_t)len;

	riad_buf_init(&whole, FILE_MAX);
	for (; n > 0; n = read_some(fd, more, sizeof(more), false)) {
		const uint8_t *from = whole.len == 0 ? data : more;
		if (whole.len > 0 && pass_on(from, (size_t)n) == -1) {
			status = RIAD_FAIL;
			break;
		}
		if (riad_buf_add(&whole, from, (size_t)n) == -1) {
			riad_warn("%s: byte %zu: %s", opt.name,
			    errno == EMSGSIZE ? FILE_MAX : whole.len,
			    errno == EMSGSIZE
				? "a file of more than 256 MiB can't be read "
				  "from a pipe"
				: strerror(errno));
			riad_buf_free(&whole);
			return RIAD_FAIL;
		}
	}
	if (n == -1)
		fault(whole.len, strerror(errno));
	int r = read_file(whole.data, whole.len);
	riad_buf_free(&whole);
	return r == RIAD_USAGE ? r : r | status;
}

/* As long as it may become a file's begin, wait for more of it. */
static bool
may_be_file(const uint8_t *data, size_t len)
{
	size_t n = len < 4 ? len : 4;

	if (len >= 4 && memcmp(data, "MThd", 4) == 0)
		return false; /* it is one */
	if (memcmp(data, "MThd", n) == 0)
		return true;
	return len < RECOGNISE && memcmp(data, "RIFF", n) == 0;
}

static int
read_live(int fd)
{
	static uint8_t data[1 << 17];
	size_t len = 0;
	ssize_t n;

	do {
		n = read_some(fd, data + len, sizeof(data) - len, false);
		if (n > 0 && pass_on(data + len, (size_t)n) == -1)
			return RIAD_FAIL;
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && may_be_file(data, len));
	if (n == -1) {
		riad_warn("%s: byte 0: %s", opt.name, strerror(errno));
		return RIAD_FAIL;
	}
	if (riad_smf_recognise(data, len))
		return read_whole(fd, data, len);
	if (opt.time != TIME_AUTO && opt.time != TIME_NONE &&
	    opt.time < TIME_MONOTONIC) {
		riad_warn("%s: a stream has no ticks", opt.name);
		return RIAD_USAGE;
	}
	begin_stream(len > 0);
	for (n = (ssize_t)len; n > 0;
	     n = read_some(fd, data, sizeof(data), true)) {
		now = clock_us() - input.began;
		if (len == 0 && pass_on(data, (size_t)n) == -1)
			return RIAD_FAIL;
		len = 0;
		feed(data, (size_t)n);
	}
	if (n == -1)
		fault(stream.off, strerror(errno));
	end_stream();
	return status;
}

static int
read_mapped(int fd, off_t at, size_t len)
{
	size_t skip = (size_t)at;
	uint8_t *p = mmap(NULL, skip + len, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return read_live(fd);
	(void)madvise(p, skip + len, MADV_SEQUENTIAL);
	int r = riad_smf_recognise(p + skip, len) ? read_file(p + skip, len)
						  : read_stream(p + skip, len);
	(void)munmap(p, skip + len);
	return r;
}

int
read_input(int fd)
{
	struct stat st;
	off_t at = 0;
	int r;

	/* What somebody has read of standard input is not ours. */
	if (!opt.through && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (at = lseek(fd, 0, SEEK_CUR)) >= 0 && at < st.st_size)
		r = read_mapped(fd, at, (size_t)(st.st_size - at));
	else
		r = read_live(fd);
	if (r == RIAD_USAGE)
		return r;
	if (opt.view == VIEW_EVENTS)
		show_end();
	else
		r |= report_end();
	if (input.faults > FAULTS_TOLD)
		riad_warn("%s: %" PRIu64 " more faults", opt.name,
		    input.faults - FAULTS_TOLD);
	riad_smf_map_free(input.map);
	return r;
}
