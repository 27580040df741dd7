/* SPDX-License-Identifier: MIT */
/* process - children from our own binary, and what each does to itself. */
#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/status.h"

/* The child sees our descriptor `fd` under the number `as`, 0..PROCESS_AS_MAX. */
struct process_fd {
	int fd, as;
};
enum { PROCESS_AS_MAX = 31, PROCESS_FDS_MAX = 16 };

/*
 * Run this very binary with the arguments (argv[0] first, NULL last).  The
 * child has the given descriptors and, unless mapped, /dev/null as 0 and our
 * 1 and 2; all others are closed.  Signals are unblocked and at their
 * defaults, and a process group of its own keeps it from the terminal's.
 * ERR_IO with the reason in *f; *pid is the child's.
 */
MUST_CHECK
enum status process_spawn(const char *const *argv, const struct process_fd *fds,
    size_t fd_count, pid_t *pid, struct fail *f);

struct process_end {
	int code;  /* exit code, or -1 */
	int signo; /* signal that ended it, or 0 */
};
/* True when the child is gone, and then it is reaped.  Does not block. */
MUST_CHECK
bool process_reap(pid_t pid, struct process_end *e);
void process_kill(pid_t pid, int signo); /* one that is gone is ignored */

/*
 * For a child, at its start: it gains no privileges by exec, cannot be dumped
 * or traced by others of its user, and gets death_signal (0: none) when the
 * parent dies.  ERR_IO with the reason in *f.
 */
MUST_CHECK
enum status process_harden(int death_signal, struct fail *f);

/* Raise the number of descriptors to what is allowed, and tell it. */
uint64_t process_raise_descriptors(void);

/* Forget http_proxy and its kin: a proxy is used only if configured. */
void process_forget_proxies(void);

#endif
