/* SPDX-License-Identifier: MIT */
/* reader - what a query is made of; private to this room. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "base/text.h"
#include "store/db.h"
#include "store/newest.h"
#include "store/query.h"

struct query {
	struct db db;
	struct newest newest;
	unsigned steps, steps_max;
};

/* Begin a read: earlier failures are forgotten, its limit starts anew. */
void reader_begin(struct query *q);
/* The same, with its first statement. */
struct use reader_ask(struct query *q, enum sql id);
/*
 * For LIKE, of what has these words in it, whatever they are; text_done() it.
 * NULL: of anything.
 */
void reader_pattern(struct text *t, const char *words);
/* OK, or how the read failed. */
MUST_CHECK
enum status reader_told(struct query *q, struct fail *f);

#endif
