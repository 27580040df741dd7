/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "stores.h"

#include "store/damage.h"

/* A notice owed to two receivers, and one that has been taken. */
static void
owe(struct store *s)
{
	static const char *const receivers[] = {"hook", "late"};
	struct store_notice n = {.service = "a",
	    .at = STORES_T0,
	    .event = EVENT_OPENED,
	    .incident = {20230214, 7},
	    .loud = true,
	    .severity = 3,
	    .line = "a line",
	    .body = "{\"seq\":2}"};
	struct store_delivery d = {.expires = STORES_T0 + HOUR_MS};
	struct attempt taken = {.result = ATTEMPT_DELIVERED};
	char id[32];

	stores_begin(s, STORES_T0);
	store_number_notice(s, n.service, &n.id, &n.seq);
	store_put_notice(s, &n);
	d.notice = n.id;
	d.receiver = "hook";
	d.webhook_id = "vg_taken";
	taken.outbox = store_put_outbox(s, &d);
	store_put_attempt(s, &taken, STORES_T0, STORES_T0);
	store_number_notice(s, n.service, &n.id, &n.seq);
	store_put_notice(s, &n);
	d.notice = n.id;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(id, sizeof(id), "vg_%s", receivers[i]);
		d.receiver = receivers[i];
		d.webhook_id = id;
		d.not_before = STORES_T0 + (wall_ms)i;
		(void)store_put_outbox(s, &d);
	}
	stores_commit(s);
}

static bool
note(void *arg, const struct store_owed *o)
{
	char *text = arg;
	size_t n = strlen(text);

	(void)snprintf(text + n, 200 - n, "%s %lu/%lu %s %s;", o->webhook_id,
	    (unsigned long)o->notice.id, (unsigned long)o->notice.seq,
	    o->notice.body, o->receiver);
	return true;
}

static void
expect_owed(struct store *s)
{
	char got[200] = "";

	assert_int_equal(store_outbox_due(s, "hook", STORES_T0 + HOUR_MS, 9,
			     note, got),
	    OK);
	assert_int_equal(store_outbox_due(s, "late", STORES_T0 + HOUR_MS, 9,
			     note, got),
	    OK);
	assert_string_equal(got,
	    "vg_hook 1/1 {\"seq\":2} hook;vg_late 1/1 {\"seq\":2} late;");
}

static void
a_condemned_file_is_set_aside_and_said(void **state)
{
	struct scratch d;
	struct damage read;
	struct store *s;
	struct fail f;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	owe(s);
	assert_int_equal(store_damage(s), 0);
	assert_int_equal(store_condemn(s, &f), OK);
	assert_int_equal(damage_read(d.path, &read), DAMAGE_FOUND);
	store_close(s);
	/* What it owes is owed once, however often it is opened. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stores_try(d.path, STORES_T0 + i, &s, &f),
		    STORE_CORRUPT);
		assert_non_null(strstr(f.why, ".corrupt-20230214T090000Z"));
		expect_owed(s);
		if (i == 2)
			store_replaced_said(s);
		store_close(s);
	}
	assert_int_equal(stores_try(d.path, STORES_T0 + 3, &s, &f), STORE_OK);
	expect_owed(s);
	store_close(s);
	scratch_remove(&d);
}

/* Ended between the renames: it goes on to the same name. */
static void
a_half_moved_file_is_moved(void **state)
{
	struct damage m = {.why = "words\nof two lines"};
	struct scratch d;
	struct store *s;
	struct fail f;
	char log[600];

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	owe(s);
	store_close(s);
	(void)snprintf(m.aside, sizeof(m.aside), "%s.corrupt-X", d.path);
	(void)snprintf(log, sizeof(log), "%s-journal", m.aside);
	assert_int_equal(damage_write(d.path, &m, &f), OK);
	assert_int_equal(link(d.path, log), 0);
	assert_int_equal(stores_try(d.path, STORES_T0, &s, &f), STORE_CORRUPT);
	assert_non_null(strstr(f.why, "words of two lines"));
	assert_non_null(strstr(f.why, "v.db.corrupt-X and"));
	store_close(s);
	assert_int_equal(access(m.aside, F_OK), 0);
	scratch_remove(&d);
}

static void
another_file_is_spared(void **state)
{
	static const char *const words[] = {"", "rubbish", "damaged: \n",
	    "damaged: x\ninode: 99999999999999999999999\naside: \n",
	    "damaged: x\ninode: 1\naside: /nowhere\n"};
	struct scratch d;
	struct damage read;
	struct store *s;
	char name[600];

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	store_close(s);
	(void)snprintf(name, sizeof(name), "%s-damaged", d.path);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		FILE *p = fopen(name, "w");

		assert_non_null(p);
		assert_true(fputs(words[i], p) >= 0);
		assert_int_equal(fclose(p), 0);
		assert_int_equal(damage_read(d.path, &read), DAMAGE_NONE);
		store_close(stores_open(d.path, STORES_T0 + 1));
		assert_int_not_equal(access(name, F_OK), 0);
	}
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_condemned_file_is_set_aside_and_said),
	    cmocka_unit_test(a_half_moved_file_is_moved),
	    cmocka_unit_test(another_file_is_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
