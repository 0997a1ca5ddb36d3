/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gov_fill.h"

#include "api/gov_out.h"
#include "fhir_gen/names.h"
#include "rules/gov_rules.h"

/* From best to worst. */
static const char *const verdicts[] = {"go", "go-with-conditions", "incomplete", "no-go", NULL};

struct known {
    struct str verdict, bundle, sha256;
};

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

static bool look(struct call *c, const struct gov_body *decision, struct known *out, struct err *err)
{
    struct gov_body item;
    int worst = -1;
    bool ok = true;
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    for (size_t i = 0; ok && gov_rules_body_item(decision, "checkpoint", i, &item); i++)
        ok = read_one(c, r, gov_rules_body_text(&item, "reference"), &worst, out, err);
    call_read_end(c, r);
    if (worst >= 0 && worst < INT16_MAX)
        out->verdict = str_of(verdicts[worst]);
    return ok;
}

static bool put(struct call *c, struct json_doc *doc, const struct known *k, bool verdict, bool bundle,
                struct err *err)
{
    struct buf text;
    buf_init(&text, STORE_BODY_MAX);
    json_write(doc, 0, &text);
    if (text.n)
        text.n--; /* the closing brace */
    if (verdict)
        buf_printf(&text, ",\"computedVerdict\":\"%.*s\"", STR_ARG(k->verdict));
    if (bundle) {
        buf_cstr(&text, ",\"evidenceBundle\":{\"bundle\":{\"reference\":");
        json_write_string(&text, k->bundle);
        buf_cstr(&text, "},\"sha256\":");
        json_write_string(&text, k->sha256);
        buf_char(&text, '}');
    }
    buf_char(&text, '}');
    struct str whole = buf_ok(&text) ? arena_str(c->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    if (!whole.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return json_parse(c->arena, whole, &fhir_names, doc, err);
}

bool gov_fill(struct call *c, struct json_doc *doc, struct err *err)
{
    struct gov_body d = {doc, 0};
    struct known k = {0};
    if (!fhir_types[c->type].styr || strcmp(fhir_types[c->type].name, "Decision") != 0 ||
        !str_is(gov_rules_body_text(&d, "kind"), "go-live") ||
        !str_is(gov_rules_body_text(&d, "status"), "final"))
        return true;
    bool verdict = !gov_rules_body_count(&d, "computedVerdict");
    bool bundle = !gov_rules_body_count(&d, "evidenceBundle");
    if (!verdict && !bundle)
        return true;
    if (!look(c, &d, &k, err))
        return false;
    verdict = verdict && k.verdict.n;
    bundle = bundle && k.bundle.n;
    return !(verdict || bundle) || put(c, doc, &k, verdict, bundle, err);
}
