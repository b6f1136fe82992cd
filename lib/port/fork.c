/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "backend.h"

/* What the main process holds open, it must be able to close. */
static void
close_others(int fd, int limit)
{
	for (int i = STDERR_FILENO + 1; i < limit; i++)
		if (i != fd)
			close(i);
}

pid_t
riad_port_fork(int fd, int says, void (*run)(int fd, void *ctx), void *ctx)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;

	/* The signals of a terminal are for the main process, which then has
	 * something left to send.  That it is gone is seen by the socket. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);

	int null = open("/dev/null", O_RDWR);
	if (null == -1)
		_exit(1);
	dup2(null, STDIN_FILENO);
	dup2(says != -1 ? says : null, STDOUT_FILENO);
	dup2(says != -1 ? says : null, STDERR_FILENO);
	long limit = sysconf(_SC_OPEN_MAX);
	close_others(fd, limit > 0 && limit < 1024 ? (int)limit : 1024);
	run(fd, ctx);
	_exit(0);
}
