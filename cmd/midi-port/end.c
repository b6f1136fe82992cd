/* SPDX-License-Identifier: ISC */
/* Ends: found, opened, gone, and waited for. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/text.h"

/* How long until a path that isn't there is tried again. */
#define RETRY_NS (100 * NS_PER_MS)

void
end_init(struct end *end, const char *spec, bool output, bool serial)
{
	*end = (struct end){
	    .spec = spec,
	    .how = END_NAME,
	    .output = output,
	    .serial = serial,
	    .lost_next = 0,
	};
	riad_port_init(&end->port);
	if (strcmp(spec, "-") == 0) {
		end->how = END_STANDARD;
		end->spec = output ? "standard output" : "standard input";
	} else if (serial || *spec == '/' || *spec == '.' ||
		   (strchr(spec, '/') != NULL && access(spec, F_OK) == 0)) {
		end->how = END_PATH;
	}
}

/* A device that will be there when somebody plugs it in. */
static bool
is_absence(int err)
{
	return err == ENOENT || err == ENODEV || err == ENXIO || err == EIO;
}

/* The other way of the same line needn't be told of as well. */
static const char *told_spec;

static void
tell_back(struct end *end)
{
	if (!end->told)
		return;
	riad_warn("%s: is back", end->spec);
	told_spec = NULL;
	end->told = false;
}

static int
is_away(struct end *end, const char *why)
{
	end->state = END_AWAY;
	end->retry = now_ns() + RETRY_NS;
	end->was_away = true;
	if (end->told || told_spec == end->spec)
		return RIAD_OK;
	riad_warn("%s: %s: waiting for it", end->spec, why);
	told_spec = end->spec;
	end->told = true;
	return RIAD_OK;
}

static void
take_open(struct end *end)
{
	end->state = END_OPEN;
	if (end->output && opt.pace)
		riad_port_pace(&end->port, opt.baud);
}

static int
open_path(struct end *end)
{
	if (riad_port_open(&end->port, end->spec, end->output, end->serial,
		opt.baud) == 0) {
		take_open(end);
		tell_back(end);
		return RIAD_OK;
	}
	/* Who opens a FIFO waits for the other side; nobody is told so. */
	if (errno == ENXIO && end->output && !end->serial && !opt.wait &&
	    strncmp(end->spec, "/dev/", 5) != 0) {
		end->state = END_AWAY;
		end->retry = now_ns() + RETRY_NS;
		return RIAD_OK;
	}
	/* The rights to a device that came just now are still being set. */
	if (opt.wait && (is_absence(errno) || end->was_away))
		return is_away(end, strerror(errno));
	riad_warn("%s: %s", end->spec,
	    errno == ENOTSUP ? "cannot be had at that speed" : strerror(errno));
	return RIAD_FAIL;
}

/* What was open before comes back by its whole name; else anything that goes by
 * what was asked for, but a number, which doesn't outlive a change. */
static int
find(const struct end *end, const struct riad_port_scan *scan, size_t either[2])
{
	uint64_t number;
	int i = -1;

	if (end->name != NULL)
		i = riad_port_find(
		    scan->devices, scan->n, end->name, end->output, either);
	if (i >= 0 || (end->name != NULL &&
			  riad_parse_u64(&number, end->spec, INT32_MAX) == 0))
		return i;
	return riad_port_find(
	    scan->devices, scan->n, end->spec, end->output, either);
}

static int
open_name(struct end *end, const struct riad_port_scan *scan)
{
	size_t either[2];
	int i = find(end, scan, either);

	/* Which it is may be clear again once it is back. */
	if (i == -2 && end->was_away && end->name != NULL)
		return RIAD_OK;
	if (i == -2) {
		riad_warn("%s: may be '%s' (%d) or '%s' (%d)", end->spec,
		    scan->devices[either[0]].name, scan->devices[either[0]].id,
		    scan->devices[either[1]].name, scan->devices[either[1]].id);
		return RIAD_FAIL;
	}
	if (i == -1) {
		const char *why = end->output ? "no such output device"
					      : "no such input device";
		if (opt.wait)
			return is_away(end, why);
		const char *more = " (--list shows them; a path has / or . in "
				   "front)";
		if (!riad_port_has_devices) {
			why = "built without portmidi, takes paths only";
			more = "";
		}
		riad_warn("%s: %s%s", end->spec, why, more);
		return RIAD_FAIL;
	}
	char *name = strdup(scan->devices[i].name);
	if (name == NULL || riad_port_open_device(&end->port, &scan->devices[i],
				end->output) == -1) {
		riad_warn("%s: %s", end->spec, strerror(errno));
		free(name);
		return RIAD_FAIL;
	}
	free(end->name);
	end->name = name;
	take_open(end);
	return RIAD_OK;
}

int
end_open(struct end *end, const struct riad_port_scan *scan)
{
	switch (end->how) {
	case END_STANDARD:
		riad_port_use(&end->port,
		    end->output ? STDOUT_FILENO : STDIN_FILENO, end->output);
		take_open(end);
		return RIAD_OK;
	case END_PATH:
		return open_path(end);
	default:
		return open_name(end, scan);
	}
}

int
end_reopen(struct end *end)
{
	struct riad_port old = end->port;
	int status = open_path(end);

	riad_port_close(&old);
	return status;
}

int
end_scanned(struct end *end, const struct riad_port_scan *scan)
{
	if (end->how != END_NAME || end->state == END_DONE)
		return RIAD_OK;
	if (end->state == END_AWAY)
		return end_open(end, scan);
	for (size_t i = 0; i < scan->n; i++) {
		const struct riad_port_device *d = &scan->devices[i];
		if ((end->output ? d->output : d->input) &&
		    strcmp(d->name, end->name) == 0) {
			/* Its server hasn't said otherwise since. */
			tell_back(end);
			return RIAD_OK;
		}
	}
	errno = ENODEV;
	return RIAD_FAIL;
}

int
end_gone(struct end *end)
{
	const char *why = end->port.why;
	char reason[sizeof(end->port.why) + 64];

	if (*why == '\0')
		why = errno == 0 || errno == ENODEV ? "unplugged"
						    : strerror(errno);
	snprintf(reason, sizeof(reason), "%s", why);
	end_losses(end, 0, true);
	/* A pipe that is full or a file that can't be read won't mend. */
	bool may_come_back = end->how == END_NAME ||
			     (end->how == END_PATH &&
				 (end->port.is_device || end->port.is_fifo));
	riad_port_close(&end->port);
	if (opt.wait && may_come_back)
		return is_away(end, reason);
	if (told_spec != end->spec)
		riad_warn("%s: %s", end->spec, reason);
	told_spec = end->spec;
	end->state = END_DONE;
	return RIAD_FAIL;
}

void
end_losses(struct end *end, int64_t now, bool last)
{
	if (!last && now < end->lost_next)
		return;
	if (end->state == END_OPEN) {
		end->lost += riad_port_overflows(&end->port);
		end->stray += riad_port_strays(&end->port);
	}
	if (end->lost > end->lost_told) {
		riad_warn("%s: %" PRIu64 " overflow%s: %s was lost", end->spec,
		    end->lost, end->lost == 1 ? "" : "s",
		    end->output ? "output" : "input");
	}
	if (end->stray > end->stray_told) {
		riad_warn("%s: %" PRIu64 " byte%s of no message dropped",
		    end->spec, end->stray, end->stray == 1 ? "" : "s");
	}
	end->lost_told = end->lost;
	end->stray_told = end->stray;
	end->lost_next = now + NS_PER_S;
}

void
end_close(struct end *end)
{
	end_losses(end, 0, true);
	riad_port_close(&end->port);
	free(end->name);
	end->name = NULL;
	end->state = END_DONE;
}
