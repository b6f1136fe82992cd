/* SPDX-License-Identifier: ISC */
/*
 * trace.h - the file of `pktline tap`: both directions of a conversation
 *
 * Such a file is the eight bytes RIAD_TRACE_MAGIC and then records, each a
 * header of 16 bytes and, after one of data, the bytes as they passed:
 *
 *	0	kind: 'D' data, 'E' end of stream, 'X' exit of the command
 *	1	direction: '>' client to server, '<' server to client; 0 in 'X'
 *	2	in 'X': 'e' exit status, 's' signal; else 0
 *	3	in 'X': which; else 0
 *	4..7	how many bytes follow; 0 unless the kind is 'D'
 *	8..15	nanoseconds since the tap began
 *
 * Numbers are big-endian.  A direction's data is a stream: where a record ends
 * says when its bytes arrived and nothing about packets.  Records stand in the
 * order in which their bytes were forwarded.  'X' is the last record; a file
 * that ends without it was cut off, and is good up to there.
 */
#ifndef RIAD_TRACE_H
#define RIAD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/pktline.h"

#define RIAD_TRACE_MAGIC "riadtap1"
#define RIAD_TRACE_MAGIC_LEN 8
#define RIAD_TRACE_HDR 16

enum riad_dir { RIAD_TO_SERVER, RIAD_TO_CLIENT };

/* The first failure stays in err (an errno value) and silences the rest. */
struct riad_trace_writer {
	int fd;
	int err;
	uint64_t off; /* bytes written so far: where it failed */
};

/* All of these return -1 with errno set to err once there is one. */
int riad_trace_begin(struct riad_trace_writer *w, int fd);
int riad_trace_data(struct riad_trace_writer *w, enum riad_dir dir, uint64_t ns,
    const void *data, size_t len);
int riad_trace_eof(struct riad_trace_writer *w, enum riad_dir dir, uint64_t ns);
int riad_trace_exit(
    struct riad_trace_writer *w, uint64_t ns, bool signaled, uint8_t code);

enum riad_trace_kind {
	RIAD_TRACE_PACKET, /* pkt, in pkt.data and pkt.len if it has any */
	RIAD_TRACE_RAW,    /* bytes of a pack outside packets, in data, len */
	RIAD_TRACE_BAD,    /* no packet here, why; the direction ends with it */
	RIAD_TRACE_EOF,    /* end of the direction's stream */
	RIAD_TRACE_EXIT,   /* the command's, in signaled and code */
};

struct riad_trace_item {
	enum riad_trace_kind kind;
	enum riad_dir dir;
	uint64_t ns;   /* when the first byte arrived, since the tap began */
	uint64_t off;  /* of the first byte in that direction's stream */
	uint64_t size; /* bytes it takes up in that stream */
	struct riad_pkt pkt;
	const uint8_t *data; /* borrowed until the next read, as is pkt.data */
	size_t len;
	const char *why;
	bool signaled;
	uint8_t code; /* exit status or signal */
};

/* One direction, put together into packets. */
struct riad_trace_stream {
	uint64_t off;   /* of the next byte */
	uint64_t began; /* when the packet in buf did */
	size_t len;     /* bytes of an unfinished packet in buf */
	bool raw;       /* behind PACK: no packets any more */
	bool bad;       /* behind RIAD_TRACE_BAD: skipped */
	uint8_t buf[RIAD_PKT_MAX];
};

struct riad_trace_reader {
	int fd;
	const char *why; /* what went wrong, set when a call returns -1 */
	uint64_t off;    /* file offset of what went wrong */
	bool tap;        /* it has the magic; set by the first read */
	bool cut; /* the file ended too early: set at its end, with why */

	enum { RIAD_TRACE_START, RIAD_TRACE_BODY, RIAD_TRACE_END } state;
	enum riad_dir dir; /* of the record that is being read */
	uint64_t ns;
	uint64_t left; /* bytes of it that are still to come */
	bool eof;      /* the end of dir is to be told */
	bool exited;   /* the exit is to be told: signaled, code */
	bool signaled;
	uint8_t code;
	struct riad_trace_stream stream[2];
	size_t pos, end; /* unread bytes are buf[pos..end) */
	uint8_t buf[2 * RIAD_PKT_MAX];
};

/* Whether a file that begins with data may be a tap file, as far as it goes. */
bool riad_trace_is_tap(const void *data, size_t len);

/*
 * Begins to read fd.  A file without the magic is taken for a plain stream of
 * the direction plain, all at time 0.  What was read from fd before is handed
 * over in data, at most sizeof(rd->buf) bytes.
 */
void riad_trace_reader_init(struct riad_trace_reader *rd, int fd,
    enum riad_dir plain, const void *data, size_t len);

/*
 * The next item of either direction: 1, 0 at the end, or -1 with errno set
 * (EBADMSG: not a tap file behind the magic).  Memory is what rd has.
 */
int riad_trace_read(struct riad_trace_reader *rd, struct riad_trace_item *it);

#endif
