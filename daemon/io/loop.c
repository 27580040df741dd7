/* SPDX-License-Identifier: MIT */
#include "io/loop.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/mem.h"
#include "io/loop_base.h"
#include "io/timescale.h"

enum { MS_US = 1000, SECOND_US = 1000000 };

/* How soon a timer due during a suspend is noticed after it, at the latest. */
static const struct timeval guard_every = {.tv_sec = 10};

/* Time between two reads of a pair of clocks that spoils the comparison. */
static const int64_t torn_us = 100;

struct signal_watch {
	LIST_ENTRY(signal_watch) entry;
	struct loop *loop;
	struct event event;
	int signo;
	signal_fn *fn;
	void *arg;
};

struct timer {
	LIST_ENTRY(timer) entry; /* while armed */
	struct loop *loop;
	struct event event;
	int64_t due_us;
	bool armed;
	timer_fn *fn;
	void *arg;
};

struct watch {
	struct loop *loop;
	struct event event;
	int fd;
	int events; /* WATCH_*; 0: disarmed */
	watch_fn *fn;
	void *arg;
};

struct loop {
	struct event_base *base;
	struct event guard;
	LIST_HEAD(, timer) timers; /* the armed ones */
	LIST_HEAD(, signal_watch) signals;
	size_t waiting; /* armed timers and watches, signals, holds */
	bool stopped, in_turn;
	int64_t turn_us, longest_us;
	int64_t axis_us;          /* axis minus BOOTTIME */
	struct timescale *scale;  /* instead of axis_us; NULL: none */
	int64_t seen_us, told_us; /* BOOTTIME minus MONOTONIC */
};

static int64_t
read_us(clockid_t clock)
{
	struct timespec ts;
	int rc = clock_gettime(clock, &ts);

	assert(rc == 0);
	return (int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

/* All time that the machine was ever suspended. */
static int64_t
suspended_us(void)
{
	int64_t before, boot, after;

	do {
		before = read_us(CLOCK_MONOTONIC);
		boot = read_us(CLOCK_BOOTTIME);
		after = read_us(CLOCK_MONOTONIC);
	} while (after - before > torn_us);
	return boot - before;
}

/* The library would wait in CLOCK_MONOTONIC, which sleeps with the machine. */
static void
wait_for_due(struct timer *t)
{
	int64_t left = t->due_us - read_us(CLOCK_BOOTTIME);
	struct timeval tv = {0};

	if (left > 0)
		tv = (struct timeval){.tv_sec = left / SECOND_US,
		    .tv_usec = left % SECOND_US};
	if (event_add(&t->event, &tv) != 0)
		abort();
}

static void
after_suspend(struct loop *l)
{
	int64_t now = suspended_us();
	struct timer *t;

	if (now - l->seen_us < MS_US)
		return;
	l->seen_us = now;
	LIST_FOREACH (t, &l->timers, entry)
		wait_for_due(t);
}

/* Every callback of the library begins here. */
static void
enter_turn(struct loop *l)
{
	if (l->in_turn)
		return;
	l->in_turn = true;
	l->turn_us = read_us(CLOCK_BOOTTIME);
	after_suspend(l);
}

static void
leave_turn(struct loop *l)
{
	int64_t took;

	if (!l->in_turn)
		return;
	l->in_turn = false;
	took = read_us(CLOCK_BOOTTIME) - l->turn_us;
	if (took > l->longest_us)
		l->longest_us = took;
}

static int64_t
present_us(const struct loop *l)
{
	return l->in_turn ? l->turn_us : read_us(CLOCK_BOOTTIME);
}

static void
on_guard(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	enter_turn(l);
}

/* The library's own lines would go around our log; its results suffice. */
static void
keep_quiet(int severity, const char *line)
{
	(void)severity;
	(void)line;
}

static struct event_base *
base_new(void)
{
	struct event_config *cfg;
	struct event_base *base = NULL;
	/*
	 * Without the first flag timers are whole milliseconds late.  Without
	 * the second, event_add() counts from the start of the turn, which is
	 * not when wait_for_due() counts from.
	 */
	int flags = EVENT_BASE_FLAG_PRECISE_TIMER |
	    EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_NOLOCK |
	    EVENT_BASE_FLAG_IGNORE_ENV;

	event_set_log_callback(keep_quiet);
	event_set_mem_functions(mem_alloc, mem_realloc, mem_free);
	cfg = event_config_new();
	if (cfg == NULL)
		return NULL;
	if (event_config_set_flag(cfg, flags) == 0 &&
	    event_config_avoid_method(cfg, "poll") == 0 &&
	    event_config_avoid_method(cfg, "select") == 0)
		base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	return base;
}

struct loop *
loop_new(struct fail *f)
{
	struct event_base *base = base_new();
	struct loop *l;

	if (base == NULL) {
		(void)fail_set(f, ERR_IO, "cannot create an event loop");
		return NULL;
	}
	l = mem_zalloc(sizeof(*l));
	l->base = base;
	l->axis_us = read_us(CLOCK_REALTIME) - read_us(CLOCK_BOOTTIME);
	l->seen_us = l->told_us = suspended_us();
	LIST_INIT(&l->timers);
	LIST_INIT(&l->signals);
	if (event_assign(&l->guard, base, -1, EV_PERSIST, on_guard, l) != 0 ||
	    event_add(&l->guard, &guard_every) != 0)
		abort();
	return l;
}

void
loop_free(struct loop *l)
{
	struct signal_watch *s;

	if (l == NULL)
		return;
	while ((s = LIST_FIRST(&l->signals)) != NULL) {
		LIST_REMOVE(s, entry);
		(void)event_del(&s->event);
		l->waiting--;
		mem_free(s);
	}
	assert(l->waiting == 0);
	(void)event_del(&l->guard);
	event_base_free(l->base);
	mem_free(l->scale);
	mem_free(l);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

void
loop_enter(struct loop *l)
{
	enter_turn(l);
}

void
loop_hold(struct loop *l)
{
	l->waiting++;
}

void
loop_let_go(struct loop *l)
{
	l->waiting--;
}

void
loop_run(struct loop *l)
{
	while (!l->stopped && l->waiting > 0) {
		int rc = event_base_loop(l->base, EVLOOP_ONCE);

		assert(rc == 0);
		leave_turn(l);
	}
	l->stopped = false;
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
	(void)event_base_loopbreak(l->base);
}

static int64_t
axis_at(const struct loop *l, int64_t boot_us)
{
	return l->scale != NULL ? timescale_at(l->scale, boot_us)
				: boot_us + l->axis_us;
}

wall_ms
loop_now(const struct loop *l)
{
	return axis_at(l, present_us(l)) / MS_US;
}

void
loop_set_axis(struct loop *l, wall_ms now)
{
	l->axis_us = now * MS_US - present_us(l);
}

void
loop_scale(struct loop *l, const struct timescale *t)
{
	l->scale = mem_copy(t, sizeof(*t));
}

const struct timescale *
loop_scaled(const struct loop *l)
{
	return l->scale;
}

int64_t
loop_micros(const struct loop *l)
{
	(void)l;
	return read_us(CLOCK_BOOTTIME);
}

int64_t
loop_monotonic(const struct loop *l)
{
	(void)l;
	return read_us(CLOCK_MONOTONIC);
}

wall_ms
loop_wall(const struct loop *l)
{
	(void)l;
	return read_us(CLOCK_REALTIME) / MS_US;
}

span_ms
loop_slept(struct loop *l)
{
	int64_t slept = suspended_us() - l->told_us;

	if (slept < MS_US)
		return 0;
	l->told_us += slept;
	return slept / MS_US;
}

span_ms
loop_longest_turn(struct loop *l)
{
	int64_t us = l->longest_us;

	l->longest_us = 0;
	return us / MS_US;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer *t = arg;

	(void)fd;
	(void)what;
	enter_turn(t->loop);
	if (t->loop->turn_us < t->due_us) {
		wait_for_due(t);
		return;
	}
	timer_disarm(t);
	t->fn(t->arg);
}

struct timer *
timer_new(struct loop *l, timer_fn *fn, void *arg)
{
	struct timer *t = mem_zalloc(sizeof(*t));

	*t = (struct timer){.loop = l, .fn = fn, .arg = arg};
	if (event_assign(&t->event, l->base, -1, 0, on_timer, t) != 0)
		abort();
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

static void
arm(struct timer *t, int64_t due_us)
{
	if (!t->armed) {
		t->armed = true;
		t->loop->waiting++;
		LIST_INSERT_HEAD(&t->loop->timers, t, entry);
	}
	t->due_us = due_us;
	/* Replaces the earlier timeout in place. */
	wait_for_due(t);
}

void
timer_arm(struct timer *t, span_ms ms)
{
	const struct loop *l = t->loop;
	int64_t now = present_us(l);

	assert(ms >= 0);
	if (l->scale != NULL)
		arm(t, timescale_when(l->scale, axis_at(l, now) + ms * MS_US));
	else
		arm(t, now + ms * MS_US);
}

void
timer_arm_real(struct timer *t, span_ms ms)
{
	assert(ms >= 0);
	arm(t, present_us(t->loop) + ms * MS_US);
}

void
timer_disarm(struct timer *t)
{
	if (!t->armed)
		return;
	t->armed = false;
	t->loop->waiting--;
	LIST_REMOVE(t, entry);
	(void)event_del(&t->event);
}

bool
timer_armed(const struct timer *t)
{
	return t->armed;
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	int events = 0;

	(void)fd;
	enter_turn(w->loop);
	if (what & EV_READ)
		events |= WATCH_READ;
	if (what & EV_WRITE)
		events |= WATCH_WRITE;
	w->fn(w->arg, events);
}

struct watch *
watch_new(struct loop *l, int fd, watch_fn *fn, void *arg)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	*w = (struct watch){.loop = l, .fd = fd, .fn = fn, .arg = arg};
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
	short what = EV_PERSIST;

	if (events == w->events)
		return;
	watch_disarm(w);
	if (events == 0)
		return;
	if (events & WATCH_READ)
		what |= EV_READ;
	if (events & WATCH_WRITE)
		what |= EV_WRITE;
	w->events = events;
	w->loop->waiting++;
	if (event_assign(&w->event, w->loop->base, w->fd, what, on_ready, w))
		abort();
	/* What cannot be polled is ready: using it will tell why. */
	if (event_add(&w->event, NULL) != 0)
		event_active(&w->event, what & (EV_READ | EV_WRITE), 1);
}

void
watch_disarm(struct watch *w)
{
	if (w->events == 0)
		return;
	w->events = 0;
	w->loop->waiting--;
	(void)event_del(&w->event);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct signal_watch *s = arg;

	(void)fd;
	(void)what;
	enter_turn(s->loop);
	s->fn(s->arg, s->signo);
}

enum status
loop_on_signal(struct loop *l, int signo, signal_fn *fn, void *arg,
    struct fail *f)
{
	struct signal_watch *s;

	LIST_FOREACH (s, &l->signals, entry) {
		if (s->signo == signo)
			return fail_set(f, ERR_EXISTS,
			    "signal %d is watched already", signo);
	}
	s = mem_zalloc(sizeof(*s));
	*s = (struct signal_watch){.loop = l,
	    .signo = signo,
	    .fn = fn,
	    .arg = arg};
	if (event_assign(&s->event, l->base, signo, EV_SIGNAL | EV_PERSIST,
		on_signal, s) != 0 ||
	    event_add(&s->event, NULL) != 0) {
		mem_free(s);
		return fail_set(f, ERR_IO, "cannot watch signal %d", signo);
	}
	LIST_INSERT_HEAD(&l->signals, s, entry);
	l->waiting++;
	return OK;
}
