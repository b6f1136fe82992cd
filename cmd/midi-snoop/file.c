/* SPDX-License-Identifier: ISC */
/* a standard MIDI file: it has to be there as a whole */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/text.h"

/* What of a file is read where it can't be mapped. */
#define FILE_MAX ((size_t)256 << 20)

/* Of format 2 each track has a map of its own: that of the one that the reader
 * is at.  r is a copy. */
static int
map_track(struct riad_smf_reader r)
{
	struct riad_smf_item item;

	riad_smf_map_free(input.map);
	input.map = riad_smf_map_new(input.division);
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
	if (opt.view != VIEW_EVENTS || opt.time == TIME_BARS ||
	    opt.time == TIME_SECONDS) {
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

	if (opt.time >= TIME_MONOTONIC)
		return failed(RIAD_USAGE, "a file has no times of arrival");
	if (begin_file(data, len) == -1)
		return failed(RIAD_FAIL, strerror(errno));
	riad_smf_init(&r, data, len);
	while (out.err == 0 && riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_TRACK && input.map != NULL &&
		    input.format == 2 && map_track(r) == -1)
			return failed(RIAD_FAIL, strerror(errno));
		view_item(&item);
		if (item.why != NULL)
			fault(item.off, item.why);
	}
	if (out.err == 0 && r.why != NULL)
		fault(len, r.why);
	if (out.err == 0 && filter.last_track > r.track) {
		(void)riad_out_flush(&out);
		riad_warn("%s: no track %" PRIu32 ", there are %" PRIu32,
		    opt.name, filter.last_track, r.track);
		input.status = RIAD_FAIL;
	}
	return input.status;
}

static char shrunk_text[512];
static size_t shrunk_len;

/* A file that is made shorter leaves nothing where we look.  What is said so
 * far, and why there is no more: of calls only such as a handler may make. */
static void
shrunk(int signal)
{
	(void)signal;
	if (write(out.fd, out.buf, out.len) != -1)
		(void)!write(STDERR_FILENO, shrunk_text, shrunk_len);
	_exit(RIAD_FAIL);
}

static void
catch_shrinking(void)
{
	static const char text[] = ": it became shorter while it was read\n";
	struct sigaction act = {.sa_handler = shrunk};
	struct riad_buf line;

	riad_buf_init(&line, sizeof(shrunk_text) - sizeof(text));
	(void)riad_buf_addstr(&line, "midi-snoop: ");
	/* Of a name that is too long nothing. */
	(void)riad_escape(&line, opt.name, strlen(opt.name));
	memcpy(shrunk_text, line.data, line.len);
	memcpy(shrunk_text + line.len, text, sizeof(text));
	shrunk_len = line.len + sizeof(text) - 1;
	riad_buf_free(&line);
	(void)sigaction(SIGBUS, &act, NULL);
}

int
read_mapped(int fd, off_t at, size_t len)
{
	size_t skip = (size_t)at;
	uint8_t *p = mmap(NULL, skip + len, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return failed(RIAD_FAIL, strerror(errno));
	catch_shrinking();
	(void)madvise(p, skip + len, MADV_SEQUENTIAL);
	int r = read_file(p + skip, len);
	(void)munmap(p, skip + len);
	return r;
}

/* A file that can't be mapped has to be here before it can be read. */
int
read_whole(int fd, uint8_t *data, size_t len, size_t size)
{
	struct riad_buf whole;

	riad_buf_init(&whole, FILE_MAX);
	for (size_t n = len; n > 0; n = read_more(fd, data, size, true)) {
		if (riad_buf_add(&whole, data, n) == 0)
			continue;
		int error = errno;
		riad_warn("%s: byte %zu: %s", opt.name,
		    error == EMSGSIZE ? FILE_MAX : whole.len,
		    error == EMSGSIZE ? "a file of more than 256 MiB can't be "
					"read from a pipe"
				      : strerror(error));
		riad_buf_free(&whole);
		return RIAD_FAIL;
	}
	int r = read_file(whole.data, whole.len);
	riad_buf_free(&whole);
	return r;
}
