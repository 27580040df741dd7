/* SPDX-License-Identifier: MIT */
/* Of Vigie itself: what it did, what waits, and how late it is. */
#include <inttypes.h>

#include "base/mem.h"
#include "store/tallies.h"
#include "web/metrics.h"

static void
add_build(struct exposition *e)
{
	family_begin(e, FAMILY_INFO, "vigie_build", "Which Vigie it is.");
	series_number(e, "version", VIGIE_VERSION, 1);
}

struct tally {
	char *receiver;
	struct store_tally t;
};
struct told {
	struct tally *all;
	size_t count;
	struct store_tally sum;
};

static bool
on_tally(void *arg, const char *receiver, const struct store_tally *t)
{
	struct told *told = arg;

	told->all =
	    mem_resize(told->all, told->count + 1, sizeof(told->all[0]));
	told->all[told->count++] = (struct tally){mem_dup(receiver), *t};
	told->sum.sent += t->sent;
	told->sum.owed += t->owed;
	told->sum.failed += t->failed;
	return true;
}

static void
add_receivers(struct exposition *e, const struct told *told)
{
	family_begin(e, FAMILY_GAUGE, "vigie_receiver_owed",
	    "Notices that wait to be told.");
	for (size_t i = 0; i < told->count; i++)
		series_number(e, "receiver", told->all[i].receiver,
		    (uint64_t)told->all[i].t.owed);
	family_begin(e, FAMILY_COUNTER, "vigie_receiver_sent",
	    "Notices that were taken.");
	for (size_t i = 0; i < told->count; i++)
		series_number(e, "receiver", told->all[i].receiver,
		    (uint64_t)told->all[i].t.sent);
	family_begin(e, FAMILY_COUNTER, "vigie_receiver_failed",
	    "Notices given up: too old, or not wanted.");
	for (size_t i = 0; i < told->count; i++)
		series_number(e, "receiver", told->all[i].receiver,
		    (uint64_t)told->all[i].t.failed);
}

static enum status
add_told(struct query *q, struct exposition *e, struct fail *f)
{
	struct told told = {0};
	enum status s = tallies_read(q, on_tally, &told, f);

	if (s == OK) {
		family_begin(e, FAMILY_GAUGE, "vigie_notices",
		    "Notices to receivers, by what became of them.");
		series_number(e, "state", "sent", (uint64_t)told.sum.sent);
		series_number(e, "state", "owed", (uint64_t)told.sum.owed);
		series_number(e, "state", "failed", (uint64_t)told.sum.failed);
		add_receivers(e, &told);
	}
	for (size_t i = 0; i < told.count; i++)
		mem_free(told.all[i].receiver);
	mem_free(told.all);
	return s;
}

static void
add_attempts(struct exposition *e, const struct counted *c)
{
	static const char *const whys[UNTOLD_COUNT] = {[UNTOLD_NO_ANSWER] =
							   "no answer",
	    [UNTOLD_REDIRECT] = "redirect",
	    [UNTOLD_AUTH] = "auth",
	    [UNTOLD_LIMITED] = "limited",
	    [UNTOLD_CLIENT] = "client",
	    [UNTOLD_SERVER] = "server"};

	family_begin(e, FAMILY_COUNTER, "vigie_delivery_attempts",
	    "Attempts to tell a receiver.");
	series_number(e, NULL, NULL, c->attempts);
	family_begin(e, FAMILY_COUNTER, "vigie_delivery_failures",
	    "Those that failed, by the kind of answer.");
	for (size_t i = 0; i < UNTOLD_COUNT; i++)
		series_number(e, "reason", whys[i], c->untold[i]);
}

static void
add_events(struct exposition *e, const struct counted *c)
{
	family_begin(e, FAMILY_COUNTER, "vigie_events",
	    "What was told, or could have been; also each relapse.");
	for (unsigned i = 0; i < EVENT_COUNT; i++)
		series_number(e, "event", event_name((enum event_kind)i),
		    c->events[i]);
	family_begin(e, FAMILY_COUNTER, "vigie_incidents",
	    "Incidents by what they were when they opened.");
	for (unsigned i = KIND_NONE + 1; i < KIND_COUNT; i++)
		series_number(e, "kind", kind_name((enum kind)i),
		    c->incidents[i]);
}

static void
add_numbers(struct exposition *e, const struct site *s,
    const struct httpd_stats *h, uint64_t queries)
{
	const struct counted *c = &s->counted;
	const struct {
		enum family_type type;
		const char *name, *help;
		uint64_t n;
	} numbers[] = {
	    {FAMILY_COUNTER, "vigie_probes", "Probes made.", c->probes},
	    {FAMILY_COUNTER, "vigie_probes_skipped",
		"Probes not made because the one before was not over.",
		c->skipped},
	    {FAMILY_COUNTER, "vigie_samples_dropped",
		"Samples that found no room on their way to the keeper.",
		c->dropped},
	    {FAMILY_COUNTER, "vigie_samples_lost",
		"Samples that found no room while nothing could be written.",
		c->lost},
	    {FAMILY_GAUGE, "vigie_samples_queued",
		"Samples that wait to be judged or written.", c->queued},
	    {FAMILY_GAUGE, "vigie_probes_in_flight",
		"Probes that had no answer yet.", c->in_flight},
	    {FAMILY_GAUGE, "vigie_web_connections", "Open connections.",
		h->connections},
	    {FAMILY_GAUGE, "vigie_web_streams", "Of these, streams.",
		h->streams},
	    {FAMILY_COUNTER, "vigie_web_requests", "Requests heard.",
		h->requests},
	    {FAMILY_COUNTER, "vigie_web_refused",
		"Requests and connections refused.", h->refused},
	    {FAMILY_COUNTER, "vigie_auth_failures",
		"Requests with a token that is not known.", s->unknown_tokens},
	    {FAMILY_COUNTER, "vigie_web_queries", "Statements run for pages.",
		queries},
	    {FAMILY_COUNTER, "vigie_web_cut",
		"Connections ended for being slow, or deaf.", h->cut},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		family_begin(e, numbers[i].type, numbers[i].name,
		    numbers[i].help);
		series_number(e, NULL, NULL, numbers[i].n);
	}
}

static void
add_health(struct exposition *e, const struct site *s, const struct counted *c)
{
	family_begin(e, FAMILY_GAUGE, "vigie_process_ready",
	    "Whether each process does its part.");
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		series_number(e, "role", role_name((enum role)i), c->ready[i]);
	family_begin(e, FAMILY_GAUGE, "vigie_late_seconds",
	    "How late so many of the probes began at most, lately.");
	series_seconds(e, "percent", "50", c->late_p50_us);
	series_seconds(e, "percent", "99", c->late_p99_us);
	family_begin(e, FAMILY_GAUGE, "vigie_longest_turn_seconds",
	    "For how long the prober did not look, at most, in that time.");
	series_seconds(e, NULL, NULL, c->longest_turn_ms * UINT64_C(1000));
	family_begin(e, FAMILY_GAUGE, "vigie_database_writable",
	    "Whether what is decided is kept.");
	series_number(e, NULL, NULL, !s->now.degraded && !s->now.damaged);
	family_begin(e, FAMILY_GAUGE, "vigie_evidence_timestamp_seconds",
	    "Until when all that probes found has come.");
	series_seconds(e, NULL, NULL, (uint64_t)c->upto * 1000);
	family_begin(e, FAMILY_GAUGE, "vigie_commit_timestamp_seconds",
	    "When the last commit was.");
	series_seconds(e, NULL, NULL, (uint64_t)s->now.committed * 1000);
}

enum status
metrics_self(const struct site *s, struct query *q, struct exposition *e,
    struct fail *f)
{
	const struct httpd_stats stats = httpd_stats(s->httpd);

	add_build(e);
	add_health(e, s, &s->counted);
	add_events(e, &s->counted);
	add_attempts(e, &s->counted);
	add_numbers(e, s, &stats, query_statements(q));
	return add_told(q, e, f);
}
