/* SPDX-License-Identifier: ISC */

#include "riad/upload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* As many bytes of ref-prefix lines as are kept: 65,536 of fair length. */
enum { PREFIX_BYTES_MAX = 1 << 22 };

void
riad_upload_config_init(struct riad_upload_config *config)
{
	*config = (struct riad_upload_config){
	    .agent = "riad/" RIAD_VERSION,
	    .keepalive = 5,
	    .unborn = RIAD_UNBORN_ADVERTISE,
	};
}

void
riad_upload_config_free(struct riad_upload_config *config)
{
	riad_hidden_refs_free(&config->hidden);
}

/* git-config(1), "Values": a name alone is true, an empty value false. */
static int
parse_bool(bool *to, const char *value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
	    {"true", true},
	    {"yes", true},
	    {"on", true},
	    {"1", true},
	    {"false", false},
	    {"no", false},
	    {"off", false},
	    {"0", false},
	    {"", false},
	};

	if (value == NULL) {
		*to = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i].word) == 0) {
			*to = words[i].value;
			return 0;
		}
	}
	errno = EINVAL;
	return -1;
}

static int
parse_keepalive(int *to, const char *value)
{
	char *end;

	errno = EINVAL;
	if (value == NULL)
		return -1;
	long v = strtol(value, &end, 10);
	if (end == value || *end != '\0' || v > INT32_MAX / 1000)
		return -1;
	*to = v < 0 ? 0 : (int)v;
	return 0;
}

static int
parse_unborn(enum riad_unborn *to, const char *value)
{
	static const char *const words[] = {
	    [RIAD_UNBORN_ADVERTISE] = "advertise",
	    [RIAD_UNBORN_ALLOW] = "allow",
	    [RIAD_UNBORN_IGNORE] = "ignore",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (value != NULL && strcmp(value, words[i]) == 0) {
			*to = (enum riad_unborn)i;
			return 0;
		}
	}
	errno = EINVAL;
	return -1;
}

int
riad_upload_config_set(
    struct riad_upload_config *config, const char *name, const char *value)
{
	if (strcmp(name, "transfer.hiderefs") == 0 ||
	    strcmp(name, "uploadpack.hiderefs") == 0) {
		if (value == NULL) {
			errno = EINVAL;
			return -1;
		}
		return riad_hidden_refs_add(&config->hidden, value);
	}
	if (strcmp(name, "transfer.advertisesid") == 0)
		return parse_bool(&config->advertise_session_id, value);
	if (strcmp(name, "uploadpack.keepalive") == 0)
		return parse_keepalive(&config->keepalive, value);
	if (strcmp(name, "uploadpack.allowtipsha1inwant") == 0)
		return parse_bool(&config->allow_tip, value);
	if (strcmp(name, "uploadpack.allowreachablesha1inwant") == 0)
		return parse_bool(&config->allow_reachable, value);
	if (strcmp(name, "uploadpack.allowanysha1inwant") == 0)
		return parse_bool(&config->allow_any, value);
	if (strcmp(name, "lsrefs.unborn") == 0)
		return parse_unborn(&config->unborn, value);
	return 0;
}

int
riad_upload_version(const char *git_protocol)
{
	static const char key[] = "version=";
	int version = 0;

	for (const char *p = git_protocol; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, ":");
		if (n == sizeof(key) && strncmp(p, key, n - 1) == 0) {
			int v = p[n - 1] - '0';
			if (v > version && v <= 2)
				version = v;
		}
		p += n;
		p += *p == ':';
	}
	return version;
}

struct riad_upload *
riad_upload_new(const struct riad_upload_config *config,
    const struct riad_upload_repo *repo, struct riad_out *out)
{
	struct riad_upload *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->config = config;
	u->repo = repo;
	u->out = out;
	u->state = config->version == 2 ? UPLOAD_KEYS : UPLOAD_WANTS;
	u->object_format_len = RIAD_SHA1_LEN;
	riad_oidmap_init(&u->wants, UINT32_MAX);
	riad_oidmap_init(&u->tips, UINT32_MAX);
	riad_negotiation_init(&u->neg, repo->odb);
	riad_buf_init(&u->prefixes, PREFIX_BYTES_MAX);
	return u;
}

void
riad_upload_free(struct riad_upload *u)
{
	if (u == NULL)
		return;
	riad_upload_reset(u);
	riad_oidmap_free(&u->tips);
	riad_buf_free(&u->prefixes);
	free(u->hidden);
	free(u);
}

void
riad_upload_reset(struct riad_upload *u)
{
	riad_oidmap_free(&u->wants);
	riad_negotiation_free(&u->neg);
	riad_negotiation_init(&u->neg, u->repo->odb);
	u->features = 0;
}

int
riad_upload_fail(struct riad_upload *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->why, sizeof(u->why), fmt, ap);
	va_end(ap);
	riad_pkt_addf(u->out, "ERR %s\n", u->why);
	u->state = UPLOAD_OVER;
	return -1;
}

int
riad_upload_die(struct riad_upload *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->why, sizeof(u->why), fmt, ap);
	va_end(ap);
	u->state = UPLOAD_OVER;
	return -1;
}

int
riad_upload_system(struct riad_upload *u, const char *what)
{
	return riad_upload_fail(u, "upload-pack: %s: %s", what,
	    errno == EBADMSG ? "damaged" : strerror(errno));
}

void
riad_upload_alive(const struct riad_upload *u)
{
	if (u->config->alive != NULL)
		u->config->alive();
}

const char *
riad_upload_why(const struct riad_upload *u)
{
	return u->why;
}

bool
riad_upload_shows(const struct riad_upload *u, const struct riad_ref *ref)
{
	return !riad_hidden_refs_hide(&u->config->hidden, ref);
}

const char *
riad_upload_format_name(size_t hash_len)
{
	return hash_len == RIAD_SHA1_LEN ? "sha1" : "sha256";
}

int
riad_upload_want(struct riad_upload *u, const struct riad_oid *oid)
{
	const struct riad_odb *odb = u->repo->odb;
	char hex[RIAD_OID_HEX_MAX + 1];
	enum riad_type type;

	/* Looked up once, however often a client repeats it. */
	if (riad_oidmap_get(&u->wants, oid) != -1)
		return 0;

	/* Before it is kept: a client can't make us keep what isn't there. */
	int found = odb->type(odb->ctx, oid, &type);
	if (found == 0)
		return riad_upload_fail(u, "upload-pack: not our ref %s",
		    riad_oid_hex(hex, oid, odb->hash_len));
	if (found == -1 && errno == EBADMSG)
		return riad_upload_fail(u, "upload-pack: bad object %s",
		    riad_oid_hex(hex, oid, odb->hash_len));
	if (found == -1 || riad_oidmap_put(&u->wants, oid, NULL) == -1 ||
	    riad_negotiation_want(&u->neg, oid) == -1)
		return riad_upload_system(u, "want");
	return 0;
}

int
riad_upload_advertise(struct riad_upload *u)
{
	return u->config->version == 2 ? riad_upload_v2_advertise(u)
				       : riad_upload_v0_advertise(u);
}

int
riad_upload_packet(struct riad_upload *u, const struct riad_pkt *pkt)
{
	riad_upload_alive(u);
	if (u->state == UPLOAD_OVER)
		return riad_upload_die(u, "data after the end");
	return u->config->version == 2 ? riad_upload_v2_packet(u, pkt)
				       : riad_upload_v0_packet(u, pkt);
}

int
riad_upload_eof(struct riad_upload *u)
{
	/* A stateless client may take the references, or the shallow list,
	 * and come back with the rest in a request of its own. */
	bool between = u->state == UPLOAD_OVER ||
		       (u->state == UPLOAD_KEYS && !u->seen_key) ||
		       (u->state == UPLOAD_HAVES && u->config->stateless &&
			   u->neg.haves.len == 0 && !u->got_other);

	return between
		   ? 0
		   : riad_upload_die(u, "the remote end hung up unexpectedly");
}
