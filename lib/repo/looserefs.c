/* SPDX-License-Identifier: ISC */
/* References that are files, gitrepository-layout(5). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"
#include "riad/io.h"

/* Directories, of which links can make any number. */
#define DIRS_MAX ((size_t)1 << 20)

/* How often a directory is read anew that changed meanwhile. */
enum { TRIES = 3 };

/* What each worktree has of its own. */
static const char *const own[] = {
    "refs/bisect/", "refs/worktree/", "refs/rewritten/"};
enum { OWN = sizeof(own) / sizeof(own[0]) };

int
riad_ref_dir_fd(const struct riad_repo *repo, const char *name)
{
	if (strncmp(name, "refs/", 5) != 0)
		return repo->dir_fd;
	for (int i = 0; i < OWN; i++) {
		if (strncmp(name, own[i], strlen(own[i])) == 0)
			return repo->dir_fd;
	}
	return repo->common_fd;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
set_target(struct riad_loose_ref *ref, const char *target, size_t len)
{
	ref->broken = !riad_refname_valid(target, len);
	if (ref->broken)
		return;
	ref->symbolic = true;
	memcpy(ref->target, target, len);
	ref->target[len] = '\0';
}

/* "ref: NAME", or an id, after which there may be more. */
static void
parse(struct riad_loose_ref *ref, const char *s, size_t len, size_t hash_len)
{
	static const struct riad_oid none;

	len = strnlen(s, len);
	while (len > 0 && is_space(s[len - 1]))
		len--;
	if (len >= 4 && memcmp(s, "ref:", 4) == 0) {
		for (s += 4, len -= 4; len > 0 && is_space(*s); s++)
			len--;
		set_target(ref, s, len);
		return;
	}
	ref->broken = riad_oid_parse(&ref->oid, s, len, hash_len) == -1 ||
		      (len > 2 * hash_len && !is_space(s[2 * hash_len])) ||
		      riad_oid_eq(&ref->oid, &none);
}

/* What open(2) or read(2) failed for: 0 for a file that isn't there, 1 for one
 * that will never do, -1. */
static int
failed(struct riad_loose_ref *ref)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
		return 0;
	case EACCES:
	case EAGAIN:
	case ELOOP:
	case ENAMETOOLONG:
	case ENXIO:
		ref->broken = true;
		return 1;
	}
	return -1;
}

int
riad_loose_ref_read(
    struct riad_loose_ref *ref, const struct riad_repo *repo, const char *name)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	const int dir_fd = riad_ref_dir_fd(repo, name);
	char text[RIAD_REFNAME_MAX + 64];

	ref->symbolic = ref->broken = false;
	int fd = openat(dir_fd, name, flags | O_NOFOLLOW);
	if (fd == -1 && errno == ELOOP) {
		/* A link into refs/ is what once a symbolic reference was. */
		ssize_t n = readlinkat(dir_fd, name, text, sizeof(text));
		if (n > 5 && memcmp(text, "refs/", 5) == 0 &&
		    riad_refname_valid(text, (size_t)n)) {
			set_target(ref, text, (size_t)n);
			return 1;
		}
		fd = openat(dir_fd, name, flags);
	}
	if (fd == -1)
		return failed(ref);
	ssize_t n = riad_read(fd, text, sizeof(text));
	int err = errno;
	close(fd);
	errno = err;
	if (n == -1)
		return failed(ref);
	parse(ref, text, (size_t)n, repo->odb.hash_len);
	return 1;
}

struct scan {
	struct riad_repo *repo;
	const struct riad_prefixes *prefixes;
	struct riad_loose_list *list;
	char **dirs; /* yet to be read, each with a slash at its end */
	size_t ndirs, cap, seen;
	char name[RIAD_REFNAME_MAX + 2];
};

static int
push(struct scan *s, const char *dir)
{
	if (++s->seen > DIRS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (s->ndirs == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 32;
		char **dirs = reallocarray(s->dirs, cap, sizeof(*dirs));
		if (dirs == NULL)
			return -1;
		s->dirs = dirs;
		s->cap = cap;
	}
	char *copy = strdup(dir);
	if (copy == NULL)
		return -1;
	s->dirs[s->ndirs++] = copy;
	return 0;
}

static int
add(struct riad_loose_list *list, const char *name,
    const struct riad_loose_ref *ref)
{
	const size_t len = strlen(name) + 1;
	const size_t target_len = ref->symbolic ? strlen(ref->target) + 1 : 0;

	if (list->len == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		struct riad_loose_entry *entries =
		    reallocarray(list->entries, cap, sizeof(*entries));
		if (entries == NULL)
			return -1;
		list->entries = entries;
		list->cap = cap;
	}
	char *copy = malloc(len + target_len);
	if (copy == NULL)
		return -1;
	memcpy(copy, name, len);
	if (ref->symbolic)
		memcpy(copy + len, ref->target, target_len);
	struct riad_loose_entry *entry = &list->entries[list->len++];
	*entry = (struct riad_loose_entry){.name = copy,
	    .target = ref->symbolic ? copy + len : NULL,
	    .broken = ref->broken};
	if (!ref->symbolic && !ref->broken)
		entry->oid = ref->oid;
	return 0;
}

void
riad_loose_list_free(struct riad_loose_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		free((char *)list->entries[i].name);
	free(list->entries);
	*list = (struct riad_loose_list){NULL, 0, 0};
}

/* Whether a link leads from where s->name is, in dir, to a directory that it
 * is in itself, so that there would be no end. */
static bool
is_loop(struct scan *s, const struct stat *st, const char *dir)
{
	char up[RIAD_REFNAME_MAX + 2];
	struct stat above;
	size_t len = strlen(dir);

	memcpy(up, dir, len + 1);
	while (len > 0) {
		up[len] = '\0';
		if (fstatat(riad_ref_dir_fd(s->repo, up), up, &above, 0) == 0 &&
		    above.st_ino == st->st_ino && above.st_dev == st->st_dev)
			return true;
		do
			len--;
		while (len > 0 && up[len - 1] != '/');
	}
	return false;
}

/* The entry s->name of dir, which is len long. */
static int
take(struct scan *s, const char *dir, size_t len, unsigned char type)
{
	const int dir_fd = riad_ref_dir_fd(s->repo, s->name);
	struct riad_loose_ref ref;
	struct stat st;
	bool link = type == DT_LNK;

	if (type == DT_UNKNOWN) {
		if (fstatat(dir_fd, s->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return 0;
		link = S_ISLNK(st.st_mode);
		type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
	}
	if (link) {
		if (fstatat(dir_fd, s->name, &st, 0) == -1)
			return 0;
		type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
		if (type == DT_DIR && is_loop(s, &st, dir))
			return 0;
	}
	if (type != DT_DIR) {
		if (!riad_prefixes_match(s->prefixes, s->name))
			return 0;
		int r = riad_loose_ref_read(&ref, s->repo, s->name);
		return r == 1 ? add(s->list, s->name, &ref) : r;
	}
	s->name[len] = '/';
	s->name[len + 1] = '\0';
	if (!riad_prefixes_match_dir(s->prefixes, s->name))
		return 0;
	/* Those come from the worktree, not from where the rest is. */
	if (s->repo->dir_fd != s->repo->common_fd &&
	    riad_ref_dir_fd(s->repo, s->name) == s->repo->dir_fd &&
	    strcmp(dir, "refs/") == 0)
		return 0;
	return push(s, s->name);
}

static int
read_open_dir(struct scan *s, const char *dir, DIR *d)
{
	const size_t dir_len = strlen(dir);

	memcpy(s->name, dir, dir_len);
	for (;;) {
		errno = 0;
		struct dirent *e = readdir(d);
		if (e == NULL)
			return errno == 0 || errno == ENOENT ? 0 : -1;
		size_t len = dir_len + strlen(e->d_name);
		if (e->d_name[0] == '.' || len > RIAD_REFNAME_MAX)
			continue;
		memcpy(s->name + dir_len, e->d_name, len - dir_len + 1);
		/* Neither what is no name, nor what git puts there to lock. */
		if (!riad_refname_valid(s->name, len))
			continue;
		if (take(s, dir, len, e->d_type) == -1)
			return -1;
	}
}

static bool
has_changed(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
	       a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

/*
 * A file that is replaced while its directory is read need not be seen, on
 * some file systems.  So that is done again: what is there twice goes when the
 * list is sorted.
 */
static int
read_dir(struct scan *s, const char *dir)
{
	int fd = openat(riad_ref_dir_fd(s->repo, dir), dir,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const size_t ndirs = s->ndirs;
	struct stat before, after;

	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	DIR *d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return -1;
	}
	int r = fstat(fd, &before);
	for (int i = 0; r == 0 && i < TRIES; i++, before = after) {
		for (; s->ndirs > ndirs; s->ndirs--)
			free(s->dirs[s->ndirs - 1]);
		if (i > 0)
			rewinddir(d);
		r = read_open_dir(s, dir, d);
		if (r == 0)
			r = fstat(fd, &after);
		if (r == 0 && !has_changed(&before, &after))
			break;
	}
	int err = errno;
	closedir(d);
	errno = err;
	return r;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct riad_loose_entry *)a)->name,
	    ((const struct riad_loose_entry *)b)->name);
}

static void
sort(struct riad_loose_list *list)
{
	size_t n = 0;

	if (list->len < 2)
		return;
	qsort(list->entries, list->len, sizeof(*list->entries), by_name);
	for (size_t i = 0; i < list->len; i++) {
		if (n > 0 && strcmp(list->entries[n - 1].name,
				 list->entries[i].name) == 0)
			free((char *)list->entries[i].name);
		else
			list->entries[n++] = list->entries[i];
	}
	list->len = n;
}

int
riad_loose_list_read(struct riad_loose_list *list, struct riad_repo *repo,
    const struct riad_prefixes *prefixes)
{
	struct scan *s = calloc(1, sizeof(*s));
	int r = -1;

	if (s == NULL)
		return -1;
	s->repo = repo;
	s->prefixes = prefixes;
	s->list = list;
	if (prefixes->len > 0)
		r = push(s, "refs/");
	else
		r = 0;
	for (int i = 0; i < OWN && repo->dir_fd != repo->common_fd; i++) {
		if (r == 0 && riad_prefixes_match_dir(prefixes, own[i]))
			r = push(s, own[i]);
	}
	while (r == 0 && s->ndirs > 0) {
		char *dir = s->dirs[--s->ndirs];
		r = read_dir(s, dir);
		free(dir);
	}
	int err = errno;
	while (s->ndirs > 0)
		free(s->dirs[--s->ndirs]);
	free(s->dirs);
	free(s);
	sort(list);
	errno = err;
	return r;
}
