/* SPDX-License-Identifier: MIT */
#include "wire/degraded.h"

#include <jansson.h>

#include "base/text.h"

void
degraded_line(const struct degraded *d, struct text *out)
{
	if (d->partly)
		text_printf(out, "%u of the last %u checks failed", d->failed,
		    d->checks);
}

void
degraded_json(json_t *j, const struct degraded *d)
{
	if (!d->partly)
		return;
	(void)json_object_set_new(j, "failed", json_integer(d->failed));
	(void)json_object_set_new(j, "checks", json_integer(d->checks));
}

struct degraded
degraded_read(const json_t *j)
{
	const json_t *failed = json_object_get(j, "failed");
	const json_t *checks = json_object_get(j, "checks");
	struct degraded d = {
	    .partly = json_is_integer(failed) && json_is_integer(checks)};

	if (d.partly) {
		d.failed = (unsigned)json_integer_value(failed);
		d.checks = (unsigned)json_integer_value(checks);
	}
	return d;
}
