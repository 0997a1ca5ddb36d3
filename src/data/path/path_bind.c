/* SPDX-License-Identifier: Apache-2.0
 * Binding: every name and type of the tree is looked up in the model once, what each node can yield is worked
 * out, and member after member on known types becomes one chain. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "path/path_int.h"

enum { TYPES_MAX = 128 };

struct binder {
    struct arena *arena;
    struct str text;
    struct err *err;
    struct path_static context;
    const struct path_options *opt;
    unsigned depth;
};

static const fhir_type_id system_types[] = {
    PATH_SYSTEM(PATH_NODE),     PATH_SYSTEM(PATH_BOOLEAN), PATH_SYSTEM(PATH_INTEGER),
    PATH_SYSTEM(PATH_DECIMAL),  PATH_SYSTEM(PATH_STRING),  PATH_SYSTEM(PATH_DATE),
    PATH_SYSTEM(PATH_DATETIME), PATH_SYSTEM(PATH_TIME),    PATH_SYSTEM(PATH_QUANTITY),
    PATH_SYSTEM(PATH_TYPE),
};

static const struct path_static any = {.any = true, .many = true};
static const struct path_static nothing = {.many = false};

static bool bind(struct binder *b, struct path_node **slot, const struct path_static *focus,
                 struct path_static *out);

/* sv and en are formats for two texts, a and c. */
static bool fail(struct binder *b, const struct path_node *n, const char *sv, const char *en, const char *a,
                 struct str c)
{
    char text[2][ERR_ARG_MAX];
    int len = (int)(c.n < 60 ? c.n : 60);
    snprintf(text[ERR_SV], ERR_ARG_MAX, sv, a, len, c.p ? c.p : "");
    snprintf(text[ERR_EN], ERR_ARG_MAX, en, a, len, c.p ? c.p : "");
    err_set(b->err, ERR_PATH_SEMANTIC, text[ERR_SV], text[ERR_EN], NULL);
    path_lex_place(b->text, n->at, b->err);
    return false;
}

static struct path_static system_type(uint8_t kind)
{
    return (struct path_static){.types = &system_types[kind], .count = 1};
}

static struct path_static one_type(struct binder *b, fhir_type_id type)
{
    fhir_type_id *p = arena_alloc(b->arena, sizeof *p);
    if (!p)
        return any;
    *p = type;
    return (struct path_static){.types = p, .count = 1};
}

/* Collects distinct types; past TYPES_MAX they count as unknown. */
struct type_set {
    fhir_type_id types[TYPES_MAX];
    uint16_t count;
    bool any;
};

static void set_add(struct type_set *s, fhir_type_id type)
{
    for (uint16_t i = 0; i < s->count; i++)
        if (s->types[i] == type)
            return;
    if (s->count == TYPES_MAX)
        s->any = true;
    else
        s->types[s->count++] = type;
}

static void set_add_all(struct type_set *s, const struct path_static *from)
{
    s->any |= from->any;
    for (uint16_t i = 0; i < from->count; i++)
        set_add(s, from->types[i]);
}

static struct path_static set_static(struct binder *b, const struct type_set *s)
{
    fhir_type_id *p = arena_alloc(b->arena, (s->count + 1u) * sizeof *p);
    if (!p || s->any)
        return any;
    memcpy(p, s->types, s->count * sizeof *p);
    return (struct path_static){.types = p, .count = s->count};
}

/* ---- members ---- */

/* The elements of one type with this name. */
static void add_elements(const struct path_step *step, fhir_type_id type, struct type_set *set, bool *many,
                         bool *choice)
{
    const struct fhir_type *t = &fhir_types[type];
    fhir_elem_id e = step->name ? fhir_elem_find_path(type, step->name) : 0;
    if (t->abstract)
        set->any = true; /* the element may stand in a derived type */
    for (; e && e < t->elem_first + t->elem_count && fhir_elems[e].path_name == step->name; e++) {
        set_add(set, fhir_elems[e].type);
        *many |= fhir_elems[e].many;
        *choice |= fhir_elems[e].choice;
    }
}

static void add_system_member(fhir_type_id type, struct str name, struct type_set *set)
{
    if (type == PATH_SYSTEM(PATH_QUANTITY) && str_is(name, "value"))
        set_add(set, PATH_SYSTEM(PATH_DECIMAL));
    else if (type == PATH_SYSTEM(PATH_QUANTITY) && (str_is(name, "unit") || str_is(name, "code")))
        set_add(set, PATH_SYSTEM(PATH_STRING));
    else if (type == PATH_SYSTEM(PATH_TYPE) && (str_is(name, "name") || str_is(name, "namespace")))
        set_add(set, PATH_SYSTEM(PATH_STRING));
}

static bool bind_member(struct binder *b, struct path_node *n, const struct path_static *base,
                        struct path_static *out)
{
    struct type_set set = {.count = 0};
    bool many = base->many;
    n->step.name = fhir_names.find(n->text.p, n->text.n);
    if (base->any) {
        n->step.choice = true;
        *out = any;
        return true;
    }
    n->checked = true;
    for (uint16_t i = 0; i < base->count; i++) {
        if (base->types[i] >= PATH_SYSTEM_BASE) {
            n->checked = false;
            add_system_member(base->types[i], n->text, &set);
        } else {
            add_elements(&n->step, base->types[i], &set, &many, &n->step.choice);
        }
    }
    if (set.any)
        n->step.choice = true;
    if (set.count == 0 && !set.any && base->count > 0) {
        fhir_type_id t = base->types[0];
        return fail(b, n, "%s har inget element %.*s", "%s has no element %.*s",
                    t >= PATH_SYSTEM_BASE ? path_value_kind_name(path_value_type_kind(t))
                                          : fhir_types[t].name,
                    n->text);
    }
    *out = set_static(b, &set);
    out->many = many;
    out->unordered = base->unordered;
    return true;
}

/* Joins n to the member or chain on its left. */
static bool join_chain(struct binder *b, struct path_node **slot)
{
    struct path_node *n = *slot, *left = n->left;
    if (!n->checked || !left)
        return true;
    unsigned before = left->op == PATH_OP_CHAIN                     ? left->argc
                      : left->op == PATH_OP_MEMBER && left->checked ? 1
                                                                    : 0;
    if (before == 0 || before >= PATH_CHAIN_MAX)
        return true;
    struct path_step *steps = ARENA_ARRAY(b->arena, struct path_step, before + 1);
    struct path_node *chain = ARENA_NEW(b->arena, struct path_node);
    if (!steps || !chain)
        return err_set(b->err, ERR_NO_MEMORY, NULL);
    memcpy(steps, left->op == PATH_OP_CHAIN ? left->steps : &left->step, before * sizeof *steps);
    steps[before] = n->step;
    *chain = (struct path_node){.op = PATH_OP_CHAIN,
                                .checked = true,
                                .argc = (uint8_t)(before + 1),
                                .at = n->at,
                                .text = n->text,
                                .steps = steps,
                                .left = left->left};
    *slot = chain;
    return true;
}

static bool related(fhir_type_id a, fhir_type_id b)
{
    return a < PATH_SYSTEM_BASE && (fhir_type_is(a, b) || fhir_type_is(b, a));
}

/* Patient at the start of a path: the focus, where it is a Patient. */
static bool bind_root(struct binder *b, struct path_node *n, fhir_type_id type,
                      const struct path_static *focus, struct path_static *out)
{
    bool possible = focus->any;
    n->op = PATH_OP_ROOT;
    n->type.fhir = type;
    for (uint16_t i = 0; i < focus->count && !possible; i++)
        possible = related(focus->types[i], type);
    if (!possible && b->opt->strict)
        return fail(b, n, "sökvägen börjar på en annan typ än sammanhangets%s: %.*s",
                    "the path begins at another type than the context's%s: %.*s", "", n->text);
    if (focus->count == 1 && !focus->any && possible && fhir_type_is(focus->types[0], type)) {
        n->op = PATH_OP_THIS;
        *out = *focus;
    } else {
        *out = one_type(b, type);
    }
    out->many = focus->many;
    return true;
}

static bool is_upper(struct str name)
{
    return name.n > 0 && name.p[0] >= 'A' && name.p[0] <= 'Z';
}

static bool bind_path(struct binder *b, struct path_node **slot, const struct path_static *focus,
                      struct path_static *out)
{
    struct path_node *n = *slot;
    struct path_static left = *focus;
    if (n->left && !bind(b, &n->left, focus, &left))
        return false;
    fhir_type_id root = !n->left && is_upper(n->text) ? fhir_type_find(n->text) : 0;
    if (root)
        return bind_root(b, n, root, focus, out);
    if (!bind_member(b, n, &left, out))
        return false;
    if (n->left && n->left->op == PATH_OP_THIS)
        n->left = NULL;
    return join_chain(b, slot);
}

/* ---- types ---- */

static fhir_type_id system_named(struct str name)
{
    for (uint8_t kind = PATH_BOOLEAN; kind <= PATH_QUANTITY; kind++)
        if (str_is(name, path_value_kind_name(kind)))
            return PATH_SYSTEM(kind);
    return 0;
}

/* quoted: the name may also stand as a string. */
static bool bind_type(struct binder *b, const struct path_node *spec, bool quoted, struct path_type *out)
{
    bool fhir = true, system = true;
    *out = (struct path_type){0, 0};
    if (quoted && spec->op == PATH_OP_LITERAL && spec->value.kind == PATH_STRING) {
        out->fhir = fhir_type_find(spec->value.text);
        return out->fhir || fail(b, spec, "okänd typ%s %.*s", "unknown type%s %.*s", "", spec->value.text);
    }
    if (spec->op != PATH_OP_MEMBER || (spec->left && (spec->left->op != PATH_OP_MEMBER || spec->left->left)))
        return fail(b, spec, "ett typnamn väntades%s%.*s", "the name of a type was expected%s%.*s", "",
                    (struct str){NULL, 0});
    if (spec->left) {
        fhir = str_is(spec->left->text, "FHIR");
        system = str_is(spec->left->text, "System");
    }
    if (fhir)
        out->fhir = fhir_type_find(spec->text);
    if (system)
        out->system = system_named(spec->text);
    /* System.Patient and the like are no error in the R4 suite: nothing is of such a type. */
    if (!out->fhir && !out->system && (!spec->left || !system))
        return fail(b, spec, "okänd typ%s %.*s", "unknown type%s %.*s", "", spec->text);
    return true;
}

static struct path_static type_static(struct binder *b, struct path_type type)
{
    if (type.fhir)
        return one_type(b, type.fhir);
    return type.system ? system_type((uint8_t)(type.system - PATH_SYSTEM_BASE)) : nothing;
}

/* ---- calls ---- */

static struct path_static returned(struct binder *b, const struct path_node *n,
                                   const struct path_static *input, const struct path_static *args)
{
    static const uint8_t kinds[] = {
        [PATH_R_BOOLEAN] = PATH_BOOLEAN,   [PATH_R_INTEGER] = PATH_INTEGER, [PATH_R_DECIMAL] = PATH_DECIMAL,
        [PATH_R_STRING] = PATH_STRING,     [PATH_R_STRINGS] = PATH_STRING,  [PATH_R_DATE] = PATH_DATE,
        [PATH_R_DATETIME] = PATH_DATETIME, [PATH_R_TIME] = PATH_TIME,       [PATH_R_QUANTITY] = PATH_QUANTITY,
        [PATH_R_CLASS] = PATH_TYPE,        [PATH_R_KEY] = PATH_STRING,
    };
    struct path_static s = any;
    switch (n->fn->returns) {
    case PATH_R_ANY:
        return any;
    case PATH_R_INPUT:
        return *input;
    case PATH_R_FIRST:
        s = *input;
        s.many = s.unordered = false;
        return s;
    case PATH_R_ARG:
        s = n->argc ? args[n->argc - 1] : any;
        s.many = true;
        return s;
    case PATH_R_TYPE:
        s = type_static(b, n->type);
        s.many = input->many;
        return s;
    case PATH_R_EXTENSION:
        s = one_type(b, FHIR_TYPE_Extension);
        s.many = true;
        return s;
    case PATH_R_UNORDERED:
        s.unordered = true;
        return s;
    default:
        s = system_type(kinds[n->fn->returns]);
        s.many = n->fn->returns == PATH_R_STRINGS || (n->fn->returns == PATH_R_KEY && input->many);
        return s;
    }
}

/* Is every type the value can have one that a string function could never take? */
static bool never_string(const struct path_static *s)
{
    if (s->any || s->count == 0)
        return false;
    for (uint16_t i = 0; i < s->count; i++) {
        uint8_t kind = path_value_type_kind(s->types[i]);
        if (kind != PATH_NODE && kind != PATH_QUANTITY)
            return false;
    }
    return true;
}

static bool never_reference(const struct path_static *s)
{
    for (uint16_t i = 0; i < s->count; i++)
        if (s->types[i] < PATH_SYSTEM_BASE && related(s->types[i], FHIR_TYPE_Reference))
            return false;
    return !s->any && s->count > 0;
}

/* Literals and results of functions that can never be a boolean. */
static bool never_boolean(const struct path_static *s)
{
    if (s->any || s->count == 0)
        return false;
    for (uint16_t i = 0; i < s->count; i++)
        if (s->types[i] < PATH_SYSTEM_BASE || s->types[i] == PATH_SYSTEM(PATH_BOOLEAN))
            return false;
    return true;
}

static bool bind_args(struct binder *b, struct path_node *n, const struct path_static *focus,
                      const struct path_static *input, struct path_static *args)
{
    struct path_static item = *input;
    item.many = item.unordered = false;
    const struct path_static *self = n->fn->flags & PATH_F_LAMBDA  ? &item
                                     : n->fn->flags & PATH_F_INPUT ? input
                                                                   : focus;
    if (n->fn->flags & PATH_F_REPEAT)
        self = &any;
    if (n->fn->flags & PATH_F_TYPE)
        return n->argc == 0 || bind_type(b, n->args[0], n->fn->flags & PATH_F_REFERENCE, &n->type);
    for (uint8_t i = 0; i < n->argc; i++)
        if (!bind(b, &n->args[i], self, &args[i]))
            return false;
    return true;
}

/* A literal pattern is compiled once, here. */
static bool bind_pattern(struct binder *b, struct path_node *n)
{
    const struct path_node *arg = n->args[0];
    if (arg->op != PATH_OP_LITERAL || arg->value.kind != PATH_STRING)
        return true;
    n->pattern = path_fn_regex_compile(b->arena, n->text, arg->value.text);
    return n->pattern || fail(b, arg, "%s%.*s: mönstret är inte ett giltigt reguljärt uttryck",
                              "%s%.*s: the pattern is not a valid regular expression", "", n->text);
}

static bool bind_call(struct binder *b, struct path_node *n, const struct path_static *focus,
                      struct path_static *out)
{
    struct path_static input = *focus, args[PATH_ARGS_MAX];
    if (n->left && !bind(b, &n->left, focus, &input))
        return false;
    n->fn = path_fn_find(n->text);
    if (!n->fn)
        return fail(b, n, "okänd funktion%s %.*s", "unknown function%s %.*s", "", n->text);
    if (!n->fn->run) {
        err_set_str(b->err, ERR_PATH_UNSUPPORTED, n->text, (struct str){NULL, 0});
        path_lex_place(b->text, n->at, b->err);
        return false;
    }
    if (n->argc < n->fn->args_min || n->argc > n->fn->args_max)
        return fail(b, n, "fel antal argument till%s %.*s", "wrong number of arguments to%s %.*s", "",
                    n->text);
    if ((n->fn->flags & PATH_F_STRING) && never_string(&input))
        return fail(b, n, "%s%.*s kräver en text", "%s%.*s needs a string", "", n->text);
    if ((n->fn->flags & PATH_F_REFERENCE) && never_reference(&input))
        return fail(b, n, "%s%.*s kräver en Reference", "%s%.*s needs a Reference", "", n->text);
    if ((n->fn->flags & PATH_F_ORDERED) && input.unordered && b->opt->strict)
        return fail(b, n, "%s%.*s kräver en ordnad lista", "%s%.*s needs an ordered list", "", n->text);
    n->checked = !input.any;
    if (!bind_args(b, n, focus, &input, args))
        return false;
    if ((n->fn->flags & PATH_F_CRITERION) && never_boolean(&args[0]))
        return fail(b, n->args[0], "villkoret i%s %.*s är inte booleskt",
                    "the criterion of%s %.*s is not boolean", "", n->text);
    *out = returned(b, n, &input, args);
    return !(n->fn->flags & PATH_F_PATTERN) || bind_pattern(b, n);
}

/* ---- operators ---- */

static bool all_kinds(const struct path_static *s, uint8_t low, uint8_t high)
{
    if (s->any || s->count == 0)
        return false;
    for (uint16_t i = 0; i < s->count; i++) {
        uint8_t kind = path_value_type_kind(s->types[i]);
        if (kind < low || kind > high)
            return false;
    }
    return true;
}

static bool bind_binary(struct binder *b, struct path_node *n, const struct path_static *focus,
                        struct path_static *out)
{
    struct path_static left, right;
    if (!bind(b, &n->left, focus, &left) || !bind(b, &n->right, focus, &right))
        return false;
    if (n->binary == PATH_B_UNION) {
        struct type_set set = {.count = 0};
        set_add_all(&set, &left);
        set_add_all(&set, &right);
        *out = set_static(b, &set);
        bool one =
            (left.count == 0 && !left.any && !right.many) || (right.count == 0 && !right.any && !left.many);
        out->many = !one;
        return true;
    }
    if ((n->binary == PATH_B_ADD || n->binary == PATH_B_SUBTRACT) && all_kinds(&left, PATH_DATE, PATH_TIME) &&
        all_kinds(&right, PATH_BOOLEAN, PATH_TIME))
        return fail(b, n, "till en tid kan bara en tidsmängd läggas%s%.*s",
                    "only a quantity of time can be added to a time%s%.*s", "", (struct str){NULL, 0});
    if (n->binary == PATH_B_CONCAT)
        *out = system_type(PATH_STRING);
    else if (n->binary >= PATH_B_LESS)
        *out = system_type(PATH_BOOLEAN);
    else
        *out = any;
    out->many = false;
    return true;
}

/* A variable of the caller's own. */
static bool bind_own(struct binder *b, struct path_node *n, struct path_static *out)
{
    for (size_t i = 0; i < b->opt->variable_count; i++)
        if (str_eq(b->opt->variables[i].name, n->text)) {
            n->argc = (uint8_t)(i + 1);
            *out = system_type(b->opt->variables[i].kind);
            return true;
        }
    return fail(b, n, "okänd variabel%s %%%.*s", "unknown variable%s %%%.*s", "", n->text);
}

bool path_variable_reserved(struct str name)
{
    static const char *const names[] = {"context", "resource", "rootResource", "ucum", "sct", "loinc"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(name, names[i]))
            return true;
    return str_starts(name, STR("vs-")) || str_starts(name, STR("ext-"));
}

static bool bind_variable(struct binder *b, struct path_node *n, struct path_static *out)
{
    if (str_is(n->text, "context")) {
        *out = b->context;
        return true;
    }
    if (str_is(n->text, "resource") || str_is(n->text, "rootResource")) {
        *out = any;
        out->many = false;
        return true;
    }
    if (!path_variable_reserved(n->text))
        return bind_own(b, n, out);
    *out = system_type(PATH_STRING);
    return true;
}

static bool bind_typed(struct binder *b, struct path_node *n, const struct path_static *focus,
                       struct path_static *out)
{
    struct path_static left;
    if (!bind(b, &n->left, focus, &left) || !bind_type(b, n->right, false, &n->type))
        return false;
    n->checked = !left.any;
    *out = n->op == PATH_OP_IS ? system_type(PATH_BOOLEAN) : type_static(b, n->type);
    out->many = n->op == PATH_OP_AS && left.many;
    return true;
}

static bool bind_at(struct binder *b, struct path_node *n, const struct path_static *focus,
                    struct path_static *out)
{
    struct path_static index;
    if (!bind(b, &n->left, focus, out) || !bind(b, &n->right, focus, &index))
        return false;
    if (out->unordered && b->opt->strict)
        return fail(b, n, "[] kräver en ordnad lista%s%.*s", "[] needs an ordered list%s%.*s", "",
                    (struct str){NULL, 0});
    out->many = false;
    return true;
}

static bool bind_any(struct binder *b, struct path_node **slot, const struct path_static *focus,
                     struct path_static *out)
{
    struct path_node *n = *slot;
    switch (n->op) {
    case PATH_OP_EMPTY:
        *out = nothing;
        return true;
    case PATH_OP_LITERAL:
        *out = system_type(n->value.kind);
        return true;
    case PATH_OP_THIS:
        *out = *focus;
        return true;
    case PATH_OP_INDEX:
        *out = system_type(PATH_INTEGER);
        return true;
    case PATH_OP_TOTAL:
        *out = any;
        return true;
    case PATH_OP_VARIABLE:
        return bind_variable(b, n, out);
    case PATH_OP_MEMBER:
        return bind_path(b, slot, focus, out);
    case PATH_OP_CALL:
        return bind_call(b, n, focus, out);
    case PATH_OP_AT:
        return bind_at(b, n, focus, out);
    case PATH_OP_IS:
    case PATH_OP_AS:
        return bind_typed(b, n, focus, out);
    case PATH_OP_BINARY:
        return bind_binary(b, n, focus, out);
    default:
        return bind(b, &n->left, focus, out); /* signs */
    }
}

static bool bind(struct binder *b, struct path_node **slot, const struct path_static *focus,
                 struct path_static *out)
{
    if (b->depth >= PATH_TREE_DEPTH_MAX)
        return fail(b, *slot, "uttrycket är för djupt%s%.*s", "the expression is nested too deeply%s%.*s", "",
                    (struct str){NULL, 0});
    b->depth++;
    bool ok = bind_any(b, slot, focus, out);
    b->depth--;
    return ok;
}

bool path_bind(struct arena *arena, struct str text, struct path_node **root, fhir_type_id context,
               const struct path_options *opt, struct path_yield *yield, struct err *err)
{
    struct binder b = {.arena = arena, .text = text, .err = err, .context = any, .opt = opt};
    struct path_static out;
    OS_ASSERT(opt->variable_count <= PATH_VARIABLES_MAX);
    if (opt->focus)
        b.context = (struct path_static){
            .types = opt->focus->types, .count = opt->focus->count, .any = opt->focus->any};
    else if (context)
        b.context = one_type(&b, context);
    b.context.many = false;
    if (!bind(&b, root, &b.context, &out))
        return false;
    *yield = (struct path_yield){.types = out.types, .count = out.count, .any = out.any, .many = out.many};
    return true;
}
