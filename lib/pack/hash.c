/* SPDX-License-Identifier: ISC */
/*
 * By the functions that OpenSSL calls low-level and would rather not have
 * called: those above them load tables of all that a library of ciphers can
 * do, which takes longer than many an answer.
 */

#define OPENSSL_SUPPRESS_DEPRECATED

#include "riad/hash.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>

struct riad_hash {
	size_t len;
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256;
	} ctx;
	bool failed; /* sticky until the end, so that adding returns nothing */
};

static void
begin(struct riad_hash *hash)
{
	int r = hash->len == RIAD_SHA1_LEN ? SHA1_Init(&hash->ctx.sha1)
					   : SHA256_Init(&hash->ctx.sha256);

	hash->failed = r != 1;
}

struct riad_hash *
riad_hash_new(size_t hash_len)
{
	if (hash_len != RIAD_SHA1_LEN && hash_len != RIAD_SHA256_LEN) {
		errno = EINVAL;
		return NULL;
	}
	struct riad_hash *hash = malloc(sizeof(*hash));
	if (hash == NULL)
		return NULL;
	hash->len = hash_len;
	begin(hash);
	return hash;
}

void
riad_hash_free(struct riad_hash *hash)
{
	free(hash);
}

void
riad_hash_add(struct riad_hash *hash, const void *data, size_t len)
{
	int r = hash->len == RIAD_SHA1_LEN
		    ? SHA1_Update(&hash->ctx.sha1, data, len)
		    : SHA256_Update(&hash->ctx.sha256, data, len);

	hash->failed |= r != 1;
}

int
riad_hash_end(struct riad_hash *hash, struct riad_oid *sum)
{
	*sum = (struct riad_oid){{0}};
	int r = hash->len == RIAD_SHA1_LEN
		    ? SHA1_Final(sum->id, &hash->ctx.sha1)
		    : SHA256_Final(sum->id, &hash->ctx.sha256);

	const bool failed = hash->failed || r != 1;
	begin(hash);
	if (failed) {
		errno = EIO;
		return -1;
	}
	return 0;
}
