/* SPDX-License-Identifier: MIT */
/* request - a fetch_request made ready for the library that will send it. */
#ifndef IO_REQUEST_H
#define IO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "io/fetch.h"

enum {
	REQUEST_HEADERS_MAX = 64,
	REQUEST_CONNECT_TO_BYTES = ADDRESS_TEXT_BYTES + 16
};

/* Our own copies; a line without a value ("Expect:") is to be left out. */
struct request_headers {
	char *text; /* all lines, one after the other */
	size_t bytes, count;
	char *lines[REQUEST_HEADERS_MAX]; /* into text */
};

/*
 * http or https, somewhere to connect to, not too many headers, and no text
 * with a control character, which could change the shape of the request.
 */
MUST_CHECK
bool request_is_acceptable(const struct fetch_request *q);

void request_headers_make(struct request_headers *h,
    const struct fetch_request *q);
void request_headers_wipe(struct request_headers *h); /* and free */

/* Where to connect, for the system and ("::192.0.2.1:443") for the library. */
socklen_t request_socket_address(const struct fetch_request *q,
    struct sockaddr_storage *out);
void request_connect_to(const struct fetch_request *q,
    char buf[REQUEST_CONNECT_TO_BYTES]);

#endif
