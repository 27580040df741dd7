/* SPDX-License-Identifier: MIT */
/*
 * channel - frames between two processes of ours, over SOCK_SEQPACKET.
 *
 * A frame is a 16-byte header (version u16, type u16, body length u32,
 * sequence u64, little-endian) and a body of at most CHANNEL_BODY_MAX bytes.
 * Order is kept; nothing is lost while both ends live.  Sends never block: a
 * full socket leaves the frame in the sender's bounded queue.
 *
 * Implemented twice: channel.c on sockets and tests/support/channel_sim.c,
 * where a pair of ends lives in one process on virtual time.
 */
#ifndef IO_CHANNEL_H
#define IO_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "io/loop.h"

enum {
	CHANNEL_BODY_MAX = 65536 - 16,
	CHANNEL_VERSION = 1,
	CHANNEL_FDS_MAX = 8
};

struct channel;

struct frame {
	uint16_t type;
	uint64_t seq;
	const unsigned char *body; /* borrowed for the call */
	size_t size;
	const int *fds; /* passed descriptors; taken by the callback */
	size_t fd_count;
};

struct channel_events {
	void (*on_frame)(void *arg, const struct frame *f);
	/* The other end is gone or broke the format; called once, last. */
	void (*on_end)(void *arg, const char *why);
	/* The queue, which had refused or held frames, is empty again. */
	void (*on_drained)(void *arg); /* may be NULL */
	void *arg;
};

/* Takes the descriptor; queue_max frames may wait.  Never NULL. */
MUST_CHECK
struct channel *channel_new(struct loop *l, int fd, size_t queue_max,
    const struct channel_events *ev);
void channel_free(struct channel *c); /* closes; NULL is ignored */

/*
 * Send one frame, or queue it.  ERR_LIMIT: the queue is full and the frame was
 * not taken.  ERR_IO: the other end is gone (on_end follows or has been).
 * ERR_RANGE: body or fds are above their maximum.  body may be NULL if empty;
 * fds (may be NULL) stay the caller's; a copy is passed.
 */
MUST_CHECK
enum status channel_send(struct channel *c, uint16_t type, const void *body,
    size_t size);
MUST_CHECK
enum status channel_send_fds(struct channel *c, uint16_t type, const void *body,
    size_t size, const int *fds, size_t fd_count);

/* Frames waiting in the queue. */
size_t channel_backlog(const struct channel *c);

/* A connected pair of descriptors, close-on-exec. */
MUST_CHECK
enum status channel_pair(int fds[2], struct fail *f);

#endif
