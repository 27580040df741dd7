/* SPDX-License-Identifier: MIT */
#include "prober/evidence.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

enum {
	RING_FIRST = 1024, /* it doubles up to EVIDENCE_RING_MAX */
	BATCH_BYTES = 4 + 8 + PROBED_BATCH_MAX * PROBED_BYTES
};
static_assert((int)BATCH_BYTES <= (int)CHANNEL_BODY_MAX,
    "a batch must fit a frame");

struct record {
	struct probed probed;
	wall_ms known; /* when it was added; never decreases */
};

struct evidence {
	struct record *ring;
	size_t size, head, count;
	uint64_t dropped;
	unsigned char batch[BATCH_BYTES];
};

struct evidence *
evidence_new(void)
{
	struct evidence *e = mem_zalloc(sizeof(*e));

	e->size = RING_FIRST;
	e->ring = mem_array(e->size, sizeof(e->ring[0]));
	return e;
}

void
evidence_free(struct evidence *e)
{
	if (e == NULL)
		return;
	mem_free(e->ring);
	mem_free(e);
}

static struct record *
at(const struct evidence *e, size_t i)
{
	assert(e->size > 0);
	return &e->ring[(e->head + i) % e->size];
}

static void
drop(struct evidence *e, size_t n)
{
	e->head += n;
	if (e->head >= e->size)
		e->head -= e->size;
	e->count -= n;
}

static void
grow(struct evidence *e)
{
	struct record *ring = mem_array(e->size * 2, sizeof(ring[0]));

	for (size_t i = 0; i < e->count; i++)
		ring[i] = *at(e, i);
	mem_free(e->ring);
	e->ring = ring;
	e->size *= 2;
	e->head = 0;
}

void
evidence_add(struct evidence *e, const struct probed *p, wall_ms now)
{
	if (e->count == e->size && e->size < EVIDENCE_RING_MAX)
		grow(e);
	if (e->count == e->size) {
		drop(e, 1);
		e->dropped++;
	}
	*at(e, e->count) = (struct record){.probed = *p, .known = now};
	e->count++;
}

size_t
evidence_count(const struct evidence *e)
{
	return e->count;
}

uint64_t
evidence_dropped(struct evidence *e)
{
	uint64_t n = e->dropped;

	e->dropped = 0;
	return n;
}

/*
 * Nothing older than `known` of the first that stays can still come, nor, when
 * none stays, anything older than now: probes in flight end later than that.
 */
static enum status
send_batch(struct evidence *e, struct channel *c, size_t n, wall_ms now)
{
	wall_ms upto = (n < e->count ? at(e, n)->known : now) - 1;
	struct bytes_out o;

	bytes_out_init(&o, e->batch, sizeof(e->batch));
	bytes_put_u32(&o, (uint32_t)n);
	bytes_put_i64(&o, upto);
	for (size_t i = 0; i < n; i++)
		probed_put(&o, &at(e, i)->probed);
	assert(o.ok);
	return channel_send(c, MSG_SAMPLES, e->batch, o.len);
}

void
evidence_flush(struct evidence *e, struct channel *c, wall_ms now)
{
	/* Something on its way says more than an empty batch would. */
	if (e->count == 0 && channel_backlog(c) > 0)
		return;
	do {
		size_t n =
		    e->count < PROBED_BATCH_MAX ? e->count : PROBED_BATCH_MAX;

		if (send_batch(e, c, n, now) != OK)
			return;
		drop(e, n);
	} while (e->count > 0);
}
