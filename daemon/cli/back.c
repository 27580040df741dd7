/* SPDX-License-Identifier: MIT */
#include <jansson.h>

#include "base/duration.h"
#include "cli/backing.h"
#include "cli/explaining.h"
#include "view/paused.h"
#include "view/prospect.h"
#include "view/put.h"
#include "wire/degraded.h"
#include "wire/event_json.h"

enum { OPT_DATABASE = 'D', OPT_WAIT = 'w', OPT_TIMEOUT = 't' };
enum { WORDS_BYTES = 4096 };

enum bucket
backing_answer(const struct dossier *d)
{
	const struct output *o = &d->x.now;

	if (!d->watched || o->to == STATE_UNKNOWN)
		return BUCKET_UNKNOWN;
	if (o->to == STATE_DOWN)
		return BUCKET_DOWN;
	if (o->to == STATE_MAINTENANCE)
		return BUCKET_MAINTENANCE;
	if (o->to == STATE_DEGRADED)
		return BUCKET_DEGRADED;
	return o->phase != PHASE_NONE ? BUCKET_RECOVERING : BUCKET_UP;
}

enum exit_code
backing_exit(const struct backing *b)
{
	if (b->end == BACKING_RELAPSED)
		return EXIT_CODE_BAD;
	switch (b->answer) {
	case BUCKET_UP:
		return EXIT_CODE_GOOD;
	case BUCKET_DEGRADED:
	case BUCKET_RECOVERING:
		return EXIT_CODE_PARTLY;
	case BUCKET_DOWN:
		return EXIT_CODE_BAD;
	case BUCKET_MAINTENANCE:
		return EXIT_CODE_MAINTENANCE;
	case BUCKET_UNKNOWN:
	case BUCKET_COUNT:
		break;
	}
	return EXIT_CODE_UNKNOWN;
}

static void
add_since(struct text *t, const struct dossier *d, wall_ms since)
{
	char when[PROSPECT_TIME_BYTES], long_for[DURATION_TEXT_BYTES];
	span_ms age = d->known - since;

	text_printf(t, " since %s (%s)", prospect_time(since, d->known, when),
	    duration_format(age > 0 ? age : 0, long_for));
}

static void
add_recovering(struct text *t, const struct dossier *d)
{
	const struct explanation *x = &d->x;
	char buf[DURATION_TEXT_BYTES];

	text_printf(t,
	    "not sure yet: it is recovering, good for %s, %u %% to hold for "
	    "the next hour. ",
	    duration_format(d->known - x->quiet_from, buf), x->now.chance);
	recoveries_words(t, x);
}

static void
add_state(struct text *t, const struct backing *b)
{
	const struct dossier *d = &b->d;
	const struct output *o = &d->x.now;

	switch (b->answer) {
	case BUCKET_UP:
		text_add(t, "yes: up");
		add_since(t, d, o->since);
		text_add(t,
		    d->x.suspect
			? ", no incident is open; but a failure is being "
			  "confirmed just now."
			: " and stable, no incident is open.");
		break;
	case BUCKET_DEGRADED:
		text_add(t, "not quite: degraded");
		add_since(t, d, o->since);
		text_add(t, ", ");
		degraded_line(&o->degraded, t);
		text_char(t, '.');
		break;
	case BUCKET_RECOVERING:
		add_recovering(t, d);
		break;
	case BUCKET_DOWN:
	case BUCKET_MAINTENANCE:
		text_add(t,
		    b->answer == BUCKET_DOWN ? "no: down"
					     : "no: under maintenance");
		add_since(t, d, o->since);
		text_printf(t, ", failing (%s).", reason_text(o->reason));
		break;
	case BUCKET_UNKNOWN:
	case BUCKET_COUNT:
		text_add(t, "unknown: ");
		if (d->e.paused != 0)
			paused_words(t, &d->e, d->known);
		else
			text_add(t,
			    d->watched ? why_text(o->why)
				       : "nothing is remembered of it yet");
		text_char(t, '.');
		break;
	}
}

void
backing_words(struct text *t, const struct backing *b)
{
	const struct dossier *d = &b->d;
	char id[INCIDENT_TEXT_BYTES];
	struct prospect p[PROSPECTS_MAX];
	size_t n = d->watched ? prospects(&d->x, p) : 0;

	add_state(t, b);
	if (b->answer == BUCKET_UP)
		return;
	if (d->e.incident.n > 0)
		text_printf(t, " Incident %s.",
		    incident_format(d->e.incident, id));
	for (size_t i = 0; i < n; i++) {
		if (p[i].then == BUCKET_UP)
			text_printf(t, " %s", p[i].text);
	}
}

static void
put_recovery(json_t *j, const struct explanation *x)
{
	put_count(j, "recoveries", (int64_t)x->recovery_count);
	if (x->now.phase == PHASE_OPEN)
		put_count(j, "quiet_ms", x->next_quiet);
	if (!output_recovers(&x->now))
		return;
	put_count(j, "chance", x->now.chance);
	put_count(j, "others", x->now.others);
	put_time(j, "good_since", x->quiet_from);
	put_count(j, "good_ms", x->now.at - x->quiet_from);
	put_count(j, "quiet_ms", x->quiet);
	put_time(j, "all_clear_at", x->now.all_clear_at);
}

static void
print_json(struct cli *c, const struct backing *b, const char *words)
{
	static const char *const ends[] = {[BACKING_RESOLVED] = "resolved",
	    [BACKING_RELAPSED] = "relapsed",
	    [BACKING_WITHDRAWN] = "withdrawn",
	    [BACKING_TIMEOUT] = "timeout"};
	const struct dossier *d = &b->d;
	json_t *j = json_object();
	char id[INCIDENT_TEXT_BYTES];

	put_text(j, "id", d->id);
	put_text(j, "answer", bucket_name(b->answer));
	put_text(j, "waited", ends[b->end]);
	put_time(j, "as_of", d->known);
	put_text(j, "daemon", reading_daemon_name(b->daemon));
	paused_put(j, &d->e);
	if (d->watched) {
		put_time(j, "since", d->x.now.since);
		(void)json_object_set_new(j, "suspect",
		    json_boolean(d->x.suspect));
		put_recovery(j, &d->x);
	}
	if (d->e.incident.n > 0)
		put_text(j, "incident", incident_format(d->e.incident, id));
	put_text(j, "text", words);
	cli_json(c, j);
}

static void
print(struct cli *c, const struct backing *b)
{
	static const char *const ends[] = {[BACKING_AT_ONCE] = "",
	    [BACKING_RESOLVED] = "The incident is resolved. ",
	    [BACKING_RELAPSED] = "It failed again. ",
	    [BACKING_WITHDRAWN] = "The incident was withdrawn. ",
	    [BACKING_TIMEOUT] = "Waited long enough. "};
	struct text t;

	text_init(&t, WORDS_BYTES);
	if (c->json) {
		backing_words(&t, b);
		print_json(c, b, text_str(&t));
	} else {
		text_printf(&t, "%s%s: ", ends[b->end], b->d.id);
		backing_words(&t, b);
		explaining_paragraph(c, text_str(&t));
		reading_banner(c, b->daemon);
	}
	text_done(&t);
}

static int
answer(struct cli *c, const struct reading_source *s, const char *id,
    struct backing *b)
{
	struct fail f = {.why = ""};
	struct query *q;
	enum store_outcome o;
	enum status read;

	b->daemon = reading_ask(s);
	o = reading_connect(s, &q, &f);
	if (o != STORE_OK)
		return cli_error(c, store_exit_code(o), "%s", f.why);
	read = dossier_read(q, id, &b->d, &f);
	query_close(q);
	if (read != OK)
		return reading_failed(c, &f);
	b->answer = backing_answer(&b->d);
	return EXIT_CODE_GOOD;
}

static int
back(struct cli *c, const struct reading_source *s, const char *id,
    span_ms wait)
{
	struct backing b = {.end = BACKING_AT_ONCE};
	int code = answer(c, s, id, &b);

	if (code == EXIT_CODE_GOOD && wait >= 0 && b.d.e.incident.n > 0)
		code = backing_wait(c, s, wait, &b);
	if (code == EXIT_CODE_GOOD) {
		print(c, &b);
		code = (int)backing_exit(&b);
	}
	dossier_done(&b.d);
	return code;
}

int
cli_back(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {"wait", no_argument, NULL, OPT_WAIT},
	    {"timeout", required_argument, NULL, OPT_TIMEOUT}, {0}};
	struct reading_source source;
	const char *database = NULL;
	span_ms limit = 0;
	bool wait = false;
	struct fail f;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_DATABASE)
			database = c->value;
		else if (opt == OPT_WAIT)
			wait = true;
		else if (duration_parse(c->value, &limit, &f) != OK)
			return cli_usage(c, "--timeout: %s", f.why);
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "which endpoint?  One, as service/region");
	if (limit > 0 && !wait)
		return cli_usage(c, "--timeout goes with --wait");
	code = reading_find(c, database, &source);
	if (code == EXIT_CODE_GOOD)
		code = back(c, &source, argv[c->operand], wait ? limit : -1);
	reading_done(&source);
	return code;
}
