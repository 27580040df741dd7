/* SPDX-License-Identifier: MIT */
#include "cli/report_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/trace_csv.h"
#include "cli/trace_row.h"
#include "config/config.h"
#include "config/suggest.h"
#include "core/crowd.h"
#include "io/crypto.h"

enum {
	SHOWN = 40,
	FIRST_ENTRIES = 4096,
	PROGRESS_ROWS = 65536,
	COUNT_MAX = 1000000, /* of a row */
	SUM_MAX = 1000000000,
	DIGEST_BUFFER = 65536
};
static const wall_ms year_2000 = 946684800000;

enum column { TIME, SERVICE, REGION, COUNT, COLUMNS };
static const char *const names[COLUMNS] = {"time", "service", "region",
    "count"};

struct reading {
	struct report_file *out;
	const struct report_source *from;
	struct trace_csv csv;
	int at[COLUMNS]; /* index of the field; -1: there is none */
	size_t columns, size;
	size_t last_place;
	struct text digested;
	unsigned char digest[CRYPTO_SHA256_BYTES];
};

static int
by_place(const void *a, const void *b)
{
	const struct report_place *p = a, *q = b;
	int order = strcmp(p->service, q->service);

	return order != 0 ? order : strcmp(p->region, q->region);
}

static int
by_time(const void *a, const void *b)
{
	const struct report_entry *p = a, *q = b;

	if (p->quarter != q->quarter)
		return p->quarter < q->quarter ? -1 : 1;
	return p->place < q->place ? -1 : p->place > q->place;
}

/* Each service, and each region of it. */
static void
list_places(struct report_file *r, const struct config *c)
{
	size_t n = 0;

	r->places = mem_array(c->service_count + c->endpoint_count + 1,
	    sizeof(r->places[0]));
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		r->places[n++] = (struct report_place){s->id, ""};
		for (size_t e = 0; e < s->endpoint_count; e++)
			r->places[n++] = (struct report_place){s->id,
			    s->endpoints[e].region};
	}
	qsort(r->places, n, sizeof(r->places[0]), by_place);
	for (size_t i = 0; i < n; i++) {
		/* A region may have several endpoints. */
		if (i == 0 || by_place(&r->places[i - 1], &r->places[i]) != 0)
			r->places[r->place_count++] = r->places[i];
	}
}

static int
shown(const struct csv_field *field)
{
	return field->len < SHOWN ? (int)field->len : SHOWN;
}

static enum status
read_header(struct reading *r, struct fail *f)
{
	const struct trace_csv *c = &r->csv;

	for (size_t k = 0; k < COLUMNS; k++)
		r->at[k] = -1;
	r->columns = c->count;
	for (size_t i = 0; i < c->count; i++) {
		const struct csv_field *field = &c->fields[i];
		size_t k = 0;

		while (k < COLUMNS &&
		    (field->len != strlen(names[k]) ||
			memcmp(field->text, names[k], field->len) != 0))
			k++;
		if (k < COLUMNS && r->at[k] >= 0)
			return fail_set(f, ERR_SYNTAX,
			    "the header names the column '%s' twice", names[k]);
		if (k < COLUMNS)
			r->at[k] = (int)i;
	}
	if (r->at[TIME] >= 0 && r->at[SERVICE] >= 0)
		return OK;
	return fail_set(f, ERR_SYNTAX,
	    "no column '%s'; the first line must name the columns, as in "
	    "time,service,region,count",
	    r->at[TIME] < 0 ? names[TIME] : names[SERVICE]);
}

/* NULL: there is none, or it is empty. */
static const struct csv_field *
field_of(const struct reading *r, enum column k)
{
	const struct csv_field *field =
	    r->at[k] < 0 ? NULL : &r->csv.fields[r->at[k]];

	return field == NULL || field->len == 0 ? NULL : field;
}

static enum status
read_time(const struct reading *r, wall_ms *at, struct fail *f)
{
	const struct csv_field *field = field_of(r, TIME);

	if (field == NULL)
		return fail_set(f, ERR_SYNTAX, "no time");
	if (!trace_time(field, at))
		return fail_set(f, ERR_SYNTAX,
		    "time: '%.*s' is not a time; write Unix seconds "
		    "(1676365220) or RFC 3339 (2023-02-14T09:00:20Z)",
		    shown(field), field->text);
	if (*at < year_2000)
		return fail_set(f, ERR_RANGE,
		    "time: '%.*s' is before the year 2000", shown(field),
		    field->text);
	if (*at > r->from->now)
		return fail_set(f, ERR_RANGE, "time: '%.*s' is in the future",
		    shown(field), field->text);
	return OK;
}

static enum status
read_count(const struct reading *r, int64_t *n, struct fail *f)
{
	const struct csv_field *field = field_of(r, COUNT);
	int64_t v = 0;

	*n = 1;
	if (field == NULL)
		return OK;
	for (size_t i = 0; i < field->len; i++) {
		char digit = field->text[i];

		if (digit < '0' || digit > '9' || v > COUNT_MAX)
			v = COUNT_MAX + 1;
		else
			v = v * 10 + (digit - '0');
	}
	if (v > COUNT_MAX)
		return fail_set(f, ERR_RANGE,
		    "count: '%.*s' is not a number from 0 to %d", shown(field),
		    field->text, COUNT_MAX);
	*n = v;
	return OK;
}

static bool
is_text(const struct csv_field *field, const char *s)
{
	return field == NULL ? s[0] == '\0'
			     : field->len == strlen(s) &&
		memcmp(field->text, s, field->len) == 0;
}

static enum status
refuse_place(const struct reading *r, const struct csv_field *service,
    const struct csv_field *region, struct fail *f)
{
	const struct config_service *s = NULL;
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	suggest_init(&meant, service->text);
	for (size_t i = 0; i < r->from->config->service_count; i++) {
		if (is_text(service, r->from->config->services[i].id))
			s = &r->from->config->services[i];
		suggest_offer(&meant, r->from->config->services[i].id);
	}
	if (s == NULL || region == NULL)
		return fail_set(f, ERR_NOTFOUND,
		    "service: the configuration has no '%.*s'%s",
		    shown(service), service->text, suggest_text(&meant, hint));
	suggest_init(&meant, region->text);
	for (size_t i = 0; i < s->endpoint_count; i++)
		suggest_offer(&meant, s->endpoints[i].region);
	return fail_set(f, ERR_NOTFOUND, "region: %s has no '%.*s'%s", s->id,
	    shown(region), region->text, suggest_text(&meant, hint));
}

static enum status
read_place(struct reading *r, uint32_t *place, struct fail *f)
{
	const struct csv_field *service = field_of(r, SERVICE);
	const struct csv_field *region = field_of(r, REGION);
	const struct report_file *o = r->out;
	const struct report_place *found = NULL;

	if (service == NULL)
		return fail_set(f, ERR_SYNTAX, "no service");
	if (r->last_place < o->place_count &&
	    is_text(service, o->places[r->last_place].service) &&
	    is_text(region, o->places[r->last_place].region))
		found = &o->places[r->last_place];
	else if (strlen(service->text) == service->len &&
	    (region == NULL || strlen(region->text) == region->len))
		found = bsearch(&(struct report_place){service->text,
				    region != NULL ? region->text : ""},
		    o->places, o->place_count, sizeof(o->places[0]), by_place);
	if (found == NULL)
		return refuse_place(r, service, region, f);
	r->last_place = (size_t)(found - o->places);
	*place = (uint32_t)r->last_place;
	return OK;
}

/* In order, each time and place once, and none of 0. */
static void
settle(struct report_file *o)
{
	size_t n = 0;

	if (o->count > 1)
		qsort(o->entries, o->count, sizeof(o->entries[0]), by_time);
	for (size_t i = 0; i < o->count; i++) {
		struct report_entry *e = &o->entries[i];

		if (n > 0 && by_time(&o->entries[n - 1], e) == 0)
			o->entries[n - 1].n += e->n;
		else if (e->n > 0)
			o->entries[n++] = *e;
		if (n > 0 && o->entries[n - 1].n > SUM_MAX)
			o->entries[n - 1].n = SUM_MAX;
	}
	o->count = n;
}

static enum status
add(struct reading *r, const struct report_entry *e, struct fail *f)
{
	struct report_file *o = r->out;

	if (o->count == r->size) {
		settle(o);
		if (o->count > REPORT_FILE_ENTRIES_MAX)
			return fail_set(f, ERR_LIMIT,
			    "more than %d quarters of an hour with reports; "
			    "split the file",
			    REPORT_FILE_ENTRIES_MAX);
		if (o->count >= r->size / 2) {
			r->size = 2 * r->size + FIRST_ENTRIES;
			o->entries = mem_resize(o->entries, r->size,
			    sizeof(o->entries[0]));
		}
	}
	o->entries[o->count++] = *e;
	return OK;
}

/* The rows so far are in the digest. */
static void
digest(struct reading *r)
{
	struct text t;

	text_init(&t, 2 * (size_t)DIGEST_BUFFER);
	text_add_n(&t, (const char *)r->digest, sizeof(r->digest));
	text_add_n(&t, text_str(&r->digested), text_len(&r->digested));
	crypto_sha256(text_str(&t), text_len(&t), r->digest);
	text_done(&t);
	text_reset(&r->digested);
}

static enum status
read_row(struct reading *r, struct fail *f)
{
	struct report_entry e = {.n = 0};
	wall_ms at = 0;
	enum status s;

	if (r->csv.count != r->columns)
		return fail_set(f, ERR_SYNTAX,
		    "%zu fields, but the header names %zu", r->csv.count,
		    r->columns);
	s = read_time(r, &at, f);
	if (s == OK)
		s = read_place(r, &e.place, f);
	if (s == OK)
		s = read_count(r, &e.n, f);
	if (s != OK)
		return s;
	e.quarter = (int32_t)crowd_quarter(at);
	r->out->rows++;
	r->out->reports += e.n;
	text_printf(&r->digested, "%" PRId64 ",%s,%s,%" PRId64 "\n", at,
	    r->out->places[e.place].service, r->out->places[e.place].region,
	    e.n);
	if (text_len(&r->digested) > DIGEST_BUFFER)
		digest(r);
	return add(r, &e, f);
}

static enum status
read_rows(struct reading *r, struct fail *f)
{
	const struct report_source *from = r->from;
	enum status s = csv_next(&r->csv, f);

	if (s == OK)
		s = read_header(r, f);
	while (s == OK) {
		s = csv_next(&r->csv, f);
		if (s != OK || r->csv.count == 0)
			break;
		s = read_row(r, f);
		if (from->progress != NULL && r->out->rows % PROGRESS_ROWS == 0)
			from->progress(from->arg, r->out->rows);
	}
	return s;
}

static enum status
finish(struct reading *r, struct fail *f)
{
	struct report_file *o = r->out;

	settle(o);
	digest(r);
	for (size_t i = 0; i < sizeof(r->digest); i++)
		(void)snprintf(o->digest + 2 * i, 3, "%02x", r->digest[i]);
	if (o->count > REPORT_FILE_ENTRIES_MAX)
		return fail_set(f, ERR_LIMIT,
		    "more than %d quarters of an hour with reports; split the "
		    "file",
		    REPORT_FILE_ENTRIES_MAX);
	return o->count > 0 ? OK
			    : fail_set(f, ERR_SYNTAX, "it holds no report");
}

enum status
report_file_read(struct report_file *r, const struct report_source *from,
    struct fail *f)
{
	struct reading reading = {.out = r, .from = from};
	struct trace_file *file;
	enum status s;

	*r = (struct report_file){.count = 0};
	file = trace_file_open(from->path, f);
	if (file == NULL)
		return f->code;
	list_places(r, from->config);
	text_init(&reading.digested, 2 * (size_t)DIGEST_BUFFER);
	csv_init(&reading.csv, file);
	s = read_rows(&reading, f);
	if (s == OK)
		s = finish(&reading, f);
	else
		r->line = reading.csv.line;
	text_done(&reading.digested);
	csv_done(&reading.csv);
	trace_file_close(file);
	return s;
}

void
report_file_done(struct report_file *r)
{
	mem_free(r->entries);
	mem_free(r->places);
	*r = (struct report_file){.count = 0};
}
