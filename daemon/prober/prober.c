/* SPDX-License-Identifier: MIT */
#include "prober/prober.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "prober/evidence.h"
#include "prober/roster.h"
#include "probes/secret.h"
#include "wire/message.h"

static const span_ms flush_every = 100;
static const span_ms stats_every = MINUTE_MS;

enum { EXCERPT_FRAME_BYTES = 16384 };
/* What we hold besides probes: the channel, the poller, c-ares, files. */
enum { NOFILE_OWN = 64, IN_FLIGHT_MIN = 8, IN_FLIGHT_MAX = 1024 };
/* Of the connections in flight, how many more may be kept: one in four. */
enum { KEPT_SHARE = 4 };

struct prober {
	struct loop *loop;
	struct channel *channel; /* borrowed; NULL once it ended */
	uint64_t nofile;
	struct hello hello;
	bool greeted;
	struct probe_env env;
	struct roster *roster;
	struct evidence *evidence;
	struct timer *flush;
	wall_ms stats_due;
	char ended[120];
};

static void on_flush(void *arg);

struct prober *
prober_new(struct loop *l, uint64_t nofile)
{
	struct prober *p = mem_zalloc(sizeof(*p));

	p->loop = l;
	p->nofile = nofile;
	p->evidence = evidence_new();
	p->flush = timer_new(l, on_flush, p);
	return p;
}

void
prober_free(struct prober *p)
{
	if (p == NULL)
		return;
	roster_free(p->roster);
	tokens_free(p->env.tokens);
	fetcher_free(p->env.fetcher);
	fetcher_free(p->env.keeping);
	dialer_free(p->env.dialer);
	pinger_free(p->env.pinger);
	recorder_free(p->env.recorder);
	resolver_free(p->env.resolver);
	evidence_free(p->evidence);
	timer_free(p->flush);
	hello_done(&p->hello);
	mem_free(p);
}

static void
stop(struct prober *p, const char *why)
{
	if (p->ended[0] == '\0')
		(void)snprintf(p->ended, sizeof(p->ended), "%s", why);
	timer_disarm(p->flush);
	loop_stop(p->loop);
}

const char *
prober_ended(const struct prober *p)
{
	return p->ended[0] != '\0' ? p->ended : NULL;
}

/*
 * For what may be lost when the channel is full.  A channel that is gone is
 * not handled here: on_end() follows.
 */
static void
send_if_room(struct prober *p, enum message_type type, const void *body,
    size_t size)
{
	enum status sent = ERR_IO;

	if (p->channel != NULL)
		sent = channel_send(p->channel, (uint16_t)type, body, size);
	(void)sent;
}

static void
send_excerpt(struct prober *p, const struct excerpt *x)
{
	unsigned char buf[EXCERPT_FRAME_BYTES];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof(buf));
	excerpt_put(&o, x);
	if (o.ok)
		send_if_room(p, MSG_EXCERPT, buf, o.len);
}

static void
on_sample(void *arg, const struct probed *probed, struct excerpt *excerpt)
{
	struct prober *p = arg;

	if (excerpt != NULL)
		send_excerpt(p, excerpt);
	evidence_add(p->evidence, probed, loop_now(p->loop));
	if (evidence_count(p->evidence) >= PROBED_BATCH_MAX)
		timer_arm(p->flush, 0);
}

static void
send_stats(struct prober *p)
{
	struct prober_stats s = {0};
	unsigned char buf[256];
	struct bytes_out o;

	roster_take_stats(p->roster, &s);
	s.dropped = evidence_dropped(p->evidence);
	s.longest_turn_ms = (uint32_t)loop_longest_turn(p->loop);
	if (s.probes + s.skipped + s.dropped + s.redirects_blocked == 0)
		return;
	bytes_out_init(&o, buf, sizeof(buf));
	stats_put(&o, &s);
	if (o.ok)
		send_if_room(p, MSG_STATS, buf, o.len);
}

static void
on_flush(void *arg)
{
	struct prober *p = arg;
	wall_ms now = loop_now(p->loop);

	if (p->channel == NULL)
		return;
	evidence_flush(p->evidence, p->channel, now);
	if (now >= p->stats_due) {
		p->stats_due = now + stats_every;
		send_stats(p);
	}
	timer_arm_real(p->flush, flush_every);
}

static size_t
in_flight_max(uint64_t nofile)
{
	uint64_t n = nofile > NOFILE_OWN ? (nofile - NOFILE_OWN) * 3 / 4 : 0;

	if (n < IN_FLIGHT_MIN)
		return IN_FLIGHT_MIN;
	return n < IN_FLIGHT_MAX ? (size_t)n : IN_FLIGHT_MAX;
}

static bool
open_doors(struct prober *p, struct fail *f)
{
	struct fetch_limits limits = {.in_flight_max = in_flight_max(p->nofile),
	    .user_agent = p->hello.user_agent};
	struct roster_events ev = {.on_sample = on_sample, .arg = p};

	p->env.loop = p->loop;
	p->env.resolver = resolver_new(p->loop, f);
	if (p->env.resolver == NULL)
		return false;
	p->env.fetcher = fetcher_new(p->loop, &limits, f);
	if (p->env.fetcher == NULL)
		return false;
	p->env.recorder = recorder_new(p->env.loop);
	p->env.pinger = pinger_new(p->env.loop);
	p->env.dialer = dialer_new(p->loop);
	p->env.tokens = tokens_new(&(struct token_doors){.loop = p->loop,
	    .resolver = p->env.resolver,
	    .fetcher = p->env.fetcher});
	p->roster = roster_new(&p->env, limits.in_flight_max, &ev);
	return true;
}

static bool
greet(struct prober *p, const struct frame *frame)
{
	struct bytes_in i;
	struct fail f = {.why = ""};

	bytes_in_init(&i, frame->body, frame->size);
	if (p->greeted || !hello_get(&i, &p->hello))
		return false;
	p->greeted = true;
	loop_set_axis(p->loop, p->hello.now);
	if (!open_doors(p, &f)) {
		stop(p, f.why);
		return true;
	}
	p->stats_due = loop_now(p->loop) + stats_every;
	send_if_room(p, MSG_READY, NULL, 0);
	timer_arm(p->flush, 0);
	return true;
}

/* The configuration lets nothing pass that ends here; if it does, say so. */
static void
tell_refused(struct prober *p, struct probed *probed, const struct fail *f)
{
	wall_ms now = loop_now(p->loop);
	char nothing[] = "";
	struct excerpt x = {.slot = probed->slot,
	    .generation = probed->generation,
	    .start = now,
	    .headers = nothing,
	    .body = nothing,
	    .detail = mem_dup(f->why)};

	probed->sample = (struct sample){.start = now,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .cert_days = CERT_DAYS_UNKNOWN,
	    .class = CLASS_CONFIG,
	    .reason = REASON_BLOCKED_BY_POLICY};
	on_sample(p, probed, &x);
	mem_free(x.detail);
}

/* Most configurations need none; without it each probe connects anew. */
static void
need_keeping(struct prober *p)
{
	size_t n = in_flight_max(p->nofile);
	struct fetch_limits limits = {.in_flight_max = n,
	    .kept_max = n / KEPT_SHARE,
	    .user_agent = p->hello.user_agent};

	if (p->env.keeping == NULL)
		p->env.keeping = fetcher_new(p->loop, &limits, NULL);
}

static bool
take_target(struct prober *p, const struct frame *frame)
{
	struct secrets secrets;
	struct probed refused;
	struct target t;
	struct bytes_in i;
	struct fail f;

	bytes_in_init(&i, frame->body, frame->size);
	if (!target_get(&i, &t))
		return false;
	if (t.reuse)
		need_keeping(p);
	/* Asked without what is lacking: that answer tells. */
	(void)secrets_read(&secrets, &t, frame->fds, frame->fd_count);
	refused = (struct probed){.slot = t.slot,
	    .generation = t.generation,
	    .canary = t.canary};
	if (roster_put_take(p->roster, &t, &secrets, &f) != OK)
		tell_refused(p, &refused, &f);
	secrets_forget(&secrets);
	return true;
}

static bool
remove_target(struct prober *p, struct bytes_in *i)
{
	uint32_t slot = bytes_get_u32(i);
	uint32_t generation = bytes_get_u32(i);

	if (!bytes_in_done(i))
		return false;
	roster_remove(p->roster, slot, generation);
	return true;
}

static bool
take_pace(struct prober *p, struct bytes_in *i)
{
	struct pace pace;

	if (!pace_get(i, &pace))
		return false;
	roster_pace(p->roster, &pace);
	return true;
}

static bool
obey(struct prober *p, const struct frame *frame)
{
	struct bytes_in i;

	if (frame->type == MSG_HELLO)
		return greet(p, frame);
	if (p->roster == NULL)
		return false;
	bytes_in_init(&i, frame->body, frame->size);
	switch (frame->type) {
	case MSG_TARGET:
		return take_target(p, frame);
	case MSG_TARGET_REMOVE:
		return remove_target(p, &i);
	case MSG_TARGETS_DONE:
		fetcher_renew(p->env.fetcher);
		if (p->env.keeping != NULL)
			fetcher_renew(p->env.keeping);
		roster_start(p->roster);
		return true;
	case MSG_PACE:
		return take_pace(p, &i);
	case MSG_ASK_CANARIES:
		roster_ask_canaries(p->roster);
		return true;
	default:
		return false;
	}
}

static void
on_frame(void *arg, const struct frame *frame)
{
	struct prober *p = arg;
	char why[64];

	if (!obey(p, frame)) {
		(void)snprintf(why, sizeof(why),
		    "a message of type %u makes no sense", frame->type);
		stop(p, why);
	}
	for (size_t i = 0; i < frame->fd_count; i++)
		(void)close(frame->fds[i]);
}

static void
on_end(void *arg, const char *why)
{
	struct prober *p = arg;

	p->channel = NULL;
	stop(p, why);
}

static void
on_drained(void *arg)
{
	struct prober *p = arg;

	if (p->roster != NULL)
		timer_arm(p->flush, 0);
}

struct channel_events
prober_events(struct prober *p)
{
	return (struct channel_events){.on_frame = on_frame,
	    .on_end = on_end,
	    .on_drained = on_drained,
	    .arg = p};
}

void
prober_attach(struct prober *p, struct channel *c)
{
	p->channel = c;
}
