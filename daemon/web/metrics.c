/* SPDX-License-Identifier: MIT */
/*
 * metrics - for Prometheus and those who read its text: OpenMetrics 1.0 to who
 * asks for it, else the text format 0.0.4.
 *
 * Names that begin with probe_ are those of the blackbox exporter, of the last
 * probe of each endpoint, so that boards made for that show Vigie's as well.
 */
#include <inttypes.h>
#include <string.h>

#include "view/status.h"
#include "web/site.h"

enum { MILLION = 1000000, DAY_S = 86400 };

struct writing {
	struct text *out;
	const struct status_list *list;
	bool open_metrics;
};

static void
head(const struct writing *w, const char *name, const char *help)
{
	text_printf(w->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help,
	    name);
}

/* name{endpoint="a/eu",service="a",region="eu"; ids need no escapes. */
static void
labels(const struct writing *w, const char *name, const struct status_row *r)
{
	text_printf(w->out, "%s{endpoint=\"%s\",service=\"%s\"", name, r->id,
	    r->service);
	if (r->region != NULL)
		text_printf(w->out, ",region=\"%s\"", r->region);
}

static void
seconds(const struct writing *w, uint32_t us)
{
	text_printf(w->out, "} %" PRIu32 ".%06" PRIu32 "\n", us / MILLION,
	    us % MILLION);
}

typedef bool number_fn(const struct status_row *r, int64_t *n);

static bool
success(const struct status_row *r, int64_t *n)
{
	*n = class_effect((enum sample_class)r->e.last.class) == EFFECT_GOOD;
	return r->e.sampled;
}

static bool
status_code(const struct status_row *r, int64_t *n)
{
	*n = r->e.last.code;
	return r->e.sampled && *n != 0;
}

static bool
protocol(const struct status_row *r, int64_t *n)
{
	static const uint8_t none[sizeof(r->e.last.address)];

	*n = (r->e.last.flags & SAMPLE_IPV6) != 0 ? 6 : 4;
	return r->e.sampled &&
	    memcmp(r->e.last.address, none, sizeof(none)) != 0;
}

static bool
expiry(const struct status_row *r, int64_t *n)
{
	*n = r->e.last.start / SECOND_MS + (int64_t)r->e.last.cert_days * DAY_S;
	return r->e.sampled && r->e.last.cert_days != CERT_DAYS_UNKNOWN;
}

static bool
probed_at(const struct status_row *r, int64_t *n)
{
	*n = r->e.last.start / SECOND_MS;
	return r->e.sampled;
}

static bool
since(const struct status_row *r, int64_t *n)
{
	*n = status_since(r) / SECOND_MS;
	return *n != 0;
}

static bool
relapses(const struct status_row *r, int64_t *n)
{
	*n = r->incident.relapses;
	return r->has_incident;
}

static bool
chance(const struct status_row *r, int64_t *n)
{
	*n = r->incident.chance;
	return r->has_incident && r->incident.phase == PHASE_RECOVERING;
}

static const struct {
	const char *name, *help;
	number_fn *number;
} numbers[] = {
    {"probe_success", "Whether the last probe was good.", success},
    {"probe_http_status_code", "HTTP status of the last probe.", status_code},
    {"probe_ip_protocol", "Version of IP of the last probe.", protocol},
    {"probe_ssl_earliest_cert_expiry",
	"When the certificate expires, in whole days.", expiry},
    {"vigie_probe_timestamp_seconds", "When the last probe began.", probed_at},
    {"vigie_state_since_timestamp_seconds", "Since when it is so.", since},
    {"vigie_incident_relapses", "False recoveries of the open incident.",
	relapses},
    {"vigie_recovery_chance_percent", "That it holds for an hour.", chance},
};

static void
add_numbers(const struct writing *w)
{
	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
		head(w, numbers[k].name, numbers[k].help);
		for (size_t i = 0; i < w->list->count; i++) {
			const struct status_row *r = &w->list->rows[i];
			int64_t n;

			if (!numbers[k].number(r, &n))
				continue;
			labels(w, numbers[k].name, r);
			text_printf(w->out, "} %" PRId64 "\n", n);
		}
	}
}

static void
add_durations(const struct writing *w)
{
	static const char total[] = "probe_duration_seconds",
			  phase[] = "probe_http_duration_seconds";

	head(w, total, "How long the last probe took.");
	for (size_t i = 0; i < w->list->count; i++) {
		const struct status_row *r = &w->list->rows[i];

		if (!r->e.sampled)
			continue;
		labels(w, total, r);
		seconds(w, r->e.last.total_us);
	}
	head(w, phase, "How long each phase of the last probe took.");
	for (size_t i = 0; i < w->list->count; i++) {
		const struct status_row *r = &w->list->rows[i];
		const struct sample *s = &r->e.last;
		const struct {
			const char *name;
			uint32_t us;
		} phases[] = {{"resolve", s->dns_us},
		    {"connect", s->connect_us}, {"tls", s->tls_us},
		    {"processing", s->wait_us}, {"transfer", s->receive_us}};

		for (size_t k = 0; r->e.sampled && k < 5; k++) {
			labels(w, phase, r);
			text_printf(w->out, ",phase=\"%s\"", phases[k].name);
			seconds(w, phases[k].us);
		}
	}
}

/* One series for each state it may be in. */
static void
add_states(const struct writing *w)
{
	static const char name[] = "vigie_state";

	text_printf(w->out, "# HELP %s The state of each endpoint.\n", name);
	text_printf(w->out, "# TYPE %s %s\n", name,
	    w->open_metrics ? "stateset" : "gauge");
	for (size_t i = 0; i < w->list->count; i++) {
		for (unsigned b = 0; b < BUCKET_COUNT; b++) {
			const struct status_row *r = &w->list->rows[i];

			labels(w, name, r);
			text_printf(w->out, ",%s=\"%s\"} %d\n", name,
			    bucket_name((enum bucket)b),
			    r->e.bucket == (enum bucket)b);
		}
	}
}

static void
add_self(const struct writing *w, const struct site *s,
    const struct store_tally *t)
{
	head(w, "vigie_notices",
	    "Notices to receivers, by what became of them.");
	text_printf(w->out,
	    "vigie_notices{state=\"sent\"} %" PRId64 "\n"
	    "vigie_notices{state=\"owed\"} %" PRId64 "\n"
	    "vigie_notices{state=\"failed\"} %" PRId64 "\n",
	    t->sent, t->owed, t->failed);
	head(w, "vigie_database_writable", "Whether what is decided is kept.");
	text_printf(w->out, "vigie_database_writable %d\n",
	    !s->now.degraded && !s->now.damaged);
	head(w, "vigie_commit_timestamp_seconds", "When the last commit was.");
	text_printf(w->out, "vigie_commit_timestamp_seconds %" PRId64 ".%03d\n",
	    s->now.committed / SECOND_MS, (int)(s->now.committed % SECOND_MS));
	if (w->open_metrics)
		text_add(w->out, "# EOF\n");
}

void
metrics_serve(struct site *s, const struct visitor *v)
{
	const char *accept = http_header(v->r, "Accept");
	struct status_list l = {0};
	struct store_tally t = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text page;
	struct writing w = {.out = &page,
	    .list = &l,
	    .open_metrics = accept != NULL &&
		strstr(accept, "application/openmetrics-text") != NULL};

	text_init(&page, PAGE_BYTES);
	if (q == NULL || site_status(s, v, q, NULL, &l, &f) != OK ||
	    query_tally(q, NULL, &t, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		add_numbers(&w);
		add_durations(&w);
		add_states(&w);
		add_self(&w, s, &t);
		answer_text(s, v->r, &page,
		    w.open_metrics
			? "application/openmetrics-text; version=1.0.0; "
			  "charset=utf-8"
			: "text/plain; version=0.0.4; charset=utf-8",
		    0);
	}
	status_done(&l);
	text_done(&page);
}
