/* SPDX-License-Identifier: ISC */

#include "dnslocal_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dnsfield.h"

enum { INDEX_MIN = 256 };

struct riad_dns_local *
riad_dns_local_new(size_t max)
{
	struct riad_dns_local *local = calloc(1, sizeof(*local));

	if (local == NULL)
		return NULL;
	local->max = max;
	local->special = ~(unsigned)RIAD_DNS_SPECIAL_TEST;
	if (getrandom(&local->secret, sizeof(local->secret), 0) !=
		sizeof(local->secret) ||
	    dns_local_add_special(local) == -1) {
		riad_dns_local_free(local);
		return NULL;
	}
	return local;
}

void
riad_dns_local_free(struct riad_dns_local *local)
{
	if (local == NULL)
		return;
	riad_buf_free(&local->pool);
	riad_buf_free(&local->nodes);
	riad_buf_free(&local->sets);
	riad_buf_free(&local->items);
	riad_buf_free(&local->zones);
	riad_buf_free(&local->listed);
	free(local->index);
	free(local->blocked);
	free(local);
}

static size_t
taken(const struct riad_dns_local *local)
{
	return local->pool.cap + local->nodes.cap + local->sets.cap +
	       local->items.cap + local->zones.cap + local->listed.cap +
	       (local->index_len + local->blocked_lines * BLOCK_WAYS) *
		   sizeof(uint64_t);
}

int
dns_local_room(struct riad_dns_local *local, struct riad_buf *buf, size_t len)
{
	size_t others = taken(local) - buf->cap;

	buf->max = others < local->max ? local->max - others : 0;
	if (buf->max > UINT32_MAX)
		buf->max = UINT32_MAX;
	if (buf->max < buf->len + 1) {
		buf->max = buf->len;
		errno = EMSGSIZE;
		return -1;
	}
	return riad_buf_reserve(buf, len);
}

void
dns_local_path(struct local_path *path, const struct riad_dns_local *local,
    const uint8_t *name)
{
	uint8_t at[LOCAL_LABELS];
	size_t len = riad_dns_name_lower(path->name, name);
	unsigned n = 0;

	for (size_t i = 0; path->name[i] != 0; i += path->name[i] + 1u)
		at[n++] = (uint8_t)i;
	path->labels = n;
	path->hash[0] = local->secret.k[1];
	path->at[0] = (uint8_t)(len - 1);
	for (unsigned i = 1; i <= n; i++) {
		const uint8_t *label = path->name + at[n - i];
		struct riad_siphash_key key = local->secret;

		key.k[0] ^= path->hash[i - 1];
		path->at[i] = at[n - i];
		path->hash[i] = riad_siphash13(&key, label, *label + 1u);
	}
}

static uint64_t
hash_of(const struct local_path *path, unsigned labels, unsigned of)
{
	return path->hash[labels] ^ of * UINT64_C(0x9e3779b97f4a7c15);
}

uint32_t
dns_local_find(const struct riad_dns_local *local,
    const struct local_path *path, unsigned labels, unsigned of)
{
	uint64_t hash = hash_of(path, labels, of);

	if (local->index_len == 0)
		return 0;
	for (size_t i = hash & (local->index_len - 1); local->index[i] != 0;
	     i = (i + 1) & (local->index_len - 1)) {
		uint32_t n = (uint32_t)local->index[i];

		if ((local->index[i] ^ hash) >> 32 != 0)
			continue;
		const struct local_node *node = dns_local_node(local, n);
		if (node->hash == hash && node->of == of &&
		    riad_dns_name_same(local->pool.data + node->name,
			path->name + path->at[labels]))
			return n;
	}
	return 0;
}

static void
enter(uint64_t *index, size_t len, uint64_t hash, uint32_t node)
{
	size_t i = hash & (len - 1);

	while (index[i] != 0)
		i = (i + 1) & (len - 1);
	index[i] = (hash & ~(uint64_t)UINT32_MAX) | node;
}

/* Keeps the index at most half full. */
static int
grow_index(struct riad_dns_local *local)
{
	size_t n = local->nodes.len / sizeof(struct local_node);
	size_t len = local->index_len > 0 ? 2 * local->index_len : INDEX_MIN;

	if (n < local->index_len / 2)
		return 0;
	if (len * sizeof(uint64_t) > local->max ||
	    taken(local) > local->max - len * sizeof(uint64_t)) {
		errno = EMSGSIZE;
		return -1;
	}
	uint64_t *index = calloc(len, sizeof(*index));
	if (index == NULL)
		return -1;
	for (uint32_t i = 1; i <= n; i++)
		enter(index, len, dns_local_node(local, i)->hash, i);
	free(local->index);
	local->index = index;
	local->index_len = len;
	return 0;
}

uint32_t
dns_local_make(struct riad_dns_local *local, const struct local_path *path,
    unsigned labels, unsigned of, const uint8_t *name)
{
	uint32_t n = dns_local_find(local, path, labels, of);
	size_t len = riad_dns_name_len(name);

	if (n != 0)
		return n;
	if (grow_index(local) == -1 ||
	    dns_local_room(local, &local->nodes, sizeof(struct local_node)) ==
		-1 ||
	    dns_local_room(local, &local->pool, len) == -1)
		return 0;
	struct local_node node = {.hash = hash_of(path, labels, of),
	    .name = (uint32_t)local->pool.len,
	    .of = (uint16_t)of,
	    .labels = (uint8_t)labels};
	riad_buf_add(&local->pool, name, len);
	riad_buf_add(&local->nodes, &node, sizeof(node));
	n = (uint32_t)(local->nodes.len / sizeof(node));
	enter(local->index, local->index_len, node.hash, n);
	local->trees += of == LOCAL_TREES;
	return n;
}

const struct local_set *
dns_local_of_type(
    const struct riad_dns_local *local, uint32_t node, uint16_t type)
{
	for (uint32_t i = dns_local_node(local, node)->sets; i != 0;
	     i = dns_local_set(local, i)->next)
		if (dns_local_set(local, i)->type == type)
			return dns_local_set(local, i);
	return NULL;
}

/* The set of that type, made if there is none, last of the node's.  0: errno.
 */
static uint32_t
make_set(
    struct riad_dns_local *local, uint32_t node, uint16_t type, uint32_t ttl)
{
	uint32_t i = dns_local_node(local, node)->sets, last = 0;

	for (; i != 0; last = i, i = dns_local_set(local, i)->next)
		if (dns_local_set(local, i)->type == type)
			return i;
	struct local_set set = {.type = type, .ttl = ttl};
	if (dns_local_room(local, &local->sets, sizeof(set)) == -1)
		return 0;
	riad_buf_add(&local->sets, &set, sizeof(set));
	i = (uint32_t)(local->sets.len / sizeof(set));
	if (last != 0)
		dns_local_set(local, last)->next = i;
	else
		dns_local_node(local, node)->sets = i;
	return i;
}

static bool
has_data(const struct riad_dns_local *local, const struct local_set *set,
    const uint8_t *data, size_t len)
{
	for (uint32_t i = set->first; i != 0;
	     i = dns_local_item(local, i)->next) {
		const uint8_t *p =
		    local->pool.data + dns_local_item(local, i)->data;

		if (dns_get16(p) == len &&
		    (len == 0 || memcmp(p + 2, data, len) == 0))
			return true;
	}
	return false;
}

int
dns_local_put(struct riad_dns_local *local, uint32_t node, uint16_t type,
    uint32_t ttl, const uint8_t *data, size_t len)
{
	uint8_t size[2];
	uint32_t s = make_set(local, node, type, ttl);

	if (s == 0)
		return -1;
	struct local_set *set = dns_local_set(local, s);
	if (ttl < set->ttl)
		set->ttl = ttl;
	if (has_data(local, set, data, len))
		return 0;
	if (set->count == UINT16_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	struct local_item item = {.data = (uint32_t)local->pool.len};
	if (dns_local_room(local, &local->items, sizeof(item)) == -1 ||
	    dns_local_room(local, &local->pool, len + 2) == -1)
		return -1;
	dns_put16(size, (unsigned)len);
	riad_buf_add(&local->pool, size, 2);
	riad_buf_add(&local->pool, data, len);
	riad_buf_add(&local->items, &item, sizeof(item));
	uint32_t i = (uint32_t)(local->items.len / sizeof(item));
	if (set->last != 0)
		dns_local_item(local, set->last)->next = i;
	else
		set->first = i;
	set->last = i;
	set->count++;
	return 0;
}

static uint32_t
zones(const struct riad_dns_local *local)
{
	return (uint32_t)(local->zones.len / sizeof(struct local_zone));
}

static struct local_zone *
zone_at(const struct riad_dns_local *local, uint32_t i)
{
	return (struct local_zone *)(void *)local->zones.data + i;
}

int
riad_dns_local_zone(struct riad_dns_local *local, const uint8_t *apex)
{
	struct local_path path;
	struct local_zone zone;
	unsigned of = LOCAL_ZONE + zones(local);

	if (of > UINT16_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	dns_local_path(&path, local, apex);
	uint32_t tree =
	    dns_local_make(local, &path, path.labels, LOCAL_TREES, apex);
	if (tree == 0)
		return -1;
	if (dns_local_node(local, tree)->zone != 0) {
		errno = EEXIST;
		return -1;
	}
	zone.apex = dns_local_make(local, &path, path.labels, of, apex);
	if (zone.apex == 0 ||
	    dns_local_room(local, &local->zones, sizeof(zone)) == -1)
		return -1;
	riad_buf_add(&local->zones, &zone, sizeof(zone));
	dns_local_node(local, tree)->zone = (uint16_t)of;
	return 0;
}

/* Whether a type is of data: not of questions alone, nor of what a message is
 * about (RFC 6895 section 3.1). */
static bool
is_data(uint16_t type)
{
	return type != 0 && type != RIAD_DNS_OPT &&
	       (type < 128 || type > RIAD_DNS_ANY);
}

int
riad_dns_local_add(
    struct riad_dns_local *local, const struct riad_dns_record *record)
{
	struct dns_cursor cursor;
	struct local_path path;
	uint32_t n = zones(local);

	if (n == 0 || record->class != RIAD_DNS_IN || !is_data(record->type)) {
		errno = EINVAL;
		return -1;
	}
	uint32_t apex = zone_at(local, n - 1)->apex;
	if (!riad_dns_name_below(record->name, dns_local_name(local, apex))) {
		errno = ERANGE;
		return -1;
	}
	struct riad_dns_record alone = *record;
	if (dns_check(&cursor, NULL, &alone) == -1) {
		errno = EBADMSG;
		return -1;
	}
	dns_local_path(&path, local, record->name);
	unsigned of = LOCAL_ZONE + n - 1;
	uint32_t node =
	    dns_local_make(local, &path, path.labels, of, record->name);
	if (node == 0)
		return -1;
	/* What is between is there too, though it has no records. */
	for (unsigned i = path.labels - (path.labels > 0);
	     i > dns_local_node(local, apex)->labels &&
	     dns_local_find(local, &path, i, of) == 0;
	     i--)
		if (dns_local_make(
			local, &path, i, of, record->name + path.at[i]) == 0)
			return -1;
	return dns_local_put(local, node, record->type,
	    record->ttl > INT32_MAX ? 0 : record->ttl, record->data,
	    record->len);
}

int
riad_dns_local_ask(struct riad_dns_local *local, const uint8_t *name)
{
	struct local_path path;

	dns_local_path(&path, local, name);
	uint32_t node =
	    dns_local_make(local, &path, path.labels, LOCAL_TREES, name);
	if (node == 0)
		return -1;
	dns_local_node(local, node)->special = UINT16_MAX;
	return 0;
}

void
riad_dns_local_blocked(struct riad_dns_local *local, enum riad_dns_blocked how)
{
	local->how = how;
}

void
riad_dns_local_special(struct riad_dns_local *local, unsigned mask)
{
	local->special = mask;
}

static int
unfit(struct riad_dns_local *local, const char **why, uint32_t node,
    const char *reason)
{
	char text[RIAD_DNS_NAME_TEXT];

	riad_dns_name_text(text, dns_local_name(local, node));
	snprintf(local->why, sizeof(local->why), "%s: %s", text, reason);
	*why = local->why;
	errno = EBADMSG;
	return -1;
}

/* What else may be beside a CNAME: RFC 4035 section 2.5, RFC 2136. */
static bool
is_beside_cname(uint16_t type)
{
	enum { KEY = 25 };

	return type == RIAD_DNS_CNAME || type == RIAD_DNS_RRSIG ||
	       type == RIAD_DNS_NSEC || type == KEY;
}

static int
check_node(struct riad_dns_local *local, const char **why, uint32_t node)
{
	const struct local_set *cname =
	    dns_local_of_type(local, node, RIAD_DNS_CNAME);
	const struct local_set *dname =
	    dns_local_of_type(local, node, RIAD_DNS_DNAME);
	const struct local_node *n = dns_local_node(local, node);
	uint32_t apex =
	    n->of < LOCAL_ZONE ? 0 : zone_at(local, n->of - LOCAL_ZONE)->apex;

	if (dname != NULL && dname->count > 1)
		return unfit(local, why, node, "more than one DNAME");
	if (node != apex &&
	    dns_local_of_type(local, node, RIAD_DNS_SOA) != NULL)
		return unfit(local, why, node, "SOA below the zone's apex");
	if (cname == NULL)
		return 0;
	if (cname->count > 1)
		return unfit(local, why, node, "more than one CNAME");
	for (uint32_t i = n->sets; i != 0; i = dns_local_set(local, i)->next)
		if (!is_beside_cname(dns_local_set(local, i)->type))
			return unfit(local, why, node, "CNAME and other data");
	return 0;
}

int
riad_dns_local_seal(struct riad_dns_local *local, const char **why)
{
	*why = NULL;
	for (uint32_t i = 0; i < zones(local); i++) {
		uint32_t apex = zone_at(local, i)->apex;
		const struct local_set *soa =
		    dns_local_of_type(local, apex, RIAD_DNS_SOA);

		if (soa == NULL)
			return unfit(local, why, apex, "the zone has no SOA");
		if (soa->count > 1)
			return unfit(local, why, apex, "more than one SOA");
	}
	size_t n = local->nodes.len / sizeof(struct local_node);
	for (uint32_t i = 1; i <= n; i++)
		if (check_node(local, why, i) == -1)
			return -1;
	if (dns_local_seal_blocked(local) == -1)
		return -1;
	local->sealed = true;
	return 0;
}

void
riad_dns_local_stat(
    const struct riad_dns_local *local, struct riad_dns_local_stat *stat)
{
	*stat = (struct riad_dns_local_stat){.zones = zones(local),
	    .names =
		local->nodes.len / sizeof(struct local_node) - local->trees,
	    .records = local->items.len / sizeof(struct local_item),
	    .blocked = local->blocked_count,
	    .bytes = taken(local) + sizeof(*local)};
}
