/* SPDX-License-Identifier: Apache-2.0
 * oracle_testpages: a search walked through page by page while matches are changed, deleted and made between
 * the pages: it must show what the first page's commit held, each once, in the version of then. Links are
 * sealed and opened as over HTTP. Included by tests only, after oracle_testkit.h. */
#ifndef HELHET_ORACLE_ORACLE_TESTPAGES_H
#define HELHET_ORACLE_ORACLE_TESTPAGES_H

#include "oracle/oracle_testkit.h"

enum {
    PAGES_WALKS = 1000, /* walks at most for HELHET_ORACLE_VALUES=2 */
    PAGES_ONE_IN = 20,  /* of the searches is walked through */
    PAGES_WRITTEN = 12, /* pages of one walk that something is written after */
    PAGES_WRITES = 3,   /* resources written after one page */
    PAGES_NODES = 500,  /* of a resource that is copied */
    PAGES_MADE = 600,   /* resources made in all */
    PAGES_EXPECTED = 3, /* matches that are worth a walk */
};

/* A change that the store has and the oracle does not yet. */
struct pages_write {
    struct oracle_resource r; /* doc NULL: deleted */
};

struct pages_walk {
    struct pages_write write[PAGES_WRITTEN * PAGES_WRITES];
    size_t count;
    struct str sort;
    size_t last, seen, total;
};

static inline unsigned pages_dice(unsigned n)
{
    kit.random = kit.random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(kit.random >> 33) % n;
}

/* A resource that is there, is small, and was not written in this walk; a match when there is such a one. */
static inline size_t pages_pick(const struct pages_walk *w, bool match)
{
    size_t n = oracle_count(kit.o), from = pages_dice((unsigned)n);
    for (size_t k = 0; k < n; k++) {
        size_t i = (from + k) % n;
        const struct oracle_resource *r = oracle_get(kit.o, i);
        bool fit = oracle_is_there(kit.o, i) && r->doc->count < PAGES_NODES && (!match || kit.expected[i]);
        for (size_t c = 0; fit && c < w->count; c++)
            fit = w->write[c].r.type != r->type || !str_eq(w->write[c].r.id, r->id);
        if (fit)
            return i;
    }
    return SIZE_MAX;
}

/* The body of resource i under another id. */
static inline const struct json_doc *pages_copy(size_t i, struct str id)
{
    const struct oracle_resource *r = oracle_get(kit.o, i);
    struct json_doc *doc = ARENA_NEW(&kit.arena, struct json_doc);
    uint32_t meta = json_get(r->doc, 0, FHIR_NAME_meta);
    struct err err = {0};
    struct buf b, inner;
    buf_init(&b, BUF_NO_MAX);
    buf_init(&inner, BUF_NO_MAX);
    buf_printf(&b, "{\"resourceType\":\"%s\",\"id\":\"%.*s\"", fhir_types[r->type].name, STR_ARG(id));
    if (meta != UINT32_MAX)
        kit_members(r->doc, meta, true, &inner);
    struct str rest = buf_get(&inner);
    if (rest.n)
        buf_printf(&b, ",\"meta\":{%.*s}", STR_ARG(str_sub(rest, 1, rest.n)));
    kit_members(r->doc, 0, false, &b);
    buf_char(&b, '}');
    assert_true(json_parse(&kit.arena, arena_str(&kit.arena, buf_get(&b)), &fhir_names, doc, &err));
    assert_int_equal(fhir_type_tree(doc, 0), r->type);
    buf_release(&b);
    buf_release(&inner);
    return doc;
}

/* Deleted, given another's content, or made after a match. */
static inline bool pages_choose(const struct pages_walk *w, struct oracle_resource *out)
{
    size_t i = pages_pick(w, pages_dice(4) > 0), other;
    if (i == SIZE_MAX)
        return false;
    *out = *oracle_get(kit.o, i);
    switch (pages_dice(3)) {
    case 0:
        out->doc = NULL;
        return true;
    case 1:
        do
            other = pages_pick(w, false);
        while (pages_dice(50) && other != SIZE_MAX && oracle_get(kit.o, other)->type != out->type);
        if (other == SIZE_MAX || oracle_get(kit.o, other)->type != out->type)
            return false;
        out->doc = pages_copy(other, out->id);
        return true;
    default:
        if (kit.made == PAGES_MADE)
            return false;
        out->id = arena_printf(&kit.arena, "made-%zu", kit.made++);
        out->doc = pages_copy(i, out->id);
        return true;
    }
}

static inline bool pages_put(struct store_tx *tx, void *arg, struct err *err)
{
    struct pages_walk *w = arg;
    for (unsigned n = 1 + pages_dice(PAGES_WRITES); n > 0; n--) {
        struct oracle_resource *r = &w->write[w->count].r;
        if (!pages_choose(w, r))
            continue;
        struct store_change gone = {.op = 'D', .type = r->type, .id = r->id};
        if (!(r->doc ? kit_put(tx, r, err) : store_put(tx, &gone, err)))
            return false;
        w->count++;
    }
    return true;
}

static inline void pages_write(struct pages_walk *w)
{
    struct err err = {0};
    struct store_job job = {.run = pages_put, .arg = w, .agent = STR("test"), .reason = STR("test")};
    if (!store_run(kit.store, &job, &err))
        fail_msg("%s %s %s", err_info(err.code)->name, err.path, err.arg[0]);
}

/* What was current at the commit, and not what came later. */
static inline bool pages_versions(const struct search_page *p, char *why, size_t max)
{
    for (size_t i = 0; i < p->match_count; i++) {
        if (p->match[i].time_ms == oracle_get(kit.o, kit_index(&p->match[i]))->updated_ms)
            continue;
        snprintf(why, max, "%.*s in a version of later", STR_ARG(p->match[i].id));
        return false;
    }
    return true;
}

/* One page, and where the next one is. */
static inline bool pages_page(fhir_type_id type, const struct oracle_arg *args, size_t count,
                              struct search_place *place, struct search_page *p, struct err *err)
{
    struct search_query q;
    bool first = !place->cursor.n;
    kit_begin();
    kit.seq = place->seq;
    if (!first)
        store_read_pin(kit.read, kit.seq);
    bool ok = kit_parse(type, args, count, first, &q, err);
    if (!first)
        store_read_pin(kit.read, 0);
    kit.seq = 0;
    q.plan.limit = 1 + pages_dice(3);
    q.plan.cursor = place->cursor;
    if (!ok || !search_run(kit.s, kit.read, &q, &kit.work, p, err))
        return false;
    struct search_place next = {.cursor = p->next, .seq = first ? p->seq : place->seq};
    struct str token = p->more ? search_page_seal(kit.s, STR("walk"), &next, &kit.work) : STR("");
    return !p->more || search_page_open(kit.s, STR("walk"), token, &kit.work, place, err);
}

static inline bool pages_all(struct pages_walk *w, fhir_type_id type, const struct oracle_arg *args,
                             size_t count, char *why, size_t max)
{
    struct search_place place = {.seq = 0};
    struct search_page p;
    struct err err = {0};
    unsigned pages = 0;
    do {
        if (!pages_page(type, args, count, &place, &p, &err))
            return kit_refused(&err, why, max);
        if (!kit_page(&p, w->sort, &w->last, why, max) || !kit_includes(&p, args, count, why, max) ||
            !pages_versions(&p, why, max))
            return false;
        w->seen += p.match_count;
        w->total = p.has_total && pages == 0 ? p.total : w->total;
        if (p.more && pages++ < PAGES_WRITTEN)
            pages_write(w);
    } while (p.more);
    return true;
}

static inline bool kit_walk(fhir_type_id type, const struct oracle_arg *args, size_t count, char *why,
                            size_t max)
{
    struct pages_walk *w = ARENA_NEW(&kit.work, struct pages_walk);
    w->last = w->total = SIZE_MAX;
    memset(kit.found, 0, ORACLE_RESOURCES_MAX * sizeof *kit.found);
    for (size_t i = 0; i < count; i++)
        w->sort = str_is(args[i].name, "_sort") ? args[i].value : w->sort;
    bool ok = pages_all(w, type, args, count, why, max);
    if (ok && w->total != w->seen) {
        snprintf(why, max, "total %zu of %zu", w->total, w->seen);
        ok = false;
    }
    /* The comparison is of before the writes: they are told to the oracle by pages_apply. */
    kit.walk = w;
    return ok;
}

/* Now the oracle too knows what was written. */
static inline void pages_apply(void)
{
    const struct pages_walk *w = kit.walk;
    for (size_t i = 0; w && i < w->count; i++) {
        size_t at = w->write[i].r.doc ? oracle_put(kit.o, &w->write[i].r)
                                      : oracle_find(kit.o, w->write[i].r.type, w->write[i].r.id);
        if (!w->write[i].r.doc)
            oracle_delete(kit.o, at);
    }
    kit.walk = NULL;
}

/* oracle_gen_emit: one search in some, when it finds enough. */
static inline void walk(void *arg, const char *text, fhir_type_id type, const struct oracle_arg *args,
                        size_t count)
{
    size_t *left = arg, expected = 0;
    char why[ORACLE_WHY_MAX], label[KIT_LABEL_MAX];
    bool whole = strncmp(text, "_total", 6) == 0 || strncmp(text, "_contained", 10) == 0;
    if (whole || *left == 0 || pages_dice(PAGES_ONE_IN) ||
        !oracle_search(kit.o, type, args, count, kit.expected, why))
        return;
    for (size_t i = 0; i < oracle_count(kit.o); i++)
        expected += kit.expected[i];
    if (expected < PAGES_EXPECTED)
        return;
    --*left;
    snprintf(label, sizeof label, "pages of %s", text);
    compare(NULL, label, type, args, count);
}

#endif
