/* SPDX-License-Identifier: MIT */
#include "keeper/keeper.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "keeper/inside.h"
#include "keeper/pausing.h"
#include "keeper/reports.h"
#include "store/damage.h"
#include "wire/event_json.h"

enum { UNHEALTHY_MS = 20 * SECOND_MS, RETAIN_EVERY_S = 5 };

static void
on_commit(void *arg)
{
	journal_commit(arg);
}

static void
on_dispatch(void *arg)
{
	telling_dispatch(arg);
}

static void
reopen(struct keeper *k)
{
	enum exit_code code;
	struct fail f = {.why = ""};
	wall_ms known;

	if (k->ticks % RETRY_OPEN_S != 0 || k->foreign_past)
		return;
	if (!journal_open_store(k, &code, &f) || k->store == NULL)
		return;
	if (store_known_until(k->store, &known, &f) != OK) {
		store_close(k->store);
		k->store = NULL;
		return;
	}
	if (!k->restored && known > 0) {
		/* Numbers given here would be given twice there. */
		k->foreign_past = true;
		log_event(k->log, SEVERITY_CRIT,
		    "database-appeared path=%s action=%s", k->config->database,
		    "it has a past unknown here: restart the daemon");
		store_close(k->store);
		k->store = NULL;
		return;
	}
	k->restored = true;
	journal_commit(k);
}

static void
maintain(struct keeper *k)
{
	struct store_retention keep = store_retention_default();
	struct fail f = {.why = ""};
	bool more;

	keep.samples = k->config->keep_samples;
	if (store_tick(k->store, loop_now(k->loop), &f) != OK ||
	    (k->ticks % RETAIN_EVERY_S == 0 && !k->damage.certain &&
		store_retain(k->store, loop_now(k->loop), &keep, &more, &f) !=
		    OK))
		log_event(k->log, SEVERITY_WARNING, "database-upkeep why=%s",
		    f.why);
}

static void
on_expired(void *arg, const char *receiver)
{
	struct keeper *k = arg;

	for (size_t i = 0; i < k->config->receiver_count; i++) {
		const struct receiver *r = &k->config->receivers[i];

		if (strcmp(r->id, receiver) == 0 && receiver_takes_notices(r))
			complaint_failing(k, i);
	}
}

static void
expire(struct keeper *k)
{
	struct fail f = {.why = ""};
	size_t n;

	if (store_begin(k->store, loop_now(k->loop), &f) != OK)
		return;
	n = store_expire_outbox(k->store, loop_now(k->loop), on_expired, k);
	if (store_commit(k->store, &f) == OK && n > 0)
		log_event(k->log, SEVERITY_ERR, "notices-expired count=%zu", n);
	if (complaint_tell(k))
		journal_commit(k);
}

static void
on_well(void *arg)
{
	well_say(arg);
}

static void
on_tick(void *arg)
{
	struct keeper *k = arg;

	timer_arm(k->tick, TICK_MS);
	k->ticks++;
	clock_tick(k);
	intake_watch_silence(k);
	pausing_tick(k);
	planned_tick(k);
	showcase_tick(k);
	if (k->ticks % RETRY_SECRETS_S == 0) {
		telling_serve(k);
		showcase_retry(k);
	}
	if (k->store == NULL) {
		reopen(k);
	} else if (!k->degraded) {
		maintain(k);
		reports_tick(k);
		if (k->ticks % 60 == 0)
			expire(k);
	}
	if (k->store != NULL)
		damage_watch(k);
}

static struct keeper *
keeper_empty(const struct keeper_setup *s)
{
	struct keeper *k = mem_zalloc(sizeof(*k));

	k->loop = s->loop;
	k->log = s->log;
	k->config = s->config;
	k->children_ops = s->children;
	k->gateway = s->gateway;
	k->boot = s->boot;
	showcase_init(&k->showcase);
	k->showcase.ask = s->ask;
	k->showcase.ask_arg = s->ask_arg;
	k->commit = timer_new(s->loop, on_commit, k);
	k->dispatch = timer_new(s->loop, on_dispatch, k);
	k->tick = timer_new(s->loop, on_tick, k);
	k->well = timer_new(s->loop, on_well, k);
	complaint_begin(k);
	return k;
}

/* The past, even where it cannot be continued in writing yet. */
static bool
read_past(struct keeper *k, enum exit_code *code, struct fail *f)
{
	bool kept;

	if (!journal_open_store(k, code, f))
		return false;
	if (k->store == NULL) {
		k->degraded = true;
		log_event(k->log, SEVERITY_CRIT,
		    "database-unwritable why=%s action=%s", f->why,
		    "probing and telling go on");
		if (!journal_open_kept(k, code, f))
			return false;
	}
	*code = EXIT_CODE_DATA;
	kept = k->store != NULL;
	clock_begin(k);
	if (restore_all(k, f) != OK || windows_load(k, f) != OK) {
		if (f->code == ERR_IO)
			*code = EXIT_CODE_IO;
		return false;
	}
	k->restored = kept;
	if (k->degraded && kept) {
		k->local_ref = store_next_ref(k->store) - 1;
		store_close(k->store);
		k->store = NULL;
	}
	return true;
}

static void
forget_past(struct keeper *k)
{
	timer_disarm(k->commit);
	journal_done(&k->journal);
	windows_free(k);
	registry_done(&k->endpoints, false);
	registry_done(&k->canaries, true);
	world_free(k->world);
	k->world = NULL;
	store_close(k->store);
	k->store = NULL;
}

/*
 * Damage may show only now, where the open did not look.  Ending on it would
 * be ending at each start: what is met twice is set aside.
 */
static bool
open_past(struct keeper *k, enum exit_code *code, struct fail *f)
{
	struct fail ignored;

	for (int met = 1; !read_past(k, code, f); met++) {
		if (k->store == NULL || store_damage(k->store) == 0 ||
		    met > 2 ||
		    (met == 2 && store_condemn(k->store, &ignored) != OK))
			return false;
		forget_past(k);
	}
	return true;
}

struct keeper *
keeper_new(const struct keeper_setup *s, enum exit_code *code, struct fail *f)
{
	struct keeper *k = keeper_empty(s);

	if (!open_past(k, code, f)) {
		k->config = NULL;
		keeper_free(k);
		return NULL;
	}
	registry_apply(k);
	children_start(k);
	timer_arm(k->tick, 0);
	well_say(k);
	journal_commit(k);
	telling_dispatch(k);
	return k;
}

void
keeper_flush(struct keeper *k)
{
	journal_commit(k);
}

static void
release(struct keeper *k)
{
	children_end(k);
	showcase_done(&k->showcase);
	timer_free(k->commit);
	timer_free(k->dispatch);
	timer_free(k->tick);
	timer_free(k->well);
	backing_free(k);
	windows_free(k);
	store_close(k->store);
	world_free(k->world);
	journal_done(&k->journal);
	unwritten_done(&k->unwritten);
	registry_done(&k->endpoints, false);
	registry_done(&k->canaries, true);
	mem_free(k->intake.queue);
	mem_free(k->sent);
	mem_free(k->gone);
	mem_free(k->complaints);
	config_free(k->config);
	mem_free(k);
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	k->stopping = true;
	if (k->world != NULL && k->config != NULL)
		intake_run(k, loop_now(k->loop));
	if (k->config != NULL)
		journal_commit(k);
	release(k);
}

void
keeper_kill(struct keeper *k)
{
	k->stopping = true;
	release(k);
}

enum status
keeper_reload(struct keeper *k, struct config *c, struct fail *f)
{
	struct config *old = k->config;

	if (strcmp(c->database, old->database) != 0)
		return fail_set(f, ERR_RANGE,
		    "database: cannot change from '%s' while running; "
		    "restart instead",
		    old->database);
	/* What is pending speaks of the old configuration. */
	journal_commit(k);
	telling_dropped(k, c);
	k->config = c;
	registry_apply(k);
	telling_reset(k, old);
	children_targets(k);
	children_show(k);
	well_say(k);
	journal_commit(k);
	config_free(old);
	telling_dispatch(k);
	return OK;
}

void
keeper_renew_doors(struct keeper *k, const char *why)
{
	children_renew_doors(k, why);
}

bool
keeper_healthy(const struct keeper *k)
{
	return k->degraded || k->journal.count == 0 ||
	    loop_now(k->loop) - k->committed < UNHEALTHY_MS;
}

void
keeper_status(const struct keeper *k, struct text *out)
{
	size_t configured = 0, paused = 0;

	for (size_t i = 0; i < k->endpoints.count; i++) {
		configured += k->endpoints.all[i]->configured;
		paused += k->endpoints.all[i]->pausing != NULL;
	}
	text_printf(out,
	    "{\"version\":\"%s\",\"instance\":\"%s\",\"endpoints\":%zu,"
	    "\"paused\":%zu,\"degraded\":%s,\"damaged\":%s,\"blind\":%s,"
	    "\"prober\":%s,\"herald\":%s,"
	    "\"log\":%s,\"skipped\":%" PRIu64 ",\"dropped\":%" PRIu64
	    ",\"late_p99_us\":%u,\"longest_turn_ms\":%u}",
	    VIGIE_VERSION, k->store != NULL ? store_instance(k->store) : "none",
	    configured, paused, k->degraded ? "true" : "false",
	    k->damage.certain ? "true" : "false",
	    world_blind(k->world) ? "true" : "false",
	    k->children[CHILD_PROBER].ready ? "true" : "false",
	    k->children[CHILD_HERALD].ready ? "true" : "false",
	    k->children[CHILD_LOG].ready ? "true" : "false", k->stats.skipped,
	    k->stats.dropped, k->stats.late_p99_us, k->stats.longest_turn_ms);
}

void
keeper_summary(const struct keeper *k, struct text *out)
{
	static const enum state all[] = {STATE_DOWN, STATE_MAINTENANCE,
	    STATE_DEGRADED, STATE_UNKNOWN, STATE_UP};
	size_t in[STATE_COUNT] = {0}, configured = 0, paused = 0;
	bool first = true;

	for (uint32_t i = 0; i < k->endpoints.count; i++) {
		const struct watched *w = k->endpoints.all[i];

		if (!w->configured)
			continue;
		configured++;
		if (w->pausing != NULL)
			paused++;
		else
			in[world_state(k->world, i)]++;
	}
	text_printf(out, "%zu endpoints", configured);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (in[all[i]] == 0)
			continue;
		text_printf(out, "%s %zu %s", first ? ":" : ",", in[all[i]],
		    state_name(all[i]));
		first = false;
	}
	if (paused > 0)
		text_printf(out, "%s %zu paused", first ? ":" : ",", paused);
	if (k->damage.certain)
		text_add(out,
		    "; the database is damaged: restart to set it "
		    "aside");
	else if (k->degraded)
		text_add(out, "; the database cannot be written");
}
