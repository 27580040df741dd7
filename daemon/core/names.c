/* SPDX-License-Identifier: MIT */
#include "core/names.h"

#include <assert.h>
#include <string.h>

enum path { PATH_UNPROVEN, PATH_PROVEN };

static const struct class_row {
	const char *name;
	enum path path;
	enum effect effect;
	const char *text;
} classes[] = {
#define CLASS(id, name, path, effect, text) \
	{name, PATH_##path, EFFECT_##effect, text},
#include "schema/names.def"
};

static const struct reason_row {
	const char *name;
	enum sample_class class;
	const char *text;
} reasons[] = {
#define REASON(id, name, class, text) {name, CLASS_##class, text},
#include "schema/names.def"
};

static const char *const states[] = {
#define STATE(id, name) name,
#include "schema/names.def"
};

static const char *const whys[][2] = {
#define WHY(id, name, text) {name, text},
#include "schema/names.def"
};

static const char *const buckets[] = {
#define BUCKET(id, name) name,
#include "schema/names.def"
};

static const char *const phases[] = {
#define PHASE(id, name) name,
#include "schema/names.def"
};

static const char *const kinds[] = {
#define KIND(id, name) name,
#include "schema/names.def"
};

static const char *const origins[] = {
#define ORIGIN(id, name) name,
#include "schema/names.def"
};

static const char *const scopes[] = {
#define SCOPE(id, name) name,
#include "schema/names.def"
};

static const char *const causes[][2] = {
#define CAUSE(id, name, text) {name, text},
#include "schema/names.def"
};

static const char *const events[] = {
#define EVENT(id, name) name,
#include "schema/names.def"
};

static const char *const acts[] = {
#define ACT(id, name) name,
#include "schema/names.def"
};

static const char *const impacts[][2] = {
#define IMPACT(id, name, text) {name, text},
#include "schema/names.def"
};

static const char *const bases[] = {
#define BASIS(id, name) name,
#include "schema/names.def"
};

static const char *const refusals[] = {
#define REFUSAL(id, name) name,
#include "schema/names.def"
};

static const char *const roles[] = {
#define ROLE(id, name) name,
#include "schema/names.def"
};

static const struct severity_row {
	int number;
	const char *name;
} severities[] = {
#define SEVERITY(id, number, name) {number, name},
#include "schema/names.def"
};

/* Position of s in names, or n. */
static size_t
find(const char *const *names, size_t n, const char *s)
{
	size_t i = 0;

	while (i < n && strcmp(names[i], s) != 0)
		i++;
	return i;
}

const char *
class_name(enum sample_class c)
{
	assert(c < CLASS_COUNT);
	return classes[c].name;
}

const char *
class_text(enum sample_class c)
{
	assert(c < CLASS_COUNT);
	return classes[c].text;
}

bool
class_parse(const char *s, enum sample_class *c)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (strcmp(classes[i].name, s) == 0) {
			*c = (enum sample_class)i;
			return true;
		}
	}
	return false;
}

bool
class_proves_path(enum sample_class c)
{
	assert(c < CLASS_COUNT);
	return classes[c].path == PATH_PROVEN;
}

enum effect
class_effect(enum sample_class c)
{
	assert(c < CLASS_COUNT);
	return classes[c].effect;
}

const char *
reason_name(enum reason r)
{
	assert(r < REASON_COUNT);
	return reasons[r].name;
}

const char *
reason_text(enum reason r)
{
	assert(r < REASON_COUNT);
	return reasons[r].text;
}

enum sample_class
reason_class(enum reason r)
{
	assert(r < REASON_COUNT);
	return reasons[r].class;
}

enum reason
class_reason(enum sample_class c)
{
	switch (c) {
	case CLASS_TLS:
		return REASON_TLS_HANDSHAKE;
	case CLASS_CONNECT:
		return REASON_CONNECT_FAILED;
	case CLASS_TIMEOUT:
		return REASON_TIMEOUT;
	case CLASS_DNS:
		return REASON_DNS_SERVFAIL;
	case CLASS_PROTOCOL:
		return REASON_PROTOCOL_ERROR;
	case CLASS_MAINT:
		return REASON_MAINT_PHRASE;
	case CLASS_LOCAL:
		return REASON_LOCAL_RESOURCE;
	case CLASS_OK:
	case CLASS_SLOW:
	case CLASS_ORIGIN:
	case CLASS_STATUS:
	case CLASS_CONTENT:
	case CLASS_LIMITED:
	case CLASS_AUTH:
	case CLASS_CONFIG:
	case CLASS_COUNT:
		break;
	}
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		if (reasons[i].class == c)
			return (enum reason)i;
	}
	return REASON_OK;
}

const char *
state_name(enum state s)
{
	assert(s < STATE_COUNT);
	return states[s];
}

const char *
why_name(enum why w)
{
	assert(w < WHY_COUNT);
	return whys[w][0];
}

const char *
why_text(enum why w)
{
	assert(w < WHY_COUNT);
	return whys[w][1];
}

const char *
bucket_name(enum bucket b)
{
	assert(b < BUCKET_COUNT);
	return buckets[b];
}

const char *
phase_name(enum phase p)
{
	assert(p < PHASE_COUNT);
	return phases[p];
}

const char *
kind_name(enum kind k)
{
	assert(k < KIND_COUNT);
	return kinds[k];
}

bool
kind_parse(const char *s, enum kind *k)
{
	size_t i = find(kinds, KIND_COUNT, s);

	if (i == KIND_COUNT)
		return false;
	*k = (enum kind)i;
	return true;
}

const char *
origin_name(enum origin o)
{
	assert(o < ORIGIN_COUNT);
	return origins[o];
}

bool
scope_parse(const char *s, enum scope *k)
{
	size_t n = strcspn(s, ":");

	for (size_t i = 0; i < SCOPE_COUNT; i++) {
		if (strncmp(scopes[i], s, n) == 0 && scopes[i][n] == '\0') {
			*k = (enum scope)i;
			return true;
		}
	}
	return false;
}

const char *
scope_name(enum scope s)
{
	assert(s < SCOPE_COUNT);
	return scopes[s];
}

const char *
cause_name(enum cause c)
{
	assert(c < CAUSE_COUNT);
	return causes[c][0];
}

const char *
cause_text(enum cause c)
{
	assert(c < CAUSE_COUNT);
	return causes[c][1];
}

const char *
event_name(enum event_kind e)
{
	assert(e < EVENT_COUNT);
	return events[e];
}

bool
event_parse(const char *s, enum event_kind *e)
{
	size_t i = find(events, EVENT_COUNT, s);

	if (i == EVENT_COUNT)
		return false;
	*e = (enum event_kind)i;
	return true;
}

const char *
act_name(enum act a)
{
	assert(a < ACT_COUNT);
	return acts[a];
}

const char *
impact_name(enum impact i)
{
	assert(i < IMPACT_COUNT);
	return impacts[i][0];
}

const char *
impact_text(enum impact i)
{
	assert(i < IMPACT_COUNT);
	return impacts[i][1];
}

const char *
basis_name(enum basis b)
{
	assert(b < BASIS_COUNT);
	return bases[b];
}

const char *
refusal_name(enum refusal r)
{
	assert(r < REFUSAL_COUNT);
	return refusals[r];
}

const char *
role_name(enum role r)
{
	assert(r < ROLE_COUNT);
	return roles[r];
}

bool
role_parse(const char *s, enum role *r)
{
	size_t i = find(roles, ROLE_COUNT, s);

	if (i == ROLE_COUNT)
		return false;
	*r = (enum role)i;
	return true;
}

const char *
severity_name(enum severity s)
{
	size_t last = sizeof severities / sizeof severities[0] - 1;

	for (size_t i = 0; i < last; i++) {
		if (severities[i].number == (int)s)
			return severities[i].name;
	}
	return severities[last].name;
}
