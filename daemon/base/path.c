/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <string.h>

#include "base/mem.h"

char *
path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_dup(".");
	return mem_dup_n(path, slash > path ? (size_t)(slash - path) : 1);
}
