/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "store/put.h"
#include "store/samplerow.h"
#include "store/writer.h"

enum {
	HEADS_EVERY_MS = 30 * 1000,
	PEERS_MAX = 200 * 1000, /* addresses of the whole file */
	FIRST_HEADS = 64,
	FIRST_PENDING = 1024,
	PEER_UNKNOWN = -1
};

struct head *
writer_head(struct store *s, int64_t endpoint)
{
	size_t i = (size_t)endpoint, size = s->head_count;

	assert(endpoint >= 0);
	if (i >= size) {
		size = size > 0 ? size : FIRST_HEADS;
		while (size <= i)
			size *= 2;
		s->heads = mem_resize(s->heads, size, sizeof(s->heads[0]));
		for (size_t k = s->head_count; k < size; k++)
			s->heads[k] = (struct head){.peer = PEER_UNKNOWN};
		s->head_count = size;
	}
	return &s->heads[i];
}

static size_t
address_bytes(const struct sample *p)
{
	static const uint8_t zero[12];

	if ((p->flags & SAMPLE_IPV6) != 0 ||
	    memcmp(p->address + 4, zero, sizeof(zero)) != 0)
		return sizeof(p->address);
	return 4;
}

/* The number of an address; most endpoints answer from the same as before. */
static int64_t
peer_of(struct store *s, struct head *h, const struct sample *p)
{
	static const uint8_t zero[16];
	struct use u;
	int64_t id;

	if (p->port == 0 && memcmp(p->address, zero, sizeof(zero)) == 0)
		return 0;
	if (h->peer > 0 && h->port == p->port &&
	    memcmp(h->address, p->address, sizeof(h->address)) == 0)
		return h->peer;
	u = db_use(&s->db, SQL_PEER_ID);
	use_blob(&u, p->address, address_bytes(p));
	use_int(&u, p->port);
	id = use_ask(&u, 0);
	if (id == 0 && s->last_peer < PEERS_MAX) {
		u = db_use(&s->db, SQL_PUT_PEER);
		use_blob(&u, p->address, address_bytes(p));
		use_int(&u, p->port);
		if (use_run(&u))
			id = sqlite3_last_insert_rowid(s->db.handle);
		s->last_peer = id > s->last_peer ? id : s->last_peer;
	}
	h->peer = id;
	h->port = p->port;
	memcpy(h->address, p->address, sizeof(h->address));
	return id;
}

static void
expect(struct store *s, uint64_t ref, int64_t endpoint, const struct sample *p)
{
	if (s->pending_count == s->pending_size) {
		s->pending_size =
		    s->pending_size > 0 ? 2 * s->pending_size : FIRST_PENDING;
		s->pending = mem_resize(s->pending, s->pending_size,
		    sizeof(s->pending[0]));
	}
	s->pending[s->pending_count++] = (struct pending){.ref = ref,
	    .endpoint = endpoint,
	    .start = p->start,
	    .total_us = p->total_us,
	    .class = p->class};
}

void
store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample)
{
	unsigned char phases[PHASES_BYTES_MAX];
	struct head *h = writer_head(s, endpoint);
	int64_t peer;
	struct use u;

	assert(s->open && ref > s->last_sample);
	peer = peer_of(s, h, sample);
	u = db_use(&s->db, SQL_PUT_SAMPLE);
	use_int(&u, (int64_t)ref);
	use_int(&u, endpoint);
	use_int(&u, h->ref == 0 ? 0 : (int64_t)(ref - h->ref));
	use_int(&u, sample->start);
	use_int(&u, sample->total_us);
	use_blob(&u, phases, phases_write(sample, phases));
	use_int(&u, sample->code);
	use_int(&u, sample->class);
	use_int(&u, sample->reason);
	use_int(&u, sample->flags);
	use_int(&u, peer);
	if (sample->retry_after_s == RETRY_AFTER_ABSENT)
		use_null(&u);
	else
		use_int(&u, sample->retry_after_s);
	if (sample->cert_days == CERT_DAYS_UNKNOWN)
		use_null(&u);
	else
		use_int(&u, sample->cert_days);
	if (!use_run(&u))
		return;
	h->ref = ref;
	s->last_sample = ref;
	if (ref >= s->next_ref)
		s->next_ref = ref + 1;
	expect(s, ref, endpoint, sample);
}

void
samples_committed(struct store *s)
{
	for (size_t i = 0; i < s->pending_count; i++) {
		const struct pending *p = &s->pending[i];

		s->heads[p->endpoint].committed = p->ref;
		rolling_add(s, p->ref, p->endpoint, (enum sample_class)p->class,
		    p->total_us, p->start);
	}
	s->stats.samples += s->pending_count;
	s->pending_count = 0;
	s->heads_saving = false;
}

void
samples_rolled_back(struct store *s)
{
	for (size_t i = 0; i < s->pending_count; i++) {
		struct head *h = &s->heads[s->pending[i].endpoint];

		h->ref = h->committed;
	}
	/* Addresses that it numbered, even for a sample that failed. */
	for (size_t i = 0; i < s->head_count; i++)
		s->heads[i].peer = PEER_UNKNOWN;
	if (s->pending_count > 0)
		s->last_sample = 0;
	for (size_t i = 0; s->pending_count > 0 && i < s->head_count; i++)
		if (s->heads[i].committed > s->last_sample)
			s->last_sample = s->heads[i].committed;
	s->pending_count = 0;
	for (size_t i = 0; s->heads_saving && i < s->head_count; i++)
		s->heads[i].saved = 0;
	if (s->heads_saving)
		s->heads_at = 0;
	s->heads_saving = false;
}

void
samples_save_heads(struct store *s, bool force)
{
	struct use u;

	if (s->last_sample == 0 || s->db.failed ||
	    (!force && s->now - s->heads_at < HEADS_EVERY_MS &&
		s->now >= s->heads_at))
		return;
	for (size_t i = 1; i < s->head_count; i++) {
		struct head *h = &s->heads[i];

		if (h->ref == h->saved)
			continue;
		u = db_use(&s->db, SQL_PUT_HEAD);
		use_int(&u, (int64_t)i);
		use_int(&u, (int64_t)h->ref);
		if (use_run(&u))
			h->saved = h->ref;
	}
	writer_set_counter(s, "store.heads", (int64_t)s->last_sample);
	s->heads_at = s->now;
	s->heads_saving = true;
}

void
samples_load_heads(struct store *s)
{
	int64_t upto = writer_counter(s, "store.heads");
	struct use u = db_use(&s->db, SQL_HEADS);

	while (use_next(&u)) {
		struct head *h = writer_head(s, use_col(&u, 0));

		h->ref = h->committed = h->saved = (uint64_t)use_col(&u, 1);
	}
	u = db_use(&s->db, SQL_HEADS_AFTER);
	use_int(&u, upto);
	while (use_next(&u)) {
		struct head *h = writer_head(s, use_col(&u, 1));

		h->ref = h->committed = (uint64_t)use_col(&u, 0);
	}
	for (size_t i = 0; i < s->head_count; i++)
		if (s->heads[i].committed > s->last_sample)
			s->last_sample = s->heads[i].committed;
}
