/* SPDX-License-Identifier: MIT */
#include "store/inputrow.h"

#include "store/samplerow.h"

bool
inputrow_sample(struct use *u, struct input *in, int64_t *endpoint)
{
	struct sample p;

	if (!use_next(u))
		return false;
	(void)samplerow_read(u, &p);
	*in = (struct input){.kind = INPUT_SAMPLE,
	    .at = sample_evidence(&p),
	    .endpoint = ENDPOINT_NONE,
	    .ref = (uint64_t)use_col(u, SAMPLEROW_COLUMNS),
	    .u.sample = p};
	*endpoint = use_col(u, SAMPLEROW_COLUMNS + 1);
	return true;
}

static void
read_rest(const struct use *u, struct input *in)
{
	switch (in->kind) {
	case INPUT_CANARY:
		in->u.canary.good = use_col(u, 4) != 0;
		break;
	case INPUT_GAP:
		in->u.gap_from = use_col(u, 5);
		break;
	case INPUT_WINDOW:
		in->u.window.until = use_col(u, 6);
		break;
	case INPUT_CLOCK_STEP:
		in->u.wall = use_col(u, 6);
		break;
	case INPUT_WATCH:
		in->u.policy = (struct policy){.interval = use_col(u, 7),
		    .timeout = use_col(u, 8),
		    .all_clear = (enum all_clear)use_col(u, 9),
		    .site = (uint32_t)use_col(u, 10)};
		break;
	case INPUT_UNWATCH:
		in->u.unwatch.until = use_col(u, 6);
		in->u.unwatch.paused = use_col(u, 11) != 0;
		break;
	default:
		break;
	}
}

bool
inputrow_other(struct use *u, struct input *in, int64_t *endpoint)
{
	if (!use_next(u))
		return false;
	*in = (struct input){.kind = (enum input_kind)use_col(u, 1),
	    .at = use_col(u, 2),
	    .endpoint = ENDPOINT_NONE,
	    .ref = (uint64_t)use_col(u, 0)};
	*endpoint = use_col(u, 3);
	read_rest(u, in);
	return true;
}
