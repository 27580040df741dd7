/* SPDX-License-Identifier: MIT */
#include "cli/trace_row.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/utc.h"
#include "probes/maintenance.h"
#include "probes/retry_after.h"

enum { SHOWN = 40, MS_MAX = HOUR_MS, CODE_MIN = 100, CODE_MAX = 999 };

/* The year 5138; beyond it, somebody wrote milliseconds. */
static const int64_t ts_seconds_max = 99999999999;

static const char *const columns[] = {
    [COLUMN_TS] = "ts",
    [COLUMN_CODE] = "code",
    [COLUMN_MS] = "ms",
    [COLUMN_ENDPOINT] = "endpoint",
    [COLUMN_SERVICE] = "service",
    [COLUMN_REGION] = "region",
    [COLUMN_CLASS] = "class",
    [COLUMN_RETRY_AFTER] = "retry_after",
    [COLUMN_BODY] = "body",
};

static bool
is_text(const struct csv_field *field, const char *s)
{
	return field->len == strlen(s) &&
	    memcmp(field->text, s, field->len) == 0;
}

enum status
trace_columns_read(struct trace_columns *t, const struct trace_csv *c,
    struct fail *f)
{
	for (size_t k = 0; k < COLUMN_COUNT; k++)
		t->at[k] = COLUMN_ABSENT;
	t->count = c->count;
	if (c->count == 0)
		return fail_set(f, ERR_SYNTAX,
		    "no header; the first line must name the columns, as in "
		    "ts,code,ms");
	for (size_t i = 0; i < c->count; i++) {
		size_t k = 0;

		while (k < COLUMN_COUNT && !is_text(&c->fields[i], columns[k]))
			k++;
		if (k == COLUMN_COUNT)
			continue;
		if (t->at[k] != COLUMN_ABSENT)
			return fail_set(f, ERR_SYNTAX,
			    "the header names the column '%s' twice",
			    columns[k]);
		t->at[k] = (int)i;
	}
	if (t->at[COLUMN_TS] == COLUMN_ABSENT)
		return fail_set(f, ERR_SYNTAX,
		    "the header has no column 'ts'; the first line must name "
		    "the columns, as in ts,code,ms");
	if (t->at[COLUMN_CODE] == COLUMN_ABSENT &&
	    t->at[COLUMN_CLASS] == COLUMN_ABSENT)
		return fail_set(f, ERR_SYNTAX,
		    "the header has neither a column 'code' nor 'class'; one "
		    "is needed to tell good from failing");
	return OK;
}

const struct csv_field *
trace_field(const struct trace_columns *t, const struct trace_csv *c,
    enum trace_column column)
{
	int i = t->at[column];

	return i == COLUMN_ABSENT || c->fields[i].len == 0 ? NULL
							   : &c->fields[i];
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at *s, left behind; false for none, and for more than max. */
static bool
whole(const char **s, const char *end, int64_t max, int64_t *out)
{
	const char *p = *s;
	int64_t v = 0;

	for (; p < end && is_digit(*p); p++) {
		v = v * 10 + (*p - '0');
		if (v > max)
			return false;
	}
	*out = v;
	if (p == *s)
		return false;
	*s = p;
	return true;
}

/*
 * "123" or "123.4567" scaled by 1000, further digits cut off; false for
 * anything else and above max (before scaling).
 */
static bool
thousandths(const struct csv_field *field, int64_t max, int64_t *out)
{
	const char *s = field->text, *end = s + field->len;
	int64_t scale = 100;

	if (!whole(&s, end, max, out))
		return false;
	*out *= 1000;
	if (s < end && *s == '.') {
		if (++s == end)
			return false;
		for (; s < end && is_digit(*s); s++, scale /= 10)
			*out += (*s - '0') * scale;
	}
	return s == end;
}

/* How much of a bad value is shown; its bytes are escaped when printed. */
static int
shown(const struct csv_field *field)
{
	return field->len < SHOWN ? (int)field->len : SHOWN;
}

bool
trace_time(const struct csv_field *field, wall_ms *out)
{
	int64_t t;

	if (!thousandths(field, ts_seconds_max, &t) &&
	    (strlen(field->text) != field->len || !utc_parse(field->text, &t) ||
		t < 0))
		return false;
	*out = t;
	return true;
}

static enum status
read_ts(const struct csv_field *field, wall_ms *out, struct fail *f)
{
	if (field == NULL)
		return fail_set(f, ERR_SYNTAX, "no ts");
	if (trace_time(field, out))
		return OK;
	return fail_set(f, ERR_SYNTAX,
	    "ts: '%.*s' is not a time; write Unix seconds (1676365220.5) or "
	    "RFC 3339 (2023-02-14T09:00:20Z)",
	    shown(field), field->text);
}

static enum status
read_ms(const struct csv_field *field, uint32_t *us, struct fail *f)
{
	int64_t v;

	*us = 0;
	if (field == NULL)
		return OK;
	if (!thousandths(field, MS_MAX, &v))
		return fail_set(f, ERR_SYNTAX,
		    "ms: '%.*s' is not a latency; write milliseconds, 0 to "
		    "%d, or leave it empty",
		    shown(field), field->text, MS_MAX);
	*us = (uint32_t)v;
	return OK;
}

static enum status
read_code(const struct csv_field *field, uint16_t *code, struct fail *f)
{
	const char *s, *end;
	int64_t v;

	*code = 0;
	if (field == NULL)
		return OK;
	s = field->text;
	end = s + field->len;
	if (!whole(&s, end, CODE_MAX, &v) || s != end ||
	    (v > 0 && v < CODE_MIN))
		return fail_set(f, ERR_SYNTAX,
		    "code: '%.*s' is not an HTTP status; write 100 to 999, or "
		    "0 for no answer",
		    shown(field), field->text);
	*code = (uint16_t)v;
	return OK;
}

static enum status
read_class(const struct csv_field *field, struct trace_row *row, struct fail *f)
{
	enum sample_class class;

	if (strlen(field->text) != field->len ||
	    !class_parse(field->text, &class))
		return fail_set(f, ERR_SYNTAX,
		    "class: '%.*s' is none of ours; write one as OK, TIMEOUT "
		    "or ORIGIN, or leave it empty to take it from the code",
		    shown(field), field->text);
	row->class = (uint8_t) class;
	row->reason = (uint8_t)class_reason(class);
	if (class == CLASS_MAINT && row->code == 503 &&
	    row->retry_after_s != RETRY_AFTER_ABSENT)
		row->reason = REASON_MAINT_RETRY_AFTER;
	return OK;
}

static enum sample_class
class_of_code(uint16_t code)
{
	if (code == 0)
		return CLASS_TIMEOUT;
	if (code >= 200 && code <= 299)
		return CLASS_OK;
	if (code == 429)
		return CLASS_LIMITED;
	if (code == 401 || code == 403 || code == 407)
		return CLASS_AUTH;
	return code >= 500 && code <= 599 ? CLASS_ORIGIN : CLASS_STATUS;
}

/* As the prober would judge it: a failing answer may claim maintenance. */
static void
derive_class(struct trace_row *row, const struct csv_field *body)
{
	enum sample_class class = class_of_code(row->code);
	enum reason claim = REASON_OK;

	if (row->code != 0 && class != CLASS_OK && class != CLASS_LIMITED) {
		struct fetch_result r = {.code = row->code};

		if (body != NULL) {
			r.body = (const unsigned char *)body->text;
			r.body_size = body->len;
		}
		claim = maintenance_claim(&r, row->retry_after_s);
	}
	row->reason =
	    (uint8_t)(claim != REASON_OK ? claim : class_reason(class));
	row->class = (uint8_t)reason_class((enum reason)row->reason);
}

enum status
trace_row_read(const struct trace_columns *t, const struct trace_csv *c,
    struct trace_row *row, struct fail *f)
{
	const struct csv_field *code = trace_field(t, c, COLUMN_CODE);
	const struct csv_field *class = trace_field(t, c, COLUMN_CLASS);
	const struct csv_field *wait = trace_field(t, c, COLUMN_RETRY_AFTER);
	enum status s;

	if (c->count != t->count)
		return fail_set(f, ERR_SYNTAX,
		    "%zu fields, but the header names %zu", c->count, t->count);
	if ((s = read_ts(trace_field(t, c, COLUMN_TS), &row->start, f)) != OK)
		return s;
	if ((s = read_code(code, &row->code, f)) != OK)
		return s;
	s = read_ms(trace_field(t, c, COLUMN_MS), &row->total_us, f);
	if (s != OK)
		return s;
	row->retry_after_s = wait == NULL
	    ? RETRY_AFTER_ABSENT
	    : retry_after_parse(wait->text, NULL, row->start);
	if (class != NULL)
		return read_class(class, row, f);
	if (code == NULL)
		return fail_set(f, ERR_SYNTAX,
		    "neither code nor class; write a code, 0 for no answer");
	derive_class(row, trace_field(t, c, COLUMN_BODY));
	return OK;
}
