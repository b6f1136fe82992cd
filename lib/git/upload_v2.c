/* SPDX-License-Identifier: ISC */
/* Version 2: commands, each with its capabilities and arguments. */

#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

static bool
has_object_info(const struct riad_upload *u)
{
	return u->config->advertise_object_info && u->repo->size != NULL;
}

static bool
has_bundle_uri(const struct riad_upload *u)
{
	return u->config->advertise_bundle_uris;
}

static int
take_bundle_uri(struct riad_upload *u, const struct riad_request_line *line)
{
	return riad_upload_fail(u, "bundle-uri: unexpected argument: '%.*s'",
	    (int)line->len, line->text);
}

static const struct {
	const char *name;
	bool (*offered)(const struct riad_upload *u); /* NULL for always */
	int (*take)(struct riad_upload *u, const struct riad_request_line *l);
	int (*run)(struct riad_upload *u); /* 1 or -1 */
	const char *unended;
} commands[] = {
    [COMMAND_LS_REFS] = {"ls-refs", NULL, riad_upload_take_ls_refs,
	riad_upload_ls_refs, "expected flush after ls-refs arguments"},
    [COMMAND_FETCH] = {"fetch", NULL, riad_upload_take_fetch, riad_upload_fetch,
	"expected flush after fetch arguments"},
    [COMMAND_OBJECT_INFO] = {"object-info", has_object_info,
	riad_upload_take_object_info, riad_upload_object_info,
	"object-info: expected flush after arguments"},
    [COMMAND_BUNDLE_URI] = {"bundle-uri", has_bundle_uri, take_bundle_uri,
	riad_upload_bundle_uri, "bundle-uri: expected flush after arguments"},
};

enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

int
riad_upload_v2_advertise(struct riad_upload *u)
{
	const struct riad_upload_config *c = u->config;

	riad_pkt_addf(u->out, "version 2\n");
	riad_pkt_addf(u->out, "agent=%s\n", c->agent);
	riad_pkt_addf(u->out, "ls-refs%s\n",
	    c->unborn == RIAD_UNBORN_ADVERTISE ? "=unborn" : "");
	riad_pkt_addf(u->out, "fetch=shallow wait-for-done%s%s%s%s\n",
	    c->allow_filter ? " filter" : "",
	    c->allow_ref_in_want ? " ref-in-want" : "",
	    c->allow_sideband_all ? " sideband-all" : "",
	    c->nuris > 0 ? " packfile-uris" : "");
	riad_pkt_addf(u->out, "server-option\n");
	riad_pkt_addf(u->out, "object-format=%s\n",
	    riad_upload_format_name(u->repo->odb->hash_len));
	if (c->session_id != NULL)
		riad_pkt_addf(u->out, "session-id=%s\n", c->session_id);
	if (has_object_info(u))
		riad_pkt_addf(u->out, "object-info\n");
	if (has_bundle_uri(u))
		riad_pkt_addf(u->out, "bundle-uri\n");
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
		    (int)line->arg_len, line->arg, commands[u->command].name);
	for (int i = COMMAND_NONE + 1; i < NCOMMANDS; i++) {
		if (is_word(line->arg, line->arg_len, commands[i].name) &&
		    (commands[i].offered == NULL || commands[i].offered(u))) {
			u->command = (enum riad_upload_command)i;
			return 1;
		}
	}
	return riad_upload_fail(
	    u, "invalid command '%.*s'", (int)line->arg_len, line->arg);
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

static void
begin_request(struct riad_upload *u)
{
	riad_upload_reset(u);
	u->state = UPLOAD_KEYS;
	u->command = COMMAND_NONE;
	u->object_format_len = RIAD_SHA1_LEN;
	u->seen_key = u->seen_have = u->done = false;
	u->peel = u->symrefs = u->unborn = u->want_size = false;
	riad_upload_names_clear(&u->prefixes);
	riad_upload_oids_free(&u->infos);
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
	if (commands[u->command].run(u) == -1)
		return -1;
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
		return riad_upload_fail(u, "%s", commands[u->command].unended);
	}

	riad_request_parse(&line, pkt->data, pkt->len, u->repo->odb->hash_len);
	if (u->state == UPLOAD_KEYS)
		return take_key(u, &line);
	return commands[u->command].take(u, &line);
}
