/* SPDX-License-Identifier: ISC */

#include "riad/tracefile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "riad/io.h"

int
riad_tracefile_open(struct riad_tracefile *t, const char *value, bool bare)
{
	t->fd = -1;
	t->bare = bare;
	if (value == NULL || *value == '\0' || strcmp(value, "0") == 0 ||
	    strcasecmp(value, "false") == 0)
		return 0;
	/* The time zone is a file, and there may come a day when none can be
	 * opened. */
	tzset();
	if (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0)
		t->fd = STDERR_FILENO;
	else if (isdigit((unsigned char)value[0]) && value[1] == '\0')
		t->fd = value[0] - '0';
	else if (*value == '/')
		t->fd = open(value,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	else
		errno = EINVAL;
	return t->fd == -1 ? -1 : 0;
}

void
riad_tracefile_line(
    struct riad_tracefile *t, const char *source, const char *text, size_t len)
{
	char head[64];
	int n = 0;

	if (t->fd == -1)
		return;
	if (!t->bare) {
		struct timespec now;
		struct tm tm;
		clock_gettime(CLOCK_REALTIME, &now);
		localtime_r(&now.tv_sec, &tm);
		n = snprintf(head, sizeof(head),
		    "%02d:%02d:%02d.%06ld %-23.40s ", tm.tm_hour, tm.tm_min,
		    tm.tm_sec, now.tv_nsec / 1000, source);
		if (n < 0 || (size_t)n >= sizeof(head))
			n = 0;
	}
	struct iovec iov[] = {
	    {head, (size_t)n},
	    {(void *)text, len},
	    {(void *)"\n", 1},
	};
	if (riad_writev(t->fd, iov, 3) == -1)
		t->fd = -1;
}

static size_t
put(char *text, size_t size, size_t at, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++, at++) {
		if (at + 1 < size)
			text[at] = s[i];
	}
	return at;
}

void
riad_tracefile_quote(char *text, size_t size, char *const argv[])
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789+,-./:=@_^";
	size_t at = 0;

	for (; *argv != NULL; argv++) {
		const char *s = *argv;
		bool quote = *s == '\0' || s[strspn(s, plain)] != '\0';
		at = put(text, size, at, " '", quote ? 2 : 1);
		for (; *s != '\0'; s++) {
			char out[] = "'\\x'";
			out[2] = *s;
			if (*s == '\'' || *s == '!')
				at = put(text, size, at, out, 4);
			else
				at = put(text, size, at, s, 1);
		}
		at = put(text, size, at, "'", quote ? 1 : 0);
	}
	if (size > 0)
		text[at < size ? at : size - 1] = '\0';
}
