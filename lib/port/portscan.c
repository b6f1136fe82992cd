/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "riad/io.h"
#include "riad/port.h"
#include "riad/text.h"

/* Of all that a scan prints: some thousand devices. */
#define TEXT_MAX ((size_t)1 << 20)

void
riad_port_scan_init(struct riad_port_scan *scan)
{
	*scan = (struct riad_port_scan){.fd = -1};
	riad_buf_init(&scan->text, TEXT_MAX);
}

static void
stop(struct riad_port_scan *scan)
{
	if (scan->fd != -1)
		close(scan->fd);
	scan->fd = -1;
	if (scan->pid > 0) {
		kill(scan->pid, SIGKILL);
		while (waitpid(scan->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	scan->pid = 0;
}

void
riad_port_scan_free(struct riad_port_scan *scan)
{
	stop(scan);
	riad_buf_free(&scan->text);
	free(scan->devices);
	scan->devices = NULL;
	scan->n = 0;
}

static void
list(int fd, void *ctx)
{
	(void)fd;
	(void)ctx;
	riad_port_list_devices(stdout);
}

int
riad_port_scan_start(struct riad_port_scan *scan)
{
	int fds[2];

	stop(scan);
	scan->text.len = 0;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	scan->pid = riad_port_fork(-1, fds[1], list, NULL);
	int saved = errno;
	close(fds[1]);
	if (scan->pid == -1) {
		scan->pid = 0;
		close(fds[0]);
		errno = saved;
		return -1;
	}
	scan->fd = fds[0];
	return 0;
}

/* Cuts a line at its next tab; what was before it. */
static char *
field(char **line)
{
	char *start = *line;

	*line += strcspn(start, "\t");
	if (**line != '\0')
		*(*line)++ = '\0';
	return start;
}

static bool
parse_device(struct riad_port_device *device, char *line)
{
	uint64_t id;

	if (strncmp(line, DEVICE_MARK, strlen(DEVICE_MARK)) != 0)
		return false;
	line += strlen(DEVICE_MARK);
	if (riad_parse_u64(&id, field(&line), INT32_MAX) == -1)
		return false;
	const char *ways = field(&line);
	device->id = (int)id;
	device->input = strchr(ways, 'i') != NULL;
	device->output = strchr(ways, 'o') != NULL;
	device->interf = field(&line);
	device->name = line;
	return true;
}

/* What a library prints where there is no device is no news. */
static bool
is_news(const char *line)
{
	return *line != '\0' && strstr(line, strerror(ENOENT)) == NULL &&
	       strstr(line, strerror(ENODEV)) == NULL &&
	       strstr(line, strerror(ENXIO)) == NULL;
}

static int
parse(struct riad_port_scan *scan)
{
	size_t lines = 0;
	char *said = NULL;

	if (riad_buf_str(&scan->text) == NULL)
		return -1;
	char *text = (char *)scan->text.data;
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	free(scan->devices);
	scan->n = 0;
	scan->devices = calloc(lines + 1, sizeof(*scan->devices));
	if (scan->devices == NULL)
		return -1;
	for (char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		*end = '\0';
		if (parse_device(&scan->devices[scan->n], text))
			scan->n++;
		else if (said == NULL && is_news(text))
			said = text;
	}
	scan->said = said;
	return 1;
}

int
riad_port_scan_read(struct riad_port_scan *scan, bool wait)
{
	for (;;) {
		struct pollfd pfd = {.fd = scan->fd, .events = POLLIN};
		int ready = poll(&pfd, 1, wait ? -1 : 0);
		if (ready == 0)
			return 0;
		if (ready == -1 && errno != EINTR)
			return -1;
		if (ready == -1)
			continue;
		if (riad_buf_reserve(&scan->text, 4096) == -1)
			break;
		ssize_t n =
		    riad_read(scan->fd, scan->text.data + scan->text.len, 4096);
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		scan->text.len += (size_t)n;
	}
	stop(scan);
	return parse(scan);
}

/* Does part occur in name, in either case of letters? */
static bool
contains(const char *name, const char *part)
{
	size_t len = strlen(part);

	for (; *name != '\0'; name++)
		if (strncasecmp(name, part, len) == 0)
			return true;
	return false;
}

int
riad_port_find(const struct riad_port_device *devices, size_t n,
    const char *name, bool output, size_t either[2])
{
	uint64_t id;
	bool is_number = riad_parse_u64(&id, name, INT32_MAX) == 0;

	/* First by the number, then by the whole name, then by a part. */
	for (int pass = is_number ? 0 : 1; pass < 3; pass++) {
		size_t found = 0;
		for (size_t i = 0; i < n; i++) {
			const struct riad_port_device *d = &devices[i];
			if (!(output ? d->output : d->input))
				continue;
			bool is = pass == 0   ? d->id == (int)id
				  : pass == 1 ? strcasecmp(d->name, name) == 0
					      : *name != '\0' &&
						    contains(d->name, name);
			if (is && found < 2)
				either[found] = i;
			found += is;
		}
		if (found > 1)
			return -2;
		if (found == 1)
			return (int)either[0];
	}
	return -1;
}
