/* SPDX-License-Identifier: MIT */
/*
 * A calendar file, or a rule on the first line: read whole or refused with a
 * reason, and what recurs goes forward and comes to an end soon.
 */
#include "fuzz.h"
#include "input.h"

#include "config/ical.h"
#include "config/ics.h"
#include "config/rule.h"

static const wall_ms start = 1676368853000;
enum { STARTS_LOOKED_AT = 30 };

static void
try_rule(const char *text)
{
	struct fail f = {.why = ""};
	struct rule *r = rule_new(text, start, &f);
	wall_ms at = start, next;

	if (r == NULL && f.why[0] == '\0')
		abort();
	for (int i = 0; r != NULL && i < STARTS_LOOKED_AT; i++) {
		if (!rule_next(r, NULL, at, &next))
			break;
		if (next < at)
			abort();
		at = next + 1;
	}
	rule_free(r);
}

static bool
on_event(void *arg, const char *event, unsigned line)
{
	struct ical_event e;
	struct fail f = {.why = ""};

	(void)arg;
	if (line == 0 || strlen(event) > ICS_EVENT_BYTES)
		abort();
	if (ical_event_parse(event, &e, &f) != OK) {
		if (f.why[0] == '\0')
			abort();
		return true;
	}
	if (e.rrule != NULL)
		try_rule(e.rrule);
	ical_event_done(&e);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
	size_t line = end != NULL ? (size_t)(end - bytes) : n;
	char *text = input_text(bytes, line), *all = input_text(bytes, n);
	struct fail f = {.why = ""};

	try_rule(text);
	if (ics_read(all, n, on_event, NULL, &f) != OK && f.why[0] == '\0')
		abort();
	free(text);
	free(all);
	return 0;
}
