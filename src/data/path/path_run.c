/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "path/path_int.h"

enum { LIST_FIRST = 4 };

bool path_run_fail(struct path_run *r, const struct path_node *n, const char *reason_sv,
                   const char *reason_en)
{
    r->failed = true;
    err_set(r->err, ERR_PATH_RUNTIME, reason_sv, reason_en, NULL);
    if (n)
        path_lex_place(r->text, n->at, r->err);
    return false;
}

bool path_run_work(struct path_run *r, uint64_t steps)
{
    if (steps > PATH_STEPS_MAX - r->steps) {
        r->steps = PATH_STEPS_MAX;
        return path_run_fail(r, NULL, "uträkningen blev för lång", "the evaluation became too long");
    }
    r->steps += (uint32_t)steps;
    return true;
}

void *path_run_alloc(struct path_run *r, size_t n)
{
    void *p = NULL;
    r->bytes += n;
    if (r->bytes <= PATH_BYTES_MAX)
        p = arena_alloc(r->arena, n ? n : 1);
    if (!p) {
        r->failed = true;
        err_set(r->err, ERR_NO_MEMORY, NULL);
    }
    return p;
}

static bool list_grow(struct path_run *r, struct path_list *list)
{
    uint32_t cap = list->cap ? list->cap * 2 : LIST_FIRST;
    struct path_value *item = path_run_alloc(r, cap * sizeof *item);
    if (!item)
        return false;
    if (list->count)
        memcpy(item, list->item, list->count * sizeof *item);
    list->item = item;
    list->cap = cap;
    return true;
}

bool path_run_push(struct path_run *r, struct path_list *list, const struct path_value *v)
{
    if (list->count == list->cap && !list_grow(r, list))
        return false;
    list->item[list->count++] = *v;
    return true;
}

bool path_run_append(struct path_run *r, struct path_list *list, const struct path_list *more)
{
    for (uint32_t i = 0; i < more->count; i++)
        if (!path_run_push(r, list, &more->item[i]))
            return false;
    return path_run_work(r, more->count);
}

bool path_run_push_text(struct path_run *r, struct path_list *list, uint8_t kind, struct str text)
{
    struct path_value v = {.kind = kind, .node = UINT32_MAX, .text = text};
    return path_run_push(r, list, &v);
}

bool path_run_push_bool(struct path_run *r, struct path_list *list, bool b)
{
    struct path_value v = {.kind = PATH_BOOLEAN, .boolean = b, .node = UINT32_MAX};
    return path_run_push(r, list, &v);
}

bool path_run_push_dec(struct path_run *r, struct path_list *list, uint8_t kind, struct dec d,
                       struct str unit)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(d, text);
    char *p = path_run_alloc(r, n);
    if (!p)
        return false;
    memcpy(p, text, n);
    struct path_value v = {.kind = kind, .node = UINT32_MAX, .text = {p, n}, .unit = unit};
    return path_run_push(r, list, &v);
}

bool path_run_push_int(struct path_run *r, struct path_list *list, int64_t v)
{
    return path_run_push_dec(r, list, PATH_INTEGER, dec_of_i64(v), (struct str){NULL, 0});
}

bool path_run_item(struct path_run *r, const struct path_node *n, const struct path_frame *outer,
                   struct path_value *item, int64_t index, struct path_list *out)
{
    struct path_list self = {item, 1, 1};
    struct path_frame f = {&self, index >= 0 ? index : outer->index, outer->total};
    return path_run(r, n, &f, out);
}

bool path_run_test(struct path_run *r, const struct path_node *n, const struct path_frame *outer,
                   struct path_value *item, int64_t index, bool *truth)
{
    struct arena_mark mark = arena_mark(r->arena);
    size_t bytes = r->bytes;
    struct path_list result = {0};
    bool empty = false;
    bool ok = path_run_item(r, n, outer, item, index, &result) && path_fn_truth(r, n, &result, truth, &empty);
    arena_rewind(r->arena, mark);
    r->bytes = bytes;
    return ok;
}

/* %name: what FHIR and FHIRPath define (R4 FHIRPath 2.9.1.4, N1 9). */
static const struct variable {
    const char *name, *value;
} variables[] = {
    {"ucum", "http://unitsofmeasure.org"},
    {"sct", "http://snomed.info/sct"},
    {"loinc", "http://loinc.org"},
};

/* A variable of the caller's own. */
static bool run_own(struct path_run *r, const struct path_node *n, struct path_list *out)
{
    OS_ASSERT(r->ctx->variables != NULL);
    const struct path_value *v = &r->ctx->variables[n->argc - 1];
    return (v->kind == PATH_NODE && v->node == UINT32_MAX) || path_run_push(r, out, v);
}

static bool run_variable(struct path_run *r, const struct path_node *n, struct path_list *out)
{
    struct path_value v = {.kind = PATH_NODE, .doc = r->ctx->doc, .node = r->ctx->resource};
    if (n->argc)
        return run_own(r, n, out);
    if (str_is(n->text, "context"))
        return path_run_append(r, out, r->context);
    if (str_is(n->text, "resource") || str_is(n->text, "rootResource")) {
        if (!v.doc)
            return true;
        if (str_is(n->text, "rootResource"))
            v.node = r->ctx->root_resource;
        v.type = fhir_resource_type(v.doc, v.node);
        return path_run_push(r, out, &v);
    }
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (str_is(n->text, variables[i].name))
            return path_run_push_text(r, out, PATH_STRING, str_of(variables[i].value));
    /* %`vs-name` and %`ext-name`; the binding let nothing else through. */
    bool vs = str_starts(n->text, STR("vs-"));
    struct str base =
        vs ? STR("http://hl7.org/fhir/ValueSet/") : STR("http://hl7.org/fhir/StructureDefinition/");
    struct str name = str_sub(n->text, vs ? 3 : 4, n->text.n);
    char *p = path_run_alloc(r, base.n + name.n);
    if (!p)
        return false;
    memcpy(p, base.p, base.n);
    memcpy(p + base.n, name.p, name.n);
    return path_run_push_text(r, out, PATH_STRING, (struct str){p, base.n + name.n});
}

/* The members of values that are no nodes: Quantity.value, .unit; type().name, .namespace. */
static bool member_of_value(struct path_run *r, const struct path_value *v, struct str name,
                            struct path_list *out)
{
    if (v->kind == PATH_QUANTITY && str_is(name, "value"))
        return path_run_push_text(r, out, PATH_DECIMAL, v->text);
    if (v->kind == PATH_QUANTITY && (str_is(name, "unit") || str_is(name, "code")))
        return path_run_push_text(r, out, PATH_STRING, v->unit.n ? v->unit : STR("1"));
    if (v->kind == PATH_TYPE && str_is(name, "name"))
        return path_run_push_text(r, out, PATH_STRING, v->text);
    if (v->kind == PATH_TYPE && str_is(name, "namespace"))
        return path_run_push_text(r, out, PATH_STRING, v->unit);
    return true;
}

/* A step, or a chain of them, from each item of the input. */
static bool run_steps(struct path_run *r, const struct path_node *n, const struct path_list *input,
                      struct path_list *out)
{
    const struct path_step *steps = n->op == PATH_OP_CHAIN ? n->steps : &n->step;
    unsigned count = n->op == PATH_OP_CHAIN ? n->argc : 1;
    for (uint32_t i = 0; i < input->count; i++) {
        const struct path_value *v = &input->item[i];
        if (v->kind != PATH_NODE) {
            if (n->op == PATH_OP_MEMBER && !member_of_value(r, v, n->text, out))
                return false;
        } else if (steps->name && !path_step_chain(r, v, steps, count, out)) {
            return false;
        }
    }
    return true;
}

/* A type's name at the start: the focus where it is of that type. */
static bool run_root(struct path_run *r, const struct path_node *n, const struct path_list *input,
                     struct path_list *out)
{
    for (uint32_t i = 0; i < input->count; i++)
        if (path_value_is(&input->item[i], n->type) && !path_run_push(r, out, &input->item[i]))
            return false;
    return true;
}

/* left[index] */
static bool run_at(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                   const struct path_list *input, struct path_list *out)
{
    struct path_list index = {0};
    struct path_value v;
    struct dec d;
    int64_t at;
    if (!path_run(r, n->right, f, &index))
        return false;
    if (index.count == 0)
        return true;
    if (index.count > 1 || !path_value_system(&index.item[0], &v) || v.kind != PATH_INTEGER ||
        !path_value_dec(&v, &d) || !dec_i64(d, &at))
        return path_run_fail(r, n->right, "indexet ska vara ett heltal", "the index must be an integer");
    return at < 0 || at >= input->count || path_run_push(r, out, &input->item[at]);
}

static bool run_is(struct path_run *r, const struct path_node *n, const struct path_list *input,
                   struct path_list *out)
{
    if (input->count > 1)
        return path_run_fail(r, n, "'is' prövar bara ett värde", "'is' tests one value only");
    return input->count == 0 || path_run_push_bool(r, out, path_value_is(&input->item[0], n->type));
}

/* As an operator 'as' picks the items of the type: R4's own search parameters use it on lists. */
static bool run_as(struct path_run *r, const struct path_node *n, const struct path_list *input,
                   struct path_list *out)
{
    for (uint32_t i = 0; i < input->count; i++)
        if (path_value_as(&input->item[i], n->type) && !path_run_push(r, out, &input->item[i]))
            return false;
    return true;
}

static bool run_call(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                     const struct path_list *input, struct path_list *out)
{
    struct path_call c = {r, n, f, input, out};
    return n->fn->run(&c);
}

/* Operations on the collection to the left. */
static bool run_on(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                   const struct path_list *input, struct path_list *out)
{
    switch (n->op) {
    case PATH_OP_MEMBER:
    case PATH_OP_CHAIN:
        return run_steps(r, n, input, out);
    case PATH_OP_ROOT:
        return run_root(r, n, input, out);
    case PATH_OP_CALL:
        return run_call(r, n, f, input, out);
    case PATH_OP_AT:
        return run_at(r, n, f, input, out);
    case PATH_OP_IS:
        return run_is(r, n, input, out);
    case PATH_OP_AS:
        return run_as(r, n, input, out);
    default:
        os_panic("path: unknown operation");
    }
}

bool path_run(struct path_run *r, const struct path_node *n, const struct path_frame *f,
              struct path_list *out)
{
    if (!path_run_work(r, 1))
        return false;
    switch (n->op) {
    case PATH_OP_EMPTY:
        return true;
    case PATH_OP_LITERAL:
        return path_run_push(r, out, &n->value);
    case PATH_OP_THIS:
        return path_run_append(r, out, f->self);
    case PATH_OP_INDEX:
        return f->index < 0 || path_run_push_int(r, out, f->index);
    case PATH_OP_TOTAL:
        return !f->total || path_run_append(r, out, f->total);
    case PATH_OP_VARIABLE:
        return run_variable(r, n, out);
    case PATH_OP_PLUS:
    case PATH_OP_MINUS:
        return path_ops_sign(r, n, f, out);
    case PATH_OP_BINARY:
        return path_ops_binary(r, n, f, out);
    default:
        break;
    }
    if (!n->left)
        return run_on(r, n, f, f->self, out);
    struct path_list input = {0};
    return path_run(r, n->left, f, &input) && run_on(r, n, f, &input, out);
}

static fhir_type_id focus_type(const struct json_doc *doc, uint32_t i)
{
    fhir_type_id type = fhir_elems[doc->nodes[i].elem].type;
    if (!type || fhir_types[type].kind == FHIR_RESOURCE) {
        fhir_type_id actual = fhir_resource_type(doc, i);
        type = actual ? actual : type;
    }
    return type;
}

bool path_eval_on(const struct path_expr *expr, const struct path_context *ctx,
                  const struct path_value *focus, struct arena *arena, struct path_list *out, struct err *err)
{
    struct path_value root = focus ? *focus : (struct path_value){0};
    struct path_list self = {&root, focus != NULL, 1};
    struct path_run r = {
        .ctx = ctx, .arena = arena, .err = err, .text = expr->text, .view = expr->view, .context = &self};
    struct path_frame f = {&self, -1, NULL};
    bool ok = path_run(&r, expr->root, &f, out) && !r.failed;
    if (ctx->work)
        *ctx->work += r.steps;
    return ok;
}

bool path_eval(const struct path_expr *expr, const struct path_context *ctx, uint32_t focus,
               struct arena *arena, struct path_list *out, struct err *err)
{
    struct path_value root = {.kind = PATH_NODE, .node = focus, .doc = ctx->doc};
    if (focus != UINT32_MAX)
        root.type = focus_type(ctx->doc, focus);
    return path_eval_on(expr, ctx, focus != UINT32_MAX ? &root : NULL, arena, out, err);
}

const struct path_expr *path_compile(struct arena *arena, struct str text, fhir_type_id context,
                                     struct err *err)
{
    return path_compile_strict(arena, text, context, false, err);
}

const struct path_expr *path_compile_strict(struct arena *arena, struct str text, fhir_type_id context,
                                            bool strict, struct err *err)
{
    struct path_options opt = {.strict = strict};
    return path_compile_with(arena, text, context, &opt, err);
}

const struct path_expr *path_compile_with(struct arena *arena, struct str text, fhir_type_id context,
                                          const struct path_options *opt, struct err *err)
{
    struct path_expr *e = ARENA_NEW(arena, struct path_expr);
    struct str own = arena_str(arena, text);
    struct path_node *root = e && own.p ? path_parse(arena, own, err) : NULL;
    if (!e || !own.p)
        err_set(err, ERR_NO_MEMORY, NULL);
    if (!root || !path_bind(arena, own, &root, context, opt, &e->yield, err))
        return NULL;
    e->text = own;
    e->root = root;
    e->view = opt->view;
    return e;
}

struct path_yield path_expr_yield(const struct path_expr *expr)
{
    return expr->yield;
}

/* As deep as a tree may be: PATH_TREE_DEPTH_MAX. */
static const char *node_asks(const struct path_node *n)
{
    if (!n)
        return NULL;
    if (n->op == PATH_OP_CALL && n->fn && n->fn->flags & PATH_F_TERMS)
        return n->fn->name;
    const char *name = node_asks(n->left);
    if (!name && n->op != PATH_OP_CALL)
        return node_asks(n->right);
    for (unsigned i = 0; !name && n->op == PATH_OP_CALL && i < n->argc; i++)
        name = node_asks(n->args[i]);
    return name;
}

const char *path_expr_asks(const struct path_expr *expr)
{
    return node_asks(expr->root);
}
