/* SPDX-License-Identifier: MIT */
/* acked - how much the store has said to be committed, so far. */
#ifndef FAULT_ACKED_H
#define FAULT_ACKED_H

struct acked {
	unsigned long samples, transitions, events;
};

extern struct acked acked;

#endif
