/* SPDX-License-Identifier: MIT */
#include "io/certificate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

/* Part of the library's stable interface (openssl/x509_vfy.h). */
enum verify {
	VERIFY_OK = 0,
	VERIFY_UNSPECIFIED = 1,
	VERIFY_NO_ISSUER = 2,
	VERIFY_NOT_YET_VALID = 9,
	VERIFY_EXPIRED = 10,
	VERIFY_SELF_SIGNED = 18,
	VERIFY_SELF_SIGNED_IN_CHAIN = 19,
	VERIFY_NO_LOCAL_ISSUER = 20,
	VERIFY_NO_LEAF_SIGNATURE = 21,
	VERIFY_REVOKED = 23,
	VERIFY_UNTRUSTED = 27,
	VERIFY_WRONG_HOST = 62,
	VERIFY_WRONG_ADDRESS = 64
};

/* 2023-01-01: this program is younger. */
static const wall_ms clock_set_after = INT64_C(1672531200000);

bool
certificate_clock_unset(wall_ms wall)
{
	return wall < clock_set_after;
}

enum reason
certificate_reason(long verify, wall_ms wall)
{
	switch (verify) {
	/*
	 * The chain is good, and still curl refuses: it compares names
	 * itself, before it notes the result.
	 */
	case VERIFY_OK:
	case VERIFY_UNSPECIFIED:
	case VERIFY_WRONG_HOST:
	case VERIFY_WRONG_ADDRESS:
		return REASON_TLS_WRONG_HOST;
	case VERIFY_NOT_YET_VALID:
		return certificate_clock_unset(wall) ? REASON_LOCAL_CLOCK
						     : REASON_TLS_NOT_YET_VALID;
	case VERIFY_EXPIRED:
		return REASON_TLS_EXPIRED;
	case VERIFY_SELF_SIGNED:
		return REASON_TLS_SELF_SIGNED;
	case VERIFY_NO_ISSUER:
	case VERIFY_SELF_SIGNED_IN_CHAIN:
	case VERIFY_NO_LOCAL_ISSUER:
	case VERIFY_NO_LEAF_SIGNATURE:
	case VERIFY_UNTRUSTED:
		return REASON_TLS_UNKNOWN_CA;
	case VERIFY_REVOKED:
		return REASON_TLS_REVOKED;
	default:
		return REASON_TLS_INVALID_CERTIFICATE;
	}
}

/* A number of at most so many digits, after blanks and before the mark. */
static bool
take_number(const char **at, size_t digits_max, char mark, int *out)
{
	const char *p = *at + strspn(*at, " ");
	size_t n = strspn(p, "0123456789");

	if (n == 0 || n > digits_max || p[n] != mark)
		return false;
	*out = (int)strtol(p, NULL, 10);
	*at = p + n + 1;
	return true;
}

static bool
take_month(const char **at, int *month)
{
	static const char names[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++)
		if (strncmp(*at, names[i], 3) == 0) {
			*at += 3;
			*month = i + 1;
			return true;
		}
	return false;
}

bool
certificate_time(const char *text, wall_ms *t)
{
	struct utc_date date;
	int hour, minute, second;

	if (!take_month(&text, &date.month) ||
	    !take_number(&text, 2, ' ', &date.day) ||
	    !take_number(&text, 2, ':', &hour) ||
	    !take_number(&text, 2, ':', &minute) ||
	    !take_number(&text, 2, ' ', &second) ||
	    !take_number(&text, 4, ' ', &date.year) || date.day < 1 ||
	    date.day > 31 || hour > 23 || minute > 59 || second > 60)
		return false;
	*t = utc_days(date) * DAY_MS + hour * (wall_ms)HOUR_MS +
	    minute * (wall_ms)MINUTE_MS + second * (wall_ms)SECOND_MS;
	return true;
}
