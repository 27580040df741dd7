/* SPDX-License-Identifier: MIT */
/*
 * An address is taken apart without a fault, and its parts fit together; where
 * a redirect leads is an address too; no spelling of a forbidden one is let in.
 */
#include "fuzz.h"
#include "input.h"

#include "base/mem.h"
#include "io/policy.h"
#include "io/resolve.h"
#include "io/url.h"

static void
check_parts(const struct url *u)
{
	struct url again = {0};
	struct fail f;

	if (u->host == NULL || u->target == NULL || u->origin == NULL)
		abort();
	if ((u->port == 0 && u->scheme != URL_ICMP) ||
	    strpbrk(u->host, "/?#@ ") != NULL)
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

/* What is allowed is allowed however it is written. */
static void
check_policy(const char *text)
{
	char said[ADDRESS_TEXT_BYTES];
	struct address a, again;

	if (!address_parse(text, &a))
		return;
	if (!address_parse(address_format(&a, said), &again) ||
	    policy_probe_allows(&a) != policy_probe_allows(&again))
		abort();
	if (policy_webhook_allows(&a, false) &&
	    !policy_webhook_allows(&a, true))
		abort();
	if (policy_webhook_allows(&a, true) && !policy_probe_allows(&a))
		abort();
	if (a.family == FAMILY_IPV4 && a.bytes[0] == 169 && a.bytes[1] == 254 &&
	    policy_probe_allows(&a))
		abort();
}

/* Absolute, of the web, and the same place when joined again. */
static void
check_redirect(const char *base, const char *joined)
{
	struct url u = {0}, same = {0};
	char *again = NULL;
	struct fail f;

	if (url_parse(joined, &u, &f) == OK) {
		if (u.scheme != URL_HTTP && u.scheme != URL_HTTPS)
			abort();
		if (url_join(base, joined, &again, &f) != OK ||
		    url_parse(again, &same, &f) != OK ||
		    strcmp(u.origin, same.origin) != 0)
			abort();
	}
	mem_free(again);
	url_done(&same);
	url_done(&u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char base[] = "https://example.org/a/b?c";
	char *text = input_text(bytes, n);
	char *joined = NULL;
	struct url u = {0};
	struct fail f;

	if (url_parse(text, &u, &f) == OK)
		check_parts(&u);
	url_done(&u);
	check_policy(text);
	if (url_join(base, text, &joined, &f) == OK)
		check_redirect(base, joined);
	mem_free(joined);
	free(text);
	return 0;
}
