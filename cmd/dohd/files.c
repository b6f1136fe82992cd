/* SPDX-License-Identifier: ISC */
/* files -> their readers -> local data */

#include "dohd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "riad/dnszonefile.h"
#include "riad/io.h"

enum { FILE_MAX = 256 << 20, LOCAL_MAX = 512 << 20, DEPTH = 4 };

struct zone {
	struct riad_dns_local *local;
	const char *path;
	unsigned depth;
	bool has_apex;
	bool said;
};

/* A file whole.  0, or -1 with errno. */
static int
read_file(struct riad_buf *to, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return -1;
	do {
		n = -1;
		if (riad_buf_reserve(to, 65536) == -1)
			break;
		n = riad_read(fd, to->data + to->len, 65536);
		if (n > 0)
			to->len += (size_t)n;
	} while (n > 0);
	int err = errno;
	close(fd);
	errno = err;
	return n == -1 ? -1 : 0;
}

static int
take_record(void *ctx, const struct riad_dns_record *record)
{
	struct zone *z = ctx;

	if (!z->has_apex) {
		if (riad_dns_local_zone(z->local, record->name) == -1)
			return -1;
		z->has_apex = true;
	}
	return riad_dns_local_add(z->local, record);
}

static int read_zone(struct zone *z, const char *path, const uint8_t *origin);

static int
include(void *ctx, const char *path, const uint8_t *origin)
{
	struct zone *z = ctx;
	int r;

	if (z->depth == DEPTH) {
		errno = EMSGSIZE;
		return -1;
	}
	z->depth++;
	r = read_zone(z, path, origin);
	z->depth--;
	return r;
}

static int
read_zone(struct zone *z, const char *path, const uint8_t *origin)
{
	struct riad_dns_zonefile file = {
	    .record = take_record, .include = include, .ctx = z};
	struct riad_buf text;
	int r = -1;

	memcpy(file.origin, origin, riad_dns_name_len(origin));
	riad_buf_init(&text, FILE_MAX);
	if (read_file(&text, path) == -1)
		riad_warn("%s: %s", path, strerror(errno));
	else if (riad_dns_zonefile_read(
		     &file, (const char *)text.data, text.len) == -1) {
		if (!z->said)
			riad_warn("%s: line %" PRIu64 ", column %" PRIu64
				  ": %s",
			    path, file.line, file.column,
			    file.why != NULL ? file.why : strerror(errno));
	} else
		r = 0;
	z->said = z->said || r == -1;
	riad_buf_free(&text);
	return r;
}

/* "NAME=FILE", or a FILE that says its origin itself. */
static int
add_zone(struct riad_dns_local *local, const char *arg)
{
	struct zone z = {.local = local};
	uint8_t origin[RIAD_DNS_NAME] = {0};
	const char *eq = strchr(arg, '=');

	if (eq != NULL &&
	    riad_dns_name_parse(origin, arg, (size_t)(eq - arg), NULL) == -1) {
		riad_warn("--zone %s: NAME=FILE or FILE expected", arg);
		return -1;
	}
	if (eq != NULL) {
		if (riad_dns_local_zone(local, origin) == -1) {
			riad_warn("--zone %s: %s", arg, strerror(errno));
			return -1;
		}
		z.has_apex = true;
	}
	return read_zone(&z, eq != NULL ? eq + 1 : arg, origin);
}

static int
add_list(struct riad_dns_local *local, const char *path, bool block, bool quiet)
{
	struct riad_buf text;
	uint64_t skipped = 0;
	int r = -1;

	riad_buf_init(&text, FILE_MAX);
	if (read_file(&text, path) == 0)
		r = (block ? riad_dns_local_block : riad_dns_local_hosts)(
		    local, (const char *)text.data, text.len, &skipped);
	if (r == -1)
		riad_warn("%s: %s", path, strerror(errno));
	else if (skipped != 0 && !quiet)
		riad_warn("%s: %" PRIu64 " line%s nothing and %s passed over",
		    path, skipped, skipped == 1 ? " says" : "s say",
		    skipped == 1 ? "is" : "are");
	riad_buf_free(&text);
	return r;
}

struct riad_dns_local *
dohd_files_read(const struct dohd_conf *conf)
{
	struct riad_dns_local *local = riad_dns_local_new(LOCAL_MAX);
	const char *why = NULL;
	int r = 0;

	if (local == NULL) {
		riad_warn("%s", strerror(errno));
		return NULL;
	}
	for (size_t i = 0; i < conf->domains && r == 0; i++)
		if ((r = riad_dns_local_ask(local, conf->domain[i].name)) == -1)
			riad_warn("%s", strerror(errno));
	for (size_t i = 0; i < conf->files && r == 0; i++) {
		const char *path = conf->file[i].path;
		r = conf->file[i].kind == DOHD_ZONE
			? add_zone(local, path)
			: add_list(local, path,
			      conf->file[i].kind == DOHD_BLOCK, conf->quiet);
	}
	if (r == 0 && riad_dns_local_seal(local, &why) == -1) {
		riad_warn(
		    "local data: %s", why != NULL ? why : strerror(errno));
		r = -1;
	}
	if (r == -1) {
		riad_dns_local_free(local);
		return NULL;
	}
	return local;
}
