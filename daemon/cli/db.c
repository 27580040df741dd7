/* SPDX-License-Identifier: MIT */
#include "cli/db.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/mem.h"
#include "config/config.h"
#include "io/loop.h"
#include "store/query.h"
#include "view/when.h"

enum { OPT_DATABASE = 'D', BYTES_TEXT = 32, DATE_TEXT = 10 };

struct db_point
db_point_of(const struct db_facts *d, enum measure_part p)
{
	const struct growth *g = &d->growth;
	wall_ms full = growth_full(&g->parts[p]);
	wall_ms at = full > g->now ? full : g->now;

	return (struct db_point){.at = at,
	    .bytes = growth_bytes(g, at),
	    .per_day = growth_per_day(g, at)};
}

bool
db_backup_elsewhere(const struct db_facts *d)
{
	wall_ms here = d->found == OK ? d->newest.at : 0;

	return d->m.backup != 0 && d->m.backup / SECOND_MS > here / SECOND_MS;
}

/* "512 B", "28.4 MB": rounded down; returns buf. */
static const char *
size_text(int64_t n, char buf[BYTES_TEXT])
{
	static const char units[] = "kMGTP";
	int64_t tenths = n / 100;
	size_t u = 0;

	if (n < 1000) {
		(void)snprintf(buf, BYTES_TEXT, "%d B", n > 0 ? (int)n : 0);
		return buf;
	}
	for (; tenths >= 10000 && units[u + 1] != '\0'; u++)
		tenths /= 1000;
	(void)snprintf(buf, BYTES_TEXT, "%" PRId64 ".%d %cB", tenths / 10,
	    (int)(tenths % 10), units[u]);
	return buf;
}

static void
print_file(struct cli *c, const struct db_facts *d)
{
	const struct measure *m = &d->m;
	char size[BYTES_TEXT], spare[BYTES_TEXT], log[BYTES_TEXT];
	char room[BYTES_TEXT], when[WHEN_BYTES];

	reading_print(c, d->path);
	(void)fprintf(c->out, "\nschema %" PRId64 ", begun %s\n", m->schema,
	    when_text(m->created, when));
	(void)fprintf(c->out, "%s, of it %s free for what comes; log %s",
	    size_text(m->file_bytes, size),
	    size_text(m->free_pages * m->page_bytes, spare),
	    size_text(m->log_bytes, log));
	if (d->room >= 0)
		(void)fprintf(c->out, "; %s left on its file system",
		    size_text(d->room, room));
	(void)fputc('\n', c->out);
}

static void
print_part(struct cli *c, const struct measure *m, enum measure_part p)
{
	const struct measure_size *s = &m->parts[p];
	char size[BYTES_TEXT];

	(void)fprintf(c->out, "  %-10s", measure_part_name(p));
	if (s->way == MEASURE_LEFT_OUT)
		(void)fputs(" not counted", c->out);
	else
		(void)fprintf(c->out, "%s%10s",
		    s->way == MEASURE_ESTIMATED ? "~" : " ",
		    size_text(s->bytes, size));
	if (s->way == MEASURE_COUNTED)
		(void)fprintf(c->out, "%12" PRId64 " row%s", s->rows,
		    s->rows == 1 ? "" : "s");
	else if (p == MEASURE_SAMPLES)
		(void)fprintf(c->out, "%12" PRId64 " rows at most",
		    m->samples_at_most);
	(void)fputc('\n', c->out);
}

static void
print_parts(struct cli *c, const struct measure *m)
{
	char size[BYTES_TEXT];
	bool whole = true;

	(void)fputc('\n', c->out);
	if (!m->by_table) {
		(void)fprintf(c->out,
		    "  What takes how much is not known: the SQLite library "
		    "here has no dbstat.\n"
		    "  samples   %12" PRId64 " rows at most\n",
		    m->samples_at_most);
		return;
	}
	for (int p = 0; p < MEASURE_PARTS; p++) {
		print_part(c, m, (enum measure_part)p);
		if (m->parts[p].way != MEASURE_COUNTED)
			whole = false;
	}
	if (!whole)
		(void)fprintf(c->out,
		    "  Not every page was looked at, as that takes longer than "
		    "%d s: ~ is an estimate.\n",
		    DB_BUDGET_MS / SECOND_MS);
	if (m->left_bytes > 0)
		(void)fprintf(c->out, "  What is not counted takes %s.\n",
		    size_text(m->left_bytes, size));
}

static void
print_kept(struct cli *c, const struct db_facts *d)
{
	char age[WHEN_BYTES], when[WHEN_BYTES];

	(void)fprintf(c->out, "  kept       samples %s%s",
	    when_age(d->keep.samples, age),
	    d->keep_known ? "" : " unless a configuration says otherwise");
	if (d->m.oldest_sample != 0)
		(void)fprintf(c->out, ", the oldest is of %s",
		    when_text(d->m.oldest_sample, when));
	(void)fprintf(c->out, ";\n             excerpts %s,",
	    when_age(d->keep.excerpts, age));
	(void)fprintf(c->out,
	    " roll-ups %s; incidents, notices and acts for ever\n",
	    when_age(d->keep.rollups, age));
}

/* "by 2027-12-06 28.4 MB, when samples are 400d old; then 2.1 kB a day" */
static void
print_point(struct cli *c, const struct db_facts *d, enum measure_part p)
{
	struct db_point at = db_point_of(d, p);
	char size[BYTES_TEXT], gain[BYTES_TEXT], when[WHEN_BYTES],
	    age[WHEN_BYTES];

	(void)fprintf(c->out,
	    "  by %.*s %10s, when %s are %s old; then %s a day\n", DATE_TEXT,
	    when_text(at.at, when), size_text(at.bytes, size),
	    measure_part_name(p), when_age(d->growth.parts[p].keep, age),
	    size_text(at.per_day, gain));
}

/* The greater of the two must find room. */
static void
print_room(struct cli *c, const struct db_facts *d)
{
	int64_t most = db_point_of(d, MEASURE_SAMPLES).bytes;
	int64_t later = db_point_of(d, MEASURE_ROLLUPS).bytes;
	int64_t held = d->m.file_bytes + d->m.log_bytes;

	most = later > most ? later : most;
	if (d->room < 0 || most - held <= d->room)
		return;
	(void)fprintf(c->out,
	    "%s! its file system has no room for that%s: make some, or keep "
	    "samples for a shorter time (retention)\n",
	    cli_style(c, CLI_YELLOW), cli_style(c, CLI_PLAIN));
}

static void
print_rate(struct cli *c, const struct db_facts *d, enum measure_part p,
    int64_t rows)
{
	char size[BYTES_TEXT];

	(void)fprintf(c->out, "  %-10s", measure_part_name(p));
	if (d->unfounded == DB_FOUNDED)
		(void)fprintf(c->out, " %10s",
		    size_text(d->growth.parts[p].per_day, size));
	(void)fprintf(c->out, " %11" PRId64 " rows a day", rows);
	if (d->unfounded == DB_FOUNDED &&
	    growth_full(&d->growth.parts[p]) <= d->growth.now)
		(void)fputs(", and as many go", c->out);
	(void)fputc('\n', c->out);
}

static const char *const reasons[] = {[DB_FOUNDED] = "",
    [DB_NO_DAY] = "there is no whole day (UTC) of history yet",
    [DB_NO_TABLE] = "what samples take is not known",
    [DB_LEFT_OUT] = "not all of it was counted"};

static void
print_growth(struct cli *c, const struct db_facts *d)
{
	const struct measure *m = &d->m;
	char size[BYTES_TEXT], when[WHEN_BYTES];

	(void)fputs("\nGrowth", c->out);
	if (m->days > 0)
		(void)fprintf(c->out, ", by the %d whole day%s before %.*s UTC",
		    m->days, m->days == 1 ? "" : "s", DATE_TEXT,
		    when_text(m->days_until, when));
	(void)fputc('\n', c->out);
	if (m->days > 0) {
		print_rate(c, d, MEASURE_SAMPLES, m->samples_per_day);
		print_rate(c, d, MEASURE_ROLLUPS, m->rollups_per_day);
	}
	if (d->unfounded == DB_FOUNDED)
		(void)fprintf(c->out, "  all        %10s a day\n",
		    size_text(growth_per_day(&d->growth, d->growth.now), size));
	print_kept(c, d);
	if (d->unfounded != DB_FOUNDED) {
		(void)fprintf(c->out, "  no projection: %s\n",
		    reasons[d->unfounded]);
		return;
	}
	print_point(c, d, MEASURE_SAMPLES);
	print_point(c, d, MEASURE_ROLLUPS);
	print_room(c, d);
}

static void
print_backup(struct cli *c, const struct db_facts *d)
{
	char size[BYTES_TEXT], when[WHEN_BYTES];

	(void)fputs("\nNewest backup: ", c->out);
	if (db_backup_elsewhere(d)) {
		(void)fprintf(c->out,
		    "%s, %s, not in " BACKUP_FOLDER " beside the database\n",
		    when_text(d->m.backup, when),
		    size_text(d->m.backup_bytes, size));
	} else if (d->found == OK) {
		(void)fprintf(c->out, "%s, %s, ", when_text(d->newest.at, when),
		    size_text(d->newest.bytes, size));
		reading_print(c, d->newest.path);
		(void)fputc('\n', c->out);
	} else {
		(void)fprintf(c->out, "%snone%s; make one: vigie backup\n",
		    cli_style(c, CLI_YELLOW), cli_style(c, CLI_PLAIN));
	}
	if (d->found != OK && d->found != ERR_NOTFOUND) {
		(void)fputs("  there may be others: ", c->out);
		reading_print(c, d->why.why);
		(void)fputc('\n', c->out);
	}
}

static enum db_unfounded
unfounded(const struct measure *m)
{
	if (!m->by_table)
		return DB_NO_TABLE;
	return m->left_bytes > 0 ? DB_LEFT_OUT : DB_NO_DAY;
}

static int64_t
micros(void *arg)
{
	return loop_micros(arg);
}

/* What lies beside the database, and how it grows. */
static void
look_around(struct db_facts *d, const char *database)
{
	struct statvfs fs;

	d->room = statvfs(database, &fs) == 0
	    ? (int64_t)fs.f_bavail * (int64_t)fs.f_frsize
	    : -1;
	d->found = backup_newest(database, &d->newest, &d->why);
	if (!growth_of(&d->m, &d->keep, &d->growth))
		d->unfounded = unfounded(&d->m);
}

static int
tell(struct cli *c, struct db_facts *d)
{
	if (c->json) {
		cli_json(c, db_json(d));
		return EXIT_CODE_GOOD;
	}
	print_file(c, d);
	print_parts(c, &d->m);
	print_growth(c, d);
	print_backup(c, d);
	reading_as_of(c, d->m.known, d->daemon);
	return EXIT_CODE_GOOD;
}

static int
measure(struct cli *c, const struct reading_source *s, struct db_facts *d)
{
	struct measure_limit limit = {.micros = micros, .budget = DB_BUDGET_MS};
	struct fail f = {.why = ""};
	struct query *q = NULL;
	struct loop *clock = loop_new(&f);
	enum store_outcome o;
	enum status status;

	if (clock == NULL)
		return cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	limit.arg = clock;
	o = reading_connect(s, &q, &f);
	status = o == STORE_OK ? measure_read(q, &limit, &d->m, &f) : OK;
	query_close(q);
	loop_free(clock);
	if (o != STORE_OK)
		return cli_error(c, store_exit_code(o), "%s", f.why);
	return status == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
}

static int
report(struct cli *c, const char *database)
{
	struct db_facts d = {.keep = store_retention_default()};
	struct reading_source source;
	char *real = NULL;
	int code = reading_find(c, database, &source);

	if (code == EXIT_CODE_GOOD) {
		d.keep_known = source.config != NULL;
		if (d.keep_known)
			d.keep.samples = source.config->keep_samples;
		d.daemon = reading_ask(&source);
		code = measure(c, &source, &d);
	}
	if (code == EXIT_CODE_GOOD) {
		real = realpath(source.database, NULL);
		d.path = real != NULL ? real : source.database;
		look_around(&d, source.database);
		code = tell(c, &d);
	}
	mem_free(real);
	reading_done(&source);
	return code;
}

int
cli_db(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {0}};
	const char *database = NULL;
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		database = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (c->operand < argc)
		return cli_usage(c, "db takes no argument");
	return report(c, database);
}
