/* SPDX-License-Identifier: ISC */
/* uploadpack.packObjectsHook: a command that makes the pack instead of us. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "parts.h"
#include "riad/exchange.h"

enum {
	INPUT_MAX = 1 << 28, /* three million ids */
	ARG_MAX_BYTES = 1 << 17,

	/* Of the pack so many bytes are held back until the command has ended
	 * well: without its trailer nobody takes it for whole. */
	HELD = 32,
};

struct talk {
	struct riad_pack_sink *sink;
	size_t nheld;
	uint8_t held[HELD];
};

static int
on_output(void *ctx, const void *data, size_t len)
{
	struct talk *t = ctx;
	const uint8_t *p = data;

	if (len >= HELD) {
		if (t->sink->data(t->sink->ctx, t->held, t->nheld) != 0 ||
		    t->sink->data(t->sink->ctx, p, len - HELD) != 0)
			return -1;
		memcpy(t->held, p + len - HELD, HELD);
		t->nheld = HELD;
		return 0;
	}
	size_t over = t->nheld + len > HELD ? t->nheld + len - HELD : 0;
	if (over > 0 && t->sink->data(t->sink->ctx, t->held, over) != 0)
		return -1;
	memmove(t->held, t->held + over, t->nheld - over);
	t->nheld -= over;
	memcpy(t->held + t->nheld, p, len);
	t->nheld += len;
	return 0;
}

static int
on_errors(void *ctx, const void *data, size_t len)
{
	struct talk *t = ctx;

	return t->sink->progress(t->sink->ctx, data, len);
}

static int
on_tick(void *ctx)
{
	struct talk *t = ctx;

	return t->sink->tick(t->sink->ctx);
}

static int
add_ids(struct riad_buf *buf, const char *word, const struct riad_oid *ids,
    size_t n, size_t hash_len)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	for (size_t i = 0; i < n; i++) {
		riad_oid_hex(hex, &ids[i], hash_len);
		if (riad_buf_addstr(buf, word) == -1 ||
		    riad_buf_addstr(buf, hex) == -1 ||
		    riad_buf_addc(buf, '\n') == -1)
			return -1;
	}
	return 0;
}

/* What git pack-objects --revs reads. */
static int
make_input(struct riad_buf *buf, const struct hook *hook,
    const struct riad_pack_request *req)
{
	return add_ids(buf, "--shallow ", req->cuts, req->ncuts,
		   hook->hash_len) == 0 &&
		       add_ids(buf, "", req->wants, req->nwants,
			   hook->hash_len) == 0 &&
		       riad_buf_addstr(buf, "--not\n") == 0 &&
		       add_ids(buf, "", req->haves, req->nhaves,
			   hook->hash_len) == 0 &&
		       riad_buf_addc(buf, '\n') == 0
		   ? 0
		   : -1;
}

static int
run(struct hook *hook, const struct riad_pack_request *req, struct talk *t,
    const char *filter, const struct riad_buf *input)
{
	char script[ARG_MAX_BYTES], *argv[20];
	/* What is missing here is not fetched from elsewhere on a client's
	 * behalf, unless the operator said so. */
	const char *lazy = getenv("GIT_NO_LAZY_FETCH");
	const char *const env[] = {"GIT_DIR", ".", "GIT_NO_LAZY_FETCH",
	    lazy != NULL ? lazy : "1", NULL};
	size_t n = 0;
	int wstatus;

	int len = snprintf(script, sizeof(script), "%s \"$@\"", hook->command);
	if (len < 0 || (size_t)len >= sizeof(script)) {
		errno = E2BIG;
		return -1;
	}
	argv[n++] = (char *)"sh";
	argv[n++] = (char *)"-c";
	argv[n++] = script;
	argv[n++] = (char *)hook->command;
	size_t words = n;
	argv[n++] = (char *)"git";
	if (req->ncuts > 0) {
		argv[n++] = (char *)"--shallow-file";
		argv[n++] = (char *)"";
	}
	argv[n++] = (char *)"pack-objects";
	argv[n++] = (char *)"--revs";
	if (req->thin)
		argv[n++] = (char *)"--thin";
	argv[n++] = (char *)"--stdout";
	if (req->ncuts > 0)
		argv[n++] = (char *)"--shallow";
	if (t->sink->progress != NULL)
		argv[n++] = (char *)"--progress";
	if (req->ofs_delta)
		argv[n++] = (char *)"--delta-base-offset";
	if (req->ntags > 0)
		argv[n++] = (char *)"--include-tag";
	if (filter != NULL)
		argv[n++] = (char *)filter;
	argv[n] = NULL;
	trace_command(argv + words - 1);

	const struct riad_exchange x = {
	    .argv = argv,
	    .dir = hook->git_dir,
	    .env = env,
	    .input = input->data,
	    .input_len = input->len,
	    .output = on_output,
	    .errors = t->sink->progress != NULL ? on_errors : NULL,
	    .tick = on_tick,
	    .ctx = t,
	};
	if (riad_exchange(&x, &wstatus) == -1)
		return -1;
	if (wstatus != 0) {
		if (WIFSIGNALED(wstatus))
			snprintf(t->sink->why, sizeof(t->sink->why),
			    "packObjectsHook died of signal %d",
			    WTERMSIG(wstatus));
		else
			snprintf(t->sink->why, sizeof(t->sink->why),
			    "packObjectsHook exited with status %d",
			    WEXITSTATUS(wstatus));
		errno = ECHILD;
		return -1;
	}
	return t->sink->data(t->sink->ctx, t->held, t->nheld);
}

int
hook_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct hook *hook = ctx;
	struct talk t = {.sink = sink};
	struct riad_buf input, filter;
	int r = -1;

	riad_buf_init(&input, INPUT_MAX);
	riad_buf_init(&filter, ARG_MAX_BYTES - 1);
	sink->why[0] = '\0';
	errno = ENOTSUP;
	bool filtered = request->filter != NULL;
	if ((!filtered ||
		(hook->filter_text != NULL &&
		    riad_buf_addstr(&filter, "--filter=") == 0 &&
		    hook->filter_text(&filter, request->filter) == 0 &&
		    riad_buf_str(&filter) != NULL)) &&
	    make_input(&input, hook, request) == 0)
		r = run(hook, request, &t,
		    filtered ? (const char *)filter.data : NULL, &input);

	int err = errno;
	riad_buf_free(&input);
	riad_buf_free(&filter);
	if (r == -1 && sink->why[0] == '\0')
		snprintf(sink->why, sizeof(sink->why), "packObjectsHook: %s",
		    strerror(err));
	errno = err;
	return r;
}
