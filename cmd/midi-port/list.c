/* SPDX-License-Identifier: ISC */
/* What there is: devices of portmidi, raw devices, serial lines. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/json.h"
#include "riad/out.h"
#include "riad/text.h"

struct list {
	struct riad_out out;
	bool json, any;
};

/* A row, or an object: number -1 is none. */
static int
row(struct list *l, const char *type, int number, bool input, bool output,
    const char *name, const char *info)
{
	const char *way = input && output ? "both" : input ? "in" : "out";
	char digits[16] = "";

	if (l->json) {
		struct riad_json json;
		riad_json_begin(&json, &l->out);
		riad_json_str(&json, "type", type);
		if (number >= 0)
			riad_json_u64(&json, "number", (uint64_t)number);
		riad_json_str(&json, "direction", way);
		riad_json_str(&json, "name", name);
		if (*info != '\0')
			riad_json_str(&json, "info", info);
		riad_json_end(&json);
		return 0;
	}

	struct riad_buf line;
	riad_buf_init(&line, 1 << 16);
	if (number >= 0)
		snprintf(digits, sizeof(digits), "%d", number);
	if (!l->any)
		riad_out_str(&l->out, "TYPE      NUMBER  WAY   NAME\n");
	l->any = true;
	int r = riad_buf_addf(&line, "%-8s  %6s  %-4s  ", type, digits, way);
	if (r == 0)
		r = riad_escape(&line, name, strlen(name));
	if (r == 0 && *info != '\0')
		r = riad_buf_addstr(&line, "  (");
	if (r == 0 && *info != '\0')
		r = riad_escape(&line, info, strlen(info));
	if (r == 0)
		r = riad_buf_addstr(&line, *info != '\0' ? ")\n" : "\n");
	if (r == 0)
		riad_out_add(&l->out, line.data, line.len);
	riad_buf_free(&line);
	return r;
}

static int
path(void *ctx, const struct riad_port_path *found)
{
	return row(ctx, found->serial ? "serial" : "raw", -1, found->input,
	    found->output, found->path, found->name);
}

int
list_devices(bool json)
{
	static struct list l;
	struct riad_port_scan scan;
	int status = RIAD_OK;

	l.json = json;
	riad_out_init(&l.out, STDOUT_FILENO);
	riad_port_scan_init(&scan);
	if (riad_port_scan_start(&scan) == -1 ||
	    riad_port_scan_read(&scan, true) == -1) {
		riad_warn("devices: %s", strerror(errno));
		status = RIAD_FAIL;
	}
	if (scan.said != NULL) {
		riad_warn("portmidi: %s", scan.said);
		status = RIAD_FAIL;
	}
	int r = 0;
	for (size_t i = 0; i < scan.n && r == 0; i++) {
		const struct riad_port_device *d = &scan.devices[i];
		r = row(&l, "portmidi", d->id, d->input, d->output, d->name,
		    d->interf);
	}
	if (r == 0)
		r = riad_port_paths("", path, &l);
	if (r == -1) {
		riad_warn("%s", strerror(errno));
		status = RIAD_FAIL;
	}
	if (!json && !l.any && status == RIAD_OK)
		riad_warn("no MIDI device found");
	riad_port_scan_free(&scan);
	return riad_finish(&l.out, status);
}
