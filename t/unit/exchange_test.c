/* SPDX-License-Identifier: ISC */

#include "riad/exchange.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tap.h"

static struct {
	size_t len, errors_len;
	char text[1 << 20], errors[1024];
	int ticks;
	bool refuse, stop;
} got;

static int
output(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	if (got.refuse) {
		errno = ENOSPC;
		return -1;
	}
	if (len < sizeof(got.text) - got.len) {
		memcpy(got.text + got.len, data, len);
		got.len += len;
	}
	return 0;
}

static int
errors(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	if (len < sizeof(got.errors) - got.errors_len) {
		memcpy(got.errors + got.errors_len, data, len);
		got.errors_len += len;
	}
	return 0;
}

static int
tick(void *ctx)
{
	(void)ctx;
	got.ticks++;
	errno = ETIMEDOUT;
	return got.stop ? -1 : 0;
}

static int wstatus;

static int
run(const char *script, const void *input, size_t len)
{
	char *const argv[] = {
	    (char *)"sh", (char *)"-c", (char *)script, (char *)"sh", NULL};
	const char *const env[] = {"RIAD_A", "b c", NULL};
	const struct riad_exchange x = {.argv = argv,
	    .dir = "/",
	    .env = env,
	    .input = input,
	    .input_len = len,
	    .output = output,
	    .errors = errors,
	    .tick = tick};
	bool refuse = got.refuse, stop = got.stop;

	memset(&got, 0, sizeof(got));
	got.refuse = refuse;
	got.stop = stop;
	errno = 0;
	return riad_exchange(&x, &wstatus);
}

int
main(void)
{
	static char big[500000];

	ok(run("cat; echo \"$RIAD_A $PWD\"; echo bad >&2; exit 3", "in\n", 3) ==
		    0 &&
		WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 3,
	    "it runs, and ends as it likes");
	ok(strcmp(got.text, "in\nb c /\n") == 0 &&
		strcmp(got.errors, "bad\n") == 0,
	    "input, environment, directory, errors");

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)('a' + i % 26);
	ok(run("cat", big, sizeof(big)) == 0 && got.len == sizeof(big) &&
		memcmp(got.text, big, sizeof(big)) == 0,
	    "more than fits in a pipe, both ways at once");
	ok(run("exec <&-; sleep 0.1; echo done", big, sizeof(big)) == 0 &&
		wstatus == 0 && strcmp(got.text, "done\n") == 0,
	    "who doesn't read is not fed");
	ok(run("exec >&-; exec 2>&-; exit 4", "", 0) == 0 &&
		WEXITSTATUS(wstatus) == 4,
	    "who says nothing");
	ok(run("sleep 0.5", "", 0) == 0 && got.ticks >= 2, "silence ticks");
	ok(run("kill -9 $$", "", 0) == 0 && WIFSIGNALED(wstatus) &&
		WTERMSIG(wstatus) == 9,
	    "a signal ends it");

	got.refuse = true;
	ok(run("while :; do echo x || exit; done", "", 0) == -1 &&
		errno == ENOSPC,
	    "output that nobody takes ends it");
	got.refuse = false;
	got.stop = true;
	ok(run("exec sleep 100", "", 0) == -1 && errno == ETIMEDOUT,
	    "and so does a tick");

	char *const none[] = {(char *)"/no/such/command", NULL};
	const struct riad_exchange x = {.argv = none, .output = output};
	ok(riad_exchange(&x, &wstatus) == -1 && errno == ENOENT,
	    "what is not there is not run");
	return tap_done();
}
