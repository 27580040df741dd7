/* SPDX-License-Identifier: MIT */
/* What io/channel.h promises, of sockets and of virtual time alike. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "channel_ends.h"

enum { QUEUE_MAX = 200, TYPE = 7, FLOOD_MAX = 1000000 };
static const span_ms patience = 20000;

struct scene;

/* One end, and what it has seen. */
struct side {
	struct scene *scene;
	struct channel **channel; /* set to NULL when freed in a callback */
	uint64_t frames, wanted;  /* stop the loop at so many */
	uint64_t last_seq;
	size_t last_size;
	unsigned char last[16];
	int fds[CHANNEL_FDS_MAX];
	size_t fd_count;
	unsigned ends, drains;
	bool stop_at_end, stop_at_drain;
	bool free_at_frame, free_at_end, free_at_drain;
};

struct scene {
	struct loop *loop;
	struct timer *limit;
	struct channel *ends[2];
	struct side sides[2];
	bool inside; /* a call of ours: no callback may come */
};

static void
free_channel(struct side *s)
{
	channel_free(*s->channel);
	*s->channel = NULL;
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct side *s = arg;

	assert_false(s->scene->inside);
	assert_int_equal(s->ends, 0);
	assert_int_equal(f->type, TYPE);
	assert_int_equal(f->seq, s->last_seq + 1);
	s->last_seq = f->seq;
	s->last_size = f->size;
	if (s->free_at_frame)
		free_channel(s);
	/* Borrowed for the whole call, even so. */
	memcpy(s->last, f->body,
	    f->size < sizeof(s->last) ? f->size : sizeof(s->last));
	for (size_t k = 0; k < f->fd_count; k++)
		s->fds[s->fd_count++] = f->fds[k];
	if (++s->frames == s->wanted)
		loop_stop(s->scene->loop);
}

static void
on_end(void *arg, const char *why)
{
	struct side *s = arg;

	assert_false(s->scene->inside);
	assert_non_null(why);
	s->ends++;
	if (s->free_at_end)
		free_channel(s);
	if (s->stop_at_end)
		loop_stop(s->scene->loop);
}

static void
on_drained(void *arg)
{
	struct side *s = arg;

	assert_false(s->scene->inside);
	s->drains++;
	assert_int_equal(channel_backlog(*s->channel), 0);
	if (s->free_at_drain)
		free_channel(s);
	if (s->stop_at_drain)
		loop_stop(s->scene->loop);
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
	struct channel_events ev[2];

	s->loop = loop_new(NULL);
	assert_non_null(s->loop);
	s->limit = timer_new(s->loop, on_limit, s);
	timer_arm(s->limit, patience);
	for (size_t k = 0; k < 2; k++) {
		s->sides[k].scene = s;
		s->sides[k].channel = &s->ends[k];
		ev[k] = (struct channel_events){.on_frame = on_frame,
		    .on_end = on_end,
		    .on_drained = on_drained,
		    .arg = &s->sides[k]};
	}
	channel_ends(s->loop, QUEUE_MAX, &ev[0], &ev[1], s->ends);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	channel_free(s->ends[0]);
	channel_free(s->ends[1]);
	timer_free(s->limit);
	loop_free(s->loop);
	mem_free(s);
	return 0;
}

static enum status
send_number(struct scene *s, size_t from, uint32_t n)
{
	enum status rc;

	s->inside = true;
	rc = channel_send(s->ends[from], TYPE, &n, sizeof(n));
	s->inside = false;
	return rc;
}

static uint32_t
last_number(const struct side *s)
{
	uint32_t n;

	assert_int_equal(s->last_size, sizeof(n));
	memcpy(&n, s->last, sizeof(n));
	return n;
}

/* Sends until one is refused; how many were taken. */
static uint32_t
flood(struct scene *s)
{
	uint32_t n = 0;

	while (send_number(s, 0, n) == OK) {
		n++;
		assert_true(n < FLOOD_MAX);
	}
	assert_int_equal(send_number(s, 0, n), ERR_LIMIT);
	return n;
}

static void
frames_arrive_in_order(void **state)
{
	struct scene *s = *state;

	for (uint32_t n = 0; n < 50; n++) {
		assert_int_equal(send_number(s, 0, n), OK);
		assert_int_equal(send_number(s, 1, 100 + n), OK);
	}
	s->sides[0].wanted = s->sides[1].wanted = 50;
	loop_run(s->loop);
	loop_run(s->loop);
	assert_int_equal(last_number(&s->sides[1]), 49);
	assert_int_equal(last_number(&s->sides[0]), 149);
}

static void
bodies_may_be_empty_or_full(void **state)
{
	struct scene *s = *state;
	unsigned char *big = mem_zalloc(CHANNEL_BODY_MAX + 1);

	big[0] = 'x';
	assert_int_equal(channel_send(s->ends[0], TYPE, NULL, 0), OK);
	s->sides[1].wanted = 1;
	loop_run(s->loop);
	assert_int_equal(s->sides[1].last_size, 0);
	assert_int_equal(channel_send(s->ends[0], TYPE, big,
			     CHANNEL_BODY_MAX + 1),
	    ERR_RANGE);
	assert_int_equal(channel_send(s->ends[0], TYPE, big, CHANNEL_BODY_MAX),
	    OK);
	mem_free(big);
	s->sides[1].wanted = 2;
	loop_run(s->loop);
	assert_int_equal(s->sides[1].last_size, CHANNEL_BODY_MAX);
	assert_int_equal(s->sides[1].last[0], 'x');
}

static void
a_flood_waits_and_is_refused_and_drains(void **state)
{
	struct scene *s = *state;
	uint32_t taken = flood(s);

	assert_true(taken > QUEUE_MAX);
	assert_int_equal(channel_backlog(s->ends[0]), QUEUE_MAX);
	assert_int_equal(s->sides[0].drains, 0);
	s->sides[0].stop_at_drain = true;
	loop_run(s->loop);
	assert_int_equal(s->sides[0].drains, 1);
	s->sides[0].stop_at_drain = false;
	assert_int_equal(send_number(s, 0, taken), OK);
	s->sides[1].wanted = taken + 1;
	loop_run(s->loop);
	assert_int_equal(last_number(&s->sides[1]), taken);
	/* Once for the flood, and once at most for the last frame. */
	assert_true(s->sides[0].drains <= 2);
}

/* The socket has room again, and still the queue comes first. */
static void
nothing_overtakes_the_queue(void **state)
{
	struct scene *s = *state;
	uint32_t n = 0;

	while (channel_backlog(s->ends[0]) < QUEUE_MAX / 2)
		assert_int_equal(send_number(s, 0, n++), OK);
	s->sides[1].wanted = 10;
	loop_run(s->loop);
	assert_int_equal(send_number(s, 0, n), OK);
	s->sides[1].wanted = n + 1;
	loop_run(s->loop);
	assert_int_equal(last_number(&s->sides[1]), n);
}

static void
an_end_comes_once_and_last(void **state)
{
	struct scene *s = *state;

	for (uint32_t n = 0; n < 10; n++)
		assert_int_equal(send_number(s, 0, n), OK);
	/* Unread by 0 when it goes: a socket calls that a reset. */
	assert_int_equal(send_number(s, 1, 1), OK);
	free_channel(&s->sides[0]);
	s->sides[1].stop_at_end = true;
	loop_run(s->loop);
	assert_int_equal(s->sides[1].frames, 10);
	assert_int_equal(s->sides[1].ends, 1);
	assert_int_equal(send_number(s, 1, 0), ERR_IO);
	timer_disarm(s->limit);
	loop_run(s->loop);
	assert_int_equal(s->sides[1].ends, 1);
}

static void
sending_to_nobody_fails_and_the_end_follows(void **state)
{
	struct scene *s = *state;

	free_channel(&s->sides[1]);
	assert_int_equal(send_number(s, 0, 0), ERR_IO);
	assert_int_equal(s->sides[0].ends, 0);
	s->sides[0].stop_at_end = true;
	loop_run(s->loop);
	assert_int_equal(s->sides[0].ends, 1);
	assert_int_equal(channel_backlog(s->ends[0]), 0);
}

static void
a_backlog_dies_with_the_other_end(void **state)
{
	struct scene *s = *state;

	(void)flood(s);
	free_channel(&s->sides[1]);
	s->sides[0].stop_at_end = true;
	loop_run(s->loop);
	assert_int_equal(s->sides[0].ends, 1);
	assert_int_equal(channel_backlog(s->ends[0]), 0);
	assert_int_equal(send_number(s, 0, 0), ERR_IO);
}

static void
a_channel_may_be_freed_at_a_frame(void **state)
{
	struct scene *s = *state;

	s->sides[1].free_at_frame = true;
	s->sides[0].stop_at_end = true;
	assert_int_equal(send_number(s, 0, 42), OK);
	assert_int_equal(send_number(s, 0, 43), OK);
	loop_run(s->loop);
	assert_int_equal(s->sides[1].frames, 1);
	assert_int_equal(last_number(&s->sides[1]), 42);
	assert_int_equal(s->sides[0].ends, 1);
}

static void
a_channel_may_be_freed_at_its_end(void **state)
{
	struct scene *s = *state;

	s->sides[1].free_at_end = s->sides[1].stop_at_end = true;
	free_channel(&s->sides[0]);
	loop_run(s->loop);
	assert_null(s->ends[1]);
}

static void
a_channel_may_be_freed_when_drained(void **state)
{
	struct scene *s = *state;

	(void)flood(s);
	s->sides[0].free_at_drain = true;
	s->sides[1].stop_at_end = true;
	loop_run(s->loop);
	assert_null(s->ends[0]);
	assert_int_equal(s->sides[1].ends, 1);
}

static size_t
open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

static void
descriptors_travel(void **state)
{
	struct scene *s = *state;
	size_t before = open_descriptors();
	struct stat mine, theirs;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fstat(fds[0], &mine), 0);
	assert_int_equal(channel_send_fds(s->ends[0], TYPE, "12345678", 8, fds,
			     2),
	    OK);
	(void)close(fds[0]);
	(void)close(fds[1]);
	s->sides[1].wanted = 1;
	loop_run(s->loop);
	assert_int_equal(s->sides[1].fd_count, 2);
	assert_int_equal(fstat(s->sides[1].fds[0], &theirs), 0);
	assert_int_equal(mine.st_ino, theirs.st_ino);
	assert_int_equal(fcntl(s->sides[1].fds[1], F_GETFD) & FD_CLOEXEC,
	    FD_CLOEXEC);
	(void)close(s->sides[1].fds[0]);
	(void)close(s->sides[1].fds[1]);
	assert_int_equal(open_descriptors(), before);
}

/* In the queue, under way, or refused: none is left open. */
static void
descriptors_do_not_leak(void **state)
{
	struct scene *s = *state;
	size_t before = open_descriptors();
	int many[CHANNEL_FDS_MAX + 1] = {0};

	assert_int_equal(channel_send_fds(s->ends[0], TYPE, NULL, 0, many,
			     CHANNEL_FDS_MAX + 1),
	    ERR_RANGE);
	(void)flood(s);
	free_channel(&s->sides[1]);
	free_channel(&s->sides[0]);
	assert_true(open_descriptors() <= before);
}

static void
queued_descriptors_are_their_own(void **state)
{
	struct scene *s = *state;
	int fds[2];
	uint32_t n = 0;

	while (channel_backlog(s->ends[0]) == 0)
		assert_int_equal(send_number(s, 0, n++), OK);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(channel_send_fds(s->ends[0], TYPE, NULL, 0, &fds[0],
			     1),
	    OK);
	(void)close(fds[0]);
	s->sides[1].wanted = n + 1;
	loop_run(s->loop);
	assert_int_equal(s->sides[1].fd_count, 1);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(read(s->sides[1].fds[0], s->sides[1].last, 1), 1);
	(void)close(s->sides[1].fds[0]);
	(void)close(fds[1]);
}

static void
null_is_nothing_to_free(void **state)
{
	(void)state;
	channel_free(NULL);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SCENE(frames_arrive_in_order),
	    SCENE(bodies_may_be_empty_or_full),
	    SCENE(a_flood_waits_and_is_refused_and_drains),
	    SCENE(nothing_overtakes_the_queue),
	    SCENE(an_end_comes_once_and_last),
	    SCENE(sending_to_nobody_fails_and_the_end_follows),
	    SCENE(a_backlog_dies_with_the_other_end),
	    SCENE(a_channel_may_be_freed_at_a_frame),
	    SCENE(a_channel_may_be_freed_at_its_end),
	    SCENE(a_channel_may_be_freed_when_drained),
	    SCENE(descriptors_travel),
	    SCENE(descriptors_do_not_leak),
	    SCENE(queued_descriptors_are_their_own),
	    cmocka_unit_test(null_is_nothing_to_free),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
