/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "config/depends.h"
#include "config/endpoint.h"
#include "config/function.h"
#include "config/index.h"
#include "config/load.h"
#include "config/need.h"
#include "config/zone.h"

#define DEFAULT_DATABASE "/var/lib/vigie/vigie.db"
#define DEFAULT_CONTROL  "/run/vigie/control"

enum { FILES_MAX = 10000 };

static const span_ms default_keep_samples = 400 * (span_ms)DAY_MS;

/* Everything before the last slash, "." without one; owned by caller. */
static char *
join(const char *folder, const char *name)
{
	struct text t;

	text_init(&t, 8192);
	if (strcmp(folder, ".") != 0)
		text_printf(&t, "%s/", folder);
	text_add(&t, name);
	return text_take(&t);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_part(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".yaml") == 0;
}

/* conf.d/NAME.yaml beside the file, in order; owned by caller. */
static char **
list_parts(const char *folder, size_t *n)
{
	char *parts = join(folder, "conf.d");
	char **paths = mem_array(FILES_MAX, sizeof(paths[0]));
	DIR *d = opendir(parts);
	const struct dirent *entry;

	*n = 0;
	while (d != NULL && *n < FILES_MAX && (entry = readdir(d)) != NULL) {
		if (is_part(entry->d_name))
			paths[(*n)++] = join(parts, entry->d_name);
	}
	if (d != NULL)
		(void)closedir(d); /* only read */
	if (*n > 1)
		qsort(paths, *n, sizeof(paths[0]), compare_names);
	mem_free(parts);
	return paths;
}

/* False when a file could not be read: what it lacks is then unknown. */
static bool
read_files(struct load *l, const char *path)
{
	bool well = true;
	size_t n;
	char **parts = list_parts(l->bind.folder, &n);

	l->docs = mem_array(n + 1, sizeof(struct yaml_doc *));
	l->doc_count = n + 1;
	for (size_t i = 0; i <= n; i++) {
		l->docs[i] = yaml_load(i == 0 ? path : parts[i - 1],
		    (unsigned)i, l->bind.faults);
		well = well && !yaml_broken(l->docs[i]);
	}
	for (size_t i = 0; i < n; i++)
		mem_free(parts[i]);
	mem_free(parts);
	return well;
}

const struct yaml **
load_items(const struct load *l, const char *section, size_t *n)
{
	const struct yaml **items;
	const struct yaml *list;
	size_t count = 0;

	*n = 0;
	for (size_t i = 0; i < l->doc_count; i++) {
		const struct yaml *root = yaml_root(l->docs[i]);

		list = root != NULL ? bind_child(root, section) : NULL;
		if (list != NULL && list->kind == YAML_LIST)
			count += list->count;
	}
	items = mem_array(count, sizeof(struct yaml *));
	for (size_t i = 0; i < l->doc_count; i++) {
		const struct yaml *root = yaml_root(l->docs[i]);

		list = root != NULL ? bind_child(root, section) : NULL;
		if (list == NULL || list->kind != YAML_LIST)
			continue;
		for (const struct yaml *c = list->first; c != NULL; c = c->next)
			items[(*n)++] = c;
	}
	return items;
}

static void
file_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct load *l = arg;
	const struct binding defaults = {SECTION_DEFAULTS, &l->defaults,
	    endpoint_own, &l->defaults};
	const struct binding retention = {SECTION_RETENTION, b->config, NULL,
	    NULL};

	if (row->type == OPTION_LIST)
		(void)bind_is_list(b, row->name, node); /* reported */
	else if (strcmp(row->name, "defaults") == 0)
		(void)bind_map(b, node, &defaults, 1); /* reported */
	else
		(void)bind_map(b, node, &retention, 1); /* reported */
}

/* A key that is no list stands in one file only. */
static void
check_twice(struct load *l, const struct yaml *node, size_t file)
{
	const struct option_row *row = option_find(SECTION_FILE, node->key);
	char where[PLACE_TEXT_BYTES];

	if (row == NULL || row->type == OPTION_LIST)
		return;
	for (size_t i = 0; i < file; i++) {
		const struct yaml *root = yaml_root(l->docs[i]);
		const struct yaml *before =
		    root != NULL ? bind_child(root, node->key) : NULL;

		if (before != NULL) {
			faults_add(l->bind.faults, node->key_at,
			    "'%s' is given twice, first at %s", node->key,
			    place_format(before->key_at, where));
			return;
		}
	}
}

/* Keys of the top level that are no lists, and their defaults. */
static void
read_top(struct load *l)
{
	struct config *c = l->bind.config;
	const struct binding to = {SECTION_FILE, c, file_own, l};

	for (size_t i = 0; i < l->doc_count; i++) {
		const struct yaml *root = yaml_root(l->docs[i]);

		if (root == NULL || !bind_map(&l->bind, root, &to, 1))
			continue;
		for (const struct yaml *n = root->first; n != NULL; n = n->next)
			check_twice(l, n, i);
	}
	if (c->database == NULL)
		c->database = mem_dup(DEFAULT_DATABASE);
	if (c->control == NULL && access("/run/vigie", W_OK) == 0) {
		c->control = mem_dup(DEFAULT_CONTROL);
	} else if (c->control == NULL) {
		char *folder = path_folder(c->database);

		c->control = join(folder, "control");
		mem_free(folder);
	}
}

static void
read_all(struct load *l)
{
	const struct yaml *root = yaml_root(l->docs[0]);

	if (root == NULL && l->doc_count == 1) {
		faults_add(l->bind.faults,
		    (struct place){.file = l->bind.config->path},
		    "the file is empty; `vigie init` writes an example");
		return;
	}
	endpoint_init(&l->defaults);
	read_top(l);
	if (root != NULL && root->kind != YAML_MAP)
		return; /* reported; nothing else can be said */
	canary_read_all(l);
	service_read_all(l);
	receiver_read_all(l);
	route_read_all(l);
	planned_read_all(l);
	target_done(&l->defaults);
}

static void
keep_warnings(struct faults *warnings, struct config *c)
{
	struct config_errors e;

	faults_report(warnings, &e);
	if (e.count > 0)
		c->warnings = mem_dup(text_str(&e.lines));
	text_done(&e.lines);
}

struct config *
config_load(const char *path, struct config_errors *e)
{
	struct config *c = mem_zalloc(sizeof(*c));
	char *folder = path_folder(path);
	struct load l = {.bind = {.faults = faults_new(),
			     .warnings = faults_new(),
			     .folder = folder,
			     .config = c}};

	c->path = mem_dup(path);
	c->keep_samples = default_keep_samples;
	if (read_files(&l, path))
		read_all(&l);
	faults_report(l.bind.faults, e);
	if (e->count == 0) {
		index_build(c);
		keep_warnings(l.bind.warnings, c);
	} else {
		config_free(c);
		c = NULL;
	}
	faults_free(l.bind.faults);
	faults_free(l.bind.warnings);
	for (size_t i = 0; i < l.doc_count; i++)
		yaml_free(l.docs[i]);
	mem_free(l.docs);
	mem_free(folder);
	return c;
}

static void
service_done(struct config_service *s)
{
	mem_free(s->id);
	mem_free(s->name);
	bind_list_free(s->tags);
	function_done(&s->functions);
	function_done(&s->unaffected);
	need_done(s);
	mem_free(s->owner);
	mem_free(s->runbook);
	mem_free(s->advice);
	mem_free(s->slo);
	for (size_t i = 0; i < s->endpoint_count; i++) {
		mem_free(s->endpoints[i].region);
		depends_done(&s->endpoints[i]);
		target_done(&s->endpoints[i].target);
	}
	mem_free(s->endpoints);
}

static void
route_done(struct config_route *r)
{
	mem_free(r->service);
	mem_free(r->region);
	mem_free(r->tag);
	mem_free(r->kind);
	mem_free(r->severity);
	bind_list_free(r->to);
}

static void
window_done(struct config_window *w)
{
	mem_free(w->service);
	mem_free(w->region);
	mem_free(w->title);
	mem_free(w->timezone);
	mem_free(w->place);
}

static void
texts_done(struct config *c)
{
	mem_free(c->path);
	mem_free(c->database);
	mem_free(c->control);
	mem_free(c->public_url);
	mem_free(c->listen);
	mem_free(c->base_path);
	mem_free(c->tokens);
	bind_list_free(c->trusted_proxies);
	mem_free(c->user_agent_contact);
	mem_free(c->warnings);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->canary_count; i++)
		target_done(&c->canaries[i]);
	for (size_t i = 0; i < c->service_count; i++)
		service_done(&c->services[i]);
	for (size_t i = 0; i < c->receiver_count; i++)
		receiver_done(&c->receivers[i]);
	for (size_t i = 0; i < c->route_count; i++)
		route_done(&c->routes[i]);
	for (size_t i = 0; i < c->window_count; i++)
		window_done(&c->windows[i]);
	for (size_t i = 0; i < c->zone_count; i++)
		zone_close(c->zones[i]);
	mem_free(c->canaries);
	mem_free(c->services);
	mem_free(c->receivers);
	mem_free(c->routes);
	mem_free(c->windows);
	mem_free(c->zones);
	mem_free(c->by_id);
	texts_done(c);
	mem_free(c);
}
