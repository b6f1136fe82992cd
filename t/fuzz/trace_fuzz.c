/* SPDX-License-Identifier: ISC */
/*
 * The input is read as a file: the items of each direction follow one another
 * without a gap.  Then it is read as a stream that was tapped in small pieces:
 * the packets are those of the stream in one piece.
 */

#include "riad/trace.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct riad_trace_reader whole, pieces;

static void
read_all(const uint8_t *data, size_t size)
{
	static struct riad_trace_reader rd;
	struct riad_trace_item it;
	uint64_t off[2] = {0, 0};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	riad_trace_reader_init(&rd, null, RIAD_TO_CLIENT, data, size);
	while (riad_trace_read(&rd, &it) == 1) {
		if (it.kind >= RIAD_TRACE_EOF)
			continue;
		if (it.off != off[it.dir])
			abort();
		off[it.dir] += it.size;
		if (off[it.dir] > size)
			abort();
	}
	close(null);
}

/* Pieces of a pack are one thing. */
static int
next(struct riad_trace_reader *rd, struct riad_trace_item *it, uint64_t *raw)
{
	int r;

	*raw = 0;
	while ((r = riad_trace_read(rd, it)) == 1 && it->kind == RIAD_TRACE_RAW)
		*raw += it->size;
	return r;
}

static void
compare(int fd, int null)
{
	struct riad_trace_item a, b;
	uint64_t raw_a, raw_b;

	for (;;) {
		int r = next(&whole, &a, &raw_a);
		if (next(&pieces, &b, &raw_b) != r || raw_a != raw_b)
			abort();
		if (r != 1)
			break;
		if (a.kind != b.kind || a.off != b.off || a.size != b.size)
			abort();
		if (a.kind == RIAD_TRACE_PACKET &&
		    (a.pkt.type != b.pkt.type || a.pkt.len != b.pkt.len ||
			(a.pkt.len > 0 &&
			    memcmp(a.pkt.data, b.pkt.data, a.pkt.len) != 0)))
			abort();
	}
	close(fd);
	close(null);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_trace_writer w;

	if (size > sizeof(whole.buf))
		return 0;
	read_all(data, size);
	if (riad_trace_is_tap(data, size) && size >= RIAD_TRACE_MAGIC_LEN)
		return 0;

	int fd = memfd_create("trace", MFD_CLOEXEC);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	riad_trace_begin(&w, fd);
	for (size_t pos = 0; pos < size;) {
		size_t n = 1 + data[pos] % 37;
		n = n < size - pos ? n : size - pos;
		riad_trace_data(&w, RIAD_TO_CLIENT, 0, data + pos, n);
		pos += n;
	}
	riad_trace_eof(&w, RIAD_TO_CLIENT, 0);
	lseek(fd, 0, SEEK_SET);

	riad_trace_reader_init(&whole, null, RIAD_TO_CLIENT, data, size);
	riad_trace_reader_init(&pieces, fd, RIAD_TO_CLIENT, NULL, 0);
	compare(fd, null);
	return 0;
}
