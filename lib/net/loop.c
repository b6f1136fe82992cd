/* SPDX-License-Identifier: ISC */
#include "riad/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64 };

uint64_t
riad_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
riad_loop_init(struct riad_loop *loop)
{
	memset(loop, 0, sizeof(*loop));
	loop->now = riad_now();
	loop->events = calloc(EVENTS, sizeof(struct epoll_event));
	if (loop->events == NULL)
		return -1;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll == -1) {
		free(loop->events);
		return -1;
	}
	return 0;
}

void
riad_loop_free(struct riad_loop *loop)
{
	close(loop->epoll);
	free(loop->events);
	free(loop->heap);
}

static int
control(
    struct riad_loop *loop, struct riad_watch *watch, int op, uint32_t wanted)
{
	struct epoll_event event = {.events = wanted, .data.ptr = watch};

	if (epoll_ctl(loop->epoll, op, watch->fd, &event) == -1)
		return -1;
	watch->wanted = wanted;
	return 0;
}

int
riad_watch_add(
    struct riad_loop *loop, struct riad_watch *watch, uint32_t wanted)
{
	if (control(loop, watch, EPOLL_CTL_ADD, wanted) == -1)
		return -1;
	loop->watches++;
	return 0;
}

int
riad_watch_set(
    struct riad_loop *loop, struct riad_watch *watch, uint32_t wanted)
{
	return watch->wanted == wanted
		   ? 0
		   : control(loop, watch, EPOLL_CTL_MOD, wanted);
}

void
riad_watch_del(struct riad_loop *loop, struct riad_watch *watch)
{
	struct epoll_event *events = loop->events;

	(void)control(loop, watch, EPOLL_CTL_DEL, 0);
	loop->watches--;
	for (int i = loop->events_at; i < loop->events_len; i++)
		if (events[i].data.ptr == watch)
			events[i].data.ptr = NULL;
}

static void
place(struct riad_loop *loop, size_t at, struct riad_timer *timer)
{
	loop->heap[at - 1] = timer;
	timer->place = at;
}

/* Moves timer from the hole at `at` to where it belongs. */
static void
settle(struct riad_loop *loop, size_t at, struct riad_timer *timer)
{
	while (at > 1 && timer->at < loop->heap[at / 2 - 1]->at) {
		place(loop, at, loop->heap[at / 2 - 1]);
		at /= 2;
	}
	for (size_t next; (next = at * 2) <= loop->heap_len; at = next) {
		if (next < loop->heap_len &&
		    loop->heap[next]->at < loop->heap[next - 1]->at)
			next++;
		if (timer->at <= loop->heap[next - 1]->at)
			break;
		place(loop, at, loop->heap[next - 1]);
	}
	place(loop, at, timer);
}

int
riad_timer_set(struct riad_loop *loop, struct riad_timer *timer, uint64_t at)
{
	timer->at = at;
	if (timer->place == 0) {
		if (loop->heap_len == loop->heap_cap) {
			size_t cap =
			    loop->heap_cap != 0 ? loop->heap_cap * 2 : 16;
			void *heap =
			    reallocarray(loop->heap, cap, sizeof(*loop->heap));
			if (heap == NULL)
				return -1;
			loop->heap = heap;
			loop->heap_cap = cap;
		}
		timer->place = ++loop->heap_len;
		loop->heap[timer->place - 1] = timer;
	}
	settle(loop, timer->place, timer);
	return 0;
}

void
riad_timer_del(struct riad_loop *loop, struct riad_timer *timer)
{
	size_t at = timer->place;

	if (at == 0)
		return;
	timer->place = 0;
	struct riad_timer *last = loop->heap[--loop->heap_len];
	if (last != timer)
		settle(loop, at, last);
}

static void
ring(struct riad_loop *loop)
{
	while (!loop->stopped && loop->heap_len != 0 &&
	       loop->heap[0]->at <= loop->now) {
		struct riad_timer *timer = loop->heap[0];
		riad_timer_del(loop, timer);
		timer->call(timer);
	}
}

/* Milliseconds until the first timer, rounded up: never early. */
static int
patience(const struct riad_loop *loop)
{
	uint64_t at;

	if (loop->heap_len == 0)
		return -1;
	at = loop->heap[0]->at;
	if (at <= loop->now)
		return 0;
	uint64_t ms = (at - loop->now + 999999) / 1000000;
	return ms < 1000000 ? (int)ms : 1000000;
}

int
riad_loop_run(struct riad_loop *loop)
{
	struct epoll_event *events = loop->events;

	loop->stopped = false;
	while (!loop->stopped && (loop->watches != 0 || loop->heap_len != 0)) {
		int n = epoll_wait(loop->epoll, events, EVENTS, patience(loop));
		if (n == -1 && errno != EINTR)
			return -1;
		loop->now = riad_now();
		loop->events_len = n > 0 ? n : 0;
		for (loop->events_at = 0; loop->events_at < loop->events_len;) {
			struct epoll_event *e = &events[loop->events_at++];
			struct riad_watch *watch = e->data.ptr;
			if (watch != NULL && !loop->stopped)
				watch->call(watch, e->events);
		}
		loop->events_len = 0;
		ring(loop);
	}
	return 0;
}

void
riad_loop_stop(struct riad_loop *loop)
{
	loop->stopped = true;
}
