/* SPDX-License-Identifier: MIT */
#include "web/checks.h"

#include <inttypes.h>

#include "web/frame.h"
#include "web/lane.h"

static const char *const check_columns[] = {"Began", "Result", "Code",
    "ms in all", "Name", "Connect", "Handshake", "Wait", "Receive", NULL};

enum { PHASES = 5, FIRST_PHASE = 4 };

static bool
failed(const struct sample *s)
{
	return class_effect((enum sample_class)s->class) == EFFECT_FAILING;
}

/* One of those after it, which come first, was good, as far as is shown. */
static bool
good_since(const struct checks *c, size_t i)
{
	if (c->walk.after != 0)
		return true;
	while (i-- > 0)
		if (class_effect((enum sample_class)c->all[i].class) ==
		    EFFECT_GOOD)
			return true;
	return false;
}

/* Failed, and it was no outage: it was well before, and was so again. */
static bool
is_glitch(const struct checks *c, const struct course *how, size_t i)
{
	wall_ms at = c->all[i].start;

	if (!failed(&c->all[i]))
		return false;
	for (size_t k = 0; k < how->count; k++) {
		const struct course_piece *p = &how->pieces[k];

		if (at >= p->since && at < p->until &&
		    (p->bucket == BUCKET_UP || p->bucket == BUCKET_DEGRADED))
			return good_since(c, i);
	}
	return false;
}

static void
add_check(struct text *t, const struct sample *s, bool glitch)
{
	const uint32_t times[] = {s->total_us, s->dns_us, s->connect_us,
	    s->tls_us, s->wait_us, s->receive_us};

	text_add(t, "<tr>");
	frame_cell(t, check_columns[0]);
	frame_time(t, s->start);
	text_add(t, "</td>");
	frame_cell(t, check_columns[1]);
	text_printf(t, "%s%s</td>", reason_text((enum reason)s->reason),
	    glitch ? " <strong>(glitch)</strong>" : "");
	frame_cell(t, check_columns[2]);
	if (s->code != 0)
		text_printf(t, "%d", s->code);
	text_add(t, "</td>");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (i == 0)
			frame_cell(t, check_columns[3]);
		else
			frame_cell_wide(t, check_columns[3 + i]);
		text_printf(t, "%" PRIu32 ".%" PRIu32 "</td>", times[i] / 1000,
		    times[i] / 100 % 10);
	}
	text_add(t, "</tr>\n");
}

/* Where the time goes, on the average of the good ones among them. */
static void
add_phases(struct text *t, const struct checks *c)
{
	uint64_t sum[PHASES] = {0}, whole = 0, n = 0;
	int x = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct sample *s = &c->all[i];
		const uint32_t us[PHASES] = {s->dns_us, s->connect_us,
		    s->tls_us, s->wait_us, s->receive_us};

		if (class_effect((enum sample_class)s->class) != EFFECT_GOOD)
			continue;
		n++;
		for (size_t k = 0; k < PHASES; k++) {
			sum[k] += us[k];
			whole += us[k];
		}
	}
	if (whole == 0)
		return;
	text_printf(t,
	    "<svg class=\"lane\" role=\"img\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\"><title>Where the time goes</title>",
	    LANE_WIDTH, LANE_HEIGHT);
	for (size_t k = 0; k < PHASES; k++) {
		int width = (int)(sum[k] * LANE_WIDTH / whole);

		text_printf(t,
		    "<rect class=\"phase%zu\" x=\"%d\" width=\"%d\" "
		    "height=\"%d\"/>",
		    k, x, width, LANE_HEIGHT);
		x += width;
	}
	text_printf(t,
	    "</svg>\n<p class=\"small\">Of %" PRIu64 " good ones:", n);
	for (size_t k = 0; k < PHASES; k++)
		text_printf(t,
		    "%s <span class=\"key phase%zu\"></span>%s %" PRIu64
		    ".%" PRIu64 " ms",
		    k > 0 ? "," : "", k, check_columns[FIRST_PHASE + k],
		    sum[k] / n / 1000, sum[k] / n / 100 % 10);
	text_add(t, "</p>\n");
}

static bool
on_check(void *arg, uint64_t ref, const struct sample *s)
{
	struct checks *c = arg;

	(void)ref;
	c->all[c->count++] = *s;
	return true;
}

enum status
checks_read(struct checks *c, struct query *q, struct fail *f)
{
	c->count = 0;
	c->walk.max = CHECKS_MAX;
	return history_walk(q, &c->walk, on_check, c, f);
}

static void
add_all(struct text *t, const struct checks *c, const struct course *how)
{
	add_phases(t, c);
	frame_table(t, check_columns);
	for (size_t i = 0; i < c->count; i++)
		add_check(t, &c->all[i], is_glitch(c, how, i));
	frame_table_end(t);
}

enum status
checks_add(struct text *t, struct query *q, const struct checks *c,
    const struct course *near, struct fail *f)
{
	wall_ms from = c->all[0].start, to = from + 1;
	struct course own;
	enum status s = OK;

	if (c->count == 0)
		return OK;
	for (size_t i = 0; i < c->count; i++) {
		wall_ms at = c->all[i].start;

		from = at < from ? at : from;
		to = at + 1 > to ? at + 1 : to;
	}
	if (from >= near->from && to <= near->to) {
		add_all(t, c, near);
		return OK;
	}
	course_init(&own, from, to);
	s = course_read(&own, q, c->walk.endpoint, f);
	if (s == OK)
		add_all(t, c, &own);
	course_done(&own);
	return s;
}
