/* SPDX-License-Identifier: MIT */
/* No body of a message does harm, whoever sent it. */
#include "fuzz.h"

#include "wire/line.h"
#include "wire/message.h"
#include "wire/receiver.h"
#include "wire/showing.h"
#include "wire/target.h"

union any {
	struct hello hello;
	struct pace pace;
	struct probed probed;
	struct excerpt excerpt;
	struct prober_stats stats;
	struct notice notice;
	struct attempt attempt;
	struct line line;
	struct target target;
	struct receiver receiver;
	struct showing showing;
	struct asked asked;
};

#define TRY_OWNED(word)               \
	if (word##_get(&in, &a.word)) \
		word##_done(&a.word); \
	break

static void
try(unsigned type, const uint8_t *bytes, size_t n)
{
	union any a;
	struct bytes_in in;

	bytes_in_init(&in, bytes, n);
	switch (type) {
	case 0:
		TRY_OWNED(hello);
	case 1:
		TRY_OWNED(excerpt);
	case 2:
		TRY_OWNED(notice);
	case 3:
		TRY_OWNED(attempt);
	case 4:
		TRY_OWNED(line);
	case 5:
		TRY_OWNED(target);
	case 6:
		TRY_OWNED(receiver);
	case 7:
		TRY_OWNED(showing);
	case 8:
		TRY_OWNED(asked);
	case 9:
		(void)!pace_get(&in, &a.pace);
		break;
	case 10:
		(void)!stats_get(&in, &a.stats);
		break;
	default:
		probed_get(&in, &a.probed);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n > 0)
		try(bytes[0] % 12, bytes + 1, n - 1);
	return 0;
}
