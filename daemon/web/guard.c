/* SPDX-License-Identifier: MIT */
/* guard - who a visitor is, and whether that is enough for what it asks. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/url.h"
#include "web/site.h"

enum { REFUSED_MS = SECOND_MS, HOST_BYTES = 300 };

/* A wrong token is not answered at once. */
struct refused {
	LIST_ENTRY(refused) entry;
	struct timer *timer;
	const struct http_request *r;
};

static void
challenge(const struct http_request *r, const char *detail)
{
	answer_problem_as(r,
	    &(struct http_answer){.code = 401,
		.authenticate = "Bearer realm=\"vigie\""},
	    "Not known", detail);
}

static void
refused_free(struct refused *one)
{
	LIST_REMOVE(one, entry);
	timer_free(one->timer);
	mem_free(one);
}

static void
on_time(void *arg)
{
	struct refused *one = arg;

	challenge(one->r, "That token is not known here.");
	refused_free(one);
}

void
guard_end(struct site *s)
{
	while (!LIST_EMPTY(&s->refused))
		refused_free(LIST_FIRST(&s->refused));
}

static void
refuse(struct site *s, const struct http_request *r)
{
	struct refused *one;

	s->unknown_tokens++;
	if (!throttle_take(s->wrong, r->client, loop_micros(s->loop) / 1000)) {
		answer_problem_as(r,
		    &(struct http_answer){.code = 429, .retry_after_s = 60},
		    "Too many", "Too many wrong tokens from this address.");
		return;
	}
	one = mem_zalloc(sizeof(*one));
	one->r = r;
	one->timer = timer_new(s->loop, on_time, one);
	LIST_INSERT_HEAD(&s->refused, one, entry);
	timer_arm_real(one->timer, REFUSED_MS);
}

/*
 * The token is looked at before the throttle: a right one is let in whatever
 * others at its address tried, so that nobody can be locked out by them.
 */
bool
guard_identify(struct site *s, struct visitor *v)
{
	const char *shown = http_header(v->r, "Authorization");

	v->level = LEVEL_PUBLIC;
	if (s->access == NULL)
		v->level = LEVEL_READER;
	else if (shown != NULL &&
	    !access_knows(s->access, shown, &v->level, &v->name)) {
		refuse(s, v->r);
		return false;
	}
	return true;
}

/* "example.org" of "https://example.org:443/" */
static const char *
authority(const struct url *u)
{
	return strstr(u->origin, "://") + 3;
}

/*
 * The origin is that of public_url, whose name over another scheme is not: it
 * can be spoken for on the way.  Another name is ours where this request went
 * to it, past the proxy.
 */
static bool
is_ours(const struct site *s, const struct http_request *r, const char *origin)
{
	const char *host = http_header(r, "Host"), *url = s->show.public_url;
	struct url from = {0}, to = {0};
	bool ours = false;

	if (url_parse(origin, &from, NULL) == OK && url_is_web(&from)) {
		if (url != NULL && url_parse(url, &to, NULL) == OK &&
		    strcmp(authority(&from), authority(&to)) == 0)
			ours = strcmp(from.origin, to.origin) == 0;
		else
			ours = host != NULL &&
			    strcasecmp(strstr(origin, "://") + 3, host) == 0;
	}
	url_done(&from);
	url_done(&to);
	return ours;
}

/* No page of another site makes a browser act here. */
static bool
comes_from_us(const struct site *s, const struct http_request *r)
{
	const char *site = http_header(r, "Sec-Fetch-Site");
	const char *origin = http_header(r, "Origin");

	if (site != NULL && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0)
		return false;
	return origin == NULL || is_ours(s, r, origin);
}

static bool
is_json(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");
	size_t n;

	if (type == NULL)
		return false;
	n = strcspn(type, "; ");
	return n == strlen(type_json) && strncasecmp(type, type_json, n) == 0;
}

bool
guard_admits(struct site *s, const struct visitor *v, enum level least)
{
	if (v->r->method == HTTP_POST && !comes_from_us(s, v->r)) {
		answer_problem(v->r, 403, "Not from here",
		    "It was sent by a page of another site.");
	} else if (v->r->method == HTTP_POST && !is_json(v->r)) {
		answer_problem(v->r, 415, "Not JSON",
		    "Its Content-Type has to be application/json.");
	} else if (v->level >= least) {
		return true;
	} else if (s->access == NULL) {
		answer_problem(v->r, 403, "Nobody may",
		    "The configuration names no tokens: nobody may act here.");
	} else if (v->name == NULL) {
		challenge(v->r, "A token is needed for that.");
	} else {
		answer_problem(v->r, 403, "Not allowed",
		    "The role of this token does not allow that.");
	}
	return false;
}

/* Browsers ask for a name and a password, and show them from then on. */
void
page_login(struct site *s, const struct visitor *v)
{
	char home[HOST_BYTES];

	(void)snprintf(home, sizeof(home), "%s/", s->show.base_path);
	if (v->name != NULL)
		http_reply(v->r->exchange,
		    &(struct http_answer){.code = 303, .location = home});
	else if (s->access == NULL)
		answer_problem(v->r, 404, "Not found",
		    "There are no tokens: everybody sees all.");
	else
		answer_problem_as(v->r,
		    &(struct http_answer){.code = 401,
			.authenticate =
			    "Basic realm=\"vigie\", charset=\"UTF-8\""},
		    "Who are you?", "A name and its token are needed.");
}
