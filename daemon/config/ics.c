/* SPDX-License-Identifier: MIT */
#include "config/ics.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { LINE_MAX_BYTES = 16384, DEPTH_MAX = 16 };

struct reader {
	const char *p, *end;
	unsigned line;     /* of the next one */
	unsigned at;       /* of the present one */
	struct text now;   /* the present line, unfolded */
	struct text event; /* lines that matter of the present VEVENT */
	unsigned event_at;
	unsigned depth; /* of components that are open */
	unsigned events;
	bool whole; /* the calendar has ended */
};

static enum status
refuse(const struct reader *r, enum status s, const char *why, struct fail *f)
{
	return fail_set(f, s, "line %u: %s", r->at, why);
}

/* The rest of the physical line, without its end. */
static void
take_physical(struct reader *r)
{
	const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	const char *stop = nl != NULL ? nl : r->end;
	size_t n = (size_t)(stop - r->p);

	if (n > 0 && stop[-1] == '\r')
		n--;
	text_add_n(&r->now, r->p, n);
	r->p = nl != NULL ? nl + 1 : r->end;
	r->line++;
}

/* What begins with a blank goes on with the line before. */
static bool
next_line(struct reader *r)
{
	if (r->p == r->end)
		return false;
	r->at = r->line;
	text_reset(&r->now);
	take_physical(r);
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t')) {
		r->p++;
		take_physical(r);
	}
	return true;
}

/* The word before the first ';' or ':' is that one. */
static bool
is_named(const char *line, const char *name)
{
	size_t n = strcspn(line, ";:");

	return strlen(name) == n && strncasecmp(line, name, n) == 0;
}

static bool
matters(const char *line)
{
	static const char names[] =
	    " DTSTART DTEND DURATION RRULE RDATE EXDATE "
	    "RECURRENCE-ID UID SUMMARY STATUS ";
	int n = (int)strcspn(line, ";: ");
	char name[20];

	(void)snprintf(name, sizeof(name), " %.*s ", n, line);
	return n > 0 && n <= (int)sizeof(name) - 3 &&
	    strcasestr(names, name) != NULL;
}

static enum status
begin(struct reader *r, const char *what, struct fail *f)
{
	if (r->depth == 0 && strcasecmp(what, "VCALENDAR") != 0)
		return refuse(r, ERR_SYNTAX, "is not BEGIN:VCALENDAR", f);
	if (++r->depth > DEPTH_MAX)
		return refuse(r, ERR_LIMIT, "too many parts within parts", f);
	if (r->depth != 2 || strcasecmp(what, "VEVENT") != 0)
		return OK;
	if (++r->events > ICS_EVENTS_MAX)
		return refuse(r, ERR_LIMIT, "more than 500 events", f);
	text_reset(&r->event);
	text_add(&r->event, "BEGIN:VEVENT\r\n");
	r->event_at = r->at;
	return OK;
}

static enum status
end(struct reader *r, const char *what, struct fail *f)
{
	if (r->depth == 0)
		return refuse(r, ERR_SYNTAX, "ends what did not begin", f);
	r->depth--;
	if (r->depth == 0 && strcasecmp(what, "VCALENDAR") == 0)
		r->whole = true;
	if (r->depth == 1 && r->event_at != 0 &&
	    strcasecmp(what, "VEVENT") != 0)
		return refuse(r, ERR_SYNTAX, "is not END:VEVENT", f);
	return OK;
}

/* True when this line made an event whole. */
static bool
take(struct reader *r, enum status *s, struct fail *f)
{
	const char *line = text_str(&r->now);
	const char *what =
	    line + strcspn(line, ":") + (strchr(line, ':') != NULL);

	*s = OK;
	if (!text_ok(&r->now))
		*s = refuse(r, ERR_LIMIT, "is longer than 16384 bytes", f);
	else if (is_named(line, "BEGIN"))
		*s = begin(r, what, f);
	else if (is_named(line, "END"))
		*s = end(r, what, f);
	else if (r->depth == 0 && line[0] != '\0')
		*s = refuse(r, ERR_SYNTAX, "is not BEGIN:VCALENDAR", f);
	else if (r->depth == 2 && r->event_at != 0 && matters(line))
		text_printf(&r->event, "%s\r\n", line);
	if (*s != OK || r->depth != 1 || r->event_at == 0)
		return false;
	text_add(&r->event, "END:VEVENT\r\n");
	if (text_ok(&r->event))
		return true;
	*s = refuse(r, ERR_LIMIT, "this event is longer than 32768 bytes", f);
	return false;
}

static enum status
read_all(struct reader *r, ics_event_fn *fn, void *arg, struct fail *f)
{
	enum status s = OK;

	while (s == OK && next_line(r)) {
		if (!take(r, &s, f))
			continue;
		if (!fn(arg, text_str(&r->event), r->event_at))
			return OK;
		r->event_at = 0;
	}
	if (s == OK && !r->whole)
		s = refuse(r, ERR_SYNTAX, "the calendar has no end here", f);
	return s;
}

enum status
ics_read(const char *bytes, size_t n, ics_event_fn *fn, void *arg,
    struct fail *f)
{
	struct reader r = {.p = bytes, .end = bytes + n, .line = 1, .at = 1};
	enum status s;

	if (n > ICS_BYTES_MAX)
		return fail_set(f, ERR_LIMIT,
		    "is larger than %d bytes; leave out what is past",
		    ICS_BYTES_MAX);
	if (n > 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;
	if (memchr(bytes, '\0', n) != NULL)
		return fail_set(f, ERR_SYNTAX, "holds a NUL: is no calendar");
	text_init(&r.now, LINE_MAX_BYTES);
	text_init(&r.event, ICS_EVENT_BYTES);
	s = read_all(&r, fn, arg, f);
	text_done(&r.now);
	text_done(&r.event);
	return s;
}
