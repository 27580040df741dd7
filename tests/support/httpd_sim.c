/* SPDX-License-Identifier: MIT */
#include "httpd_sim.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/httpd_check.h"
#include "io/throttle.h"
#include "scripts.h"

enum { SENT_BYTES = 1 << 26, PARAMS_MAX = 64 };

struct http_exchange {
	struct visit *visit;
};

struct http_stream {
	struct visit *visit;
	http_gone_fn *gone;
	void *arg;
	size_t behind;
};

struct visit {
	TAILQ_ENTRY(visit) entry;
	struct httpd *httpd; /* NULL: it is no more */
	struct timer *turn;
	char *method, *target, **headers;
	char *path, *query, *values[PARAMS_MAX];
	char *body;
	struct http_request request;
	struct http_exchange exchange;
	struct http_stream stream;
	bool asked, pending, streaming, deaf, left, forgotten;
	struct httpd_sim_answer answer; /* strings: ours */
	struct text sent;
};

TAILQ_HEAD(visits, visit);

struct httpd {
	struct loop *loop;
	int fd;
	struct httpd_limits limits;
	char **hosts;
	httpd_fn *fn;
	void *arg;
	struct httpd_stats stats;
	struct visits visits;
	struct throttle *throttle;
};

static char **
copy_list(const char *const *list)
{
	size_t n = 0;
	char **copy;

	while (list != NULL && list[n] != NULL)
		n++;
	copy = mem_array(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_dup(list[i]);
	return copy;
}

static void
free_list(char **list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		mem_free(list[i]);
	mem_free(list);
}

static void
free_text(const char *s)
{
	union {
		const char *theirs;
		char *ours;
	} text = {.theirs = s};

	mem_free(text.ours);
}

struct httpd *
httpd_new(struct loop *l, int fd, const struct httpd_limits *m, httpd_fn *fn,
    void *arg, struct fail *f)
{
	struct httpd *h = mem_zalloc(sizeof(*h));

	(void)f;
	*h = (struct httpd){.loop = l,
	    .fd = fd,
	    .limits = *m,
	    .hosts = copy_list(m->hosts),
	    .fn = fn,
	    .arg = arg};
	TAILQ_INIT(&h->visits);
	if (m->rate > 0 && m->rate_loopback)
		h->throttle = throttle_new(60 * m->rate, m->burst);
	loop_sim_scripts(l)->httpd = h;
	return h;
}

struct httpd *
httpd_sim_of(struct loop *l)
{
	return loop_sim_scripts(l)->httpd;
}

struct httpd_stats
httpd_stats(const struct httpd *h)
{
	return h->stats;
}

static void
visit_free(struct visit *v)
{
	timer_free(v->turn);
	mem_free(v->method);
	mem_free(v->target);
	free_list(v->headers);
	mem_free(v->path);
	mem_free(v->query);
	for (size_t i = 0; i < PARAMS_MAX; i++)
		mem_free(v->values[i]);
	mem_free(v->body);
	free_text(v->answer.type);
	free_text(v->answer.etag);
	free_text(v->answer.cache);
	free_text(v->answer.location);
	free_text(v->answer.link);
	free_text(v->answer.allow);
	free_text(v->answer.authenticate);
	text_done(&v->sent);
	mem_free(v);
}

/* The server has nothing more to do with it. */
static void
settle(struct visit *v)
{
	if (v->httpd != NULL && !v->pending && !v->streaming && v->asked) {
		TAILQ_REMOVE(&v->httpd->visits, v, entry);
		v->httpd->stats.connections--;
		v->httpd = NULL;
	}
	if (v->httpd == NULL && v->forgotten)
		visit_free(v);
}

void
httpd_free(struct httpd *h)
{
	struct visit *v;

	if (h == NULL)
		return;
	while ((v = TAILQ_FIRST(&h->visits)) != NULL) {
		timer_disarm(v->turn);
		v->answer.ended = true;
		v->asked = true;
		v->pending = v->streaming = false;
		settle(v);
	}
	if (loop_sim_scripts(h->loop)->httpd == h)
		loop_sim_scripts(h->loop)->httpd = NULL;
	free_list(h->hosts);
	throttle_free(h->throttle);
	(void)close(h->fd);
	mem_free(h);
}

/* The value of "Name: value", or NULL when it is another. */
static const char *
value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	return line + n + 1 + strspn(line + n + 1, " ");
}

const char *
http_header(const struct http_request *r, const char *name)
{
	const struct visit *v = r->exchange->visit;
	const char *value = NULL;

	for (size_t i = 0; v->headers[i] != NULL && value == NULL; i++)
		value = value_of(v->headers[i], name);
	return value;
}

const char *
http_param(const struct http_request *r, const char *name)
{
	struct visit *v = r->exchange->visit;
	size_t i = 0;

	while (i < PARAMS_MAX && v->values[i] != NULL)
		i++;
	assert(i < PARAMS_MAX);
	v->values[i] = httpd_query_param(v->query, name);
	return v->values[i];
}

static enum httpd_verb
verb_of(const char *method)
{
	static const char *const names[] = {[VERB_GET] = "GET",
	    [VERB_HEAD] = "HEAD",
	    [VERB_POST] = "POST",
	    [VERB_OPTIONS] = "OPTIONS"};

	for (size_t i = VERB_GET; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(method, names[i]) == 0)
			return (enum httpd_verb)i;
	return VERB_OTHER;
}

static bool
is_known(const struct visit *v, const struct http_answer *a)
{
	const char *list = http_header(&v->request, "If-None-Match");

	return a->code == 200 && a->etag != NULL && list != NULL &&
	    v->request.method == HTTP_GET && httpd_etag_matches(list, a->etag);
}

static void
answer(struct visit *v, const struct http_answer *a)
{
	bool known = is_known(v, a);

	v->answer = (struct httpd_sim_answer){.code = known ? 304 : a->code,
	    .type = known ? NULL : mem_dup(a->type),
	    .etag = mem_dup(a->etag),
	    .cache = mem_dup(a->cache != NULL ? a->cache : "no-store"),
	    .location = mem_dup(a->location),
	    .link = mem_dup(a->link),
	    .allow = mem_dup(a->allow),
	    .authenticate = mem_dup(a->authenticate),
	    .retry_after_s = a->retry_after_s,
	    .shared = a->shared,
	    .packed = a->packed,
	    .varies = a->varies,
	    .ended = true};
	if (!known && a->type != NULL && verb_of(v->method) != VERB_HEAD)
		text_add_n(&v->sent, a->body, a->size);
}

static int
refusal(struct visit *v)
{
	char length[24];
	struct httpd_head head = {.verb = verb_of(v->method),
	    .major = 1,
	    .minor = 1};
	const struct httpd_names names = {.hosts = v->httpd->hosts};

	for (size_t i = 0; v->headers[i] != NULL; i++) {
		const char *line = v->headers[i];
		const char *colon = strchr(line, ':');
		char *name = mem_dup_n(line, (size_t)(colon - line));

		httpd_head_field(&head, name, value_of(line, name));
		mem_free(name);
	}
	if (head.hosts == 0)
		httpd_head_field(&head, "Host", "localhost");
	(void)snprintf(length, sizeof(length), "%zu", v->request.body_size);
	if (head.verb == VERB_POST || v->request.body_size > 0)
		httpd_head_field(&head, "Content-Length", length);
	if (v->request.body_size > v->httpd->limits.body_max)
		return 413;
	return httpd_head_refusal(&head, &names);
}

static void
hear(struct visit *v)
{
	static const unsigned char key[THROTTLE_KEY_BYTES] = {127, 0, 0, 1};
	struct httpd *h = v->httpd;
	int code = refusal(v);

	if (code == 0 && h->throttle != NULL &&
	    !throttle_take(h->throttle, key, loop_micros(h->loop) / 1000))
		code = 429;
	if (code == 0 && verb_of(v->method) == VERB_OPTIONS)
		code = 204;
	else if (code == 0 &&
	    !httpd_target_take(v->target, &v->path, &v->query))
		code = 400;
	if (code != 0) {
		h->stats.refused += code != 204;
		answer(v,
		    &(struct http_answer){.code = code,
			.allow =
			    code == 405 || code == 204 ? HTTPD_METHODS : NULL});
		settle(v);
		return;
	}
	v->request.method =
	    verb_of(v->method) == VERB_POST ? HTTP_POST : HTTP_GET;
	v->request.path = v->path;
	v->request.query = v->query;
	v->pending = true;
	h->stats.requests++;
	h->fn(h->arg, &v->request);
}

static void
on_turn(void *arg)
{
	struct visit *v = arg;
	http_gone_fn *gone = v->stream.gone;
	void *whom = v->stream.arg;

	if (!v->asked) {
		v->asked = true;
		hear(v);
	} else if (v->streaming) {
		v->streaming = false;
		v->answer.ended = true;
		v->httpd->stats.streams--;
		settle(v);
		gone(whom);
	}
}

struct visit *
httpd_sim_visit(struct httpd *h, const struct httpd_sim_request *q)
{
	struct visit *v = mem_zalloc(sizeof(*v));

	v->httpd = h;
	v->turn = timer_new(h->loop, on_turn, v);
	v->method = mem_dup(q->method != NULL ? q->method : "GET");
	v->target = mem_dup(q->target);
	v->headers = copy_list(q->headers);
	v->body = q->body != NULL ? mem_dup_n(q->body, q->body_size) : NULL;
	v->exchange.visit = v->stream.visit = v;
	v->request = (struct http_request){.exchange = &v->exchange,
	    .body = v->body,
	    .body_size = q->body_size};
	text_init(&v->sent, SENT_BYTES);
	TAILQ_INSERT_TAIL(&h->visits, v, entry);
	h->stats.connections++;
	timer_arm_real(v->turn, 0);
	return v;
}

struct visit *
httpd_sim_get(struct httpd *h, const char *target)
{
	return httpd_sim_visit(h,
	    &(struct httpd_sim_request){.target = target});
}

struct httpd_sim_answer
httpd_sim_answer(const struct visit *v)
{
	struct httpd_sim_answer a = v->answer;

	a.body = text_str(&v->sent);
	a.size = text_len(&v->sent);
	return a;
}

void
httpd_sim_leave(struct visit *v)
{
	v->left = true;
	if (v->streaming)
		timer_arm_real(v->turn, 0);
}

void
httpd_sim_turn_deaf(struct visit *v)
{
	v->deaf = true;
}

void
httpd_sim_forget(struct visit *v)
{
	httpd_sim_leave(v);
	v->forgotten = true;
	settle(v);
}

void
http_reply(struct http_exchange *x, const struct http_answer *a)
{
	struct visit *v = x->visit;

	assert(v->pending);
	answer(v, a);
	v->pending = false;
	settle(v);
}

struct http_stream *
http_stream_open(struct http_exchange *x, const char *type, http_gone_fn *gone,
    void *arg)
{
	struct visit *v = x->visit;
	struct httpd *h = v->httpd;

	if (verb_of(v->method) == VERB_HEAD) {
		http_reply(x, &(struct http_answer){.code = 200, .type = type});
		return NULL;
	}
	if (h->stats.streams >= h->limits.streams_max) {
		h->stats.refused++;
		http_reply(x, &(struct http_answer){.code = 503});
		return NULL;
	}
	h->stats.streams++;
	v->pending = false;
	v->streaming = true;
	v->stream.gone = gone;
	v->stream.arg = arg;
	v->answer = (struct httpd_sim_answer){.code = 200,
	    .type = mem_dup(type),
	    .cache = mem_dup("no-store"),
	    .stream = true};
	if (v->left)
		timer_arm_real(v->turn, 0);
	return &v->stream;
}

void
http_stream_send(struct http_stream *s, const void *data, size_t size)
{
	struct visit *v = s->visit;

	if (v->left || s->behind > v->httpd->limits.backlog_max)
		return;
	if (!v->deaf) {
		text_add_n(&v->sent, data, size);
		assert(text_ok(&v->sent));
		return;
	}
	s->behind += size;
	if (s->behind > v->httpd->limits.backlog_max) {
		v->httpd->stats.cut++;
		timer_arm_real(v->turn, 0);
	}
}

void
http_stream_close(struct http_stream *s)
{
	struct visit *v = s->visit;

	timer_disarm(v->turn);
	v->streaming = false;
	v->answer.ended = true;
	v->httpd->stats.streams--;
	settle(v);
}
