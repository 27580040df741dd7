/* SPDX-License-Identifier: MIT */
#include "cli/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cli/trace_order.h"
#include "cli/trace_pages.h"

enum {
	BLOCK_SHIFT = 16,
	BLOCK_ROWS = 1 << BLOCK_SHIFT,
	PROGRESS_ROWS = 1 << 20,
	FIRST_SLOTS = 64,
	ESCAPED_BYTES = 4 * TRACE_ID_BYTES
};

/* What is known of an endpoint while files are read. */
struct endpoint {
	struct trace_endpoint shown;
	char *id, *service, *region;
	size_t id_len;
	uint32_t next;           /* whose sample came after its last one */
	size_t file;             /* the last that had a sample of it, from 1 */
	wall_ms start, evidence; /* of that sample */
};

/* 32 bytes a sample, so that a block is a huge page. */
struct kept {
	struct trace_row row;
	wall_ms evidence;
};

struct trace {
	struct kept **blocks;
	size_t block_count, count;
	bool disordered; /* evidence, as read */
	uint32_t *order; /* after trace_sort(); NULL: as read */

	struct endpoint *endpoints;
	size_t endpoint_count, endpoint_size;
	uint32_t *rank; /* number by first sample of the endpoint as read */
	uint32_t *by_rank;
	uint32_t *slots; /* hash table: number + 1, 0 is free */
	size_t slot_count;
	size_t files;
};

/* One file being read. */
struct reading {
	struct trace *t;
	struct trace_csv csv;
	struct trace_columns columns;
	char *default_id;
	size_t default_id_len;
	uint32_t last;    /* endpoint of the previous record */
	wall_ms previous; /* its ts */
	bool any;
};

struct trace *
trace_new(void)
{
	return mem_zalloc(sizeof(struct trace));
}

void
trace_free(struct trace *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->block_count; i++)
		mem_free(t->blocks[i]);
	for (size_t i = 0; i < t->endpoint_count; i++) {
		mem_free(t->endpoints[i].id);
		mem_free(t->endpoints[i].service);
		mem_free(t->endpoints[i].region);
	}
	mem_free(t->blocks);
	mem_free(t->order);
	mem_free(t->endpoints);
	mem_free(t->rank);
	mem_free(t->by_rank);
	mem_free(t->slots);
	mem_free(t);
}

static struct kept *
kept_at(const struct trace *t, size_t i)
{
	return &t->blocks[i >> BLOCK_SHIFT][i & (BLOCK_ROWS - 1)];
}

static void
append(struct trace *t, const struct trace_row *row, wall_ms evidence)
{
	if (t->count == t->block_count << BLOCK_SHIFT) {
		size_t n = t->block_count++;

		t->blocks = mem_resize(t->blocks, n + 1, sizeof(void *));
		t->blocks[n] = trace_pages(BLOCK_ROWS, sizeof(struct kept));
	}
	if (t->count > 0 && evidence < kept_at(t, t->count - 1)->evidence)
		t->disordered = true;
	*kept_at(t, t->count++) =
	    (struct kept){.row = *row, .evidence = evidence};
}

/* The slot of that id: the one that has it, or the free one for it. */
static uint32_t *
find_slot(const struct trace *t, const char *id)
{
	size_t mask = t->slot_count - 1, i = hash_text(id) & mask;

	while (t->slots[i] != 0 &&
	    strcmp(t->endpoints[t->slots[i] - 1].id, id) != 0)
		i = (i + 1) & mask;
	return &t->slots[i];
}

static void
grow_slots(struct trace *t)
{
	mem_free(t->slots);
	t->slot_count = t->slot_count > 0 ? 2 * t->slot_count : FIRST_SLOTS;
	t->slots = mem_array(t->slot_count, sizeof(t->slots[0]));
	for (size_t i = 0; i < t->endpoint_count; i++)
		*find_slot(t, t->endpoints[i].id) = (uint32_t)i + 1;
}

/* Valid UTF-8 without control characters, so that it may be shown. */
static bool
printable(const char *s, size_t n)
{
	struct text t;
	bool same;

	if (n > TRACE_ID_BYTES)
		return false;
	text_init(&t, ESCAPED_BYTES);
	escape_log(&t, s, n);
	same = text_len(&t) == n && memcmp(text_str(&t), s, n) == 0;
	text_done(&t);
	return same;
}

static char *
field_copy(const struct csv_field *field)
{
	return field == NULL ? NULL : mem_dup_n(field->text, field->len);
}

/* "service/region[/name]": the parts before the first and second slash. */
static void
name_parts(struct endpoint *e)
{
	const char *slash = strchr(e->id, '/');
	const char *region = slash != NULL ? slash + 1 : NULL;

	if (e->service == NULL)
		e->service = slash != NULL
		    ? mem_dup_n(e->id, (size_t)(slash - e->id))
		    : mem_dup(e->id);
	if (e->region == NULL && region != NULL && *region != '\0')
		e->region = mem_dup_n(region, strcspn(region, "/"));
}

static enum status
add_endpoint(struct reading *r, const char *id, uint32_t *number,
    struct fail *f)
{
	static const enum trace_column named[] = {COLUMN_ENDPOINT,
	    COLUMN_SERVICE, COLUMN_REGION};
	struct trace *t = r->t;
	struct endpoint *e;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const struct csv_field *field =
		    trace_field(&r->columns, &r->csv, named[i]);

		if (field != NULL && !printable(field->text, field->len))
			return fail_set(f, ERR_SYNTAX,
			    "the id in field %d is not printable UTF-8 of at "
			    "most %d bytes",
			    r->columns.at[named[i]] + 1, TRACE_ID_BYTES);
	}
	if (t->endpoint_count == TRACE_ENDPOINTS_MAX)
		return fail_set(f, ERR_LIMIT, "more than %d endpoints",
		    TRACE_ENDPOINTS_MAX);
	if (t->endpoint_count == t->endpoint_size) {
		t->endpoint_size = 2 * t->endpoint_size + 8;
		t->endpoints = mem_resize(t->endpoints, t->endpoint_size,
		    sizeof(t->endpoints[0]));
	}
	e = &t->endpoints[t->endpoint_count++];
	*e = (struct endpoint){.id = mem_dup(id),
	    .id_len = strlen(id),
	    .next = (uint32_t)t->endpoint_count - 1,
	    .service =
		field_copy(trace_field(&r->columns, &r->csv, COLUMN_SERVICE)),
	    .region =
		field_copy(trace_field(&r->columns, &r->csv, COLUMN_REGION))};
	name_parts(e);
	if (2 * t->endpoint_count > t->slot_count)
		grow_slots(t);
	else
		*find_slot(t, id) = (uint32_t)t->endpoint_count;
	*number = (uint32_t)t->endpoint_count - 1;
	return OK;
}

static bool
is_called(const struct endpoint *e, const char *id, size_t len)
{
	return e->id_len == len && memcmp(e->id, id, len) == 0;
}

static enum status
find_endpoint(struct reading *r, uint32_t *number, struct fail *f)
{
	struct trace *t = r->t;
	const struct csv_field *field =
	    trace_field(&r->columns, &r->csv, COLUMN_ENDPOINT);
	const char *id = field != NULL ? field->text : r->default_id;
	size_t len = field != NULL ? field->len : r->default_id_len;
	uint32_t known;

	/* Probes go in rounds: who follows whom is mostly as it was. */
	if (r->any) {
		*number = t->endpoints[r->last].next;
		if (is_called(&t->endpoints[*number], id, len))
			return OK;
	}
	/* A NUL inside would make two ids look like one. */
	if (memchr(id, '\0', len) != NULL)
		return fail_set(f, ERR_SYNTAX, "a NUL byte in the endpoint");
	known = t->slot_count > 0 ? *find_slot(t, id) : 0;
	if (known == 0)
		return add_endpoint(r, id, number, f);
	*number = known - 1;
	return OK;
}

/* Probes of one endpoint follow each other: so does their evidence. */
static void
keep(struct trace *t, const struct trace_row *row)
{
	struct endpoint *e = &t->endpoints[row->endpoint];
	wall_ms evidence = row->start + row->total_us / 1000;

	if (e->file == t->files) {
		if (row->start == e->start)
			return;
		if (evidence < e->evidence)
			evidence = e->evidence;
	}
	if (e->shown.samples == 0 || row->start < e->shown.first)
		e->shown.first = row->start;
	e->file = t->files;
	e->start = row->start;
	e->evidence = evidence;
	e->shown.samples++;
	append(t, row, evidence);
}

static enum status
read_record(struct reading *r, struct fail *f)
{
	struct trace_row row;
	enum status s = trace_row_read(&r->columns, &r->csv, &row, f);

	if (s != OK)
		return s;
	if (r->any && row.start < r->previous)
		return fail_set(f, ERR_SYNTAX,
		    "ts goes back by %lld ms; sort the file by ts",
		    (long long)(r->previous - row.start));
	if (r->t->count >= TRACE_SAMPLES_MAX)
		return fail_set(f, ERR_LIMIT,
		    "more than %d samples; replay a part at a time",
		    TRACE_SAMPLES_MAX);
	if ((s = find_endpoint(r, &row.endpoint, f)) != OK)
		return s;
	if (r->any)
		r->t->endpoints[r->last].next = row.endpoint;
	r->last = row.endpoint;
	r->previous = row.start;
	r->any = true;
	keep(r->t, &row);
	return OK;
}

static enum status
read_records(struct reading *r, trace_progress_fn *progress, void *arg,
    struct fail *f)
{
	enum status s = csv_next(&r->csv, f);

	if (s == OK)
		s = trace_columns_read(&r->columns, &r->csv, f);
	while (s == OK) {
		s = csv_next(&r->csv, f);
		if (s != OK || r->csv.count == 0)
			break;
		s = read_record(r, f);
		if (progress != NULL && r->t->count % PROGRESS_ROWS == 0)
			progress(arg, r->t->count);
	}
	return s;
}

/* The file's name without endings; '~' stands for '/', as in URLs. */
static char *
default_id(const char *path)
{
	static const char *const endings[] = {".gz", ".zst", ".csv"};
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t n;
	char *id;

	if (strcmp(path, "-") == 0)
		return mem_dup("stdin");
	n = strlen(name);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t m = strlen(endings[i]);

		if (n > m && strncmp(name + n - m, endings[i], m) == 0)
			n -= m;
	}
	id = mem_dup_n(name, n);
	for (char *p = id; *p != '\0'; p++) {
		if (*p == '~')
			*p = '/';
	}
	return id;
}

enum status
trace_read(struct trace *t, const char *path, trace_progress_fn *progress,
    void *arg, unsigned long *line, struct fail *f)
{
	struct reading r = {.t = t};
	struct trace_file *file = trace_file_open(path, f);
	enum status s;

	*line = 0;
	if (file == NULL)
		return f->code;
	r.default_id = default_id(path);
	r.default_id_len = strlen(r.default_id);
	t->files++;
	csv_init(&r.csv, file);
	if (printable(r.default_id, r.default_id_len))
		s = read_records(&r, progress, arg, f);
	else
		s = fail_set(f, ERR_SYNTAX,
		    "the file's name is no printable id; rename it, or give "
		    "it a column 'endpoint'");
	*line = r.csv.line;
	csv_done(&r.csv);
	trace_file_close(file);
	mem_free(r.default_id);
	return s;
}

static int
by_first(const void *a, const void *b, void *arg)
{
	const struct trace *t = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	wall_ms p = t->endpoints[x].shown.first;
	wall_ms q = t->endpoints[y].shown.first;

	if (p != q)
		return p < q ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
rank_endpoints(struct trace *t)
{
	size_t n = t->endpoint_count;

	t->rank = mem_array(n, sizeof(t->rank[0]));
	t->by_rank = mem_array(n, sizeof(t->by_rank[0]));
	for (size_t i = 0; i < n; i++)
		t->by_rank[i] = (uint32_t)i;
	qsort_r(t->by_rank, n, sizeof(t->by_rank[0]), by_first, t);
	for (size_t i = 0; i < n; i++)
		t->rank[t->by_rank[i]] = (uint32_t)i;
}

static wall_ms
evidence_key(const void *arg, size_t i)
{
	return kept_at(arg, i)->evidence;
}

static size_t
place(const struct trace *t, size_t i)
{
	return t->order != NULL ? t->order[i] : i;
}

static void
find_intervals(struct trace *t)
{
	struct trace_gaps *g = trace_gaps_new(t->endpoint_count);

	for (size_t i = 0; i < t->endpoint_count; i++)
		trace_gaps_expect(g, i, t->endpoints[i].shown.samples);
	for (size_t i = 0; i < t->count; i++) {
		const struct trace_row *row = &kept_at(t, place(t, i))->row;

		trace_gaps_note(g, row->endpoint, row->start,
		    class_effect((enum sample_class)row->class) == EFFECT_GOOD);
	}
	for (size_t i = 0; i < t->endpoint_count; i++)
		t->endpoints[i].shown.interval = trace_gaps_median(g, i);
	trace_gaps_free(g);
}

void
trace_sort(struct trace *t)
{
	for (size_t i = 0; i < t->endpoint_count; i++) {
		struct endpoint *e = &t->endpoints[i];

		e->shown.id = e->id;
		e->shown.service = e->service;
		e->shown.region = e->region;
	}
	rank_endpoints(t);
	if (t->disordered)
		t->order = trace_order(t->count, evidence_key, t);
	find_intervals(t);
}

size_t
trace_endpoint_count(const struct trace *t)
{
	return t->endpoint_count;
}

const struct trace_endpoint *
trace_endpoint_at(const struct trace *t, size_t i)
{
	assert(i < t->endpoint_count);
	return &t->endpoints[t->by_rank[i]].shown;
}

size_t
trace_count(const struct trace *t)
{
	return t->count;
}

wall_ms
trace_sample_at(const struct trace *t, size_t i, struct sample *s,
    uint32_t *endpoint)
{
	const struct kept *kept = kept_at(t, place(t, i));
	const struct trace_row *row = &kept->row;
	bool proven = class_proves_path((enum sample_class)row->class);

	*s = (struct sample){.start = row->start,
	    .total_us = row->total_us,
	    .retry_after_s = row->retry_after_s,
	    .code = row->code,
	    .cert_days = CERT_DAYS_UNKNOWN,
	    .latency = latency_code(row->total_us),
	    .class = row->class,
	    .reason = row->reason,
	    .flags = proven ? SAMPLE_PATH_PROVEN : 0};
	*endpoint = t->rank[row->endpoint];
	return kept->evidence;
}

wall_ms
trace_end(const struct trace *t)
{
	return t->count > 0 ? kept_at(t, place(t, t->count - 1))->evidence : 0;
}
