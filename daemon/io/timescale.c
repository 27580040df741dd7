/* SPDX-License-Identifier: MIT */
#include "io/timescale.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

enum { MS_US = 1000 };

static enum status
take_factor(const char *text, int64_t *factor, struct fail *f)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || n < 1 ||
	    n > TIMESCALE_FACTOR_MAX)
		return fail_set(f, ERR_RANGE,
		    "time scale: '%s' is not a factor from 1 to %d", text,
		    TIMESCALE_FACTOR_MAX);
	*factor = n;
	return OK;
}

/* Hang on a step; its real time follows from the step before. */
static enum status
add(struct timescale *t, wall_ms from, int64_t factor, struct fail *f)
{
	struct timescale_step *s = &t->steps[t->count];
	const struct timescale_step *before = s - 1;

	if (t->count == TIMESCALE_STEPS_MAX)
		return fail_set(f, ERR_RANGE, "time scale: more than %d steps",
		    TIMESCALE_STEPS_MAX);
	*s = (struct timescale_step){.axis_us = from * MS_US, .factor = factor};
	if (t->count++ == 0)
		return OK;
	if (s->axis_us <= before->axis_us)
		return fail_set(f, ERR_RANGE,
		    "time scale: the times of its steps must rise");
	s->real_us = timescale_when(t, s->axis_us) - t->begin_us;
	return OK;
}

static enum status
take_step(struct timescale *t, char *text, struct fail *f)
{
	char *equals = strchr(text, '=');
	int64_t factor = 1;
	wall_ms from;
	enum status s;

	if (equals == NULL)
		return fail_set(f, ERR_SYNTAX,
		    "time scale: '%s' is not FROM=N (as "
		    "2023-02-14T09:00:00Z=60)",
		    text);
	*equals = '\0';
	if (!utc_parse(text, &from))
		return fail_set(f, ERR_SYNTAX,
		    "time scale: '%s' is not a time (write "
		    "2023-02-14T09:00:00Z)",
		    text);
	s = take_factor(equals + 1, &factor, f);
	return s != OK ? s : add(t, from, factor, f);
}

static enum status
take_steps(const char *spec, struct timescale *t, struct fail *f)
{
	char copy[TIMESCALE_TEXT_BYTES], *rest = copy, *one;
	enum status s = OK;

	if (snprintf(copy, sizeof(copy), "%s", spec) >= (int)sizeof(copy))
		return fail_set(f, ERR_RANGE, "time scale: too long");
	while (s == OK && (one = strsep(&rest, ",")) != NULL)
		s = take_step(t, one, f);
	return s;
}

enum status
timescale_parse(const char *spec, wall_ms now, int64_t begin_us,
    struct timescale *t, struct fail *f)
{
	int64_t factor = 1;
	enum status s;

	*t = (struct timescale){.begin_us = begin_us};
	if (strchr(spec, '=') != NULL)
		return take_steps(spec, t, f);
	s = take_factor(spec, &factor, f);
	return s != OK ? s : add(t, now, factor, f);
}

void
timescale_format(const struct timescale *t, char buf[TIMESCALE_TEXT_BYTES])
{
	char at[UTC_TEXT_BYTES];
	size_t n = (size_t)snprintf(buf, TIMESCALE_TEXT_BYTES, "%" PRId64,
	    t->begin_us);

	for (size_t i = 0; i < t->count; i++)
		n += (size_t)snprintf(buf + n, TIMESCALE_TEXT_BYTES - n,
		    "%c%s=%" PRId64, i == 0 ? '@' : ',',
		    utc_format(t->steps[i].axis_us / MS_US, at),
		    t->steps[i].factor);
}

enum status
timescale_take(const char *text, struct timescale *t, struct fail *f)
{
	char *end;

	*t = (struct timescale){0};
	errno = 0;
	t->begin_us = strtoll(text, &end, 10);
	if (end == text || *end != '@' || errno != 0)
		return fail_set(f, ERR_SYNTAX, "time scale: no begin in '%s'",
		    text);
	return take_steps(end + 1, t, f);
}

int64_t
timescale_at(const struct timescale *t, int64_t boot_us)
{
	int64_t real = boot_us - t->begin_us;
	size_t i = t->count - 1;

	while (i > 0 && t->steps[i].real_us > real)
		i--;
	return t->steps[i].axis_us +
	    (real - t->steps[i].real_us) * t->steps[i].factor;
}

int64_t
timescale_when(const struct timescale *t, int64_t axis_us)
{
	size_t i = t->count - 1;
	int64_t left;

	while (i > 0 && t->steps[i].axis_us >= axis_us)
		i--;
	left = axis_us - t->steps[i].axis_us;
	if (left > 0)
		left += t->steps[i].factor - 1; /* not before it is there */
	return t->begin_us + t->steps[i].real_us + left / t->steps[i].factor;
}
