/* SPDX-License-Identifier: MIT */
#include "web/exposition.h"

#include <inttypes.h>
#include <string.h>

enum { MILLION = 1000000 };

/* The text format knows two of the types, and ends no name by itself. */
static const struct {
	const char *open, *plain, *ending;
} types[] = {[FAMILY_GAUGE] = {"gauge", "gauge", ""},
    [FAMILY_COUNTER] = {"counter", "counter", "_total"},
    [FAMILY_STATESET] = {"stateset", "gauge", ""},
    [FAMILY_INFO] = {"info", "gauge", "_info"}};

static bool
is_of_seconds(const char *name)
{
	static const char unit[] = "_seconds";
	size_t n = strlen(name), u = sizeof(unit) - 1;

	return n > u && strcmp(name + n - u, unit) == 0;
}

void
family_begin(struct exposition *e, enum family_type t, const char *name,
    const char *help)
{
	const char *plain = e->open_metrics ? "" : types[t].ending;

	e->family = name;
	e->ending = types[t].ending;
	text_printf(e->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, plain,
	    help, name, plain,
	    e->open_metrics ? types[t].open : types[t].plain);
	if (e->open_metrics && is_of_seconds(name))
		text_printf(e->out, "# UNIT %s seconds\n", name);
}

void
series_name(const struct exposition *e)
{
	text_printf(e->out, "%s%s", e->family, e->ending);
}

static void
labelled(const struct exposition *e, const char *label, const char *value)
{
	series_name(e);
	if (label != NULL)
		text_printf(e->out, "{%s=\"%s\"}", label, value);
	text_char(e->out, ' ');
}

void
series_number(const struct exposition *e, const char *label, const char *value,
    uint64_t n)
{
	labelled(e, label, value);
	text_printf(e->out, "%" PRIu64 "\n", n);
}

void
text_seconds(struct text *t, uint64_t us)
{
	text_printf(t, "%" PRIu64 ".%06" PRIu64, us / MILLION, us % MILLION);
}

void
series_seconds(const struct exposition *e, const char *label, const char *value,
    uint64_t us)
{
	labelled(e, label, value);
	text_seconds(e->out, us);
	text_char(e->out, '\n');
}
