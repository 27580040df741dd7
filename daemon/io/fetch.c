/* SPDX-License-Identifier: MIT */
#include "io/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/fetch_inside.h"

enum { BUFFER_BYTES = 16384 };

static const char system_ca_file[] = "/etc/ssl/certs/ca-certificates.crt";

static void collect(struct fetcher *x);

static void
on_ready(void *arg, int fd, int events)
{
	struct fetcher *x = arg;
	int running;

	(void)curl_multi_socket_action(x->multi, fd,
	    (events & WATCH_READ ? CURL_CSELECT_IN : 0) |
		(events & WATCH_WRITE ? CURL_CSELECT_OUT : 0),
	    &running);
	collect(x);
}

static void
on_timer(void *arg)
{
	struct fetcher *x = arg;
	int running;

	(void)curl_multi_socket_action(x->multi, CURL_SOCKET_TIMEOUT, 0,
	    &running);
	collect(x);
}

/* The slot of a handle. */
static struct fetch *
owner(CURL *easy)
{
	char *private = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private) != CURLE_OK)
		return NULL;
	return (struct fetch *)(void *)private;
}

/*
 * To read from a socket it must be connected.  curl tells when that was only
 * if TLS succeeded as well.
 */
static void
note_connected(CURL *easy)
{
	struct fetch *h = owner(easy);

	if (h != NULL && h->facts.connected_us == 0)
		h->facts.connected_us =
		    loop_micros(h->fetcher->loop) - h->since;
}

static int
curl_wants_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *own)
{
	struct fetcher *x = arg;

	(void)own;
	if (what == CURL_POLL_REMOVE) {
		socketmap_disarm(x->sockets, fd);
		return 0;
	}
	if (what & CURL_POLL_IN)
		note_connected(easy);
	socketmap_arm(x->sockets, fd,
	    (what & CURL_POLL_IN ? WATCH_READ : 0) |
		(what & CURL_POLL_OUT ? WATCH_WRITE : 0));
	return 0;
}

static int
curl_wants_timer(CURLM *multi, long ms, void *arg)
{
	struct fetcher *x = arg;

	(void)multi;
	if (ms < 0)
		timer_disarm(x->timer);
	else
		timer_arm_real(x->timer, ms);
	return 0;
}

static bool
is_allowed(const struct fetch *h, const struct curl_sockaddr *to)
{
	return !h->facts.direct ||
	    (to->addrlen == h->allowed_size &&
		memcmp(&to->addr, &h->allowed, to->addrlen) == 0);
}

static curl_socket_t
curl_opens_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct fetch *h = arg;
	int fd;

	(void)purpose;
	if (!is_allowed(h, to)) {
		h->facts.socket_error = EACCES;
		return CURL_SOCKET_BAD;
	}
	fd = socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    to->protocol);
	if (fd < 0) {
		h->facts.socket_error = errno;
		return CURL_SOCKET_BAD;
	}
	/* In case its number was closed behind our back. */
	socketmap_disarm(h->fetcher->sockets, fd);
	return fd;
}

static int
curl_closes_socket(void *arg, curl_socket_t fd)
{
	struct fetcher *x = arg;

	socketmap_disarm(x->sockets, fd);
	return close(fd);
}

static size_t
curl_has_header(char *line, size_t size, size_t n, void *arg)
{
	struct fetch *h = arg;

	return response_line(&h->response, line, size * n) ? size * n : 0;
}

static size_t
curl_has_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct fetch *h = arg;

	return response_bytes(&h->response, bytes, size * n) ? size * n : 0;
}

static void
set_plumbing(struct fetch *h)
{
	struct fetcher *x = h->fetcher;

	SET(h, CURLOPT_PRIVATE, h);
	SET(h, CURLOPT_ERRORBUFFER, h->error);
	SET(h, CURLOPT_NOSIGNAL, 1L);
	SET(h, CURLOPT_NOPROGRESS, 1L);
	SET(h, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(h, CURLOPT_FOLLOWLOCATION, 0L);
	SET(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(h, CURLOPT_HTTP09_ALLOWED, 0L);
	SET(h, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(h, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
	SET(h, CURLOPT_QUICK_EXIT, 1L);
	SET(h, CURLOPT_OPENSOCKETFUNCTION, curl_opens_socket);
	SET(h, CURLOPT_OPENSOCKETDATA, h);
	SET(h, CURLOPT_CLOSESOCKETFUNCTION, curl_closes_socket);
	SET(h, CURLOPT_CLOSESOCKETDATA, x);
	SET(h, CURLOPT_HEADERFUNCTION, curl_has_header);
	SET(h, CURLOPT_HEADERDATA, h);
	SET(h, CURLOPT_WRITEFUNCTION, curl_has_body);
	SET(h, CURLOPT_WRITEDATA, h);
	if (x->user_agent != NULL)
		SET(h, CURLOPT_USERAGENT, x->user_agent);
}

static void
set_everything(struct fetch *h, const struct fetch_request *q)
{
	h->setup = CURLE_OK;
	h->facts = (struct fetch_facts){.message = h->error,
	    .tls = strncasecmp(q->url, "https:", 6) == 0,
	    .insecure = q->insecure,
	    .http2 = q->http2};
	h->facts.want_certificate = q->want_certificate && h->facts.tls;
	h->since = loop_micros(h->fetcher->loop);
	response_reset(&h->response, q->body_max);
	curl_easy_reset(h->easy);
	set_plumbing(h);
	fetch_set(h, q);
}

static void
slot_free(struct fetch *h)
{
	curl_easy_cleanup(h->easy);
	response_done(&h->response);
	mem_free(h);
}

/* Out of the lists and of curl's hands; the slot keeps the answer. */
static void
detach(struct fetch *h)
{
	struct fetcher *x = h->fetcher;

	if (h->transferring)
		(void)curl_multi_remove_handle(x->multi, h->easy);
	TAILQ_REMOVE(h->transferring ? &x->live : &x->refused, h, node);
	h->transferring = false;
	x->in_flight--;
	fetch_unset(h);
}

/* False when the callback freed the fetcher. */
static bool
tell(struct fetch *h, const struct fetch_result *r)
{
	struct fetcher *x = h->fetcher;
	bool gone = false;

	x->gone = &gone;
	h->fn(h->arg, r);
	if (gone) {
		slot_free(h);
		return false;
	}
	x->gone = NULL;
	response_reset(&h->response, 0);
	TAILQ_INSERT_HEAD(&x->idle, h, node);
	return true;
}

/* Never called from inside curl. */
static void
collect(struct fetcher *x)
{
	struct fetch_header headers[RESPONSE_LINES_MAX];
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(x->multi, &left)) != NULL) {
		struct fetch_result r = {.headers = headers};
		struct fetch *h = owner(m->easy_handle);

		if (m->msg != CURLMSG_DONE || h == NULL)
			continue;
		h->facts.wall = loop_wall(x->loop);
		fetch_result_take(&r, h->easy, (int)m->data.result, &h->facts,
		    &h->response);
		r.header_count = response_headers(&h->response, headers);
		detach(h);
		if (!tell(h, &r))
			return;
	}
}

static void
on_soon(void *arg)
{
	struct fetcher *x = arg;
	struct fetch *h, *last = TAILQ_LAST(&x->refused, fetches);
	bool more = last != NULL;

	while (more && (h = TAILQ_FIRST(&x->refused)) != NULL) {
		struct fetch_result r = {.reason = h->refusal,
		    .peer = h->facts.peer};

		more = h != last;
		fetch_result_explain(&r,
		    h->error[0] != '\0' ? h->error : reason_text(h->refusal));
		detach(h);
		if (!tell(h, &r))
			return;
	}
	if (!TAILQ_EMPTY(&x->refused))
		timer_arm(x->soon, 0);
}

static bool
set_multi(struct fetcher *x)
{
	CURLM *m = x->multi;

	return curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION,
		   curl_wants_socket) == CURLM_OK &&
	    curl_multi_setopt(m, CURLMOPT_SOCKETDATA, x) == CURLM_OK &&
	    curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, curl_wants_timer) ==
	    CURLM_OK &&
	    curl_multi_setopt(m, CURLMOPT_TIMERDATA, x) == CURLM_OK &&
	    curl_multi_setopt(m, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) ==
	    CURLM_OK &&
	    /* 0 would mean no limit. */
	    curl_multi_setopt(m, CURLMOPT_MAXCONNECTS,
		x->kept_max > 0 ? (long)x->kept_max : 1L) == CURLM_OK;
}

struct fetcher *
fetcher_new(struct loop *l, const struct fetch_limits *limits, struct fail *f)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct fetcher *x;

	/* curl is told to leave signals alone. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_alloc, mem_free,
		mem_realloc, mem_dup, mem_array) != CURLE_OK) {
		(void)fail_set(f, ERR_IO, "cannot set up curl");
		return NULL;
	}
	x = mem_zalloc(sizeof(*x));
	x->loop = l;
	x->renewed = loop_micros(l) - (int64_t)DAY_MS * 1000;
	x->in_flight_max = limits->in_flight_max;
	x->kept_max = limits->kept_max;
	x->user_agent = mem_dup(limits->user_agent);
	x->ca_file =
	    mem_dup(limits->ca_file != NULL ? limits->ca_file : system_ca_file);
	TAILQ_INIT(&x->live);
	TAILQ_INIT(&x->refused);
	TAILQ_INIT(&x->idle);
	x->timer = timer_new(l, on_timer, x);
	x->soon = timer_new(l, on_soon, x);
	x->sockets = socketmap_new(l, on_ready, x);
	x->multi = curl_multi_init();
	if (x->multi == NULL || !set_multi(x)) {
		(void)fail_set(f, ERR_IO, "cannot set up curl");
		fetcher_free(x);
		return NULL;
	}
	return x;
}

void
fetcher_free(struct fetcher *x)
{
	struct fetch *h;

	if (x == NULL)
		return;
	if (x->gone != NULL)
		*x->gone = true;
	while ((h = TAILQ_FIRST(&x->live)) != NULL)
		fetch_cancel(h);
	while ((h = TAILQ_FIRST(&x->refused)) != NULL)
		fetch_cancel(h);
	while ((h = TAILQ_FIRST(&x->idle)) != NULL) {
		TAILQ_REMOVE(&x->idle, h, node);
		slot_free(h);
	}
	(void)curl_multi_cleanup(x->multi);
	socketmap_free(x->sockets);
	timer_free(x->timer);
	timer_free(x->soon);
	mem_free(x->user_agent);
	mem_free(x->ca_file);
	mem_free(x);
	curl_global_cleanup();
}

void
fetcher_renew(struct fetcher *x)
{
	x->renewed = loop_micros(x->loop);
}

static struct fetch *
slot_take(struct fetcher *x)
{
	struct fetch *h = TAILQ_FIRST(&x->idle);

	if (h != NULL) {
		TAILQ_REMOVE(&x->idle, h, node);
		return h;
	}
	h = mem_zalloc(sizeof(*h));
	h->fetcher = x;
	h->easy = curl_easy_init();
	if (h->easy != NULL)
		return h;
	mem_free(h);
	return NULL;
}

struct fetch *
fetch_start(struct fetcher *x, const struct fetch_request *q, fetched_fn *fn,
    void *arg)
{
	struct fetch *h = x->in_flight < x->in_flight_max ? slot_take(x) : NULL;

	if (h == NULL)
		return NULL;
	h->fn = fn;
	h->arg = arg;
	h->refusal = REASON_BLOCKED_BY_POLICY;
	h->error[0] = '\0';
	h->facts = (struct fetch_facts){.message = h->error};
	x->in_flight++;
	if (request_is_acceptable(q)) {
		set_everything(h, q);
		if (h->setup == CURLE_OK &&
		    curl_multi_add_handle(x->multi, h->easy) == CURLM_OK) {
			h->transferring = true;
			TAILQ_INSERT_TAIL(&x->live, h, node);
			return h;
		}
		h->refusal = fetch_result_reason(h->easy,
		    (int)(h->setup != CURLE_OK ? h->setup : CURLE_FAILED_INIT),
		    &h->facts, RESPONSE_FINE);
	}
	TAILQ_INSERT_TAIL(&x->refused, h, node);
	timer_arm(x->soon, 0);
	return h;
}

void
fetch_cancel(struct fetch *h)
{
	detach(h);
	response_reset(&h->response, 0);
	TAILQ_INSERT_HEAD(&h->fetcher->idle, h, node);
}

size_t
fetcher_in_flight(const struct fetcher *x)
{
	return x->in_flight;
}
