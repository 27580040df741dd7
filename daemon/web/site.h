/* SPDX-License-Identifier: MIT */
/* site - what there is to show; private to this room. */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include <jansson.h>
#include <sys/queue.h>

#include "base/text.h"
#include "io/httpd.h"
#include "io/logline.h"
#include "store/query.h"
#include "view/status.h"
#include "web/unknowns.h"
#include "wire/showing.h"

enum { PAGE_BYTES = 8 << 20, ETAG_BYTES = 48, VERSION_BYTES = 64 };

/* What was rendered, and of which change; see kept.c. */
struct kept {
	uint64_t change; /* 0: nothing yet */
	char *body;
	size_t size;
	void *packed; /* NULL: nobody asked for it yet */
	size_t packed_size;
};

/* What somebody may see and do, each more than the one before. */
enum level { LEVEL_PUBLIC, LEVEL_READER, LEVEL_OPERATOR };

/* Who asks, and for what. */
struct visitor {
	const struct http_request *r;
	const char *rest, *more; /* what its route left open, or "" */
	enum level level;
};

/* All that is watched, and as of which change. */
struct latest {
	uint64_t change;
	bool read;
	struct status_list list;
};

struct stream;

struct site {
	struct loop *loop;
	struct logline *log;
	struct showing show;
	struct latest *latest;
	struct changed now;
	struct counted counted;
	struct unknowns unknowns;
	struct httpd *httpd; /* NULL: not serving yet */
	struct query *q;     /* NULL: not open */
	json_t *services;    /* objects of MSG_SERVICE, by id */
	char boot[17];       /* of this process, in every ETag */
	struct timer *beat;
	LIST_HEAD(, stream) streams;
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
/* Whether a visitor is told of a service at all. */
bool site_shows(const struct site *s, const struct visitor *v,
    const char *service);
/* status_read() of what the visitor is told of, once for each change. */
MUST_CHECK
enum status site_status(const struct site *s, const struct visitor *v,
    struct query *q, const char *filter, struct status_list *l, struct fail *f);
/* That of two which a visitor may be shown. */
struct kept *site_kept(struct kept kept[2], const struct visitor *v);
/* "running", "cannot_write", "damaged". */
const char *site_daemon(const struct site *s);

/* Of what is shown: another when a page is to be read again at once. */
const char *site_version(const struct site *s, char buf[VERSION_BYTES]);

/* kept.c: body becomes its own */
void kept_put(struct kept *k, uint64_t change, char *body, size_t size);
void kept_done(struct kept *k);
/* The same gzipped, borrowed; NULL when there is no memory. */
const void *kept_packed(struct kept *k, size_t *size);

/* stream.c */
void streams_begin(struct site *s);
void streams_end(struct site *s);
void streams_tell(struct site *s); /* that there is news */

/* routes.c: the handler of every request; arg is the site */
void routes_answer(void *arg, const struct http_request *r);

typedef void route_fn(struct site *s, const struct visitor *v);
/* page_*.c */
route_fn page_status, page_service, page_region, page_tag;
route_fn page_about, page_accounting;
route_fn page_timeline, page_matrix, page_endpoint, page_incident,
    page_incidents;
/* api.c */
route_fn api_status, api_incidents, api_incident, api_health, api_ready;
/* stream.c */
route_fn api_stream;
/* feed.c, badge.c */
route_fn feed_serve, badge_serve;
/* metrics.c */
route_fn metrics_serve;
/* assets.c */
route_fn asset_serve;

/* answer.c */
extern const char *const type_page, *const type_json;
/* Gzipped where its client takes that; k: where it is kept, or NULL. */
void answer_packed(const struct http_request *r, const struct http_answer *a,
    struct kept *k);
/* A page, or a problem where it is too large. */
void answer_page(const struct site *s, const struct http_request *r,
    const struct text *body);
/* The same of any type; change: of what it shows, 0: of no particular one. */
void answer_text(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, uint64_t change);
/* What pages of others may show, too. */
void answer_shared(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, const char *cache);
void answer_json(const struct site *s, const struct http_request *r,
    json_t *taken);
/* The same bytes until the next change. */
void answer_kept(const struct site *s, const struct http_request *r,
    struct kept *k, const char *type);
/* A problem (RFC 9457), or a page that says it, as the client prefers. */
void answer_problem(const struct http_request *r, int code, const char *title,
    const char *detail);
void answer_unread(struct site *s, const struct http_request *r,
    const struct fail *f);

#endif
