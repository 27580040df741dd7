/* SPDX-License-Identifier: MIT */
#include "parts_web.h"

enum { FRAME_BYTES = 4096 };

static const struct incident_id first = {20230214, 1};

static void
on_frame(void *arg, const struct frame *f)
{
	struct scene *c = arg;

	c->ready += f->type == MSG_READY;
}

static void
on_end(void *arg, const char *why)
{
	struct scene *c = arg;

	(void)why;
	c->ended = true;
}

void
pass(struct scene *c, span_ms time)
{
	loop_sim_run_until(c->loop, loop_now(c->loop) + time);
}

void
tell(struct scene *c, enum message_type type, const struct bytes_out *o,
    const unsigned char *body)
{
	assert_true(o->ok);
	assert_int_equal(channel_send(c->ends[0], (uint16_t)type, body, o->len),
	    OK);
	pass(c, 0);
}

void
tell_changed(struct scene *c, uint64_t news)
{
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;

	c->now.change++;
	c->now.news = news;
	bytes_out_init(&o, buf, sizeof(buf));
	changed_put(&o, &c->now);
	tell(c, MSG_CHANGED, &o, buf);
}

void
tell_text(struct scene *c, enum message_type type, const char *json)
{
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_text(&o, json);
	tell(c, type, &o, buf);
}

void
tell_service(struct scene *c, const char *json)
{
	tell_text(c, MSG_SERVICE, json);
}

void
greet(struct scene *c)
{
	char none[] = "";
	struct showing show = {.database = c->folder.path,
	    .base_path = none,
	    .proxies = none,
	    .guarded = c->tokens != 0};
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;
	int fds[] = {open("/dev/null", O_RDONLY | O_CLOEXEC), c->tokens};

	(void)scratch_path(&c->folder, "v.db");
	bytes_out_init(&o, buf, sizeof(buf));
	showing_put(&o, &show);
	assert_int_equal(channel_send_fds(c->ends[0], MSG_SHOW, buf, o.len, fds,
			     c->tokens > 0 ? 2 : 1),
	    OK);
	(void)close(fds[0]);
	pass(c, 0);
	c->httpd = httpd_sim_of(c->loop);
	tell_changed(c, 1);
}

static struct output
event(enum event_kind kind, wall_ms at, enum phase phase)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = kind,
	    .at = at,
	    .incident = first,
	    .phase = phase,
	    .kind_now = KIND_OUTAGE,
	    .kind_worst = KIND_OUTAGE,
	    .onset = at,
	    .class = CLASS_ORIGIN,
	    .reason = REASON_SERVER_ERROR,
	    .code = 503};
}

void
fill(struct scene *c)
{
	wall_ms at = STORES_T0 + HOUR_MS;
	const struct output begun = {.kind = OUTPUT_SPAN,
	    .since = STORES_T0,
	    .bucket = BUCKET_UP,
	    .at = STORES_T0};
	const struct output down = {.kind = OUTPUT_SPAN,
	    .since = at,
	    .bucket = BUCKET_DOWN,
	    .at = at};
	struct output opened = event(EVENT_OPENED, at, PHASE_OPEN);
	struct output noted = event(EVENT_AMENDED, at, PHASE_OPEN);
	const struct event_said said = {ACT_NOTE, HOSTILE, HOSTILE};

	c->store = stores_open(scratch_path(&c->folder, "v.db"), STORES_T0);
	stores_begin(c->store, STORES_T0);
	c->endpoint = store_endpoint(c->store, "a/eu", "a", "eu", STORES_T0);
	stores_put(c->store, c->endpoint, &begun);
	stores_put(c->store, c->endpoint, &down);
	stores_put(c->store, c->endpoint, &opened);
	store_put_said(c->store, c->endpoint, &noted, &said, "{}");
	stores_commit(c->store);
}

void
open_scene(struct scene *c)
{
	struct channel_events own;
	const struct channel_events keeper = {.on_frame = on_frame,
	    .on_end = on_end,
	    .arg = c};

	*c = (struct scene){.loop = loop_sim_new(STORES_T0)};
	scratch_make(&c->folder);
	c->web = web_new(c->loop, NULL);
	own = web_events(c->web);
	channel_sim_pair(c->loop, &keeper, &own, c->ends);
	web_attach(c->web, c->ends[1]);
}

void
close_scene(struct scene *c)
{
	web_free(c->web);
	channel_free(c->ends[0]);
	channel_free(c->ends[1]);
	store_close(c->store);
	loop_free(c->loop);
	scratch_remove(&c->folder);
}

char *
get(struct scene *c, const char *target, int *code, char *etag)
{
	struct visit *v = httpd_sim_get(c->httpd, target);
	struct httpd_sim_answer a;
	char *body;

	pass(c, 0);
	a = httpd_sim_answer(v);
	*code = a.code;
	if (etag != NULL)
		(void)snprintf(etag, 64, "%s", a.etag != NULL ? a.etag : "");
	body = strdup(a.body != NULL ? a.body : "");
	httpd_sim_forget(v);
	return body;
}

unsigned
times(const char *body, const char *words)
{
	unsigned n = 0;

	while ((body = strstr(body, words)) != NULL) {
		n++;
		body += strlen(words);
	}
	return n;
}

void
expect(struct scene *c, const char *target, int code, const char *words)
{
	int got;
	char *body = get(c, target, &got, NULL);

	assert_int_equal(got, code);
	if (strstr(body, words) == NULL)
		fail_msg("%s: no '%s' in: %s", target, words, body);
	free(body);
}
