/* SPDX-License-Identifier: MIT */
/*
 * stream - tells those who look that there is news: server-sent events.
 *
 * "change" has the version of what is shown as its id: who has another one
 * reads it again, however much was missed.  "beat" says that the link lives.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "web/site.h"

enum {
	BEAT_MS = 15 * SECOND_MS,
	RETRY_MS = 3000, /* half of it more or less: not all at once */
	EVENT_BYTES = 192
};

struct stream {
	LIST_ENTRY(stream) entry;
	struct http_stream *out;
};

static void
on_beat(void *arg)
{
	static const char beat[] = "event: beat\ndata: {}\n\n";
	struct site *s = arg;
	struct stream *one;

	LIST_FOREACH (one, &s->streams, entry)
		http_stream_send(one->out, beat, sizeof(beat) - 1);
	timer_arm_real(s->beat, BEAT_MS);
}

void
streams_begin(struct site *s)
{
	LIST_INIT(&s->streams);
	s->beat = timer_new(s->loop, on_beat, s);
}

static void
forget(struct stream *one)
{
	LIST_REMOVE(one, entry);
	mem_free(one);
}

void
streams_end(struct site *s)
{
	while (!LIST_EMPTY(&s->streams)) {
		http_stream_close(LIST_FIRST(&s->streams)->out);
		forget(LIST_FIRST(&s->streams));
	}
	timer_free(s->beat);
}

static void
tell(const struct site *s, const struct stream *one)
{
	char version[VERSION_BYTES], event[EVENT_BYTES];
	int n = snprintf(event, sizeof(event),
	    "event: change\nid: %s\ndata: {\"change\":%" PRIu64 "}\n\n",
	    site_version(s, version), s->now.change);

	http_stream_send(one->out, event, (size_t)n);
}

void
streams_tell(struct site *s)
{
	struct stream *one;

	LIST_FOREACH (one, &s->streams, entry)
		tell(s, one);
}

static void
on_gone(void *arg)
{
	forget(arg);
}

void
api_stream(struct site *s, const struct visitor *v)
{
	struct stream *one = mem_zalloc(sizeof(*one));
	char retry[EVENT_BYTES];
	uint16_t dice;
	int n;

	one->out =
	    http_stream_open(v->r->exchange, "text/event-stream", on_gone, one);
	if (one->out == NULL) {
		mem_free(one);
		return;
	}
	LIST_INSERT_HEAD(&s->streams, one, entry);
	crypto_random(&dice, sizeof(dice));
	n = snprintf(retry, sizeof(retry), "retry: %d\n\n",
	    RETRY_MS / 2 + dice % RETRY_MS);
	http_stream_send(one->out, retry, (size_t)n);
	tell(s, one);
	if (!timer_armed(s->beat))
		timer_arm_real(s->beat, BEAT_MS);
}
