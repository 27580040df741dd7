/* SPDX-License-Identifier: MIT */
#include "store/tallies.h"

#include "store/reader.h"

enum status
tallies_read(struct query *q, tally_fn *fn, void *arg, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_TALLIES);
	bool more = true;

	while (more && use_next(&u))
		more = fn(arg, use_col_text(&u, 0),
		    &(struct store_tally){.sent = use_col(&u, 1),
			.failed = use_col(&u, 2),
			.owed = use_col(&u, 3)});
	if (!more)
		use_end(&u);
	return reader_told(q, f);
}
