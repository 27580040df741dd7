/* SPDX-License-Identifier: MIT */
/* role - what a child process does with itself before its loop runs. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "herald/herald.h"
#include "io/channel.h"
#include "io/logline.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/sandbox.h"
#include "io/stall.h"
#include "io/timescale.h"
#include "log/logd.h"
#include "prober/prober.h"
#include "roles.h"
#include "web/web.h"

enum { QUEUE_FRAMES = 4096 };

/* Everything a child needs is here before it shuts itself in. */
static int
failed(const char *what, const struct fail *f)
{
	(void)fprintf(stderr, "vigie: %s: %s\n", what, f->why);
	return EXIT_CODE_INTERNAL;
}

static int
play_prober(struct loop *l, uint64_t descriptors)
{
	struct prober *p = prober_new(l, descriptors);
	struct channel_events ev = prober_events(p);
	struct channel *c = channel_new(l, ROLE_CHANNEL_FD, PROBER_QUEUE, &ev);

	prober_attach(p, c);
	loop_run(l);
	prober_free(p);
	channel_free(c);
	return EXIT_CODE_GOOD;
}

static int
play_herald(struct loop *l)
{
	struct logline *log = logline_new(l, ROLE_HERALD, ROLE_LOG_FD);
	struct fail f = {.why = ""};
	struct herald *h = herald_new(l, log, &f);
	struct channel_events ev;
	struct channel *c;
	struct stall *stall;

	if (h == NULL)
		return failed("herald", &f);
	stall = stall_new(l, log);
	ev = herald_events(h);
	c = channel_new(l, ROLE_CHANNEL_FD, QUEUE_FRAMES, &ev);
	herald_attach(h, c);
	loop_run(l);
	stall_free(stall);
	herald_free(h);
	channel_free(c);
	logline_free(log);
	return EXIT_CODE_GOOD;
}

static int
play_web(struct loop *l)
{
	struct logline *log = logline_new(l, ROLE_WEB, ROLE_LOG_FD);
	struct stall *stall = stall_new(l, log);
	struct web *w = web_new(l, log);
	struct channel_events ev = web_events(w);
	struct channel *c = channel_new(l, ROLE_CHANNEL_FD, QUEUE_FRAMES, &ev);

	web_attach(w, c);
	loop_run(l);
	stall_free(stall);
	web_free(w);
	channel_free(c);
	logline_free(log);
	return EXIT_CODE_GOOD;
}

static int
play_log(struct loop *l, bool to_stderr)
{
	struct logd_setup setup = {.lines_fd = ROLE_LOG_FD,
	    .facility = 3,
	    .to_stderr = to_stderr};
	struct fail f = {.why = ""};
	struct logd *d = logd_new(l, &setup, &f);
	struct channel_events ev;
	struct channel *c;

	if (d == NULL)
		return failed("log", &f);
	ev = logd_events(d);
	c = channel_new(l, ROLE_CHANNEL_FD, QUEUE_FRAMES, &ev);
	logd_attach(d, c);
	loop_run(l);
	logd_free(d);
	channel_free(c);
	return EXIT_CODE_GOOD;
}

/* The axis of the keeper, where its time is scaled. */
static struct loop *
open_loop(const char *scale, struct fail *f)
{
	struct timescale t;
	struct loop *l;

	if (scale != NULL && timescale_take(scale, &t, f) != OK)
		return NULL;
	l = loop_new(f);
	if (l != NULL && scale != NULL)
		loop_scale(l, &t);
	return l;
}

int
role_main(int argc, char **argv)
{
	struct fail f = {.why = ""};
	const char *scale = NULL;
	struct loop *l;
	enum role role;
	uint64_t descriptors = process_raise_descriptors();
	int code = EXIT_CODE_USAGE;

	if (argc < 1 || !role_parse(argv[0], &role))
		return EXIT_CODE_USAGE;
	if (argc > 2 && strcmp(argv[1], "--time-scale") == 0) {
		scale = argv[2];
		argc -= 2;
		argv += 2;
	}
	process_forget_proxies();
	if (process_harden(0, &f) != OK)
		return failed(role_name(role), &f);
	/* Where the kernel has no Landlock the process runs without it. */
	if (role != ROLE_LOG &&
	    !sandbox_apply((const char *const *)argv + 1, &f))
		f.why[0] = '\0';
	l = open_loop(scale, &f);
	if (l == NULL)
		return failed(role_name(role), &f);
	if (role == ROLE_PROBER)
		code = play_prober(l, descriptors);
	else if (role == ROLE_HERALD)
		code = play_herald(l);
	else if (role == ROLE_WEB)
		code = play_web(l);
	else if (role == ROLE_LOG)
		code = play_log(l, argc > 1 && strcmp(argv[1], "-e") == 0);
	loop_free(l);
	return code;
}
