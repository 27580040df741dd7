/* SPDX-License-Identifier: MIT */
#include "stores.h"

#include "base/text.h"
#include "store/pause.h"
#include "store/recall.h"

struct seen {
	size_t pauses, endpoints;
	struct pause_row row; /* its texts are below */
	char author[32], why[32];
	struct input last;
	size_t state_size;
};

static void
on_pause(void *arg, const struct pause_row *r)
{
	struct seen *l = arg;

	l->pauses++;
	l->row = *r;
	(void)snprintf(l->author, sizeof(l->author), "%s", r->author);
	(void)snprintf(l->why, sizeof(l->why), "%s",
	    r->why != NULL ? r->why : "none");
}

static void
on_input(void *arg, int64_t endpoint, const struct input *in)
{
	struct seen *l = arg;

	(void)endpoint;
	l->last = *in;
}

static void
on_endpoint(void *arg, const struct store_endpoint_row *r)
{
	struct seen *l = arg;

	l->endpoints++;
	l->state_size = r->state != NULL ? r->state_size : 0;
}

static struct seen
look(struct store *s)
{
	struct seen l = {.pauses = 0};
	struct fail f;

	assert_int_equal(store_load_pauses(s, on_pause, &l, &f), OK);
	assert_int_equal(store_load_inputs(s, 0, on_input, &l, &f), OK);
	assert_int_equal(store_load_endpoints(s, on_endpoint, &l, &f), OK);
	return l;
}

static void
put(struct store *s, int64_t e, struct input in, const char *why)
{
	stores_begin(s, STORES_T0);
	in.ref = store_next_ref(s);
	store_put_input(s, e, &in, "ann", why);
	stores_commit(s);
}

static struct input
pause_of(wall_ms at, wall_ms until)
{
	return (struct input){.kind = INPUT_UNWATCH,
	    .at = at,
	    .u.unwatch = {.paused = true, .until = until}};
}

static const struct input watch = {.kind = INPUT_WATCH,
    .at = STORES_T0,
    .u.policy = {.interval = MINUTE_MS,
	.timeout = 10000,
	.all_clear = ALL_CLEAR_EAGER,
	.site = 7}};

static void
a_pause_is_kept_until_it_is_watched_or_removed(void **state)
{
	struct scratch d;
	struct store *s;
	struct seen l;
	int64_t e;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	store_put_state(s, e, 1, "memory", 6);
	stores_commit(s);
	put(s, e, pause_of(STORES_T0, STORES_T0 + 5000), "disks");
	store_close(s);
	s = stores_open(d.path, STORES_T0 + 1000);
	l = look(s);
	assert_int_equal(l.pauses, 1);
	assert_int_equal(l.row.endpoint, e);
	assert_int_equal(l.row.since, STORES_T0);
	assert_int_equal(l.row.until, STORES_T0 + 5000);
	assert_string_equal(l.author, "ann");
	assert_string_equal(l.why, "disks");
	assert_true(l.last.u.unwatch.paused);
	assert_int_equal(l.last.u.unwatch.until, STORES_T0 + 5000);
	assert_int_equal(l.state_size, 0);

	/* Again: since the first time, with the last words. */
	put(s, e, pause_of(STORES_T0 + 9, 0), NULL);
	l = look(s);
	assert_int_equal(l.pauses, 1);
	assert_int_equal(l.row.since, STORES_T0);
	assert_int_equal(l.row.until, 0);
	assert_string_equal(l.why, "none");

	put(s, e, watch, NULL);
	assert_int_equal(look(s).pauses, 0);
	put(s, e, pause_of(STORES_T0, 0), NULL);
	put(s, e, (struct input){.kind = INPUT_UNWATCH, .at = STORES_T0}, NULL);
	l = look(s);
	assert_int_equal(l.pauses, 0);
	assert_false(l.last.u.unwatch.paused);
	store_close(s);
	scratch_remove(&d);
}

static void
a_pause_that_is_not_committed_is_none(void **state)
{
	struct input in = pause_of(STORES_T0, 0);
	struct scratch d;
	struct store *s;
	struct seen l;
	int64_t e;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	store_put_state(s, e, 1, "memory", 6);
	stores_commit(s);
	stores_begin(s, STORES_T0);
	in.ref = store_next_ref(s);
	store_put_input(s, e, &in, "ann", NULL);
	store_rollback(s);
	l = look(s);
	assert_int_equal(l.pauses, 0);
	assert_int_equal(l.state_size, 6);
	store_close(s);
	scratch_remove(&d);
}

/* A day as it went, and the same from what is stored of it. */
struct day {
	struct world *world;
	struct store *store; /* NULL: fed from it */
	int64_t endpoint;
	struct text told;
};

static void
on_output(void *arg, const struct output *o)
{
	struct day *d = arg;

	text_printf(&d->told, "%lld %d %s %s %d %d;", (long long)o->at, o->kind,
	    o->kind == OUTPUT_EVENT ? event_name(o->event) : "-",
	    cause_name(o->cause), o->to, o->bucket);
}

static void
live(struct day *d, struct input in)
{
	in.ref = store_next_ref(d->store);
	core_step(d->world, &in, on_output, d);
	if (in.kind == INPUT_SAMPLE)
		store_put_sample(d->store, in.ref, d->endpoint, &in.u.sample);
	else
		store_put_input(d->store, d->endpoint, &in, "ann", NULL);
}

static void
live_sample(struct day *d, wall_ms start, enum reason reason)
{
	struct sample p = stores_sample(start, 70000, reason);

	live(d,
	    (struct input){.kind = INPUT_SAMPLE,
		.at = sample_evidence(&p),
		.u.sample = p});
}

static void
on_stored(void *arg, int64_t endpoint, const struct input *stored)
{
	struct day *d = arg;
	struct input in = *stored;

	assert_int_equal(endpoint, d->endpoint);
	in.endpoint = 0;
	core_step(d->world, &in, on_output, d);
}

static void
live_through(struct day *d)
{
	wall_ms at = STORES_T0;
	struct input again = watch;

	live(d, watch);
	for (int i = 0; i < 20; i++, at += 10 * (wall_ms)SECOND_MS)
		live_sample(d, at, i < 5 ? REASON_OK : REASON_SERVER_ERROR);
	live(d, pause_of(at, at + HOUR_MS));
	live_sample(d, at + 1000, REASON_OK);
	again.at = at = at + HOUR_MS;
	live(d, again);
	for (int i = 0; i < 20; i++, at += 10 * (wall_ms)SECOND_MS)
		live_sample(d, at, i > 5 ? REASON_OK : REASON_SERVER_ERROR);
	live(d, (struct input){.kind = INPUT_UNWATCH, .at = at});
}

static void
what_is_stored_tells_the_same_again(void **state)
{
	struct day was = {.world = world_new(0, STORES_T0)};
	struct day is = {.world = world_new(0, STORES_T0)};
	struct scratch d;
	struct store *s;
	struct fail f;

	(void)state;
	text_init(&was.told, 1 << 20);
	text_init(&is.told, 1 << 20);
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	is.endpoint = was.endpoint =
	    store_endpoint(s, "a/b", "a", "b", STORES_T0);
	was.store = s;
	live_through(&was);
	stores_commit(s);
	assert_non_null(strstr(text_str(&was.told),
	    "incident.withdrawn "
	    "paused"));
	assert_non_null(strstr(text_str(&was.told),
	    "incident.withdrawn "
	    "removed"));
	assert_int_equal(store_load_inputs(s, 0, on_stored, &is, &f), OK);
	assert_string_equal(text_str(&is.told), text_str(&was.told));
	text_done(&was.told);
	text_done(&is.told);
	world_free(was.world);
	world_free(is.world);
	store_close(s);
	scratch_remove(&d);
}

struct shown {
	enum why why;
	wall_ms paused, until;
	char by[32];
};

static bool
on_shown(void *arg, const struct query_endpoint *e)
{
	struct shown *x = arg;

	*x = (struct shown){.why = e->why,
	    .paused = e->paused,
	    .until = e->paused_until};
	(void)snprintf(x->by, sizeof(x->by), "%s",
	    e->paused_by != NULL ? e->paused_by : "none");
	return true;
}

static struct shown
show(const char *path)
{
	struct shown x = {.why = WHY_COUNT};
	struct recall *r;
	struct query *q;
	struct fail f;
	uint32_t slot;

	assert_int_equal(query_open(path, 0, &q, &f), STORE_OK);
	assert_int_equal(query_endpoints(q, NULL, on_shown, &x, &f), OK);
	assert_int_equal(recall_open(q, &r, &f), OK);
	assert_false(recall_slot(r, 1, &slot)); /* no memory is kept */
	recall_close(r);
	query_close(q);
	return x;
}

static void
who_reads_sees_a_pause_and_its_end(void **state)
{
	const struct output gone = {.kind = OUTPUT_TRANSITION,
	    .at = STORES_T0,
	    .since = STORES_T0,
	    .seq = 1,
	    .to = STATE_UNKNOWN,
	    .why = WHY_PAUSED};
	struct scratch d;
	struct store *s;
	struct shown x;
	int64_t e;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	stores_put(s, e, &gone);
	stores_commit(s);
	put(s, e, pause_of(STORES_T0, STORES_T0 + 5), "disks");
	x = show(d.path);
	assert_int_equal(x.why, WHY_PAUSED);
	assert_int_equal(x.paused, STORES_T0);
	assert_int_equal(x.until, STORES_T0 + 5);
	assert_string_equal(x.by, "ann");
	put(s, e, watch, NULL);
	x = show(d.path);
	assert_int_equal(x.why, WHY_NEW);
	assert_int_equal(x.paused, 0);
	assert_string_equal(x.by, "none");
	store_close(s);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pause_is_kept_until_it_is_watched_or_removed),
	    cmocka_unit_test(a_pause_that_is_not_committed_is_none),
	    cmocka_unit_test(what_is_stored_tells_the_same_again),
	    cmocka_unit_test(who_reads_sees_a_pause_and_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
