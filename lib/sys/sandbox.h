/* SPDX-License-Identifier: ISC */
/* sandbox.h - the two halves of the sandbox */
#ifndef RIAD_SYS_SANDBOX_H
#define RIAD_SYS_SANDBOX_H

#include <stdbool.h>

/* seccomp.c: filters system calls from here on.  0, or -1 with errno. */
int riad_sandbox_filter(bool writes, bool network);

#endif
