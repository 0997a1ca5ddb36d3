/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gov_fill.h"

#include "api/gov_out.h"
#include "api/refs.h"
#include "fhir_gen/names.h"
#include "rules/gov_rules.h"

/* From best to worst. */
static const char *const verdicts[] = {"go", "go-with-conditions", "incomplete", "no-go", NULL};

struct known {
    struct str verdict, bundle, sha256, frozen_at;
};

/* In a transaction a reference may still be a search. */
static bool name_of(const struct write *w, struct store_read *r, struct str reference, struct str *name,
                    struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    fhir_type_id type;
    struct str query;
    *name = reference;
    if (!w->late_integrity || !refs_conditional(reference, &type, &query))
        return true;
    enum condition_found found = condition_find(c->api, r, type, query, c->arena, &v, err);
    if (found == CONDITION_ONE)
        *name = resource_name(c->arena, type, v.id);
    return found != CONDITION_FAILED;
}

static bool read_one(struct call *c, struct store_read *r, struct str reference, int *worst,
                     struct known *out, struct err *err)
{
    struct gov_body b, link;
    bool found;
    int at = 0;
    if (!gov_out_get(c, r, reference, &b, &found, err))
        return false;
    struct str verdict = gov_rules_body_text(&b, "verdict");
    while (verdicts[at] && !str_is(verdict, verdicts[at]))
        at++;
    if (!found || !str_is(gov_rules_body_text(&b, "status"), "frozen") || !verdicts[at]) {
        *worst = INT16_MAX;
        return true;
    }
    *worst = at > *worst ? at : *worst;
    if (!out->bundle.n && gov_rules_body_find(&b, "extension", "url", STR(GOV_RULES_EVIDENCE_URL), &link)) {
        out->bundle = gov_rules_body_text(&link, "valueReference.reference");
        out->sha256 = gov_rules_body_text(&link, "valueReference.identifier.value");
    }
    return true;
}

/* When it was frozen is told by the evidence itself. */
static bool read_evidence(struct call *c, struct store_read *r, struct known *out, struct err *err)
{
    struct gov_body b;
    bool found;
    if (!out->bundle.n)
        return true;
    if (!gov_out_get(c, r, out->bundle, &b, &found, err))
        return false;
    out->frozen_at = found ? gov_rules_body_text(&b, "timestamp") : STR("");
    return true;
}

static bool look(const struct write *w, struct store_read *r, const struct gov_body *decision,
                 struct known *out, struct err *err)
{
    struct gov_body item;
    struct str name;
    int worst = -1;
    for (size_t i = 0; gov_rules_body_item(decision, "checkpoint", i, &item); i++)
        if (!name_of(w, r, gov_rules_body_text(&item, "reference"), &name, err) ||
            !read_one(w->call, r, name, &worst, out, err))
            return false;
    if (worst >= 0 && worst < INT16_MAX)
        out->verdict = str_of(verdicts[worst]);
    return read_evidence(w->call, r, out, err);
}

static void put_evidence(struct buf *text, const struct known *k)
{
    buf_cstr(text, ",\"evidenceBundle\":{\"bundle\":{\"reference\":");
    json_write_string(text, k->bundle);
    buf_cstr(text, "},\"sha256\":");
    json_write_string(text, k->sha256);
    if (k->frozen_at.n) {
        buf_cstr(text, ",\"frozenAt\":");
        json_write_string(text, k->frozen_at);
    }
    buf_char(text, '}');
}

static bool put(struct write *w, const struct known *k, bool verdict, bool bundle, struct err *err)
{
    struct arena *arena = w->call->arena;
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    struct buf text;
    buf_init(&text, STORE_BODY_MAX);
    json_write(w->doc, w->node, &text);
    if (text.n)
        text.n--; /* the closing brace */
    if (verdict)
        buf_printf(&text, ",\"computedVerdict\":\"%.*s\"", STR_ARG(k->verdict));
    if (bundle)
        put_evidence(&text, k);
    buf_char(&text, '}');
    struct str whole = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    if (!whole.p || !doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, whole, &fhir_names, doc, err))
        return false;
    w->doc = doc;
    w->node = 0;
    w->filled = true;
    return true;
}

bool gov_fill(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct gov_body d = {w->doc, w->node};
    struct known k = {0};
    w->filled = false;
    if (!fhir_types[c->type].styr || strcmp(fhir_types[c->type].name, "Decision") != 0 ||
        !str_is(gov_rules_body_text(&d, "kind"), "go-live") ||
        !str_is(gov_rules_body_text(&d, "status"), "final"))
        return true;
    bool verdict = !gov_rules_body_count(&d, "computedVerdict");
    bool bundle = !gov_rules_body_count(&d, "evidenceBundle");
    if (!verdict && !bundle)
        return true;
    struct store_read *own = r ? NULL : call_read_begin(c, err);
    bool ok = (r || own) && look(w, r ? r : own, &d, &k, err);
    if (own)
        call_read_end(c, own);
    verdict = verdict && k.verdict.n;
    bundle = bundle && k.bundle.n;
    return ok && (!(verdict || bundle) || put(w, &k, verdict, bundle, err));
}
