/* SPDX-License-Identifier: ISC */
/*
 * port.h - ends of MIDI cables: devices of portmidi, raw devices, serial lines
 *
 * An open port is one direction of a device, by a descriptor that can be
 * polled; reading and writing never block.  A device of portmidi is served by
 * a process of its own, so that whatever that library waits for, prints or
 * remembers of devices that have gone is no concern of ours.
 */
#ifndef RIAD_PORT_H
#define RIAD_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "riad/buf.h"

#define RIAD_MIDI_BAUD 31250

enum riad_port_kind {
	RIAD_PORT_FD,     /* standard input or output */
	RIAD_PORT_RAW,    /* a file that is read or written as it is */
	RIAD_PORT_SERIAL, /* a terminal device */
	RIAD_PORT_MIDI,   /* portmidi's */
};

struct riad_port {
	enum riad_port_kind kind;
	bool output;
	int fd; /* or -1 */
	unsigned baud;
	pid_t pid;        /* who serves it, or 0 */
	bool is_device;   /* its end is that the device has gone */
	bool is_fifo;     /* its end is that of one writer */
	bool is_socket;   /* standard output is */
	bool has_queue;   /* what is written to a line waits there */
	bool closing;     /* nothing more will be written */
	bool drained;     /* all that was written has left */
	bool paced;       /* no faster than baud */
	int64_t due;      /* when the next byte may go then */
	uint64_t lost;    /* overflows that weren't asked for yet */
	uint64_t stray;   /* bytes of no message, of a device */
	uint64_t counted; /* the kernel's count when it was last asked */
	bool no_count;    /* the kernel has none */
	char why[160];    /* what a device's server said last, or "" */
};

void riad_port_init(struct riad_port *port);

/* Takes a descriptor that is open, and stays so. */
void riad_port_use(struct riad_port *port, int fd, bool output);

/*
 * Opens a path.  A terminal becomes a raw line of that speed; with serial it
 * must be one.  A file that is written to is emptied.  0, or -1 with errno: of
 * open(2), ENXIO also for a FIFO that nobody reads; ENOTTY; ENOTSUP if the line
 * cannot go at that speed; EBUSY if somebody else writes to it.
 */
int riad_port_open(struct riad_port *port, const char *path, bool output,
    bool serial, unsigned baud);

/* A device, as a scan finds it. */
struct riad_port_device {
	int id; /* its number, which may change when devices come and go */
	bool input, output;
	char *interf, *name; /* as the device says: not to be trusted */
};

/* Opens a device.  If that fails, it is said by the first read or write. */
int riad_port_open_device(
    struct riad_port *port, const struct riad_port_device *device, bool output);

/*
 * At most len bytes of what has come.  0 at the end of the input, or -1 with
 * errno: EAGAIN if there is nothing now, ENODEV and the like if the device has
 * gone, why then saying more or being empty.
 */
ssize_t riad_port_read(struct riad_port *port, uint8_t *buf, size_t len);

/* From now on as slow as a line of that speed, whatever it is. */
void riad_port_pace(struct riad_port *port, unsigned baud);

/*
 * How many bytes may be written at now, which is of the monotonic clock in
 * nanoseconds; if 0, in how many to ask again.  A line's own queue is kept
 * short, so that what is urgent needn't wait for it.
 */
size_t riad_port_room(struct riad_port *port, int64_t now, int64_t *ns);

/* How many bytes were written of len, or -1 as above, and EPIPE. */
ssize_t riad_port_write(
    struct riad_port *port, const uint8_t *data, size_t len);

/* Of a device that is written to: has it said that it has gone?  0 or -1. */
int riad_port_check(struct riad_port *port);

/* Has all that was written left the machine?  1, 0 to ask again later, -1. */
int riad_port_drained(struct riad_port *port);

/* Overflows since this was last asked: how often data was lost. */
uint64_t riad_port_overflows(struct riad_port *port);

/* Bytes of no message that a device wasn't given, since this was last asked. */
uint64_t riad_port_strays(struct riad_port *port);

/* What hasn't left yet is given up, unless riad_port_drained said 1. */
void riad_port_close(struct riad_port *port);

/* All devices there are, found by a process that has seen none before. */
struct riad_port_scan {
	int fd; /* to be polled for reading while it runs, or -1 */
	pid_t pid;
	struct riad_buf text;
	struct riad_port_device *devices;
	size_t n;
	char *said; /* what the libraries printed that is no device, or NULL */
};

void riad_port_scan_init(struct riad_port_scan *scan);
void riad_port_scan_free(struct riad_port_scan *scan);

/* Begins anew; 0, or -1 with errno. */
int riad_port_scan_start(struct riad_port_scan *scan);

/* 1 once all is known, 0 if the scan goes on, -1 with errno.  With wait it
 * doesn't return 0. */
int riad_port_scan_read(struct riad_port_scan *scan, bool wait);

/* Was this built with portmidi? */
extern const bool riad_port_has_devices;

/*
 * Finds a device of a direction by its number, its whole name, or a part of
 * its name that no other has, in either case of letters: an index, -1 for
 * none, -2 for several, of which two are then in either.
 */
int riad_port_find(const struct riad_port_device *devices, size_t n,
    const char *name, bool output, size_t either[2]);

/*
 * Calls each for the raw devices and serial lines of this machine whose names
 * are known ones, below root, which is "" but for tests.
 */
struct riad_port_path {
	const char *path;
	const char *name; /* the device's, or "" */
	bool input, output, serial;
};
int riad_port_paths(const char *root,
    int (*each)(void *ctx, const struct riad_port_path *found), void *ctx);

#endif
