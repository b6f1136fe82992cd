/* SPDX-License-Identifier: ISC */
/*
 * pkttext.h - pkt-lines as text, for people and for scripts
 *
 * A packet is a line: its four digits as they stood on the wire, and for a
 * data packet a space and the payload, in which printable ASCII stands for
 * itself and every other byte, and the backslash, for an escape: \n, \\ or
 * \xNN.  A raw pack after the packets is lines that begin with a star, of
 * RIAD_PKTTEXT_RAW bytes each but the last.  No byte can break a line or
 * reach a terminal raw, and no byte is lost: text goes back to what it was.
 *
 * Text written by hand may have .... for the digits, which are then worked
 * out, any byte but controls and the backslash for itself, any byte escaped,
 * raw lines of other lengths anywhere, and no newline at its end.
 */
#ifndef RIAD_PKTTEXT_H
#define RIAD_PKTTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/out.h"
#include "riad/pktline.h"

#define RIAD_PKTTEXT_RAW 1024 /* bytes */

/* The longest line, newline and all: raw and nothing but escapes. */
#define RIAD_PKTTEXT_MAX (1 + 4 * RIAD_PKT_MAX + 1)

struct riad_pkttext_writer {
	struct riad_out *out;
	size_t col; /* raw bytes on the line that is open, 0 for none */
	struct {
		char text[4];
		uint8_t len;
	} byte[256]; /* how each is written */
};

void riad_pkttext_writer_init(
    struct riad_pkttext_writer *wr, struct riad_out *out);

/* The packet is one that was parsed: its digits stand before its data. */
void riad_pkttext_write(
    struct riad_pkttext_writer *wr, const struct riad_pkt *pkt);

/* Ends the line that a raw pack may have left open; wr is as new. */
void riad_pkttext_end(struct riad_pkttext_writer *wr);

/*
 * The bytes of one line, len without its newline, go to wire.  Returns how
 * many they are, or -1 with errno EBADMSG, *why and *col, the byte of the
 * line where it is wrong, from 1.
 */
ssize_t riad_pkttext_parse(uint8_t wire[RIAD_PKT_MAX], const uint8_t *line,
    size_t len, const char **why, size_t *col);

/* As a riad_pkt_reader: next until it returns 0, then fill, and so on. */
struct riad_pkttext_reader {
	int fd;
	bool eof;
	const char *why; /* what went wrong, set when a call returns -1 */
	uint64_t line;   /* of the text, from 1; 0 before the first */
	size_t col;      /* 0 where the line is not what is wrong */
	size_t pos, end; /* unread bytes are buf[pos..end) */
	uint8_t wire[RIAD_PKT_MAX];
	uint8_t buf[2 * RIAD_PKTTEXT_MAX];
};

void riad_pkttext_reader_init(struct riad_pkttext_reader *rd, int fd);

/*
 * Takes a line from the buffer and leaves its bytes, which stay until the
 * next call, in *wire: 1, 0 if there is no whole line, or -1.
 */
int riad_pkttext_next(
    struct riad_pkttext_reader *rd, const uint8_t **wire, size_t *len);

/* One read(2): 1, 0 at the end when no line is left to take, or -1. */
int riad_pkttext_fill(struct riad_pkttext_reader *rd);

#endif
