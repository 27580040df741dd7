/* SPDX-License-Identifier: MIT */
#include "keeper/trial.h"

#include <inttypes.h>

#include "keeper/inside.h"
#include "keeper/route.h"

static enum status
may_be_told(const struct keeper *k, const char *receiver, struct fail *f)
{
	size_t i = route_index(k->config, receiver);

	if (i == k->config->receiver_count)
		return fail_set(f, ERR_NOTFOUND,
		    "the configuration has no receiver '%.80s'", receiver);
	if (!receiver_takes_notices(&k->config->receivers[i]))
		return fail_set(f, ERR_RANGE,
		    "%s is a heartbeat, which takes no notices", receiver);
	if (k->gone[i])
		return fail_set(f, ERR_RANGE,
		    "%s wants no more notices (410); reload to ask it again",
		    receiver);
	return OK;
}

/* In a transaction of its own. */
static enum status
owe(struct keeper *k, const struct pending *e, uint64_t *notice, struct fail *f)
{
	struct fail why = {.why = ""};
	uint64_t seq;
	enum status s = store_begin(k->store, loop_now(k->loop), &why);

	if (s == OK) {
		store_number_notice(k->store, "", notice, &seq);
		telling_event(k, e, NULL);
		s = store_commit(k->store, &why);
	}
	if (s != OK)
		return fail_set(f, ERR_IO, "nothing was recorded: %s", why.why);
	return OK;
}

enum status
keeper_test_receiver(struct keeper *k, const char *receiver, const char *author,
    uint64_t *notice, struct fail *f)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .at = loop_now(k->loop),
	    .endpoint = ENDPOINT_NONE,
	    .event = EVENT_TEST};
	const struct pending e = {.kind = ENTRY_OUTPUT,
	    .slot = ENDPOINT_NONE,
	    .u.output = {.output = &o,
		.receiver = (char *)(uintptr_t)receiver}};
	enum status s = may_be_told(k, receiver, f);

	if (s == OK)
		s = acts_writable(k, f);
	if (s == OK)
		s = owe(k, &e, notice, f);
	if (s != OK)
		return s;
	log_event(k->log, SEVERITY_NOTICE,
	    "receiver-tested receiver=%s notice=%" PRIu64 " author=%s",
	    receiver, *notice, author);
	telling_dispatch(k);
	return OK;
}
