/* SPDX-License-Identifier: MIT */
/* faults - everything wrong with a configuration, each with its place. */
#ifndef CONFIG_FAULTS_H
#define CONFIG_FAULTS_H

#include <stddef.h>

#include "base/attr.h"
#include "config/config.h"

/* Lines and columns from 1; line 0 means the file as a whole. */
struct place {
	const char *file; /* borrowed: lives as long as what was read */
	unsigned file_no; /* order in which files were read */
	unsigned line, col;
};

struct faults;

MUST_CHECK
struct faults *faults_new(void);
void faults_free(struct faults *f); /* NULL is ignored */

PRINTF_LIKE(3, 4)
void faults_add(struct faults *f, struct place at, const char *fmt, ...);
size_t faults_count(const struct faults *f);

/*
 * Fill *e, sorted by file, line and column; equal lines once.  The first
 * thousand are written out, the rest only counted.
 */
void faults_report(struct faults *f, struct config_errors *e);

enum { PLACE_TEXT_BYTES = 512 };

/* "FILE:LINE:COL", or "FILE"; returns buf. */
const char *place_format(struct place at, char buf[PLACE_TEXT_BYTES]);

#endif
