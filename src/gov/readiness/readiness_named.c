/* SPDX-License-Identifier: Apache-2.0
 * What one result rests on, measured now. Of people: each of them to those who answer for the introduction,
 * themselves to everybody else, and shares by role to all. */
#include "base/time.h"
#include "fhir/out.h"
#include "readiness/readiness_int.h"

enum { NAME_MAX = 200 };

/* The criterion of that code; UINT32_MAX. */
static uint32_t criterion_of(const struct json_doc *doc, struct str code, const char *list_name)
{
    uint32_t list = json_get_key(doc, 0, str_of(list_name));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return UINT32_MAX;
    JSON_EACH(doc, list, i)
    if (str_eq(readiness_find_text(doc, i, "code"), code))
        return i;
    return UINT32_MAX;
}

/* What the resource says that something is called. */
static struct str called(struct readiness_work *w, struct str name)
{
    struct store_version v;
    struct json_doc doc;
    struct err none = {0};
    if (readiness_find_one(w->read, w->arena, name, &v, &doc, &none) <= 0)
        return STR("");
    static const char *const ways[] = {"title", "description", "name.text", "name", "code.text", "id"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct str text = readiness_find_text(&doc, 0, ways[i]);
        if (text.n)
            return str_sub(text, 0, NAME_MAX);
    }
    return STR("");
}

static struct str person_name(struct readiness_work *w, struct str person)
{
    struct store_version v;
    struct json_doc doc;
    struct err none = {0};
    if (readiness_find_one(w->read, w->arena, person, &v, &doc, &none) <= 0)
        return STR("");
    struct str text = readiness_find_text(&doc, 0, "name.text");
    if (text.n)
        return text;
    uint32_t name = json_get_key(&doc, 0, STR("name"));
    struct str family = readiness_find_text(&doc, 0, "name.family"), given = STR("");
    uint32_t list =
        name == UINT32_MAX || !doc.nodes[name].len ? UINT32_MAX : json_get_key(&doc, name + 1, STR("given"));
    if (list != UINT32_MAX && doc.nodes[list].kind == JSON_ARRAY && doc.nodes[list].len)
        given = json_text(&doc, list + 1);
    return arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(given), given.n && family.n ? " " : "",
                        STR_ARG(family));
}

static void put_person(struct json_out *o, struct readiness_work *w, const struct readiness_person *p)
{
    json_out_object(o, NULL);
    json_out_string(o, "role", p->role);
    json_out_string(o, "person", p->person);
    json_out_string(o, "name", person_name(w, p->person));
    json_out_string(o, "code", p->code);
    json_out_bool(o, "done", p->done);
    if (p->tries) {
        json_out_bool(o, "firstDone", p->first_done);
        json_out_i64(o, "tries", p->tries);
    }
    if (p->time_ms)
        readiness_line_day(o, "on", p->day);
    if (p->evidence.n)
        json_out_string(o, "evidence", p->evidence);
    json_out_end_object(o);
}

/* Those who have not, before those who have. */
static void put_people(struct json_out *o, struct readiness_work *w, const struct readiness_ask *ask)
{
    json_out_array(o, "people");
    for (int done = 0; done < 2; done++)
        for (size_t i = 0; i < w->roster_count; i++) {
            const struct readiness_person *p = &w->roster[i];
            bool self = (ask->person.n && str_eq(p->person, ask->person)) ||
                        (ask->role.n && str_eq(p->role, ask->role));
            if (p->done == (done == 1) && (ask->people || self))
                put_person(o, w, p);
        }
    json_out_end_array(o);
}

static void put_parts(struct json_out *o, const struct readiness_measure *m)
{
    json_out_array(o, "part");
    for (size_t i = 0; i < m->part_count; i++) {
        json_out_object(o, NULL);
        json_out_string(o, "name", m->part[i].name);
        json_out_i64(o, "numerator", m->part[i].numerator);
        json_out_i64(o, "denominator", m->part[i].denominator);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void put_evidence(struct json_out *o, struct readiness_work *w, const struct readiness_measure *m)
{
    json_out_array(o, "evidence");
    for (size_t i = 0; i < m->evidence_count; i++) {
        json_out_object(o, NULL);
        json_out_string(o, "reference", m->evidence[i]);
        json_out_string(o, "name", called(w, m->evidence[i]));
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write(struct readiness_work *w, const struct readiness_ask *ask, const struct json_doc *doc,
                  uint32_t result, const struct readiness_measure *m)
{
    struct json_out o;
    struct buf kept;
    buf_init(&kept, READINESS_BODY_MAX);
    json_out_init(&o, ask->out);
    json_out_object(&o, NULL);
    json_out_string(&o, "checkpoint", arena_printf(w->arena, "ReadinessCheckpoint/%.*s", STR_ARG(ask->id)));
    json_out_string(&o, "unit", w->unit);
    json_out_string(&o, "criterion", ask->code);
    if (result != UINT32_MAX) {
        json_write(doc, result, &kept);
        json_out_raw(&o, "result", buf_get(&kept));
    }
    if (m->note.n)
        json_out_string(&o, "note", m->note);
    put_evidence(&o, w, m);
    put_parts(&o, m);
    if (m->rule && m->rule->people) {
        json_out_bool(&o, "peopleShown", ask->people);
        put_people(&o, w, ask);
    }
    json_out_end_object(&o);
    buf_release(&kept);
}

bool readiness_named(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct readiness_measure *m = ARENA_NEW(w->arena, struct readiness_measure);
    struct str name = arena_printf(w->arena, "ReadinessCheckpoint/%.*s", STR_ARG(ask->id));
    int found = m ? readiness_find_one(w->read, w->arena, name, &v, &doc, err) : 0;
    if (found <= 0)
        return found == 0 && err_set_str(err, ERR_NOT_FOUND, name, STR(""));
    uint32_t i = criterion_of(&doc, ask->code, "criterion");
    if (i == UINT32_MAX)
        return err_set_str(err, ERR_PARAM_VALUE, ask->code, STR("criterion"));
    w->unit = readiness_find_text(&doc, 0, "unit.reference");
    w->release = readiness_find_text(&doc, 0, "release");
    /* What is measured is measured with the follower's eyes: the caller's view is for what is named of it. */
    store_read_view(w->read, NULL);
    if (!readiness_check_measure(w, &doc, i, m, err))
        return false;
    write(w, ask, &doc, criterion_of(&doc, ask->code, "result"), m);
    return true;
}
