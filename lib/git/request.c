/* SPDX-License-Identifier: ISC */

#include "riad/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned feature;
} features[] = {
    {"multi_ack", RIAD_MULTI_ACK},
    {"multi_ack_detailed", RIAD_MULTI_ACK_DETAILED},
    {"no-done", RIAD_NO_DONE},
    {"thin-pack", RIAD_THIN_PACK},
    {"side-band", RIAD_SIDE_BAND},
    {"side-band-64k", RIAD_SIDE_BAND_64K},
    {"ofs-delta", RIAD_OFS_DELTA},
    {"no-progress", RIAD_NO_PROGRESS},
    {"include-tag", RIAD_INCLUDE_TAG},
    {"wait-for-done", RIAD_WAIT_FOR_DONE},
    {"deepen-relative", RIAD_DEEPEN_RELATIVE},
    {"filter", RIAD_FILTER},
    {"sideband-all", RIAD_SIDEBAND_ALL},
};

static const struct {
	const char *word; /* with the space or equals sign after it */
	enum riad_request_kind kind;
} keywords[] = {
    {"want ", RIAD_REQUEST_WANT},
    {"have ", RIAD_REQUEST_HAVE},
    {"command=", RIAD_REQUEST_COMMAND},
    {"shallow ", RIAD_REQUEST_SHALLOW},
    {"deepen ", RIAD_REQUEST_DEEPEN},
    {"deepen-since ", RIAD_REQUEST_DEEPEN_SINCE},
    {"deepen-not ", RIAD_REQUEST_DEEPEN_NOT},
    {"filter ", RIAD_REQUEST_FILTER},
    {"want-ref ", RIAD_REQUEST_WANT_REF},
    {"packfile-uris ", RIAD_REQUEST_PACKFILE_URIS},
    {"oid ", RIAD_REQUEST_OID},
};

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

static bool
equals(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static unsigned
feature_of(const char *s, size_t len)
{
	for (size_t i = 0; i < NELEM(features); i++) {
		if (equals(s, len, features[i].name))
			return features[i].feature;
	}
	return 0;
}

const char *
riad_feature_name(unsigned feature)
{
	for (size_t i = 0; i < NELEM(features); i++) {
		if (features[i].feature == feature)
			return features[i].name;
	}
	return "";
}

/* The next word at or after *pos, which moves past it; its length, or 0. */
static size_t
next_word(const char *text, size_t len, size_t *pos, const char **word)
{
	while (*pos < len && text[*pos] == ' ')
		++*pos;
	*word = text + *pos;
	size_t start = *pos;
	while (*pos < len && text[*pos] != ' ')
		++*pos;
	return *pos - start;
}

const char *
riad_request_value(
    const char *text, size_t len, const char *key, size_t *value_len)
{
	size_t key_len = strlen(key), pos = 0, n;
	const char *word;

	while ((n = next_word(text, len, &pos, &word)) > 0) {
		if (n > key_len && word[key_len] == '=' &&
		    memcmp(word, key, key_len) == 0) {
			*value_len = n - key_len - 1;
			return word + key_len + 1;
		}
	}
	return NULL;
}

/* "want ID feature feature..." and "have ID" */
static void
parse_oid_line(struct riad_request_line *line, size_t hash_len)
{
	int n = riad_oid_parse(&line->oid, line->arg, line->arg_len, hash_len);
	size_t pos = n == -1 ? 0 : (size_t)n;
	const char *word;

	/* An id ends where the line does or with a space; the old form of a
	 * want has a NUL there, and clients that send it are long gone. */
	bool ended =
	    n != -1 &&
	    (pos == line->arg_len ||
		(line->kind == RIAD_REQUEST_WANT && line->arg[pos] == ' '));
	if (!ended) {
		line->kind = line->kind == RIAD_REQUEST_SHALLOW
				 ? RIAD_REQUEST_BAD_SHALLOW
			     : line->kind == RIAD_REQUEST_OID
				 ? RIAD_REQUEST_BAD_INFO_OID
				 : RIAD_REQUEST_BAD_OID;
		return;
	}
	for (size_t len;
	     (len = next_word(line->arg, line->arg_len, &pos, &word)) > 0;)
		line->features |= feature_of(word, len);
}

/*
 * A number as strtol(3) reads it in base 0, of which git's clients send the
 * decimal ones only.  More than depth can be is no limit.
 */
static void
parse_number_line(struct riad_request_line *line)
{
	bool depth = line->kind == RIAD_REQUEST_DEEPEN;
	char text[32], *end;

	line->kind = RIAD_REQUEST_BAD_NUMBER;
	if (line->arg_len == 0 || line->arg_len >= sizeof(text) ||
	    memchr(line->arg, '-', line->arg_len) != NULL ||
	    memchr(line->arg, '\0', line->arg_len) != NULL)
		return;
	memcpy(text, line->arg, line->arg_len);
	text[line->arg_len] = '\0';
	errno = 0;
	uintmax_t n = strtoumax(text, &end, 0);
	if (end == text || *end != '\0' || errno == ERANGE)
		return;
	if (depth && n == 0)
		return;
	line->number = depth && n > INT32_MAX ? INT32_MAX : n;
	line->kind = depth ? RIAD_REQUEST_DEEPEN : RIAD_REQUEST_DEEPEN_SINCE;
}

void
riad_request_parse(struct riad_request_line *line, const void *data, size_t len,
    size_t hash_len)
{
	const char *text = data;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	*line = (struct riad_request_line){
	    .kind = RIAD_REQUEST_OTHER,
	    .text = text,
	    .len = len,
	    .arg = text,
	    .arg_len = len,
	};
	for (size_t i = 0; i < NELEM(keywords); i++) {
		size_t n = strlen(keywords[i].word);

		if (len < n || memcmp(text, keywords[i].word, n) != 0)
			continue;
		line->kind = keywords[i].kind;
		line->arg += n;
		line->arg_len -= n;
		break;
	}

	switch (line->kind) {
	case RIAD_REQUEST_WANT:
	case RIAD_REQUEST_HAVE:
	case RIAD_REQUEST_SHALLOW:
	case RIAD_REQUEST_OID:
		parse_oid_line(line, hash_len);
		break;
	case RIAD_REQUEST_DEEPEN:
	case RIAD_REQUEST_DEEPEN_SINCE:
		parse_number_line(line);
		break;
	case RIAD_REQUEST_OTHER:
		line->features = feature_of(text, len);
		if (line->features != 0)
			line->kind = RIAD_REQUEST_FEATURE;
		else if (equals(text, len, "done"))
			line->kind = RIAD_REQUEST_DONE;
		break;
	default:
		break;
	}
}
