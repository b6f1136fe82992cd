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

enum riad_upload_command { COMMAND_NONE, COMMAND_LS_REFS, COMMAND_FETCH };

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

	/* v0: the objects at the tips of references, and who may ask. */
	struct riad_oidmap tips;
	uint8_t *hidden; /* by number in tips: only hidden refs have it */
	size_t hidden_cap;
	bool tips_known;
	bool other_wants; /* something was wanted that is no tip */
	bool got_common, got_other, sent_ready;
	struct riad_oid last_common;

	/* v2. */
	enum riad_upload_command command;
	bool seen_key, done, seen_have;
	size_t object_format_len; /* of an id, as the client understands it */
	bool peel, symrefs, unborn;
	struct riad_buf prefixes; /* each with its NUL */
	size_t nprefixes;
	const char **prefix; /* those that count, in order, while listing */
};

/* Tells the client by an ERR packet, keeps the reason, and returns -1. */
int riad_upload_fail(struct riad_upload *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same without a word to the client. */
int riad_upload_die(struct riad_upload *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Out of memory, mostly: what errno says, and of EBADMSG "damaged". */
int riad_upload_system(struct riad_upload *u, const char *what);

void riad_upload_alive(const struct riad_upload *u);

/* Whether a reference may be seen. */
bool riad_upload_shows(const struct riad_upload *u, const struct riad_ref *ref);

/* Of ids so long: "sha1", "sha256". */
const char *riad_upload_format_name(size_t hash_len);

/* Notes a want; -1 if there is no such object. */
int riad_upload_want(struct riad_upload *u, const struct riad_oid *oid);

/* Forgets wants, haves and features. */
void riad_upload_reset(struct riad_upload *u);

/* Makes and sends the pack, then a flush if there is a side-band. */
int riad_upload_pack(struct riad_upload *u);

int riad_upload_v0_advertise(struct riad_upload *u);
int riad_upload_v0_packet(struct riad_upload *u, const struct riad_pkt *pkt);
int riad_upload_v2_advertise(struct riad_upload *u);
int riad_upload_v2_packet(struct riad_upload *u, const struct riad_pkt *pkt);

#endif
