/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/stall.h"
#include "keeper/inside.h"

enum {
	PAUSE_FIRST_MS = 100,
	PAUSE_LONGEST_MS = 10 * SECOND_MS,
	PAUSE_FORGIVEN_MS = MINUTE_MS /* a child that lived so long */
};

void
children_send(struct child *c, enum message_type type, const void *body,
    size_t size)
{
	/* The channel itself tells of an end that is gone. */
	if (c->channel != NULL &&
	    channel_send(c->channel, (uint16_t)type, body, size) == ERR_LIMIT)
		log_event(c->keeper->log, SEVERITY_WARNING,
		    "child-backlog role=%s frames=%zu", role_name(c->role),
		    channel_backlog(c->channel));
}

static int
open_secret(struct keeper *k, const struct target *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		return fd;
	log_event(k->log, SEVERITY_ERR,
	    "secret-unreadable endpoint=%s file=%s errno=%d", t->id, path,
	    errno);
	/* One that is lacking must not make another be taken for it. */
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
close_all(const int *fds, size_t n)
{
	while (n > 0)
		(void)close(fds[--n]);
}

/* How many there are; none at all rather than not all of them. */
static size_t
open_secrets(struct keeper *k, const struct target *t, int *fds)
{
	size_t n = 0;

	for (unsigned i = 0; i < TARGET_SECRETS; i++) {
		const char *path = target_secret_file(t, (enum target_secret)i);

		if (path == NULL)
			continue;
		fds[n] = open_secret(k, t, path);
		if (fds[n] < 0) {
			close_all(fds, n);
			return 0;
		}
		n++;
	}
	return n;
}

/* False when the prober's queue is full: go on when it has drained. */
static bool
send_target(struct keeper *k, struct watched *w, unsigned char *buf)
{
	struct channel *c = k->children[CHILD_PROBER].channel;
	const struct target *t = w->target;
	struct bytes_out out;
	int fds[TARGET_SECRETS];
	size_t n;
	enum status s;

	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	target_put(&out, t);
	if (!out.ok) {
		log_event(k->log, SEVERITY_ERR,
		    "endpoint-too-large endpoint=%s", w->id);
		w->told_prober = true;
		return true;
	}
	n = open_secrets(k, t, fds);
	s = channel_send_fds(c, MSG_TARGET, buf, out.len, fds, n);
	close_all(fds, n);
	w->told_prober = w->prober_has = s == OK;
	return s != ERR_LIMIT;
}

static bool
send_removal(struct keeper *k, struct watched *w, unsigned char *buf)
{
	struct bytes_out out;

	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	bytes_put_u32(&out, w->slot);
	bytes_put_u32(&out, w->generation);
	if (channel_send(k->children[CHILD_PROBER].channel, MSG_TARGET_REMOVE,
		buf, out.len) == ERR_LIMIT)
		return false;
	w->prober_has = false;
	return true;
}

static bool
send_registry(struct keeper *k, struct registry *r, unsigned char *buf)
{
	for (size_t i = 0; i < r->count; i++) {
		struct watched *w = r->all[i];

		if (watched_active(w) && !w->told_prober &&
		    !send_target(k, w, buf))
			return false;
		/* Canaries only come and go with a restart of the prober. */
		if (!watched_active(w) && w->prober_has && w->service != NULL &&
		    !send_removal(k, w, buf))
			return false;
	}
	return true;
}

void
children_targets(struct keeper *k)
{
	struct child *c = &k->children[CHILD_PROBER];
	unsigned char *buf;

	if (c->channel == NULL)
		return;
	buf = mem_zalloc(CHANNEL_BODY_MAX);
	if (send_registry(k, &k->canaries, buf) &&
	    send_registry(k, &k->endpoints, buf))
		children_send(c, MSG_TARGETS_DONE, NULL, 0);
	mem_free(buf);
}

static void
on_attempt(struct keeper *k, struct bytes_in *in)
{
	struct attempt a;

	if (attempt_get(in, &a))
		telling_attempt(k, &a);
}

static void
on_ready(struct child *c)
{
	c->ready = true;
	if (c->role == ROLE_PROBER || c->role == ROLE_WEB)
		return;
	telling_receivers(c->keeper, c);
	telling_dispatch(c->keeper);
}

/* What only a prober says; false when it makes no sense. */
static bool
on_probed(struct keeper *k, uint16_t type, struct bytes_in *in)
{
	struct excerpt x;

	switch (type) {
	case MSG_SAMPLES:
		intake_batch(k, in);
		return true;
	case MSG_EXCERPT:
		if (!excerpt_get(in, &x))
			return false;
		intake_excerpt(k, &x);
		return true;
	case MSG_STATS:
		if (!stats_get(in, &k->stats))
			return false;
		showcase_probed(k);
		stall_say(k->log, "prober", k->stats.longest_turn_ms);
		return true;
	default:
		return false;
	}
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct child *c = arg;
	struct keeper *k = c->keeper;
	struct bytes_in in;

	bytes_in_init(&in, f->body, f->size);
	for (size_t i = 0; i < f->fd_count; i++)
		(void)close(f->fds[i]);
	if (f->type == MSG_READY)
		on_ready(c);
	else if (f->type == MSG_ATTEMPT && c->role != ROLE_PROBER)
		on_attempt(k, &in);
	else if (f->type == MSG_ASKED && c->role == ROLE_WEB &&
	    showcase_asked(k, &in))
		return;
	else if (c->role != ROLE_PROBER || !on_probed(k, f->type, &in))
		log_event(k->log, SEVERITY_WARNING, "frame-unknown role=%s",
		    role_name(c->role));
}

static void
lose(struct child *c)
{
	if (c->channel != NULL)
		channel_free(c->channel);
	c->channel = NULL;
	c->ready = false;
	telling_lost(c->keeper, c->role);
}

static void
on_end(void *arg, const char *why)
{
	struct child *c = arg;
	struct keeper *k = c->keeper;
	wall_ms now = loop_now(k->loop);

	lose(c);
	if (k->stopping)
		return;
	if (now - c->started >= PAUSE_FORGIVEN_MS)
		c->pause = PAUSE_FIRST_MS;
	c->restarts++;
	log_event(k->log, SEVERITY_ERR,
	    "child-ended role=%s why=%s restart_in_ms=%lld restarts=%u",
	    role_name(c->role), why, (long long)c->pause, c->restarts);
	timer_arm_real(c->restart, c->pause);
	c->pause =
	    2 * c->pause < PAUSE_LONGEST_MS ? 2 * c->pause : PAUSE_LONGEST_MS;
}

static void
on_drained(void *arg)
{
	struct child *c = arg;

	if (c->role == ROLE_PROBER)
		children_targets(c->keeper);
}

static void
greet(struct child *c)
{
	struct keeper *k = c->keeper;
	const char *contact = k->config->user_agent_contact;
	unsigned char buf[1024];
	struct bytes_out out;
	struct text agent;
	struct hello h = {.now = loop_now(k->loop)};

	text_init(&agent, 512);
	text_printf(&agent, "Vigie/%s", VIGIE_VERSION);
	if (contact != NULL)
		text_printf(&agent, " (+%s)", contact);
	h.user_agent = text_take(&agent);
	h.instance =
	    mem_dup(k->store != NULL ? store_instance(k->store) : "none");
	bytes_out_init(&out, buf, sizeof(buf));
	hello_put(&out, &h);
	children_send(c, MSG_HELLO, buf, out.len);
	hello_done(&h);
}

static void
forget_targets(struct registry *r)
{
	for (size_t i = 0; i < r->count; i++)
		r->all[i]->told_prober = r->all[i]->prober_has = false;
}

static void
start(void *arg)
{
	struct child *c = arg;
	struct keeper *k = c->keeper;
	const struct channel_events ev = {.on_frame = on_frame,
	    .on_end = on_end,
	    .on_drained = on_drained,
	    .arg = c};
	struct fail f = {.why = ""};

	c->started = loop_now(k->loop);
	c->channel =
	    k->children_ops.start(k->children_ops.arg, c->role, &ev, &f);
	if (c->channel == NULL) {
		on_end(c, f.why);
		return;
	}
	greet(c);
	if (c->role == ROLE_WEB)
		showcase_greet(k);
	if (c->role == ROLE_PROBER) {
		forget_targets(&k->endpoints);
		forget_targets(&k->canaries);
		children_targets(k);
	}
}

void
children_start(struct keeper *k)
{
	static const enum role roles[CHILD_COUNT] = {[CHILD_PROBER] =
							 ROLE_PROBER,
	    [CHILD_HERALD] = ROLE_HERALD,
	    [CHILD_LOG] = ROLE_LOG,
	    [CHILD_WEB] = ROLE_WEB};

	/* The log first: the others may have something to say. */
	for (size_t i = CHILD_COUNT; i-- > 0;) {
		struct child *c = &k->children[i];

		*c = (struct child){.keeper = k,
		    .role = roles[i],
		    .pause = PAUSE_FIRST_MS};
		c->restart = timer_new(k->loop, start, c);
		if (i != CHILD_WEB)
			start(c);
	}
	children_show(k);
}

void
children_show(struct keeper *k)
{
	struct child *c = &k->children[CHILD_WEB];

	timer_disarm(c->restart);
	lose(c);
	if (showcase_open(k))
		start(c);
}

void
children_renew_doors(struct keeper *k, const char *why)
{
	static const size_t doors[] = {CHILD_PROBER, CHILD_HERALD};

	log_event(k->log, SEVERITY_NOTICE, "children-renewed why=%s", why);
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		struct child *c = &k->children[doors[i]];

		if (c->channel == NULL)
			continue; /* it starts anew by itself */
		lose(c);
		start(c);
	}
}

void
children_end(struct keeper *k)
{
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		channel_free(k->children[i].channel);
		timer_free(k->children[i].restart);
		k->children[i] = (struct child){0};
	}
}
