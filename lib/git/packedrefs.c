/* SPDX-License-Identifier: ISC */
/*
 * A record is "ID NAME\n", after which "^ID\n" may say what it peels to.  A
 * position is an offset in the file, or in the index of one that had to be
 * sorted.
 */

#include "riad/packedrefs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The value of a digit, or 0x80. */
#define X 0x80
static const uint8_t hex_digits[256] = {
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x00 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x10 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x20 */
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, X, X, X, X, X, X,       /* 0x30 */
    X, 10, 11, 12, 13, 14, 15, X, X, X, X, X, X, X, X, X, /* 0x40 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x50 */
    X, 10, 11, 12, 13, 14, 15, X, X, X, X, X, X, X, X, X, /* 0x60 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x70 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x80 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0x90 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xa0 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xb0 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xc0 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xd0 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xe0 */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,       /* 0xf0 */
};
#undef X

/* Without a branch a digit: tens of thousands of ids are read at once. */
static int
parse_oid(struct riad_oid *oid, const char *s, size_t hash_len)
{
	unsigned bad = 0;

	memset(oid->id + RIAD_SHA1_LEN, 0, RIAD_OID_MAX - RIAD_SHA1_LEN);
	for (size_t i = 0; i < hash_len; i++) {
		unsigned high = hex_digits[(uint8_t)s[2 * i]];
		unsigned low = hex_digits[(uint8_t)s[2 * i + 1]];
		bad |= high | low;
		oid->id[i] = (uint8_t)(high << 4 | low);
	}
	return bad & 0x80 ? -1 : 0;
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* Reads the record at *off; 1, 0, -1. */
static int
parse(const struct riad_packed_refs *refs, size_t *off,
    struct riad_packed_ref *ref)
{
	const char *p = refs->data + *off, *end = refs->data + refs->len;
	const size_t hex_len = 2 * refs->hash_len;

	if (p == end)
		return 0;
	if ((size_t)(end - p) < hex_len + 2 ||
	    parse_oid(&ref->oid, p, refs->hash_len) == -1 || p[hex_len] != ' ')
		return bad();
	p += hex_len + 1;
	const char *eol = memchr(p, '\n', (size_t)(end - p));
	if (eol == NULL || eol == p)
		return bad();
	ref->name = p;
	ref->name_len = (size_t)(eol - p);
	p = eol + 1;

	ref->has_peeled = p < end && *p == '^';
	ref->knows_peeled = ref->has_peeled || refs->fully_peeled ||
			    (refs->peeled && ref->name_len > 10 &&
				memcmp(ref->name, "refs/tags/", 10) == 0);
	if (ref->has_peeled) {
		p++;
		if ((size_t)(end - p) < hex_len + 1 ||
		    parse_oid(&ref->peeled, p, refs->hash_len) == -1 ||
		    p[hex_len] != '\n')
			return bad();
		p += hex_len + 1;
	}
	*off = (size_t)(p - refs->data);
	return 1;
}

int
riad_packed_refs_next(const struct riad_packed_refs *refs, size_t *pos,
    struct riad_packed_ref *ref)
{
	if (refs->index == NULL)
		return parse(refs, pos, ref);
	if (*pos >= refs->nindex)
		return 0;
	size_t off = refs->index[(*pos)++];
	return parse(refs, &off, ref);
}

/* By name, up to the end of the line or of the given name. */
static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int r = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return r != 0 ? r : (a_len > b_len) - (a_len < b_len);
}

/* The name in the record at off, a record's start. */
static const char *
name_at(const struct riad_packed_refs *refs, size_t off, size_t *len)
{
	const size_t skip = 2 * refs->hash_len + 1;

	*len = 0;
	if (refs->len - off <= skip)
		return "";
	const char *name = refs->data + off + skip;
	const char *eol = memchr(name, '\n', refs->len - off - skip);
	if (eol != NULL)
		*len = (size_t)(eol - name);
	return name;
}

/* The start of the record that off is in. */
static size_t
record_at(const struct riad_packed_refs *refs, size_t off)
{
	for (;;) {
		while (off > refs->begin && refs->data[off - 1] != '\n')
			off--;
		if (off <= refs->begin || refs->data[off] != '^')
			return off;
		off--;
	}
}

size_t
riad_packed_refs_find(
    const struct riad_packed_refs *refs, const char *name, size_t len)
{
	size_t low = refs->index ? 0 : refs->begin;
	size_t high = refs->index ? refs->nindex : refs->len;

	/* Records before low are less, those from high on are not. */
	while (low < high) {
		size_t mid = low + (high - low) / 2, got_len;
		if (refs->index == NULL)
			mid = record_at(refs, mid);
		const char *got = name_at(
		    refs, refs->index ? refs->index[mid] : mid, &got_len);
		if (compare(got, got_len, name, len) >= 0) {
			high = mid;
			continue;
		}
		if (refs->index != NULL) {
			low = mid + 1;
			continue;
		}
		/* After the line, and the line of what it peels to. */
		do {
			const char *eol =
			    memchr(refs->data + mid, '\n', refs->len - mid);
			mid = eol ? (size_t)(eol - refs->data) + 1 : refs->len;
		} while (mid < refs->len && refs->data[mid] == '^');
		low = mid;
	}
	return low;
}

/* qsort_r(3) is what knows the file; names that are equal keep their order. */
static int
by_name(const void *a, const void *b, void *ctx)
{
	const struct riad_packed_refs *refs = ctx;
	const size_t *x = a, *y = b;
	size_t x_len, y_len;
	const char *x_name = name_at(refs, *x, &x_len);
	const char *y_name = name_at(refs, *y, &y_len);
	int r = compare(x_name, x_len, y_name, y_len);

	return r != 0 ? r : (*x > *y) - (*x < *y);
}

static int
sort(struct riad_packed_refs *refs)
{
	/* What a record takes up, at least. */
	const size_t max = (refs->len - refs->begin) / (2 * refs->hash_len + 3);
	size_t *index = reallocarray(NULL, max + 1, sizeof(*index));
	struct riad_packed_ref ref;
	size_t n = 0, off = refs->begin;
	int r;

	if (index == NULL)
		return -1;
	for (index[0] = off; (r = parse(refs, &off, &ref)) == 1;) {
		if (n < max)
			index[++n] = off;
	}
	if (r == -1) {
		free(index);
		return bad();
	}
	refs->nindex = n;
	qsort_r(index, n, sizeof(*index), by_name, refs);
	refs->index = index;
	return 0;
}

/* Whether the line of traits, which ends in a newline, has this one. */
static bool
has_trait(const char *line, size_t len, const char *trait)
{
	const char *p = memmem(line, len, trait, strlen(trait));

	return p != NULL && p[-1] == ' ' &&
	       (p[strlen(trait)] == ' ' || p[strlen(trait)] == '\n');
}

int
riad_packed_refs_init(struct riad_packed_refs *refs, const void *data,
    size_t len, size_t hash_len)
{
	static const char head[] = "# pack-refs with:";
	const size_t head_len = sizeof(head) - 1;
	bool sorted = false;

	*refs = (struct riad_packed_refs){
	    .data = data, .len = len, .hash_len = hash_len};
	if (len == 0)
		return 0;
	if (refs->data[len - 1] != '\n')
		return bad();
	if (refs->data[0] == '#') {
		const char *eol = memchr(data, '\n', len);
		if (len < head_len || memcmp(data, head, head_len) != 0)
			return bad();
		refs->begin = (size_t)(eol - refs->data) + 1;
		const char *line = refs->data + head_len;
		size_t n = refs->begin - head_len;
		sorted = has_trait(line, n, "sorted");
		refs->fully_peeled = has_trait(line, n, "fully-peeled");
		refs->peeled = has_trait(line, n, "peeled");
	}
	if (sorted || refs->begin == len)
		return 0;
	return sort(refs);
}

void
riad_packed_refs_free(struct riad_packed_refs *refs)
{
	free(refs->index);
	refs->index = NULL;
}
