/* SPDX-License-Identifier: MIT */
#include "config/scalar.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/glob.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "io/access.h"
#include "io/crypto.h"
#include "io/listen.h"
#include "io/pattern.h"
#include "io/url.h"

const char *
bind_text(struct binder *b, const char *name, const struct yaml *node)
{
	if (node->kind == YAML_SCALAR && yaml_type(node) == YAML_TEXT)
		return node->text;
	faults_add(b->faults, node->at, "'%s' must be text, not %s%s", name,
	    yaml_what(node),
	    node->kind == YAML_SCALAR && yaml_type(node) != YAML_NULL
		? "; put it in quotes"
		: "");
	return NULL;
}

bool
bind_id(struct binder *b, const char *name, const char *id, struct place at)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n > 0 && n <= 63 && id[n] == '\0')
		return true;
	faults_add(b->faults, at,
	    "'%s' is not a valid %s: 1 to 63 of a-z, 0-9 and -", id, name);
	return false;
}

static bool
length_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	size_t n = strlen(node->text);

	if ((int64_t)n < row->min)
		faults_add(b->faults, node->at, "'%s' must not be empty",
		    row->name);
	else if ((int64_t)n > row->max)
		faults_add(b->faults, node->at,
		    "'%s' is %zu bytes long, at most %" PRId64, row->name, n,
		    row->max);
	else
		return true;
	return false;
}

bool
scalar_line(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	return bind_line(b, row->name, node) && length_fits(b, row, node);
}

static bool
glob_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-*?";
	char word[OPTION_WORD_BYTES], words[OPTION_WORDS_BYTES];

	if (bind_text(b, row->name, node) == NULL || !length_fits(b, row, node))
		return false;
	if (node->text[strspn(node->text, set)] != '\0') {
		faults_add(b->faults, node->at,
		    "'%s' is not a valid %s: a-z, 0-9, -, * and ?", node->text,
		    row->name);
		return false;
	}
	if (row->words == NULL)
		return true;
	for (int i = 0; option_word_at(row->words, i, word)[0] != '\0'; i++) {
		if (glob_match(node->text, word))
			return true;
	}
	faults_add(b->faults, node->at, "'%s' matches none of %s", node->text,
	    option_words(row->words, words));
	return false;
}

bool
bind_pattern(struct binder *b, const char *name, const struct yaml *node)
{
	struct fail f = {.why = ""};
	struct pattern *p;

	if (bind_text(b, name, node) == NULL)
		return false;
	p = pattern_new(node->text, NULL, &f);
	if (p == NULL)
		faults_add(b->faults, node->at, "'%s': %s", name, f.why);
	pattern_free(p);
	return p != NULL;
}

bool
scalar_url(struct binder *b, const char *name, const struct yaml *node,
    bool any_kind)
{
	struct fail f = {.why = ""};
	struct url u = {0};
	bool fits = false;

	if (bind_text(b, name, node) == NULL)
		return false;
	if (strstr(node->text, "://") == NULL)
		faults_add(b->faults, node->at,
		    "'%s': '%s' is not a URL, did you mean https://%s?", name,
		    node->text, node->text);
	else if (url_parse(node->text, &u, &f) != OK)
		faults_add(b->faults, node->at, "'%s': %s", name, f.why);
	else if (u.has_userinfo)
		faults_add(b->faults, node->at,
		    "'%s': no credentials in a URL; use auth with a file",
		    name);
	else if (!url_is_web(&u) && !any_kind)
		faults_add(b->faults, node->at,
		    "'%s' must begin with http:// or https://", name);
	else
		fits = true;
	url_done(&u);
	return fits;
}

/* The path from the folder of the configuration; owned by caller. */
static char *
full_path(const struct binder *b, const char *path)
{
	struct text t;

	text_init(&t, 8192);
	if (path[0] != '/' && strcmp(b->folder, ".") != 0)
		text_printf(&t, "%s/", b->folder);
	text_add(&t, path);
	return text_take(&t);
}

static const char credential_scheme[] = "credential:";

bool
scalar_is_elsewhere(const char *path)
{
	return strncmp(path, credential_scheme,
		   sizeof(credential_scheme) - 1) == 0;
}

/*
 * "credential:NAME" is what systemd passed under that name, alone or as a
 * file of /etc/vigie/credentials; it stays as it is for a command that runs
 * beside the daemon, to which nothing is passed (ExecReload sees the variable
 * but not the folder).  NULL for another value; owned by caller.
 */
static char *
credential_path(const char *value)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *name = value + sizeof(credential_scheme) - 1;
	struct text t;

	if (!scalar_is_elsewhere(value))
		return NULL;
	if (folder == NULL || access(folder, X_OK) != 0)
		return mem_dup(value);
	text_init(&t, 8192);
	text_printf(&t, "%s/%s", folder, name);
	if (access(text_str(&t), F_OK) != 0) {
		text_reset(&t);
		text_printf(&t, "%s/vigie_%s", folder, name);
	}
	return text_take(&t);
}

static bool
bundle_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, const char *path)
{
	struct fail f = {.why = ""};

	if (crypto_check_bundle(path, &f) == OK)
		return true;
	faults_add(b->faults, node->at, "'%s': %s", row->name, f.why);
	return false;
}

static bool
tokens_fit(struct binder *b, const struct option_row *row,
    const struct yaml *node, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct access *read = NULL;
	struct fail f = {.why = ""};
	unsigned line = 0;
	enum status s = fd < 0 ? fail_set(&f, ERR_IO, "%s", strerror(errno))
			       : access_read(fd, &read, &line, &f);

	if (fd >= 0)
		(void)close(fd);
	access_free(read);
	if (s == OK)
		return true;
	if (line > 0)
		faults_add(b->faults, node->at, "'%s': %s:%u: %s", row->name,
		    path, line, f.why);
	else
		faults_add(b->faults, node->at, "'%s': %s: %s", row->name, path,
		    f.why);
	return false;
}

static bool
is_secret(const struct option_row *row)
{
	return row->type == OPTION_SECRET || row->type == OPTION_TOKENS;
}

static bool
file_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || access(path, R_OK) != 0) {
		faults_add(b->faults, node->at, "'%s': %s: %s", row->name, path,
		    strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		faults_add(b->faults, node->at, "'%s': %s is not a file",
		    row->name, path);
	} else if (st.st_size == 0) {
		faults_add(b->faults, node->at, "'%s': %s is empty", row->name,
		    path);
	} else if (is_secret(row) && (st.st_mode & S_IRWXO) != 0) {
		faults_add(b->faults, node->at,
		    "'%s': everybody may use %s; run: chmod 600 %s", row->name,
		    path, path);
	} else if (is_secret(row) && (st.st_mode & S_IWGRP) != 0) {
		faults_add(b->faults, node->at,
		    "'%s': all of a group may change %s; run: chmod g-w %s",
		    row->name, path, path);
	} else if (row->type == OPTION_TOKENS) {
		return tokens_fit(b, row, node, path);
	} else if (row->type == OPTION_FILE) {
		return bundle_fits(b, row, node, path);
	} else {
		return true;
	}
	return false;
}

static bool
credential_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, const char *path)
{
	const char *name = strchr(node->text, ':') + 1;

	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
		faults_add(b->faults, node->at,
		    "'%s': '%s' is not the name of a credential", row->name,
		    name);
		return false;
	}
	if (strcmp(path, node->text) == 0)
		return true;
	if (access(path, F_OK) != 0) {
		faults_add(b->faults, node->at,
		    "'%s': no credential %s; put it into "
		    "/etc/vigie/credentials and restart",
		    row->name, name);
		return false;
	}
	return file_fits(b, row, node, path);
}

static void
store_path(struct binder *b, const struct option_row *row,
    const struct yaml *node, char **at)
{
	char *path = NULL;
	bool credential, fits;

	if (!scalar_line(b, row, node))
		return;
	if (is_secret(row))
		path = credential_path(node->text);
	credential = path != NULL;
	if (!credential)
		path = full_path(b, node->text);
	if ((int64_t)strlen(path) > row->max) {
		faults_add(b->faults, node->at,
		    "'%s': the path %s is longer than %" PRId64 " bytes",
		    row->name, path, row->max);
		fits = false;
	} else if (credential) {
		fits = credential_fits(b, row, node, path);
	} else {
		fits =
		    row->type == OPTION_PATH || file_fits(b, row, node, path);
	}
	if (fits) {
		mem_free(*at);
		*at = path;
	} else {
		mem_free(path);
	}
}

static bool
listen_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	struct fail f = {.why = ""};

	if (!scalar_line(b, row, node))
		return false;
	if (listen_check(node->text, &f) == OK)
		return true;
	faults_add(b->faults, node->at, "'%s': %s", row->name, f.why);
	return false;
}

/* It stands in addresses as it is. */
static bool
prefix_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._~/";
	size_t n;

	if (!scalar_line(b, row, node))
		return false;
	n = strlen(node->text);
	if (node->text[0] == '/' && n > 1 && node->text[n - 1] != '/' &&
	    node->text[strspn(node->text, letters)] == '\0' &&
	    strstr(node->text, "//") == NULL)
		return true;
	faults_add(b->faults, node->at,
	    "'%s' begins with / and does not end with it, like /vigie: "
	    "letters, digits and -._~ between",
	    row->name);
	return false;
}

static bool
text_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	switch (row->type) {
	case OPTION_TEXT:
		return bind_text(b, row->name, node) != NULL &&
		    length_fits(b, row, node);
	case OPTION_LINE:
		return scalar_line(b, row, node);
	case OPTION_ID:
		/* An id of digits is an id all the same. */
		if (node->kind == YAML_SCALAR)
			return bind_id(b, row->name, node->text, node->at);
		return bind_text(b, row->name, node) != NULL;
	case OPTION_GLOB:
		return glob_fits(b, row, node);
	case OPTION_URL:
	case OPTION_TARGET:
		return scalar_url(b, row->name, node,
		    row->type == OPTION_TARGET);
	case OPTION_LISTEN:
		return listen_fits(b, row, node);
	case OPTION_PREFIX:
		return prefix_fits(b, row, node);
	default:
		return bind_pattern(b, row->name, node);
	}
}

/* Position of the word in row->words, or -1. */
static int
word_of(struct binder *b, const struct option_row *row, const struct yaml *node)
{
	char word[OPTION_WORD_BYTES], hint[SUGGEST_TEXT_BYTES];
	char words[OPTION_WORDS_BYTES];
	char offered[32][OPTION_WORD_BYTES];
	struct suggest s;
	int position = -1;

	if (node->kind == YAML_SCALAR)
		position = option_word(row->words, node->text);
	if (position >= 0)
		return position;
	if (node->kind != YAML_SCALAR) {
		faults_add(b->faults, node->at, "'%s' must be a word, not %s",
		    row->name, yaml_what(node));
		return -1;
	}
	suggest_init(&s, node->text);
	for (int i = 0;
	     i < 32 && option_word_at(row->words, i, word)[0] != '\0'; i++) {
		(void)snprintf(offered[i], sizeof(offered[i]), "%s", word);
		suggest_offer(&s, offered[i]);
	}
	faults_add(b->faults, node->at, "'%s' is not one of %s%s", node->text,
	    option_words(row->words, words), suggest_text(&s, hint));
	return -1;
}

static bool
duration_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, span_ms *out)
{
	char low[DURATION_TEXT_BYTES], high[DURATION_TEXT_BYTES];
	struct fail f = {.why = ""};

	if (node->kind != YAML_SCALAR) {
		faults_add(b->faults, node->at,
		    "'%s' must be a duration like 30s, not %s", row->name,
		    yaml_what(node));
		return false;
	}
	if (yaml_type(node) == YAML_INT) {
		faults_add(b->faults, node->at,
		    "'%s': %s without a unit; write %ss, %sm or %sms",
		    row->name, node->text, node->text, node->text, node->text);
		return false;
	}
	if (duration_parse(node->text, out, &f) != OK) {
		faults_add(b->faults, node->at, "'%s': %s", row->name, f.why);
		return false;
	}
	if (*out < row->min || *out > row->max) {
		faults_add(b->faults, node->at,
		    "'%s': %s is not within %s to %s", row->name, node->text,
		    duration_format(row->min, low),
		    duration_format(row->max, high));
		return false;
	}
	return true;
}

static bool
bool_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, bool *out)
{
	if (node->kind == YAML_SCALAR && yaml_type(node) == YAML_BOOL) {
		*out = yaml_bool(node);
		return true;
	}
	if (node->kind == YAML_SCALAR &&
	    (strcmp(node->text, "on") == 0 || strcmp(node->text, "off") == 0)) {
		*out = node->text[1] == 'n';
		return true;
	}
	faults_add(b->faults, node->at,
	    "'%s' must be true or false, not %s%s%s", row->name,
	    node->kind == YAML_SCALAR ? "'" : "",
	    node->kind == YAML_SCALAR ? node->text : yaml_what(node),
	    node->kind == YAML_SCALAR ? "'" : "");
	return false;
}

static bool
integer_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node, int64_t *out)
{
	if (node->kind != YAML_SCALAR || yaml_type(node) != YAML_INT) {
		faults_add(b->faults, node->at, "'%s' must be a number, not %s",
		    row->name, yaml_what(node));
		return false;
	}
	if (!yaml_int(node, out) || *out < row->min || *out > row->max) {
		faults_add(b->faults, node->at,
		    "'%s': %s is not within %" PRId64 " to %" PRId64, row->name,
		    node->text, row->min, row->max);
		return false;
	}
	return true;
}

/* A number into a field of 1, 4 or 8 bytes. */
static void
put_integer(const struct option_row *row, int64_t v, void *at)
{
	uint8_t v8 = (uint8_t)v;
	int32_t v32 = (int32_t)v;

	if (row->bytes == sizeof(v8))
		memcpy(at, &v8, sizeof(v8));
	else if (row->bytes == sizeof(v32))
		memcpy(at, &v32, sizeof(v32));
	else
		memcpy(at, &v, sizeof(v));
}

void
scalar_store(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *at)
{
	char **text = at;
	int64_t v = 0;
	bool truth = false;

	switch (row->type) {
	case OPTION_DURATION:
		if (duration_fits(b, row, node, &v))
			put_integer(row, v, at);
		break;
	case OPTION_INTEGER:
		if (integer_fits(b, row, node, &v))
			put_integer(row, v, at);
		break;
	case OPTION_BOOL:
		if (bool_fits(b, row, node, &truth))
			memcpy(at, &truth, sizeof(truth));
		break;
	case OPTION_WORD:
		v = word_of(b, row, node);
		if (v >= 0)
			put_integer(row, v, at);
		break;
	case OPTION_PATH:
	case OPTION_FILE:
	case OPTION_SECRET:
	case OPTION_TOKENS:
		store_path(b, row, node, text);
		break;
	default:
		if (row->type == OPTION_CHOICE ? word_of(b, row, node) >= 0
					       : text_fits(b, row, node)) {
			mem_free(*text);
			*text = mem_dup(node->text);
		}
		break;
	}
}
