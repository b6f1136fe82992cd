/* SPDX-License-Identifier: ISC */
/* Version 2: commands, each with its capabilities and arguments. */

#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* git's own limit: with more prefixes than that, none is heeded. */
enum { PREFIXES_MAX = 65536 };

int
riad_upload_v2_advertise(struct riad_upload *u)
{
	const struct riad_upload_config *c = u->config;

	riad_pkt_addf(u->out, "version 2\n");
	riad_pkt_addf(u->out, "agent=%s\n", c->agent);
	riad_pkt_addf(u->out, "ls-refs%s\n",
	    c->unborn == RIAD_UNBORN_ADVERTISE ? "=unborn" : "");
	riad_pkt_addf(
	    u->out, "fetch=%s\n", riad_feature_name(RIAD_WAIT_FOR_DONE));
	riad_pkt_addf(u->out, "server-option\n");
	riad_pkt_addf(u->out, "object-format=%s\n",
	    riad_upload_format_name(u->repo->odb->hash_len));
	if (c->session_id != NULL)
		riad_pkt_addf(u->out, "session-id=%s\n", c->session_id);
	riad_pkt_add_flush(u->out);
	return 0;
}

static bool
is_key(const struct riad_request_line *line, const char *key)
{
	size_t n = strlen(key);

	return line->len >= n && memcmp(line->text, key, n) == 0 &&
	       (line->len == n || line->text[n] == '=');
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static int
take_command(struct riad_upload *u, const struct riad_request_line *line)
{
	if (u->command != COMMAND_NONE)
		return riad_upload_fail(u,
		    "command '%.*s' requested after already requesting "
		    "command '%s'",
		    (int)line->arg_len, line->arg,
		    u->command == COMMAND_FETCH ? "fetch" : "ls-refs");
	if (is_word(line->arg, line->arg_len, "ls-refs"))
		u->command = COMMAND_LS_REFS;
	else if (is_word(line->arg, line->arg_len, "fetch"))
		u->command = COMMAND_FETCH;
	else
		return riad_upload_fail(
		    u, "invalid command '%.*s'", (int)line->arg_len, line->arg);
	return 1;
}

static int
take_object_format(struct riad_upload *u, const struct riad_request_line *line)
{
	size_t n = strlen("object-format");

	if (line->len == n)
		return riad_upload_fail(
		    u, "object-format capability requires an argument");
	const char *value = line->text + n + 1;
	size_t len = line->len - n - 1;
	if (is_word(value, len, "sha1"))
		u->object_format_len = RIAD_SHA1_LEN;
	else if (is_word(value, len, "sha256"))
		u->object_format_len = RIAD_SHA256_LEN;
	else
		return riad_upload_fail(
		    u, "unknown object format '%.*s'", (int)len, value);
	return 1;
}

static int
take_key(struct riad_upload *u, const struct riad_request_line *line)
{
	u->seen_key = true;
	if (line->kind == RIAD_REQUEST_COMMAND)
		return take_command(u, line);
	if (is_key(line, "object-format"))
		return take_object_format(u, line);
	if (is_key(line, "agent") || is_key(line, "server-option") ||
	    (is_key(line, "session-id") && u->config->session_id != NULL))
		return 1;
	return riad_upload_fail(
	    u, "unknown capability '%.*s'", (int)line->len, line->text);
}

static int
unexpected(struct riad_upload *u, const struct riad_request_line *line)
{
	return riad_upload_fail(
	    u, "unexpected line: '%.*s'", (int)line->len, line->text);
}

static int
take_ls_refs_argument(
    struct riad_upload *u, const struct riad_request_line *line)
{
	static const char prefix[] = "ref-prefix ";
	size_t n = sizeof(prefix) - 1;

	if (is_word(line->text, line->len, "peel")) {
		u->peel = true;
	} else if (is_word(line->text, line->len, "symrefs")) {
		u->symrefs = true;
	} else if (is_word(line->text, line->len, "unborn")) {
		u->unborn = u->config->unborn != RIAD_UNBORN_IGNORE;
	} else if (line->len >= n && memcmp(line->text, prefix, n) == 0 &&
		   memchr(line->text, '\0', line->len) == NULL) {
		/* Too many are like none at all: the client filters too. */
		if (u->nprefixes < PREFIXES_MAX &&
		    riad_buf_add(&u->prefixes, line->text + n, line->len - n) ==
			0 &&
		    riad_buf_addc(&u->prefixes, '\0') == 0)
			u->nprefixes++;
		else
			u->nprefixes = PREFIXES_MAX;
	} else {
		return unexpected(u, line);
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
	const char *p = (const char *)u->prefixes.data;
	size_t kept = 0;

	if (u->nprefixes == PREFIXES_MAX)
		u->nprefixes = 0;
	if (u->nprefixes == 0)
		return 0;
	u->prefix = reallocarray(NULL, u->nprefixes, sizeof(*u->prefix));
	if (u->prefix == NULL)
		return -1;
	for (size_t i = 0; i < u->nprefixes; i++, p += strlen(p) + 1)
		u->prefix[i] = p;
	qsort(u->prefix, u->nprefixes, sizeof(*u->prefix), by_text);
	for (size_t i = 0; i < u->nprefixes; i++) {
		if (kept == 0 || !begins(u->prefix[i], u->prefix[kept - 1]))
			u->prefix[kept++] = u->prefix[i];
	}
	u->nprefixes = kept;
	return 0;
}

static bool
has_prefix(const struct riad_upload *u, const char *name)
{
	size_t lo = 0, hi = u->nprefixes;

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
	struct riad_upload *u = ctx;
	size_t hash_len = u->repo->odb->hash_len;
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_buf line;

	if (!has_prefix(u, ref->name) || !riad_upload_shows(u, ref))
		return 0;
	if (ref->unborn && (!u->unborn || !u->symrefs || ref->target == NULL))
		return 0;

	riad_buf_init(&line, RIAD_PKT_DATA_MAX);
	int r = riad_buf_addf(&line, "%s %s",
	    ref->unborn ? "unborn" : riad_oid_hex(hex, &ref->oid, hash_len),
	    ref->name);
	if (u->symrefs && ref->target != NULL)
		r |= riad_buf_addf(&line, " symref-target:%s", ref->target);
	if (u->peel && ref->has_peeled)
		r |= riad_buf_addf(&line, " peeled:%s",
		    riad_oid_hex(hex, &ref->peeled, hash_len));
	r |= riad_buf_addc(&line, '\n');
	if (r == 0)
		riad_pkt_add(u->out, line.data, line.len);
	riad_buf_free(&line);
	return r;
}

static int
ls_refs(struct riad_upload *u)
{
	int r = sort_prefixes(u);

	if (r == 0)
		r = u->repo->refs(u->repo->ctx, u->peel, list_ref, u);
	free(u->prefix);
	u->prefix = NULL;
	if (r != 0)
		return riad_upload_system(u, "references");
	riad_pkt_add_flush(u->out);
	return 1;
}

static int
take_fetch_have(struct riad_upload *u, const struct riad_oid *oid)
{
	u->seen_have = true;
	int found = riad_negotiation_have(&u->neg, oid);
	if (found == -1)
		return riad_upload_system(u, "have");
	return 1;
}

static int
take_fetch_argument(struct riad_upload *u, const struct riad_request_line *line)
{
	const unsigned known = RIAD_THIN_PACK | RIAD_OFS_DELTA |
			       RIAD_NO_PROGRESS | RIAD_INCLUDE_TAG |
			       RIAD_WAIT_FOR_DONE;

	switch (line->kind) {
	case RIAD_REQUEST_WANT:
		return riad_upload_want(u, &line->oid) == -1 ? -1 : 1;
	case RIAD_REQUEST_HAVE:
		return take_fetch_have(u, &line->oid);
	case RIAD_REQUEST_BAD_OID:
		return riad_upload_fail(u,
		    "upload-pack: protocol error, expected to get oid, not "
		    "'%.*s'",
		    (int)line->len, line->text);
	case RIAD_REQUEST_DONE:
		u->done = true;
		return 1;
	case RIAD_REQUEST_FEATURE:
		if (!(line->features & known))
			return unexpected(u, line);
		u->features |= line->features;
		return 1;
	default:
		return unexpected(u, line);
	}
}

/* 1 if the pack follows in this answer, 0 if not, -1. */
static int
acknowledge(struct riad_upload *u)
{
	size_t hash_len = u->repo->odb->hash_len;
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_pkt_addf(u->out, "acknowledgments\n");
	if (u->neg.haves.len == 0)
		riad_pkt_addf(u->out, "NAK\n");
	for (uint32_t i = 0; i < u->neg.haves.len; i++)
		riad_pkt_addf(u->out, "ACK %s\n",
		    riad_oid_hex(hex, &u->neg.haves.oids[i], hash_len));
	if (u->features & RIAD_WAIT_FOR_DONE)
		return 0;
	return riad_negotiation_ready(&u->neg);
}

static int
fetch(struct riad_upload *u)
{
	if (u->wants.len == 0 && !(u->features & RIAD_WAIT_FOR_DONE))
		return 1;
	if (u->seen_have && !u->done) {
		int ready = acknowledge(u);
		if (ready == -1)
			return riad_upload_system(u, "have");
		if (ready == 0) {
			riad_pkt_add_flush(u->out);
			return 1;
		}
		riad_pkt_addf(u->out, "ready\n");
		riad_pkt_add_delim(u->out);
	}
	riad_pkt_addf(u->out, "packfile\n");
	u->features |= RIAD_SIDE_BAND_64K;
	return riad_upload_pack(u) == -1 ? -1 : 1;
}

static void
begin_request(struct riad_upload *u)
{
	riad_upload_reset(u);
	u->state = UPLOAD_KEYS;
	u->command = COMMAND_NONE;
	u->object_format_len = RIAD_SHA1_LEN;
	u->seen_key = u->seen_have = u->done = false;
	u->peel = u->symrefs = u->unborn = false;
	u->nprefixes = 0;
	u->prefixes.len = 0;
}

static int
end_keys(struct riad_upload *u)
{
	size_t ours = u->repo->odb->hash_len;

	if (u->command == COMMAND_NONE)
		return riad_upload_fail(u, "no command requested");
	if (u->object_format_len != ours)
		return riad_upload_fail(u,
		    "mismatched object format: server %s; client %s",
		    riad_upload_format_name(ours),
		    riad_upload_format_name(u->object_format_len));
	u->state = UPLOAD_ARGS;
	return 1;
}

static int
run_command(struct riad_upload *u)
{
	int r = u->command == COMMAND_FETCH ? fetch(u) : ls_refs(u);

	if (r != 1)
		return r;
	begin_request(u);
	if (u->config->stateless)
		u->state = UPLOAD_OVER;
	return u->config->stateless ? 0 : 1;
}

/* A flush where no request was begun is a client's farewell. */
static int
take_flush(struct riad_upload *u)
{
	if (u->state == UPLOAD_KEYS && !u->seen_key) {
		u->state = UPLOAD_OVER;
		return 0;
	}
	if (u->state == UPLOAD_KEYS && end_keys(u) == -1)
		return -1;
	return run_command(u);
}

int
riad_upload_v2_packet(struct riad_upload *u, const struct riad_pkt *pkt)
{
	struct riad_request_line line;

	if (pkt->type == RIAD_PKT_FLUSH)
		return take_flush(u);
	if (pkt->type == RIAD_PKT_DELIM && u->state == UPLOAD_KEYS)
		return end_keys(u);
	if (pkt->type != RIAD_PKT_DATA) {
		if (u->state == UPLOAD_KEYS)
			return riad_upload_fail(
			    u, "unexpected packet %04x", (unsigned)pkt->type);
		return riad_upload_fail(u, "expected flush after %s arguments",
		    u->command == COMMAND_FETCH ? "fetch" : "ls-refs");
	}

	riad_request_parse(&line, pkt->data, pkt->len, u->repo->odb->hash_len);
	if (u->state == UPLOAD_KEYS)
		return take_key(u, &line);
	return u->command == COMMAND_FETCH ? take_fetch_argument(u, &line)
					   : take_ls_refs_argument(u, &line);
}
