/* SPDX-License-Identifier: MIT */
/* path - parts of a file's name. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

/* "/a" of "/a/b", "." of "b", "/" of "/b"; owned by caller. */
char *path_folder(const char *path);

#endif
