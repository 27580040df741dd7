/* SPDX-License-Identifier: MIT */
#include "io/proxies.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BITS_DIGITS = 3, MAPPED_BITS = 96 /* of ::ffff:a.b.c.d */ };

struct net {
	struct address address;
	unsigned bits;
};

struct proxies {
	struct net *nets;
	size_t count;
	bool unix_socket;
};

/* Of IPv4 in whichever way it is written. */
static bool
parse(const char *who, struct net *n)
{
	char text[ADDRESS_TEXT_BYTES];
	size_t length = strcspn(who, "/"), digits;
	unsigned most, least, bits;

	if (length >= sizeof(text))
		return false;
	memcpy(text, who, length);
	text[length] = '\0';
	if (!address_parse(text, &n->address))
		return false;
	most = n->address.family == FAMILY_IPV4 ? 32 : 128;
	address_unmap(&n->address);
	least = n->address.family == FAMILY_IPV4 && most > 32 ? MAPPED_BITS : 0;
	n->bits = most - least;
	if (who[length] == '\0')
		return true;
	who += length + 1;
	digits = strspn(who, "0123456789");
	if (digits == 0 || digits > BITS_DIGITS || who[digits] != '\0')
		return false;
	bits = (unsigned)strtoul(who, NULL, 10);
	n->bits = bits - least;
	return bits >= least && bits <= most;
}

enum status
proxies_check(const char *who, struct fail *f)
{
	struct net n;

	if (strcmp(who, "unix") == 0 || parse(who, &n))
		return OK;
	return fail_set(f, ERR_SYNTAX,
	    "'%.60s' is no address like 192.0.2.1, no network like "
	    "10.0.0.0/8, and not unix",
	    who);
}

struct proxies *
proxies_new(const char *const *list)
{
	struct proxies *p = mem_zalloc(sizeof(*p));
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	p->nets = mem_array(n + 1, sizeof(p->nets[0]));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], "unix") == 0)
			p->unix_socket = true;
		else if (parse(list[i], &p->nets[p->count]))
			p->count++;
	}
	return p;
}

void
proxies_free(struct proxies *p)
{
	if (p != NULL)
		mem_free(p->nets);
	mem_free(p);
}

static bool
is_in(const struct net *n, const struct address *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (n->address.family != a->family ||
	    memcmp(n->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    (n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

bool
proxies_trusts(const struct proxies *p, const struct address *peer)
{
	struct address a;

	if (peer == NULL)
		return p->unix_socket;
	a = *peer;
	address_unmap(&a);
	for (size_t i = 0; i < p->count; i++)
		if (is_in(&p->nets[i], &a))
			return true;
	return false;
}

/* The last of a list that ends at end, without blanks; false: no address. */
static bool
take_last(const char *list, const char *end, struct address *a)
{
	char text[ADDRESS_TEXT_BYTES];
	const char *at = end;
	size_t n;

	while (at > list && at[-1] != ',')
		at--;
	at += strspn(at, " \t");
	n = at < end ? (size_t)(end - at) : 0;
	while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	if (n >= sizeof(text))
		return false;
	memcpy(text, at, n);
	text[n] = '\0';
	if (!address_parse(text, a))
		return false;
	address_unmap(a);
	return true;
}

bool
proxies_client(const struct proxies *p, const char *forwarded,
    struct address *client)
{
	const char *end;

	if (forwarded == NULL)
		return false;
	end = forwarded + strlen(forwarded);
	while (take_last(forwarded, end, client)) {
		if (!proxies_trusts(p, client))
			return true;
		while (end > forwarded && end[-1] != ',')
			end--;
		if (end == forwarded)
			return false;
		end--;
	}
	return false;
}
