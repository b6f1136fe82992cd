/* SPDX-License-Identifier: ISC */
/*
 * The list of references: what is loose first, then what is packed, so that
 * one that is packed meanwhile is seen in one place or the other; merged by
 * name, where what is loose counts.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "riad/parse.h"

enum {
	SYMBOLIC_MAX = 5, /* git's limit to a chain of symbolic references */
	TAGS_MAX = 1000,  /* and one of our own, to tags of tags */
};

/* What a name comes down to. */
struct resolved {
	bool symbolic, found;
	bool has_peeled, knows_peeled;
	struct riad_oid oid, peeled;
	char name[RIAD_REFNAME_MAX + 1]; /* the last of the chain */
};

/* The reference at the end of the chain, which need not exist; target is what
 * the first one was read to name, if it was.  1, 0 where there is no sense in
 * it, -1. */
static int
resolve(struct resolved *res, struct riad_repo *repo, const char *name,
    const char *target)
{
	struct riad_loose_ref ref;
	struct riad_packed_ref packed;

	res->symbolic = target != NULL;
	res->found = res->has_peeled = res->knows_peeled = false;
	memset(&res->oid, 0, sizeof(res->oid));
	memset(&res->peeled, 0, sizeof(res->peeled));
	if (target != NULL)
		name = target;
	memcpy(res->name, name, strlen(name) + 1);
	for (int i = res->symbolic; i < SYMBOLIC_MAX; i++) {
		int r = riad_loose_ref_read(&ref, repo, res->name);
		if (r == -1)
			return -1;
		if (r == 0) {
			r = riad_packed_get(repo, &packed, res->name);
			if (r == 1) {
				res->oid = packed.oid;
				res->peeled = packed.peeled;
				res->has_peeled = packed.has_peeled;
				res->knows_peeled = packed.knows_peeled;
			}
			res->found = r == 1;
			return r == -1 ? -1 : 1;
		}
		if (ref.broken)
			return 0;
		if (!ref.symbolic) {
			res->oid = ref.oid;
			res->found = true;
			return 1;
		}
		res->symbolic = true;
		memcpy(res->name, ref.target, strlen(ref.target) + 1);
	}
	return 0;
}

/* 1 with what the object is a tag of, 0 if it is none, -1 with errno EBADMSG
 * if it or a tag on the way is missing or damaged, or another errno. */
static int
peel(const struct riad_odb *odb, struct riad_oid *peeled,
    const struct riad_oid *oid)
{
	enum riad_type type;
	const uint8_t *data;
	struct riad_tag tag;
	size_t len;

	int r = odb->type(odb->ctx, oid, &type);
	if (r == 1 && type != RIAD_TAG)
		return 0;
	*peeled = *oid;
	for (int i = 0; r == 1 && i < TAGS_MAX; i++) {
		r = odb->read(odb->ctx, peeled, &type, &data, &len);
		if (r != 1)
			break;
		if (type != RIAD_TAG ||
		    riad_tag_parse(&tag, data, len, odb->hash_len) == -1)
			r = 0;
		else
			*peeled = tag.object;
		if (r == 1 && tag.type != RIAD_TAG)
			return 1;
	}
	if (r != -1)
		errno = EBADMSG;
	return -1;
}

struct lister {
	struct riad_repo *repo;
	bool want_peeled;
	bool careless; /* GIT_REF_PARANOIA=0: what is broken is left out */
	riad_ref_fn *each;
	void *ctx;
	size_t skip; /* of a name, its namespace */
	struct riad_prefixes prefixes;
};

static const char *
without_namespace(const struct riad_repo *repo, const char *name)
{
	size_t len = strlen(repo->namespace);

	return strncmp(name, repo->namespace, len) == 0 ? name + len : name;
}

/* Shows ref, whose full_name is set, and its peeled value if that is known. */
static int
show(struct lister *l, struct riad_ref *ref, bool knows_peeled)
{
	const struct riad_odb *odb = &l->repo->odb;

	ref->name = ref->full_name + l->skip;
	if (l->careless && !ref->unborn &&
	    (ref->broken || odb->type(odb->ctx, &ref->oid, NULL) != 1))
		return 0;
	if (!l->want_peeled || ref->unborn || ref->broken) {
		ref->has_peeled = false;
	} else if (!knows_peeled) {
		int r = peel(odb, &ref->peeled, &ref->oid);
		if (r == -1 && errno != EBADMSG)
			return -1;
		ref->has_peeled = r == 1;
		ref->broken = r == -1;
	}
	return l->each(l->ctx, ref);
}

/* One that is symbolic and leads nowhere is left out, but for HEAD. */
static int
show_resolved(struct lister *l, const char *name, const char *target)
{
	const bool head = strcmp(name + l->skip, "HEAD") == 0;
	struct resolved res;
	int r = resolve(&res, l->repo, name, target);

	if (r != 1 || (!res.found && !(head && res.symbolic)))
		return r == 1 ? 0 : r;
	struct riad_ref ref = {.full_name = name,
	    .oid = res.oid,
	    .peeled = res.peeled,
	    .has_peeled = res.has_peeled,
	    .unborn = !res.found};
	if (res.symbolic)
		ref.target = without_namespace(l->repo, res.name);
	return show(l, &ref, res.knows_peeled);
}

static int
show_loose(struct lister *l, const struct riad_loose_entry *entry)
{
	if (entry->target != NULL)
		return show_resolved(l, entry->name, entry->target);
	struct riad_ref ref = {.full_name = entry->name,
	    .oid = entry->oid,
	    .broken = entry->broken};
	return show(l, &ref, false);
}

static int
show_packed(struct lister *l, const struct riad_packed_ref *packed)
{
	char name[RIAD_REFNAME_MAX + 1];

	/* What is no name could be anything, such as two lines of a packet. */
	if (!riad_refname_valid(packed->name, packed->name_len))
		return 0;
	memcpy(name, packed->name, packed->name_len);
	name[packed->name_len] = '\0';
	struct riad_ref ref = {.full_name = name,
	    .oid = packed->oid,
	    .peeled = packed->peeled,
	    .has_peeled = packed->has_peeled};
	return show(l, &ref, packed->knows_peeled);
}

static int
compare(const struct riad_loose_entry *loose, const struct riad_packed_ref *p)
{
	const size_t len = strlen(loose->name);
	int r =
	    memcmp(loose->name, p->name, len < p->name_len ? len : p->name_len);

	return r != 0 ? r : (len > p->name_len) - (len < p->name_len);
}

static bool
starts_with(const struct riad_packed_ref *ref, const char *prefix, size_t len)
{
	return ref->name_len >= len && memcmp(ref->name, prefix, len) == 0;
}

/* Shows what lies below one prefix, and moves *i on beyond it. */
static int
merge(struct lister *l, const struct riad_packed_refs *refs, const char *prefix,
    const struct riad_loose_list *list, size_t *i)
{
	const size_t len = strlen(prefix);
	size_t pos = riad_packed_refs_find(refs, prefix, len);
	struct riad_packed_ref packed, last = {.name = ""};
	int r;

	while ((r = riad_packed_refs_next(refs, &pos, &packed)) == 1 &&
	       starts_with(&packed, prefix, len)) {
		int order = 1;

		while (*i < list->len &&
		       (order = compare(&list->entries[*i], &packed)) <= 0) {
			r = show_loose(l, &list->entries[(*i)++]);
			if (r != 0)
				return r;
			if (order == 0)
				break;
		}
		bool again = last.name_len == packed.name_len &&
			     memcmp(last.name, packed.name, last.name_len) == 0;
		last = packed;
		if (order == 0 || again)
			continue;
		r = show_packed(l, &packed);
		if (r != 0)
			return r;
	}
	if (r == -1)
		return riad_repo_fail(
		    l->repo, "unexpected line in packed-refs");
	while (*i < list->len &&
	       strncmp(list->entries[*i].name, prefix, len) == 0) {
		r = show_loose(l, &list->entries[(*i)++]);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
list_all(struct lister *l)
{
	struct riad_loose_list list = {NULL, 0, 0};
	struct riad_repo *repo = l->repo;
	size_t i = 0;

	int r = riad_loose_list_read(&list, repo, &l->prefixes);
	if (r == -1)
		riad_repo_fail(repo, "references: %s", strerror(errno));
	else
		r = riad_packed_load(repo);

	/* It is ours for now: whoever looks up a reference meanwhile may find
	 * that there is a new file. */
	struct riad_packed packed = repo->packed;
	repo->packed = (struct riad_packed){.loaded = false};
	for (size_t k = 0; r == 0 && k < l->prefixes.len; k++)
		r = merge(l, &packed.refs, l->prefixes.list[k], &list, &i);
	int err = errno;
	riad_packed_free(&repo->packed);
	repo->packed = packed;
	riad_loose_list_free(&list);
	errno = err;
	return r;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The last prefix that is not greater than the name, or NULL. */
static const char *
last_not_after(const struct riad_prefixes *p, const char *name, size_t *next)
{
	size_t low = 0, high = p->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (strcmp(p->list[mid], name) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	*next = low;
	return low > 0 ? p->list[low - 1] : NULL;
}

bool
riad_prefixes_match(const struct riad_prefixes *p, const char *name)
{
	size_t next;
	const char *prefix = last_not_after(p, name, &next);

	return prefix != NULL && strncmp(name, prefix, strlen(prefix)) == 0;
}

bool
riad_prefixes_match_dir(const struct riad_prefixes *p, const char *dir)
{
	size_t next;
	const char *prefix = last_not_after(p, dir, &next);

	if (prefix != NULL && strncmp(dir, prefix, strlen(prefix)) == 0)
		return true;
	return next < p->len && strncmp(p->list[next], dir, strlen(dir)) == 0;
}

static void
free_prefixes(struct riad_prefixes *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->list[i]);
	free(p->list);
}

/* Of all prefixes, with the namespace, those that refs/ is not out of. */
static int
set_prefixes(struct riad_prefixes *p, const char *namespace,
    const char *const *prefixes, size_t n)
{
	static const char all[] = "refs/";
	const size_t ns_len = strlen(namespace);
	size_t len = 0;

	p->list = calloc(n + 1, sizeof(*p->list));
	if (p->list == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *prefix = prefixes[i];
		if (strncmp(all, prefix, strlen(prefix)) == 0)
			prefix = all;
		else if (strncmp(prefix, all, sizeof(all) - 1) != 0)
			continue;
		char *full = malloc(ns_len + strlen(prefix) + 1);
		if (full == NULL)
			return -1;
		memcpy(full, namespace, ns_len);
		memcpy(full + ns_len, prefix, strlen(prefix) + 1);
		p->list[p->len++] = full;
	}
	if (p->len > 1)
		qsort(p->list, p->len, sizeof(*p->list), by_text);
	for (size_t i = 0; i < p->len; i++) {
		const char *last = len > 0 ? p->list[len - 1] : NULL;
		if (last != NULL &&
		    strncmp(p->list[i], last, strlen(last)) == 0)
			free(p->list[i]);
		else
			p->list[len++] = p->list[i];
	}
	p->len = len;
	return 0;
}

static int
show_head(struct lister *l)
{
	char name[RIAD_REFNAME_MAX + 1];

	memcpy(name, l->repo->namespace, l->skip);
	memcpy(name + l->skip, "HEAD", 5);
	return show_resolved(l, name, NULL);
}

int
riad_repo_refs_below(void *ctx, bool want_peeled, const char *const *prefixes,
    size_t n, riad_ref_fn *each, void *each_ctx)
{
	struct riad_repo *repo = ctx;
	const char *paranoia = getenv("GIT_REF_PARANOIA");
	bool paranoid = true, head = false;
	struct lister l = {.repo = repo,
	    .want_peeled = want_peeled,
	    .each = each,
	    .ctx = each_ctx,
	    .skip = strlen(repo->namespace)};

	repo->why[0] = '\0';
	if (paranoia != NULL && riad_config_bool(&paranoid, paranoia) == -1)
		paranoid = true;
	l.careless = !paranoid;
	for (size_t i = 0; i < n && !head; i++)
		head = strncmp("HEAD", prefixes[i], strlen(prefixes[i])) == 0;
	int r = set_prefixes(&l.prefixes, repo->namespace, prefixes, n);
	if (r == 0 && head)
		r = show_head(&l);
	if (r == 0)
		r = list_all(&l);
	int err = errno;
	free_prefixes(&l.prefixes);
	errno = err;
	return r;
}

int
riad_repo_refs(void *ctx, bool want_peeled, riad_ref_fn *each, void *each_ctx)
{
	static const char *const all[] = {""};

	return riad_repo_refs_below(ctx, want_peeled, all, 1, each, each_ctx);
}

/* Of what is in a repository, only these are references. */
static bool
is_ref(const char *name)
{
	if (strncmp(name, "refs/", 5) == 0)
		return true;
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	return len > 0 && name[len] == '\0';
}

int
riad_repo_ref(struct riad_repo *repo, const char *name, struct riad_ref *ref)
{
	const size_t skip = strlen(repo->namespace), len = strlen(name);
	char full[RIAD_REFNAME_MAX + 1];
	struct resolved res;

	*ref = (struct riad_ref){.name = name};
	if (skip + len > RIAD_REFNAME_MAX || !is_ref(name) ||
	    !riad_refname_valid(name, len))
		return 0;
	memcpy(full, repo->namespace, skip);
	memcpy(full + skip, name, len + 1);
	int r = resolve(&res, repo, full, NULL);
	if (r == -1)
		return riad_repo_fail(repo, "%s: %s", name, strerror(errno));
	if (r == 0 || !res.found)
		return 0;
	memcpy(repo->ref_name, full, sizeof(full));
	memcpy(repo->ref_target, res.name, sizeof(res.name));
	ref->full_name = repo->ref_name;
	ref->oid = res.oid;
	if (res.symbolic)
		ref->target = without_namespace(repo, repo->ref_target);
	return 1;
}
