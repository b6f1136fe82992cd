/* SPDX-License-Identifier: ISC */

#include "riad/parse.h"

#include <errno.h>
#include <string.h>

static const char *const type_names[] = {
    [RIAD_COMMIT] = "commit",
    [RIAD_TREE] = "tree",
    [RIAD_BLOB] = "blob",
    [RIAD_TAG] = "tag",
};

const char *
riad_type_name(enum riad_type type)
{
	return type_names[type];
}

int
riad_type_parse(enum riad_type *type, const void *name, size_t len)
{
	for (int i = RIAD_COMMIT; i <= RIAD_TAG; i++) {
		if (len == strlen(type_names[i]) &&
		    memcmp(name, type_names[i], len) == 0) {
			*type = (enum riad_type)i;
			return 0;
		}
	}
	errno = EBADMSG;
	return -1;
}

struct text {
	const char *pos, *end;
};

/* Of no bytes where there are none: data may be NULL then. */
static struct text
text_of(const void *data, size_t len)
{
	const char *pos = len > 0 ? data : "";

	return (struct text){pos, pos + len};
}

/* Steps over s if the text goes on with it. */
static int
skip(struct text *t, const char *s)
{
	size_t len = strlen(s);

	if ((size_t)(t->end - t->pos) < len || memcmp(t->pos, s, len) != 0) {
		errno = EBADMSG;
		return -1;
	}
	t->pos += len;
	return 0;
}

/* A whole line: the keyword with its space, and an id. */
static int
id_line(struct text *t, struct riad_oid *oid, const char *key, size_t hash_len)
{
	struct text line = *t;

	if (skip(&line, key) == -1)
		return -1;
	int n = riad_oid_parse(
	    oid, line.pos, (size_t)(line.end - line.pos), hash_len);
	if (n == -1)
		return -1;
	line.pos += n;
	if (skip(&line, "\n") == -1)
		return -1;
	*t = line;
	return 0;
}

/* Takes the next line, without its newline; the last may go without one. */
static struct text
take_line(struct text *t)
{
	struct text line = *t;
	const char *nl = memchr(t->pos, '\n', (size_t)(t->end - t->pos));

	if (nl != NULL) {
		line.end = nl;
		t->pos = nl + 1;
	} else {
		t->pos = t->end;
	}
	return line;
}

/* "committer Name <mail> seconds zone"; the name may hold a '>' too. */
static int64_t
committer_date(struct text line)
{
	const char *p;
	int64_t date = 0;

	if (skip(&line, "committer ") == -1)
		return 0;
	p = memrchr(line.pos, '>', (size_t)(line.end - line.pos));
	if (p == NULL)
		return 0;
	for (p++; p < line.end && *p == ' '; p++)
		continue;
	for (; p < line.end && *p >= '0' && *p <= '9'; p++) {
		if (date > (INT64_MAX - 9) / 10)
			return INT64_MAX;
		date = date * 10 + (*p - '0');
	}
	return date;
}

/* Of "parent ", the id's digits, and a newline. */
static size_t
parent_line_len(size_t hash_len)
{
	return strlen("parent ") + 2 * hash_len + 1;
}

int
riad_commit_parse(
    struct riad_commit *commit, const void *data, size_t len, size_t hash_len)
{
	struct text t = text_of(data, len);
	struct riad_oid oid;

	if (id_line(&t, &commit->tree, "tree ", hash_len) == -1)
		return -1;
	commit->parents = t.pos;
	commit->nparents = 0;
	while (id_line(&t, &oid, "parent ", hash_len) == 0)
		commit->nparents++;

	/* To pass over a parent that cannot be read would lose history. */
	struct text line = take_line(&t);
	if (skip(&line, "parent ") == 0) {
		errno = EBADMSG;
		return -1;
	}
	commit->date = committer_date(take_line(&t));
	return 0;
}

void
riad_commit_parent(struct riad_oid *oid, const struct riad_commit *commit,
    size_t i, size_t hash_len)
{
	const char *hex =
	    commit->parents + i * parent_line_len(hash_len) + strlen("parent ");

	riad_oid_parse(oid, hex, 2 * hash_len, hash_len);
}

int
riad_tag_parse(
    struct riad_tag *tag, const void *data, size_t len, size_t hash_len)
{
	struct text t = text_of(data, len);

	if (id_line(&t, &tag->object, "object ", hash_len) == -1)
		return -1;
	struct text line = take_line(&t);
	if (skip(&line, "type ") == -1)
		return -1;
	return riad_type_parse(
	    &tag->type, line.pos, (size_t)(line.end - line.pos));
}

bool
riad_tree_is_empty(const struct riad_oid *oid, size_t hash_len)
{
	/* The hashes of "tree 0" and a NUL. */
	static const struct riad_oid sha1 = {
	    {0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5,
		0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}};
	static const struct riad_oid sha256 = {{0x6e, 0xf1, 0x9b, 0x41, 0x22,
	    0x5c, 0x53, 0x69, 0xf1, 0xc1, 0x04, 0xd4, 0x5d, 0x8d, 0x85, 0xef,
	    0xa9, 0xb0, 0x57, 0xb5, 0x3b, 0x14, 0xb4, 0xb9, 0xb9, 0x39, 0xdd,
	    0x74, 0xde, 0xcc, 0x53, 0x21}};

	return riad_oid_eq(oid, hash_len == RIAD_SHA1_LEN ? &sha1 : &sha256);
}

void
riad_tree_init(
    struct riad_tree *tree, const void *data, size_t len, size_t hash_len)
{
	tree->pos = len > 0 ? data : (const uint8_t *)"";
	tree->end = tree->pos + len;
	tree->hash_len = hash_len;
}

/* The file types of a mode, POSIX sys/stat.h, which git spells out. */
enum {
	MODE_FMT = 0170000,
	MODE_DIR = 0040000,
	MODE_REG = 0100000,
	MODE_LNK = 0120000,
	MODE_MAX = 0177777,
};

static enum riad_entry_kind
entry_kind(uint32_t mode)
{
	switch (mode & MODE_FMT) {
	case MODE_DIR:
		return RIAD_ENTRY_TREE;
	case MODE_REG:
	case MODE_LNK:
		return RIAD_ENTRY_BLOB;
	default:
		return RIAD_ENTRY_LINK;
	}
}

/* "mode name\0id"; the mode in octal digits, zeros before it are no harm. */
int
riad_tree_next(struct riad_tree *tree, struct riad_tree_entry *entry)
{
	const uint8_t *p = tree->pos, *end = tree->end;
	uint32_t mode = 0;

	if (p == end)
		return 0;
	for (; p < end && *p >= '0' && *p <= '7' && mode <= MODE_MAX; p++)
		mode = mode << 3 | (uint32_t)(*p - '0');
	if (p == tree->pos || p == end || *p != ' ' || mode > MODE_MAX)
		goto bad;

	const uint8_t *name = ++p;
	p = memchr(name, '\0', (size_t)(end - name));
	if (p == NULL || p == name || (size_t)(end - p) - 1 < tree->hash_len)
		goto bad;

	*entry = (struct riad_tree_entry){
	    .kind = entry_kind(mode),
	    .mode = mode,
	    .name = name,
	    .name_len = (size_t)(p - name),
	    .id = p + 1,
	};
	tree->pos = entry->id + tree->hash_len;
	return 1;
bad:
	errno = EBADMSG;
	return -1;
}
