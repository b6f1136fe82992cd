/* SPDX-License-Identifier: ISC */

#include "riad/commitgraph.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "riad/chunks.h"
#include "riad/hash.h"
#include "riad/interp.h"

#define HDR_LEN 8

/* After the tree of a commit: two parents, then level and date. */
#define FACTS_LEN 16
#define NO_PARENT UINT32_C(0x70000000)
#define MARK UINT32_C(0x80000000) /* many parents; the last; overflow */

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

void
riad_commitgraph_init(struct riad_commitgraph *cg, size_t hash_len)
{
	*cg = (struct riad_commitgraph){.hash_len = hash_len};
}

void
riad_commitgraph_close(struct riad_commitgraph *cg)
{
	for (unsigned i = 0; i < cg->nlayers; i++) {
		if (cg->layers[i].mapped)
			munmap((void *)cg->layers[i].data, cg->layers[i].len);
	}
	free(cg->layers);
	riad_commitgraph_init(cg, cg->hash_len);
}

/* A chunk of n rows; false if it is there and of another length. */
static bool
rows(const uint8_t **rows, const struct riad_chunks *chunks, const char *name,
    size_t n, size_t row_len)
{
	size_t len;

	*rows = riad_chunks_get(chunks, name, &len);
	return *rows == NULL || (len % row_len == 0 && len / row_len == n);
}

/* A chunk of as many rows as it has. */
static bool
list(const uint8_t **rows, uint32_t *n, const struct riad_chunks *chunks,
    const char *name, size_t row_len)
{
	size_t len;

	*rows = riad_chunks_get(chunks, name, &len);
	*n = (uint32_t)(len / row_len);
	return len % row_len == 0 && len / row_len < MARK;
}

static int
read_layer(const struct riad_commitgraph *cg, struct riad_cg_layer *l)
{
	const size_t hash_len = cg->hash_len;
	struct riad_chunks chunks;
	const uint8_t *bases;

	if (l->len < HDR_LEN || memcmp(l->data, "CGPH", 4) != 0)
		return bad();
	if (l->data[4] != 1 ||
	    l->data[5] != (hash_len == RIAD_SHA1_LEN ? 1 : 2)) {
		errno = ENOTSUP;
		return -1;
	}
	if (riad_chunks_open(
		&chunks, l->data, l->len, HDR_LEN, l->data[6], hash_len) == -1)
		return -1;
	if (!rows(&l->fanout, &chunks, "OIDF", 1, RIAD_FANOUT_LEN) ||
	    l->fanout == NULL ||
	    riad_interp_count(&l->count, l->fanout) == -1 ||
	    l->count >= NO_PARENT - l->base)
		return bad();
	if (!rows(&l->ids, &chunks, "OIDL", l->count, hash_len) ||
	    !rows(
		&l->commits, &chunks, "CDAT", l->count, hash_len + FACTS_LEN) ||
	    l->ids == NULL || l->commits == NULL ||
	    !rows(&l->dates, &chunks, "GDA2", l->count, 4) ||
	    !list(&l->overflow, &l->noverflow, &chunks, "GDO2", 8) ||
	    !list(&l->edges, &l->nedges, &chunks, "EDGE", 4) ||
	    !rows(&bases, &chunks, "BASE", cg->nlayers, hash_len))
		return bad();
	l->sum = l->data + l->len - hash_len;

	/* It names all the layers below it. */
	if (l->data[7] != cg->nlayers || (bases == NULL && cg->nlayers > 0))
		return bad();
	for (unsigned i = 0; i < cg->nlayers; i++) {
		if (memcmp(bases + i * hash_len, cg->layers[i].sum, hash_len) !=
		    0)
			return bad();
	}
	return 0;
}

int
riad_commitgraph_add(
    struct riad_commitgraph *cg, const uint8_t *data, size_t len)
{
	struct riad_cg_layer l = {.base = cg->count, .data = data, .len = len};

	if (cg->nlayers == RIAD_CG_LAYERS_MAX)
		return bad();
	if (read_layer(cg, &l) == -1)
		return -1;
	struct riad_cg_layer *layers =
	    reallocarray(cg->layers, cg->nlayers + 1, sizeof(*layers));
	if (layers == NULL)
		return -1;

	/* Dates and levels are not comparable, so it's dates if all have
	 * them. */
	cg->corrected = l.dates != NULL && (cg->nlayers == 0 || cg->corrected);
	cg->layers = layers;
	cg->layers[cg->nlayers++] = l;
	cg->count += l.count;
	return 0;
}

/* A regular file, for reading; what else has its name isn't waited for. */
static int
open_file(const char *path, size_t *len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return bad();
	}
	*len = (size_t)st.st_size;
	return fd;
}

static int
print_path(char path[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(path, PATH_MAX, "%s/info/%s", dir, name);

	if (n >= 0 && n < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* With sum not NULL, only if it is the file's trailer. */
static int
add_file(
    struct riad_commitgraph *cg, const char *path, const struct riad_oid *sum)
{
	size_t len;
	int fd = open_file(path, &len);

	if (fd == -1)
		return -1;
	if (len < cg->hash_len) {
		close(fd);
		return bad();
	}
	uint8_t *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	int err = errno;
	close(fd);
	errno = err;
	if (data == MAP_FAILED)
		return -1;
	const uint8_t *trailer = data + len - cg->hash_len;
	int r = sum == NULL || memcmp(trailer, sum->id, cg->hash_len) == 0
		    ? riad_commitgraph_add(cg, data, len)
		    : bad();
	if (r == -1) {
		err = errno;
		munmap(data, len);
		errno = err;
		return -1;
	}
	cg->layers[cg->nlayers - 1].mapped = true;
	return 0;
}

/* The layer of the chain that has this name, from the first directory that
 * has it. */
static int
add_named(struct riad_commitgraph *cg, const char *const *dirs, size_t ndirs,
    const struct riad_oid *sum)
{
	char path[PATH_MAX], hex[RIAD_OID_HEX_MAX + 1];
	char name[sizeof("commit-graphs/graph-.graph") + RIAD_OID_HEX_MAX];

	riad_oid_hex(hex, sum, cg->hash_len);
	snprintf(name, sizeof(name), "commit-graphs/graph-%s.graph", hex);
	for (size_t i = 0; i < ndirs; i++) {
		if (print_path(path, dirs[i], name) == -1)
			return -1;
		if (add_file(cg, path, sum) == 0)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	return -1;
}

/*
 * The layers that the text names, a line each, lowest first, as far as they
 * are good: git removes those that it merged, and may have done so just now.
 */
static int
add_chain(struct riad_commitgraph *cg, const char *const *dirs, size_t ndirs,
    const char *text, size_t len)
{
	const size_t hex_len = 2 * cg->hash_len;

	while (len > 0) {
		struct riad_oid sum;

		if (riad_oid_parse(&sum, text, len, cg->hash_len) == -1 ||
		    (len > hex_len && text[hex_len] != '\n')) {
			bad();
			break;
		}
		if (add_named(cg, dirs, ndirs, &sum) == -1)
			break;
		const size_t line = len > hex_len ? hex_len + 1 : hex_len;
		text += line;
		len -= line;
	}
	if (len == 0)
		return cg->nlayers > 0;
	if (cg->nlayers == 0)
		return -1;
	cg->incomplete = true;
	return 1;
}

static int
open_chain(struct riad_commitgraph *cg, const char *const *dirs, size_t ndirs,
    const char *path)
{
	char text[RIAD_CG_LAYERS_MAX * (RIAD_OID_HEX_MAX + 1)];
	size_t len, n = 0;
	int fd = open_file(path, &len);

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	for (;;) {
		ssize_t r = read(fd, text + n, sizeof(text) - n);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1) {
			int err = errno;
			close(fd);
			errno = err;
			return -1;
		}
		n += (size_t)r;
		if (r == 0 || n == sizeof(text))
			break;
	}
	close(fd);
	return add_chain(cg, dirs, ndirs, text, n);
}

int
riad_commitgraph_open_dirs(struct riad_commitgraph *cg, const char *const *dirs,
    size_t ndirs, size_t hash_len)
{
	char path[PATH_MAX];
	int r;

	riad_commitgraph_init(cg, hash_len);
	if (print_path(path, dirs[0], "commit-graph") == -1)
		return -1;
	if (add_file(cg, path, NULL) == 0)
		return 1;
	if (errno != ENOENT && errno != ENOTDIR)
		return -1;
	if (print_path(path, dirs[0], "commit-graphs/commit-graph-chain") == -1)
		return -1;
	r = open_chain(cg, dirs, ndirs, path);
	if (r != 1) {
		int err = errno;
		riad_commitgraph_close(cg);
		errno = err;
	}
	return r;
}

int
riad_commitgraph_open(
    struct riad_commitgraph *cg, const char *objects_dir, size_t hash_len)
{
	return riad_commitgraph_open_dirs(cg, &objects_dir, 1, hash_len);
}

int64_t
riad_commitgraph_find(
    const struct riad_commitgraph *cg, const struct riad_oid *oid)
{
	/* The lowest layer is the largest. */
	for (unsigned i = 0; i < cg->nlayers; i++) {
		const struct riad_cg_layer *l = &cg->layers[i];
		int64_t at = riad_interp_find(
		    l->fanout, l->ids, cg->hash_len, cg->hash_len, oid);
		if (at != -1)
			return l->base + at;
	}
	return -1;
}

static const struct riad_cg_layer *
layer_of(const struct riad_commitgraph *cg, uint32_t n)
{
	const struct riad_cg_layer *l = cg->layers;

	while (n - l->base >= l->count)
		l++;
	return l;
}

void
riad_commitgraph_id(
    const struct riad_commitgraph *cg, uint32_t n, struct riad_oid *oid)
{
	const struct riad_cg_layer *l = layer_of(cg, n);

	riad_oid_set(oid, l->ids + (n - l->base) * cg->hash_len, cg->hash_len);
}

/* The second parent and the others, which begin at row at of the edges. */
static int
read_edges(const struct riad_cg_layer *l, uint32_t n, uint32_t at,
    struct riad_cg_commit *commit)
{
	uint32_t row;

	if (at >= l->nedges)
		return bad();
	commit->edges = l->edges + (size_t)at * 4;
	do {
		if (at == l->nedges || commit->nparents == RIAD_CG_PARENTS_MAX)
			return bad();
		row = be32(l->edges + (size_t)at++ * 4);
		const uint32_t parent = row & ~MARK;
		if (parent >= l->base + l->count || parent == n)
			return bad();
		commit->nparents++;
	} while ((row & MARK) == 0);
	commit->second = be32(commit->edges) & ~MARK;
	return 0;
}

static int
read_parents(const struct riad_cg_layer *l, uint32_t n, const uint8_t *p,
    struct riad_cg_commit *commit)
{
	const uint32_t end = l->base + l->count;
	const uint32_t first = be32(p), second = be32(p + 4);

	if (first == NO_PARENT)
		return second == NO_PARENT ? 0 : bad();
	if (first >= end || first == n)
		return bad();
	commit->first = first;
	commit->nparents = 1;
	if (second == NO_PARENT)
		return 0;
	if ((second & MARK) != 0)
		return read_edges(l, n, second & ~MARK, commit);
	if (second >= end || second == n)
		return bad();
	commit->second = second;
	commit->nparents = 2;
	return 0;
}

/* Of row i of a layer. */
static int
read_dates(const struct riad_commitgraph *cg, const struct riad_cg_layer *l,
    size_t i, struct riad_cg_commit *commit)
{
	const uint8_t *p =
	    l->commits + i * (cg->hash_len + FACTS_LEN) + cg->hash_len + 8;

	commit->date = (uint64_t)(be32(p) & 3) << 32 | be32(p + 4);
	commit->generation = be32(p) >> 2;
	if (!cg->corrected)
		return 0;

	uint64_t later = be32(l->dates + i * 4);
	if ((later & MARK) != 0) {
		later &= ~(uint64_t)MARK;
		if (later >= l->noverflow)
			return bad();
		later = be64(l->overflow + later * 8);
		if (later > UINT64_MAX - commit->date)
			return bad();
	}
	commit->generation = commit->date + later;
	return 0;
}

int
riad_commitgraph_commit(const struct riad_commitgraph *cg, uint32_t n,
    struct riad_cg_commit *commit)
{
	const struct riad_cg_layer *l = layer_of(cg, n);
	const size_t i = n - l->base;
	const uint8_t *p = l->commits + i * (cg->hash_len + FACTS_LEN);

	*commit = (struct riad_cg_commit){.nparents = 0};
	riad_oid_set(&commit->tree, p, cg->hash_len);
	if (read_parents(l, n, p + cg->hash_len, commit) == -1)
		return -1;
	return read_dates(cg, l, i, commit);
}

uint32_t
riad_cg_parent(const struct riad_cg_commit *commit, uint32_t i)
{
	if (i == 0)
		return commit->first;
	if (commit->edges == NULL)
		return commit->second;
	return be32(commit->edges + (size_t)(i - 1) * 4) & ~MARK;
}

/* Whether the trailer is the hash of what comes before it. */
static int
check_sum(const struct riad_cg_layer *l, size_t hash_len)
{
	struct riad_oid sum;
	struct riad_hash *hash = riad_hash_new(hash_len);

	if (hash == NULL)
		return -1;
	riad_hash_add(hash, l->data, l->len - hash_len);
	int r = riad_hash_end(hash, &sum);
	riad_hash_free(hash);
	if (r == 0 && memcmp(sum.id, l->sum, hash_len) != 0)
		return bad();
	return r;
}

/* Whether a commit's generation is above those of its parents. */
static int
check_generation(
    const struct riad_commitgraph *cg, const struct riad_cg_commit *commit)
{
	/* Levels that weren't worked out, or that don't go any higher. */
	if (!cg->corrected && (commit->generation == 0 ||
				  commit->generation == RIAD_CG_LEVEL_MAX))
		return 0;
	for (uint32_t i = 0; i < commit->nparents; i++) {
		const uint32_t n = riad_cg_parent(commit, i);
		const struct riad_cg_layer *l = layer_of(cg, n);
		struct riad_cg_commit parent;

		if (read_dates(cg, l, n - l->base, &parent) == -1)
			return -1;
		if (parent.generation >= commit->generation)
			return bad();
	}
	return 0;
}

int
riad_commitgraph_verify(const struct riad_commitgraph *cg)
{
	for (unsigned i = 0; i < cg->nlayers; i++) {
		const struct riad_cg_layer *l = &cg->layers[i];
		if (check_sum(l, cg->hash_len) == -1 ||
		    riad_interp_check(
			l->fanout, l->ids, cg->hash_len, cg->hash_len) == -1)
			return -1;
	}
	for (uint32_t n = 0; n < cg->count; n++) {
		struct riad_cg_commit commit;
		if (riad_commitgraph_commit(cg, n, &commit) == -1 ||
		    check_generation(cg, &commit) == -1)
			return -1;
	}
	return 0;
}
