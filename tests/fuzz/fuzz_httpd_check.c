/* SPDX-License-Identifier: MIT */
/*
 * A request: the first line is "METHOD TARGET", each other "Name:value".
 * Whatever is let in has one reading: a path without control bytes and ways
 * back, parameters that are text, one host of ours, one length.
 */
#include "fuzz.h"
#include "input.h"

#include <stdbool.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/httpd_check.h"

static const char allowed[] = "status.example.org";

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_text(const char *s)
{
	must(utf8_valid(s, strlen(s)));
	for (; *s != '\0'; s++)
		must((unsigned char)*s >= 0x20 && *s != 0x7f);
}

/* Escaped anew, each byte of it, it is the same path. */
static void
check_again(const char *path)
{
	static const char hex[] = "0123456789abcdef";
	char *target = mem_zalloc(3 * strlen(path) + 2), *again, *query;
	size_t n = 0;

	target[n++] = '/';
	for (const char *p = path + 1; *p != '\0'; p++) {
		target[n++] = '%';
		target[n++] = hex[(unsigned char)*p >> 4];
		target[n++] = hex[(unsigned char)*p & 15];
	}
	must(httpd_target_take(target, &again, &query));
	must(strcmp(again, path) == 0 && query[0] == '\0');
	mem_free(target);
	mem_free(again);
	mem_free(query);
}

static void
check_target(const char *target)
{
	char *path, *query, *value;

	if (!httpd_target_take(target, &path, &query))
		return;
	must(path[0] == '/');
	check_text(path);
	must(strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
	must(strlen(path) < 3 || strcmp(path + strlen(path) - 3, "/..") != 0);
	check_again(path);
	value = httpd_query_param(query, "q");
	if (value != NULL)
		check_text(value);
	mem_free(value);
	mem_free(path);
	mem_free(query);
}

static void
check_head(const struct httpd_head *h)
{
	char name[sizeof(allowed)];
	char *const hosts[] = {name, NULL};
	const struct httpd_names names = {.local = "192.0.2.1", .hosts = hosts};

	memcpy(name, allowed, sizeof(allowed));
	if (httpd_head_refusal(h, &names) != 0)
		return;
	must(h->hosts == 1 && h->lengths <= 1 && h->encodings == 0);
	must(httpd_host_is(h->host, "localhost") ||
	    httpd_host_is(h->host, "192.0.2.1") ||
	    httpd_host_is(h->host, allowed));
	must(strpbrk(h->host, "/@\\ ,") == NULL);
	must(h->lengths == 0 ||
	    strspn(h->length, "0123456789") == strlen(h->length));
}

static enum httpd_verb
verb_of(const char *line)
{
	return strncmp(line, "GET ", 4) == 0 ? VERB_GET
	    : strncmp(line, "POST ", 5) == 0 ? VERB_POST
	    : strncmp(line, "HEAD ", 5) == 0 ? VERB_HEAD
					     : VERB_OTHER;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = input_text(bytes, n), *rest = text;
	char *line = strsep(&rest, "\n");
	struct httpd_head h = {.verb = verb_of(line), .major = 1, .minor = 1};

	check_target(line + strcspn(line, " ") + (strchr(line, ' ') != NULL));
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *name = strsep(&line, ":");

		if (line == NULL)
			continue;
		httpd_head_field(&h, name, line);
		if (strcasecmp(name, "If-None-Match") == 0)
			(void)httpd_etag_matches(line, "v1");
	}
	check_head(&h);
	free(text);
	return 0;
}
