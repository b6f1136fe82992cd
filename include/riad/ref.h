/* SPDX-License-Identifier: ISC */
/* ref.h - references as a server shows them, and which ones it hides */
#ifndef RIAD_REF_H
#define RIAD_REF_H

#include <stdbool.h>
#include <stddef.h>

#include "riad/oid.h"

struct riad_ref {
	const char *name;      /* "HEAD", "refs/heads/main" */
	const char *full_name; /* with the namespace, gitnamespaces(7) */
	const char *target;    /* of a symbolic ref, or NULL */
	struct riad_oid oid;   /* not of an unborn one */
	struct riad_oid peeled;
	bool has_peeled; /* an annotated tag, and peeling was asked for */
	bool unborn;     /* symbolic, and the target does not exist */
	bool broken; /* no such object; only seen where peel was asked for */

	/* Its file says nothing that is a reference: oid is all zeros.  git
	 * shows such a one, so that nobody takes it for deleted. */
	bool garbled;
};

/* Returns 0, or anything else to end the listing with that. */
typedef int riad_ref_fn(void *ctx, const struct riad_ref *ref);

/*
 * The values of transfer.hideRefs and uploadpack.hideRefs, in the order in
 * which they were configured; git-config(1).
 */
struct riad_hidden_refs {
	char **patterns;
	size_t n;
};

int riad_hidden_refs_add(struct riad_hidden_refs *hidden, const char *pattern);
void riad_hidden_refs_free(struct riad_hidden_refs *hidden);

bool riad_hidden_refs_match(
    const struct riad_hidden_refs *hidden, const struct riad_ref *ref);

/* The last pattern that fits decides; "!" in front of it negates, "^" makes
 * it speak of full names.  Costs nothing where there are none. */
static inline bool
riad_hidden_refs_hide(
    const struct riad_hidden_refs *hidden, const struct riad_ref *ref)
{
	return hidden->n > 0 && riad_hidden_refs_match(hidden, ref);
}

#endif
