/* SPDX-License-Identifier: MIT */
#include "config/yaml.h"

#include <assert.h>
#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/idset.h"

enum { BLOCK_BYTES = 64 << 10, MANY_KEYS = 16 };

struct block {
	struct block *next;
	char bytes[];
};

struct yaml_doc {
	struct block *blocks; /* nodes and their texts */
	size_t used;          /* of the first block */
	const char *name;
	struct yaml *root;
	bool broken;
};

/* Position, on the way down, of one open map or list. */
struct level {
	struct yaml *node, *last;
	struct idset *keys; /* of a map with many keys, else NULL */
	const char *key;    /* read; its value comes next */
	struct place key_at;
};

struct builder {
	struct yaml_doc *doc;
	struct faults *faults;
	unsigned file_no;
	struct level levels[YAML_DEPTH_MAX];
	size_t depth;
	unsigned documents;
};

/* n bytes, aligned for a node, that live as long as the document. */
static void *
keep(struct yaml_doc *d, size_t n)
{
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (d->blocks == NULL || n > BLOCK_BYTES - d->used) {
		size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
		struct block *b = mem_zalloc(sizeof(*b) + 8 + size);

		b->next = d->blocks;
		d->blocks = b;
		d->used = 0;
	}
	p = d->blocks->bytes + 8 + d->used;
	d->used += n;
	return p;
}

static const char *
keep_text(struct yaml_doc *d, const char *s, size_t n)
{
	char *copy = keep(d, n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

static struct place
place_of(const struct builder *b, const struct fy_mark *m)
{
	struct place at = {.file = b->doc->name, .file_no = b->file_no};

	if (m != NULL) {
		at.line = (unsigned)m->line + 1;
		at.col = (unsigned)m->column + 1;
	}
	return at;
}

/*
 * The text of a scalar. libfyaml's own fy_token_get_text() leaks its working
 * space for a scalar of many escapes and nothing else; its iterator does not.
 */
static const char *
scalar_text(struct builder *b, struct fy_token *t)
{
	size_t n = t != NULL ? fy_token_get_text_length(t) : 0, got = 0;
	char *text = keep(b->doc, n + 1);
	struct fy_token_iter *i = n > 0 ? fy_token_iter_create(t) : NULL;
	const struct fy_iter_chunk *c = NULL;
	int error = 0;

	while (i != NULL &&
	    (c = fy_token_iter_chunk_next(i, c, &error)) != NULL &&
	    c->len <= n - got) {
		memcpy(text + got, c->str, c->len);
		got += c->len;
	}
	if (got != n || error != 0)
		faults_add(b->faults, place_of(b, fy_token_start_mark(t)),
		    "the YAML parser failed");
	text[got] = '\0';
	fy_token_iter_destroy(i);
	return text;
}

static bool
is_quoted(struct fy_event *e)
{
	enum fy_scalar_style style = fy_token_scalar_style(e->scalar.value);

	return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* Where the event stands; of a value without a mark, its key. */
static struct place
event_place(const struct builder *b, struct fy_event *e)
{
	const struct fy_mark *m = fy_event_start_mark(e);
	const struct level *l;

	if (m != NULL || b->depth == 0) {
		struct place at = place_of(b, m);

		/* The mark of a quoted scalar is behind its quote. */
		if (at.col > 1 && e->type == FYET_SCALAR && is_quoted(e))
			at.col--;
		return at;
	}
	l = &b->levels[b->depth - 1];
	return l->key != NULL ? l->key_at : l->node->at;
}

static const struct place *
key_seen(struct level *l, const char *key, struct place at)
{
	if (l->keys == NULL && l->node->count < MANY_KEYS) {
		for (const struct yaml *c = l->node->first; c != NULL;
		     c = c->next) {
			if (strcmp(c->key, key) == 0)
				return &c->key_at;
		}
		return NULL;
	}
	if (l->keys == NULL) {
		l->keys = idset_new();
		for (const struct yaml *c = l->node->first; c != NULL;
		     c = c->next)
			(void)idset_add(l->keys, c->key, c->key_at);
	}
	return idset_add(l->keys, key, at);
}

static bool
take_key(struct builder *b, struct level *l, struct fy_event *e)
{
	struct place at = event_place(b, e);
	const struct place *before;
	char where[PLACE_TEXT_BYTES];

	if (e->type != FYET_SCALAR) {
		faults_add(b->faults, at, "a key must be a plain word");
		return false;
	}
	l->key = scalar_text(b, e->scalar.value);
	l->key_at = at;
	before = key_seen(l, l->key, at);
	if (before != NULL)
		faults_add(b->faults, at, "'%s' is given twice, first at %s",
		    l->key, place_format(*before, where));
	return true;
}

/* Hang a new node of this event into the tree. */
static struct yaml *
take_node(struct builder *b, struct fy_event *e)
{
	struct yaml *node = keep(b->doc, sizeof(*node));
	struct level *l;

	*node = (struct yaml){.at = event_place(b, e)};
	if (b->depth == 0) {
		b->doc->root = node;
		return node;
	}
	l = &b->levels[b->depth - 1];
	if (l->key != NULL) {
		node->key = l->key;
		node->key_at = l->key_at;
		l->key = NULL;
	}
	if (l->last == NULL)
		l->node->first = node;
	else
		l->last->next = node;
	l->last = node;
	l->node->count++;
	return node;
}

static bool
open_level(struct builder *b, struct fy_event *e)
{
	struct yaml *node;

	if (b->depth == YAML_DEPTH_MAX) {
		faults_add(b->faults, event_place(b, e),
		    "nested too deeply, at most %d levels", YAML_DEPTH_MAX);
		return false;
	}
	node = take_node(b, e);
	node->kind = e->type == FYET_MAPPING_START ? YAML_MAP : YAML_LIST;
	if (node->key != NULL)
		node->at = node->key_at;
	b->levels[b->depth++] = (struct level){.node = node};
	return true;
}

static void
close_level(struct builder *b)
{
	assert(b->depth > 0);
	idset_free(b->levels[--b->depth].keys);
}

static void
take_scalar(struct builder *b, struct fy_event *e)
{
	struct yaml *node = take_node(b, e);

	node->kind = YAML_SCALAR;
	node->plain = fy_token_scalar_style(e->scalar.value) == FYSS_PLAIN;
	node->text = scalar_text(b, e->scalar.value);
}

static void
refuse_marks(struct builder *b, struct fy_event *e, struct fy_token *anchor,
    struct fy_token *tag)
{
	if (anchor != NULL)
		faults_add(b->faults, event_place(b, e),
		    "anchors (&name) are not supported; write the value out");
	if (tag != NULL)
		faults_add(b->faults, event_place(b, e),
		    "tags (!name) are not supported; quote what is text");
}

/* False when reading on makes no sense; the reason is reported. */
static bool
take_value(struct builder *b, struct fy_event *e)
{
	switch (e->type) {
	case FYET_MAPPING_START:
		refuse_marks(b, e, e->mapping_start.anchor,
		    e->mapping_start.tag);
		return open_level(b, e);
	case FYET_SEQUENCE_START:
		refuse_marks(b, e, e->sequence_start.anchor,
		    e->sequence_start.tag);
		return open_level(b, e);
	case FYET_SCALAR:
		refuse_marks(b, e, e->scalar.anchor, e->scalar.tag);
		take_scalar(b, e);
		return true;
	default:
		faults_add(b->faults, event_place(b, e),
		    "aliases (*name) are not supported; write the value out");
		return false;
	}
}

static bool
take_event(struct builder *b, struct fy_event *e)
{
	struct level *l;

	switch (e->type) {
	case FYET_DOCUMENT_START:
		if (++b->documents == 1)
			return true;
		faults_add(b->faults, event_place(b, e),
		    "a second document; one file holds one");
		return false;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		close_level(b);
		return true;
	case FYET_MAPPING_START:
	case FYET_SEQUENCE_START:
	case FYET_SCALAR:
	case FYET_ALIAS:
		l = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
		if (l != NULL && l->node->kind == YAML_MAP && l->key == NULL)
			return take_key(b, l, e);
		return take_value(b, e);
	default:
		return true;
	}
}

/* Bytes of the UTF-8 sequence at s, n > 0 left; 0 when it is not one. */
static size_t
sequence_bytes(const unsigned char *s, size_t n)
{
	static const struct {
		unsigned char from, to;  /* of the first byte */
		unsigned char low, high; /* of the second */
		unsigned char bytes;
	} rows[] = {
	    {0x01, 0x7f, 0, 0, 1},
	    {0xc2, 0xdf, 0x80, 0xbf, 2},
	    {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3},
	    {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4},
	    {0xf1, 0xf3, 0x80, 0xbf, 4},
	    {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	size_t r = 0;

	while (r < sizeof(rows) / sizeof(rows[0]) &&
	    (s[0] < rows[r].from || s[0] > rows[r].to))
		r++;
	if (r == sizeof(rows) / sizeof(rows[0]) || rows[r].bytes > n)
		return 0;
	if (rows[r].bytes > 1 && (s[1] < rows[r].low || s[1] > rows[r].high))
		return 0;
	for (size_t k = 2; k < rows[r].bytes; k++) {
		if ((s[k] & 0xc0) != 0x80)
			return 0;
	}
	return rows[r].bytes;
}

/* Report the first byte that is NUL or not UTF-8. */
static bool
check_bytes(const struct builder *b, const unsigned char *s, size_t n)
{
	struct place at = {b->doc->name, b->file_no, 1, 1};

	for (size_t i = 0; i < n;) {
		size_t bytes = sequence_bytes(s + i, n - i);

		if (bytes == 0) {
			if (s[i] == '\0')
				faults_add(b->faults, at, "a NUL byte");
			else
				faults_add(b->faults, at,
				    "byte 0x%02x: not valid UTF-8", s[i]);
			return false;
		}
		at.col++;
		if (s[i] == '\n') {
			at.line++;
			at.col = 1;
		}
		i += bytes;
	}
	return true;
}

/* The first line up to `last` that is indented with a tab; 0 for none. */
static unsigned
tab_line(const char *s, size_t n, unsigned last, unsigned *col)
{
	unsigned line = 1;

	for (size_t i = 0; i < n && line <= last; line++) {
		size_t start = i;

		while (i < n && s[i] == ' ')
			i++;
		if (i < n && s[i] == '\t') {
			*col = (unsigned)(i - start) + 1;
			return line;
		}
		while (i < n && s[i] != '\n')
			i++;
		i++;
	}
	return 0;
}

static void
report_syntax(struct builder *b, struct fy_diag *diag, const char *s, size_t n)
{
	struct place at = place_of(b, NULL);
	void *iterator = NULL;
	const struct fy_diag_error *first;
	unsigned line, col = 0;

	first = fy_diag_errors_iterate(diag, &iterator);
	if (first == NULL) {
		faults_add(b->faults, at, "not valid YAML");
		return;
	}
	at.line = first->line > 0 ? (unsigned)first->line : 1;
	at.col = first->column > 0 ? (unsigned)first->column : 1;
	line = tab_line(s, n, at.line + 1, &col);
	if (line > 0) {
		at.line = line;
		at.col = col;
		faults_add(b->faults, at,
		    "a tab in the indentation; YAML wants spaces");
		return;
	}
	faults_add(b->faults, at, "%s", first->msg);
}

static bool
read_events(struct builder *b, struct fy_parser *p, struct fy_diag *diag,
    const char *s, size_t n)
{
	struct fy_event *e;
	bool well = true;

	while (well && (e = fy_parser_parse(p)) != NULL) {
		well = take_event(b, e);
		fy_parser_event_free(p, e);
	}
	while (b->depth > 0)
		close_level(b);
	if (well && fy_parser_get_stream_error(p)) {
		report_syntax(b, diag, s, n);
		return false;
	}
	return well;
}

static bool
parse(struct builder *b, const char *s, size_t n)
{
	struct fy_diag_cfg quiet;
	struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG |
		FYPCF_ALLOW_DUPLICATE_KEYS};
	struct fy_parser *p = NULL;
	bool well = false;

	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	cfg.diag = fy_diag_create(&quiet);
	if (cfg.diag == NULL)
		goto fail;
	fy_diag_set_collect_errors(cfg.diag, true);
	p = fy_parser_create(&cfg);
	if (p == NULL || fy_parser_set_string(p, s, n) != 0)
		goto fail;
	well = read_events(b, p, cfg.diag, s, n);
	fy_parser_destroy(p);
	fy_diag_destroy(cfg.diag);
	return well;
fail:
	faults_add(b->faults, place_of(b, NULL), "the YAML parser failed");
	if (p != NULL)
		fy_parser_destroy(p);
	fy_diag_destroy(cfg.diag);
	return false;
}

struct yaml_doc *
yaml_parse(const char *name, unsigned file_no, const char *bytes, size_t n,
    struct faults *f)
{
	struct yaml_doc *d = mem_zalloc(sizeof(*d));
	struct builder b = {.doc = d, .faults = f, .file_no = file_no};

	d->name = keep_text(d, name, strlen(name));
	d->broken = !check_bytes(&b, (const unsigned char *)bytes, n) ||
	    !parse(&b, bytes, n);
	return d;
}

/* False, with errno, when not all of it could be read. */
static bool
slurp(const char *path, char **bytes, size_t *n)
{
	FILE *f = fopen(path, "re");
	size_t size = BLOCK_BYTES;
	bool well;

	if (f == NULL)
		return false;
	*bytes = mem_zalloc(size);
	*n = 0;
	while (*n <= YAML_BYTES_MAX) {
		size_t got = fread(*bytes + *n, 1, size - *n, f);

		if (got == 0)
			break;
		*n += got;
		if (*n == size)
			*bytes = mem_resize(*bytes, size *= 2, 1);
	}
	well = ferror(f) == 0;
	(void)fclose(f); /* only read */
	return well;
}

struct yaml_doc *
yaml_load(const char *path, unsigned file_no, struct faults *f)
{
	struct yaml_doc *d;
	char *bytes = NULL;
	size_t n = 0;

	if (slurp(path, &bytes, &n) && n <= YAML_BYTES_MAX) {
		d = yaml_parse(path, file_no, bytes, n, f);
	} else {
		int why = errno;

		d = mem_zalloc(sizeof(*d));
		d->name = keep_text(d, path, strlen(path));
		d->broken = true;
		if (n > YAML_BYTES_MAX)
			faults_add(f, (struct place){d->name, file_no, 0, 0},
			    "larger than 16 MiB");
		else
			faults_add(f, (struct place){d->name, file_no, 0, 0},
			    "cannot read it: %s", strerror(why));
	}
	mem_free(bytes);
	return d;
}

void
yaml_free(struct yaml_doc *d)
{
	if (d == NULL)
		return;
	while (d->blocks != NULL) {
		struct block *next = d->blocks->next;

		mem_free(d->blocks);
		d->blocks = next;
	}
	mem_free(d);
}

bool
yaml_broken(const struct yaml_doc *d)
{
	return d->broken;
}

const struct yaml *
yaml_root(const struct yaml_doc *d)
{
	return d->broken ? NULL : d->root;
}
