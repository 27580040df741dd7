/* SPDX-License-Identifier: MIT */
#include "io/refusal.h"

#include <errno.h>

enum reason
refusal_reason(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return REASON_CONNECTION_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return REASON_CONNECTION_RESET;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		return REASON_NO_ROUTE;
	case ETIMEDOUT:
		return REASON_TIMEOUT_CONNECT;
	case ENETUNREACH:
	case ENETDOWN:
	case EAFNOSUPPORT: /* this machine has no such network at all */
	case EACCES:
	case EPERM: /* a filter of our own */
		return REASON_LOCAL_NETWORK;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
	case EADDRNOTAVAIL: /* out of local ports */
		return REASON_LOCAL_RESOURCE;
	default:
		return REASON_CONNECT_FAILED;
	}
}
