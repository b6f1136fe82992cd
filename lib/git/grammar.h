/* SPDX-License-Identifier: ISC */
/* grammar.h - the tables behind conv.h: what may be said when */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include "riad/conv.h"

/* Where lines of the same look mean the same. */
enum {
	BEGIN_S = 1 << 0, /* the server's first packet */
	ADV = 1 << 1,     /* refs of v0 and v1 */
	REPLY = 1 << 2,   /* of v0 and v1, to a fetch or a push */
	CAPS_S = 1 << 3,
	REFS2 = 1 << 4, /* answer to ls-refs */
	FETCH2 = 1 << 5,
	PACK2 = 1 << 6,
	FREE = 1 << 7, /* lines of any kind */
	BEGIN_C = 1 << 8,
	ASK = 1 << 9, /* wants and haves of v0 and v1 */
	PUSH = 1 << 10,
	CAPS_C = 1 << 11,
	LSREFS = 1 << 12,
	FETCH = 1 << 13,
	OVER = 1 << 14,
};

enum state {
	S_BEGIN,
	S_SERVICE,
	S_ADV,
	S_ADV_SHALLOW,
	S_REPLY,
	S_SHALLOW,
	S_ACKS,
	S_PACK,
	S_RAW,
	S_STATUS,
	S_OVER,
	S2_CAPS,
	S2_IDLE,
	S2_REFS,
	S2_OTHER,
	S2_FETCH,
	S2_ACKS,
	S2_READY,
	S2_AFTER_ACKS,
	S2_SHALLOW,
	S2_AFTER_SHALLOW,
	S2_WANTED,
	S2_AFTER_WANTED,
	S2_URIS,
	S2_AFTER_URIS,
	S2_PACK,
	C_BEGIN,
	C_WANTS,
	C_SHALLOWS,
	C_DEPTH,
	C_FILTER,
	C_HAVES,
	C_OVER,
	C_UPDATES,
	C_SENT,
	C_RAW,
	C2_IDLE,
	C2_CAPS,
	C2_LSREFS,
	C2_FETCH,
	C2_OTHER,
};

struct place {
	unsigned says; /* what lines look like here */
	const char *name;
	const char *missing; /* if the stream ends here, or NULL */
};

struct form {
	unsigned said;
	enum riad_msg_kind kind;
	const char *looks;
	const char *needs; /* what the server must have announced, or NULL */
};

struct rule {
	uint8_t state, kind, next;
};

extern const struct place riad_states[];

/*
 * The form of a line; *exact is false if only its first word is right.  NULL
 * if there is none where says.
 */
const struct form *riad_form_find(
    bool *exact, unsigned says, const uint8_t *s, size_t len);

/* Where a message leads in state, and in any state of which is said the same.
 */
const struct rule *riad_rule_find(unsigned state, enum riad_msg_kind kind);
const struct rule *riad_rule_like(unsigned says, enum riad_msg_kind kind);

/* How many hexadecimal digits s begins with: an object id's, or 0. */
size_t riad_oid_digits(const uint8_t *s, size_t len);

#endif
