/* SPDX-License-Identifier: ISC */
/*
 * What dohd is told while it runs: lines of a command, answered by "ok" or
 * "error: why" and what there is to tell; and dohd ctl, which asks.
 */

#include "dohd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "riad/control.h"

enum { PATH = 108 }; /* unix(7) */

static void
flush_cache(const struct dohd *d, struct riad_buf *answer, const char *arg)
{
	uint8_t name[RIAD_DNS_NAME];
	bool below = strncmp(arg, "*.", 2) == 0;
	bool all = *arg == '\0';
	const char *text = below ? arg + 2 : arg;

	if (d->cache == NULL)
		riad_buf_addstr(answer, "error: there is no cache\n");
	else if (!all &&
		 riad_dns_name_parse(name, text, strlen(text), NULL) == -1)
		riad_buf_addstr(answer, "error: not a name\n");
	else
		riad_buf_addf(answer, "ok\n%zu answers forgotten\n",
		    riad_dns_cache_flush(
			d->cache, all ? NULL : name, all || below));
}

static void
obey(void *ctx, char *line, struct riad_buf *answer)
{
	struct dohd *d = ctx;
	char *arg = strchr(line, ' ');

	if (arg != NULL)
		*arg++ = '\0';
	else
		arg = line + strlen(line);
	if (strcmp(line, "stats") == 0) {
		riad_buf_addstr(answer, "ok\n");
		if (strcmp(arg, "prometheus") == 0)
			dohd_stat_prometheus(answer, d);
		else
			dohd_stat_json(answer, d);
	} else if (strcmp(line, "flush") == 0)
		flush_cache(d, answer, arg);
	else if (strcmp(line, "reload") == 0)
		riad_buf_addstr(answer,
		    dohd_reload(d) == 0 ? "ok\n"
					: "error: the server's log says why\n");
	else
		riad_buf_addstr(
		    answer, "error: stats, flush or reload expected\n");
}

static const char *
path_of(const char *path)
{
	static char own[PATH];
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (path != NULL)
		return path;
	if (geteuid() == 0 || run == NULL || *run != '/' ||
	    snprintf(own, sizeof(own), "%s/dohd.sock", run) >= (int)sizeof(own))
		return "/run/dohd.sock";
	return own;
}

int
dohd_ctl_open(struct dohd *d)
{
	const char *path = path_of(d->conf->ctl);

	d->ctl = riad_control_open(&d->loop, path, obey, d);
	if (d->ctl != NULL)
		return 0;
	/* The default is a convenience that may not be there. */
	if (d->conf->ctl != NULL || !d->conf->quiet)
		riad_warn("%s: %s", path, strerror(errno));
	return d->conf->ctl != NULL ? -1 : 0;
}

int
dohd_ctl_ask(const char *path, int argc, char *argv[])
{
	static struct riad_out out;
	struct riad_buf text;
	int status = RIAD_FAIL;

	path = path_of(path);
	riad_buf_init(&text, 2 * RIAD_CONTROL_ANSWER);
	for (int i = 0; i < argc; i++) {
		riad_buf_addstr(&text, argv[i]);
		riad_buf_addc(&text, i + 1 < argc ? ' ' : '\n');
	}
	if (riad_control_ask(&text, path) == -1)
		riad_warn("%s: %s%s", path, strerror(errno),
		    errno == ENOENT || errno == ECONNREFUSED
			? ": no dohd runs there"
			: "");
	else if (text.len < 3 || memcmp(text.data, "ok\n", 3) != 0)
		riad_warn("%.*s", (int)(text.len != 0 ? text.len - 1 : 0),
		    (const char *)text.data);
	else {
		riad_out_init(&out, STDOUT_FILENO);
		riad_out_add(&out, text.data + 3, text.len - 3);
		status = riad_finish(&out, RIAD_OK);
	}
	riad_buf_free(&text);
	return status;
}
