/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "stores.h"

struct fixture {
	struct scratch d;
	struct store *s;
};

static void
begin(struct fixture *x)
{
	scratch_make(&x->d);
	x->s = stores_open(scratch_path(&x->d, "v.db"), STORES_T0);
	stores_begin(x->s, STORES_T0);
}

static void
end(struct fixture *x)
{
	store_rollback(x->s);
	store_close(x->s);
	scratch_remove(&x->d);
}

/* A notice of incident n, owed to a receiver from not_before on. */
static uint64_t
owe(struct store *s, uint32_t n, const char *receiver, wall_ms not_before)
{
	struct store_notice notice = {.service = "a",
	    .at = not_before,
	    .event = EVENT_OPENED,
	    .incident = {20230214, n},
	    .loud = true,
	    .severity = 3,
	    .line = "a line",
	    .body = "{\"a\":1}"};
	struct store_delivery d = {.receiver = receiver,
	    .not_before = not_before,
	    .expires = not_before + 1000};
	char id[64];

	store_number_notice(s, notice.service, &notice.id, &notice.seq);
	store_put_notice(s, &notice);
	(void)snprintf(id, sizeof(id), "vg_test1_%lu_%s",
	    (unsigned long)notice.id, receiver);
	d.notice = notice.id;
	d.webhook_id = id;
	return store_put_outbox(s, &d);
}

struct list {
	char text[200]; /* "1:1 2:1 ": outbox, incident */
};

static bool
note(void *arg, const struct store_owed *o)
{
	struct list *l = arg;
	size_t n = strlen(l->text);

	assert_string_equal(o->notice.body, "{\"a\":1}");
	assert_string_equal(o->notice.line, "a line");
	assert_true(strncmp(o->webhook_id, "vg_test1_", 9) == 0);
	(void)snprintf(l->text + n, sizeof(l->text) - n, "%lu:%u ",
	    (unsigned long)o->outbox, o->notice.incident.n);
	return true;
}

static void
expect_due(struct store *s, wall_ms now, size_t max, const char *want)
{
	struct list l = {""};

	assert_int_equal(store_outbox_due(s, "hook", now, max, note, &l), OK);
	assert_string_equal(l.text, want);
}

static char said[] = "said so";

static struct attempt
attempt(uint64_t outbox, enum attempt_result result)
{
	return (struct attempt){.outbox = outbox,
	    .result = result,
	    .code = result == ATTEMPT_DELIVERED ? 204 : 500,
	    .took_ms = 12,
	    .detail = said};
}

static void
order_and_state(void **state)
{
	struct store_tally t;
	struct attempt a;
	struct fixture x;

	(void)state;
	begin(&x);
	assert_int_equal(owe(x.s, 1, "hook", 100), 1);
	assert_int_equal(owe(x.s, 1, "hook", 200), 2);
	assert_int_equal(owe(x.s, 2, "hook", 150), 3);
	assert_int_equal(owe(x.s, 1, "log", 100), 4);
	stores_commit(x.s);

	expect_due(x.s, 99, 9, "");
	expect_due(x.s, 300, 9, "1:1 3:2 ");
	expect_due(x.s, 300, 1, "1:1 ");
	expect_due(x.s, 150, 9, "1:1 3:2 ");
	assert_int_equal(store_outbox_next(x.s, "hook"), 100);
	assert_int_equal(store_outbox_next(x.s, "nobody"), INT64_MAX);

	stores_begin(x.s, 300);
	a = attempt(1, ATTEMPT_RETRY);
	store_put_attempt(x.s, &a, 300, 900);
	a = attempt(3, ATTEMPT_DELIVERED);
	store_put_attempt(x.s, &a, 300, 0);
	a = attempt(4, ATTEMPT_GONE);
	store_put_attempt(x.s, &a, 300, 0);
	a = attempt(77, ATTEMPT_DELIVERED); /* unknown */
	store_put_attempt(x.s, &a, 300, 0);
	stores_commit(x.s);
	/* The opening waits, and its follower for the opening. */
	expect_due(x.s, 300, 9, "");
	expect_due(x.s, 900, 9, "1:1 ");
	assert_int_equal(store_outbox_next(x.s, "hook"), 200);
	store_tally(x.s, "hook", &t);
	assert_int_equal(t.sent, 1);
	assert_int_equal(t.owed, 2);
	assert_int_equal(t.failed, 0);
	store_tally(x.s, "log", &t);
	assert_int_equal(t.failed, 1);

	end(&x);
}

/* However many wait for their turn, others do not wait with them. */
static void
a_long_queue_is_in_nobodys_way(void **state)
{
	struct attempt a;
	struct fixture x;

	(void)state;
	begin(&x);
	for (int i = 0; i < 100; i++)
		(void)owe(x.s, 1, "hook", 100);
	assert_int_equal(owe(x.s, 2, "hook", 100), 101);
	stores_commit(x.s);
	stores_begin(x.s, 300);
	a = attempt(1, ATTEMPT_RETRY);
	store_put_attempt(x.s, &a, 300, 3600);
	stores_commit(x.s);
	expect_due(x.s, 300, 2, "101:2 ");
	end(&x);
}

/* What belongs to no incident waits for nothing. */
static void
without_an_incident_there_is_no_order(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_int_equal(owe(x.s, 0, "hook", 100), 1);
	assert_int_equal(owe(x.s, 0, "hook", 100), 2);
	assert_int_equal(owe(x.s, 1, "hook", 100), 3);
	stores_commit(x.s);
	expect_due(x.s, 300, 9, "1:0 2:0 3:1 ");
	end(&x);
}

/* Whose rows have expired: arg is a text of 100 bytes at most. */
static void
on_expired(void *arg, const char *receiver)
{
	struct text *t = arg;

	text_printf(t, "%s ", receiver);
}

static void
ends_are_counted_once(void **state)
{
	struct store_tally t;
	struct attempt a;
	struct fixture x;
	struct text whose;

	(void)state;
	text_init(&whose, 100);
	begin(&x);
	(void)owe(x.s, 1, "hook", 100);
	(void)owe(x.s, 1, "hook", 200);
	stores_commit(x.s);
	stores_begin(x.s, 1000);
	a = attempt(1, ATTEMPT_DELIVERED);
	store_put_attempt(x.s, &a, 1000, 0);
	store_put_attempt(x.s, &a, 1001, 0);
	stores_commit(x.s);
	store_tally(x.s, "hook", &t);
	assert_int_equal(t.sent, 1);
	expect_due(x.s, 1000, 9, "2:1 ");

	stores_begin(x.s, 1200);
	assert_int_equal(store_expire_outbox(x.s, 1199, on_expired, &whose), 0);
	assert_int_equal(store_expire_outbox(x.s, 1200, on_expired, &whose), 1);
	assert_string_equal(text_str(&whose), "hook ");
	text_done(&whose);
	stores_commit(x.s);
	store_tally(x.s, "hook", &t);
	assert_int_equal(t.failed, 1);
	assert_int_equal(t.owed, 0);
	end(&x);
}

static void
numbers_have_no_gaps(void **state)
{
	uint64_t id, seq;
	struct fixture x;

	(void)state;
	begin(&x);
	(void)owe(x.s, 1, "hook", 100);
	store_number_notice(x.s, "b", &id, &seq);
	assert_int_equal(id, 2);
	assert_int_equal(seq, 1);
	store_number_notice(x.s, "a", &id, &seq);
	assert_int_equal(id, 2);
	assert_int_equal(seq, 2);
	store_rollback(x.s);
	stores_begin(x.s, STORES_T0);
	store_number_notice(x.s, "a", &id, &seq);
	assert_int_equal(id, 1);
	assert_int_equal(seq, 1);
	end(&x);
}

static void
merging_and_removal(void **state)
{
	struct store_tally t;
	struct list l = {""};
	struct fixture x;

	(void)state;
	begin(&x);
	(void)owe(x.s, 1, "hook", 100);
	(void)owe(x.s, 1, "hook", 200);
	(void)owe(x.s, 2, "hook", 200);
	store_end_outbox(x.s, 1, OUTBOX_MERGED, 150);
	assert_int_equal(store_outbox_of(x.s, (struct incident_id){20230214, 1},
			     "hook", note, &l),
	    OK);
	assert_string_equal(l.text, "1:1 2:1 ");
	expect_due(x.s, 300, 9, "2:1 3:2 ");
	assert_int_equal(store_end_receiver(x.s, "hook", OUTBOX_DROPPED, 300),
	    2);
	expect_due(x.s, 300, 9, "");
	store_tally(x.s, "hook", &t);
	assert_int_equal(t.failed + t.sent + t.owed, 0);
	stores_commit(x.s);
	end(&x);
}

struct deliveries {
	int n;
	unsigned attempts;
};

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct deliveries *n = arg;

	n->n++;
	n->attempts = d->attempts;
	assert_string_equal(d->receiver, "hook");
	assert_string_equal(d->notice.service, "a");
	if (d->attempts > 0) {
		assert_int_equal(d->code, 500);
		assert_string_equal(d->detail, "said so");
	}
	return true;
}

/* Folding keeps the first and last ten, and the last is still shown. */
static void
long_rows_are_folded(void **state)
{
	struct store_retention keep = {.attempts = 1000};
	struct deliveries n = {0};
	struct attempt a;
	struct query *q;
	struct fixture x;
	struct fail f;
	struct text whose;
	bool more = true;

	(void)state;
	text_init(&whose, 100);
	begin(&x);
	(void)owe(x.s, 1, "hook", 100);
	for (int i = 0; i < 35; i++) {
		a = attempt(1, ATTEMPT_RETRY);
		store_put_attempt(x.s, &a, 100 + i, 200 + i);
	}
	assert_int_equal(store_expire_outbox(x.s, 2000, on_expired, &whose), 1);
	text_done(&whose);
	stores_commit(x.s);
	while (more)
		assert_int_equal(store_retain(x.s, 4000, &keep, &more, &f), OK);
	assert_int_equal(query_open(x.d.path, 0, &q, &f), STORE_OK);
	assert_int_equal(query_notices(q, &(struct query_notices){.limit = 5},
			     on_delivery, &n, &f),
	    OK);
	assert_int_equal(n.n, 1);
	assert_int_equal(n.attempts, 35);
	query_close(q);
	end(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order_and_state),
	    cmocka_unit_test(a_long_queue_is_in_nobodys_way),
	    cmocka_unit_test(without_an_incident_there_is_no_order),
	    cmocka_unit_test(ends_are_counted_once),
	    cmocka_unit_test(numbers_have_no_gaps),
	    cmocka_unit_test(merging_and_removal),
	    cmocka_unit_test(long_rows_are_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
