/* SPDX-License-Identifier: ISC */
/* The system calls that serving takes, as a program for seccomp(2). */

#include "sandbox.h"

#include <errno.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* Numbers that headers may lack; the same on both. */
enum { NR_CLONE3 = 435, NR_FACCESSAT2 = 439, NR_FUTEX_WAIT = 455 };
enum { NR_FUTEX_WAKE = 454, NR_RSEQ_X86 = 334, NR_RSEQ_ARM = 293 };

/* Those that may be called with any arguments. */
static const int plain[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_preadv,
    SYS_write,
    SYS_writev,
    SYS_sendfile,
    SYS_splice,
    SYS_vmsplice,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_fstatfs,
    SYS_statfs,
    SYS_faccessat,
    NR_FACCESSAT2,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_getdents64,
    SYS_lseek,
    SYS_flock,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_fadvise64,
    SYS_readahead,
    /* memory */
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_mincore,
    SYS_msync,
    SYS_brk,
    SYS_membarrier,
    /* threads */
    SYS_futex,
    NR_FUTEX_WAIT,
    NR_FUTEX_WAKE,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_set_tid_address,
#ifdef __x86_64__
    NR_RSEQ_X86,
#else
    NR_RSEQ_ARM,
#endif
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_sched_get_priority_max,
    SYS_sched_get_priority_min,
    SYS_getcpu,
    SYS_gettid,
    SYS_exit,
    SYS_exit_group,
    /* signals and time */
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigpending,
    SYS_rt_sigtimedwait,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_setitimer,
    SYS_getitimer,
    SYS_timer_create,
    SYS_timer_settime,
    SYS_timer_gettime,
    SYS_timer_getoverrun,
    SYS_timer_delete,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_ppoll,
    SYS_pselect6,
    /* who and what we are */
    SYS_getpid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getrandom,
    SYS_getrusage,
    SYS_times,
    SYS_uname,
    SYS_sysinfo,
#ifdef __x86_64__
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_getdents,
    SYS_poll,
    SYS_select,
    SYS_alarm,
    SYS_pause,
    SYS_time,
    SYS_dup2,
    SYS_pipe,
    SYS_getrlimit,
    SYS_arch_prctl,
#else
    SYS_getrlimit,
#endif
};

/* What it takes beside them to keep files in the cache. */
static const int writing[] = {
    SYS_pwrite64,
    SYS_pwritev,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_fchmod,
    SYS_umask,
    SYS_utimensat,
    SYS_unlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_linkat,
    SYS_mkdirat,
#ifdef __x86_64__
    SYS_unlink,
    SYS_rename,
    SYS_link,
    SYS_mkdir,
#endif
};

/* What a server takes that has clients and asks other servers. */
static const int networking[] = {
    SYS_connect,
    SYS_accept,
    SYS_accept4,
    SYS_shutdown,
    SYS_sendto,
    SYS_recvfrom,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_sendmmsg,
    SYS_recvmmsg,
    SYS_setsockopt,
    SYS_getsockopt,
    SYS_getsockname,
    SYS_getpeername,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
#ifdef __x86_64__
    SYS_epoll_wait,
#endif
};

/* Those that depend on an argument. */
enum test {
	WITHOUT, /* none of these bits is set in it */
	WITH,    /* one of them is */
	EQUAL,
	FAMILY,        /* of sockets: IPv4, IPv6, and this host's */
	PIPE_OR_UP_TO, /* the size of a pipe, or at most that */
	NOTHING,       /* a pointer that is NULL */
};

struct check {
	int nr;
	enum test test;
	unsigned arg;
	uint32_t value;
};

/*
 * A program is written from its end to its beginning, so that where a jump
 * leads is known; so short a one has no jumps that are too long.  The kernel
 * tries it with every number there is when it takes it, which is why it is a
 * tree that halves the numbers.
 */
enum { OPS_MAX = 256 };

struct program {
	struct sock_filter op[OPS_MAX];
	unsigned first; /* of op, that is written */
	bool too_long;
	unsigned allow, deny;
};

/* Returns where it is.  yes and no are where it leads. */
static unsigned
put(struct program *p, unsigned code, unsigned yes, unsigned no, uint32_t k)
{
	if (p->first == 0) {
		p->too_long = true;
		return 0;
	}
	const unsigned next = p->first--;
	p->op[p->first] = (struct sock_filter){(unsigned short)code,
	    (uint8_t)(yes - next), (uint8_t)(no - next), k};
	return p->first;
}

static unsigned
answer(struct program *p, uint32_t action)
{
	return put(p, BPF_RET | BPF_K, p->first, p->first, action);
}

static unsigned
fail_with(struct program *p, int err)
{
	return answer(p, SECCOMP_RET_ERRNO | (uint32_t)err);
}

static unsigned
load(struct program *p, size_t offset)
{
	return put(
	    p, BPF_LD | BPF_W | BPF_ABS, p->first, p->first, (uint32_t)offset);
}

/* Both machines are little-endian: the low half comes first. */
static unsigned
load_arg(struct program *p, unsigned arg, bool high)
{
	return load(
	    p, offsetof(struct seccomp_data, args) + 8 * arg + 4 * high);
}

static unsigned
jump(struct program *p, unsigned how, unsigned yes, unsigned no, uint32_t k)
{
	return put(p, BPF_JMP | how | BPF_K, yes, no, k);
}

static unsigned
check(struct program *p, const struct check *c)
{
	switch (c->test) {
	case WITHOUT:
		jump(p, BPF_JSET, p->deny, p->allow, c->value);
		break;
	case WITH:
		jump(p, BPF_JSET, p->allow, p->deny, c->value);
		break;
	case EQUAL:
		jump(p, BPF_JEQ, p->allow, p->deny, c->value);
		break;
	case FAMILY: {
		unsigned next = jump(p, BPF_JEQ, p->allow, p->deny, AF_INET6);

		next = jump(p, BPF_JEQ, p->allow, next, AF_UNIX);
		jump(p, BPF_JEQ, p->allow, next, AF_INET);
		break;
	}
	case PIPE_OR_UP_TO: {
		unsigned next = jump(p, BPF_JGT, p->deny, p->allow, c->value);

		next = jump(p, BPF_JEQ, p->allow, next, F_GETPIPE_SZ);
		jump(p, BPF_JEQ, p->allow, next, F_SETPIPE_SZ);
		break;
	}
	case NOTHING: {
		jump(p, BPF_JEQ, p->allow, p->deny, 0);
		unsigned high = load_arg(p, c->arg, true);
		jump(p, BPF_JEQ, high, p->deny, 0);
		break;
	}
	}
	return load_arg(p, c->arg, false);
}

/* Where each number leads, of those that lead anywhere. */
enum { NUMBERS = 512 };

static void
lead_all(unsigned to[NUMBERS], const int *calls, size_t n, unsigned where)
{
	for (size_t i = 0; i < n; i++)
		to[calls[i]] = where;
}

static void
lead_checked(unsigned to[NUMBERS], struct program *p, bool writes, bool network)
{
	/* O_TMPFILE has the bit of O_DIRECTORY, which readers set. */
	const uint32_t tmpfile = O_TMPFILE & ~O_DIRECTORY;
	const uint32_t to_write =
	    writes ? 0 : O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | tmpfile;
	const struct check checks[] = {
	    {SYS_openat, WITHOUT, 2, to_write},
#ifdef __x86_64__
	    {SYS_open, WITHOUT, 1, to_write},
#endif
	    {SYS_mmap, WITHOUT, 2, PROT_EXEC},
	    {SYS_mprotect, WITHOUT, 2, PROT_EXEC},

	    /* Locks, flags and the size of pipes, but none of the commands
	     * in between, by which a descriptor sends signals. */
	    {SYS_fcntl, PIPE_OR_UP_TO, 1, F_SETLKW},

	    /* Threads, but no processes. */
	    {SYS_clone, WITH, 0, CLONE_THREAD},

	    /* abort() signals itself; nobody else is to be. */
	    {SYS_tgkill, EQUAL, 0, (uint32_t)getpid()},
	    {SYS_prlimit64, NOTHING, 2, 0},
	    {SYS_prctl, EQUAL, 0, PR_SET_NAME},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		to[checks[i].nr] = check(p, &checks[i]);
	if (network) {
		const struct check family = {SYS_socket, FAMILY, 0, 0};
		to[SYS_socket] = check(p, &family);
	}
}

/* Numbers in a row that lead to one place, from the first of them on. */
struct range {
	uint32_t from;
	unsigned to;
};

static unsigned
halve(struct program *p, const struct range *ranges, size_t n)
{
	const size_t half = n / 2;

	if (n == 1)
		return ranges[0].to;
	unsigned no = halve(p, ranges, half);
	unsigned yes = halve(p, ranges + half, n - half);
	return jump(p, BPF_JGE, yes, no, ranges[half].from);
}

static void
assemble(struct program *p, bool writes, bool network)
{
	unsigned to[NUMBERS + 1];
	struct range ranges[NUMBERS + 1];
	size_t n = 0;

	unsigned kill = answer(p, SECCOMP_RET_KILL_PROCESS);
	p->allow = answer(p, SECCOMP_RET_ALLOW);
	p->deny = fail_with(p, EPERM);
	for (size_t i = 0; i <= NUMBERS; i++)
		to[i] = p->deny;
	lead_all(to, plain, sizeof(plain) / sizeof(plain[0]), p->allow);
	if (writes)
		lead_all(to, writing, sizeof(writing) / sizeof(writing[0]),
		    p->allow);
	if (network)
		lead_all(to, networking,
		    sizeof(networking) / sizeof(networking[0]), p->allow);
	/* What clone3 is to do stands in memory, where no filter can see it;
	 * without it libc calls clone. */
	to[NR_CLONE3] = fail_with(p, ENOSYS);
	lead_checked(to, p, writes, network);

	for (uint32_t i = 0; i <= NUMBERS; i++) {
		if (i == 0 || to[i] != to[i - 1])
			ranges[n++] = (struct range){i, to[i]};
	}
	(void)halve(p, ranges, n);
	unsigned number = load(p, offsetof(struct seccomp_data, nr));
	jump(p, BPF_JEQ, number, kill, ARCH);
	load(p, offsetof(struct seccomp_data, arch));
}

int
riad_sandbox_filter(bool writes, bool network)
{
	struct program p = {.first = OPS_MAX};

	assemble(&p, writes, network);
	if (p.too_long) {
		errno = EOVERFLOW;
		return -1;
	}
	struct sock_fprog prog = {
	    (unsigned short)(OPS_MAX - p.first), p.op + p.first};
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

#else

int
riad_sandbox_filter(bool writes, bool network)
{
	(void)writes;
	(void)network;
	errno = ENOSYS;
	return -1;
}

#endif
