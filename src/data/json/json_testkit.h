/* SPDX-License-Identifier: Apache-2.0
 * For tests: are two pieces of JSON the same, members in any order? Texts and numbers are compared by a
 * function of the test's own, since suites differ in what they take for the same. */
#ifndef HELHET_JSON_JSON_TESTKIT_H
#define HELHET_JSON_JSON_TESTKIT_H

#include "json/json.h"

/* Two STRINGs or two NUMBERs. */
typedef bool json_same_leaf(const struct json_node *a, const struct json_node *b);

static inline bool json_same_text(const struct json_node *a, const struct json_node *b)
{
    return str_eq((struct str){a->text, a->len}, (struct str){b->text, b->len});
}

static inline bool json_same(const struct json_doc *a, uint32_t i, const struct json_doc *b, uint32_t k,
                             json_same_leaf *leaf)
{
    const struct json_node *x = &a->nodes[i], *y = &b->nodes[k];
    if (x->kind != y->kind)
        return false;
    if (x->kind == JSON_NUMBER || x->kind == JSON_STRING)
        return leaf(x, y);
    if (x->kind != JSON_ARRAY && x->kind != JSON_OBJECT)
        return true;
    if (x->len != y->len)
        return false;
    uint32_t other = k + 1;
    JSON_EACH(a, i, c)
    {
        if (x->kind == JSON_OBJECT)
            other = json_get_key(b, k, (struct str){a->nodes[c].key, a->nodes[c].key_len});
        if (other == UINT32_MAX || !json_same(a, c, b, other, leaf))
            return false;
        other = b->nodes[other].end;
    }
    return true;
}

#endif
