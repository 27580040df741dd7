/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/webhook.h"

#define SPEC_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
/* The bytes 0 to 63. */
#define LONG_SECRET                                  \
	"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka" \
	"GxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

static enum status
parse(struct webhook_keys *k, const char *s, struct fail *f)
{
	return webhook_keys_parse(k, s, strlen(s), f);
}

/* The example of the reference libraries. */
static void
signs_as_the_specification(void **state)
{
	struct webhook_keys k;
	struct fail f;
	struct text t;

	(void)state;
	assert_int_equal(parse(&k, SPEC_SECRET "\n", &f), OK);
	assert_int_equal(k.count, 1);
	assert_int_equal(k.size[0], 24);
	text_init(&t, 1000);
	webhook_sign(&k, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
	    "{\"test\": 2432232314}", &t);
	assert_string_equal(text_str(&t),
	    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	text_done(&t);
}

/* Made with Python's hmac module. */
static void
every_active_secret_signs(void **state)
{
	struct webhook_keys k;
	struct fail f;
	struct text t;

	(void)state;
	assert_int_equal(parse(&k,
			     "# new\r\n  " LONG_SECRET " \r\n\n" SPEC_SECRET,
			     &f),
	    OK);
	assert_int_equal(k.count, 2);
	assert_int_equal(k.size[0], 64);
	text_init(&t, 1000);
	webhook_sign(&k, "vg_a_1_hook", 1676368853, "{}", &t);
	assert_int_equal(strncmp(text_str(&t),
			     "v1,DTfZxaJbQ6+gTu1QRa+n51+dsRW7BR9FBgCEHaybvZQ="
			     " v1,",
			     51),
	    0);
	assert_int_equal(text_len(&t), 47 + 1 + 47);
	text_done(&t);
}

static void
bad_secrets_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
		enum status st;
	} bad[] = {
	    {"", "no secret in it", ERR_NOTFOUND},
	    {"# only\n\n", "no secret in it", ERR_NOTFOUND},
	    {"hunter2hunter2\n", "line 1: a secret begins with whsec_",
		ERR_SYNTAX},
	    {"\nwhsec_@@@@\n", "line 2: not base64 after whsec_", ERR_SYNTAX},
	    {"whsec_c2hvcnQ=",
		"line 1: a secret has 24 to 64 bytes, this one 5", ERR_RANGE},
	    {SPEC_SECRET " x", "line 1: not base64 after whsec_", ERR_SYNTAX},
	    {SPEC_SECRET "\n" SPEC_SECRET "\n" SPEC_SECRET "\n" SPEC_SECRET
			 "\n" SPEC_SECRET,
		"line 5: more than 4 secrets", ERR_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct webhook_keys k = {.count = 9};
		struct fail f;

		assert_int_equal(parse(&k, bad[i].text, &f), bad[i].st);
		assert_string_equal(f.why, bad[i].why);
		assert_null(strstr(f.why, "hunter"));
		assert_int_equal(k.count, 0);
	}
}

static void
a_nul_cannot_hide_a_line(void **state)
{
	static const char text[] = SPEC_SECRET "\0junk\n";
	struct webhook_keys k;
	struct fail f;

	(void)state;
	assert_int_equal(webhook_keys_parse(&k, text, sizeof text - 1, &f),
	    ERR_SYNTAX);
}

static int
file_of(const char *bytes, size_t n)
{
	char name[] = "/tmp/vigie-secret-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	return fd;
}

static void
a_file_is_read_from_its_beginning(void **state)
{
	static char huge[WEBHOOK_SECRET_FILE_MAX + 1];
	int fd = file_of(SPEC_SECRET "\n", strlen(SPEC_SECRET) + 1);
	struct webhook_keys k;
	struct fail f;

	(void)state;
	/* The offset stands at the end, and stays there. */
	assert_int_equal(webhook_keys_read(&k, fd, &f), OK);
	assert_int_equal(k.count, 1);
	assert_int_equal(webhook_keys_read(&k, fd, &f), OK);
	(void)close(fd);

	memset(huge, '#', sizeof huge);
	fd = file_of(huge, sizeof huge - 1);
	assert_int_equal(webhook_keys_read(&k, fd, &f), ERR_NOTFOUND);
	(void)close(fd);
	fd = file_of(huge, sizeof huge);
	assert_int_equal(webhook_keys_read(&k, fd, &f), ERR_LIMIT);
	assert_int_equal(k.count, 0);
	(void)close(fd);
	assert_int_equal(webhook_keys_read(&k, -1, &f), ERR_IO);
}

static void
a_pipe_is_read_too(void **state)
{
	struct webhook_keys k;
	struct fail f;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], SPEC_SECRET, strlen(SPEC_SECRET)),
	    (ssize_t)strlen(SPEC_SECRET));
	(void)close(fds[1]);
	assert_int_equal(webhook_keys_read(&k, fds[0], &f), OK);
	assert_int_equal(k.count, 1);
	(void)close(fds[0]);
}

static void
statuses(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 700; code++) {
		enum attempt_result want = ATTEMPT_MISCONFIGURED;

		if (code >= 200 && code <= 299)
			want = ATTEMPT_DELIVERED;
		else if (code == 410)
			want = ATTEMPT_GONE;
		else if (code < 200 || code >= 500 || code == 408 ||
		    code == 425 || code == 429)
			want = ATTEMPT_RETRY;
		assert_int_equal(webhook_judge((uint16_t)code), want);
	}
}

static void
retry_after(void **state)
{
	static const struct {
		const char *value;
		int32_t want;
	} rows[] = {
	    {NULL, -1},
	    {"", -1},
	    {"0", 1},
	    {"1", 1},
	    {"120", 120},
	    {"3600", 3600},
	    {"3601", 3600},
	    {"99999999999999999999999999", 3600},
	    {"-5", -1},
	    {"12.5", -1},
	    {"5s", -1},
	    {" 5", -1},
	    {"soon", -1},
	    {"Wed, 21 Oct 2015 07:28:30 GMT", 30},
	    {"Wed, 21 Oct 2015 07:27:00 GMT", 1},
	    {"Thu, 22 Oct 2015 07:28:00 GMT", 3600},
	    {"Wed, 21 Oct 2015 07:28:30 CET", -1},
	    {"Wed, 21 Oct 2015 07:28:30 GMT, or so", -1},
	    {"Wed, 21 ctN 2015 07:28:30 GMT", -1},
	    {"Wed, 41 Oct 2015 07:28:30 GMT", -1},
	    {"Wed, 21 Oct 2015 27:28:30 GMT", -1},
	};
	const wall_ms now = INT64_C(1445412480000); /* 07:28:00 */

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(webhook_retry_after(rows[i].value, now),
		    rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signs_as_the_specification),
	    cmocka_unit_test(every_active_secret_signs),
	    cmocka_unit_test(bad_secrets_are_refused),
	    cmocka_unit_test(a_nul_cannot_hide_a_line),
	    cmocka_unit_test(a_file_is_read_from_its_beginning),
	    cmocka_unit_test(a_pipe_is_read_too),
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
