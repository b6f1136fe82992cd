/* SPDX-License-Identifier: ISC */
/* words of the command line -> the control socket -> stdout */

#include "dohd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "riad/io.h"

enum { ANSWER = 1 << 20, CHUNK = 65536 };

/* Sends text, and reads the answer into its place. */
static int
converse(struct riad_buf *text, const struct sockaddr_un *to)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n = -1;

	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 &&
	    riad_write(fd, text->data, text->len) == 0) {
		text->len = 0;
		while (riad_buf_reserve(text, CHUNK) == 0 &&
		       (n = riad_read(fd, text->data + text->len, CHUNK)) > 0)
			text->len += (size_t)n;
	}
	int err = errno;
	close(fd);
	errno = err;
	return n == 0 ? 0 : -1;
}

int
dohd_ctl_ask(const char *path, int argc, char *argv[])
{
	static struct riad_out out;
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct riad_buf text;
	int status = RIAD_FAIL;

	path = dohd_ctl_path(path);
	if (strlen(path) >= sizeof(to.sun_path)) {
		riad_warn("%s: the path is too long for a socket", path);
		return RIAD_FAIL;
	}
	memcpy(to.sun_path, path, strlen(path) + 1);
	riad_buf_init(&text, ANSWER);
	for (int i = 0; i < argc; i++) {
		riad_buf_addstr(&text, argv[i]);
		riad_buf_addc(&text, i + 1 < argc ? ' ' : '\n');
	}
	if (converse(&text, &to) == -1)
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
