/* SPDX-License-Identifier: MIT */
#include "io/resolve.h"

#include <ares.h>
#include <ctype.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/asking.h"
#include "io/dnssocket.h"
#include "io/nameconf.h"
#include "io/socketmap.h"

enum {
	NAME_BYTES_MAX = 255,
	LANES_MAX = 3,  /* servers asked in turn after an answer */
	TRY_MS = 1500,  /* first wait for a server, doubled each round */
	FOUND_MAX = 64, /* addresses of one answer that we look at */
	SERVERS_MAX = 8,
	SERVER_TEXT_BYTES = 64,
	DNS_PORT = 53,
	TRIES = 3 /* rounds over the servers: 10.5 s in all */
};

static const size_t names_max = 20000;
static const size_t queries_max = 20000;
static const span_ms look_every = 10 * (span_ms)SECOND_MS;

/* One question under way.  It may outlive the patience of all who asked. */
struct query {
	LIST_ENTRY(query) stray;
	struct resolver *resolver;
	struct known_name *entry;
	size_t lane;
	int64_t since;
	struct resolutions waiting;
};

/* A channel whose first server is another one than that of the other lanes. */
struct lane {
	struct resolver *resolver;
	ares_channel channel;
	struct dnssocket dns;
	struct timer *timer;
	struct socketmap *sockets;
};

struct resolver {
	struct loop *loop;
	struct nameconf conf;
	struct lane *lanes[LANES_MAX];
	size_t lane_count;
	struct namecache *names;
	size_t query_count;
	LIST_HEAD(, query) strays; /* lost their channel: to be asked again */
	struct asking asking;
	wall_ms looked;
	bool closing;
};

static void ask(struct query *q);

static void
rearm(struct lane *lane)
{
	struct timeval tv, *next = ares_timeout(lane->channel, NULL, &tv);

	if (next == NULL)
		timer_disarm(lane->timer);
	else
		timer_arm_real(lane->timer,
		    (span_ms)next->tv_sec * 1000 + next->tv_usec / 1000 + 1);
}

static void
on_lane_timer(void *arg)
{
	struct lane *lane = arg;

	ares_process_fd(lane->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	rearm(lane);
}

static void
on_socket(void *arg, int fd, int events)
{
	struct lane *lane = arg;

	ares_process_fd(lane->channel,
	    events & WATCH_READ ? fd : ARES_SOCKET_BAD,
	    events & WATCH_WRITE ? fd : ARES_SOCKET_BAD);
	rearm(lane);
}

/* The library says what it wants of a socket; nothing: it will close it. */
static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct lane *lane = arg;

	if (readable == 0 && writable == 0)
		socketmap_disarm(lane->sockets, fd);
	else
		socketmap_arm(lane->sockets, fd,
		    (readable ? WATCH_READ : 0) | (writable ? WATCH_WRITE : 0));
}

static void
lane_free(struct lane *lane)
{
	if (lane == NULL)
		return;
	ares_destroy(lane->channel);
	socketmap_free(lane->sockets);
	timer_free(lane->timer);
	mem_free(lane);
}

static const struct ares_socket_functions socket_functions =
    {.asocket = dnssocket_open,
	.aclose = dnssocket_close,
	.aconnect = dnssocket_connect,
	.arecvfrom = dnssocket_receive,
	.asendv = dnssocket_send};

static struct lane *
lane_new(struct resolver *r, struct fail *f)
{
	struct lane *lane = mem_zalloc(sizeof(*lane));
	struct ares_options options =
	    {/* Else SERVFAIL and REFUSED cannot be told from a dead server. */
		.flags = ARES_FLAG_NOCHECKRESP,
		.timeout = TRY_MS,
		.tries = TRIES,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = lane,
		.udp_port = r->conf.port,
		.resolvconf_path = r->conf.path};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE |
	    (r->conf.path != NULL ? ARES_OPT_RESOLVCONF | ARES_OPT_UDP_PORT
				  : 0);
	int rc;

	lane->resolver = r;
	rc = ares_init_options(&lane->channel, &options, mask);
	if (rc != ARES_SUCCESS) {
		(void)fail_set(f, ERR_IO, "resolver: %s", ares_strerror(rc));
		mem_free(lane);
		return NULL;
	}
	lane->dns.loop = r->loop;
	ares_set_socket_functions(lane->channel, &socket_functions, &lane->dns);
	lane->sockets = socketmap_new(r->loop, on_socket, lane);
	lane->timer = timer_new(r->loop, on_lane_timer, lane);
	if (r->conf.servers != NULL)
		rc = ares_set_servers_ports_csv(lane->channel, r->conf.servers);
	if (rc != ARES_SUCCESS) {
		(void)fail_set(f, ERR_SYNTAX, "servers '%.100s': %s",
		    r->conf.servers, ares_strerror(rc));
		lane_free(lane);
		return NULL;
	}
	return lane;
}

typedef char server_text[SERVER_TEXT_BYTES];

static size_t
list_servers(const struct lane *lane, server_text *out, size_t max)
{
	struct ares_addr_port_node *first = NULL;
	char text[ADDRESS_TEXT_BYTES];
	size_t n = 0;

	if (ares_get_servers_ports(lane->channel, &first) != ARES_SUCCESS)
		return 0;
	for (struct ares_addr_port_node *p = first; p != NULL && n < max;
	     p = p->next) {
		bool six = p->family == AF_INET6;
		struct address a = {.family = six ? FAMILY_IPV6 : FAMILY_IPV4};
		int port = p->udp_port != 0 ? p->udp_port : DNS_PORT;

		memcpy(a.bytes, &p->addr, six ? 16 : 4);
		(void)snprintf(out[n++], sizeof(*out),
		    six ? "[%s]:%d" : "%s:%d", address_format(&a, text), port);
	}
	ares_free_data(first);
	return n;
}

/* The same servers, beginning with another one. */
static bool
begin_with(struct lane *lane, server_text *servers, size_t n, size_t first)
{
	struct text csv;
	bool done;

	text_init(&csv, SERVERS_MAX * (sizeof(*servers) + 1));
	for (size_t i = 0; i < n; i++)
		text_printf(&csv, "%s%s", i > 0 ? "," : "",
		    servers[(first + i) % n]);
	done = text_ok(&csv) &&
	    ares_set_servers_ports_csv(lane->channel, text_str(&csv)) ==
		ARES_SUCCESS;
	text_done(&csv);
	return done;
}

static enum status
open_lanes(struct resolver *r, struct fail *f)
{
	server_text servers[SERVERS_MAX];
	size_t n;

	r->lanes[0] = lane_new(r, f);
	if (r->lanes[0] == NULL)
		return ERR_IO;
	n = list_servers(r->lanes[0], servers, SERVERS_MAX);
	for (r->lane_count = 1; r->lane_count < LANES_MAX && r->lane_count < n;
	     r->lane_count++) {
		struct lane *lane = lane_new(r, NULL);

		if (lane == NULL ||
		    !begin_with(lane, servers, n, r->lane_count)) {
			lane_free(lane);
			break;
		}
		r->lanes[r->lane_count] = lane;
	}
	return OK;
}

static void
close_lanes(struct lane *const *lanes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lane_free(lanes[i]);
}

/* Nobody heard from: is anybody there? */
static enum reason
silence(const struct query *q)
{
	const struct lane *lane = q->resolver->lanes[q->lane];

	return dnssocket_alone(&lane->dns, q->since) ? REASON_LOCAL_RESOLVER
						     : REASON_TIMEOUT_DNS;
}

static void
forget(struct resolution *n)
{
	struct query *q = n->query;

	TAILQ_REMOVE(&q->waiting, n, node);
	/* A question nobody waits for any more must not delay the next one. */
	if (TAILQ_EMPTY(&q->waiting) && q->entry->query == q)
		q->entry->query = NULL;
}

static void
on_patience(void *arg)
{
	struct resolution *n = arg;

	n->reason = silence(n->query);
	forget(n);
	asking_unuse(n);
	n->took_us = asking_elapsed(n);
	asking_ready(n);
}

static enum reason
reason_of(const struct query *q, int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return silence(q);
	case ARES_SUCCESS:
		return REASON_OK;
	case ARES_ENODATA:
		return REASON_DNS_EMPTY;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		return REASON_DNS_NXDOMAIN;
	case ARES_EREFUSED:
		return REASON_DNS_REFUSED;
	case ARES_ECONNREFUSED:
	case ARES_EFILE:
		return REASON_LOCAL_RESOLVER;
	case ARES_ENOMEM:
		return REASON_LOCAL_RESOURCE;
	default:
		return REASON_DNS_SERVFAIL;
	}
}

static bool
take_address(const struct ares_addrinfo_node *node, struct address *a)
{
	const struct sockaddr_in *in = (const void *)node->ai_addr;
	const struct sockaddr_in6 *in6 = (const void *)node->ai_addr;
	bool six = node->ai_family == AF_INET6;

	if (node->ai_family != AF_INET && !six)
		return false;
	*a = (struct address){.family = six ? FAMILY_IPV6 : FAMILY_IPV4};
	if (six)
		memcpy(a->bytes, &in6->sin6_addr, 16);
	else
		memcpy(a->bytes, &in->sin_addr, 4);
	return true;
}

static span_ms
ttl_of(const struct ares_addrinfo *info)
{
	int ttl = INT_MAX;

	for (const struct ares_addrinfo_node *p = info->nodes; p != NULL;
	     p = p->ai_next)
		ttl = p->ai_ttl < ttl ? p->ai_ttl : ttl;
	for (const struct ares_addrinfo_cname *p = info->cnames; p != NULL;
	     p = p->next)
		ttl = p->ttl < ttl ? p->ttl : ttl;
	return (span_ms)ttl * SECOND_MS;
}

static void
learn(struct query *q, int status, const struct ares_addrinfo *info)
{
	struct address found[FOUND_MAX];
	enum reason reason = reason_of(q, status);
	size_t n = 0;
	span_ms ttl = 0;

	if (reason == REASON_OK && info != NULL) {
		for (const struct ares_addrinfo_node *p = info->nodes;
		     p != NULL && n < FOUND_MAX; p = p->ai_next)
			n += take_address(p, &found[n]) ? 1 : 0;
		ttl = ttl_of(info);
	}
	namecache_learn(q->entry, reason, found, n, ttl,
	    loop_now(q->resolver->loop));
}

/*
 * May run within ares_getaddrinfo(), and always within the library: nobody
 * else is called from here.
 */
static void
on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct query *q = arg;
	struct resolver *r = q->resolver;
	struct known_name *e = q->entry;
	struct resolution *n;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION && !r->closing) {
		LIST_INSERT_HEAD(&r->strays, q, stray);
		return;
	}
	if ((status == ARES_ESERVFAIL || status == ARES_EREFUSED ||
		status == ARES_ENOTIMP) &&
	    q->lane + 1 < r->lane_count && !r->closing) {
		q->lane++;
		ask(q);
		return;
	}
	if (e->query == q)
		e->query = NULL;
	/* A late answer to a forgotten question is good, a late failure not. */
	if (status == ARES_SUCCESS || !TAILQ_EMPTY(&q->waiting))
		learn(q, status, info);
	ares_freeaddrinfo(info);
	while ((n = TAILQ_FIRST(&q->waiting)) != NULL) {
		TAILQ_REMOVE(&q->waiting, n, node);
		n->took_us = asking_elapsed(n);
		asking_ready(n);
	}
	e->users--;
	r->query_count--;
	mem_free(q);
}

static void
ask(struct query *q)
{
	struct lane *lane = q->resolver->lanes[q->lane];
	static const int families[] = {[FAMILY_ANY] = AF_UNSPEC,
	    [FAMILY_IPV4] = AF_INET,
	    [FAMILY_IPV6] = AF_INET6};
	struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT,
	    .ai_family = families[q->entry->family],
	    .ai_socktype = SOCK_STREAM};

	ares_getaddrinfo(lane->channel, q->entry->name, NULL, &hints, on_answer,
	    q);
	rearm(lane);
}

/* The library cannot read its files again: make new channels. */
static void
reopen(struct resolver *r)
{
	struct lane *old[LANES_MAX];
	size_t count = r->lane_count;
	struct query *q;

	memcpy(old, r->lanes, sizeof(old));
	if (open_lanes(r, NULL) != OK) {
		memcpy(r->lanes, old, sizeof(old));
		r->lane_count = count;
		return;
	}
	namecache_expire(r->names);
	close_lanes(old, count);
	while ((q = LIST_FIRST(&r->strays)) != NULL) {
		LIST_REMOVE(q, stray);
		q->lane = 0;
		ask(q);
	}
}

static void
look_for_changes(struct resolver *r)
{
	if (loop_now(r->loop) - r->looked < look_every)
		return;
	r->looked = loop_now(r->loop);
	if (nameconf_changed(&r->conf))
		reopen(r);
}

struct resolver *
resolver_new_at(struct loop *l, const char *servers, struct fail *f)
{
	struct resolver *r = mem_zalloc(sizeof(*r));
	int rc = ares_library_init_mem(ARES_LIB_INIT_ALL, mem_alloc, mem_free,
	    mem_realloc);

	r->loop = l;
	r->looked = loop_now(l);
	nameconf_init(&r->conf, servers);
	LIST_INIT(&r->strays);
	r->names = namecache_new(names_max);
	asking_init(&r->asking, l);
	if (rc != ARES_SUCCESS)
		(void)fail_set(f, ERR_IO, "resolver: %s", ares_strerror(rc));
	if (rc == ARES_SUCCESS && open_lanes(r, f) == OK)
		return r;
	resolver_free(r);
	return NULL;
}

struct resolver *
resolver_new(struct loop *l, struct fail *f)
{
	return resolver_new_at(l, NULL, f);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->closing = true;
	close_lanes(r->lanes, r->lane_count);
	namecache_free(r->names);
	asking_done(&r->asking);
	nameconf_done(&r->conf);
	mem_free(r);
	ares_library_cleanup();
}

static bool
lower_name(const char *name, char out[NAME_BYTES_MAX + 1])
{
	size_t n = strnlen(name, NAME_BYTES_MAX + 1);

	if (n == 0 || n > NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i <= n; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	return true;
}

static struct query *
query_new(struct resolver *r, struct known_name *e)
{
	struct query *q = mem_zalloc(sizeof(*q));

	*q = (struct query){.resolver = r,
	    .entry = e,
	    .since = loop_micros(r->loop)};
	e->users++;
	TAILQ_INIT(&q->waiting);
	r->query_count++;
	return q;
}

static void
join_query(struct resolver *r, struct resolution *n, struct known_name *e,
    span_ms timeout)
{
	bool new = e->query == NULL;

	if (new)
		e->query = query_new(r, e);
	asking_use(n, e);
	n->query = e->query;
	n->patience = timer_new(r->loop, on_patience, n);
	timer_arm_real(n->patience, timeout);
	TAILQ_INSERT_TAIL(&n->query->waiting, n, node);
	if (new)
		ask(n->query);
}

static void
answer(struct resolver *r, struct resolution *n, const char *name,
    enum family family, span_ms timeout)
{
	char lower[NAME_BYTES_MAX + 1];
	struct known_name *e;

	if (address_parse(name, &n->literal)) {
		if (family != FAMILY_ANY && family != n->literal.family)
			n->reason = REASON_DNS_EMPTY;
		asking_ready(n);
		return;
	}
	if (!lower_name(name, lower)) {
		n->reason = REASON_DNS_NXDOMAIN;
		asking_ready(n);
		return;
	}
	look_for_changes(r);
	e = namecache_get(r->names, lower, family);
	if (e->expires > loop_now(r->loop)) {
		asking_use(n, e);
		n->cached = true;
		asking_ready(n);
	} else if (e->query == NULL && r->query_count >= queries_max) {
		n->reason = REASON_LOCAL_RESOURCE;
		asking_ready(n);
	} else {
		join_query(r, n, e, timeout);
	}
}

struct resolution *
resolve_start(struct resolver *r, const char *name, enum family family,
    span_ms timeout, resolved_fn *fn, void *arg)
{
	struct resolution *n = asking_new(&r->asking, fn, arg);

	answer(r, n, name, family, timeout);
	return n;
}

void
resolve_cancel(struct resolution *n)
{
	if (n->query != NULL)
		forget(n);
	else
		TAILQ_REMOVE(&n->asking->ready, n, node);
	asking_drop(n);
}

size_t
resolver_servers(struct resolver *r, char out[][64], size_t max)
{
	look_for_changes(r);
	return list_servers(r->lanes[0], out, max);
}
