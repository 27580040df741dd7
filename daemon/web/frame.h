/* SPDX-License-Identifier: MIT */
/* frame - what all pages have in common; private to this room. */
#ifndef WEB_FRAME_H
#define WEB_FRAME_H

#include "base/clock.h"
#include "base/text.h"
#include "core/names.h"

enum { FRAME_BASE_BYTES = 256 };

/*
 * What every address begins with: "" or "/vigie", harmless in an attribute.
 */
void frame_set_base(const char *path);
const char *frame_base(void);
/* Every page says from now on that nothing new is known since then, or not. */
void frame_set_stale(bool stale, wall_ms since);
/* There are tokens: every page says where to show one. */
void frame_set_guarded(bool yes);
/* Who is answered has shown one: not to them. */
void frame_set_known(bool yes);

/* version: of what is shown, see site_version(); NULL: it stays as it is. */
void frame_begin(struct text *t, const char *title, const char *version);
/* The same of what has a form: without scripts it is not read again. */
void frame_begin_form(struct text *t, const char *title, const char *version);
/*
 * The same for a screen on a wall: no navigation, a clock that says now, and
 * the next page after so many seconds, 0: never.
 */
void frame_begin_wall(struct text *t, const char *title, const char *version,
    size_t rotate_s, wall_ms now);
void frame_end(struct text *t);

/* Mark and word of a bucket: never colour alone. */
void frame_state(struct text *t, enum bucket b);
const char *frame_word(enum bucket b);
/*
 * The head of a table; names end with NULL.  Where it is too narrow for a head
 * each cell has its own name beside it.
 */
void frame_table(struct text *t, const char *const *names);
void frame_cell(struct text *t, const char *name); /* begins it */
/* One that is left out there. */
void frame_cell_wide(struct text *t, const char *name);
void frame_table_end(struct text *t);
/* What makes the chart of a page one to zoom into. */
void frame_chart(struct text *t);
/* A script of the page's own, of the assets. */
void frame_script(struct text *t, const char *name);

/* A part of an address, whatever is in it. */
void frame_segment(struct text *t, const char *s);
/* An address from outside: a link where one may follow it. */
void frame_link(struct text *t, const char *url);
/* The id of an endpoint as one: "a~eu". */
void frame_slug(struct text *t, const char *id);
/* The path of its page: "/e/a~eu". */
void frame_path(struct text *t, const char *id);
/* A link to it. */
void frame_endpoint(struct text *t, const char *id);
/* A link to that of a service 's', a region 'r' or a tag 't'. */
void frame_group(struct text *t, char kind, const char *id, const char *name);
/* <time>, in UTC; nothing for 0. */
void frame_time(struct text *t, wall_ms at);
/* "47 min", as <time>. */
void frame_length(struct text *t, span_ms d);

#endif
