/* SPDX-License-Identifier: MIT */
/*
 * bind - carry a YAML mapping into a struct of ours by the option table, and
 * report all that does not fit.
 *
 * After an error the struct holds something harmless or nothing: reading goes
 * on so that one run tells every error.
 */
#ifndef CONFIG_BIND_H
#define CONFIG_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "config/faults.h"
#include "config/option.h"
#include "config/yaml.h"
#include "wire/target.h"

struct binder {
	struct faults *faults;
	struct faults *warnings; /* it is in force all the same */
	const char *folder;      /* of the configuration; paths start there */
	struct config *config;   /* being built */
};

/* Read a row of type LIST, OWN or PAIRS. */
typedef void bind_own_fn(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg);

/* Keys of one section and the struct they go to; own may be NULL. */
struct binding {
	enum section section;
	void *into;
	bind_own_fn *own;
	void *arg;
};

/* False when node is not a mapping. */
bool bind_map(struct binder *b, const struct yaml *node,
    const struct binding *bindings, size_t n);

/* The pieces; each reports and returns false when the node does not fit. */
bool bind_is_list(struct binder *b, const char *name, const struct yaml *node);
/* Text (not a number or truth value) or NULL; borrowed from the node. */
const char *bind_text(struct binder *b, const char *name,
    const struct yaml *node);
bool bind_id(struct binder *b, const char *name, const char *id,
    struct place at);
bool bind_line(struct binder *b, const char *name, const struct yaml *node);
bool bind_pattern(struct binder *b, const char *name, const struct yaml *node);
/* A list of lines, or a single one; replaces *list. */
void bind_lines(struct binder *b, const struct option_row *row,
    const struct yaml *node, char ***list);
/* A mapping of header names to lines, or to patterns; replaces *pairs. */
void bind_pairs(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct target_pair **pairs, size_t *count);

/* The child of a mapping, or NULL. */
const struct yaml *bind_child(const struct yaml *map, const char *key);

/* An empty NULL-terminated list, and the end of one; NULL is ignored. */
char **bind_list_new(void);
void bind_list_free(char **list);

#endif
