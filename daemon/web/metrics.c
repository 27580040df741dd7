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

#include "web/metrics.h"

enum { DAY_S = 86400, ADDRESS4_BYTES = 4, MICROS = 1000 };

/* name{endpoint="a/eu",service="a",region="eu" */
static void
labels(const struct exposition *e, const struct status_row *r)
{
	series_name(e);
	text_printf(e->out, "{endpoint=\"%s\",service=\"%s\"", r->id,
	    r->service);
	if (r->region != NULL)
		text_printf(e->out, ",region=\"%s\"", r->region);
}

static void
seconds(const struct exposition *e, uint64_t us)
{
	text_add(e->out, "} ");
	text_seconds(e->out, us);
	text_char(e->out, '\n');
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

/* As the exporter has it: FNV-1a of 32 bits, to see that it changes. */
static bool
address_hash(const struct status_row *r, int64_t *n)
{
	size_t size = (r->e.last.flags & SAMPLE_IPV6) != 0
	    ? sizeof(r->e.last.address)
	    : ADDRESS4_BYTES;
	uint32_t h = 0x811c9dc5u;
	int64_t version;

	for (size_t i = 0; i < size; i++)
		h = (h ^ r->e.last.address[i]) * 0x01000193u;
	*n = h;
	return protocol(r, &version);
}

/* Of a connection that was kept nothing is known. */
static bool
encrypted(const struct status_row *r, int64_t *n)
{
	const struct sample *s = &r->e.last;

	*n = s->tls_us != 0 || s->cert_days != CERT_DAYS_UNKNOWN;
	return r->e.sampled && s->code != 0 && (*n || s->connect_us != 0);
}

static bool
by_pattern(const struct status_row *r, int64_t *n)
{
	enum reason reason = (enum reason)r->e.last.reason;

	*n = reason == REASON_BODY_MISMATCH ||
	    reason == REASON_BODY_FORBIDDEN || reason == REASON_HEADER_MISMATCH;
	return r->e.sampled && r->e.last.code != 0;
}

static const struct {
	const char *name, *help;
	number_fn *number;
} numbers[] = {
    {"probe_success", "Whether the last probe was good.", success},
    {"probe_http_status_code", "HTTP status of the last probe.", status_code},
    {"probe_ip_protocol", "Version of IP of the last probe.", protocol},
    {"probe_ip_addr_hash", "Hash of the address of the last probe.",
	address_hash},
    {"probe_http_ssl", "Whether the last probe was over TLS.", encrypted},
    {"probe_failed_due_to_regex",
	"Whether a pattern was why the last probe failed.", by_pattern},
    {"probe_ssl_earliest_cert_expiry",
	"When the certificate expires, in whole days.", expiry},
    {"vigie_probe_timestamp_seconds", "When the last probe began.", probed_at},
    {"vigie_state_since_timestamp_seconds", "Since when it is so.", since},
    {"vigie_incident_relapses", "False recoveries of the open incident.",
	relapses},
    {"vigie_recovery_chance_percent", "That it holds for an hour.", chance},
};

static void
add_numbers(struct exposition *e, const struct status_list *l)
{
	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
		family_begin(e, FAMILY_GAUGE, numbers[k].name, numbers[k].help);
		for (size_t i = 0; i < l->count; i++) {
			int64_t n;

			if (!numbers[k].number(&l->rows[i], &n))
				continue;
			labels(e, &l->rows[i]);
			text_printf(e->out, "} %" PRId64 "\n", n);
		}
	}
}

static uint32_t
total_us(const struct sample *s)
{
	return s->total_us;
}

static uint32_t
dns_us(const struct sample *s)
{
	return s->dns_us;
}

static uint32_t
late_us(const struct sample *s)
{
	return s->late_us;
}

static const struct {
	const char *name, *help;
	uint32_t (*us)(const struct sample *s);
} lengths[] = {
    {"probe_duration_seconds", "How long the last probe took.", total_us},
    {"probe_dns_lookup_time_seconds",
	"How long the name took in the last probe.", dns_us},
    {"vigie_probe_late_seconds", "By how much the last probe began late.",
	late_us},
};

static void
add_lengths(struct exposition *e, const struct status_list *l)
{
	for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
		family_begin(e, FAMILY_GAUGE, lengths[k].name, lengths[k].help);
		for (size_t i = 0; i < l->count; i++) {
			if (!l->rows[i].e.sampled)
				continue;
			labels(e, &l->rows[i]);
			seconds(e, lengths[k].us(&l->rows[i].e.last));
		}
	}
}

static void
add_phases(struct exposition *e, const struct status_list *l)
{
	family_begin(e, FAMILY_GAUGE, "probe_http_duration_seconds",
	    "How long each phase of the last probe took.");
	for (size_t i = 0; i < l->count; i++) {
		const struct status_row *r = &l->rows[i];
		const struct sample *s = &r->e.last;
		const struct {
			const char *name;
			uint32_t us;
		} phases[] = {{"resolve", s->dns_us},
		    {"connect", s->connect_us}, {"tls", s->tls_us},
		    {"processing", s->wait_us}, {"transfer", s->receive_us}};

		for (size_t k = 0; r->e.sampled && k < 5; k++) {
			labels(e, r);
			text_printf(e->out, ",phase=\"%s\"", phases[k].name);
			seconds(e, phases[k].us);
		}
	}
}

/* One series for each state it may be in. */
static void
add_states(struct exposition *e, const struct status_list *l)
{
	family_begin(e, FAMILY_STATESET, "vigie_state",
	    "The state of each endpoint.");
	for (size_t i = 0; i < l->count; i++) {
		for (unsigned b = 0; b < BUCKET_COUNT; b++) {
			labels(e, &l->rows[i]);
			text_printf(e->out, ",%s=\"%s\"} %d\n", e->family,
			    bucket_name((enum bucket)b),
			    l->rows[i].e.bucket == (enum bucket)b);
		}
	}
}

/* Left out where there is too much history to sum up. */
static void
add_unknowns(struct exposition *e, const struct status_list *l,
    const struct unknowns *u)
{
	if (!u->known)
		return;
	family_begin(e, FAMILY_COUNTER, "vigie_unknown_seconds",
	    "For how long nothing was known of it, since it is watched.");
	for (size_t i = 0; i < l->count; i++) {
		labels(e, &l->rows[i]);
		seconds(e,
		    (uint64_t)unknowns_ms(u, l->rows[i].e.endpoint) * MICROS);
	}
}

static enum status
write_all(struct site *s, const struct visitor *v, struct query *q,
    struct exposition *e, struct fail *f)
{
	struct status_list l = {0};
	enum status status = site_status(s, v, q, NULL, &l, f);

	if (status == OK)
		status = unknowns_read(&s->unknowns, q, l.as_of, f);
	if (status == OK || status == ERR_LIMIT) {
		add_numbers(e, &l);
		add_lengths(e, &l);
		add_phases(e, &l);
		add_states(e, &l);
		add_unknowns(e, &l, &s->unknowns);
		status = metrics_self(s, q, e, f);
	}
	status_done(&l);
	return status;
}

void
metrics_serve(struct site *s, const struct visitor *v)
{
	const char *accept = http_header(v->r, "Accept");
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text page;
	struct exposition e = {.out = &page,
	    .open_metrics = accept != NULL &&
		strstr(accept, "application/openmetrics-text") != NULL};

	text_init(&page, PAGE_BYTES);
	if (q == NULL || write_all(s, v, q, &e, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		if (e.open_metrics)
			text_add(&page, "# EOF\n");
		answer_text(s, v->r, &page,
		    e.open_metrics
			? "application/openmetrics-text; version=1.0.0; "
			  "charset=utf-8"
			: "text/plain; version=0.0.4; charset=utf-8",
		    0);
	}
	text_done(&page);
}
