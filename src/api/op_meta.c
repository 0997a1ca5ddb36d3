/* SPDX-License-Identifier: Apache-2.0
 * $meta, $meta-add, $meta-delete (R4 resource-operations): profiles, tags and security labels, read, added
 * and taken away. Versions never change here, so a change of labels is a new version like any other. */
#include "api/params.h"
#include "fhir_gen/names.h"

enum {
    META_SCAN_MAX = 200000, /* resources looked at for $meta of a type or of everything */
    META_LABELS_MAX = 1000, /* different labels in one answer */
    META_BYTES_MAX = 4 << 20,
};

/* The three lists of labels, in the order meta has them. */
static const struct {
    uint16_t name;
    const char *key;
} lists[] = {
    {FHIR_NAME_profile, "profile"},
    {FHIR_NAME_security, "security"},
    {FHIR_NAME_tag, "tag"},
};
enum { LISTS = sizeof(lists) / sizeof(*lists) };

/* A label: a profile's URL, or a Coding. */
struct label {
    const struct json_doc *doc;
    uint32_t node;
};

struct labels {
    struct label item[META_LABELS_MAX];
    size_t count;
    bool full;
};

static bool same_label(const struct label *a, const struct label *b)
{
    static const uint16_t parts[] = {FHIR_NAME_system, FHIR_NAME_code};
    const struct json_node *x = &a->doc->nodes[a->node], *y = &b->doc->nodes[b->node];
    if (x->kind != y->kind)
        return false;
    if (x->kind != JSON_OBJECT)
        return str_eq(json_text(a->doc, a->node), json_text(b->doc, b->node));
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (!str_eq(json_text(a->doc, json_get(a->doc, a->node, parts[i])),
                    json_text(b->doc, json_get(b->doc, b->node, parts[i]))))
            return false;
    return true;
}

static bool has_label(const struct labels *l, const struct label *want)
{
    for (size_t i = 0; i < l->count; i++)
        if (same_label(&l->item[i], want))
            return true;
    return false;
}

static void add_label(struct labels *l, const struct label *label)
{
    if (has_label(l, label))
        return;
    if (l->count == META_LABELS_MAX)
        l->full = true;
    else
        l->item[l->count++] = *label;
}

/* Adds the labels of a list of meta. */
static void add_list(struct labels *l, const struct json_doc *doc, uint32_t meta, uint16_t name)
{
    uint32_t list = meta == UINT32_MAX ? meta : json_get(doc, meta, name);
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, i)
    {
        add_label(l, &(struct label){doc, i});
    }
}

static void write_list(struct buf *out, const char *key, const struct labels *l, bool *comma)
{
    if (!l->count)
        return;
    if (*comma)
        buf_char(out, ',');
    *comma = true;
    json_write_string(out, str_of(key));
    buf_cstr(out, ":[");
    for (size_t i = 0; i < l->count; i++) {
        if (i)
            buf_char(out, ',');
        json_write(l->item[i].doc, l->item[i].node, out);
    }
    buf_char(out, ']');
}

static bool too_many(struct err *err)
{
    return err_set(err, ERR_SEARCH_LIMIT, "meta", "1000", NULL);
}

static bool answer_meta(struct call *c, struct str meta)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    buf_cstr(&out, "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"return\",\"valueMeta\":");
    buf_str(&out, meta.n ? meta : STR("{}"));
    buf_cstr(&out, "}]}");
    return resource_answer_buf(c, &out, 200);
}

/* ---- $meta of one resource ---- */

static bool meta_of_body(struct call *c, struct str body, struct str *meta, struct err *err)
{
    struct json_doc doc;
    struct buf out;
    if (!json_parse(c->arena, body, &fhir_names, &doc, err))
        return false;
    uint32_t node = json_get(&doc, 0, FHIR_NAME_meta);
    buf_init(&out, META_BYTES_MAX);
    if (node != UINT32_MAX)
        json_write(&doc, node, &out);
    *meta = arena_str(c->arena, buf_get(&out));
    bool ok = buf_ok(&out);
    buf_release(&out);
    return ok || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool meta_instance(struct call *c, struct store_read *r, struct str *meta, struct err *err)
{
    struct store_version v;
    switch (store_get(r, c->type, c->id, c->arena, &v, err)) {
    case STORE_FOUND:
        return meta_of_body(c, v.body, meta, err);
    case STORE_DELETED:
        return err_set_str(err, ERR_GONE, resource_name(c->arena, c->type, c->id), STR(""));
    case STORE_ABSENT:
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
    default:
        return false;
    }
}

/* ---- $meta of a type and of everything: what labels are in use ---- */

struct scan {
    struct call *c;
    struct labels *list; /* LISTS of them */
    struct err *err;
    uint64_t seen;
    bool failed;
};

/* Bodies are stored with resourceType, id and meta first; only meta is parsed. */
static struct str meta_text(struct str body)
{
    size_t at = str_find_str(str_sub(body, 0, body.n < 256 ? body.n : 256), STR("\"meta\":{"));
    int depth = 0;
    bool quoted = false;
    if (at == SIZE_MAX)
        return (struct str){0};
    for (size_t i = at += 7; i < body.n; i++) {
        char ch = body.p[i];
        if (quoted && ch == '\\')
            i++;
        else if (ch == '"')
            quoted = !quoted;
        else if (!quoted && ch == '{')
            depth++;
        else if (!quoted && ch == '}' && --depth == 0)
            return str_sub(body, at, i + 1);
    }
    return (struct str){0};
}

static bool each_body(void *arg, const struct store_version *v)
{
    struct scan *s = arg;
    struct arena *arena = s->c->arena;
    struct arena_mark mark = arena_mark(arena);
    struct str text = meta_text(v->body);
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    size_t before = 0, after = 0;
    if (s->seen++ == META_SCAN_MAX)
        return !(s->failed = !err_set(s->err, ERR_SEARCH_LIMIT, "$meta", "200000", NULL));
    if (!text.n)
        return true;
    text = arena_str(arena, text);
    if (!doc || !text.p || !json_parse(arena, text, &fhir_names, doc, s->err))
        return !(s->failed = true);
    for (int i = 0; i < LISTS; i++) {
        before += s->list[i].count;
        add_list(&s->list[i], doc, 0, lists[i].name);
        after += s->list[i].count;
        if (s->list[i].full)
            return !(s->failed = !too_many(s->err));
    }
    if (before == after)
        arena_rewind(arena, mark);
    return true;
}

static bool write_labels(struct call *c, const struct labels *list, struct str *meta, struct err *err)
{
    struct buf out;
    bool comma = false;
    buf_init(&out, META_BYTES_MAX);
    buf_char(&out, '{');
    for (int i = 0; i < LISTS; i++)
        write_list(&out, lists[i].key, &list[i], &comma);
    buf_char(&out, '}');
    *meta = arena_str(c->arena, buf_get(&out));
    bool ok = buf_ok(&out) && meta->p;
    buf_release(&out);
    return ok || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool meta_all(struct call *c, struct store_read *r, struct str *meta, struct err *err)
{
    struct scan s = {.c = c, .list = ARENA_ARRAY(c->arena, struct labels, LISTS), .err = err};
    if (!s.list)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!store_scan(r, c->type, 0, each_body, &s, err) || s.failed)
        return false;
    return write_labels(c, s.list, meta, err);
}

bool op_meta_run(struct call *c)
{
    static const char *const none[] = {NULL};
    struct err err = {0};
    struct str meta = {0};
    if (!call_params_only(c, none, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = c->id.n ? meta_instance(c, r, &meta, &err) : meta_all(c, r, &meta, &err);
    call_read_end(c, r);
    return ok ? answer_meta(c, meta) : outcome_fail(c, &err);
}

/* ---- $meta-add and $meta-delete ---- */

struct change {
    const struct json_doc *doc;
    uint32_t meta; /* what is added or taken away */
    bool add;
};

/* The labels of one list as they shall be. */
static void change_list(const struct change *ch, const struct json_doc *doc, uint32_t meta, uint16_t name,
                        struct labels *kept, struct labels *given)
{
    kept->count = given->count = 0;
    add_list(kept, doc, meta, name);
    add_list(given, ch->doc, ch->meta, name);
    if (ch->add) {
        for (size_t i = 0; i < given->count; i++)
            add_label(kept, &given->item[i]);
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < kept->count; i++)
        if (!has_label(given, &kept->item[i]))
            kept->item[n++] = kept->item[i];
    kept->count = n;
}

static bool is_list(uint16_t name)
{
    for (int i = 0; i < LISTS; i++)
        if (lists[i].name == name)
            return true;
    return false;
}

static void write_members(const struct json_doc *doc, uint32_t node, bool meta, struct buf *out, bool *comma)
{
    JSON_EACH(doc, node, m)
    {
        const struct json_node *n = &doc->nodes[m];
        if (meta ? is_list(n->name) : n->name == FHIR_NAME_meta)
            continue;
        if (*comma)
            buf_char(out, ',');
        *comma = true;
        json_write_string(out, (struct str){n->key, n->key_len});
        buf_char(out, ':');
        json_write(doc, m, out);
    }
}

static bool rewrite(struct write *w, struct str body, struct str *text, struct err *err)
{
    const struct change *ch = w->rewrite_arg;
    struct arena *arena = w->call->arena;
    struct json_doc doc;
    struct buf out;
    struct labels *work = ARENA_ARRAY(arena, struct labels, 2);
    bool comma = false, inner = false, full = false;
    if (!work)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    uint32_t meta = json_get(&doc, 0, FHIR_NAME_meta);
    buf_init(&out, STORE_BODY_MAX);
    buf_char(&out, '{');
    write_members(&doc, 0, false, &out, &comma);
    buf_cstr(&out, ",\"meta\":{");
    if (meta != UINT32_MAX)
        write_members(&doc, meta, true, &out, &inner);
    for (int i = 0; i < LISTS; i++) {
        change_list(ch, &doc, meta, lists[i].name, &work[0], &work[1]);
        write_list(&out, lists[i].key, &work[0], &inner);
        full = full || work[0].full || work[1].full;
    }
    buf_cstr(&out, "}}");
    *text = arena_str(arena, buf_get(&out));
    bool ok = buf_ok(&out) && text->p;
    buf_release(&out);
    return full ? too_many(err) : ok || err_set(err, ERR_NO_MEMORY, NULL);
}

/* The meta as it stands after the change. */
static void answer_changed(struct write *w)
{
    struct call *c = w->call;
    struct err err = {0};
    struct str meta = {0};
    struct buf body;
    buf_init(&body, BUF_NO_MAX);
    write_stored(w, &body);
    if (meta_of_body(c, buf_get(&body), &meta, &err))
        answer_meta(c, meta);
    else
        outcome_fail(c, &err);
    buf_release(&body);
}

static bool change_run(struct call *c, bool add)
{
    static const struct params_def defs[] = {{.name = "meta", .required = true, .complex = true},
                                             {.name = NULL}};
    struct err err = {0};
    struct params p;
    struct change *ch = ARENA_NEW(c->arena, struct change);
    if (!ch)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (err.code || !params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    *ch = (struct change){p.doc, params_find(&p, "meta")->node, add};
    return rewrite_run(c, rewrite, ch, answer_changed);
}

bool op_meta_add_run(struct call *c)
{
    return change_run(c, true);
}

bool op_meta_delete_run(struct call *c)
{
    return change_run(c, false);
}
