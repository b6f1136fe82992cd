/* SPDX-License-Identifier: ISC */
/*
 * loop.h - what waits for descriptors and for time, by epoll(7)
 *
 * Watches and timers are the caller's and are named by their address; they may
 * be taken out, and freed, from any callback, their own included.
 */
#ifndef RIAD_LOOP_H
#define RIAD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct riad_watch {
	/* events: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as they are. */
	void (*call)(struct riad_watch *watch, uint32_t events);
	int fd;
	uint32_t wanted;
};

struct riad_timer {
	void (*call)(struct riad_timer *timer);
	uint64_t at;  /* nanoseconds of the monotonic clock */
	size_t place; /* in the heap, from 1; 0: not set */
};

struct riad_loop {
	int epoll;
	uint64_t now; /* nanoseconds, read after each wait */
	struct riad_timer **heap;
	size_t heap_len;
	size_t heap_cap;
	void *events; /* of one wait; those of watches taken out are cleared */
	int events_len;
	int events_at;
	size_t watches;
	bool stopped;
};

int riad_loop_init(struct riad_loop *loop);
void riad_loop_free(struct riad_loop *loop);

/* Waits for wanted (EPOLLIN, EPOLLOUT, 0) of watch->fd.  0, or -1. */
int riad_watch_add(
    struct riad_loop *loop, struct riad_watch *watch, uint32_t wanted);
int riad_watch_set(
    struct riad_loop *loop, struct riad_watch *watch, uint32_t wanted);
void riad_watch_del(struct riad_loop *loop, struct riad_watch *watch);

/* Calls timer->call once, at `at`; anew if it was set before.  0, or -1. */
int riad_timer_set(
    struct riad_loop *loop, struct riad_timer *timer, uint64_t at);
void riad_timer_del(struct riad_loop *loop, struct riad_timer *timer);

/* Until riad_loop_stop, or nothing is watched and no timer set.  0, or -1. */
int riad_loop_run(struct riad_loop *loop);
void riad_loop_stop(struct riad_loop *loop);

uint64_t riad_now(void); /* nanoseconds of the monotonic clock */

#endif
