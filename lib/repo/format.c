/* SPDX-License-Identifier: ISC */
/* core.repositoryFormatVersion and extensions.*, gitrepository-layout(5). */

#include <stdlib.h>
#include <string.h>

#include "handle.h"

struct format {
	uint64_t version;
	bool has_version;
	size_t hash_len;
	const char *partial_clone;
	const char *v1_only; /* an extension that version 0 can't have */
	const char *unknown;
	const char *refs; /* extensions.refStorage */
};

static int
fail(struct riad_repo *repo, const char *name, const char *value)
{
	return riad_repo_fail(
	    repo, "invalid value for '%s': '%s'", name, value ? value : "");
}

/* Known in version 0 too, where any other name means nothing. */
static bool
take_old(struct format *f, const char *extension, const char *value)
{
	if (strcmp(extension, "partialclone") == 0)
		f->partial_clone = value;
	else if (strcmp(extension, "noop") != 0 &&
		 strcmp(extension, "preciousobjects") != 0 &&
		 strcmp(extension, "worktreeconfig") != 0)
		return false;
	return true;
}

static int
take(struct riad_repo *repo, struct format *f, const char *name,
    const char *value)
{
	if (strcmp(name, "core.repositoryformatversion") == 0) {
		f->has_version = true;
		return riad_config_u64(&f->version, value, INT32_MAX) == -1
			   ? fail(repo, name, value)
			   : 0;
	}
	if (strncmp(name, "extensions.", 11) != 0)
		return 0;
	const char *extension = name + 11;
	if (take_old(f, extension, value))
		return 0;
	if (strcmp(extension, "objectformat") == 0) {
		if (value != NULL && strcmp(value, "sha1") == 0)
			f->hash_len = RIAD_SHA1_LEN;
		else if (value != NULL && strcmp(value, "sha256") == 0)
			f->hash_len = RIAD_SHA256_LEN;
		else
			return fail(repo, name, value);
	} else if (strcmp(extension, "refstorage") == 0) {
		f->refs = value ? value : "";
	} else if (strcmp(extension, "noop-v1") != 0 &&
		   strcmp(extension, "compatobjectformat") != 0 &&
		   strcmp(extension, "relativeworktrees") != 0) {
		if (f->unknown == NULL)
			f->unknown = extension;
		return 0;
	}
	if (f->v1_only == NULL)
		f->v1_only = extension;
	return 0;
}

static int
judge(struct riad_repo *repo, const struct format *f)
{
	if (f->version > 1)
		return riad_repo_fail(repo,
		    "Expected git repo version <= 1, found %u",
		    (unsigned)f->version);
	if (f->version == 1 && f->unknown != NULL)
		return riad_repo_fail(
		    repo, "unknown repository extension found: %s", f->unknown);
	if (f->version == 0 && f->v1_only != NULL)
		return riad_repo_fail(repo,
		    "repo version is 0, but v1-only extension found: %s",
		    f->v1_only);
	if (f->refs != NULL && strcmp(f->refs, "files") != 0)
		return riad_repo_fail(
		    repo, "references kept as '%s' are not supported", f->refs);
	repo->odb.hash_len = f->hash_len;
	if (f->partial_clone != NULL) {
		repo->partial_clone = strdup(f->partial_clone);
		if (repo->partial_clone == NULL)
			return riad_repo_fail(repo, "out of memory");
	}
	return 0;
}

int
riad_repo_check_format(struct riad_repo *repo)
{
	const struct riad_settings *s = &repo->settings;
	struct format f = {.hash_len = RIAD_SHA1_LEN};

	/* Only what the repository's own file says, not one that it includes.
	 */
	for (size_t i = 0; i < s->len; i++) {
		if (s->list[i].scope == RIAD_CONFIG_LOCAL &&
		    s->list[i].depth == 0 &&
		    take(repo, &f, riad_setting_name(s, i),
			riad_setting_value(s, i)) == -1)
			return -1;
	}
	return f.has_version ? judge(repo, &f) : 0;
}
