/* SPDX-License-Identifier: ISC */
/*
 * The listing of references, by the announcement of v0 and by ls-refs of v2:
 * there may be many, so their lines are put straight into the output.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* git's own limit: with more prefixes than that, none is heeded. */
enum { PREFIXES_MAX = 65536 };

static uint8_t *
put(uint8_t *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

static uint8_t *
put_hex(uint8_t *p, const struct riad_oid *oid, size_t hash_len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < hash_len; i++) {
		*p++ = (uint8_t)digits[oid->id[i] >> 4];
		*p++ = (uint8_t)digits[oid->id[i] & 15];
	}
	return p;
}

/* Where a packet of so many bytes goes, which are to be put there; NULL if it
 * would be too long. */
static uint8_t *
begin_packet(struct riad_out *out, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (len > RIAD_PKT_DATA_MAX) {
		out->err = out->err ? out->err : EMSGSIZE;
		return NULL;
	}
	len += RIAD_PKT_HDR;
	uint8_t *p = riad_out_room(out, len);
	out->len += len;
	*p++ = (uint8_t)digits[len >> 12];
	*p++ = (uint8_t)digits[len >> 8 & 15];
	*p++ = (uint8_t)digits[len >> 4 & 15];
	*p++ = (uint8_t)digits[len & 15];
	return p;
}

/* v0: "ID NAME" or "ID NAME^{}". */
static void
put_ref(struct riad_out *out, const struct riad_oid *oid, const char *name,
    bool peeled, size_t hash_len)
{
	size_t len = strlen(name);
	uint8_t *p =
	    begin_packet(out, 2 * hash_len + 1 + len + (peeled ? 3 : 0) + 1);

	if (p == NULL)
		return;
	p = put_hex(p, oid, hash_len);
	*p++ = ' ';
	p = put(p, name, len);
	if (peeled)
		p = put(p, "^{}", 3);
	*p = '\n';
}

struct advert {
	struct riad_upload *u;
	char *head; /* what HEAD stands for, or NULL */
	bool begun;
};

static int
add_capabilities(const struct advert *a, struct riad_buf *line)
{
	const struct riad_upload_config *c = a->u->config;
	int r = riad_buf_addc(line, '\0');

	r |= riad_buf_addstr(line,
	    "multi_ack thin-pack side-band side-band-64k ofs-delta shallow "
	    "deepen-since deepen-not deepen-relative no-progress include-tag "
	    "multi_ack_detailed");
	if (c->allow_tip)
		r |= riad_buf_addstr(line, " allow-tip-sha1-in-want");
	if (c->allow_reachable)
		r |= riad_buf_addstr(line, " allow-reachable-sha1-in-want");
	if (c->stateless || c->announce_only)
		r |= riad_buf_addstr(line, " no-done");
	if (a->head != NULL)
		r |= riad_buf_addf(line, " symref=HEAD:%s", a->head);
	if (c->allow_filter)
		r |= riad_buf_addstr(line, " filter");
	if (c->session_id != NULL)
		r |= riad_buf_addf(line, " session-id=%s", c->session_id);
	r |= riad_buf_addf(line, " object-format=%s agent=%s\n",
	    riad_upload_format_name(a->u->repo->odb->hash_len), c->agent);
	return r;
}

/* The first line, which carries the capabilities. */
static int
put_first(struct advert *a, const struct riad_oid *oid, const char *name)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_buf line;

	riad_buf_init(&line, RIAD_PKT_DATA_MAX);
	int r = riad_buf_addf(&line, "%s %s",
	    riad_oid_hex(hex, oid, a->u->repo->odb->hash_len), name);
	r |= add_capabilities(a, &line);
	if (r == 0)
		riad_pkt_add(a->u->out, line.data, line.len);
	riad_buf_free(&line);
	a->begun = true;
	return r;
}

static bool
is_head(const struct riad_ref *ref)
{
	return strcmp(ref->name, "HEAD") == 0;
}

static int
advertise_ref(void *ctx, const struct riad_ref *ref)
{
	struct advert *a = ctx;
	struct riad_upload *u = a->u;
	size_t hash_len = u->repo->odb->hash_len;

	if (ref->unborn || (ref->garbled && is_head(ref)))
		return 0;
	if (ref->target != NULL && a->head == NULL && is_head(ref)) {
		a->head = strdup(ref->target);
		if (a->head == NULL)
			return -1;
	}
	if (!u->config->announce_only && riad_upload_note_tip(u, ref) == -1)
		return -1;
	if (!riad_upload_shows(u, ref))
		return 0;
	if (a->begun)
		put_ref(u->out, &ref->oid, ref->name, false, hash_len);
	else if (put_first(a, &ref->oid, ref->name) == -1)
		return -1;
	if (ref->has_peeled)
		put_ref(u->out, &ref->peeled, ref->name, true, hash_len);
	return 0;
}

int
riad_upload_v0_advertise(struct riad_upload *u)
{
	static const struct riad_oid none;
	const struct riad_upload_repo *repo = u->repo;
	char hex[RIAD_OID_HEX_MAX + 1];
	struct advert a = {u, NULL, false};

	if (u->config->version == 1)
		riad_pkt_addf(u->out, "version 1\n");
	int r = repo->refs(repo->ctx, true, advertise_ref, &a);

	/* No reference to carry the capabilities: "no-refs". */
	if (r == 0 && !a.begun)
		r = put_first(&a, &none, "capabilities^{}");
	free(a.head);
	if (r != 0)
		return riad_upload_system(u, "references");
	u->tips_noted = !u->config->announce_only;
	for (size_t i = 0; i < repo->nshallow; i++)
		riad_pkt_addf(u->out, "shallow %s\n",
		    riad_oid_hex(hex, &repo->shallow[i], repo->odb->hash_len));
	riad_pkt_add_flush(u->out);
	return 0;
}

static bool
is_word(const struct riad_request_line *line, const char *word)
{
	return line->len == strlen(word) &&
	       memcmp(line->text, word, line->len) == 0;
}

int
riad_upload_take_ls_refs(
    struct riad_upload *u, const struct riad_request_line *line)
{
	static const char prefix[] = "ref-prefix ";
	size_t n = sizeof(prefix) - 1;

	if (is_word(line, "peel")) {
		u->peel = true;
	} else if (is_word(line, "symrefs")) {
		u->symrefs = true;
	} else if (is_word(line, "unborn")) {
		u->unborn = u->config->unborn != RIAD_UNBORN_IGNORE;
	} else if (line->len >= n && memcmp(line->text, prefix, n) == 0 &&
		   memchr(line->text, '\0', line->len) == NULL) {
		/* Too many are like none at all: the client filters too. */
		if (u->prefixes.n < PREFIXES_MAX &&
		    riad_upload_names_add(
			&u->prefixes, line->text + n, line->len - n) == -1)
			u->prefixes.n = PREFIXES_MAX;
	} else {
		return riad_upload_fail(
		    u, "unexpected line: '%.*s'", (int)line->len, line->text);
	}
	return 1;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/*
 * Puts the prefixes in order and drops those that another one begins.  Then
 * the last of them that is not after a name is the only one that can begin
 * it, however many a client has sent.
 */
static int
sort_prefixes(struct riad_upload *u)
{
	const char *p = (const char *)u->prefixes.text.data;
	const size_t n = u->prefixes.n;

	u->nprefix = 0;
	if (n == 0 || n == PREFIXES_MAX)
		return 0;
	u->prefix = reallocarray(NULL, n, sizeof(*u->prefix));
	if (u->prefix == NULL)
		return -1;
	for (size_t i = 0; i < n; i++, p += strlen(p) + 1)
		u->prefix[i] = p;
	qsort(u->prefix, n, sizeof(*u->prefix), by_text);
	for (size_t i = 0; i < n; i++) {
		if (u->nprefix == 0 ||
		    !begins(u->prefix[i], u->prefix[u->nprefix - 1]))
			u->prefix[u->nprefix++] = u->prefix[i];
	}
	return 0;
}

static bool
has_prefix(const struct riad_upload *u, const char *name)
{
	size_t lo = 0, hi = u->nprefix;

	if (hi == 0)
		return true;
	while (lo < hi) { /* prefixes before lo are not after name */
		size_t mid = lo + (hi - lo) / 2;
		if (strcmp(u->prefix[mid], name) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && begins(name, u->prefix[lo - 1]);
}

static int
list_ref(void *ctx, const struct riad_ref *ref)
{
	static const char symref[] = " symref-target:", peeled[] = " peeled:";
	struct riad_upload *u = ctx;
	const size_t hash_len = u->repo->odb->hash_len;

	if (!has_prefix(u, ref->name) || !riad_upload_shows(u, ref) ||
	    (ref->garbled && is_head(ref)))
		return 0;
	if (ref->unborn && (!u->unborn || !u->symrefs || ref->target == NULL))
		return 0;

	const char *target = u->symrefs ? ref->target : NULL;
	const bool peel = u->peel && ref->has_peeled;
	const size_t name_len = strlen(ref->name);
	const size_t target_len = target == NULL ? 0 : strlen(target);
	size_t len =
	    (ref->unborn ? strlen("unborn") : 2 * hash_len) + 1 + name_len + 1;
	if (target != NULL)
		len += sizeof(symref) - 1 + target_len;
	if (peel)
		len += sizeof(peeled) - 1 + 2 * hash_len;

	uint8_t *p = begin_packet(u->out, len);
	if (p == NULL)
		return 0;
	p = ref->unborn ? put(p, "unborn", strlen("unborn"))
			: put_hex(p, &ref->oid, hash_len);
	*p++ = ' ';
	p = put(p, ref->name, name_len);
	if (target != NULL) {
		p = put(p, symref, sizeof(symref) - 1);
		p = put(p, target, target_len);
	}
	if (peel) {
		p = put(p, peeled, sizeof(peeled) - 1);
		p = put_hex(p, &ref->peeled, hash_len);
	}
	*p = '\n';
	return 0;
}

static int
list(struct riad_upload *u)
{
	const struct riad_upload_repo *repo = u->repo;

	if (repo->refs_below == NULL || u->nprefix == 0)
		return repo->refs(repo->ctx, u->peel, list_ref, u);
	return repo->refs_below(
	    repo->ctx, u->peel, u->prefix, u->nprefix, list_ref, u);
}

int
riad_upload_ls_refs(struct riad_upload *u)
{
	int r = sort_prefixes(u);

	if (r == 0)
		r = list(u);
	free(u->prefix);
	u->prefix = NULL;
	if (r != 0)
		return riad_upload_system(u, "references");
	riad_pkt_add_flush(u->out);
	return 1;
}
