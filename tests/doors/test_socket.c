/* SPDX-License-Identifier: MIT */
/* A channel whose other end is a bare socket that breaks the format. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "io/channel.h"

enum { HEADER_BYTES = 16 };
static const span_ms patience = 20000;

struct scene {
	struct loop *loop;
	struct timer *limit;
	struct channel *channel;
	int fd; /* the other end */
	unsigned frames, ends;
	char why[80];
};

static void
on_frame(void *arg, const struct frame *f)
{
	struct scene *s = arg;

	for (size_t k = 0; k < f->fd_count; k++)
		(void)close(f->fds[k]);
	s->frames++;
}

static void
on_end(void *arg, const char *why)
{
	struct scene *s = arg;

	s->ends++;
	(void)snprintf(s->why, sizeof(s->why), "%s", why);
	loop_stop(s->loop);
}

static void
on_limit(void *arg)
{
	(void)arg;
	fail_msg("what was waited for did not come");
}

static int
set_up(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));
	struct channel_events ev = {.on_frame = on_frame,
	    .on_end = on_end,
	    .arg = s};
	int fds[2];

	s->loop = loop_new(NULL);
	assert_non_null(s->loop);
	s->limit = timer_new(s->loop, on_limit, s);
	timer_arm(s->limit, patience);
	assert_int_equal(channel_pair(fds, NULL), OK);
	assert_int_equal(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	s->channel = channel_new(s->loop, fds[0], 10, &ev);
	s->fd = fds[1];
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	channel_free(s->channel);
	timer_free(s->limit);
	loop_free(s->loop);
	(void)close(s->fd);
	mem_free(s);
	return 0;
}

struct header {
	uint16_t version, type;
	uint32_t size;
	uint64_t seq;
};

static void
send_raw(const struct scene *s, struct header h, size_t body, size_t cut)
{
	size_t size = HEADER_BYTES + body;
	unsigned char *buf = mem_zalloc(size);
	struct bytes_out o;

	bytes_out_init(&o, buf, size);
	bytes_put_u16(&o, h.version);
	bytes_put_u16(&o, h.type);
	bytes_put_u32(&o, h.size);
	bytes_put_u64(&o, h.seq);
	assert_int_equal(send(s->fd, buf, size - cut, 0), size - cut);
	mem_free(buf);
}

static void
breaks(struct scene *s, const char *why)
{
	char byte;

	loop_run(s->loop);
	assert_int_equal(s->ends, 1);
	assert_string_equal(s->why, why);
	/* The other end is told, and nothing goes out any more. */
	assert_int_equal(recv(s->fd, &byte, 1, 0), 0);
	assert_int_equal(channel_send(s->channel, 1, NULL, 0), ERR_IO);
}

static void
another_version(void **state)
{
	struct scene *s = *state;

	send_raw(s, (struct header){1, 9, 3, 1}, 3, 0);
	send_raw(s, (struct header){2, 9, 3, 2}, 3, 0);
	breaks(s, "not a frame of our version");
	assert_int_equal(s->frames, 1);
}

static void
a_cut_header(void **state)
{
	struct scene *s = *state;

	send_raw(s, (struct header){1, 9, 0, 1}, 0, 1);
	breaks(s, "not a frame of our version");
}

static void
a_wrong_length(void **state)
{
	struct scene *s = *state;

	send_raw(s, (struct header){1, 9, UINT32_MAX, 1}, 3, 0);
	breaks(s, "a frame is not as long as it says");
}

static void
a_gap(void **state)
{
	struct scene *s = *state;

	send_raw(s, (struct header){1, 9, 0, 1}, 0, 0);
	send_raw(s, (struct header){1, 9, 0, 3}, 0, 0);
	breaks(s, "a frame is missing");
	assert_int_equal(s->frames, 1);
}

static void
a_monster(void **state)
{
	struct scene *s = *state;

	send_raw(s, (struct header){1, 9, CHANNEL_BODY_MAX + 1, 1},
	    CHANNEL_BODY_MAX + 1, 0);
	breaks(s, "a frame is too long");
}

static void
too_many_descriptors(void **state)
{
	enum { MANY = CHANNEL_FDS_MAX + 5 };
	struct scene *s = *state;
	union {
		struct cmsghdr header;
		char buf[CMSG_SPACE(sizeof(int) * MANY)];
	} control = {0};
	unsigned char bytes[HEADER_BYTES] = {1, 0, 9, 0, 0, 0, 0, 0, 1};
	struct iovec v = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr m = {.msg_iov = &v,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	int before = dup(0), after;

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int) * MANY);
	for (size_t k = 0; k < MANY; k++)
		memcpy(CMSG_DATA(h) + k * sizeof(int), &s->fd, sizeof(int));
	assert_int_equal(sendmsg(s->fd, &m, 0), sizeof(bytes));
	(void)close(before);
	breaks(s, "too many descriptors, here or in a frame");
	after = dup(0);
	(void)close(after);
	assert_int_equal(before, after);
}

/* How much a stalled reader is spared, with the buffer we ask for. */
static void
the_socket_holds_many(void **state)
{
	struct scene *s = *state;
	unsigned char body[64] = {0};
	unsigned held = 0;

	while (channel_backlog(s->channel) == 0) {
		assert_int_equal(channel_send(s->channel, 1, body, 64), OK);
		held++;
	}
	print_message("frames of 64 bytes held by the socket: %u\n", held - 1);
	assert_true(held > 278);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SCENE(another_version),
	    SCENE(a_cut_header),
	    SCENE(a_wrong_length),
	    SCENE(a_gap),
	    SCENE(a_monster),
	    SCENE(too_many_descriptors),
	    SCENE(the_socket_holds_many),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
