/* SPDX-License-Identifier: Apache-2.0
 * Bodies of protected identities as they may be shown: without the elements that masks.json names, without
 * labels of units, and without references to places. */
#include "access/access_int.h"
#include "access/read_body.h"
#include "fhir_gen/names.h"

struct masking {
    const struct rules *rules;
    const struct json_doc *doc;
    fhir_type_id type;
};

static bool named(const struct rules_mask *m, struct str key)
{
    for (size_t i = 0; i < m->count; i++)
        if (str_eq(m->element[i], key))
            return true;
    return false;
}

static struct str key_of(const struct json_doc *doc, uint32_t i)
{
    struct str key = {doc->nodes[i].key, doc->nodes[i].key_len};
    return key.n && key.p[0] == '_' ? str_sub(key, 1, key.n) : key;
}

/* A label, or a reference to a place? */
static bool tells_place(const struct masking *m, uint32_t i)
{
    const struct json_doc *doc = m->doc;
    if (doc->nodes[i].kind != JSON_OBJECT)
        return false;
    struct str url = json_text(doc, json_get(doc, i, FHIR_NAME_url));
    if (m->rules->mask_labels && (str_is(url, ACCESS_URL_UNIT) || str_is(url, ACCESS_URL_PROVIDER)))
        return true;
    return read_body_id_of(read_body_reference(doc, i), STR("Location")).n != 0;
}

static bool kept(const struct masking *m, uint32_t i, uint32_t depth)
{
    const struct json_doc *doc = m->doc;
    const struct rules_mask *own = &m->rules->mask[m->type];
    if (depth == 1 && (named(own, key_of(doc, i)) || named(&m->rules->mask_all, key_of(doc, i))))
        return false;
    if (tells_place(m, i))
        return false;
    if (doc->nodes[i].kind != JSON_OBJECT && doc->nodes[i].kind != JSON_ARRAY)
        return true;
    /* What has nothing left is left out: FHIR has no empty objects and arrays. */
    JSON_EACH(doc, i, c)
    {
        if (kept(m, c, depth + 1))
            return true;
    }
    return false;
}

static void write(const struct masking *m, uint32_t i, uint32_t depth, struct buf *out)
{
    const struct json_doc *doc = m->doc;
    bool object = doc->nodes[i].kind == JSON_OBJECT, first = true;
    if (!object && doc->nodes[i].kind != JSON_ARRAY) {
        json_write(doc, i, out);
        return;
    }
    buf_char(out, object ? '{' : '[');
    JSON_EACH(doc, i, c)
    {
        if (!kept(m, c, depth + 1))
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        if (object) {
            json_write_string(out, (struct str){doc->nodes[c].key, doc->nodes[c].key_len});
            buf_char(out, ':');
        }
        write(m, c, depth + 1, out);
    }
    buf_char(out, object ? '}' : ']');
}

bool access_mask(const struct rules *rules, struct arena *arena, fhir_type_id type, struct str body,
                 struct str *out, struct err *err)
{
    struct json_doc doc;
    struct buf text;
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    struct masking m = {rules, &doc, type};
    buf_init(&text, STORE_BODY_MAX);
    write(&m, 0, 0, &text);
    *out = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}
