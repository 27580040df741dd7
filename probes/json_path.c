/* SPDX-License-Identifier: MIT */
#include "probes/json_path.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <jansson.h>

enum { INDEX_DIGITS_MAX = 7 };

struct step {
	const char *key; /* NULL: an index */
	size_t key_size;
	size_t index;
};

/* Take one step off *path; false at what is none. */
static bool
take_step(const char **path, struct step *s)
{
	const char *p = *path;
	size_t digits = 0;

	*s = (struct step){0};
	if (*p == '.') {
		s->key = p + 1;
		s->key_size = strcspn(s->key, ".[");
		*path = s->key + s->key_size;
		return s->key_size > 0;
	}
	if (*p != '[')
		return false;
	p++;
	while (isdigit((unsigned char)p[digits]) && digits < INDEX_DIGITS_MAX) {
		s->index = s->index * 10 + (size_t)(p[digits] - '0');
		digits++;
	}
	if (digits == 0 || p[digits] != ']')
		return false;
	*path = p + digits + 1;
	return true;
}

bool
json_path_valid(const char *path)
{
	struct step s;

	if (*path++ != '$')
		return false;
	while (*path != '\0') {
		if (!take_step(&path, &s))
			return false;
	}
	return true;
}

const struct json_t *
json_path_find(const struct json_t *root, const char *path)
{
	const json_t *v = root;
	struct step s;

	if (*path++ != '$')
		return NULL;
	while (*path != '\0' && v != NULL) {
		if (!take_step(&path, &s))
			return NULL;
		v = s.key != NULL ? json_object_getn(v, s.key, s.key_size)
				  : json_array_get(v, s.index);
	}
	return v;
}
