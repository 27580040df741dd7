/* SPDX-License-Identifier: MIT */
#include "parts_wire.h"

#include "base/mem.h"

static struct target_pair *
one_pair(const char *name, const char *value)
{
	struct target_pair *p = mem_array(1, sizeof(*p));

	p->name = mem_dup(name);
	p->value = mem_dup(value);
	return p;
}

void
parts_target(struct target *t)
{
	*t = (struct target){.slot = 3,
	    .generation = 8,
	    .kind = TARGET_HTTP,
	    .id = mem_dup("tesla-fleet/eu"),
	    .url = mem_dup("https://example.org/api"),
	    .interval = 60000,
	    .timeout = 10000,
	    .method = mem_dup("HEAD"),
	    .headers = one_pair("X-A", "1"),
	    .header_count = 1,
	    .bearer_file = mem_dup("/etc/vigie/token"),
	    .cert_file = mem_dup("/etc/vigie/my.pem"),
	    .key_file = mem_dup("/etc/vigie/my.key"),
	    .oauth = {.token_url = mem_dup("https://auth.example.org/t"),
		.client_id = mem_dup("vigie"),
		.secret_file = mem_dup("/etc/vigie/client"),
		.scope = mem_dup("read"),
		.audience = mem_dup("api")},
	    .reuse = true,
	    .ladder = true,
	    .family = 2,
	    .redirects = 5,
	    .http = TARGET_HTTP_2,
	    .addresses = TARGET_ADDRESSES_ALL};
	t->expect.status = mem_array(2, sizeof(*t->expect.status));
	t->expect.status_count = 2;
	t->expect.status[0] = (struct target_status){200, 299};
	t->expect.status[1] = (struct target_status){401, 401};
	t->expect.json = mem_array(1, sizeof(*t->expect.json));
	t->expect.json_count = 1;
	t->expect.json[0] = (struct target_json){.path = mem_dup("$.status"),
	    .equals = mem_dup("\"ok\""),
	    .max_age = 600000};
	t->expect.headers = one_pair("Server", "^nginx");
	t->expect.header_count = 1;
	t->expect.not_body = mem_dup("(?i)maintenance");
	t->expect.latency = 2000;
}
