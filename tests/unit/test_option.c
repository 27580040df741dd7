/* SPDX-License-Identifier: MIT */
/*
 * The manual and the JSON Schema hold every key of the table, with its words
 * and its default, and the schema no other.  Run from the root of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/option.h"

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *s = mem_zalloc(1 << 20);

	if (f == NULL)
		fail_msg("cannot read %s", path);
	assert_true(fread(s, 1, (1 << 20) - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	return s;
}

/* The entry of a key within its section of the manual; NULL for none. */
static const char *
manual_entry(const char *manual, unsigned bit, const char *name)
{
	static const char *const sections[SECTION_COUNT] = {"TOP LEVEL",
	    "RETENTION", "KEYS OF ALL ENDPOINTS", "SERVICES", "ENDPOINTS",
	    "EXPECTATIONS", "EXPECTED JSON VALUES", "CREDENTIALS", "TLS",
	    "PLANNED MAINTENANCE", "RECEIVERS", "ROUTES", "MATCHING", "TOKENS",
	    "FUNCTIONS", "DEPENDENCIES"};
	char heading[64], item[64];
	const char *from, *to, *at;

	(void)snprintf(heading, sizeof(heading), "\n.Sh %s\n", sections[bit]);
	(void)snprintf(item, sizeof(item), "\n.It Ic %s\n", name);
	from = strstr(manual, heading);
	if (from == NULL)
		return NULL;
	to = strstr(from + 1, "\n.Sh ");
	at = strstr(from, item);
	return at != NULL && (to == NULL || at < to) ? at + strlen(item) : NULL;
}

static void
check_manual(const char *manual, const struct option_row *r, unsigned bit)
{
	const char *entry, *end, *found;
	char preset[80];

	/* What all endpoints share is told once. */
	if (bit == 4 && (r->sections & SECTION_DEFAULTS) != 0)
		return;
	entry = manual_entry(manual, bit, r->name);
	if (r->type == OPTION_REFUSED) {
		assert_null(entry);
		return;
	}
	if (entry == NULL)
		fail_msg("the manual lacks %s %s", option_section_name(bit),
		    r->name);
	if (r->preset == NULL)
		return;
	(void)snprintf(preset, sizeof(preset), "\nDefault: %s.\n", r->preset);
	end = strstr(entry, "\n.It ");
	found = strstr(entry, preset);
	if (found == NULL || (end != NULL && found > end))
		fail_msg("the manual has another default of %s", r->name);
}

static void
test_manual(void **state)
{
	char *manual = read_file("man/vigie.yaml.5");

	(void)state;
	for (const struct option_row *r = option_table; r->name != NULL; r++) {
		for (unsigned bit = 0; bit < SECTION_COUNT; bit++) {
			if ((r->sections & 1U << bit) != 0)
				check_manual(manual, r, bit);
		}
	}
	mem_free(manual);
}

/* The object schema of a section; borrowed from root. */
static json_t *
schema_of(json_t *root, unsigned bit)
{
	json_t *defs = json_object_get(root, "$defs");

	return bit == 0 ? root
			: json_object_get(defs, option_section_name(bit));
}

static void
check_schema(json_t *root, const struct option_row *r, unsigned bit)
{
	json_t *o = schema_of(root, bit);
	json_t *p = json_object_get(json_object_get(o, "properties"), r->name);
	char word[OPTION_WORD_BYTES];
	size_t words = 0;

	if (r->type == OPTION_REFUSED) {
		assert_null(p);
		return;
	}
	if (p == NULL)
		fail_msg("the schema lacks %s %s", option_section_name(bit),
		    r->name);
	assert_string_equal(json_string_value(
				json_object_get(p, "description")),
	    r->help);
	if (r->type == OPTION_INTEGER)
		assert_int_equal(json_integer_value(
				     json_object_get(p, "maximum")),
		    r->max);
	if (r->type != OPTION_WORD && r->type != OPTION_CHOICE)
		return;
	for (int i = 0; option_word_at(r->words, i, word)[0] != '\0'; i++) {
		json_t *given;
		bool found = strcmp(word, "-") == 0;
		size_t k;

		json_array_foreach(json_object_get(p, "enum"), k, given)
		{
			if (json_is_string(given) &&
			    strcmp(json_string_value(given), word) == 0)
				found = true;
		}
		if (!found)
			fail_msg("the schema lacks %s of %s", word, r->name);
		words++;
	}
	assert_true(words > 1);
}

static void
test_schema(void **state)
{
	json_t *root = json_load_file("schema/config.schema.json", 0, NULL);

	(void)state;
	assert_non_null(root);
	for (unsigned bit = 0; bit < SECTION_COUNT; bit++) {
		json_t *o = schema_of(root, bit);
		unsigned sections = 1U << bit;
		const char *key;
		json_t *value;

		if (sections == SECTION_SERVICE)
			sections |= SECTION_DEFAULTS;
		assert_false(json_boolean_value(
		    json_object_get(o, "additionalProperties")));
		json_object_foreach(json_object_get(o, "properties"), key,
		    value)
		{
			if (option_find(sections, key) == NULL)
				fail_msg("no key %s %s",
				    option_section_name(bit), key);
		}
		for (const struct option_row *r = option_table; r->name != NULL;
		     r++) {
			if ((r->sections & sections) != 0)
				check_schema(root, r, bit);
		}
	}
	json_decref(root);
}

static void
test_words(void **state)
{
	char word[OPTION_WORD_BYTES], words[OPTION_WORDS_BYTES];

	(void)state;
	assert_int_equal(option_word("any|4|6", "any"), 0);
	assert_int_equal(option_word("any|4|6", "6"), 2);
	assert_int_equal(option_word("any|4|6", "an"), -1);
	assert_int_equal(option_word("any|4|6", "anyx"), -1);
	assert_int_equal(option_word("any|4|6", ""), -1);
	assert_int_equal(option_word("-|a", "-"), -1);
	assert_int_equal(option_word("-|a", "a"), 1);
	assert_string_equal(option_word_at("any|4|6", 1, word), "4");
	assert_string_equal(option_word_at("any|4|6", 3, word), "");
	assert_string_equal(option_words("any|4|6", words), "any, 4 or 6");
	assert_string_equal(option_words("-|a|-|b", words), "a or b");
	assert_string_equal(option_words("a", words), "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_manual),
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
