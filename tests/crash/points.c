/* SPDX-License-Identifier: MIT */
#include "points.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include <sqlite3.h>

#include "keeper/inside.h"
#include "store/backup.h"
#include "store/file.h"
#include "store/migrate.h"

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
 * These stand in for calls of our objects; see --wrap of ld(1):
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
#define AROUND(name, result, parameters, arguments) \
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
