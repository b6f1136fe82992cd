/* SPDX-License-Identifier: ISC */

#include "riad/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap.h"

static struct riad_loop loop;
static char path[64];

static void
obey(void *ctx, char *line, struct riad_buf *answer)
{
	unsigned *lines = ctx;

	++*lines;
	if (strcmp(line, "much") == 0)
		for (int i = 0; i < 60000; i++)
			riad_buf_addstr(answer, "0123456789abcdef");
	else if (strcmp(line, "nothing") != 0)
		riad_buf_addf(answer, "%s!", line);
}

static void
stop(struct riad_timer *timer)
{
	(void)timer;
	riad_loop_stop(&loop);
}

static void
run(void)
{
	struct riad_timer timer = {.call = stop};

	riad_timer_set(&loop, &timer, riad_now() + 20000000);
	riad_loop_run(&loop);
}

static int
reach(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)) == -1)
		abort();
	return fd;
}

/* What comes for what is sent, to the end: how many bytes. */
static size_t
ask(const char *text, char *answer, size_t max)
{
	int fd = reach();
	size_t got = 0;
	ssize_t n = 0;

	if (send(fd, text, strlen(text), 0) == -1)
		abort();
	for (int i = 0; i < 100; i++) {
		run();
		while (
		    (n = recv(fd, answer + got, max - got, MSG_DONTWAIT)) > 0)
			got += (size_t)n;
		if (n == 0)
			break;
	}
	close(fd);
	return n == 0 ? got : SIZE_MAX;
}

int
main(void)
{
	static char answer[RIAD_CONTROL_ANSWER + 1];
	static char text[RIAD_CONTROL_LINE + 10];
	unsigned lines = 0;
	struct stat st;
	char *dir = strdup("/tmp/riad-control.XXXXXX");

	if (dir == NULL || mkdtemp(dir) == NULL || riad_loop_init(&loop) == -1)
		abort();
	snprintf(path, sizeof(path), "%s/ctl", dir);
	struct riad_control *c = riad_control_open(&loop, path, obey, &lines);
	ok(c != NULL && stat(path, &st) == 0 && (st.st_mode & 0077) == 0,
	    "a socket, for its owner");
	ok(riad_control_open(&loop, path, obey, &lines) == NULL &&
		errno == EADDRINUSE,
	    "and only one");
	ok(ask("hello\n", answer, sizeof(answer)) == 6 &&
		memcmp(answer, "hello!", 6) == 0,
	    "a line is answered");
	ok(ask("much\n", answer, sizeof(answer)) == (size_t)60000 * 16,
	    "at length");
	ok(ask("nothing\n", answer, sizeof(answer)) == 0, "or not at all");
	memset(text, 'x', sizeof(text) - 1);
	lines = 0;
	size_t n = ask(text, answer, sizeof(answer));
	ok(n < 100 && memcmp(answer, "error: ", 7) == 0 && lines == 0,
	    "a line without an end has one");
	int many[12];
	for (int i = 0; i < 12; i++) {
		many[i] = reach();
		run();
	}
	unsigned refused = 0;
	for (int i = 0; i < 12; i++) {
		refused += recv(many[i], answer, 1, MSG_DONTWAIT) == 0;
		close(many[i]);
	}
	ok(refused == 4, "eight at a time, and no more");
	run();
	ok(ask("hello\n", answer, sizeof(answer)) == 6, "then others");
	riad_control_close(c);
	ok(stat(path, &st) == -1, "it is taken away");

	/* What a dead server leaves, and what is no socket. */
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) == -1)
		abort();
	close(fd);
	c = riad_control_open(&loop, path, obey, &lines);
	ok(c != NULL, "a socket that was left is taken away");
	riad_control_close(c);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	ok(riad_control_open(&loop, path, obey, &lines) == NULL &&
		stat(path, &st) == 0,
	    "a file is not");
	unlink(path);
	struct riad_buf buf;
	riad_buf_init(&buf, 100);
	ok(riad_control_ask(&buf, path) == -1 && errno == ENOENT,
	    "nobody is there to ask");
	ok(riad_control_open(&loop, "", obey, &lines) == NULL &&
		errno == ENAMETOOLONG,
	    "a path that is none");
	rmdir(dir);
	free(dir);
	riad_loop_free(&loop);
	return tap_done();
}
