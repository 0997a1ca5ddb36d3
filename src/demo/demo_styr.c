/* SPDX-License-Identifier: Apache-2.0
 * What the demo holds of the steering: definitions/example/styr.ndjson (the seeds' twelve initiatives with
 * their diary numbers, bodies, mandates, about seventy projects, checkpoints …) and the definitions of
 * reports. A line is a resource, with @DAY-30@ for days from the region's today; one that begins with @UNITS
 * is made once for each unit that is to introduce the record system, with @UNITS:2-4 for the second to the
 * fourth. Nobody in it exists. */
#include "demo/demo_int.h"

#include <stdlib.h>

#include "base/os.h"

/* Built in by the Makefile. */
struct str styr_file(void);
struct str weekly_file(void);
struct str final_file(void);

#define EACH_UNIT STR("@UNITS") /* then " ", or ":1-4 " for the first four */

/* The unit a line is being made for; index 0-. */
struct place {
    const struct demo_unit *unit;
    uint32_t number;
    const char *wave;
};

static const struct {
    enum demo_provider_index provider;
    const char *wave;
} waves[] = {{PROVIDER_SV, "Våg 1"}, {PROVIDER_SAS, "Våg 2"}};

static void day_text(const struct demo *d, struct str offset, struct buf *out)
{
    int year, month, day;
    int64_t days = strtol(offset.p, NULL, 10); /* ends at the mark */
    demo_fhir_local(d->options->now_ms + days * DEMO_DAY, &year, &month, &day);
    buf_printf(out, "%04d-%02d-%02d", year, month, day);
}

/* What stands between two marks. */
static void fill(const struct demo *d, struct str mark, const struct place *p, struct buf *out)
{
    if (str_starts(mark, STR("DAY")))
        day_text(d, str_sub(mark, 3, mark.n), out);
    else if (p && str_is(mark, "NUMBER"))
        buf_printf(out, "%u", p->number);
    else if (p && str_is(mark, "UNIT"))
        buf_cstr(out, p->unit->organization);
    else if (p && str_is(mark, "NAME"))
        buf_cstr(out, p->unit->name);
    else if (p && str_is(mark, "WAVE"))
        buf_cstr(out, p->wave);
    else
        OS_ASSERT(!"a mark that the example's lines have");
}

static void emit(struct demo *d, struct str text)
{
    if (!d->stopped && !d->emit(d->arg, text))
        d->stopped = true;
}

static void line_emit(struct demo *d, struct str line, const struct place *p)
{
    buf_clear(&d->buf);
    for (size_t at = 0; at < line.n;) {
        size_t mark = str_find(line, '@', at), end = mark == SIZE_MAX ? mark : str_find(line, '@', mark + 1);
        if (mark == SIZE_MAX) {
            buf_str(&d->buf, str_sub(line, at, line.n));
            break;
        }
        OS_ASSERT(end != SIZE_MAX);
        buf_str(&d->buf, str_sub(line, at, mark));
        fill(d, str_sub(line, mark + 1, end), p, &d->buf);
        at = end + 1;
    }
    OS_ASSERT(buf_ok(&d->buf));
    emit(d, buf_get(&d->buf));
}

/* Takes what says for which units, "" or ":2-4", off the line. */
static void range_take(struct str *line, uint32_t *from, uint32_t *to)
{
    char *end;
    *from = 1;
    *to = UINT32_MAX;
    if (line->p[0] == ':') {
        *from = (uint32_t)strtoul(line->p + 1, &end, 10);
        OS_ASSERT(*end == '-');
        *to = (uint32_t)strtoul(end + 1, &end, 10);
        *line = str_sub(*line, (size_t)(end - line->p), line->n);
    }
    OS_ASSERT(line->p[0] == ' ');
    *line = str_sub(*line, 1, line->n);
}

static void units_emit(struct demo *d, struct str line)
{
    struct place p = {.number = 0};
    uint32_t from, to;
    range_take(&line, &from, &to);
    for (size_t w = 0; w < sizeof waves / sizeof *waves; w++) {
        p.wave = waves[w].wave;
        for (uint32_t u = 0; u < d->unit_count; u++) {
            if (d->unit[u].provider != waves[w].provider)
                continue;
            p.unit = &d->unit[u];
            p.number++;
            if (p.number >= from && p.number <= to)
                line_emit(d, line, &p);
        }
    }
}

/* One resource, laid out for people, as one line. */
static void definition_emit(struct demo *d, struct str text)
{
    struct arena arena;
    struct json_doc doc;
    struct err err;
    arena_init(&arena);
    bool ok = json_parse(&arena, text, NULL, &doc, &err);
    OS_ASSERT(ok);
    buf_clear(&d->buf);
    json_write(&doc, 0, &d->buf);
    emit(d, buf_get(&d->buf));
    arena_release(&arena);
}

void demo_styr_units(struct demo *d)
{
    struct str rest = styr_file(), line;
    while (rest.p && str_split(&rest, '\n', &line))
        if (str_starts(line, EACH_UNIT))
            units_emit(d, str_sub(line, EACH_UNIT.n, line.n));
}

void demo_styr_emit(struct demo *d)
{
    struct str rest = styr_file(), line;
    while (rest.p && str_split(&rest, '\n', &line))
        if (line.n && !str_starts(line, EACH_UNIT))
            line_emit(d, line, NULL);
    definition_emit(d, weekly_file());
    definition_emit(d, final_file());
}
