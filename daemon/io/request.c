/* SPDX-License-Identifier: MIT */
#include "io/request.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/crypto.h"

static const char bearer_line[] = "Authorization: Bearer ";
static const char expect_line[] = "Expect:";
static const char type_line[] = "Content-Type:";

/* Room for the lines we add ourselves. */
enum { OWN_LINES = 3, OWN_BYTES = 64 };

static bool
is_plain(const char *text)
{
	if (text != NULL)
		for (; *text != '\0'; text++)
			if ((unsigned char)*text < ' ' && *text != '\t')
				return false;
	return true;
}

static size_t
count_headers(const struct fetch_request *q)
{
	size_t n = 0;

	while (q->headers != NULL && q->headers[n] != NULL)
		n++;
	return n;
}

bool
request_is_acceptable(const struct fetch_request *q)
{
	bool web = strncasecmp(q->url, "http://", 7) == 0 ||
	    strncasecmp(q->url, "https://", 8) == 0;
	size_t n = count_headers(q);

	if (!web || (q->address == NULL && q->proxy == NULL) ||
	    n > REQUEST_HEADERS_MAX - OWN_LINES || !is_plain(q->url) ||
	    !is_plain(q->bearer) || !is_plain(q->method) ||
	    (q->method != NULL && strchr(q->method, ' ') != NULL))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_plain(q->headers[i]))
			return false;
	return true;
}

static void
add_line(struct request_headers *h, const char *name, const char *value)
{
	char *at = h->text + h->bytes;
	size_t size = strlen(name) + strlen(value) + 1;

	(void)snprintf(at, size, "%s%s", name, value);
	h->bytes += size;
	h->lines[h->count++] = at;
}

static bool
has_line(const struct request_headers *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strncasecmp(h->lines[i], name, strlen(name)) == 0)
			return true;
	return false;
}

void
request_headers_make(struct request_headers *h, const struct fetch_request *q)
{
	size_t n = count_headers(q), size = OWN_BYTES;

	*h = (struct request_headers){0};
	if (n == 0 && q->bearer == NULL && q->body == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		size += strlen(q->headers[i]) + 1;
	size += q->bearer != NULL ? strlen(q->bearer) : 0;
	h->text = mem_zalloc(size);
	for (size_t i = 0; i < n; i++)
		add_line(h, q->headers[i], "");
	if (q->bearer != NULL)
		add_line(h, bearer_line, q->bearer);
	if (q->body != NULL) {
		add_line(h, expect_line, "");
		if (!has_line(h, type_line))
			add_line(h, type_line, "");
	}
}

void
request_headers_wipe(struct request_headers *h)
{
	if (h->text != NULL)
		crypto_zero(h->text, h->bytes); /* it may hold a token */
	mem_free(h->text);
	*h = (struct request_headers){0};
}

socklen_t
request_socket_address(const struct fetch_request *q,
    struct sockaddr_storage *out)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(q->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	    .sin6_port = htons(q->port)};

	memset(out, 0, sizeof(*out));
	if (q->address->family == FAMILY_IPV4) {
		memcpy(&in.sin_addr, q->address->bytes, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, q->address->bytes, 16);
	memcpy(out, &in6, sizeof(in6));
	return sizeof(in6);
}

void
request_connect_to(const struct fetch_request *q,
    char buf[REQUEST_CONNECT_TO_BYTES])
{
	char text[ADDRESS_TEXT_BYTES];
	bool six = q->address->family == FAMILY_IPV6;

	(void)snprintf(buf, REQUEST_CONNECT_TO_BYTES,
	    six ? "::[%s]:%u" : "::%s:%u", address_format(q->address, text),
	    (unsigned)q->port);
}
