/* SPDX-License-Identifier: ISC */
/*
 * metrics.h - what one request was and what it cost
 *
 * Whoever has a part in answering a request adds to a struct riad_metrics, to
 * which it has a pointer that is NULL while nobody keeps count.  The functions
 * take NULL and then do nothing.
 */
#ifndef RIAD_METRICS_H
#define RIAD_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum riad_phase {
	RIAD_PHASE_NEGOTIATE, /* from the first packet to the pack */
	RIAD_PHASE_ENUMERATE, /* which objects */
	RIAD_PHASE_COMPRESS,  /* deltas and deflating */
	RIAD_PHASE_WRITE,     /* the pack to the client */
	RIAD_PHASES
};

struct riad_metrics {
	char command[16]; /* "advertise", "ls-refs", "fetch" ... */
	char agent[128];  /* of the client, as it named itself; or empty */
	char session_id[128];
	char depth[128];  /* the lines of "deepen" and its kin, or empty */
	char filter[256]; /* as the client wrote it, or empty */

	/* uint64_t so that nothing can wrap. */
	uint64_t wants, haves; /* lines of the client */
	uint64_t common;       /* of its haves that are here */
	uint64_t objects;      /* in the pack */
	uint64_t reused;       /* of those: copied as they are stored */
	uint64_t deltas;       /* of the objects: sent as deltas */
	uint64_t reused_deltas;
	uint64_t pack_bytes;

	struct riad_phase_cost {
		uint64_t wall_ns, cpu_ns; /* CPU of all threads */
		uint64_t wall_from, cpu_from;
		bool running;
	} phases[RIAD_PHASES];

	/* Called when a phase ends, by whoever watches memory; may be NULL. */
	void (*sample)(void *ctx);
	void *sample_ctx;
};

void riad_metrics_init(struct riad_metrics *m);

/* A phase may be begun more than once, and its costs add up; phases may
 * overlap.  What is not running is not ended. */
void riad_metrics_phase_begin(struct riad_metrics *m, enum riad_phase phase);
void riad_metrics_phase_end(struct riad_metrics *m, enum riad_phase phase);
void riad_metrics_end_all(struct riad_metrics *m);

const char *riad_phase_name(enum riad_phase phase);

/* Keeps a text that a peer sent: as much of it as fits. */
void riad_metrics_text(char *to, size_t size, const void *text, size_t len);

#endif
