/* SPDX-License-Identifier: MIT */
#include "probes/plan.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/crypto.h"
#include "wire/field.h"

enum { HEADER_BYTES_MAX = 16384, REDIRECTS_MAX = 5 };

/* Of a canary that names none. */
static const span_ms canary_interval = MINUTE_MS;

static void
forget(char **secret)
{
	if (*secret != NULL)
		explicit_bzero(*secret, strlen(*secret));
	mem_free(*secret);
	*secret = NULL;
}

static char *
header_line(const struct target_pair *h)
{
	struct text t;

	text_init(&t, HEADER_BYTES_MAX);
	text_printf(&t, "%s: %s", h->name, h->value);
	return text_take(&t);
}

struct plan *
plan_new_take(struct target *t, struct fail *f)
{
	struct plan *p = mem_zalloc(sizeof(*p));

	p->target = *t;
	*t = (struct target){0};
	if (p->target.canary && p->target.interval == 0)
		p->target.interval = canary_interval;
	if (p->target.interval <= 0 || p->target.timeout <= 0) {
		(void)fail_set(f, ERR_RANGE, "interval or timeout is not set");
		goto fail;
	}
	if (p->target.redirects > REDIRECTS_MAX)
		p->target.redirects = REDIRECTS_MAX;
	if (url_parse(p->target.url, &p->url, f) != OK)
		goto fail;
	if (p->target.kind != target_kind_of(p->target.url)) {
		(void)fail_set(f, ERR_RANGE,
		    "the kind of '%s' does not fit its scheme", p->target.url);
		goto fail;
	}
	if (p->url.scheme == URL_DNS &&
	    dnsrecord_question(p->url.target, &p->question, f) != OK)
		goto fail;
	p->expect = expect_new(&p->target.expect, f);
	if (p->expect == NULL)
		goto fail;
	p->headers = mem_array(p->target.header_count + 1, sizeof(char *));
	for (size_t i = 0; i < p->target.header_count; i++)
		p->headers[i] = header_line(&p->target.headers[i]);
	return p;
fail:
	plan_free(p);
	return NULL;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; p->headers != NULL && p->headers[i] != NULL; i++)
		forget(&p->headers[i]);
	mem_free(p->headers);
	token_release(p->token);
	secrets_forget(&p->secrets);
	expect_free(p->expect);
	url_done(&p->url);
	target_done(&p->target);
	mem_free(p);
}

void
plan_forget_token(struct plan *p)
{
	token_release(p->token);
	p->token = NULL;
}

void
plan_take_secrets(struct plan *p, struct secrets *s)
{
	const char *own;

	if (!field_same(p->secrets.text[TARGET_SECRET_CLIENT],
		s->text[TARGET_SECRET_CLIENT])) {
		plan_forget_token(p);
	}
	secrets_forget(&p->secrets);
	p->secrets = *s;
	*s = (struct secrets){0};
	own = p->secrets.text[TARGET_SECRET_CERT];
	if (own == NULL ||
	    !crypto_certificate_life(own, &p->own_from, &p->own_until))
		p->own_from = p->own_until = 0;
}
