/* SPDX-License-Identifier: ISC */
/* hostile_frames.h - HTTP/2 by hand, right or wrong as the caller likes */
#ifndef HOSTILE_FRAMES_H
#define HOSTILE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "hostile.h"

enum {
	F_DATA,
	F_HEADERS,
	F_PRIORITY,
	F_RST_STREAM,
	F_SETTINGS,
	F_PUSH_PROMISE,
	F_PING,
	F_GOAWAY,
	F_WINDOW_UPDATE,
	F_CONTINUATION
};

enum {
	END_STREAM = 1,
	ACK = 1,
	END_HEADERS = 4,
	PADDED = 8,
	WITH_PRIORITY = 32
};

void put_frame(struct peer *peer, unsigned type, unsigned flags,
    uint32_t stream, const void *data, size_t len);
/* With a length that may be another than that of the data. */
void put_head(struct peer *peer, size_t len, unsigned type, unsigned flags,
    uint32_t stream);
void put_32(struct peer *peer, unsigned type, uint32_t stream, uint32_t value);
void put_goaway(
    struct peer *peer, uint32_t last, uint32_t code, const char *text);

/* A field for a header block: literal, not indexed, no Huffman code. */
void add_field(struct msg *block, const char *name, const char *value);
void add_field_bytes(struct msg *block, const void *name, size_t name_len,
    const void *value, size_t value_len);

/* The header of a right answer; flags as given. */
void good_block(struct msg *block);
void put_good_headers(struct peer *peer, unsigned flags);
void put_data(struct peer *peer, unsigned flags, const void *data, size_t len);
void put_block(struct peer *peer, const struct msg *block, unsigned flags);
void put_answer(struct peer *peer, unsigned flags); /* the data of one */
void put_good(struct peer *peer);                   /* all of a right answer */

/* Preface, SETTINGS, and then to the end of a request. */
void h2_settings(struct peer *peer, const void *data, size_t len);
void h2_request(struct peer *peer);
void h2_requests(struct peer *peer, void (*serve)(struct peer *));

#endif
