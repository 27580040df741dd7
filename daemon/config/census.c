/* SPDX-License-Identifier: MIT */
#include "config/census.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"
#include "config/need.h"
#include "config/suggest.h"

/* A hint looks at every name there is: later errors go without. */
enum { HINTS_MAX = 100 };

/* What a service has in one region: in a file they stand side by side. */
struct spot {
	const char *region;
	struct run run;
};

struct service {
	const char *id;
	size_t index;
};

struct census {
	const struct config *config;
	struct config_endpoint **endpoints;  /* by number */
	struct spot *spots;                  /* by service, then by region */
	size_t *first_endpoint, *first_spot; /* of each service, and the end */
	struct service *by_id;               /* sorted */
	unsigned hints;
};

static int
compare_spots(const void *left, const void *right)
{
	const struct spot *a = left, *b = right;

	if (a->run.service != b->run.service)
		return a->run.service < b->run.service ? -1 : 1;
	return strcmp(a->region, b->region);
}

static int
compare_services(const void *left, const void *right)
{
	const struct service *a = left, *b = right;

	return strcmp(a->id, b->id);
}

static void
count_service(struct census *r, size_t index)
{
	const struct config_service *s = &r->config->services[index];
	size_t n = r->first_endpoint[index], spot = r->first_spot[index];

	r->by_id[index] = (struct service){s->id, index};
	for (size_t k = 0; k < s->endpoint_count; k++, n++) {
		struct config_endpoint *e = &s->endpoints[k];

		r->endpoints[n] = e;
		if (k == 0 || strcmp(e->region, e[-1].region) != 0)
			r->spots[spot++] =
			    (struct spot){e->region, {index, n, n}};
		r->spots[spot - 1].run.to++;
	}
	r->first_endpoint[index + 1] = n;
	r->first_spot[index + 1] = spot;
}

struct census *
census_new(const struct config *c)
{
	struct census *r = mem_zalloc(sizeof(*r));
	size_t n = c->endpoint_count, services = c->service_count;

	r->config = c;
	r->endpoints = mem_array(n, sizeof(struct config_endpoint *));
	r->spots = mem_array(n, sizeof(r->spots[0]));
	r->first_endpoint = mem_array(services + 1, sizeof(size_t));
	r->first_spot = mem_array(services + 1, sizeof(size_t));
	r->by_id = mem_array(services, sizeof(r->by_id[0]));
	for (size_t i = 0; i < services; i++)
		count_service(r, i);
	if (services > 1)
		qsort(r->by_id, services, sizeof(r->by_id[0]),
		    compare_services);
	if (n > 1)
		qsort(r->spots, r->first_spot[services], sizeof(r->spots[0]),
		    compare_spots);
	return r;
}

void
census_free(struct census *r)
{
	if (r == NULL)
		return;
	mem_free(r->endpoints);
	mem_free(r->spots);
	mem_free(r->first_endpoint);
	mem_free(r->first_spot);
	mem_free(r->by_id);
	mem_free(r);
}

struct config_endpoint *
census_at(const struct census *r, size_t number)
{
	return r->endpoints[number];
}

size_t
census_owner(const struct census *r, size_t number)
{
	size_t low = 0, high = r->config->service_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->first_endpoint[middle] <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct run
census_service(const struct census *r, size_t service)
{
	return (struct run){service, r->first_endpoint[service],
	    r->first_endpoint[service + 1]};
}

bool
census_region(const struct census *r, size_t service, const char *region,
    struct run *run)
{
	const struct spot key = {region, {.service = service}}, *spot;
	size_t from = r->first_spot[service];

	spot = bsearch(&key, r->spots + from, r->first_spot[service + 1] - from,
	    sizeof(key), compare_spots);
	if (spot != NULL)
		*run = spot->run;
	return spot != NULL;
}

/* A pattern in its parts, and what it was found to name. */
struct finding {
	char service[NEED_PATTERN_BYTES + 1];
	const char *region, *id; /* or NULL */
	struct run *runs;
	size_t count, size, max;
};

static bool
is_glob(const char *s)
{
	return strpbrk(s, "*?") != NULL;
}

static void
split(struct finding *f, const char *pattern)
{
	char *slash;

	memcpy(f->service, pattern, strlen(pattern) + 1);
	slash = strchr(f->service, '/');
	if (slash == NULL)
		return;
	*slash++ = '\0';
	f->region = slash;
	slash = strchr(slash, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	f->id = pattern;
}

static void
add(struct finding *f, struct run run)
{
	if (f->count >= f->max)
		return;
	if (f->count == f->size) {
		f->size = f->size > 0 ? f->size * 2 : 1;
		f->runs = mem_resize(f->runs, f->size, sizeof(f->runs[0]));
	}
	f->runs[f->count++] = run;
}

static void
find_at(const struct census *r, struct finding *f, struct run run)
{
	if (f->id == NULL) {
		add(f, run);
		return;
	}
	/* It has as many slashes as the id, so no * reaches over one. */
	for (size_t n = run.from; n < run.to; n++) {
		if (glob_match(f->id, r->endpoints[n]->target.id))
			add(f, (struct run){run.service, n, n + 1});
	}
}

static void
find_in(const struct census *r, struct finding *f, size_t service)
{
	struct run run, whole;

	if (f->region == NULL) {
		add(f, census_service(r, service));
		return;
	}
	if (!is_glob(f->region)) {
		if (census_region(r, service, f->region, &run))
			find_at(r, f, run);
		return;
	}
	/* Not by the spots: these are not in the order of the file. */
	whole = census_service(r, service);
	for (size_t n = whole.from; n < whole.to; n = run.to) {
		const char *region = r->endpoints[n]->region;

		run = (struct run){service, n, n + 1};
		while (run.to < whole.to &&
		    strcmp(r->endpoints[run.to]->region, region) == 0)
			run.to++;
		if (glob_match(f->region, region))
			find_at(r, f, run);
	}
}

/* It names nothing: what was perhaps meant. */
static void
report(struct census *r, const char *pattern, struct faults *f, struct place at)
{
	const struct config *c = r->config;
	bool service = strchr(pattern, '/') == NULL;
	size_t candidates = service ? c->service_count : c->endpoint_count;
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest s;

	suggest_init(&s, pattern);
	for (size_t i = 0; i < candidates && r->hints < HINTS_MAX; i++)
		suggest_offer(&s,
		    service ? c->services[i].id : r->endpoints[i]->target.id);
	r->hints++;
	faults_add(f, at, "no %s %s'%s'%s", service ? "service" : "endpoint",
	    is_glob(pattern) ? "matches " : "", pattern,
	    s.best != NULL || service ? suggest_text(&s, hint)
				      : "; they are named SERVICE/REGION or "
					"SERVICE/REGION/NAME");
}

struct run *
census_find(struct census *r, const char *pattern, size_t max, size_t *n,
    struct faults *f, struct place at)
{
	struct finding finding = {.max = max};
	const struct service key = {finding.service, 0}, *one;
	size_t services = r->config->service_count;

	split(&finding, pattern);
	if (!is_glob(finding.service)) {
		one = bsearch(&key, r->by_id, services, sizeof(key),
		    compare_services);
		if (one != NULL)
			find_in(r, &finding, one->index);
	} else {
		for (size_t i = 0; i < services; i++) {
			if (glob_match(finding.service,
				r->config->services[i].id))
				find_in(r, &finding, i);
		}
	}
	if (finding.count == 0)
		report(r, pattern, f, at);
	*n = finding.count;
	return finding.runs;
}
