/* SPDX-License-Identifier: Apache-2.0
 * One checkpoint: its criteria measured, and the results and the verdict as they are to be written when they
 * are others than those there. */
#include "readiness/readiness_int.h"

#include <math.h>

#include "api/body.h"
#include "base/dec.h"
#include "base/os.h"
#include "fhir/out.h"

enum { AGAIN_DAYS = 7 }; /* what has not changed is written anew once a week: a point of the history */

/* ---- reading ---- */

struct check {
    struct readiness *x;
    struct arena *arena;
    bool looking; /* nothing will be written: the trend stays as it is, and what is kept is who asks' to read
                   */
    struct readiness_work work;
    struct store_version version;
    struct json_doc doc;
    const struct json_doc *criteria_doc; /* where the criteria are: its own, or the definition's */
    uint32_t criteria;                   /* UINT32_MAX: none */
    struct readiness_row row, was;       /* was: as it was kept; its rid 0: it was not */
    struct readiness_measure *measure;   /* beside row.kept */
    struct str body;
};

static bool truth(const struct json_doc *doc, uint32_t i, const char *key)
{
    uint32_t c = json_get_key(doc, i, str_of(key));
    return c != UINT32_MAX && doc->nodes[c].kind == JSON_TRUE;
}

static bool number(const struct json_doc *doc, uint32_t i, const char *key, double *out)
{
    struct dec d;
    if (!dec_parse(json_text(doc, json_get_key(doc, i, str_of(key))), &d))
        return false;
    *out = dec_double(d);
    return true;
}

static bool is_list(const struct json_doc *doc, uint32_t i)
{
    return i != UINT32_MAX && doc->nodes[i].kind == JSON_ARRAY;
}

/* What the definition says: where it is in time, and the criteria of a checkpoint that has none of its own
 * yet. Only a locked one gives criteria. */
static bool read_definition(struct check *c, struct err *err)
{
    struct store_version v;
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    double offset;
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    int found = readiness_find_one(c->work.read, c->arena, c->row.definition, &v, doc, err);
    if (found <= 0)
        return found == 0;
    if (number(doc, 0, "offsetDays", &offset) && offset > -10000 && offset < 10000)
        c->row.offset = (int32_t)offset;
    if (c->criteria == UINT32_MAX && str_is(readiness_find_text(doc, 0, "status"), "active")) {
        c->criteria_doc = doc;
        c->criteria = json_get_key(doc, 0, STR("criterion"));
    }
    return true;
}

struct readiness_row readiness_check_head(const struct store_version *v, const struct json_doc *doc,
                                          int32_t today)
{
    return (struct readiness_row){.rid = v->rid,
                                  .version = v->version,
                                  .id = v->id,
                                  .initiative = readiness_find_text(doc, 0, "initiative.reference"),
                                  .unit = readiness_find_text(doc, 0, "unit.reference"),
                                  .definition = readiness_find_text(doc, 0, "definition.reference"),
                                  .release = readiness_find_text(doc, 0, "release"),
                                  .wave = readiness_find_text(doc, 0, "wave"),
                                  .planned = readiness_find_text(doc, 0, "plannedDate"),
                                  .open = str_is(readiness_find_text(doc, 0, "status"), "open"),
                                  .as_of = today};
}

static bool read_head(struct check *c, struct err *err)
{
    const struct json_doc *doc = &c->doc;
    c->row = readiness_check_head(&c->version, doc, c->work.today);
    c->work.unit = c->row.unit;
    c->work.release = c->row.release;
    c->criteria_doc = doc;
    c->criteria = json_get_key(doc, 0, STR("criterion"));
    struct err none = {0};
    if (c->looking)
        pthread_mutex_lock(&c->x->lock);
    if (!readiness_side_get(c->looking ? &c->x->look : &c->x->side, c->version.rid, c->arena, &c->was, &none))
        c->was = (struct readiness_row){0};
    if (c->looking)
        pthread_mutex_unlock(&c->x->lock);
    return none.code ? (*err = none, false) : read_definition(c, err);
}

/* ---- measuring ---- */

static void read_criterion(const struct json_doc *doc, uint32_t i, struct readiness_kept *k)
{
    double age;
    struct str code = str_sub(readiness_find_text(doc, i, "code"), 0, READINESS_CODE_MAX - 1);
    *k = (struct readiness_kept){.numerator = -1, .denominator = -1};
    memcpy(k->code, code.p ? code.p : "", code.n);
    k->ask.hard = !str_is(readiness_find_text(doc, i, "severity"), "soft");
    k->overridable = truth(doc, i, "overridable");
    k->ask.max_age_days = number(doc, i, "maxAgeDays", &age) && age >= 0 && age < 100000 ? (int32_t)age : 0;
    k->pauses = str_is(readiness_find_text(doc, i, "onBreach"), "pause-case");
    /* A target that cannot be read is one that nothing meets. */
    if (!verdict_compare_find(readiness_find_text(doc, i, "comparator"), &k->ask.compare) ||
        !number(doc, i, "target", &k->ask.target))
        k->ask.target = (double)INFINITY;
    /* A document that is to be signed is there or is not. */
    if (str_is(readiness_find_text(doc, i, "evidenceKind"), "signed") &&
        !readiness_find_text(doc, i, "target").n)
        k->ask = (struct verdict_criterion){VERDICT_GE, 1, k->ask.hard, k->ask.max_age_days};
}

static const struct readiness_kept *kept_before(const struct check *c, const char *code)
{
    for (size_t i = 0; i < c->was.kept_count; i++)
        if (strcmp(c->was.kept[i].code, code) == 0)
            return &c->was.kept[i];
    return NULL;
}

/* The result of that code in the body; UINT32_MAX. */
static uint32_t result_before(const struct check *c, const char *code)
{
    uint32_t list = json_get_key(&c->doc, 0, STR("result"));
    if (!is_list(&c->doc, list))
        return UINT32_MAX;
    JSON_EACH(&c->doc, list, i)
    if (str_is(readiness_find_text(&c->doc, i, "code"), code))
        return i;
    return UINT32_MAX;
}

/* The waiver that somebody has written in the result: the one thing there that is not ours. */
static uint32_t read_waiver(const struct check *c, struct readiness_kept *k)
{
    uint32_t result = result_before(c, k->code);
    uint32_t w = result == UINT32_MAX ? result : json_get_key(&c->doc, result, STR("waiver"));
    if (w == UINT32_MAX)
        return w;
    uint32_t owner = json_get_key(&c->doc, w, STR("owner"));
    k->evidence.waiver.owner = owner != UINT32_MAX;
    k->evidence.waiver.workaround = readiness_find_text(&c->doc, w, "workaround").n > 0;
    if (!readiness_find_day(readiness_find_text(&c->doc, w, "expires"), &k->evidence.waiver.expires))
        k->evidence.waiver.expires = INT32_MIN;
    return w;
}

/* A measure that asks for too much is not measured; other failures fail the whole. */
bool readiness_check_measure(struct readiness_work *w, const struct json_doc *doc, uint32_t i,
                             struct readiness_measure *m, struct err *err)
{
    struct err why = {0};
    struct readiness_kept k;
    double window;
    read_criterion(doc, i, &k);
    *m = (struct readiness_measure){
        .rule = readiness_rules_find(&w->x->rules, readiness_find_text(doc, i, "measure")),
        .ask = k.ask,
        .window = number(doc, i, "windowDays", &window) && window < 100000 ? (int32_t)window : 0,
        .by_role = str_is(readiness_find_text(doc, i, "scope"), "role"),
        .numerator = -1,
        .denominator = -1};
    if (!m->rule)
        m->note = STR("Okänt mått / Unknown measure");
    if (!m->rule || !w->unit.n || (w->memo && readiness_memo_get(w->memo, w, m)))
        return true;
    bool ok = m->rule->measure(w, m, &why);
    if (ok && w->memo)
        readiness_memo_put(w->memo, w, m);
    if (ok)
        return true;
    if (why.code != ERR_SEARCH_LIMIT && why.code != ERR_SEARCH_BUDGET) {
        *err = why;
        return false;
    }
    m->found = false;
    m->evidence_count = 0;
    m->note = STR("För mycket att läsa / Too much to read");
    return true;
}

/* The trend as the resource has it, when the file beside does not. */
static size_t read_points(const struct check *c, struct readiness_kept *k)
{
    size_t n = 0;
    uint32_t result = result_before(c, k->code);
    uint32_t list = result == UINT32_MAX ? result : json_get_key(&c->doc, result, STR("point"));
    if (!is_list(&c->doc, list))
        return 0;
    JSON_EACH(&c->doc, list, i)
    {
        int32_t day;
        double value;
        if (readiness_find_day(readiness_find_text(&c->doc, i, "date"), &day) && day <= c->work.today &&
            number(&c->doc, i, "value", &value))
            verdict_note(k->point, &n, day, value);
    }
    return n;
}

static void keep(struct check *c, struct readiness_kept *k, const struct readiness_measure *m)
{
    const struct readiness_kept *was = kept_before(c, k->code);
    size_t n = was ? was->evidence.point_count : read_points(c, k);
    if (was)
        memcpy(k->point, was->point, n * sizeof *k->point);
    k->evidence.measured = m->found;
    k->evidence.value = m->value;
    k->evidence.day = m->day;
    k->evidence.kind = m->kind;
    k->evidence.signature = m->signature.n > 0;
    k->numerator = m->numerator;
    k->denominator = m->denominator;
    if (m->found && !c->looking)
        verdict_note(k->point, &n, c->work.today, m->value);
    k->evidence.point = k->point;
    k->evidence.point_count = n;
}

struct verdict_sum readiness_check_row(struct readiness_row *row, int32_t as_of)
{
    struct verdict_result result[READINESS_CRITERIA_MAX];
    bool hard[READINESS_CRITERIA_MAX];
    for (size_t i = 0; i < row->kept_count; i++) {
        struct readiness_kept *k = &row->kept[i];
        k->evidence.point = k->point;
        result[i] = k->result = verdict_of(&k->ask, &k->evidence, as_of);
        hard[i] = k->ask.hard;
    }
    return verdict_sum(result, hard, row->kept_count);
}

static bool measure_all(struct check *c, struct err *err)
{
    c->row.kept = ARENA_ARRAY(c->arena, struct readiness_kept, READINESS_CRITERIA_MAX);
    c->measure = ARENA_ARRAY(c->arena, struct readiness_measure, READINESS_CRITERIA_MAX);
    if (!c->row.kept || !c->measure)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!is_list(c->criteria_doc, c->criteria))
        c->criteria = UINT32_MAX;
    if (c->criteria != UINT32_MAX)
        JSON_EACH(c->criteria_doc, c->criteria, i)
        {
            if (c->row.kept_count == READINESS_CRITERIA_MAX)
                return err_set(err, ERR_SEARCH_LIMIT, "criterion", "64", NULL);
            struct readiness_kept *k = &c->row.kept[c->row.kept_count];
            struct readiness_measure *m = &c->measure[c->row.kept_count++];
            read_criterion(c->criteria_doc, i, k);
            read_waiver(c, k);
            if (!readiness_check_measure(&c->work, c->criteria_doc, i, m, err))
                return false;
            keep(c, k, m);
        }
    c->row.sum = readiness_check_row(&c->row, c->work.today);
    return true;
}

/* ---- writing ---- */

static void write_raw(struct json_out *o, const struct json_doc *doc, uint32_t i, const char *key)
{
    struct buf text;
    buf_init(&text, READINESS_BODY_MAX);
    json_write(doc, i, &text);
    if (!buf_ok(&text))
        o->buf->failed = true;
    json_out_raw(o, key, buf_get(&text));
    buf_release(&text);
}

static void write_day(struct json_out *o, const char *key, int32_t day)
{
    char text[VERDICT_DAY_TEXT];
    json_out_string(o, key, (struct str){text, verdict_day_text(day, text)});
}

/* People are not named in the checkpoint, which many may read: $evidence names them to whom it may. */
static void write_evidence(struct json_out *o, const struct readiness_measure *m)
{
    if (m->rule && m->rule->people) {
        json_out_array(o, "evidence");
        json_out_object(o, NULL);
        json_out_cstr(o, "display", "$evidence");
        json_out_end_object(o);
        json_out_end_array(o);
        return;
    }
    if (!m->evidence_count)
        return;
    json_out_array(o, "evidence");
    for (size_t i = 0; i < m->evidence_count; i++)
        fhir_out_reference(o, NULL, m->evidence[i]);
    json_out_end_array(o);
}

static void write_measured(struct json_out *o, const struct readiness_kept *k,
                           const struct readiness_measure *m)
{
    static const char *const kinds[] = {
        [VERDICT_MEASURED] = "measured", [VERDICT_SIGNED] = "signed", [VERDICT_ASSERTED] = "asserted"};
    if (!k->evidence.measured)
        return;
    readiness_line_number(o, "value", k->evidence.value);
    if (k->numerator >= 0)
        json_out_i64(o, "numerator", k->numerator);
    if (k->denominator >= 0)
        json_out_i64(o, "denominator", k->denominator);
    write_day(o, "measuredOn", k->evidence.day);
    write_day(o, "validUntil", k->result.valid_until);
    json_out_cstr(o, "evidenceKind", kinds[k->evidence.kind]);
    if (m->signature.n)
        fhir_out_reference(o, "signature", m->signature);
    write_evidence(o, m);
}

static void write_parts(struct json_out *o, const struct readiness_kept *k, const struct readiness_measure *m)
{
    if (!m->part_count)
        return;
    json_out_array(o, "part");
    for (size_t i = 0; i < m->part_count; i++) {
        const struct readiness_part *p = &m->part[i];
        json_out_object(o, NULL);
        json_out_string(o, "name", p->name);
        json_out_i64(o, "numerator", p->numerator);
        json_out_i64(o, "denominator", p->denominator);
        readiness_line_number(o, "value", p->value);
        if (p->tried)
            readiness_line_number(o, "firstValue", (double)p->first / 100);
        json_out_cstr(o, "state", p->value >= k->ask.target ? "met" : "unmet");
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write_points(struct json_out *o, const struct readiness_kept *k)
{
    if (!k->evidence.point_count)
        return;
    json_out_array(o, "point");
    for (size_t i = 0; i < k->evidence.point_count; i++) {
        json_out_object(o, NULL);
        write_day(o, "date", k->point[i].day);
        readiness_line_number(o, "value", k->point[i].value);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write_result(struct json_out *o, const struct check *c, size_t i)
{
    struct readiness_kept *k = &c->row.kept[i];
    struct readiness_kept scratch = *k;
    uint32_t waiver = read_waiver(c, &scratch);
    json_out_object(o, NULL);
    json_out_cstr(o, "code", k->code);
    json_out_cstr(o, "state", verdict_state_name(k->result.state));
    json_out_cstr(o, "severity", k->ask.hard ? "hard" : "soft");
    readiness_line_number(o, "target", k->ask.target);
    write_measured(o, k, &c->measure[i]);
    if (c->measure[i].note.n)
        json_out_string(o, "note", c->measure[i].note);
    write_parts(o, k, &c->measure[i]);
    if (k->result.state != VERDICT_MET && k->result.earliest != VERDICT_NEVER)
        write_day(o, "earliest", k->result.earliest);
    write_points(o, k);
    /* One that does not hold (any more) is gone, so that the verdict and what it is seen to rest on agree. */
    if (waiver != UINT32_MAX && (k->result.waived || (!k->ask.hard && k->result.state == VERDICT_MET)))
        write_raw(o, &c->doc, waiver, "waiver");
    json_out_end_object(o);
}

static void write_ours(struct json_out *o, const struct check *c)
{
    if (c->criteria != UINT32_MAX)
        write_raw(o, c->criteria_doc, c->criteria, "criterion");
    if (c->row.kept_count) {
        json_out_array(o, "result");
        for (size_t i = 0; i < c->row.kept_count; i++)
            write_result(o, c, i);
        json_out_end_array(o);
    }
    json_out_cstr(o, "verdict", verdict_name(c->row.sum.verdict));
    if (c->row.sum.earliest != VERDICT_NEVER)
        write_day(o, "earliest", c->row.sum.earliest);
    fhir_out_instant(o, "evaluatedAt", os_now_ms());
}

static bool is_ours(struct str key)
{
    static const char *const ours[] = {"criterion", "result", "verdict", "earliest", "asOf", "evaluatedAt"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (str_is(key, ours[i]))
            return true;
    return false;
}

static bool write_body(struct check *c, struct err *err)
{
    struct json_out o;
    struct buf text;
    buf_init(&text, READINESS_BODY_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    JSON_EACH(&c->doc, 0, i)
    {
        struct str key = {c->doc.nodes[i].key, c->doc.nodes[i].key_len};
        if (!is_ours(key))
            write_raw(&o, &c->doc, i, arena_cstr(c->arena, key));
    }
    write_day(&o, "asOf", c->work.today);
    write_ours(&o, c);
    json_out_end_object(&o);
    c->body = buf_ok(&text) ? arena_str(c->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return c->body.p || err_set(err, ERR_NO_MEMORY, NULL);
}

static struct str member(const struct json_doc *doc, const char *key, struct arena *arena)
{
    uint32_t i = json_get_key(doc, 0, str_of(key));
    struct buf text;
    buf_init(&text, READINESS_BODY_MAX);
    if (i != UINT32_MAX)
        json_write(doc, i, &text);
    struct str out = arena_str(arena, buf_get(&text));
    buf_release(&text);
    return out;
}

/* What follows the calendar when nothing has happened. */
static bool is_moving(struct str key)
{
    static const char *const moving[] = {"measuredOn", "validUntil", "point"};
    for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
        if (str_is(key, moving[i]))
            return true;
    return false;
}

/* The results without what moves. */
static struct str standing(const struct json_doc *doc, struct arena *arena)
{
    struct buf text;
    uint32_t list = json_get_key(doc, 0, STR("result"));
    buf_init(&text, READINESS_BODY_MAX);
    if (is_list(doc, list))
        JSON_EACH(doc, list, i)
        {
            buf_str(&text, STR("\n"));
            JSON_EACH(doc, i, k)
            {
                struct str key = {doc->nodes[k].key, doc->nodes[k].key_len};
                if (is_moving(key))
                    continue;
                buf_str(&text, key);
                json_write(doc, k, &text);
            }
        }
    struct str out = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out;
}

/* Does what stands there as valid still say so today? Else it would contradict its own state. */
static bool still_valid(const struct check *c)
{
    for (size_t i = 0; i < c->row.kept_count; i++) {
        const struct readiness_kept *k = &c->row.kept[i];
        uint32_t result = result_before(c, k->code);
        int32_t until;
        if (result == UINT32_MAX || k->result.state == VERDICT_STALE || k->result.state == VERDICT_MISSING)
            continue;
        if (readiness_find_day(readiness_find_text(&c->doc, result, "validUntil"), &until) &&
            until < c->work.today)
            return false;
    }
    return true;
}

/* Is what stands there what would be written, but for what only follows the calendar? The earliest day of
 * what may go today is today's date, every day. */
static bool same(struct check *c, bool *yes, struct err *err)
{
    static const char *const keys[] = {"criterion", "verdict"};
    struct json_doc now;
    int32_t before, as_of;
    if (!json_parse(c->arena, c->body, &fhir_names, &now, err))
        return false;
    *yes = readiness_find_day(readiness_find_text(&c->doc, 0, "asOf"), &as_of) &&
           c->work.today - as_of < AGAIN_DAYS && as_of <= c->work.today;
    for (size_t i = 0; *yes && i < sizeof keys / sizeof *keys; i++)
        *yes = str_eq(member(&c->doc, keys[i], c->arena), member(&now, keys[i], c->arena));
    if (!*yes)
        return true;
    struct str was = standing(&c->doc, c->arena), is = standing(&now, c->arena);
    if (!was.p || !is.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!readiness_find_day(readiness_find_text(&c->doc, 0, "earliest"), &before))
        before = VERDICT_NEVER;
    *yes =
        str_eq(was, is) && still_valid(c) &&
        (before == c->row.sum.earliest || (before <= c->work.today && c->row.sum.earliest <= c->work.today));
    return true;
}

bool readiness_check_change(struct readiness *x, fhir_type_id type, struct str id, struct str body,
                            uint32_t if_version, struct arena *arena, struct store_change *change,
                            struct err *err)
{
    struct store_rows rows = {0};
    struct json_doc doc, whole;
    *change = (struct store_change){.op = 'U', .if_version = if_version};
    if (!json_parse(arena, body, &fhir_names, &doc, err) ||
        !body_parts(&doc, 0, type, id, arena, change, err))
        return false;
    struct str text = arena_printf(arena, "%.*s\"meta\":{\"versionId\":\"1\"%.*s}%.*s", STR_ARG(change->head),
                                   STR_ARG(change->meta_rest), STR_ARG(change->tail));
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, &fhir_names, &whole, err))
        return false;
    fhir_type_tree(&whole, 0);
    if (!search_extract(x->opt.search, &whole, 0, type, arena, &rows, err))
        return false;
    change->rows = rows.item;
    change->row_count = rows.count;
    change->epoch = rows.epoch;
    return true;
}

bool readiness_check_put(struct readiness *x, struct store_tx *tx, fhir_type_id type, struct str id,
                         struct str body, uint32_t if_version, struct arena *arena,
                         struct store_change *change, struct err *err)
{
    return readiness_check_change(x, type, id, body, if_version, arena, change, err) &&
           store_put(tx, change, err);
}

/* A frozen one is told of as it was. */
static void as_frozen(struct check *c)
{
    int32_t day;
    c->row.kept = c->was.kept;
    c->row.kept_count = c->was.kept_count;
    c->row.as_of = readiness_find_day(readiness_find_text(&c->doc, 0, "asOf"), &day) ? day : c->was.as_of;
    c->row.sum = (struct verdict_sum){VERDICT_NO_GO, VERDICT_NEVER};
    verdict_find(readiness_find_text(&c->doc, 0, "verdict"), &c->row.sum.verdict);
    if (readiness_find_day(readiness_find_text(&c->doc, 0, "earliest"), &day))
        c->row.sum.earliest = day;
}

/* What outlives the measuring. */
static bool keep_row(const struct check *c, struct arena *arena, struct readiness_checked *out,
                     struct err *err)
{
    struct readiness_row *row = &out->row;
    *row = c->row;
    struct str *texts[] = {&row->id,      &row->initiative, &row->unit,   &row->definition,
                           &row->release, &row->wave,       &row->planned};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(arena, *texts[i]);
    row->kept = ARENA_ARRAY(arena, struct readiness_kept, row->kept_count + 1);
    if (!row->kept)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < row->kept_count; i++) {
        row->kept[i] = c->row.kept[i];
        row->kept[i].evidence.point = row->kept[i].point;
    }
    return true;
}

static bool prepare(struct check *c, struct arena *arena, struct readiness_checked *out, struct err *err)
{
    bool as_it_is;
    if (!measure_all(c, err) || !write_body(c, err) || !same(c, &as_it_is, err))
        return false;
    out->done = as_it_is;
    out->found = as_it_is ? READINESS_AS_IT_IS : READINESS_DIFFERS;
    return as_it_is ||
           readiness_check_change(c->x, c->x->type.checkpoint, arena_str(arena, c->version.id),
                                  arena_str(arena, c->body), c->version.version, arena, &out->change, err);
}

static bool run(struct check *c, store_rid rid, struct arena *arena, struct readiness_checked *out,
                struct err *err)
{
    enum store_found found = store_get_rid(c->work.read, rid, c->arena, &c->version, err);
    *out = (struct readiness_checked){.rid = rid, .found = READINESS_GONE, .done = true};
    if (found != STORE_FOUND || c->version.type != c->x->type.checkpoint)
        return found != STORE_FAILED;
    if (!json_parse(c->arena, c->version.body, &fhir_names, &c->doc, err) || !read_head(c, err))
        return false;
    out->found = READINESS_AS_IT_IS;
    if (!c->row.open)
        as_frozen(c);
    else if (!prepare(c, arena, out, err))
        return false;
    return keep_row(c, arena, out, err);
}

bool readiness_check(struct readiness *x, struct store_read *r, store_rid rid, struct arena *arena,
                     struct readiness_checked *out, struct err *err)
{
    struct check c = {.x = x, .arena = &x->scratch};
    arena_reset(&x->scratch);
    c.work = (struct readiness_work){
        .x = x, .read = r, .arena = &x->scratch, .memo = x->memo, .today = readiness_find_today()};
    return run(&c, rid, arena, out, err);
}

bool readiness_check_look(struct readiness_work *w, const struct store_version *v, const struct json_doc *doc,
                          struct readiness_row *row, struct err *err)
{
    struct check *c = ARENA_NEW(w->arena, struct check);
    if (!c)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *c =
        (struct check){.x = w->x, .arena = w->arena, .looking = true, .work = *w, .version = *v, .doc = *doc};
    if (!read_head(c, err) || !measure_all(c, err))
        return false;
    *row = c->row;
    return true;
}

bool readiness_check_body(const struct json_doc *doc, const struct readiness_row *row, int32_t today,
                          struct arena *arena, struct str *out, struct err *err)
{
    struct check c = {.arena = arena,
                      .doc = *doc,
                      .criteria_doc = doc,
                      .criteria = json_get_key(doc, 0, STR("criterion")),
                      .row = *row,
                      .measure = ARENA_ARRAY(arena, struct readiness_measure, row->kept_count + 1)};
    c.work.today = today;
    if (!c.measure)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!write_body(&c, err))
        return false;
    *out = c.body;
    return true;
}
