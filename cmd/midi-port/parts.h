/* SPDX-License-Identifier: ISC */
/* parts.h - what the files of midi-port(1) share */
#ifndef MIDI_PORT_PARTS_H
#define MIDI_PORT_PARTS_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "riad/midimerge.h"
#include "riad/port.h"

/* As the command line sets them. */
struct options {
	bool pace, wait;
	unsigned baud;
};
extern struct options opt;

enum { INPUTS_MAX = 16 };

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NEVER INT64_MAX

int64_t now_ns(void);

/* One end of a flow: what the command line names, and where it is. */
enum end_how { END_STANDARD, END_PATH, END_NAME };
enum end_state { END_AWAY, END_OPEN, END_DONE };

struct end {
	const char *spec; /* as it was named, and is in messages */
	enum end_how how;
	bool serial, output;
	enum end_state state;
	struct riad_port port;
	char *name; /* of portmidi's, once it was found */
	bool was_away;
	bool told;     /* that it is away, and not yet that it is back */
	int64_t retry; /* when to look for it again */
	uint64_t lost; /* overflows in all, and as many as were told: */
	uint64_t lost_told;
	uint64_t stray; /* bytes of no message that were dropped, too */
	uint64_t stray_told;
	int64_t lost_next; /* when to ask and tell again */
};

/* Takes "-", a path or a name. */
void end_init(struct end *end, const char *spec, bool output, bool serial);

/*
 * Opens it if it can be, with devices being what a scan found.  Returns
 * RIAD_OK, also if it is away and waited for, or says why not and returns
 * RIAD_FAIL.
 */
int end_open(struct end *end, const struct riad_port_scan *scan);

/* The same of a path that is open.  What has come there since isn't lost. */
int end_reopen(struct end *end);

/* A scan has ended: is it still there, or there again?  RIAD_FAIL if it has
 * gone, and isn't open any more. */
int end_scanned(struct end *end, const struct riad_port_scan *scan);

/* It has gone, errno says how: tells so, and closes it.  RIAD_OK if it is
 * waited for. */
int end_gone(struct end *end);

/* Tells of what was lost, at most once a second unless it is the last time. */
void end_losses(struct end *end, int64_t now, bool last);

void end_close(struct end *end);

/* From some ends to one. */
struct flow {
	struct end in[INPUTS_MAX];
	unsigned n;
	struct end out;
	struct riad_midi_merge merge;
	bool blocked;     /* out takes nothing now */
	bool ending;      /* nothing more is read */
	bool is_done;     /* and all is written */
	bool failed;      /* an input was no good, the others go on */
	bool paused;      /* nothing is read, and only silence written */
	int hung_up;      /* errno, if nobody reads standard output */
	int64_t wake;     /* when to look again for another reason */
	int64_t stuck;    /* when a turn that isn't used is over, or NEVER */
	uint64_t dropped; /* bytes that came while out was away */
};

/* RIAD_OK or RIAD_FAIL, which is said. */
int flow_open(struct flow *flow, const struct riad_port_scan *scan);
void flow_close(struct flow *flow);

/* Adds what is to be polled, at most INPUTS_MAX + 1 descriptors, and takes the
 * result: returns how many. */
unsigned flow_poll(struct flow *flow, struct pollfd *fds);
int flow_polled(struct flow *flow, const struct pollfd *fds);

/* Writes what can be written; -1 if nobody reads standard output any more, or
 * with errno of its failure. */
int flow_write(struct flow *flow, int64_t now);

/* Looks for ends that are away, and for overflows. */
int flow_look(struct flow *flow, int64_t now);

int flow_scanned(struct flow *flow, const struct riad_port_scan *scan);

/* Ends it: nothing more is read, what has come is still written; with off the
 * notes that are on then are turned off. */
void flow_end(struct flow *flow, bool off);

/* At once: what has come is dropped, but for the rest of a message. */
void flow_stop(struct flow *flow);

/* Before a stop: notes off, once what is written is whole.  After it: on. */
void flow_pause(struct flow *flow);
bool flow_is_silent(const struct flow *flow);
void flow_resume(struct flow *flow);

/* When it is to be called again at the latest. */
int64_t flow_wake(const struct flow *flow);

/* source.c: whether one is to be read, reads it, and takes note that it went:
 * RIAD_OK if it is waited for. */
bool source_wanted(const struct flow *flow, unsigned i);
int source_read(struct flow *flow, unsigned i);
int source_gone(struct flow *flow, unsigned i);

/* sink.c: the same of the output, and what poll(2) says of it. */
int sink_gone(struct flow *flow);
int sink_polled(struct flow *flow, short events);

/*
 * signals.c: from signals_catch on they come while ppoll(2) waits with that
 * mask, and at no other time.  signal_caught is one that is to end us,
 * signal_stops whether the terminal stops us.  signals_stop does so until
 * somebody lets us go on; signals_die returns only if a signal is ignored.
 */
extern volatile sig_atomic_t signal_caught, signal_stops;
void signals_catch(sigset_t *mask);
void signals_stop(const sigset_t *mask);
void signals_die(int sig, const sigset_t *mask);

int run_flows(struct flow *flows, unsigned n);
int list_devices(bool json);

#endif
