/* SPDX-License-Identifier: MIT */
#include "left.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "dice.h"

enum { PATH_BYTES = 512, SECTOR = 512, NAMES_MAX = 256 };

struct change {
	bool cuts; /* to this size */
	size_t at, size;
	unsigned char *bytes;
};

struct node {
	struct node *next;
	dev_t dev;
	ino_t ino; /* 0: somebody else's by now */
	unsigned char *synced;
	size_t size, room;
	struct change *changes; /* since */
	size_t count, changes_room;
};

struct name {
	char path[PATH_BYTES];
	struct node *node;
};

static struct node *nodes;
/* Those that are on disk. */
static struct name names[NAMES_MAX];
static size_t name_count;
static bool stopped;

static struct node *
find(const struct stat *st)
{
	struct node *n = nodes;

	while (n != NULL && (n->ino != st->st_ino || n->dev != st->st_dev))
		n = n->next;
	return n;
}

static struct name *
find_name(const char *path)
{
	for (size_t i = 0; i < name_count; i++) {
		if (strcmp(names[i].path, path) == 0)
			return &names[i];
	}
	return NULL;
}

static void
add_name(const char *path, struct node *n)
{
	if (name_count == NAMES_MAX)
		abort();
	(void)snprintf(names[name_count].path, PATH_BYTES, "%s", path);
	names[name_count++].node = n;
}

static void
resize(struct node *n, size_t size)
{
	if (size > n->room) {
		n->room = 2 * size;
		n->synced = mem_resize(n->synced, n->room, 1);
	}
	if (size > n->size)
		memset(n->synced + n->size, 0, size - n->size);
	n->size = size;
}

static void
put(struct node *n, const void *bytes, size_t size, size_t at)
{
	if (at + size > n->size)
		resize(n, at + size);
	memcpy(n->synced + at, bytes, size);
}

/* Nobody has locks on it yet, which closing it would drop. */
static void
read_now(struct node *n, const char *path, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	resize(n, size);
	if (fd < 0 || pread(fd, n->synced, size, 0) != (ssize_t)size ||
	    close(fd) != 0)
		abort();
}

struct node *
left_node(const char *path, bool was_there)
{
	struct node *n;
	struct stat st;

	if (stopped)
		return NULL;
	if (stat(path, &st) != 0)
		abort();
	n = find(&st);
	if (n != NULL && was_there)
		return n;
	if (n != NULL)
		n->ino = 0; /* deleted, and its number given again */
	n = mem_zalloc(sizeof(*n));
	*n = (struct node){.next = nodes, .dev = st.st_dev, .ino = st.st_ino};
	nodes = n;
	/* An empty one was made just now, and not by SQLite. */
	if (was_there && st.st_size > 0) {
		read_now(n, path, (size_t)st.st_size);
		add_name(path, n);
	}
	return n;
}

static void
change(struct node *n, const struct change *c)
{
	if (n->count == n->changes_room) {
		n->changes_room =
		    n->changes_room > 0 ? 2 * n->changes_room : 64;
		n->changes = mem_resize(n->changes, n->changes_room,
		    sizeof(n->changes[0]));
	}
	n->changes[n->count++] = *c;
}

void
left_write(struct node *n, const void *buf, size_t size, size_t at)
{
	struct change c = {.at = at,
	    .size = size,
	    .bytes = mem_copy(buf, size)};

	if (!stopped)
		change(n, &c);
	else
		mem_free(c.bytes);
}

void
left_truncate(struct node *n, size_t size)
{
	struct change c = {.cuts = true, .size = size};

	if (!stopped)
		change(n, &c);
}

void
left_sync(struct node *n)
{
	for (size_t i = 0; i < n->count; i++) {
		struct change *c = &n->changes[i];

		if (c->cuts)
			resize(n, c->size);
		else
			put(n, c->bytes, c->size, c->at);
		mem_free(c->bytes);
	}
	n->count = 0;
}

static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

static bool
is_in(const char *path, const char *folder)
{
	size_t n = folder_length(path);

	return n == strlen(folder) && strncmp(path, folder, n) == 0;
}

static void
sync_folder(const char *folder)
{
	char path[PATH_BYTES];
	const struct dirent *e;
	DIR *d = opendir(folder);
	struct stat st;

	if (d == NULL)
		abort();
	for (size_t i = name_count; i-- > 0;) {
		if (is_in(names[i].path, folder))
			names[i] = names[--name_count];
	}
	while ((e = readdir(d)) != NULL) {
		struct node *n;

		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		n = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? find(&st)
								: NULL;
		if (n != NULL)
			add_name(path, n);
	}
	(void)closedir(d);
}

void
left_sync_folder_of(const char *path)
{
	char folder[PATH_BYTES];

	if (stopped)
		return;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)folder_length(path),
	    path);
	sync_folder(folder);
}

void
left_settled(void)
{
	name_count = 0;
	for (struct node *n = nodes; n != NULL; n = n->next)
		n->ino = 0; /* looked at again when it is opened */
}

void
left_stop(void)
{
	stopped = true;
}

/*
 * The daemon's own calls; see --wrap of ld(1):
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
int __real_fsync(int fd);
int __wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	char link[64], path[PATH_BYTES];
	struct stat st;
	struct node *n;
	int rc = __real_fsync(fd);
	ssize_t size;

	if (rc != 0 || stopped || fstat(fd, &st) != 0)
		return rc;
	n = find(&st);
	if (n != NULL)
		left_sync(n);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	if (S_ISDIR(st.st_mode) && size > 0) {
		path[size] = '\0';
		sync_folder(path);
	}
	return rc;
}

/* NOLINTEND(bugprone-reserved-identifier) */

/* What becomes of it all, decided once for each loss of power. */
struct fate {
	enum left left;
	uint64_t random;
	unsigned share; /* of 100: what is left of what was not synced */
	bool renames;   /* are left */
};

static bool
stays(struct fate *f, unsigned share)
{
	uint64_t drawn = dice_next(&f->random);

	return f->left == LEFT_SOME && drawn % 100 < share;
}

static void
write_out(const char *to, const unsigned char *bytes, size_t size)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	while (fd >= 0 && size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n <= 0)
			abort();
		bytes += n;
		size -= (size_t)n;
	}
	if (fd < 0 || close(fd) != 0)
		abort();
}

static void
copy_now(const char *from, const char *to)
{
	struct node n = {.size = 0};
	struct stat st;

	if (stat(from, &st) != 0)
		abort();
	read_now(&n, from, (size_t)st.st_size);
	write_out(to, n.synced, n.size);
	mem_free(n.synced);
}

static void
copy_node(const struct node *n, struct fate *f, const char *to)
{
	struct node left = {.size = 0};

	if (n->size > 0)
		put(&left, n->synced, n->size, 0);
	for (size_t i = 0; i < n->count; i++) {
		const struct change *c = &n->changes[i];

		if (c->cuts) {
			if (stays(f, f->share))
				resize(&left, c->size);
			continue;
		}
		for (size_t at = 0, end; at < c->size; at = end) {
			/* Up to the next boundary of the file. */
			end = at + SECTOR - (c->at + at) % SECTOR;
			if (end > c->size)
				end = c->size;
			if (stays(f, f->share))
				put(&left, c->bytes + at, end - at, c->at + at);
		}
	}
	write_out(to, left.synced, left.size);
	mem_free(left.synced);
}

static bool
has_a_name_now(const struct node *n, const char *folder)
{
	char path[PATH_BYTES];
	const struct dirent *e;
	DIR *d = opendir(folder);
	struct stat st;
	bool has = false;

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		has = has || (stat(path, &st) == 0 && find(&st) == n);
	}
	if (d != NULL)
		(void)closedir(d);
	return has;
}

static bool
has_a_name_on_disk(const struct node *n)
{
	for (size_t i = 0; i < name_count; i++) {
		if (names[i].node == n)
			return true;
	}
	return false;
}

/* What has a name at present: does it have it afterwards? */
static void
leave_present(const char *from, const char *to, const struct stat *st,
    struct fate *f)
{
	const struct node *n = find(st);
	const struct name *on_disk = find_name(from);
	size_t length = strlen(from);

	/* Another one has it on disk, whether or not we know this one. */
	if (f->left != LEFT_ALL && on_disk != NULL && on_disk->node != n &&
	    !f->renames)
		return;
	if (n == NULL || f->left == LEFT_ALL) {
		bool shared =
		    length > 4 && strcmp(from + length - 4, "-shm") == 0;

		/* Whatever is found in that one must not matter. */
		if (!shared || f->left == LEFT_ALL || stays(f, 50))
			copy_now(from, to);
	} else if ((on_disk != NULL && on_disk->node == n) ||
	    (has_a_name_on_disk(n) ? f->renames : stays(f, 50))) {
		copy_node(n, f, to);
	}
}

/* What had one that is gone, but not on disk. */
static void
leave_past(const char *folder, const char *to, struct fate *f)
{
	char path[PATH_BYTES];
	struct stat st;

	for (size_t i = 0; i < name_count; i++) {
		const struct node *n = names[i].node;

		if (!is_in(names[i].path, folder))
			continue;
		if (stat(names[i].path, &st) == 0 && find(&st) == n)
			continue;
		(void)snprintf(path, sizeof(path), "%s%s", to,
		    names[i].path + strlen(folder));
		if (access(path, F_OK) != 0 &&
		    (has_a_name_now(n, folder) ? !f->renames : !stays(f, 50)))
			copy_node(n, f, path);
	}
}

static void
leave(const char *folder, const char *to, struct fate *f)
{
	char from[PATH_BYTES], target[PATH_BYTES];
	const struct dirent *e;
	DIR *d = opendir(folder);
	struct stat st;

	if (d == NULL)
		abort();
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(from, sizeof(from), "%s/%s", folder, e->d_name);
		(void)snprintf(target, sizeof(target), "%s/%s", to, e->d_name);
		if (stat(from, &st) != 0)
			continue;
		if (S_ISREG(st.st_mode)) {
			leave_present(from, target, &st, f);
		} else if (S_ISDIR(st.st_mode) && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0) {
			if (mkdir(target, 0750) != 0)
				abort();
			leave(from, target, f);
		}
	}
	(void)closedir(d);
	if (f->left != LEFT_ALL)
		leave_past(folder, to, f);
}

void
left_copy(const char *folder, enum left left, uint64_t seed,
    char to[LEFT_PATH_BYTES])
{
	static const unsigned shares[] = {5, 50, 95, 100};
	struct fate f = {.left = left,
	    .random = seed,
	    .share = shares[seed / 2 % 4],
	    .renames = left == LEFT_SOME && seed % 2 == 0};

	(void)snprintf(to, LEFT_PATH_BYTES, "%.*s/vigie-test-XXXXXX",
	    (int)folder_length(folder), folder);
	if (mkdtemp(to) == NULL)
		abort();
	leave(folder, to, &f);
}

static int
drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void
left_remove(const char *folder)
{
	(void)nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}
