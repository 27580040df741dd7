/* SPDX-License-Identifier: MIT */
#include "cli/talk.h"

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/control.h"

enum { ANSWER_MS = 20 * SECOND_MS };

static enum status
understand(const struct text *said, json_t **answer, int *code, struct fail *f)
{
	json_t *j = json_loads(text_str(said), 0, NULL);
	const char *message;
	int ok = 0;

	if (j == NULL ||
	    json_unpack(j, "{s:b, s:i, s:s}", "ok", &ok, "code", code,
		"message", &message) != 0) {
		*code = EXIT_CODE_INTERNAL;
		(void)fail_set(f, ERR_SYNTAX,
		    "the daemon's answer is not understood");
	} else if (!ok) {
		(void)fail_set(f, ERR_RANGE, "%s", message);
	} else {
		*answer = j;
		return OK;
	}
	json_decref(j);
	return f->code;
}

enum status
talk_ask(const char *control, json_t *request, json_t **answer, int *code,
    struct fail *f)
{
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	struct text said;
	enum status s;

	*answer = NULL;
	json_decref(request);
	if (text == NULL) {
		*code = EXIT_CODE_USAGE;
		return fail_set(f, ERR_SYNTAX, "text must be valid UTF-8");
	}
	text_init(&said, CONTROL_BYTES);
	s = control_ask(control, text, ANSWER_MS, &said, f);
	if (s == OK)
		s = understand(&said, answer, code, f);
	else
		*code = s == ERR_NOTFOUND ? EXIT_CODE_UNAVAILABLE
					  : EXIT_CODE_PERMISSION;
	text_done(&said);
	mem_free(text);
	return s;
}
