/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/sample.h"
#include "probes/maintenance.h"

static const struct body_row {
	const char *body;
	bool claims;
} bodies[] = {
    {"", false},
    {"Service Unavailable", false},
    {"{\"maintenance\": false}", false},
    {"{\"error\":\"server maintenance\"}", true},
    {"SERVICE_MAINTENANCE", true},
    {"<h1>Down\n   for\tMaintenance</h1>", true},
    {"under\302\240maintenance", true},
    {"Maintenance contracts and prices", false},
    {"502 Bad Gateway <a href=/maintenance>help</a>", false},
    {"Wegen Wartung nicht erreichbar", true},
    {"Wartung und Pflege", false},
    {"Le site est en maintenance", true},
    {"contrat de maintenance", false},
    {"en raison d\342\200\231une maintenance", true},
    {"Sitio en mantenimiento", true},
    {"Sito in manutenzione", true},
    {"Deze site is in onderhoud", true},
    {"Estamos em manuten\303\247\303\243o", true},
    {"Przerwa techniczna", true},
    {"Planerat underh\303\245ll i natt", true},
    {"Siden er under vedligeholdelse", true},
    {"Nettstedet er under vedlikehold", true},
    {"Huoltokatko klo 02", true},
    {"Prob\303\255h\303\241 \303\272dr\305\276ba", true},
    {"\320\242\320\265\321\205\320\275\320\270\321\207\320\265\321\201\320\272"
     "\320\270\320\265 \321\200\320\260\320\261\320\276\321\202\321\213",
	true},
    {"Sitemiz bak\304\261mda", true},
    {"\347\263\273\347\273\237\347\273\264\346\212\244", true},
    {"\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343\202\271"
     "\344\270\255",
	true},
    {"\354\204\234\353\262\204 \354\240\220\352\262\200", true},
};

static void
phrases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const char *b = bodies[i].body;
		const char *found =
		    maintenance_phrase((const unsigned char *)b, strlen(b));

		if ((found != NULL) != bodies[i].claims)
			print_error("'%s': %s\n", b, found);
		assert_int_equal(found != NULL, bodies[i].claims);
	}
}

static void
only_the_first_8_kib(void **state)
{
	static const char phrase[] = "under maintenance";
	unsigned char body[MAINTENANCE_BODY_BYTES + 64];

	(void)state;
	memset(body, 'x', sizeof(body));
	memcpy(body + MAINTENANCE_BODY_BYTES - (sizeof(phrase) - 1), phrase,
	    (sizeof(phrase) - 1));
	assert_non_null(maintenance_phrase(body, sizeof(body)));
	memset(body, 'x', sizeof(body));
	memcpy(body + MAINTENANCE_BODY_BYTES - (sizeof(phrase) - 1) + 1, phrase,
	    (sizeof(phrase) - 1));
	assert_null(maintenance_phrase(body, sizeof(body)));
}

static enum reason
claim(uint16_t code, const char *name, const char *value, int32_t retry_after)
{
	struct fetch_header h = {name, value};
	struct fetch_result r = {.code = code,
	    .headers = &h,
	    .header_count = name != NULL ? 1 : 0};

	return maintenance_claim(&r, retry_after);
}

static void
headers_and_retry_after(void **state)
{
	const int32_t none = RETRY_AFTER_ABSENT;

	(void)state;
	assert_int_equal(claim(503, NULL, NULL, none), REASON_OK);
	assert_int_equal(claim(503, NULL, NULL, 60), REASON_MAINT_RETRY_AFTER);
	assert_int_equal(claim(500, NULL, NULL, 60), REASON_OK);
	assert_int_equal(claim(200, "X-Maintenance-Mode", "On", none),
	    REASON_MAINT_HEADER);
	assert_int_equal(claim(200, "x-maintanence-mode", " true", none),
	    REASON_MAINT_HEADER);
	assert_int_equal(claim(404, "X-Maintenance", "1; until=12", none),
	    REASON_MAINT_HEADER);
	assert_int_equal(claim(404, "X-Maintenance", "0", none), REASON_OK);
	assert_int_equal(claim(404, "X-Maintenance", "", none), REASON_OK);
	assert_int_equal(claim(404, "X-Mode", "true", none), REASON_OK);
}

static const struct redirect_row {
	const char *from, *host, *target;
	bool claims;
} redirects[] = {
    {"a.org", "a.org", "/maintenance", true},
    {"a.org", "a.org", "/de/Wartung.html?x=1", true},
    {"a.org", "a.org", "/maintenance/en/", true},
    {"a.org", "a.org", "/login?next=/maintenance", false},
    {"a.org", "a.org", "/car-maintenance-tips", false},
    {"a.org", "maintenance.a.org", "/", true},
    {"a.org", "status.a.org", "/", true},
    {"a.org", "STATUS.other.net", "/", true},
    {"a.org", "acme.statuspage.io", "/", true},
    {"a.org", "statuspage.io", "/", false},
    {"a.org", "www.a.org", "/", false},
    {"a.org", "mystatus.a.org", "/", false},
    {"status.a.org", "status.a.org", "/home", false},
    {"a.org", "a.org", "", false},
};

static void
redirect_targets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(redirects) / sizeof(redirects[0]); i++) {
		const struct redirect_row *r = &redirects[i];

		if (maintenance_redirect(r->from, r->host, r->target) !=
		    r->claims)
			print_error("%s%s\n", r->host, r->target);
		assert_int_equal(maintenance_redirect(r->from, r->host,
				     r->target),
		    r->claims);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(phrases),
	    cmocka_unit_test(only_the_first_8_kib),
	    cmocka_unit_test(headers_and_retry_after),
	    cmocka_unit_test(redirect_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
