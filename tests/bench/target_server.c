/* SPDX-License-Identifier: MIT */
/*
 * target_server - something to poll, as cheap as can be.
 *
 *	target_server PORT ADDRESSES [CERTIFICATE KEY]
 *
 * Listens on PORT of 127.0.0.1 .. 127.0.0.ADDRESSES (PORT 0: the system
 * chooses), prints {"port":N} and answers each request with a small JSON body
 * and the end of the connection.  With a certificate it speaks TLS, every
 * handshake in full.  A path that begins with /hang is never answered, and one
 * with /down is with 500; of the requests for one that begins with /mix, every
 * twentieth goes wrong: never answered, reset, cut short or answered 500, in
 * turn.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES = 2048, EVENTS = 64 };

static const char answer[] = "HTTP/1.1 200 OK\r\n"
			     "Content-Type: application/json\r\n"
			     "Content-Length: 16\r\n"
			     "Connection: close\r\n\r\n"
			     "{\"status\":\"ok\"}\n";

static const char broken[] = "HTTP/1.1 500 Internal Server Error\r\n"
			     "Content-Length: 0\r\n"
			     "Connection: close\r\n\r\n";
enum { HALF_AN_ANSWER = 100, FAULT_EVERY = 20 };

enum fault { FAULT_NONE, FAULT_HANG, FAULT_RESET, FAULT_CUT, FAULT_BROKEN };

/* One descriptor: a listener, or a connection that has sent `used` bytes. */
struct peer {
	int fd;
	bool listens, shaken;
	SSL *tls;
	size_t used;
	char request[REQUEST_BYTES];
};

struct server {
	int poll;
	SSL_CTX *context;    /* NULL: plain */
	struct peer **peers; /* by descriptor */
	size_t room;
	unsigned mixed; /* requests for /mix so far */
};

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "target_server: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void
peer_free(const struct server *s, struct peer *p)
{
	s->peers[p->fd] = NULL;
	SSL_free(p->tls);
	(void)close(p->fd);
	free(p);
}

static void
peer_new(const struct server *s, int fd, bool listens)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	need(p != NULL && (size_t)fd < s->room, "no memory");
	s->peers[fd] = p;
	p->fd = fd;
	p->listens = listens;
	if (s->context != NULL && !listens) {
		p->tls = SSL_new(s->context);
		need(p->tls != NULL && SSL_set_fd(p->tls, fd) == 1, "no TLS");
		SSL_set_accept_state(p->tls);
	}
	need(epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &e) == 0, "epoll_ctl");
}

static void
serve_listener(const struct server *s, const struct peer *p)
{
	for (;;) {
		int fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK);

		if (fd < 0)
			return;
		peer_new(s, fd, false);
	}
}

/* Bytes read, 0 when there are none yet, -1 when it is over. */
static long
peer_read(struct peer *p, char *to, size_t room)
{
	ssize_t n;

	if (p->tls != NULL) {
		int got = SSL_read(p->tls, to, (int)room);

		if (got > 0)
			return got;
		return SSL_get_error(p->tls, got) == SSL_ERROR_WANT_READ ? 0
									 : -1;
	}
	n = recv(p->fd, to, room, 0);
	if (n > 0)
		return n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static void
peer_send(struct peer *p, const char *bytes, size_t n)
{
	if (p->tls != NULL)
		(void)SSL_write(p->tls, bytes, (int)n);
	else
		(void)send(p->fd, bytes, n, MSG_NOSIGNAL);
}

static enum fault
fault_of(struct server *s, const char *request)
{
	unsigned n;

	if (strncmp(request, "GET /hang", 9) == 0)
		return FAULT_HANG;
	if (strncmp(request, "GET /down", 9) == 0)
		return FAULT_BROKEN;
	if (strncmp(request, "GET /mix", 8) != 0)
		return FAULT_NONE;
	n = s->mixed++;
	if (n % FAULT_EVERY != 0)
		return FAULT_NONE;
	return (enum fault)(FAULT_HANG + n / FAULT_EVERY % 4);
}

/* False when the connection is done with. */
static bool
peer_answer(struct peer *p, enum fault fault)
{
	const struct linger at_once = {.l_onoff = 1};

	switch (fault) {
	case FAULT_HANG:
		p->used = 0;
		return true;
	case FAULT_RESET:
		(void)setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
		return false;
	case FAULT_CUT:
		peer_send(p, answer, HALF_AN_ANSWER);
		return false;
	case FAULT_BROKEN:
		peer_send(p, broken, strlen(broken));
		break;
	case FAULT_NONE:
		peer_send(p, answer, strlen(answer));
		break;
	}
	if (p->tls != NULL)
		(void)SSL_shutdown(p->tls);
	return false;
}

/* False when the connection is done with. */
static bool
serve_peer(struct server *s, struct peer *p)
{
	long n;

	if (p->tls != NULL && !p->shaken) {
		int r = SSL_do_handshake(p->tls);

		if (r != 1)
			return SSL_get_error(p->tls, r) == SSL_ERROR_WANT_READ;
		p->shaken = true;
	}
	n = peer_read(p, p->request + p->used,
	    sizeof(p->request) - 1 - p->used);
	if (n <= 0)
		return n == 0;
	p->used += (size_t)n;
	p->request[p->used] = '\0';
	if (strstr(p->request, "\r\n\r\n") == NULL)
		return p->used < sizeof(p->request) - 1;
	return peer_answer(p, fault_of(s, p->request));
}

/* The port listened on, which is the system's choice when asked for 0. */
static in_port_t
listen_on(const struct server *s, unsigned host, in_port_t port)
{
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(0x7f000000U + host)};
	socklen_t n = sizeof(a);

	need(fd >= 0, "socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	need(bind(fd, (struct sockaddr *)&a, n) == 0, "bind");
	need(listen(fd, 1024) == 0, "listen");
	need(getsockname(fd, (struct sockaddr *)&a, &n) == 0, "getsockname");
	peer_new(s, fd, true);
	return ntohs(a.sin_port);
}

static SSL_CTX *
context_new(const char *certificate, const char *key)
{
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());

	need(c != NULL, "no TLS");
	(void)SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	need(SSL_CTX_set_num_tickets(c, 0) == 1, "tickets");
	need(SSL_CTX_use_certificate_chain_file(c, certificate) == 1,
	    certificate);
	need(SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) == 1, key);
	return c;
}

static unsigned
number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	need(*end == '\0' && n < 65536, s);
	return (unsigned)n;
}

/* As many descriptors as we may have, and a place for each. */
static void
make_room(struct server *s)
{
	struct rlimit r = {0};

	need(getrlimit(RLIMIT_NOFILE, &r) == 0, "getrlimit");
	r.rlim_cur = r.rlim_max < 65536 ? r.rlim_max : 65536;
	need(setrlimit(RLIMIT_NOFILE, &r) == 0, "setrlimit");
	s->room = (size_t)r.rlim_cur;
	s->peers = calloc(s->room, sizeof(struct peer *));
	need(s->peers != NULL, "no memory");
}

int
main(int argc, char **argv)
{
	struct server s = {.poll = epoll_create1(0)};
	struct epoll_event ready[EVENTS];
	in_port_t port;

	need(argc == 3 || argc == 5, "wrong number of arguments");
	need(s.poll >= 0, "epoll_create1");
	(void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN},
	    NULL);
	make_room(&s);
	if (argc == 5)
		s.context = context_new(argv[3], argv[4]);
	port = listen_on(&s, 1, (in_port_t)number(argv[1]));
	for (unsigned host = 2; host <= number(argv[2]); host++)
		(void)listen_on(&s, host, port);
	(void)printf("{\"port\":%u}\n", (unsigned)port);
	(void)fflush(stdout);
	for (;;) {
		int n = epoll_wait(s.poll, ready, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			struct peer *p = s.peers[ready[i].data.fd];

			if (p->listens)
				serve_listener(&s, p);
			else if (!serve_peer(&s, p))
				peer_free(&s, p);
		}
	}
}
