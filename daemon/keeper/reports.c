/* SPDX-License-Identifier: MIT */
#include "keeper/reports.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "config/suggest.h"
#include "keeper/inside.h"
#include "store/reports.h"

enum { DIGEST_BYTES = sizeof(((struct store_import *)0)->digest) };

static const wall_ms year_2000 = 946684800000;

static enum status
writable(const struct keeper *k, struct fail *f)
{
	return k->store != NULL && !k->degraded && !k->damage.certain
	    ? OK
	    : fail_set(f, ERR_IO,
		  "the database cannot be written at present, so nothing was "
		  "counted; see the daemon's log");
}

static const struct config_service *
find_service(const struct keeper *k, const char *id, struct fail *f)
{
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	suggest_init(&meant, id);
	for (size_t i = 0; i < k->config->service_count; i++) {
		if (strcmp(k->config->services[i].id, id) == 0)
			return &k->config->services[i];
		suggest_offer(&meant, k->config->services[i].id);
	}
	(void)fail_set(f, ERR_NOTFOUND,
	    "the configuration has no service '%.63s'%s", id,
	    suggest_text(&meant, hint));
	return NULL;
}

/* region may be NULL or "". */
static enum status
find(const struct keeper *k, const char *service, const char *region,
    struct fail *f)
{
	const struct config_service *s = find_service(k, service, f);
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	if (s == NULL)
		return ERR_NOTFOUND;
	if (region == NULL || region[0] == '\0')
		return OK;
	suggest_init(&meant, region);
	for (size_t i = 0; i < s->endpoint_count; i++) {
		if (strcmp(s->endpoints[i].region, region) == 0)
			return OK;
		suggest_offer(&meant, s->endpoints[i].region);
	}
	return fail_set(f, ERR_NOTFOUND, "%s has no region '%.63s'%s", service,
	    region, suggest_text(&meant, hint));
}

static enum status
refuse_again(const char *service, const char *author, wall_ms last,
    struct fail *f)
{
	char then[UTC_TEXT_BYTES], next[UTC_TEXT_BYTES];

	return fail_set(f, ERR_LIMIT,
	    "%.63s reported %s at %.19sZ already: one in an hour is counted, "
	    "the next from %.19sZ on",
	    author, service, utc_format(last, then),
	    utc_format(last + STORE_REPORTER_MS, next));
}

enum status
keeper_report(struct keeper *k, const char *service, const char *region,
    const char *author, struct text *out, struct fail *f)
{
	wall_ms now = loop_now(k->loop), last;
	enum status s = find(k, service, region, f);

	if (s == OK)
		s = writable(k, f);
	if (s != OK)
		return s;
	last = store_reporter(k->store, service, author);
	if (last != 0 && now - last < STORE_REPORTER_MS)
		return refuse_again(service, author, last, f);
	s = store_begin(k->store, now, f);
	if (s != OK)
		return s;
	store_put_reports(k->store, service, region,
	    crowd_since(crowd_quarter(now)), 1);
	store_put_reporter(k->store, service, author, now);
	s = store_commit(k->store, f);
	if (s != OK)
		return s;
	showcase_news(k);
	log_event(k->log, SEVERITY_INFO, "reported service=%s author=%s",
	    service, author);
	text_printf(out, "counted for %s; it changes no verdict", service);
	return OK;
}

struct part { /* of a file */
	struct keeper *k;
	const json_t *list;
	struct store_import import;
	int64_t at;
	wall_ms now, oldest; /* nothing before that is kept */
	size_t old;
};

struct entry {
	const char *service, *region;
	wall_ms since;
	int64_t n;
};

static enum status
read_entry(const struct part *p, size_t i, struct entry *e, struct fail *f)
{
	const json_t *j = json_array_get(p->list, i);
	json_t *since = json_array_get(j, 2), *n = json_array_get(j, 3);

	e->service = json_string_value(json_array_get(j, 0));
	e->region = json_string_value(json_array_get(j, 1));
	e->since = json_integer_value(since);
	e->n = json_integer_value(n);
	if (json_array_size(j) != 4 || e->service == NULL ||
	    e->region == NULL || !json_is_integer(since) || !json_is_integer(n))
		return fail_set(f, ERR_SYNTAX,
		    "an entry is [service, region, since_ms, count]");
	if (e->since < year_2000 || e->since > p->now ||
	    e->since % CROWD_QUARTER_MS != 0)
		return fail_set(f, ERR_RANGE,
		    "%" PRId64 " is no quarter of an hour from 2000 to now",
		    e->since);
	if (e->n < 0 || e->n > STORE_REPORTS_MAX)
		return fail_set(f, ERR_RANGE, "%" PRId64 " is not 0 to %d",
		    e->n, STORE_REPORTS_MAX);
	return find(p->k, e->service, e->region, f);
}

static bool
read_digest(const char *hex, unsigned char out[DIGEST_BYTES])
{
	char pair[3] = "";

	if (hex == NULL || strlen(hex) != 2 * (size_t)DIGEST_BYTES ||
	    strspn(hex, "0123456789abcdef") != strlen(hex))
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		memcpy(pair, hex + 2 * i, 2);
		out[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return true;
}

/* What is asked, and how far it is; nothing of it is written yet. */
static enum status
read_part(struct part *p, const json_t *request, const char *author,
    struct fail *f)
{
	json_t *at = json_object_get(request, "at");
	json_t *entries = json_object_get(request, "entries");
	int64_t count = json_integer_value(entries), end;
	struct entry e;
	enum status s = OK;

	p->list = json_object_get(request, "list");
	p->at = json_integer_value(at);
	if (!read_digest(json_string_value(json_object_get(request, "digest")),
		p->import.digest) ||
	    !json_is_integer(at) || !json_is_integer(entries) ||
	    !json_is_array(p->list))
		return fail_set(f, ERR_SYNTAX,
		    "the request lacks: digest, entries, at, list");
	end = p->at + (int64_t)json_array_size(p->list);
	if (count < 1 || count > KEEPER_REPORT_ENTRIES_MAX || p->at < 0 ||
	    p->at > count || end > count)
		return fail_set(f, ERR_RANGE,
		    "entries are 1 to %d, and at one of them",
		    KEEPER_REPORT_ENTRIES_MAX);
	if (!store_report_import(p->k->store, &p->import)) {
		p->import.entries = count;
		(void)snprintf(p->import.author, sizeof(p->import.author), "%s",
		    author);
	}
	if (p->import.entries != count || p->at > p->import.taken)
		return fail_set(f, ERR_RANGE,
		    "%" PRId64 " of %" PRId64
		    " entries were taken, not %" PRId64 " of %" PRId64,
		    p->import.taken, p->import.entries, p->at, count);
	for (size_t i = 0; i < json_array_size(p->list) && s == OK; i++)
		s = read_entry(p, i, &e, f);
	return s;
}

static enum status
write_part(struct part *p, struct fail *f)
{
	struct store *store = p->k->store;
	struct fail ignored;
	struct entry e;
	enum status s = store_begin(store, p->now, f);

	if (s != OK)
		return s;
	for (size_t i = (size_t)(p->import.taken - p->at);
	     i < json_array_size(p->list); i++) {
		(void)read_entry(p, i, &e, &ignored); /* it was good before */
		p->import.taken++;
		if (e.since < p->oldest)
			p->old++;
		else
			store_put_reports(store, e.service, e.region, e.since,
			    e.n);
	}
	p->import.at = p->now;
	store_put_report_import(store, &p->import);
	return store_commit(store, f);
}

static void
answer(const struct part *p, wall_ms begun, struct text *out)
{
	json_t *j = json_pack("{s:b, s:i, s:s, s:s, s:I, s:I, s:I}", "ok", 1,
	    "code", EXIT_CODE_GOOD, "message", "", "author", p->import.author,
	    "begun", (json_int_t)begun, "taken", (json_int_t)p->import.taken,
	    "old", (json_int_t)p->old);
	char *text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	text_add(out, text != NULL ? text : "{}");
	mem_free(text);
	json_decref(j);
}

enum status
keeper_report_import(struct keeper *k, const char *author,
    const json_t *request, struct text *out, struct fail *f)
{
	struct part p = {.k = k, .now = loop_now(k->loop)};
	enum status s = writable(k, f);
	wall_ms begun;
	bool rest;

	p.oldest = p.now - store_retention_default().reports;
	if (s == OK)
		s = read_part(&p, request, author, f);
	if (s != OK)
		return s;
	begun = p.import.at;
	rest = p.at + (int64_t)json_array_size(p.list) > p.import.taken;
	if (rest)
		s = write_part(&p, f);
	if (s != OK)
		return s;
	if (rest)
		showcase_news(k);
	if (rest && p.import.taken == p.import.entries)
		log_event(k->log, SEVERITY_NOTICE,
		    "reports-imported entries=%" PRId64 " author=%s",
		    p.import.entries, author);
	answer(&p, begun, out);
	return OK;
}

void
reports_tick(struct keeper *k)
{
	struct fail f = {.why = ""};
	bool more = false;

	if (writable(k, NULL) != OK || k->config->service_count == 0)
		return;
	k->report_next %= k->config->service_count;
	if (store_learn_reports(k->store,
		k->config->services[k->report_next].id, loop_now(k->loop),
		&more, &f) != OK)
		log_event(k->log, SEVERITY_WARNING, "database-upkeep why=%s",
		    f.why);
	if (!more)
		k->report_next++;
}
