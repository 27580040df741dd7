/* SPDX-License-Identifier: MIT */
/*
 * acts - what operators do: each is the request of a command, which the keeper
 * answers once it is committed.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/names.h"
#include "web/site.h"
#include "wire/event_json.h"

struct asking {
	LIST_ENTRY(asking) entry;
	uint64_t id;
	const struct http_request *r;
};

void
acts_end(struct site *s)
{
	while (!LIST_EMPTY(&s->askings)) {
		struct asking *one = LIST_FIRST(&s->askings);

		LIST_REMOVE(one, entry);
		mem_free(one);
	}
}

/* Why it is not done as a code of HTTP. */
static int
refused_as(const char *refusal)
{
	static const int codes[REFUSAL_COUNT] = {[REFUSAL_NOT_FOUND] = 404,
	    [REFUSAL_NOT_VALID] = 400,
	    [REFUSAL_NOT_NOW] = 409};

	for (unsigned i = 0; i < REFUSAL_COUNT && refusal != NULL; i++)
		if (strcmp(refusal, refusal_name((enum refusal)i)) == 0)
			return codes[i];
	return 503;
}

/* The answer to the command as a code of HTTP. */
static int
code_of(const json_t *j)
{
	const json_t *code = json_object_get(j, "code");

	switch (json_is_integer(code) ? json_integer_value(code) : -1) {
	case EXIT_CODE_GOOD:
		return 200;
	case EXIT_CODE_USAGE:
		return 400;
	default:
		return refused_as(
		    json_string_value(json_object_get(j, "refusal")));
	}
}

/* A notice is owed, and not yet told. */
static void
tell_done(const struct http_request *r, const char *message, json_t *notice)
{
	char *text = event_json_text(
	    json_pack("{s:s, s:O*}", "message", message, "notice", notice));

	http_reply(r->exchange,
	    &(struct http_answer){.code = notice != NULL ? 202 : 200,
		.type = type_json,
		.body = text,
		.size = strlen(text)});
	mem_free(text);
}

static void
tell(const struct http_request *r, const char *text)
{
	json_t *j = json_loads(text, 0, NULL);
	const char *message = json_string_value(json_object_get(j, "message"));
	int code = j != NULL ? code_of(j) : 503;

	message = message != NULL ? message : "";
	if (code == 200)
		tell_done(r, message, json_object_get(j, "notice"));
	else
		answer_problem(r, code, "Not done", message);
	json_decref(j);
}

void
acts_answered(struct site *s, uint64_t id, const char *answer)
{
	struct asking *one;

	LIST_FOREACH (one, &s->askings, entry)
		if (one->id == id)
			break;
	if (one == NULL)
		return;
	tell(one->r, answer);
	LIST_REMOVE(one, entry);
	mem_free(one);
}

static bool
is_among(const char *key, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

/* What it has to be, for people; NULL: it is that. */
static const char *
misfit(const char *key, const json_t *value)
{
	if (strcmp(key, "for_ms") == 0)
		return json_is_integer(value) ? NULL : "a whole number";
	if (strcmp(key, "windows") == 0)
		return json_is_array(value) ? NULL : "a list";
	return json_is_string(value) ? NULL : "a text";
}

/* False: it does not fit, and the visitor was told so. */
static bool
check_value(const struct visitor *v, const char *const *keys, const char *key,
    const json_t *value)
{
	const char *needed = misfit(key, value);
	char detail[80];

	if (!is_among(key, keys)) {
		answer_problem(v->r, 400, "Unknown key", key);
		return false;
	}
	if (needed == NULL)
		return true;
	(void)snprintf(detail, sizeof(detail), "%s has to be %s.", key, needed);
	answer_problem(v->r, 400, "Bad value", detail);
	return false;
}

/* The object sent; NULL: it does not fit, and the visitor was told so. */
static json_t *
take_body(const struct visitor *v, const char *const *keys)
{
	json_error_t error;
	json_t *j = json_loadb(v->r->body, v->r->body_size,
	    JSON_REJECT_DUPLICATES, &error);
	const char *key;
	json_t *value;

	if (!json_is_object(j)) {
		answer_problem(v->r, 400, "Not an object",
		    j == NULL ? error.text : "The body has to be an object.");
		json_decref(j);
		return NULL;
	}
	json_object_foreach(j, key, value)
	{
		if (check_value(v, keys, key, value))
			continue;
		json_decref(j);
		return NULL;
	}
	return j;
}

/* name: what the act is done to, under key; NULL: its body says all. */
static void
act(struct site *s, const struct visitor *v, const char *what, const char *key,
    const char *const *keys)
{
	json_t *j = take_body(v, keys);
	struct asking *one;
	char *request;

	if (j == NULL)
		return;
	(void)json_object_set_new(j, "act", json_string(what));
	if (key != NULL)
		(void)json_object_set_new(j, key, json_string(v->rest));
	request = event_json_text(j);
	json_decref(j);
	one = mem_zalloc(sizeof(*one));
	one->id = ++s->asked;
	one->r = v->r;
	LIST_INSERT_HEAD(&s->askings, one, entry);
	s->ask(s->ask_arg, one->id, v->name, request);
	mem_free(request);
}

void
act_ack(struct site *s, const struct visitor *v)
{
	act(s, v, act_name(ACT_ACK), "incident",
	    (const char *const[]){"why", NULL});
}

void
act_note(struct site *s, const struct visitor *v)
{
	act(s, v, act_name(ACT_NOTE), "incident",
	    (const char *const[]){"note", NULL});
}

void
act_resolve(struct site *s, const struct visitor *v)
{
	act(s, v, act_name(ACT_RESOLVE), "incident",
	    (const char *const[]){"why", NULL});
}

/* '/' is '~' in addresses. */
static void
act_on_endpoint(struct site *s, const struct visitor *v, const char *what,
    const char *const *keys)
{
	char *name = mem_dup(v->rest);
	struct visitor named = *v;

	for (char *p = name; *p != '\0'; p++)
		if (*p == '~')
			*p = '/';
	named.rest = name;
	act(s, &named, what, "name", keys);
	mem_free(name);
}

void
act_pause(struct site *s, const struct visitor *v)
{
	act_on_endpoint(s, v, "pause",
	    (const char *const[]){"for_ms", "why", NULL});
}

void
act_resume(struct site *s, const struct visitor *v)
{
	act_on_endpoint(s, v, "resume", (const char *const[]){"why", NULL});
}

void
act_plan(struct site *s, const struct visitor *v)
{
	act(s, v, "maintenance-add", NULL,
	    (const char *const[]){"windows", NULL});
}

void
act_cancel(struct site *s, const struct visitor *v)
{
	act(s, v, "maintenance-cancel", "id",
	    (const char *const[]){"why", NULL});
}

void
act_test(struct site *s, const struct visitor *v)
{
	act(s, v, "test", "receiver", (const char *const[]){NULL});
}
