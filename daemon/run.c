/* SPDX-License-Identifier: MIT */
/* run - the keeper as a process: children, signals, control, readiness. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "io/control.h"
#include "io/logline.h"
#include "io/loop.h"
#include "io/notify.h"
#include "io/process.h"
#include "keeper/keeper.h"
#include "roles.h"

enum {
	PIDS_MAX = 64, /* more than can be ending at once */
	END_MS = 2 * SECOND_MS,
	QUEUE_FRAMES = 65536,
	READABLE_MAX = 64
};

struct run {
	struct cli *cli;
	struct loop *loop;
	struct logline *log;
	struct config *config; /* until the keeper has it */
	struct keeper *keeper;
	struct control *control;
	struct notify *notify;
	struct timer *watchdog, *end;
	span_ms watchdog_every;
	int lines[2]; /* shared log: [0] is read by the log, [1] written */
	bool to_stderr;
	pid_t pids[PIDS_MAX];
	/* What prober and herald may read. */
	const char *readable[READABLE_MAX];
	size_t readable_count;
	char **urls; /* watched instead of a file's services */
	size_t url_count;
};

static void
add_readable(struct run *r, const char *path)
{
	if (path != NULL && r->readable_count < READABLE_MAX - 1)
		r->readable[r->readable_count++] = path;
}

static void
find_readable(struct run *r)
{
	static const char *const always[] = {"/etc/ssl", "/etc/resolv.conf",
	    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
	    "/etc/services", "/etc/localtime", "/usr/share/ca-certificates",
	    "/usr/local/share/ca-certificates", "/run/systemd/resolve",
	    "/proc/net"};
	const struct config *c = r->config;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add_readable(r, always[i]);
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t j = 0; j < s->endpoint_count; j++)
			add_readable(r, s->endpoints[j].target.ca_file);
	}
	for (size_t i = 0; i < c->receiver_count; i++)
		add_readable(r, c->receivers[i].ca_file);
}

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

static struct channel *
start_child(void *arg, enum role role, const struct channel_events *ev,
    struct fail *f)
{
	struct run *r = arg;
	const char *argv[READABLE_MAX + 4] = {"vigie", "--role",
	    role_name(role)};
	struct process_fd fds[2];
	int pair[2];
	pid_t pid;
	enum status s;

	if (role == ROLE_LOG)
		argv[3] = r->to_stderr ? "-e" : NULL;
	else
		memcpy(argv + 3, r->readable,
		    r->readable_count * sizeof(argv[0]));
	if (channel_pair(pair, f) != OK)
		return NULL;
	fds[0] = (struct process_fd){pair[1], ROLE_CHANNEL_FD};
	fds[1] = (struct process_fd){r->lines[role == ROLE_LOG ? 0 : 1],
	    ROLE_LOG_FD};
	s = process_spawn(argv, fds, 2, &pid, f);
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

static void
answer(struct text *out, enum exit_code code, const char *message)
{
	json_t *j = json_pack("{s:b, s:i, s:s}", "ok", code == EXIT_CODE_GOOD,
	    "code", (int)code, "message", message);
	char *text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	text_add(out, text != NULL ? text : "{}");
	mem_free(text);
	json_decref(j);
}

static void
reload(struct run *r, struct text *out)
{
	struct config_errors e;
	struct fail f = {.why = ""};
	struct config *c;
	char message[128];

	(void)notify_reloading(r->notify, loop_monotonic(r->loop));
	c = load(r, &e);
	if (c == NULL) {
		log_event(r->log, SEVERITY_ERR,
		    "reload-refused errors=%zu first=%s", e.count,
		    text_str(&e.lines));
		answer(out, EXIT_CODE_CONFIG, text_str(&e.lines));
	} else if (keeper_reload(r->keeper, c, &f) != OK) {
		log_event(r->log, SEVERITY_ERR, "reload-refused why=%s", f.why);
		answer(out, EXIT_CODE_CONFIG, f.why);
		config_free(c);
	} else {
		(void)snprintf(message, sizeof(message),
		    "reloaded: %zu endpoints, %zu receivers", c->endpoint_count,
		    c->receiver_count);
		log_event(r->log, SEVERITY_NOTICE,
		    "reload endpoints=%zu receivers=%zu", c->endpoint_count,
		    c->receiver_count);
		answer(out, EXIT_CODE_GOOD, message);
	}
	text_done(&e.lines);
	(void)notify_ready(r->notify);
}

static void
resolve(struct run *r, const char *author, const json_t *request,
    struct text *out)
{
	const char *incident =
	    json_string_value(json_object_get(request, "incident"));
	const char *why = json_string_value(json_object_get(request, "why"));
	struct fail f = {.why = ""};

	if (incident == NULL || why == NULL)
		answer(out, EXIT_CODE_USAGE, "incident and why are needed");
	else if (keeper_resolve(r->keeper, incident, author, why, &f) != OK)
		answer(out, EXIT_CODE_DATA, f.why);
	else
		answer(out, EXIT_CODE_GOOD, "resolved");
}

static void
on_request(void *arg, const char *author, const char *request, struct text *out)
{
	struct run *r = arg;
	json_t *j = json_loads(request, 0, NULL);
	const char *act = json_string_value(json_object_get(j, "act"));

	if (act != NULL && strcmp(act, "reload") == 0)
		reload(r, out);
	else if (act != NULL && strcmp(act, "resolve") == 0)
		resolve(r, author, j, out);
	else if (act != NULL && strcmp(act, "status") == 0)
		keeper_status(r->keeper, out);
	else
		answer(out, EXIT_CODE_USAGE, "not a request of this version");
	json_decref(j);
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

static void
on_watchdog(void *arg)
{
	struct run *r = arg;

	timer_arm(r->watchdog, r->watchdog_every / 2);
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
	    .boot = loop_micros(r->loop) / 1000,
	    .gateway = true};

	if (control_open(r->loop, r->config->control, on_request, r,
		&r->control, &f) != OK) {
		code = f.code == ERR_EXISTS ? EXIT_CODE_UNAVAILABLE
					    : EXIT_CODE_PERMISSION;
	} else {
		r->keeper = keeper_new(&setup, &code, &f);
	}
	if (r->keeper == NULL)
		return (enum exit_code)cli_error(r->cli, code, "%s", f.why);
	r->config = NULL;
	(void)notify_ready(r->notify);
	log_event(r->log, SEVERITY_NOTICE, "start version=%s", VIGIE_VERSION);
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

static bool
open_doors(struct run *r, struct fail *f)
{
	r->loop = loop_new(f);
	if (r->loop == NULL || channel_pair(r->lines, f) != OK)
		return false;
	r->log = logline_new(r->loop, ROLE_KEEPER, r->lines[1]);
	r->notify = notify_new(getenv("NOTIFY_SOCKET"), f);
	r->watchdog_every = notify_watchdog_every(getenv("WATCHDOG_USEC"),
	    getenv("WATCHDOG_PID"));
	r->watchdog = timer_new(r->loop, on_watchdog, r);
	r->end = timer_new(r->loop, on_end, r);
	return r->notify != NULL && listen_to_signals(r, f);
}

/* Children end by the end of their channel; who does not is ended. */
static void
stop(struct run *r)
{
	keeper_free(r->keeper);
	r->keeper = NULL;
	if (r->loop != NULL && reap(r) > 0) {
		timer_arm(r->end, END_MS);
		loop_run(r->loop);
		(void)reap(r);
	}
	control_close(r->control);
	timer_free(r->watchdog);
	timer_free(r->end);
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
	    {0}};
	struct run r = {.cli = c, .lines = {-1, -1}};
	struct config_errors e;
	struct fail f = {.why = ""};
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		r.to_stderr = true;
	if (opt == CLI_STOP)
		return c->exit;
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
	find_readable(&r);
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
