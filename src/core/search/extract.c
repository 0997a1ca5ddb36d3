/* SPDX-License-Identifier: Apache-2.0
 * From a resource to its index rows. Each type's parameters are compiled once; a parameter is evaluated only
 * when one of the top-level elements its expression begins with is there. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/label.h"
#include "search/own_int.h"

enum { COMPARTMENT_MAX = 16, DEDUP_SMALL = 24 };

/* ---- compiling ---- */

/* Functions whose result over nothing is nothing; any other may make a value out of absence. */
static bool keeps_empty(struct str function)
{
    static const char *const names[] = {"as",    "where", "ofType",    "resolve",
                                        "first", "last",  "extension", "children"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_is(function, names[i]))
            return true;
    }
    return false;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct str word_at(struct str s, size_t from)
{
    size_t to = from;
    while (to < s.n && is_word(s.p[to]))
        to++;
    return str_sub(s, from, to);
}

static uint64_t root_bit(fhir_type_id type, fhir_elem_id elem)
{
    return (uint64_t)1 << ((elem - fhir_types[type].elem_first) & 63);
}

/* The bits of element name of type, all its alternatives or only those that are `as`; 0 when it has none. */
static uint64_t name_bits(fhir_type_id type, struct str name, fhir_type_id as)
{
    uint64_t bits = 0;
    const struct fhir_type *t = &fhir_types[type];
    for (uint16_t i = 0; i < t->elem_count; i++) {
        const struct fhir_elem *e = &fhir_elems[t->elem_first + i];
        if (!str_is(name, fhir_name_text[e->path_name]) && !str_is(name, fhir_name_text[e->name]))
            continue;
        if (!as || !e->choice || fhir_type_is(e->type, as))
            bits |= root_bit(type, (fhir_elem_id)(t->elem_first + i));
    }
    return bits;
}

/* The bits of a step "name", "name.as(T)" or "name as T" that begins at from; 0 when the type has no such
 * element. */
static uint64_t step_bits(fhir_type_id type, struct str expr, size_t from)
{
    struct str name = word_at(expr, from), rest = str_sub(expr, from + name.n, expr.n);
    fhir_type_id as = 0;
    if (str_starts(rest, STR(".as(")) || str_starts(rest, STR(" as ")))
        as = fhir_type_find(word_at(rest, 4));
    return name_bits(type, name, as);
}

/* Does a word or character at argument depth 0 make a value where there was none? */
static bool makes_values(struct str expr, size_t at, struct str word)
{
    static const char *const operators[] = {"and", "or", "xor", "implies", "not"};
    size_t end = at + word.n;
    if (word.n == 0)
        return strchr("=<>!~+*/%&-", expr.p[at]) != NULL;
    if (end < expr.n && expr.p[end] == '(')
        return !keeps_empty(word);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (str_is(word, operators[i]) && (at == 0 || expr.p[at - 1] != '.'))
            return true;
    }
    return false;
}

static bool is_ancestor(struct str word)
{
    return str_is(word, "Resource") || str_is(word, "DomainResource");
}

/* Which top-level elements the expression can begin with: those that follow "Type." in it; all when it is not
 * a plain path. */
static uint64_t root_bits(fhir_type_id type, struct str expr)
{
    struct str owner = str_of(fhir_types[type].name);
    uint64_t bits = 0, found;
    unsigned depth = 0, args = 0; /* parentheses open; the depth from which on they are arguments */
    for (size_t i = 0, step; i < expr.n; i += step) {
        struct str word = word_at(expr, i);
        step = word.n ? word.n : 1;
        if (expr.p[i] == '(') {
            depth++;
            args = args == 0 && i > 0 && is_word(expr.p[i - 1]) ? depth : args;
        } else if (expr.p[i] == ')') {
            args = args == depth ? 0 : args;
            depth--;
        }
        if (args)
            continue;
        if (makes_values(expr, i, word))
            return UINT64_MAX;
        if ((i > 0 && expr.p[i - 1] == '.') || (!str_eq(word, owner) && !is_ancestor(word)))
            continue;
        if (i + step >= expr.n || expr.p[i + step] != '.' || !(found = step_bits(type, expr, i + step + 1)))
            return UINT64_MAX;
        bits |= found;
    }
    return bits ? bits : UINT64_MAX;
}

/* Length of the literal in quotes at from; 0 when it holds parentheses, which root_bits would count. */
static size_t quoted(struct str expr, size_t from)
{
    size_t to = from + 1;
    for (; to < expr.n && expr.p[to] != expr.p[from]; to++) {
        to += expr.p[to] == '\\';
        if (to < expr.n && (expr.p[to] == '(' || expr.p[to] == ')'))
            return 0;
    }
    return to + 1 - from;
}

/* A literal outside the arguments of a function is a value of its own. */
uint64_t extract_roots(fhir_type_id type, struct str expr)
{
    unsigned depth = 0, args = 0;
    for (size_t i = 0, step; i < expr.n; i += step) {
        char c = expr.p[i];
        bool quote = c == '\'' || c == '`' || c == '"', begins = i == 0 || !is_word(expr.p[i - 1]);
        step = quote ? quoted(expr, i) : 1;
        if (step == 0 || (!args && (quote || c == '@' || (begins && c >= '0' && c <= '9'))))
            return UINT64_MAX;
        if (c == '(' || c == '[') {
            depth++;
            args = !args && !begins ? depth : args;
        } else if ((c == ')' || c == ']') && depth) {
            args = args == depth ? 0 : args;
            depth--;
        }
    }
    return root_bits(type, expr);
}

/* A composite over the resource itself has a value only where its last component has one. */
static uint64_t composite_roots(const struct fhir_param *p)
{
    struct str expr = str_of(p->expression),
               component = str_of(p->component[p->component_count - 1].expression);
    struct str part, branch;
    uint64_t bits = 0;
    while (str_split(&expr, '|', &part)) {
        uint64_t found = 0;
        size_t from = 0, to = part.n;
        while (from < to && part.p[from] == ' ')
            from++;
        while (to > from && part.p[to - 1] == ' ')
            to--;
        branch = str_sub(part, from, to);
        if (!str_is(branch, fhir_types[p->base].name)) {
            found = root_bits(p->base, branch);
        } else {
            struct str alternative, rest = component;
            while (str_split(&rest, '|', &alternative)) {
                size_t at = alternative.n && alternative.p[0] == ' ' ? 1 : 0;
                uint64_t one = step_bits(p->base, alternative, at);
                found |= one ? one : UINT64_MAX;
            }
        }
        bits |= found;
    }
    return bits;
}

static bool compile_param(struct search *s, fhir_param_id id, struct extract_param *out, struct err *err)
{
    const struct fhir_param *p = search_param(s, id);
    out->id = id;
    out->kind = search_kind_of(p);
    out->expr = path_compile(&s->arena, str_of(p->expression), p->base, err);
    out->roots = p->component_count ? composite_roots(p) : root_bits(p->base, str_of(p->expression));
    for (unsigned k = 0; out->expr && k < p->component_count; k++) {
        out->component[k] = path_compile(&s->arena, str_of(p->component[k].expression), 0, err);
        if (!out->component[k])
            return false;
    }
    return out->expr != NULL;
}

/* The parameters of the clinical row: the code, the date(s) and whom it is about, the first that the type
 * has. */
static const char *const code_names[] = {"code", "vaccine-code", "type", "event", "service-type", NULL};
static const char *const about_names[] = {"patient", "subject", NULL};
static const char *const date_names[] = {
    "onset-date", "authoredon",  "date",           "recorded-date",  "authored-on",
    "authored",   "effective",   "effective-time", "occurrence",     "started",
    "period",     "created",     "recorded",       "sent",           "received",
    "issued",     "identified",  "collected",      "whenhandedover", "whenprepared",
    "datetime",   "datewritten", "start-date",     "entered-date",   NULL,
};

static size_t pick(fhir_type_id type, const char *const *names, size_t max, fhir_param_id *out)
{
    size_t count = 0;
    for (; *names && count < max; names++) {
        fhir_param_id id = fhir_param_find(type, str_of(*names));
        if (id && fhir_params[id].expression[0])
            out[count++] = id;
    }
    return count;
}

static void compile_clinical(struct search *s, fhir_type_id type, struct extract_type *t)
{
    fhir_param_id *list = ARENA_ARRAY(&s->arena, fhir_param_id, COMPARTMENT_MAX);
    for (uint16_t c = 0; c < fhir_compartment_count; c++) {
        if (fhir_compartments[c].type != FHIR_TYPE_Patient)
            continue;
        for (const fhir_param_id *id = fhir_compartments[c].params; *id; id++) {
            if (fhir_params[*id].base == type && t->compartment_count < COMPARTMENT_MAX)
                list[t->compartment_count++] = *id;
        }
    }
    t->compartment = list;
    if (t->compartment_count == 0)
        return;
    pick(type, code_names, 1, &t->code);
    pick(type, about_names, 1, &t->about);
    /* Only these dates are so often absent that another one stands in. */
    size_t dates = pick(type, date_names, 2, t->date);
    if (dates == 2 && strcmp(fhir_params[t->date[0]].code, "onset-date") != 0 &&
        strcmp(fhir_params[t->date[0]].code, "whenhandedover") != 0)
        t->date[1] = 0;
}

/* The type's own parameters after the model's in a list with room for them. */
static void add_own(struct search *s, fhir_type_id type, struct extract_type *t)
{
    const struct own_type *own = atomic_load(&s->own->type[type]);
    t->param_count = t->model_count;
    for (size_t i = 0; own && i < own->count; i++)
        t->param[t->param_count++] = own_get(s, own->id[i])->extract;
}

static size_t own_count(const struct search *s, fhir_type_id type)
{
    const struct own_type *own = atomic_load(&s->own->type[type]);
    return own ? own->count : 0;
}

static const struct extract_type *compile(struct search *s, fhir_type_id type, struct err *err)
{
    const struct fhir_type *ft = &fhir_types[type];
    struct extract_type *t = ARENA_NEW(&s->arena, struct extract_type);
    t->param = ARENA_ARRAY(&s->arena, struct extract_param, ft->param_count + own_count(s, type) + 1u);
    for (uint16_t i = 0; i < ft->param_count; i++) {
        fhir_param_id id = (fhir_param_id)(ft->param_first + i);
        if (!search_kind_of(&fhir_params[id]))
            continue;
        if (!compile_param(s, id, &t->param[t->model_count], err)) {
            err_at(err, str_of(fhir_params[id].url));
            return NULL;
        }
        t->model_count++;
    }
    add_own(s, type, t);
    compile_clinical(s, type, t);
    return t;
}

void extract_refresh(struct search *s, fhir_type_id type)
{
    const struct extract_type *old = atomic_load_explicit(&s->type[type], memory_order_relaxed);
    if (!old)
        return;
    struct extract_type *t = ARENA_NEW(&s->arena, struct extract_type);
    *t = *old;
    t->param = ARENA_ARRAY(&s->arena, struct extract_param, t->model_count + own_count(s, type) + 1u);
    memcpy(t->param, old->param, t->model_count * sizeof *t->param);
    add_own(s, type, t);
    atomic_store_explicit(&s->type[type], t, memory_order_release);
}

const struct extract_type *extract_type_of(struct search *s, fhir_type_id type, struct err *err)
{
    const struct extract_type *t = atomic_load_explicit(&s->type[type], memory_order_acquire);
    if (t)
        return t;
    pthread_mutex_lock(&s->lock);
    t = atomic_load_explicit(&s->type[type], memory_order_relaxed);
    if (!t) {
        t = compile(s, type, err);
        atomic_store_explicit(&s->type[type], t, memory_order_release);
    }
    pthread_mutex_unlock(&s->lock);
    return t;
}

size_t search_care_dates(struct search *s, fhir_type_id type, fhir_param_id out[2])
{
    const struct extract_type *t = extract_type_of(s, type, NULL);
    size_t n = 0;
    for (size_t i = 0; t && i < 2; i++)
        if (t->date[i])
            out[n++] = t->date[i];
    return n;
}

/* ---- equal rows once ---- */

static bool same_row(const struct store_row *a, const struct store_row *b)
{
    return a->index == b->index && a->target_type == b->target_type && a->hash == b->hash &&
           a->exact == b->exact && a->low == b->low && a->high == b->high && a->number_low == b->number_low &&
           a->number_high == b->number_high && str_eq(a->text, b->text) && str_eq(a->name, b->name);
}

static uint64_t row_hash(const struct store_row *r)
{
    struct hash_key key = {(uint64_t)r->low ^ r->exact, (uint64_t)r->high ^ r->hash};
    return hash_sip(key, r->text) ^ hash_sip(key, r->name) * 31;
}

/* Drops repeats among the rows of one parameter, which begin at first. */
static void dedup(struct arena *arena, struct store_rows *out, size_t first)
{
    size_t n = out->count - first, kept = first, cap = 64;
    uint32_t *slot = NULL;
    if (n < 2)
        return;
    if (n > DEDUP_SMALL) {
        while (cap < n * 2)
            cap *= 2;
        slot = ARENA_ARRAY(arena, uint32_t, cap);
    }
    for (size_t i = first; i < out->count; i++) {
        struct store_row row = out->item[i];
        bool seen = false;
        if (slot) {
            size_t h = row_hash(&row) & (cap - 1);
            while (slot[h] && !(seen = same_row(&out->item[slot[h] - 1], &row)))
                h = (h + 1) & (cap - 1);
            slot[h] = seen ? slot[h] : (uint32_t)kept + 1;
        } else {
            for (size_t k = first; k < kept && !seen; k++)
                seen = same_row(&out->item[k], &row);
        }
        if (!seen)
            out->item[kept++] = row;
    }
    out->count = kept;
}

/* ---- evaluating ---- */

static bool eval_composite(const struct rows_to *to, const struct extract_param *p,
                           const struct path_context *ctx, const struct path_list *values, struct err *err)
{
    const struct fhir_param *fp = search_param(to->s, p->id);
    for (uint32_t i = 0; i < values->count; i++) {
        struct path_list parts[3] = {{0}};
        if (values->item[i].kind != PATH_NODE || values->item[i].doc != ctx->doc)
            continue;
        for (unsigned k = 0; k < fp->component_count; k++) {
            if (!path_eval(p->component[k], ctx, values->item[i].node, to->arena, &parts[k], err))
                return err->code == ERR_PATH_RUNTIME;
        }
        composite_rows(to, fp, parts);
    }
    return true;
}

/* Has the value anything in it but extensions? */
static bool has_value(const struct path_value *v)
{
    if (v->kind != PATH_NODE)
        return true;
    const struct json_node *n = &v->doc->nodes[v->node];
    if (n->kind != JSON_OBJECT || (n->flags & JSON_F_UNDERSCORE))
        return n->kind != JSON_OBJECT;
    JSON_EACH(v->doc, v->node, c)
    {
        uint16_t name = v->doc->nodes[c].name;
        if (name != FHIR_NAME_extension && name != FHIR_NAME_id)
            return true;
    }
    return false;
}

/* An element that is there but gives nothing to search by (a concept of text alone, a reference into
 * contained) leaves an empty token row, which answers to nothing but :missing. */
static void mark_present(const struct rows_to *to, const struct path_list *values, size_t first)
{
    bool present = false;
    for (uint32_t k = 0; k < values->count && to->out->count == first && !present; k++)
        present = has_value(&values->item[k]);
    if (present)
        value_row(to, STORE_TOKEN);
}

static bool extract_one(struct search *s, const struct json_doc *doc, uint32_t i,
                        const struct extract_param *p, struct arena *arena, struct store_rows *out,
                        struct err *err)
{
    struct path_context ctx = {.doc = doc, .resource = i, .root_resource = i};
    struct path_list values = {0};
    bool full = false;
    struct rows_to to = {s, arena, p->id, out, &full};
    struct err local = {0};
    size_t first = out->count;
    /* An expression that fails on this resource gives no rows: the resource stays storable. */
    if (!path_eval(p->expr, &ctx, i, arena, &values, &local)) {
        if (err && local.code != ERR_PATH_RUNTIME)
            *err = local;
        return local.code == ERR_PATH_RUNTIME;
    }
    if (p->kind->rows) {
        for (uint32_t k = 0; k < values.count; k++)
            p->kind->rows(&to, &values.item[k]);
        mark_present(&to, &values, first);
    } else if (!eval_composite(&to, p, &ctx, &values, &local)) {
        if (err)
            *err = local;
        return false;
    }
    if (full)
        return err_set(err, ERR_NO_MEMORY, NULL);
    dedup(arena, out, first);
    return true;
}

bool extract_values(struct search *s, fhir_type_id type, fhir_param_id param, const struct path_context *ctx,
                    struct arena *arena, struct path_list *out, struct err *err)
{
    const struct extract_type *t = extract_type_of(s, type, err);
    struct err local = {0};
    if (!t)
        return false;
    for (size_t i = 0; i < t->param_count; i++) {
        if (t->param[i].id != param || path_eval(t->param[i].expr, ctx, ctx->resource, arena, out, &local))
            continue;
        if (local.code == ERR_PATH_RUNTIME)
            return true;
        if (err)
            *err = local;
        return false;
    }
    return true;
}

struct path_yield extract_yield(struct search *s, fhir_type_id type, fhir_param_id param)
{
    const struct extract_type *t = extract_type_of(s, type, NULL);
    for (size_t i = 0; t && i < t->param_count; i++)
        if (t->param[i].id == param)
            return path_expr_yield(t->param[i].expr);
    return (struct path_yield){0};
}

/* ---- the clinical rows ---- */

/* The rows of one parameter lie together: [from, to). */
struct run {
    size_t from, to;
};

static struct run run_of(const struct store_rows *rows, size_t count, fhir_param_id param)
{
    struct run r = {0, 0};
    size_t i = 0;
    while (param && i < count && rows->item[i].param != param)
        i++;
    r.from = r.to = i;
    while (param && r.to < count && rows->item[r.to].param == param)
        r.to++;
    return r;
}

static int64_t main_date(const struct extract_type *t, const struct store_rows *rows, size_t count)
{
    int64_t low = INT64_MIN;
    for (size_t d = 0; d < 2 && low == INT64_MIN; d++) {
        struct run r = run_of(rows, count, t->date[d]);
        for (size_t i = r.from; i < r.to; i++) {
            if (rows->item[i].index == STORE_DATE && (i == r.from || rows->item[i].low < low))
                low = rows->item[i].low;
        }
    }
    return low;
}

static void put_clinical(const struct rows_to *to, struct str patient, uint64_t hash, int64_t date)
{
    struct store_row *r = value_row(to, STORE_CLINICAL);
    r->target_type = FHIR_TYPE_Patient;
    r->text = patient;
    r->hash = hash;
    r->low = date;
}

/* One row with hash 0 for each patient in whose compartment the resource is. */
static void compartment_rows(const struct rows_to *to, const struct extract_type *t, size_t count,
                             int64_t date)
{
    for (size_t c = 0; c < t->compartment_count; c++) {
        struct run r = run_of(to->out, count, t->compartment[c]);
        for (size_t i = r.from; i < r.to; i++) {
            struct store_row row = to->out->item[i];
            if (row.index == STORE_REFERENCE && row.target_type == FHIR_TYPE_Patient)
                put_clinical(to, row.text, 0, date);
        }
    }
}

/* One row per code for each patient that the resource is about. */
static void code_rows(const struct rows_to *to, const struct extract_type *t, size_t count, int64_t date)
{
    struct run about = run_of(to->out, count, t->about), code = run_of(to->out, count, t->code);
    for (size_t a = about.from; a < about.to; a++) {
        struct store_row patient = to->out->item[a];
        if (patient.index != STORE_REFERENCE || patient.target_type != FHIR_TYPE_Patient)
            continue;
        for (size_t c = code.from; c < code.to; c++) {
            struct str text = to->out->item[c].text;
            if (text.n)
                put_clinical(to, patient.text, hash_sip(to->s->key, text), date);
        }
    }
}

static bool clinical(struct search *s, const struct json_doc *doc, uint32_t i, const struct extract_type *t,
                     fhir_type_id type, struct arena *arena, struct store_rows *out)
{
    bool full = false;
    struct rows_to to = {s, arena, 0, out, &full};
    size_t count = out->count;
    if (type == FHIR_TYPE_Patient) {
        struct str id = json_text(doc, json_get(doc, i, FHIR_NAME_id));
        if (id.n)
            put_clinical(&to, id, 0, INT64_MIN);
    }
    if (t->compartment_count == 0)
        return !full;
    int64_t date = type == FHIR_TYPE_Patient ? INT64_MIN : main_date(t, out, count);
    compartment_rows(&to, t, count, date);
    code_rows(&to, t, count, date);
    dedup(arena, out, count);
    return !full;
}

static struct store_row *label_row(const struct rows_to *to, int64_t kind)
{
    struct store_row *r = value_row(to, STORE_LABEL);
    r->hash = (uint64_t)kind;
    return r;
}

/* Organization/x alone: a label that is anything else labels nothing. */
static void label_organization(const struct rows_to *to, int64_t kind, struct str reference)
{
    const struct str prefix = STR("Organization/");
    if (!str_starts(reference, prefix) || reference.n == prefix.n)
        return;
    struct store_row *r = label_row(to, kind);
    r->target_type = FHIR_TYPE_Organization;
    r->text = str_sub(reference, prefix.n, reference.n);
}

static bool labels(struct search *s, const struct json_doc *doc, uint32_t i, fhir_type_id type,
                   struct arena *arena, struct store_rows *out)
{
    bool full = false;
    struct rows_to to = {s, arena, 0, out, &full};
    struct label label = label_read(doc, i, type);
    label_organization(&to, STORE_LABEL_UNIT, label.unit);
    label_organization(&to, STORE_LABEL_PROVIDER, label.provider);
    if (label.flags)
        label_row(&to, STORE_LABEL_FLAGS)->low = label.flags;
    return !full;
}

static bool extract_all(struct search *s, const struct json_doc *doc, uint32_t i,
                        const struct extract_type *t, fhir_type_id type, struct arena *arena,
                        struct store_rows *out, struct err *err)
{
    uint64_t present = 0;
    JSON_EACH(doc, i, c)
    {
        fhir_elem_id elem = doc->nodes[c].elem;
        if (elem)
            present |= root_bit(type, elem);
    }
    for (size_t p = 0; p < t->param_count; p++) {
        if ((t->param[p].roots & present) == 0 && t->param[p].roots != UINT64_MAX)
            continue;
        if (!extract_one(s, doc, i, &t->param[p], arena, out, err))
            return false;
    }
    return (clinical(s, doc, i, t, type, arena, out) && labels(s, doc, i, type, arena, out)) ||
           err_set(err, ERR_NO_MEMORY, NULL);
}

bool search_extract(struct search *s, const struct json_doc *doc, uint32_t i, fhir_type_id type,
                    struct arena *arena, struct store_rows *out, struct err *err)
{
    /* Read before the type's parameters: rows of older ones are then known to be so. */
    out->epoch = own_epoch(s);
    const struct extract_type *t = extract_type_of(s, type, err);
    size_t limit = arena->limit;
    if (!t)
        return false;
    arena->limit = 0; /* the rows' bound is the resource's size and SEARCH_ROWS_MAX */
    bool ok = extract_all(s, doc, i, t, type, arena, out, err);
    arena->limit = limit;
    return ok;
}

bool extract_some(struct search *s, const struct json_doc *doc, uint32_t i,
                  const struct extract_param *const *param, size_t count, struct arena *arena,
                  struct store_rows *out, struct err *err)
{
    size_t limit = arena->limit;
    bool ok = true;
    arena->limit = 0;
    for (size_t p = 0; ok && p < count; p++)
        ok = extract_one(s, doc, i, param[p], arena, out, err);
    arena->limit = limit;
    return ok;
}
