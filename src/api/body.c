/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"

static struct str body_key(const struct json_node *n)
{
    return (struct str){n->key, n->key_len};
}

static bool body_is_any(struct str key, const char *const *names)
{
    for (; *names; names++)
        if (str_is(key, *names))
            return true;
    return false;
}

/* ,"key":value for every member of object i but the named ones. */
static void body_members(const struct json_doc *doc, uint32_t i, const char *const *but, struct buf *out)
{
    JSON_EACH(doc, i, c)
    {
        struct str key = body_key(&doc->nodes[c]);
        if (body_is_any(key, but))
            continue;
        buf_char(out, ',');
        json_write_string(out, key);
        buf_char(out, ':');
        json_write(doc, c, out);
    }
}

/* What the store writes itself, with the primitives' extensions that would belong to it. */
static const char *const body_meta_own[] = {"versionId", "lastUpdated", "_versionId", "_lastUpdated", NULL};
static const char *const body_front[] = {"resourceType", "id", "meta", NULL};

bool body_parts(const struct json_doc *doc, uint32_t i, fhir_type_id type, struct str id, struct arena *arena,
                struct store_change *c, struct err *err)
{
    if (doc->nodes[i].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    uint32_t meta = json_get_key(doc, i, STR("meta"));
    if (meta != UINT32_MAX && doc->nodes[meta].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_KIND, "meta", "Meta", NULL);
    struct buf out;
    buf_init(&out, STORE_BODY_MAX);
    buf_cstr(&out, "{\"resourceType\":\"");
    buf_cstr(&out, fhir_types[type].name);
    buf_cstr(&out, "\",\"id\":\"");
    buf_str(&out, id);
    buf_cstr(&out, "\",");
    size_t head = out.n;
    if (meta != UINT32_MAX)
        body_members(doc, meta, body_meta_own, &out);
    size_t rest = out.n;
    body_members(doc, i, body_front, &out);
    buf_char(&out, '}');
    if (!buf_ok(&out)) {
        buf_release(&out);
        return err_set(err, ERR_JSON_SIZE, "67108864", NULL);
    }
    struct str all = arena_str(arena, buf_get(&out));
    buf_release(&out);
    if (!all.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    c->type = type;
    c->id = arena_str(arena, id);
    c->head = str_sub(all, 0, head);
    c->meta_rest = str_sub(all, head, rest);
    c->tail = str_sub(all, rest, all.n);
    return c->id.p ? true : err_set(err, ERR_NO_MEMORY, NULL);
}
