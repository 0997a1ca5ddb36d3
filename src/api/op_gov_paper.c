/* SPDX-License-Identifier: Apache-2.0
 * DecisionCase/[id]/$pdf and Decision/[id]/$pdf: the case as $package gives it out (without working material,
 * what is secret masked), and a decision, on paper. */
#include "api/gov_out.h"
#include "api/sheet.h"
#include "fhir_gen/names.h"
#include "report/gov_paper.h"

static const struct params_def paper_params[] = {{0}};

/* What the codes of the steering's decisions and records are called; they differ among their systems. */
static const struct {
    const char *code, *word;
} words[] = {
    {"draft", "Utkast, inte fattat"},
    {"final", "Fattat"},
    {"superseded", "Ersatt av ett senare beslut"},
    {"verkstallighet", "Verkställighetsbeslut"},
    {"delegering", "Delegeringsbeslut"},
    {"namnd", "Nämndbeslut"},
    {"go-live", "Beslut om driftstart"},
    {"pending", "Inte avgjort"},
    {"granted", "Bifall"},
    {"rejected", "Avslag"},
    {"referred-back", "Återremiss"},
    {"go", "Go"},
    {"no-go", "No-Go"},
    {"go-with-conditions", "Go med villkor"},
    {"incomplete", "Ofullständigt"},
    {"pause", "Paus"},
    {"resume", "Återupptas"},
    {"stop", "Stopp"},
    {"loosened", "Kriterium lättat"},
    {"noted", "Till handlingarna"},
    {"upprattad", "Upprättad handling"},
    {"expedierad", "Expedierad handling"},
    {"arkiverad", "Arkiverad handling"},
};

static struct str word_of(struct str code)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(code, words[i].code))
            return str_of(words[i].word);
    return code;
}

/* ---- a decision ---- */

/* What a reference says: its text, or what it names. */
static struct str named(const struct gov_body *b, const char *member)
{
    struct gov_body r = gov_rules_body_get(b, member);
    struct str display = gov_rules_body_text(&r, "display");
    return display.n ? display : gov_rules_body_text(&r, "reference");
}

static void put_conditions(const struct gov_body *b, struct buf *out)
{
    struct gov_body c;
    for (size_t i = 0; gov_rules_body_item(b, "condition", i, &c); i++) {
        if (i == 0)
            buf_cstr(out, "<h3>Villkor</h3>\n<table><thead><tr><th>Villkoret</th><th>Ansvarig</th>"
                          "<th>Senast</th></tr></thead><tbody>\n");
        buf_cstr(out, "<tr><td>");
        buf_html(out, gov_rules_body_text(&c, "description"));
        buf_cstr(out, "</td><td>");
        buf_html(out, named(&c, "responsible"));
        buf_cstr(out, "</td><td>");
        buf_html(out, gov_rules_body_text(&c, "due"));
        buf_cstr(out, "</td></tr>\n");
    }
    if (gov_rules_body_count(b, "condition"))
        buf_cstr(out, "</tbody></table>\n");
}

static void put_decision(const struct gov_body *b, struct buf *out)
{
    struct gov_body dissent, override = gov_rules_body_get(b, "override");
    gov_paper_fact(out, "Slag", word_of(gov_rules_body_text(b, "kind")));
    gov_paper_fact(out, "Innebörd", word_of(gov_rules_body_text(b, "outcome")));
    gov_paper_fact(out, "Beslutsdatum", gov_rules_body_text(b, "decidedOn"));
    gov_paper_fact(out, "Beslutsfattare", named(b, "decider"));
    gov_paper_fact(out, "Mandat", named(b, "mandate"));
    gov_paper_fact(out, "Organ", named(b, "body"));
    gov_paper_fact(out, "Paragraf", gov_rules_body_text(b, "paragraph"));
    gov_paper_fact(out, "Protokoll", named(b, "protocol"));
    gov_paper_time(out, "Undertecknat", gov_rules_body_text(b, "signedAt"));
    gov_paper_fact(out, "Systemets bedömning", word_of(gov_rules_body_text(b, "computedVerdict")));
    gov_paper_fact(out, "Fryst underlag, SHA-256", gov_rules_body_text(b, "evidenceBundle.sha256"));
    gov_paper_fact(out, "Ersätter", named(b, "supersedes"));
    gov_paper_fact(out, "Omprövas", gov_rules_body_text(b, "reviewOn"));
    gov_paper_text(out, "Beslutets lydelse", gov_rules_body_text(b, "wording"));
    gov_paper_text(out, "Skäl", gov_rules_body_text(b, "motivation"));
    gov_paper_text(out, "Avsteg från bedömningen", gov_rules_body_text(&override, "motivation"));
    put_conditions(b, out);
    for (size_t i = 0; gov_rules_body_item(b, "dissent", i, &dissent); i++) {
        gov_paper_text(out, "Avvikande mening", gov_rules_body_text(&dissent, "statement"));
        gov_paper_fact(out, "Av", named(&dissent, "who"));
    }
}

/* ---- answering ---- */

static struct str diary_of(const struct gov_body *b)
{
    struct gov_body id;
    return gov_rules_body_find(b, "identifier", "system", STR("urn:se:diarium"), &id)
               ? gov_rules_body_text(&id, "value")
               : STR("");
}

static bool answer(struct call *c, struct buf *html, const char *kind)
{
    struct err err = {0};
    struct str text = buf_ok(html) ? arena_str(c->arena, buf_get(html)) : (struct str){0};
    buf_release(html);
    if (!text.p) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    return sheet_answer(c, text, arena_printf(c->arena, "%s-%.*s", kind, STR_ARG(c->id)));
}

static bool write_decision(struct call *c, struct store_read *r, struct buf *html, struct err *err)
{
    struct gov_body b, the_case = {0};
    bool found = false;
    if (!gov_out_read(c, r, &b, NULL, err))
        return false;
    struct str of = gov_rules_body_text(&b, "case.reference"), status = gov_rules_body_text(&b, "status");
    if (of.n && !gov_out_get(c, r, of, &the_case, &found, err))
        return false;
    struct gov_paper paper = {.title = gov_rules_body_text(&b, "title"),
                              .diary = found ? diary_of(&the_case) : STR(""),
                              .state = word_of(status),
                              .draft = str_is(status, "draft")};
    if (!paper.title.n)
        paper.title = STR("Beslut");
    gov_paper_begin(html, &paper);
    put_decision(&b, html);
    gov_paper_end(html);
    return true;
}

bool op_gov_paper_decision_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct buf html;
    struct store_read *r = NULL;
    buf_init(&html, GOV_OUT_BYTES_MAX);
    bool ok = params_read(c, paper_params, &p, &err) && (r = call_read_begin(c, &err)) &&
              write_decision(c, r, &html, &err);
    if (r)
        call_read_end(c, r);
    if (ok)
        return answer(c, &html, "beslut");
    buf_release(&html);
    return outcome_fail(c, &err);
}

/* ---- a case ---- */

static void put_section(const struct gov_body *s, struct buf *out)
{
    struct gov_body entry;
    buf_cstr(out, "<h2>");
    buf_html(out, gov_rules_body_text(s, "title"));
    buf_cstr(out, "</h2>\n");
    buf_str(out, gov_rules_body_text(s, "text.div")); /* our own, escaped when it was written */
    for (size_t i = 0; gov_rules_body_item(s, "entry", i, &entry); i++) {
        buf_cstr(out, i == 0 ? "<ul><li>" : "<li>");
        buf_html(out, gov_rules_body_text(&entry, "display"));
        buf_cstr(out, " (");
        buf_html(out, gov_rules_body_text(&entry, "reference"));
        buf_cstr(out, ")</li>\n");
    }
    if (gov_rules_body_count(s, "entry"))
        buf_cstr(out, "</ul>\n");
}

/* The package's Bundle: the Composition first, the case second, then what is with it. */
static void write_case(const struct gov_body *bundle, struct buf *html)
{
    struct gov_body entry, document = {0}, the_case = {0}, s;
    for (size_t i = 0; i < 2 && gov_rules_body_item(bundle, "entry", i, &entry); i++)
        *(i == 0 ? &document : &the_case) = gov_rules_body_get(&entry, "resource");
    struct gov_paper paper = {.title = gov_rules_body_text(&the_case, "title"),
                              .diary = diary_of(&the_case),
                              .state = word_of(gov_rules_body_text(&the_case, "recordStatus"))};
    gov_paper_begin(html, &paper);
    gov_paper_time(html, "Utlämnat", gov_rules_body_text(&document, "date"));
    for (size_t i = 0; gov_rules_body_item(&document, "section", i, &s); i++)
        put_section(&s, html);
    for (size_t i = 2; gov_rules_body_item(bundle, "entry", i, &entry); i++) {
        s = gov_rules_body_get(&entry, "resource");
        if (!str_is(gov_rules_body_text(&s, "resourceType"), "Decision"))
            continue;
        buf_cstr(html, "<h2>Beslut: ");
        buf_html(html, gov_rules_body_text(&s, "title"));
        buf_cstr(html, "</h2>\n");
        gov_paper_fact(html, "Ställning", word_of(gov_rules_body_text(&s, "status")));
        put_decision(&s, html);
    }
    gov_paper_end(html);
}

bool op_gov_paper_case_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct json_doc doc;
    struct buf bundle, html;
    buf_init(&bundle, GOV_OUT_BYTES_MAX);
    buf_init(&html, GOV_OUT_BYTES_MAX);
    bool ok = params_read(c, paper_params, &p, &err) && op_gov_package_write(c, &bundle, &err) &&
              json_parse(c->arena, arena_str(c->arena, buf_get(&bundle)), &fhir_names, &doc, &err);
    buf_release(&bundle);
    if (!ok) {
        buf_release(&html);
        return outcome_fail(c, &err);
    }
    write_case(&(struct gov_body){&doc, 0}, &html);
    return answer(c, &html, "arende");
}
