/* SPDX-License-Identifier: MIT */
#include "config/option.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"

#define AT(type, field) \
	offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define NOWHERE 0, 0

enum {
	LINE_MAX_BYTES = 1024,
	ADVICE_MAX_BYTES = 300, /* it is part of each notice */
	PATTERN_MAX_BYTES = 4096,
	BODY_MAX_BYTES = 65536
};

/* Keys of an endpoint that may also stand at its service, or for all. */
enum { SHARED = SECTION_DEFAULTS | SECTION_ENDPOINT };

#define FACILITIES                                                           \
	"-|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|-|-" \
	"|-|-|local0|local1|local2|local3|local4|local5|local6|local7"

const struct option_row option_table[] = {
    {SECTION_FILE, "database", OPTION_PATH, 1, 4096, "/var/lib/vigie/vigie.db",
	NULL, AT(config, database), "where everything is kept"},
    {SECTION_FILE, "control", OPTION_PATH, 1, 100, "/run/vigie/control", NULL,
	AT(config, control),
	"socket of the command line; beside the database where its default "
	"cannot be written"},
    {SECTION_FILE, "listen", OPTION_LISTEN, 1, 256, NULL, NULL,
	AT(config, listen),
	"where the dashboard is served, like 127.0.0.1:8090, unix:/path or "
	"systemd; nowhere if not given"},
    {SECTION_FILE, "public_url", OPTION_URL, 1, 2048, NULL, NULL,
	AT(config, public_url), "address that notices link to"},
    {SECTION_FILE, "base_path", OPTION_PREFIX, 1, 200, NULL, NULL,
	AT(config, base_path),
	"what addresses of the dashboard begin with behind a proxy, like /vigie; "
	"the path of public_url if not given"},
    {SECTION_FILE, "trusted_proxies", OPTION_PROXIES, 1, 60, NULL, NULL,
	AT(config, trusted_proxies),
	"addresses or networks whose X-Forwarded-For is believed, or unix"},
    {SECTION_FILE, "tokens", OPTION_TOKENS, 1, 4096, NULL, NULL,
	AT(config, tokens),
	"who may see all of the dashboard, and act: see vigie token; without it "
	"everybody sees all and nobody acts"},
    {SECTION_FILE, "user_agent", OPTION_LINE, 1, 200, NULL, NULL,
	AT(config, user_agent_contact),
	"public address or mailbox told to every server we ask"},
    {SECTION_FILE, "defaults", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"keys that hold for every endpoint"},
    {SECTION_FILE, "canaries", OPTION_LIST, 0, 64, "[gateway, resolvers]", NULL,
	NOWHERE, "unrelated targets that prove our own network works"},
    {SECTION_FILE, "services", OPTION_LIST, 1, 1000000, NULL, NULL, NOWHERE,
	"what is watched; at least one"},
    {SECTION_FILE, "maintenance", OPTION_LIST, 0, 100000, NULL, NULL, NOWHERE,
	"planned maintenance"},
    {SECTION_FILE, "receivers", OPTION_LIST, 0, 1000, NULL, NULL, NOWHERE,
	"where notices go; without any, syslog"},
    {SECTION_FILE, "routes", OPTION_LIST, 0, 10000, NULL, NULL, NOWHERE,
	"which notices go where; without any, all to all receivers"},
    {SECTION_FILE, "retention", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"how long samples are kept"},
    {SECTION_FILE, "probers", OPTION_REFUSED, 0, 0, NULL, NULL, NOWHERE, ""},
    {SECTION_FILE | SECTION_RETENTION, "max_size", OPTION_REFUSED, 0, 0, NULL,
	NULL, NOWHERE, ""},

    {SECTION_RETENTION, "samples", OPTION_DURATION, DAY_MS,
	36500 * (int64_t)DAY_MS, "400d", NULL, AT(config, keep_samples),
	"raw samples"},

    {SECTION_SERVICE, "id", OPTION_ID, 1, 63, NULL, NULL,
	AT(config_service, id), "short name, first part of endpoint ids"},
    {SECTION_SERVICE, "name", OPTION_LINE, 1, 200, NULL, NULL,
	AT(config_service, name), "name for people; its id if not given"},
    {SECTION_SERVICE, "tags", OPTION_LINES, 1, 63, NULL, NULL,
	AT(config_service, tags), "words that routes can match"},
    {SECTION_SERVICE, "owner", OPTION_LINE, 1, LINE_MAX_BYTES, NULL, NULL,
	AT(config_service, owner), "who looks after it"},
    {SECTION_SERVICE, "runbook", OPTION_LINE, 1, LINE_MAX_BYTES, NULL, NULL,
	AT(config_service, runbook), "address of what to do"},
    {SECTION_SERVICE, "functions", OPTION_OWN, 0, 64, NULL, NULL, NOWHERE,
	"what stops working with it"},
    {SECTION_SERVICE, "unaffected", OPTION_OWN, 0, 64, NULL, NULL, NOWHERE,
	"what goes on working without it"},
    {SECTION_SERVICE, "advice", OPTION_LINE, 1, ADVICE_MAX_BYTES, NULL, NULL,
	AT(config_service, advice),
	"one line on what its users can do meanwhile"},
    {SECTION_SERVICE, "private", OPTION_BOOL, 0, 0, "false", NULL,
	AT(config_service, private),
	"shown on the dashboard only to who has a token"},
    {SECTION_SERVICE, "slo", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"promised availability, like 99.9%"},
    {SECTION_SERVICE, "all_clear", OPTION_WORD, 0, 0, "default",
	"default|eager|cautious", AT(config_service, all_clear),
	"how long it must hold before it counts as back"},
    {SECTION_SERVICE, "regions", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"region to URL, endpoint, or list of endpoints with names"},
    {SECTION_SERVICE, "depends_on", OPTION_OWN, 1, 64, NULL, NULL, NOWHERE,
	"services, their regions or endpoints that it needs, * and ? allowed"},

    {SECTION_DEPENDENCY, "any_of", OPTION_OWN, 1, 64, NULL, NULL, NOWHERE,
	"it is hit only when all that these name are bad"},

    {SECTION_FUNCTION, "name", OPTION_LINE, 1, 200, NULL, NULL, NOWHERE,
	"what its users call it"},
    {SECTION_FUNCTION, "endpoints", OPTION_OWN, 1, 64, NULL, NULL, NOWHERE,
	"endpoints that prove whether it works, of any service, * and ? allowed"},

    {SECTION_ENDPOINT, "name", OPTION_ID, 1, 63, NULL, NULL, NOWHERE,
	"last part of its id, where a region has several"},
    {SECTION_ENDPOINT, "url", OPTION_TARGET, 1, 8192, NULL, NULL,
	AT(target, url),
	"address, http:, https:, tcp://host:port, tls://host:port, dns://name or "
	"icmp://host"},
    {SHARED, "interval", OPTION_DURATION, SECOND_MS, DAY_MS, "60s", NULL,
	AT(target, interval), "time from one probe to the next"},
    {SHARED, "timeout", OPTION_DURATION, 100, 5 * (int64_t)MINUTE_MS, "10s",
	NULL, AT(target, timeout), "time for one probe with all its redirects"},
    {SHARED, "method", OPTION_CHOICE, 0, 0, "GET",
	"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS", AT(target, method),
	"HTTP method"},
    {SHARED, "headers", OPTION_PAIRS, 0, 4096, NULL, NULL, NOWHERE,
	"HTTP headers to send; a list nearer to the endpoint replaces"},
    {SECTION_ENDPOINT, "body", OPTION_TEXT, 0, BODY_MAX_BYTES, NULL, NULL,
	AT(target, body), "body to send"},
    {SHARED, "auth", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"credentials from a file"},
    {SHARED, "tls", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"how certificates are checked"},
    {SHARED, "ip", OPTION_WORD, 0, 0, "any", "any|4|6", AT(target, family),
	"address family"},
    {SHARED, "addresses", OPTION_WORD, 0, 0, "first", "first|all",
	AT(target, addresses), "which addresses of a name are asked"},
    {SHARED, "proxy", OPTION_URL, 1, 2048, NULL, NULL, AT(target, proxy),
	"HTTP proxy to ask through"},
    {SHARED, "redirects", OPTION_INTEGER, 0, 5, "3", NULL,
	AT(target, redirects), "redirects to follow"},
    {SHARED, "ladder", OPTION_BOOL, 0, 0, "true", NULL, AT(target, ladder),
	"quick probes after a first failure"},
    {SHARED, "expect", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"what a good answer looks like"},
    {SHARED, "http", OPTION_WORD, 0, 0, "1.1", "1.1|2", AT(target, http),
	"version of HTTP that must be spoken"},
    {SHARED, "reuse", OPTION_BOOL, 0, 0, "false", NULL, AT(target, reuse),
	"keep the connection for the next probe"},

    {SECTION_EXPECT, "status", OPTION_OWN, 100, 599, "200-299", NULL, NOWHERE,
	"a status, \"200-299\", or a list of these"},
    {SECTION_EXPECT, "json", OPTION_OWN, 0, 64, NULL, NULL, NOWHERE,
	"path like $.a.b[0] to value, or to {max_age: 10m}"},
    {SECTION_EXPECT, "body", OPTION_PATTERN, 1, PATTERN_MAX_BYTES, NULL, NULL,
	AT(target_expect, body), "pattern the body must match"},
    {SECTION_EXPECT, "not_body", OPTION_PATTERN, 1, PATTERN_MAX_BYTES, NULL,
	NULL, AT(target_expect, not_body), "pattern it must not match"},
    {SECTION_EXPECT, "records", OPTION_OWN, 1, LINE_MAX_BYTES, NULL, NULL,
	NOWHERE, "dns: these records and no others"},
    {SECTION_EXPECT, "header", OPTION_PAIRS, 1, PATTERN_MAX_BYTES, NULL, NULL,
	NOWHERE, "header name to pattern"},
    {SECTION_EXPECT, "type", OPTION_LINE, 3, 200, NULL, NULL,
	AT(target_expect, type), "media type, like application/json"},
    {SECTION_EXPECT, "latency", OPTION_DURATION, 1, 5 * (int64_t)MINUTE_MS,
	NULL, NULL, AT(target_expect, latency), "slower than this is degraded"},

    {SECTION_JSON, "max_age", OPTION_DURATION, SECOND_MS,
	36500 * (int64_t)DAY_MS, NULL, NULL, AT(target_json, max_age),
	"the value is a time at most so old"},

    {SECTION_AUTH, "basic_file", OPTION_SECRET, 1, 4096, NULL, NULL,
	AT(target, basic_file), "file with user:password"},
    {SECTION_AUTH, "bearer_file", OPTION_SECRET, 1, 4096, NULL, NULL,
	AT(target, bearer_file), "file with a bearer token"},
    {SECTION_AUTH, "oauth2", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"credentials for which a server gives tokens"},

    {SECTION_OAUTH2, "token_url", OPTION_URL, 1, 2048, NULL, NULL,
	AT(target, oauth.token_url), "where tokens are asked for"},
    {SECTION_OAUTH2, "client_id", OPTION_LINE, 1, LINE_MAX_BYTES, NULL, NULL,
	AT(target, oauth.client_id), "who we are there"},
    {SECTION_OAUTH2, "client_secret_file", OPTION_SECRET, 1, 4096, NULL, NULL,
	AT(target, oauth.secret_file), "file with the client secret"},
    {SECTION_OAUTH2, "scope", OPTION_LINE, 1, LINE_MAX_BYTES, NULL, NULL,
	AT(target, oauth.scope), "what the token is for, as words"},
    {SECTION_OAUTH2, "audience", OPTION_LINE, 1, LINE_MAX_BYTES, NULL, NULL,
	AT(target, oauth.audience), "whom it is for, where servers ask"},

    {SECTION_TLS, "ca_file", OPTION_FILE, 1, 4096, NULL, NULL,
	AT(target, ca_file), "certificates to trust instead of the system's"},
    {SECTION_TLS, "insecure", OPTION_BOOL, 0, 0, "false", NULL,
	AT(target, insecure), "do not verify certificates"},
    {SECTION_RECEIVER, "ca_file", OPTION_FILE, 1, 4096, NULL, NULL,
	AT(receiver, ca_file),
	"webhook, heartbeat: certificates to trust instead of the system's"},
    {SECTION_RECEIVER, "insecure", OPTION_BOOL, 0, 0, "false", NULL,
	AT(receiver, insecure),
	"webhook, heartbeat: do not verify certificates"},
    {SECTION_TLS, "cert_file", OPTION_FILE, 1, 4096, NULL, NULL,
	AT(target, cert_file), "our own certificate, and those it hangs on"},
    {SECTION_TLS, "key_file", OPTION_SECRET, 1, 4096, NULL, NULL,
	AT(target, key_file), "its private key, without a passphrase"},

    {SECTION_WINDOW, "service", OPTION_GLOB, 1, 63, NULL, NULL,
	AT(config_window, service), "service id, * and ? allowed"},
    {SECTION_WINDOW, "region", OPTION_GLOB, 1, 63, NULL, NULL,
	AT(config_window, region), "region, * and ? allowed; all if not given"},
    {SECTION_MATCH, "service", OPTION_GLOB, 1, 63, NULL, NULL,
	AT(config_route, service), "service id, * and ? allowed"},
    {SECTION_MATCH, "region", OPTION_GLOB, 1, 63, NULL, NULL,
	AT(config_route, region), "region, * and ? allowed; all if not given"},
    {SECTION_WINDOW, "title", OPTION_LINE, 1, 200, "Maintenance", NULL,
	AT(config_window, title), "for people"},
    {SECTION_WINDOW, "every", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"\"Sun 02:00-04:00\"; days as Mon,Wed-Fri; may cross midnight"},
    {SECTION_WINDOW, "from", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"begin of a single window, like 2026-03-01 02:00"},
    {SECTION_WINDOW, "to", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE, "its end"},
    {SECTION_WINDOW, "timezone", OPTION_LINE, 1, 64, "UTC", NULL,
	AT(config_window, timezone), "zone of the times, like Europe/Paris"},

    {SECTION_RECEIVER, "id", OPTION_ID, 1, 63, NULL, NULL, AT(receiver, id),
	"name that routes use"},
    {SECTION_RECEIVER, "type", OPTION_WORD, 0, 0, NULL,
	"syslog|webhook|heartbeat", AT(receiver, type), "kind of receiver"},
    {SECTION_RECEIVER, "facility", OPTION_WORD, 0, 0, "local0", FACILITIES,
	AT(receiver, facility), "syslog: facility"},
    {SECTION_RECEIVER, "url", OPTION_URL, 1, 2048, NULL, NULL,
	AT(receiver, url), "webhook: where to send; heartbeat: what to GET"},
    {SECTION_RECEIVER, "every", OPTION_DURATION, HEARTBEAT_EVERY_MIN_MS,
	HEARTBEAT_EVERY_MAX_MS, "60s", NULL, AT(receiver, every),
	"heartbeat: time from one beat to the next"},
    {SECTION_RECEIVER, "secret_file", OPTION_SECRET, 1, 4096, NULL, NULL,
	AT(receiver, secret_file),
	"webhook: file with one whsec_ secret per line"},
    {SECTION_RECEIVER, "proxy", OPTION_URL, 1, 2048, NULL, NULL,
	AT(receiver, proxy), "webhook, heartbeat: HTTP proxy to send through"},
    {SECTION_RECEIVER, "allow_private", OPTION_BOOL, 0, 0, "false", NULL,
	AT(receiver, allow_private),
	"webhook, heartbeat: permit loopback and private addresses"},
    {SECTION_RECEIVER, "timeout", OPTION_DURATION, 100, 5 * (int64_t)MINUTE_MS,
	"10s", NULL, AT(receiver, timeout),
	"webhook, heartbeat: time for one attempt; of a heartbeat, 1s less than "
	"every at most"},

    {SECTION_ROUTE, "match", OPTION_OWN, 0, 0, NULL, NULL, NOWHERE,
	"which notices; all if not given"},
    {SECTION_ROUTE, "to", OPTION_LINES, 1, 63, NULL, NULL, AT(config_route, to),
	"receiver ids"},
    {SECTION_ROUTE, "notify_after", OPTION_DURATION, 0, 7 * (int64_t)DAY_MS,
	"0s", NULL, AT(config_route, notify_after),
	"only when it has lasted so long"},
    {SECTION_ROUTE, "all", OPTION_BOOL, 0, 0, "false", NULL,
	AT(config_route, all), "quiet notices too, like recovering"},
    {SECTION_MATCH, "tag", OPTION_LINE, 1, 63, NULL, NULL,
	AT(config_route, tag), "tag of the service, * and ? allowed"},
    {SECTION_MATCH, "kind", OPTION_GLOB, 1, 63, NULL,
	"degradation|maintenance|outage", AT(config_route, kind),
	"kind of incident, * and ? allowed"},
    {SECTION_MATCH, "severity", OPTION_GLOB, 1, 63, NULL,
	"crit|err|warning|notice|info", AT(config_route, severity),
	"severity of the notice, * and ? allowed"},
    {.name = NULL},
};

const struct option_row *
option_find(unsigned sections, const char *name)
{
	for (const struct option_row *r = option_table; r->name != NULL; r++) {
		if ((r->sections & sections) != 0 && strcmp(r->name, name) == 0)
			return r;
	}
	return NULL;
}

const char *
option_section_name(unsigned bit)
{
	static const char *const names[SECTION_COUNT] = {"file", "retention",
	    "defaults", "service", "endpoint", "expect", "json", "auth", "tls",
	    "maintenance", "receiver", "route", "match", "oauth2", "function",
	    "dependency"};

	return bit < SECTION_COUNT ? names[bit] : "";
}

const char *
option_type_name(enum option_type t)
{
	static const char *const names[] = {
	    [OPTION_TEXT] = "text",
	    [OPTION_LINE] = "line",
	    [OPTION_ID] = "id",
	    [OPTION_GLOB] = "glob",
	    [OPTION_DURATION] = "duration",
	    [OPTION_INTEGER] = "number",
	    [OPTION_BOOL] = "true or false",
	    [OPTION_WORD] = "word",
	    [OPTION_CHOICE] = "word",
	    [OPTION_PATH] = "path",
	    [OPTION_FILE] = "file",
	    [OPTION_SECRET] = "secret file",
	    [OPTION_TOKENS] = "secret file",
	    [OPTION_URL] = "url",
	    [OPTION_LISTEN] = "socket",
	    [OPTION_PREFIX] = "prefix",
	    [OPTION_PROXIES] = "list of addresses",
	    [OPTION_TARGET] = "url",
	    [OPTION_PATTERN] = "pattern",
	    [OPTION_LINES] = "list of lines",
	    [OPTION_PAIRS] = "mapping",
	    [OPTION_LIST] = "list",
	    [OPTION_OWN] = "own",
	    [OPTION_REFUSED] = "not supported",
	};

	return names[t];
}

int
option_word(const char *words, const char *word)
{
	size_t n = strlen(word);
	int position = 0;

	if (n == 0 || strcmp(word, "-") == 0)
		return -1;
	for (const char *p = words;; p++, position++) {
		size_t len = strcspn(p, "|");

		if (len == n && strncmp(p, word, n) == 0)
			return position;
		p += len;
		if (*p == '\0')
			return -1;
	}
}

const char *
option_word_at(const char *words, int position, char buf[OPTION_WORD_BYTES])
{
	const char *p = words;

	buf[0] = '\0';
	for (; position > 0 && *p != '\0'; position--) {
		p += strcspn(p, "|");
		if (*p == '|')
			p++;
	}
	(void)snprintf(buf, OPTION_WORD_BYTES, "%.*s", (int)strcspn(p, "|"), p);
	return buf;
}

const char *
option_words(const char *words, char buf[OPTION_WORDS_BYTES])
{
	char word[OPTION_WORD_BYTES], next[OPTION_WORD_BYTES] = "";
	size_t n = 0;

	buf[0] = '\0';
	/* One word is held back, for only then is it known to be the last. */
	for (int i = 0; option_word_at(words, i, word)[0] != '\0'; i++) {
		if (strcmp(word, "-") == 0)
			continue;
		if (next[0] != '\0' && n < OPTION_WORDS_BYTES)
			n += (size_t)snprintf(buf + n, OPTION_WORDS_BYTES - n,
			    "%s%s", n > 0 ? ", " : "", next);
		memcpy(next, word, sizeof(next));
	}
	if (n < OPTION_WORDS_BYTES)
		(void)snprintf(buf + n, OPTION_WORDS_BYTES - n, "%s%s",
		    n > 0 ? " or " : "", next);
	return buf;
}
