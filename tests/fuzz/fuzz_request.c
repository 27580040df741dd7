/* SPDX-License-Identifier: MIT */
/*
 * Requests over the control socket, one a line, to a daemon that runs: each
 * gets one answer, which is a JSON object; that of an act says if it was done.
 */
#include "fuzz.h"
#include "input.h"

#include <jansson.h>

#include "base/mem.h"
#include "config/config.h"
#include "loop_sim.h"
#include "requests.h"
#include "scratch.h"

struct daemon {
	struct scratch scratch;
	struct loop *loop;
	struct requests requests;
	unsigned reloads;
};

static struct daemon d;

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static struct channel *
no_child(void *arg, enum role role, const struct channel_events *ev,
    struct fail *f)
{
	(void)arg;
	(void)role;
	(void)ev;
	(void)fail_set(f, ERR_IO, "none here");
	return NULL;
}

static void
reload(void *arg, struct text *out)
{
	struct daemon *of = arg;

	of->reloads++;
	requests_reply(out, EXIT_CODE_CONFIG, "as it was");
}

static void
end(void)
{
	keeper_free(d.requests.keeper);
	loop_free(d.loop);
	scratch_remove(&d.scratch);
}

/* Once for all inputs: opening a database takes long. */
static void
begin(void)
{
	static const char *const urls[] = {"https://example.test/"};
	struct config_errors e;
	struct keeper_setup setup = {.children = {.start = no_child}};
	enum exit_code code;
	struct fail f;

	scratch_make(&d.scratch);
	d.loop = loop_sim_new(LOOP_SIM_START);
	setup.loop = d.loop;
	setup.config = config_from_urls(urls, 1, &e);
	must(setup.config != NULL);
	text_done(&e.lines);
	mem_free(setup.config->database);
	setup.config->database = mem_dup(scratch_path(&d.scratch, "vigie.db"));
	d.requests = (struct requests){.keeper = keeper_new(&setup, &code, &f),
	    .reload = reload,
	    .arg = &d};
	must(d.requests.keeper != NULL);
	must(atexit(end) == 0);
}

static void
ask(const char *request)
{
	struct text out;
	json_t *j, *ok;

	text_init(&out, CONTROL_BYTES);
	requests_answer(&d.requests, "somebody", request, &out);
	must(text_ok(&out));
	j = json_loads(text_str(&out), 0, NULL);
	must(json_is_object(j) && json_object_size(j) > 0);
	ok = json_object_get(j, "ok");
	must(ok == NULL ||
	    json_is_true(ok) ==
		(json_integer_value(json_object_get(j, "code")) == 0));
	json_decref(j);
	text_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (d.loop == NULL)
		begin();
	while (n > 0) {
		const uint8_t *line = memchr(bytes, '\n', n);
		size_t size = line != NULL ? (size_t)(line - bytes) : n;
		char *request;

		/* What the socket hands over: no NUL, and so many bytes. */
		size = size < CONTROL_BYTES ? size : CONTROL_BYTES;
		request = input_text(bytes, size);
		if (size > 0 && memchr(request, '\0', size) == NULL)
			ask(request);
		free(request);
		bytes += size + (line != NULL);
		n -= size + (line != NULL);
		loop_sim_run_until(d.loop, loop_now(d.loop) + 1);
	}
	return 0;
}
