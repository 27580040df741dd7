/* SPDX-License-Identifier: MIT */
#include "io/dnsrecord.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum {
	HEADER_BYTES = 12,
	CLASS_IN = 1,
	RECORDS_MAX = 1024,
	LINE_BYTES = 70000, /* a whole message of TXT */
	LABELS_MAX = 128,
	JUMPS_MAX = 64,
	SERVER_BYTES = 64
};

enum type {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_CAA = 257
};

static const struct {
	const char *name;
	enum type type;
} types[] = {{"A", TYPE_A}, {"AAAA", TYPE_AAAA}, {"CNAME", TYPE_CNAME},
    {"MX", TYPE_MX}, {"NS", TYPE_NS}, {"PTR", TYPE_PTR}, {"TXT", TYPE_TXT},
    {"SOA", TYPE_SOA}, {"SRV", TYPE_SRV}, {"CAA", TYPE_CAA}};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

const char *
dnsrecord_type_name(uint16_t type)
{
	for (size_t i = 0; i < TYPES; i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return "";
}

static enum status
take_type(const char *name, size_t n, struct dns_question *q, struct fail *f)
{
	for (size_t i = 0; i < TYPES; i++) {
		if (strlen(types[i].name) != n ||
		    strncasecmp(types[i].name, name, n) != 0)
			continue;
		q->type = (uint16_t)types[i].type;
		return OK;
	}
	return fail_set(f, ERR_SYNTAX,
	    "type '%.*s' is none of A, AAAA, CNAME, MX, NS, PTR, TXT, SOA, "
	    "SRV and CAA",
	    (int)(n < 20 ? n : 20), name);
}

/* "192.0.2.1:53", "[2001:db8::1]:53", or without a port. */
static bool
split_server(char *text, char **host, const char **port)
{
	char *end;

	*host = text;
	*port = NULL;
	if (text[0] == '[') {
		*host = text + 1;
		end = strchr(text, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return false;
		if (end[1] == ':')
			*port = end + 2;
		*end = '\0';
		return true;
	}
	end = strchr(text, ':');
	if (end != NULL && strchr(end + 1, ':') == NULL) {
		*end = '\0';
		*port = end + 1;
	}
	return true;
}

static enum status
take_server(const char *value, size_t n, struct dns_question *q, struct fail *f)
{
	char text[SERVER_BYTES], *host;
	const char *port = NULL;
	size_t digits;
	long number = DNSRECORD_PORT;
	bool fits = n < sizeof(text);

	if (fits) {
		memcpy(text, value, n);
		text[n] = '\0';
		fits = split_server(text, &host, &port) &&
		    address_parse(host, &q->server);
	}
	if (fits && port != NULL) {
		digits = strspn(port, "0123456789");
		fits = digits > 0 && digits <= 5 && port[digits] == '\0';
		number = strtol(port, NULL, 10);
	}
	if (!fits || number < 1 || number > UINT16_MAX)
		return fail_set(f, ERR_SYNTAX,
		    "server '%.*s' is not an address like 192.0.2.53 or "
		    "[2001:db8::53]:5353",
		    (int)(n < 60 ? n : 60), value);
	q->forced = true;
	q->port = (uint16_t)number;
	return OK;
}

enum status
dnsrecord_question(const char *query, struct dns_question *q, struct fail *f)
{
	static const char type_key[] = "type=", server_key[] = "server=";
	enum status s = OK;

	*q = (struct dns_question){.type = TYPE_A, .port = DNSRECORD_PORT};
	while (s == OK && *query != '\0') {
		size_t n = strcspn(query, "&");

		if (strncmp(query, type_key, sizeof(type_key) - 1) == 0)
			s = take_type(query + sizeof(type_key) - 1,
			    n - (sizeof(type_key) - 1), q, f);
		else if (strncmp(query, server_key, sizeof(server_key) - 1) ==
		    0)
			s = take_server(query + sizeof(server_key) - 1,
			    n - (sizeof(server_key) - 1), q, f);
		else
			s = fail_set(f, ERR_SYNTAX,
			    "dns://name takes ?type= and &server=, not '%.40s'",
			    query);
		query += n;
		query += *query == '&' ? 1 : 0;
	}
	return s;
}

/* ---- reading a message ---- */

struct reader {
	const uint8_t *message;
	size_t n, at;
	bool ok;
};

static unsigned
take_u8(struct reader *r)
{
	if (!r->ok || r->at >= r->n) {
		r->ok = false;
		return 0;
	}
	return r->message[r->at++];
}

static unsigned
take_u16(struct reader *r)
{
	unsigned high = take_u8(r);

	return high << 8 | take_u8(r);
}

static unsigned long
take_u32(struct reader *r)
{
	unsigned long high = take_u16(r);

	return high << 16 | take_u16(r);
}

static void
add_label_byte(struct text *out, unsigned c)
{
	if (isalnum((int)c) || c == '-' || c == '_' || c == '*' || c == '/')
		text_char(out, (char)tolower((int)c));
	else
		text_printf(out, "\\%03u", c);
}

static void
take_label(struct reader *r, unsigned n, bool first, struct text *out)
{
	if (n > 63 || n > r->n - r->at) {
		r->ok = false;
		return;
	}
	if (out == NULL) {
		r->at += n;
		return;
	}
	if (!first)
		text_char(out, '.');
	for (; n > 0; n--)
		add_label_byte(out, take_u8(r));
}

/* Follows compression; out may be NULL to pass over it. */
static void
take_name(struct reader *r, struct text *out)
{
	size_t after = 0;
	unsigned jumps = 0, labels = 0;

	for (unsigned n = take_u8(r); n != 0; n = take_u8(r)) {
		if ((n & 0xc0) == 0xc0) {
			unsigned low = take_u8(r);

			after = after != 0 ? after : r->at;
			r->at = (size_t)(n & 0x3f) << 8 | low;
			r->ok = r->ok && ++jumps <= JUMPS_MAX;
		} else {
			take_label(r, n, labels == 0, out);
			r->ok = r->ok && ++labels <= LABELS_MAX;
		}
	}
	if (after != 0)
		r->at = after;
	if (out != NULL && labels == 0)
		text_char(out, '.');
}

static void
take_plain(struct reader *r, size_t n, struct text *out)
{
	for (; n > 0 && r->ok; n--) {
		unsigned c = take_u8(r);

		text_char(out, (char)(c < ' ' || c == 0x7f ? '?' : c));
	}
}

static void
take_address(struct reader *r, enum family family, struct text *out)
{
	struct address a = {.family = family};
	size_t n = family == FAMILY_IPV4 ? 4 : 16;
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < n; i++)
		a.bytes[i] = (uint8_t)take_u8(r);
	text_add(out, address_format(&a, text));
}

static void
take_numbers(struct reader *r, unsigned n, struct text *out)
{
	for (; n > 0; n--)
		text_printf(out, "%u ", take_u16(r));
}

static void
take_soa(struct reader *r, struct text *out)
{
	take_name(r, out);
	text_char(out, ' ');
	take_name(r, out);
	for (int i = 0; i < 5; i++)
		text_printf(out, " %lu", take_u32(r));
}

static void
take_caa(struct reader *r, size_t end, struct text *out)
{
	text_printf(out, "%u ", take_u8(r));
	take_plain(r, take_u8(r), out);
	text_char(out, ' ');
	if (r->at <= end)
		take_plain(r, end - r->at, out);
}

/* The data of a record, which must end just there. */
static void
take_data(struct reader *r, unsigned type, size_t end, struct text *out)
{
	switch ((enum type)type) {
	case TYPE_A:
		take_address(r, FAMILY_IPV4, out);
		break;
	case TYPE_AAAA:
		take_address(r, FAMILY_IPV6, out);
		break;
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
		take_name(r, out);
		break;
	case TYPE_MX:
		take_numbers(r, 1, out);
		take_name(r, out);
		break;
	case TYPE_SRV:
		take_numbers(r, 3, out);
		take_name(r, out);
		break;
	case TYPE_SOA:
		take_soa(r, out);
		break;
	case TYPE_TXT:
		while (r->ok && r->at < end)
			take_plain(r, take_u8(r), out);
		break;
	case TYPE_CAA:
		take_caa(r, end, out);
		break;
	}
	r->ok = r->ok && r->at == end;
}

struct lines {
	char *all[RECORDS_MAX];
	size_t count;
};

static void
take_record(struct reader *r, unsigned wanted, struct lines *lines)
{
	unsigned type, class;
	size_t size, end;
	struct text line;

	take_name(r, NULL);
	type = take_u16(r);
	class = take_u16(r);
	(void)take_u32(r);
	size = take_u16(r);
	if (!r->ok || size > r->n - r->at) {
		r->ok = false;
		return;
	}
	end = r->at + size;
	if (type != wanted || class != CLASS_IN ||
	    lines->count == RECORDS_MAX) {
		r->at = end;
		return;
	}
	text_init(&line, LINE_BYTES);
	take_data(r, type, end, &line);
	r->ok = r->ok && text_ok(&line);
	lines->all[lines->count++] = text_take(&line);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

bool
dnsrecord_read(const uint8_t *message, size_t n, uint16_t type,
    struct text *out, size_t *count)
{
	struct reader r = {message, n, 4, n >= HEADER_BYTES};
	struct lines lines = {.count = 0};
	unsigned questions = take_u16(&r), answers = take_u16(&r);

	r.at = HEADER_BYTES;
	for (; questions > 0 && r.ok; questions--) {
		take_name(&r, NULL);
		(void)take_u32(&r);
	}
	for (; answers > 0 && r.ok; answers--)
		take_record(&r, type, &lines);
	qsort(lines.all, lines.count, sizeof(lines.all[0]), by_text);
	for (size_t i = 0; i < lines.count; i++) {
		if (r.ok)
			text_printf(out, "%s\n", lines.all[i]);
		mem_free(lines.all[i]);
	}
	r.ok = r.ok && text_ok(out);
	*count = r.ok ? lines.count : 0;
	return r.ok;
}

char *
dnsrecord_normal(uint16_t type, const char *record)
{
	char text[ADDRESS_TEXT_BYTES], *copy;
	struct address a;
	size_t n;

	if ((type == TYPE_A || type == TYPE_AAAA) && address_parse(record, &a))
		return mem_dup(address_format(&a, text));
	copy = mem_dup(record);
	if (type == TYPE_TXT || type == TYPE_CAA)
		return copy;
	n = strlen(copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	/* The root itself, of "0 .", and an escaped dot stay. */
	if (n > 1 && copy[n - 1] == '.' && strchr(" \\", copy[n - 2]) == NULL)
		copy[n - 1] = '\0';
	return copy;
}
