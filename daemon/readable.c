/* SPDX-License-Identifier: MIT */
#include "readable.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"

struct identity { /* both 0: no such file */
	dev_t device;
	ino_t inode;
};

struct readable {
	char **paths; /* NULL last */
	struct identity *files;
	bool *bundles; /* certificates to trust */
	size_t count;
	char *kept[2]; /* folder of the database; NULL last */
};

static void
add(struct readable *r, const char *path, bool bundle)
{
	struct stat st;

	if (path == NULL)
		return;
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(r->paths[i], path) == 0)
			return;
	}
	r->paths = mem_resize(r->paths, r->count + 2, sizeof(*r->paths));
	r->files = mem_resize(r->files, r->count + 1, sizeof(*r->files));
	r->bundles = mem_resize(r->bundles, r->count + 1, sizeof(*r->bundles));
	r->bundles[r->count] = bundle;
	r->files[r->count] = (struct identity){0};
	if (stat(path, &st) == 0)
		r->files[r->count] = (struct identity){st.st_dev, st.st_ino};
	r->paths[r->count++] = mem_dup(path);
	r->paths[r->count] = NULL;
}

static struct readable
collect(const struct config *c)
{
	static const char *const always[] = {"/etc/ssl", "/etc/resolv.conf",
	    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
	    "/etc/services", "/etc/localtime", "/usr/share/ca-certificates",
	    "/usr/local/share/ca-certificates", "/run/systemd/resolve",
	    "/proc/self/net"};
	struct readable r = {.kept = {path_folder(c->database)}};

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(&r, always[i], false);
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t j = 0; j < s->endpoint_count; j++)
			add(&r, s->endpoints[j].target.ca_file, true);
	}
	for (size_t i = 0; i < c->receiver_count; i++)
		add(&r, c->receivers[i].ca_file, true);
	return r;
}

static bool
same(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode;
}

static void
release(struct readable *r)
{
	for (size_t i = 0; i < r->count; i++)
		mem_free(r->paths[i]);
	mem_free(r->paths);
	mem_free(r->files);
	mem_free(r->bundles);
	mem_free(r->kept[0]);
}

struct readable *
readable_new(const struct config *c)
{
	struct readable *r = mem_zalloc(sizeof(*r));

	*r = collect(c);
	return r;
}

void
readable_free(struct readable *r)
{
	if (r == NULL)
		return;
	release(r);
	mem_free(r);
}

bool
readable_set(struct readable *r, const struct config *c)
{
	struct readable next = collect(c);
	bool other = next.count != r->count;

	for (size_t i = 0; !other && i < r->count; i++)
		other = strcmp(next.paths[i], r->paths[i]) != 0 ||
		    !same(&next.files[i], &r->files[i]);
	release(r);
	*r = next;
	return other;
}

bool
readable_moved(struct readable *r)
{
	bool moved = false;

	for (size_t i = 0; i < r->count; i++) {
		struct identity now = {0};
		struct stat st;

		/* /proc/self is of whoever looks, and never replaced. */
		if (strncmp(r->paths[i], "/proc/", 6) == 0)
			continue;
		if (stat(r->paths[i], &st) == 0)
			now = (struct identity){st.st_dev, st.st_ino};
		if (same(&now, &r->files[i]))
			continue;
		/* Better the old ones, held by those who run, than none. */
		if (r->bundles[i] &&
		    crypto_check_bundle(r->paths[i], NULL) != OK)
			continue;
		r->files[i] = now;
		moved = true;
	}
	return moved;
}

const char *const *
readable_paths(const struct readable *r)
{
	return (const char *const *)r->paths;
}

const char *const *
readable_kept(const struct readable *r)
{
	return (const char *const *)r->kept;
}
