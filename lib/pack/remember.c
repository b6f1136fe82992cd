/* SPDX-License-Identifier: ISC */
/*
 * What a clone is sent is the same for all who clone, until a reference moves
 * or a pack comes: so the set can be kept for the next one.  Of more packs than
 * one the hashes of names are kept, too, since deltas are made across packs:
 * as sets, one for each of their bits.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine_state.h"
#include "riad/hash.h"
#include "riad/setcache.h"

/* A specification with all of it escaped. */
enum { FILTER_TEXT_MAX = RIAD_FILTER_SPEC_MAX * 3 };

static int
by_id(const void *left, const void *right)
{
	return riad_oid_cmp(left, right);
}

/* Adds the wants in their order, each once. */
static int
add_wants(struct riad_hash *hash, const struct riad_pack_request *req)
{
	struct riad_oid *wants =
	    reallocarray(NULL, req->nwants + 1, sizeof(*wants));

	if (wants == NULL)
		return -1;
	memcpy(wants, req->wants, req->nwants * sizeof(*wants));
	qsort(wants, req->nwants, sizeof(*wants), by_id);
	for (size_t i = 0; i < req->nwants; i++) {
		if (i == 0 || !riad_oid_eq(&wants[i], &wants[i - 1]))
			riad_hash_add(hash, wants[i].id, sizeof(wants[i].id));
	}
	free(wants);
	return 0;
}

/* All that the set depends on: the packs, which give objects their numbers,
 * what is wanted, and what is filtered. */
static int
make_key(struct engine_job *j, struct riad_oid *key)
{
	static const char version[] = "riad clone 1";
	const struct riad_packs *packs = &j->e->store.packs;
	struct riad_hash *hash = riad_hash_new(RIAD_SHA256_LEN);
	struct riad_buf text;
	int r = 0;

	if (hash == NULL)
		return -1;
	riad_buf_init(&text, FILTER_TEXT_MAX);
	riad_hash_add(hash, version, sizeof(version));
	riad_hash_add(hash, &packs->len, sizeof(packs->len));
	for (uint32_t p = 0; p < packs->len; p++)
		riad_hash_add(
		    hash, packs->packs[p].idx.sum, j->e->store.hash_len);
	if (j->req->filter != NULL)
		r = riad_filter_print(&text, j->req->filter);
	if (r == 0) {
		riad_hash_add(hash, &text.len, sizeof(text.len));
		riad_hash_add(hash, text.data, text.len);
		r = add_wants(hash, j->req);
	}
	if (r == 0)
		r = riad_hash_end(hash, key);
	riad_hash_free(hash);
	riad_buf_free(&text);
	return r;
}

/* Of a clone; what else is asked for differs from client to client. */
static bool
may_be_kept(const struct engine_job *j)
{
	return j->e->config->cache != NULL && !j->e->decreed &&
	       j->req->nhaves == 0 && j->req->ncuts == 0;
}

enum { NAME_BITS = 32 };

/* The set, and those of its names. */
struct kept {
	struct riad_bits sets[1 + NAME_BITS];
	size_t n;
};

static void
kept_free(struct kept *k)
{
	for (size_t i = 1; i < k->n; i++)
		riad_bits_free(&k->sets[i]);
}

/* The job's set itself, and others that are empty. */
static int
kept_init(struct kept *k, const struct engine_job *j)
{
	const size_t n = j->e->store.packs.len > 1 ? 1 + NAME_BITS : 1;

	*k = (struct kept){.sets = {j->set.packed}, .n = 1};
	for (; k->n < n; k->n++) {
		if (riad_bits_init(&k->sets[k->n], j->set.packed.n) == -1) {
			kept_free(k);
			return -1;
		}
	}
	return 0;
}

static int
take_names(struct engine_job *j, const struct kept *k)
{
	if (k->n == 1)
		return 0;
	if (riad_names_init(&j->names, &j->e->store) == -1)
		return -1;
	for (uint32_t b = 0; b < NAME_BITS; b++) {
		const struct riad_bits *bits = &k->sets[1 + b];

		for (size_t i = riad_bits_next(bits, 0); i < bits->n;
		     i = riad_bits_next(bits, i + 1))
			riad_names_note(&j->names, (uint32_t)i,
			    riad_names_get(&j->names, (uint32_t)i) | (uint32_t)1
									 << b);
	}
	engine_know_names(j);
	return 0;
}

static void
give_names(const struct engine_job *j, struct kept *k)
{
	const struct riad_bits *set = &j->set.packed;

	if (k->n == 1)
		return;
	for (size_t i = riad_bits_next(set, 0); i < set->n;
	     i = riad_bits_next(set, i + 1)) {
		uint32_t hash =
		    j->context.name_hash(j->context.ctx, (uint32_t)i);

		for (uint32_t b = 0; b < NAME_BITS; b++) {
			if (hash >> b & 1)
				riad_bits_add(&k->sets[1 + b], i);
		}
	}
}

int
engine_recall(struct engine_job *j)
{
	struct riad_oid key;
	struct kept k;

	if (!may_be_kept(j) || make_key(j, &key) == -1 ||
	    kept_init(&k, j) == -1)
		return 0;
	int r = riad_setcache_get(j->e->config->cache, &key, k.sets, k.n);
	if (r == 1 && take_names(j, &k) == -1)
		r = -1;
	kept_free(&k);
	if (r == 1)
		return 1;
	riad_bits_clear(&j->set.packed);
	return 0;
}

void
engine_remember(struct engine_job *j)
{
	struct riad_oid key;
	struct kept k;

	/* Loose objects have numbers of their own in each process, and packs
	 * that came meanwhile are in the set, but not in the key's past. */
	if (!may_be_kept(j) || riad_bits_count(&j->set.loose) > 0 ||
	    j->set.packed.n != j->e->store.count || make_key(j, &key) == -1 ||
	    kept_init(&k, j) == -1)
		return;
	give_names(j, &k);

	/* That there is no room, or no right, is no reason to fail. */
	(void)riad_setcache_put(
	    j->e->config->cache, &key, k.sets, k.n, j->e->config->cache_max);
	kept_free(&k);
}
