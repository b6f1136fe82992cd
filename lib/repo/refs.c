/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/*
 * 1 with what a tag comes down to, 0 if oid is no tag, -1 if it or what it
 * names is missing or damaged.
 */
static int
peel(
    struct riad_repo *repo, struct riad_oid *peeled, const struct riad_oid *oid)
{
	git_object *tag, *object;
	git_oid id;
	int r = -1;

	riad_repo_get_oid(&id, oid);
	if (git_object_lookup(&tag, repo->git, &id, GIT_OBJECT_TAG) < 0)
		return -1;
	if (git_object_peel(&object, tag, GIT_OBJECT_ANY) == 0) {
		riad_repo_set_oid(peeled, git_object_id(object));
		git_object_free(object);
		r = 1;
	}
	git_object_free(tag);
	return r;
}

static int
show(struct riad_repo *repo, git_reference *r, bool want_peeled,
    riad_ref_fn *each, void *ctx)
{
	const char *full = git_reference_name(r);
	size_t skip = strlen(repo->namespace);
	git_reference *end = NULL;
	struct riad_ref ref = {.name = full + skip, .full_name = full};

	/* Resolving costs a look at the file system: only where it must. */
	if (git_reference_type(r) == GIT_REFERENCE_DIRECT) {
		riad_repo_set_oid(&ref.oid, git_reference_target(r));
	} else if (git_reference_resolve(&end, r) == 0) {
		riad_repo_set_oid(&ref.oid, git_reference_target(end));
		ref.target = git_reference_name(end);
	} else if (strcmp(ref.name, "HEAD") == 0) {
		ref.unborn = true;
		ref.target = git_reference_symbolic_target(r);
	} else {
		return 0;
	}
	if (ref.target != NULL &&
	    strncmp(ref.target, repo->namespace, skip) == 0)
		ref.target += skip;

	if (want_peeled && !ref.unborn) {
		enum riad_type type;

		ref.broken = repo->odb.type(repo, &ref.oid, &type) != 1;
		if (!ref.broken && type == RIAD_TAG)
			ref.has_peeled = peel(repo, &ref.peeled, &ref.oid) == 1;
	}
	int result = each(ctx, &ref);
	git_reference_free(end);
	return result;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(git_reference_name(*(git_reference *const *)a),
	    git_reference_name(*(git_reference *const *)b));
}

struct ref_list {
	git_reference **refs;
	size_t n, cap;
};

/* Takes over the reference; -1 if there is no memory. */
static int
add(struct ref_list *list, git_reference *r)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		git_reference **refs =
		    reallocarray(list->refs, cap, sizeof(*refs));
		if (refs == NULL) {
			git_reference_free(r);
			return -1;
		}
		list->refs = refs;
		list->cap = cap;
	}
	list->refs[list->n++] = r;
	return 0;
}

/* Of the namespace, and fit to be told: nothing that would end a line. */
static bool
is_served(const struct riad_repo *repo, const char *name)
{
	size_t skip = strlen(repo->namespace);
	int valid;

	return strncmp(name, repo->namespace, skip) == 0 &&
	       strncmp(name + skip, "refs/", 5) == 0 &&
	       git_reference_name_is_valid(&valid, name) == 0 && valid;
}

static int
key_by_name(const void *name, const void *ref)
{
	return strcmp(name, git_reference_name(*(git_reference *const *)ref));
}

/*
 * libgit2 1.5 ends its list of files at a symbolic link, without a word.  What
 * a list lacks is deleted by clients that prune, so here are all files, and
 * those not among the first n are looked up.
 */
static int
add_files(struct riad_repo *repo, struct ref_list *list)
{
	const char *dir = git_repository_commondir(repo->git);
	const size_t dir_len = strlen(dir), n = list->n;
	char *paths[] = {NULL, NULL};
	int result = 0;
	git_reference *r;

	if (asprintf(&paths[0], "%srefs", dir) == -1)
		return -1;
	FTS *fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *e;
	     result == 0 && fts != NULL && (e = fts_read(fts)) != NULL;) {
		const char *name = e->fts_path + dir_len;

		/* What is gone by now was deleted while we looked. */
		if ((e->fts_info == FTS_DNR || e->fts_info == FTS_ERR) &&
		    e->fts_errno != ENOENT) {
			errno = e->fts_errno;
			result = -1;
		}
		if (e->fts_info != FTS_F || !is_served(repo, name) ||
		    (n > 0 && bsearch(name, list->refs, n, sizeof(*list->refs),
				  key_by_name) != NULL) ||
		    git_reference_lookup(&r, repo->git, name) < 0)
			continue;
		result = add(list, r);
	}
	if (fts == NULL)
		result = -1;
	else
		fts_close(fts);
	free(paths[0]);
	return result;
}

static void
sort(struct ref_list *list)
{
	if (list->n > 0)
		qsort(list->refs, list->n, sizeof(*list->refs), by_name);
}

static int
collect(struct riad_repo *repo, struct ref_list *list)
{
	git_reference_iterator *it;
	git_reference *r;
	int status;

	if (git_reference_iterator_new(&it, repo->git) < 0)
		return riad_repo_fail(repo, "references");
	while ((status = git_reference_next(&r, it)) == 0) {
		if (!is_served(repo, git_reference_name(r))) {
			git_reference_free(r);
		} else if (add(list, r) == -1) {
			git_reference_iterator_free(it);
			return -1;
		}
	}
	git_reference_iterator_free(it);
	if (status != GIT_ITEROVER)
		return riad_repo_fail(repo, "references");
	sort(list);
	if (add_files(repo, list) == -1)
		return -1;
	sort(list);
	return 0;
}

static int
show_head(
    struct riad_repo *repo, bool want_peeled, riad_ref_fn *each, void *ctx)
{
	git_reference *head;
	char name[4096];
	int n = snprintf(name, sizeof(name), "%sHEAD", repo->namespace);

	if (n < 0 || (size_t)n >= sizeof(name) ||
	    git_reference_lookup(&head, repo->git, name) < 0)
		return 0;
	int result = show(repo, head, want_peeled, each, ctx);
	git_reference_free(head);
	return result;
}

int
riad_repo_refs(void *ctx, bool want_peeled, riad_ref_fn *each, void *each_ctx)
{
	struct riad_repo *repo = ctx;
	struct ref_list list = {NULL, 0, 0};

	int result = show_head(repo, want_peeled, each, each_ctx);
	if (result == 0)
		result = collect(repo, &list);
	for (size_t i = 0; i < list.n; i++) {
		if (result == 0) {
			result = show(
			    repo, list.refs[i], want_peeled, each, each_ctx);
		}
		git_reference_free(list.refs[i]);
	}
	free(list.refs);
	return result;
}
