/* SPDX-License-Identifier: MIT */
/*
 * bare_loop - what polling costs at least with libcurl on libevent.
 *
 *	bare_loop TARGETS INTERVAL_MS SECONDS SCHEME PORT ADDRESSES [CAINFO]
 *
 * Asks SCHEME://127.0.0.X:PORT/t/N for each of TARGETS once per interval, X in
 * 1..ADDRESSES: fresh connections, pooled handles, wake-ups batched to 10 ms.
 * No history, no rules, no judgement: the yardstick, not a monitor.  Prints
 * one JSON object about all but the first round.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SLOT_US = 10 * 1000, URL_BYTES = 96 };

struct options {
	unsigned targets, interval_ms, seconds, port, addresses;
	const char *scheme, *cainfo;
};

struct bench {
	struct options o;
	struct event_base *base;
	struct event *tick, *curl_timer;
	CURLM *multi;
	CURL **idle; /* handles that wait for work */
	size_t idle_count, handle_count, idle_room;
	int64_t begin_us, slot_us, cpu_before_us;
	uint64_t started, finished, failed;
	uint32_t *late_us;
	size_t late_count, late_room;
};

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
cpu_us(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (int64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 +
	    r.ru_utime.tv_usec + r.ru_stime.tv_usec;
}

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bare_loop: %s\n", what);
	exit(EXIT_FAILURE);
}

static size_t
discard(char *bytes, size_t size, size_t n, void *arg) /* NOLINT: of libcurl */
{
	(void)bytes;
	(void)arg;
	return size * n;
}

static CURL *
handle_new(const struct options *o)
{
	CURL *h = curl_easy_init();

	need(h != NULL, "no handle");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, 10000L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, discard);
	if (o->cainfo != NULL) {
		curl_easy_setopt(h, CURLOPT_CAINFO, o->cainfo);
		/* With a CApath the parsed store is not kept: 20 times dearer. */
		curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	return h;
}

static CURL *
handle_take(struct bench *b)
{
	if (b->idle_count > 0)
		return b->idle[--b->idle_count];
	b->handle_count++;
	return handle_new(&b->o);
}

static void
handle_give(struct bench *b, CURL *h)
{
	if (b->idle_count == b->idle_room) {
		b->idle_room = b->idle_room == 0 ? 64 : b->idle_room * 2;
		b->idle = realloc(b->idle, b->idle_room * sizeof(b->idle[0]));
		need(b->idle != NULL, "no memory");
	}
	b->idle[b->idle_count++] = h;
}

static void
collect(struct bench *b)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(b->multi, &left)) != NULL) {
		CURL *h = m->easy_handle;

		if (m->data.result != CURLE_OK)
			b->failed++;
		b->finished++;
		(void)curl_multi_remove_handle(b->multi, h);
		handle_give(b, h);
	}
}

static void
on_socket(evutil_socket_t fd, short events, void *arg)
{
	struct bench *b = arg;
	int running;
	int ready = ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
	    ((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	(void)curl_multi_socket_action(b->multi, fd, ready, &running);
	collect(b);
}

static void
on_curl_timer(evutil_socket_t fd, short events, void *arg)
{
	struct bench *b = arg;
	int running;

	(void)fd;
	(void)events;
	(void)curl_multi_socket_action(b->multi, CURL_SOCKET_TIMEOUT, 0,
	    &running);
	collect(b);
}

/* libcurl's prototype; it wants to be told of one socket. */
static int
want_socket(CURL *h, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct bench *b = arg;
	struct event *e = of_socket;
	short events = EV_PERSIST;

	(void)h;
	if (what == CURL_POLL_REMOVE) {
		if (e != NULL)
			event_free(e);
		(void)curl_multi_assign(b->multi, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		events |= EV_READ;
	if (what != CURL_POLL_IN)
		events |= EV_WRITE;
	if (e == NULL) {
		e = event_new(b->base, fd, events, on_socket, b);
		need(e != NULL, "no event");
		(void)curl_multi_assign(b->multi, fd, e);
	} else {
		(void)event_del(e);
		(void)event_assign(e, b->base, fd, events, on_socket, b);
	}
	(void)event_add(e, NULL);
	return 0;
}

static int
want_timer(CURLM *multi, long ms, void *arg)
{
	struct bench *b = arg;
	struct timeval t = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		(void)evtimer_del(b->curl_timer);
	else
		(void)evtimer_add(b->curl_timer, &t);
	return 0;
}

static void
note_late(struct bench *b, int64_t late)
{
	if (b->late_count < b->late_room)
		b->late_us[b->late_count++] = (uint32_t)(late < 0 ? 0 : late);
}

static void
probe(struct bench *b, unsigned target)
{
	CURL *h = handle_take(b);
	char url[URL_BYTES];

	(void)snprintf(url, sizeof(url), "%s://127.0.0.%u:%u/t/%u", b->o.scheme,
	    target % b->o.addresses + 1, b->o.port, target);
	curl_easy_setopt(h, CURLOPT_URL, url);
	need(curl_multi_add_handle(b->multi, h) == CURLM_OK, "not added");
}

static void
begin_measuring(struct bench *b)
{
	b->late_count = 0;
	b->failed = 0;
	b->finished = 0;
	b->cpu_before_us = cpu_us();
}

static void
aim(struct bench *b)
{
	int64_t wait = b->begin_us + b->slot_us - now_us();
	struct timeval t = {0};

	if (wait > 0)
		t.tv_usec = wait;
	(void)evtimer_add(b->tick, &t);
}

/*
 * Target n is due n/TARGETS of an interval after the begin of each round,
 * rounded up to a slot; so due times never drift.
 */
static void
on_tick(evutil_socket_t fd, short events, void *arg)
{
	struct bench *b = arg;
	const struct options *o = &b->o;
	int64_t interval_us = (int64_t)o->interval_ms * 1000;
	int64_t late = now_us() - (b->begin_us + b->slot_us);

	(void)fd;
	(void)events;
	for (;;) {
		uint64_t round = b->started / o->targets;
		unsigned target = (unsigned)(b->started % o->targets);
		int64_t due = (int64_t)round * interval_us +
		    interval_us * target / o->targets;

		if (due > b->slot_us)
			break;
		if (due >= (int64_t)o->seconds * 1000000) {
			(void)event_base_loopexit(b->base, NULL);
			return;
		}
		if (b->started++ == o->targets)
			begin_measuring(b);
		probe(b, target);
		note_late(b, late);
	}
	while (b->begin_us + b->slot_us <= now_us())
		b->slot_us += SLOT_US;
	aim(b);
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t
quantile(const struct bench *b, unsigned per_mille)
{
	if (b->late_count == 0)
		return 0;
	return b->late_us[(b->late_count - 1) * per_mille / 1000];
}

static void
report(struct bench *b)
{
	int64_t cpu = cpu_us() - b->cpu_before_us;
	uint64_t n = b->finished == 0 ? 1 : b->finished;

	qsort(b->late_us, b->late_count, sizeof(b->late_us[0]), by_value);
	(void)printf("{\"probes\":%" PRIu64 ",\"failed\":%" PRIu64
		     ",\"handles\":%zu,\"cpu_us_per_probe\":%.2f,"
		     "\"late_p50_us\":%" PRIu32 ",\"late_p99_us\":%" PRIu32
		     ",\"late_max_us\":%" PRIu32 "}\n",
	    b->finished, b->failed, b->handle_count, (double)cpu / (double)n,
	    quantile(b, 500), quantile(b, 990), quantile(b, 1000));
}

static void
set_up(struct bench *b)
{
	struct event_config *c = event_config_new();
	const struct options *o = &b->o;

	need(c != NULL, "no memory");
	(void)event_config_set_flag(c, EVENT_BASE_FLAG_PRECISE_TIMER);
	b->base = event_base_new_with_config(c);
	event_config_free(c);
	need(b->base != NULL, "no event base");
	b->tick = evtimer_new(b->base, on_tick, b);
	b->curl_timer = evtimer_new(b->base, on_curl_timer, b);
	b->multi = curl_multi_init();
	need(b->tick != NULL && b->curl_timer != NULL && b->multi != NULL,
	    "no memory");
	(void)curl_multi_setopt(b->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	(void)curl_multi_setopt(b->multi, CURLMOPT_SOCKETDATA, b);
	(void)curl_multi_setopt(b->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	(void)curl_multi_setopt(b->multi, CURLMOPT_TIMERDATA, b);
	(void)curl_multi_setopt(b->multi, CURLMOPT_MAXCONNECTS, 1L);
	b->late_room =
	    ((size_t)o->seconds * 1000 / o->interval_ms + 2) * o->targets;
	b->late_us = calloc(b->late_room, sizeof(b->late_us[0]));
	need(b->late_us != NULL, "no memory");
}

static void
tear_down(struct bench *b)
{
	/* Transfers still under way keep their handles; we are leaving. */
	for (size_t i = 0; i < b->idle_count; i++)
		curl_easy_cleanup(b->idle[i]);
	(void)curl_multi_cleanup(b->multi);
	event_free(b->tick);
	event_free(b->curl_timer);
	event_base_free(b->base);
	free(b->idle);
	free(b->late_us);
}

static unsigned
number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	need(*end == '\0' && n > 0 && n < 100000000, s);
	return (unsigned)n;
}

int
main(int argc, char **argv)
{
	struct bench b = {0};

	need(argc == 7 || argc == 8, "wrong number of arguments");
	b.o = (struct options){.targets = number(argv[1]),
	    .interval_ms = number(argv[2]),
	    .seconds = number(argv[3]),
	    .scheme = argv[4],
	    .port = number(argv[5]),
	    .addresses = number(argv[6]),
	    .cainfo = argv[7]};
	need(curl_global_init(CURL_GLOBAL_DEFAULT) == 0, "no libcurl");
	set_up(&b);
	b.begin_us = now_us() + SLOT_US;
	aim(&b);
	(void)event_base_dispatch(b.base);
	report(&b);
	tear_down(&b);
	curl_global_cleanup();
	return EXIT_SUCCESS;
}
