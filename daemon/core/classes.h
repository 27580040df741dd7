/* SPDX-License-Identifier: MIT */
/* classes - what a sample may have found; names as in core/names.h. */
#ifndef CORE_CLASSES_H
#define CORE_CLASSES_H

#include <stdbool.h>

#include "base/attr.h"

enum sample_class {
#define CLASS(id, name, path, effect, text) CLASS_##id,
#include "schema/names.def"
	CLASS_COUNT
};

enum effect { EFFECT_GOOD, EFFECT_FAILING, EFFECT_NONE, EFFECT_REFUSED };

enum reason {
#define REASON(id, name, class, text) REASON_##id,
#include "schema/names.def"
	REASON_COUNT
};

const char *class_name(enum sample_class c);
const char *class_text(enum sample_class c);
MUST_CHECK
bool class_parse(const char *s, enum sample_class *c);
/* An answer of this class proves that our own path works. */
bool class_proves_path(enum sample_class c);
enum effect class_effect(enum sample_class c);
const char *reason_name(enum reason r);
const char *reason_text(enum reason r);
enum sample_class reason_class(enum reason r);
/* The plainest reason of a class, for samples that carry only a class. */
enum reason class_reason(enum sample_class c);

#endif
