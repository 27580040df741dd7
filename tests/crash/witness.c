/* SPDX-License-Identifier: MIT */
#include "witness.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "points.h"
#include "scripts.h"
#include "store/outbox.h"
#include "store/put.h"

struct list {
	struct acked *all;
	size_t count, room;
};

/* Committed, and of the transaction that is open. */
static struct list acked, asked;
static struct taken *taken;
static size_t taken_count;
static struct scripts stages;

static void
add(struct list *l, const struct acked *a)
{
	if (l->count == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 1024;
		l->all = mem_resize(l->all, l->room, sizeof(l->all[0]));
	}
	l->all[l->count++] = *a;
}

/*
 * These stand in for calls of our objects; see --wrap of ld(1):
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
enum status __real_store_begin(struct store *s, wall_ms now, struct fail *f);
enum status __real_store_commit(struct store *s, struct fail *f);
void __real_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample);
enum status __real_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f);
uint64_t __real_store_put_outbox(struct store *s,
    const struct store_delivery *d);
enum status __wrap_store_begin(struct store *s, wall_ms now, struct fail *f);
enum status __wrap_store_commit(struct store *s, struct fail *f);
void __wrap_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample);
enum status __wrap_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f);
uint64_t __wrap_store_put_outbox(struct store *s,
    const struct store_delivery *d);

enum status
__wrap_store_begin(struct store *s, wall_ms now, struct fail *f)
{
	enum status st;

	asked.count = 0;
	point_before(F_store_begin);
	st = __real_store_begin(s, now, f);
	point_after(F_store_begin);
	return st;
}

enum status
__wrap_store_commit(struct store *s, struct fail *f)
{
	enum status st;

	point_before(F_store_commit);
	st = __real_store_commit(s, f);
	for (size_t i = 0; st == OK && i < asked.count; i++)
		add(&acked, &asked.all[i]);
	asked.count = 0;
	point_after(F_store_commit);
	return st;
}

void
__wrap_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample)
{
	struct acked a = {.kind = ACKED_SAMPLE,
	    .endpoint = endpoint,
	    .ref = (int64_t)ref,
	    .at = sample->start};

	point_before(F_store_put_sample);
	__real_store_put_sample(s, ref, endpoint, sample);
	add(&asked, &a);
	point_after(F_store_put_sample);
}

enum status
__wrap_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f)
{
	struct acked a = {.kind = ACKED_EVENT,
	    .endpoint = endpoint,
	    .ref = o->event,
	    .at = o->at};
	enum status st;

	point_before(F_store_put_output);
	st = __real_store_put_output(s, endpoint, o, json, f);
	if (o->kind == OUTPUT_TRANSITION) {
		a.kind = ACKED_TRANSITION;
		a.ref = o->seq;
	}
	if (st == OK &&
	    (o->kind == OUTPUT_EVENT || o->kind == OUTPUT_TRANSITION))
		add(&asked, &a);
	point_after(F_store_put_output);
	return st;
}

uint64_t
__wrap_store_put_outbox(struct store *s, const struct store_delivery *d)
{
	struct acked a = {.kind = ACKED_OWED};
	uint64_t row;

	point_before(F_store_put_outbox);
	row = __real_store_put_outbox(s, d);
	(void)snprintf(a.id, sizeof(a.id), "%s", d->webhook_id);
	add(&asked, &a);
	point_after(F_store_put_outbox);
	return row;
}

/* NOLINTEND(bugprone-reserved-identifier) */

static void
id_of(const struct fetch_request *q, char id[64])
{
	static const char name[] = "webhook-id:";
	const char *const *h = q->headers;

	while (
	    h != NULL && *h != NULL && strncasecmp(*h, name, strlen(name)) != 0)
		h++;
	(void)snprintf(id, 64, "%s",
	    h != NULL && *h != NULL ? *h + strlen(name) + 1 : "");
}

static struct taken *
find(const char *id)
{
	for (size_t i = 0; i < taken_count; i++) {
		if (strcmp(taken[i].id, id) == 0)
			return &taken[i];
	}
	return NULL;
}

static char *
field(const json_t *data, const char *name)
{
	const char *s = json_string_value(json_object_get(data, name));

	return mem_dup(s != NULL ? s : "-");
}

static void
take(const struct fetch_request *q)
{
	struct taken t = {.body = mem_dup_n(q->body, q->body_size)}, *old;
	json_t *body = json_loadb(q->body, q->body_size, 0, NULL);
	const json_t *data = json_object_get(body, "data");

	id_of(q, t.id);
	old = find(t.id);
	if (old != NULL) {
		old->again++;
		old->other_body =
		    old->other_body || strcmp(old->body, t.body) != 0;
		mem_free(t.body);
	} else {
		t.event = field(data, "event");
		t.endpoint = field(data, "endpoint");
		t.incident = field(data, "incident");
		taken = mem_resize(taken, taken_count + 1, sizeof(taken[0]));
		taken[taken_count++] = t;
		for (size_t i = 0; i < taken_count; i++)
			taken[i].receiver = strrchr(taken[i].id, '_') + 1;
	}
	json_decref(body);
}

static void
on_fetch(void *arg, const struct fetch_request *q, wall_ms now,
    struct fetch_answer *out)
{
	stages.fetch(arg, q, now, out);
	if (q->method != NULL && strcmp(q->method, "POST") == 0 &&
	    out->reason == REASON_OK && out->code / 100 == 2 &&
	    out->delay < q->timeout)
		take(q);
}

void
witness_watch(struct stage *s)
{
	struct scripts *scripts = loop_sim_scripts(stage_loop(s));

	stages = *scripts;
	scripts->fetch = on_fetch;
}

size_t
witness_acked(const struct acked **out)
{
	*out = acked.all;
	return acked.count;
}

size_t
witness_taken(const struct taken **out)
{
	*out = taken;
	return taken_count;
}

void
witness_forget(void)
{
	acked.count = asked.count = 0;
	for (size_t i = 0; i < taken_count; i++)
		taken[i].forgotten = true;
}
