/* SPDX-License-Identifier: Apache-2.0
 * source: the definition resources the generator reads. Those of the package come from the official files of
 * R4 4.0.1; the package's maker has altered some of them, so definitions/r4/ holds the published form of each
 * altered one (it takes the place of the package's) and a table here names what the package added. Everything
 * else under definitions/ is our own and may not redefine anything. */
#ifndef HELHET_GEN_SOURCE_H
#define HELHET_GEN_SOURCE_H

#include "json/json.h"

struct source_resource {
    const struct json_doc *doc;
    uint32_t node;
    const char *type; /* resourceType */
    const char *url;  /* canonical, never NULL */
    const char *file; /* for messages */
    bool own;         /* from definitions/, r4/ too */
    bool gone;        /* replaced, or not part of R4 */
};

struct source {
    struct arena *arena;
    struct source_resource *list;
    uint32_t count, cap;
};

/* Reads the package's files and every *.json under own_dir; ends the program on anything unreadable. */
void source_load(struct source *s, struct arena *arena, const char *package_dir, const char *own_dir);
/* One file as JSON, NULL when it cannot be read; ends the program when it is no JSON. */
const struct json_doc *source_file(const struct source *s, const char *file);
/* The resource of this type and canonical (a |version is cut off), NULL when there is none. */
const struct source_resource *source_find(const struct source *s, const char *type, const char *canonical);

/* Access to members of node i; the texts end in NUL and live as long as the arena. */
const char *source_get(const struct source *s, const struct json_doc *doc, uint32_t i, const char *key);
/* Same, but a missing member ends the program. */
const char *source_need(const struct source *s, const struct json_doc *doc, uint32_t i, const char *key,
                        const char *where);
bool source_true(const struct json_doc *doc, uint32_t i, const char *key);
/* Array or object member, UINT32_MAX when absent. */
uint32_t source_child(const struct json_doc *doc, uint32_t i, const char *key);
const char *source_text(const struct source *s, const struct json_doc *doc, uint32_t i);
/* The last segment of a canonical without its version. */
const char *source_tail(const struct source *s, const char *canonical);

#endif
