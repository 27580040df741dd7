/* SPDX-License-Identifier: MIT */
/*
 * The query of a dns: address, up to the first line end, and behind it what a
 * name server sent: as many lines as records, each free of control bytes, in
 * order, and in the form in which they are compared.
 */
#include "fuzz.h"
#include "input.h"

#include "base/mem.h"
#include "io/dnsrecord.h"

static void
check_line(uint16_t type, const char *line, size_t n)
{
	char *copy = mem_dup_n(line, n), *normal;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7f)
			abort();
	}
	normal = dnsrecord_normal(type, copy);
	if (strcmp(normal, copy) != 0 && strcmp(copy, ".") != 0 &&
	    strchr(copy, '\\') == NULL)
		abort();
	mem_free(normal);
	mem_free(copy);
}

static void
check_lines(uint16_t type, const char *at, size_t count)
{
	const char *before = NULL;
	size_t before_n = 0;

	for (; *at != '\0'; count--) {
		size_t n = strcspn(at, "\n"), m = n < before_n ? n : before_n;

		if (count == 0 || at[n] != '\n')
			abort();
		if (before != NULL && memcmp(before, at, m) > 0)
			abort();
		check_line(type, at, n);
		before = at;
		before_n = n;
		at += n + 1;
	}
	if (count != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
	size_t first = end != NULL ? (size_t)(end - bytes) : n, count = 0;
	char *query = input_text(bytes, first);
	struct dns_question q;
	struct text out;
	struct fail f = {.why = ""};

	text_init(&out, DNSRECORD_TEXT_BYTES);
	if (dnsrecord_question(query, &q, &f) != OK) {
		if (f.why[0] == '\0')
			abort();
	} else {
		if (q.port == 0 || dnsrecord_type_name(q.type)[0] == '\0')
			abort();
		if (end != NULL &&
		    dnsrecord_read(end + 1, n - first - 1, q.type, &out,
			&count) &&
		    text_ok(&out))
			check_lines(q.type, text_str(&out), count);
	}
	text_done(&out);
	free(query);
	return 0;
}
