/* SPDX-License-Identifier: MIT */
/*
 * yaml - a YAML file as a small read-only tree; the only door to the parser.
 *
 * One document of mappings, lists and scalars.  Anchors, aliases, tags,
 * several documents and keys that are not scalars are refused: what is written
 * is what is meant.  A scalar stays text; whether it was quoted decides its
 * type (core schema: plain true, 12, null; quoted is text).
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "config/faults.h"

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

/* Types of the core schema. */
enum yaml_type { YAML_NULL, YAML_BOOL, YAML_INT, YAML_FLOAT, YAML_TEXT };

enum { YAML_BYTES_MAX = 16 << 20, YAML_DEPTH_MAX = 24 };

/* Everything is borrowed from the document. */
struct yaml {
	enum yaml_kind kind;
	bool plain;          /* a scalar without quotes */
	struct place at;     /* of the value; of the key for map and list */
	struct place key_at; /* in a mapping */
	const char *key;     /* in a mapping, else NULL */
	const char *text;    /* of a scalar, never NULL there */
	const struct yaml *first; /* children of map and list, in order */
	const struct yaml *next;
	size_t count;
};

struct yaml_doc;

/*
 * Read a file; what is wrong goes to *f.  Never NULL, for the places reported
 * borrow from it: free it after *f.  See yaml_broken().
 */
MUST_CHECK
struct yaml_doc *yaml_load(const char *path, unsigned file_no,
    struct faults *f);
/* The same of bytes in memory, called `name` in messages. */
MUST_CHECK
struct yaml_doc *yaml_parse(const char *name, unsigned file_no,
    const char *bytes, size_t n, struct faults *f);
void yaml_free(struct yaml_doc *d); /* NULL is ignored */

/* True when it could not be read to its end; there is no root then. */
bool yaml_broken(const struct yaml_doc *d);
/* NULL for an empty or broken document. */
const struct yaml *yaml_root(const struct yaml_doc *d);

enum yaml_type yaml_type(const struct yaml *scalar);
/* Of a YAML_BOOL. */
bool yaml_bool(const struct yaml *scalar);
/* Of a YAML_INT; false when it does not fit. */
MUST_CHECK
bool yaml_int(const struct yaml *scalar, int64_t *n);
/* "a number", "a list", ... for messages. */
const char *yaml_what(const struct yaml *node);

#endif
