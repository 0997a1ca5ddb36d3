/* SPDX-License-Identifier: Apache-2.0
 * A SearchParameter (R4) read and checked, and the parameter of one base made of it. The model's own
 * parameters go the same way at build (gen/params.c); here what is wrong is told by element. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/own_int.h"

static bool refuse(struct err *err, const char *path, const char *sv, const char *en)
{
    err_set(err, ERR_SEARCH_OWN, sv, en, NULL);
    err_at(err, str_of(path));
    return false;
}

static bool refuse_at(struct err *err, const char *path, unsigned index, const char *sv, const char *en)
{
    char at[ERR_PATH_MAX];
    snprintf(at, sizeof at, path, index);
    return refuse(err, at, sv, en);
}

/* ---- reading ---- */

static struct str text_of(const struct json_doc *doc, uint32_t node, uint16_t name)
{
    return json_text(doc, json_get(doc, node, name));
}

static bool is_false(const struct json_doc *doc, uint32_t node, uint16_t name)
{
    uint32_t i = json_get(doc, node, name);
    return i != UINT32_MAX && doc->nodes[i].kind == JSON_FALSE;
}

static bool read_type(struct str text, struct own_def *def, struct err *err)
{
    static const char *const names[] = {
        [FHIR_SEARCH_NUMBER] = "number",       [FHIR_SEARCH_DATE] = "date",
        [FHIR_SEARCH_STRING] = "string",       [FHIR_SEARCH_TOKEN] = "token",
        [FHIR_SEARCH_REFERENCE] = "reference", [FHIR_SEARCH_COMPOSITE] = "composite",
        [FHIR_SEARCH_QUANTITY] = "quantity",   [FHIR_SEARCH_URI] = "uri",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(text, names[i])) {
            def->type = (uint8_t)i;
            return true;
        }
    return refuse(err, "SearchParameter.type", "typen special kan inte göras till en egen parameter",
                  "type special cannot be made a parameter of one's own");
}

/* Parameters have names that the search syntax leaves free. */
static bool read_code(struct str code, struct own_def *def, struct err *err)
{
    bool good = code.n > 0 && code.n <= 64 && code.p[0] != '_' && code.p[0] != '-';
    for (size_t i = 0; good && i < code.n; i++) {
        char c = code.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    }
    def->code = code;
    return good || refuse(err, "SearchParameter.code",
                          "koden ska vara bokstäver a–z, siffror, - och _, högst 64, och inte börja med _",
                          "the code must be letters, digits, - and _, at most 64, and not begin with _");
}

static bool is_concrete(fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract;
}

/* Adds t once. */
static bool add_type(fhir_type_id *list, size_t *count, size_t max, fhir_type_id t)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == t)
            return true;
    if (*count == max)
        return false;
    list[(*count)++] = t;
    return true;
}

static bool read_bases(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err)
{
    uint32_t list = json_get(doc, node, FHIR_NAME_base);
    unsigned index = 0;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return refuse(err, "SearchParameter.base", "base saknas", "base is missing");
    JSON_EACH(doc, list, c)
    {
        fhir_type_id type = fhir_type_find(json_text(doc, c));
        if (!type || fhir_types[type].kind != FHIR_RESOURCE)
            return refuse_at(err, "SearchParameter.base[%u]", index, "det finns ingen sådan resurstyp",
                             "there is no such resource type");
        bool room = add_type(def->listed, &def->listed_count, OWN_BASES_MAX, type);
        for (fhir_type_id t = 1; t < fhir_type_count; t++)
            if (is_concrete(t) && fhir_type_is(t, type))
                room &= add_type(def->base, &def->base_count, OWN_BASES_MAX, t);
        if (!room)
            return refuse_at(err, "SearchParameter.base[%u]", index, "för många typer", "too many types");
        index++;
    }
    return true;
}

static bool read_targets(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err)
{
    uint32_t list = json_get(doc, node, FHIR_NAME_target);
    unsigned index = 0;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return true;
    if (def->type != FHIR_SEARCH_REFERENCE)
        return refuse(err, "SearchParameter.target", "bara typen reference har mål",
                      "only type reference has targets");
    JSON_EACH(doc, list, c)
    {
        fhir_type_id type = fhir_type_find(json_text(doc, c));
        if (!type || fhir_types[type].kind != FHIR_RESOURCE)
            return refuse_at(err, "SearchParameter.target[%u]", index, "det finns ingen sådan resurstyp",
                             "there is no such resource type");
        if (!is_concrete(type)) { /* Resource: anything */
            def->target_count = 0;
            return true;
        }
        if (!add_type(def->target, &def->target_count, OWN_TARGETS_MAX, type))
            return refuse_at(err, "SearchParameter.target[%u]", index, "för många typer", "too many types");
        index++;
    }
    return true;
}

/* The bits of the codes in a list; false when one is not in names. count_bits: of names. */
static bool read_codes(const struct json_doc *doc, uint32_t list, const struct own_code *names, size_t n,
                       unsigned *bits, unsigned *bad)
{
    unsigned index = 0;
    JSON_EACH(doc, list, c)
    {
        size_t i = 0;
        while (i < n && !str_is(json_text(doc, c), names[i].name))
            i++;
        *bad = index++;
        if (i == n)
            return false;
        *bits |= names[i].bit;
    }
    return true;
}

static bool read_modifiers(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err)
{
    static const struct own_code modifiers[] = {
        {"missing", SEARCH_MOD_MISSING},
        {"exact", SEARCH_MOD_EXACT},
        {"contains", SEARCH_MOD_CONTAINS},
        {"not", SEARCH_MOD_NOT},
        {"below", SEARCH_MOD_BELOW},
        {"above", SEARCH_MOD_ABOVE},
        {"type", SEARCH_MOD_TYPE},
        {"identifier", SEARCH_MOD_IDENTIFIER},
        {"text", SEARCH_MOD_TEXT},
        {"ofType", SEARCH_MOD_OF_TYPE},
        {"in", SEARCH_MOD_IN},
        {"not-in", SEARCH_MOD_NOT_IN},
    };
    static const struct own_code comparators[] = {
        {"eq", 1u << STORE_CMP_EQ}, {"ne", 1u << STORE_CMP_NE}, {"gt", 1u << STORE_CMP_GT},
        {"lt", 1u << STORE_CMP_LT}, {"ge", 1u << STORE_CMP_GE}, {"le", 1u << STORE_CMP_LE},
        {"sa", 1u << STORE_CMP_SA}, {"eb", 1u << STORE_CMP_EB}, {"ap", 1u << STORE_CMP_OVERLAP},
    };
    uint32_t list = json_get(doc, node, FHIR_NAME_modifier);
    const struct fhir_param p = {.type = def->type, .expression = "x", .code = ""};
    unsigned bad = 0;
    def->only_modifiers = list != UINT32_MAX;
    if (def->only_modifiers &&
        (!read_codes(doc, list, modifiers, sizeof modifiers / sizeof *modifiers, &def->modifiers, &bad) ||
         def->modifiers & ~search_kind_of(&p)->modifiers))
        return refuse_at(err, "SearchParameter.modifier[%u]", bad,
                         "den ändringen finns inte för egna parametrar av den typen",
                         "there is no such modifier for one's own parameters of that type");
    list = json_get(doc, node, FHIR_NAME_comparator);
    def->only_comparators = list != UINT32_MAX;
    if (def->only_comparators &&
        (!search_kind_of(&p)->prefixes ||
         !read_codes(doc, list, comparators, sizeof comparators / sizeof *comparators, &def->comparators,
                     &bad)))
        return refuse_at(err, "SearchParameter.comparator[%u]", bad, "den jämförelsen finns inte för typen",
                         "the type has no such comparison");
    def->no_or = is_false(doc, node, FHIR_NAME_multipleOr);
    def->no_and = is_false(doc, node, FHIR_NAME_multipleAnd);
    return true;
}

static bool read_components(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err)
{
    uint32_t list = json_get(doc, node, FHIR_NAME_component);
    bool composite = def->type == FHIR_SEARCH_COMPOSITE;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return !composite || refuse(err, "SearchParameter.component", "en composite behöver komponenter",
                                    "a composite needs components");
    if (!composite)
        return refuse(err, "SearchParameter.component", "bara typen composite har komponenter",
                      "only type composite has components");
    JSON_EACH(doc, list, c)
    {
        if (def->component_count == OWN_COMPONENTS_MAX)
            return refuse(err, "SearchParameter.component", "fler än 3 komponenter",
                          "more than 3 components");
        struct own_component *k = &def->component[def->component_count++];
        k->definition = text_of(doc, c, FHIR_NAME_definition);
        k->expression = text_of(doc, c, FHIR_NAME_expression);
        if (!k->definition.n || !k->expression.n)
            return refuse_at(err, "SearchParameter.component[%u]", def->component_count - 1,
                             "definition och expression krävs", "definition and expression are required");
    }
    return def->component_count > 1 || refuse(err, "SearchParameter.component", "minst 2 komponenter krävs",
                                              "at least 2 components are needed");
}

static bool read_usage(const struct json_doc *doc, uint32_t node, struct err *err)
{
    struct str usage = text_of(doc, node, FHIR_NAME_xpathUsage);
    if (!usage.n || str_is(usage, "normal") || str_is(usage, "other"))
        return true;
    return refuse(err, "SearchParameter.xpathUsage", "bara normal sökning finns",
                  "there is only normal searching");
}

bool own_def_read(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err)
{
    *def = (struct own_def){.id = text_of(doc, node, FHIR_NAME_id)};
    def->active = str_is(text_of(doc, node, FHIR_NAME_status), "active");
    def->url = text_of(doc, node, FHIR_NAME_url);
    def->expression = text_of(doc, node, FHIR_NAME_expression);
    if (!def->active)
        return true;
    if (!read_code(text_of(doc, node, FHIR_NAME_code), def, err) ||
        !read_type(text_of(doc, node, FHIR_NAME_type), def, err) || !read_bases(doc, node, def, err) ||
        !read_targets(doc, node, def, err) || !read_modifiers(doc, node, def, err) ||
        !read_components(doc, node, def, err) || !read_usage(doc, node, err))
        return false;
    if (!def->expression.n)
        return refuse(err, "SearchParameter.expression", "expression (FHIRPath) krävs för att kunna söka",
                      "expression (FHIRPath) is needed to be searched by");
    return def->expression.n <= OWN_EXPRESSION_MAX ||
           refuse(err, "SearchParameter.expression", "uttrycket är för långt", "the expression is too long");
}

/* ---- the branches of one base ---- */

/* Length of the first branch of a union: up to a '|' outside parentheses, brackets and quotes. */
static size_t branch_length(struct str s)
{
    int depth = 0;
    char quote = 0;
    size_t i = 0;
    for (; i < s.n && (s.p[i] != '|' || depth > 0 || quote); i++) {
        char c = s.p[i];
        if (quote) {
            i += c == '\\' && i + 1 < s.n;
            quote = c == quote ? 0 : quote;
        } else if (c == '\'' || c == '`' || c == '"') {
            quote = c;
        } else {
            depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        }
    }
    return i;
}

static struct str trimmed(struct str s)
{
    while (s.n && strchr(" \t\r\n", s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* The type a branch begins with, past opening parentheses; 0: none, it is relative. */
static fhir_type_id head_type(struct str branch)
{
    size_t from = 0, to;
    while (from < branch.n && strchr("( \t\r\n", branch.p[from]))
        from++;
    for (to = from; to < branch.n && ((branch.p[to] >= 'a' && branch.p[to] <= 'z') ||
                                      (branch.p[to] >= 'A' && branch.p[to] <= 'Z'));)
        to++;
    fhir_type_id t = fhir_type_find(str_sub(branch, from, to));
    return t && fhir_types[t].kind == FHIR_RESOURCE ? t : 0;
}

/* Is the type one that some base of the definition is or derives from? */
static bool head_known(const struct own_def *def, fhir_type_id head)
{
    for (size_t i = 0; i < def->base_count; i++)
        if (fhir_type_is(def->base[i], head))
            return true;
    return false;
}

/* The branches that concern the base, joined again. *plain: all are paths from the base's name on. */
static bool cut(struct arena *arena, const struct own_def *def, fhir_type_id base, struct str *out,
                bool *plain, struct err *err)
{
    struct str rest = def->expression;
    char text[2][ERR_ARG_MAX];
    *out = (struct str){NULL, 0};
    *plain = true;
    while (rest.n) {
        size_t n = branch_length(rest);
        struct str branch = trimmed(str_sub(rest, 0, n));
        fhir_type_id head = head_type(branch);
        rest = str_sub(rest, n + 1, rest.n);
        if (head && !head_known(def, head)) {
            snprintf(text[0], sizeof text[0], "grenen för %s hör inte till någon bas", fhir_types[head].name);
            snprintf(text[1], sizeof text[1], "the branch for %s is for none of the bases",
                     fhir_types[head].name);
            return refuse(err, "SearchParameter.expression", text[0], text[1]);
        }
        if (head && !fhir_type_is(base, head))
            continue;
        *plain &= head != 0;
        *out = out->n ? arena_printf(arena, "%.*s | %.*s", STR_ARG(*out), STR_ARG(branch))
                      : arena_str(arena, branch);
    }
    if (out->n)
        return true;
    snprintf(text[0], sizeof text[0], "ingen gren av uttrycket är för %s", fhir_types[base].name);
    snprintf(text[1], sizeof text[1], "no branch of the expression is for %s", fhir_types[base].name);
    return refuse(err, "SearchParameter.expression", text[0], text[1]);
}

/* ---- does the result suit the type? ---- */

static bool primitive(fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_PRIMITIVE;
}

static bool one_of(fhir_type_id t, const fhir_type_id *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fhir_type_is(t, list[i]))
            return true;
    return false;
}
#define ONE_OF(t, ...)                                                                                       \
    one_of(t, (const fhir_type_id[]){__VA_ARGS__},                                                           \
           sizeof((const fhir_type_id[]){__VA_ARGS__}) / sizeof(fhir_type_id))

static bool is_moment(fhir_type_id t)
{
    return ONE_OF(t, FHIR_TYPE_date, FHIR_TYPE_dateTime, FHIR_TYPE_instant);
}

static bool suits_node(uint8_t type, fhir_type_id t)
{
    switch (type) {
    case FHIR_SEARCH_TOKEN:
        return primitive(t) || ONE_OF(t, FHIR_TYPE_CodeableConcept, FHIR_TYPE_Coding, FHIR_TYPE_Identifier,
                                      FHIR_TYPE_ContactPoint);
    case FHIR_SEARCH_STRING:
        return (primitive(t) && !is_moment(t)) ||
               ONE_OF(t, FHIR_TYPE_HumanName, FHIR_TYPE_Address, FHIR_TYPE_CodeableConcept);
    case FHIR_SEARCH_DATE:
        return is_moment(t) || ONE_OF(t, FHIR_TYPE_Period, FHIR_TYPE_Timing);
    case FHIR_SEARCH_NUMBER:
        return ONE_OF(t, FHIR_TYPE_integer, FHIR_TYPE_decimal, FHIR_TYPE_Range);
    case FHIR_SEARCH_QUANTITY:
        return ONE_OF(t, FHIR_TYPE_Quantity, FHIR_TYPE_Money, FHIR_TYPE_Range);
    case FHIR_SEARCH_REFERENCE:
        return fhir_types[t].kind == FHIR_RESOURCE || ONE_OF(t, FHIR_TYPE_Reference, FHIR_TYPE_uri);
    case FHIR_SEARCH_URI:
        return ONE_OF(t, FHIR_TYPE_uri, FHIR_TYPE_string);
    default:
        return true;
    }
}

static bool suits_value(uint8_t type, uint8_t kind)
{
    switch (type) {
    case FHIR_SEARCH_TOKEN:
        return kind == PATH_BOOLEAN || kind == PATH_STRING || kind == PATH_INTEGER;
    case FHIR_SEARCH_STRING:
    case FHIR_SEARCH_URI:
        return kind == PATH_STRING;
    case FHIR_SEARCH_DATE:
        return kind == PATH_DATE || kind == PATH_DATETIME;
    case FHIR_SEARCH_NUMBER:
        return kind == PATH_INTEGER || kind == PATH_DECIMAL;
    default:
        return type == FHIR_SEARCH_COMPOSITE;
    }
}

static bool suits(uint8_t type, fhir_type_id yielded)
{
    bool node = yielded < fhir_type_count;
    return node ? suits_node(type, yielded) : suits_value(type, path_value_type_kind(yielded));
}

static bool check_suits(const struct path_expr *e, uint8_t type, const char *path, struct err *err)
{
    struct path_yield y = path_expr_yield(e);
    char text[2][ERR_ARG_MAX];
    const char *asks = path_expr_asks(e);
    /* The rows would have to change whenever a ValueSet does. */
    if (asks) {
        snprintf(text[0], sizeof text[0], "ett index kan inte bero av värdemängder: %s()", asks);
        snprintf(text[1], sizeof text[1], "an index cannot depend on value sets: %s()", asks);
        return refuse(err, path, text[0], text[1]);
    }
    if (y.any || type == FHIR_SEARCH_COMPOSITE)
        return true;
    for (uint16_t i = 0; i < y.count; i++)
        if (suits(type, y.types[i]))
            return true;
    if (!y.count)
        return refuse(err, path, "uttrycket kan inte ge något värde", "the expression cannot give a value");
    const char *first = path_value_type_name(y.types[0]);
    snprintf(text[0], sizeof text[0], "uttrycket ger %s, som söktypen inte kan söka i", first);
    snprintf(text[1], sizeof text[1], "the expression gives %s, which the search type cannot search", first);
    return refuse(err, path, text[0], text[1]);
}

/* ---- making ---- */

bool own_def_composite(const struct own_def *def, struct err *err)
{
    unsigned dates = 0, numbers = 0, strings = 0;
    if (def->component[0].type != FHIR_SEARCH_TOKEN)
        return refuse(err, "SearchParameter.component[0]", "den första komponenten måste vara en token",
                      "the first component must be a token");
    for (unsigned i = 0; i < def->component_count; i++) {
        uint8_t type = def->component[i].type;
        dates += type == FHIR_SEARCH_DATE;
        numbers += type == FHIR_SEARCH_NUMBER || type == FHIR_SEARCH_QUANTITY;
        strings += type == FHIR_SEARCH_STRING;
        if (type == FHIR_SEARCH_URI || type == FHIR_SEARCH_COMPOSITE || type == FHIR_SEARCH_SPECIAL)
            return refuse_at(err, "SearchParameter.component[%u]", i, "en komponent kan inte ha den söktypen",
                             "a component cannot be of that search type");
    }
    bool last = def->component[def->component_count - 1].type == FHIR_SEARCH_STRING;
    if (dates > 1 || dates + numbers > 2 || strings > 1 || (strings && (!last || dates + numbers)))
        return refuse(err, "SearchParameter.component", "den sammansättningen går inte att söka i",
                      "that combination cannot be searched");
    return true;
}

/* What the rows depend on, as 16 hexadecimal digits. */
static uint64_t fingerprint(struct arena *arena, const struct own_def *def, struct str expression)
{
    static const struct hash_key fixed = {0x48656C686574u, 0x53656172636855u};
    struct str text = arena_printf(arena, "%u\n%.*s", def->type, STR_ARG(expression));
    for (unsigned i = 0; i < def->component_count; i++)
        text = arena_printf(arena, "%.*s\n%u %.*s", STR_ARG(text), def->component[i].type,
                            STR_ARG(def->component[i].expression));
    return hash_sip(fixed, text);
}

static bool compile_main(struct arena *arena, const struct own_def *def, fhir_type_id base,
                         struct own_param *out, struct err *err)
{
    out->extract.expr = path_compile_strict(arena, str_of(out->p.expression), base, true, err);
    if (!out->extract.expr) {
        err_at(err, STR("SearchParameter.expression"));
        return false;
    }
    return check_suits(out->extract.expr, def->type, "SearchParameter.expression", err);
}

/* Components are evaluated on what the expression gives. */
static bool compile_components(struct arena *arena, const struct own_def *def, struct own_param *out,
                               struct err *err)
{
    struct path_yield focus = path_expr_yield(out->extract.expr);
    struct path_options opt = {.focus = &focus};
    for (unsigned i = 0; i < def->component_count; i++) {
        char path[64];
        const struct own_component *k = &def->component[i];
        snprintf(path, sizeof path, "SearchParameter.component[%u].expression", i);
        out->extract.component[i] = path_compile_with(arena, k->expression, 0, &opt, err);
        if (!out->extract.component[i]) {
            err_at(err, str_of(path));
            return false;
        }
        if (!check_suits(out->extract.component[i], k->type, path, err))
            return false;
        out->p.component[i].param = k->param;
        out->p.component[i].expression = arena_cstr(arena, k->expression);
    }
    out->p.component_count = (uint8_t)def->component_count;
    return true;
}

bool own_def_make(struct arena *arena, const struct own_def *def, fhir_type_id base, struct own_param *out,
                  struct err *err)
{
    struct str expression;
    bool plain;
    if (!cut(arena, def, base, &expression, &plain, err))
        return false;
    *out = (struct own_param){.only_modifiers = def->only_modifiers,
                              .only_comparators = def->only_comparators,
                              .no_or = def->no_or,
                              .no_and = def->no_and,
                              .modifiers = def->modifiers,
                              .comparators = def->comparators};
    out->p = (struct fhir_param){.code = arena_cstr(arena, def->code),
                                 .url = arena_cstr(arena, def->url),
                                 .expression = arena_cstr(arena, expression),
                                 .base = base,
                                 .type = def->type};
    if (!compile_main(arena, def, base, out, err) || !compile_components(arena, def, out, err))
        return false;
    fhir_type_id *targets = ARENA_ARRAY(arena, fhir_type_id, def->target_count + 1);
    memcpy(targets, def->target, def->target_count * sizeof *targets);
    out->targets = targets;
    out->target_count = (uint16_t)def->target_count;
    out->source = arena_str(arena, def->id);
    out->name = arena_printf(arena, "%s.%s@%016llx", fhir_types[base].name, out->p.code,
                             (unsigned long long)fingerprint(arena, def, expression))
                    .p;
    out->extract.kind = search_kind_of(&out->p);
    out->extract.roots = plain && !def->component_count ? extract_roots(base, expression) : UINT64_MAX;
    return true;
}
