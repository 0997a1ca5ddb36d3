/* SPDX-License-Identifier: Apache-2.0
 * The board: every initiative and project with its phase, how long it has stood at its gate, its verdict,
 * what its cases lack and which contract drives it. JSON (docs/READINESS.md). */
#include "api/gov_sections.h"
#include "cliff/cliff.h"
#include "fhir/out.h"
#include "readiness/readiness_int.h"

enum { ITEMS_MAX = 2000, FLAGS_MAX = 16 };

struct item {
    struct str name; /* "Initiative/x" */
    struct json_doc doc;
    struct verdict_sum sum;
    size_t checkpoints, by_verdict[4];
    const struct gov_section *flag[FLAGS_MAX]; /* the headings that its cases lack */
    size_t flags;
    size_t cases;
    struct str driver, driver_name; /* the asset whose contract ends first */
    int32_t driver_end, driver_start;
};
struct board {
    struct readiness_ask *ask;
    struct readiness_work *work;
    struct item *item;
    size_t count;
    bool cut;
};

static bool take_item(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct board *b = arg;
    if (b->count == ITEMS_MAX) {
        b->cut = true;
        return false;
    }
    b->item[b->count++] = (struct item){
        .name = arena_printf(b->ask->arena, "%s/%.*s", fhir_types[v->type].name, STR_ARG(v->id)),
        .doc = *doc,
        .sum = {VERDICT_GO, INT32_MIN},
        .driver_start = VERDICT_NEVER,
        .driver_end = VERDICT_NEVER};
    return true;
}

static struct item *find_item(struct board *b, struct str name)
{
    for (size_t i = 0; i < b->count; i++)
        if (str_eq(b->item[i].name, name))
            return &b->item[i];
    return NULL;
}

static void take_sum(void *arg, struct str initiative, struct verdict_sum sum, uint64_t count)
{
    struct item *it = find_item(arg, initiative);
    if (!it)
        return;
    it->sum = verdict_worst(it->sum, sum);
    it->by_verdict[sum.verdict] += count;
    it->checkpoints += count;
}

static void flag(struct item *it, const struct gov_section *section)
{
    for (size_t i = 0; i < it->flags; i++)
        if (it->flag[i] == section)
            return;
    if (it->flags < FLAGS_MAX)
        it->flag[it->flags++] = section;
}

static bool take_case(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct board *b = arg;
    struct gov_body the_case = {doc, 0};
    struct item *it = find_item(b, readiness_find_text(doc, 0, "initiative.reference"));
    (void)v;
    if (!it || str_is(readiness_find_text(doc, 0, "kind"), "pause"))
        return true;
    it->cases++;
    for (const struct gov_section *s = gov_sections; s->code; s++)
        if (!gov_sections_has(&the_case, s))
            flag(it, s);
    return true;
}

/* The contract that drives an initiative: that of a system it replaces, or is about, which must be procured
 * first. */
static void drive(struct item *it, struct board *b, const struct store_version *v, const struct json_doc *doc)
{
    int32_t end;
    uint64_t months = 0;
    if (!it || !readiness_find_day(readiness_find_text(doc, 0, "contractEnd"), &end))
        return;
    if (!str_u64(readiness_find_text(doc, 0, "leadTimeMonths"), CLIFF_LEAD_MAX, &months))
        months = 0;
    int32_t start = (int32_t)cliff_months_before(end, (unsigned)months);
    if (start >= it->driver_start)
        return;
    it->driver = arena_printf(b->ask->arena, "SystemAsset/%.*s", STR_ARG(v->id));
    it->driver_name = arena_str(b->ask->arena, readiness_find_text(doc, 0, "name"));
    it->driver_end = end;
    it->driver_start = start;
}

static bool take_asset(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct board *b = arg;
    struct str name = arena_printf(b->ask->arena, "SystemAsset/%.*s", STR_ARG(v->id));
    if (str_is(readiness_find_text(doc, 0, "status"), "ended"))
        return true;
    drive(find_item(b, readiness_find_text(doc, 0, "replacedBy.reference")), b, v, doc);
    for (size_t i = 0; i < b->count; i++) {
        uint32_t list = json_get_key(&b->item[i].doc, 0, STR("system"));
        if (list == UINT32_MAX || b->item[i].doc.nodes[list].kind != JSON_ARRAY)
            continue;
        JSON_EACH(&b->item[i].doc, list, s)
        if (str_eq(readiness_find_text(&b->item[i].doc, s, "reference"), name))
            drive(&b->item[i], b, v, doc);
    }
    return true;
}

/* ---- writing ---- */

static void put_text(struct json_out *o, const struct item *it, const char *key, const char *path)
{
    struct str text = readiness_find_text(&it->doc, 0, path);
    if (text.n)
        json_out_string(o, key, text);
}

/* How long it has stood where it stands: since the last gate, or the phase began, or it was nominated. */
static bool since(const struct item *it, int32_t *day)
{
    uint32_t list = json_get_key(&it->doc, 0, STR("gate"));
    if (readiness_find_day(readiness_find_text(&it->doc, 0, "phaseSince"), day))
        return true;
    bool found = readiness_find_day(readiness_find_text(&it->doc, 0, "nominatedOn"), day);
    if (list == UINT32_MAX || it->doc.nodes[list].kind != JSON_ARRAY)
        return found;
    JSON_EACH(&it->doc, list, g)
    {
        int32_t at;
        if (readiness_find_day(readiness_find_text(&it->doc, g, "decidedOn"), &at) && (!found || at > *day)) {
            *day = at;
            found = true;
        }
    }
    return found;
}

static void put_verdicts(struct json_out *o, const struct item *it)
{
    if (!it->checkpoints)
        return;
    readiness_line_sum(o, it->sum);
    json_out_i64(o, "checkpoints", (int64_t)it->checkpoints);
    json_out_object(o, "byVerdict");
    for (int v = VERDICT_GO; v <= VERDICT_NO_GO; v++)
        json_out_i64(o, verdict_name((enum verdict)v), (int64_t)it->by_verdict[v]);
    json_out_end_object(o);
}

static void put_driver(struct json_out *o, const struct item *it, int32_t today)
{
    if (!it->driver.n)
        return;
    json_out_object(o, "driver");
    json_out_string(o, "reference", it->driver);
    json_out_string(o, "name", it->driver_name);
    readiness_line_day(o, "contractEnd", it->driver_end);
    readiness_line_day(o, "latestStart", it->driver_start);
    json_out_bool(o, "late", it->driver_start < today);
    json_out_end_object(o);
}

/* In the language that is asked for, with the other as a translation. */
static void put_flags(struct json_out *o, const struct item *it, enum err_lang lang)
{
    json_out_array(o, "lint");
    for (size_t i = 0; i < it->flags; i++) {
        const struct gov_section *s = it->flag[i];
        bool english = lang == ERR_EN;
        json_out_object(o, NULL);
        json_out_cstr(o, "code", s->missing);
        json_out_cstr(o, "text", english ? s->missing_en : s->missing_sv);
        fhir_out_translation(o, "_text", english ? "sv" : "en",
                             str_of(english ? s->missing_sv : s->missing_en));
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void put_item(struct json_out *o, const struct item *it, int32_t today, enum err_lang lang)
{
    int32_t day;
    json_out_object(o, NULL);
    json_out_string(o, "reference", it->name);
    put_text(o, it, "title", "title");
    put_text(o, it, "status", "status");
    put_text(o, it, "level", "level");
    put_text(o, it, "portfolio", "portfolio.reference");
    put_text(o, it, "initiative", "initiative.reference");
    put_text(o, it, "identifier", "identifier.value");
    put_text(o, it, "plannedDate", "plannedDate");
    put_text(o, it, "health", "health");
    struct str phase = readiness_find_text(&it->doc, 0, "phase");
    if (phase.n)
        json_out_raw(o, "phase", phase);
    if (since(it, &day)) {
        readiness_line_day(o, "since", day);
        json_out_i64(o, "ageDays", today - day);
    }
    put_verdicts(o, it);
    json_out_i64(o, "cases", (int64_t)it->cases);
    put_flags(o, it, lang);
    put_driver(o, it, today);
    json_out_end_object(o);
}

static bool read_all(struct board *b, struct err *err)
{
    const struct {
        const char *type;
        readiness_find_fn *take;
    } all[] = {{"Initiative", take_item},
               {"Project", take_item},
               {"DecisionCase", take_case},
               {"SystemAsset", take_asset}};
    bool cut;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!readiness_find(b->work, fhir_resource_find(str_of(all[i].type)), NULL, 0, all[i].take, b, &cut,
                            err))
            return false;
    pthread_mutex_lock(&b->work->x->lock);
    bool ok = readiness_side_sums(&b->work->x->look, take_sum, b, err);
    pthread_mutex_unlock(&b->work->x->lock);
    return ok;
}

bool readiness_board(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct json_out o;
    struct board b = {.ask = ask, .work = w, .item = ARENA_ARRAY(ask->arena, struct item, ITEMS_MAX)};
    if (!b.item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!read_all(&b, err))
        return false;
    json_out_init(&o, ask->out);
    json_out_object(&o, NULL);
    readiness_line_day(&o, "today", w->today);
    json_out_bool(&o, "cut", b.cut);
    json_out_array(&o, "item");
    for (size_t i = 0; i < b.count; i++)
        put_item(&o, &b.item[i], w->today, ask->lang);
    json_out_end_array(&o);
    json_out_end_object(&o);
    return true;
}
