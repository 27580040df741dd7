/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/story.h"
#include "config/config.h"
#include "io/crypto.h"
#include "io/fetch.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "io/webhook.h"
#include "wire/notice_json.h"

enum { OPT_STORY = 1, RUN_BYTES = 6, AGENT_BYTES = 400 };

/* One run of the command. */
struct trial {
	struct cli *cli;
	const struct config *config;
	const struct receiver *to;
	struct story story;
	struct webhook_keys keys;
	char run[2 * RUN_BYTES + 1]; /* tells this run's ids from others */

	struct webhook_doors doors;
	struct timer *starter;
	struct webhook *webhook; /* under way */
	size_t next, delivered;
};

static const char *
result_word(enum attempt_result r)
{
	switch (r) {
	case ATTEMPT_DELIVERED:
		return "delivered";
	case ATTEMPT_GONE:
		return "gone";
	case ATTEMPT_MISCONFIGURED:
		return "misconfigured";
	case ATTEMPT_RETRY:
		break;
	}
	return "retry";
}

static const char *
what_was_sent(const struct trial *t)
{
	return t->to->type == RECEIVER_HEARTBEAT
	    ? "heartbeat"
	    : event_name(t->story.events[t->next].event);
}

static void
print_json(const struct trial *t, const char *event,
    const struct webhook_result *r)
{
	json_t *o = json_object();

	(void)json_object_set_new(o, "receiver", json_string(t->to->id));
	(void)json_object_set_new(o, "event", json_string(event));
	(void)json_object_set_new(o, "result",
	    json_string(result_word(r->result)));
	if (r->code != 0)
		(void)json_object_set_new(o, "code", json_integer(r->code));
	if (r->retry_after_s >= 0)
		(void)json_object_set_new(o, "retry_after_s",
		    json_integer(r->retry_after_s));
	(void)json_object_set_new(o, "took_ms", json_integer(r->took_ms));
	(void)json_object_set_new(o, "detail",
	    json_stringn_nocheck(r->detail, strlen(r->detail)));
	(void)json_dumpf(o, t->cli->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	(void)fputc('\n', t->cli->out);
	json_decref(o);
}

static void
print_result(const struct trial *t, const struct webhook_result *r)
{
	const char *event = what_was_sent(t);
	enum cli_style style =
	    r->result == ATTEMPT_DELIVERED ? CLI_GREEN : CLI_RED;
	struct text detail;

	if (t->cli->json) {
		print_json(t, event, r);
		return;
	}
	text_init(&detail, 1000);
	escape_log(&detail, r->detail, strlen(r->detail));
	(void)fprintf(t->cli->out, "%-22s %s%s%s  %s  %" PRIu32 " ms\n", event,
	    cli_style(t->cli, style), result_word(r->result),
	    cli_style(t->cli, CLI_PLAIN), text_str(&detail), r->took_ms);
	text_done(&detail);
}

static void
on_result(void *arg, const struct webhook_result *r)
{
	struct trial *t = arg;

	t->webhook = NULL;
	print_result(t, r);
	if (r->result == ATTEMPT_DELIVERED)
		t->delivered++;
	if (++t->next < t->story.count)
		timer_arm(t->starter, 0);
	else
		loop_stop(t->doors.loop);
}

static void
send_beat(struct trial *t)
{
	struct webhook_job job = {.to = t->to};

	t->webhook = webhook_start(&t->doors, &job, on_result, t);
}

static void
send_notice(struct trial *t)
{
	struct notice_about about = {.event = &t->story.events[t->next],
	    .names = &t->story.names,
	    .service = t->story.service.id != NULL ? &t->story.service : NULL,
	    .seq = t->next + 1,
	    .public_url = t->config->public_url};
	char *body = notice_json(&about);
	struct webhook_job job = {.to = t->to, .keys = &t->keys, .body = body};
	struct text id;

	text_init(&id, 200);
	text_printf(&id, "vg_test%s_%zu_%s", t->run, t->next + 1, t->to->id);
	job.id = text_str(&id);
	t->webhook = webhook_start(&t->doors, &job, on_result, t);
	text_done(&id);
	mem_free(body);
}

static void
on_start(void *arg)
{
	struct trial *t = arg;

	if (t->to->type == RECEIVER_HEARTBEAT)
		send_beat(t);
	else
		send_notice(t);
}

/* Open the doors and send the story, one event after the other. */
static enum status
send_all(struct trial *t, struct fail *f)
{
	char agent[AGENT_BYTES];
	const char *contact = t->config->user_agent_contact;
	struct fetch_limits limits = {.in_flight_max = 1,
	    .kept_max = 64,
	    .user_agent = agent};
	enum status st = ERR_IO;

	(void)snprintf(agent, sizeof agent,
	    contact != NULL ? "Vigie/%s (+%.300s)" : "Vigie/%s", VIGIE_VERSION,
	    contact);
	t->doors.loop = loop_new(f);
	if (t->doors.loop == NULL)
		return f->code;
	t->doors.resolver = resolver_new(t->doors.loop, f);
	if (t->doors.resolver == NULL)
		goto done;
	t->doors.fetcher = fetcher_new(t->doors.loop, &limits, f);
	if (t->doors.fetcher == NULL)
		goto done;
	t->starter = timer_new(t->doors.loop, on_start, t);
	timer_arm(t->starter, 0);
	if (t->story.events[0].at == 0)
		t->story.events[0].at = loop_wall(t->doors.loop);
	loop_run(t->doors.loop);
	timer_free(t->starter);
	if (t->webhook != NULL)
		webhook_cancel(t->webhook);
	st = OK;
done:
	fetcher_free(t->doors.fetcher);
	resolver_free(t->doors.resolver);
	loop_free(t->doors.loop);
	return st;
}

static const struct receiver *
find_receiver(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (strcmp(c->receivers[i].id, id) == 0)
			return &c->receivers[i];
	}
	return NULL;
}

static enum status
read_secrets(struct trial *t, struct fail *f)
{
	const char *path = t->to->secret_file;
	struct fail why;
	enum status st;
	int fd;

	if (path == NULL)
		return OK;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_set(f, ERR_IO, "%s: %s", path,
		    strerrordesc_np(errno));
	st = webhook_keys_read(&t->keys, fd, &why);
	(void)close(fd);
	if (st != OK)
		return fail_set(f, ERR_SYNTAX, "%s: %s", path, why.why);
	return OK;
}

static int
run_trial(struct trial *t, const char *story)
{
	unsigned char random[RUN_BYTES];
	struct fail f;
	enum status st;

	if (story == NULL) {
		t->story.count = 1;
		t->story.events[0] = (struct output){.kind = OUTPUT_EVENT,
		    .event = EVENT_TEST,
		    .endpoint = ENDPOINT_NONE};
	} else if (!story_tell(story, &t->story)) {
		return cli_usage(t->cli, "no story of that name: %s", story);
	}
	if (t->to->type == RECEIVER_SYSLOG)
		return cli_error(t->cli, EXIT_CODE_USAGE,
		    "%s is not a webhook; the system log is written by the "
		    "daemon",
		    t->to->id);
	if (t->to->type == RECEIVER_HEARTBEAT && story != NULL)
		return cli_error(t->cli, EXIT_CODE_USAGE,
		    "%s is a heartbeat, which takes no notices: leave out "
		    "--story",
		    t->to->id);
	st = read_secrets(t, &f);
	if (st != OK)
		return cli_fail(t->cli, &f);
	crypto_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		(void)snprintf(t->run + 2 * i, 3, "%02x", random[i]);
	st = send_all(t, &f);
	if (st != OK)
		return cli_fail(t->cli, &f);
	return t->delivered == t->story.count ? EXIT_CODE_GOOD : EXIT_CODE_IO;
}

int
cli_test_receiver(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"story", required_argument, NULL,
						OPT_STORY},
	    {0}};
	struct trial *t;
	struct config *config = NULL;
	const char *story = NULL;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_STORY)
			story = c->value;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "name one receiver");
	code = cli_config(c, &config);
	if (code != EXIT_CODE_GOOD)
		return code;

	t = mem_zalloc(sizeof *t);
	t->cli = c;
	t->config = config;
	t->to = find_receiver(config, argv[c->operand]);
	if (t->to == NULL)
		code = cli_error(c, EXIT_CODE_USAGE, "no such receiver: %s",
		    argv[c->operand]);
	else
		code = run_trial(t, story);
	webhook_keys_done(&t->keys);
	mem_free(t);
	config_free(config);
	return code;
}
