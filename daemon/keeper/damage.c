/* SPDX-License-Identifier: MIT */
#include "keeper/damage.h"

#include "keeper/inside.h"
#include "store/damage.h"

enum { SAY_AGAIN_S = 3600, MARK_AGAIN_S = 60, LOOK_S = 60 };

static const char remedy[] =
    "probing and telling go on: restart the daemon to set it aside";

static void
say(const struct keeper *k)
{
	log_event(k->log, SEVERITY_CRIT, "database-damaged path=%s action=%s",
	    k->config->database, remedy);
}

static bool
is_met_again(struct keeper *k)
{
	unsigned met = store_damage(k->store), new = met - k->damage.met;
	wall_ms now = loop_now(k->loop);
	bool before = k->damage.met_at != 0 && now - k->damage.met_at < HOUR_MS;

	if (new == 0)
		return false;
	k->damage.met = met;
	k->damage.met_at = now;
	return new > 1 || before;
}

static void
condemn(struct keeper *k)
{
	struct fail f = {.why = ""};

	k->damage.marked = store_condemn(k->store, &f) == OK;
	if (!k->damage.marked)
		log_event(k->log, SEVERITY_ERR, "database-not-marked why=%s",
		    f.why);
}

/* Nothing fails while it is written on into a file that has no name. */
static void
watch_place(struct keeper *k)
{
	bool moved = store_moved(k->store);

	if (moved && (!k->damage.moved || k->ticks % SAY_AGAIN_S == 0))
		log_event(k->log, SEVERITY_ERR,
		    "database-moved path=%s action=%s", k->config->database,
		    "what is written is lost: put the file back, or restart "
		    "the daemon, which makes another");
	k->damage.moved = moved;
}

void
damage_watch(struct keeper *k)
{
	if (k->ticks % LOOK_S == 0)
		watch_place(k);
	if (!k->damage.certain && is_met_again(k)) {
		k->damage.certain = true;
		condemn(k);
		say(k);
	} else if (k->damage.certain) {
		if (!k->damage.marked && k->ticks % MARK_AGAIN_S == 0)
			condemn(k);
		if (k->ticks % SAY_AGAIN_S == 0)
			say(k);
	}
}
