/* SPDX-License-Identifier: ISC */
/* upload_state.h - what the parts of the upload machine share */
#ifndef RIAD_UPLOAD_STATE_H
#define RIAD_UPLOAD_STATE_H

#include "riad/buf.h"
#include "riad/negotiate.h"
#include "riad/request.h"
#include "riad/upload.h"

enum riad_upload_state {
	/* v0: what it wants, then what it has. */
	UPLOAD_WANTS,
	UPLOAD_HAVES,
	/* v2: the command and capabilities, then the command's arguments. */
	UPLOAD_KEYS,
	UPLOAD_ARGS,
	UPLOAD_OVER,
};

enum riad_upload_command {
	COMMAND_NONE,
	COMMAND_LS_REFS,
	COMMAND_FETCH,
	COMMAND_OBJECT_INFO,
	COMMAND_BUNDLE_URI,
};

/* Ids, as many as their owner lets in. */
struct riad_upload_oids {
	struct riad_oid *oids;
	size_t n, cap;
};

/* Names that a client sends, each with its NUL, up to a few megabytes. */
struct riad_upload_names {
	struct riad_buf text;
	size_t n;
};

/* One of them, and the reference that it was found to be. */
struct riad_upload_name {
	const char *name; /* borrowed */
	size_t nth;       /* of those sent, from 0 */
	unsigned found;   /* references that it may be */
	struct riad_oid oid;
};

struct riad_upload {
	const struct riad_upload_config *config;
	const struct riad_upload_repo *repo;
	struct riad_out *out;
	enum riad_upload_state state;
	char why[512];

	/* Of one fetch. */
	struct riad_oidmap wants;
	struct riad_negotiation neg;
	unsigned features;
	struct riad_filter *filter;

	/* How much of the history: the client's shallow commits, the depth
	 * asked for (0 if none was), or the revisions. */
	struct riad_oidmap shallow;
	uint32_t depth;
	bool by_revs;
	uint64_t since;
	struct riad_upload_names without;

	/* What came of it: commits without parents, as the client will see
	 * it, and those of which it is getting the parents. */
	struct riad_oidmap cuts;
	struct riad_upload_oids edges;

	/* v0: the objects at the tips of references, in the map first those
	 * that are shown, then those at hidden ones alone. */
	struct riad_upload_oids tips[2]; /* by whether they are hidden */
	struct riad_oidmap tip_map;
	uint32_t nshown;
	bool tips_noted, tips_mapped;
	bool other_wants; /* something was wanted that is no tip */
	bool got_common, got_other, sent_ready;
	struct riad_oid last_common;

	/* v2. */
	enum riad_upload_command command;
	bool seen_key, done, seen_have;
	size_t object_format_len; /* of an id, as the client understands it */
	bool peel, symrefs, unborn;
	struct riad_upload_names prefixes;
	const char **prefix; /* those that count, in order, while listing */
	size_t nprefix;
	struct riad_upload_names want_refs;
	struct riad_upload_name *wanted; /* want_refs in order, found */
	bool *uris;                      /* of config->uris, those asked for */
	bool seen_uris;
	bool want_size;
	struct riad_upload_oids infos;
};

/* Tells the client by an ERR packet, keeps the reason, and returns -1. */
int riad_upload_fail(struct riad_upload *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same without a word to the client. */
int riad_upload_die(struct riad_upload *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Out of memory, mostly: what errno says, and of EBADMSG "damaged". */
int riad_upload_system(struct riad_upload *u, const char *what);

/* A line of an answer, with its band if all is in bands. */
void riad_upload_line(struct riad_upload *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void riad_upload_alive(const struct riad_upload *u);

/* Whether a reference may be seen. */
static inline bool
riad_upload_shows(const struct riad_upload *u, const struct riad_ref *ref)
{
	return !riad_hidden_refs_hide(&u->config->hidden, ref);
}

/* Of ids so long: "sha1", "sha256". */
const char *riad_upload_format_name(size_t hash_len);

/* Forgets all that one fetch was about. */
void riad_upload_reset(struct riad_upload *u);

/* upload_names.c */

void riad_upload_names_init(struct riad_upload_names *names);

/* -1 with errno EMSGSIZE if there are too many, EINVAL for no name. */
int riad_upload_names_add(
    struct riad_upload_names *names, const char *name, size_t len);
void riad_upload_names_clear(struct riad_upload_names *names);

/*
 * Looks for the references that the names are: by the whole name, or with
 * loose by gitrevisions(7) "<refname>".  Gives the names in the order of
 * strcmp(3), to be freed; -1 with errno.
 */
int riad_upload_names_find(struct riad_upload *u,
    struct riad_upload_name **found, const struct riad_upload_names *names,
    bool loose);

int riad_upload_oids_add(
    struct riad_upload_oids *list, const struct riad_oid *oid);
void riad_upload_oids_free(struct riad_upload_oids *list);

/* upload_wants.c */

/* Notes a want; -1 if there is no such object. */
int riad_upload_want(struct riad_upload *u, const struct riad_oid *oid);

/* A reference of which the client may have an object; -1 with errno. */
int riad_upload_note_tip(struct riad_upload *u, const struct riad_ref *ref);

/* Makes the tips known, if they aren't. */
int riad_upload_tips(struct riad_upload *u);

/* Those of them that the client may use. */
size_t riad_upload_ntips(const struct riad_upload *u);

/* Whether the object is at a tip of those. */
bool riad_upload_is_tip(
    const struct riad_upload *u, const struct riad_oid *oid);

/* Refuses a want that is no tip, unless it may be asked for all the same. */
int riad_upload_check_wants(struct riad_upload *u);

/* upload_shallow.c */

/*
 * Takes a line about history or a filter: 1, 0 if it is none, -1.  What is
 * taken may be wrong as a whole; riad_upload_deepen finds out.
 */
int riad_upload_take_limit(
    struct riad_upload *u, const struct riad_request_line *line);

/* Tells the client where its history will end, and settles what it will get
 * for that; before the pack. */
int riad_upload_deepen(struct riad_upload *u);

/* Whether there is anything to be told. */
bool riad_upload_deepens(const struct riad_upload *u);

/* upload_sparse.c */

/* Puts ids in the place of the names that the filter has; 0, or -1. */
int riad_upload_find_sparse(struct riad_upload *u);

/* upload_refs.c */

/* A line of a reference: "ID NAME", in v0 with the suffix. */
int riad_upload_v0_advertise(struct riad_upload *u);
int riad_upload_take_ls_refs(
    struct riad_upload *u, const struct riad_request_line *line);
int riad_upload_ls_refs(struct riad_upload *u);

/* upload_info.c: commands of v2 that ask for facts. */
int riad_upload_take_object_info(
    struct riad_upload *u, const struct riad_request_line *line);
int riad_upload_object_info(struct riad_upload *u);
int riad_upload_bundle_uri(struct riad_upload *u);

/* upload_fetch.c: the command of v2. */
int riad_upload_take_fetch(
    struct riad_upload *u, const struct riad_request_line *line);
int riad_upload_fetch(struct riad_upload *u);

/* Makes and sends the pack, then a flush if there is a side-band. */
int riad_upload_pack(struct riad_upload *u);

int riad_upload_v0_packet(struct riad_upload *u, const struct riad_pkt *pkt);
int riad_upload_v2_advertise(struct riad_upload *u);
int riad_upload_v2_packet(struct riad_upload *u, const struct riad_pkt *pkt);

#endif
