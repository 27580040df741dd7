/* SPDX-License-Identifier: MIT */
#include "cli/notices.h"

#include <inttypes.h>
#include <jansson.h>

#include "cli/reading.h"
#include "view/delivery.h"
#include "view/put.h"
#include "view/when.h"
#include "wire/event_json.h"

enum { OPT_DATABASE = 'D', OPT_OWED = 'o', OPT_FAILED = 'f' };
enum { LIMIT_DEFAULT = 100 };

struct listing {
	struct cli *cli;
	bool failed_only;
	json_t *list; /* with --json */
	size_t count, limit;
};

void
notices_line(struct cli *c, const struct query_delivery *d)
{
	char when[WHEN_BYTES];

	(void)fprintf(c->out, "  %s  %-21s %-8s ",
	    when_text(d->notice.at, when), event_name(d->notice.event),
	    outbox_state_name(d->state));
	reading_print(c, d->receiver);
	(void)fprintf(c->out, ", %u attempt%s", d->attempts,
	    d->attempts == 1 ? "" : "s");
	if (d->code != 0)
		(void)fprintf(c->out, ", last %d", d->code);
	if (d->done == 0 && d->attempts > 0)
		(void)fprintf(c->out, ", again %s",
		    when_text(d->next_try, when));
	if (d->detail != NULL && d->detail[0] != '\0') {
		(void)fputs(": ", c->out);
		reading_print(c, d->detail);
	}
	(void)fputc('\n', c->out);
}

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct listing *l = arg;

	if (l->failed_only && d->state != OUTBOX_FAILED &&
	    d->state != OUTBOX_GONE)
		return true;
	if (l->cli->json)
		(void)json_array_append_new(l->list, delivery_json(d));
	else
		notices_line(l->cli, d);
	return ++l->count < l->limit;
}

static int
tell(struct cli *c, struct query *q, const struct query_notices *w,
    bool failed_only)
{
	struct listing l = {.cli = c,
	    .failed_only = failed_only,
	    .list = json_array(),
	    .limit = LIMIT_DEFAULT};
	struct store_tally t;
	struct fail f = {.why = ""};
	enum status s = query_notices(q, w, on_delivery, &l, &f);

	if (s == OK)
		s = query_tally(q, w->receiver, &t, &f);
	if (s == OK && c->json) {
		json_t *whole = json_object();

		put_count(whole, "sent", t.sent);
		put_count(whole, "owed", t.owed);
		put_count(whole, "failed", t.failed);
		(void)json_object_set(whole, "notices", l.list);
		cli_json(c, whole);
	} else if (s == OK) {
		(void)fprintf(c->out,
		    "%" PRId64 " sent, %" PRId64 " owed, %" PRId64
		    " failed%s\n",
		    t.sent, t.owed, t.failed,
		    l.count == l.limit ? "; the newest 100 are shown" : "");
	}
	json_decref(l.list);
	return s == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
}

int
cli_notices(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {"owed", no_argument, NULL, OPT_OWED},
	    {"failed", no_argument, NULL, OPT_FAILED}, {0}};
	struct query_notices w = {0};
	const char *database = NULL;
	bool failed_only = false;
	struct query *q;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_DATABASE)
			database = c->value;
		else if (opt == OPT_OWED)
			w.owed_only = true;
		else
			failed_only = true;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (w.owed_only && failed_only)
		return cli_usage(c, "--owed or --failed, not both");
	if (argc - c->operand > 1)
		return cli_usage(c, "one receiver at most");
	if (c->operand < argc)
		w.receiver = argv[c->operand];
	code = reading_open(c, database, &q);
	if (code != EXIT_CODE_GOOD)
		return code;
	code = tell(c, q, &w, failed_only);
	query_close(q);
	return code;
}
