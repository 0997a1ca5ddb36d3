/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir/model.h"

#include "base/hash.h"
#include "fhir/tables_int.h"

static uint16_t names_find(const char *p, size_t n)
{
    uint64_t hash = hash_word(p, n);
    uint32_t displacement = fhir_name_displacement[hash & fhir_name_bucket_mask];
    const struct fhir_name_slot *slot = &fhir_name_slots[hash_slot(hash, displacement, fhir_name_slot_mask)];
    if (slot->len != n || memcmp(fhir_name_pool + slot->offset, p, n) != 0)
        return 0;
    return slot->name;
}

const struct json_names fhir_names = {names_find};

/* Backbone types have dots in their names, so they are no JSON names; they are few and rarely asked for by
 * text. */
static fhir_type_id backbone_find(struct str name)
{
    for (fhir_type_id i = 1; i < fhir_type_count; i++)
        if (fhir_types[i].kind == FHIR_BACKBONE && str_is(name, fhir_types[i].name))
            return i;
    return 0;
}

fhir_type_id fhir_type_find(struct str name)
{
    if (!name.n)
        return 0;
    uint16_t id = names_find(name.p, name.n);
    if (id)
        return fhir_name_type[id];
    return str_find(name, '.', 0) == SIZE_MAX ? 0 : backbone_find(name);
}

fhir_type_id fhir_resource_find(struct str name)
{
    fhir_type_id id = fhir_type_find(name);
    return fhir_types[id].kind == FHIR_RESOURCE && !fhir_types[id].abstract ? id : 0;
}

fhir_elem_id fhir_elem_find(fhir_type_id type, uint16_t name)
{
    const struct fhir_elem_index *x = &fhir_elem_indexes[type];
    const fhir_elem_id *slots = fhir_elem_slots + x->first;
    uint32_t mask = (1u << x->bits) - 1;
    for (uint32_t at = (name * x->multiplier) >> (32 - x->bits); slots[at]; at = (at + 1) & mask)
        if (fhir_elems[slots[at]].name == name)
            return slots[at];
    return 0;
}

fhir_elem_id fhir_elem_find_path(fhir_type_id type, uint16_t path_name)
{
    const struct fhir_elem_index *x = &fhir_elem_indexes[type];
    const fhir_elem_id *slots = fhir_elem_slots + x->first;
    uint32_t mask = (1u << x->bits) - 1;
    for (uint32_t at = (path_name * x->multiplier) >> (32 - x->bits); slots[at]; at = (at + 1) & mask)
        if (fhir_elems[slots[at]].path_name == path_name)
            return slots[at];
    return 0;
}

fhir_param_id fhir_param_find(fhir_type_id base, struct str code)
{
    uint32_t low = fhir_types[base].param_first, high = low + fhir_types[base].param_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = str_cmp(code, str_of(fhir_params[mid].code));
        if (!order)
            return (fhir_param_id)mid;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return 0;
}

bool fhir_type_is(fhir_type_id t, fhir_type_id base)
{
    while (t && t != base)
        t = fhir_types[t].base;
    return t != 0;
}

/* Place of the code in a listed binding, or SIZE_MAX. */
static size_t binding_find(const struct fhir_binding *b, struct str code)
{
    uint32_t low = 0, high = b->code_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = str_cmp(code, str_of(b->codes[mid]));
        if (!order)
            return mid;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}

bool fhir_binding_has(uint16_t binding, struct str code)
{
    const struct fhir_binding *b = &fhir_bindings[binding];
    return !b->codes || binding_find(b, code) != SIZE_MAX;
}

bool fhir_binding_implies(uint16_t binding, struct str code, struct str system)
{
    const struct fhir_binding *b = &fhir_bindings[binding];
    if (b->codes && code.n) {
        size_t at = binding_find(b, code);
        return at != SIZE_MAX && str_is(system, b->systems[at]);
    }
    for (size_t i = 0; binding && b->systems[i]; i++) {
        if (str_is(system, b->systems[i]))
            return true;
    }
    return false;
}
