/* SPDX-License-Identifier: ISC */

#include "riad/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

struct riad_hash {
	EVP_MD_CTX *ctx;
	const EVP_MD *md;
	bool failed; /* sticky until the end, so that adding returns nothing */
};

struct riad_hash *
riad_hash_new(size_t hash_len)
{
	if (hash_len != RIAD_SHA1_LEN && hash_len != RIAD_SHA256_LEN) {
		errno = EINVAL;
		return NULL;
	}
	struct riad_hash *hash = calloc(1, sizeof(*hash));
	if (hash == NULL)
		return NULL;
	hash->ctx = EVP_MD_CTX_new();
	hash->md = hash_len == RIAD_SHA1_LEN ? EVP_sha1() : EVP_sha256();
	if (hash->ctx == NULL ||
	    EVP_DigestInit_ex(hash->ctx, hash->md, NULL) != 1) {
		riad_hash_free(hash);
		errno = ENOMEM;
		return NULL;
	}
	return hash;
}

void
riad_hash_free(struct riad_hash *hash)
{
	if (hash != NULL)
		EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

void
riad_hash_add(struct riad_hash *hash, const void *data, size_t len)
{
	if (EVP_DigestUpdate(hash->ctx, data, len) != 1)
		hash->failed = true;
}

int
riad_hash_end(struct riad_hash *hash, struct riad_oid *sum)
{
	bool failed = hash->failed;

	*sum = (struct riad_oid){{0}};
	failed |= EVP_DigestFinal_ex(hash->ctx, sum->id, NULL) != 1;
	hash->failed = EVP_DigestInit_ex(hash->ctx, hash->md, NULL) != 1;
	if (failed) {
		errno = EIO;
		return -1;
	}
	return 0;
}
