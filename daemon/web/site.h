/* SPDX-License-Identifier: MIT */
/* site - what there is to show; private to this room. */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include <jansson.h>
#include <sys/queue.h>

#include "base/text.h"
#include "io/access.h"
#include "io/httpd.h"
#include "io/logline.h"
#include "io/throttle.h"
#include "store/query.h"
#include "store/recall.h"
#include "view/status.h"
#include "web/answer.h"
#include "web/handlers.h"
#include "web/unknowns.h"
#include "wire/showing.h"

enum { PAGE_BYTES = 8 << 20, ETAG_BYTES = 48, VERSION_BYTES = 64 };

/* Ask the keeper for an act; its answer comes by acts_answered(). */
typedef void site_ask_fn(void *arg, uint64_t id, const char *author,
    const char *request);

/* All that is watched, and as of which change. */
struct latest {
	uint64_t change;
	bool read;
	struct status_list list;
	struct recall *recall; /* NULL: not asked for yet */
};

struct stream;
struct refused;
struct asking;

struct site {
	struct loop *loop;
	struct logline *log;
	struct showing show;
	struct latest *latest;
	struct changed now;
	struct counted counted;
	bool stale; /* see fresh.c */
	struct timer *silence;
	struct unknowns unknowns;
	struct httpd *httpd; /* NULL: not serving yet */
	struct query *q;     /* NULL: not open */
	json_t *services;    /* objects of MSG_SERVICE, by id */
	json_t *planned;     /* of MSG_PLANNED, see windowjson.h; or NULL */
	char boot[17];       /* of this process, in every ETag */
	struct timer *beat;
	LIST_HEAD(, stream) streams;
	struct access *access;   /* NULL: no tokens are configured */
	struct throttle *wrong;  /* how often a token may be wrong */
	uint64_t unknown_tokens; /* since the start */
	LIST_HEAD(, refused) refused;
	LIST_HEAD(, asking) askings;
	uint64_t asked;
	site_ask_fn *ask;
	void *ask_arg;
	struct kept status_page[2], status_json[2]; /* see site_kept() */
};

/*
 * The database, opened when it was not; NULL when it cannot be read, with the
 * reason in *f.
 */
struct query *site_query(struct site *s, struct fail *f);
/* A read failed: it is opened anew for the next. */
void site_failed(struct site *s, const struct fail *f);
/* The object of a service, or NULL. */
const json_t *site_service(const struct site *s, const char *id);
bool site_tagged(const struct site *s, const char *service, const char *tag);
/* Whether a visitor is told of a service at all. */
bool site_shows(const struct site *s, const struct visitor *v,
    const char *service);
/* As if it had no lead, where the visitor is not told of that. */
void site_veil(const struct site *s, const struct visitor *v,
    struct query_incident *i);
/*
 * Whether it is in a list for a visitor.  Where that is not narrowed to some of
 * all, parts of what he is told of are not: they are on the page of that.
 */
bool site_lists(const struct site *s, const struct visitor *v,
    const struct query_incident *i, bool narrowed);
/* status_read() of what the visitor is told of; a whole one is kept. */
MUST_CHECK
enum status site_status(const struct site *s, const struct visitor *v,
    struct query *q, const char *filter, struct status_list *l, struct fail *f);
/* As of when. */
wall_ms site_known(const struct site *s, struct query *q);
/* recall_open(), once for each change; NULL, and why in *f. */
const struct recall *site_recall(const struct site *s, struct query *q,
    struct fail *f);
/* An open one, stored as of its last event, as it is now. */
void site_refresh(const struct site *s, struct query_incident *i);
/* That of two which a visitor may be shown. */
struct kept *site_kept(struct kept kept[2], const struct visitor *v);
/* "running", "cannot_write", "damaged". */
const char *site_daemon(const struct site *s);

/* Of what is shown: another when a page is to be read again at once. */
const char *site_version(const struct site *s, char buf[VERSION_BYTES]);

/* kept.c: body becomes its own */
void kept_put(struct kept *k, uint64_t change, char *taken, size_t size);
void kept_done(struct kept *k);
/* The same gzipped, borrowed; NULL when there is no memory. */
const void *kept_packed(struct kept *k, size_t *size);
/* fresh.c */
void fresh_begin(struct site *s);
void fresh_end(struct site *s);
void fresh_heard(struct site *s, const struct counted *c);

/* stream.c */
void streams_begin(struct site *s);
void streams_end(struct site *s);
void streams_tell(struct site *s); /* that there is news */

/* routes.c: the handler of every request; arg is the site */
void routes_answer(void *arg, const struct http_request *r);

/* guard.c: false: the visitor was told so */
MUST_CHECK
bool guard_identify(struct site *s, struct visitor *v);
MUST_CHECK
bool guard_admits(struct site *s, const struct visitor *v, enum level least);
void guard_end(struct site *s);

void acts_answered(struct site *s, uint64_t id, const char *answer);
void acts_end(struct site *s);

#endif
