/* SPDX-License-Identifier: ISC */
/* What a client calls by name, and lists. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "upload_state.h"

/* As much as is kept: 65,536 names of fair length. */
enum { NAMES_BYTES_MAX = 1 << 22, NAMES_MAX = 1 << 17 };

void
riad_upload_names_init(struct riad_upload_names *names)
{
	riad_buf_init(&names->text, NAMES_BYTES_MAX);
	names->n = 0;
}

void
riad_upload_names_clear(struct riad_upload_names *names)
{
	riad_buf_free(&names->text);
	names->n = 0;
}

int
riad_upload_names_add(
    struct riad_upload_names *names, const char *name, size_t len)
{
	if (memchr(name, '\0', len) != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (names->n == NAMES_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (riad_buf_reserve(&names->text, len + 1) == -1 ||
	    riad_buf_add(&names->text, name, len) == -1 ||
	    riad_buf_addc(&names->text, '\0') == -1)
		return -1;
	names->n++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct riad_upload_name *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct finding {
	const struct riad_upload *u;
	struct riad_upload_name *names;
	size_t n;
	bool loose;
};

/* Of names that are the same, all. */
static void
match(struct finding *f, const char *name, const struct riad_ref *ref)
{
	const struct riad_upload_name key = {.name = name};
	struct riad_upload_name *hit =
	    bsearch(&key, f->names, f->n, sizeof(*f->names), by_name);

	if (hit == NULL)
		return;
	size_t i = (size_t)(hit - f->names);
	while (i > 0 && strcmp(f->names[i - 1].name, name) == 0)
		i--;
	for (; i < f->n && strcmp(f->names[i].name, name) == 0; i++) {
		if (f->names[i].found++ == 0)
			f->names[i].oid = ref->oid;
	}
}

static int
match_ref(void *ctx, const struct riad_ref *ref)
{
	static const char *const folders[] = {
	    "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"};
	static const char head[] = "/HEAD";
	const size_t nfolders = sizeof(folders) / sizeof(folders[0]);
	struct finding *f = ctx;

	if (ref->unborn || ref->garbled || !riad_upload_shows(f->u, ref))
		return 0;
	match(f, ref->name, ref);
	for (size_t i = 0; f->loose && i < nfolders; i++) {
		size_t n = strlen(folders[i]);
		if (strncmp(ref->name, folders[i], n) == 0)
			match(f, ref->name + n, ref);
	}

	/* A remote is known by its HEAD. */
	size_t skip = strlen(folders[nfolders - 1]), len = strlen(ref->name);
	if (f->loose && len >= skip + sizeof(head) - 1 &&
	    strncmp(ref->name, folders[nfolders - 1], skip) == 0 &&
	    strcmp(ref->name + len - (sizeof(head) - 1), head) == 0) {
		char *remote =
		    strndup(ref->name + skip, len - skip - (sizeof(head) - 1));
		if (remote == NULL)
			return -1;
		match(f, remote, ref);
		free(remote);
	}
	return 0;
}

int
riad_upload_names_find(struct riad_upload *u, struct riad_upload_name **found,
    const struct riad_upload_names *names, bool loose)
{
	const char *p = (const char *)names->text.data;

	*found = calloc(names->n + 1, sizeof(**found));
	if (*found == NULL)
		return -1;
	for (size_t i = 0; i < names->n; i++, p += strlen(p) + 1) {
		(*found)[i].name = p;
		(*found)[i].nth = i;
	}
	qsort(*found, names->n, sizeof(**found), by_name);
	struct finding f = {u, *found, names->n, loose};
	return u->repo->refs(u->repo->ctx, false, match_ref, &f) == 0 ? 0 : -1;
}

int
riad_upload_oids_add(struct riad_upload_oids *list, const struct riad_oid *oid)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		struct riad_oid *oids =
		    reallocarray(list->oids, cap, sizeof(*oids));
		if (oids == NULL)
			return -1;
		list->oids = oids;
		list->cap = cap;
	}
	list->oids[list->n++] = *oid;
	return 0;
}

void
riad_upload_oids_free(struct riad_upload_oids *list)
{
	free(list->oids);
	*list = (struct riad_upload_oids){NULL, 0, 0};
}
