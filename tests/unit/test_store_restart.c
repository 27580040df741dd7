/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stores.h"

struct loaded {
	char text[400]; /* "ref:kind " in the order given */
	int64_t endpoints, last_endpoint;
	struct input last;
	struct store_endpoint_row row;
	char state[8];
};

static void
on_input(void *arg, int64_t endpoint, const struct input *in)
{
	struct loaded *l = arg;
	size_t n = strlen(l->text);

	(void)snprintf(l->text + n, sizeof(l->text) - n, "%lu:%d ",
	    (unsigned long)in->ref, in->kind);
	l->last = *in;
	l->last_endpoint = endpoint;
	assert_int_equal(in->endpoint, ENDPOINT_NONE);
}

static void
on_endpoint(void *arg, const struct store_endpoint_row *r)
{
	struct loaded *l = arg;

	l->endpoints++;
	if (strcmp(r->id, "a/b") != 0)
		return;
	l->row = *r;
	memcpy(l->state, r->state,
	    r->state_size < sizeof(l->state) ? r->state_size
					     : sizeof(l->state));
}

static void
put(struct store *s, struct input in, int64_t e)
{
	in.ref = store_next_ref(s);
	store_put_input(s, e, &in, "who", "because");
}

/* What a first keeper leaves behind. */
static void
first_life(const char *path)
{
	struct store *s = stores_open(path, STORES_T0);
	struct sample p = stores_sample(STORES_T0, 70000, REASON_OK);
	int64_t e, c;

	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	c = store_endpoint(s, "canary/0", NULL, NULL, STORES_T0);
	store_put_sample(s, store_next_ref(s), e, &p);
	put(s,
	    (struct input){.kind = INPUT_CANARY,
		.at = STORES_T0 + 10,
		.u.canary.good = true},
	    c);
	p.start += 1000;
	store_put_sample(s, store_next_ref(s), e, &p);
	put(s,
	    (struct input){.kind = INPUT_GAP,
		.at = STORES_T0 + 5000,
		.u.gap_from = STORES_T0 + 2000},
	    0);
	put(s,
	    (struct input){.kind = INPUT_WATCH,
		.at = STORES_T0 + 5000,
		.u.policy = {.interval = 60000,
		    .timeout = 10000,
		    .all_clear = ALL_CLEAR_EAGER,
		    .site = 7}},
	    e);
	p.start += 9000;
	p.flags |= SAMPLE_IPV6;
	p.retry_after_s = 120;
	store_put_sample(s, store_next_ref(s), e, &p);
	store_put_state(s, e, 2, "memory", 6);
	store_put_shared(s, 3, "shared", 6);
	store_count(s, "told", 2);
	stores_commit(s);
	stores_begin(s, STORES_T0);
	store_count(s, "told", 3);
	put(s, (struct input){.kind = INPUT_RESOLVE, .at = STORES_T0 + 9000},
	    e);
	store_rollback(s);
	/* No store_close(): it is killed. */
}

/* Exact, but for phases within 0.5 and lateness within 9 percent. */
static void
expect_last_sample(const struct input *in)
{
	const struct sample *p = &in->u.sample;

	assert_int_equal(in->at, STORES_T0 + 10070);
	assert_int_equal(p->total_us, 70000);
	assert_int_equal(p->latency, latency_code(70000));
	assert_int_equal(p->retry_after_s, 120);
	assert_int_equal(p->cert_days, 61);
	assert_int_equal(p->address[3], 7);
	assert_int_equal(p->port, 443);
	assert_true(p->wait_us > 39800 && p->wait_us <= 40000);
	assert_int_equal(p->dns_us, 0);
	assert_true(p->late_us > 700 && p->late_us <= 800);
}

static void
kill_first_life(const char *path)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		first_life(path);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
loads_in_order_after_a_kill(void **state)
{
	struct loaded l = {.text = ""};
	struct scratch d;
	struct store *s;
	char shared[32];
	uint64_t ref;
	struct fail f;
	wall_ms known;
	size_t n;

	(void)state;
	scratch_make(&d);
	(void)scratch_path(&d, "v.db");
	kill_first_life(d.path);
	s = stores_open(d.path, STORES_T0 + 60000);
	assert_int_equal(store_load_endpoints(s, on_endpoint, &l, &f), OK);
	assert_int_equal(l.endpoints, 2);
	assert_int_equal(l.row.last_ref, 6);
	assert_int_equal(l.row.state_ref, 2);
	assert_memory_equal(l.state, "memory", 6);
	assert_int_equal(store_load_shared(s, &ref, shared, sizeof(shared), &n,
			     &f),
	    OK);
	assert_int_equal(n, 6);
	assert_int_equal(ref, 3);
	assert_int_equal(store_load_shared(s, &ref, shared, 5, &n, &f),
	    ERR_LIMIT);

	assert_int_equal(store_load_inputs(s, 0, on_input, &l, &f), OK);
	assert_string_equal(l.text, "1:1 2:2 3:1 4:7 5:5 6:1 ");
	assert_int_equal(l.last_endpoint, l.row.endpoint);
	expect_last_sample(&l.last);
	l = (struct loaded){.text = ""};
	assert_int_equal(store_load_inputs(s, 4, on_input, &l, &f), OK);
	assert_string_equal(l.text, "5:5 6:1 ");
	assert_int_equal(store_next_ref(s), 7);
	assert_int_equal(store_counted(s, "told"), 2);
	assert_int_equal(store_counted(s, "never"), 0);
	assert_int_equal(store_known_until(s, &known, &f), OK);
	assert_int_equal(known, STORES_T0 + 10070);
	store_close(s);
	scratch_remove(&d);
}

static void
policies_come_back(void **state)
{
	struct loaded l = {.text = ""};
	struct scratch d;
	struct store *s;
	struct fail f;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	put(s,
	    (struct input){.kind = INPUT_WATCH,
		.at = 5,
		.u.policy = {.interval = 60000,
		    .timeout = 10000,
		    .all_clear = ALL_CLEAR_CAUTIOUS,
		    .site = 7}},
	    store_endpoint(s, "a/b", "a", "b", 5));
	stores_commit(s);
	assert_int_equal(store_load_inputs(s, 0, on_input, &l, &f), OK);
	assert_int_equal(l.last.u.policy.interval, 60000);
	assert_int_equal(l.last.u.policy.timeout, 10000);
	assert_int_equal(l.last.u.policy.all_clear, ALL_CLEAR_CAUTIOUS);
	assert_int_equal(l.last.u.policy.site, 7);
	store_close(s);
	scratch_remove(&d);
}

static bool
on_one(void *arg, uint64_t ref, const struct sample *p)
{
	uint64_t *sum = arg;

	(void)p;
	*sum = *sum * 100 + ref;
	return true;
}

static bool
on_state(void *arg, const struct query_endpoint *e)
{
	int *n = arg;

	*n += 1;
	assert_true(e->sampled);
	assert_true(e->last_ref == 19 || e->last_ref == 20);
	if (strcmp(e->id, "a/b") == 0) {
		assert_int_equal(e->state, STATE_UP);
		assert_int_equal(e->bucket, BUCKET_UP);
		assert_int_equal(e->since, 1234);
	} else {
		assert_int_equal(e->state, STATE_UNKNOWN);
		assert_int_equal(e->why, WHY_NEW);
	}
	return true;
}

/* Last checks without an index, before and after heads were written. */
static void
last_checks(void **state)
{
	struct output o = {.kind = OUTPUT_TRANSITION,
	    .seq = 1,
	    .to = STATE_UP,
	    .since = 1234};
	struct sample p = stores_sample(STORES_T0, 70000, REASON_OK);
	int64_t e, g, c;
	struct scratch d;
	struct query *q;
	struct store *s;
	uint64_t sum;
	struct fail f;
	int n = 0;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	g = store_endpoint(s, "a/c", "a", "c", STORES_T0);
	c = store_endpoint(s, "canary/0", NULL, NULL, STORES_T0);
	assert_true(c > g);
	stores_put(s, e, &o);
	o = (struct output){.kind = OUTPUT_SPAN,
	    .since = 1234,
	    .bucket = BUCKET_UP};
	stores_put(s, e, &o);
	stores_commit(s);
	for (int i = 1; i <= 20; i++) {
		stores_begin(s, STORES_T0 + (wall_ms)i * 4000);
		store_put_sample(s, store_next_ref(s), i % 2 ? e : g, &p);
		stores_commit(s);
	}
	for (int round = 0; round < 2; round++) {
		assert_int_equal(query_open(d.path, 1000, &q, &f), STORE_OK);
		sum = 0;
		assert_int_equal(query_samples(q, e, 3, on_one, &sum, &f), OK);
		assert_int_equal(sum, 191715);
		sum = 0;
		assert_int_equal(query_samples(q, g, 99, on_one, &sum, &f), OK);
		assert_int_equal(query_endpoints(q, NULL, on_state, &n, &f),
		    OK);
		assert_int_equal(n, 2 + 3 * round);
		assert_int_equal(query_endpoints(q, "a/c", on_state, &n, &f),
		    OK);
		assert_int_equal(n, 3 + 3 * round);
		query_close(q);
		if (round == 0)
			store_close(s);
	}
	scratch_remove(&d);
}

static void
a_read_is_bounded(void **state)
{
	struct sample p = stores_sample(STORES_T0, 70000, REASON_OK);
	struct scratch d;
	struct query *q;
	struct store *s;
	struct fail f;
	int64_t e;
	int n = 0;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	for (int i = 0; i < 20000; i++)
		store_put_sample(s, store_next_ref(s), e, &p);
	stores_commit(s);
	/* Heads are on disk only in part: force a long tail to be read. */
	stores_begin(s, STORES_T0 + 1);
	for (int i = 0; i < 20000; i++)
		store_put_sample(s, store_next_ref(s), e, &p);
	stores_commit(s);
	assert_int_equal(query_open(d.path, 1, &q, &f), STORE_OK);
	assert_int_equal(query_endpoints(q, NULL, on_state, &n, &f), ERR_LIMIT);
	query_close(q);
	assert_int_equal(query_open("/nowhere/v.db", 0, &q, &f), STORE_MISSING);
	assert_non_null(strstr(f.why, "no database"));
	store_close(s);
	scratch_remove(&d);
}

enum { NOBODY = 65534 };

static int
read_as_nobody(const char *path)
{
	struct query *q;
	struct fail f;
	enum store_outcome o;

	if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
		return 99;
	o = query_open(path, 0, &q, &f);
	if (o != STORE_OK)
		return (int)o;
	o = query_known_until(q) == STORES_T0 + 10070 ? STORE_OK : STORE_IO;
	query_close(q);
	return (int)o;
}

/* With the daemon stopped, who may only read the file can. */
static void
another_user_reads(void **state)
{
	struct scratch d;
	struct store *s;
	int status;
	pid_t pid;

	(void)state;
	if (getuid() != 0)
		skip();
	scratch_make(&d);
	(void)scratch_path(&d, "v.db");
	kill_first_life(d.path);
	s = stores_open(d.path, STORES_T0);
	store_close(s);
	assert_int_equal(chmod(d.folder, 0755), 0);
	for (int readable = 0; readable < 2; readable++) {
		assert_int_equal(chmod(d.path, readable ? 0644 : 0640), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(read_as_nobody(d.path));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status),
		    readable ? STORE_OK : STORE_PERMISSION);
	}
	scratch_remove(&d);
}

/* Samples and canaries leave; acts and the sequence of refs stay. */
static void
old_things_leave(void **state)
{
	struct store_retention keep = store_retention_default();
	struct sample p = stores_sample(STORES_T0, 70000, REASON_OK);
	wall_ms later = STORES_T0 + 401 * (wall_ms)DAY_MS;
	struct loaded l = {.text = ""};
	struct scratch d;
	struct store *s;
	bool more = true;
	struct fail f;
	int64_t e;
	int steps = 0;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	for (int i = 0; i < 1000; i++)
		store_put_sample(s, store_next_ref(s), e, &p);
	put(s, (struct input){.kind = INPUT_GAP, .at = STORES_T0}, 0);
	put(s, (struct input){.kind = INPUT_RESOLVE, .at = STORES_T0}, e);
	stores_commit(s);
	assert_int_equal(store_retain(s, STORES_T0 + 1000, &keep, &more, &f),
	    OK);
	assert_false(more);
	for (more = true; more; steps++)
		assert_int_equal(store_retain(s, later, &keep, &more, &f), OK);
	assert_true(steps >= 2 && steps < 300);
	assert_int_equal(store_load_inputs(s, 0, on_input, &l, &f), OK);
	assert_string_equal(l.text, "1002:4 ");
	store_close(s);
	s = stores_open(d.path, later);
	assert_true(store_next_ref(s) > 1002);
	assert_int_equal(store_tick(s, later, &f), OK);
	store_close(s);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loads_in_order_after_a_kill),
	    cmocka_unit_test(policies_come_back),
	    cmocka_unit_test(last_checks),
	    cmocka_unit_test(a_read_is_bounded),
	    cmocka_unit_test(another_user_reads),
	    cmocka_unit_test(old_things_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
