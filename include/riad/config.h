/* SPDX-License-Identifier: ISC */
/* config.h - the text of git-config(1): files, keys, values */
#ifndef RIAD_CONFIG_H
#define RIAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

/* Where a variable was set; a later scope has the last word. */
enum riad_config_scope {
	RIAD_CONFIG_SYSTEM,
	RIAD_CONFIG_GLOBAL,
	RIAD_CONFIG_LOCAL,
	RIAD_CONFIG_WORKTREE,
	RIAD_CONFIG_COMMAND, /* the environment */
};

/* Not the repository's own word: what git calls protected configuration. */
static inline bool
riad_config_protected(enum riad_config_scope scope)
{
	return scope != RIAD_CONFIG_LOCAL && scope != RIAD_CONFIG_WORKTREE;
}

/* Reads the variables of a file one by one.  The text is borrowed. */
struct riad_config_parser {
	const char *name;  /* "section.Sub.key"; case folded but for Sub */
	const char *value; /* NULL for a name alone; both until the next call */
	unsigned line;     /* 1 for the first; after -1, where it went wrong */

	const uint8_t *data;
	size_t len, off;
	size_t stem; /* of name, up to the last dot */
	bool eof;
	struct riad_buf name_buf, value_buf;
};

void riad_config_parser_init(
    struct riad_config_parser *p, const void *data, size_t len);
void riad_config_parser_free(struct riad_config_parser *p);

/* 1 with a variable, 0 at the end, -1 with errno EBADMSG or ENOMEM. */
int riad_config_next(struct riad_config_parser *p);

/*
 * Adds key as a parser names it, with a NUL, if it is one: a section, a dot, a
 * name of letters, digits and dashes.  0, or -1 with errno EINVAL or ENOMEM.
 */
int riad_config_key(struct riad_buf *buf, const char *key);

/*
 * The variables in GIT_CONFIG_PARAMETERS, 'key=value' or 'key'='value' in the
 * shell's single quotes, to each in order; what it returns ends the round
 * unless it is 0.  -1 with errno EINVAL for a text of another form.
 */
int riad_config_params(const char *text,
    int (*each)(void *ctx, const char *name, const char *value), void *ctx);

/*
 * Values.  A boolean is true, yes, on, a number but 0, or a name alone; no
 * value at all is false.  A number is of any base that strtoull(3) knows and
 * may end in k, m or g for powers of 1024.  0, or -1 with errno EINVAL, or
 * ERANGE beyond max.
 */
int riad_config_bool(bool *b, const char *value);
int riad_config_u64(uint64_t *n, const char *value, uint64_t max);

#endif
