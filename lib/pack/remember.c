/* SPDX-License-Identifier: ISC */
/*
 * What a clone is sent is the same for all who clone, until a reference moves
 * or a pack comes: so the set can be kept for the next one.
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

int
engine_recall(struct engine_job *j)
{
	struct riad_oid key;

	if (!may_be_kept(j) || make_key(j, &key) == -1)
		return 0;
	int r = riad_setcache_get(j->e->config->cache, &key, &j->set.packed, 1);
	if (r == 1)
		return 1;
	riad_bits_clear(&j->set.packed);
	return 0;
}

void
engine_remember(struct engine_job *j)
{
	struct riad_oid key;

	/* Loose objects have numbers of their own in each process, and packs
	 * that came meanwhile are in the set, but not in the key's past. */
	if (!may_be_kept(j) || riad_bits_count(&j->set.loose) > 0 ||
	    j->set.packed.n != j->e->store.count || make_key(j, &key) == -1)
		return;

	/* That there is no room, or no right, is no reason to fail. */
	(void)riad_setcache_put(j->e->config->cache, &key, &j->set.packed, 1,
	    j->e->config->cache_max);
}
