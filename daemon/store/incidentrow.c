/* SPDX-License-Identifier: MIT */
#include "store/incidentrow.h"

#include "store/writer.h"

/* A number of a closed set; what is out of it reads as the first. */
static unsigned
one_of(int64_t v, unsigned count)
{
	return v >= 0 && v < (int64_t)count ? (unsigned)v : 0;
}

static enum scope
scope_of(const char *key)
{
	enum scope s = SCOPE_ENDPOINT;

	return key != NULL && scope_parse(key, &s) ? s : SCOPE_ENDPOINT;
}

int64_t
incidentrow_read(const struct use *u, struct query_incident *i)
{
	*i = (struct query_incident){.owner = use_col(u, 26),
	    .opened = use_col(u, 7),
	    .closed = use_col(u, 9),
	    .withdrawn = use_col(u, 10) != 0,
	    .endpoint = use_col_text(u, 27),
	    .service = use_col_text(u, 28),
	    .region = use_col_text(u, 29),
	    .acked = use_col(u, 30),
	    .acked_by = use_col_text(u, 31),
	    .acked_why = use_col_text(u, 32),
	    .scope = use_col_text(u, 34),
	    .lead_endpoint = use_col_text(u, 36),
	    .lead_service = use_col_text(u, 38),
	    .now = {.kind = OUTPUT_EVENT,
		.endpoint = ENDPOINT_NONE,
		.incident = incident_of_row(use_col(u, 0)),
		.lead = incident_of_row(use_col(u, 33)),
		.effect = use_col(u, 35) != 0,
		.scope = scope_of(use_col_text(u, 34)),
		.phase = (enum phase)one_of(use_col(u, 1), PHASE_COUNT),
		.kind_now = (enum kind)one_of(use_col(u, 2), KIND_COUNT),
		.kind_worst = (enum kind)one_of(use_col(u, 3), KIND_COUNT),
		.origin = (enum origin)one_of(use_col(u, 4), ORIGIN_COUNT),
		.cause = (enum cause)one_of(use_col(u, 5), CAUSE_COUNT),
		.onset = use_col(u, 6),
		.ended = use_col(u, 8),
		.last_good_at = use_col(u, 11),
		.promise_until = use_col(u, 12),
		.promised = use_col(u, 37),
		.all_clear_at = use_col(u, 13),
		.chance = (unsigned)use_col(u, 14),
		.others = (unsigned)use_col(u, 15),
		.relapses = (unsigned)use_col(u, 16),
		.class = (enum sample_class)one_of(use_col(u, 17), CLASS_COUNT),
		.reason = (enum reason)one_of(use_col(u, 18), REASON_COUNT),
		.code = (uint16_t)use_col(u, 19)}};
	for (int b = 0; b < BUCKET_COUNT; b++)
		i->now.bucket_ms[b] = use_col(u, 20 + b);
	return use_col(u, 26);
}
