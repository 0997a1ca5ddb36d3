/* SPDX-License-Identifier: Apache-2.0
 * What did you know? A frozen checkpoint has a document Bundle of itself, its definition and the evidence as
 * it was, with the SHA-256 of its entries. Evidence about named persons is there as references to its
 * versions with their hashes: the record keeps every version, and the document is read by more than may know
 * each person's result. */
#include <openssl/sha.h>
#include <stdio.h>
#include <time.h>

#include "base/dec.h"
#include "base/os.h"
#include "fhir/out.h"
#include "readiness/readiness_int.h"

enum { FREEZE_MAX = 2000, HEX_MAX = 2 * SHA256_DIGEST_LENGTH + 1, WAIT_MS = 8000, WAIT_STEP_MS = 20 };

#define HASH_SYSTEM READINESS_STYR "sha256"
#define BUNDLE_URL READINESS_STYR "StructureDefinition/evidence-bundle"

static void hex_of(struct str text, char out[HEX_MAX])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)text.p, text.n, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static struct str new_id(struct arena *arena)
{
    uint64_t bits[2];
    os_random(bits, sizeof bits);
    return arena_printf(arena, "%016llx%016llx", (unsigned long long)bits[0], (unsigned long long)bits[1]);
}

struct freeze {
    struct readiness *x;
    struct readiness_ask *ask;
    struct arena *arena;
    struct store_tx *tx;
    struct readiness_work work;
    struct store_version version; /* the checkpoint's */
    struct json_doc doc;
    struct str name, bundle_id, hash;
    struct store_change change; /* of the checkpoint */
    struct str evidence[FREEZE_MAX];
    bool person[FREEZE_MAX]; /* beside evidence */
    size_t count;
};

static void add(struct freeze *f, struct str name, bool person)
{
    if (!name.n)
        return;
    for (size_t i = 0; i < f->count; i++)
        if (str_eq(f->evidence[i], name))
            return;
    if (f->count < FREEZE_MAX) {
        f->evidence[f->count] = name;
        f->person[f->count++] = person;
    }
}

/* Is the result that stands in the checkpoint what is measured? Else something came between: it is measured
 * first. */
static bool as_written(const struct freeze *f, uint32_t criterion, const struct readiness_measure *m)
{
    uint32_t list = json_get_key(&f->doc, 0, STR("result"));
    struct str code = readiness_find_text(&f->doc, criterion, "code");
    struct dec d;
    if (list == UINT32_MAX || f->doc.nodes[list].kind != JSON_ARRAY)
        return false;
    JSON_EACH(&f->doc, list, i)
    {
        if (!str_eq(readiness_find_text(&f->doc, i, "code"), code))
            continue;
        struct str value = readiness_find_text(&f->doc, i, "value");
        return m->found ? dec_parse(value, &d) && dec_double(d) == m->value : !value.n;
    }
    return false;
}

/* Everything that the results rest on, measured once more so that the people's evidence is known too. */
static bool collect(struct freeze *f, struct err *err)
{
    uint32_t list = json_get_key(&f->doc, 0, STR("criterion"));
    add(f, readiness_find_text(&f->doc, 0, "definition.reference"), false);
    add(f, f->work.unit, false);
    if (list == UINT32_MAX || f->doc.nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(&f->doc, list, i)
    {
        struct readiness_measure *m = ARENA_NEW(f->arena, struct readiness_measure);
        if (!m)
            return err_set(err, ERR_NO_MEMORY, NULL);
        f->work.roster = NULL;
        if (!readiness_check_measure(&f->work, &f->doc, i, m, err))
            return false;
        if (!as_written(f, i, m))
            return err_set(err, ERR_READINESS_BEHIND, NULL);
        for (size_t k = 0; k < m->evidence_count; k++)
            add(f, m->evidence[k], false);
        if (m->rule && m->rule->people)
            for (size_t k = 0; k < f->work.roster_count; k++)
                add(f, f->work.roster[k].evidence, true);
    }
    return true;
}

/* ---- the document ---- */

static void put_concept(struct json_out *o, const char *key, const char *code, const char *text)
{
    json_out_object(o, key);
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", READINESS_STYR "CodeSystem/document");
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_cstr(o, "text", text);
    json_out_end_object(o);
}

/* A reference to the version there was, with the hash of its body. */
static bool put_version(struct freeze *f, struct json_out *o, struct str name, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    char hex[HEX_MAX];
    int found = readiness_find_one(f->work.read, f->arena, name, &v, &doc, err);
    if (found <= 0)
        return found == 0;
    hex_of(v.body, hex);
    json_out_object(o, NULL);
    json_out_string(o, "reference", arena_printf(f->arena, "%.*s/_history/%u", STR_ARG(name), v.version));
    json_out_object(o, "identifier");
    json_out_cstr(o, "system", HASH_SYSTEM);
    json_out_cstr(o, "value", hex);
    json_out_end_object(o);
    json_out_end_object(o);
    return true;
}

static bool put_composition(struct freeze *f, struct json_out *o, struct err *err)
{
    bool ok = true, any = false;
    json_out_object(o, "resource");
    json_out_cstr(o, "resourceType", "Composition");
    json_out_string(o, "id", f->bundle_id);
    json_out_cstr(o, "status", "final");
    put_concept(o, "type", "readiness-evidence", "Underlag för driftstart");
    fhir_out_reference(o, "subject", f->name);
    fhir_out_instant(o, "date", store_tx_time_ms(f->tx));
    json_out_array(o, "author");
    json_out_object(o, NULL);
    json_out_string(o, "display", f->ask->agent.n ? f->ask->agent : STR("Helhet"));
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_cstr(o, "title", "Vad var känt / What was known");
    json_out_array(o, "section");
    json_out_object(o, NULL);
    json_out_cstr(o, "title", "Avstämning och underlag / Checkpoint and evidence");
    json_out_array(o, "entry");
    fhir_out_reference(o, NULL, f->name);
    for (size_t i = 0; i < f->count; i++)
        if (!f->person[i])
            fhir_out_reference(o, NULL, f->evidence[i]);
    json_out_end_array(o);
    json_out_end_object(o);
    for (size_t i = 0; i < f->count; i++)
        any = any || f->person[i];
    if (any) {
        json_out_object(o, NULL);
        json_out_cstr(o, "title", "Om enskilda, som versioner / About persons, as versions");
        json_out_array(o, "entry");
        for (size_t i = 0; ok && i < f->count; i++)
            ok = !f->person[i] || put_version(f, o, f->evidence[i], err);
        json_out_end_array(o);
        json_out_end_object(o);
    }
    json_out_end_array(o);
    json_out_end_object(o);
    return ok;
}

static void put_url(struct freeze *f, struct json_out *o, struct str name, uint32_t version)
{
    json_out_string(o, "fullUrl",
                    arena_printf(f->arena, "%s%.*s/_history/%u", READINESS_STYR, STR_ARG(name), version));
}

static bool put_resource(struct freeze *f, struct json_out *o, struct str name, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    int found = readiness_find_one(f->work.read, f->arena, name, &v, &doc, err);
    if (found <= 0)
        return found == 0;
    json_out_object(o, NULL);
    put_url(f, o, name, v.version);
    json_out_raw(o, "resource", v.body);
    json_out_end_object(o);
    return true;
}

/* The entries: the Composition, the checkpoint as it was measured, and the evidence. */
static bool entries(struct freeze *f, struct buf *out, struct err *err)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_array(&o, NULL);
    json_out_object(&o, NULL);
    put_url(f, &o, arena_printf(f->arena, "Composition/%.*s", STR_ARG(f->bundle_id)), 1);
    bool ok = put_composition(f, &o, err);
    json_out_end_object(&o);
    ok = ok && put_resource(f, &o, f->name, err);
    for (size_t i = 0; ok && i < f->count; i++)
        ok = f->person[i] || put_resource(f, &o, f->evidence[i], err);
    json_out_end_array(&o);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

static bool put_bundle(struct freeze *f, struct err *err)
{
    struct buf list, text;
    struct json_out o;
    struct store_change change;
    char hex[HEX_MAX];
    buf_init(&list, STORE_BODY_MAX);
    buf_init(&text, STORE_BODY_MAX);
    bool ok = entries(f, &list, err);
    if (ok) {
        hex_of(buf_get(&list), hex);
        f->hash = arena_str(f->arena, str_of(hex));
        json_out_init(&o, &text);
        json_out_object(&o, NULL);
        json_out_cstr(&o, "resourceType", "Bundle");
        json_out_object(&o, "identifier");
        json_out_cstr(&o, "system", HASH_SYSTEM);
        json_out_cstr(&o, "value", hex);
        json_out_end_object(&o);
        json_out_cstr(&o, "type", "document");
        fhir_out_instant(&o, "timestamp", store_tx_time_ms(f->tx));
        json_out_raw(&o, "entry", buf_get(&list));
        json_out_end_object(&o);
        ok = (buf_ok(&text) || err_set(err, ERR_NO_MEMORY, NULL)) &&
             readiness_check_put(f->x, f->tx, fhir_resource_find(STR("Bundle")), f->bundle_id, buf_get(&text),
                                 0, f->arena, &change, err);
    }
    buf_release(&list);
    buf_release(&text);
    return ok;
}

/* ---- the checkpoint ---- */

static void put_kept(struct freeze *f, struct json_out *o)
{
    static const char *const anew[] = {"status", "extension", "frozenBy"};
    JSON_EACH(&f->doc, 0, i)
    {
        struct str key = {f->doc.nodes[i].key, f->doc.nodes[i].key_len};
        struct buf text;
        bool ours = false;
        for (size_t k = 0; k < sizeof anew / sizeof *anew; k++)
            ours = ours || str_is(key, anew[k]);
        if (ours)
            continue;
        buf_init(&text, READINESS_BODY_MAX);
        json_write(&f->doc, i, &text);
        json_out_raw(o, arena_cstr(f->arena, key), buf_get(&text));
        buf_release(&text);
    }
}

static bool put_checkpoint(struct freeze *f, struct err *err)
{
    struct buf text;
    struct json_out o;
    buf_init(&text, READINESS_BODY_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    put_kept(f, &o);
    json_out_cstr(&o, "status", "frozen");
    json_out_array(&o, "extension");
    json_out_object(&o, NULL);
    json_out_cstr(&o, "url", BUNDLE_URL);
    json_out_object(&o, "valueReference");
    json_out_string(&o, "reference", arena_printf(f->arena, "Bundle/%.*s", STR_ARG(f->bundle_id)));
    json_out_object(&o, "identifier");
    json_out_cstr(&o, "system", HASH_SYSTEM);
    json_out_string(&o, "value", f->hash);
    json_out_end_object(&o);
    json_out_end_object(&o);
    json_out_end_object(&o);
    json_out_end_array(&o);
    if (f->ask->decision.n)
        fhir_out_reference(&o, "frozenBy", f->ask->decision);
    json_out_end_object(&o);
    bool ok = (buf_ok(&text) || err_set(err, ERR_NO_MEMORY, NULL)) &&
              readiness_check_put(f->x, f->tx, f->x->type.checkpoint, f->ask->id, buf_get(&text),
                                  f->version.version, f->arena, &f->change, err);
    buf_release(&text);
    return ok;
}

static bool read_checkpoint(struct freeze *f, struct err *err)
{
    f->name = arena_printf(f->arena, "ReadinessCheckpoint/%.*s", STR_ARG(f->ask->id));
    int found = readiness_find_one(f->work.read, f->arena, f->name, &f->version, &f->doc, err);
    if (found <= 0)
        return found == 0 && err_set_str(err, ERR_NOT_FOUND, f->name, STR(""));
    f->work.unit = readiness_find_text(&f->doc, 0, "unit.reference");
    f->work.release = readiness_find_text(&f->doc, 0, "release");
    return true;
}

/* A decision that it is frozen for must be there, and not be of another thing. */
static bool decision_fits(struct freeze *f, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    if (!f->ask->decision.n)
        return true;
    int found = str_starts(f->ask->decision, STR("Decision/"))
                    ? readiness_find_one(f->work.read, f->arena, f->ask->decision, &v, &doc, err)
                    : 0;
    if (found < 0)
        return false;
    uint32_t list = found ? json_get_key(&doc, 0, STR("checkpoint")) : UINT32_MAX;
    if (list != UINT32_MAX && doc.nodes[list].kind == JSON_ARRAY)
        JSON_EACH(&doc, list, i)
    if (str_eq(readiness_find_text(&doc, i, "reference"), f->name))
        return true;
    return err_set_str(err, ERR_GOV_MISSING, STR("decision"), f->ask->decision);
}

static bool freeze_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct freeze *f = arg;
    f->tx = tx;
    f->work.read = store_tx_read(tx);
    if (!read_checkpoint(f, err))
        return false;
    if (!str_is(readiness_find_text(&f->doc, 0, "status"), "open"))
        return err_set_str(err, ERR_GOV_FROZEN, f->name, STR("status"));
    return decision_fits(f, err) && collect(f, err) && put_bundle(f, err) && put_checkpoint(f, err);
}

/* Under x->lock: it goes before others. */
static void want(struct readiness *x, store_rid rid)
{
    for (size_t i = 0; i < x->wanted_count; i++)
        if (x->wanted[i] == rid)
            return;
    if (x->wanted_count < READINESS_WANTED_MAX)
        x->wanted[x->wanted_count++] = rid;
}

/* Is the checkpoint measured after everything up to seq? When it is not, it is asked for before others. */
static bool is_measured(struct readiness *x, struct str id, int64_t seq, bool *yes, struct err *err)
{
    enum readiness_mark mark = READINESS_UNMARKED;
    store_rid rid = 0;
    *yes = false;
    if (!x->begun || feed_seq(x->feed) < seq)
        return true;
    pthread_mutex_lock(&x->lock);
    bool ok = readiness_side_mark_of(&x->look, id, &mark, &rid, err);
    if (ok && mark > READINESS_TOUCHED)
        want(x, rid);
    pthread_mutex_unlock(&x->lock);
    *yes = ok && rid && mark == READINESS_UNMARKED;
    return ok;
}

/* What has been written until now is measured before it is frozen. */
static bool measured_now(struct readiness_work *w, struct str id, struct err *err)
{
    struct readiness *x = w->x;
    struct store_version v;
    struct store_read *r = store_read_begin(x->opt.store, err);
    bool yes = false;
    if (!r)
        return false;
    int64_t seq = store_read_seq(r);
    enum store_found found = store_get(r, x->type.checkpoint, id, w->arena, &v, err);
    store_read_end(r);
    if (found != STORE_FOUND) /* what is not there is refused by the freezing itself */
        return found != STORE_FAILED;
    for (int i = 0; i < WAIT_MS / WAIT_STEP_MS; i++) {
        if (!is_measured(x, id, seq, &yes, err))
            return false;
        if (yes)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = WAIT_STEP_MS * 1000000L}, NULL);
    }
    return err_set(err, ERR_READINESS_BEHIND, NULL);
}

bool readiness_freeze(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct freeze *f = ARENA_NEW(ask->arena, struct freeze);
    if (!f)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *f = (struct freeze){
        .x = w->x, .ask = ask, .arena = ask->arena, .work = *w, .bundle_id = new_id(ask->arena)};
    ask->run = freeze_run;
    ask->run_arg = f;
    ask->checkpoint = ask->id;
    ask->change = &f->change;
    return measured_now(w, ask->id, err);
}

/* ---- does it hold? ---- */

static struct str frozen_member(const struct json_doc *doc, const char *path)
{
    uint32_t list = json_get_key(doc, 0, STR("extension"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return STR("");
    JSON_EACH(doc, list, i)
    if (str_is(readiness_find_text(doc, i, "url"), BUNDLE_URL))
        return readiness_find_text(doc, i, path);
    return STR("");
}

bool readiness_verify(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct freeze f = {.x = w->x, .ask = ask, .arena = ask->arena, .work = *w};
    struct store_version v;
    struct json_doc doc;
    struct json_out o;
    struct buf list;
    char hex[HEX_MAX] = "";
    if (!read_checkpoint(&f, err))
        return false;
    struct str bundle = frozen_member(&f.doc, "valueReference.reference");
    struct str hash = frozen_member(&f.doc, "valueReference.identifier.value");
    if (!bundle.n)
        return err_set_str(err, ERR_GOV_NOT_FROZEN, f.name, STR(""));
    int found = readiness_find_one(w->read, w->arena, bundle, &v, &doc, err);
    if (found < 0)
        return false;
    buf_init(&list, STORE_BODY_MAX);
    if (found > 0 && json_get_key(&doc, 0, STR("entry")) != UINT32_MAX) {
        json_write(&doc, json_get_key(&doc, 0, STR("entry")), &list);
        hex_of(buf_get(&list), hex);
    }
    json_out_init(&o, ask->out);
    json_out_object(&o, NULL);
    json_out_string(&o, "checkpoint", f.name);
    json_out_string(&o, "bundle", bundle);
    json_out_string(&o, "sha256", hash);
    json_out_cstr(&o, "computed", hex);
    json_out_bool(&o, "holds", buf_ok(&list) && hash.n && str_is(hash, hex));
    json_out_end_object(&o);
    buf_release(&list);
    return true;
}

/* ---- a new checkpoint ---- */

struct opening {
    struct readiness_work work;
    struct readiness_ask *ask;
    struct store_change change;
};

static void put_missing(struct json_out *o, const struct json_doc *doc, uint32_t list, bool *hard)
{
    json_out_array(o, "result");
    JSON_EACH(doc, list, i)
    {
        struct str severity = readiness_find_text(doc, i, "severity");
        *hard = *hard || str_is(severity, "hard");
        json_out_object(o, NULL);
        json_out_string(o, "code", readiness_find_text(doc, i, "code"));
        json_out_cstr(o, "state", "missing");
        json_out_string(o, "severity", severity);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void put_optional(struct json_out *o, const char *key, struct str text)
{
    if (text.n)
        json_out_string(o, key, text);
}

static void write_opening(struct opening *w, const struct json_doc *doc, uint32_t list, struct buf *out)
{
    struct json_out o;
    struct buf criteria;
    bool hard = false;
    buf_init(&criteria, READINESS_BODY_MAX);
    json_write(doc, list, &criteria);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "ReadinessCheckpoint");
    json_out_cstr(&o, "status", "open");
    fhir_out_reference(&o, "definition",
                       arena_printf(w->work.arena, "CheckpointDefinition/%.*s", STR_ARG(w->ask->id)));
    if (w->ask->initiative.n)
        fhir_out_reference(&o, "initiative", w->ask->initiative);
    put_optional(&o, "release", w->ask->release);
    fhir_out_reference(&o, "unit", w->ask->unit);
    put_optional(&o, "wave", w->ask->wave);
    put_optional(&o, "plannedDate", w->ask->planned);
    readiness_line_day(&o, "asOf", w->work.today);
    json_out_raw(&o, "criterion", buf_get(&criteria));
    put_missing(&o, doc, list, &hard);
    json_out_cstr(&o, "verdict", hard ? "no-go" : "incomplete");
    json_out_end_object(&o);
    buf_release(&criteria);
}

static bool names_all(struct opening *w, struct err *err)
{
    const struct str names[] = {w->ask->unit, w->ask->initiative};
    for (size_t i = 0; i < 2; i++) {
        struct store_version v;
        struct json_doc doc;
        int found = names[i].n ? readiness_find_one(w->work.read, w->work.arena, names[i], &v, &doc, err) : 1;
        if (found <= 0)
            return found == 0 && err_set_str(err, ERR_NOT_FOUND, names[i], STR(""));
    }
    return true;
}

static bool open_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct opening *w = arg;
    struct store_version v;
    struct json_doc doc;
    struct buf text;
    w->work.read = store_tx_read(tx);
    struct str name = arena_printf(w->work.arena, "CheckpointDefinition/%.*s", STR_ARG(w->ask->id));
    int found = readiness_find_one(w->work.read, w->work.arena, name, &v, &doc, err);
    if (found <= 0)
        return found == 0 && err_set_str(err, ERR_NOT_FOUND, name, STR(""));
    uint32_t list = json_get_key(&doc, 0, STR("criterion"));
    if (!str_is(readiness_find_text(&doc, 0, "status"), "active") || list == UINT32_MAX)
        return err_set_str(err, ERR_GOV_UNLOCKED, name, STR("ReadinessCheckpoint"));
    if (!names_all(w, err))
        return false;
    buf_init(&text, READINESS_BODY_MAX);
    write_opening(w, &doc, list, &text);
    bool ok = (buf_ok(&text) || err_set(err, ERR_NO_MEMORY, NULL)) &&
              readiness_check_put(w->work.x, tx, w->work.x->type.checkpoint, w->ask->checkpoint,
                                  buf_get(&text), 0, w->work.arena, &w->change, err);
    buf_release(&text);
    return ok;
}

bool readiness_open(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct opening *opening = ARENA_NEW(ask->arena, struct opening);
    int32_t day;
    if (!opening)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *opening = (struct opening){.work = *w, .ask = ask};
    if (!str_starts(ask->unit, STR("Organization/")))
        return err_set_str(err, ERR_PARAM_VALUE, ask->unit, STR("unit"));
    if (ask->planned.n && !(ask->planned.n == 10 && readiness_find_day(ask->planned, &day)))
        return err_set_str(err, ERR_PARAM_VALUE, ask->planned, STR("plannedDate"));
    ask->run = open_run;
    ask->run_arg = opening;
    ask->checkpoint = new_id(ask->arena);
    ask->change = &opening->change;
    return true;
}
