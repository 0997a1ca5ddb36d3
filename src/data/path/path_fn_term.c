/* SPDX-License-Identifier: Apache-2.0
 * R4's functions about codes and modifiers (R4 FHIRPath 2.9.1.5): memberOf, subsumes, subsumedBy,
 * checkModifiers. What a value set or a code system holds is asked of the context's terms; without them only
 * the value sets of the model's required bindings are known. */
#include "fhir_gen/names.h"
#include "path/path_int.h"

struct coded {
    struct str system, code;
};

static bool unsupported(const struct path_call *c, const char *name)
{
    err_set(c->run->err, ERR_PATH_UNSUPPORTED, name, NULL);
    path_lex_place(c->run->text, c->node->at, c->run->err);
    return false;
}

/* A code, Coding or CodeableConcept as its codes, into list. Other values give none. */
static bool codes_of(const struct path_call *c, const struct path_value *v, struct coded **list,
                     size_t *count)
{
    static const struct path_step coding = {FHIR_NAME_coding, false};
    struct path_value text;
    struct path_list found = {0};
    if (v->kind == PATH_NODE && fhir_type_is(v->type, FHIR_TYPE_CodeableConcept)) {
        if (!path_step_chain(c->run, v, &coding, 1, &found))
            return false;
    } else if (v->kind == PATH_NODE && fhir_type_is(v->type, FHIR_TYPE_Coding)) {
        found = (struct path_list){.item = (struct path_value *)v, .count = 1};
    }
    *list = path_run_alloc(c->run, (found.count + 1) * sizeof **list);
    if (!*list)
        return false;
    *count = 0;
    for (uint32_t i = 0; i < found.count; i++)
        (*list)[(*count)++] = (struct coded){path_step_text(&found.item[i], FHIR_NAME_system),
                                             path_step_text(&found.item[i], FHIR_NAME_code)};
    if (path_value_system(v, &text) && text.kind == PATH_STRING)
        (*list)[(*count)++] = (struct coded){{NULL, 0}, text.text};
    return true;
}

/* The required binding anywhere in the model that lists the value set; 0 when none does. */
static uint16_t find_binding(struct str url)
{
    size_t bar = str_find(url, '|', 0);
    url = str_sub(url, 0, bar == SIZE_MAX ? url.n : bar);
    for (uint32_t e = 1; e < fhir_elem_count; e++) {
        const struct fhir_binding *b = &fhir_bindings[fhir_elems[e].binding];
        if (fhir_elems[e].binding && b->codes && str_is(url, b->value_set))
            return fhir_elems[e].binding;
    }
    return 0;
}

static bool fn_member_of(const struct path_call *c)
{
    const struct path_terms *terms = c->run->ctx->terms;
    struct str url;
    struct coded *list;
    size_t count;
    bool no_url;
    int in = 0;
    if (!path_fn_arg_text(c, 0, &url, &no_url))
        return false;
    if (c->input->count == 0 || no_url)
        return true;
    if (c->input->count > 1)
        return path_run_fail(c->run, c->node, "memberOf() prövar bara ett värde",
                             "memberOf() tests one value only");
    if (!codes_of(c, &c->input->item[0], &list, &count))
        return false;
    /* The model's sets have codes without system: enough for a code, not for a Coding. */
    uint16_t binding = count == 1 && !list[0].system.p ? find_binding(url) : 0;
    if (binding)
        return path_run_push_bool(c->run, c->out, fhir_binding_has(binding, list[0].code));
    if (!terms || !terms->member)
        return unsupported(c, "memberOf");
    for (size_t i = 0; i < count && in == 0; i++)
        in = terms->member(terms->arg, list[i].system, list[i].code, url, c->run->err);
    return in >= 0 && (in == PATH_TERMS_UNKNOWN || path_run_push_bool(c->run, c->out, in));
}

/* Is some code of a the same as, or above, some code of b in their system? */
static bool subsumes(const struct path_call *c, const char *name, const struct path_value *a,
                     const struct path_value *b)
{
    const struct path_terms *terms = c->run->ctx->terms;
    struct coded *above, *below;
    size_t above_count, below_count;
    int yes = 0;
    if (!terms || !terms->subsumes)
        return unsupported(c, name);
    if (!codes_of(c, a, &above, &above_count) || !codes_of(c, b, &below, &below_count))
        return false;
    for (size_t i = 0; i < above_count; i++)
        for (size_t k = 0; k < below_count && yes == 0; k++)
            if (str_eq(above[i].system, below[k].system))
                yes = terms->subsumes(terms->arg, above[i].system, above[i].code, below[k].code, c->run->err);
    return yes >= 0 && path_run_push_bool(c->run, c->out, yes);
}

static bool subsumption(const struct path_call *c, const char *name, bool input_above)
{
    struct path_list arg = {0};
    if (!path_fn_arg(c, 0, &arg))
        return false;
    if (c->input->count == 0 || arg.count == 0)
        return true;
    if (c->input->count > 1 || arg.count > 1)
        return path_run_fail(c->run, c->node, "funktionen jämför bara två koder",
                             "the function compares two codes only");
    const struct path_value *input = &c->input->item[0], *other = &arg.item[0];
    return input_above ? subsumes(c, name, input, other) : subsumes(c, name, other, input);
}

static bool fn_subsumes(const struct path_call *c)
{
    return subsumption(c, "subsumes", true);
}

static bool fn_subsumed_by(const struct path_call *c)
{
    return subsumption(c, "subsumedBy", false);
}

static bool is_named(const struct path_call *c, struct str url, bool *named)
{
    *named = false;
    for (unsigned i = 0; i < c->node->argc && !*named; i++) {
        struct str known;
        bool empty;
        if (!path_fn_arg_text(c, i, &known, &empty))
            return false;
        *named = !empty && str_eq(known, url);
    }
    return true;
}

/* The input, when it has no modifier extensions but those named; else an error. */
static bool fn_check_modifiers(const struct path_call *c)
{
    static const struct path_step step = {FHIR_NAME_modifierExtension, false};
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct path_list found = {0};
        bool named;
        if (!path_step_chain(c->run, &c->input->item[i], &step, 1, &found))
            return false;
        for (uint32_t k = 0; k < found.count; k++) {
            if (!is_named(c, path_step_text(&found.item[k], FHIR_NAME_url), &named))
                return false;
            if (!named)
                return path_run_fail(c->run, c->node, "här finns en okänd modifierExtension",
                                     "there is an unknown modifierExtension");
        }
        if (!path_run_push(c->run, c->out, &c->input->item[i]))
            return false;
    }
    return true;
}

const struct path_fn path_fn_term_table[] = {
    {"memberOf", 1, 1, PATH_R_BOOLEAN, PATH_F_TERMS, fn_member_of},
    {"subsumes", 1, 1, PATH_R_BOOLEAN, PATH_F_TERMS, fn_subsumes},
    {"subsumedBy", 1, 1, PATH_R_BOOLEAN, PATH_F_TERMS, fn_subsumed_by},
    {"checkModifiers", 0, PATH_ARGS_MAX, PATH_R_INPUT, 0, fn_check_modifiers},
    {NULL, 0, 0, 0, 0, NULL},
};
