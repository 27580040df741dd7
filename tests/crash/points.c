/* SPDX-License-Identifier: MIT */
#include "points.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#include "keeper/inside.h"
#include "store/backup.h"
#include "store/damage.h"
#include "store/file.h"
#include "store/migrate.h"
#include "store/salvage.h"

/* Of store/writer.h, which is not to be seen beside keeper/inside.h. */
void rolling_flush(struct store *s);
void rolling_committed(struct store *s);
void samples_save_heads(struct store *s, bool force);

static const char *const names[] = {
#define AROUND(name, result, parameters, arguments) #name,
#define AROUND_VOID(name, parameters, arguments)    #name,
#define BY_HAND(name)                               #name,
#define PLACE(name)                                 #name,
#include "points.def"
#undef AROUND
#undef AROUND_VOID
#undef BY_HAND
#undef PLACE
};

void (*point_reached)(unsigned point);

const char *
point_function(unsigned point)
{
	return names[point / 2];
}

/* Whoever looks at errno after the call must find what the call left. */
static void
reach(unsigned point)
{
	int err = errno;

	if (point_reached != NULL)
		point_reached(point);
	errno = err;
}

void
point_before(enum function f)
{
	reach(2 * (unsigned)f);
}

void
point_after(enum function f)
{
	reach(2 * (unsigned)f + 1);
}

/*
 * The linker would not notice that a parameter is missing.  A type takes no
 * brackets.  NOLINTBEGIN(bugprone-macro-parentheses)
 */
#define SAME_TYPE(name, result, parameters)                       \
	static_assert(_Generic(&(name), result(*) parameters : 1, \
			  default : 0),                           \
	    #name " is declared otherwise");
/* NOLINTEND(bugprone-macro-parentheses) */

/*
 * These stand in for calls of our objects; see --wrap of ld(1):
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
#define AROUND(name, result, parameters, arguments) \
	SAME_TYPE(name, result, parameters)         \
	result __real_##name parameters;            \
	result __wrap_##name parameters;            \
	result __wrap_##name parameters             \
	{                                           \
		result r;                           \
                                                    \
		point_before(F_##name);             \
		r = __real_##name arguments;        \
		point_after(F_##name);              \
		return r;                           \
	}
#define AROUND_VOID(name, parameters, arguments) \
	SAME_TYPE(name, void, parameters)        \
	void __real_##name parameters;           \
	void __wrap_##name parameters;           \
	void __wrap_##name parameters            \
	{                                        \
		point_before(F_##name);          \
		__real_##name arguments;         \
		point_after(F_##name);           \
	}
#define BY_HAND(name)
#define PLACE(name)
#include "points.def"
/* NOLINTEND(bugprone-reserved-identifier) */
