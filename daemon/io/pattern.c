/* SPDX-License-Identifier: MIT */
#include "io/pattern.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * The library's own match limit starts afresh at every start position, and
 * counts no scanning within a repeat: neither bounds the work over a quarter
 * of a megabyte.  So callouts before every item count it here.
 */
static const uint64_t work_max = 150000;
/* Bytes scanned by one repeat that cost about as much as one callout. */
static const uint64_t bytes_per_work = 16;

/*
 * Second fuses, for what the callouts may miss.  The heap is the dear one:
 * fresh pages cost more than the matching itself.
 */
static const uint32_t match_max = 200000;
static const uint32_t depth_max = 20000;
static const uint32_t heap_kib_max = 640;

struct pattern {
	pcre2_code *code;
	bool has_backreference;
};

struct work {
	uint64_t done;
	uint64_t per_step;
	PCRE2_SIZE last;
};

static void
explain(int error, const char *text, struct fail *f)
{
	PCRE2_UCHAR message[120] = "";

	(void)pcre2_get_error_message(error, message, sizeof(message));
	(void)fail_set(f, ERR_SYNTAX, "'%.80s': %s", text, (char *)message);
}

static pcre2_code *
compile(const char *text, size_t *offset, struct fail *f)
{
	const uint32_t options = PCRE2_AUTO_CALLOUT | PCRE2_NEVER_UTF |
	    PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE at = 0;
	pcre2_code *code;
	int error = 0;

	if (context == NULL) {
		(void)fail_set(f, ERR_IO, "out of memory");
		return NULL;
	}
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options,
	    &error, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		explain(error, text, f);
		if (offset != NULL)
			*offset = at;
	}
	return code;
}

struct pattern *
pattern_new(const char *text, size_t *offset, struct fail *f)
{
	uint32_t highest = 0;
	struct pattern *p;
	pcre2_code *code;

	if (strlen(text) > PATTERN_BYTES_MAX) {
		(void)fail_set(f, ERR_RANGE, "pattern longer than %d bytes",
		    PATTERN_BYTES_MAX);
		if (offset != NULL)
			*offset = PATTERN_BYTES_MAX;
		return NULL;
	}
	code = compile(text, offset, f);
	if (code == NULL)
		return NULL;
	p = mem_zalloc(sizeof(*p));
	p->code = code;
	(void)pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &highest);
	p->has_backreference = highest > 0;
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	mem_free(p);
}

static int
count_work(pcre2_callout_block *block, void *arg)
{
	struct work *w = arg;
	PCRE2_SIZE now = block->current_position;
	PCRE2_SIZE moved = now > w->last ? now - w->last : w->last - now;

	w->last = now;
	w->done += w->per_step + moved / bytes_per_work;
	return w->done > work_max ? PCRE2_ERROR_CALLOUT : 0;
}

enum pattern_result
pattern_match(const struct pattern *p, const void *bytes, size_t n)
{
	/* A backreference may compare many bytes and leave no trace. */
	struct work w = {.per_step = p->has_backreference ? 1 + n / 256 : 1};
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	int rc = PCRE2_ERROR_NOMEMORY;

	if (context != NULL && match != NULL) {
		(void)pcre2_set_callout(context, count_work, &w);
		(void)pcre2_set_match_limit(context, match_max);
		(void)pcre2_set_depth_limit(context, depth_max);
		(void)pcre2_set_heap_limit(context, heap_kib_max);
		rc = pcre2_match(p->code, bytes != NULL ? bytes : "", n, 0, 0,
		    match, context);
	}
	pcre2_match_data_free(match);
	pcre2_match_context_free(context);
	if (rc >= 0)
		return PATTERN_MATCH;
	return rc == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_LIMIT;
}
