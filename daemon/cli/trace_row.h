/* SPDX-License-Identifier: MIT */
/* trace_row - what one record of a trace says, by the header of its file. */
#ifndef CLI_TRACE_ROW_H
#define CLI_TRACE_ROW_H

#include "base/clock.h"
#include "cli/trace_csv.h"
#include "core/sample.h"

enum trace_column {
	COLUMN_TS,
	COLUMN_CODE,
	COLUMN_MS,
	COLUMN_ENDPOINT,
	COLUMN_SERVICE,
	COLUMN_REGION,
	COLUMN_CLASS,
	COLUMN_RETRY_AFTER,
	COLUMN_BODY,
	COLUMN_COUNT
};

enum { COLUMN_ABSENT = -1 };

struct trace_columns {
	int at[COLUMN_COUNT]; /* index of the field, or COLUMN_ABSENT */
	size_t count;         /* fields of every record */
};

/* 24 bytes: a trace has millions of them. */
struct trace_row {
	wall_ms start;
	uint32_t total_us;
	int32_t retry_after_s;
	uint32_t endpoint; /* the caller's */
	uint16_t code;
	uint8_t class;  /* enum sample_class */
	uint8_t reason; /* enum reason */
};

/* The present record of c is the header. */
MUST_CHECK
enum status trace_columns_read(struct trace_columns *t,
    const struct trace_csv *c, struct fail *f);

/* The field of a column, NULL when there is none or it is empty. */
const struct csv_field *trace_field(const struct trace_columns *t,
    const struct trace_csv *c, enum trace_column column);

/* Unix seconds, with a fraction or not, or RFC 3339; false for anything else. */
MUST_CHECK
bool trace_time(const struct csv_field *field, wall_ms *out);

/* All but the endpoint; ERR_SYNTAX says what to put right. */
MUST_CHECK
enum status trace_row_read(const struct trace_columns *t,
    const struct trace_csv *c, struct trace_row *row, struct fail *f);

#endif
