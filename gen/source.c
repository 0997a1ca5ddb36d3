/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/os.h"
#include "fail.h"

enum { FILE_MAX_BYTES = 256 * 1024 * 1024, DIR_ENTRIES_MAX = 4096 };

/* The official files of the package. */
static const char *const package_files[] = {"profiles-types.json", "profiles-resources.json",
                                            "search-parameters.json", "valuesets.json",
                                            "v3-codesystems.json"};

/* In the package's official files but not in R4 4.0.1. */
static const char *const not_r4[] = {
    "http://hl7.org/fhir/StructureDefinition/SubscriptionStatus",
    "http://hl7.org/fhir/SearchParameter/DeviceDefinition-classification",
    "http://hl7.org/fhir/SearchParameter/DetectedIssue-status",
    "http://hl7.org/fhir/SearchParameter/ServiceRequest-order-detail",
};

/* What the tables are made of. */
static const char *const used_types[] = {"StructureDefinition", "SearchParameter", "ValueSet", "CodeSystem",
                                         "CompartmentDefinition"};
/* Known and of no use to the tables. */
static const char *const passed_types[] = {
    "OperationDefinition", "CapabilityStatement", "Questionnaire",      "PlanDefinition", "ConceptMap",
    "NamingSystem",        "ImplementationGuide", "ActivityDefinition", "Library",        "ViewDefinition"};

#define IN_TABLE(table, text) in_table((table), sizeof(table) / sizeof *(table), (text))

static bool in_table(const char *const *table, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i], text))
            return true;
    return false;
}

uint32_t source_child(const struct json_doc *doc, uint32_t i, const char *key)
{
    return json_get_key(doc, i, str_of(key));
}

const char *source_text(const struct source *s, const struct json_doc *doc, uint32_t i)
{
    struct str t = json_text(doc, i);
    return t.p ? arena_cstr(s->arena, t) : NULL;
}

const char *source_get(const struct source *s, const struct json_doc *doc, uint32_t i, const char *key)
{
    return source_text(s, doc, source_child(doc, i, key));
}

const char *source_need(const struct source *s, const struct json_doc *doc, uint32_t i, const char *key,
                        const char *where)
{
    const char *t = source_get(s, doc, i, key);
    if (!t)
        fail_at(where, "%s is missing", key);
    return t;
}

bool source_true(const struct json_doc *doc, uint32_t i, const char *key)
{
    uint32_t c = source_child(doc, i, key);
    return c != UINT32_MAX && doc->nodes[c].kind == JSON_TRUE;
}

const char *source_tail(const struct source *s, const char *canonical)
{
    struct str t = str_of(canonical);
    size_t bar = str_find(t, '|', 0);
    if (bar != SIZE_MAX)
        t.n = bar;
    size_t from = t.n;
    while (from && t.p[from - 1] != '/')
        from--;
    return arena_cstr(s->arena, str_sub(t, from, t.n));
}

const struct source_resource *source_find(const struct source *s, const char *type, const char *canonical)
{
    struct str u = str_of(canonical);
    size_t bar = str_find(u, '|', 0);
    if (bar != SIZE_MAX)
        u.n = bar;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct source_resource *r = &s->list[i];
        if (!r->gone && str_is(u, r->url) && !strcmp(r->type, type))
            return r;
    }
    return NULL;
}

/* Own definitions in definitions/r4/ replace the package's; any other second definition of a URL is a
 * mistake. */
static void check_duplicate(struct source *s, const struct source_resource *r)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct source_resource *old = &s->list[i];
        if (old->gone || strcmp(old->url, r->url) != 0 || strcmp(old->type, r->type) != 0)
            continue;
        if (!r->own || old->own || !strstr(r->file, "/r4/"))
            fail_at(r->file, "%s is already defined in %s", r->url, old->file);
        old->gone = true;
    }
}

static void add(struct source *s, const struct json_doc *doc, uint32_t node, const char *file, bool own)
{
    const char *type = source_need(s, doc, node, "resourceType", file);
    if (IN_TABLE(passed_types, type))
        return;
    if (!IN_TABLE(used_types, type))
        fail_at(file, "resource type %s is not a definition this program knows", type);
    struct source_resource r = {doc, node, type, source_need(s, doc, node, "url", file), file, own, false};
    if (!own && IN_TABLE(not_r4, r.url))
        return;
    check_duplicate(s, &r);
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 1024;
        s->list = arena_grow(s->arena, s->list, s->cap, cap, sizeof *s->list);
        s->cap = cap;
    }
    s->list[s->count++] = r;
}

static void add_bundle(struct source *s, const struct json_doc *doc, const char *file, bool own)
{
    uint32_t entries = source_child(doc, 0, "entry");
    if (entries == UINT32_MAX)
        fail_at(file, "the Bundle has no entry");
    JSON_EACH(doc, entries, e)
    {
        uint32_t r = source_child(doc, e, "resource");
        if (r == UINT32_MAX)
            fail_at(file, "a Bundle entry has no resource");
        add(s, doc, r, file, own);
    }
}

const struct json_doc *source_file(const struct source *s, const char *file)
{
    char *data;
    size_t n;
    if (!os_file_read(file, FILE_MAX_BYTES, &data, &n))
        return NULL;
    struct json_doc *doc = ARENA_NEW(s->arena, struct json_doc);
    struct err err;
    if (!json_parse(s->arena, (struct str){data, n}, NULL, doc, &err))
        fail_at(file, "line %u: %s %s", err.line, err_info(err.code)->name, err.arg[0]);
    return doc;
}

static void add_file(struct source *s, const char *file, bool own)
{
    const struct json_doc *doc = source_file(s, file);
    if (!doc)
        fail_at(file, "cannot be read (npm ci brings the package)");
    const char *type = source_need(s, doc, 0, "resourceType", file);
    if (!strcmp(type, "Bundle"))
        add_bundle(s, doc, file, own);
    else
        add(s, doc, 0, file, own);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All *.json below dir in name order, so that the tables do not depend on the file system. */
static void add_dir(struct source *s, const char *dir)
{
    DIR *d = opendir(dir);
    if (!d)
        return;
    const char **names = ARENA_ARRAY(s->arena, const char *, DIR_ENTRIES_MAX);
    size_t n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (n == DIR_ENTRIES_MAX)
            fail_at(dir, "more than %d files", DIR_ENTRIES_MAX);
        names[n++] = arena_printf(s->arena, "%s/%s", dir, e->d_name).p;
    }
    closedir(d);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        if (str_ends(str_of(names[i]), STR(".json")))
            add_file(s, names[i], true);
        else if (!str_ends(str_of(names[i]), STR("/access")) && !str_ends(str_of(names[i]), STR("/care")) &&
                 !str_ends(str_of(names[i]), STR("/reports")) &&
                 !str_ends(str_of(names[i]), STR("/constraints"))) /* rules of our own form, not FHIR */
            add_dir(s, names[i]);
    }
}

void source_load(struct source *s, struct arena *arena, const char *package_dir, const char *own_dir)
{
    *s = (struct source){.arena = arena};
    for (size_t i = 0; i < sizeof package_files / sizeof *package_files; i++)
        add_file(s, arena_printf(arena, "%s/%s", package_dir, package_files[i]).p, false);
    add_dir(s, own_dir);
}
