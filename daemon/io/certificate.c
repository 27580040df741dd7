/* SPDX-License-Identifier: MIT */
#include "io/certificate.h"

#include <stdint.h>
#include <stdio.h>
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
		return wall < clock_set_after ? REASON_LOCAL_CLOCK
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

bool
certificate_time(const char *text, wall_ms *t)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "";
	int day, hour, minute, second, year;
	const char *found;

	if (sscanf(text, "%3s %2d %2d:%2d:%2d %4d", month, &day, &hour, &minute,
		&second, &year) != 6 ||
	    day < 1 || day > 31 || year < 1950 || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	found = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (found == NULL || (found - months) % 3 != 0)
		return false;
	*t = utc_days((struct utc_date){.year = year,
		 .month = (int)(found - months) / 3 + 1,
		 .day = day}) *
		DAY_MS +
	    hour * (wall_ms)HOUR_MS + minute * (wall_ms)MINUTE_MS +
	    second * (wall_ms)SECOND_MS;
	return true;
}
