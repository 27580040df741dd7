/* SPDX-License-Identifier: MIT */
/* The section `maintenance`. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/load.h"
#include "config/window.h"
#include "config/zone.h"

/* The zone of that name, read once for all windows; NULL and *f. */
static const struct zone *
shared_zone(struct config *c, const char *name, struct fail *f)
{
	struct zone *z;

	for (size_t i = 0; i < c->zone_count; i++) {
		if (strcmp(zone_name(c->zones[i]), name) == 0)
			return c->zones[i];
	}
	z = zone_open(name, f);
	if (z == NULL)
		return NULL;
	c->zones =
	    mem_resize(c->zones, c->zone_count + 1, sizeof(struct zone *));
	c->zones[c->zone_count++] = z;
	return z;
}

static bool
read_time(struct binder *b, const struct yaml *node,
    const struct config_window *w, wall_ms *out)
{
	if (node->kind == YAML_SCALAR &&
	    window_parse_time(node->text, w->zone, out))
		return true;
	faults_add(b->faults, node->at,
	    "'%s' must be a time like \"2026-03-01 02:00\" or "
	    "\"2026-03-01T02:00:00Z\"",
	    node->key);
	return false;
}

static void
read_times(struct binder *b, const struct yaml *node, struct config_window *w)
{
	const struct yaml *every = bind_child(node, "every");
	const struct yaml *from = bind_child(node, "from");
	const struct yaml *to = bind_child(node, "to");
	struct fail f = {.why = ""};

	if ((every != NULL) == (from != NULL && to != NULL) ||
	    (every != NULL && (from != NULL || to != NULL))) {
		faults_add(b->faults, node->at,
		    "a window needs either 'every', or 'from' and 'to'");
		return;
	}
	if (every != NULL) {
		const char *s = bind_text(b, "every", every);

		if (s != NULL && window_parse_every(s, w, &f) != OK)
			faults_add(b->faults, every->at, "'every': %s", f.why);
		return;
	}
	if (read_time(b, from, w, &w->from) && read_time(b, to, w, &w->to) &&
	    w->to <= w->from)
		faults_add(b->faults, to->at, "'to' must be after 'from'");
}

static void
read_window(struct load *l, const struct yaml *node, struct config_window *w)
{
	struct binder *b = &l->bind;
	struct binding to = {SECTION_WINDOW, w, NULL, NULL};
	const struct yaml *zone;
	char at[PLACE_TEXT_BYTES];
	struct fail f = {.why = ""};

	(void)snprintf(at, sizeof(at), "%s:%u", node->at.file, node->at.line);
	w->place = mem_dup(at);
	w->title = mem_dup("Maintenance");
	if (!bind_map(b, node, &to, 1))
		return;
	if (bind_child(node, "service") == NULL)
		faults_add(b->faults, node->at,
		    "a window needs a 'service'; '*' is every one");
	zone = bind_child(node, "timezone");
	if (w->timezone != NULL) {
		w->zone = shared_zone(b->config, w->timezone, &f);
		if (w->zone == NULL)
			faults_add(b->faults, zone->at, "'timezone': %s",
			    f.why);
	}
	read_times(b, node, w);
}

void
planned_read_all(struct load *l)
{
	struct config *c = l->bind.config;
	const struct yaml **items;
	size_t n;

	items = load_items(l, "maintenance", &n);
	c->windows = mem_array(n, sizeof(c->windows[0]));
	c->window_count = n;
	for (size_t i = 0; i < n; i++)
		read_window(l, items[i], &c->windows[i]);
	mem_free(items);
}
