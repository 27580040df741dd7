/* SPDX-License-Identifier: MIT */
/*
 * visitor - a client of raw bytes, and a small site for it to visit, in the
 * real loop of a test.  Whatever is waited for comes within VISITOR_MS, or the
 * test fails.
 */
#ifndef SUPPORT_VISITOR_H
#define SUPPORT_VISITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "io/httpd.h"

enum {
	VISITOR_MS = 10000,
	SITE_BIG_BYTES = 1 << 23,
	SITE_HELD_MAX = 8,
	SITE_BUSY_MS = 30
};

/*
 * A site:  /hello  /echo  /param?q=  /head (a header)  /big  /missing  /move
 * /client (its address, if that is of IPv4)
 * /later (answered by site_answer())  /stream  /end (frees the server)
 * /busy (for SITE_BUSY_MS, and stops the loop)
 */
struct site_stream {
	struct site *site;
	struct http_stream *stream; /* NULL: free, or gone */
};

struct site {
	struct loop *loop;
	struct httpd *httpd;
	uint16_t port;
	char path[108]; /* of a Unix socket; "": of port */
	unsigned heard, gone;
	char last[256];                            /* path */
	struct http_exchange *held[SITE_HELD_MAX]; /* NULL: free */
	struct site_stream streams[SITE_HELD_MAX];
	bool end_when_gone;
};

struct httpd_limits site_limits(void); /* as if there were none */
void site_open(struct site *s, const char *where, const struct httpd_limits *m);
void site_close(struct site *s);
void site_answer(struct site *s, size_t i);

struct visitor {
	struct site *site;
	int fd;
	struct watch *watch;
	struct text got;
	const char *pattern; /* that ends the wait */
	bool ended;
};

/* Connected, or at least queued. */
void visitor_come(struct visitor *v, struct site *s);
void visitor_go(struct visitor *v);
void visitor_say(struct visitor *v, const char *bytes);
void visitor_say_n(struct visitor *v, const char *bytes, size_t n);
void visitor_wait_for(struct visitor *v, const char *pattern);
void visitor_wait_end(struct visitor *v);
/* Forget what came so far. */
void visitor_forget(struct visitor *v);
/* One visit: says this, waits for an end in order, and compares the code. */
void visit(struct site *s, const char *bytes, int code, const char *pattern);

void site_run(struct site *s, span_ms ms);
/* Until *what is at least n. */
void site_run_until(struct site *s, const unsigned *what, unsigned n);

#endif
