/* SPDX-License-Identifier: MIT */
#include "prober/timetable.h"

#include <assert.h>

#include "base/hash.h"
#include "base/mem.h"

/* A revolution of 41 s at 10 ms: most entries wait at most one. */
enum { SLOTS = 4096, WORD_BITS = 64, WORDS = SLOTS / WORD_BITS };
enum { SLOT_MIN_MS = 10, SLOT_MAX_MS = 50 };

static const span_ms first_within = MINUTE_MS;

struct timetable {
	struct loop *loop;
	struct timer *timer;
	due_fn *fn;
	void *arg;
	span_ms slot;
	int64_t at; /* slots up to it have been served */
	struct timetable_entry *slots[SLOTS];
	uint64_t used[WORDS]; /* one bit for each slot that is not empty */
	bool serving;
};

static void on_timer(void *arg);

struct timetable *
timetable_new(struct loop *l, due_fn *fn, void *arg)
{
	struct timetable *t = mem_zalloc(sizeof(*t));

	t->loop = l;
	t->timer = timer_new(l, on_timer, t);
	t->fn = fn;
	t->arg = arg;
	t->slot = SLOT_MAX_MS;
	t->at = loop_now(l) / t->slot;
	return t;
}

void
timetable_free(struct timetable *t)
{
	if (t == NULL)
		return;
	timer_free(t->timer);
	mem_free(t);
}

/* The slot whose end is the first not before due. */
static int64_t
slot_of(const struct timetable *t, wall_ms due)
{
	return (due + t->slot - 1) / t->slot;
}

static void
insert(struct timetable *t, struct timetable_entry *e)
{
	int64_t number = slot_of(t, e->due);
	size_t i;

	if (number <= t->at)
		number = t->at + 1;
	i = (size_t)number % SLOTS;
	e->next = t->slots[i];
	if (e->next != NULL)
		e->next->link = &e->next;
	t->slots[i] = e;
	e->link = &t->slots[i];
	t->used[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
}

static void
unlink_entry(struct timetable_entry *e)
{
	assert(e->link != NULL);
	*e->link = e->next;
	if (e->next != NULL)
		e->next->link = e->link;
	e->link = NULL;
	e->next = NULL;
}

/* Slots from the one after `at` to the first that is not empty; 0: none. */
static int64_t
ahead(const struct timetable *t)
{
	for (int64_t n = 1; n <= SLOTS;) {
		size_t i = (size_t)(t->at + n) % SLOTS;
		uint64_t rest = t->used[i / WORD_BITS] >> (i % WORD_BITS);

		if (rest != 0) {
			n += __builtin_ctzll(rest);
			return n <= SLOTS ? n : 0;
		}
		n += (int64_t)(WORD_BITS - i % WORD_BITS);
	}
	return 0;
}

static void
rearm(struct timetable *t)
{
	int64_t n = ahead(t);
	span_ms wait;

	if (n == 0) {
		timer_disarm(t->timer);
		return;
	}
	wait = (t->at + n) * t->slot - loop_now(t->loop);
	timer_arm(t->timer, wait > 0 ? wait : 0);
}

/*
 * Call what is due in one slot.  The list is taken off first: the callback may
 * arm and disarm whatever it likes, the entries still waiting included.
 */
static void
serve(struct timetable *t, size_t i, wall_ms now)
{
	struct timetable_entry *todo = t->slots[i];

	t->slots[i] = NULL;
	t->used[i / WORD_BITS] &= ~(UINT64_C(1) << (i % WORD_BITS));
	if (todo != NULL)
		todo->link = &todo;
	while (todo != NULL) {
		struct timetable_entry *e = todo;

		unlink_entry(e);
		if (e->due <= now)
			t->fn(t->arg, e);
		else
			insert(t, e);
	}
}

static void
on_timer(void *arg)
{
	struct timetable *t = arg;
	wall_ms now = loop_now(t->loop);
	int64_t end = now / t->slot;
	int64_t n;

	/* After a long sleep one revolution finds everything that is due. */
	if (end - t->at > SLOTS)
		t->at = end - SLOTS;
	t->serving = true;
	while ((n = ahead(t)) != 0 && t->at + n <= end) {
		t->at += n;
		serve(t, (size_t)t->at % SLOTS, now);
	}
	if (t->at < end)
		t->at = end;
	t->serving = false;
	rearm(t);
}

void
timetable_arm(struct timetable *t, struct timetable_entry *e, wall_ms due)
{
	int64_t now = loop_now(t->loop) / t->slot;

	timetable_disarm(t, e);
	/* Nothing waits between: an empty wheel may have stood still. */
	if (!t->serving && !timer_armed(t->timer) && t->at < now)
		t->at = now - 1;
	e->due = due;
	insert(t, e);
	if (!t->serving)
		rearm(t);
}

void
timetable_disarm(struct timetable *t, struct timetable_entry *e)
{
	size_t i = (size_t)slot_of(t, e->due) % SLOTS;

	if (e->link == NULL)
		return;
	unlink_entry(e);
	/* A bit left behind costs one idle wake-up, no more. */
	if (t->slots[i] == NULL)
		t->used[i / WORD_BITS] &= ~(UINT64_C(1) << (i % WORD_BITS));
}

void
timetable_set_rate(struct timetable *t, uint64_t probes_per_ks)
{
	struct timetable_entry *all = NULL, *e;
	span_ms slot = SLOT_MAX_MS;

	assert(!t->serving);
	if (probes_per_ks > 0 &&
	    10 * UINT64_C(1000000) / probes_per_ks < SLOT_MAX_MS)
		slot = (span_ms)(10 * UINT64_C(1000000) / probes_per_ks);
	if (slot < SLOT_MIN_MS)
		slot = SLOT_MIN_MS;
	if (slot == t->slot)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		while ((e = t->slots[i]) != NULL) {
			unlink_entry(e);
			e->next = all;
			all = e;
		}
	}
	for (size_t i = 0; i < WORDS; i++)
		t->used[i] = 0;
	t->slot = slot;
	t->at = loop_now(t->loop) / slot - 1;
	while ((e = all) != NULL) {
		all = e->next;
		insert(t, e);
	}
	rearm(t);
}

span_ms
timetable_slot(const struct timetable *t)
{
	return t->slot;
}

span_ms
timetable_phase(const char *id, span_ms interval, span_ms slot)
{
	span_ms phase = (span_ms)(hash_text(id) % (uint64_t)interval);

	return interval > slot ? phase - phase % slot : phase;
}

wall_ms
timetable_next(span_ms phase, span_ms interval, wall_ms after)
{
	span_ms past = (after - phase) % interval;

	if (past < 0)
		past += interval;
	return after + interval - past;
}

wall_ms
timetable_first(const char *id, span_ms phase, span_ms interval, wall_ms now)
{
	wall_ms due = timetable_next(phase, interval, now);

	if (due - now <= first_within)
		return due;
	return now + (span_ms)(hash_text(id) % (uint64_t)first_within);
}
