/* SPDX-License-Identifier: MIT */
#include "keeper/windows.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "config/window.h"
#include "config/windowspec.h"
#include "keeper/inside.h"
#include "store/planned.h"

enum { KEPT_MAX = 1000 };

static void
kept_free(struct kept *w)
{
	windowspec_free(w->plan);
	*w = (struct kept){.id = 0};
}

static void
keep(struct keeper *k, int64_t id, bool calendar, struct windowspec *p)
{
	k->kept = mem_resize(k->kept, k->kept_count + 1, sizeof(k->kept[0]));
	k->kept[k->kept_count++] =
	    (struct kept){.id = id, .calendar = calendar, .plan = p};
}

/* Out of the list, in its order; the caller's now. */
static struct kept
take(struct keeper *k, size_t i)
{
	struct kept w = k->kept[i];

	k->kept_count--;
	memmove(&k->kept[i], &k->kept[i + 1],
	    (k->kept_count - i) * sizeof(k->kept[0]));
	return w;
}

void
windows_free(struct keeper *k)
{
	for (size_t i = 0; i < k->kept_count; i++)
		kept_free(&k->kept[i]);
	mem_free(k->kept);
	k->kept = NULL;
	k->kept_count = 0;
}

static bool
on_row(void *arg, const struct planned_row *r)
{
	struct keeper *k = arg;
	struct fail f = {.why = ""};
	struct windowspec *p = windowspec_parse(r->spec, &f);

	if (p == NULL)
		log_event(k->log, SEVERITY_ERR,
		    "window-lost id=%" PRId64 " why=%s", r->id, f.why);
	else
		keep(k, r->id, r->source == PLANNED_CALENDAR, p);
	return k->kept_count < KEPT_MAX;
}

enum status
windows_load(struct keeper *k, struct fail *f)
{
	windows_free(k);
	return k->store != NULL ? store_load_planned(k->store, on_row, k, f)
				: OK;
}

/* One that will not come again leaves, as soon as that can be written. */
static bool
retire(struct keeper *k, const struct kept *w, wall_ms now)
{
	struct fail f;

	if (k->store == NULL || k->degraded ||
	    store_begin(k->store, now, &f) != OK)
		return false;
	store_end_planned(k->store, w->id, now, NULL, NULL);
	return store_commit(k->store, &f) == OK;
}

/* When each comes next: reckoned once, not each second. */
void
windows_turn(struct keeper *k, wall_ms now)
{
	for (size_t i = 0; i < k->kept_count; i++) {
		struct kept *w = &k->kept[i];

		if (!w->past && now >= w->to)
			w->past = !window_next(&w->plan->window, now, &w->from,
			    &w->to);
		if (w->past && retire(k, w, now)) {
			struct kept gone = take(k, i--);

			kept_free(&gone);
		}
	}
}

static bool
watches(const struct keeper *k, const struct config_window *w)
{
	for (size_t i = 0; i < k->endpoints.count; i++) {
		if (planned_covers(w, k->endpoints.all[i]))
			return true;
	}
	return false;
}

static enum status
refuse_unknown(const struct keeper *k, const struct config_window *w,
    struct fail *f)
{
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;
	bool service = false;

	suggest_init(&meant, w->service);
	for (size_t i = 0; i < k->config->service_count; i++) {
		service |= glob_match(w->service, k->config->services[i].id);
		suggest_offer(&meant, k->config->services[i].id);
	}
	if (!service)
		return fail_set(f, ERR_NOTFOUND, "no service '%s'%s",
		    w->service, suggest_text(&meant, hint));
	suggest_init(&meant, w->region);
	for (size_t i = 0; i < k->endpoints.count; i++) {
		const struct watched *e = k->endpoints.all[i];

		if (e->configured && glob_match(w->service, e->service))
			suggest_offer(&meant, e->region);
	}
	return fail_set(f, ERR_NOTFOUND, "no region '%s' of service '%s'%s",
	    w->region, w->service, suggest_text(&meant, hint));
}

static enum status
writable(const struct keeper *k, struct fail *f)
{
	return k->store != NULL && !k->degraded
	    ? OK
	    : fail_set(f, ERR_IO,
		  "the database cannot be written: see the daemon's log");
}

/* The kept window that one of a calendar takes the place of; count: none. */
static size_t
replaced(const struct keeper *k, const struct windowspec *p)
{
	size_t i = 0;

	while (i < k->kept_count &&
	    (p->uid == NULL || !k->kept[i].calendar ||
		k->kept[i].plan->uid == NULL ||
		strcmp(k->kept[i].plan->uid, p->uid) != 0))
		i++;
	return i;
}

struct adding {
	struct keeper *k;
	const char *author;
	bool calendar;
	struct windowspec **plans; /* ours until kept */
	int64_t *ids;
	size_t count;
};

static enum status
judge(const struct adding *a, const struct windowspec *p, struct fail *f)
{
	wall_ms from, to;

	/* By its uid it would take the place of what a calendar brought. */
	if (p->uid != NULL && !a->calendar)
		return fail_set(f, ERR_SYNTAX,
		    "uid: is for the windows of a calendar alone");
	if (!watches(a->k, &p->window))
		return refuse_unknown(a->k, &p->window, f);
	if (!window_next(&p->window, loop_now(a->k->loop), &from, &to))
		return fail_set(f, ERR_RANGE,
		    "'%s' is over already, or never comes", p->window.title);
	return OK;
}

static enum status
read_all(struct adding *a, const json_t *list, struct fail *f)
{
	size_t n = json_array_size(list);

	if (n == 0)
		return fail_set(f, ERR_SYNTAX, "no window was named");
	if (n > KEPT_MAX || a->k->kept_count + n > KEPT_MAX)
		return fail_set(f, ERR_LIMIT,
		    "more than %d windows; cancel what is not needed",
		    KEPT_MAX);
	a->plans = mem_array(n, sizeof(struct windowspec *));
	a->ids = mem_array(n, sizeof(a->ids[0]));
	for (; a->count < n; a->count++) {
		struct windowspec *p =
		    windowspec_read(json_array_get(list, a->count), f);

		if (p == NULL)
			return f->code;
		a->plans[a->count] = p;
		if (judge(a, p, f) != OK) {
			a->count++;
			return f->code;
		}
	}
	return OK;
}

static enum status
write_all(struct adding *a, const json_t *list, struct fail *f)
{
	struct keeper *k = a->k;
	wall_ms now = loop_now(k->loop);
	enum status s = store_begin(k->store, now, f);

	if (s != OK)
		return s;
	for (size_t i = 0; i < a->count; i++) {
		char *spec = windowspec_text(json_array_get(list, i));
		size_t old = replaced(k, a->plans[i]);

		if (spec == NULL) {
			store_rollback(k->store);
			return fail_set(f, ERR_LIMIT, "a window is too long");
		}
		if (old < k->kept_count)
			store_end_planned(k->store, k->kept[old].id, now,
			    a->author, "replaced");
		a->ids[i] = store_put_planned(k->store,
		    &(struct planned_row){.source = a->calendar
			    ? PLANNED_CALENDAR
			    : PLANNED_COMMAND,
			.uid = a->plans[i]->uid,
			.author = a->author,
			.added = now,
			.service = a->plans[i]->window.service,
			.region = a->plans[i]->window.region,
			.title = a->plans[i]->window.title,
			.spec = spec});
		mem_free(spec);
	}
	return store_commit(k->store, f);
}

/* On disk: from now on they count. */
static void
count_all(struct adding *a, struct text *ids)
{
	struct keeper *k = a->k;

	for (size_t i = 0; i < a->count; i++) {
		size_t old = replaced(k, a->plans[i]);
		struct kept gone = {.id = 0};

		if (old < k->kept_count)
			gone = take(k, old);
		keep(k, a->ids[i], a->calendar, a->plans[i]);
		a->plans[i] = NULL;
		if (gone.id != 0)
			(void)planned_end(k, &gone, a->author, "replaced");
		kept_free(&gone);
		text_printf(ids, "%sw%" PRId64, text_len(ids) > 0 ? " " : "",
		    a->ids[i]);
	}
	planned_tick(k);
	journal_commit(k);
	showcase_planned(k);
}

enum status
keeper_windows_add(struct keeper *k, const char *author, bool calendar,
    const json_t *list, struct text *ids, struct fail *f)
{
	struct adding a = {.k = k, .author = author, .calendar = calendar};
	enum status s = writable(k, f);

	if (s == OK)
		s = read_all(&a, list, f);
	if (s == OK)
		s = write_all(&a, list, f);
	if (s == OK) {
		count_all(&a, ids);
		log_event(k->log, SEVERITY_NOTICE,
		    "windows-added author=%s ids=%s", author, text_str(ids));
	}
	for (size_t i = 0; i < a.count; i++)
		windowspec_free(a.plans[i]);
	mem_free(a.plans);
	mem_free(a.ids);
	return s;
}

/* "w12", or "12"; 0 for anything else. */
static int64_t
id_of(const char *s)
{
	const char *digits = s + (*s == 'w');
	size_t n = strspn(digits, "0123456789");

	return n > 0 && n < 16 && digits[n] == '\0' ? strtoll(digits, NULL, 10)
						    : 0;
}

enum status
keeper_window_cancel(struct keeper *k, const char *id, const char *author,
    const char *why, struct text *said, struct fail *f)
{
	int64_t wanted = id_of(id);
	enum status s = writable(k, f);
	struct kept gone;
	size_t i = 0, ended;

	if (s != OK)
		return s;
	while (i < k->kept_count && k->kept[i].id != wanted)
		i++;
	if (i == k->kept_count)
		return fail_set(f, ERR_NOTFOUND,
		    "no window '%s'; 'vigie maintenance list' names them", id);
	/*
	 * First it ends, then it is gone: a crash in between brings it back,
	 * and whoever was not answered may ask again.
	 */
	gone = take(k, i);
	ended = planned_end(k, &gone, author, why);
	s = store_begin(k->store, loop_now(k->loop), f);
	if (s == OK) {
		store_end_planned(k->store, gone.id, loop_now(k->loop), author,
		    why);
		s = store_commit(k->store, f);
	}
	if (s != OK) {
		keep(k, gone.id, gone.calendar, gone.plan);
		return s;
	}
	log_event(k->log, SEVERITY_NOTICE,
	    "window-cancelled id=%" PRId64 " author=%s", gone.id, author);
	text_printf(said, "w%" PRId64 " cancelled", gone.id);
	if (ended > 0)
		text_printf(said, "; it was going on for %zu endpoint%s", ended,
		    ended == 1 ? "" : "s");
	kept_free(&gone);
	showcase_planned(k);
	return OK;
}
