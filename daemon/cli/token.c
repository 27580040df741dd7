/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "io/crypto.h"

enum {
	OPT_ROLE = 'r',
	OPT_APPEND = 'a',
	SECRET_BYTES = 32,
	HEX_BYTES = 2 * SECRET_BYTES + 1,
	TOKEN_BYTES = HEX_BYTES + 4,
	NAME_MOST = 63,
	LINE_BYTES = 256
};

static void
write_hex(const unsigned char bytes[SECRET_BYTES], char hex[HEX_BYTES])
{
	for (size_t i = 0; i < SECRET_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

/* Zero, or an errno. */
static int
write_all(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t took = write(fd, text, n);

		if (took < 0)
			return errno;
		text += took;
		n -= (size_t)took;
	}
	return fsync(fd) == 0 ? 0 : errno;
}

/* The line for itself, even where somebody left out the end of the last. */
static int
write_line(int fd, const char *line)
{
	char whole[LINE_BYTES + 1], last = '\n';
	struct stat st;
	int why;

	if (fstat(fd, &st) != 0 ||
	    (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) < 0))
		return errno;
	(void)snprintf(whole, sizeof(whole), "%s%s", last == '\n' ? "" : "\n",
	    line);
	why = write_all(fd, whole);
	if (why != 0 && ftruncate(fd, st.st_size) != 0)
		return errno;
	return why;
}

/* All of the line or nothing: others may read the file meanwhile. */
static int
append(struct cli *c, const char *path, const char *line)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int why = fd >= 0 ? write_line(fd, line) : errno;

	if (fd >= 0 && close(fd) != 0 && why == 0)
		why = errno;
	if (why == 0)
		return EXIT_CODE_GOOD;
	return cli_error(c, why == EACCES ? EXIT_CODE_PERMISSION : EXIT_CODE_IO,
	    "%s: %s; no token was made: run it again when that is mended", path,
	    strerror(why));
}

static int
make(struct cli *c, const char *name, const char *role, const char *path)
{
	unsigned char secret[SECRET_BYTES], digest[CRYPTO_SHA256_BYTES];
	char hex[HEX_BYTES], token[TOKEN_BYTES], line[LINE_BYTES];
	int opt;

	crypto_random(secret, sizeof(secret));
	write_hex(secret, hex);
	(void)snprintf(token, sizeof(token), "vgt_%s", hex);
	crypto_sha256(token, strlen(token), digest);
	write_hex(digest, hex);
	(void)snprintf(line, sizeof(line), "%s %s %s\n", name, role, hex);
	opt = path != NULL ? append(c, path, line) : EXIT_CODE_GOOD;
	if (opt != EXIT_CODE_GOOD)
		return opt;
	if (c->json)
		cli_json(c,
		    json_pack("{s:s, s:s, s:s, s:s#}", "name", name, "role",
			role, "token", token, "line", line,
			(int)strlen(line) - 1));
	else if (path != NULL)
		(void)fprintf(c->out, "%s\n", token);
	else
		(void)fprintf(c->out,
		    "token, to be kept by its holder:\n%s\n"
		    "line, for the file of tokens:\n%s",
		    token, line);
	crypto_zero(secret, sizeof(secret));
	crypto_zero(token, sizeof(token));
	return EXIT_CODE_GOOD;
}

int
cli_token(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"role", required_argument, NULL,
						OPT_ROLE},
	    {"append", required_argument, NULL, OPT_APPEND}, {0}};
	const char *role = "reader", *path = NULL, *name;
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_ROLE)
			role = c->value;
		else
			path = c->value;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "whose token?  One name, as ann");
	name = argv[c->operand];
	if (name[0] == '\0' || strlen(name) > NAME_MOST ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return cli_usage(c,
		    "a name is of a-z, 0-9 and -, at most %d of them",
		    NAME_MOST);
	if (strcmp(role, "reader") != 0 && strcmp(role, "operator") != 0)
		return cli_usage(c, "--role is reader or operator");
	return make(c, name, role, path);
}
