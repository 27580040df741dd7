/* SPDX-License-Identifier: MIT */
#include "cli/reading.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "base/utc.h"
#include "config/config.h"
#include "store/query.h"
#include "store/store.h"

enum {
	TWO_DAYS_S = 48 * 3600,
	STEPS_MAX = 200000,
	SHOWN_BYTES = 4 * ESCAPE_LOG_BYTES + 8
};

int
reading_open(struct cli *c, const char *database, struct query **q)
{
	struct config *config = NULL;
	struct fail f = {.why = ""};
	enum store_outcome o;

	if (database == NULL) {
		int code = cli_config(c, &config);

		if (code != EXIT_CODE_GOOD)
			return code;
		database = config->database;
	}
	o = query_open(database, STEPS_MAX, q, &f);
	config_free(config);
	if (o == STORE_OK)
		return EXIT_CODE_GOOD;
	return cli_error(c, store_exit_code(o), "%s", f.why);
}

int
reading_failed(struct cli *c, const struct fail *f)
{
	return cli_error(c,
	    f->code == ERR_NOTFOUND ? EXIT_CODE_DATA : EXIT_CODE_IO, "%s",
	    f->why);
}

const char *
reading_time(wall_ms t, char buf[READING_TIME_BYTES])
{
	char full[UTC_TEXT_BYTES];

	if (t == 0) {
		(void)snprintf(buf, READING_TIME_BYTES, "-");
		return buf;
	}
	utc_format(t, full);
	(void)snprintf(buf, READING_TIME_BYTES, "%.10s %.8sZ", full, full + 11);
	return buf;
}

const char *
reading_age(span_ms d, char buf[READING_TIME_BYTES])
{
	int64_t s = d > 0 ? d / SECOND_MS : 0;

	if (s < 60)
		(void)snprintf(buf, READING_TIME_BYTES, "%" PRId64 "s", s);
	else if (s < 3600)
		(void)snprintf(buf, READING_TIME_BYTES, "%" PRId64 "m", s / 60);
	else if (s < TWO_DAYS_S)
		(void)snprintf(buf, READING_TIME_BYTES,
		    "%" PRId64 "h%02" PRId64 "m", s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, READING_TIME_BYTES, "%" PRId64 "d",
		    s / 86400);
	return buf;
}

void
reading_print(struct cli *c, const char *s)
{
	struct text t;

	if (s == NULL)
		return;
	text_init(&t, SHOWN_BYTES);
	escape_log(&t, s, strlen(s));
	(void)fputs(text_str(&t), c->out);
	text_done(&t);
}

void
reading_put(json_t *j, const char *key, const char *s)
{
	if (s != NULL)
		(void)json_object_set_new(j, key, json_string(s));
}

void
reading_put_time(json_t *j, const char *key, wall_ms t)
{
	char buf[UTC_TEXT_BYTES];

	if (t != 0)
		reading_put(j, key, utc_format(t, buf));
}

void
reading_put_count(json_t *j, const char *key, int64_t n)
{
	(void)json_object_set_new(j, key, json_integer(n));
}
