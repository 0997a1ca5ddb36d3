/* SPDX-License-Identifier: Apache-2.0
 * json: one-pass parser (RFC 8259) into a flat tree, and a writer. Number text is kept as written; strings
 * are checked UTF-8, unescaped; U+0000, lone surrogates and duplicate keys are errors.
 *
 * A document is one array of nodes in document order. Node i's first child is i + 1 (when it has any), its
 * next sibling is nodes[i].end; the subtree of i is [i, nodes[i].end). Node 0 is the root. Texts point into
 * the source (which must outlive the document) or, where they had escapes, into the arena. Nodes may be
 * edited in place (text, len) before writing; their number and order never change. Pure functions, any
 * thread. */
#ifndef HELHET_JSON_JSON_H
#define HELHET_JSON_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum json_flag {
    JSON_F_UNDERSCORE =
        1,            /* the key began with '_' (FHIR's sibling of a primitive); name is that of the rest */
    JSON_F_PLAIN = 2, /* string without any byte that the writer would escape */
};

/* Named bounds. */
enum {
    JSON_DEPTH_MAX = 128,
    JSON_KEY_MAX = 4096,     /* bytes of one key */
    JSON_SIZE_MAX = 1 << 30, /* bytes of one document */
};

struct json_node {
    const char *text; /* NUMBER: as written; STRING: unescaped UTF-8 */
    const char *key;  /* member name, unescaped; NULL in arrays and at the root */
    uint32_t len;     /* NUMBER, STRING: bytes of text; ARRAY, OBJECT: number of children */
    uint32_t end;     /* index just past the subtree */
    uint16_t key_len;
    uint16_t name; /* interned key (see json_names); 0: no key or not in the table */
    uint16_t elem; /* free for the floor above: fhir sets the element's id; 0 */
    uint8_t kind;  /* enum json_kind */
    uint8_t flags; /* enum json_flag */
};

struct json_doc {
    struct json_node *nodes;
    uint32_t count;
    struct str source;
};

/* A closed set of names known at build: find gives 1..65535, or 0 for a name it does not hold. */
struct json_names {
    uint16_t (*find)(const char *p, size_t n);
};

/* Parses the whole of source into arena. names may be NULL. On failure *err holds JSON_* with line, column
 * and the path of the enclosing element ("Bundle.entry[3].resource" style without the type:
 * "entry[3].resource"). O(source); at most JSON_DEPTH_MAX deep. */
bool json_parse(struct arena *arena, struct str source, const struct json_names *names, struct json_doc *doc,
                struct err *err) __attribute__((warn_unused_result));

/* What strict parsing refuses and RFC 8259 allows. */
enum json_allow { JSON_ALLOW_DUPLICATES = 1, JSON_ALLOW_NUL = 2 };
/* json_parse with some of its rules lifted (allow: enum json_allow, or-ed). */
bool json_parse_allow(struct arena *arena, struct str source, const struct json_names *names, unsigned allow,
                      struct json_doc *doc, struct err *err) __attribute__((warn_unused_result));

/* First child of i with this interned name, or UINT32_MAX. Underscore siblings are skipped. */
uint32_t json_get(const struct json_doc *doc, uint32_t i, uint16_t name);
/* Same by key text (exact, underscore included). */
uint32_t json_get_key(const struct json_doc *doc, uint32_t i, struct str key);
/* Text of a string or number node, {NULL,0} for other kinds and UINT32_MAX. */
struct str json_text(const struct json_doc *doc, uint32_t i);
/* 1-based line and column of a node's text or key in the source; 0,0 when it lies in the arena. */
void json_place(const struct json_doc *doc, uint32_t i, uint32_t *line, uint32_t *column);

/* Iterate children: for (uint32_t c = i + 1; c < doc->nodes[i].end; c = doc->nodes[c].end) */
#define JSON_EACH(doc, i, c) for (uint32_t c = (i) + 1; c < (doc)->nodes[(i)].end; c = (doc)->nodes[c].end)

/* Appends subtree i as compact JSON. Canonical input (no white space, only the escapes the writer makes)
 * comes back byte for byte. */
void json_write(const struct json_doc *doc, uint32_t i, struct buf *out);
/* Same, two-space indented, for people. */
void json_write_pretty(const struct json_doc *doc, uint32_t i, struct buf *out);
/* Appends s as a JSON string with quotes: escapes '"', '\\', control characters (\b \t \n \f \r, else
 * \u00XX). */
void json_write_string(struct buf *out, struct str s);

/* Small writer for building JSON: keeps track of commas. Depth at most JSON_DEPTH_MAX (asserted). */
struct json_out {
    struct buf *buf;
    uint32_t depth;
    bool comma[JSON_DEPTH_MAX + 1];
};
void json_out_init(struct json_out *o, struct buf *buf);
/* key NULL inside arrays and at the root. */
void json_out_object(struct json_out *o, const char *key);
void json_out_array(struct json_out *o, const char *key);
void json_out_end_object(struct json_out *o);
void json_out_end_array(struct json_out *o);
void json_out_string(struct json_out *o, const char *key, struct str v);
void json_out_cstr(struct json_out *o, const char *key, const char *v);
void json_out_i64(struct json_out *o, const char *key, int64_t v);
void json_out_bool(struct json_out *o, const char *key, bool v);
/* v is JSON text already (a number kept as text, a whole stored resource). */
void json_out_raw(struct json_out *o, const char *key, struct str v);

#endif
