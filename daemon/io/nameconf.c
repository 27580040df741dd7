/* SPDX-License-Identifier: MIT */
#include "io/nameconf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static const char conf_path[] = "/etc/resolv.conf";
static const char hosts_path[] = "/etc/hosts";
static const unsigned short dns_port = 53;

static struct nameconf_stamp
stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct nameconf_stamp){0};
	return (struct nameconf_stamp){.inode = st.st_ino,
	    .size = st.st_size,
	    .seconds = st.st_mtim.tv_sec,
	    .nanoseconds = st.st_mtim.tv_nsec};
}

static bool
equal(const struct nameconf_stamp *a, const struct nameconf_stamp *b)
{
	return a->inode == b->inode && a->size == b->size &&
	    a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

static void
look(struct nameconf *c)
{
	c->conf = stamp_of(c->path != NULL ? c->path : conf_path);
	c->hosts = stamp_of(hosts_path);
}

bool
nameconf_changed(struct nameconf *c)
{
	struct nameconf_stamp conf = c->conf, hosts = c->hosts;

	if (c->servers != NULL)
		return false;
	look(c);
	return !equal(&conf, &c->conf) || !equal(&hosts, &c->hosts);
}

void
nameconf_init(struct nameconf *c, const char *sources)
{
	const char *colon;

	*c = (struct nameconf){.port = dns_port};
	if (sources == NULL || sources[0] != '/') {
		c->servers = mem_dup(sources);
	} else {
		colon = strrchr(sources, ':');
		if (colon != NULL)
			c->port = (unsigned short)strtoul(colon + 1, NULL, 10);
		c->path = mem_dup_n(sources,
		    colon != NULL ? (size_t)(colon - sources)
				  : strlen(sources));
	}
	look(c);
}

void
nameconf_done(struct nameconf *c)
{
	mem_free(c->servers);
	mem_free(c->path);
}
