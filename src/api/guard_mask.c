/* SPDX-License-Identifier: Apache-2.0
 * Writes by who sees a resource masked: what is hidden stays as it is, and neither the answer nor a refusal
 * tells what it is, or whether there is anything at all where a whole element is hidden. */
#include "api/audited.h"
#include "api/guard.h"
#include "fhir_gen/names.h"

bool guard_mask_text(const struct call *c, fhir_type_id type, struct str body, struct str *out,
                     struct err *err)
{
    const struct store_view *v = access_view_store(c->view);
    return v->mask(v->arg, c->arena, type, body, out, err);
}

bool guard_mask_full(struct write *w, struct store_read *r, struct store_version *out, struct err *err)
{
    struct call *c = w->call;
    *out = (struct store_version){0};
    audited_seen(c, r);
    store_read_view(r, NULL);
    enum store_found found = store_get(r, c->type, w->id, c->arena, out, err);
    guard_reader(c, r);
    if (found != STORE_FOUND)
        out->rid = 0;
    return found != STORE_FAILED;
}

static struct str text_of(const struct json_doc *doc, uint32_t i, struct arena *arena)
{
    struct buf text;
    if (i == UINT32_MAX)
        return (struct str){0};
    buf_init(&text, STORE_BODY_MAX);
    json_write(doc, i, &text);
    struct str copy = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return copy;
}

static struct str key_of(const struct json_doc *doc, uint32_t i)
{
    return (struct str){doc->nodes[i].key, doc->nodes[i].key_len};
}

static bool is_head(struct str key)
{
    return str_is(key, "resourceType") || str_is(key, "id") || str_is(key, "meta");
}

struct merging {
    struct write *w;
    struct arena *arena;
    const struct json_doc *full, *shown; /* the current version, and as the caller sees it */
    bool client;                         /* a client of its own may replace what it does not see */
    struct buf out;
};

static void put(struct merging *m, struct str key, struct str value)
{
    buf_char(&m->out, m->out.n > 1 ? ',' : '{');
    json_write_string(&m->out, key);
    buf_char(&m->out, ':');
    buf_str(&m->out, value);
}

/* One element of what was sent: itself, or what is stored where all that is seen of that was sent back. */
static bool merge_sent(struct merging *m, uint32_t i, struct err *err)
{
    struct str key = key_of(m->w->doc, i);
    struct str sent = text_of(m->w->doc, i, m->arena);
    struct str full = text_of(m->full, json_get_key(m->full, 0, key), m->arena);
    struct str shown = text_of(m->shown, json_get_key(m->shown, 0, key), m->arena);
    bool hides = !is_head(key) && full.p && !(shown.p && str_eq(full, shown));
    if (!sent.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!hides || (m->client && !shown.p))
        put(m, key, sent);
    else if (shown.p && str_eq(sent, shown))
        put(m, key, full);
    else
        return err_set(err, ERR_ACCESS_MASKED, NULL);
    return true;
}

/* What was not sent: kept where nothing of it is seen, else it was taken away. */
static bool merge_unsent(struct merging *m, uint32_t i, struct err *err)
{
    struct str key = key_of(m->full, i);
    if (is_head(key) || json_get_key(m->w->doc, m->w->node, key) != UINT32_MAX)
        return true;
    struct str full = text_of(m->full, i, m->arena);
    struct str shown = text_of(m->shown, json_get_key(m->shown, 0, key), m->arena);
    if (!full.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!shown.p)
        put(m, key, full);
    else if (!str_eq(full, shown))
        return err_set(err, ERR_ACCESS_MASKED, NULL);
    return true;
}

/* What people may not see they may not send: whether it is there already is not told by what is refused. */
static bool sends_nothing_hidden(struct merging *m, struct err *err)
{
    struct str sent = text_of(m->w->doc, m->w->node, m->arena), masked;
    if (m->client)
        return true;
    if (!sent.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return guard_mask_text(m->w->call, m->w->call->type, sent, &masked, err) &&
           (str_eq(sent, masked) || err_set(err, ERR_ACCESS_MASKED, NULL));
}

static bool merge_all(struct merging *m, struct err *err)
{
    JSON_EACH(m->w->doc, m->w->node, i)
    {
        if (!merge_sent(m, i, err))
            return false;
    }
    JSON_EACH(m->full, 0, i)
    {
        if (!merge_unsent(m, i, err))
            return false;
    }
    buf_char(&m->out, '}');
    return buf_ok(&m->out) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool guard_mask_merge(struct write *w, const struct json_doc *full, const struct json_doc *shown,
                      struct err *err)
{
    struct call *c = w->call;
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    struct merging m = {
        .w = w, .arena = c->arena, .full = full, .shown = shown, .client = c->caller->kind == ACCESS_SYSTEM};
    buf_init(&m.out, STORE_BODY_MAX);
    bool ok =
        (doc || err_set(err, ERR_NO_MEMORY, NULL)) && sends_nothing_hidden(&m, err) && merge_all(&m, err);
    struct str text = ok ? arena_str(c->arena, buf_get(&m.out)) : (struct str){0};
    buf_release(&m.out);
    if (!ok || (!text.p && !err_set(err, ERR_NO_MEMORY, NULL)) ||
        !json_parse(c->arena, text, &fhir_names, doc, err))
        return false;
    fhir_type_tree(doc, 0);
    w->sent = w->doc;
    w->sent_node = w->node;
    w->doc = doc;
    w->node = 0;
    w->built = false;
    return true;
}
