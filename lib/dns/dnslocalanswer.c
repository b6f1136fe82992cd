/* SPDX-License-Identifier: ISC */
/* Answers from local data: the algorithm of RFC 1034 section 4.3.2. */

#include "dnslocal_state.h"

#include <errno.h>
#include <string.h>

#include "dnsfield.h"

enum {
	ALIASES = 16, /* followed at most */
	HOST_TTL = 60,
	BLOCKED_TTL = 300,
	GLUE = 64, /* servers of a delegation whose addresses are added */
	ADDRESS_TYPES = 2,

	EDE_BLOCKED = 15,
	YXDOMAIN = 6
};

static const uint16_t address_types[ADDRESS_TYPES] = {
    RIAD_DNS_A, RIAD_DNS_AAAA};

/* An answer that is made. */
struct job {
	const struct riad_dns_local *local;
	struct riad_dns_writer *writer;
	uint16_t type;
	uint16_t zone;
	uint32_t apex;
	/* The name that is looked for now: asked, or where aliases lead. */
	const uint8_t *name;
	struct local_path path;
	unsigned aliases;
	uint8_t names[ALIASES][RIAD_DNS_NAME];
};

/* What became of a name. */
enum {
	FAILED = -1,
	NOT_LOCAL,
	DONE,
	FOLLOW /* job->names[job->aliases] is next */
};

int
dns_local_write(struct riad_dns_writer *writer, enum riad_dns_section section,
    const uint8_t *owner, uint16_t type, uint32_t ttl, const uint8_t *data,
    size_t len)
{
	struct riad_dns_record record = {.section = section,
	    .type = type,
	    .class = RIAD_DNS_IN,
	    .ttl = ttl,
	    .data = data,
	    .len = (uint16_t)len};

	memcpy(record.name, owner, riad_dns_name_len(owner));
	return riad_dns_write(writer, &record);
}

static const uint8_t *
data_of(const struct riad_dns_local *local, uint32_t item, size_t *len)
{
	const uint8_t *p = local->pool.data + dns_local_item(local, item)->data;

	*len = dns_get16(p);
	return p + 2;
}

static int
write_set(const struct job *job, enum riad_dns_section section,
    const uint8_t *owner, const struct local_set *set, uint32_t ttl)
{
	for (uint32_t i = set->first; i != 0;
	     i = dns_local_item(job->local, i)->next) {
		size_t len;
		const uint8_t *data = data_of(job->local, i, &len);

		if (dns_local_write(job->writer, section, owner, set->type, ttl,
			data, len) == -1)
			return FAILED;
	}
	return DONE;
}

static bool
is_first(const struct job *job)
{
	return job->aliases == 0;
}

/* SOA for what isn't there: for the lesser of its TTL and MINIMUM, RFC 2308. */
static int
nothing(const struct job *job, unsigned rcode)
{
	const struct local_set *soa =
	    dns_local_of_type(job->local, job->apex, RIAD_DNS_SOA);
	size_t len;

	dns_local_flags(job->writer, is_first(job), rcode);
	if (soa == NULL)
		return DONE;
	const uint8_t *data = data_of(job->local, soa->first, &len);
	uint32_t ttl = dns_get32(data + len - 4);
	if (ttl > soa->ttl)
		ttl = soa->ttl;
	return write_set(job, RIAD_DNS_AUTHORITY,
	    dns_local_name(job->local, job->apex), soa, ttl);
}

/* Whether the name was looked for before: aliases go round. */
static bool
is_loop(const struct job *job, const uint8_t *asked, const uint8_t *name)
{
	if (riad_dns_name_same(asked, name))
		return true;
	for (unsigned i = 0; i < job->aliases; i++)
		if (riad_dns_name_same(job->names[i], name))
			return true;
	return false;
}

/* Aliases that lead nowhere: as servers say that are asked to find out. */
static int
nowhere(const struct job *job)
{
	dns_local_flags(job->writer, false, RIAD_DNS_SERVFAIL);
	return DONE;
}

static int
follow(struct job *job, const uint8_t *target)
{
	if (job->aliases == ALIASES)
		return nowhere(job);
	memmove(job->names[job->aliases], target, riad_dns_name_len(target));
	return FOLLOW;
}

/* Types that are asked of the name of a CNAME itself. */
static bool
is_of_alias(uint16_t type)
{
	return type == RIAD_DNS_CNAME || type == RIAD_DNS_ANY ||
	       type == RIAD_DNS_RRSIG || type == RIAD_DNS_NSEC;
}

/* RFC 6672 section 3: the last labels of the name, those of the DNAME's owner,
 * become its target. */
static int
rename_by(struct job *job, uint32_t node, const struct local_set *dname)
{
	const uint8_t *owner = dns_local_name(job->local, node);
	uint8_t target[RIAD_DNS_NAME];
	size_t len;
	const uint8_t *data = data_of(job->local, dname->first, &len);
	size_t keep = riad_dns_name_len(job->name) - riad_dns_name_len(owner);

	dns_local_flags(job->writer, is_first(job), RIAD_DNS_NOERROR);
	if (write_set(job, RIAD_DNS_ANSWER, owner, dname, dname->ttl) == FAILED)
		return FAILED;
	if (keep + len > RIAD_DNS_NAME) {
		dns_local_flags(job->writer, is_first(job), YXDOMAIN);
		return DONE;
	}
	memcpy(target, job->name, keep);
	memcpy(target + keep, data, len);
	if (dns_local_write(job->writer, RIAD_DNS_ANSWER, job->name,
		RIAD_DNS_CNAME, dname->ttl, target, keep + len) == -1)
		return FAILED;
	return is_of_alias(job->type) ? DONE : follow(job, target);
}

/* Addresses of a server that the zone has, or keeps as glue. */
static int
write_glue(const struct job *job, const uint8_t *server)
{
	struct local_path path;

	dns_local_path(&path, job->local, server);
	uint32_t node =
	    dns_local_find(job->local, &path, path.labels, job->zone);
	if (node == 0)
		return DONE;
	for (unsigned i = 0; i < ADDRESS_TYPES; i++) {
		const struct local_set *set =
		    dns_local_of_type(job->local, node, address_types[i]);
		if (set != NULL && write_set(job, RIAD_DNS_ADDITIONAL, server,
				       set, set->ttl) == FAILED)
			return FAILED;
	}
	return DONE;
}

static int
refer(const struct job *job, uint32_t node, const struct local_set *ns)
{
	const uint8_t *owner = dns_local_name(job->local, node);
	unsigned n = 0;

	dns_local_flags(job->writer, false, RIAD_DNS_NOERROR);
	if (write_set(job, RIAD_DNS_AUTHORITY, owner, ns, ns->ttl) == FAILED)
		return FAILED;
	for (uint32_t i = ns->first; i != 0 && n < GLUE;
	     i = dns_local_item(job->local, i)->next, n++) {
		size_t len;

		if (write_glue(job, data_of(job->local, i, &len)) == FAILED)
			return FAILED;
	}
	return DONE;
}

/* What there is at the name, or at the wildcard for it. */
static int
answer_node(struct job *job, uint32_t node)
{
	const struct riad_dns_local *local = job->local;
	const struct local_set *set =
	    dns_local_of_type(local, node, RIAD_DNS_CNAME);

	if (set != NULL && !is_of_alias(job->type)) {
		size_t len;

		dns_local_flags(job->writer, is_first(job), RIAD_DNS_NOERROR);
		if (write_set(job, RIAD_DNS_ANSWER, job->name, set, set->ttl) ==
		    FAILED)
			return FAILED;
		return follow(job, data_of(local, set->first, &len));
	}
	if (job->type == RIAD_DNS_ANY)
		set = dns_local_node(local, node)->sets != 0
			  ? dns_local_set(
				local, dns_local_node(local, node)->sets)
			  : NULL;
	else
		set = dns_local_of_type(local, node, job->type);
	if (set == NULL)
		return nothing(job, RIAD_DNS_NOERROR);
	dns_local_flags(job->writer, is_first(job), RIAD_DNS_NOERROR);
	return write_set(job, RIAD_DNS_ANSWER, job->name, set, set->ttl);
}

/* RFC 4592: the name isn't there, below encloser, which is. */
static int
answer_wildcard(struct job *job, uint32_t encloser)
{
	uint8_t name[RIAD_DNS_NAME + 2] = {1, '*'};
	const uint8_t *below = dns_local_name(job->local, encloser);
	size_t len = riad_dns_name_len(below);
	struct local_path path;

	memcpy(name + 2, below, len);
	uint32_t node = 0;
	if (len + 2 <= RIAD_DNS_NAME) {
		dns_local_path(&path, job->local, name);
		node =
		    dns_local_find(job->local, &path, path.labels, job->zone);
	}
	if (node == 0)
		return nothing(job, RIAD_DNS_NXDOMAIN);
	return answer_node(job, node);
}

/* From the apex down to the name. */
static int
answer_zone(struct job *job)
{
	const struct riad_dns_local *local = job->local;
	const struct local_path *path = &job->path;
	uint32_t node = job->apex;

	for (unsigned i = dns_local_node(local, node)->labels;
	     i < path->labels;) {
		const struct local_set *set =
		    dns_local_of_type(local, node, RIAD_DNS_DNAME);

		if (set != NULL)
			return rename_by(job, node, set);
		uint32_t child = dns_local_find(local, path, ++i, job->zone);
		if (child == 0)
			return answer_wildcard(job, node);
		node = child;
		set = dns_local_of_type(local, node, RIAD_DNS_NS);
		if (set != NULL &&
		    (i < path->labels || job->type != RIAD_DNS_DS))
			return refer(job, node, set);
	}
	return answer_node(job, node);
}

/*
 * The node of trees that is nearest above the name, with a zone or a special
 * use.  What is between a zone's apex and its parent, as DS, is the parent's.
 */
static uint32_t
nearest(const struct job *job, unsigned *labels)
{
	const struct riad_dns_local *local = job->local;
	uint32_t last = 0;

	for (unsigned i = job->path.labels + 1; i-- > 0;) {
		uint32_t tree =
		    dns_local_find(local, &job->path, i, LOCAL_TREES);

		if (tree == 0)
			continue;
		*labels = i;
		if (job->type != RIAD_DNS_DS || i < job->path.labels ||
		    dns_local_node(local, tree)->zone == 0)
			return dns_local_node(local, tree)->zone != 0 ||
				       last == 0
				   ? tree
				   : last;
		last = tree;
	}
	if (last != 0)
		*labels = job->path.labels;
	return last;
}

static bool
is_address(uint16_t type)
{
	return type == RIAD_DNS_A || type == RIAD_DNS_AAAA;
}

/*
 * A name of hosts has the addresses that it has; SVCB and HTTPS, which lead
 * around these, it has not.  What else is asked of it others may know.
 */
static int
answer_host(struct job *job)
{
	const struct riad_dns_local *local = job->local;
	uint32_t node =
	    dns_local_find(local, &job->path, job->path.labels, LOCAL_HOSTS);

	if (node == 0)
		return NOT_LOCAL;
	const struct local_set *set = dns_local_of_type(local, node, job->type);
	bool addresses = dns_local_of_type(local, node, RIAD_DNS_A) != NULL ||
			 dns_local_of_type(local, node, RIAD_DNS_AAAA) != NULL;
	if (set == NULL && addresses && job->type == RIAD_DNS_ANY)
		set = dns_local_set(local, dns_local_node(local, node)->sets);
	if (set == NULL && !(addresses && (is_address(job->type) ||
					      job->type == RIAD_DNS_SVCB ||
					      job->type == RIAD_DNS_HTTPS)))
		return NOT_LOCAL;
	dns_local_flags(job->writer, is_first(job), RIAD_DNS_NOERROR);
	if (set == NULL)
		return dns_local_write_soa(job->writer, job->name,
			   RIAD_DNS_AUTHORITY, HOST_TTL) == -1
			   ? FAILED
			   : DONE;
	return write_set(job, RIAD_DNS_ANSWER, job->name, set, set->ttl);
}

static int
answer_blocked(const struct job *job, struct riad_dns_local_more *more)
{
	static const uint8_t zeroes[16];
	enum riad_dns_blocked how = job->local->how;

	more->ede = EDE_BLOCKED;
	if (how == RIAD_DNS_BLOCKED_REFUSED) {
		dns_local_flags(job->writer, false, RIAD_DNS_REFUSED);
		return DONE;
	}
	bool null = how == RIAD_DNS_BLOCKED_NULL;
	dns_local_flags(
	    job->writer, false, null ? RIAD_DNS_NOERROR : RIAD_DNS_NXDOMAIN);
	int r;
	if (null && is_address(job->type))
		r = dns_local_write(job->writer, RIAD_DNS_ANSWER, job->name,
		    job->type, BLOCKED_TTL, zeroes,
		    job->type == RIAD_DNS_A ? 4 : 16);
	else
		r = dns_local_write_soa(
		    job->writer, job->name, RIAD_DNS_AUTHORITY, BLOCKED_TTL);
	return r == -1 ? FAILED : DONE;
}

/* A name, asked for or led to. */
static int
answer_name(struct job *job, struct riad_dns_local_more *more)
{
	unsigned labels = 0;
	int r = answer_host(job);

	if (r != NOT_LOCAL)
		return r;
	uint32_t tree = nearest(job, &labels);
	const struct local_node *node =
	    tree != 0 ? dns_local_node(job->local, tree) : NULL;
	if (node != NULL && node->zone != 0) {
		job->zone = node->zone;
		job->apex =
		    ((const struct local_zone *)(const void *)
			    job->local->zones.data)[node->zone - LOCAL_ZONE]
			.apex;
		return answer_zone(job);
	}
	if (!is_first(job))
		return NOT_LOCAL;
	if (dns_local_blocks(job->local, &job->path))
		return answer_blocked(job, more);
	if (node == NULL)
		return NOT_LOCAL;
	return dns_local_special_answer(job->local, job->writer, &job->path,
	    labels, node->special, job->name, job->type);
}

int
riad_dns_local_answer(const struct riad_dns_local *local,
    struct riad_dns_writer *writer, const uint8_t *name, uint16_t type,
    struct riad_dns_local_more *more)
{
	struct job job;

	job.local = local;
	job.writer = writer;
	job.type = type;
	job.name = name;
	job.aliases = 0;
	more->ede = -1;
	for (;;) {
		dns_local_path(&job.path, local, job.name);
		int r = answer_name(&job, more);
		if (r == FAILED)
			return -1;
		if (r == NOT_LOCAL) {
			if (is_first(&job))
				return 0;
			memcpy(more->target, job.name,
			    riad_dns_name_len(job.name));
			return 2;
		}
		if (r == DONE)
			return 1;
		const uint8_t *next = job.names[job.aliases];
		if (is_loop(&job, name, next))
			return nowhere(&job);
		job.name = next;
		job.aliases++;
	}
}
