/* SPDX-License-Identifier: Apache-2.0
 * oracle_testterms: code systems and value sets for the codes that the resources use: official ones, and ones
 * made up of those codes, with hierarchies and compositions by chance. Included by oracle_test.c only. */
#ifndef HELHET_ORACLE_ORACLE_TESTTERMS_H
#define HELHET_ORACLE_ORACLE_TESTTERMS_H

#include <zlib.h>

#include "oracle/oracle_int.h"
#include "oracle/oracle_testkit.h"

enum {
    TERMS_SYSTEMS = 200, /* that resources use */
    TERMS_CODES = 60,    /* of one made-up code system */
    TERMS_OFFICIAL_BYTES = 30000,
    TERMS_MADE_SETS = 60,
};

struct terms_system {
    struct str url;
    struct str code[TERMS_CODES];
    size_t count;
    bool here; /* a code system of that URL is stored */
};

struct terms_world {
    struct terms_system system[TERMS_SYSTEMS];
    size_t count;
    uint64_t random;
};

static inline unsigned terms_dice(struct terms_world *w, unsigned n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 33) % n;
}

static inline struct terms_system *terms_system(struct terms_world *w, struct str url)
{
    for (size_t i = 0; i < w->count; i++) {
        if (str_eq(w->system[i].url, url))
            return &w->system[i];
    }
    if (w->count == TERMS_SYSTEMS)
        return NULL;
    w->system[w->count].url = url;
    return &w->system[w->count++];
}

static inline void terms_note(struct terms_world *w, const struct oracle_atom *a)
{
    struct str url = a->system.p ? a->system : oracle_param_system(kit.o, a->binding, a->code, 0);
    struct terms_system *s = url.n ? terms_system(w, url) : NULL;
    if (!s || !a->code.n || s->count == TERMS_CODES)
        return;
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->code[i], a->code))
            return;
    }
    s->code[s->count++] = a->code;
}

/* What systems and codes the resources use. */
static inline void terms_look(struct terms_world *w)
{
    for (size_t i = 0; i < oracle_count(kit.o); i++) {
        struct oracle_type *t = &kit.o->type[oracle_get(kit.o, i)->type];
        for (size_t p = 0; p < t->param_count && oracle_is_there(kit.o, i); p++) {
            if (t->param[p].type != FHIR_SEARCH_TOKEN || t->param[p].code.p[0] == '_' ||
                str_is(t->param[p].code, "identifier"))
                continue;
            const struct oracle_values *v = oracle_value_get(kit.o, i, &t->param[p]);
            for (size_t a = 0; a < v->atoms.count; a++)
                terms_note(w, &v->atoms.item[a]);
        }
    }
}

/* ---- official ones ---- */

static inline bool terms_wanted(struct terms_world *w, const struct json_doc *doc, bool system)
{
    uint32_t compose = json_get(doc, 0, FHIR_NAME_compose);
    uint32_t list = compose == UINT32_MAX ? compose : json_get(doc, compose, FHIR_NAME_include);
    struct str url = json_text(doc, json_get(doc, 0, FHIR_NAME_url));
    bool wanted = false;
    for (size_t i = 0; system && i < w->count; i++) {
        wanted = wanted || str_eq(w->system[i].url, url);
        w->system[i].here = w->system[i].here || str_eq(w->system[i].url, url);
    }
    if (list == UINT32_MAX)
        return wanted;
    JSON_EACH(doc, list, c)
    {
        struct str of = json_text(doc, json_get(doc, c, FHIR_NAME_system));
        for (size_t i = 0; i < w->count; i++)
            wanted = wanted || str_eq(w->system[i].url, of);
    }
    return wanted;
}

/* Those of systems in use; of the value sets one in three. */
static inline void terms_official(struct terms_world *w, const char *name)
{
    char path[500];
    snprintf(path, sizeof path, "%s/fhir-r4-definitions/%s.ndjson.gz", kit_corpus(), name);
    gzFile f = gzopen(path, "rb");
    char *line = os_alloc(KIT_FILE_MAX);
    bool system = name[0] == 'C';
    while (f && gzgets(f, line, KIT_FILE_MAX)) {
        struct arena a;
        struct json_doc doc;
        struct err err = {0};
        arena_init(&a);
        if (strlen(line) < TERMS_OFFICIAL_BYTES && json_parse(&a, str_of(line), &fhir_names, &doc, &err) &&
            (system || terms_dice(w, 3) == 0) && terms_wanted(w, &doc, system))
            kit_add(str_of(line));
        arena_release(&a);
    }
    if (f)
        gzclose(f);
    os_free(line);
}

/* ---- made-up ones ---- */

static inline void terms_member(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, "\"%s\":", name);
    json_write_string(b, value);
}

/* The codes from..to, each perhaps with some of the next within it, or under it by a property. */
static inline void terms_concepts(struct terms_world *w, const struct terms_system *s, size_t from, size_t to,
                                  struct buf *b)
{
    const char *comma = "";
    while (from < to) {
        size_t within = terms_dice(w, 3) ? 0 : terms_dice(w, (unsigned)(to - from));
        buf_printf(b, "%s{", comma);
        terms_member(b, "code", s->code[from]);
        if (from && terms_dice(w, 4) == 0) {
            buf_cstr(b, ",\"property\":[{\"code\":\"parent\",");
            terms_member(b, "valueCode", s->code[terms_dice(w, (unsigned)from)]);
            buf_cstr(b, "}]");
        }
        if (within) {
            buf_cstr(b, ",\"concept\":[");
            terms_concepts(w, s, from + 1, from + 1 + within, b);
            buf_cstr(b, "]");
        }
        buf_cstr(b, "}");
        from += 1 + within;
        comma = ",";
    }
}

/* Every third system stays away: it can be included whole or code by code. */
static inline void terms_make_systems(struct terms_world *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct terms_system *s = &w->system[i];
        struct buf b;
        if (s->here || s->count < 2 || i % 3 == 2)
            continue;
        buf_init(&b, BUF_NO_MAX);
        buf_printf(&b,
                   "{\"resourceType\":\"CodeSystem\",\"id\":\"made-%zu\",\"status\":\"active\","
                   "\"content\":\"complete\",\"property\":[{\"code\":\"parent\",\"type\":\"code\","
                   "\"uri\":\"http://hl7.org/fhir/concept-properties#parent\"}],",
                   i);
        terms_member(&b, "url", s->url);
        buf_cstr(&b, ",\"concept\":[");
        terms_concepts(w, s, 0, s->count, &b);
        buf_cstr(&b, "]}");
        kit_add(buf_get(&b));
        s->here = true;
        buf_release(&b);
    }
}

/* One include or exclude of some system in use; or of value sets made before, alone or with it. */
static inline void terms_part(struct terms_world *w, size_t made, struct buf *b)
{
    const struct terms_system *s;
    do
        s = &w->system[terms_dice(w, (unsigned)w->count)];
    while (s->count == 0);
    bool sets = made > 3 && terms_dice(w, 4) == 0, alone = sets && terms_dice(w, 2);
    const char *comma = "";
    buf_cstr(b, "{");
    if (!alone) {
        terms_member(b, "system", s->url);
        comma = ",";
    }
    unsigned how = alone ? 3 : terms_dice(w, 3);
    if (how == 1) {
        buf_cstr(b, ",\"concept\":[");
        for (size_t n = 1 + terms_dice(w, (unsigned)s->count), k = 0; k < n; k++) {
            buf_cstr(b, k ? ",{" : "{");
            terms_member(b, "code", s->code[terms_dice(w, (unsigned)s->count)]);
            buf_cstr(b, "}");
        }
        buf_cstr(b, "]");
    } else if (how == 2 && s->here) {
        buf_printf(b, ",\"filter\":[{\"property\":\"concept\",\"op\":\"%s\",",
                   terms_dice(w, 3) ? "is-a" : "descendent-of");
        terms_member(b, "value", s->code[terms_dice(w, (unsigned)s->count)]);
        buf_cstr(b, "}]");
    }
    if (sets)
        buf_printf(b, "%s\"valueSet\":[\"http://helhet.example/made/%u\"]", comma,
                   terms_dice(w, (unsigned)made));
    buf_cstr(b, "}");
}

static inline void terms_make_sets(struct terms_world *w)
{
    for (size_t i = 0; i < TERMS_MADE_SETS && w->count; i++) {
        struct buf b;
        buf_init(&b, BUF_NO_MAX);
        buf_printf(
            &b,
            "{\"resourceType\":\"ValueSet\",\"id\":\"made-%zu\",\"status\":\"active\","
            "\"version\":\"%u.0\",\"url\":\"http://helhet.example/made/%zu\",\"compose\":{\"include\":[",
            i, terms_dice(w, 3), i);
        for (unsigned n = 1 + terms_dice(w, 4), k = 0; k < n; k++) {
            buf_cstr(&b, k ? "," : "");
            terms_part(w, i, &b);
        }
        if (terms_dice(w, 2)) {
            buf_cstr(&b, "],\"exclude\":[");
            terms_part(w, i, &b);
        }
        buf_cstr(&b, "]}}");
        kit_add(buf_get(&b));
        buf_release(&b);
    }
}

static inline void terms_add(uint64_t seed)
{
    struct terms_world *w = os_alloc(sizeof *w);
    *w = (struct terms_world){.random = seed};
    terms_look(w);
    terms_official(w, "CodeSystem");
    terms_make_systems(w);
    terms_official(w, "ValueSet");
    terms_make_sets(w);
    os_free(w);
}

#endif
