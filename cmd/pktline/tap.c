/* SPDX-License-Identifier: ISC */
/* pktline tap: a command between two recorded streams */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/relay.h"
#include "riad/spawn.h"
#include "riad/trace.h"

struct tap {
	struct riad_trace_writer writer;
	const char *path;
};

static void
complain(const struct tap *tap)
{
	riad_warn("%s: byte %" PRIu64 ": %s", tap->path, tap->writer.off,
	    strerror(tap->writer.err));
}

/* Whatever becomes of the record, the conversation goes on. */
static void
tap_seen(void *ctx, bool to_client, uint64_t ns, const void *data, size_t len)
{
	struct tap *tap = ctx;
	enum riad_dir dir = to_client ? RIAD_TO_CLIENT : RIAD_TO_SERVER;

	if (tap->writer.err != 0)
		return;
	int r = len > 0 ? riad_trace_data(&tap->writer, dir, ns, data, len)
			: riad_trace_eof(&tap->writer, dir, ns);
	if (r == -1)
		complain(tap);
}

int
cmd_tap(char *args[])
{
	const char *path = opt.output;
	static struct riad_relay relay;
	struct tap tap = {.path = path};
	int wstatus;

	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1) {
		riad_warn("%s: %s", path, strerror(errno));
		return RIAD_FAIL;
	}
	if (riad_trace_begin(&tap.writer, fd) == -1)
		complain(&tap);

	relay.seen = tap_seen;
	relay.ctx = &tap;
	if (riad_relay_run(&relay, args, &wstatus) == -1) {
		riad_warn("%s: %s", args[0], strerror(errno));
		return errno == ENOENT ? RIAD_EXIT_NOT_FOUND
				       : RIAD_EXIT_CANNOT_RUN;
	}
	bool signaled = WIFSIGNALED(wstatus);
	int code = signaled ? WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	if (tap.writer.err == 0 && (riad_trace_exit(&tap.writer, relay.ns,
					signaled, (uint8_t)code) == -1 ||
				       close(fd) == -1)) {
		tap.writer.err = errno;
		complain(&tap);
	}
	if (relay.err != 0)
		riad_warn("standard output: byte %" PRIu64 ": %s", relay.off,
		    strerror(relay.err));
	if (wstatus == 0 && (tap.writer.err != 0 || relay.err != 0))
		return RIAD_FAIL;
	return riad_end_like(wstatus);
}
