/* SPDX-License-Identifier: Apache-2.0
 * A unit's page as HTML: one file, readable without anything else, made for paper too. Texts stand whole and
 * as recorded; a decimal point is shown as a comma. */
#include <stdio.h>

#include "base/time.h"
#include "downtime/downtime_int.h"

static const char page_style[] =
    "body{font:16px/1.4 system-ui,sans-serif;margin:0 "
    "auto;max-width:60rem;padding:1rem;color:#111;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.25rem;border-top:3px solid #111;padding-top:.5rem;margin-top:2rem}"
    "h3{font-size:1rem;margin:1rem 0 .25rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .5rem .2rem 0;border-bottom:1px solid #bbb}"
    "ul{margin:0;padding-left:1.2rem}p{margin:.25rem 0}.warn{border:3px solid #a00;padding:.5rem}"
    ".hidden{border-left:6px solid "
    "#a00;padding-left:.5rem}.num{font-variant-numeric:tabular-nums;white-space:nowrap}.text{white-space:pre-"
    "wrap}label{display:inline-block;margin:0 1rem .5rem "
    "0}input,select,textarea,button{font:inherit;max-width:100%;"
    "padding:.2rem}"
    "@media "
    "print{form,.entry>p{display:none}h2{break-before:page}body{max-width:none;padding:0}a{color:inherit}}";

/* ---- texts ---- */

static void put_decimal(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_char(out, s.p[i] == '.' ? ',' : s.p[i]);
}

/* An instant on a Swedish clock, "2026-11-22 08:45". */
static void put_instant(struct buf *out, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    time_format(ms + time_swedish(ms), text);
    text[10] = ' ';
    buf_add(out, text, 16);
}

static void put_time(struct buf *out, struct str s)
{
    struct time_value t;
    if (time_parse(s, true, &t) && t.precision > TIME_DAY)
        put_instant(out, time_span(&t, 0).low_ms);
    else
        buf_html(out, s);
}

/* ---- elements ---- */

static uint32_t child(const struct json_doc *d, uint32_t i, const char *key)
{
    return i == UINT32_MAX ? i : json_get_key(d, i, str_of(key));
}

static struct str text_at(const struct json_doc *d, uint32_t i, const char *key)
{
    uint32_t at = child(d, i, key);
    return at == UINT32_MAX ? (struct str){0} : json_text(d, at);
}

static uint32_t first(const struct json_doc *d, uint32_t list)
{
    return list != UINT32_MAX && d->nodes[list].kind == JSON_ARRAY && d->nodes[list].len ? list + 1
                                                                                         : UINT32_MAX;
}

static bool has(const struct json_doc *d, uint32_t i, const char *key)
{
    return child(d, i, key) != UINT32_MAX;
}

/* text, else the displays and codes of all codings. */
static void put_concept(struct buf *out, const struct json_doc *d, uint32_t i)
{
    struct str text = text_at(d, i, "text");
    uint32_t codings = child(d, i, "coding");
    bool any = text.n;
    buf_html(out, text);
    if (any || codings == UINT32_MAX)
        return;
    JSON_EACH(d, codings, c)
    {
        struct str shown = text_at(d, c, "display");
        buf_cstr(out, any ? ", " : "");
        buf_html(out, shown.n ? shown : text_at(d, c, "code"));
        any = true;
    }
}

/* Is one of the concept's codes this one? */
static bool coded(const struct json_doc *d, uint32_t i, const char *code)
{
    uint32_t codings = child(d, i, "coding");
    if (codings != UINT32_MAX)
        JSON_EACH(d, codings, c) if (str_is(text_at(d, c, "code"), code)) return true;
    return false;
}

static void put_quantity(struct buf *out, const struct json_doc *d, uint32_t i)
{
    struct str unit = text_at(d, i, "unit");
    buf_html(out, text_at(d, i, "comparator"));
    put_decimal(out, text_at(d, i, "value"));
    buf_char(out, ' ');
    buf_html(out, unit.n ? unit : text_at(d, i, "code"));
}

/* ---- who ---- */

static void put_name(struct buf *out, const struct json_doc *d)
{
    uint32_t names = child(d, 0, "name"), use = first(d, names);
    if (names != UINT32_MAX)
        JSON_EACH(d, names, n) if (str_is(text_at(d, n, "use"), "official")) use = n;
    struct str text = text_at(d, use, "text");
    uint32_t given = child(d, use, "given");
    if (use == UINT32_MAX) {
        buf_cstr(out, "Namn saknas");
        return;
    }
    if (text.n && !has(d, use, "family")) {
        buf_html(out, text);
        return;
    }
    buf_html(out, text_at(d, use, "family"));
    buf_cstr(out, ",");
    if (given != UINT32_MAX)
        JSON_EACH(d, given, g)
        {
            buf_char(out, ' ');
            buf_html(out, json_text(d, g));
        }
}

/* Personnummer, else samordningsnummer, else whatever number there is. */
static void put_number(struct buf *out, const struct json_doc *d)
{
    static const char *const systems[] = {"urn:oid:1.2.752.129.2.1.3.1", "urn:oid:1.2.752.129.2.1.3.3"};
    uint32_t ids = child(d, 0, "identifier"), use = first(d, ids);
    for (size_t s = sizeof systems / sizeof *systems; ids != UINT32_MAX && s--;)
        JSON_EACH(d, ids, i) if (str_is(text_at(d, i, "system"), systems[s])) use = i;
    struct str value = text_at(d, use, "value");
    if (!value.n)
        buf_cstr(out, "nummer saknas");
    else if (value.n == 12) {
        buf_html(out, str_sub(value, 0, 8));
        buf_char(out, '-');
        buf_html(out, str_sub(value, 8, 12));
    } else
        buf_html(out, value);
}

/* ---- lists ---- */

typedef void put_item(struct buf *out, const struct downtime_patient *p, const struct json_doc *d);
typedef bool take_item(const struct json_doc *d);

static bool take_all(const struct json_doc *d)
{
    (void)d;
    return true;
}

static bool take_flag(const struct json_doc *d)
{
    return str_is(text_at(d, 0, "status"), "active");
}

static bool take_allergy(const struct json_doc *d)
{
    uint32_t state = child(d, 0, "clinicalStatus"), proof = child(d, 0, "verificationStatus");
    return !coded(d, state, "inactive") && !coded(d, state, "resolved") &&
           !coded(d, proof, "entered-in-error") && !coded(d, proof, "refuted");
}

static void put_flag(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    (void)p;
    buf_cstr(out, "<li>");
    put_concept(out, d, child(d, 0, "code"));
}

static void put_allergy(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    uint32_t reactions = child(d, 0, "reaction");
    (void)p;
    buf_cstr(out, "<li><b>");
    put_concept(out, d, child(d, 0, "code"));
    buf_cstr(out, "</b>");
    if (str_is(text_at(d, 0, "criticality"), "high"))
        buf_cstr(out, " (allvarlig)");
    if (coded(d, child(d, 0, "verificationStatus"), "unconfirmed"))
        buf_cstr(out, " (inte bekräftad)");
    if (reactions == UINT32_MAX)
        return;
    JSON_EACH(d, reactions, r)
    {
        uint32_t shown = child(d, r, "manifestation");
        if (shown != UINT32_MAX)
            JSON_EACH(d, shown, m)
            {
                buf_cstr(out, ", ");
                put_concept(out, d, m);
            }
    }
}

static void put_condition(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    (void)p;
    buf_cstr(out, "<li>");
    put_concept(out, d, child(d, 0, "code"));
}

/* What an order or a statement is about. */
static void put_medication(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    uint32_t concept = child(d, 0, "medicationCodeableConcept"), to = child(d, 0, "medicationReference");
    struct str ref = text_at(d, to, "reference"), shown = text_at(d, to, "display");
    if (concept != UINT32_MAX) {
        put_concept(out, d, concept);
        return;
    }
    for (size_t i = 0; !shown.n && i < p->medication.count; i++) {
        const struct json_doc *m = &p->medication.item[i];
        struct str id = text_at(m, 0, "id");
        if (id.n && ref.n > id.n && ref.p[ref.n - id.n - 1] == '/' &&
            str_eq(str_sub(ref, ref.n - id.n, ref.n), id)) {
            put_concept(out, m, child(m, 0, "code"));
            return;
        }
    }
    buf_html(out, shown.n ? shown : STR("Läkemedlets namn kunde inte läsas"));
}

/* The text that was written; without one, dose and how often, and that the order itself says more. */
static void put_dosage(struct buf *out, const struct json_doc *d, uint32_t i)
{
    struct str text = text_at(d, i, "text"), patient = text_at(d, i, "patientInstruction");
    uint32_t dose = child(d, first(d, child(d, i, "doseAndRate")), "doseQuantity");
    uint32_t repeat = child(d, child(d, i, "timing"), "repeat");
    if (text.n || patient.n) {
        buf_html(out, text.n ? text : patient);
        return;
    }
    if (dose != UINT32_MAX)
        put_quantity(out, d, dose);
    if (has(d, repeat, "frequency")) {
        buf_cstr(out, " × ");
        put_decimal(out, text_at(d, repeat, "frequency"));
        buf_cstr(out, " per ");
        put_decimal(out, text_at(d, repeat, "period"));
        buf_char(out, ' ');
        buf_html(out, text_at(d, repeat, "periodUnit"));
    }
    if (str_is(text_at(d, i, "asNeededBoolean"), "true"))
        buf_cstr(out, " vid behov");
    buf_cstr(out, " (doseringen är inte utskriven i text: hela ordinationen finns i journalen)");
}

static void put_drug(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    bool order = str_is(text_at(d, 0, "resourceType"), "MedicationRequest");
    uint32_t doses = child(d, 0, order ? "dosageInstruction" : "dosage");
    buf_cstr(out, "<tr><td><b>");
    put_medication(out, p, d);
    buf_cstr(out, str_is(text_at(d, 0, "status"), "on-hold") ? "</b> (tillfälligt utsatt)" : "</b>");
    buf_cstr(out, "<td class=text>");
    if (first(d, doses) == UINT32_MAX)
        buf_cstr(out, "dosering saknas");
    else
        JSON_EACH(d, doses, i)
        {
            put_dosage(out, d, i);
            buf_cstr(out, d->nodes[i].end < d->nodes[doses].end ? "\n" : "");
        }
    buf_cstr(out, "<td class=num>");
    put_time(out, text_at(d, 0, order ? "authoredOn" : "dateAsserted"));
    buf_cstr(out, "<td>");
    buf_html(out, text_at(d, child(d, 0, order ? "requester" : "informationSource"), "display"));
}

static void put_range(struct buf *out, const struct json_doc *d, uint32_t range)
{
    uint32_t low = child(d, range, "low"), high = child(d, range, "high");
    if (has(d, range, "text")) {
        buf_html(out, text_at(d, range, "text"));
        return;
    }
    if (low != UINT32_MAX && high == UINT32_MAX)
        buf_cstr(out, "≥ ");
    if (low == UINT32_MAX && high != UINT32_MAX)
        buf_cstr(out, "≤ ");
    if (low != UINT32_MAX)
        put_decimal(out, text_at(d, low, "value"));
    if (low != UINT32_MAX && high != UINT32_MAX)
        buf_cstr(out, "–");
    if (high != UINT32_MAX)
        put_decimal(out, text_at(d, high, "value"));
}

/* The value of an Observation or of a component. */
static void put_value(struct buf *out, const struct json_doc *d, uint32_t i)
{
    uint32_t quantity = child(d, i, "valueQuantity"), concept = child(d, i, "valueCodeableConcept"), parts;
    struct str text = text_at(d, i, "valueString");
    if (quantity != UINT32_MAX)
        put_quantity(out, d, quantity);
    else if (concept != UINT32_MAX)
        put_concept(out, d, concept);
    else if (text.n)
        buf_html(out, text);
    else if (has(d, i, "dataAbsentReason")) {
        buf_cstr(out, "inget värde: ");
        put_concept(out, d, child(d, i, "dataAbsentReason"));
    } else if ((parts = child(d, i, "component")) == UINT32_MAX)
        buf_cstr(out, "värdet visas inte här: läs i journalen");
    else
        JSON_EACH(d, parts, c)
        {
            put_concept(out, d, child(d, c, "code"));
            buf_cstr(out, ": ");
            put_value(out, d, c);
            buf_cstr(out, d->nodes[c].end < d->nodes[parts].end ? "\n" : "");
        }
}

/* In words of ours where the code is a common one (HL7 v3 ObservationInterpretation), else as written. */
static void put_mark(struct buf *out, const struct json_doc *d, uint32_t i)
{
    static const char *const words[][2] = {{"N", "normalt"},
                                           {"H", "högt"},
                                           {"L", "lågt"},
                                           {"HH", "kritiskt högt"},
                                           {"LL", "kritiskt lågt"},
                                           {"A", "avvikande"},
                                           {"AA", "kritiskt avvikande"},
                                           {"POS", "positivt"},
                                           {"NEG", "negativt"}};
    if (!has(d, i, "text"))
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (coded(d, i, words[w][0])) {
                buf_cstr(out, words[w][1]);
                return;
            }
    put_concept(out, d, i);
}

static void put_result(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    uint32_t marks = child(d, 0, "interpretation");
    struct str when = text_at(d, 0, "effectiveDateTime"), status = text_at(d, 0, "status");
    (void)p;
    buf_cstr(out, "<tr><td class=num>");
    put_time(out, when.n ? when : text_at(d, 0, "issued"));
    buf_cstr(out, "<td>");
    put_concept(out, d, child(d, 0, "code"));
    buf_cstr(out, "<td class=text><b>");
    put_value(out, d, 0);
    buf_cstr(out, "</b>");
    if (!str_is(status, "final") && !str_is(status, "corrected") && !str_is(status, "amended")) {
        buf_cstr(out, " (");
        buf_cstr(out, str_is(status, "preliminary") ? "preliminärt" : "status: ");
        if (!str_is(status, "preliminary"))
            buf_html(out, status);
        buf_cstr(out, ")");
    }
    buf_cstr(out, "<td>");
    if (marks != UINT32_MAX)
        JSON_EACH(d, marks, m) put_mark(out, d, m);
    buf_cstr(out, "<td class=num>");
    put_range(out, d, first(d, child(d, 0, "referenceRange")));
}

static bool take_result(const struct json_doc *d)
{
    struct str status = text_at(d, 0, "status");
    return !str_is(status, "entered-in-error") && !str_is(status, "cancelled");
}

static void put_plan(struct buf *out, const struct downtime_patient *p, const struct json_doc *d)
{
    uint32_t doings = child(d, 0, "activity");
    struct str title = text_at(d, 0, "title");
    (void)p;
    buf_cstr(out, "<li><b>");
    buf_html(out, title.n ? title : STR("Plan"));
    buf_cstr(out, "</b> <span class=text>");
    buf_html(out, text_at(d, 0, "description"));
    buf_cstr(out, "</span>");
    if (first(d, doings) == UINT32_MAX)
        return;
    buf_cstr(out, "<ul>");
    JSON_EACH(d, doings, a)
    {
        uint32_t detail = child(d, a, "detail");
        struct str text = text_at(d, detail, "description"),
                   ref = text_at(d, child(d, a, "reference"), "display");
        buf_cstr(out, "<li>");
        if (text.n || ref.n)
            buf_html(out, text.n ? text : ref);
        else
            put_concept(out, d, child(d, detail, "code"));
        if (str_is(text_at(d, detail, "status"), "completed"))
            buf_cstr(out, " (klar)");
    }
    buf_cstr(out, "</ul>");
}

#define PAGE_HIDDEN "Inget som får visas här. <b>Det finns uppgifter som inte visas.</b>"
#define PAGE_MORE "<b>Det finns fler uppgifter som inte visas här.</b>"
#define DRUG_HEAD "<tr><th>Läkemedel<th>Dosering<th>Från<th>Av"
static const struct {
    const char *title, *none, *open, *close;
    put_item *put;
    take_item *take;
} page_lists[DOWNTIME_LISTS] = {
    [DOWNTIME_FLAGS] = {"Varningar", "Inga varningar är antecknade.", "<ul>", "</ul>", put_flag, take_flag},
    [DOWNTIME_ALLERGIES] = {"Överkänslighet", "Ingen uppgift om överkänslighet finns: fråga.", "<ul>",
                            "</ul>", put_allergy, take_allergy},
    [DOWNTIME_CONDITIONS] = {"Diagnoser", "Inga aktuella diagnoser är antecknade.", "<ul>", "</ul>",
                             put_condition, take_all},
    [DOWNTIME_ORDERS] = {"Läkemedel, ordinerade", "Inga pågående ordinationer är antecknade.",
                         "<table>" DRUG_HEAD, "</table>", put_drug, take_all},
    [DOWNTIME_STATEMENTS] = {"Läkemedel enligt andra uppgifter", "Inga sådana uppgifter.",
                             "<table>" DRUG_HEAD, "</table>", put_drug, take_all},
    [DOWNTIME_RESULTS] = {"Provsvar, 72 timmar", "Inga provsvar de senaste 72 timmarna.",
                          "<table><tr><th>Tid<th>Analys<th>Svar<th>Bedömning<th>Referens", "</table>",
                          put_result, take_result},
    [DOWNTIME_PLANS] = {"Plan", "Ingen plan är antecknad.", "<ul>", "</ul>", put_plan, take_all},
};

static void put_list(struct buf *out, const struct downtime_patient *p, enum downtime_list which)
{
    const struct downtime_docs *list = &p->list[which];
    bool any = false;
    buf_printf(out, "<h3>%s</h3>", page_lists[which].title);
    for (size_t i = 0; i < list->count; i++) {
        if (!page_lists[which].take(&list->item[i]))
            continue;
        buf_cstr(out, any ? "" : page_lists[which].open);
        any = true;
        page_lists[which].put(out, p, &list->item[i]);
    }
    /* Nothing recorded, and nothing that may be shown, are never said alike. */
    if (any)
        buf_cstr(out, page_lists[which].close);
    if (p->hidden[which])
        buf_printf(out, "<p class=hidden>%s", any ? PAGE_MORE : PAGE_HIDDEN);
    else if (!any)
        buf_printf(out, "<p>%s", page_lists[which].none);
    if (list->more)
        buf_printf(out, "<p class=warn>Det finns fler än %d: läs i journalen.", DOWNTIME_LIST_MAX);
    buf_char(out, '\n');
}

/* ---- the page ---- */

static void put_head(struct buf *out, struct str title, int64_t now_ms)
{
    buf_cstr(out, "<!doctype html><html lang=sv><meta charset=utf-8><meta name=viewport "
                  "content=\"width=device-width\"><title>");
    buf_html(out, title);
    buf_printf(out, "</title><style>%s</style>\n<main><h1>", page_style);
    buf_html(out, title);
    buf_cstr(out, "</h1><p class=warn>Läget <b>");
    put_instant(out, now_ms);
    buf_cstr(out, "</b>. Det som hänt efter det finns inte här. <span id=old></span></p>"
                  "<script>setInterval(function old(){var m=Math.floor((Date.now()-");
    buf_i64(out, now_ms);
    buf_cstr(out,
             ")/60000);document.getElementById('old').textContent='Sidan är '+m+' minuter gammal.'},1000)"
             "</script>\n");
}

static void put_where(struct buf *out, const struct json_doc *encounter)
{
    uint32_t places = child(encounter, 0, "location");
    buf_cstr(out, "<p>");
    if (places != UINT32_MAX)
        JSON_EACH(encounter, places, l)
        {
            buf_html(out, text_at(encounter, child(encounter, l, "location"), "display"));
            buf_cstr(out, ". ");
        }
    buf_cstr(out, "Sedan <span class=num>");
    put_time(out, text_at(encounter, child(encounter, 0, "period"), "start"));
    buf_cstr(out, "</span></p>\n");
}

static void put_patient(struct buf *out, const struct downtime_patient *p)
{
    buf_cstr(out, "<h2 id=\"");
    buf_html(out, p->id);
    buf_cstr(out, "\">");
    if (!p->patient) {
        buf_cstr(out, "En patient vars uppgifter inte får visas här</h2>\n");
        return;
    }
    put_name(out, p->patient);
    buf_cstr(out, " <span class=num>");
    put_number(out, p->patient);
    buf_cstr(out, "</span></h2>\n");
    put_where(out, p->encounter);
    for (int i = 0; i < DOWNTIME_LISTS; i++)
        put_list(out, p, (enum downtime_list)i);
}

/* The patients that can be written about: those that are named on the page. */
static void put_form(struct buf *out, const struct downtime_unit *u)
{
    downtime_form_begin(u, out);
    for (size_t i = 0; i < u->patient_count; i++) {
        if (!u->patient[i].patient)
            continue;
        buf_cstr(out, "<option value=\"");
        buf_html(out, u->patient[i].id);
        buf_cstr(out, "\">");
        put_name(out, u->patient[i].patient);
        buf_char(out, ' ');
        put_number(out, u->patient[i].patient);
        buf_cstr(out, "</option>");
    }
    downtime_form_end(out);
}

void downtime_page(const struct downtime_unit *u, struct buf *out)
{
    struct buf title;
    buf_init(&title, BUF_NO_MAX);
    buf_cstr(&title, "Reservkopia: ");
    buf_str(&title, u->name);
    put_head(out, buf_get(&title), u->now_ms);
    buf_release(&title);
    buf_cstr(out, "<p>Journalen som den stod då. Det som görs under avbrottet skrivs sist på sidan, eller på "
                  "papper.");
    if (u->withheld)
        buf_cstr(
            out,
            "<p class=warn>Det finns uppgifter som inte visas här: andra enheters, spärrade eller skyddade.");
    if (u->more)
        buf_printf(out, "<p class=warn>Fler patienter än %d: alla står inte här.", DOWNTIME_PATIENTS_MAX);
    if (!u->patient_count)
        buf_cstr(out, "<p>Inga patienter är inskrivna.");
    buf_cstr(out, "<ol>");
    for (size_t i = 0; i < u->patient_count; i++) {
        buf_cstr(out, "<li><a href=\"#");
        buf_html(out, u->patient[i].id);
        buf_cstr(out, "\">");
        if (u->patient[i].patient) {
            put_name(out, u->patient[i].patient);
            buf_cstr(out, "</a> <span class=num>");
            put_number(out, u->patient[i].patient);
            buf_cstr(out, "</span>");
        } else
            buf_cstr(out, "Visas inte</a>");
    }
    buf_cstr(out, "</ol>\n");
    for (size_t i = 0; i < u->patient_count; i++)
        put_patient(out, &u->patient[i]);
    put_form(out, u);
    buf_cstr(out, "</html>\n");
}

void downtime_index(const struct downtime_line *line, size_t count, int64_t now_ms, unsigned every_s,
                    struct buf *out)
{
    put_head(out, STR("Reservkopior"), now_ms);
    buf_printf(out,
               "<p>En sida för varje enhet med inskrivna patienter, skriven på nytt var %u:e sekund.<ul>",
               every_s);
    for (size_t i = 0; i < count; i++) {
        buf_cstr(out, "<li><a href=\"");
        buf_html(out, line[i].id);
        buf_cstr(out, ".html\">");
        buf_html(out, line[i].name);
        buf_printf(out, "</a>: %zu %s", line[i].patients, line[i].patients == 1 ? "patient" : "patienter");
    }
    buf_cstr(out, count ? "</ul></html>\n" : "</ul><p>Ingen enhet har inskrivna patienter.</html>\n");
}
