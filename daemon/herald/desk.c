/* SPDX-License-Identifier: MIT */
#include "herald/desk.h"

#include <assert.h>

#include "base/mem.h"
#include "base/text.h"

static void
set_fault(struct desk *d, const char *why)
{
	struct text t;

	text_init(&t, 600);
	text_printf(&t, "secret_file: %s", why);
	mem_free(d->fault);
	d->fault = text_take(&t);
}

static void
read_secrets(struct desk *d, int secret_fd)
{
	struct fail f;

	mem_free(d->fault);
	d->fault = NULL;
	webhook_keys_done(&d->keys);
	if (d->receiver.secret_file == NULL)
		return;
	if (secret_fd < 0)
		set_fault(d, "could not be opened");
	else if (webhook_keys_read(&d->keys, secret_fd, &f) != OK)
		set_fault(d, f.why);
}

struct desk *
desk_new(struct herald *h, struct receiver *r, int secret_fd)
{
	struct desk *d = mem_zalloc(sizeof *d);

	d->herald = h;
	d->receiver = *r;
	*r = (struct receiver){.id = NULL};
	STAILQ_INIT(&d->waiting);
	for (size_t i = 0; i < HERALD_PER_RECEIVER_MAX; i++)
		d->under_way[i].desk = d;
	read_secrets(d, secret_fd);
	return d;
}

void
desk_update(struct desk *d, struct receiver *r, int secret_fd)
{
	receiver_done(&d->receiver);
	d->receiver = *r;
	*r = (struct receiver){.id = NULL};
	d->failing = false;
	read_secrets(d, secret_fd);
}

void
desk_free(struct desk *d)
{
	assert(STAILQ_EMPTY(&d->waiting) && d->busy == 0);
	receiver_done(&d->receiver);
	webhook_keys_done(&d->keys);
	mem_free(d->fault);
	mem_free(d);
}

bool
desk_ready(const struct desk *d)
{
	size_t most = d->failing ? 1 : HERALD_PER_RECEIVER_MAX;

	return !STAILQ_EMPTY(&d->waiting) && d->busy < most;
}

struct delivery *
desk_place(struct desk *d)
{
	size_t i = 0;

	while (d->under_way[i].webhook != NULL)
		i++;
	assert(i < HERALD_PER_RECEIVER_MAX);
	return &d->under_way[i];
}
