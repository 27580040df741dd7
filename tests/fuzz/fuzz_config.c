/* SPDX-License-Identifier: MIT */
/* A configuration is taken or refused with a reason; what is taken dumps. */
#include "fuzz.h"
#include "input.h"

#include "config/config.h"

enum { DUMP_BYTES = 16 * 1024 * 1024 };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char path[INPUT_PATH_BYTES];
	int fd = input_file(bytes, n, path);
	struct config_errors e;
	struct config *c = config_load(path, &e);
	struct text dump;

	if ((c == NULL) != (e.count > 0))
		abort();
	if (c == NULL && text_len(&e.lines) == 0)
		abort();
	if (c != NULL) {
		text_init(&dump, DUMP_BYTES);
		config_dump(c, &dump);
		text_done(&dump);
	}
	config_free(c);
	text_done(&e.lines);
	(void)close(fd);
	return 0;
}
