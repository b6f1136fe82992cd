/* SPDX-License-Identifier: ISC */
/* handle.h - what lib/repo keeps of a repository; seen nowhere else */
#ifndef RIAD_REPO_HANDLE_H
#define RIAD_REPO_HANDLE_H

#include <limits.h>
#include <sys/stat.h>

#include "riad/buf.h"
#include "riad/config.h"
#include "riad/graft.h"
#include "riad/packedrefs.h"
#include "riad/refname.h"
#include "riad/repo.h"

/* git's sanity check on a path that comes from outside. */
enum { RIAD_PATH_MAX = PATH_MAX };

/* What the files of the configuration said, in order. */
struct riad_setting {
	size_t name;  /* in text */
	size_t value; /* in text; SIZE_MAX for a name alone */
	enum riad_config_scope scope;
	unsigned depth; /* of includes; 0 for the file itself */
};

struct riad_settings {
	struct riad_setting *list;
	size_t len, cap;
	struct riad_buf text;
};

/* The file packed-refs as it was at one time. */
struct riad_packed {
	struct riad_packed_refs refs;
	void *map;
	size_t len;
	struct stat st; /* all 0 where there is no file */
	bool loaded;
};

struct riad_repo {
	/* The repository's own directory, and that of its main worktree:
	 * names in the first are relative to dir_fd, as they are for git,
	 * which goes there. */
	char *dir, *common;
	int dir_fd, common_fd; /* the same unless it is a linked worktree */

	struct riad_settings settings;
	char *partial_clone;
	char **object_dirs;
	size_t nobject_dirs;
	char *namespace; /* "refs/namespaces/a/", or "" */

	struct riad_packed packed;
	char ref_name[RIAD_REFNAME_MAX + 1]; /* of riad_repo_ref */
	char ref_target[RIAD_REFNAME_MAX + 1];
	struct riad_oidmap shallow;
	struct riad_grafts grafts;
	bool shallow_read, grafts_read;

	struct riad_odb odb;
	struct riad_repo_objects *objects;
	unsigned threads; /* 0 for what is configured */
	const char *cache;
	char why[512];
};

/* Sets why, and errno to EBADMSG where it says nothing; returns -1. */
int riad_repo_fail(struct riad_repo *repo, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* objects.c: fills in repo->odb, and lets go of what it holds. */
void riad_repo_init_odb(struct riad_repo *repo);
void riad_repo_release(struct riad_repo *repo);

/* format.c: takes from the configuration how the repository is kept.  0, or -1
 * for a way that isn't known. */
int riad_repo_check_format(struct riad_repo *repo);

/* find.c: sets repo->dir and common, or says why not and returns -1. */
int riad_repo_find(struct riad_repo *repo, const char *name, bool strict);

/* owner.c: those of the two paths that are not NULL are one's own, or the
 * second is configured as safe.  0 or -1. */
int riad_repo_check_owner(
    struct riad_repo *repo, const char *gitfile, const char *dir);

/*
 * settings.c: reads the configuration; if only_protected, without that of the
 * repository and without conditions.  0 or -1.
 */
int riad_settings_read(struct riad_settings *settings, struct riad_repo *repo,
    bool only_protected);
void riad_settings_free(struct riad_settings *settings);
const char *riad_setting_name(
    const struct riad_settings *settings, size_t index);
const char *riad_setting_value(
    const struct riad_settings *settings, size_t index);

/* include.c: whether the condition of includeIf holds in that file.  1, 0, or
 * -1; remote.*.url is settings.c's. */
int riad_repo_condition(
    struct riad_repo *repo, const char *condition, const char *file);

/*
 * Adds the contents of a file to buf.  Where it is the repository's, a pipe
 * there is not waited for.  0, or -1 with errno, EMSGSIZE where it is too long.
 */
int riad_file_read(struct riad_buf *buf, int dir_fd, const char *path);
int riad_file_read_inside(struct riad_buf *buf, int dir_fd, const char *path);

/* What the file of a reference says. */
struct riad_loose_ref {
	bool symbolic; /* target is set, else oid, unless broken */
	bool broken;
	struct riad_oid oid;
	char target[RIAD_REFNAME_MAX + 1];
};

/*
 * looserefs.c: 1, 0 if there is no such file, -1 with errno.  Before the
 * configuration is read, which says how long ids are, an id is broken.
 */
int riad_loose_ref_read(
    struct riad_loose_ref *ref, const struct riad_repo *repo, const char *name);

/* The directory that a reference is in: of one's own or the common one. */
int riad_ref_dir_fd(const struct riad_repo *repo, const char *name);

/* packed.c: what packed-refs says now.  0 or -1. */
int riad_packed_load(struct riad_repo *repo);
void riad_packed_free(struct riad_packed *packed);

/* The reference of that name: 1, 0 if there is none, -1. */
int riad_packed_get(
    struct riad_repo *repo, struct riad_packed_ref *ref, const char *name);

/* A set of prefixes of names: sorted, none of them the start of another. */
struct riad_prefixes {
	char **list;
	size_t len;
};

bool riad_prefixes_match(const struct riad_prefixes *p, const char *name);

/* Whether a name that starts with dir may match. */
bool riad_prefixes_match_dir(const struct riad_prefixes *p, const char *dir);

/* The loose references that the prefixes match, sorted by name. */
struct riad_loose_entry {
	const char *name;
	const char *target; /* of a symbolic one, or NULL */
	struct riad_oid oid;
	bool broken;
};

struct riad_loose_list {
	struct riad_loose_entry *entries;
	size_t len, cap;
};

int riad_loose_list_read(struct riad_loose_list *list, struct riad_repo *repo,
    const struct riad_prefixes *prefixes);
void riad_loose_list_free(struct riad_loose_list *list);

#endif
