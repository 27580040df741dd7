/* SPDX-License-Identifier: MIT */
#include "io/logline.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/escape.h"
#include "base/mem.h"
#include "io/channel.h"
#include "wire/line.h"
#include "wire/message.h"

enum {
	KINDS_MAX = 32, /* of warnings that are held back at one time */
	WORD_BYTES = 64,
	TELL_MS = MINUTE_MS,
	FRAME_BYTES = LOGLINE_BYTES + 64
};

struct kind_told {
	char word[WORD_BYTES];
	wall_ms told_at;
	unsigned repeated; /* held back since */
};

struct logline {
	struct loop *loop;
	enum role role;
	int fd;
	struct text *captured;
	struct timer *teller; /* armed while there is something held back */
	bool debug;
	uint64_t seq, dropped, dropped_told;
	struct kind_told kinds[KINDS_MAX];
};

static void on_tell(void *arg);

struct logline *
logline_new(struct loop *l, enum role role, int fd)
{
	struct logline *g = mem_zalloc(sizeof *g);

	g->loop = l;
	g->role = role;
	g->fd = fd;
	g->teller = timer_new(l, on_tell, g);
	return g;
}

struct logline *
logline_capture(struct text *t)
{
	struct logline *g = mem_zalloc(sizeof *g);

	g->fd = -1;
	g->captured = t;
	return g;
}

void
logline_free(struct logline *g)
{
	if (g == NULL)
		return;
	if (g->teller != NULL)
		timer_free(g->teller);
	mem_free(g);
}

void
logline_set_debug(struct logline *g, bool on)
{
	g->debug = on;
}

uint64_t
logline_dropped(const struct logline *g)
{
	return g->dropped;
}

static void
tell_later(struct logline *g)
{
	if (!timer_armed(g->teller))
		timer_arm_real(g->teller, TELL_MS);
}

/* One frame of the channel, without its queue: this end is shared. */
static bool
send_line(struct logline *g, enum severity severity, const char *text)
{
	unsigned char buf[FRAME_BYTES];
	struct line line = {.severity = (uint8_t)severity,
	    .role = (uint8_t)g->role,
	    .text = mem_dup(text)};
	struct bytes_out o, header;

	bytes_out_init(&o, buf + 16, sizeof buf - 16);
	line_put(&o, &line);
	line_done(&line);
	bytes_out_init(&header, buf, 16);
	bytes_put_u16(&header, CHANNEL_VERSION);
	bytes_put_u16(&header, MSG_LINE);
	bytes_put_u32(&header, (uint32_t)o.len);
	bytes_put_u64(&header, ++g->seq);
	return o.ok &&
	    send(g->fd, buf, 16 + o.len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void
emit(struct logline *g, enum severity severity, const char *text)
{
	if (g->captured != NULL) {
		text_printf(g->captured, "%s %s\n", severity_name(severity),
		    text);
	} else if (g->fd < 0) {
		(void)dprintf(STDERR_FILENO, "%s: %s\n",
		    severity_name(severity), text);
	} else if (!send_line(g, severity, text)) {
		g->dropped++;
		tell_later(g);
	}
}

/*
 * False when a warning of this kind was told less than a minute ago.  With
 * every place taken, a kind is told as often as it comes.
 */
static bool
may_warn(struct logline *g, const char *word, unsigned *repeated)
{
	wall_ms now = loop_now(g->loop);
	struct kind_told *place = NULL;

	for (size_t i = 0; i < KINDS_MAX; i++) {
		struct kind_told *k = &g->kinds[i];
		bool fresh = k->word[0] != '\0' && now - k->told_at < TELL_MS;
		bool same = strcmp(k->word, word) == 0;

		if (fresh && same) {
			k->repeated++;
			tell_later(g);
			return false;
		}
		if (same || (place == NULL && !fresh && k->repeated == 0))
			place = k;
	}
	if (place == NULL)
		return true;
	*repeated = strcmp(place->word, word) == 0 ? place->repeated : 0;
	(void)snprintf(place->word, sizeof place->word, "%s", word);
	place->told_at = now;
	place->repeated = 0;
	return true;
}

/* What was held back and not told with a later line of its kind. */
static void
on_tell(void *arg)
{
	struct logline *g = arg;
	uint64_t lost = g->dropped - g->dropped_told;
	wall_ms now = loop_now(g->loop);
	char line[160];

	for (size_t i = 0; i < KINDS_MAX; i++) {
		struct kind_told *k = &g->kinds[i];

		if (k->repeated == 0)
			continue;
		(void)snprintf(line, sizeof line, "%s repeated=%u", k->word,
		    k->repeated);
		k->repeated = 0;
		k->told_at = now;
		emit(g, SEVERITY_WARNING, line);
	}
	if (lost == 0)
		return;
	(void)snprintf(line, sizeof line, "log-dropped lines=%" PRIu64, lost);
	if (send_line(g, SEVERITY_WARNING, line))
		g->dropped_told = g->dropped;
	else
		tell_later(g);
}

enum width { WIDTH_INT, WIDTH_LONG, WIDTH_LONG_LONG, WIDTH_SIZE };

/* The length modifier at *p, which is moved behind it. */
static enum width
read_width(const char **p)
{
	enum width w = WIDTH_INT;

	for (;; (*p)++) {
		if (**p == 'z')
			w = WIDTH_SIZE;
		else if (**p == 'l')
			w = w == WIDTH_LONG ? WIDTH_LONG_LONG : WIDTH_LONG;
		else
			return w;
	}
}

static long long
next_signed(va_list *ap, enum width w)
{
	switch (w) {
	case WIDTH_LONG:
		return va_arg(*ap, long);
	case WIDTH_LONG_LONG:
		return va_arg(*ap, long long);
	case WIDTH_SIZE:
		return va_arg(*ap, ssize_t);
	case WIDTH_INT:
		break;
	}
	return va_arg(*ap, int);
}

static unsigned long long
next_unsigned(va_list *ap, enum width w)
{
	switch (w) {
	case WIDTH_LONG:
		return va_arg(*ap, unsigned long);
	case WIDTH_LONG_LONG:
		return va_arg(*ap, unsigned long long);
	case WIDTH_SIZE:
		return va_arg(*ap, size_t);
	case WIDTH_INT:
		break;
	}
	return va_arg(*ap, unsigned);
}

/* The value of one pair, whose conversion begins at p; returns its end. */
static const char *
add_value(struct text *out, const char *key, const char *p, va_list *ap)
{
	enum width w;
	const char *s;

	if (*p != '%') {
		size_t n = strcspn(p, " ");

		text_printf(out, " %s=%.*s", key, (int)n, p);
		return p + n;
	}
	p++;
	w = read_width(&p);
	switch (*p) {
	case 's':
		s = va_arg(*ap, const char *);
		if (s != NULL)
			escape_field(out, key, s);
		break;
	case 'd':
		text_printf(out, " %s=%lld", key, next_signed(ap, w));
		break;
	case 'u':
		text_printf(out, " %s=%llu", key, next_unsigned(ap, w));
		break;
	default:
		assert(false); /* a conversion that logline.h does not list */
	}
	return p + 1;
}

static void
add_pairs(struct text *out, const char *p, va_list *ap)
{
	char key[WORD_BYTES];

	while (*p == ' ') {
		size_t n = strcspn(++p, "= ");

		assert(p[n] == '=' && n < sizeof key);
		memcpy(key, p, n);
		key[n] = '\0';
		p = add_value(out, key, p + n + 1, ap);
	}
	assert(*p == '\0');
}

void
log_event(struct logline *g, enum severity severity, const char *fmt, ...)
{
	size_t n = strcspn(fmt, " ");
	unsigned repeated = 0;
	char word[WORD_BYTES];
	struct text line;
	va_list ap;

	if (g == NULL || (severity == SEVERITY_DEBUG && !g->debug))
		return;
	(void)snprintf(word, sizeof word, "%.*s", (int)n, fmt);
	if (severity == SEVERITY_WARNING && g->loop != NULL &&
	    !may_warn(g, word, &repeated))
		return;
	text_init(&line, LOGLINE_BYTES);
	text_add(&line, word);
	va_start(ap, fmt);
	add_pairs(&line, fmt + n, &ap);
	va_end(ap);
	if (repeated > 0)
		text_printf(&line, " repeated=%u", repeated);
	emit(g, severity, text_str(&line));
	text_done(&line);
}
