/* SPDX-License-Identifier: ISC */
/*
 * dnslocal_state.h - how local data is kept
 *
 * Names are found by hashes, that of a name being made of its parent's and its
 * first label: so one pass over a name makes those of all that it is below.
 * What there is of a name is a node; a node has sets of records, these have
 * items, and bytes of names and RDATA lie in one pool.  All are named by
 * numbers, from 1; 0 is none.
 */
#ifndef RIAD_DNSLOCAL_STATE_H
#define RIAD_DNSLOCAL_STATE_H

#include "riad/buf.h"
#include "riad/dnslocal.h"
#include "riad/dnsrr.h"
#include "riad/siphash.h"

enum {
	LOCAL_LABELS = 128, /* of the longest name, the root's with it */

	/* What nodes are of; zones follow. */
	LOCAL_HOSTS = 0, /* exact names */
	LOCAL_TREES = 1, /* apexes of zones, and names of special use */
	LOCAL_ZONE = 2
};

/* A name in lower case; hash[i] and at[i] are of its last i labels. */
struct local_path {
	uint64_t hash[LOCAL_LABELS];
	uint8_t at[LOCAL_LABELS];
	unsigned labels;
	uint8_t name[RIAD_DNS_NAME];
};

struct local_node {
	uint64_t hash; /* with what it is of */
	uint32_t name; /* in the pool */
	uint32_t sets; /* the first */
	/* Of trees: the zone whose apex it is, and what special use. */
	uint16_t zone;
	uint16_t of;
	uint16_t special;
	uint8_t labels;
};

struct local_set {
	uint32_t next, first, last;
	uint32_t ttl;
	uint16_t type;
	uint16_t count;
};

struct local_item {
	uint32_t next;
	uint32_t data; /* in the pool: two bytes of length come first */
};

struct local_zone {
	uint32_t apex; /* its node */
};

/* Blocked names, by their hashes alone: eight to a cache line, of which the
 * next takes what doesn't fit. */
enum {
	BLOCK_WAYS = 8,
	BLOCK_EXACT = 1,
	BLOCK_TREE = 2,
	BLOCK_NOT = 4, /* not, with all below it */
	BLOCK_FLAGS = 7
};

struct riad_dns_local {
	size_t max;
	struct riad_siphash_key secret;
	struct riad_buf pool, nodes, sets, items, zones;
	uint64_t *index; /* the upper half of a hash, and a node */
	size_t index_len;
	size_t trees;           /* nodes of them */
	struct riad_buf listed; /* blocked, as they come */
	uint64_t *blocked;
	size_t blocked_lines;
	size_t blocked_count;
	enum riad_dns_blocked how;
	unsigned special;
	bool sealed;
	char why[RIAD_DNS_NAME_TEXT + 80];
};

void dns_local_path(struct local_path *path, const struct riad_dns_local *local,
    const uint8_t *name);

/* The node of the path's last labels. 0: there is none. */
uint32_t dns_local_find(const struct riad_dns_local *local,
    const struct local_path *path, unsigned labels, unsigned of);

/* The same, made if there is none.  0 with errno. */
uint32_t dns_local_make(struct riad_dns_local *local,
    const struct local_path *path, unsigned labels, unsigned of,
    const uint8_t *name);

/* Adds RDATA to a node's set of that type.  0 or -1. */
int dns_local_put(struct riad_dns_local *local, uint32_t node, uint16_t type,
    uint32_t ttl, const uint8_t *data, size_t len);

/* Makes room for len bytes more: 0, or -1 with errno where all that there is
 * would pass the maximum. */
int dns_local_room(
    struct riad_dns_local *local, struct riad_buf *buf, size_t len);

static inline struct local_node *
dns_local_node(const struct riad_dns_local *local, uint32_t i)
{
	return (struct local_node *)(void *)local->nodes.data + i - 1;
}

static inline struct local_set *
dns_local_set(const struct riad_dns_local *local, uint32_t i)
{
	return (struct local_set *)(void *)local->sets.data + i - 1;
}

static inline struct local_item *
dns_local_item(const struct riad_dns_local *local, uint32_t i)
{
	return (struct local_item *)(void *)local->items.data + i - 1;
}

static inline const uint8_t *
dns_local_name(const struct riad_dns_local *local, uint32_t node)
{
	return local->pool.data + dns_local_node(local, node)->name;
}

/* The set of that type, or NULL. */
const struct local_set *dns_local_of_type(
    const struct riad_dns_local *local, uint32_t node, uint16_t type);

/* Blocked names. */
int dns_local_seal_blocked(struct riad_dns_local *local);
bool dns_local_blocks(
    const struct riad_dns_local *local, const struct local_path *path);

/* A name of a line, without a final dot, of letters, digits, "-" and "_".  0,
 * or -1 where it is none. */
int dns_local_hostname(
    uint8_t name[RIAD_DNS_NAME], const char *text, size_t len);

/* 4 or 16: the bytes of an address; 0 if it is none. */
size_t dns_local_address(uint8_t to[16], const char *text, size_t len);

/* The next line of text, without its end, from *at on; false at the end. */
bool dns_local_line(const char **line, size_t *len, const char *text,
    size_t text_len, size_t *at);

/* The next word of a line, from *at on. */
bool dns_local_word(const char **word, size_t *len, const char *line,
    size_t line_len, size_t *at);

/* Names of special use: a node of LOCAL_TREES for each. */
int dns_local_add_special(struct riad_dns_local *local);

/* A question for a name at or below one of special use, which is the path's
 * last labels: as riad_dns_local_answer. */
int dns_local_special_answer(const struct riad_dns_local *local,
    struct riad_dns_writer *writer, const struct local_path *path,
    unsigned labels, unsigned special, const uint8_t *name, uint16_t type);

/* SOA of what has none, for owner: RFC 6303 section 3. */
int dns_local_write_soa(struct riad_dns_writer *writer, const uint8_t *owner,
    enum riad_dns_section section, uint32_t ttl);

int dns_local_write(struct riad_dns_writer *writer,
    enum riad_dns_section section, const uint8_t *owner, uint16_t type,
    uint32_t ttl, const uint8_t *data, size_t len);

static inline void
dns_local_flags(struct riad_dns_writer *writer, bool aa, unsigned rcode)
{
	if (aa)
		writer->data[2] |= RIAD_DNS_AA >> 8;
	writer->data[3] = (uint8_t)((writer->data[3] & 0xf0u) | rcode);
}

#endif
