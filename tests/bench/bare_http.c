/* SPDX-License-Identifier: MIT */
/*
 * bare_http - the HTTP server of libevent and nothing else, to compare with.
 *
 *	bare_http
 *
 * Prints {"port":N} of 127.0.0.1 and answers /BYTES with so many bytes.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

enum { BYTES_MAX = 8 << 20 };

static char bytes[BYTES_MAX];

static void
answer(struct evhttp_request *req, void *arg)
{
	unsigned long n = strtoul(evhttp_request_get_uri(req) + 1, NULL, 10);
	struct evbuffer *body = evbuffer_new();
	int on = 1;

	(void)arg;
	(void)setsockopt(bufferevent_getfd(evhttp_connection_get_bufferevent(
			     evhttp_request_get_connection(req))),
	    IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (body == NULL || n > BYTES_MAX ||
	    evbuffer_add(body, bytes, n) != 0) {
		evhttp_send_error(req, HTTP_NOTFOUND, NULL);
	} else {
		(void)evhttp_add_header(evhttp_request_get_output_headers(req),
		    "Content-Type", "text/html; charset=utf-8");
		evhttp_send_reply(req, HTTP_OK, NULL, body);
	}
	if (body != NULL)
		evbuffer_free(body);
}

int
main(void)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base != NULL ? evhttp_new(base) : NULL;
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	struct evhttp_bound_socket *bound;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 26);
	if (http == NULL ||
	    (bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0)) ==
		NULL ||
	    getsockname(evhttp_bound_socket_get_fd(bound),
		(struct sockaddr *)&at, &size) != 0)
		return 1;
	evhttp_set_gencb(http, answer, NULL);
	printf("{\"port\":%u}\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	(void)event_base_dispatch(base);
	return 0;
}
