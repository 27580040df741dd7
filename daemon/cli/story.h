/* SPDX-License-Identifier: MIT */
/*
 * story - a day that happened, told through the core: what a receiver would
 * have been sent.
 *
 * tesla: 14 February 2023, Europe down from 10:00, answering twice in between,
 * back for good from 15:30; the times after 13:00 are invented.
 */
#ifndef CLI_STORY_H
#define CLI_STORY_H

#include <stddef.h>

#include "base/attr.h"
#include "core/core.h"
#include "wire/notice_json.h"

enum { STORY_EVENTS_MAX = 32 };

struct story {
	struct event_names names;
	struct notice_service service;
	struct output events[STORY_EVENTS_MAX];
	size_t count;
};

/* Fill *s, whose strings are static; false for a name that is not known. */
MUST_CHECK
bool story_tell(const char *name, struct story *s);

#endif
