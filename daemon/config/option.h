/* SPDX-License-Identifier: MIT */
/*
 * option - every key a configuration may hold, one row each.  The parser,
 * `vigie check --keys`, the JSON Schema and the manual follow this table.
 */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a key stands; a bit each, so that a row may name several. */
enum section {
	SECTION_FILE = 1 << 0,
	SECTION_RETENTION = 1 << 1,
	SECTION_DEFAULTS = 1 << 2, /* of an endpoint, but also at its service
				    or in `defaults` */
	SECTION_SERVICE = 1 << 3,
	SECTION_ENDPOINT = 1 << 4,
	SECTION_EXPECT = 1 << 5,
	SECTION_JSON = 1 << 6, /* one expected JSON value */
	SECTION_AUTH = 1 << 7,
	SECTION_TLS = 1 << 8,
	SECTION_WINDOW = 1 << 9,
	SECTION_RECEIVER = 1 << 10,
	SECTION_ROUTE = 1 << 11,
	SECTION_MATCH = 1 << 12,
	SECTION_OAUTH2 = 1 << 13,
	SECTION_FUNCTION = 1 << 14,
	SECTION_DEPENDENCY = 1 << 15
};
enum { SECTION_COUNT = 16 };

enum option_type {
	OPTION_TEXT,     /* quoted or plain text of min..max bytes */
	OPTION_LINE,     /* the same without control characters */
	OPTION_ID,       /* [a-z0-9-]{1,63} */
	OPTION_GLOB,     /* an id with * and ? */
	OPTION_DURATION, /* min..max in milliseconds */
	OPTION_INTEGER,  /* min..max */
	OPTION_BOOL,
	OPTION_WORD,    /* one of words; stored as its position */
	OPTION_CHOICE,  /* one of words; stored as text */
	OPTION_PATH,    /* relative to the folder of the configuration */
	OPTION_FILE,    /* a path that can be read */
	OPTION_SECRET,  /* a file that others may not read, nor change */
	OPTION_TOKENS,  /* such a one, as of access_read() */
	OPTION_URL,     /* http or https */
	OPTION_LISTEN,  /* address:port or unix:/path */
	OPTION_PREFIX,  /* "/path" */
	OPTION_PROXIES, /* a list as of proxies_check() */
	OPTION_TARGET,  /* of any kind of probe */
	OPTION_PATTERN, /* a regular expression */
	OPTION_LINES,   /* a list of lines */
	OPTION_PAIRS,   /* a mapping of names to lines */
	OPTION_LIST,    /* a list of mappings or scalars, read by its owner */
	OPTION_OWN,     /* read by its owner */
	OPTION_REFUSED  /* of the design, not of this version */
};

struct option_row {
	unsigned sections;
	const char *name;
	enum option_type type;
	int64_t min, max;
	const char *preset;   /* the default as text, or NULL */
	const char *words;    /* "any|4|6" */
	size_t offset, bytes; /* where the owner's struct keeps it */
	const char *help;     /* one line */
};

/* The table; ends with a row whose name is NULL. */
extern const struct option_row option_table[];

/* NULL when the sections have no such key. */
const struct option_row *option_find(unsigned sections, const char *name);

/* "file", "service", ...; index 0..SECTION_COUNT-1 is the bit. */
const char *option_section_name(unsigned bit);
/* "text", "duration", ... */
const char *option_type_name(enum option_type t);

enum { OPTION_WORDS_BYTES = 256 };
/* "any, 4 or 6" of "any|4|6"; returns buf. */
const char *option_words(const char *words, char buf[OPTION_WORDS_BYTES]);
/* Position of the word, or -1; "-" in words holds a place and is no word. */
int option_word(const char *words, const char *word);
enum { OPTION_WORD_BYTES = 24 };
/* The word at a position; returns buf, "" when there is none. */
const char *option_word_at(const char *words, int position,
    char buf[OPTION_WORD_BYTES]);

#endif
