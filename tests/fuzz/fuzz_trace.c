/* SPDX-License-Identifier: MIT */
/* A trace is read in order, or refused with a line and a reason. */
#include "fuzz.h"
#include "input.h"

#include "cli/trace.h"

static void
check_order(const struct trace *t)
{
	wall_ms last = INT64_MIN;

	for (size_t i = 0; i < trace_count(t); i++) {
		struct sample s;
		uint32_t endpoint;
		wall_ms at = trace_sample_at(t, i, &s, &endpoint);

		if (at < last || endpoint >= trace_endpoint_count(t))
			abort();
		if (s.class >= CLASS_COUNT || s.reason >= REASON_COUNT)
			abort();
		last = at;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char path[INPUT_PATH_BYTES];
	int fd = input_file(bytes, n, path);
	struct trace *t = trace_new();
	unsigned long line = 0;
	struct fail f = {.why = ""};

	if (trace_read(t, path, NULL, NULL, &line, &f) == OK) {
		trace_sort(t);
		check_order(t);
	} else if (f.why[0] == '\0') {
		abort();
	}
	trace_free(t);
	(void)close(fd);
	return 0;
}
