/* SPDX-License-Identifier: MIT */
#include "loop_sim.h"

#include <assert.h>

#include "base/mem.h"
#include "scripts.h"

enum { NOWHERE = -1 };

/* Firing so often without time passing is a loop of somebody's making. */
static const unsigned fires_at_once_max = 10000000;

struct timer {
	struct loop *loop;
	mono_ms due;
	uint64_t order;
	ptrdiff_t at; /* in the heap, or NOWHERE */
	timer_fn *fn;
	void *arg;
};

struct slot {
	struct timer *timer;
};

struct watch {
	struct loop *loop;
	int events;
};

struct signal_watch {
	struct signal_watch *next;
	struct timer *timer;
	int signo;
	signal_fn *fn;
	void *arg;
};

struct loop {
	mono_ms now;
	wall_ms axis;  /* minus now */
	span_ms wall;  /* wall clock minus axis */
	span_ms slept; /* not told yet */
	span_ms slept_ever;
	uint64_t order; /* of the latest arming */
	struct slot *heap;
	size_t count, size;
	size_t watches; /* armed ones */
	struct signal_watch *signals;
	bool stopped;
	struct scripts scripts;
};

struct scripts *
loop_sim_scripts(struct loop *l)
{
	return &l->scripts;
}

struct loop *
loop_sim_new(wall_ms start)
{
	struct loop *l = mem_zalloc(sizeof(*l));

	l->axis = start;
	return l;
}

struct loop *
loop_new(struct fail *f)
{
	(void)f;
	return loop_sim_new(LOOP_SIM_START);
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	while (l->signals != NULL) {
		struct signal_watch *s = l->signals;

		l->signals = s->next;
		timer_free(s->timer);
		mem_free(s);
	}
	assert(l->count == 0 && l->watches == 0);
	mem_free(l->heap);
	mem_free(l);
}

static bool
before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
place(struct loop *l, size_t at, struct timer *t)
{
	l->heap[at].timer = t;
	t->at = (ptrdiff_t)at;
}

static void
sift_up(struct loop *l, size_t at, struct timer *t)
{
	while (at > 0 && before(t, l->heap[(at - 1) / 2].timer)) {
		place(l, at, l->heap[(at - 1) / 2].timer);
		at = (at - 1) / 2;
	}
	place(l, at, t);
}

static void
sift_down(struct loop *l, size_t at, struct timer *t)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < l->count &&
		    before(l->heap[child + 1].timer, l->heap[child].timer))
			child++;
		if (child >= l->count || before(t, l->heap[child].timer))
			break;
		place(l, at, l->heap[child].timer);
		at = child;
	}
	place(l, at, t);
}

/* Fires the first timer; time goes on to it, never back. */
static void
fire_first(struct loop *l)
{
	struct timer *t = l->heap[0].timer;

	if (t->due > l->now)
		l->now = t->due;
	timer_disarm(t);
	t->fn(t->arg);
}

static void
run(struct loop *l, mono_ms until)
{
	mono_ms instant = l->now;
	unsigned fires = 0;

	while (!l->stopped && l->count > 0 && l->heap[0].timer->due <= until) {
		fire_first(l);
		fires = l->now == instant ? fires + 1 : 0;
		instant = l->now;
		assert(fires < fires_at_once_max);
	}
}

void
loop_run(struct loop *l)
{
	run(l, INT64_MAX);
	l->stopped = false;
}

void
loop_sim_run_until(struct loop *l, wall_ms t)
{
	mono_ms until = t - l->axis;

	run(l, until);
	if (!l->stopped && until > l->now)
		l->now = until;
	l->stopped = false;
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
}

void
loop_sim_sleep(struct loop *l, span_ms ms)
{
	assert(ms >= 0);
	l->now += ms;
	l->slept += ms;
	l->slept_ever += ms;
}

void
loop_sim_forget(struct loop *l)
{
	l->count = l->watches = 0;
	l->signals = NULL;
}

void
loop_sim_step_wall(struct loop *l, span_ms ms)
{
	l->wall += ms;
}

wall_ms
loop_now(const struct loop *l)
{
	return l->axis + l->now;
}

void
loop_set_axis(struct loop *l, wall_ms now)
{
	/* The wall clock stays where it was. */
	l->wall -= now - l->now - l->axis;
	l->axis = now - l->now;
}

const struct timescale *
loop_scaled(const struct loop *l)
{
	(void)l;
	return NULL;
}

int64_t
loop_micros(const struct loop *l)
{
	return l->now * 1000;
}

int64_t
loop_monotonic(const struct loop *l)
{
	return (l->now - l->slept_ever) * 1000;
}

wall_ms
loop_wall(const struct loop *l)
{
	return loop_now(l) + l->wall;
}

span_ms
loop_slept(struct loop *l)
{
	span_ms slept = l->slept;

	l->slept = 0;
	return slept;
}

span_ms
loop_longest_turn(struct loop *l)
{
	(void)l;
	return 0;
}

struct timer *
timer_new(struct loop *l, timer_fn *fn, void *arg)
{
	struct timer *t = mem_zalloc(sizeof(*t));

	*t = (struct timer){.loop = l, .at = NOWHERE, .fn = fn, .arg = arg};
	return t;
}

void
timer_free(struct timer *t)
{
	if (t == NULL)
		return;
	timer_disarm(t);
	mem_free(t);
}

void
timer_arm(struct timer *t, span_ms ms)
{
	struct loop *l = t->loop;

	assert(ms >= 0);
	timer_disarm(t);
	if (l->count == l->size) {
		l->size = l->size > 0 ? 2 * l->size : 64;
		l->heap = mem_resize(l->heap, l->size, sizeof(*l->heap));
	}
	t->due = l->now + ms;
	t->order = ++l->order;
	sift_up(l, l->count++, t);
}

void
timer_arm_real(struct timer *t, span_ms ms)
{
	timer_arm(t, ms);
}

void
timer_disarm(struct timer *t)
{
	struct loop *l = t->loop;
	struct timer *last;
	size_t at;

	if (t->at == NOWHERE)
		return;
	at = (size_t)t->at;
	t->at = NOWHERE;
	last = l->heap[--l->count].timer;
	if (last == t)
		return;
	if (at > 0 && before(last, l->heap[(at - 1) / 2].timer))
		sift_up(l, at, last);
	else
		sift_down(l, at, last);
}

bool
timer_armed(const struct timer *t)
{
	return t->at != NOWHERE;
}

struct watch *
watch_new(struct loop *l, int fd, watch_fn *fn, void *arg)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	(void)fd;
	(void)fn;
	(void)arg;
	w->loop = l;
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	watch_disarm(w);
	mem_free(w);
}

void
watch_arm(struct watch *w, int events)
{
	watch_disarm(w);
	w->events = events;
	if (events != 0)
		w->loop->watches++;
}

void
watch_disarm(struct watch *w)
{
	if (w->events != 0)
		w->loop->watches--;
	w->events = 0;
}

static void
on_signal(void *arg)
{
	struct signal_watch *s = arg;

	s->fn(s->arg, s->signo);
}

static struct signal_watch *
find_signal(const struct loop *l, int signo)
{
	struct signal_watch *s = l->signals;

	while (s != NULL && s->signo != signo)
		s = s->next;
	return s;
}

enum status
loop_on_signal(struct loop *l, int signo, signal_fn *fn, void *arg,
    struct fail *f)
{
	struct signal_watch *s;

	if (find_signal(l, signo) != NULL)
		return fail_set(f, ERR_EXISTS, "signal %d is watched already",
		    signo);
	s = mem_zalloc(sizeof(*s));
	*s = (struct signal_watch){.next = l->signals,
	    .timer = timer_new(l, on_signal, s),
	    .signo = signo,
	    .fn = fn,
	    .arg = arg};
	l->signals = s;
	return OK;
}

void
loop_sim_signal(struct loop *l, int signo)
{
	struct signal_watch *s = find_signal(l, signo);

	assert(s != NULL);
	timer_arm(s->timer, 0);
}
