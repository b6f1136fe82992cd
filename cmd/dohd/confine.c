/* SPDX-License-Identifier: ISC */
/* What is open stays open; everything else is given up. */

#include "dohd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "riad/sandbox.h"
#include "riad/service.h"

/* Files are replaced by renaming, so what may be read is where they are. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash != path ? (size_t)(slash - path) : 1);
}

/* Where systems have the certificates that are looked up by name, once they are
 * needed; in one, as a rule, are links to another. */
static const char *const authorities[] = {"/etc/ssl/certs",
    "/usr/lib/ssl/certs", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/etc/pki", "/etc/ca-certificates"};

enum { AUTHORITIES = sizeof(authorities) / sizeof(*authorities) };

static int
enter(const struct dohd_conf *conf)
{
	char *read[DOHD_FILES + AUTHORITIES + 5];
	struct riad_sandbox box = {
	    .read = (const char *const *)read, .network = true};
	const char *why;
	size_t n = 0;
	int r = -1;

	for (size_t i = 0; i < conf->files; i++) {
		const char *path = conf->file[i].path;
		const char *eq =
		    conf->file[i].kind == DOHD_ZONE ? strchr(path, '=') : NULL;
		if ((read[n] = folder_of(eq != NULL ? eq + 1 : path)) == NULL)
			goto done;
		n++;
	}
	if (conf->certificate != NULL) {
		if ((read[n] = folder_of(conf->certificate)) == NULL)
			goto done;
		n++;
		if ((read[n] = folder_of(conf->key)) == NULL)
			goto done;
		n++;
	}
	/* Of a file, all was read; a folder is read from as it is needed. */
	if (conf->ca != NULL && (read[n++] = strdup(conf->ca)) == NULL)
		goto done;
	for (size_t i = 0; conf->ca == NULL && i < AUTHORITIES; i++)
		if ((read[n++] = strdup(authorities[i])) == NULL)
			goto done;
	read[n] = NULL;
	r = riad_sandbox_enter(&box, 0, &why);
	if (r != -1 && r != RIAD_SANDBOX_WHOLE && !conf->quiet)
		riad_warn("sandbox: not whole: this kernel lacks %s",
		    r & RIAD_SANDBOX_FILES ? "seccomp" : "Landlock");
	r = r == -1 ? -1 : 0;
done:
	while (n > 0)
		free(read[--n]);
	return r;
}

int
dohd_confine(const struct dohd_conf *conf)
{
	if (riad_service_become(conf->user) == -1) {
		riad_warn("user %s: %s", conf->user,
		    errno == ENOENT ? "no such user" : strerror(errno));
		return -1;
	}
	if (conf->sandbox && enter(conf) == -1) {
		riad_warn("sandbox: %s", strerror(errno));
		return -1;
	}
	return 0;
}
