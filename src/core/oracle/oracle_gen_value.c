/* SPDX-License-Identifier: Apache-2.0
 * The forms of one value for each search type. */
#include <stdio.h>

#include "base/time.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

static const char *const prefixes[] = {"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static struct str print(struct oracle_gen *g, const char *a, struct str b, const char *c)
{
    return arena_printf(&g->arena, "%s%.*s%s", a, STR_ARG(b), c);
}

/* s cut to at most n bytes, between characters. */
static struct str cut(struct str s, size_t n)
{
    if (n >= s.n)
        return s;
    while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

struct str oracle_gen_swap_case(struct oracle_gen *g, struct str s)
{
    char *p = arena_alloc(&g->arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
        p[i] = letter ? s.p[i] ^ 0x20 : s.p[i];
    }
    return (struct str){p, s.n};
}

/* ---- token ---- */

static struct str both(struct oracle_gen *g, struct str system, const char *more, struct str code)
{
    return arena_printf(&g->arena, "%.*s%s|%.*s", STR_ARG(oracle_gen_escape(g, system)), more,
                        STR_ARG(oracle_gen_escape(g, code)));
}

/* Around a MIME type: its base part, that alone or with more, and other ones. */
static void mime(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str rest = a->code, base, segment, whole = oracle_gen_escape(g, a->code);
    str_split(&rest, ';', &base);
    struct str inner = base;
    str_split(&inner, '/', &segment);
    oracle_gen_one(g, "token MIME :below base", "below", base);
    oracle_gen_one(g, "token MIME :below case", "below", oracle_gen_swap_case(g, base));
    oracle_gen_one(g, "token MIME :below segment", "below", segment);
    oracle_gen_one(g, "token MIME :below whole", "below", whole);
    oracle_gen_one(g, "token MIME :below system|", "below", both(g, STR("urn:ietf:bcp:13"), "", base));
    oracle_gen_one(g, "token MIME :below longer", "below", print(g, "", base, "x"));
    oracle_gen_one(g, "token MIME :below part", "below", str_sub(base, 0, base.n - 1));
    oracle_gen_one(g, "token MIME :below parameter", "below", print(g, "", base, "; charset=utf-8"));
    oracle_gen_one(g, "token MIME :below or", "below", print(g, "image,", base, ",no/such"));
}

/* The systems that a required binding implies, and identifiers of a type. */
static void token_more(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str system = oracle_param_system(g->o, a->binding, a->code, 0);
    if (system.p) {
        oracle_gen_one(g, "token implied|code", "", both(g, system, "", a->code));
        oracle_gen_one(g, "token not implied|code", "", both(g, system, "x", a->code));
    }
    if (oracle_match_is_mime(a))
        mime(g, a);
    uint32_t type =
        a->source == FHIR_TYPE_Identifier ? json_get(a->doc, a->node, FHIR_NAME_type) : UINT32_MAX;
    uint32_t list = type == UINT32_MAX ? type : json_get(a->doc, type, FHIR_NAME_coding);
    if (list == UINT32_MAX)
        return;
    JSON_EACH(a->doc, list, c)
    {
        struct str s = json_text(a->doc, json_get(a->doc, c, FHIR_NAME_system));
        struct str code = json_text(a->doc, json_get(a->doc, c, FHIR_NAME_code));
        struct str value = oracle_gen_escape(g, a->code);
        if (!s.n || !code.n)
            continue;
        struct str right = both(g, s, "", code), wrong = both(g, s, "x", code);
        oracle_gen_one(g, "token :of-type", "of-type",
                       arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(right), STR_ARG(value)));
        oracle_gen_one(g, "token :of-type other", "of-type",
                       arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(wrong), STR_ARG(value)));
        oracle_gen_one(g, "token :of-type other value", "of-type",
                       arena_printf(&g->arena, "%.*s|%.*sx", STR_ARG(right), STR_ARG(value)));
    }
}

static void token(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str code = oracle_gen_escape(g, a->code), none = {"", 0};
    if (a->system.n) {
        oracle_gen_one(g, "token system|", "", both(g, a->system, "", none));
        oracle_gen_one(g, "token othersystem|", "", both(g, a->system, "x", none));
    }
    if (!a->code.n)
        return;
    token_more(g, a);
    oracle_gen_one(g, "token code", "", code);
    oracle_gen_one(g, "token |code", "", both(g, none, "", a->code));
    oracle_gen_one(g, "token system|code", "", both(g, a->system, "", a->code));
    oracle_gen_one(g, "token othersystem|code", "", both(g, a->system, "x", a->code));
    oracle_gen_one(g, "token other code", "", print(g, "", code, "x"));
    oracle_gen_one(g, "token case", "", oracle_gen_swap_case(g, code));
    oracle_gen_one(g, "token or", "", print(g, "nosuch,", code, ",http://nosuch.example|x"));
    oracle_gen_one(g, "token :not code", "not", code);
    oracle_gen_one(g, "token :not system|code", "not", both(g, a->system, "", a->code));
    oracle_gen_one(g, "token :not or", "not", print(g, "nosuch,", code, ""));
    oracle_gen_one(g, "token :not other", "not", print(g, "", code, "x"));
}

/* ---- string ---- */

/* The first plain vowel with an accent it may not have. */
struct str oracle_gen_accent(struct oracle_gen *g, struct str s)
{
    static const char vowels[] = "aeiou";
    static const char *const accented[] = {"å", "é", "ï", "ö", "ü"};
    for (size_t i = 0; i < s.n; i++) {
        const char *v = strchr(vowels, s.p[i]);
        if (v && s.p[i])
            return arena_printf(&g->arena, "%.*s%s%.*s", (int)i, s.p, accented[v - vowels],
                                STR_ARG(str_sub(s, i + 1, s.n)));
    }
    return s;
}

static size_t char_start(struct str s, size_t i)
{
    while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80)
        i++;
    return i;
}

static void string(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str all = cut(a->text, ORACLE_GEN_TEXT_MAX), e = oracle_gen_escape(g, all);
    size_t space = str_find(all, ' ', 0);
    if (a->folded.n == 0)
        return;
    oracle_gen_one(g, "string whole", "", e);
    oracle_gen_one(g, "string :exact", "exact", e);
    oracle_gen_one(g, "string :contains", "contains", e);
    oracle_gen_one(g, "string accent", "", oracle_gen_accent(g, e));
    oracle_gen_one(g, "string case", "", oracle_gen_swap_case(g, e));
    oracle_gen_one(g, "string :exact case", "exact", oracle_gen_swap_case(g, e));
    oracle_gen_one(g, "string :contains case", "contains", oracle_gen_swap_case(g, e));
    oracle_gen_one(g, "string other", "", print(g, "", e, "zq"));
    oracle_gen_one(g, "string :exact other", "exact", print(g, "", e, "zq"));
    oracle_gen_one(g, "string or", "", print(g, "nosuchq,", e, ",nosuchz"));
    size_t n = cut(all, 1 + oracle_gen_dice(g, (unsigned)all.n)).n;
    struct str part = oracle_gen_escape(g, str_sub(all, 0, n ? n : all.n));
    if (oracle_text_fold(&g->arena, part).n) {
        oracle_gen_one(g, "string prefix", "", part);
        oracle_gen_one(g, "string :exact prefix", "exact", part);
    }
    size_t from = char_start(all, oracle_gen_dice(g, (unsigned)all.n));
    size_t to = from + cut(str_sub(all, from, all.n), 1 + oracle_gen_dice(g, 20)).n;
    part = oracle_gen_escape(g, str_sub(all, from, to));
    if (oracle_text_fold(&g->arena, part).n) {
        oracle_gen_one(g, "string :contains part", "contains", part);
        oracle_gen_one(g, "string part", "", part);
    }
    if (space != SIZE_MAX && oracle_text_fold(&g->arena, str_sub(all, space, all.n)).n)
        oracle_gen_one(g, "string second word", "",
                       cut(oracle_gen_escape(g, str_sub(all, space + 1, all.n)), 12));
}

/* ---- date ---- */

/* The instant ms written to some precision, sometimes in another zone. */
static struct str moment(struct oracle_gen *g, int64_t ms, const char **label)
{
    static const struct {
        const char *label;
        size_t n;
        const char *end;
    } forms[] = {{"year", 4, ""},     {"month", 7, ""},    {"day", 10, ""},
                 {"minute", 16, "Z"}, {"second", 19, "Z"}, {"fraction", 23, "Z"}};
    char text[TIME_TEXT_MAX];
    unsigned f = oracle_gen_dice(g, 7);
    if (f == 6) {
        *label = "zone";
        time_format(ms + (5 * 60 + 30) * 60000, text);
        return arena_printf(&g->arena, "%.19s+05:30", text);
    }
    time_format(ms, text);
    *label = forms[f].label;
    return arena_printf(&g->arena, "%.*s%s", (int)forms[f].n, text, forms[f].end);
}

static const int64_t day_ms = 86400 * 1000;
/* Years that a search value can be written with. */
static const int64_t ms_min = -59011459200000, ms_max = 253370764800000;

static void date(struct oracle_gen *g, const struct oracle_atom *a)
{
    for (unsigned i = 0; i < 2 * PREFIXES; i++) {
        const int64_t shifts[] = {0, -1, 1, -1000, 1000, -day_ms, day_ms, -31 * day_ms, 31 * day_ms};
        char label[64];
        const char *form;
        bool from = a->high_ms == INT64_MAX || (a->low_ms != INT64_MIN && oracle_gen_dice(g, 3));
        int64_t ms = from ? a->low_ms : a->high_ms;
        if (ms == INT64_MIN || ms < ms_min || ms > ms_max)
            continue;
        ms += oracle_gen_dice(g, 2) ? 0 : shifts[oracle_gen_dice(g, sizeof shifts / sizeof *shifts)];
        struct str value = moment(g, ms, &form);
        snprintf(label, sizeof label, "date %s %s", prefixes[i % PREFIXES], form);
        oracle_gen_one(g, label, "", print(g, prefixes[i % PREFIXES], value, ""));
    }
}

/* ---- number and quantity ---- */

static struct str dec_text(struct oracle_gen *g, struct dec d)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(d, text);
    return arena_str(&g->arena, (struct str){text, n});
}

/* A number at or near v, in some writing. */
static struct str number_near(struct oracle_gen *g, struct dec v, const char **label)
{
    static const char *const labels[] = {"same",    "finer",     "coarser",  "exponent",
                                         "half up", "half down", "one more", "tenth"};
    struct dec unit = {1, v.scale}, half = {5, (uint8_t)(v.scale + 1)}, out = v;
    unsigned f = oracle_gen_dice(g, 8);
    bool ok = true;
    *label = labels[f];
    switch (f) {
    case 1:
        ok = dec_round(v, v.scale + 1u, DEC_HALF_UP, &out);
        break;
    case 2:
        ok = v.scale && dec_round(v, v.scale - 1u, DEC_HALF_UP, &out);
        break;
    case 3:
        return arena_printf(&g->arena, "%.*se0", STR_ARG(dec_text(g, v)));
    case 4:
        ok = dec_add(v, half, &out);
        break;
    case 5:
        ok = dec_sub(v, half, &out);
        break;
    case 6:
        ok = oracle_gen_dice(g, 2) ? dec_add(v, unit, &out) : dec_sub(v, unit, &out);
        break;
    case 7:
        ok = dec_mul(v, (struct dec){oracle_gen_dice(g, 2) ? 11 : 9, 1}, &out);
        break;
    default:
        break;
    }
    return dec_text(g, ok ? out : v);
}

static bool an_end(struct oracle_gen *g, const struct oracle_atom *a, struct dec *out)
{
    bool low = a->range.high_none || (!a->range.low_none && oracle_gen_dice(g, 2));
    *out = low ? a->range.low : a->range.high;
    return !(low ? a->range.low_none : a->range.high_none);
}

static void number(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct dec v;
    for (unsigned i = 0; i < 2 * PREFIXES; i++) {
        char label[64];
        const char *form;
        if (!an_end(g, a, &v))
            continue;
        struct str value = number_near(g, v, &form);
        snprintf(label, sizeof label, "number %s %s", prefixes[i % PREFIXES], form);
        oracle_gen_one(g, label, "", print(g, prefixes[i % PREFIXES], value, ""));
    }
}

/* The unit part of a quantity, in some form. */
static struct str unit(struct oracle_gen *g, const struct oracle_atom *a, const char **label)
{
    static const char *const labels[] = {"bare", "system|code", "||code", "||unit", "other system", "other"};
    unsigned f = oracle_gen_dice(g, 6);
    struct str system = oracle_gen_escape(g, a->system), code = oracle_gen_escape(g, a->code);
    *label = labels[f];
    if (f == 1 && a->system.n && a->code.n)
        return arena_printf(&g->arena, "|%.*s|%.*s", STR_ARG(system), STR_ARG(code));
    if (f == 2 && a->code.n)
        return arena_printf(&g->arena, "||%.*s", STR_ARG(code));
    if (f == 3 && a->unit.n)
        return arena_printf(&g->arena, "||%.*s", STR_ARG(oracle_gen_escape(g, a->unit)));
    if (f == 4 && a->code.n)
        return arena_printf(&g->arena, "|http://nosuch.example|%.*s", STR_ARG(code));
    if (f == 5)
        return STR("||nosuch");
    *label = labels[0];
    return STR("");
}

static void quantity(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct dec v;
    for (unsigned i = 0; i < 3 * PREFIXES; i++) {
        char label[64];
        const char *form, *with;
        if (!an_end(g, a, &v))
            continue;
        struct str value = number_near(g, v, &form), u = unit(g, a, &with);
        snprintf(label, sizeof label, "quantity %s %s %s", prefixes[i % PREFIXES], form, with);
        oracle_gen_one(
            g, label, "",
            arena_printf(&g->arena, "%s%.*s%.*s", prefixes[i % PREFIXES], STR_ARG(value), STR_ARG(u)));
    }
}

/* ---- uri and reference ---- */

/* Versions at, below and above one of a canonical URL. */
static void canonical(struct oracle_gen *g, struct str url, struct str version)
{
    static const char *const more[] = {"", ".1", "-draft", "0", ".1.2"};
    struct str mine = version.n ? version : STR("1"), cut_off = mine;
    if (str_find(url, ':', 0) == SIZE_MAX)
        return;
    while (cut_off.n > 1 && cut_off.p[cut_off.n - 1] != '.')
        cut_off.n--;
    cut_off.n -= cut_off.n > 1;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct str longer = print(g, "", mine, more[i]);
        oracle_gen_one(g, "canonical :above version", "above", both(g, url, "", longer));
        oracle_gen_one(g, "canonical :below version", "below", both(g, url, "", longer));
    }
    oracle_gen_one(g, "canonical :below shorter version", "below", both(g, url, "", cut_off));
    oracle_gen_one(g, "canonical version", "", both(g, url, "", mine));
    if (g->p->type == FHIR_SEARCH_REFERENCE)
        oracle_gen_one(g, "canonical :below", "below", oracle_gen_escape(g, url));
    oracle_gen_one(g, "canonical :below or", "below",
                   arena_printf(&g->arena, "%.*s,http://no.example/x|1", STR_ARG(both(g, url, "", mine))));
}

/* A definition's own url with its version, and with another. */
static void own_version(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str version = json_text(a->doc, json_get(a->doc, 0, FHIR_NAME_version));
    if (!version.n)
        return;
    oracle_gen_one(g, "canonical own", "", both(g, a->text, "", version));
    oracle_gen_one(g, "canonical own other", "", both(g, a->text, "", print(g, "", version, "x")));
    oracle_gen_one(
        g, "canonical own or", "",
        arena_printf(&g->arena, "%.*s,http://no.example|1", STR_ARG(both(g, a->text, "", version))));
}

static void uri(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str e = oracle_gen_escape(g, a->text);
    size_t n = 1 + oracle_gen_dice(g, (unsigned)(a->text.n ? a->text.n : 1));
    if (!a->text.n)
        return;
    struct str version = a->text, url;
    str_split(&version, '|', &url);
    if (a->source == FHIR_TYPE_canonical)
        canonical(g, url, version);
    else if (str_is(g->p->code, "url"))
        own_version(g, a);
    oracle_gen_one(g, "uri", "", e);
    oracle_gen_one(g, "uri case", "", oracle_gen_swap_case(g, e));
    oracle_gen_one(g, "uri other", "", print(g, "", e, "x"));
    oracle_gen_one(g, "uri or", "", print(g, "http://nosuch.example,", e, ""));
    oracle_gen_one(g, "uri prefix", "", oracle_gen_escape(g, cut(a->text, n)));
    if (!str_starts(a->text, STR("http")))
        return;
    size_t slash = a->text.n;
    while (slash > 9 && a->text.p[slash - 1] != '/')
        slash--;
    oracle_gen_one(g, "uri :below", "below", oracle_gen_escape(g, str_sub(a->text, 0, slash)));
    oracle_gen_one(g, "uri :below same", "below", e);
    oracle_gen_one(g, "uri :above", "above", print(g, "", e, "/x/y"));
    oracle_gen_one(g, "uri :above same", "above", e);
}

static void local(struct oracle_gen *g, const struct oracle_atom *a)
{
    const char *name = fhir_types[a->target].name;
    struct str typed = print(g, arena_printf(&g->arena, "%s/", name).p, a->id, "");
    oracle_gen_one(g, "reference Type/id", "", typed);
    oracle_gen_one(g, "reference id", "", a->id);
    oracle_gen_one(g, "reference other id", "", print(g, "", typed, "x"));
    oracle_gen_one(g, "reference other type", "", print(g, "Basic/", a->id, ""));
    oracle_gen_one(g, "reference or", "", print(g, "nosuch,", typed, ",Basic/nosuch"));
    for (size_t i = 0; i < g->p->target_count; i++) {
        if (g->p->target[i] == a->target || oracle_gen_dice(g, 8) == 0)
            oracle_gen_one(g, "reference :Type", fhir_types[g->p->target[i]].name, a->id);
    }
}

static void reference(struct oracle_gen *g, const struct oracle_atom *a)
{
    if (a->identifier) {
        struct str none = {"", 0};
        if (!a->code.n)
            return;
        oracle_gen_one(g, "reference :identifier", "identifier", both(g, a->system, "", a->code));
        oracle_gen_one(g, "reference :identifier |", "identifier", both(g, none, "", a->code));
        oracle_gen_one(g, "reference :identifier bare", "identifier", oracle_gen_escape(g, a->code));
        oracle_gen_one(g, "reference :identifier other", "identifier", both(g, a->system, "x", a->code));
    } else if (a->target) {
        local(g, a);
    } else if (a->text.n) {
        struct str e = oracle_gen_escape(g, a->text);
        oracle_gen_one(g, "reference url", "", e);
        oracle_gen_one(g, "reference url other", "", print(g, "", e, "x"));
        oracle_gen_one(g, "reference url or", "", print(g, "http://nosuch.example/x,", e, ""));
        if (a->version.n)
            oracle_gen_one(g, "reference url|version", "", both(g, a->text, "", a->version));
        if (str_find(a->text, ':', 0) != SIZE_MAX)
            oracle_gen_one(g, "reference url|other", "", print(g, "", e, "|nosuch"));
        if (a->source == FHIR_TYPE_canonical)
            canonical(g, a->text, a->version);
    }
}

/* ---- near ---- */

/* Is some place so near the edge that a box and a circle may differ? R4 leaves that to the server. */
static bool doubtful(struct oracle_gen *g, double latitude, double longitude, double km)
{
    for (size_t i = 0; i < g->o->count; i++) {
        if (g->o->gone[i] || g->o->resource[i].type != g->type)
            continue;
        const struct oracle_values *v = oracle_value_get(g->o, i, g->p);
        for (size_t n = 0; n < v->atoms.count; n++) {
            const struct oracle_atom *a = &v->atoms.item[n];
            double away = oracle_match_distance(latitude, longitude, a->latitude, a->longitude);
            if (away > km * 0.97 && away < km * 1.6)
                return true;
        }
    }
    return false;
}

static void near(struct oracle_gen *g, const struct oracle_atom *a)
{
    for (unsigned i = 0; i < 200; i++) {
        double latitude = a->latitude + (oracle_gen_dice(g, 200) - 100.0) / 100;
        double longitude = a->longitude + (oracle_gen_dice(g, 200) - 100.0) / 100;
        unsigned km = 1 + oracle_gen_dice(g, 250);
        if (longitude > 180 || longitude < -180 || latitude > 60 || latitude < -60 ||
            doubtful(g, latitude, longitude, km))
            continue;
        bool metres = oracle_gen_dice(g, 2);
        oracle_gen_one(g, metres ? "near in m" : "near in km", "",
                       arena_printf(&g->arena, "%.4f|%.4f|%u|%s", latitude, longitude,
                                    metres ? km * 1000 : km, metres ? "m" : "km"));
    }
}

void oracle_gen_forms(struct oracle_gen *g, const struct oracle_atom *a)
{
    switch (g->p->type) {
    case FHIR_SEARCH_TOKEN:
        token(g, a);
        break;
    case FHIR_SEARCH_STRING:
        string(g, a);
        break;
    case FHIR_SEARCH_DATE:
        date(g, a);
        break;
    case FHIR_SEARCH_NUMBER:
        number(g, a);
        break;
    case FHIR_SEARCH_QUANTITY:
        quantity(g, a);
        break;
    case FHIR_SEARCH_URI:
        uri(g, a);
        break;
    case FHIR_SEARCH_REFERENCE:
        reference(g, a);
        break;
    case FHIR_SEARCH_SPECIAL:
        near(g, a);
        break;
    default:
        break;
    }
}

struct str oracle_gen_plain(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a)
{
    static const struct str none = {NULL, 0};
    const char *unused;
    struct dec v;
    switch (p->type) {
    case FHIR_SEARCH_TOKEN:
        if (!a->code.n)
            return none;
        return oracle_gen_dice(g, 2) && a->system.n ? both(g, a->system, "", a->code)
                                                    : oracle_gen_escape(g, a->code);
    case FHIR_SEARCH_STRING:
        return a->folded.n ? oracle_gen_escape(g, cut(a->text, 5 + oracle_gen_dice(g, 40))) : none;
    case FHIR_SEARCH_DATE:
        if (a->low_ms == INT64_MIN || a->low_ms < ms_min || a->low_ms > ms_max)
            return none;
        return print(g, oracle_gen_dice(g, 2) ? "ge" : "", moment(g, a->low_ms, &unused), "");
    case FHIR_SEARCH_NUMBER:
        return an_end(g, a, &v) ? dec_text(g, v) : none;
    case FHIR_SEARCH_QUANTITY: {
        if (!an_end(g, a, &v))
            return none;
        struct str u = unit(g, a, &unused);
        return arena_printf(&g->arena, "%.*s%.*s", STR_ARG(dec_text(g, v)), STR_ARG(u));
    }
    case FHIR_SEARCH_URI:
        return a->text.n ? oracle_gen_escape(g, a->text) : none;
    case FHIR_SEARCH_REFERENCE:
        if (a->identifier)
            return none;
        if (!a->target)
            return a->text.n ? oracle_gen_escape(g, a->text) : none;
        return arena_printf(&g->arena, "%s/%.*s", fhir_types[a->target].name, STR_ARG(a->id));
    default:
        return none;
    }
}

struct str oracle_gen_raw(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a)
{
    static const struct str none = {NULL, 0};
    const char *unused;
    struct dec v;
    struct str number;
    unsigned f = oracle_gen_dice(g, 3);
    switch (p->type) {
    case FHIR_SEARCH_TOKEN:
        if (!a->code.n || str_find(a->code, '|', 0) != SIZE_MAX)
            return none;
        return f && a->system.n ? arena_printf(&g->arena, "%.*s%s|%.*s", STR_ARG(a->system),
                                               f == 1 ? "" : "x", STR_ARG(a->code))
                                : print(g, "", a->code, f ? "" : "x");
    case FHIR_SEARCH_STRING:
        return a->folded.n ? cut(a->text, ORACLE_GEN_TEXT_MAX) : none;
    case FHIR_SEARCH_DATE: {
        bool from = a->high_ms == INT64_MAX || (a->low_ms != INT64_MIN && f);
        int64_t ms = from ? a->low_ms : a->high_ms;
        return ms == INT64_MIN || ms < ms_min || ms > ms_max ? none : moment(g, ms, &unused);
    }
    case FHIR_SEARCH_NUMBER:
        return an_end(g, a, &v) ? number_near(g, v, &unused) : none;
    case FHIR_SEARCH_QUANTITY:
        if (!an_end(g, a, &v))
            return none;
        number = number_near(g, v, &unused);
        if (f == 0 || !a->code.n)
            return number;
        return arena_printf(&g->arena, "%.*s|%.*s|%.*s", STR_ARG(number), STR_ARG(f == 1 ? a->system : none),
                            STR_ARG(a->code));
    case FHIR_SEARCH_URI:
        return a->text.n ? print(g, "", a->text, f ? "" : "x") : none;
    case FHIR_SEARCH_REFERENCE:
        if (a->identifier || (!a->target && !a->text.n))
            return none;
        return a->target ? arena_printf(&g->arena, "%s/%.*s%s", fhir_types[a->target].name, STR_ARG(a->id),
                                        f ? "" : "x")
                         : a->text;
    default:
        return none;
    }
}
