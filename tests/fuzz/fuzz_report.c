/* SPDX-License-Identifier: MIT */
/*
 * A file of reports is summed, each quarter of an hour and place once and in
 * order, or refused with a reason.
 */
#include "fuzz.h"
#include "input.h"

#include "base/mem.h"
#include "cli/report_file.h"
#include "config/config.h"
#include "core/crowd.h"

/* 2024-01-01 */
static const wall_ms now = 1704067200000;
static struct config *config;

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
end(void)
{
	config_free(config);
}

static void
begin(void)
{
	static const char *const urls[] = {"https://shop.test/",
	    "https://bank.test/"};
	struct config_errors e;

	config = config_from_urls(urls, 2, &e);
	must(config != NULL);
	text_done(&e.lines);
	must(atexit(end) == 0);
}

static void
check(const struct report_file *r)
{
	int64_t sum = 0;

	must(r->count > 0 && r->rows > 0);
	must(strlen(r->digest) == REPORT_DIGEST_HEX);
	for (size_t i = 0; i < r->count; i++) {
		const struct report_entry *e = &r->entries[i];

		must(e->n > 0 && e->place < r->place_count);
		must(crowd_since(e->quarter) <= now);
		must(crowd_since(e->quarter) > 946684800000 - 900000);
		must(i == 0 || e[-1].quarter < e->quarter ||
		    (e[-1].quarter == e->quarter && e[-1].place < e->place));
		sum += e->n;
	}
	must(sum <= r->reports);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char path[INPUT_PATH_BYTES];
	int fd = input_file(bytes, n, path);
	struct report_file r;
	struct report_source from = {.path = path, .now = now};
	struct fail f = {.why = ""};

	if (config == NULL)
		begin();
	from.config = config;
	if (report_file_read(&r, &from, &f) == OK)
		check(&r);
	else
		must(f.why[0] != '\0');
	report_file_done(&r);
	(void)close(fd);
	return 0;
}
