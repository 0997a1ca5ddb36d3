/* SPDX-License-Identifier: Apache-2.0 */
#include "anon/anon_int.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "ids/personnummer.h"

enum { NUMBER_SHORT = 10, NUMBER_LONG = 12, LAST_FOUR = 4, ID_BYTES = 36 };

/* What a screen may be called: words of addresses in the browser part, never an id of theirs. */
static const char *const screens[] = {"sok",
                                      "okand-adress",
                                      "administration/",
                                      "administration/konton",
                                      "administration/enheter",
                                      "administration/logg",
                                      "administration/flaggor",
                                      "administration/stickprov",
                                      "patient/oversikt",
                                      "patient/kontakter",
                                      "patient/diagnoser",
                                      "patient/varningar",
                                      "patient/lakemedel",
                                      "patient/provsvar",
                                      "patient/anteckningar",
                                      "patient/remisser",
                                      "patient/tidslinje",
                                      "patient/vitalparametrar",
                                      "patient/vaccinationer",
                                      "patient/atkomst",
                                      "kvitton",
                                      "ofardiga",
                                      "osignerat",
                                      "min-logg",
                                      "tavla",
                                      "inkorg",
                                      "okand",
                                      "sammanfor",
                                      "reserv",
                                      "styrning/",
                                      "styrning/oversikt",
                                      "styrning/tavla",
                                      "styrning/linje",
                                      "styrning/kriterier",
                                      "styrning/beslut",
                                      "styrning/risker",
                                      "styrning/scenarier",
                                      "styrning/nytta",
                                      "styrning/avtal",
                                      "styrning/forandring",
                                      "styrning/erfarenheter",
                                      "styrning/fragor",
                                      "styrning/rapporter",
                                      "styrning/moten",
                                      "styrning/medlemmar",
                                      "styrning/initiativ",
                                      "styrning/arende",
                                      "styrning/avstamning",
                                      "styrning/mote",
                                      "styrning/rapport",
                                      NULL};

static const char *const questions[] = {"works", "chafes", "bring-along", NULL};

static const struct {
    const char *name, *kind;
    size_t at, max; /* place in struct anon_form; bytes */
    bool required;
    const char *const *of; /* one of these */
} fields[] = {
    {"question", "valueCode", offsetof(struct anon_form, question), 20, true, questions},
    {"statement", "valueString", offsetof(struct anon_form, statement), ANON_STATEMENT_MAX, true, NULL},
    {"screen", "valueString", offsetof(struct anon_form, screen), 60, true, screens},
    {"unit", "valueReference", offsetof(struct anon_form, unit), 80, false, NULL},
    {"role", "valueCode", offsetof(struct anon_form, role), 60, false, NULL},
    {"initiative", "valueReference", offsetof(struct anon_form, initiative), 80, false, NULL},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static struct str *field(struct anon_form *f, size_t i)
{
    return (struct str *)(void *)((char *)f + fields[i].at);
}

static bool listed(const char *const *list, struct str text)
{
    while (*list && !str_is(text, *list))
        list++;
    return *list != NULL;
}

static bool wrong(struct err *err, const char *name)
{
    return err_set(err, ERR_GOV_ANONYMOUS_FORM, name, NULL);
}

static struct str member(const struct json_doc *doc, uint32_t i, const char *key)
{
    return i == UINT32_MAX ? (struct str){0} : json_text(doc, json_get_key(doc, i, str_of(key)));
}

static bool read_one(const struct json_doc *doc, uint32_t p, struct anon_form *out, struct err *err)
{
    struct str name = doc->nodes[p].kind == JSON_OBJECT ? member(doc, p, "name") : (struct str){0};
    for (size_t i = 0; i < FIELDS; i++) {
        if (!str_is(name, fields[i].name))
            continue;
        uint32_t v = json_get_key(doc, p, str_of(fields[i].kind));
        bool reference = v != UINT32_MAX && doc->nodes[v].kind == JSON_OBJECT;
        struct str text = reference ? member(doc, v, "reference") : json_text(doc, v);
        if (!text.n || text.n > fields[i].max || field(out, i)->n || doc->nodes[p].len != 2 ||
            (fields[i].of && !listed(fields[i].of, text)))
            return wrong(err, fields[i].name);
        *field(out, i) = text;
        return true;
    }
    return err_set_str(err, ERR_PARAM_UNKNOWN, str_sub(name, 0, 40), STR("report-anonymous"));
}

/* ---- numbers of people ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a sign or a space that may stand in a number; 0: none. */
static size_t between(struct str s, size_t i)
{
    static const struct str signs[] = {{"-", 1}, {"+", 1}, {" ", 1}, {"\xc2\xa0", 2}};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (str_starts(str_sub(s, i, s.n), signs[k]))
            return signs[k].n;
    bool dash = i + 2 < s.n && (unsigned char)s.p[i] == 0xe2 &&
                ((unsigned char)s.p[i + 1] == 0x80 || (unsigned char)s.p[i + 1] == 0x88);
    return dash ? 3 : 0;
}

static bool is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Does a number of a person begin at i? Also one that is written with a sign and whose check digit is wrong:
 * it was meant as one. */
static bool number_at(struct str s, size_t i)
{
    char text[NUMBER_LONG + 1];
    size_t n = 0, sign = 0; /* digits before the last sign */
    struct personnummer p;
    struct err err = {0};
    while (i < s.n && n < NUMBER_LONG) {
        size_t skip = n ? between(s, i) : 0;
        bool letter = is_capital(s.p[i]) && (n == NUMBER_LONG - LAST_FOUR || n == NUMBER_SHORT - LAST_FOUR);
        if (is_digit(s.p[i]) || letter)
            text[n++] = s.p[i++];
        else if (skip)
            sign = s.p[i] == ' ' ? sign : n, i += skip;
        else
            break;
        bool ends = i >= s.n || !is_digit(s.p[i]);
        if (!ends || (n != NUMBER_SHORT && n != NUMBER_LONG))
            continue;
        if (personnummer_parse((struct str){text, n}, os_now_ms(), &p, &err) ||
            (sign == n - LAST_FOUR && err.code == ERR_IDENTITY_CHECK))
            return true;
    }
    return false;
}

static bool names_somebody(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_digit(s.p[i]) && (i == 0 || !is_digit(s.p[i - 1])) && number_at(s, i))
            return true;
    return false;
}

/* ---- reading ---- */

static bool read_all(const struct json_doc *doc, struct anon_form *out, struct err *err)
{
    uint32_t list = doc->nodes[0].kind == JSON_OBJECT ? json_get_key(doc, 0, STR("parameter")) : UINT32_MAX;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY ||
        !str_is(member(doc, 0, "resourceType"), "Parameters"))
        return wrong(err, "Parameters.parameter");
    JSON_EACH(doc, list, p)
    {
        if (!read_one(doc, p, out, err))
            return false;
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].required && !field(out, i)->n)
            return wrong(err, fields[i].name);
    return true;
}

static bool points(struct str reference, const char *type)
{
    struct str id = str_sub(reference, strlen(type), reference.n);
    return !reference.n || (str_starts(reference, str_of(type)) && fhir_prim_valid(FHIR_PRIM_ID, id));
}

static struct str random_id(struct arena *arena)
{
    unsigned char r[16];
    char text[ID_BYTES + 1];
    os_random(r, sizeof r);
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    for (size_t i = 0, at = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        text[at++] = "0123456789abcdef"[r[i] >> 4];
        text[at++] = "0123456789abcdef"[r[i] & 15];
    }
    return arena_str(arena, (struct str){text, ID_BYTES});
}

bool anon_form_read(struct str body, struct arena *arena, struct anon_form *out, struct err *err)
{
    struct json_doc doc;
    *out = (struct anon_form){0};
    if (!body.n)
        return err_set(err, ERR_BODY_MISSING, NULL);
    if (!json_parse(arena, body, NULL, &doc, err) || !read_all(&doc, out, err))
        return false;
    if (!fhir_prim_valid(FHIR_PRIM_MARKDOWN, out->statement))
        return wrong(err, "statement");
    if (!points(out->unit, "Organization/"))
        return wrong(err, "unit");
    if (!points(out->initiative, "Initiative/"))
        return wrong(err, "initiative");
    out->id = random_id(arena);
    return !names_somebody(out->statement) || err_set(err, ERR_GOV_ANONYMOUS_NUMBER, NULL);
}

bool anon_form_pack(const struct anon_form *f, struct buf *out)
{
    struct json_out o;
    struct anon_form copy = *f;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_string(&o, "id", f->id);
    for (size_t i = 0; i < FIELDS; i++)
        if (field(&copy, i)->n)
            json_out_string(&o, fields[i].name, *field(&copy, i));
    json_out_end_object(&o);
    return buf_ok(out) && buf_get(out).n <= ANON_BOX_TEXT_MAX;
}

bool anon_form_unpack(struct str text, struct arena *arena, struct anon_form *out, struct err *err)
{
    struct json_doc doc;
    *out = (struct anon_form){0};
    if (!json_parse(arena, text, NULL, &doc, err))
        return false;
    out->id = member(&doc, 0, "id");
    for (size_t i = 0; i < FIELDS; i++)
        *field(out, i) = member(&doc, 0, fields[i].name);
    return true;
}

static void reference(struct json_out *o, const char *key, struct str to)
{
    if (!to.n)
        return;
    json_out_object(o, key);
    json_out_string(o, "reference", to);
    json_out_end_object(o);
}

bool anon_form_resource(const struct anon_form *f, size_t cell, struct str month, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Experience");
    json_out_cstr(&o, "status", "received");
    json_out_string(&o, "question", f->question);
    json_out_string(&o, "statement", f->statement);
    json_out_string(&o, "screen", f->screen);
    reference(&o, "unit", f->unit);
    if (f->role.n)
        json_out_string(&o, "role", f->role);
    reference(&o, "initiative", f->initiative);
    json_out_bool(&o, "anonymous", true);
    json_out_i64(&o, "cellSize", (int64_t)cell);
    json_out_string(&o, "receivedOn", month);
    json_out_end_object(&o);
    return buf_ok(out);
}
