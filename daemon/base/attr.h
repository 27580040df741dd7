/* SPDX-License-Identifier: MIT */
/* attr - the two function attributes we use. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK           __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))

#endif
