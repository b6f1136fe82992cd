/* SPDX-License-Identifier: ISC */
/* text.h - numbers in text, UTF-8, base64, and bytes made safe to look at */
#ifndef RIAD_TEXT_H
#define RIAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/out.h"

/*
 * A whole string of decimal digits, no sign, no space, at most max.
 * Returns 0, or -1 with errno EINVAL or ERANGE.
 */
int riad_parse_u64(uint64_t *value, const char *s, uint64_t max);

/*
 * A number as git-config(1) has sizes: decimal digits, and then perhaps one of
 * k, m and g of either case for 2^10, 2^20 and 2^30.  0, or -1 with errno.
 */
int riad_parse_size(uint64_t *value, const char *s, uint64_t max);

/* The same backwards, by the greatest unit that leaves nothing over. */
#define RIAD_SIZE_TEXT 24
const char *riad_size_text(char text[RIAD_SIZE_TEXT], uint64_t value);

/* The value of a hexadecimal digit of either case, or -1. */
int riad_hex_digit(uint8_t c);

/*
 * The length of the UTF-8 sequence at the start of data, RFC 3629: shortest
 * form, no surrogates, up to U+10FFFF.  0 if it is malformed or cut short.
 */
size_t riad_utf8_len(const uint8_t *data, size_t len);
bool riad_utf8_valid(const uint8_t *data, size_t len);

/*
 * The length of the character at the start of data if a terminal shows it and
 * does nothing else: valid UTF-8, no control character (C0, DEL, C1), none that
 * turns the direction of others (UAX #9: U+061C, U+200E, U+200F, U+202A to
 * U+202E, U+2066 to U+2069), no end of a line or paragraph (U+2028, U+2029).
 * Else 0.  len > 0.
 */
size_t riad_plain_len(const uint8_t *data, size_t len);

/*
 * Adds data so that a terminal shows it and does nothing else: plain characters
 * as they are, \n and \t by name, every other byte as \xNN.  For people to
 * read: a backslash stays one.
 */
int riad_escape(struct riad_buf *buf, const void *data, size_t len);

/* Base64, RFC 4648 section 4, padded. */
void riad_base64(struct riad_out *out, const void *data, size_t len);

#endif
