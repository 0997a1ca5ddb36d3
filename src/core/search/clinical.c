/* SPDX-License-Identifier: Apache-2.0
 * patient=x, and patient=x with code=y, become one condition on the clinical rows, which lie in date order:
 * the commonest searches of a record read one run of one index. What those rows do not say exactly stays a
 * condition. */
#include "fhir_gen/names.h"
#include "search/search_int.h"

enum { CLINICAL_ROWS_MAX = 256 }; /* patients × codes */

static struct str expression(const struct plan_of *p, fhir_param_id id)
{
    return str_of(search_param(p->s, id)->expression);
}

/* Do the two parameters name the same patients? subject, and patient as "subject.where(resolve() is
 * Patient)", do. */
static bool alike(const struct plan_of *p, fhir_param_id a, fhir_param_id b)
{
    return a == b || (a && b &&
                      (str_starts(expression(p, a), expression(p, b)) ||
                       str_starts(expression(p, b), expression(p, a))));
}

static bool is_patient(const struct store_match *m)
{
    return m->index == STORE_REFERENCE && !m->chain && m->row.target_type == FHIR_TYPE_Patient;
}

static bool is_code(const struct store_match *m)
{
    return m->index == STORE_TOKEN && !m->any_text;
}

/* The first plain condition on a parameter like this one whose alternatives all pass; SIZE_MAX when there is
 * none. */
static size_t find(const struct plan_of *p, fhir_param_id like, bool exactly,
                   bool (*pass)(const struct store_match *))
{
    for (size_t i = 0; like && i < p->cond_count; i++) {
        const struct store_cond *c = &p->cond[i];
        fhir_param_id id = p->cond_param[i];
        bool ok = id && !c->negate && (exactly ? id == like : alike(p, id, like));
        for (size_t k = 0; ok && k < c->any_count; k++)
            ok = pass(&c->any[k]);
        if (ok)
            return i;
    }
    return SIZE_MAX;
}

static bool in_compartment(const struct plan_of *p, const struct extract_type *t, fhir_param_id id)
{
    for (size_t i = 0; i < t->compartment_count; i++) {
        if (alike(p, t->compartment[i], id))
            return true;
    }
    return false;
}

static void drop(struct plan_of *p, size_t at)
{
    memmove(&p->cond[at], &p->cond[at + 1], (p->cond_count - at - 1) * sizeof *p->cond);
    memmove(&p->cond_param[at], &p->cond_param[at + 1], (p->cond_count - at - 1) * sizeof *p->cond_param);
    p->cond_count--;
}

/* One alternative per patient, or per patient and code. */
static struct store_cond rows_for(struct plan_of *p, const struct store_cond *patient,
                                  const struct store_cond *code)
{
    size_t codes = code ? code->any_count : 1, count = 0;
    struct store_match *any = ARENA_ARRAY(p->arena, struct store_match, patient->any_count * codes);
    for (size_t i = 0; i < patient->any_count; i++) {
        for (size_t k = 0; k < codes; k++) {
            struct store_match *m = &any[count++];
            m->index = m->row.index = STORE_CLINICAL;
            m->row.target_type = FHIR_TYPE_Patient;
            m->row.text = patient->any[i].row.text;
            m->row.hash = code ? hash_sip(p->s->key, code->any[k].row.text) : 0;
        }
    }
    return (struct store_cond){.kind = STORE_COND_PATIENT, .any = any, .any_count = count};
}

static bool all_any_name(const struct store_cond *c)
{
    for (size_t i = 0; i < c->any_count; i++) {
        if (!c->any[i].any_name)
            return false;
    }
    return true;
}

bool clinical_plan(struct plan_of *p, struct store_plan *plan)
{
    if (p->type_count != 1 || p->cond_count == 0)
        return true;
    const struct extract_type *t = extract_type_of(p->s, p->types[0], p->err);
    if (!t)
        return false;
    size_t patient = find(p, t->about, false, is_patient), code = find(p, t->code, true, is_code);
    if (patient == SIZE_MAX || t->compartment_count == 0)
        return true;
    size_t product = p->cond[patient].any_count * (code == SIZE_MAX ? 1 : p->cond[code].any_count);
    if (product > CLINICAL_ROWS_MAX || (code == SIZE_MAX && !in_compartment(p, t, p->cond_param[patient])))
        return true;
    struct store_cond rows = rows_for(p, &p->cond[patient], code == SIZE_MAX ? NULL : &p->cond[code]);
    /* Code rows are only of patients the resource is about; without code that must hold for the whole
     * compartment. */
    bool exact_patient = code != SIZE_MAX || t->compartment_count == 1;
    bool exact_code = code != SIZE_MAX && all_any_name(&p->cond[code]);
    if (exact_patient)
        p->cond[patient] = rows;
    else
        *plan_cond(p, STORE_COND_PATIENT) = rows;
    if (exact_code)
        drop(p, code);
    if (plan->sort_count > 0 && plan->sort[0].index == STORE_DATE && plan->sort[0].param == t->date[0] &&
        !t->date[1])
        plan->sort[0] = (struct store_sort){.index = STORE_CLINICAL, .descending = plan->sort[0].descending};
    return true;
}
