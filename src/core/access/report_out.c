/* SPDX-License-Identifier: Apache-2.0
 * The report as FHIR and as a table. */
#include "access/report.h"

#include <stdio.h>

#include "base/time.h"
#include "json/json.h"

static const char *const class_code[RULES_CLASSES] = {
    [RULES_OTHER] = "other", [RULES_OPEN] = "open", [RULES_PERSON] = "person",     [RULES_RECORD] = "record",
    [RULES_GRANT] = "grant", [RULES_LOG] = "log",   [RULES_STEERING] = "steering",
};

static const struct {
    uint32_t action;
    const char *code, *sv;
} actions[] = {
    {ACCESS_READ, "read", "läsa"},        {ACCESS_SEARCH, "search", "söka"},
    {ACCESS_CREATE, "create", "skapa"},   {ACCESS_UPDATE, "update", "ändra"},
    {ACCESS_DELETE, "delete", "ta bort"}, {ACCESS_SIGN, "sign", "signera"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- FHIR ---- */

static void open_part(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

static void put(struct json_out *o, const char *name, const char *value, struct str text)
{
    if (!text.n)
        return;
    open_part(o, name);
    json_out_string(o, value, text);
    json_out_end_object(o);
}

static void put_code(struct json_out *o, const char *name, const char *code)
{
    put(o, name, "valueCode", str_of(code));
}

static void put_flag(struct json_out *o, const char *name, bool value)
{
    open_part(o, name);
    json_out_bool(o, "valueBoolean", value);
    json_out_end_object(o);
}

static void put_number(struct json_out *o, const char *name, int64_t value)
{
    open_part(o, name);
    json_out_i64(o, "valueInteger", value);
    json_out_end_object(o);
}

static void put_time(struct json_out *o, const char *name, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    if (ms && ms != INT64_MIN && ms != INT64_MAX)
        put(o, name, "valueDateTime", (struct str){text, time_format(ms, text)});
}

static void put_named(struct json_out *o, const char *name, struct str reference, struct str display)
{
    if (!reference.n)
        return;
    open_part(o, name);
    json_out_object(o, "valueReference");
    json_out_string(o, "reference", reference);
    if (display.n)
        json_out_string(o, "display", display);
    json_out_end_object(o);
    json_out_end_object(o);
}

static void put_actions(struct json_out *o, const char *name, struct str what, uint32_t may)
{
    open_part(o, "may");
    json_out_array(o, "part");
    put(o, name, "valueCode", what);
    for (size_t i = 0; i < COUNT(actions); i++)
        if (may & actions[i].action)
            put_code(o, "action", actions[i].code);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_role(struct json_out *o, const struct rules_role *role)
{
    open_part(o, "role");
    json_out_array(o, "part");
    put(o, "code", "valueCode", role->code);
    put(o, "sv", "valueString", role->sv);
    put(o, "en", "valueString", role->en);
    for (int k = 0; k < RULES_CLASSES; k++)
        if (role->may[k])
            put_actions(o, "class", str_of(class_code[k]), role->may[k]);
    for (size_t i = 0; i < role->own_count; i++)
        put_actions(o, "type", str_of(fhir_types[role->own[i].type].name), role->own[i].actions);
    const char *right;
    uint32_t bit;
    for (size_t i = 0; (right = rules_right_at(i, &bit)); i++)
        if (role->rights & bit)
            put_code(o, "right", right);
    json_out_end_array(o);
    json_out_end_object(o);
}

/* Each set that is enough, "choice consent" as one text; "" where nothing more is needed. */
static void write_reads(struct json_out *o, enum report_where where, bool blocked, uint16_t reads)
{
    uint8_t enough[REPORT_HAVES];
    size_t n = report_enough(reads, enough);
    open_part(o, "reads");
    json_out_array(o, "part");
    put_code(o, "where", report_where_code(where));
    put_flag(o, "blocked", blocked);
    put_flag(o, "never", n == 0);
    for (size_t i = 0; i < n; i++) {
        open_part(o, "with");
        json_out_array(o, "part");
        for (unsigned bit = 1; bit < REPORT_HAVES; bit <<= 1)
            if (enough[i] & bit)
                put_code(o, "have", report_have_code((enum report_have)bit));
        if (!enough[i])
            put_code(o, "have", "nothing");
        json_out_end_array(o);
        json_out_end_object(o);
    }
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_analysis(struct json_out *o, const struct analysis *a, int64_t now_ms)
{
    const char *why = analysis_unfit(a, now_ms);
    open_part(o, "analysis");
    json_out_array(o, "part");
    put_named(o, "reference", a->reference, a->title);
    put_flag(o, "holds", !why);
    if (why)
        put_code(o, "why", why);
    put_time(o, "from", a->from_ms);
    put_time(o, "to", a->to_ms);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_row(struct json_out *o, const struct report *rep, const struct report_row *row)
{
    open_part(o, "assignment");
    json_out_array(o, "part");
    put_named(o, "assignment", row->assignment, row->title);
    put_named(o, "person", row->person, row->name);
    if (row->role)
        put(o, "role", "valueCode", row->role->code);
    put_flag(o, "usable", !row->unfit);
    if (row->unfit)
        put_code(o, "unfit", row->unfit);
    for (size_t i = 0; i < row->purpose_count; i++)
        put(o, "purpose", "valueCode", row->purpose[i]);
    put_time(o, "from", row->from_ms);
    put_time(o, "to", row->to_ms);
    write_analysis(o, &row->analysis, rep->made_ms);
    put_time(o, "login", row->login_ms);
    put_number(o, "emergencies", row->emergencies);
    put_number(o, "choices", row->choices);
    for (int where = 0; where < REPORT_WHERES; where++) {
        write_reads(o, (enum report_where)where, false, row->reads[where]);
        write_reads(o, (enum report_where)where, true, row->blocked[where]);
    }
    json_out_end_array(o);
    json_out_end_object(o);
}

/* Is the role of the row the first of its kind? */
static bool new_role(const struct report *rep, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (rep->row[k].role == rep->row[i].role)
            return false;
    return rep->row[i].role != NULL;
}

void report_write(const struct report *rep, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    put_named(&o, "unit", rep->unit, rep->unit_name);
    put_named(&o, "provider", rep->provider, rep->provider_name);
    put_flag(&o, "joined", rep->joined);
    put_time(&o, "made", rep->made_ms);
    put_number(&o, "days", REPORT_DAYS);
    put_flag(&o, "more", rep->more);
    for (size_t i = 0; i < rep->count; i++)
        if (new_role(rep, i))
            write_role(&o, rep->row[i].role);
    for (size_t i = 0; i < rep->count; i++)
        write_row(&o, rep, &rep->row[i]);
    for (size_t i = 0; i < rep->place_count; i++) {
        open_part(&o, "place");
        json_out_array(&o, "part");
        put_code(&o, "where", report_where_code(rep->place[i].where));
        put_named(&o, "organization", rep->place[i].id, rep->place[i].name);
        json_out_end_array(&o);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
}

/* ---- CSV ---- */

/* A field; what a spreadsheet would take for a formula begins with an apostrophe. */
static void field(struct buf *out, struct str text)
{
    if (out->n && buf_get(out).p[out->n - 1] != '\n')
        buf_char(out, ';');
    buf_char(out, '"');
    if (text.n && strchr("=+-@\t\r", text.p[0]))
        buf_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    buf_char(out, '"');
}

static void day(struct buf *out, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    bool known = ms && ms != INT64_MIN && ms != INT64_MAX;
    size_t n = known ? time_format(ms, text) : 0;
    field(out, (struct str){text, n < 10 ? n : 10});
}

static void number(struct buf *out, unsigned n)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%u", n);
    field(out, (struct str){text, (size_t)len});
}

/* "vårdrelation, aktivt val eller nödöppning" */
static void conditions(struct buf *out, uint16_t reads)
{
    static const struct {
        unsigned have;
        const char *sv;
    } words[] = {{REPORT_RELATION, "vårdrelation"},
                 {REPORT_CHOICE, "aktivt val"},
                 {REPORT_CONSENT, "samtycke"},
                 {REPORT_EMERGENCY, "nödöppning"}};
    uint8_t enough[REPORT_HAVES];
    size_t n = report_enough(reads, enough);
    struct buf text;
    buf_init(&text, 1024);
    if (!n)
        buf_cstr(&text, "nej");
    for (size_t i = 0; i < n; i++) {
        bool first = true;
        buf_cstr(&text, i ? " eller " : "");
        if (!enough[i])
            buf_cstr(&text, "utan villkor");
        for (size_t k = 0; k < COUNT(words); k++)
            if (enough[i] & words[k].have) {
                buf_cstr(&text, first ? "" : " + ");
                buf_cstr(&text, words[k].sv);
                first = false;
            }
    }
    field(out, buf_get(&text));
    buf_release(&text);
}

static void words_of(struct buf *text, uint32_t may)
{
    bool first = true;
    for (size_t i = 0; i < COUNT(actions); i++)
        if (may & actions[i].action) {
            buf_cstr(text, first ? " " : ", ");
            buf_cstr(text, actions[i].sv);
            first = false;
        }
}

/* "person: läsa, söka; record: läsa" */
static void role_may(struct buf *out, const struct rules_role *role)
{
    struct buf text;
    buf_init(&text, 4096);
    for (int k = 0; role && k < RULES_CLASSES; k++) {
        if (!role->may[k])
            continue;
        buf_printf(&text, "%s%s:", buf_get(&text).n ? "; " : "", class_code[k]);
        words_of(&text, role->may[k]);
    }
    for (size_t i = 0; role && i < role->own_count; i++) {
        buf_printf(&text, "; %s:", fhir_types[role->own[i].type].name);
        words_of(&text, role->own[i].actions);
    }
    field(out, buf_get(&text));
    buf_release(&text);
}

static void csv_row(const struct report *rep, const struct report_row *row, struct buf *out)
{
    struct buf purposes;
    const char *analysis = analysis_unfit(&row->analysis, rep->made_ms);
    const struct str texts[] = {rep->unit_name,
                                rep->provider_name,
                                row->name,
                                row->person,
                                row->title,
                                row->role ? row->role->sv : STR(""),
                                row->unfit ? STR("nej") : STR("ja"),
                                str_of(row->unfit ? row->unfit : "")};
    for (size_t i = 0; i < COUNT(texts); i++)
        field(out, texts[i]);
    buf_init(&purposes, 1024);
    for (size_t i = 0; i < row->purpose_count; i++) {
        buf_cstr(&purposes, i ? ", " : "");
        buf_str(&purposes, row->purpose[i]);
    }
    field(out, buf_get(&purposes));
    buf_release(&purposes);
    day(out, row->from_ms);
    day(out, row->to_ms);
    field(out, row->analysis.title.n ? row->analysis.title : row->analysis.reference);
    field(out, str_of(analysis ? analysis : "gäller"));
    day(out, row->analysis.state == ANALYSIS_NONE ? 0 : row->analysis.to_ms);
    day(out, row->login_ms);
    number(out, row->emergencies);
    number(out, row->choices);
    role_may(out, row->role);
    for (int where = 0; where < REPORT_WHERES; where++)
        conditions(out, row->reads[where]);
    for (int where = 0; where < REPORT_WHERES; where++)
        conditions(out, row->blocked[where]);
    buf_cstr(out, "\r\n");
}

void report_csv(const struct report *rep, bool head, struct buf *out)
{
    static const char *const heads[] = {"Enhet",
                                        "Vårdgivare",
                                        "Person",
                                        "Person-id",
                                        "Titel",
                                        "Roll",
                                        "Kan användas",
                                        "Varför inte",
                                        "Ändamål",
                                        "Från",
                                        "Till",
                                        "Behovs- och riskanalys",
                                        "Analysens läge",
                                        "Analysen gäller till",
                                        "Senast inloggad",
                                        "Nödöppningar 30 dagar",
                                        "Aktiva val 30 dagar",
                                        "Rollen får",
                                        "Läsa: egen enhet",
                                        "Läsa: annan enhet hos vårdgivaren",
                                        "Läsa: annan vårdgivare",
                                        "Läsa: ej ansluten",
                                        "Spärrat: egen enhet",
                                        "Spärrat: annan enhet hos vårdgivaren",
                                        "Spärrat: annan vårdgivare",
                                        "Spärrat: ej ansluten"};
    for (size_t i = 0; head && i < COUNT(heads); i++)
        field(out, str_of(heads[i]));
    if (head)
        buf_cstr(out, "\r\n");
    for (size_t i = 0; i < rep->count; i++)
        csv_row(rep, &rep->row[i], out);
}
