/* SPDX-License-Identifier: MIT */
/*
 * names - the closed sets of words, from schema/names.def.
 *
 * Each set is an enum, x_name() for its word (as on the wire) and x_text()
 * for people where there is one; x_parse() finds a word, false if unknown.
 * Names are static strings.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "core/classes.h"

enum state {
#define STATE(id, name) STATE_##id,
#include "schema/names.def"
	STATE_COUNT
};

enum why {
#define WHY(id, name, text) WHY_##id,
#include "schema/names.def"
	WHY_COUNT
};

enum bucket {
#define BUCKET(id, name) BUCKET_##id,
#include "schema/names.def"
	BUCKET_COUNT
};

enum phase {
#define PHASE(id, name) PHASE_##id,
#include "schema/names.def"
	PHASE_COUNT
};

enum kind {
#define KIND(id, name) KIND_##id,
#include "schema/names.def"
	KIND_COUNT
};

enum origin {
#define ORIGIN(id, name) ORIGIN_##id,
#include "schema/names.def"
	ORIGIN_COUNT
};

enum cause {
#define CAUSE(id, name, text) CAUSE_##id,
#include "schema/names.def"
	CAUSE_COUNT
};

enum scope {
#define SCOPE(id, name) SCOPE_##id,
#include "schema/names.def"
	SCOPE_COUNT
};

enum event_kind {
#define EVENT(id, name) EVENT_##id,
#include "schema/names.def"
	EVENT_COUNT
};

enum act {
#define ACT(id, name) ACT_##id,
#include "schema/names.def"
	ACT_COUNT
};

enum impact {
#define IMPACT(id, name, text) IMPACT_##id,
#include "schema/names.def"
	IMPACT_COUNT
};

enum basis {
#define BASIS(id, name) BASIS_##id,
#include "schema/names.def"
	BASIS_COUNT
};

enum role {
#define ROLE(id, name) ROLE_##id,
#include "schema/names.def"
	ROLE_COUNT
};

/* What it names is not there; its words do not fit; the state forbids it. */
enum refusal {
#define REFUSAL(id, name) REFUSAL_##id,
#include "schema/names.def"
	REFUSAL_COUNT
};

/* Numbers are those of syslog; 0 and 1 are not ours to use. */
enum severity {
#define SEVERITY(id, number, name) SEVERITY_##id = (number),
#include "schema/names.def"
};

enum exit_code {
#define EXITCODE(id, number, text) EXIT_CODE_##id = (number),
#include "schema/names.def"
};

const char *state_name(enum state s);
const char *why_name(enum why w);
const char *why_text(enum why w);
const char *bucket_name(enum bucket b);
const char *phase_name(enum phase p);
const char *kind_name(enum kind k);
MUST_CHECK
bool kind_parse(const char *s, enum kind *k);
const char *origin_name(enum origin o);
const char *cause_name(enum cause c);
const char *cause_text(enum cause c);
const char *scope_name(enum scope s);
/* Up to a colon, as in "region:eu". */
MUST_CHECK
bool scope_parse(const char *s, enum scope *k);
const char *event_name(enum event_kind e);
MUST_CHECK
bool event_parse(const char *s, enum event_kind *e);
const char *act_name(enum act a);
const char *impact_name(enum impact i);
const char *impact_text(enum impact i);
const char *basis_name(enum basis b);
const char *refusal_name(enum refusal r);
const char *role_name(enum role r);
MUST_CHECK
bool role_parse(const char *s, enum role *r);
const char *severity_name(enum severity s); /* "debug" beyond the set */

#endif
