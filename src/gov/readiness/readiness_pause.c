/* SPDX-License-Identifier: Apache-2.0
 * Stop rules that were agreed on before live: when what is measured after it breaks one, a case to pause is
 * opened. It is a draft: people decide. One open case of a checkpoint and a rule at a time. */
#include "readiness/readiness_int.h"

#include <stdio.h>

#include "base/dec.h"
#include "base/hash.h"
#include "fhir/out.h"

enum { CASES_MAX = 100 }; /* of one checkpoint and rule, one after the other */

struct broken {
    struct readiness *x;
    struct store_tx *tx;
    struct arena *arena;
    const struct readiness_row *row;
    const struct readiness_kept *kept;
};

static struct str case_id(const struct broken *b, unsigned number)
{
    struct hash_key key = store_hash_key(b->x->opt.store), other = {~key.k1, key.k0};
    struct str text = arena_printf(b->arena, "pause %.*s %s %u", STR_ARG(b->row->id), b->kept->code, number);
    return arena_printf(b->arena, "%016llx%016llx", (unsigned long long)hash_sip(key, text),
                        (unsigned long long)hash_sip(other, text));
}

static struct str number_text(struct arena *arena, double value)
{
    char text[DEC_TEXT_MAX];
    struct dec d = {0};
    dec_of_double(value, &d);
    return arena_str(arena, (struct str){text, dec_format(dec_trim(d), text)});
}

static void write_trigger(struct json_out *o, const struct broken *b, struct str value, struct str limit)
{
    json_out_object(o, "trigger");
    json_out_cstr(o, "rule", b->kept->code);
    fhir_out_reference(o, "unit", b->row->unit);
    json_out_raw(o, "measured", value);
    json_out_raw(o, "limit", limit);
    fhir_out_instant(o, "at", store_tx_time_ms(b->tx));
    json_out_end_object(o);
}

static bool write_case(const struct broken *b, struct buf *out)
{
    struct json_out o;
    struct str value = number_text(b->arena, b->kept->evidence.value);
    struct str limit = number_text(b->arena, b->kept->ask.target);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "DecisionCase");
    json_out_cstr(&o, "status", "draft");
    json_out_cstr(&o, "kind", "pause");
    json_out_string(
        &o, "title",
        arena_printf(b->arena, "Paus: stoppregel %s / Pause: stop rule %s", b->kept->code, b->kept->code));
    if (str_starts(b->row->initiative, STR("Initiative/")))
        fhir_out_reference(&o, "initiative", b->row->initiative);
    json_out_array(&o, "checkpoint");
    fhir_out_reference(&o, NULL, arena_printf(b->arena, "ReadinessCheckpoint/%.*s", STR_ARG(b->row->id)));
    json_out_end_array(&o);
    json_out_string(
        &o, "need",
        arena_printf(b->arena,
                     "Stoppregeln %s bröts: uppmätt %.*s, överenskommen gräns %.*s. / Stop rule %s was "
                     "broken: measured %.*s, limit agreed on %.*s.",
                     b->kept->code, STR_ARG(value), STR_ARG(limit), b->kept->code, STR_ARG(value),
                     STR_ARG(limit)));
    json_out_cstr(&o, "proposal",
                  "Införandet pausas på enheten tills orsaken är åtgärdad. / The introduction is paused at "
                  "the unit until "
                  "the cause has been dealt with.");
    json_out_cstr(&o, "recordStatus", "arbetsmaterial");
    write_trigger(&o, b, value, limit);
    json_out_end_object(&o);
    return buf_ok(out);
}

static bool is_over(struct str status)
{
    static const char *const over[] = {"decided", "dispatched", "reported"};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (str_is(status, over[i]))
            return true;
    return false;
}

/* The id that a new case gets; empty: there is an open one. */
static bool free_id(const struct broken *b, struct str *id, struct err *err)
{
    *id = STR("");
    for (unsigned n = 0; n < CASES_MAX; n++) {
        struct store_version v;
        struct json_doc doc;
        struct str one = case_id(b, n);
        enum store_found found =
            store_get(store_tx_read(b->tx), b->x->type.decision_case, one, b->arena, &v, err);
        if (found == STORE_FAILED)
            return false;
        if (found == STORE_ABSENT) {
            *id = one;
            return true;
        }
        if (found == STORE_DELETED)
            continue;
        if (!json_parse(b->arena, v.body, &fhir_names, &doc, err))
            return false;
        if (!is_over(readiness_find_text(&doc, 0, "status")))
            return true;
    }
    return true;
}

static bool open_case(const struct broken *b, struct err *err)
{
    struct store_change change;
    struct str id;
    struct buf text;
    if (!free_id(b, &id, err))
        return false;
    if (!id.n)
        return true;
    buf_init(&text, READINESS_BODY_MAX);
    bool ok = write_case(b, &text) ? readiness_check_put(b->x, b->tx, b->x->type.decision_case, id,
                                                         buf_get(&text), 0, b->arena, &change, err)
                                   : err_set(err, ERR_NO_MEMORY, NULL);
    buf_release(&text);
    return ok;
}

bool readiness_pause(struct readiness *x, struct store_tx *tx, const struct readiness_row *row,
                     struct arena *arena, struct err *err)
{
    if (!x->type.decision_case || row->offset < 0)
        return true;
    for (size_t i = 0; i < row->kept_count; i++) {
        const struct readiness_kept *k = &row->kept[i];
        struct broken b = {x, tx, arena, row, k};
        /* What is not measured is not broken. */
        if (k->pauses && k->result.state == VERDICT_UNMET && !open_case(&b, err))
            return false;
    }
    return true;
}
