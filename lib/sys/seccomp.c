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

struct program {
	struct sock_filter op[512];
	unsigned short len;
};

static void
emit(struct program *p, unsigned code, unsigned yes, unsigned no, uint32_t k)
{
	p->op[p->len++] = (struct sock_filter){
	    (unsigned short)code, (uint8_t)yes, (uint8_t)no, k};
}

static void
load(struct program *p, size_t offset)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* Both machines are little-endian: the low half comes first. */
static void
load_arg(struct program *p, unsigned arg, bool high)
{
	load(p, offsetof(struct seccomp_data, args) + 8 * arg + 4 * high);
}

static void
answer(struct program *p, int err)
{
	emit(p, BPF_RET | BPF_K, 0, 0,
	    err == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | (uint32_t)err);
}

/* What follows, of so many operations, is for this call alone. */
static void
only_for(struct program *p, int nr, unsigned operations)
{
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, operations, (uint32_t)nr);
}

static void
allow_all(struct program *p, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		only_for(p, calls[i], 1);
		answer(p, 0);
	}
}

/* Allowed while none of these bits is set in an argument. */
static void
allow_without(struct program *p, int nr, unsigned arg, uint32_t bits)
{
	only_for(p, nr, 4);
	load_arg(p, arg, false);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, 0, 1, bits);
	answer(p, EPERM);
	answer(p, 0);
}

static void
allow_with(struct program *p, int nr, unsigned arg, uint32_t bits)
{
	only_for(p, nr, 4);
	load_arg(p, arg, false);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, 1, 0, bits);
	answer(p, EPERM);
	answer(p, 0);
}

static void
allow_equal(struct program *p, int nr, unsigned arg, uint32_t value)
{
	only_for(p, nr, 4);
	load_arg(p, arg, false);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, value);
	answer(p, EPERM);
	answer(p, 0);
}

static void
allow_up_to(struct program *p, int nr, unsigned arg, uint32_t most)
{
	only_for(p, nr, 4);
	load_arg(p, arg, false);
	emit(p, BPF_JMP | BPF_JGT | BPF_K, 0, 1, most);
	answer(p, EPERM);
	answer(p, 0);
}

/* A pointer, whose halves are both nothing. */
static void
allow_null(struct program *p, int nr, unsigned arg)
{
	only_for(p, nr, 6);
	load_arg(p, arg, false);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
	load_arg(p, arg, true);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0);
	answer(p, EPERM);
	answer(p, 0);
}

static void
assemble(struct program *p, bool writes)
{
	/* O_TMPFILE has the bit of O_DIRECTORY, which readers set. */
	const uint32_t tmpfile = O_TMPFILE & ~O_DIRECTORY;
	const uint32_t to_write =
	    writes ? 0 : O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | tmpfile;

	load(p, offsetof(struct seccomp_data, arch));
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	emit(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));

	allow_all(p, plain, sizeof(plain) / sizeof(plain[0]));
	if (writes)
		allow_all(p, writing, sizeof(writing) / sizeof(writing[0]));
	allow_without(p, SYS_openat, 2, to_write);
#ifdef __x86_64__
	allow_without(p, SYS_open, 1, to_write);
#endif
	allow_without(p, SYS_mmap, 2, PROT_EXEC);
	allow_without(p, SYS_mprotect, 2, PROT_EXEC);

	/* Locks and flags, but none of the commands that follow them, by which
	 * a descriptor sends signals. */
	allow_up_to(p, SYS_fcntl, 1, F_SETLKW);

	/* Threads, but no processes.  What clone3 is to do stands in memory,
	 * where no filter can see it; without it libc calls clone. */
	allow_with(p, SYS_clone, 0, CLONE_THREAD);
	only_for(p, NR_CLONE3, 1);
	answer(p, ENOSYS);

	/* abort() signals itself; nobody else is to be. */
	allow_equal(p, SYS_tgkill, 0, (uint32_t)getpid());
	allow_null(p, SYS_prlimit64, 2);
	allow_equal(p, SYS_prctl, 0, PR_SET_NAME);
	answer(p, EPERM);
}

int
riad_sandbox_filter(bool writes)
{
	struct program p = {.len = 0};

	assemble(&p, writes);
	struct sock_fprog prog = {p.len, p.op};
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

#else

int
riad_sandbox_filter(bool writes)
{
	(void)writes;
	errno = ENOSYS;
	return -1;
}

#endif
