/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"

#include "access/read_body.h"
#include "fhir_gen/names.h"
#include "search/label.h"

/* Signatures on a note are few. */
enum { TEXT_MAX = 16 * 1024 };

static bool is_attester(const struct json_doc *doc, uint32_t i)
{
    return doc->nodes[i].name == FHIR_NAME_attester && !(doc->nodes[i].flags & JSON_F_UNDERSCORE);
}

static bool is_meta(const struct json_doc *doc, uint32_t i)
{
    return doc->nodes[i].name == FHIR_NAME_meta && !(doc->nodes[i].flags & JSON_F_UNDERSCORE);
}

static struct str key_of(const struct json_doc *doc, uint32_t i)
{
    return (struct str){doc->nodes[i].key, doc->nodes[i].key_len};
}

/* Are the two the same, as they are written? What cannot be held is not. */
static bool same(const struct json_doc *a, uint32_t i, const struct json_doc *b, uint32_t k, size_t max)
{
    struct buf one, two;
    buf_init(&one, max);
    buf_init(&two, max);
    json_write(a, i, &one);
    json_write(b, k, &two);
    bool ok = buf_ok(&one) && buf_ok(&two) && str_eq(buf_get(&one), buf_get(&two));
    buf_release(&one);
    buf_release(&two);
    return ok;
}

/* Is everything of `from` but its attesters and meta the same in `to`? */
static bool same_rest(const struct json_doc *from, uint32_t i, const struct json_doc *to, uint32_t k)
{
    JSON_EACH(from, i, c)
    {
        bool found = is_attester(from, c) || is_meta(from, c);
        if (!found)
            JSON_EACH(to, k, d)
            {
                if (str_eq(key_of(from, c), key_of(to, d)))
                    found = found || same(from, c, to, d, STORE_BODY_MAX);
            }
        if (!found)
            return false;
    }
    return true;
}

static uint32_t attesters(const struct json_doc *doc, uint32_t i)
{
    uint32_t list = json_get(doc, i, FHIR_NAME_attester);
    return list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY ? list : UINT32_MAX;
}

static bool has_signed(const struct json_doc *doc, uint32_t a)
{
    return doc->nodes[a].kind == JSON_OBJECT && json_get(doc, a, FHIR_NAME_time) != UINT32_MAX;
}

/* Is the signature a of `from` in `to` as well, as it was? */
static bool kept(const struct json_doc *from, uint32_t a, const struct json_doc *to, uint32_t k)
{
    uint32_t list = attesters(to, k);
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(to, list, b)
    {
        if (same(from, a, to, b, TEXT_MAX))
            return true;
    }
    return false;
}

bool guard_attest_only(const struct json_doc *was, const struct json_doc *will, uint32_t node)
{
    uint32_t list = attesters(was, 0), fresh = attesters(will, node);
    if (!same_rest(was, 0, will, node) || !same_rest(will, node, was, 0))
        return false;
    if (list == UINT32_MAX || fresh == UINT32_MAX)
        return list == UINT32_MAX && fresh != UINT32_MAX;
    if (same(was, list, will, fresh, STORE_BODY_MAX))
        return false;
    JSON_EACH(was, list, a)
    {
        if (has_signed(was, a) && !kept(was, a, will, node))
            return false;
    }
    return true;
}

bool guard_attest_own(const struct json_doc *was, const struct json_doc *will, uint32_t node,
                      const struct access_caller *caller)
{
    uint32_t list = attesters(will, node);
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(will, list, a)
    {
        if (!has_signed(will, a) || (was && kept(will, a, was, 0)))
            continue;
        uint32_t party = json_get(will, a, FHIR_NAME_party);
        struct str who = party == UINT32_MAX || will->nodes[party].kind != JSON_OBJECT
                             ? STR("")
                             : json_text(will, json_get(will, party, FHIR_NAME_reference));
        if (!who.n || (!str_eq(who, caller->assignment) && !str_eq(who, caller->user)))
            return false;
    }
    return true;
}

static struct str named_in(const struct json_doc *doc, uint32_t i, uint16_t element)
{
    return read_body_reference(doc, json_get(doc, i, element));
}

bool guard_attest_named(const struct json_doc *was, const struct json_doc *will, uint32_t node,
                        fhir_type_id type, const struct access_caller *caller)
{
    static const struct {
        fhir_type_id type;
        uint16_t element;
    } named[] = {{FHIR_TYPE_DocumentReference, FHIR_NAME_authenticator},
                 {FHIR_TYPE_Communication, FHIR_NAME_sender}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (named[i].type != type)
            continue;
        struct str who = named_in(will, node, named[i].element);
        bool staff = str_starts(who, STR("Practitioner/")) || str_starts(who, STR("PractitionerRole/"));
        bool same_as_was =
            was && str_eq(named_in(was, 0, named[i].element), who) &&
            ((label_read(was, 0, type).flags ^ label_read(will, node, type).flags) & LABEL_SIGNED) == 0;
        if (staff && !same_as_was && !str_eq(who, caller->assignment) && !str_eq(who, caller->user))
            return false;
    }
    return true;
}

struct str guard_attest_corrects(const struct json_doc *was, struct arena *arena)
{
    struct buf text;
    struct str found = {0};
    uint32_t meta = json_get(was, 0, FHIR_NAME_meta);
    uint32_t list = meta == UINT32_MAX ? meta : json_get(was, meta, FHIR_NAME_extension);
    if (list == UINT32_MAX || was->nodes[list].kind != JSON_ARRAY)
        return found;
    JSON_EACH(was, list, e)
    {
        if (found.n || !str_is(json_text(was, json_get(was, e, FHIR_NAME_url)), ACCESS_URL_CORRECTS))
            continue;
        buf_init(&text, TEXT_MAX);
        json_write(was, e, &text);
        found = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : found;
        buf_release(&text);
    }
    return found;
}
