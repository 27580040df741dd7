/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "keeper/inside.h"

uint64_t
intake_ref(struct keeper *k)
{
	return k->store != NULL ? store_next_ref(k->store) : ++k->local_ref;
}

/* An act has brought this about, not evidence or a deadline before it. */
static bool
is_doing(const struct output *o)
{
	return o->kind == OUTPUT_EVENT &&
	    ((o->event == EVENT_RESOLVED && o->cause == CAUSE_OPERATOR) ||
		(o->event == EVENT_WITHDRAWN && o->cause == CAUSE_PAUSED));
}

static void
write_down(struct keeper *k, const struct output *o)
{
	const struct event_said *said = k->intake.doing;
	struct pending *e = journal_add(k, ENTRY_OUTPUT, o->endpoint);

	e->u.output.output = mem_copy(o, sizeof(*o));
	if (said == NULL || !is_doing(o))
		return;
	e->u.output.act = said->act;
	e->u.output.author = mem_dup(said->author);
	e->u.output.text = mem_dup(said->text);
}

static void
on_output(void *arg, const struct output *o)
{
	struct keeper *k = arg;
	struct pace pace;
	unsigned char buf[64];
	struct bytes_out out;

	switch (o->kind) {
	case OUTPUT_TRANSITION:
	case OUTPUT_EVENT:
	case OUTPUT_SPAN:
	case OUTPUT_RELABEL:
		write_down(k, o);
		if (o->endpoint != ENDPOINT_NONE)
			k->endpoints.all[o->endpoint]->dirty = true;
		journal_soon(k);
		break;
	case OUTPUT_PACE:
		pace = (struct pace){.slot = o->endpoint,
		    .generation = k->endpoints.all[o->endpoint]->generation,
		    .every = o->every,
		    .until = o->until};
		bytes_out_init(&out, buf, sizeof(buf));
		pace_put(&out, &pace);
		children_send(&k->children[CHILD_PROBER], MSG_PACE, buf,
		    out.len);
		break;
	case OUTPUT_CANARIES:
		children_send(&k->children[CHILD_PROBER], MSG_ASK_CANARIES,
		    NULL, 0);
		break;
	}
}

static void
step(struct keeper *k, const struct input *in)
{
	core_step(k->world, in, on_output, k);
}

static enum act
act_of(enum input_kind kind)
{
	return kind == INPUT_RESOLVE ? ACT_RESOLVE
	    : kind == INPUT_WATCH    ? ACT_RESUME
				     : ACT_PAUSE;
}

void
intake_input(struct keeper *k, struct input *in, const char *author,
    const char *why)
{
	const struct event_said said = {.act = act_of(in->kind),
	    .author = author,
	    .text = why};
	struct pending *e;

	/* As the core will: what it leads to carries the same time. */
	if (author != NULL && in->at < world_now(k->world))
		in->at = world_now(k->world);
	in->ref = intake_ref(k);
	e = journal_add(k, ENTRY_INPUT, in->endpoint);
	e->canary = in->kind == INPUT_CANARY;
	e->u.input.input = *in;
	e->u.input.author = mem_dup(author);
	e->u.input.why = mem_dup(why);
	k->intake.doing = author != NULL ? &said : NULL;
	step(k, in);
	k->intake.doing = NULL;
}

static void
keep_excerpt(struct keeper *k, struct watched *w, uint64_t ref)
{
	struct pending *e = journal_add(k, ENTRY_EXCERPT, w->slot);

	partial_words(w, w->excerpt);
	e->u.excerpt.ref = ref;
	e->u.excerpt.excerpt = *w->excerpt;
	mem_free(w->excerpt);
	w->excerpt = NULL;
}

void
intake_excerpt(struct keeper *k, struct excerpt *x)
{
	struct watched *w;

	if (x->slot >= k->endpoints.count ||
	    k->endpoints.all[x->slot]->generation != x->generation) {
		excerpt_done(x);
		return;
	}
	w = k->endpoints.all[x->slot];
	if (w->excerpt != NULL)
		excerpt_done(w->excerpt);
	mem_free(w->excerpt);
	w->excerpt = mem_copy(x, sizeof(*x));
	/* It travels beside its sample, and either may come first. */
	if (w->fail_start == x->start && w->fail_ref != 0)
		keep_excerpt(k, w, w->fail_ref);
}

static void
take_sample(struct keeper *k, const struct probed *p)
{
	struct watched *w = k->endpoints.all[p->slot];
	struct input in = {.kind = INPUT_SAMPLE,
	    .at = sample_evidence(&p->sample),
	    .endpoint = p->slot,
	    .ref = intake_ref(k),
	    .u.sample = p->sample};
	struct pending *e = journal_add(k, ENTRY_SAMPLE, p->slot);

	e->u.sample.ref = in.ref;
	e->u.sample.sample = p->sample;
	k->journal.samples++;
	if (class_effect((enum sample_class)p->sample.class) != EFFECT_GOOD ||
	    (p->sample.flags & SAMPLE_PARTIAL) != 0) {
		w->fail_start = p->sample.start;
		w->fail_ref = in.ref;
		if (w->excerpt != NULL && w->excerpt->start == w->fail_start)
			keep_excerpt(k, w, in.ref);
	}
	expiring_look(k, w, &in);
	partial_look(k, w, &in);
	step(k, &in);
}

static void
take_canary(struct keeper *k, const struct probed *p)
{
	struct input in = {.kind = INPUT_CANARY,
	    .at = sample_evidence(&p->sample),
	    .endpoint = p->slot};

	/* LOCAL and the like say nothing about the network. */
	if (class_effect((enum sample_class)p->sample.class) == EFFECT_NONE)
		return;
	in.u.canary.good = (p->sample.flags & SAMPLE_PATH_PROVEN) != 0 ||
	    p->sample.class == CLASS_OK ||
	    p->sample.reason == REASON_CONNECTION_REFUSED;
	intake_input(k, &in, NULL, NULL);
}

static void
take(struct keeper *k, const struct probed *p)
{
	const struct registry *r = p->canary ? &k->canaries : &k->endpoints;

	/* Probed for a configuration that is no longer: not ours to judge. */
	if (p->slot >= r->count ||
	    r->all[p->slot]->generation != p->generation ||
	    !watched_active(r->all[p->slot]))
		return;
	if (p->canary)
		take_canary(k, p);
	else
		take_sample(k, p);
}

static int
by_evidence(const void *a, const void *b)
{
	const struct queued *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void
intake_run(struct keeper *k, wall_ms upto)
{
	struct intake *q = &k->intake;
	struct input in = {.kind = INPUT_ADVANCE, .at = upto};
	size_t n = 0;

	if (q->count > 1)
		qsort(q->queue, q->count, sizeof(q->queue[0]), by_evidence);
	while (n < q->count && q->queue[n].at <= upto)
		take(k, &q->queue[n++].probed);
	if (n > 0)
		memmove(q->queue, q->queue + n,
		    (q->count - n) * sizeof(q->queue[0]));
	q->count -= n;
	step(k, &in);
	if (k->journal.samples >= COMMIT_SAMPLES && !k->degraded)
		journal_commit(k);
}

static void
enqueue(struct intake *q, const struct probed *p)
{
	if (q->count == q->size) {
		q->size = q->size > 0 ? 2 * q->size : 1024;
		q->queue = mem_resize(q->queue, q->size, sizeof(q->queue[0]));
	}
	q->queue[q->count++] =
	    (struct queued){.at = sample_evidence(&p->sample),
		.seq = q->seq++,
		.probed = *p};
}

static bool
sound(const struct probed *p, wall_ms now)
{
	/* A clock far ahead of ours would stop the world for its sake. */
	return p->sample.class < CLASS_COUNT &&
	    p->sample.reason < REASON_COUNT && p->sample.start > 0 &&
	    sample_evidence(&p->sample) <= now + MINUTE_MS;
}

void
intake_batch(struct keeper *k, struct bytes_in *in)
{
	struct intake *q = &k->intake;
	wall_ms now = loop_now(k->loop);
	uint32_t count = bytes_get_u32(in);
	wall_ms upto = bytes_get_i64(in);

	for (uint32_t i = 0; in->ok && i < count; i++) {
		struct probed p;

		probed_get(in, &p);
		if (in->ok && sound(&p, now))
			enqueue(q, &p);
	}
	if (q->gap_from > 0) {
		struct input gap = {.kind = INPUT_GAP,
		    .at = now,
		    .endpoint = ENDPOINT_NONE,
		    .u.gap_from = q->gap_from};

		intake_input(k, &gap, NULL, NULL);
		q->gap_from = 0;
	}
	q->heard = loop_micros(k->loop) / 1000;
	q->live = true;
	if (upto > q->upto)
		q->upto = upto < now ? upto : now;
	intake_run(k, q->upto);
}

/* A prober that is silent for 2 s holds nobody up; it leaves a gap. */
void
intake_watch_silence(struct keeper *k)
{
	struct intake *q = &k->intake;
	wall_ms now = loop_now(k->loop);
	span_ms silent = loop_micros(k->loop) / 1000 - q->heard;

	if (q->live && silent <= SILENT_MS)
		return;
	if (q->live) {
		q->live = false;
		q->gap_from = q->upto;
		log_event(k->log, SEVERITY_WARNING, "prober-silent for_ms=%lld",
		    (long long)silent);
	}
	intake_run(k, now);
}
