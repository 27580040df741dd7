/* SPDX-License-Identifier: MIT */
/*
 * A byte for the version, then the fields in the order of carry_memory(),
 * little-endian; times have 48 bits, which last for 8,900 years, and lengths
 * 40, which are 34.
 */
#include "core/keep.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

enum { VERSION = 6, BEFORE_PAIRS = 5, MS_BITS = 48, SPAN_BITS = 40 };

/* Either way: into bytes, or out of them. */
struct carrier {
	struct bytes_out *out; /* NULL: out of */
	struct bytes_in *in;
	uint8_t version;
};

static void
carry_u8(struct carrier *c, uint8_t *v)
{
	if (c->out != NULL)
		bytes_put_u8(c->out, *v);
	else
		*v = bytes_get_u8(c->in);
}

/* Two small numbers in one byte. */
static void
carry_pair(struct carrier *c, uint8_t *low, uint8_t *high)
{
	uint8_t both = (uint8_t)(*high << 4 | *low);

	if (c->version == BEFORE_PAIRS) {
		carry_u8(c, low);
		carry_u8(c, high);
		return;
	}
	assert(*low < 16 && *high < 16);
	carry_u8(c, &both);
	*low = both & 15;
	*high = both >> 4;
}

static void
carry_u16(struct carrier *c, uint16_t *v)
{
	if (c->out != NULL)
		bytes_put_u16(c->out, *v);
	else
		*v = bytes_get_u16(c->in);
}

static void
carry_u32(struct carrier *c, uint32_t *v)
{
	if (c->out != NULL)
		bytes_put_u32(c->out, *v);
	else
		*v = bytes_get_u32(c->in);
}

static void
carry_ms(struct carrier *c, int64_t *v)
{
	uint32_t low = (uint32_t)*v;
	uint16_t high = (uint16_t)(*v >> 32);

	assert(*v >= 0 && *v >> MS_BITS == 0);
	carry_u32(c, &low);
	carry_u16(c, &high);
	*v = (int64_t)high << 32 | low;
}

/* A length; one longer than fits is kept as the longest. */
static void
carry_span(struct carrier *c, int64_t *v)
{
	int64_t longest = ((int64_t)1 << SPAN_BITS) - 1;
	int64_t kept = *v < longest ? *v : longest;
	uint32_t low = (uint32_t)kept;
	uint8_t high = (uint8_t)(kept >> 32);

	assert(*v >= 0);
	carry_u32(c, &low);
	carry_u8(c, &high);
	*v = (int64_t)high << 32 | low;
}

static void
carry_ref(struct carrier *c, uint64_t *v)
{
	if (c->out != NULL)
		bytes_put_u64(c->out, *v);
	else
		*v = bytes_get_u64(c->in);
}

static void
carry_signed(struct carrier *c, int32_t *v)
{
	uint32_t bits = (uint32_t)*v;

	carry_u32(c, &bits);
	*v = (int32_t)bits;
}

static void
carry_level(struct carrier *c, struct ledger *l)
{
	uint16_t bits = (uint16_t)l->level;

	carry_u16(c, &bits);
	l->level = (int16_t)bits;
	carry_u16(c, &l->samples);
	carry_u16(c, &l->glitches);
}

/* The length of a probe, of 71 minutes at most: 24 bits. */
static void
carry_probe(struct carrier *c, uint32_t *ms)
{
	uint16_t low = (uint16_t)*ms;
	uint8_t high = (uint8_t)(*ms >> 16);

	carry_u16(c, &low);
	carry_u8(c, &high);
	*ms = (uint32_t)high << 16 | low;
}

static void
carry_latency(struct carrier *c, struct latency *l)
{
	carry_u16(c, &l->p50);
	carry_u16(c, &l->p95);
	carry_u16(c, &l->sum);
	carry_u32(c, &l->since_s);
	for (size_t i = 0; i < LATENCY_RECENT; i++)
		carry_u8(c, &l->recent[i]);
	carry_u8(c, &l->count);
	carry_u8(c, &l->over);
}

static void
carry_penalty(struct carrier *c, uint32_t *v)
{
	uint16_t points = (uint16_t)*v;

	assert(*v <= UINT16_MAX);
	carry_u16(c, &points);
	*v = points;
}

/* 24 of them. */
static void
carry_flags(struct carrier *c, uint32_t *flags)
{
	uint16_t low = (uint16_t)*flags;
	uint8_t high = (uint8_t)(*flags >> 16);

	carry_u16(c, &low);
	if (c->version != BEFORE_PAIRS)
		carry_u8(c, &high);
	*flags = (uint32_t)high << 16 | low;
}

static void
carry_times(struct carrier *c, struct memory *m)
{
	carry_ms(c, &m->heard_at);
	carry_ms(c, &m->fail_from);
	carry_ms(c, &m->fail_at);
	carry_ms(c, &m->good_from);
	carry_ms(c, &m->quiet_from);
	carry_ms(c, &m->span_since);
	carry_ms(c, &m->last_good_since);
	carry_ms(c, &m->auth_since);
	carry_ms(c, &m->onset);
	carry_ms(c, &m->back_since);
	carry_ms(c, &m->promise_until);
	carry_ms(c, &m->window_until);
	carry_ms(c, &m->look_at);
	carry_span(c, &m->stopped_ms);
	carry_span(c, &m->unknown_ms);
	for (size_t i = 0; i < BUCKET_COUNT; i++)
		carry_span(c, &m->bucket_ms[i]);
}

static void
carry_rate(struct carrier *c, struct rate *s)
{
	carry_ms(c, &s->at);
	carry_u32(c, &s->fail_s);
	for (size_t i = 0; i < RATE_FAILS - 1; i++)
		carry_u16(c, &s->earlier_s[i]);
	carry_u16(c, &s->level);
	carry_u32(c, &s->checks);
}

static void
carry_words(struct carrier *c, struct memory *m)
{
	carry_pair(c, &m->state, &m->why);
	carry_pair(c, &m->bucket, &m->phase);
	carry_pair(c, &m->kind, &m->worst);
	carry_u8(c, &m->origin);
	carry_u8(c, &m->class);
	carry_u8(c, &m->reason);
	carry_u8(c, &m->others);
	carry_pair(c, &m->scope, &m->scope_tag);
	carry_u8(c, &m->auth_run);
	carry_u8(c, &m->last_count);
}

static void
carry_memory(struct carrier *c, struct memory *m)
{
	carry_times(c, m);
	carry_words(c, m);
	carry_ref(c, &m->fail_ref);
	for (size_t i = 0; i < RECOVERY_MEMORY; i++)
		carry_u32(c, &m->recoveries.at_s[i]);
	carry_u16(c, &m->own.again);
	carry_u16(c, &m->own.expected);
	carry_probe(c, &m->heard_ms);
	carry_probe(c, &m->good_ms);
	carry_signed(c, &m->fail_ms);
	carry_penalty(c, &m->penalty);
	carry_u32(c, &m->penalty_s);
	if (c->version != BEFORE_PAIRS)
		carry_u32(c, &m->promised_s);
	carry_u32(c, &m->day);
	carry_u32(c, &m->n);
	carry_u32(c, &m->seq);
	carry_u32(c, &m->lead.day);
	carry_u32(c, &m->lead.n);
	carry_level(c, &m->ledger);
	carry_u16(c, &m->run_fail);
	carry_u16(c, &m->run_good);
	carry_u16(c, &m->run_maint);
	carry_u16(c, &m->relapses);
	carry_u16(c, &m->code);
	carry_flags(c, &m->flags);
	carry_u16(c, &m->last_maint);
	carry_rate(c, &m->rate);
	carry_latency(c, &m->latency);
}

/*
 * Versions 1 and 2: as it lay in the memory of the daemon.  Version 1 had a
 * quiet time where `own` is.
 */
struct before {
	int64_t times[12];
	uint64_t fail_ref;
	int64_t stopped_ms, unknown_ms, bucket_ms[BUCKET_COUNT];
	struct recovery_log recoveries;
	uint32_t heard_ms, good_ms;
	int32_t fail_ms;
	struct recovery_record own;
	uint32_t penalty, penalty_s, day, n, seq;
	struct ledger ledger;
	uint16_t run_fail, run_good, run_maint, relapses, code, flags;
	uint16_t last_maint;
	uint8_t last_count, auth_run, class, reason;
	uint8_t state, why, bucket, phase, kind, worst, origin, others;
	uint8_t version;
};
_Static_assert(sizeof(struct before) == CORE_STATE_BYTES, "it is read as kept");

static bool
are_times(const int64_t *ms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ms[i] < 0 || ms[i] >> MS_BITS != 0)
			return false;
	}
	return true;
}

static bool
get_before(struct memory *m, const void *bytes)
{
	struct before b;

	memcpy(&b, bytes, sizeof(b));
	*m = (struct memory){.heard_at = b.times[0],
	    .fail_from = b.times[1],
	    .fail_at = b.times[2],
	    .good_from = b.times[3],
	    .quiet_from = b.times[4],
	    .span_since = b.times[5],
	    .last_good_since = b.times[6],
	    .auth_since = b.times[7],
	    .onset = b.times[8],
	    .back_since = b.times[9],
	    .promise_until = b.times[10],
	    .window_until = b.times[11],
	    .fail_ref = b.fail_ref,
	    .stopped_ms = b.stopped_ms,
	    .unknown_ms = b.unknown_ms,
	    .recoveries = b.recoveries,
	    .heard_ms = b.heard_ms,
	    .good_ms = b.good_ms,
	    .fail_ms = b.fail_ms,
	    .penalty = b.penalty,
	    .penalty_s = b.penalty_s,
	    .day = b.day,
	    .n = b.n,
	    .seq = b.seq,
	    .ledger = b.ledger,
	    .run_fail = b.run_fail,
	    .run_good = b.run_good,
	    .run_maint = b.run_maint,
	    .relapses = b.relapses,
	    .code = b.code,
	    .flags = b.flags,
	    .last_maint = b.last_maint,
	    .last_count = b.last_count,
	    .auth_run = b.auth_run,
	    .class = b.class,
	    .reason = b.reason,
	    .state = b.state,
	    .why = b.why,
	    .bucket = b.bucket,
	    .phase = b.phase,
	    .kind = b.kind,
	    .worst = b.worst,
	    .origin = b.origin,
	    .others = b.others};
	memcpy(m->bucket_ms, b.bucket_ms, sizeof(m->bucket_ms));
	if (b.version == 2)
		m->own = b.own;
	return (b.version == 1 || b.version == 2) && are_times(b.times, 12) &&
	    are_times(&b.stopped_ms, 1) && are_times(&b.unknown_ms, 1) &&
	    are_times(b.bucket_ms, BUCKET_COUNT);
}

static bool
plausible(const struct memory *m)
{
	return m->state < STATE_COUNT && m->why < WHY_COUNT &&
	    m->bucket < BUCKET_COUNT && m->phase < PHASE_CLOSED &&
	    m->kind < KIND_COUNT && m->worst < KIND_COUNT &&
	    m->origin < ORIGIN_COUNT && m->scope < SCOPE_COUNT &&
	    m->scope_tag < SCOPE_TAGS && m->class < CLASS_COUNT &&
	    m->reason < REASON_COUNT && m->others <= RECOVERY_OTHERS_MAX &&
	    m->last_count <= 10 && m->penalty <= UINT16_MAX &&
	    m->ledger.level >= LEDGER_REST && m->ledger.level <= LEDGER_MAX;
}

size_t
keep_put(const struct memory *m, unsigned char buf[CORE_STATE_BYTES])
{
	struct memory copy = *m;
	struct bytes_out out;
	struct carrier c = {.out = &out, .version = VERSION};

	/* One byte less: by the full length the versions before are known. */
	bytes_out_init(&out, buf, CORE_STATE_BYTES - 1);
	bytes_put_u8(&out, VERSION);
	carry_memory(&c, &copy);
	assert(out.ok);
	return out.len;
}

bool
keep_get(struct memory *m, const void *bytes, size_t n)
{
	struct bytes_in in;
	struct carrier c = {.in = &in};

	if (n == sizeof(struct before))
		return get_before(m, bytes) && plausible(m);
	bytes_in_init(&in, bytes, n);
	*m = (struct memory){0};
	c.version = bytes_get_u8(&in);
	if (c.version != VERSION && c.version != BEFORE_PAIRS)
		return false;
	carry_memory(&c, m);
	return bytes_in_done(&in) && plausible(m);
}
