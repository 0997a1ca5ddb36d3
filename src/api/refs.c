/* SPDX-License-Identifier: Apache-2.0 */
#include "api/refs.h"

#include "fhir_gen/names.h"

struct refs_walk {
    struct json_doc *doc;
    uint32_t root;
    struct arena *arena;
    refs_map_fn *map;
    void *arg;
    struct err *err;
};

/* Asks the map for one text; *to is empty when it stays. A failure gets the node's path and place. */
static bool refs_ask(struct refs_walk *w, uint32_t node, bool is_reference, struct str from, struct str *to)
{
    *to = (struct str){NULL, 0};
    if (from.n == 0 || from.p[0] == '#')
        return true; /* a contained resource, or a place in the same page: never another resource */
    if (w->map(w->arg, is_reference, from, w->arena, to, w->err))
        return true;
    struct buf path;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(w->doc, w->root, node, &path);
    err_at(w->err, buf_get(&path));
    buf_release(&path);
    if (w->err && w->err->line == 0)
        json_place(w->doc, node, &w->err->line, &w->err->column);
    return false;
}

static bool refs_set(struct refs_walk *w, uint32_t node, struct str text)
{
    if (text.n > UINT32_MAX)
        return err_set(w->err, ERR_JSON_SIZE, "4294967295", NULL);
    struct json_node *n = &w->doc->nodes[node];
    n->text = text.p;
    n->len = (uint32_t)text.n;
    n->flags &= (uint8_t)~JSON_F_PLAIN;
    return true;
}

static bool refs_text(struct refs_walk *w, uint32_t node, bool is_reference)
{
    struct str to;
    if (!refs_ask(w, node, is_reference, json_text(w->doc, node), &to))
        return false;
    return to.n == 0 || refs_set(w, node, to);
}

/* The next href="…" or src="…" value at or after *from; moves *from past it. */
static bool refs_attribute(struct str html, size_t *from, struct str *value)
{
    for (size_t eq = str_find(html, '=', *from); eq != SIZE_MAX; eq = str_find(html, '=', eq + 1)) {
        struct str before = str_sub(html, 0, eq);
        size_t name = str_ends(before, STR("href")) ? 4 : str_ends(before, STR("src")) ? 3 : 0;
        if (!name || eq == name || (unsigned char)html.p[eq - name - 1] > ' ' || eq + 1 >= html.n)
            continue;
        char quote = html.p[eq + 1];
        size_t end = quote == '"' || quote == '\'' ? str_find(html, quote, eq + 2) : SIZE_MAX;
        if (end == SIZE_MAX)
            continue;
        *value = str_sub(html, eq + 2, end);
        *from = end;
        return true;
    }
    return false;
}

/* Links in narrative. Values are compared as they stand: an address with character entities in it is no
 * fullUrl. */
static bool refs_narrative(struct refs_walk *w, uint32_t node)
{
    struct str html = json_text(w->doc, node), value, to;
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    size_t at = 0, copied = 0;
    bool ok = true;
    while (ok && refs_attribute(html, &at, &value)) {
        ok = refs_ask(w, node, false, value, &to);
        if (!ok || to.n == 0)
            continue;
        size_t begin = (size_t)(value.p - html.p);
        buf_str(&out, str_sub(html, copied, begin));
        buf_str(&out, to);
        copied = begin + value.n;
    }
    if (ok && copied) {
        buf_str(&out, str_sub(html, copied, html.n));
        ok = buf_ok(&out) ? refs_set(w, node, arena_str(w->arena, buf_get(&out)))
                          : err_set(w->err, ERR_NO_MEMORY, NULL);
    }
    buf_release(&out);
    return ok;
}

static bool refs_node(struct refs_walk *w, uint32_t node)
{
    const struct fhir_elem *e = &fhir_elems[w->doc->nodes[node].elem];
    if (e->owner == FHIR_TYPE_Reference && e->name == FHIR_NAME_reference)
        return refs_text(w, node, true);
    switch (fhir_types[e->type].prim) {
    case FHIR_PRIM_URI:
    case FHIR_PRIM_URL:
    case FHIR_PRIM_OID:
    case FHIR_PRIM_UUID:
        return refs_text(w, node, false);
    case FHIR_PRIM_XHTML:
        return refs_narrative(w, node);
    default:
        return true;
    }
}

bool refs_rewrite(struct json_doc *doc, uint32_t i, struct arena *arena, refs_map_fn *map, void *arg,
                  struct err *err)
{
    struct refs_walk w = {doc, i, arena, map, arg, err};
    for (uint32_t n = i; n < doc->nodes[i].end; n++)
        if (doc->nodes[n].kind == JSON_STRING && doc->nodes[n].elem && !refs_node(&w, n))
            return false;
    return true;
}

bool refs_conditional(struct str reference, fhir_type_id *type, struct str *query)
{
    size_t mark = str_find(reference, '?', 0);
    if (mark == SIZE_MAX || mark + 1 >= reference.n)
        return false;
    *type = fhir_resource_find(str_sub(reference, 0, mark));
    *query = str_sub(reference, mark + 1, reference.n);
    return *type != 0;
}
