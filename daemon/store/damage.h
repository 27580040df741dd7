/* SPDX-License-Identifier: MIT */
/*
 * damage - that a database was found damaged, in a file beside it.
 *
 * NAME-damaged is there from the moment when the damage is certain until it
 * has been said that NAME was set aside: whatever ends the daemon in between,
 * the next start goes on from there.  Text, for people too.
 */
#ifndef STORE_DAMAGE_H
#define STORE_DAMAGE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"
#include "store/file.h"
#include "store/store.h"

/*
 * How often damage was met since it was opened.  Each time after the first it
 * had been read anew.
 */
unsigned store_damage(const struct store *s);
/* Its file is no more where it was opened: who looks there, finds none of it. */
bool store_moved(const struct store *s);
/* It is to be set aside at the next open: that is on disk, beside it, now. */
MUST_CHECK
enum status store_condemn(struct store *s, struct fail *f);
/* People were told that it was. */
void store_replaced_said(struct store *s);

struct damage {
	char why[400];
	char aside[FILE_ASIDE_BYTES]; /* to be moved there; "": not named yet */
};

enum damage_stage {
	DAMAGE_NONE, /* or what is there is another file by now */
	DAMAGE_FOUND,
	DAMAGE_MOVED /* it is aside, and nobody may have been told */
};

/* *d is set for all but NONE. */
enum damage_stage damage_read(const char *path, struct damage *d);
/* Whole or not at all, and on disk when this returns. */
MUST_CHECK
enum status damage_write(const char *path, const struct damage *d,
    struct fail *f);
void damage_forget(const char *path); /* none there: nothing */

#endif
