/* SPDX-License-Identifier: MIT */
/* Every message goes out and comes back, and no damage to it goes unnoticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "parts_wire.h"
#include "wire/field.h"
#include "wire/line.h"
#include "wire/message.h"
#include "wire/receiver.h"
#include "wire/showing.h"
#include "wire/target.h"

enum { BODY_MAX = 4096 };

union any {
	struct hello hello;
	struct pace pace;
	struct probed probed;
	struct excerpt excerpt;
	struct prober_stats stats;
	struct notice notice;
	struct attempt attempt;
	struct line line;
	struct target target;
	struct receiver receiver;
	struct showing showing;
	struct asked asked;
	struct changed changed;
};

/* One kind of message: how to write a full one, read, and forget it. */
struct kind_of {
	const char *name;
	void (*put)(struct bytes_out *o, const union any *a);
	bool (*get)(struct bytes_in *i, union any *a);
	void (*done)(union any *a);
	void (*fill)(union any *a);
};

#define CODEC(word, member)                                                 \
	static void word##_put_any(struct bytes_out *o, const union any *a) \
	{                                                                   \
		word##_put(o, &a->member);                                  \
	}                                                                   \
	static bool word##_get_any(struct bytes_in *i, union any *a)        \
	{                                                                   \
		return word##_get(i, &a->member);                           \
	}
#define DONE(word, member)                        \
	static void word##_done_any(union any *a) \
	{                                         \
		word##_done(&a->member);          \
	}

CODEC(hello, hello)
DONE(hello, hello)
CODEC(pace, pace)
CODEC(excerpt, excerpt)
DONE(excerpt, excerpt)
CODEC(stats, stats)
CODEC(notice, notice)
DONE(notice, notice)
CODEC(attempt, attempt)
DONE(attempt, attempt)
CODEC(line, line)
DONE(line, line)
CODEC(target, target)
DONE(target, target)
CODEC(receiver, receiver)
DONE(receiver, receiver)
CODEC(showing, showing)
CODEC(asked, asked)
DONE(showing, showing)
DONE(asked, asked)
CODEC(changed, changed)

static void
probed_put_any(struct bytes_out *o, const union any *a)
{
	probed_put(o, &a->probed);
}

static bool
probed_get_any(struct bytes_in *i, union any *a)
{
	probed_get(i, &a->probed);
	return bytes_in_done(i);
}

static void
owns_nothing(union any *a)
{
	memset(a, 0, sizeof(*a));
}

static void
fill_hello(union any *a)
{
	a->hello = (struct hello){.now = 1676368800000,
	    .user_agent = mem_dup("Vigie/0.1"),
	    .instance = mem_dup("k3x9")};
}

static void
fill_pace(union any *a)
{
	a->pace = (struct pace){.slot = 3,
	    .generation = 9,
	    .every = 5000,
	    .until = 1676368900000};
}

static void
fill_probed(union any *a)
{
	a->probed = (struct probed){.slot = 7,
	    .generation = 2,
	    .canary = true,
	    .sample = {.start = 1676368800123,
		.total_us = UINT32_MAX,
		.dns_us = 1,
		.connect_us = 2,
		.tls_us = 3,
		.wait_us = 4,
		.receive_us = 5,
		.late_us = 6,
		.retry_after_s = RETRY_AFTER_ABSENT,
		.code = 503,
		.cert_days = -3,
		.latency = 4242,
		.class = CLASS_COUNT - 1,
		.reason = REASON_COUNT - 1,
		.flags = SAMPLE_PROXIED | SAMPLE_IPV6,
		.address = {0x20, 1, 0xd, 0xb8},
		.port = 443}};
}

static void
fill_excerpt(union any *a)
{
	a->excerpt = (struct excerpt){.slot = 1,
	    .generation = 1,
	    .start = 1676368800123,
	    .headers = mem_dup("Server: x\nRetry-After: 60\n"),
	    .body = mem_copy("a\0b", 3),
	    .body_size = 3,
	    .detail = NULL};
}

static void
fill_stats(union any *a)
{
	a->stats = (struct prober_stats){.probes = 1,
	    .skipped = 2,
	    .dropped = UINT64_MAX,
	    .redirects_blocked = 4,
	    .in_flight = 5,
	    .longest_turn_ms = 6,
	    .late_p50_us = 7,
	    .late_p99_us = 8};
}

static void
fill_notice(union any *a)
{
	a->notice = (struct notice){.outbox = UINT64_MAX,
	    .receiver = mem_dup("hook"),
	    .webhook_id = mem_dup("vg_k3x9_1_hook"),
	    .severity = 3,
	    .line = NULL,
	    .body = mem_dup("{}")};
}

static void
fill_attempt(union any *a)
{
	a->attempt = (struct attempt){.outbox = 1,
	    .result = ATTEMPT_GONE,
	    .code = 410,
	    .retry_after_s = -1,
	    .took_ms = 12,
	    .detail = mem_dup("")};
}

static void
fill_line(union any *a)
{
	a->line = (struct line){.severity = 7,
	    .role = ROLE_LOG,
	    .text = mem_dup("start version=0.1")};
}

static void
fill_receiver(union any *a)
{
	a->receiver = (struct receiver){.id = mem_dup("hook"),
	    .type = RECEIVER_WEBHOOK,
	    .generation = 4,
	    .facility = 16,
	    .url = mem_dup("https://example.org/hook"),
	    .secret_file = mem_dup("/etc/vigie/hook.key"),
	    .allow_private = true,
	    .timeout = 10000,
	    .every = 60000};
}

static void
fill_showing(union any *a)
{
	a->showing =
	    (struct showing){.database = mem_dup("/var/lib/vigie/vigie.db"),
		.public_url = mem_dup("https://status.example.org"),
		.base_path = mem_dup("/vigie"),
		.proxies = mem_dup("unix\n"),
		.guarded = true};
}

static void
fill_asked(union any *a)
{
	a->asked = (struct asked){.id = UINT64_MAX,
	    .author = mem_dup("ann"),
	    .text = mem_dup("{}")};
}

static void
fill_changed(union any *a)
{
	a->changed = (struct changed){.change = UINT64_MAX, .degraded = true};
}

static void
fill_target(union any *a)
{
	parts_target(&a->target);
}

static const struct kind_of kinds[] = {
    {"hello", hello_put_any, hello_get_any, hello_done_any, fill_hello},
    {"pace", pace_put_any, pace_get_any, owns_nothing, fill_pace},
    {"probed", probed_put_any, probed_get_any, owns_nothing, fill_probed},
    {"excerpt", excerpt_put_any, excerpt_get_any, excerpt_done_any,
	fill_excerpt},
    {"stats", stats_put_any, stats_get_any, owns_nothing, fill_stats},
    {"notice", notice_put_any, notice_get_any, notice_done_any, fill_notice},
    {"attempt", attempt_put_any, attempt_get_any, attempt_done_any,
	fill_attempt},
    {"line", line_put_any, line_get_any, line_done_any, fill_line},
    {"target", target_put_any, target_get_any, target_done_any, fill_target},
    {"receiver", receiver_put_any, receiver_get_any, receiver_done_any,
	fill_receiver},
    {"showing", showing_put_any, showing_get_any, showing_done_any,
	fill_showing},
    {"asked", asked_put_any, asked_get_any, asked_done_any, fill_asked},
    {"changed", changed_put_any, changed_get_any, owns_nothing, fill_changed},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static size_t
write_full(const struct kind_of *k, unsigned char buf[BODY_MAX])
{
	union any a = {0};
	struct bytes_out o;

	bytes_out_init(&o, buf, BODY_MAX);
	k->fill(&a);
	k->put(&o, &a);
	k->done(&a);
	assert_true(o.ok);
	return o.len;
}

/* Copied to the heap so that a read beyond the end is found. */
static bool
read_exact(const struct kind_of *k, const void *p, size_t n, union any *a)
{
	unsigned char *copy = mem_copy(p, n);
	struct bytes_in i;
	bool ok;

	memset(a, 0x5a, sizeof(*a));
	bytes_in_init(&i, copy, n);
	ok = k->get(&i, a);
	mem_free(copy);
	return ok;
}

static void
comes_back_the_same(void **state)
{
	unsigned char first[BODY_MAX], second[BODY_MAX];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		size_t n = write_full(&kinds[k], first);
		struct bytes_out o;
		union any a;

		assert_true(read_exact(&kinds[k], first, n, &a));
		bytes_out_init(&o, second, sizeof(second));
		kinds[k].put(&o, &a);
		kinds[k].done(&a);
		assert_int_equal(o.len, n);
		assert_memory_equal(first, second, n);
	}
}

/* It was full of 0x5a: done() would trip over any pointer left. */
static void
is_empty(const struct kind_of *k, union any *a)
{
	assert_int_equal(*(const unsigned char *)a, 0);
	k->done(a);
}

static void
cut_or_longer_is_refused(void **state)
{
	unsigned char buf[BODY_MAX];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		size_t n = write_full(&kinds[k], buf);
		union any a;

		for (size_t cut = 0; cut < n; cut++) {
			assert_false(read_exact(&kinds[k], buf, cut, &a));
			is_empty(&kinds[k], &a);
		}
		buf[n] = 0;
		assert_false(read_exact(&kinds[k], buf, n + 1, &a) &&
		    strcmp(kinds[k].name, "probed") != 0);
	}
}

/* Whatever is accepted can be written again, to the very same bytes. */
static void
flipped_bits_do_no_harm(void **state)
{
	unsigned char buf[BODY_MAX], again[BODY_MAX];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		size_t n = write_full(&kinds[k], buf);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			unsigned char mask = (unsigned char)(1 << bit % 8);
			struct bytes_out o;
			union any a;

			buf[bit / 8] ^= mask;
			if (read_exact(&kinds[k], buf, n, &a)) {
				bytes_out_init(&o, again, sizeof(again));
				kinds[k].put(&o, &a);
				kinds[k].done(&a);
				assert_int_equal(o.len, n);
				assert_memory_equal(buf, again, n);
			}
			buf[bit / 8] ^= mask;
		}
	}
}

static void
probed_has_its_size(void **state)
{
	unsigned char buf[BODY_MAX];

	(void)state;
	assert_int_equal(write_full(&kinds[2], buf), PROBED_BYTES);
}

static void
text_with_a_nul_is_refused(void **state)
{
	unsigned char buf[16];
	struct bytes_out o;
	struct bytes_in i;

	(void)state;
	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_blob(&o, "a\0b", 3);
	bytes_in_init(&i, buf, o.len);
	assert_null(field_text(&i));
	assert_false(i.ok);
}

static void
null_and_empty_text_differ(void **state)
{
	unsigned char buf[16];
	struct bytes_out o;
	struct bytes_in i;
	char *s;

	(void)state;
	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_text(&o, NULL);
	bytes_put_text(&o, "");
	bytes_in_init(&i, buf, o.len);
	assert_null(field_text(&i));
	s = field_text_needed(&i);
	assert_string_equal(s, "");
	mem_free(s);
	assert_true(bytes_in_done(&i));
}

/* One row: a probed record with one field spoilt. */
static void
samples_out_of_range_are_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
	} spoils[] = {
	    {8, 2},             /* canary */
	    {9 + 7, 0x80},      /* start before 1970 */
	    {9 + 7, 0x7f},      /* start beyond any calendar */
	    {45 + 3, 0x80},     /* retry_after_s far below -1 */
	    {55, CLASS_COUNT},  /* class */
	    {56, REASON_COUNT}, /* reason */
	    {57, 0x40},         /* an unknown flag */
	    {54, 0x7f},         /* latency beyond 32 octaves */
	};
	unsigned char buf[BODY_MAX];
	union any a;

	(void)state;
	for (size_t k = 0; k < sizeof(spoils) / sizeof(spoils[0]); k++) {
		size_t n = write_full(&kinds[2], buf);

		buf[spoils[k].at] = spoils[k].byte;
		assert_false(read_exact(&kinds[2], buf, n, &a));
	}
}

static void
lists_have_a_ceiling(void **state)
{
	static struct target_status many[TARGET_LIST_MAX + 1];
	unsigned char buf[BODY_MAX];
	struct target t = {.id = NULL};
	struct bytes_out o;
	struct bytes_in i;

	(void)state;
	t.expect.status = many;
	t.expect.status_count = TARGET_LIST_MAX + 1;
	bytes_out_init(&o, buf, sizeof(buf));
	target_put(&o, &t);
	assert_false(o.ok);

	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_u16(&o, TARGET_LIST_MAX + 1);
	bytes_in_init(&i, buf, o.len);
	assert_int_equal(field_count(&i, TARGET_LIST_MAX), 0);
	assert_false(i.ok);
}

static void
equality_sees_every_field(void **state)
{
	union any a = {0}, b = {0};

	(void)state;
	fill_target(&a);
	fill_target(&b);
	b.target.slot++;
	b.target.generation++;
	assert_true(target_equal(&a.target, &b.target));
	b.target.expect.json[0].max_age++;
	assert_false(target_equal(&a.target, &b.target));
	b.target.expect.json[0].max_age--;
	b.target.expect.headers[0].value[0] = 'x';
	assert_false(target_equal(&a.target, &b.target));
	target_done(&a.target);
	target_done(&b.target);

	fill_receiver(&a);
	fill_receiver(&b);
	b.receiver.generation++;
	assert_true(receiver_equal(&a.receiver, &b.receiver));
	b.receiver.ca_file = mem_dup("/x");
	assert_false(receiver_equal(&a.receiver, &b.receiver));
	mem_free(b.receiver.ca_file);
	b.receiver.ca_file = NULL;
	b.receiver.every++;
	assert_false(receiver_equal(&a.receiver, &b.receiver));
	receiver_done(&a.receiver);
	receiver_done(&b.receiver);
}

static void
a_heartbeat_has_bounds(void **state)
{
	static const struct {
		span_ms every, timeout;
		bool good;
	} rows[] = {{10000, 9999, true}, {3600000, 1, true},
	    {9999, 5000, false}, {3600001, 5000, false}, {10000, 10000, false},
	    {10000, 0, false}, {0, 0, false}};
	unsigned char buf[BODY_MAX];
	struct bytes_out o;
	union any a = {0}, b = {0};

	(void)state;
	fill_receiver(&a);
	a.receiver.type = RECEIVER_HEARTBEAT;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes_in in;

		a.receiver.every = rows[i].every;
		a.receiver.timeout = rows[i].timeout;
		bytes_out_init(&o, buf, sizeof(buf));
		receiver_put(&o, &a.receiver);
		bytes_in_init(&in, buf, o.len);
		assert_int_equal(receiver_get(&in, &b.receiver), rows[i].good);
		receiver_done(&b.receiver);
	}
	receiver_done(&a.receiver);
}

static void
an_interval_of_none_is_for_canaries(void **state)
{
	unsigned char buf[BODY_MAX];
	struct bytes_out o;
	union any a = {0}, b;

	(void)state;
	fill_target(&a);
	for (int canary = 0; canary < 2; canary++) {
		a.target.interval = 0;
		a.target.canary = canary == 1;
		bytes_out_init(&o, buf, sizeof(buf));
		target_put(&o, &a.target);
		assert_int_equal(read_exact(&kinds[8], buf, o.len, &b), canary);
	}
	target_done(&a.target);
	target_done(&b.target);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back_the_same),
	    cmocka_unit_test(cut_or_longer_is_refused),
	    cmocka_unit_test(flipped_bits_do_no_harm),
	    cmocka_unit_test(probed_has_its_size),
	    cmocka_unit_test(text_with_a_nul_is_refused),
	    cmocka_unit_test(null_and_empty_text_differ),
	    cmocka_unit_test(samples_out_of_range_are_refused),
	    cmocka_unit_test(lists_have_a_ceiling),
	    cmocka_unit_test(equality_sees_every_field),
	    cmocka_unit_test(a_heartbeat_has_bounds),
	    cmocka_unit_test(an_interval_of_none_is_for_canaries),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
