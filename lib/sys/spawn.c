/* SPDX-License-Identifier: ISC */

#include "riad/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "riad/io.h"

/* dup2(2) leaves close-on-exec set where both are the same. */
static int
move_to(int fd, int target)
{
	if (fd == target)
		return fcntl(fd, F_SETFD, 0);
	return dup2(fd, target);
}

static _Noreturn void
child(char *const argv[], int in, int out, const sigset_t *mask, int report)
{
	/* Standard output may be where in is to be copied from, so aside. */
	if (out == STDIN_FILENO)
		out = fcntl(out, F_DUPFD_CLOEXEC, 3);
	if (out != -1 && move_to(in, STDIN_FILENO) != -1 &&
	    move_to(out, STDOUT_FILENO) != -1 &&
	    sigprocmask(SIG_SETMASK, mask, NULL) != -1)
		execvp(argv[0], argv);

	int err = errno;
	(void)riad_write(report, &err, sizeof(err));
	_exit(RIAD_EXIT_CANNOT_RUN);
}

pid_t
riad_spawn(char *const argv[], int in, int out, const sigset_t *mask)
{
	int report[2];

	/* It closes by itself when exec succeeds. */
	if (pipe2(report, O_CLOEXEC) == -1)
		return -1;

	pid_t pid = fork();
	if (pid == 0)
		child(argv, in, out, mask, report[1]);
	int err = pid == -1 ? errno : 0;
	close(report[1]);
	if (pid != -1 && riad_read(report[0], &err, sizeof(err)) > 0) {
		int wstatus;
		(void)riad_wait(pid, &wstatus, 0);
		pid = -1;
	}
	close(report[0]);
	errno = err;
	return pid;
}

int
riad_wait(pid_t pid, int *wstatus, int options)
{
	pid_t r;

	while ((r = waitpid(pid, wstatus, options)) == -1 && errno == EINTR)
		;
	return r == -1 ? -1 : r > 0;
}

int
riad_end_like(int wstatus)
{
	if (!WIFSIGNALED(wstatus))
		return WEXITSTATUS(wstatus);

	int sig = WTERMSIG(wstatus);
	const struct rlimit none = {0, 0};
	sigset_t set;

	/* The command has left a core if one was wanted; ours is of no use. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(sig);
	return 128 + sig;
}
