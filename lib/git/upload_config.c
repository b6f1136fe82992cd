/* SPDX-License-Identifier: ISC */
/* git-config(1): the variables about serving. */

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktline.h"
#include "riad/upload.h"

void
riad_upload_config_init(struct riad_upload_config *config)
{
	*config = (struct riad_upload_config){
	    .agent = "riad/" RIAD_VERSION,
	    .advertise_object_info = true,
	    .keepalive = 5,
	    .unborn = RIAD_UNBORN_ADVERTISE,
	};
	riad_filter_rules_init(&config->filters);
}

void
riad_upload_config_free(struct riad_upload_config *config)
{
	riad_hidden_refs_free(&config->hidden);
	for (size_t i = 0; i < config->nuris; i++)
		free(config->uris[i].uri);
	free(config->uris);
	for (size_t i = 0; i < config->nbundles; i++)
		free(config->bundles[i]);
	free(config->bundles);
}

static int
invalid(void)
{
	errno = EINVAL;
	return -1;
}

/* "Values", integer: as strtol(3) reads it, and a unit. */
static int
parse_int(int *to, const char *value)
{
	static const struct {
		const char *name;
		intmax_t factor;
	} units[] = {{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}};
	char *end;

	if (value == NULL)
		return invalid();
	errno = 0;
	intmax_t n = strtoimax(value, &end, 0);
	if (end == value || errno == ERANGE)
		return invalid();
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		intmax_t max = INT32_MAX / units[i].factor;

		if (strcasecmp(end, units[i].name) != 0)
			continue;
		if (n > max || n < -max)
			return invalid();
		*to = (int)(n * units[i].factor);
		return 0;
	}
	return invalid();
}

/* "Values", boolean: a name alone is true, an empty value false. */
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
	    {"false", false},
	    {"no", false},
	    {"off", false},
	    {"", false},
	};
	int n;

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
	if (parse_int(&n, value) == -1)
		return -1;
	*to = n != 0;
	return 0;
}

static int
parse_keepalive(int *to, const char *value)
{
	int n;

	if (parse_int(&n, value) == -1)
		return -1;
	*to = n < 0 ? 0 : n;
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
	return invalid();
}

/* It speaks for the other two as well, as they stand; they can be changed
 * after it. */
static int
parse_any(struct riad_upload_config *config, const char *value)
{
	if (parse_bool(&config->allow_any, value) == -1)
		return -1;
	config->allow_tip = config->allow_reachable = config->allow_any;
	return 0;
}

/* "OBJECT PACK URI", hashes of either length. */
static int
add_uri(struct riad_upload_config *config, const char *value)
{
	const char *pack = value == NULL ? NULL : strchr(value, ' ');
	struct riad_pack_uri uri = {.uri = NULL};
	struct riad_oid hash;

	if (pack == NULL)
		return invalid();
	size_t digits = (size_t)(pack++ - value);
	if ((digits != 2 * RIAD_SHA1_LEN && digits != 2 * RIAD_SHA256_LEN) ||
	    riad_oid_parse(&uri.object, value, digits, digits / 2) == -1 ||
	    riad_oid_parse(&hash, pack, strlen(pack), digits / 2) == -1 ||
	    pack[digits] != ' ')
		return invalid();
	for (size_t i = 0; i < config->nuris; i++) {
		if (riad_oid_eq(&config->uris[i].object, &uri.object))
			return invalid();
	}
	memcpy(uri.pack, pack, digits);

	struct riad_pack_uri *uris =
	    reallocarray(config->uris, config->nuris + 1, sizeof(*uris));
	if (uris == NULL)
		return -1;
	config->uris = uris;
	uri.uri = strdup(pack + digits + 1);
	if (uri.uri == NULL)
		return -1;
	uris[config->nuris++] = uri;
	return 0;
}

static int
add_bundle(
    struct riad_upload_config *config, const char *name, const char *value)
{
	char *line;

	/* What can't be said in a line is not to be served. */
	if (value == NULL ||
	    strlen(name) + 1 + strlen(value) > RIAD_PKT_DATA_MAX)
		return invalid();
	char **bundles = reallocarray(
	    config->bundles, config->nbundles + 1, sizeof(*bundles));
	if (bundles == NULL)
		return -1;
	config->bundles = bundles;
	if (asprintf(&line, "%s=%s", name, value) == -1)
		return -1;
	bundles[config->nbundles++] = line;
	return 0;
}

#define AT(field) offsetof(struct riad_upload_config, field)

/* 1 for a variable that is none of these. */
static int
set_bool(struct riad_upload_config *config, const char *name, const char *value)
{
	static const struct {
		const char *name;
		size_t at;
	} bools[] = {
	    {"transfer.advertisesid", AT(advertise_session_id)},
	    {"transfer.advertiseobjectinfo", AT(advertise_object_info)},
	    {"uploadpack.advertisebundleuris", AT(advertise_bundle_uris)},
	    {"uploadpack.allowtipsha1inwant", AT(allow_tip)},
	    {"uploadpack.allowreachablesha1inwant", AT(allow_reachable)},
	    {"uploadpack.allowfilter", AT(allow_filter)},
	    {"uploadpack.allowrefinwant", AT(allow_ref_in_want)},
	    {"uploadpack.allowsidebandall", AT(allow_sideband_all)},
	};

	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++) {
		if (strcmp(name, bools[i].name) == 0)
			return parse_bool(
			    (bool *)((char *)config + bools[i].at), value);
	}
	return 1;
}

int
riad_upload_config_set(
    struct riad_upload_config *config, const char *name, const char *value)
{
	int r = set_bool(config, name, value);

	if (r != 1)
		return r;
	if (strcmp(name, "transfer.hiderefs") == 0 ||
	    strcmp(name, "uploadpack.hiderefs") == 0)
		return value == NULL
			   ? invalid()
			   : riad_hidden_refs_add(&config->hidden, value);
	if (strcmp(name, "uploadpack.keepalive") == 0)
		return parse_keepalive(&config->keepalive, value);
	if (strcmp(name, "uploadpack.allowanysha1inwant") == 0)
		return parse_any(config, value);
	if (strcmp(name, "uploadpack.blobpackfileuri") == 0)
		return add_uri(config, value);
	if (strcmp(name, "lsrefs.unborn") == 0)
		return parse_unborn(&config->unborn, value);
	if (strncmp(name, "bundle.", 7) == 0)
		return add_bundle(config, name, value);
	return riad_filter_rule_set(&config->filters, name, value) == -1 ? -1
									 : 0;
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
