/* SPDX-License-Identifier: MIT */
/* run - the keeper as a process: children, signals, control, readiness. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utc.h"
#include "config/config.h"
#include "io/control.h"
#include "io/listen.h"
#include "io/logline.h"
#include "io/loop.h"
#include "io/notify.h"
#include "io/process.h"
#include "io/sandbox.h"
#include "io/stall.h"
#include "io/timescale.h"
#include "keeper/keeper.h"
#include "readable.h"
#include "requests.h"
#include "roles.h"

enum {
	PIDS_MAX = 64, /* more than can be ending at once */
	END_MS = 2 * SECOND_MS,
	LOOK_MS = 10 * SECOND_MS,
	QUEUE_FRAMES = 65536
};

struct run {
	struct cli *cli;
	struct loop *loop;
	struct logline *log;
	struct config *config; /* until the keeper has it */
	struct keeper *keeper;
	struct control *control;
	struct requests requests;
	struct notify *notify;
	struct stall *stall;
	struct timer *watchdog, *end;
	span_ms watchdog_every;
	int lines[2]; /* shared log: [0] is read by the log, [1] written */
	bool to_stderr;
	pid_t pids[PIDS_MAX];
	struct readable *readable;
	struct timer *look; /* at what they may read */
	char **urls;        /* watched instead of a file's services */
	size_t url_count;
	const char *scale; /* SPEC of --time-scale, or NULL */
	char scale_text[TIMESCALE_TEXT_BYTES]; /* for the children */
};

static void
remember(struct run *r, pid_t pid)
{
	for (size_t i = 0; i < PIDS_MAX; i++) {
		if (r->pids[i] == 0) {
			r->pids[i] = pid;
			return;
		}
	}
}

/* NULL last; for mem_free(). */
static const char **
child_argv(const struct run *r, enum role role)
{
	const char *const log_option[] = {r->to_stderr ? "-e" : NULL, NULL};
	const char *const *rest = readable_paths(r->readable);
	const char **argv;
	size_t count = 0, n = 0;

	if (role == ROLE_LOG)
		rest = log_option;
	else if (role == ROLE_WEB)
		rest = readable_kept(r->readable);
	while (rest[count] != NULL)
		count++;
	argv = mem_array(count + 6, sizeof(*argv));
	argv[n++] = "vigie";
	argv[n++] = "--role";
	argv[n++] = role_name(role);
	if (r->scale != NULL) {
		argv[n++] = "--time-scale";
		argv[n++] = r->scale_text;
	}
	memcpy(argv + n, rest, count * sizeof(*argv));
	return argv;
}

static struct channel *
start_child(void *arg, enum role role, const struct channel_events *ev,
    struct fail *f)
{
	struct run *r = arg;
	const char **argv;
	struct process_fd fds[2];
	int pair[2];
	pid_t pid;
	enum status s;

	if (channel_pair(pair, f) != OK)
		return NULL;
	argv = child_argv(r, role);
	fds[0] = (struct process_fd){pair[1], ROLE_CHANNEL_FD};
	fds[1] = (struct process_fd){r->lines[role == ROLE_LOG ? 0 : 1],
	    ROLE_LOG_FD};
	s = process_spawn(argv, fds, 2, &pid, f);
	mem_free(argv);
	(void)close(pair[1]);
	if (s != OK) {
		(void)close(pair[0]);
		return NULL;
	}
	remember(r, pid);
	return channel_new(r->loop, pair[0], QUEUE_FRAMES, ev);
}

/* Reap who has gone; how many are left. */
static size_t
reap(struct run *r)
{
	size_t left = 0;

	for (size_t i = 0; i < PIDS_MAX; i++) {
		struct process_end e;

		if (r->pids[i] == 0)
			continue;
		if (!process_reap(r->pids[i], &e)) {
			left++;
			continue;
		}
		if (e.code != 0)
			log_event(r->log, SEVERITY_WARNING,
			    "child-exit pid=%d code=%d signal=%d",
			    (int)r->pids[i], e.code, e.signo);
		r->pids[i] = 0;
	}
	return left;
}

static void
on_child(void *arg, int signo)
{
	struct run *r = arg;

	(void)signo;
	if (reap(r) == 0 && r->keeper == NULL)
		loop_stop(r->loop);
}

static void
on_stop(void *arg, int signo)
{
	struct run *r = arg;

	log_event(r->log, SEVERITY_NOTICE, "stop signal=%d", signo);
	(void)notify_stopping(r->notify);
	loop_stop(r->loop);
}

/* The configuration as it stands now; errors are in *e, else freed. */
static struct config *
load(struct run *r, struct config_errors *e)
{
	if (r->url_count > 0)
		return config_from_urls((const char *const *)r->urls,
		    r->url_count, e);
	return config_load(cli_config_path(r->cli), e);
}

/* Others must take over from those whose rules no longer fit. */
static void
renew_doors(struct run *r, const char *why)
{
	if (sandbox_supported())
		keeper_renew_doors(r->keeper, why);
}

static void
on_look(void *arg)
{
	struct run *r = arg;

	timer_arm_real(r->look, LOOK_MS);
	if (readable_moved(r->readable))
		renew_doors(r, "files-replaced");
}

/* A line of the log each. */
static void
log_warnings(const struct run *r, const struct config *c)
{
	const char *at = c->warnings != NULL ? c->warnings : "";
	char line[1024];

	while (*at != '\0') {
		size_t n = strcspn(at, "\n");

		(void)snprintf(line, sizeof(line), "%.*s", (int)n, at);
		log_event(r->log, SEVERITY_ERR, "configuration-warning why=%s",
		    line);
		at += n + (at[n] == '\n');
	}
}

/* For whoever asked: out becomes the answer. */
static void
reload(void *arg, struct text *out)
{
	struct run *r = arg;
	struct config_errors e;
	struct fail f = {.why = ""};
	struct config *c;
	char message[2048];

	(void)notify_reloading(r->notify, loop_monotonic(r->loop));
	c = load(r, &e);
	if (c == NULL) {
		log_event(r->log, SEVERITY_ERR,
		    "reload-refused errors=%zu first=%s", e.count,
		    text_str(&e.lines));
		requests_reply(out, EXIT_CODE_CONFIG, text_str(&e.lines));
	} else if (keeper_reload(r->keeper, c, &f) != OK) {
		log_event(r->log, SEVERITY_ERR, "reload-refused why=%s", f.why);
		requests_reply(out, EXIT_CODE_CONFIG, f.why);
		config_free(c);
	} else {
		(void)snprintf(message, sizeof(message),
		    "reloaded: %zu endpoints, %zu receivers%s%s",
		    c->endpoint_count, c->receiver_count,
		    c->warnings != NULL ? "\n" : "",
		    c->warnings != NULL ? c->warnings : "");
		log_event(r->log, SEVERITY_NOTICE,
		    "reload endpoints=%zu receivers=%zu", c->endpoint_count,
		    c->receiver_count);
		log_warnings(r, c);
		if (readable_set(r->readable, c))
			renew_doors(r, "configuration");
		requests_reply(out, EXIT_CODE_GOOD, message);
	}
	text_done(&e.lines);
	(void)notify_ready(r->notify);
}

static void
on_hangup(void *arg, int signo)
{
	struct text ignored;

	(void)signo;
	text_init(&ignored, CONTROL_BYTES);
	reload(arg, &ignored);
	text_done(&ignored);
}

/* For `systemctl status`: what is watched, and how that goes. */
static void
tell_status(struct run *r)
{
	struct text line;

	text_init(&line, 400);
	keeper_summary(r->keeper, &line);
	(void)notify_status(r->notify, text_str(&line));
	text_done(&line);
}

static void
on_watchdog(void *arg)
{
	struct run *r = arg;

	tell_status(r);
	timer_arm_real(r->watchdog, r->watchdog_every / 2);
	if (keeper_healthy(r->keeper))
		(void)notify_watchdog(r->notify);
}

static void
on_end(void *arg)
{
	struct run *r = arg;

	for (size_t i = 0; i < PIDS_MAX; i++) {
		if (r->pids[i] != 0)
			process_kill(r->pids[i], SIGKILL);
	}
	loop_stop(r->loop);
}

static void
announce(const struct run *r)
{
	const struct config *c = r->config;
	bool from_file = r->url_count == 0;
	char from[UTC_TEXT_BYTES];

	if (r->scale != NULL)
		log_event(r->log, SEVERITY_WARNING,
		    "time-scaled from=%s boot_us=%lld for=demonstration",
		    utc_format(loop_now(r->loop), from),
		    (long long)loop_scaled(r->loop)->begin_us);
	log_warnings(r, c);
	if (!r->to_stderr)
		return;
	(void)fprintf(stderr, "vigie %s watches %zu endpoints:\n",
	    VIGIE_VERSION, c->endpoint_count);
	for (size_t i = 0, shown = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t j = 0; j < s->endpoint_count && shown < 20;
		     j++, shown++)
			(void)fprintf(stderr, "  %-30s %s\n",
			    s->endpoints[j].target.id,
			    s->endpoints[j].target.url);
	}
	(void)fprintf(stderr, "database: %s\nlook:     vigie status%s%s\n",
	    c->database, from_file ? " -c " : " --database ",
	    from_file ? cli_config_path(r->cli) : c->database);
}

static enum exit_code
start(struct run *r)
{
	struct fail f = {.why = ""};
	enum exit_code code = EXIT_CODE_IO;
	struct keeper_setup setup = {.loop = r->loop,
	    .log = r->log,
	    .config = r->config,
	    .children = {.start = start_child, .arg = r},
	    .ask = requests_answer,
	    .ask_arg = &r->requests,
	    .boot = loop_micros(r->loop) / 1000,
	    .gateway = true};

	r->requests = (struct requests){.reload = reload, .arg = r};
	if (control_open(r->loop, r->config->control, requests_answer,
		&r->requests, &r->control, &f) != OK) {
		code = f.code == ERR_EXISTS ? EXIT_CODE_UNAVAILABLE
					    : EXIT_CODE_PERMISSION;
	} else {
		r->keeper = keeper_new(&setup, &code, &f);
	}
	if (r->keeper == NULL)
		return (enum exit_code)cli_error(r->cli, code, "%s", f.why);
	r->requests.keeper = r->keeper;
	r->config = NULL;
	tell_status(r);
	(void)notify_ready(r->notify);
	log_event(r->log, SEVERITY_NOTICE, "start version=%s", VIGIE_VERSION);
	timer_arm_real(r->look, LOOK_MS);
	if (r->watchdog_every > 0)
		timer_arm(r->watchdog, 0);
	return EXIT_CODE_GOOD;
}

static bool
listen_to_signals(struct run *r, struct fail *f)
{
	return loop_on_signal(r->loop, SIGTERM, on_stop, r, f) == OK &&
	    loop_on_signal(r->loop, SIGINT, on_stop, r, f) == OK &&
	    loop_on_signal(r->loop, SIGHUP, on_hangup, r, f) == OK &&
	    loop_on_signal(r->loop, SIGCHLD, on_child, r, f) == OK;
}

/* The same map for all processes of ours. */
static bool
scale_time(struct run *r, struct fail *f)
{
	struct timescale t;

	if (r->scale == NULL)
		return true;
	if (timescale_parse(r->scale, loop_wall(r->loop), loop_micros(r->loop),
		&t, f) != OK)
		return false;
	timescale_format(&t, r->scale_text);
	loop_scale(r->loop, &t);
	return true;
}

static bool
open_doors(struct run *r, struct fail *f)
{
	listen_adopt();
	r->loop = loop_new(f);
	if (r->loop == NULL || !scale_time(r, f) ||
	    channel_pair(r->lines, f) != OK)
		return false;
	r->log = logline_new(r->loop, ROLE_KEEPER, r->lines[1]);
	r->notify = notify_new(getenv("NOTIFY_SOCKET"), f);
	r->watchdog_every = notify_watchdog_every(getenv("WATCHDOG_USEC"),
	    getenv("WATCHDOG_PID"));
	r->watchdog = timer_new(r->loop, on_watchdog, r);
	r->end = timer_new(r->loop, on_end, r);
	r->look = timer_new(r->loop, on_look, r);
	r->stall = stall_new(r->loop, r->log);
	return r->notify != NULL && listen_to_signals(r, f);
}

/* Children end by the end of their channel; who does not is ended. */
static void
stop(struct run *r)
{
	stall_free(r->stall);
	/* Nobody may ask a keeper that has gone. */
	control_close(r->control);
	keeper_free(r->keeper);
	r->keeper = NULL;
	if (r->loop != NULL && reap(r) > 0) {
		timer_arm_real(r->end, END_MS);
		loop_run(r->loop);
		(void)reap(r);
	}
	timer_free(r->watchdog);
	timer_free(r->end);
	timer_free(r->look);
	readable_free(r->readable);
	notify_free(r->notify);
	logline_free(r->log);
	if (r->lines[0] >= 0) {
		(void)close(r->lines[0]);
		(void)close(r->lines[1]);
	}
	loop_free(r->loop);
	config_free(r->config);
}

int
cli_run(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"stderr", no_argument, NULL, 'e'},
	    {"time-scale", required_argument, NULL, 's'}, {0}};
	struct run r = {.cli = c, .lines = {-1, -1}};
	struct config_errors e;
	struct timescale scale;
	struct fail f = {.why = ""};
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == 's')
			r.scale = c->value;
		else
			r.to_stderr = true;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (r.scale != NULL && timescale_parse(r.scale, 0, 0, &scale, &f) != OK)
		return cli_usage(c, "%s", f.why);
	r.urls = argv + c->operand;
	r.url_count = (size_t)(argc - c->operand);
	r.to_stderr = r.to_stderr || getenv("NOTIFY_SOCKET") == NULL;

	process_forget_proxies();
	r.config = load(&r, &e);
	if (r.config == NULL) {
		(void)fputs(text_str(&e.lines), c->err);
		text_done(&e.lines);
		return EXIT_CODE_CONFIG;
	}
	text_done(&e.lines);
	r.readable = readable_new(r.config);
	if (!open_doors(&r, &f)) {
		code = cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	} else {
		announce(&r);
		code = (int)start(&r);
	}
	if (code == EXIT_CODE_GOOD)
		loop_run(r.loop);
	stop(&r);
	return code;
}
