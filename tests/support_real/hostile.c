/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

enum { NAMES_MAX = 16, NAME_BYTES = 16, PATH_BYTES = 200 };

struct hostile {
	pid_t pid;
	int lifeline; /* the server ends with it */
	char names[NAMES_MAX][NAME_BYTES];
	uint16_t ports[NAMES_MAX];
	size_t count;
	char ca[PATH_BYTES];
};

static void
read_line(struct hostile *h, const char *line)
{
	char value[PATH_BYTES] = "";

	if (h->count == NAMES_MAX ||
	    sscanf(line, "%15s %199s", h->names[h->count], value) != 2)
		fail_msg("the server said '%s'", line);
	if (strcmp(h->names[h->count], "ca") == 0)
		memcpy(h->ca, value, sizeof(value));
	h->ports[h->count] = (uint16_t)strtoul(value, NULL, 10);
	h->count++;
}

static void
become_server(int in, int out)
{
	static const char *const argv[] = {"python3", "-B",
	    "tests/support_py/hostile.py", NULL};

	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

struct hostile *
hostile_start(void)
{
	struct hostile *h = mem_zalloc(sizeof(*h));
	int to[2], from[2];
	char line[256];
	FILE *in;

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid == 0)
		become_server(to[0], from[1]);
	(void)close(to[0]);
	(void)close(from[1]);
	h->lifeline = to[1];
	in = fdopen(from[0], "r");
	assert_non_null(in);
	do {
		assert_non_null(fgets(line, sizeof(line), in));
		read_line(h, line);
	} while (strncmp(line, "ready", 5) != 0);
	(void)fclose(in);
	return h;
}

void
hostile_stop(struct hostile *h)
{
	int status;

	(void)close(h->lifeline);
	(void)waitpid(h->pid, &status, 0);
	mem_free(h);
}

uint16_t
hostile_port(const struct hostile *h, const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->names[i], name) == 0)
			return h->ports[i];
	fail_msg("no listener '%s'", name);
	return 0;
}

const char *
hostile_ca(const struct hostile *h)
{
	return h->ca;
}
