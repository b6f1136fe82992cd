/* SPDX-License-Identifier: ISC */

#include "blobs.h"

#include <stdlib.h>

/* Of what is kept: objects of this length on average. */
enum { KEPT_LEN = 2048 };

void
blob_release(struct blob *b)
{
	if (b != NULL && --b->refs == 0)
		free(b);
}

struct blob *
blob_new(enum riad_type type, size_t len)
{
	struct blob *b = malloc(sizeof(*b) + len + 1);

	if (b != NULL) {
		b->refs = 1;
		b->type = type;
		b->len = len;
	}
	return b;
}

int
blobs_init(struct blobs *c, size_t max)
{
	uint32_t cap = 16;

	while (cap < max / KEPT_LEN && cap < 1u << 20)
		cap *= 2;
	*c = (struct blobs){.cap = cap, .max = max};
	c->slots = calloc(cap, sizeof(*c->slots));
	c->heads = calloc(cap, sizeof(*c->heads));
	return c->slots == NULL || c->heads == NULL ? -1 : 0;
}

static uint32_t *
cache_head(const struct blobs *c, uint32_t pack, uint64_t off)
{
	uint64_t h = (off ^ (uint64_t)pack << 40) * 0x9e3779b97f4a7c15u;

	return &c->heads[h >> 32 & (c->cap - 1)];
}

static void
cache_unlink(struct blobs *c, uint32_t i)
{
	struct slot *s = &c->slots[i];

	if (s->newer != 0)
		c->slots[s->newer - 1].older = s->older;
	else
		c->newest = s->older;
	if (s->older != 0)
		c->slots[s->older - 1].newer = s->newer;
	else
		c->oldest = s->newer;
}

static void
cache_link(struct blobs *c, uint32_t i)
{
	struct slot *s = &c->slots[i];

	s->newer = 0;
	s->older = c->newest;
	if (c->newest != 0)
		c->slots[c->newest - 1].newer = i + 1;
	else
		c->oldest = i + 1;
	c->newest = i + 1;
}

static void
cache_drop_oldest(struct blobs *c)
{
	const uint32_t i = c->oldest - 1;
	struct slot *s = &c->slots[i];
	uint32_t *link = cache_head(c, s->pack, s->off);

	while (*link != i + 1)
		link = &c->slots[*link - 1].chain;
	*link = s->chain;
	cache_unlink(c, i);
	c->bytes -= s->blob->len;
	blob_release(s->blob);
	s->chain = c->spare;
	c->spare = i + 1;
}

void
blobs_clear(struct blobs *c)
{
	while (c->oldest != 0)
		cache_drop_oldest(c);
}

struct blob *
blobs_get(struct blobs *c, uint32_t pack, uint64_t off)
{
	for (uint32_t i = *cache_head(c, pack, off); i != 0;
	     i = c->slots[i - 1].chain) {
		struct slot *s = &c->slots[i - 1];

		if (s->off == off && s->pack == pack) {
			cache_unlink(c, i - 1);
			cache_link(c, i - 1);
			s->blob->refs++;
			return s->blob;
		}
	}
	return NULL;
}

/* What is so large that it would push out most of the others is not kept. */
void
blobs_put(struct blobs *c, uint32_t pack, uint64_t off, struct blob *b)
{
	if (b->len > c->max / 4)
		return;
	while (c->bytes + b->len > c->max)
		cache_drop_oldest(c);
	if (c->spare == 0 && c->used == c->cap)
		cache_drop_oldest(c);

	uint32_t i = c->used;
	if (c->spare != 0) {
		i = c->spare - 1;
		c->spare = c->slots[i].chain;
	} else {
		c->used++;
	}
	uint32_t *head = cache_head(c, pack, off);
	c->slots[i] =
	    (struct slot){.off = off, .pack = pack, .chain = *head, .blob = b};
	*head = i + 1;
	b->refs++;
	c->bytes += b->len;
	cache_link(c, i);
}
