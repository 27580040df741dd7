/* SPDX-License-Identifier: MIT */
#include "probes/maintenance.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/sample.h"

/*
 * As they stand after fold().  Whole phrases: the bare word is in the footer
 * of half the web, and in JSON that says "maintenance": false.
 */
/* clang-format off */
static const char *const phrases[] = {
    /* English */
    "maintenance mode",
    "under maintenance",
    "down for maintenance",
    "scheduled maintenance",
    "server maintenance",
    "service_maintenance",
    "service maintenance",
    "planned maintenance",
    "undergoing maintenance",
    "maintenance in progress",
    "maintenance is in progress",
    "routine maintenance",
    "emergency maintenance",
    "unscheduled maintenance",
    "system maintenance",
    "systems maintenance",
    "site maintenance",
    "database maintenance",
    "performing maintenance",
    "performing some maintenance",
    "carrying out maintenance",
    "due to maintenance",
    "closed for maintenance",
    "offline for maintenance",
    "unavailable for maintenance",
    "essential maintenance",
    "maintenance break",
    "maintenance work",
    "maintenance window",
    "currently in maintenance",
    "scheduled downtime",
    "planned downtime",
    /* German */
    "wartungsarbeit",
    "wartungsmodus",
    "wartungspause",
    "wartungsfenster",
    "wegen wartung",
    "geplante wartung",
    "serverwartung",
    "systemwartung",
    "in wartung",
    "wird gewartet",
    "wird gerade gewartet",
    /* French */
    "en maintenance",
    "pour maintenance",
    "maintenance en cours",
    "maintenance programm",
    "maintenance planifi",
    "cours de maintenance",
    "op\303\251ration de maintenance",
    "op\303\251rations de maintenance",
    "mode maintenance",
    "raison de maintenance",
    "raison d'une maintenance",
    /* Spanish */
    "en mantenimiento",
    "por mantenimiento",
    "bajo mantenimiento",
    "mantenimiento programado",
    "mantenimiento planificado",
    "tareas de mantenimiento",
    "labores de mantenimiento",
    "trabajos de mantenimiento",
    "modo mantenimiento",
    "modo de mantenimiento",
    /* Italian */
    "in manutenzione",
    "per manutenzione",
    "manutenzione programmata",
    "manutenzione in corso",
    "manutenzione straordinaria",
    "lavori di manutenzione",
    "modalit\303\240 manutenzione",
    "modalit\303\240 di manutenzione",
    /* Dutch */
    "in onderhoud",
    "onderhoudsmodus",
    "onderhoudswerkzaamheden",
    "gepland onderhoud",
    "wegens onderhoud",
    "vanwege onderhoud",
    "voor onderhoud",
    "onderhoud gepleegd",
    "onderhoud uit",
    /* Portuguese */
    "em manuten\303\247\303\243o",
    "para manuten\303\247\303\243o",
    "manuten\303\247\303\243o programada",
    "manuten\303\247\303\243o planejada",
    "modo de manuten\303\247\303\243o",
    "modo manuten\303\247\303\243o",
    "trabalhos de manuten\303\247\303\243o",
    /* Polish */
    "przerwa techniczna",
    "przerwy technicznej",
    "przerwa serwisowa",
    "prace konserwacyjne",
    "prac konserwacyjnych",
    "prace serwisowe",
    "prace techniczne",
    "trwa konserwacja",
    "tryb konserwacji",
    "trybie konserwacji",
    /* Swedish */
    "underh\303\245llsarbete",
    "underh\303\245llsl\303\244ge",
    "underh\303\245llsf\303\266nster",
    "planerat underh\303\245ll",
    "p\303\245g\303\245ende underh\303\245ll",
    "p\303\245 grund av underh\303\245ll",
    "f\303\266r underh\303\245ll",
    /* Danish */
    "under vedligeholdelse",
    "planlagt vedligehold",
    "vedligeholdelsesarbejde",
    "vedligeholdelsestilstand",
    "p\303\245 grund af vedligehold",
    "grundet vedligehold",
    /* Norwegian */
    "under vedlikehold",
    "planlagt vedlikehold",
    "vedlikeholdsarbeid",
    "vedlikeholdsmodus",
    "p\303\245 grunn av vedlikehold",
    "grunnet vedlikehold",
    /* Finnish */
    "huoltokatko",
    "huoltotauko",
    "huoltotila",
    "huoltot\303\266iden",
    "huoltoty\303\266t",
    "huollon vuoksi",
    "yll\303\244pitokatko",
    "huollon takia",
    /* Czech */
    "prob\303\255h\303\241 \303\272dr\305\276ba",
    "pl\303\241novan\303\241 \303\272dr\305\276ba",
    "pl\303\241novan\303\251 \303\272dr\305\276by",
    "z d\305\257vodu \303\272dr\305\276by",
    "kv\305\257li \303\272dr\305\276b\304\233",
    "re\305\276im \303\272dr\305\276by",
    "re\305\276imu \303\272dr\305\276by",
    "\303\272dr\305\276ba serveru",
    "servisn\303\255 odst\303\241vka",
    "pl\303\241novan\303\241 odst\303\241vka",
    /* Russian, without first letters, which may be capital */
    ("\320\265\321\205\320\275\320\270\321\207\320\265\321\201\320\272"
    "\320\270\320\265 \321\200\320\260\320\261\320\276\321\202\321"
    "\213"),
    ("\320\265\321\205\320\275\320\270\321\207\320\265\321\201\320\272"
    "\320\270\321\205 \321\200\320\260\320\261\320\276\321\202"),
    ("\320\265\321\205\320\275\320\270\321\207\320\265\321\201\320\272"
    "\320\276\320\265 \320\276\320\261\321\201\320\273\321\203\320"
    "\266\320\270\320\262\320\260\320\275\320\270\320\265"),
    ("\320\265\321\205\320\275\320\270\321\207\320\265\321\201\320\272"
    "\320\276\320\263\320\276 \320\276\320\261\321\201\320\273\321"
    "\203\320\266\320\270\320\262\320\260\320\275\320\270\321\217"),
    ("\320\265\321\205\320\276\320\261\321\201\320\273\321\203\320\266"
    "\320\270\320\262\320\260\320\275\320\270\320\265"),
    ("\321\200\320\276\321\204\320\270\320\273\320\260\320\272\321\202"
    "\320\270\321\207\320\265\321\201\320\272\320\270\320\265 \321"
    "\200\320\260\320\261\320\276\321\202\321\213"),
    ("\321\200\320\276\321\204\320\270\320\273\320\260\320\272\321\202"
    "\320\270\321\207\320\265\321\201\320\272\320\270\321\205 \321"
    "\200\320\260\320\261\320\276\321\202"),
    ("\321\200\320\265\320\266\320\270\320\274\320\265 \320\276\320"
    "\261\321\201\320\273\321\203\320\266\320\270\320\262\320\260\320"
    "\275\320\270\321\217"),
    ("\320\265\320\266\320\270\320\274 \320\276\320\261\321\201\320"
    "\273\321\203\320\266\320\270\320\262\320\260\320\275\320\270\321"
    "\217"),
    /* Turkish */
    "bak\304\261m \303\247al\304\261\305\237ma",
    "bak\304\261m modu",
    "bak\304\261mday\304\261z",
    "bak\304\261mdad\304\261r",
    "bak\304\261mda",
    "planl\304\261 bak\304\261m",
    "bak\304\261m nedeniyle",
    "bak\304\261m yap\304\261l",
    /* Chinese */
    "\347\263\273\347\273\237\347\273\264\346\212\244",
    "\347\273\264\346\212\244\344\270\255",
    "\345\201\234\346\234\272\347\273\264\346\212\244",
    "\346\234\215\345\212\241\345\231\250\347\273\264\346\212\244",
    "\346\255\243\345\234\250\347\273\264\346\212\244",
    "\344\276\213\350\241\214\347\273\264\346\212\244",
    "\347\273\264\346\212\244\345\215\207\347\272\247",
    "\347\263\273\347\265\261\347\266\255\350\255\267",
    "\347\266\255\350\255\267\344\270\255",
    "\345\201\234\346\251\237\347\266\255\350\255\267",
    "\344\274\272\346\234\215\345\231\250\347\266\255\350\255\267",
    "\344\276\213\350\241\214\347\266\255\350\255\267",
    "\346\255\243\345\234\250\347\266\255\350\255\267",
    /* Japanese */
    ("\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343"
    "\202\271\344\270\255"),
    ("\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343"
    "\202\271\343\201\256\343\201\237\343\202\201"),
    ("\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343"
    "\202\271\343\202\222\345\256\237\346\226\275"),
    ("\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343"
    "\202\271\343\202\222\350\241\214"),
    ("\343\203\241\343\203\263\343\203\206\343\203\212\343\203\263\343"
    "\202\271\344\275\234\346\245\255"),
    ("\345\256\232\346\234\237\343\203\241\343\203\263\343\203\206\343"
    "\203\212\343\203\263\343\202\271"),
    ("\347\267\212\346\200\245\343\203\241\343\203\263\343\203\206\343"
    "\203\212\343\203\263\343\202\271"),
    ("\350\207\250\346\231\202\343\203\241\343\203\263\343\203\206\343"
    "\203\212\343\203\263\343\202\271"),
    ("\350\250\210\347\224\273\343\203\241\343\203\263\343\203\206\343"
    "\203\212\343\203\263\343\202\271"),
    ("\343\202\267\343\202\271\343\203\206\343\203\240\343\203\241\343"
    "\203\263\343\203\206\343\203\212\343\203\263\343\202\271"),
    ("\343\202\265\343\203\274\343\203\220\343\203\274\343\203\241\343"
    "\203\263\343\203\206\343\203\212\343\203\263\343\202\271"),
    ("\343\202\265\343\203\274\343\203\220\343\203\241\343\203\263\343"
    "\203\206\343\203\212\343\203\263\343\202\271"),
    ("\343\201\237\343\201\240\343\201\204\343\201\276\343\203\241\343"
    "\203\263\343\203\206\343\203\212\343\203\263\343\202\271"),
    /* Korean */
    "\354\240\220\352\262\200 \354\244\221",
    "\354\240\220\352\262\200\354\244\221",
    "\354\204\234\353\262\204 \354\240\220\352\262\200",
    "\354\213\234\354\212\244\355\205\234 \354\240\220\352\262\200",
    "\354\240\225\352\270\260 \354\240\220\352\262\200",
    "\354\240\225\352\270\260\354\240\220\352\262\200",
    "\352\270\264\352\270\211 \354\240\220\352\262\200",
    "\354\236\204\354\213\234 \354\240\220\352\262\200",
    "\354\240\220\352\262\200\354\234\274\353\241\234 \354\235\270",
    "\354\234\240\354\247\200\353\263\264\354\210\230 \354\244\221",
};
/* clang-format on */

static const char *const flag_headers[] = {"x-maintenance-mode",
    "x-maintanence-mode", "x-maintenance", "maintenance-mode", "maintenance",
    "x-in-maintenance", "x-under-maintenance", "x-service-maintenance",
    "x-scheduled-maintenance"};

static const char *const flag_values[] = {"true", "1", "on", "yes", "enabled",
    "active"};

/* Segments of a path, without ending, or labels of a host. */
static const char *const place_words[] = {"maintenance", "maintenance-mode",
    "maintenance-page", "under-maintenance", "down-for-maintenance",
    "scheduled-maintenance", "site-maintenance", "maint", "wartung",
    "wartungsarbeiten", "wartungsseite", "mantenimiento", "manutenzione",
    "manutencao", "onderhoud", "underhall", "vedligeholdelse", "vedlikehold",
    "huoltokatko", "odstavka"};

static const char *const status_sites[] = {"statuspage.io", "status.io",
    "hund.io", "instatus.com", "betteruptime.com"};

static char
lower(unsigned char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/*
 * Lower case, one space for each run of white space (no-break spaces too),
 * straight apostrophes.  Returns the length; out holds n + 1 bytes.
 */
static size_t
fold(const unsigned char *in, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = in[i];

		if (n - i > 1 && c == 0xc2 && in[i + 1] == 0xa0) {
			c = ' ';
			i++;
		} else if (n - i > 2 &&
		    memcmp(in + i, "\342\200\231", 3) == 0) {
			c = '\'';
			i += 2;
		}
		if (c == '\0' || isspace(c))
			c = ' ';
		if (c == ' ' && len > 0 && out[len - 1] == ' ')
			continue;
		out[len++] = lower(c);
	}
	out[len] = '\0';
	return len;
}

const char *
maintenance_phrase(const unsigned char *body, size_t n)
{
	char text[MAINTENANCE_BODY_BYTES + 1];
	size_t len;

	if (n == 0)
		return NULL;
	len = fold(body,
	    n < MAINTENANCE_BODY_BYTES ? n : MAINTENANCE_BODY_BYTES, text);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (memmem(text, len, phrases[i], strlen(phrases[i])) != NULL)
			return phrases[i];
	}
	return NULL;
}

static bool
listed(const char *s, size_t n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == n && strncasecmp(s, list[i], n) == 0)
			return true;
	}
	return false;
}

#define LISTED(s, n, list) listed(s, n, list, sizeof(list) / sizeof((list)[0]))

static bool
flagged(const struct fetch_header *h)
{
	const char *v = h->value;
	size_t n;

	if (!LISTED(h->name, strlen(h->name), flag_headers))
		return false;
	while (*v == ' ' || *v == '"')
		v++;
	n = strcspn(v, " \";,");
	return LISTED(v, n, flag_values);
}

enum reason
maintenance_claim(const struct fetch_result *r, int32_t retry_after_s)
{
	for (size_t i = 0; i < r->header_count; i++) {
		if (flagged(&r->headers[i]))
			return REASON_MAINT_HEADER;
	}
	if (r->code == 503 && retry_after_s != RETRY_AFTER_ABSENT)
		return REASON_MAINT_RETRY_AFTER;
	if (maintenance_phrase(r->body, r->body_size) != NULL)
		return REASON_MAINT_PHRASE;
	return REASON_OK;
}

static bool
path_speaks(const char *target)
{
	size_t end = strcspn(target, "?#");

	for (size_t i = 0; i < end;) {
		const char *segment = target + i;
		size_t n = strcspn(segment, "/?#");
		size_t stem = strcspn(segment, ".");

		if (LISTED(segment, stem < n ? stem : n, place_words))
			return true;
		i += n + 1;
	}
	return false;
}

static bool
host_speaks(const char *host)
{
	for (const char *label = host; *label != '\0';) {
		size_t n = strcspn(label, ".");

		if (LISTED(label, n, place_words))
			return true;
		label += n + (label[n] == '.' ? 1 : 0);
	}
	return false;
}

/* "status.example.org", or a page at a vendor of status pages. */
static bool
status_host(const char *host)
{
	if (strncasecmp(host, "status.", 7) == 0)
		return true;
	for (size_t i = 0; i < sizeof(status_sites) / sizeof(status_sites[0]);
	     i++) {
		size_t n = strlen(host), m = strlen(status_sites[i]);

		if (n > m && host[n - m - 1] == '.' &&
		    strcasecmp(host + n - m, status_sites[i]) == 0)
			return true;
	}
	return false;
}

bool
maintenance_redirect(const char *from_host, const char *host,
    const char *target)
{
	if (path_speaks(target))
		return true;
	return strcasecmp(from_host, host) != 0 &&
	    (host_speaks(host) || status_host(host));
}
