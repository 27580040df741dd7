/* SPDX-License-Identifier: MIT */
#include "keeper/showcase.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/windowjson.h"
#include "config/windowspec.h"
#include "io/listen.h"
#include "keeper/inside.h"
#include "wire/notice_json.h"
#include "wire/showing.h"

enum {
	SERVICE_BYTES = CHANNEL_BODY_MAX - 16,
	PREFIX_BYTES = 200,
	OCCURRENCES = 2,
	PLANNED_TICKS = 10, /* how often what is next is looked up */
	WINDOWS_SHOWN = 60, /* of each source: what a message has room for */
	ID_BYTES = 32
};

void
showcase_init(struct showcase *s)
{
	*s = (struct showcase){.fd = -1};
}

static void
close_socket(struct showcase *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	mem_free(s->listen);
	s->fd = -1;
	s->listen = NULL;
}

void
showcase_done(struct showcase *s)
{
	close_socket(s);
	mem_free(s->planned);
	showcase_init(s);
}

/* What listens goes on: nobody is refused while its server starts anew. */
bool
showcase_open(struct keeper *k)
{
	struct showcase *s = &k->showcase;
	const char *where = k->config->listen;
	char shown[LISTEN_ADDRESS_BYTES];
	struct fail f = {.why = ""};
	bool refused;

	if (s->fd >= 0 && where != NULL && strcmp(where, s->listen) == 0)
		return true;
	refused = s->refused;
	s->refused = false;
	close_socket(s);
	if (where == NULL)
		return false;
	if (listen_open(where, &s->fd, &f) != OK) {
		if (!refused)
			log_event(k->log, SEVERITY_ERR,
			    "dashboard-absent listen=%s why=%s action=%s",
			    where, f.why, "tried again every 10 s");
		s->fd = -1;
		s->refused = true;
		return false;
	}
	s->listen = mem_dup(where);
	listen_address(s->fd, shown, sizeof(shown));
	log_event(k->log, SEVERITY_NOTICE, "dashboard address=%s", shown);
	return true;
}

void
showcase_retry(struct keeper *k)
{
	if (k->config->listen != NULL && k->showcase.fd < 0)
		children_show(k);
}

static void
send_text(struct keeper *k, enum message_type type, const char *s,
    unsigned char *buf)
{
	struct bytes_out out;

	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	bytes_put_text(&out, s);
	if (out.ok)
		children_send(&k->children[CHILD_WEB], type, buf, out.len);
	else
		log_event(k->log, SEVERITY_WARNING,
		    "dashboard-left-out bytes=%zu", strlen(s));
}

/* The endpoints that prove each function, in the order of their names. */
static json_t *
proof_json(const struct config_functions *f)
{
	json_t *all = json_array();

	for (size_t i = 0; i < f->count; i++) {
		json_t *ids = json_array();

		for (size_t k = 0; k < f->each[i].proof_count; k++)
			(void)json_array_append_new(ids,
			    json_string(f->each[i].proof[k]->target.id));
		(void)json_array_append_new(all, ids);
	}
	return all;
}

/* How each endpoint is looked at, by id; what a query says may be secret. */
static json_t *
checks_json(const struct config_service *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->endpoint_count; i++) {
		const struct target *t = &s->endpoints[i].target;
		json_t *url = json_stringn(t->url, strcspn(t->url, "?#"));
		const char *method = t->method != NULL ? t->method : "GET";

		(void)json_object_set_new(all, t->id,
		    json_pack("{s:o, s:I, s:I}", "url", url, "interval_ms",
			(json_int_t)t->interval, "timeout_ms",
			(json_int_t)t->timeout));
		if (t->kind == TARGET_HTTP)
			(void)json_object_set_new(json_object_get(all, t->id),
			    "method", json_string(method));
	}
	return all;
}

/* What there is room for: how it is checked can be missed first. */
static char *
service_text(const struct keeper *k, json_t *j, const char *id)
{
	static const char *const spare[] = {"checks", "proof"};
	char *text = event_json_text(j);

	for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]) &&
	     strlen(text) > SERVICE_BYTES;
	     i++) {
		log_event(k->log, SEVERITY_WARNING,
		    "dashboard-left-out service=%s what=%s bytes=%zu", id,
		    spare[i], strlen(text));
		mem_free(text);
		(void)json_object_del(j, spare[i]);
		text = event_json_text(j);
	}
	return text;
}

static void
send_service(struct keeper *k, const struct config_service *s,
    unsigned char *buf)
{
	const struct notice_service all = {.id = s->id,
	    .name = s->name,
	    .owner = s->owner,
	    .runbook = s->runbook,
	    .advice = s->advice,
	    .tags = (const char *const *)s->tags,
	    .functions = (const char *const *)s->functions.names,
	    .unaffected = (const char *const *)s->unaffected.names};
	json_t *j = notice_service_json(&all);
	char *text;

	(void)json_object_set_new(j, "proof",
	    json_pack("{s:o, s:o}", "functions", proof_json(&s->functions),
		"unaffected", proof_json(&s->unaffected)));
	(void)json_object_set_new(j, "private", json_boolean(s->private));
	(void)json_object_set_new(j, "checks", checks_json(s));
	text = service_text(k, j, s->id);
	send_text(k, MSG_SERVICE, text, buf);
	mem_free(text);
	json_decref(j);
}

static json_t *
planned_json(const struct config_window *w, const char *id, const char *source,
    wall_ms now)
{
	json_t *j = windowjson(w, now, OCCURRENCES);

	(void)json_object_set_new(j, "id", json_string(id));
	(void)json_object_set_new(j, "source", json_string(source));
	return j;
}

/* Those of the configuration, then those of commands and calendars. */
static json_t *
all_planned(const struct keeper *k)
{
	wall_ms now = loop_now(k->loop);
	json_t *list = json_array();
	char id[ID_BYTES];

	for (size_t i = 0; i < k->config->window_count && i < WINDOWS_SHOWN;
	     i++) {
		(void)snprintf(id, sizeof(id), "c%zu", i + 1);
		(void)json_array_append_new(list,
		    planned_json(&k->config->windows[i], id, "config", now));
	}
	for (size_t i = 0; i < k->kept_count && i < WINDOWS_SHOWN; i++) {
		const struct kept *w = &k->kept[i];

		(void)snprintf(id, sizeof(id), "w%" PRId64, w->id);
		(void)json_array_append_new(list,
		    planned_json(&w->plan->window, id,
			w->calendar ? "calendar" : "command", now));
	}
	return list;
}

static void
send_planned(struct keeper *k)
{
	unsigned char *buf = mem_zalloc(CHANNEL_BODY_MAX);

	send_text(k, MSG_PLANNED, k->showcase.planned, buf);
	mem_free(buf);
}

void
showcase_planned(struct keeper *k)
{
	json_t *list = all_planned(k);
	char *text = event_json_text(list);

	json_decref(list);
	if (k->showcase.planned != NULL &&
	    strcmp(k->showcase.planned, text) == 0) {
		mem_free(text);
		return;
	}
	mem_free(k->showcase.planned);
	k->showcase.planned = text;
	send_planned(k);
	showcase_news(k);
}

/* What web is handed instead of a file that cannot be opened. */
static int
open_tokens(const struct keeper *k)
{
	const char *path = k->config->tokens;
	int fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		log_event(k->log, SEVERITY_ERR,
		    "tokens-unreadable file=%s errno=%d", path, errno);
	return fd >= 0 ? fd : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* As configured; else the path of the public address, where it is plain. */
static void
add_base(struct text *t, const struct config *c)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._~/";
	const char *at =
	    c->public_url != NULL ? strstr(c->public_url, "://") : NULL;
	size_t n;

	if (c->base_path != NULL) {
		text_add(t, c->base_path);
		return;
	}
	at = at != NULL ? strchr(at + 3, '/') : NULL;
	if (at == NULL || at[strspn(at, plain)] != '\0' ||
	    strlen(at) >= PREFIX_BYTES)
		return;
	for (n = strlen(at); n > 0 && at[n - 1] == '/'; n--)
		continue;
	text_add_n(t, at, n);
}

void
showcase_greet(struct keeper *k)
{
	struct child *c = &k->children[CHILD_WEB];
	struct text base, proxies;
	struct showing show = {.database = k->config->database,
	    .public_url = k->config->public_url,
	    .guarded = k->config->tokens != NULL};
	int fds[] = {k->showcase.fd, open_tokens(k)};
	unsigned char *buf = mem_zalloc(CHANNEL_BODY_MAX);
	struct bytes_out out;

	text_init(&base, PREFIX_BYTES);
	text_init(&proxies, CHANNEL_BODY_MAX);
	add_base(&base, k->config);
	for (char **p = k->config->trusted_proxies; p != NULL && *p != NULL;
	     p++)
		text_printf(&proxies, "%s\n", *p);
	show.base_path = (char *)(uintptr_t)text_str(&base);
	show.proxies = (char *)(uintptr_t)text_str(&proxies);
	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	showing_put(&out, &show);
	if (channel_send_fds(c->channel, MSG_SHOW, buf, out.len, fds,
		fds[1] >= 0 ? 2 : 1) == OK) {
		for (size_t i = 0; i < k->config->service_count; i++)
			send_service(k, &k->config->services[i], buf);
		mem_free(k->showcase.planned);
		k->showcase.planned = NULL;
		showcase_planned(k);
	}
	if (fds[1] >= 0)
		(void)close(fds[1]);
	text_done(&base);
	text_done(&proxies);
	mem_free(buf);
}

bool
showcase_asked(struct keeper *k, struct bytes_in *in)
{
	struct asked a, answer = {0};
	unsigned char *buf;
	struct bytes_out out;
	struct text text;

	if (!asked_get(in, &a))
		return false;
	text_init(&text, CONTROL_BYTES);
	if (k->showcase.ask != NULL && a.author != NULL)
		k->showcase.ask(k->showcase.ask_arg, a.author, a.text, &text);
	answer.id = a.id;
	answer.text = (char *)(uintptr_t)text_str(&text);
	buf = mem_zalloc(CHANNEL_BODY_MAX);
	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	asked_put(&out, &answer);
	children_send(&k->children[CHILD_WEB], MSG_ACTED, buf, out.len);
	mem_free(buf);
	text_done(&text);
	asked_done(&a);
	return true;
}

void
showcase_committed(struct keeper *k)
{
	struct counted *c = &k->showcase.counted;

	for (size_t i = 0; i < k->journal.count; i++) {
		const struct pending *e = &k->journal.entries[i];
		const struct output *o = e->u.output.output;

		if (e->kind != ENTRY_OUTPUT || o->kind != OUTPUT_EVENT)
			continue;
		c->events[o->event]++;
		if (o->event == EVENT_OPENED)
			c->incidents[o->kind_now]++;
	}
}

void
showcase_attempted(struct keeper *k, const struct attempt *a)
{
	struct counted *c = &k->showcase.counted;

	c->attempts++;
	if (a->result != ATTEMPT_DELIVERED)
		c->untold[untold_of(a->code)]++;
}

void
showcase_probed(struct keeper *k)
{
	struct counted *c = &k->showcase.counted;

	c->probes += k->stats.probes;
	c->skipped += k->stats.skipped;
	c->dropped += k->stats.dropped;
	c->in_flight = k->stats.in_flight;
	c->late_p50_us = k->stats.late_p50_us;
	c->late_p99_us = k->stats.late_p99_us;
	c->longest_turn_ms = k->stats.longest_turn_ms;
}

static void
send_counted(struct keeper *k)
{
	struct counted c = k->showcase.counted;
	unsigned char buf[COUNTED_BYTES];
	struct bytes_out out;

	c.upto = k->intake.upto;
	c.lost = k->journal.lost_samples;
	c.queued = (uint32_t)(k->intake.count + k->journal.samples);
	c.ready[ROLE_KEEPER] = true;
	for (size_t i = 0; i < CHILD_COUNT; i++)
		c.ready[k->children[i].role] = k->children[i].ready;
	bytes_out_init(&out, buf, sizeof(buf));
	counted_put(&out, &c);
	children_send(&k->children[CHILD_WEB], MSG_COUNTED, buf, out.len);
}

void
showcase_changed(struct keeper *k)
{
	const struct changed now = {.change = ++k->showcase.change,
	    .news = k->showcase.news,
	    .committed = k->committed,
	    .degraded = k->degraded,
	    .damaged = k->damage.certain};
	unsigned char buf[64];
	struct bytes_out out;

	bytes_out_init(&out, buf, sizeof(buf));
	changed_put(&out, &now);
	send_counted(k);
	children_send(&k->children[CHILD_WEB], MSG_CHANGED, buf, out.len);
}

void
showcase_news(struct keeper *k)
{
	k->showcase.news++;
	showcase_changed(k);
}

void
showcase_tick(struct keeper *k)
{
	const struct child *web = &k->children[CHILD_WEB];

	/* A word that waited in a queue would be one of the past. */
	if (web->ready && channel_backlog(web->channel) == 0)
		send_counted(k);
	if (web->ready && ++k->showcase.ticks % PLANNED_TICKS == 0)
		showcase_planned(k);
}
