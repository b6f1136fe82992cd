/* SPDX-License-Identifier: ISC */

#include "riad/loop.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tap.h"

enum { TIMERS = 200 };

static struct riad_loop loop;
static struct riad_timer timer[TIMERS];
static size_t rung;
static bool in_order = true;
static uint64_t last;

static void
ring(struct riad_timer *t)
{
	in_order = in_order && t->at >= last && t->at <= loop.now;
	last = t->at;
	rung++;
}

static struct riad_watch near, far;
static unsigned calls;

/* Whichever comes first takes out both: the other must not be called. */
static void
take_out(struct riad_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	calls++;
	riad_watch_del(&loop, &near);
	riad_watch_del(&loop, &far);
	near.call = NULL;
	far.call = NULL;
}

static void
stop(struct riad_timer *t)
{
	(void)t;
	riad_loop_stop(&loop);
}

static void
again(struct riad_timer *t)
{
	if (++rung < 3)
		riad_timer_set(&loop, t, loop.now);
}

int
main(void)
{
	int pipes[2][2];

	ok(riad_loop_init(&loop) == 0, "there is a loop");
	ok(riad_loop_run(&loop) == 0, "that ends where nothing is waited for");

	/* Times in no order, some moved and some taken back. */
	srandom(1);
	for (size_t i = 0; i < TIMERS; i++) {
		timer[i].call = ring;
		riad_timer_set(&loop, &timer[i],
		    loop.now + (uint64_t)(random() % 2000000));
	}
	for (size_t i = 0; i < TIMERS; i += 3)
		riad_timer_set(&loop, &timer[i],
		    loop.now + (uint64_t)(random() % 2000000));
	for (size_t i = 0; i < TIMERS; i += 4)
		riad_timer_del(&loop, &timer[i]);
	riad_timer_del(&loop, &timer[0]);
	riad_loop_run(&loop);
	ok(rung == TIMERS - TIMERS / 4, "all timers that were set ring");
	ok(in_order, "in their order, and none early");
	ok(loop.heap_len == 0, "once");

	rung = 0;
	timer[0].call = again;
	riad_timer_set(&loop, &timer[0], 0);
	riad_loop_run(&loop);
	ok(rung == 3, "one can be set again from its call");

	if (pipe(pipes[0]) == -1 || pipe(pipes[1]) == -1 ||
	    write(pipes[0][1], "x", 1) != 1 || write(pipes[1][1], "x", 1) != 1)
		abort();
	near = (struct riad_watch){.call = take_out, .fd = pipes[0][0]};
	far = (struct riad_watch){.call = take_out, .fd = pipes[1][0]};
	riad_watch_add(&loop, &near, EPOLLIN);
	riad_watch_add(&loop, &far, EPOLLIN);
	riad_loop_run(&loop);
	ok(calls == 1, "who is taken out is not called");

	near = (struct riad_watch){.call = take_out, .fd = pipes[0][0]};
	riad_watch_add(&loop, &near, 0);
	timer[0].call = stop;
	riad_timer_set(&loop, &timer[0], loop.now + 1000000);
	riad_loop_run(&loop);
	ok(calls == 1, "nor who wants nothing; and it can be stopped");
	riad_loop_free(&loop);
	return tap_done();
}
