/* SPDX-License-Identifier: MIT */
/*
 * Stories for the core.  A story is a list of inputs, "SECOND WORD", with
 * repeats "FROM-TO/STEP WORD[,WORD...]", of which each takes the next one:
 *	good fail maint time(out) lim(ited) auth, maintN: Retry-After N s; with
 *	+ at its end it is beyond the timetable
 *	slow: over its limit; msN: good, after N ms
 *	yes no: the canary answers or not; window+N: planned for N s
 *	resolve: an operator's act; now: time passes
 *	unwatch: removed; pause, watch: paused, and watched again
 * and of what is told, "SECOND event[/kind][!][=cause]" where ! is loud and a
 * cause that of a withdrawal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/account.h"
#include "core/core.h"

struct story {
	const char *name;
	const char *in, *want;
	span_ms interval_s;
	size_t canaries;
};

static const wall_ms start = 1676332800000; /* 2023-02-14T00:00:00Z */

struct teller {
	struct text said;
	struct account account;
};

static void
on_output(void *arg, const struct output *o)
{
	struct teller *t = arg;

	account_feed(&t->account, o);
	if (o->kind != OUTPUT_EVENT)
		return;
	text_printf(&t->said, "%s%lld %s", text_len(&t->said) ? " " : "",
	    (long long)(o->at - start) / 1000,
	    strchr(event_name(o->event), '.') + 1);
	if (o->phase != PHASE_NONE && o->event != EVENT_GLITCH)
		text_printf(&t->said, "/%s", kind_name(o->kind_worst));
	if (o->loud)
		text_char(&t->said, '!');
	if (o->event == EVENT_WITHDRAWN)
		text_printf(&t->said, "=%s", cause_name(o->cause));
}

static struct sample
sample_of(wall_ms at, const char *word)
{
	struct sample s = {.start = at,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .code = 200};
	enum sample_class c = CLASS_OK;
	char plain[16];
	size_t n = strcspn(word, "+");

	(void)snprintf(plain, sizeof(plain), "%.*s", (int)n, word);
	s.flags = word[n] == '+' ? SAMPLE_EXTRA : 0;
	word = plain;
	if (strcmp(word, "fail") == 0)
		c = CLASS_ORIGIN;
	else if (strncmp(word, "maint", 5) == 0)
		c = CLASS_MAINT;
	else if (strcmp(word, "time") == 0)
		c = CLASS_TIMEOUT;
	else if (strcmp(word, "lim") == 0)
		c = CLASS_LIMITED;
	else if (strcmp(word, "auth") == 0)
		c = CLASS_AUTH;
	else if (strcmp(word, "slow") == 0)
		c = CLASS_SLOW;
	else if (strncmp(word, "ms", 2) != 0)
		assert_string_equal(word, "good");
	s.latency = latency_code(100000);
	if (strncmp(word, "ms", 2) == 0)
		s.latency =
		    latency_code((uint32_t)strtoul(word + 2, NULL, 10) * 1000);
	if (c == CLASS_MAINT && word[5] != '\0')
		s.retry_after_s = (int32_t)strtol(word + 5, NULL, 10);
	s.class = (uint8_t)c;
	s.reason = (uint8_t)class_reason(c);
	if (class_proves_path(c))
		s.flags |= SAMPLE_PATH_PROVEN;
	return s;
}

static void
feed(struct world *w, struct teller *t, wall_ms at, const char *word)
{
	struct input in = {.at = at};

	if (strcmp(word, "now") == 0) {
		in.kind = INPUT_ADVANCE;
	} else if (strcmp(word, "resolve") == 0) {
		in.kind = INPUT_RESOLVE;
	} else if (strcmp(word, "unwatch") == 0) {
		in.kind = INPUT_UNWATCH;
	} else if (strcmp(word, "pause") == 0) {
		in.kind = INPUT_UNWATCH;
		in.u.unwatch.paused = true;
	} else if (strcmp(word, "watch") == 0) {
		in.kind = INPUT_WATCH;
		in.u.policy =
		    (struct policy){.interval = MINUTE_MS, .timeout = 10000};
	} else if (strncmp(word, "window+", 7) == 0) {
		in.kind = INPUT_WINDOW;
		in.u.window.until = at + strtol(word + 7, NULL, 10) * 1000;
	} else if (strcmp(word, "yes") == 0 || strcmp(word, "no") == 0) {
		in.kind = INPUT_CANARY;
		in.u.canary.good = word[0] == 'y';
	} else {
		in.kind = INPUT_SAMPLE;
		in.u.sample = sample_of(at, word);
	}
	core_step(w, &in, on_output, t);
}

static void
play_word(struct world *w, struct teller *t, wall_ms at, const char *s,
    size_t n)
{
	char word[32];

	(void)snprintf(word, sizeof(word), "%.*s", (int)n, s);
	feed(w, t, at, word);
}

static void
play(struct world *w, struct teller *t, const char *in)
{
	char *copy = strdup(in), *save = NULL;

	for (char *p = strtok_r(copy, " ", &save); p != NULL;
	     p = strtok_r(NULL, " ", &save)) {
		char *end;
		long from = strtol(p, &end, 10), to = from, step = 60;

		if (*end == '-')
			to = strtol(end + 1, &end, 10);
		if (*end == '/')
			step = strtol(end + 1, &end, 10);
		p = strtok_r(NULL, " ", &save);
		for (const char *word = p; from <= to; from += step) {
			size_t n = strcspn(word, ",");

			play_word(w, t, start + from * 1000, word, n);
			word = word[n] == ',' ? word + n + 1 : p;
		}
	}
	free(copy);
}

static void
check_sum(const struct teller *t, const struct world *w)
{
	int64_t ms[BUCKET_COUNT], sum = 0;

	account_sum(&t->account, world_now(w), ms);
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		sum += ms[b];
	assert_int_equal(sum, world_now(w) - start);
}

static void
tell(const struct story *s)
{
	struct world *w = world_new(s->canaries, start);
	struct teller t = {0};
	struct input in = {.kind = INPUT_WATCH,
	    .at = start,
	    .u.policy = {.interval =
			     (s->interval_s ? s->interval_s : 60) * 1000,
		.timeout = 10000}};

	text_init(&t.said, 100000);
	core_step(w, &in, on_output, &t);
	play(w, &t, s->in);
	if (strcmp(text_str(&t.said), s->want) != 0)
		fail_msg("%s\n said %s\n want %s", s->name, text_str(&t.said),
		    s->want);
	check_sum(&t, w);
	text_done(&t.said);
	account_done(&t.account);
	world_free(w);
}

#define LADDER(word) "603 " word " 608 " word " 618 " word " 633 " word " "

static const struct story stories[] = {
    {"good stays silent", "0-600 good", "", 0, 0},
    {"a clean endpoint is down after 33 s",
	"0-540 good 600 fail " LADDER("fail") "660 fail", "633 opened/outage!",
	0, 0},
    {"a glitch is listed once it is cleared",
	"0-540 good 600 fail 603 good 660 good 720 good", "660 glitch", 0, 0},
    {"one recovery, nothing else: a quarter of an hour",
	"0-540 good 600 fail " LADDER("fail") "660 fail 720 good 725 good "
					      "780-1680 good",
	"633 opened/outage! 725 recovering/outage 1620 resolved/outage!", 0, 0},
    {"a relapse stays in the incident and two hours are due",
	"0-540 good 600 fail " LADDER(
	    "fail") "660 fail 720 good 725 good "
		    "780 good 840 fail 846 fail 900 good 905 good 960-8160 good",
	"633 opened/outage! 725 recovering/outage 846 relapsed/outage "
	"905 recovering/outage 8100 resolved/outage!",
	0, 0},
    {"a short blip in the quiet time changes nothing",
	"0-540 good 600 fail " LADDER("fail") "660 fail 720 good 725 good "
					      "780 fail 783 good 840-1680 good",
	"633 opened/outage! 725 recovering/outage 783 glitch "
	"1620 resolved/outage!",
	0, 0},
    {"a longer one restarts it",
	"0-540 good 600 fail " LADDER("fail") "660 fail 720 good 725 good "
					      "780 fail 840-8100 good",
	"633 opened/outage! 725 recovering/outage 840 glitch "
	"8040 resolved/outage!",
	0, 0},
    {"claimed maintenance escalates after 30 min",
	"0-540 good 600 maint " LADDER("maint") "660-2460 maint",
	"633 opened/maintenance! 2400 changed/outage!", 0, 0},
    {"a promise is kept: no escalation",
	"0-540 good 600 maint3600 " LADDER(
	    "maint3600") "660-3000 maint "
			 "3060 good 3065 good 3120-4020 good",
	"633 opened/maintenance! 3065 recovering/maintenance "
	"3960 resolved/maintenance!",
	0, 0},
    {"endless promises end after four hours",
	"0-540 good 600 maint3600 " LADDER("maint") "660-15060 maint3600",
	"633 opened/maintenance! 15000 changed/outage!", 0, 0},
    {"planned maintenance is quiet to the end",
	"0-540 good 550 window+1800 600 fail " LADDER(
	    "fail") "660-1200 fail "
		    "1260 good 1265 good 1320-2460 good",
	"550 started 633 opened/maintenance 1265 recovering/maintenance "
	"2160 resolved/maintenance 2350 ended",
	0, 0},
    {"planned maintenance that overruns is an outage",
	"0-540 good 550 window+600 600 fail " LADDER("fail") "660-1500 fail",
	"550 started 633 opened/maintenance 1150 ended/maintenance "
	"1450 overrun/maintenance 1450 changed/outage!",
	0, 0},
    {"silence is unknown and freezes the incident",
	"0-540 good 600 fail " LADDER("fail") "660 good 665 good 720 good "
					      "2000 good 2060-2860 good",
	"633 opened/outage! 665 recovering/outage 2780 resolved/outage!", 0, 0},
    {"refused credentials are neither up nor down",
	"0-540 good 600-780 auth 840 good 900 good", "720 misconfigured", 0, 0},
    {"being limited says nothing", "0-540 good 600-900 lim 960 good", "", 0, 0},
    {"down without a proven path waits for the canary",
	"0-540 good 590 yes 600 time 603 time 608 time 618 time 633 time "
	"634 yes",
	"634 opened/outage!", 0, 1},
    {"our own network is lost: unknown, not down",
	"0-540 good 590 yes 600 time 601 no 603 time 606 no 608 time "
	"618 time 633 time 640 yes 660 good 720 good",
	"606 blind! 640 sighted", 0, 1},
    {"a canary that never answered does not count",
	"0-540 good 600 time 601 no 603 time 606 no 608 time 618 time "
	"633 time",
	"633 opened/outage!", 0, 1},
    {"an operator ends it, and a failure reopens it",
	"0-540 good 600 fail " LADDER("fail") "660 good 665 good 700 resolve "
					      "720 good 780 fail 786 fail",
	"633 opened/outage! 665 recovering/outage 700 resolved/outage! "
	"786 relapsed/outage!",
	0, 0},
    {"what is no longer watched is withdrawn",
	"0-540 good 600 fail " LADDER("fail") "660 unwatch",
	"633 opened/outage! 660 withdrawn/outage!=removed", 0, 0},
    {"a pause withdraws by its name, hears nothing, and ends as new",
	"0-540 good 600 fail " LADDER("fail") "660 pause 665-900/5 fail "
					      "960 watch 1000 fail 1005 pause "
					      "1060 watch 1100 fail 1103 fail "
					      "1108 fail 1118 fail 1133 fail",
	"633 opened/outage! 660 withdrawn/outage!=paused 1133 opened/outage!",
	0, 0},
    {"half of the checks fail: degraded, once, and over when few do",
	"0-540 good 600-1500 fail,good 1560-23200 good",
	"1020 opened/degradation! 3120 recovering/degradation 23100 resolved/degradation!",
	0, 0},
    {"however long it lasts", "0-540 good 600-22200 fail,good",
	"1020 opened/degradation!", 0, 0},
    {"a new endpoint may be degraded from the start", "0-1500 fail,good",
	"420 opened/degradation!", 0, 0},
    {"three blips in an hour are no degradation",
	"0-540 good 600 fail 660-1740 good 1800 fail 1860-2940 good 3000 fail "
	"3060-4200 good",
	"720 glitch 1920 glitch 3120 glitch", 0, 0},
    {"the quick probes after a failure count as one with it",
	"0-540 good 600 fail 603 fail+ 608 fail+ 618 fail+ 625 good+ 660 good "
	"720 good 780 fail 783 fail+ 788 fail+ 798 good+ 840 good 900 good",
	"720 glitch 900 glitch", 0, 0},
    {"what is seldom probed is not degraded by single failures",
	"0-7200/1800 good 9000-18000/1800 fail,good", "", 1800, 0},
    {"degraded, then down: the same incident, worse",
	"0-540 good 600-1500 fail,good 1560 fail 1563 fail+ 1568 fail+ "
	"1578 fail+ 1593 fail+ 1620 fail 1680 good 1685 good+ "
	"1740 fail 1746 fail+",
	"1020 opened/degradation! 1593 changed/outage! 1685 recovering/outage 1746 relapsed/outage",
	0, 0},
    {"the limits of a maintenance are its own",
	"0-540 good 600-2460 fail,good 2520 maint 2523 maint+ 2528 maint+ "
	"2538 maint+ 2553 maint+ 2580-4380 maint",
	"1020 opened/degradation! 2553 changed/maintenance! 4320 changed/outage!",
	0, 0},
    {"two failures after a degradation are no outage",
	"0-540 good 600-1500 fail,good 1560-3420 good 3480 fail 3486 fail+ "
	"3495 fail+ 3500 good+ 3540 good 3600 good",
	"1020 opened/degradation! 3120 recovering/degradation 3500 glitch", 0,
	0},
    {"degraded again within the quiet time",
	"0-540 good 600-1500 fail,good 1560-3420 good 3480-4620 fail,good",
	"1020 opened/degradation! 3120 recovering/degradation 3540 glitch 3660 glitch 3780 glitch 3900 glitch 3900 relapsed/degradation",
	0, 0},
    {"silence leaves it open, and is not its end",
	"0-540 good 600-1500 fail,good 2400 good 2460 good",
	"1020 opened/degradation!", 0, 0},
    {"what fails in a planned window does not count",
	"0-540 good 550 window+1500 600-1500 fail,good", "550 started", 0, 0},
    {"slower than usual: degraded until it was calm for ten minutes",
	"0-6000 ms210 6060-7200 ms820 7260-9000 ms210",
	"6300 opened/degradation! 8520 recovering/degradation "
	"8820 resolved/degradation!",
	0, 0},
    {"over its limit, three times: as plain as that",
	"0-600 good 660-720 slow 780 good 840-1020 slow 1080-2400 good",
	"960 opened/degradation! 1680 recovering/degradation "
	"1980 resolved/degradation!",
	0, 0},
    {"slow, and down: the same incident, worse",
	"0-6000 ms210 6060-6600 ms820 6660 fail 6663 fail+ 6668 fail+ "
	"6678 fail+ 6693 fail+",
	"6300 opened/degradation! 6693 changed/outage!", 0, 0},
    {"slow for a day is usual from then on", "0-6000 ms210 6060-100000 ms820",
	"6300 opened/degradation! 92460 slow/degradation "
	"92460 recovering/degradation 93360 resolved/degradation!",
	0, 0},
    {"what is beyond the timetable is not its usual pace",
	"0-6000 ms210 6060-7200 ms820+", "", 0, 0},
    {"ten minutes apart, two failures are enough",
	"0-6000/600 good 6600 fail 7200 fail", "7200 opened/outage!", 600, 0},
};

static void
test_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		tell(&stories[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stories)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
