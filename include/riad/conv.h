/* SPDX-License-Identifier: ISC */
/*
 * conv.h - what a fetch or a push says, message by message
 *
 * Takes the items of a trace (trace.h) and tells what each is in its protocol,
 * and what is wrong with it: gitprotocol-pack(5), gitprotocol-v2(5),
 * gitprotocol-capabilities(5).  Each direction has a state, and a table says
 * which messages may come there and where they lead; what may not come is
 * reported, and the state goes on from the likeliest place.
 */
#ifndef RIAD_CONV_H
#define RIAD_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/trace.h"

enum riad_msg_kind {
	RIAD_MSG_UNKNOWN,
	RIAD_MSG_FLUSH,
	RIAD_MSG_DELIM,
	RIAD_MSG_END,     /* the response-end packet */
	RIAD_MSG_VERSION, /* version 2 */
	RIAD_MSG_SERVICE, /* # service=git-upload-pack */
	RIAD_MSG_REQUEST, /* git-upload-pack /path, of git:// */
	RIAD_MSG_CAP,     /* agent=git/2.39.5 */
	RIAD_MSG_REF,     /* of an advertisement, ls-refs or wanted-refs */
	RIAD_MSG_COMMAND, /* command=fetch */
	RIAD_MSG_ARG,     /* thin-pack */
	RIAD_MSG_WANT,    /* want and want-ref */
	RIAD_MSG_HAVE,
	RIAD_MSG_DONE,
	RIAD_MSG_SHALLOW,
	RIAD_MSG_UNSHALLOW,
	RIAD_MSG_DEEPEN, /* deepen, deepen-since, deepen-not */
	RIAD_MSG_FILTER,
	RIAD_MSG_ACK,
	RIAD_MSG_NAK,
	RIAD_MSG_READY,
	RIAD_MSG_S_ACKS, /* the headings of the sections of v2 */
	RIAD_MSG_S_SHALLOW,
	RIAD_MSG_S_WANTED,
	RIAD_MSG_S_URIS,
	RIAD_MSG_S_PACK,
	RIAD_MSG_BAND, /* side-band data, in band */
	RIAD_MSG_RAW,  /* a pack, or part of one, that is in no packets */
	RIAD_MSG_ERR,
	RIAD_MSG_UPDATE, /* of a push: old new ref */
	RIAD_MSG_STATUS, /* of a push: unpack, ok, ng */
	RIAD_MSG_EOF,
	RIAD_MSG_EXIT,
	RIAD_MSG_BAD, /* not a packet */
	RIAD_MSG_KINDS,
};

struct riad_msg {
	enum riad_msg_kind kind;
	enum riad_dir dir;
	uint64_t ns, off, size; /* as in the item */
	uint64_t number;        /* of the packet in its direction, from 1 */
	int band;               /* 1 to 3 in RIAD_MSG_BAND */
	const uint8_t *text;    /* the payload: no band, no LF; borrowed */
	size_t len;
	const char *why; /* a finding: what is wrong here, or NULL */
	bool signaled;   /* of RIAD_MSG_EXIT, as code */
	uint8_t code;
};

struct riad_conv {
	int version;       /* 0, 1, 2, or -1 while it is not known */
	bool two_sided;    /* both directions are in the trace */
	bool push;         /* receive-pack, not upload-pack */
	uint64_t rounds;   /* times that the client asked or went on asking */
	char command[32];  /* of v2, the one that is being answered */
	uint64_t pack_len; /* bytes of packs so far */
	uint64_t objects;  /* in packs, by their headers */
	size_t hex_len;    /* of object ids, 0 before the first */

	uint8_t state[2];
	uint64_t packets[2];
	uint64_t off[2]; /* where each direction has got to */
	bool broken[2];  /* its packets ended in none */
	bool saw_caps;   /* the server has said what it can do */
	bool asked_depth;
	bool failed;        /* the server said so: ERR or band 3 */
	enum riad_dir last; /* who spoke last */
	uint8_t pack_hdr[12];
	size_t pack_hdr_len;
	struct riad_buf caps;  /* announced, a line each */
	struct riad_buf asked; /* by the client of v0 or v1, a line each */
	char why[160];
};

/* version as above; two_sided false for a plain stream. */
void riad_conv_init(struct riad_conv *c, int version, bool two_sided);
void riad_conv_free(struct riad_conv *c);

/* Takes the next item.  0, or -1 with errno ENOMEM. */
int riad_conv_next(struct riad_conv *c, const struct riad_trace_item *it,
    struct riad_msg *msg);

/* What is missing where dir ends, or NULL; to be asked after the last item. */
const char *riad_conv_missing(const struct riad_conv *c, enum riad_dir dir);

/*
 * The value of a capability that the server announced (dir RIAD_TO_CLIENT) or
 * the client asked for, "" if it has none; NULL if it was not named.  It ends
 * with a LF.
 */
const char *riad_conv_cap(
    const struct riad_conv *c, enum riad_dir dir, const char *name);

/* What a person calls it: "want", "flush". */
const char *riad_msg_name(enum riad_msg_kind kind);

#endif
