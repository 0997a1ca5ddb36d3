/* SPDX-License-Identifier: Apache-2.0
 * How many people could have said it: those with an active assignment at a unit or below it, in a role. */
#include <stdlib.h>

#include "access/read_body.h"
#include "anon/anon_int.h"
#include "fhir_gen/names.h"

enum { CELL_ABOVE_MAX = 10, CELL_FIRST = 256 };

struct unit {
    struct str name, above; /* "Organization/x" */
};

struct person {
    struct str who, unit, role;
};

struct anon_cells {
    struct arena *arena;
    struct unit *unit;
    struct person *person;
    size_t units, unit_cap, persons, person_cap;
    struct err *err;
};

static bool room(struct anon_cells *c, void **list, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : CELL_FIRST;
    void *grown = arena_grow(c->arena, *list, *cap, more, size);
    if (!grown)
        return err_set(c->err, ERR_NO_MEMORY, NULL);
    *list = grown;
    *cap = more;
    return true;
}

static bool parse(struct anon_cells *c, const struct store_version *v, struct json_doc *doc)
{
    struct str body = arena_str(c->arena, v->body);
    if (!body.p)
        return err_set(c->err, ERR_NO_MEMORY, NULL);
    return json_parse(c->arena, body, &fhir_names, doc, c->err);
}

static bool each_unit(void *arg, const struct store_version *v)
{
    struct anon_cells *c = arg;
    struct json_doc doc;
    if (!parse(c, v, &doc) || !room(c, (void **)&c->unit, c->units, &c->unit_cap, sizeof *c->unit))
        return false;
    c->unit[c->units++] = (struct unit){arena_printf(c->arena, "Organization/%.*s", STR_ARG(v->id)),
                                        read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_partOf))};
    return true;
}

static bool each_person(void *arg, const struct store_version *v)
{
    struct anon_cells *c = arg;
    struct json_doc doc;
    if (!parse(c, v, &doc) || !room(c, (void **)&c->person, c->persons, &c->person_cap, sizeof *c->person))
        return false;
    uint32_t active = json_get(&doc, 0, FHIR_NAME_active);
    struct str who = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_practitioner));
    if (who.n && (active == UINT32_MAX || doc.nodes[active].kind != JSON_FALSE))
        c->person[c->persons++] =
            (struct person){who, read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_organization)),
                            read_body_code(&doc, json_get(&doc, 0, FHIR_NAME_code), ACCESS_URL_ROLE)};
    return true;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct unit *)a)->name, ((const struct unit *)b)->name);
}

static int by_person(const void *a, const void *b)
{
    return str_cmp(((const struct person *)a)->who, ((const struct person *)b)->who);
}

struct anon_cells *anon_cell_read(struct store_read *r, struct arena *arena, struct err *err)
{
    struct anon_cells *c = ARENA_NEW(arena, struct anon_cells);
    if (!c) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    c->arena = arena;
    c->err = err;
    if (!store_scan(r, FHIR_TYPE_Organization, 0, each_unit, c, err) || err->code ||
        !store_scan(r, FHIR_TYPE_PractitionerRole, 0, each_person, c, err) || err->code)
        return NULL;
    if (c->units)
        qsort(c->unit, c->units, sizeof *c->unit, by_name);
    if (c->persons)
        qsort(c->person, c->persons, sizeof *c->person, by_person);
    return c;
}

/* The unit above; empty when there is none, or no such unit. */
static struct str above(const struct anon_cells *c, struct str unit)
{
    struct unit key = {.name = unit};
    const struct unit *u = c->units && unit.n ? bsearch(&key, c->unit, c->units, sizeof key, by_name) : NULL;
    return u ? u->above : STR("");
}

static bool at(const struct anon_cells *c, const struct person *p, struct str unit)
{
    struct str now = p->unit;
    for (int i = 0; now.n && i < CELL_ABOVE_MAX; i++, now = above(c, now))
        if (str_eq(now, unit))
            return true;
    return false;
}

static size_t share(const struct anon_cells *c, struct str unit, struct str role)
{
    size_t count = 0;
    struct str last = {0};
    for (size_t i = 0; i < c->persons; i++) {
        const struct person *p = &c->person[i];
        if ((last.p && str_eq(p->who, last)) || (role.n && !str_eq(p->role, role)) ||
            (unit.n && !at(c, p, unit)))
            continue;
        last = p->who;
        count++;
    }
    return count;
}

size_t anon_cell_hide(const struct anon_cells *c, struct anon_form *f)
{
    size_t n = f->unit.n && f->role.n ? share(c, f->unit, f->role) : 0;
    if (n >= ANON_CELL)
        return n;
    f->role = STR("");
    for (int i = 0; f->unit.n && i < CELL_ABOVE_MAX; i++, f->unit = above(c, f->unit))
        if ((n = share(c, f->unit, STR(""))) >= ANON_CELL)
            return n;
    f->unit = STR("");
    return share(c, STR(""), STR(""));
}
