/* SPDX-License-Identifier: ISC */

#include "riad/trace.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "riad/io.h"

struct record {
	uint8_t kind, dir, how, code;
	uint32_t len;
	uint64_t ns;
};

static const uint8_t dir_char[] = {'>', '<'};

static void
put_be(uint8_t *p, uint64_t v, int bytes)
{
	while (bytes-- > 0) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
get_be(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static int
put_all(struct riad_trace_writer *w, struct iovec iov[2])
{
	if (w->err == 0) {
		w->off += iov[0].iov_len + iov[1].iov_len;
		if (riad_writev(w->fd, iov, 2) == -1) {
			w->err = errno;
			w->off -= iov[0].iov_len + iov[1].iov_len;
		}
	}
	errno = w->err;
	return w->err ? -1 : 0;
}

/* Header and data in one write, so that a reader sees whole records. */
static int
put(struct riad_trace_writer *w, const struct record *rec, const void *data)
{
	uint8_t hdr[RIAD_TRACE_HDR] = {
	    rec->kind, rec->dir, rec->how, rec->code};
	struct iovec iov[] = {
	    {hdr, sizeof(hdr)},
	    {(void *)data, rec->len},
	};

	put_be(hdr + 4, rec->len, 4);
	put_be(hdr + 8, rec->ns, 8);
	return put_all(w, iov);
}

int
riad_trace_begin(struct riad_trace_writer *w, int fd)
{
	*w = (struct riad_trace_writer){.fd = fd};
	struct iovec iov[] = {
	    {(void *)RIAD_TRACE_MAGIC, RIAD_TRACE_MAGIC_LEN},
	    {NULL, 0},
	};
	return put_all(w, iov);
}

int
riad_trace_data(struct riad_trace_writer *w, enum riad_dir dir, uint64_t ns,
    const void *data, size_t len)
{
	const uint8_t *p = data;
	int r = 0;

	while (len > 0 && r == 0) {
		uint32_t n = len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
		r = put(
		    w, &(struct record){'D', dir_char[dir], 0, 0, n, ns}, p);
		p += n;
		len -= n;
	}
	return r;
}

int
riad_trace_eof(struct riad_trace_writer *w, enum riad_dir dir, uint64_t ns)
{
	return put(w, &(struct record){'E', dir_char[dir], 0, 0, 0, ns}, NULL);
}

int
riad_trace_exit(
    struct riad_trace_writer *w, uint64_t ns, bool signaled, uint8_t code)
{
	uint8_t how = signaled ? 's' : 'e';

	return put(w, &(struct record){'X', 0, how, code, 0, ns}, NULL);
}

bool
riad_trace_is_tap(const void *data, size_t len)
{
	size_t n = len < RIAD_TRACE_MAGIC_LEN ? len : RIAD_TRACE_MAGIC_LEN;

	return n > 0 && memcmp(data, RIAD_TRACE_MAGIC, n) == 0;
}

void
riad_trace_reader_init(struct riad_trace_reader *rd, int fd,
    enum riad_dir plain, const void *data, size_t len)
{
	assert(len <= sizeof(rd->buf));

	rd->fd = fd;
	rd->why = NULL;
	rd->off = 0;
	rd->tap = rd->cut = false;
	rd->state = RIAD_TRACE_START;
	rd->dir = plain;
	rd->ns = rd->left = 0;
	rd->eof = rd->exited = false;
	for (int i = 0; i < 2; i++) {
		struct riad_trace_stream *s = &rd->stream[i];
		s->off = s->began = 0;
		s->len = 0;
		s->raw = s->bad = false;
	}
	rd->pos = 0;
	rd->end = len;
	if (len > 0)
		memcpy(rd->buf, data, len);
}

/* One read(2) into what room there is: 1, 0 at end of file, or -1. */
static int
fill(struct riad_trace_reader *rd)
{
	memmove(rd->buf, rd->buf + rd->pos, rd->end - rd->pos);
	rd->end -= rd->pos;
	rd->pos = 0;

	ssize_t n =
	    riad_read(rd->fd, rd->buf + rd->end, sizeof(rd->buf) - rd->end);
	if (n == -1) {
		rd->why = strerror(errno);
		return -1;
	}
	rd->end += (size_t)n;
	return n > 0;
}

static int
need(struct riad_trace_reader *rd, size_t len)
{
	int r = 1;

	while (rd->end - rd->pos < len && (r = fill(rd)) == 1)
		;
	return r;
}

/* A plain stream is as one record without end. */
static int
start(struct riad_trace_reader *rd)
{
	int r = need(rd, RIAD_TRACE_MAGIC_LEN);

	if (r == -1)
		return -1;
	rd->tap = r == 1 &&
		  riad_trace_is_tap(rd->buf + rd->pos, RIAD_TRACE_MAGIC_LEN);
	if (rd->tap) {
		rd->pos += RIAD_TRACE_MAGIC_LEN;
		rd->off = RIAD_TRACE_MAGIC_LEN;
	} else {
		rd->left = UINT64_MAX;
	}
	rd->state = RIAD_TRACE_BODY;
	return 1;
}

static int
bad_record(struct riad_trace_reader *rd, const char *why)
{
	rd->why = why;
	errno = EBADMSG;
	return -1;
}

/* Takes a record's header: 1, 0 at the end of the file, or -1. */
static int
next_record(struct riad_trace_reader *rd, struct record *rec)
{
	int r = need(rd, RIAD_TRACE_HDR);

	if (r <= 0)
		return r;
	const uint8_t *p = rd->buf + rd->pos;
	*rec = (struct record){p[0], p[1], p[2], p[3],
	    (uint32_t)get_be(p + 4, 4), get_be(p + 8, 8)};

	if (rec->kind == 'X') {
		if (rec->dir != 0 || (rec->how != 'e' && rec->how != 's'))
			return bad_record(rd, "bad exit record");
	} else {
		if (rec->kind != 'D' && rec->kind != 'E')
			return bad_record(rd, "unknown kind of record");
		if (rec->dir != '>' && rec->dir != '<')
			return bad_record(rd, "bad direction");
		rd->dir = rec->dir == '>' ? RIAD_TO_SERVER : RIAD_TO_CLIENT;
	}
	if (rec->kind != 'D' && rec->len != 0)
		return bad_record(rd, "record has data and should not");
	rd->pos += RIAD_TRACE_HDR;
	rd->off += RIAD_TRACE_HDR;
	rd->ns = rec->ns;
	rd->left = rec->len;
	return 1;
}

static void
set_item(struct riad_trace_reader *rd, struct riad_trace_item *it,
    enum riad_trace_kind kind)
{
	const struct riad_trace_stream *s = &rd->stream[rd->dir];

	*it = (struct riad_trace_item){
	    .kind = kind,
	    .dir = rd->dir,
	    .ns = rd->ns,
	    .off = s->off - s->len,
	};
}

/* What begins a packet and is none: the pack, or rubbish. */
static void
no_packet(
    struct riad_trace_reader *rd, struct riad_trace_item *it, const uint8_t *p)
{
	struct riad_trace_stream *s = &rd->stream[rd->dir];
	bool pack = memcmp(p, "PACK", 4) == 0;

	set_item(rd, it, pack ? RIAD_TRACE_RAW : RIAD_TRACE_BAD);
	if (pack) {
		s->raw = true;
		it->data = p;
		it->len = it->size = 4;
	} else {
		s->bad = true;
		it->why = "bad packet length";
	}
	s->len = 0;
}

static void
consume(struct riad_trace_reader *rd, size_t len)
{
	rd->pos += len;
	rd->off += len;
	rd->left -= len;
	rd->stream[rd->dir].off += len;
}

/* Whether all of a stream that ends was packets. */
static bool
ends_badly(struct riad_trace_reader *rd, struct riad_trace_item *it)
{
	struct riad_trace_stream *s = &rd->stream[rd->dir];

	if (s->len == 0)
		return false;
	set_item(rd, it, RIAD_TRACE_BAD);
	it->ns = s->began;
	it->size = s->len;
	it->why = "truncated packet";
	s->len = 0;
	s->bad = true;
	return true;
}

static void
whole_packet(struct riad_trace_reader *rd, struct riad_trace_item *it,
    const struct riad_pkt *pkt, size_t size)
{
	set_item(rd, it, RIAD_TRACE_PACKET);
	it->pkt = *pkt;
	it->size = size;
}

/* Takes from len > 0 bytes of the record; true if that made an item. */
static bool
take(struct riad_trace_reader *rd, struct riad_trace_item *it, size_t len)
{
	struct riad_trace_stream *s = &rd->stream[rd->dir];
	const uint8_t *p = rd->buf + rd->pos;
	struct riad_pkt pkt;

	if (s->bad) {
		consume(rd, len);
		return false;
	}
	if (s->raw) {
		set_item(rd, it, RIAD_TRACE_RAW);
		it->data = p;
		it->len = it->size = len;
		consume(rd, len);
		return true;
	}

	/* The usual case: a packet that arrived in one piece. */
	if (s->len == 0) {
		ssize_t n = riad_pkt_parse(&pkt, p, len);
		if (n > 0) {
			whole_packet(rd, it, &pkt, (size_t)n);
			consume(rd, (size_t)n);
			return true;
		}
		s->began = rd->ns;
	}

	/* Else it is put together; what belongs to the next one stays here. */
	size_t had = s->len;
	size_t room = sizeof(s->buf) - had;
	size_t more = len < room ? len : room;
	memcpy(s->buf + had, p, more);
	ssize_t n = riad_pkt_parse(&pkt, s->buf, had + more);
	if (n == 0) {
		s->len += more;
		consume(rd, more);
		return false;
	}
	if (n == -1) {
		no_packet(rd, it, s->buf);
		n = RIAD_PKT_HDR;
	} else {
		whole_packet(rd, it, &pkt, (size_t)n);
	}
	it->ns = s->began;
	s->len = 0;
	consume(rd, (size_t)n - had);
	return true;
}

/* Goes on with the record at hand, or with the next: as riad_trace_read. */
static int
body(struct riad_trace_reader *rd, struct riad_trace_item *it)
{
	for (;;) {
		while (rd->left > 0) {
			int r = need(rd, 1);
			if (r == -1)
				return -1;
			if (r == 0)
				return 0;
			size_t len = rd->end - rd->pos;
			if (len > rd->left)
				len = (size_t)rd->left;
			if (take(rd, it, len))
				return 1;
		}

		struct record rec;
		int r = next_record(rd, &rec);
		if (r <= 0)
			return r;
		if (rec.kind == 'X') {
			rd->exited = true;
			rd->signaled = rec.how == 's';
			rd->code = rec.code;
			return 0;
		}
		if (rec.kind == 'E') {
			rd->eof = true;
			return 1;
		}
	}
}

/* The unfinished packets of both directions, then the exit. */
static int
finish(struct riad_trace_reader *rd, struct riad_trace_item *it)
{
	for (int i = 0; i < 2; i++) {
		rd->dir = (enum riad_dir)i;
		if (ends_badly(rd, it))
			return 1;
	}
	if (!rd->exited) {
		/* Nothing follows an exit, such as another record. */
		if (!rd->tap || rd->cut)
			return 0;
		int r = need(rd, 1);
		return r == 1 ? bad_record(rd, "data behind the exit") : r;
	}
	rd->exited = false;
	set_item(rd, it, RIAD_TRACE_EXIT);
	it->signaled = rd->signaled;
	it->code = rd->code;
	return 1;
}

int
riad_trace_read(struct riad_trace_reader *rd, struct riad_trace_item *it)
{
	if (rd->state == RIAD_TRACE_START && start(rd) == -1)
		return -1;
	if (rd->state == RIAD_TRACE_BODY && !rd->eof) {
		int r = body(rd, it);
		if (r == -1)
			return -1;
		if (r == 0) {
			rd->state = RIAD_TRACE_END;
			rd->cut = rd->tap && !rd->exited;
			if (rd->cut)
				rd->why = "the record ends without an exit";
			rd->eof = !rd->tap;
		}
		if (r == 1 && !rd->eof)
			return 1;
	}
	if (rd->eof) {
		if (ends_badly(rd, it))
			return 1;
		rd->eof = false;
		set_item(rd, it, RIAD_TRACE_EOF);
		return 1;
	}
	return finish(rd, it);
}
