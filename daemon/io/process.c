/* SPDX-License-Identifier: MIT */
#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char self[] = "/proc/self/exe";

/* What has changed hands on the way to the child. */
struct plan {
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int copies[PROCESS_FDS_MAX];
	size_t copy_count;
	uint64_t mapped; /* bit per number in the child */
};

static bool
is_mapped(const struct plan *p, int as)
{
	return (p->mapped >> as & 1) != 0;
}

/*
 * By way of copies above every number the child may want, so that no mapping
 * overwrites the source of another, and dup2() always clears close-on-exec.
 */
static int
map_descriptors(struct plan *p, const struct process_fd *fds, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		int copy, rc;

		if (fds[k].as < 0 || fds[k].as > PROCESS_AS_MAX)
			return EINVAL;
		copy = fcntl(fds[k].fd, F_DUPFD_CLOEXEC, PROCESS_AS_MAX + 1);
		if (copy < 0)
			return errno;
		p->copies[p->copy_count++] = copy;
		rc = posix_spawn_file_actions_adddup2(&p->actions, copy,
		    fds[k].as);
		if (rc != 0)
			return rc;
		p->mapped |= UINT64_C(1) << fds[k].as;
	}
	return 0;
}

static int
close_the_rest(struct plan *p)
{
	int rc = 0;

	if (!is_mapped(p, STDIN_FILENO))
		rc = posix_spawn_file_actions_addopen(&p->actions, STDIN_FILENO,
		    "/dev/null", O_RDONLY, 0);
	for (int as = STDERR_FILENO + 1; rc == 0 && as <= PROCESS_AS_MAX; as++)
		if (!is_mapped(p, as))
			rc = posix_spawn_file_actions_addclose(&p->actions, as);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&p->actions,
		    PROCESS_AS_MAX + 1);
	return rc;
}

static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc = posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
		POSIX_SPAWN_SETPGROUP);

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setpgroup(attr, 0);
	return rc;
}

enum status
process_spawn(const char *const *argv, const struct process_fd *fds,
    size_t fd_count, pid_t *pid, struct fail *f)
{
	struct plan p = {.copy_count = 0};
	pid_t child = 0;
	int rc;

	if (fd_count > PROCESS_FDS_MAX)
		return fail_set(f, ERR_LIMIT,
		    "cannot pass %zu descriptors to a child", fd_count);
	rc = posix_spawn_file_actions_init(&p.actions);
	if (rc != 0)
		return fail_set(f, ERR_IO, "cannot start a process: %s",
		    strerror(rc));
	rc = posix_spawnattr_init(&p.attr);
	if (rc != 0)
		goto done;
	rc = set_attributes(&p.attr);
	if (rc == 0)
		rc = map_descriptors(&p, fds, fd_count);
	if (rc == 0)
		rc = close_the_rest(&p);
	if (rc == 0)
		rc = posix_spawn(&child, self, &p.actions, &p.attr,
		    (char *const *)(uintptr_t)argv, environ);
	for (size_t k = 0; k < p.copy_count; k++)
		(void)close(p.copies[k]);
	(void)posix_spawnattr_destroy(&p.attr);
done:
	(void)posix_spawn_file_actions_destroy(&p.actions);
	if (rc != 0)
		return fail_set(f, ERR_IO, "cannot start a process: %s",
		    strerror(rc));
	*pid = child;
	return OK;
}

bool
process_reap(pid_t pid, struct process_end *e)
{
	int status;
	pid_t rc;

	do
		rc = waitpid(pid, &status, WNOHANG);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return false;
	*e = (struct process_end){.code = -1};
	if (rc == pid && WIFEXITED(status))
		e->code = WEXITSTATUS(status);
	if (rc == pid && WIFSIGNALED(status))
		e->signo = WTERMSIG(status);
	return true;
}

void
process_kill(pid_t pid, int signo)
{
	/* 0 and below would name groups, and everybody. */
	if (pid > 0)
		(void)kill(pid, signo);
}

enum status
process_harden(int death_signal, struct fail *f)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0)
		return fail_set(f, ERR_IO, "cannot harden this process: %s",
		    strerror(errno));
	return OK;
}

uint64_t
process_raise_descriptors(void)
{
	struct rlimit limit = {0};

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_cur < limit.rlim_max) {
		struct rlimit more = {.rlim_cur = limit.rlim_max,
		    .rlim_max = limit.rlim_max};

		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			limit = more;
	}
	return limit.rlim_cur;
}

void
process_forget_proxies(void)
{
	static const char *const names[] = {"http_proxy", "HTTP_PROXY",
	    "https_proxy", "HTTPS_PROXY", "ftp_proxy", "FTP_PROXY", "all_proxy",
	    "ALL_PROXY", "no_proxy", "NO_PROXY"};

	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
		(void)unsetenv(names[k]);
}
