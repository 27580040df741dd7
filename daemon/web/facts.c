/* SPDX-License-Identifier: MIT */
#include "web/facts.h"

#include "base/duration.h"
#include "base/html.h"
#include "web/frame.h"

static void
add_owner(struct text *t, const json_t *service)
{
	const char *owner =
	    json_string_value(json_object_get(service, "owner"));
	const char *runbook =
	    json_string_value(json_object_get(service, "runbook"));

	if (owner != NULL) {
		text_add(t, "<dt>Owner</dt><dd>");
		html_safe(t, owner);
		text_add(t, "</dd>\n");
	}
	if (runbook != NULL) {
		text_add(t, "<dt>What to do</dt><dd>");
		frame_link(t, runbook);
		text_add(t, "</dd>\n");
	}
}

static void
add_tags(struct text *t, const json_t *tags)
{
	size_t i;
	json_t *tag;

	if (json_array_size(tags) == 0)
		return;
	text_add(t, "<dt>Tags</dt><dd>");
	json_array_foreach(tags, i, tag)
	{
		text_add(t, i > 0 ? ", " : "");
		frame_group(t, 't', json_string_value(tag),
		    json_string_value(tag));
	}
	text_add(t, "</dd>\n");
}

void
facts_add(struct text *t, const struct site *s, const struct visitor *v,
    const char *id)
{
	const json_t *service = site_service(s, id);
	struct text facts;

	text_init(&facts, PAGE_BYTES);
	if (v->level >= LEVEL_READER)
		add_owner(&facts, service);
	add_tags(&facts, json_object_get(service, "tags"));
	if (text_len(&facts) > 0)
		text_printf(t, "<dl class=\"facts\">\n%s</dl>\n",
		    text_str(&facts));
	text_done(&facts);
}

static span_ms
length_of(const json_t *check, const char *key)
{
	return (span_ms)json_integer_value(json_object_get(check, key));
}

/* "GET https://api.example/health" */
static void
add_request(struct text *t, const json_t *check)
{
	const char *url = json_string_value(json_object_get(check, "url"));
	const char *method =
	    json_string_value(json_object_get(check, "method"));

	text_add(t, "<dt>By</dt><dd>");
	if (method != NULL) {
		html_safe(t, method);
		text_char(t, ' ');
	}
	html_safe(t, url);
	text_add(t, "</dd>\n");
}

void
facts_add_check(struct text *t, const struct site *s, const struct visitor *v,
    const struct status_row *r, wall_ms now)
{
	const json_t *check =
	    json_object_get(json_object_get(site_service(s, r->service),
				"checks"),
		r->id);
	span_ms interval = length_of(check, "interval_ms");
	char every[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];

	if (check == NULL)
		return;
	text_printf(t,
	    "<dl class=\"facts\">\n<dt>Checked</dt><dd>every %s, for at most "
	    "%s</dd>\n",
	    duration_format(interval, every),
	    duration_format(length_of(check, "timeout_ms"), most));
	if (v->level >= LEVEL_READER)
		add_request(t, check);
	/* While it fails it is looked at as often as that tells something. */
	if (r->e.sampled && r->e.paused == 0 && !r->has_incident &&
	    r->e.last.start + interval > now) {
		text_add(t, "<dt>Next</dt><dd>about ");
		frame_time(t, r->e.last.start + interval);
		text_add(t, "</dd>\n");
	}
	text_add(t, "</dl>\n");
}
