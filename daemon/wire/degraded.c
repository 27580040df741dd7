/* SPDX-License-Identifier: MIT */
#include "wire/degraded.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/text.h"

void
degraded_line(const struct degraded *d, struct text *out)
{
	if (d->partly)
		text_printf(out, "%u of the last %u checks failed", d->failed,
		    d->checks);
	if (!d->slow)
		return;
	text_printf(out, "%sp50 %" PRIu32 " ms", d->partly ? "; " : "",
	    d->recent_us / 1000);
	if (d->over)
		text_add(out, ", over its limit");
	if (d->usual_us > 0)
		text_printf(out, ", usually %" PRIu32 " ms",
		    d->usual_us / 1000);
}

static void
put_latency(json_t *j, const struct degraded *d)
{
	if (!d->slow)
		return;
	(void)json_object_set_new(j, "p50_ms",
	    json_integer(d->recent_us / 1000));
	if (d->usual_us > 0)
		(void)json_object_set_new(j, "usual_ms",
		    json_integer(d->usual_us / 1000));
	if (d->over)
		(void)json_object_set_new(j, "over_limit", json_true());
}

void
degraded_json(json_t *j, const struct degraded *d)
{
	put_latency(j, d);
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
	const json_t *p50 = json_object_get(j, "p50_ms");
	struct degraded d = {
	    .partly = json_is_integer(failed) && json_is_integer(checks)};

	d.slow = json_is_integer(p50);
	d.recent_us = (uint32_t)json_integer_value(p50) * 1000;
	d.usual_us =
	    (uint32_t)json_integer_value(json_object_get(j, "usual_ms")) * 1000;
	d.over = json_is_true(json_object_get(j, "over_limit"));
	if (d.partly) {
		d.failed = (unsigned)json_integer_value(failed);
		d.checks = (unsigned)json_integer_value(checks);
	}
	return d;
}
