/* SPDX-License-Identifier: Apache-2.0
 * Note texts: {a|b} picks one by chance, may be nested; %name% is filled in from the patient and the contact.
 */
#include "demo/demo_int.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"

static void decimal(struct buf *out, double value, int decimals)
{
    char text[48];
    snprintf(text, sizeof text, "%.*f", decimals, value);
    for (char *c = text; *c; c++)
        *c = *c == '.' ? ',' : *c;
    buf_cstr(out, text);
}

static void put_age(struct demo *d, struct buf *out)
{
    buf_i64(out, demo_fhir_age(&d->p, d->visit.start_ms));
}

static void put_person(struct demo *d, struct buf *out)
{
    bool child = demo_fhir_age(&d->p, d->visit.start_ms) < 18;
    buf_cstr(out, d->p.female ? (child ? "flicka" : "kvinna") : (child ? "pojke" : "man"));
}

static void put_she(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.female ? "hon" : "han");
}

static void put_she_capital(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.female ? "Hon" : "Han");
}

static void put_her(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.female ? "henne" : "honom");
}

static void put_given(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.given);
}

static void put_pressure(struct demo *d, struct buf *out)
{
    buf_printf(out, "%d/%d", d->p.now.sys, d->p.now.dia);
}

static void put_pulse(struct demo *d, struct buf *out)
{
    buf_i64(out, d->p.now.pulse);
}

static void put_saturation(struct demo *d, struct buf *out)
{
    buf_i64(out, d->p.now.sat);
}

static void put_temperature(struct demo *d, struct buf *out)
{
    decimal(out, d->p.now.temp10 / 10.0, 1);
}

static void put_respiration(struct demo *d, struct buf *out)
{
    buf_i64(out, d->p.now.resp);
}

static void put_weight(struct demo *d, struct buf *out)
{
    decimal(out, d->p.now.weight10 / 10.0, d->p.now.weight10 < 300 ? 1 : 0);
}

static void put_height(struct demo *d, struct buf *out)
{
    buf_i64(out, d->p.height_cm);
}

static void put_news(struct demo *d, struct buf *out)
{
    buf_i64(out, d->p.now.news);
}

static void put_unit(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->unit[d->visit.unit].name);
}

static void put_centre(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->unit[d->p.vc].name);
}

static void put_doctor(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->staff[d->visit.doctor].name);
}

static void put_reason(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.reason);
}

static void put_days(struct demo *d, struct buf *out)
{
    int64_t days = (d->visit.end_ms - d->visit.start_ms) / DEMO_DAY;
    buf_printf(out, "%lld dygn", (long long)(days > 0 ? days : 1));
}

static void put_person_capital(struct demo *d, struct buf *out)
{
    bool child = demo_fhir_age(&d->p, d->visit.start_ms) < 18;
    buf_cstr(out, d->p.female ? (child ? "Flicka" : "Kvinna") : (child ? "Pojke" : "Man"));
}

/* "8 månader" for the youngest, then years. */
static void put_age_text(struct demo *d, struct buf *out)
{
    int64_t months = (d->visit.start_ms - d->p.birth_ms) * 12 / DEMO_YEAR;
    if (months < 24)
        buf_printf(out, months == 1 ? "%lld månad" : "%lld månader", (long long)months);
    else
        buf_printf(out, "%d år", demo_fhir_age(&d->p, d->visit.start_ms));
}

/* The medicine just prescribed, without its strength. */
static void put_cure(struct demo *d, struct buf *out)
{
    OS_ASSERT(d->p.prescribed != DRUG_NONE);
    struct str name = str_of(demo_codes_drug[d->p.prescribed].name);
    size_t end = 0;
    while (end < name.n && !(name.p[end] == ' ' && name.p[end + 1] >= '0' && name.p[end + 1] <= '9'))
        end++;
    buf_str(out, str_sub(name, 0, end));
}

static void put_penicillin(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.no_penicillin ? "Överkänslig mot penicillin" : "Ingen känd penicillinallergi");
}

static void put_intravenous(struct demo *d, struct buf *out)
{
    buf_cstr(out, d->p.no_penicillin ? "Cefotaxim" : "Bensylpenicillin");
}

/* The list of current medicines, a line each. */
static void put_medicines(struct demo *d, struct buf *out)
{
    if (d->p.med_count == 0)
        buf_cstr(out, "Inga stående läkemedel.");
    for (uint32_t i = 0; i < d->p.med_count; i++) {
        const struct demo_drug *drug = &demo_codes_drug[d->p.meds[i]];
        buf_printf(out, "%s- %s. %s", i ? "\n" : "", drug->name, drug->dosage);
    }
}

/* What a doctor says of the pressure just taken. */
static void put_pressure_judged(struct demo *d, struct buf *out)
{
    const struct demo_vitals *v = &d->p.now;
    if (v->sys < 140 && v->dia < 90)
        buf_cstr(out, "Målblodtryck uppnått, behandlingen fortsätter oförändrad.");
    else if (v->sys < 155 && v->dia < 100)
        buf_cstr(out, "Blodtrycket något över målet, ny mätning om fyra veckor innan dosen ändras.");
    else
        buf_cstr(
            out,
            "Blodtrycket klart över målet. Tätare kontroller, ställningstagande till ytterligare läkemedel.");
}

/* And of the newest HbA1c. */
static void put_sugar_judged(struct demo *d, struct buf *out)
{
    double value = d->p.last[LAB_HBA1C];
    buf_cstr(out, value < 53   ? "God metabol kontroll."
                  : value < 64 ? "Godtagbar metabol kontroll, kan förbättras."
                               : "Diabetes typ 2 med otillräcklig metabol kontroll.");
}

static const struct {
    const char *name;
    void (*put)(struct demo *d, struct buf *out);
} variables[] = {
    {"ålder", put_age},
    {"person", put_person},
    {"hon", put_she},
    {"Hon", put_she_capital},
    {"henne", put_her},
    {"namn", put_given},
    {"bt", put_pressure},
    {"puls", put_pulse},
    {"sat", put_saturation},
    {"temp", put_temperature},
    {"af", put_respiration},
    {"vikt", put_weight},
    {"längd", put_height},
    {"news", put_news},
    {"enhet", put_unit},
    {"vc", put_centre},
    {"läkare", put_doctor},
    {"orsak", put_reason},
    {"dygn", put_days},
    {"läkemedel", put_medicines},
    {"Person", put_person_capital},
    {"åldertext", put_age_text},
    {"kur", put_cure},
    {"penicillin", put_penicillin},
    {"intravenöst", put_intravenous},
    {"trycket", put_pressure_judged},
    {"sockret", put_sugar_judged},
};

/* A variable, or a laboratory key such as %HBA1C%: the patient's newest result. */
static void put_variable(struct demo *d, struct str name, struct buf *out)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (str_is(name, variables[i].name)) {
            variables[i].put(d, out);
            return;
        }
    }
    for (int i = 1; i < LAB_COUNT; i++) {
        if (!str_is(name, demo_codes_lab[i].key))
            continue;
        /* A text must not speak of a sample that was never taken. */
        OS_ASSERT(!isnan(d->p.last[i]));
        decimal(out, d->p.last[i], demo_codes_lab[i].decimals);
        return;
    }
    os_panic("a demo text names an unknown variable");
}

/* Position of the brace that closes the one at from. */
static size_t closing(struct str s, size_t from)
{
    int depth = 0;
    for (size_t i = from; i < s.n; i++) {
        depth += s.p[i] == '{' ? 1 : s.p[i] == '}' ? -1 : 0;
        if (depth == 0)
            return i;
    }
    os_panic("a demo text lacks a closing brace");
}

/* Splits the inside of a choice at its own bars. Returns how many parts; the wanted one in *part. */
static uint32_t choice_part(struct str inside, uint32_t wanted, struct str *part)
{
    uint32_t count = 0;
    int depth = 0;
    size_t from = 0;
    for (size_t i = 0; i <= inside.n; i++) {
        if (i < inside.n && inside.p[i] == '{')
            depth++;
        if (i < inside.n && inside.p[i] == '}')
            depth--;
        if (i < inside.n && (inside.p[i] != '|' || depth > 0))
            continue;
        if (count++ == wanted)
            *part = str_sub(inside, from, i);
        from = i + 1;
    }
    return count;
}

static void render(struct demo *d, struct str s, int nesting, struct buf *out)
{
    OS_ASSERT(nesting < DEMO_NESTING_MAX);
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == '{') {
            size_t end = closing(s, i);
            struct str inside = str_sub(s, i + 1, end), part = {NULL, 0};
            uint32_t count = choice_part(inside, UINT32_MAX, &part);
            choice_part(inside, demo_rng_below(&d->rng, count), &part);
            render(d, part, nesting + 1, out);
            i = end + 1;
        } else if (s.p[i] == '%') {
            size_t end = str_find(s, '%', i + 1);
            OS_ASSERT(end != SIZE_MAX);
            put_variable(d, str_sub(s, i + 1, end), out);
            i = end + 1;
        } else {
            buf_char(out, s.p[i++]);
        }
    }
}

void demo_text_render(struct demo *d, const char *text, struct buf *out)
{
    render(d, str_of(text), 0, out);
}
