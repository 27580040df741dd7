/* SPDX-License-Identifier: MIT */
/*
 * scene - what happens to the database between two lives of the daemon: at
 * the first restart of a story its program is a newer one, which knows one
 * migration more; or the file has been damaged.
 */
#ifndef CRASH_SCENE_H
#define CRASH_SCENE_H

#include <stdbool.h>

/* At the first restart of the story. */
void scene_damage(void);
/* It was. */
bool scene_damaged(void);
/* This is that file, all of it. */
bool scene_is_damaged(const char *path);

#endif
