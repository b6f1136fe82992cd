/* SPDX-License-Identifier: ISC */

#include <errno.h>
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

static int
collect(struct riad_repo *repo, struct ref_list *list)
{
	git_reference_iterator *it;
	git_reference *r;
	size_t skip = strlen(repo->namespace);
	int status;

	if (git_reference_iterator_new(&it, repo->git) < 0)
		return riad_repo_fail(repo, "references");
	while ((status = git_reference_next(&r, it)) == 0) {
		const char *name = git_reference_name(r);

		if (strncmp(name, repo->namespace, skip) != 0 ||
		    strncmp(name + skip, "refs/", 5) != 0) {
			git_reference_free(r);
			continue;
		}
		if (list->n == list->cap) {
			size_t cap = list->cap ? list->cap * 2 : 64;
			git_reference **refs =
			    reallocarray(list->refs, cap, sizeof(*refs));
			if (refs == NULL) {
				git_reference_free(r);
				status = -1;
				break;
			}
			list->refs = refs;
			list->cap = cap;
		}
		list->refs[list->n++] = r;
	}
	git_reference_iterator_free(it);
	if (status != GIT_ITEROVER)
		return riad_repo_fail(repo, "references");
	if (list->n > 0)
		qsort(list->refs, list->n, sizeof(*list->refs), by_name);
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
