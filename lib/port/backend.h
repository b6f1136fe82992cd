/* SPDX-License-Identifier: ISC */
/* backend.h - what the files of lib/port share */
#ifndef PORT_BACKEND_H
#define PORT_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct riad_port;

/*
 * Between a device's server and us are packets, the first byte of which says
 * what they are.  In both directions DATA is bytes of whole messages, or parts
 * of an exclusive.
 */
enum packet {
	PACKET_DATA = 'd',
	PACKET_OVERFLOW = 'o', /* data was lost: once a packet */
	PACKET_STRAY = 's',    /* bytes of no message: a uint32_t, how many */
	PACKET_ERROR = 'e',    /* and a line of text: the device is gone */
};
enum { PACKET_MAX = 512 }; /* of data */

/* A device as a line of a scan begins: no library prints that. */
#define DEVICE_MARK "\001device\t"

/*
 * Of the library, or of nothing in its place.  They run in a process of their
 * own.  list prints lines "MARK id \t i or o \t interface \t name".  serve
 * moves bytes between the device and the socket until either ends.
 */
void riad_port_list_devices(FILE *to);
void riad_port_serve_device(int socket, int id, const char *name, bool output);

/*
 * Runs run in a new process that has no other descriptor of ours than
 * standard input and output, of which input is empty; what it prints goes to
 * says, or nowhere if that is -1.  fd stays open in it.  Its id or -1.
 */
pid_t riad_port_fork(
    int fd, int says, void (*run)(int fd, void *ctx), void *ctx);

/* serial.c: of a terminal, 0 or -1 with errno. */
int riad_port_line_setup(int fd, unsigned baud);
int riad_port_line_queue(int fd, unsigned *bytes);
int riad_port_line_lost(int fd, uint64_t *count);
void riad_port_line_discard(int fd);

/*
 * raw.c: of a raw device of ALSA.  setup gives it a long buffer for input, and
 * a short one for output; lost is what was lost since the last call; discard
 * forgets what wasn't sent, for which close(2) would wait.
 */
void riad_port_raw_setup(int fd, bool output);
int riad_port_raw_lost(int fd, uint64_t *count);
void riad_port_raw_discard(int fd);

#endif
