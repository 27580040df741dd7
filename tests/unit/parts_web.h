/* SPDX-License-Identifier: MIT */
/* parts_web - a scene for test_web.c, and tests that it is too long for. */
#ifndef PARTS_WEB_H
#define PARTS_WEB_H

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "channel_sim.h"
#include "httpd_sim.h"
#include "loop_sim.h"
#include "store/acts.h"
#include "stores.h"
#include "web/routes.h"
#include "web/web.h"
#include "wire/message.h"
#include "wire/showing.h"

#define HOSTILE "<script>alert(1)</script>\x1b[31m\"'&"

/* More than a parameter may be. */
#define TEN "0123456789"
#define LONG                                                                \
	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN \
	    TEN TEN TEN "0"

struct scene {
	struct scratch folder;
	struct loop *loop;
	struct web *web;
	struct channel *ends[2]; /* the keeper's, and its own */
	struct store *store;
	struct httpd *httpd;
	int64_t endpoint;
	unsigned ready;
	bool ended;
	int tokens; /* a file of them; 0: none; -1: it did not come */
	struct changed now;
};

void pass(struct scene *c, span_ms time);
void tell(struct scene *c, enum message_type type, const struct bytes_out *o,
    const unsigned char *body);
void tell_changed(struct scene *c, uint64_t news);
void tell_text(struct scene *c, enum message_type type, const char *json);
void tell_service(struct scene *c, const char *json);
/* From when on there is httpd. */
void greet(struct scene *c);
/* One endpoint, down since an hour after T0. */
void fill(struct scene *c);
void open_scene(struct scene *c);
void close_scene(struct scene *c);
/* Owned by the caller; *code and *etag (which may be NULL) of the answer. */
char *get(struct scene *c, const char *target, int *code, char *etag);
unsigned times(const char *body, const char *words); /* how often */
void expect(struct scene *c, const char *target, int code, const char *words);

/* parts_web_lists.c, parts_web_incident.c: how many tests failed */
int lists_run(void);
int incident_run(void);
/* Tests. */
void a_page_of_some_of_it(void **state);
void a_time_that_is_asked_for(void **state);
void what_was_planned_is_told_apart(void **state);
void a_day_hour_by_hour(void **state);
void bars_by_hour_day_and_week(void **state);
void a_year_in_figures(void **state);
void what_is_planned_soon(void **state);
void each_address_is_for_whom_its_row_says(void **state);
void nobody_is_asked_for_what_is_done(void **state);
void who_has_it_is_not_sent_it_again(void **state);
void tokens_that_do_not_come_let_nobody_in(void **state);

#endif
