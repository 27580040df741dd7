/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/mem.h"
#include "keeper/backup.h"
#include "keeper/reports.h"
#include "keeper/trial.h"
#include "keeper/windows.h"

enum { MESSAGE_BYTES = 1024 };

/* One request, while it is answered. */
struct request {
	const struct requests *of;
	const char *author; /* as the socket knows it */
	const json_t *json;
	struct text *out;
};

/* It may quote what is no UTF-8: the name of a file, say. */
static json_t *
words(const char *message)
{
	json_t *j = json_string(message);
	struct text plain;

	if (j != NULL)
		return j;
	text_init(&plain, (size_t)4 * ESCAPE_LOG_BYTES + 16);
	escape_log(&plain, message, strlen(message));
	j = json_string(text_str(&plain));
	text_done(&plain);
	return j;
}

static void
add_object(struct text *out, json_t *taken)
{
	char *text = taken == NULL ? NULL : json_dumps(taken, JSON_COMPACT);

	text_add(out, text != NULL ? text : "{}");
	mem_free(text);
	json_decref(taken);
}

/* refusal: its name, or NULL */
static void
answer(struct text *out, enum exit_code code, const char *refusal,
    const char *message)
{
	add_object(out,
	    json_pack("{s:b, s:i, s:s*, s:o}", "ok", code == EXIT_CODE_GOOD,
		"code", (int)code, "refusal", refusal, "message",
		words(message)));
}

void
requests_reply(struct text *out, enum exit_code code, const char *message)
{
	answer(out, code, NULL, message);
}

/* A text of the request, or NULL. */
static const char *
field(const struct request *q, const char *key)
{
	return json_string_value(json_object_get(q->json, key));
}

static enum refusal
refusal_of(enum status s)
{
	switch (s) {
	case ERR_NOTFOUND:
		return REFUSAL_NOT_FOUND;
	case ERR_SYNTAX:
	case ERR_LIMIT:
		return REFUSAL_NOT_VALID;
	default:
		return REFUSAL_NOT_NOW;
	}
}

static void
reply(const struct request *q, enum status s, const struct fail *f,
    const char *done)
{
	if (s == OK)
		requests_reply(q->out, EXIT_CODE_GOOD, done);
	else if (s == ERR_IO || s == ERR_CORRUPT)
		requests_reply(q->out, EXIT_CODE_IO, f->why);
	else
		answer(q->out, EXIT_CODE_DATA, refusal_name(refusal_of(s)),
		    f->why);
}

static void
lacks(const struct request *q, const char *what)
{
	char message[80];

	(void)snprintf(message, sizeof(message), "the request lacks: %s", what);
	requests_reply(q->out, EXIT_CODE_USAGE, message);
}

static void
acknowledge(const struct request *q)
{
	const char *incident = field(q, "incident");
	struct fail f = {.why = ""};
	struct text done;
	enum status s;

	if (incident == NULL) {
		lacks(q, "incident");
		return;
	}
	text_init(&done, MESSAGE_BYTES);
	s = keeper_acknowledge(q->of->keeper, incident, q->author,
	    field(q, "why"), &done, &f);
	reply(q, s, &f, text_str(&done));
	text_done(&done);
}

static void
note(const struct request *q)
{
	const char *incident = field(q, "incident"), *text = field(q, "note");
	struct fail f = {.why = ""};

	if (incident == NULL || text == NULL)
		lacks(q, "incident, note");
	else
		reply(q,
		    keeper_note(q->of->keeper, incident, q->author, text, &f),
		    &f, "noted");
}

/* "for_ms" is left out for a pause without an end. */
static void
pause_watching(const struct request *q)
{
	const json_t *length = json_object_get(q->json, "for_ms");
	struct keeper_pause p = {.name = field(q, "name"),
	    .length = json_integer_value(length),
	    .author = q->author,
	    .why = field(q, "why")};
	struct fail f = {.why = ""};
	struct text done;
	enum status s;

	if (p.name == NULL || (length != NULL && p.length <= 0)) {
		lacks(q, "name; for_ms above 0, or none");
		return;
	}
	text_init(&done, MESSAGE_BYTES);
	s = keeper_pause(q->of->keeper, &p, &done, &f);
	reply(q, s, &f, text_str(&done));
	text_done(&done);
}

static void
resume_watching(const struct request *q)
{
	const char *name = field(q, "name");
	struct fail f = {.why = ""};
	struct text done;
	enum status s;

	if (name == NULL) {
		lacks(q, "name");
		return;
	}
	text_init(&done, MESSAGE_BYTES);
	s = keeper_resume(q->of->keeper, name, q->author, field(q, "why"),
	    &done, &f);
	reply(q, s, &f, text_str(&done));
	text_done(&done);
}

static void
reload(const struct request *q)
{
	q->of->reload(q->of->arg, q->out);
}

static void
resolve(const struct request *q)
{
	const char *incident = field(q, "incident"), *why = field(q, "why");
	struct fail f = {.why = ""};

	if (incident == NULL || why == NULL)
		lacks(q, "incident, why");
	else
		reply(q,
		    keeper_resolve(q->of->keeper, incident, q->author, why, &f),
		    &f, "resolved");
}

static void
status(const struct request *q)
{
	keeper_status(q->of->keeper, q->out);
}

/* How a failure of the keeper's reads to who asked. */
static void
refuse(const struct request *q, const struct fail *f)
{
	requests_reply(q->out,
	    f->code == ERR_EXISTS   ? EXIT_CODE_UNAVAILABLE
		: f->code == ERR_IO ? EXIT_CODE_IO
				    : EXIT_CODE_DATA,
	    f->why);
}

static void
backup(const struct request *q)
{
	struct fail f = {.why = ""};

	if (keeper_backup_begin(q->of->keeper, q->author, &f) == OK)
		keeper_backup_tell(q->of->keeper, q->out);
	else
		refuse(q, &f);
}

static void
backup_progress(const struct request *q)
{
	keeper_backup_tell(q->of->keeper, q->out);
}

static void
backup_end(const struct request *q)
{
	json_int_t only = json_integer_value(json_object_get(q->json, "only"));
	struct keeper_backup_end how = {.job = json_integer_value(
					    json_object_get(q->json, "job")),
	    .good = json_is_true(json_object_get(q->json, "good")),
	    .keep = json_is_true(json_object_get(q->json, "keep")),
	    .only = only > 0 ? (size_t)only : 0};
	struct fail f = {.code = ERR_IO, .why = ""};
	struct text path;

	text_init(&path, CONTROL_BYTES / 2);
	f.code = keeper_backup_end(q->of->keeper, &how, &path, &f);
	if (f.code == OK)
		requests_reply(q->out, EXIT_CODE_GOOD, text_str(&path));
	else
		refuse(q, &f);
	text_done(&path);
}

static void
maintenance_add(const struct request *q)
{
	struct fail f = {.why = ""};
	struct text ids;
	enum status s;

	text_init(&ids, CONTROL_BYTES / 2);
	s = keeper_windows_add(q->of->keeper, q->author,
	    json_is_true(json_object_get(q->json, "calendar")),
	    json_object_get(q->json, "windows"), &ids, &f);
	reply(q, s, &f, text_str(&ids));
	text_done(&ids);
}

static void
maintenance_cancel(const struct request *q)
{
	const char *id = field(q, "id");
	struct fail f = {.why = ""};
	struct text said;
	enum status s;

	if (id == NULL) {
		requests_reply(q->out, EXIT_CODE_USAGE, "id is needed");
		return;
	}
	text_init(&said, 256);
	s = keeper_window_cancel(q->of->keeper, id, q->author, field(q, "why"),
	    &said, &f);
	reply(q, s, &f, text_str(&said));
	text_done(&said);
}

static void
report(const struct request *q)
{
	const char *service = field(q, "service");
	struct fail f = {.code = OK, .why = ""};
	struct text done;
	enum status s;

	if (service == NULL) {
		lacks(q, "service");
		return;
	}
	text_init(&done, MESSAGE_BYTES);
	s = keeper_report(q->of->keeper, service, field(q, "region"), q->author,
	    &done, &f);
	if (s == ERR_LIMIT)
		requests_reply(q->out, EXIT_CODE_LATER, f.why);
	else
		reply(q, s, &f, text_str(&done));
	text_done(&done);
}

static void
report_import(const struct request *q)
{
	struct fail f = {.code = OK, .why = ""};
	enum status s =
	    keeper_report_import(q->of->keeper, q->author, q->json, q->out, &f);

	if (s != OK)
		reply(q, s, &f, "");
}

static void
test_receiver(const struct request *q)
{
	const char *receiver = field(q, "receiver");
	struct fail f = {.why = ""};
	uint64_t notice = 0;
	enum status s;

	if (receiver == NULL) {
		lacks(q, "receiver");
		return;
	}
	s = keeper_test_receiver(q->of->keeper, receiver, q->author, &notice,
	    &f);
	if (s == OK)
		add_object(q->out,
		    json_pack("{s:b, s:i, s:s, s:I}", "ok", 1, "code",
			EXIT_CODE_GOOD, "message", "it is owed", "notice",
			(json_int_t)notice));
	else
		reply(q, s, &f, "");
}

static const struct {
	const char *act;
	void (*answer)(const struct request *q);
} acts[] = {
    {"ack", acknowledge},
    {"backup", backup},
    {"backup-end", backup_end},
    {"backup-progress", backup_progress},
    {"maintenance-add", maintenance_add},
    {"maintenance-cancel", maintenance_cancel},
    {"note", note},
    {"pause", pause_watching},
    {"reload", reload},
    {"report", report},
    {"report-import", report_import},
    {"resolve", resolve},
    {"resume", resume_watching},
    {"status", status},
    {"test", test_receiver},
};

void
requests_answer(void *arg, const char *author, const char *request,
    struct text *out)
{
	json_t *j = json_loads(request, 0, NULL);
	struct request q = {.of = arg, .author = author, .json = j, .out = out};
	const char *act = field(&q, "act");
	size_t i = 0, count = sizeof(acts) / sizeof(acts[0]);

	while (act != NULL && i < count && strcmp(act, acts[i].act) != 0)
		i++;
	if (act != NULL && i < count)
		acts[i].answer(&q);
	else
		requests_reply(out, EXIT_CODE_USAGE,
		    "not a request of this version");
	json_decref(j);
}
