/* SPDX-License-Identifier: ISC */
/* parts.h - what the commands of pktline(1) share */
#ifndef PKTLINE_PARTS_H
#define PKTLINE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/out.h"
#include "riad/pktline.h"
#include "riad/trace.h"

extern struct riad_out out; /* standard output */

/* As the command line sets them. */
struct options {
	bool encode, json;
	uint64_t nth;
	const char *output;
	int proto;          /* version, or -1: find out */
	enum riad_dir role; /* whose a plain stream is */
};
extern struct options opt;

/* A packet on its way to a command, and what is known of it. */
struct event {
	struct riad_pkt pkt;
	uint64_t off; /* of its first byte in its stream */
	bool tapped;  /* out of a tap file, and with it: */
	enum riad_dir dir;
	uint64_t ns; /* since the tap began */
};

/* What a command does with the packets of its files. */
struct view {
	int (*packet)(const struct event *ev); /* RIAD_OK to go on */
	void (*end)(void);                     /* of each file; or NULL */
	bool speaks; /* on standard error, where no progress may be drawn */
};

/*
 * Opens each of the files, or standard input, and calls read on it; one that
 * fails stops no other.  read says what went wrong, and returns a status.
 */
int each_file(char *files[], int (*read)(int fd, const char *name));

/* To be called before a word to standard error. */
void hide_progress(void);

/* Shows the packets of each file, be it a stream or a tap file. */
int each_packet(char *files[], const struct view *view);

/* The commands: the operands, and the exit status. */
int cmd_show(char *args[]);
int cmd_demux(char *args[]);
int cmd_pack(char *args[]);
int cmd_tap(char *args[]);
int cmd_stat(char *args[]);
int cmd_svg(char *args[]);
int cmd_lint(char *args[]);

#endif
