/* SPDX-License-Identifier: MIT */
#include "store/damage.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/writer.h"

enum { NAME_BYTES = FILE_PATH_BYTES + 16, TEXT_BYTES = 1024 };

/*
 * Its lines: why, the number of the inode, and where it is moved to.  One that
 * was put in its place, from a backup, has another inode and is spared.
 */
static const char form[] = "damaged: %s\ninode: %" PRIu64 "\naside: %s\n";
static const char form_read[] =
    "damaged: %399[^\n]\ninode: %" SCNu64 "\naside: %511[^\n]";

static_assert(sizeof(((struct damage *)0)->why) == 400 &&
	sizeof(((struct damage *)0)->aside) == 512,
    "as form_read bounds them");

static void
name_of(const char *path, const char *suffix, char name[NAME_BYTES])
{
	(void)snprintf(name, NAME_BYTES, "%s-damaged%s", path, suffix);
}

static uint64_t
inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static bool
read_text(const char *name, char text[TEXT_BYTES])
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, TEXT_BYTES - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

enum damage_stage
damage_read(const char *path, struct damage *d)
{
	char name[NAME_BYTES], text[TEXT_BYTES];
	uint64_t inode = 0;

	*d = (struct damage){.why = ""};
	name_of(path, "", name);
	if (!read_text(name, text) ||
	    sscanf(text, form_read, d->why, &inode, d->aside) < 2)
		return DAMAGE_NONE;
	if (d->aside[0] != '\0' && file_exists(d->aside, ""))
		return DAMAGE_MOVED;
	return inode != 0 && inode == inode_of(path) ? DAMAGE_FOUND
						     : DAMAGE_NONE;
}

static enum status
refuse(const char *name, int err, struct fail *f)
{
	return fail_set(f, ERR_IO, "%s: writing it: %s", name,
	    strerrordesc_np(err));
}

/* One line each. */
static void
flatten(char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20)
			*s = ' ';
	}
}

enum status
damage_write(const char *path, const struct damage *d, struct fail *f)
{
	char made[NAME_BYTES], name[NAME_BYTES], text[TEXT_BYTES];
	struct damage flat = *d;
	int fd, err = 0, n;

	flatten(flat.why);
	flatten(flat.aside);
	n = snprintf(text, sizeof(text), form, flat.why, inode_of(path),
	    flat.aside);
	name_of(path, ".new", made);
	name_of(path, "", name);
	fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0640);
	if (fd < 0)
		return refuse(made, errno, f);
	errno = EIO; /* where less is written than asked for */
	if (write(fd, text, (size_t)n) != n || fsync(fd) != 0)
		err = errno;
	(void)close(fd);
	if (err == 0 && rename(made, name) != 0)
		err = errno;
	if (err != 0) {
		(void)unlink(made);
		return refuse(name, err, f);
	}
	file_sync_folder(path);
	return OK;
}

void
damage_forget(const char *path)
{
	char name[NAME_BYTES];

	name_of(path, ".new", name);
	(void)unlink(name);
	name_of(path, "", name);
	if (unlink(name) == 0)
		file_sync_folder(path);
}

unsigned
store_damage(const struct store *s)
{
	return s->db.damage;
}

bool
store_moved(const struct store *s)
{
	int moved = 0;

	return sqlite3_file_control(s->db.handle, "main",
		   SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved != 0;
}

enum status
store_condemn(struct store *s, struct fail *f)
{
	struct damage d = {.aside = ""};

	if (s->reading)
		return fail_set(f, ERR_IO, "%s: damaged, and cannot be written",
		    s->db.path);
	(void)snprintf(d.why, sizeof(d.why), "%s",
	    s->db.damage > 0 ? s->db.damaged.why : "condemned");
	return damage_write(s->db.path, &d, f);
}

void
store_replaced_said(struct store *s)
{
	damage_forget(s->db.path);
}
