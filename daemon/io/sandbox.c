/* SPDX-License-Identifier: MIT */
#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* File system rights by version of the interface: bits from 0 on. */
enum { RIGHTS_V1 = 13, RIGHTS_V2 = 14, RIGHTS_V3 = 15, RIGHTS_V5 = 16 };

static long
create_ruleset(const struct landlock_ruleset_attr *attr, size_t size,
    uint32_t flags)
{
	return syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

/* Everything that this kernel can forbid; 0 when nothing. */
static uint64_t
known_rights(void)
{
	long version = create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	unsigned bits = RIGHTS_V5;

	if (version < 1)
		return 0;
	if (version == 1)
		bits = RIGHTS_V1;
	else if (version == 2)
		bits = RIGHTS_V2;
	else if (version < 5)
		bits = RIGHTS_V3;
	return (UINT64_C(1) << bits) - 1;
}

static bool
allow(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE};
	struct stat st;
	bool done = false;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true;
	if (fstat(rule.parent_fd, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
		done = syscall(SYS_landlock_add_rule, ruleset,
			   LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	}
	(void)close(rule.parent_fd);
	return done;
}

static bool
enforce(int ruleset, const char *const *paths)
{
	for (; *paths != NULL; paths++)
		if (!allow(ruleset, *paths))
			return false;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

bool
sandbox_supported(void)
{
	return known_rights() != 0;
}

bool
sandbox_apply(const char *const *readable_paths, struct fail *f)
{
	struct landlock_ruleset_attr attr = {
	    .handled_access_fs = known_rights()};
	int ruleset;
	bool done;

	if (attr.handled_access_fs == 0) {
		(void)fail_set(f, ERR_IO, "this kernel has no Landlock");
		return false;
	}
	ruleset = (int)create_ruleset(&attr, sizeof(attr), 0);
	if (ruleset < 0) {
		(void)fail_set(f, ERR_IO, "Landlock: %s", strerror(errno));
		return false;
	}
	done = enforce(ruleset, readable_paths);
	if (!done)
		(void)fail_set(f, ERR_IO, "Landlock: %s", strerror(errno));
	(void)close(ruleset);
	return done;
}
