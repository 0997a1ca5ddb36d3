/* SPDX-License-Identifier: Apache-2.0
 * One value of a search against one atom, for each search type: prefixes (R4 3.1.1.4.6) with the ranges of
 * both sides, and modifiers. */
#include <math.h>
#include <stdlib.h>

#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

static const char *const prefixes[] = {"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};

struct str oracle_match_prefix(struct str *value)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (value->n > 2 && str_starts(*value, str_of(prefixes[i]))) {
            *value = str_sub(*value, 2, value->n);
            return str_of(prefixes[i]);
        }
    }
    return STR("eq");
}

/* ---- date ---- */

bool oracle_match_moment(struct str prefix, int64_t low, int64_t high, int64_t want_low, int64_t want_high,
                         int64_t now_ms)
{
    bool within = low >= want_low && high <= want_high;
    bool after = high > want_high, before = low < want_low;
    if (str_is(prefix, "eq"))
        return within;
    if (str_is(prefix, "ne"))
        return !within;
    if (str_is(prefix, "gt"))
        return after;
    if (str_is(prefix, "lt"))
        return before;
    if (str_is(prefix, "ge"))
        return after || within;
    if (str_is(prefix, "le"))
        return before || within;
    if (str_is(prefix, "sa"))
        return low >= want_high;
    if (str_is(prefix, "eb"))
        return high <= want_low;
    /* ap: a tenth of the gap between now and the date to either side. */
    int64_t gap = now_ms < want_low ? want_low - now_ms : now_ms > want_high ? now_ms - want_high : 0;
    return low < want_high + gap / 10 && high > want_low - gap / 10;
}

static int match_date(const struct oracle *o, const struct oracle_atom *a, struct str value)
{
    int64_t low, high;
    struct str prefix = oracle_match_prefix(&value);
    if (!oracle_text_moment(value, &low, &high))
        return -1;
    return oracle_match_moment(prefix, a->low_ms, a->high_ms, low, high, o->now_ms);
}

/* ---- number ---- */

/* Is the number below the end of the range / above it, where the end may be open or absent? */
static bool begins_before(const struct oracle_range *r, struct dec v)
{
    return r->low_none || dec_cmp(r->low, v) < 0;
}

static bool ends_after(const struct oracle_range *r, struct dec v)
{
    return r->high_none || dec_cmp(r->high, v) > 0;
}

/* Lies the range within [low, high), or within the point when they are equal? */
static bool within(const struct oracle_range *r, struct dec low, struct dec high)
{
    bool point = dec_cmp(low, high) == 0;
    if (r->low_none || r->high_none || dec_cmp(r->low, low) < 0)
        return false;
    int c = dec_cmp(r->high, high);
    return c < 0 || (c == 0 && (point || r->high_open));
}

/* A tenth of the value to either side, and never less than what eq takes. */
static bool approximates(const struct oracle_range *r, struct dec value, struct dec half)
{
    struct dec tenth, low, high;
    struct dec size = dec_cmp(value, dec_of_i64(0)) < 0 ? dec_neg(value) : value;
    if (!dec_mul(size, (struct dec){1, 1}, &tenth))
        return false;
    bool open = dec_cmp(half, tenth) > 0;
    if (!dec_sub(value, open ? half : tenth, &low) || !dec_add(value, open ? half : tenth, &high))
        return false;
    if (open && !r->low_none && dec_cmp(r->low, high) == 0)
        return false;
    return (r->low_none || dec_cmp(r->low, high) <= 0) && (r->high_none || dec_cmp(r->high, low) >= 0);
}

static bool match_range(struct str prefix, const struct oracle_range *r, struct dec value, struct dec half)
{
    struct dec low, high;
    if (!dec_sub(value, half, &low) || !dec_add(value, half, &high))
        return false;
    if (str_is(prefix, "eq"))
        return within(r, low, high);
    if (str_is(prefix, "ne"))
        return !within(r, low, high);
    if (str_is(prefix, "gt"))
        return ends_after(r, value);
    if (str_is(prefix, "lt"))
        return begins_before(r, value);
    if (str_is(prefix, "ge"))
        return ends_after(r, value) || within(r, value, value);
    if (str_is(prefix, "le"))
        return begins_before(r, value) || within(r, value, value);
    if (str_is(prefix, "sa"))
        return !r->low_none && (dec_cmp(r->low, value) > 0 || (r->low_open && dec_cmp(r->low, value) == 0));
    if (str_is(prefix, "eb"))
        return !r->high_none &&
               (dec_cmp(r->high, value) < 0 || (r->high_open && dec_cmp(r->high, value) == 0));
    return approximates(r, value, half);
}

static int match_number(const struct oracle_atom *a, struct str value)
{
    struct dec v, half;
    struct str prefix = oracle_match_prefix(&value);
    if (!oracle_text_number(value, &v, &half))
        return -1;
    return match_range(prefix, &a->range, v, half);
}

/* "number", "number|system|code" or "number||code": the last asks the code and the unit for people. */
static int match_quantity(struct oracle *o, const struct oracle_atom *a, struct str value)
{
    struct str number, system = {NULL, 0}, code = {NULL, 0};
    oracle_text_split(&value, '|', &number);
    int found = match_number(a, number);
    if (found <= 0 || !oracle_text_split(&value, '|', &system))
        return found;
    if (!oracle_text_split(&value, '|', &code) || code.n == 0)
        return -1;
    system = oracle_text_unescape(&o->arena, system);
    code = oracle_text_unescape(&o->arena, code);
    if (system.n)
        return str_eq(a->system, system) && str_eq(a->code, code);
    return str_eq(a->code, code) || str_eq(a->unit, code);
}

/* ---- token ---- */

/* A required binding gives a code the system it has not written. */
static bool has_system(struct oracle *o, const struct oracle_atom *a, struct str system)
{
    return (a->system.p && str_eq(a->system, system)) ||
           (a->type == FHIR_SEARCH_TOKEN && !a->system.p &&
            oracle_param_implies(o, a->binding, a->code, system));
}

/* code, system|code, |code, system|: compared as written. */
static int match_token(struct oracle *o, const struct oracle_atom *a, struct str value)
{
    struct str system, code;
    if (value.n == 0)
        return -1;
    oracle_text_split(&value, '|', &system);
    if (!oracle_text_split(&value, '|', &code))
        return a->code.p && str_eq(a->code, oracle_text_unescape(&o->arena, system));
    system = oracle_text_unescape(&o->arena, system);
    code = oracle_text_unescape(&o->arena, code);
    if (system.n == 0 && code.n == 0)
        return -1;
    if (system.n == 0)
        return !a->system.p && a->code.p && str_eq(a->code, code);
    return has_system(o, a, system) && (code.n == 0 || (a->code.p && str_eq(a->code, code)));
}

/* Identifiers of a type: system|code of Identifier.type, then the value. */
static int match_of_type(struct oracle *o, const struct oracle_atom *a, struct str value)
{
    struct str system, code, rest = value;
    if (!oracle_text_split(&rest, '|', &system) || !oracle_text_split(&rest, '|', &code) || !rest.p)
        return -1;
    system = oracle_text_unescape(&o->arena, system);
    code = oracle_text_unescape(&o->arena, code);
    if (a->source != FHIR_TYPE_Identifier || !str_eq(a->code, oracle_text_unescape(&o->arena, rest)))
        return 0;
    uint32_t type = json_get(a->doc, a->node, FHIR_NAME_type);
    uint32_t list = type == UINT32_MAX ? type : json_get(a->doc, type, FHIR_NAME_coding);
    if (list == UINT32_MAX)
        return 0;
    JSON_EACH(a->doc, list, c)
    {
        if (str_eq(json_text(a->doc, json_get(a->doc, c, FHIR_NAME_system)), system) &&
            str_eq(json_text(a->doc, json_get(a->doc, c, FHIR_NAME_code)), code))
            return 1;
    }
    return 0;
}

/* ---- MIME types ---- */

bool oracle_match_is_mime(const struct oracle_atom *atom)
{
    return str_is(str_of(fhir_bindings[atom->binding].value_set), "http://hl7.org/fhir/ValueSet/mimetypes");
}

/* In one case, without the spaces and quotes that say nothing; each part ends in a semicolon. */
static struct str plain_mime(struct oracle *o, struct str s)
{
    char *p = arena_alloc(&o->arena, s.n + 2);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != ' ' && s.p[i] != '"')
            p[n++] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    }
    p[n++] = ';';
    return (struct str){p, n};
}

int oracle_match_mime(struct oracle *o, const struct oracle_atom *atom, struct str value)
{
    struct str system, part;
    oracle_text_split(&value, '|', &system);
    if (value.p && system.n && !str_is(oracle_text_unescape(&o->arena, system), "urn:ietf:bcp:13"))
        return -1;
    struct str wanted = plain_mime(o, oracle_text_unescape(&o->arena, value.p ? value : system));
    struct str has = plain_mime(o, atom->code), from = has;
    str_split(&wanted, ';', &part);
    if (!str_starts(has, part))
        return 0;
    char after = has.p[part.n];
    if (after != ';' && (after != '/' || str_find(part, '/', 0) != SIZE_MAX))
        return 0;
    while (str_split(&wanted, ';', &part)) {
        struct str one = arena_printf(&o->arena, ";%.*s;", STR_ARG(part));
        if (part.n && str_find_str(from, one) == SIZE_MAX)
            return 0;
    }
    return 1;
}

/* ---- string ---- */

enum { LATER_WORDS = 32, LATER_BYTES = 48 }; /* what is kept of them: search/README.md */

/* A word begins after a space or a hyphen. */
static bool starts_word(struct str text, struct str wanted)
{
    unsigned words = 0;
    if (str_starts(text, wanted))
        return true;
    for (size_t i = 1; i < text.n && words < LATER_WORDS; i++) {
        if (text.p[i - 1] != ' ' && text.p[i - 1] != '-')
            continue;
        words++;
        if (wanted.n <= LATER_BYTES && str_starts(str_sub(text, i, text.n), wanted))
            return true;
    }
    return false;
}

static int match_string(struct oracle *o, const struct oracle_atom *a, struct str modifier, struct str value)
{
    struct str raw = oracle_text_unescape(&o->arena, value);
    if (raw.n == 0)
        return -1;
    if (str_is(modifier, "exact"))
        return str_eq(a->text, raw);
    struct str folded = oracle_text_fold(&o->arena, raw);
    if (str_is(modifier, "contains"))
        return str_find_str(a->folded, folded) != SIZE_MAX;
    return starts_word(a->folded, folded);
}

/* ---- uri and reference ---- */

/* Is longer the version shorter, or one that goes on from it after a separator? */
static bool goes_on(struct str longer, struct str shorter)
{
    return str_starts(longer, shorter) &&
           (longer.n == shorter.n || strchr(".-+", longer.p[shorter.n]) != NULL);
}

/* A canonical reference to url|version ({NULL,0}: none) and the url|version asked for. */
static bool match_canonical(struct str url, struct str version, struct str modifier, struct str wanted_url,
                            struct str wanted)
{
    if (!str_eq(url, wanted_url))
        return false;
    if (str_is(modifier, "above"))
        return !version.n || (wanted.n && goes_on(wanted, version));
    if (!wanted.n)
        return true;
    return version.n && (str_is(modifier, "below") ? goes_on(version, wanted) : str_eq(version, wanted));
}

static int match_uri(struct oracle *o, const struct oracle_atom *a, struct str modifier, struct str value)
{
    struct str wanted = oracle_text_unescape(&o->arena, value), version = wanted, url;
    str_split(&version, '|', &url);
    if (a->source == FHIR_TYPE_canonical && (version.n || !modifier.n)) {
        struct str mine = a->text, my_url;
        str_split(&mine, '|', &my_url);
        return match_canonical(my_url, mine, modifier, url, version);
    }
    if (str_is(modifier, "below"))
        return str_starts(a->text, wanted);
    if (str_is(modifier, "above")) { /* whole steps of the path; a version is no part of it */
        struct str rest = a->text, mine;
        str_split(&rest, a->source == FHIR_TYPE_canonical ? '|' : '\0', &mine);
        return str_starts(wanted, mine) &&
               (wanted.n == mine.n || str_ends(mine, STR("/")) || wanted.p[mine.n] == '/');
    }
    return str_eq(a->text, wanted);
}

/* An id alone stands for any type that the parameter names as a target. */
static bool is_target(const struct oracle_param *p, fhir_type_id type)
{
    for (size_t i = 0; i < p->target_count; i++) {
        if (p->target[i] == type)
            return true;
    }
    return p->target_count == 0;
}

static int match_reference(struct oracle *o, const struct oracle_param *p, const struct oracle_atom *a,
                           struct str modifier, struct str value)
{
    struct str rest = value, url, version = {NULL, 0}, id;
    fhir_type_id type = modifier.n ? fhir_resource_find(modifier) : 0;
    if (str_is(modifier, "identifier"))
        return a->identifier ? match_token(o, a, value) : 0;
    if (a->identifier || value.n == 0)
        return value.n == 0 ? -1 : 0;
    oracle_text_split(&rest, '|', &url);
    url = oracle_text_unescape(&o->arena, url);
    if (rest.p)
        version = oracle_text_unescape(&o->arena, rest);
    if (type && str_find(url, '/', 0) == SIZE_MAX)
        return a->target == type && str_eq(a->id, url);
    if (type && a->target != type)
        return false;
    if (str_is(modifier, "below") || str_is(modifier, "above"))
        return !a->target && match_canonical(a->text, a->version, modifier, url, version);
    size_t slash = str_find(url, '/', 0);
    if (slash == SIZE_MAX && str_find(url, ':', 0) == SIZE_MAX)
        return a->target ? is_target(p, a->target) && str_eq(a->id, url) : str_eq(a->text, url);
    id = str_sub(url, slash == SIZE_MAX ? 0 : slash + 1, url.n);
    type = slash == SIZE_MAX ? 0 : fhir_resource_find(str_sub(url, 0, slash));
    if (type && str_find(id, '/', 0) == SIZE_MAX)
        return a->target == type && str_eq(a->id, id);
    return !a->target && str_eq(a->text, url) && (!version.p || str_eq(a->version, version));
}

/* ---- near ---- */

double oracle_match_distance(double latitude, double longitude, double to_latitude, double to_longitude)
{
    static const double degree = 3.14159265358979323846 / 180, radius_km = 6371;
    double up = sin((to_latitude - latitude) * degree / 2),
           along = sin((to_longitude - longitude) * degree / 2);
    double h = up * up + cos(latitude * degree) * cos(to_latitude * degree) * along * along;
    return 2 * radius_km * asin(sqrt(h < 1 ? h : 1));
}

/* latitude|longitude|distance|unit, as the generator writes them: km or m. */
static int match_near(struct oracle *o, const struct oracle_atom *a, struct str value)
{
    struct str part;
    double number[3];
    for (int i = 0; i < 3; i++) {
        if (!oracle_text_split(&value, '|', &part))
            return -1;
        number[i] = strtod(arena_str(&o->arena, part).p, NULL);
    }
    double km = str_is(value, "m") ? number[2] / 1000 : number[2];
    return oracle_match_distance(a->latitude, a->longitude, number[0], number[1]) <= km;
}

int oracle_match_atom(struct oracle *o, const struct oracle_param *p, const struct oracle_atom *atom,
                      struct str modifier, struct str value)
{
    switch (p->type) {
    case FHIR_SEARCH_DATE:
        return match_date(o, atom, value);
    case FHIR_SEARCH_NUMBER:
        return match_number(atom, value);
    case FHIR_SEARCH_QUANTITY:
        return match_quantity(o, atom, value);
    case FHIR_SEARCH_TOKEN:
        return str_is(modifier, "of-type") ? match_of_type(o, atom, value) : match_token(o, atom, value);
    case FHIR_SEARCH_STRING:
        return match_string(o, atom, modifier, value);
    case FHIR_SEARCH_URI:
        return match_uri(o, atom, modifier, value);
    case FHIR_SEARCH_REFERENCE:
        return match_reference(o, p, atom, modifier, value);
    case FHIR_SEARCH_SPECIAL:
        return match_near(o, atom, value);
    default:
        return -1;
    }
}
