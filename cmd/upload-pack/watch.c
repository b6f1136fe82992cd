/* SPDX-License-Identifier: ISC */
/* The clock: a client that stalls, and a request that takes too long. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"

/* The engine sees itself that the time is up, unless it hangs in a write. */
enum { GRACE_SECONDS = 2 };

static struct {
	const struct settings *settings;
	void (*last)(const char *why);
	volatile sig_atomic_t waiting;
} watch;

/* No more than a pipe takes without a wait, poll(2) says. */
static void
tell_client(const char *text)
{
	struct pollfd fd = {STDOUT_FILENO, POLLOUT, 0};
	char packet[256];

	int n = snprintf(packet, sizeof(packet), "%04xERR upload-pack: %s\n",
	    (unsigned)(4 + 4 + 13 + strlen(text) + 1), text);
	if (n > 0 && (size_t)n < sizeof(packet) && poll(&fd, 1, 0) == 1)
		(void)!write(STDOUT_FILENO, packet, (size_t)n);
}

/* Whatever it interrupted: what this calls has memory of its own on the stack
 * and takes no locks. */
static void
on_alarm(int sig)
{
	char why[128] = "timed out", line[192];

	(void)sig;
	if (riad_limits_left(&watch.settings->limits) == 0)
		riad_limits_say(
		    why, sizeof(why), &watch.settings->limits, ETIMEDOUT);
	int n = snprintf(line, sizeof(line), "upload-pack: fatal: %s\n", why);
	(void)!write(STDERR_FILENO, line, (size_t)n);
	if (watch.waiting)
		tell_client(why);
	watch.last(why);
	_exit(RIAD_FAIL);
}

/* Once this returns the signal is delivered again, and does what it does. */
static void
on_end(int sig)
{
	watch.last("ended by a signal");
	(void)raise(sig);
}

void
watch_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	const struct sigaction end = {
	    .sa_handler = on_end, .sa_flags = (int)SA_RESETHAND};

	/* A client that goes away is an error like others then. */
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &end, NULL);
}

void
watch_start(const struct settings *s, void (*last)(const char *why))
{
	const struct sigaction action = {.sa_handler = on_alarm};

	/* The configuration, which comes later, may set what no option did. */
	watch.settings = s;
	watch.last = last;
	sigaction(SIGALRM, &action, NULL);
	watch_alive();
}

void
watch_alive(void)
{
	const struct settings *s = watch.settings;
	uint64_t seconds = s->timeout;

	if (s->limits.seconds != 0) {
		uint64_t left =
		    (uint64_t)(riad_limits_left(&s->limits) + 999) / 1000;
		left += watch.waiting ? 0 : GRACE_SECONDS;
		if (left == 0)
			left = 1;
		if (seconds == 0 || left < seconds)
			seconds = left;
	}
	if (seconds != 0)
		alarm((unsigned)seconds);
}

void
watch_client(bool waiting)
{
	watch.waiting = waiting;
	watch_alive();
}
