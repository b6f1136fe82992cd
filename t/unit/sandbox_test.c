/* SPDX-License-Identifier: ISC */
/* Each trial is a child that confines itself and tries something. */

#include "riad/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static char dir[] = "/tmp/riad-sandbox.XXXXXX";
static char inside[64], outside[64], cache[64], link_to[64], absent[64];
static bool with_cache;

static const char *
at(const char *where, const char *name)
{
	static char path[4][128];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", where, name);
	return path[turn];
}

static void
put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);

	if (fd == -1 || write(fd, "text\n", 5) != 5)
		exit(99);
	close(fd);
}

/* 0 if the trial came off, or the errno that it had. */
static int
in_sandbox(int (*trial)(void))
{
	const char *const read[] = {inside, link_to, absent, NULL};
	const struct riad_sandbox box = {
	    .read = read, .write = with_cache ? cache : NULL};
	const char *why;
	int wstatus;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		int r = riad_sandbox_enter(&box, RIAD_SANDBOX_WHOLE, &why);
		if (r != RIAD_SANDBOX_WHOLE)
			_exit(98);
		errno = 0;
		_exit(trial() == 0 ? 0 : errno);
	}
	waitpid(pid, &wstatus, 0);
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 1000;
}

static int
open_close(const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	return fd == -1 ? -1 : close(fd);
}

static int
read_inside(void)
{
	char text[8];
	int fd = open(at(inside, "file"), O_RDONLY | O_CLOEXEC);

	return fd != -1 && read(fd, text, sizeof(text)) == 5 ? close(fd) : -1;
}

static int
read_beneath_link(void)
{
	return open_close(at(link_to, "file"), O_RDONLY);
}

static int
list_inside(void)
{
	return open_close(inside, O_RDONLY | O_DIRECTORY);
}

static int
read_outside(void)
{
	return open_close(at(outside, "file"), O_RDONLY);
}

static int
read_upwards(void)
{
	return open_close(at(inside, "../out/file"), O_RDONLY);
}

static int
read_passwd(void)
{
	return open_close("/etc/passwd", O_RDONLY);
}

static int
write_inside(void)
{
	return open_close(at(inside, "file"), O_WRONLY);
}

static int
create_inside(void)
{
	return open_close(at(inside, "new"), O_RDWR | O_CREAT);
}

static int
append_inside(void)
{
	return open_close(at(inside, "file"), O_RDONLY | O_APPEND);
}

static int
temp_inside(void)
{
	return open_close(inside, O_RDWR | O_TMPFILE);
}

static int
remove_inside(void)
{
	return unlink(at(inside, "file"));
}

static int
chmod_inside(void)
{
	return chmod(at(inside, "file"), 0777);
}

static int
run_true(void)
{
	char *const argv[] = {(char *)"true", NULL};

	return execv("/bin/true", argv);
}

static int
fork_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : 0;
}

static int
open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) == -1 ? -1 : 0;
}

static int
open_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? -1 : 0;
}

static int
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 ? -1 : 0;
}

static int
kill_parent(void)
{
	return kill(getppid(), SIGWINCH);
}

static int
signal_by_fd(void)
{
	return fcntl(STDOUT_FILENO, F_SETOWN, getppid());
}

static int
read_flags(void)
{
	return fcntl(STDOUT_FILENO, F_GETFL) == -1 ? -1 : 0;
}

static int
give_pages(void)
{
	struct iovec iov = {(char *)"page", 4};
	int p[2];

	if (pipe(p) == -1 || fcntl(p[1], F_GETPIPE_SZ) == -1 ||
	    fcntl(p[1], F_SETPIPE_SZ, 1 << 17) == -1)
		return -1;
	return vmsplice(p[1], &iov, 1, 0) == 4 ? 0 : -1;
}

static int
count_processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) > 0 ? 0 : -1;
}

static int
run_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

static int
raise_limit(void)
{
	const struct rlimit limit = {1 << 20, 1 << 20};

	return setrlimit(RLIMIT_CORE, &limit);
}

static int
read_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_DATA, &limit);
}

static int
die_by_abort(void)
{
	signal(SIGABRT, SIG_IGN);
	return raise(SIGABRT);
}

static void *
work(void *arg)
{
	bool failed = false;
	char *p[64];

	(void)arg;
	for (size_t i = 0; i < 64; i++) {
		p[i] = malloc(i * 10000 + 1);
		if (p[i] == NULL)
			failed = true;
		else
			memset(p[i], 1, i * 10000 + 1);
	}
	for (size_t i = 0; i < 64; i++)
		free(p[i]);
	return failed ? dir : NULL;
}

static int
use_threads(void)
{
	pthread_t t[4];
	void *result;

	for (int i = 0; i < 4; i++) {
		if ((errno = pthread_create(&t[i], NULL, work, NULL)) != 0)
			return -1;
	}
	for (int i = 0; i < 4; i++) {
		if (pthread_join(t[i], &result) != 0 || result != NULL)
			return -1;
	}
	return 0;
}

static int
map_file(void)
{
	int fd = open(at(inside, "file"), O_RDONLY);
	void *p = mmap(NULL, 5, PROT_READ, MAP_PRIVATE, fd, 0);

	return p == MAP_FAILED || memcmp(p, "text\n", 5) != 0 ? -1 : close(fd);
}

static volatile sig_atomic_t rang;

static void
ring(int sig)
{
	rang = sig;
}

static int
be_woken(void)
{
	const struct timespec second = {5, 0};

	signal(SIGALRM, ring);
	alarm(1);
	nanosleep(&second, NULL);
	return rang == SIGALRM ? 0 : -1;
}

static int
keep_file(void)
{
	const char *name = at(cache, "temp");
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0666);

	if (fd == -1 || write(fd, "x", 1) != 1 || fsync(fd) == -1 ||
	    ftruncate(fd, 0) == -1 || close(fd) == -1 ||
	    mkdir(at(cache, "deep"), 0777) == -1 ||
	    rename(name, at(cache, "deep/kept")) == -1)
		return -1;
	return unlink(at(cache, "deep/kept"));
}

static const struct {
	const char *name;
	int (*trial)(void);
	int err;    /* without a cache */
	int cached; /* with one */
} trials[] = {
    {"a file inside is read", read_inside, 0, 0},
    {"a directory inside is listed", list_inside, 0, 0},
    {"a link that was given is followed", read_beneath_link, 0, 0},
    {"a file is mapped", map_file, 0, 0},
    {"threads and their memory", use_threads, 0, 0},
    {"an alarm", be_woken, 0, 0},
    {"limits are read", read_limit, 0, 0},
    {"a signal to oneself", die_by_abort, 0, 0},
    {"a file outside", read_outside, EACCES, EACCES},
    {"one beside, by ..", read_upwards, EACCES, EACCES},
    {"/etc/passwd", read_passwd, EACCES, EACCES},
    {"to write inside", write_inside, EPERM, EACCES},
    {"to create inside", create_inside, EPERM, EACCES},
    {"to append inside", append_inside, EPERM, 0},
    {"a nameless file", temp_inside, EPERM, EACCES},
    {"to remove inside", remove_inside, EPERM, EACCES},
    {"to change a mode", chmod_inside, EPERM, EPERM},
    {"to run a program", run_true, EPERM, EPERM},
    {"to fork", fork_child, EPERM, EPERM},
    {"a socket", open_socket, EPERM, EPERM},
    {"a socket to the world", open_inet, EPERM, EPERM},
    {"to trace", trace_parent, EPERM, EPERM},
    {"to kill", kill_parent, EPERM, EPERM},
    {"to have a descriptor kill", signal_by_fd, EPERM, EPERM},
    {"flags of a descriptor", read_flags, 0, 0},
    {"to give a pipe pages", give_pages, 0, 0},
    {"the number of processors", count_processors, 0, 0},
    {"to run memory", run_memory, EPERM, EPERM},
    {"to raise a limit", raise_limit, EPERM, EPERM},
    {"to write in the cache", keep_file, EPERM, 0},
};

static void
test_trials(void)
{
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		with_cache = false;
		int err = in_sandbox(trials[i].trial);
		ok(err == trials[i].err, "%s: %s", trials[i].name,
		    err < 200 ? strerror(err) : "killed");
		with_cache = true;
		err = in_sandbox(trials[i].trial);
		ok(err == trials[i].cached, "%s, with a cache: %s",
		    trials[i].name, err < 200 ? strerror(err) : "killed");
	}
}

/* As on a kernel that has no such call. */
static int
without(unsigned nr)
{
	struct sock_filter op[] = {
	    {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
	    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, nr},
	    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
	    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	const struct sock_fprog prog = {4, op};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

/* What enter returns where a call is missing, or 100 and more for why. */
static int
lacking(unsigned nr, int want)
{
	const char *const read[] = {inside, NULL};
	const struct riad_sandbox box = {.read = read};
	const char *why;
	int wstatus;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (without(nr) == -1)
			_exit(97);
		int r = riad_sandbox_enter(&box, want, &why);
		if (r == -1)
			_exit(errno != ENOSYS                ? 96
			      : strcmp(why, "Landlock") == 0 ? 101
			      : strcmp(why, "seccomp") == 0  ? 102
							     : 95);
		_exit(r);
	}
	waitpid(pid, &wstatus, 0);
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : -1;
}

static void
test_lacking(void)
{
	ok(lacking(444, RIAD_SANDBOX_WHOLE) == 101, "no Landlock: refused");
	ok(lacking(444, 0) == RIAD_SANDBOX_CALLS, "or the filter alone");
	ok(lacking(SYS_seccomp, RIAD_SANDBOX_WHOLE) == 102,
	    "no seccomp: refused");
	ok(lacking(SYS_seccomp, 0) == RIAD_SANDBOX_FILES, "or Landlock alone");
}

/* What of a server is left: bits of which sockets could be opened. */
static void
test_network(void)
{
	static const int families[] = {
	    AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_ALG};
	const char *const read[] = {inside, NULL};
	const struct riad_sandbox box = {.read = read, .network = true};
	const char *why;
	int wstatus;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		int got = 0;

		if (riad_sandbox_enter(&box, RIAD_SANDBOX_WHOLE, &why) == -1)
			_exit(100);
		for (size_t i = 0; i < sizeof(families) / sizeof(*families);
		     i++)
			if (socket(families[i], SOCK_DGRAM, 0) != -1 ||
			    errno == EAFNOSUPPORT)
				got |= 1 << i;
		_exit(got);
	}
	waitpid(pid, &wstatus, 0);
	ok(WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 7,
	    "a server may open sockets of the Internet and of this host only");
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(inside, sizeof(inside), "%s/in", dir);
	snprintf(outside, sizeof(outside), "%s/out", dir);
	snprintf(cache, sizeof(cache), "%s/cache", dir);
	snprintf(link_to, sizeof(link_to), "%s/link", dir);
	snprintf(absent, sizeof(absent), "%s/absent", dir);
	char far[64];
	snprintf(far, sizeof(far), "%s/far", dir);
	if (mkdir(inside, 0777) || mkdir(outside, 0777) || mkdir(cache, 0777) ||
	    mkdir(far, 0777) || symlink("far", link_to))
		return 1;
	put(at(inside, "file"));
	put(at(outside, "file"));
	put(at(far, "file"));

	const struct riad_sandbox box = {
	    .read = (const char *const[]){inside, NULL}};
	const char *why;
	int wstatus;
	pid_t pid = fork();
	if (pid == 0)
		_exit(riad_sandbox_enter(&box, RIAD_SANDBOX_WHOLE, &why) == -1);
	waitpid(pid, &wstatus, 0);
	if (WEXITSTATUS(wstatus) == 0) {
		test_trials();
		test_lacking();
		test_network();
	} else {
		ok(1, "the sandbox # SKIP not to be had here");
	}

	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) != 0 || tap_done();
}
