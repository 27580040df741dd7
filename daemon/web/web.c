/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "web/frame.h"
#include "web/site.h"
#include "wire/field.h"
#include "wire/message.h"

enum {
	STEPS_MAX = 8000, /* thousands: some 200 ms of reading */
	CONNECTIONS_MAX = 2048,
	PER_ADDRESS_MAX = 256,
	STREAMS_MAX = 512,
	WRONG_A_MINUTE = 10, /* tokens of an address */
	PROXIES_MAX = 64,
	RATE = 50,   /* requests per second of an address, */
	BURST = 200, /* and at once */
	HEADERS_BYTES = 16384,
	BODY_BYTES = 65536,
	BACKLOG_BYTES = 65536,
	WAITING_BYTES = 64 << 20,
	REQUEST_MS = 10 * SECOND_MS,
	WRITE_MS = 30 * SECOND_MS,
	IDLE_MS = MINUTE_MS,
	HOST_BYTES = 256
};

struct web {
	struct site site;
	struct channel *channel;
};

static void
ask(void *arg, uint64_t id, const char *author, const char *request)
{
	struct web *w = arg;
	const struct asked a = {.id = id,
	    .author = (char *)(uintptr_t)author,
	    .text = (char *)(uintptr_t)request};
	unsigned char *buf = mem_zalloc(CHANNEL_BODY_MAX);
	struct bytes_out out;

	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	asked_put(&out, &a);
	if (!out.ok || channel_send(w->channel, MSG_ASKED, buf, out.len) != OK)
		acts_answered(&w->site, id, "{}");
	mem_free(buf);
}

struct web *
web_new(struct loop *l, struct logline *log)
{
	struct web *w = mem_zalloc(sizeof(*w));

	w->site.loop = l;
	w->site.log = log;
	w->site.services = json_object();
	w->site.latest = mem_zalloc(sizeof(*w->site.latest));
	(void)snprintf(w->site.boot, sizeof(w->site.boot), "%" PRIx64,
	    (uint64_t)loop_wall(l));
	w->site.wrong = throttle_new(WRONG_A_MINUTE, WRONG_A_MINUTE);
	w->site.ask = ask;
	w->site.ask_arg = w;
	LIST_INIT(&w->site.refused);
	LIST_INIT(&w->site.askings);
	streams_begin(&w->site);
	fresh_begin(&w->site);
	return w;
}

static void
latest_done(struct latest *l)
{
	status_done(&l->list);
	recall_close(l->recall);
	*l = (struct latest){.read = false};
}

void
web_free(struct web *w)
{
	if (w == NULL)
		return;
	fresh_end(&w->site);
	streams_end(&w->site);
	guard_end(&w->site);
	acts_end(&w->site);
	access_free(w->site.access);
	throttle_free(w->site.wrong);
	httpd_free(w->site.httpd);
	query_close(w->site.q);
	latest_done(w->site.latest);
	mem_free(w->site.latest);
	unknowns_done(&w->site.unknowns);
	json_decref(w->site.services);
	json_decref(w->site.planned);
	showing_done(&w->site.show);
	for (size_t i = 0; i < 2; i++) {
		kept_done(&w->site.status_page[i]);
		kept_done(&w->site.status_json[i]);
	}
	mem_free(w);
}

void
web_attach(struct web *w, struct channel *c)
{
	w->channel = c;
}

struct query *
site_query(struct site *s, struct fail *f)
{
	if (s->q == NULL && s->show.database != NULL &&
	    query_open(s->show.database, STEPS_MAX, &s->q, f) != STORE_OK) {
		log_event(s->log, SEVERITY_WARNING, "database-unread why=%s",
		    f->why);
		f->code = ERR_IO; /* not what was asked for is missing */
	}
	return s->q;
}

void
site_failed(struct site *s, const struct fail *f)
{
	log_event(s->log, SEVERITY_WARNING, "database-unread why=%s", f->why);
	query_close(s->q);
	s->q = NULL;
}

const json_t *
site_service(const struct site *s, const char *id)
{
	return json_object_get(s->services, id);
}

bool
site_tagged(const struct site *s, const char *service, const char *tag)
{
	const json_t *tags = json_object_get(site_service(s, service), "tags");
	size_t i;
	json_t *one;

	json_array_foreach(tags, i, one) if (json_is_string(one) &&
	    strcmp(json_string_value(one), tag) == 0) return true;
	return false;
}

bool
site_shows(const struct site *s, const struct visitor *v, const char *service)
{
	const json_t *known = site_service(s, service);

	/* What is configured no more may have been private. */
	return v->level >= LEVEL_READER ||
	    (known != NULL && !json_is_true(json_object_get(known, "private")));
}

void
site_veil(const struct site *s, const struct visitor *v,
    struct query_incident *i)
{
	if (i->now.lead.n == 0 || site_shows(s, v, i->lead_service))
		return;
	i->now.lead = (struct incident_id){0};
	i->lead_endpoint = NULL;
}

bool
site_lists(const struct site *s, const struct visitor *v,
    const struct query_incident *i, bool narrowed)
{
	return site_shows(s, v, i->service) &&
	    (narrowed || i->now.lead.n == 0 ||
		!site_shows(s, v, i->lead_service));
}

/* Of the present change; empty when that is new. */
static struct latest *
latest_of(const struct site *s)
{
	if (s->latest->change != s->now.change) {
		latest_done(s->latest);
		s->latest->change = s->now.change;
	}
	return s->latest;
}

struct viewing {
	const struct site *site;
	const struct visitor *visitor;
};

static bool
on_service(void *arg, const char *service)
{
	const struct viewing *w = arg;

	return site_shows(w->site, w->visitor, service);
}

enum status
site_status(const struct site *s, const struct visitor *v, struct query *q,
    const char *filter, struct status_list *l, struct fail *f)
{
	struct viewing viewing = {s, v};
	struct latest *latest = latest_of(s);
	enum status status = OK;

	if (!latest->read) {
		status = status_read(q, NULL, &latest->list, f);
		latest->read = status == OK;
		if (status != OK)
			status_done(&latest->list);
	}
	status_borrow(&latest->list, filter, l);
	status_keep(l, on_service, &viewing);
	if (v->level < LEVEL_READER)
		status_unname(l);
	return status;
}

wall_ms
site_known(const struct site *s, struct query *q)
{
	const struct latest *latest = latest_of(s);

	return latest->read ? latest->list.as_of : query_known_until(q);
}

const struct recall *
site_recall(const struct site *s, struct query *q, struct fail *f)
{
	struct latest *latest = latest_of(s);

	if (latest->recall == NULL && recall_open(q, &latest->recall, f) != OK)
		latest->recall = NULL;
	return latest->recall;
}

void
site_refresh(const struct site *s, struct query_incident *i)
{
	struct fail f;

	if (i->closed == 0)
		recall_refresh(site_recall(s, s->q, &f), i->owner, &i->now);
}

struct kept *
site_kept(struct kept kept[2], const struct visitor *v)
{
	return &kept[v->level >= LEVEL_READER];
}

const char *
site_version(const struct site *s, char buf[VERSION_BYTES])
{
	(void)snprintf(buf, VERSION_BYTES, "%s-%" PRIu64 "-%d%d%d", s->boot,
	    s->now.news, s->now.degraded, s->now.damaged, s->stale);
	return buf;
}

const char *
site_daemon(const struct site *s)
{
	return s->now.damaged ? "damaged"
	    : s->now.degraded ? "cannot_write"
			      : "running";
}

/* The keeper starts a new one when this one goes. */
static void
give_up(struct web *w, const char *why)
{
	log_event(w->site.log, SEVERITY_ERR, "web-stop why=%s", why);
	loop_stop(w->site.loop);
}

/* The host of "https://status.example.org:8443/x", into buf. */
static const char *
host_of(const char *url, char buf[HOST_BYTES])
{
	const char *at = url != NULL ? strstr(url, "://") : NULL;

	if (at == NULL)
		return NULL;
	at += 3;
	if (*at == '[')
		(void)snprintf(buf, HOST_BYTES, "%.*s",
		    (int)strcspn(at + 1, "]/"), at + 1);
	else
		(void)snprintf(buf, HOST_BYTES, "%.*s", (int)strcspn(at, ":/"),
		    at);
	return buf;
}

/* At most so many; cut out of text. */
static char **
lines_of(char *text, char *lines[PROXIES_MAX + 1])
{
	size_t n = 0;

	for (char *at = text; *at != '\0' && n < PROXIES_MAX;) {
		char *end = strchr(at, '\n');

		lines[n++] = at;
		if (end == NULL)
			break;
		*end = '\0';
		at = end + 1;
	}
	lines[n] = NULL;
	return lines;
}

/* Without a file everybody may see all; with one that is wrong, nobody. */
static void
take_tokens(struct web *w, int fd)
{
	struct site *s = &w->site;
	struct fail f = {.why = "no file came"};
	unsigned line = 0;

	access_free(s->access);
	s->access = NULL;
	if (!s->show.guarded)
		return;
	if (fd >= 0 && access_read(fd, &s->access, &line, &f) == OK)
		return;
	log_event(s->log, SEVERITY_ERR, "tokens-unread line=%u why=%s", line,
	    f.why);
	s->access = access_none();
}

static bool
take_show(struct web *w, struct bytes_in *in, int *fd, int tokens)
{
	struct fail f = {.why = ""};
	char host[HOST_BYTES];
	const char *hosts[] = {NULL, NULL};
	struct httpd_limits limits = {.connections_max = CONNECTIONS_MAX,
	    .per_address_max = PER_ADDRESS_MAX,
	    .streams_max = STREAMS_MAX,
	    .rate = RATE,
	    .burst = BURST,
	    .headers_max = HEADERS_BYTES,
	    .body_max = BODY_BYTES,
	    .backlog_max = BACKLOG_BYTES,
	    .waiting_max = WAITING_BYTES,
	    .request_ms = REQUEST_MS,
	    .write_ms = WRITE_MS,
	    .idle_ms = IDLE_MS,
	    .hosts = hosts};
	char *proxies[PROXIES_MAX + 1];
	struct showing show;

	if (!showing_get(in, &show))
		return false;
	showing_done(&w->site.show);
	w->site.show = show;
	frame_set_base(show.base_path);
	frame_set_guarded(show.guarded);
	take_tokens(w, tokens);
	if (w->site.httpd != NULL || *fd < 0)
		return w->site.httpd != NULL;
	hosts[0] = host_of(show.public_url, host);
	limits.proxies = (const char *const *)lines_of(show.proxies, proxies);
	w->site.httpd =
	    httpd_new(w->site.loop, *fd, &limits, routes_answer, &w->site, &f);
	*fd = -1;
	if (w->site.httpd == NULL)
		give_up(w, f.why);
	else if (channel_send(w->channel, MSG_READY, NULL, 0) != OK)
		give_up(w, "the keeper takes no answer");
	return true;
}

static bool
take_service(struct web *w, struct bytes_in *in)
{
	char *text = field_text_needed(in);
	json_t *j = text != NULL ? json_loads(text, 0, NULL) : NULL;
	const char *id = json_string_value(json_object_get(j, "id"));
	bool fits = bytes_in_done(in) && id != NULL;

	if (fits)
		(void)json_object_set(w->site.services, id, j);
	json_decref(j);
	mem_free(text);
	return fits;
}

static bool
take_planned(struct site *s, struct bytes_in *in)
{
	char *text = field_text_needed(in);
	json_t *j = text != NULL ? json_loads(text, 0, NULL) : NULL;
	bool fits = bytes_in_done(in) && json_is_array(j);

	if (fits) {
		json_decref(s->planned);
		s->planned = json_incref(j);
	}
	json_decref(j);
	mem_free(text);
	return fits;
}

static bool
take_acted(struct site *s, struct bytes_in *in)
{
	struct asked a;

	if (!asked_get(in, &a))
		return false;
	acts_answered(s, a.id, a.text);
	asked_done(&a);
	return true;
}

static bool
take_changed(struct site *s, struct bytes_in *in)
{
	const struct changed before = s->now;

	if (!changed_get(in, &s->now))
		return false;
	if (before.news != s->now.news || before.degraded != s->now.degraded ||
	    before.damaged != s->now.damaged)
		streams_tell(s);
	return true;
}

static bool
take_counted(struct site *s, struct bytes_in *in)
{
	struct counted counted;

	if (!counted_get(in, &counted))
		return false;
	fresh_heard(s, &counted);
	return true;
}

static bool
take(struct web *w, const struct frame *f, int *fd, int tokens)
{
	struct hello hello;
	struct bytes_in in;

	bytes_in_init(&in, f->body, f->size);
	switch (f->type) {
	case MSG_HELLO:
		if (!hello_get(&in, &hello))
			return false;
		loop_set_axis(w->site.loop, hello.now);
		hello_done(&hello);
		return true;
	case MSG_SHOW:
		return take_show(w, &in, fd, tokens);
	case MSG_SERVICE:
		return take_service(w, &in);
	case MSG_PLANNED:
		return take_planned(&w->site, &in);
	case MSG_ACTED:
		return take_acted(&w->site, &in);
	case MSG_CHANGED:
		return take_changed(&w->site, &in);
	case MSG_COUNTED:
		return take_counted(&w->site, &in);
	default:
		return true;
	}
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct web *w = arg;
	int fd = f->fd_count > 0 ? f->fds[0] : -1;
	bool understood = take(w, f, &fd, f->fd_count > 1 ? f->fds[1] : -1);

	if (fd >= 0)
		(void)close(fd);
	for (size_t i = 1; i < f->fd_count; i++)
		(void)close(f->fds[i]);
	if (!understood)
		give_up(w, "a message that does not fit");
}

static void
on_end(void *arg, const char *why)
{
	struct web *w = arg;

	(void)why;
	loop_stop(w->site.loop);
}

struct channel_events
web_events(struct web *w)
{
	return (struct channel_events){.on_frame = on_frame,
	    .on_end = on_end,
	    .arg = w};
}
