/* SPDX-License-Identifier: MIT */
/* What is said of an endpoint, from what the core knows of it. */
#include "stores.h"

#include "base/mem.h"
#include "cli/backing.h"
#include "core/explain.h"
#include "core/ledger.h"
#include "store/recall.h"
#include "view/prospect.h"

static const struct policy policy = {.interval = MINUTE_MS,
    .timeout = 10 * (span_ms)SECOND_MS};

struct heard {
	wall_ms opened, resolved;
};

static void
on_output(void *arg, const struct output *o)
{
	struct heard *h = arg;

	if (o->kind == OUTPUT_EVENT && o->event == EVENT_OPENED)
		h->opened = o->at;
	if (o->kind == OUTPUT_EVENT && o->event == EVENT_RESOLVED)
		h->resolved = o->at;
}

static struct input
sample_at(wall_ms start, enum reason reason)
{
	struct input in = {.kind = INPUT_SAMPLE,
	    .u.sample = stores_sample(start, 70000, reason)};

	in.at = sample_evidence(&in.u.sample);
	return in;
}

static void
feed(struct world *w, wall_ms start, enum reason reason, struct heard *h)
{
	struct input in = sample_at(start, reason);

	core_step(w, &in, on_output, h);
}

/* Watched since T0, with twenty good answers, one a minute. */
static struct world *
world_up(wall_ms *at, struct heard *h)
{
	struct input in = {.kind = INPUT_WATCH,
	    .at = STORES_T0,
	    .u.policy = policy};
	struct world *w = world_new(0, STORES_T0);

	core_step(w, &in, on_output, h);
	for (*at = STORES_T0; *at < STORES_T0 + 20 * (span_ms)MINUTE_MS;
	     *at += MINUTE_MS)
		feed(w, *at, REASON_OK, h);
	return w;
}

static const span_ms ladder[] = {0, 3000, 8000, 18000, 33000, 53000, 83000};
enum { LADDER = sizeof(ladder) / sizeof(ladder[0]) };

/* No incident opens before the time that is named, and the first failing
 * answer from then on opens it. */
static void
confirmation_comes_when_it_is_said(void **state)
{
	struct heard h = {0};
	struct explanation e = {0};
	wall_ms at;
	struct world *w = world_up(&at, &h);

	(void)state;
	world_explain(w, 0, &e);
	assert_false(e.suspect);
	assert_int_equal(e.down_from, 0);
	for (size_t i = 0; i < LADDER; i++) {
		wall_ms said = e.down_from;

		feed(w, at + ladder[i], REASON_SERVER_ERROR, &h);
		if (h.opened != 0) {
			assert_true(h.opened >= said);
			break;
		}
		assert_true(said == 0 || world_now(w) < said);
		world_explain(w, 0, &e);
		assert_true(e.suspect);
		assert_int_equal(e.fails, i + 1);
		assert_int_equal(e.fail_since, at);
		assert_true(e.down_from >= at + 30 * (span_ms)SECOND_MS);
	}
	assert_true(h.opened != 0);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.to, STATE_DOWN);
	assert_false(e.suspect);
	assert_int_equal(e.next_quiet, 15 * (span_ms)MINUTE_MS);
	world_free(w);
}

/* It recovers at the minute that was named, if it does not fail again. */
static void
a_share_is_low_when_it_is_said(void **state)
{
	struct heard h = {0};
	struct explanation e = {0};
	struct prospect p[PROSPECTS_MAX];
	wall_ms at;
	struct world *w = world_up(&at, &h);
	bool told = false;

	(void)state;
	for (unsigned n = 0; n < 12; n++, at += MINUTE_MS)
		feed(w, at, n % 2 == 0 ? REASON_SERVER_ERROR : REASON_OK, &h);
	assert_true(h.opened != 0);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.to, STATE_DEGRADED);
	assert_true(e.now.degraded.partly);
	assert_int_equal(e.now.degraded.failed, 6);
	assert_int_equal(e.now.degraded.checks, 21);
	for (size_t n = prospects(&e, p); n-- > 0;)
		told = told ||
		    (p[n].then == BUCKET_RECOVERING &&
			p[n].at == e.rate_low_at);
	assert_true(told);
	for (; at < e.rate_low_at; at += MINUTE_MS) {
		feed(w, at, REASON_OK, &h);
		assert_int_equal(world_state(w, 0), STATE_DEGRADED);
	}
	feed(w, at, REASON_OK, &h);
	assert_int_equal(world_bucket(w, 0), BUCKET_RECOVERING);
	world_free(w);
}

/* Half of its checks fail: a failing run needs the ledger all the same. */
static void
degraded_is_as_far_from_down_as_up(void **state)
{
	struct heard h = {0};
	struct explanation e = {0};
	wall_ms at;
	struct world *w = world_up(&at, &h);

	(void)state;
	for (unsigned n = 0; n < 12; n++, at += MINUTE_MS)
		feed(w, at, n % 2 == 0 ? REASON_SERVER_ERROR : REASON_OK, &h);
	for (size_t i = 0; i < LADDER && world_state(w, 0) == STATE_DEGRADED;
	     i++) {
		feed(w, at + ladder[i], REASON_SERVER_ERROR, &h);
		assert_true(i == 0 || e.down_from > 0);
		if (world_state(w, 0) != STATE_DEGRADED)
			assert_true(world_now(w) >= e.down_from);
		world_explain(w, 0, &e);
	}
	assert_int_equal(world_state(w, 0), STATE_DOWN);
	world_free(w);
}

static void
ledger_waits_as_long_as_it_says(void **state)
{
	(void)state;
	for (int level = LEDGER_REST; level < LEDGER_DOWN; level += 7) {
		struct ledger l = {.level = (int16_t)level}, before = l;
		span_ms wait = ledger_wait(&l);

		/* Beyond the weight of one failure it takes several. */
		if (LEDGER_DOWN - level > ledger_cap(&l))
			continue;
		ledger_fail(&l, wait);
		ledger_fail(&before, wait - 1);
		assert_true(l.level >= LEDGER_DOWN);
		assert_true(before.level < LEDGER_DOWN);
	}
}

static void
all_clear_comes_when_it_is_said(void **state)
{
	struct heard h = {0};
	struct explanation e;
	struct prospect p[PROSPECTS_MAX];
	wall_ms at, back;
	struct world *w = world_up(&at, &h);

	(void)state;
	for (size_t i = 0; i < LADDER; i++)
		feed(w, at + ladder[i], REASON_SERVER_ERROR, &h);
	back = at + 5 * (span_ms)MINUTE_MS;
	feed(w, back, REASON_OK, &h);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.phase, PHASE_OPEN);
	assert_int_equal(e.goods, 1);
	feed(w, back + 5000, REASON_OK, &h);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.phase, PHASE_RECOVERING);
	assert_int_equal(e.recovery_count, 1);
	assert_int_equal(e.recoveries[0] / 1000, back / 1000);
	assert_int_equal(e.quiet, 15 * (span_ms)MINUTE_MS);
	assert_true(prospects(&e, p) >= 3);
	assert_int_equal(p[0].then, BUCKET_UP);
	assert_int_equal(p[0].at, e.now.all_clear_at);
	for (at = back + MINUTE_MS; h.resolved == 0;
	     at += 15 * (span_ms)SECOND_MS) {
		assert_true(world_now(w) < e.now.all_clear_at);
		feed(w, at, REASON_OK, &h);
	}
	assert_true(h.resolved >= e.now.all_clear_at);
	assert_true(h.resolved < e.now.all_clear_at + 15 * (span_ms)SECOND_MS);
	world_free(w);
}

static void
claimed_maintenance_escalates_when_it_is_said(void **state)
{
	struct heard h = {0};
	struct explanation e;
	struct prospect p[PROSPECTS_MAX];
	wall_ms at, said;
	struct world *w = world_up(&at, &h);

	(void)state;
	for (size_t i = 0; i < LADDER; i++)
		feed(w, at + ladder[i], REASON_MAINT_PHRASE, &h);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.to, STATE_MAINTENANCE);
	said = e.escalates_at;
	assert_int_equal(said, at + 30 * (span_ms)MINUTE_MS);
	assert_true(prospects(&e, p) >= 3);
	assert_int_equal(p[0].at, said);
	assert_int_equal(p[0].then, BUCKET_DOWN);
	for (at += 2 * (span_ms)MINUTE_MS; at < said - 1000; at += MINUTE_MS) {
		feed(w, at, REASON_MAINT_PHRASE, &h);
		assert_int_equal(world_state(w, 0), STATE_MAINTENANCE);
	}
	feed(w, said, REASON_MAINT_PHRASE, &h);
	world_explain(w, 0, &e);
	assert_int_equal(e.now.to, STATE_DOWN);
	assert_true(e.escalated);
	assert_int_equal(e.escalates_at, 0);
	world_free(w);
}

/* Each answer promises a later end: that ends four hours after it began. */
static void
a_promise_that_moves_has_a_latest_end(void **state)
{
	struct heard h = {0};
	struct explanation e;
	struct prospect p[PROSPECTS_MAX];
	char when[PROSPECT_TIME_BYTES], said[128];
	wall_ms at, began, latest;
	struct world *w = world_up(&at, &h);

	(void)state;
	began = at;
	latest = began + 4 * (span_ms)HOUR_MS;
	for (bool last = false; !last; at += 20 * (span_ms)SECOND_MS) {
		struct input in = sample_at(at, REASON_MAINT_RETRY_AFTER);

		in.u.sample.retry_after_s = 3600;
		core_step(w, &in, on_output, &h);
		world_explain(w, 0, &e);
		if (e.now.to != STATE_MAINTENANCE)
			continue;
		assert_true(prospects(&e, p) >= 3);
		assert_int_equal(p[0].at, e.escalates_at);
		assert_int_equal(e.escalates_latest, latest);
		last = e.escalates_at == latest;
		(void)snprintf(said, sizeof(said), "at the latest at %s.",
		    prospect_time(latest, e.now.at, when));
		if (last)
			assert_null(strstr(p[0].text, "promises anew"));
		else
			assert_non_null(strstr(p[0].text, said));
		assert_true(at < latest);
	}
	assert_true(at > began + 2 * (span_ms)HOUR_MS);
	world_free(w);
}

static void
silence_is_unknown_when_it_is_said(void **state)
{
	struct input in = {.kind = INPUT_ADVANCE, .endpoint = ENDPOINT_NONE};
	struct heard h = {0};
	struct explanation e;
	struct prospect p[PROSPECTS_MAX];
	wall_ms at;
	struct world *w = world_up(&at, &h);
	size_t n;

	(void)state;
	world_explain(w, 0, &e);
	n = prospects(&e, p);
	assert_int_equal(p[n - 1].at, e.stale_at);
	assert_int_equal(p[n - 1].then, BUCKET_UNKNOWN);
	in.at = e.stale_at - 1;
	core_step(w, &in, NULL, NULL);
	assert_int_equal(world_state(w, 0), STATE_UP);
	in.at = e.stale_at;
	core_step(w, &in, NULL, NULL);
	assert_int_equal(world_state(w, 0), STATE_UNKNOWN);
	world_explain(w, 0, &e);
	assert_int_equal(e.stale_at, 0);
	assert_int_equal(e.now.why, WHY_STALE);
	world_free(w);
}

static const struct answer {
	enum state state;
	enum phase phase;
	enum bucket want;
	enum exit_code exit;
} answers[] = {
    {STATE_UP, PHASE_NONE, BUCKET_UP, EXIT_CODE_GOOD},
    {STATE_DEGRADED, PHASE_NONE, BUCKET_DEGRADED, EXIT_CODE_PARTLY},
    {STATE_UP, PHASE_RECOVERING, BUCKET_RECOVERING, EXIT_CODE_PARTLY},
    {STATE_DOWN, PHASE_OPEN, BUCKET_DOWN, EXIT_CODE_BAD},
    {STATE_MAINTENANCE, PHASE_OPEN, BUCKET_MAINTENANCE, EXIT_CODE_MAINTENANCE},
    {STATE_UNKNOWN, PHASE_NONE, BUCKET_UNKNOWN, EXIT_CODE_UNKNOWN},
    {STATE_UNKNOWN, PHASE_OPEN, BUCKET_UNKNOWN, EXIT_CODE_UNKNOWN},
    {STATE_UNKNOWN, PHASE_RECOVERING, BUCKET_UNKNOWN, EXIT_CODE_UNKNOWN},
};

static void
up_with_an_open_incident_is_not_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		struct backing b = {.d.watched = true,
		    .d.x.now = {.to = a->state, .phase = a->phase}};

		b.answer = backing_answer(&b.d);
		assert_int_equal(b.answer, a->want);
		assert_int_equal(backing_exit(&b), a->exit);
		b.end = BACKING_RELAPSED;
		assert_int_equal(backing_exit(&b), EXIT_CODE_BAD);
		b.d.watched = false;
		assert_int_equal(backing_answer(&b.d), BUCKET_UNKNOWN);
	}
}

/* A core beside a database that holds what it was told. */
struct pair {
	struct world *world;
	struct store *store;
	int64_t rows[3];
};

static void
tell(struct pair *p, uint32_t slot, struct input in)
{
	in.endpoint = slot;
	in.ref = store_next_ref(p->store);
	core_step(p->world, &in, NULL, NULL);
	if (in.kind == INPUT_SAMPLE)
		store_put_sample(p->store, in.ref, p->rows[slot], &in.u.sample);
	else
		store_put_input(p->store, p->rows[slot], &in, NULL, NULL);
}

static void
save(struct pair *p, uint32_t slot)
{
	unsigned char buf[CORE_STATE_BYTES];
	size_t n = world_save(p->world, slot, buf);

	store_put_state(p->store, p->rows[slot], store_next_ref(p->store) - 1,
	    buf, n);
}

static void
a_day_for_two(struct pair *p)
{
	wall_ms at = STORES_T0;

	for (uint32_t i = 0; i < 2; i++)
		tell(p, i,
		    (struct input){.kind = INPUT_WATCH,
			.at = at,
			.u.policy = policy});
	for (int n = 0; n < 300; n++, at += 20 * (span_ms)SECOND_MS) {
		bool bad = n > 60 && n<120, one = n> 240;

		tell(p, 0,
		    sample_at(at, bad ? REASON_SERVER_ERROR : REASON_OK));
		tell(p, 1,
		    sample_at(at + 700, one ? REASON_MAINT_PHRASE : REASON_OK));
		/* At different times, as the keeper does it; none at the end. */
		if (n == 100)
			save(p, 0);
		if (n == 250)
			save(p, 1);
	}
}

static void
what_is_recalled_is_what_was_known(void **state)
{
	unsigned char now[CORE_STATE_BYTES], then[CORE_STATE_BYTES];
	unsigned char shared[CORE_STATE_BYTES];
	struct pair p = {0};
	struct fail f = {.why = ""};
	struct recall *r = NULL;
	struct query *q = NULL;
	struct scratch d;
	uint32_t slot;

	(void)state;
	scratch_make(&d);
	p.store = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	p.world = world_new(0, STORES_T0);
	stores_begin(p.store, STORES_T0);
	p.rows[0] = store_endpoint(p.store, "a/b", "a", "b", STORES_T0);
	p.rows[1] = store_endpoint(p.store, "a/c", "a", "c", STORES_T0);
	p.rows[2] = store_endpoint(p.store, "a/new", "a", "new", STORES_T0);
	a_day_for_two(&p);
	store_put_shared(p.store, store_next_ref(p.store) - 1, shared,
	    world_save_shared(p.world, shared));
	stores_commit(p.store);
	assert_int_equal(query_open(d.path, 0, &q, &f), STORE_OK);
	assert_int_equal(recall_open(q, &r, &f), OK);
	for (uint32_t i = 0; i < 2; i++) {
		size_t n = world_save(p.world, i, now);

		assert_true(recall_slot(r, p.rows[i], &slot));
		assert_int_equal(world_save(recall_world(r), slot, then), n);
		assert_memory_equal(now, then, n);
	}
	assert_int_equal(world_state(p.world, 0), STATE_UP);
	assert_int_equal(world_state(p.world, 1), STATE_MAINTENANCE);
	assert_false(recall_slot(r, p.rows[2], &slot));
	assert_false(recall_slot(r, 77, &slot));
	recall_close(r);
	query_close(q);
	world_free(p.world);
	store_close(p.store);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confirmation_comes_when_it_is_said),
	    cmocka_unit_test(a_share_is_low_when_it_is_said),
	    cmocka_unit_test(degraded_is_as_far_from_down_as_up),
	    cmocka_unit_test(ledger_waits_as_long_as_it_says),
	    cmocka_unit_test(all_clear_comes_when_it_is_said),
	    cmocka_unit_test(claimed_maintenance_escalates_when_it_is_said),
	    cmocka_unit_test(a_promise_that_moves_has_a_latest_end),
	    cmocka_unit_test(silence_is_unknown_when_it_is_said),
	    cmocka_unit_test(up_with_an_open_incident_is_not_back),
	    cmocka_unit_test(what_is_recalled_is_what_was_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
