/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Accepted by `vigie check` as it stands; a test sees to it. */
static const char *const example[] = {
    "# What Vigie watches.  The manual is vigie.yaml(5); `vigie check` tells",
    "# whether a change is right, `vigie check --keys` lists every key.",
    "",
    "# Where everything is kept, and the socket of the command line.",
    "#database: /var/lib/vigie/vigie.db",
    "#control: /run/vigie/control",
    "",
    "# Where the dashboard is served; put a proxy before it for the public.",
    "listen: 127.0.0.1:8090",
    "",
    "# What is told to the servers we ask, so that they know whom to write to.",
    "#user_agent: https://status.example.org/",
    "",
    "defaults:",
    "  interval: 60s         # 30s, 5m, 1h30m; a unit is always needed",
    "  timeout: 10s",
    "",
    "# Unrelated targets that prove our own network works.  Without them an",
    "# outage of ours would look like one of everybody else.",
    "canaries: [gateway, resolvers]",
    "",
    "services:",
    "  - id: example",
    "    name: Example",
    "    #tags: [web]",
    "    #owner: web team",
    "    #runbook: https://wiki.example.org/web",
    "    #functions: [shopping, payment]      # what stops with it",
    "    #unaffected:                         # what goes on; proven by",
    "    #  - {name: deliveries, endpoints: [example/eu]}",
    "    #depends_on: [example/us]            # what it needs to work",
    "    #advice: Your basket is kept.        # one line for its users",
    "    #slo: 99.9%",
    "    regions:",
    "      eu: https://example.org/",
    "      #us: {url: https://us.example.org/, interval: 2m}",
    "      #asia:                             # several in one region",
    "      #  - {name: web, url: https://asia.example.org/}",
    "      #  - {name: db, url: tcp://db.asia.example.org:5432}",
    "    # What a good answer looks like; without it, any status 200 to 299.",
    "    #expect:",
    "    #  status: [200, 401]",
    "    #  body: \"(?i)welcome\"",
    "    #  not_body: \"(?i)maintenance\"",
    "    #  json: {\"$.status\": ok}",
    "    #  latency: 2s                        # slower is degraded",
    "    # Credentials come from files that only the daemon can read.",
    "    #auth: {bearer_file: /etc/vigie/example.token}",
    "",
    "# Planned maintenance: no alarm, and it does not count as down.",
    "#maintenance:",
    "#  - service: example",
    "#    every: \"Sun 02:00-04:00\"           # or from: and to:",
    "#    timezone: Europe/Paris",
    "#    title: Weekly deployment",
    "",
    "receivers:",
    "  - {id: log, type: syslog, facility: local0}",
    "  #- id: hook",
    "  #  type: webhook                       # signed as Standard Webhooks",
    "  #  url: https://alerts.example.org/vigie",
    "  #  secret_file: /etc/vigie/hook.key",
    "  # Asked for as long as all is well here: what watches the watch.",
    "  #- {id: alive, type: heartbeat, url: https://alive.example.org/vigie}",
    "",
    "# Loud notices (opened, worse, resolved) unless `all: true`.",
    "routes:",
    "  - to: [log]",
    "    all: true",
    "  #- match: {service: example, kind: outage}",
    "  #  to: [hook]",
    "  #  notify_after: 60s",
    NULL,
};

static bool
write_example(FILE *f)
{
	bool well = true;

	for (size_t i = 0; example[i] != NULL; i++)
		well = fprintf(f, "%s\n", example[i]) >= 0 && well;
	return fflush(f) == 0 && well;
}

static int
create(struct cli *c, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	int why = errno;
	bool well;

	if (f == NULL) {
		if (fd >= 0)
			(void)close(fd);
		if (why == EEXIST)
			return cli_error(c, EXIT_CODE_IO,
			    "%s is there already; it stays as it is", path);
		return cli_error(c,
		    why == EACCES ? EXIT_CODE_PERMISSION : EXIT_CODE_IO,
		    "%s: %s", path, strerror(why));
	}
	well = write_example(f);
	why = errno;
	if (fclose(f) != 0 && well) {
		why = errno;
		well = false;
	}
	if (!well)
		return cli_error(c, EXIT_CODE_IO, "%s: %s", path,
		    strerror(why));
	(void)fprintf(c->out,
	    "wrote %s; next: vigie check -c %s, then vigie run -c %s\n", path,
	    path, path);
	return EXIT_CODE_GOOD;
}

int
cli_init(struct cli *c, int argc, char **argv)
{
	const char *path;
	int opt;

	while ((opt = cli_option(c, argc, argv, NULL)) > 0)
		;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand > 1)
		return cli_usage(c, "one file at a time");
	if (argc > c->operand)
		path = argv[c->operand];
	else
		path = c->config_path != NULL ? c->config_path : "vigie.yaml";
	if (strcmp(path, "-") == 0)
		return write_example(c->out) ? EXIT_CODE_GOOD : EXIT_CODE_IO;
	return create(c, path);
}
