/* SPDX-License-Identifier: ISC */

#include "press_make.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "riad/delta.h"
#include "riad/hash.h"
#include "riad/parse.h"
#include "riad/sketch.h"

enum {
	/* Objects that may be bases, at most.  With git's window of 10 it is
	 * what is near in the order that counts; here they are looked through
	 * by sketches, which takes some nanoseconds for each. */
	KEPT_MAX = 256,

	/* Bytes of them that stay in memory, with their indexes, unless
	 * options say otherwise; one stays even if it is longer.  The others
	 * are read again when they are needed. */
	KEPT_BYTES = 3 << 20,
	KEPT_FEW = 1 << 20, /* among few targets */

	/* Bytes between two pulses. */
	CHUNK = 1 << 18,

	/* What is longer is deflated in pieces, so that the buffer for it
	 * stays small. */
	WHOLE_MAX = 8 << 20,

	/* Buffers that grew beyond this are not kept for the next object. */
	BUFFER_KEPT = 1 << 20,

	PIECE = 1 << 16,

	/* What the header of a delta takes, about. */
	HEAD_BYTES = 4,

	/* To read an object again, a delta must be smaller by this part of
	 * the object. */
	AGAIN = 16,

	TRIES_MAX = 16,

	/* For these, one try more costs little. */
	SHORT = 1 << 14,
};

struct object {
	const uint8_t *data; /* owned, or the odb's until its next call; or
			      * NULL, if it is to be read again */
	size_t len;
	size_t item;
	bool owned;
	bool sound; /* it is what its id says, as far as was looked at */
	unsigned depth;
	uint64_t used;                  /* the larger, the later */
	struct riad_delta_index *index; /* NULL until it is needed */
	struct riad_sketch sketch;
};

struct press_maker {
	struct press_maker_host host;
	struct riad_hash *hash;
	struct libdeflate_compressor *deflater;
	struct object *kept[KEPT_MAX];
	unsigned nkept;
	size_t bytes; /* of those in memory */
	uint64_t clock;
	unsigned tries;
	int64_t failed;
	struct riad_buf best, trial; /* deltas */
	struct riad_buf deflated;
	z_stream z;
	bool z_begun;
};

/*
 * Of libdeflate's levels, the quickest that goes well with zlib's.  What its
 * level 4 makes is 2 % longer than what zlib's 6 does, in a third of the time;
 * that is less than what more deltas than git's save.
 */
static int
deflater_level(int level)
{
	static const int levels[10] = {0, 1, 2, 2, 3, 4, 4, 6, 7, 9};

	return levels[level < 0 || level > 9 ? 6 : level];
}

struct press_maker *
press_maker_new(const struct press_maker_host *host)
{
	struct press_maker *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->host = *host;
	m->failed = -1;
	/* The best by their sketches do as well as git's ten. */
	m->tries = (host->options->window + 9) / 10 + host->more_tries;
	if (m->tries >= TRIES_MAX)
		m->tries = TRIES_MAX - 1;
	m->hash = riad_hash_new(host->odb->hash_len);
	m->deflater =
	    libdeflate_alloc_compressor(deflater_level(host->options->level));
	riad_buf_init(&m->deflated, SIZE_MAX / 2);
	if (m->hash != NULL && m->deflater != NULL)
		return m;
	press_maker_free(m);
	errno = ENOMEM;
	return NULL;
}

/* What the memory of an object and its index counts for. */
static size_t
weight(const struct object *o)
{
	if (!o->owned)
		return 0;
	return o->len + (o->index != NULL ? o->len / 4 * 3 : 0);
}

/* Leaves what is needed to read the object again. */
static void
let_go(struct object *o)
{
	riad_delta_index_free(o->index);
	if (o->owned)
		free((void *)o->data);
	o->index = NULL;
	o->data = NULL;
	o->owned = o->sound = false;
}

static void
drop(struct object *o)
{
	if (o == NULL)
		return;
	let_go(o);
	free(o);
}

static void
forget_all(struct press_maker *m)
{
	while (m->nkept > 0)
		drop(m->kept[--m->nkept]);
	m->bytes = 0;
}

void
press_maker_free(struct press_maker *m)
{
	if (m == NULL)
		return;
	forget_all(m);
	if (m->z_begun)
		deflateEnd(&m->z);
	libdeflate_free_compressor(m->deflater);
	riad_hash_free(m->hash);
	riad_buf_free(&m->best);
	riad_buf_free(&m->trial);
	riad_buf_free(&m->deflated);
	free(m);
}

int64_t
press_maker_failed(const struct press_maker *m)
{
	return m->failed;
}

static int
pulse(const struct press_maker *m)
{
	return m->host.pulse(m->host.ctx);
}

/* Whether the object is what its id says: 1, 0, or -1. */
static int
check(struct press_maker *m, const struct object *o)
{
	const struct riad_press_item *item = &m->host.items[o->item];
	struct riad_oid sum;
	char hdr[32];

	int n = snprintf(hdr, sizeof(hdr), "%s %zu",
	    riad_type_name((enum riad_type)item->type), o->len);
	riad_hash_add(m->hash, hdr, (size_t)n + 1);
	for (size_t at = 0; at < o->len; at += CHUNK) {
		riad_hash_add(m->hash, o->data + at,
		    o->len - at < CHUNK ? o->len - at : CHUNK);
		if (pulse(m) == -1)
			return -1;
	}
	if (riad_hash_end(m->hash, &sum) == -1)
		return -1;
	return riad_oid_eq(&sum, &item->oid);
}

/* Whether it is of a length that may be a delta, or a base. */
static bool
is_apt(const struct press_maker *m, size_t len)
{
	const struct riad_press_options *o = m->host.options;

	return o->window > 0 && len >= RIAD_PRESS_DELTA_MIN &&
	       len <= o->big_file && len <= RIAD_PRESS_DELTA_MAX &&
	       (o->window_memory == 0 || len <= o->window_memory);
}

/* Reads an object, which need not be sound: 1, 0 with errno if that can't be,
 * or -1. */
static int
load(struct press_maker *m, struct object *o)
{
	const struct riad_press_item *item = &m->host.items[o->item];
	const struct riad_odb *odb = m->host.odb;
	enum riad_type is;

	int r = odb->read(odb->ctx, &item->oid, &is, &o->data, &o->len);
	if (r == 0)
		errno = ENOENT;
	if (r != 1)
		return 0;
	if (is != (enum riad_type)item->type) {
		errno = EBADMSG;
		return 0;
	}
	if (!is_apt(m, o->len))
		return 1;

	/* It is to stay. */
	uint8_t *copy = malloc(o->len);
	if (copy == NULL)
		return -1;
	memcpy(copy, o->data, o->len);
	o->data = copy;
	o->owned = true;
	return 1;
}

static struct object *
object_new(size_t item)
{
	struct object *o = calloc(1, sizeof(*o));

	if (o != NULL)
		o->item = item;
	return o;
}

/* Which was used the longest ago, of all or of those in memory; but not the
 * one that was used last.  nkept if there is none. */
static unsigned
oldest(const struct press_maker *m, bool in_memory)
{
	unsigned old = m->nkept;

	for (unsigned k = 0; k < m->nkept; k++) {
		const struct object *o = m->kept[k];

		if (o->used != m->clock && (o->owned || !in_memory) &&
		    (old == m->nkept || o->used < m->kept[old]->used))
			old = k;
	}
	return old;
}

/* Makes room in memory for what was used last. */
static void
fit(struct press_maker *m)
{
	const uint64_t max = m->host.options->window_memory > 0
				 ? m->host.options->window_memory
			     : m->host.few ? KEPT_FEW
					   : KEPT_BYTES;

	while (m->bytes > max) {
		const unsigned k = oldest(m, true);

		if (k == m->nkept)
			return;
		m->bytes -= weight(m->kept[k]);
		let_go(m->kept[k]);
	}
}

/* Takes over the object. */
static void
push(struct press_maker *m, struct object *o)
{
	if (!o->owned || o->depth >= m->host.options->depth) {
		drop(o);
		return;
	}
	if (m->nkept == KEPT_MAX) {
		const unsigned k = oldest(m, false);

		m->bytes -= weight(m->kept[k]);
		drop(m->kept[k]);
		m->kept[k] = m->kept[--m->nkept];
	}
	o->used = ++m->clock;
	m->kept[m->nkept++] = o;
	m->bytes += weight(o);
	fit(m);
}

/* Gets a base ready for use: 1, 0 if it can't be read any more, or -1. */
static int
wake(struct press_maker *m, struct object *o)
{
	int r = 1;

	m->bytes -= weight(o);
	if (!o->owned) {
		const size_t len = o->len;

		r = load(m, o);
		if (r == 1 && (!o->owned || o->len != len)) {
			errno = EBADMSG;
			r = 0;
		}
	}
	if (r == 1 && o->index == NULL) {
		o->index = riad_delta_index_new(o->data, o->len);
		r = o->index == NULL ? -1 : 1;
	}
	m->bytes += weight(o);
	o->used = ++m->clock;
	fit(m);
	return r;
}

/* How large a delta on base may be: git would not take one of more than half
 * of the object, but what is left out need not be deflated.  The longer the
 * chain that it joins, the smaller it has to be, or the chains were soon at
 * their end. */
static size_t
limit_for(const struct press_maker *m, const struct object *base,
    const struct object *o, const struct object *best)
{
	const unsigned depth = m->host.options->depth;

	if (best == NULL)
		return (o->len * 3 / 4 - RIAD_PRESS_DELTA_MIN / 2) *
		       (depth - base->depth) / depth;
	return (m->best.len * (depth - base->depth) - 1) /
	       (depth - best->depth);
}

/* Puts the delta of o on base into trial: 1, 0 if there is none that small,
 * or -1. */
static int
try(struct press_maker *m, struct object *base, const struct object *o,
    size_t limit)
{
	struct riad_delta d;
	int r;

	r = wake(m, base);
	if (r != 1)
		return r;
	m->trial.max = limit;
	riad_delta_begin(&d, base->index, o->data, o->len, &m->trial);
	do {
		if (pulse(m) == -1)
			return -1;
	} while ((r = riad_delta_step(&d)) == 1);
	if (r == -1)
		return errno == EMSGSIZE ? 0 : -1;
	return 1;
}

struct candidate {
	uint64_t lacks, gap; /* gap: in length */
	struct object *base;
};

static bool
is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->lacks != b->lacks)
		return a->lacks < b->lacks;
	if (a->gap != b->gap)
		return a->gap < b->gap;
	return a->base->used > b->base->used;
}

/* Puts c among the n likeliest, the best first; returns how many there are. */
static unsigned
rank(struct candidate best[TRIES_MAX], unsigned n, unsigned max,
    const struct candidate *c)
{
	unsigned at = n;

	for (; at > 0 && is_better(c, &best[at - 1]); at--) {
		if (at < max)
			best[at] = best[at - 1];
	}
	if (at < max)
		best[at] = *c;
	return n < max ? n + 1 : max;
}

/* The likeliest bases. */
static unsigned
choose(const struct press_maker *m, const struct object *o,
    struct candidate best[TRIES_MAX])
{
	const unsigned max = m->tries + (o->len < SHORT);
	unsigned n = 0;

	for (unsigned k = 0; k < m->nkept; k++) {
		struct object *base = m->kept[k];
		const size_t limit = limit_for(m, base, o, NULL);

		/* What o has more than the base is to be inserted; a base that
		 * is so much longer is something else. */
		if ((o->len > base->len && o->len - base->len >= limit) ||
		    base->len / 32 > o->len)
			continue;
		struct candidate c = {
		    riad_sketch_lacks(&base->sketch, &o->sketch),
		    o->len > base->len ? o->len - base->len
				       : base->len - o->len,
		    base};
		if (!base->owned)
			c.lacks += o->len / AGAIN;
		if (c.lacks <= limit)
			n = rank(best, n, max, &c);
	}
	return n;
}

/* Whether the object is what its id says: 1, 0 with errno, or -1. */
static int
make_sure(struct press_maker *m, struct object *o)
{
	int r = o->sound ? 1 : check(m, o);

	o->sound = r == 1;
	if (r == 0)
		errno = EBADMSG;
	return r;
}

static void
forget(struct press_maker *m, struct object *o)
{
	for (unsigned k = 0; k < m->nkept; k++) {
		if (m->kept[k] == o)
			m->kept[k] = m->kept[--m->nkept];
	}
	m->bytes -= weight(o);
	drop(o);
}

/*
 * Looks for the best delta; *base is what it leans on, of those that are kept,
 * or NULL if there is none.  Only what is leant on is hashed, while it is in
 * memory: most bases are looked at in vain.  0 or -1.
 */
static int
search(
    struct press_maker *m, const struct object *o, const struct object **base)
{
	struct candidate c[TRIES_MAX];

	*base = NULL;
	if (!o->owned)
		return 0;
	const unsigned n = choose(m, o, c);
	for (unsigned k = 0; k < n; k++) {
		int r = try(m, c[k].base, o, limit_for(m, c[k].base, o, *base));
		if (r == 0)
			continue;
		if (r == 1)
			r = make_sure(m, c[k].base);
		if (r == -1)
			return -1;
		if (r == 0) {
			forget(m, c[k].base);
			continue;
		}
		const struct riad_buf best = m->best;
		m->best = m->trial;
		m->trial = best;
		*base = c[k].base;
	}
	return 0;
}

/* Deflates what is in z, to the end of the stream if flush is Z_FINISH. */
static int
deflate_some(struct press_maker *m, struct press_piece *piece, int flush)
{
	z_stream *z = &m->z;

	do {
		z->next_out = m->deflated.data;
		z->avail_out = PIECE;
		if (deflate(z, flush) == Z_STREAM_ERROR) {
			errno = EIO;
			return -1;
		}
		piece->data = m->deflated.data;
		piece->len = PIECE - z->avail_out;
		if ((piece->first || piece->len > 0) &&
		    m->host.put(m->host.ctx, piece) == -1)
			return -1;
		piece->first = false;
	} while (z->avail_out == 0);
	return 0;
}

static int
put_in_pieces(struct press_maker *m, struct press_piece *piece,
    const uint8_t *data, size_t len)
{
	bool last;

	if (!m->z_begun && deflateInit(&m->z, m->host.options->level) != Z_OK) {
		errno = ENOMEM;
		return -1;
	}
	m->z_begun = true;
	deflateReset(&m->z);
	m->deflated.len = 0;
	if (riad_buf_reserve(&m->deflated, PIECE) == -1)
		return -1;
	do {
		size_t n = len < CHUNK ? len : CHUNK;

		last = n == len;
		m->z.next_in = (Bytef *)data;
		m->z.avail_in = (uInt)n;
		data += n;
		len -= n;
		if (deflate_some(m, piece, last ? Z_FINISH : Z_NO_FLUSH) ==
			-1 ||
		    pulse(m) == -1)
			return -1;
	} while (!last);
	return 0;
}

static int
put_stored(struct press_maker *m, struct press_piece *piece)
{
	piece->stored = true;
	piece->len = 0;
	return m->host.put(m->host.ctx, piece);
}

/* Puts what takes fewer bytes of what is deflated and what is stored, and says
 * by piece->stored which. */
static int
put_deflated(struct press_maker *m, struct press_piece *piece,
    const uint8_t *data, size_t len)
{
	const uint32_t stored = m->host.items[piece->item].stored;

	piece->size = len;
	piece->first = true;
	if (len > WHOLE_MAX || len > m->host.options->big_file)
		return put_in_pieces(m, piece, data, len);

	const size_t room = libdeflate_zlib_compress_bound(m->deflater, len);
	m->deflated.len = 0;
	if (riad_buf_reserve(&m->deflated, room) == -1)
		return -1;
	piece->data = m->deflated.data;
	piece->len = libdeflate_zlib_compress(
	    m->deflater, data, len, m->deflated.data, room);
	if (piece->len == 0) {
		errno = EIO;
		return -1;
	}
	if (stored != 0 && piece->len + HEAD_BYTES >= stored)
		return put_stored(m, piece);
	return m->host.put(m->host.ctx, piece);
}

static int
make_entry(struct press_maker *m, struct object *o)
{
	struct riad_press_item *item = &m->host.items[o->item];
	struct press_piece piece = {.item = o->item, .base = -1};
	const struct object *base;

	if (search(m, o, &base) == -1)
		return -1;
	item->is_delta = base != NULL;
	item->depth = 0;
	if (base == NULL) {
		piece.first = true;
		return item->stored != 0
			   ? put_stored(m, &piece)
			   : put_deflated(m, &piece, o->data, o->len);
	}
	piece.base = (int64_t)base->item;
	if (put_deflated(m, &piece, m->best.data, m->best.len) == -1)
		return -1;
	item->is_delta = !piece.stored;
	o->depth = piece.stored ? 0 : base->depth + 1;
	item->depth = (uint8_t)o->depth;
	return 0;
}

static void
trim(struct riad_buf *buf)
{
	if (buf->cap > BUFFER_KEPT)
		riad_buf_free(buf);
}

static int
make_target(struct press_maker *m, size_t i)
{
	struct object *o = object_new(i);
	if (o == NULL)
		return -1;

	int r = load(m, o);
	if (r == 1)
		r = make_sure(m, o);
	if (r == 0) {
		m->failed = (int64_t)i;
		r = -1;
	} else if (r == 1) {
		if (o->owned)
			riad_sketch_make(&o->sketch, o->data, o->len);
		r = make_entry(m, o);
	}
	trim(&m->best);
	trim(&m->trial);
	trim(&m->deflated);
	if (r == 0)
		push(m, o);
	else
		drop(o);
	return r == 0 && pulse(m) == 0 ? 0 : -1;
}

/* Keeps a base, unless it can't be read. */
static int
add_base(struct press_maker *m, size_t i)
{
	struct object *o = object_new(i);
	if (o == NULL)
		return -1;

	int r = load(m, o);
	if (r == 1 && o->owned) {
		riad_sketch_make(&o->sketch, o->data, o->len);
		push(m, o);
	} else {
		drop(o);
	}
	return r == -1 ? -1 : pulse(m);
}

int
press_maker_run(struct press_maker *m, size_t begin, size_t end)
{
	const struct riad_press_item *items = m->host.items;

	for (size_t i = begin; i < end; i++) {
		if (i == begin || items[i].type != items[i - 1].type) {
			forget_all(m);
		}
		if (items[i].role == RIAD_PRESS_TARGET) {
			if (make_target(m, i) == -1)
				return -1;
		} else if (m->host.useful[i] && add_base(m, i) == -1) {
			return -1;
		}
	}
	forget_all(m);
	return 0;
}
