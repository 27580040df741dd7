/* SPDX-License-Identifier: MIT */
/*
 * What a token server says: the first byte is its status, the rest its body.
 * What comes of it can be shown to an API without changing the shape of a
 * request, lives for a bounded time, or is nothing, with a reason of ours.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "probes/token_answer.h"

static void
must(bool promise)
{
	if (!promise)
		abort();
}

static void
check(const struct token_answer *a, uint16_t code)
{
	for (const char *p = a->detail; *p != '\0'; p++)
		must(*p >= ' ' && *p <= '~');
	must(strlen(a->detail) < sizeof(a->detail));
	if (a->reason != REASON_OK) {
		must(a->token == NULL && a->detail[0] != '\0');
		must(a->reason == REASON_TOKEN_REFUSED ||
		    a->reason == REASON_TOKEN_INVALID ||
		    a->reason == REASON_TOKEN_UNREACHABLE);
		return;
	}
	must(code == 200 && a->token[0] != '\0');
	must(strlen(a->token) <= TOKEN_BYTES_MAX);
	for (const char *p = a->token; *p != '\0'; p++)
		must(*p > ' ' && *p <= '~');
	must(a->lifetime >= 10 * (span_ms)SECOND_MS && a->lifetime <= DAY_MS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint16_t codes[] = {200, 400, 302, 503};
	struct fetch_result r = {.reason = REASON_OK};
	struct token_answer a;

	if (n == 0 || n > TOKEN_ANSWER_BYTES_MAX)
		return 0;
	r.code = codes[bytes[0] % 4];
	r.body = bytes + 1;
	r.body_size = n - 1;
	token_answer_read(&a, &r, 1676368853000);
	check(&a, r.code);
	token_answer_done(&a);
	return 0;
}
