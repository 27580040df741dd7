/* SPDX-License-Identifier: MIT */
#include "view/told.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "wire/degraded.h"

static const char *
string_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

/* "the server says maintenance (503)" */
static void
add_reason(struct text *out, const json_t *j)
{
	const char *name = string_of(j, "reason");
	json_int_t code = json_integer_value(json_object_get(j, "code"));

	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (strcmp(reason_name((enum reason)r), name) == 0)
			text_add(out, reason_text((enum reason)r));
	}
	if (code > 0)
		text_printf(out, " (%" JSON_INTEGER_FORMAT ")", code);
}

/* Of what is degraded, how many of its checks fail. */
static void
add_failure(struct text *out, const json_t *j)
{
	struct degraded d = degraded_read(j);
	size_t before = text_len(out);

	degraded_line(&d, out);
	if (d.slow && !d.partly)
		return;
	if (text_len(out) > before)
		text_add(out, ", last of ");
	add_reason(out, j);
}

/* CAUSE_COUNT: none that is known. */
static enum cause
cause_of(const json_t *j)
{
	const char *name = string_of(j, "cause");
	unsigned c = 0;

	while (c < CAUSE_COUNT && strcmp(cause_name((enum cause)c), name) != 0)
		c++;
	return (enum cause)c;
}

static void
add_cause(struct text *out, const json_t *j)
{
	enum cause cause = cause_of(j);

	if (cause != CAUSE_COUNT)
		text_add(out, cause_text(cause));
}

/* "now an outage: server error (503)": of what got worse, its worst kind. */
static void
add_change(struct text *out, const json_t *j)
{
	enum cause cause = cause_of(j);
	bool worse = cause == CAUSE_EVIDENCE || cause == CAUSE_PROMISE_BROKEN ||
	    cause == CAUSE_WINDOW_OVERRUN;
	enum kind kind;

	if (worse && kind_parse(string_of(j, "kind"), &kind))
		text_printf(out, "now %s%s: ", kind == KIND_OUTAGE ? "an " : "",
		    kind_name(kind));
	if (cause != CAUSE_EVIDENCE)
		add_cause(out, j);
	if (cause == CAUSE_MAJORITY)
		text_add(out, ": ");
	if (cause == CAUSE_EVIDENCE || cause == CAUSE_MAJORITY)
		add_reason(out, j);
}

/* How long it failed in all. */
static void
add_total(struct text *out, const json_t *j)
{
	static const enum bucket failing[] = {BUCKET_DOWN, BUCKET_MAINTENANCE,
	    BUCKET_DEGRADED};
	const json_t *ms = json_object_get(j, "buckets_ms");
	char buf[DURATION_TEXT_BYTES];
	enum kind kind = KIND_NONE;
	span_ms total = 0;

	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++)
		total += json_integer_value(
		    json_object_get(ms, bucket_name(failing[i])));
	add_cause(out, j);
	if (total > 0)
		text_printf(out, "; %s %s in all",
		    kind_parse(string_of(j, "kind"), &kind) &&
			    kind == KIND_DEGRADATION
			? "slow or failing in part for"
			: "failing",
		    duration_format(total, buf));
}

static void
add_chance(struct text *out, const json_t *j)
{
	const json_t *chance = json_object_get(j, "chance");

	if (json_is_integer(chance))
		text_printf(out,
		    "%" JSON_INTEGER_FORMAT " %% to hold for the next hour",
		    json_integer_value(chance));
}

void
told_words(struct text *out, enum event_kind event, const struct json_t *j)
{
	enum kind kind;

	switch (event) {
	case EVENT_OPENED:
		if (!kind_parse(string_of(j, "kind"), &kind))
			break;
		text_printf(out, "%s, ", kind_name(kind));
		add_failure(out, j);
		break;
	case EVENT_RELAPSED:
		add_failure(out, j);
		break;
	case EVENT_CHANGED:
		add_change(out, j);
		break;
	case EVENT_RECOVERING:
		add_chance(out, j);
		break;
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		add_total(out, j);
		break;
	case EVENT_MAINT_STARTED:
	case EVENT_MAINT_ENDED:
		text_add(out, "planned maintenance");
		break;
	case EVENT_MAINT_OVERRUN:
		text_add(out, "planned maintenance is over, and still failing");
		break;
	default:
		break;
	}
}

const char *
told_act(enum act act)
{
	static const char *const words[ACT_COUNT] = {[ACT_ACK] = "acknowledged",
	    [ACT_NOTE] = "note",
	    [ACT_RESOLVE] = "ended",
	    [ACT_PAUSE] = "paused",
	    [ACT_RESUME] = "resumed"};

	assert(act < ACT_COUNT);
	return words[act];
}
