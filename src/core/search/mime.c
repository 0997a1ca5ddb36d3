/* SPDX-License-Identifier: Apache-2.0
 * :below of MIME types (R4 3.1.1.4.10.1): contenttype:below=text/xml is text/xml and text/xml; charset=UTF-8.
 * Asked of the base part, of its first segment alone (image, as R5 has it), or with parameters, all of which
 * must then be there. Rows hold a hash of the whole text, so the values are read in the candidates' bodies.
 */
#include <string.h>

#include "search/own_int.h"

#define MIME_SYSTEM "urn:ietf:bcp:13"

struct mime {
    struct search *s;
    struct arena *arena;
    struct str param;
    struct str *item; /* the types asked for, as text */
    size_t count;
};

bool search_param_mime(const struct fhir_param *p)
{
    uint16_t binding = token_binding(p);
    return binding && strcmp(fhir_bindings[binding].value_set, "http://hl7.org/fhir/ValueSet/mimetypes") == 0;
}

/* ---- one type against another ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Types, subtypes and parameters' names are written in any case (RFC 2045 5.1), and so is charset. */
static bool same(struct str a, struct str b)
{
    bool yes = a.n == b.n;
    for (size_t i = 0; yes && i < a.n; i++)
        yes = lower(a.p[i]) == lower(b.p[i]);
    return yes;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct str trim(struct str s)
{
    while (s.n && is_space(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* The next part, up to a semicolon that is not in quotes; quotes themselves say nothing. */
static bool next_part(struct str *rest, struct str *part)
{
    bool quoted = false;
    size_t i = 0;
    if (!rest->p)
        return false;
    for (; i < rest->n && (quoted || rest->p[i] != ';'); i++)
        quoted = quoted != (rest->p[i] == '"');
    *part = trim(str_sub(*rest, 0, i));
    *rest = i < rest->n ? str_sub(*rest, i + 1, rest->n) : (struct str){NULL, 0};
    return true;
}

static struct str unquoted(struct str s)
{
    return s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_sub(s, 1, s.n - 1) : s;
}

static bool same_parameter(struct str a, struct str b)
{
    struct str a_name, b_name;
    str_split(&a, '=', &a_name);
    str_split(&b, '=', &b_name);
    return same(trim(a_name), trim(b_name)) && (a.p != NULL) == (b.p != NULL) &&
           same(unquoted(trim(a)), unquoted(trim(b)));
}

static bool has_parameter(struct str parameters, struct str wanted)
{
    struct str part;
    while (next_part(&parameters, &part)) {
        if (same_parameter(part, wanted))
            return true;
    }
    return false;
}

static bool is_below(struct str value, struct str wanted)
{
    struct str base, type, part;
    next_part(&value, &base);
    next_part(&wanted, &type);
    size_t slash = str_find(type, '/', 0) == SIZE_MAX ? str_find(base, '/', 0) : SIZE_MAX;
    if (!same(slash == SIZE_MAX ? base : str_sub(base, 0, slash), type))
        return false;
    while (next_part(&wanted, &part)) {
        if (part.n && !has_parameter(value, part))
            return false;
    }
    return true;
}

/* ---- the condition ---- */

static bool holds(void *arg, fhir_type_id type, const struct json_doc *doc, bool *yes, struct err *err)
{
    const struct mime *m = arg;
    struct path_list list = {0};
    struct path_context ctx = {.doc = doc};
    if (!extract_values(m->s, type, search_param_find(m->s, type, m->param), &ctx, m->arena, &list, err))
        return false;
    for (uint32_t i = 0; i < list.count; i++) {
        struct str value = value_self(&list.item[i]);
        for (size_t k = 0; k < m->count && !*yes; k++)
            *yes = is_below(value, m->item[k]);
    }
    return true;
}

static bool candidates(const struct query_of *q, const struct search_kind *kind, void *arg,
                       struct matches *out)
{
    (void)kind;
    (void)arg;
    value_match(q, STORE_TOKEN, out)->cmp = STORE_CMP_ANY;
    return own_query_param_ready(q->s, q->read, q->param_id, q->err);
}

/* [system|]type, where the system can only be the one of MIME types. */
static bool read_type(const struct query_of *q, struct str value, struct str *out)
{
    struct str rest = value, system, base;
    value_split(&rest, '|', &system);
    *out = value_unescape(q->arena, rest.p ? rest : system);
    struct str all = *out;
    next_part(&all, &base);
    bool known = !rest.p || system.n == 0 || str_is(value_unescape(q->arena, system), MIME_SYSTEM);
    if (known && base.n && str_find(base, '*', 0) == SIZE_MAX && str_find(base, '|', 0) == SIZE_MAX)
        return true;
    return value_expected(q, value, "en MIME-typ som text/xml, eller dess första led som image",
                          "a MIME type like text/xml, or its first segment like image");
}

bool mime_below(struct plan_of *p, struct str code, struct str value)
{
    struct str rest = value, part;
    struct mime m = {.s = p->s, .arena = p->arena, .param = code};
    struct query_of q = plan_query(p, search_param_find(p->s, p->types[0], code));
    struct plan_of inner = verify_inner(p);
    struct matches list = {0};
    m.item = ARENA_ARRAY(p->arena, struct str, SEARCH_VALUES_MAX);
    while (value_split(&rest, ',', &part)) {
        if (m.count == SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, q.param->code, "1000", NULL);
        if (!read_type(&q, part, &m.item[m.count++]))
            return false;
    }
    if (plan_each(&inner, code, candidates, &m, &list) != PLAN_OK)
        return false;
    plan_any(&inner, &list);
    return verify_cond(p, &inner, holds, &m);
}
