/* SPDX-License-Identifier: ISC */
/* Signals, which wait until all that must be said to a device is said. */

#include <signal.h>
#include <stddef.h>

#include "parts.h"

volatile sig_atomic_t signal_caught, signal_stops;

static void
take_signal(int sig)
{
	if (sig == SIGTSTP)
		signal_stops = 1;
	else
		signal_caught = sig;
}

void
signals_catch(sigset_t *mask)
{
	static const int sigs[] = {SIGHUP, SIGINT, SIGTERM, SIGTSTP};
	sigset_t shut;

	sigemptyset(&shut);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		struct sigaction old;
		/* The second one, if the first takes too long, is the end. */
		struct sigaction act = {
		    .sa_handler = take_signal, .sa_flags = (int)SA_RESETHAND};
		sigaction(sigs[i], NULL, &old);
		if (old.sa_handler == SIG_IGN)
			continue; /* as nohup(1) wants it */
		sigaction(sigs[i], &act, NULL);
		sigaddset(&shut, sigs[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &shut, mask);
}

void
signals_die(int sig, const sigset_t *mask)
{
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

void
signals_stop(const sigset_t *mask)
{
	sigset_t shut;

	raise(SIGTSTP); /* which was reset when it came */
	sigprocmask(SIG_SETMASK, mask, &shut);
	sigprocmask(SIG_SETMASK, &shut, NULL);
	sigaction(SIGTSTP,
	    &(struct sigaction){
		.sa_handler = take_signal, .sa_flags = (int)SA_RESETHAND},
	    NULL);
	signal_stops = 0;
}
