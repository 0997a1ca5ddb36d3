/* SPDX-License-Identifier: Apache-2.0
 * Bodies under /auth hold passwords. They are collected here instead of by http: small, never un-gzipped, and
 * wiped when the exchange ends. */
#include <sodium.h>
#include <stdio.h>

#include "gate/gate_int.h"

enum { BODY_NUMBER_MAX = 1000000 };

struct body {
    size_t n, max;
    char text[GATE_FORM_MAX];
};

static bool body_write(void *arg, struct str data, struct err *err)
{
    struct body *b = arg;
    if (data.n > b->max - b->n)
        return err_set(err, ERR_BODY_TOO_LARGE, b->max == GATE_FORM_MAX ? "16384" : "4096", NULL);
    memcpy(b->text + b->n, data.p, data.n);
    b->n += data.n;
    return true;
}

static void body_free(void *arg)
{
    sodium_memzero(arg, sizeof(struct body));
    os_free(arg);
}

bool gate_body_upload(size_t max, struct http_upload *out, struct err *err)
{
    struct body *b = os_alloc(sizeof *b);
    if (!b)
        return err_set(err, ERR_NO_MEMORY, NULL);
    OS_ASSERT(max <= sizeof b->text);
    b->n = 0;
    b->max = max;
    *out = (struct http_upload){body_write, body_free, b, max};
    return true;
}

struct str gate_body_of(const struct http_request *req)
{
    const struct body *b = req->upload;
    return b ? (struct str){b->text, b->n} : STR("");
}

static bool wrong(struct err *err, struct arena *arena, struct str member, const char *sv, const char *en)
{
    struct str name = str_sub(member, 0, 40);
    return err_set(err, ERR_LOGIN_BODY, arena_printf(arena, "%.*s %s", STR_ARG(name), sv).p,
                   arena_printf(arena, "%.*s %s", STR_ARG(name), en).p, NULL);
}

static bool listed(const char *const *names, struct str name)
{
    while (*names && !str_is(name, *names))
        names++;
    return *names != NULL;
}

static bool read_member(struct arena *arena, const struct json_doc *doc, uint32_t i, struct gate_body *out,
                        struct err *err)
{
    const struct json_node *node = &doc->nodes[i];
    struct str key = {node->key, node->key_len};
    const struct {
        const char *name;
        struct str *to;
    } texts[] = {
        {"name", &out->name}, {"password", &out->password},     {"old", &out->old},
        {"new", &out->now},   {"assignment", &out->assignment}, {"purpose", &out->purpose},
        {"text", &out->text}, {"person", &out->person},
    };
    if (str_is(key, "from") || str_is(key, "count"))
        return (node->kind == JSON_NUMBER && str_u64(json_text(doc, i), BODY_NUMBER_MAX,
                                                     str_is(key, "from") ? &out->from : &out->count)) ||
               wrong(err, arena, key, "ska vara ett heltal från 0 till 1000000",
                     "must be a whole number from 0 to 1000000");
    if (str_is(key, "everywhere")) {
        out->everywhere = node->kind == JSON_TRUE;
        return node->kind == JSON_TRUE || node->kind == JSON_FALSE ||
               wrong(err, arena, key, "ska vara true eller false", "must be true or false");
    }
    if (node->kind != JSON_STRING)
        return wrong(err, arena, key, "ska vara en text", "must be a text");
    for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
        if (str_is(key, texts[j].name))
            *texts[j].to = json_text(doc, i);
    return true;
}

bool gate_body_read(struct arena *arena, struct str text, const char *const *names, struct gate_body *out,
                    struct err *err)
{
    struct json_doc doc;
    *out = (struct gate_body){0};
    if (!text.n && !names[0])
        return true;
    if (!json_parse(arena, text, NULL, &doc, err))
        return false;
    if (doc.nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_LOGIN_BODY, "ett objekt krävs", "an object is needed", NULL);
    JSON_EACH(&doc, 0, i)
    {
        struct str key = {doc.nodes[i].key, doc.nodes[i].key_len};
        if (!listed(names, key))
            return wrong(err, arena, key, "hör inte hit", "does not belong here");
        if (!read_member(arena, &doc, i, out, err))
            return false;
    }
    return true;
}
