/* SPDX-License-Identifier: MIT */
#include "acked.h"

#include "store/outbox.h"
#include "store/put.h"

struct acked acked;

/* Of the transaction that is open. */
static struct acked asked;

/*
 * These stand in for calls of our objects; see --wrap of ld(1);
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
enum status __real_store_begin(struct store *s, wall_ms now, struct fail *f);
enum status __real_store_commit(struct store *s, struct fail *f);
void __real_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample);
enum status __real_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f);
enum status __wrap_store_begin(struct store *s, wall_ms now, struct fail *f);
enum status __wrap_store_commit(struct store *s, struct fail *f);
void __wrap_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample);
enum status __wrap_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f);

enum status
__wrap_store_begin(struct store *s, wall_ms now, struct fail *f)
{
	asked = (struct acked){0};
	return __real_store_begin(s, now, f);
}

enum status
__wrap_store_commit(struct store *s, struct fail *f)
{
	enum status st = __real_store_commit(s, f);

	if (st == OK) {
		acked.samples += asked.samples;
		acked.transitions += asked.transitions;
		acked.events += asked.events;
	}
	asked = (struct acked){0};
	return st;
}

void
__wrap_store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample)
{
	asked.samples++;
	__real_store_put_sample(s, ref, endpoint, sample);
}

enum status
__wrap_store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f)
{
	asked.transitions += o->kind == OUTPUT_TRANSITION;
	asked.events += o->kind == OUTPUT_EVENT;
	return __real_store_put_output(s, endpoint, o, json, f);
}
/* NOLINTEND(bugprone-reserved-identifier) */
