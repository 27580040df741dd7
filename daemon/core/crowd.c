/* SPDX-License-Identifier: MIT */
#include "core/crowd.h"

#include <assert.h>

#include "base/bytes.h"
#include "core/fixed.h"

enum {
	ONE = 1 << 16,
	THREE_EIGHTHS = 3 * ONE / 8,
	HIGH_Z = 7 * ONE / 2,
	HIGH_COUNT = 10,
	HIGH_RUN = 2,
	KNOWN_SEEN = 4,
	MEMORY = 20,        /* 1 / .05 */
	ALARM_RUN = 24 * 4, /* quarters in a day */
	VERSION = 1,
	QUARTERS_OF_HOUR = 4,
	FIRST_MONDAY = 4 * 24 /* hours after 1970-01-01, a Thursday */
};
static const uint64_t phi_max = (uint64_t)CROWD_COUNT_MAX << 16;

int64_t
crowd_quarter(wall_ms at)
{
	return at / CROWD_QUARTER_MS;
}

wall_ms
crowd_since(int64_t quarter)
{
	return quarter * CROWD_QUARTER_MS;
}

unsigned
crowd_hour(int64_t quarter)
{
	int64_t hours = quarter / QUARTERS_OF_HOUR;

	return (unsigned)((hours + CROWD_HOURS - FIRST_MONDAY) % CROWD_HOURS);
}

void
crowd_init(struct crowd *c, int64_t quarter)
{
	*c = (struct crowd){.upto = quarter, .phi_q16 = ONE};
}

static uint64_t
count_q16(uint64_t count)
{
	return (count < CROWD_COUNT_MAX ? count : CROWD_COUNT_MAX) << 16;
}

/* Of Q16, as Q16. */
static int64_t
root_q16(uint64_t q16)
{
	return fixed_root(q16 << 16);
}

struct crowd_verdict
crowd_judge(const struct crowd *c, uint64_t count)
{
	const struct crowd_hour *h = &c->hours[crowd_hour(c->upto)];
	struct crowd_verdict v = {.count = count};

	if (h->seen < KNOWN_SEEN)
		return v;
	v.known = true;
	v.usual_q16 = h->mu_q16;
	v.z_q16 = (root_q16(count_q16(count) + THREE_EIGHTHS) -
		      root_q16(h->mu_q16 + THREE_EIGHTHS)) *
	    2 * ONE / root_q16(c->phi_q16);
	v.high = v.z_q16 >= HIGH_Z && count >= HIGH_COUNT;
	return v;
}

bool
crowd_elevated(const struct crowd *c, const struct crowd_verdict *now)
{
	return c->run >= HIGH_RUN || (c->run == HIGH_RUN - 1 && now->high);
}

/* from moves to v by a part of the way, rounded to the nearest. */
static uint64_t
toward(uint64_t from, uint64_t v, int64_t parts)
{
	int64_t way = (int64_t)v - (int64_t)from;

	way += way < 0 ? -parts / 2 : parts / 2;
	return (uint64_t)((int64_t)from + way / parts);
}

/* (c - mu)^2 / mu */
static uint64_t
spread_q16(uint64_t count, uint64_t mu)
{
	uint64_t way = count > mu ? count - mu : mu - count, part;

	part = (way << 16) / (mu > ONE ? mu : ONE);
	/* What would not fit is known well enough without its last bits. */
	if (way > UINT32_MAX || part > UINT32_MAX)
		part = (way >> 8) * (part >> 8);
	else
		part = way * part >> 16;
	return part < phi_max ? part : phi_max;
}

static void
teach(struct crowd *c, const struct crowd_verdict *v)
{
	struct crowd_hour *h = &c->hours[crowd_hour(c->upto)];
	uint64_t count = count_q16(v->count);

	if (v->known)
		c->phi_q16 =
		    toward(c->phi_q16, spread_q16(count, h->mu_q16), MEMORY);
	if (c->phi_q16 < ONE)
		c->phi_q16 = ONE;
	if (h->seen < MEMORY)
		h->seen++;
	h->mu_q16 = toward(h->mu_q16, count, h->seen);
}

void
crowd_learn(struct crowd *c, uint64_t count)
{
	struct crowd_verdict v = crowd_judge(c, count);

	if (!v.high)
		c->run = 0;
	else if (c->run < UINT32_MAX)
		c->run++;
	if (!v.high || c->run > ALARM_RUN)
		teach(c, &v);
	c->last = v;
	c->upto++;
}

void
crowd_save(const struct crowd *c, unsigned char out[CROWD_BYTES])
{
	struct bytes_out o;

	bytes_out_init(&o, out, CROWD_BYTES);
	bytes_put_u8(&o, VERSION);
	bytes_put_u32(&o, c->run);
	bytes_put_u64(&o, c->phi_q16);
	bytes_put_u64(&o, c->last.count);
	bytes_put_u64(&o, c->last.usual_q16);
	bytes_put_u32(&o, (uint32_t)(int32_t)c->last.z_q16);
	bytes_put_u16(&o, c->last.known);
	bytes_put_u16(&o, c->last.high);
	for (size_t i = 0; i < CROWD_HOURS; i++) {
		bytes_put_u64(&o, c->hours[i].mu_q16);
		bytes_put_u8(&o, c->hours[i].seen);
	}
	assert(o.ok && o.len == CROWD_BYTES);
}

bool
crowd_load(struct crowd *c, int64_t upto, const void *bytes, size_t n)
{
	struct bytes_in in;
	struct crowd r = {.upto = upto};
	bool ok;

	bytes_in_init(&in, bytes, n);
	ok = bytes_get_u8(&in) == VERSION;
	r.run = bytes_get_u32(&in);
	r.phi_q16 = bytes_get_u64(&in);
	r.last.count = bytes_get_u64(&in);
	r.last.usual_q16 = bytes_get_u64(&in);
	r.last.z_q16 = (int32_t)bytes_get_u32(&in);
	r.last.known = bytes_get_u16(&in) != 0;
	r.last.high = bytes_get_u16(&in) != 0;
	for (size_t i = 0; i < CROWD_HOURS; i++) {
		r.hours[i].mu_q16 = bytes_get_u64(&in);
		r.hours[i].seen = bytes_get_u8(&in);
		ok = ok && r.hours[i].mu_q16 <= phi_max &&
		    r.hours[i].seen <= MEMORY;
	}
	ok = ok && bytes_in_done(&in) && upto >= 0 && r.phi_q16 >= ONE &&
	    r.phi_q16 <= phi_max && r.last.usual_q16 <= phi_max;
	if (ok)
		*c = r;
	return ok;
}
