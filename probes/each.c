/* SPDX-License-Identifier: MIT */
#include "probes/each.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/policy.h"
#include "probes/attempt.h"
#include "probes/excerpt.h"

/* " and 15 more" fits behind what is listed. */
enum { MORE_BYTES = 16 };

struct each {
	struct probe *whole;
	struct probe *asking; /* or NULL */
	struct address all[RESOLVE_ADDRESSES_MAX];
	enum reason found[RESOLVE_ADDRESSES_MAX];
	uint16_t codes[RESOLVE_ADDRESSES_MAX];
	size_t count, next;
	/* What stands for all of them. */
	bool has_best;
	struct sample best;
	struct excerpt excerpt;
	char detail[EXPECT_DETAIL_BYTES];
	bool proven, redirect_blocked;
};

static void ask_next(struct each *e);

static int
by_address(const void *a, const void *b)
{
	const struct address *x = a, *y = b;

	if (x->family != y->family)
		return x->family == FAMILY_IPV4 ? -1 : 1;
	return memcmp(x->bytes, y->bytes, sizeof(x->bytes));
}

/* Name servers change the order with each answer; words must not follow. */
void
each_begin(struct probe *p, const struct resolved *r)
{
	struct each *e = mem_zalloc(sizeof(*e));
	size_t n = 0;

	e->whole = p;
	p->each = e;
	for (size_t i = 0; i < r->count && i < RESOLVE_ADDRESSES_MAX; i++)
		e->all[i] = r->addresses[i];
	e->count =
	    r->count < RESOLVE_ADDRESSES_MAX ? r->count : RESOLVE_ADDRESSES_MAX;
	qsort(e->all, e->count, sizeof(e->all[0]), by_address);
	for (size_t i = 0; i < e->count; i++) {
		if (n == 0 || by_address(&e->all[n - 1], &e->all[i]) != 0)
			e->all[n++] = e->all[i];
	}
	e->count = n;
	ask_next(e);
}

void
each_free(struct each *e)
{
	if (e == NULL)
		return;
	probe_cancel(e->asking);
	excerpt_done(&e->excerpt);
	mem_free(e);
}

static bool
is_failing(enum reason reason)
{
	enum effect effect = class_effect(reason_class(reason));

	return effect == EFFECT_FAILING || effect == EFFECT_REFUSED;
}

/* How much one says of the endpoint: the highest stands for all. */
static int
weight(enum reason reason)
{
	switch (class_effect(reason_class(reason))) {
	case EFFECT_GOOD:
		return 3;
	case EFFECT_FAILING:
		return 2;
	case EFFECT_REFUSED:
		return 1;
	case EFFECT_NONE:
		break;
	}
	return 0;
}

static bool
is_better(const struct each *e, const struct sample *s)
{
	int is = weight((enum reason)s->reason);
	int was = weight((enum reason)e->best.reason);

	if (!e->has_best || is != was)
		return !e->has_best || is > was;
	return is == weight(REASON_OK) && s->total_us > e->best.total_us;
}

static void
on_asked(void *arg, const struct probe_result *r)
{
	struct each *e = arg;
	const struct sample *s = &r->sample;
	struct probe_step *step = probe_add_step(e->whole, &e->all[e->next]);

	/* What its token cost is time that the others lack. */
	e->whole->awaited = e->whole->awaited || e->asking->awaited;
	e->asking = NULL;
	e->found[e->next] = (enum reason)s->reason;
	e->codes[e->next++] = s->code;
	step->reason = (enum reason)s->reason;
	step->code = s->code;
	step->connect_us = s->connect_us;
	step->tls_us = s->tls_us;
	step->wait_us = s->wait_us;
	step->receive_us = s->receive_us;
	e->proven = e->proven || (s->flags & SAMPLE_PATH_PROVEN) != 0;
	e->redirect_blocked = e->redirect_blocked || r->redirect_blocked;
	if (is_better(e, s)) {
		e->has_best = true;
		e->best = *s;
		excerpt_done(&e->excerpt);
		e->excerpt = (struct excerpt){0};
		if (r->excerpt != NULL) {
			e->excerpt = *r->excerpt;
			*r->excerpt = (struct excerpt){0};
		}
		(void)snprintf(e->detail, sizeof(e->detail), "%s", r->detail);
	}
	ask_next(e);
}

static void
add_failing(struct text *t, const struct each *e, size_t i)
{
	char address[ADDRESS_TEXT_BYTES];

	text_add(t, address_format(&e->all[i], address));
	if (e->found[i] == REASON_STATUS)
		text_printf(t, " status %u", e->codes[i]);
	else
		text_printf(t, " %s", reason_name(e->found[i]));
}

/* "1 of 3 addresses failing: 192.0.2.3 connection_refused"; "": none. */
static size_t
describe(const struct each *e, char *out, size_t size)
{
	size_t failing = 0, told = 0;
	struct text t;

	for (size_t i = 0; i < e->count; i++)
		failing += is_failing(e->found[i]) ? 1 : 0;
	out[0] = '\0';
	if (failing == 0)
		return 0;
	text_init(&t, 4096);
	text_printf(&t, "%zu of %zu addresses failing", failing, e->count);
	for (size_t i = 0; i < e->count; i++) {
		struct text one;
		bool fits;

		if (!is_failing(e->found[i]))
			continue;
		text_init(&one, 128);
		text_add(&one, told == 0 ? ": " : ", ");
		add_failing(&one, e, i);
		fits = text_len(&t) + text_len(&one) + MORE_BYTES < size;
		if (fits)
			text_add(&t, text_str(&one));
		text_done(&one);
		if (!fits)
			break;
		told++;
	}
	if (told < failing)
		text_printf(&t, " and %zu more", failing - told);
	(void)snprintf(out, size, "%s", text_str(&t));
	text_done(&t);
	return failing;
}

/* With one address there is nothing to add to what it said. */
static void
end(struct each *e)
{
	struct probe *p = e->whole;
	wall_ms now = loop_now(p->env->loop);
	struct sample *s = &e->best;
	bool good = weight((enum reason)s->reason) == weight(REASON_OK);
	char detail[EXPECT_DETAIL_BYTES];
	size_t failing = describe(e, detail, sizeof(detail));
	struct probe_result result = {.steps = p->steps,
	    .step_count = p->step_count,
	    .detail = e->count > 1 && failing > 0 ? detail : e->detail,
	    .redirect_blocked = e->redirect_blocked};

	/* It ends now, though others may have been asked after it. */
	s->dns_us += p->took_us;
	s->total_us += p->took_us;
	s->latency = latency_code(s->total_us);
	s->start = now - s->total_us / 1000;
	if (e->proven)
		s->flags |= SAMPLE_PATH_PROVEN;
	if (good && failing > 0)
		s->flags |= SAMPLE_PARTIAL;
	if (!good || failing > 0) {
		if (e->excerpt.body == NULL)
			excerpt_build(&e->excerpt, NULL, NULL, NULL);
		/* What it said itself is masked there already. */
		if (result.detail == detail) {
			mem_free(e->excerpt.detail);
			e->excerpt.detail = mem_dup(detail);
		}
		e->excerpt.start = s->start;
		result.excerpt = &e->excerpt;
	}
	result.sample = *s;
	probe_end(p, &result);
}

/* Forbidden ones are failing, and no packet is sent to them. */
static void
ask_next(struct each *e)
{
	struct probe *p = e->whole;
	size_t left = 0;
	span_ms share;

	while (e->next < e->count && !policy_probe_allows(&e->all[e->next])) {
		probe_add_step(p, &e->all[e->next])->reason =
		    REASON_BLOCKED_BY_POLICY;
		e->found[e->next++] = REASON_BLOCKED_BY_POLICY;
	}
	for (size_t i = e->next; i < e->count; i++)
		left += policy_probe_allows(&e->all[i]) ? 1 : 0;
	if (left == 0) {
		end(e);
		return;
	}
	share = probe_left(p) / (span_ms)left;
	e->asking = probe_start_at(p->env, p->plan, &e->all[e->next],
	    share > 0 ? share : 1, on_asked, e);
	e->asking->awaited = e->asking->awaited || p->awaited;
}
