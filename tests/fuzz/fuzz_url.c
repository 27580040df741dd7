/* SPDX-License-Identifier: MIT */
/* An address is taken apart without a fault, and its parts fit together. */
#include "fuzz.h"
#include "input.h"

#include "base/mem.h"
#include "io/url.h"

static void
check_parts(const struct url *u)
{
	struct url again = {0};
	struct fail f;

	if (u->host == NULL || u->target == NULL || u->origin == NULL)
		abort();
	if (u->port == 0 || strpbrk(u->host, "/?#@ ") != NULL)
		abort();
	/* The origin is an address itself, of the same place. */
	if (url_parse(u->origin, &again, &f) != OK)
		abort();
	if (strcmp(again.host, u->host) != 0 || again.port != u->port)
		abort();
	if (!url_same_site(u->host, again.host))
		abort();
	url_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = input_text(bytes, n);
	char *joined = NULL;
	struct url u = {0};
	struct fail f;

	if (url_parse(text, &u, &f) == OK)
		check_parts(&u);
	url_done(&u);
	if (url_join("https://example.org/a/b?c", text, &joined, &f) == OK &&
	    joined == NULL)
		abort();
	mem_free(joined);
	free(text);
	return 0;
}
