/* SPDX-License-Identifier: ISC */

#include "riad/midifold.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

static char said[512];

static void
tell(void *ctx, enum riad_midifold_what what,
    const struct riad_midifold_count *c)
{
	static const char *const names[] = {"clock", "sensing", "same"};
	size_t len = strlen(said);

	snprintf(said + len, sizeof(said) - len, "%s%s*%d@%d",
	    (const char *)ctx, names[what], (int)c->n, (int)c->last);
}

static void
begin(struct riad_midifold *f, bool timed)
{
	static char space[] = " ";

	*f = (struct riad_midifold){.timed = timed, .tell = tell, .ctx = space};
	said[0] = '\0';
}

static bool
takes(struct riad_midifold *f, uint8_t status, uint8_t a, int64_t time)
{
	struct riad_midi_event e = {.status = status, .data = {a}};

	return riad_midifold_takes(f, &e, time);
}

static void
test_untimed(void)
{
	struct riad_midifold f;

	begin(&f, false);
	ok(takes(&f, 0xF8, 0, 1) && takes(&f, 0xF8, 0, 2) &&
		takes(&f, 0xFE, 0, 9000000),
	    "clock and sensing are counted");
	ok(said[0] == '\0', "however long");
	ok(!takes(&f, 0xC0, 1, 3) &&
		strcmp(said, " clock*2@2 sensing*1@9000000") == 0,
	    "until something else comes:%s", said);
	said[0] = '\0';
	ok(takes(&f, 0xC0, 1, 4) && takes(&f, 0xC0, 1, 5), "so are repeats");
	ok(takes(&f, 0xF8, 0, 6) && said[0] == '\0', "clock is no other");
	ok(!takes(&f, 0xC0, 2, 7) && strcmp(said, " clock*1@6 same*2@5") == 0,
	    "but that is:%s", said);
	said[0] = '\0';
	ok(takes(&f, 0xC0, 2, 8), "the same as the last");
	riad_midifold_end(&f);
	ok(strcmp(said, " same*1@8") == 0 && !takes(&f, 0xC0, 2, 9),
	    "a pause tells, and begins anew:%s", said);
	riad_midifold_end(&f);
	ok(strcmp(said, " same*1@8") == 0, "once");
}

static void
test_timed(void)
{
	struct riad_midifold f;

	begin(&f, true);
	takes(&f, 0xF8, 0, 0);
	takes(&f, 0xC0, 1, 10);
	takes(&f, 0xC0, 1, 20);
	ok(said[0] == '\0', "within a second nothing is told");
	takes(&f, 0xF8, 0, 1000000);
	ok(strcmp(said, " clock*1@0") == 0, "after one it is:%s", said);
	takes(&f, 0xF8, 0, 1000020);
	ok(strcmp(said, " clock*1@0 same*1@20") == 0,
	    "repeats too, while a clock goes on:%s", said);
	struct riad_midifold_count c = {25, 0, 500000};
	ok((int)riad_midifold_bpm(&c) == 120, "24 clocks are a beat");
	c.n = 1;
	ok((int)riad_midifold_bpm(&c) == 0, "one is none");
	c = (struct riad_midifold_count){2, 5, 5};
	ok((int)riad_midifold_bpm(&c) == 0, "nor are two at once");
}

static void
test_others(void)
{
	struct riad_midifold f;
	struct riad_midi_event e = {.kind = RIAD_MIDI_EXCLUSIVE};

	begin(&f, false);
	ok(!riad_midifold_takes(&f, &e, 0) && !riad_midifold_takes(&f, &e, 1),
	    "exclusives are no repeats");
	e = (struct riad_midi_event){.kind = RIAD_MIDI_MESSAGE, .status = 0x90};
	ok(!riad_midifold_takes(&f, &e, 2), "nor a message after them");
}

int
main(void)
{
	test_untimed();
	test_timed();
	test_others();
	return tap_done();
}
