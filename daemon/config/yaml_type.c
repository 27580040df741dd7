/* SPDX-License-Identifier: MIT */
/* The core schema of YAML 1.2: what type a plain scalar has. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml.h"

static bool
one_of(const char *s, const char *const *words)
{
	while (*words != NULL && strcmp(s, *words) != 0)
		words++;
	return *words != NULL;
}

static const char *
skip_digits(const char *s)
{
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

static bool
is_int(const char *s)
{
	if (s[0] == '0' && s[1] == 'o' && s[2] != '\0')
		return s[2 + strspn(s + 2, "01234567")] == '\0';
	if (s[0] == '0' && s[1] == 'x' && s[2] != '\0')
		return s[2 + strspn(s + 2, "0123456789abcdefABCDEF")] == '\0';
	if (*s == '-' || *s == '+')
		s++;
	return isdigit((unsigned char)*s) && *skip_digits(s) == '\0';
}

static bool
is_float(const char *s)
{
	static const char *const words[] = {".inf", ".Inf", ".INF", "+.inf",
	    "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN",
	    NULL};
	const char *rest;

	if (one_of(s, words))
		return true;
	if (*s == '-' || *s == '+')
		s++;
	rest = skip_digits(s);
	if (*rest == '.') {
		if (rest == s && !isdigit((unsigned char)rest[1]))
			return false;
		rest = skip_digits(rest + 1);
	} else if (rest == s) {
		return false;
	}
	if (*rest == 'e' || *rest == 'E') {
		rest++;
		if (*rest == '-' || *rest == '+')
			rest++;
		if (!isdigit((unsigned char)*rest))
			return false;
		rest = skip_digits(rest);
	}
	return *rest == '\0';
}

enum yaml_type
yaml_type(const struct yaml *scalar)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL",
	    NULL};
	static const char *const bools[] = {"true", "True", "TRUE", "false",
	    "False", "FALSE", NULL};

	if (!scalar->plain)
		return YAML_TEXT;
	if (one_of(scalar->text, nulls))
		return YAML_NULL;
	if (one_of(scalar->text, bools))
		return YAML_BOOL;
	if (is_int(scalar->text))
		return YAML_INT;
	return is_float(scalar->text) ? YAML_FLOAT : YAML_TEXT;
}

bool
yaml_bool(const struct yaml *scalar)
{
	return tolower((unsigned char)scalar->text[0]) == 't';
}

bool
yaml_int(const struct yaml *scalar, int64_t *n)
{
	const char *s = scalar->text;
	int base = 10;
	long long v;

	if (s[0] == '0' && (s[1] == 'o' || s[1] == 'x')) {
		base = s[1] == 'o' ? 8 : 16;
		s += 2;
	}
	errno = 0;
	v = strtoll(s, NULL, base);
	if (errno != 0)
		return false;
	*n = v;
	return true;
}

const char *
yaml_what(const struct yaml *node)
{
	if (node->kind == YAML_MAP)
		return "a mapping";
	if (node->kind == YAML_LIST)
		return "a list";
	switch (yaml_type(node)) {
	case YAML_NULL:
		return "nothing";
	case YAML_BOOL:
		return "a truth value";
	case YAML_INT:
	case YAML_FLOAT:
		return "a number";
	default:
		return "text";
	}
}
