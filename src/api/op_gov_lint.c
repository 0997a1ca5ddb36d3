/* SPDX-License-Identifier: Apache-2.0
 * DecisionCase/[id]/$lint: what the case lacks, heading by heading in the order that cases have them. Which
 * headings a case must have is data (ProcessDefinition.phase.requiredSection); without it all of them. */
#include "api/gov_out.h"
#include "api/gov_sections.h"

static const struct params_def lint_params[] = {{0}};

struct lint {
    struct call *call;
    struct store_read *r;
    struct gov_body the_case, initiative, process;
    struct json_out *o;
    uint64_t errors, warnings;
    struct err *err;
};

struct finding {
    const char *code, *severity, *place, *sv, *en;
};

static void say(struct lint *x, const struct finding *f)
{
    bool error = strcmp(f->severity, "error") == 0;
    x->errors += error;
    x->warnings += strcmp(f->severity, "warning") == 0;
    gov_out_part(x->o, "finding");
    gov_out_text(x->o, "code", "valueCode", str_of(f->code));
    gov_out_text(x->o, "severity", "valueCode", str_of(f->severity));
    gov_out_text(x->o, "place", "valueString", str_of(f->place));
    gov_out_both(x->o, x->call, "text", f->sv, f->en);
    gov_out_part_end(x->o);
}

static bool read_around(struct lint *x)
{
    bool found;
    return gov_out_read(x->call, x->r, &x->the_case, NULL, x->err) &&
           gov_out_get(x->call, x->r, gov_rules_body_text(&x->the_case, "initiative.reference"),
                       &x->initiative, &found, x->err) &&
           gov_out_get(x->call, x->r, gov_rules_body_text(&x->initiative, "process.reference"), &x->process,
                       &found, x->err);
}

/* The phase whose gate the case is about. */
static struct gov_body phase_of(const struct lint *x)
{
    struct gov_body phase = {0};
    struct str gate = gov_rules_body_text(&x->the_case, "gateNumber");
    if (!gate.n || !gov_rules_body_find(&x->process, "phase", "gate", gate, &phase))
        return (struct gov_body){0};
    return phase;
}

static bool wanted(const struct gov_body *phase, const char *code)
{
    struct gov_body item;
    size_t i = 0;
    for (; gov_rules_body_item(phase, "requiredSection", i, &item); i++)
        if (str_is(json_text(item.doc, item.node), code))
            return true;
    return i == 0;
}

static void headings(struct lint *x)
{
    struct gov_body phase = phase_of(x);
    for (const struct gov_section *s = gov_sections; s->code; s++) {
        struct finding f = {.code = s->missing,
                            .severity = "error",
                            .place = s->code,
                            .sv = s->missing_sv,
                            .en = s->missing_en};
        if (wanted(&phase, s->code) && !gov_sections_has(&x->the_case, s))
            say(x, &f);
    }
}

/* A benefit case that is named must be there, and be more than a draft. */
static bool benefit(struct lint *x)
{
    static const struct finding gone = {"benefit-unreadable", "error", "benefitCase",
                                        "Nyttokalkylen som ärendet hänvisar till finns inte.",
                                        "The benefit case that is referred to does not exist."};
    static const struct finding draft = {"benefit-draft", "warning", "benefitCase",
                                         "Nyttokalkylen är ett utkast.", "The benefit case is a draft."};
    static const struct finding words = {"benefit-words", "warning", "benefitSummary",
                                         "Nyttan är beskriven i ord men inte kalkylerad.",
                                         "The benefits are told in words but not calculated."};
    struct gov_body b;
    bool found;
    struct str ref = gov_rules_body_text(&x->the_case, "benefitCase.reference");
    if (!ref.n) {
        if (gov_rules_body_text(&x->the_case, "benefitSummary").n)
            say(x, &words);
        return true;
    }
    if (!gov_out_get(x->call, x->r, ref, &b, &found, x->err))
        return false;
    if (!found)
        say(x, &gone);
    else if (str_is(gov_rules_body_text(&b, "status"), "draft"))
        say(x, &draft);
    return true;
}

static bool diary_form(struct str value)
{
    size_t space = str_find(value, ' ', 0), n = 0;
    if (space == SIZE_MAX || value.n - space != sizeof " 2025-02255" - 1)
        return false;
    for (size_t i = 0; i < space; i++) {
        unsigned char c = (unsigned char)value.p[i];
        bool two = c == 0xc3 && i + 1 < space && memchr("\x85\x84\x96", value.p[i + 1], 3); /* Å Ä Ö */
        if (!two && !(c >= 'A' && c <= 'Z'))
            return false;
        i += two;
        n++;
    }
    for (size_t i = space + 1; i < value.n; i++)
        if (i == space + 5 ? value.p[i] != '-' : value.p[i] < '0' || value.p[i] > '9')
            return false;
    return n >= 2 && n <= 6;
}

static void diary(struct lint *x)
{
    static const struct finding none = {"diary", "error", "identifier", "Diarienummer saknas.",
                                        "A diary number is missing."};
    static const struct finding form = {"diary-form", "error", "identifier",
                                        "Diarienumret ska ha formen RS 2025-02255.",
                                        "The diary number must look like RS 2025-02255."};
    struct gov_body id;
    if (!gov_rules_body_find(&x->the_case, "identifier", "system", STR("urn:se:diarium"), &id))
        say(x, &none);
    else if (!diary_form(gov_rules_body_text(&id, "value")))
        say(x, &form);
}

/* Has a body of that kind been asked? *yes. */
static bool asked(struct lint *x, const char *kind, bool *yes)
{
    struct gov_body item, body;
    bool found;
    *yes = false;
    for (size_t i = 0; !*yes && gov_rules_body_item(&x->the_case, "coordination", i, &item); i++) {
        if (!gov_out_get(x->call, x->r, gov_rules_body_text(&item, "body.reference"), &body, &found, x->err))
            return false;
        *yes = found && str_is(gov_rules_body_text(&body, "kind"), kind);
    }
    return true;
}

/* Whom the case should have passed, and who answers for it. */
static bool people(struct lint *x)
{
    static const struct finding no_initiative = {"initiative", "warning", "initiative", "Initiativ saknas.",
                                                 "An initiative is missing."};
    static const struct finding no_owner = {"process-owner", "warning", "initiative.processOwner",
                                            "Processansvarig saknas.", "A process owner is missing."};
    static const struct finding no_nomination = {"nomination", "warning", "initiative.nominatedBy",
                                                 "Nominering (nomineringskonferens) saknas.",
                                                 "A nomination is missing."};
    static const struct finding no_group = {"function-group", "warning", "coordination",
                                            "Funktionsgruppen har inte tillfrågats.",
                                            "The function group has not been asked."};
    static const struct finding no_handler = {"handler", "warning", "handler", "Handläggare saknas.",
                                              "A handler is missing."};
    static const struct finding no_endorsement = {"endorsement", "warning", "coordination.outcome",
                                                  "Inget organ har ställt sig bakom ännu.",
                                                  "No body has endorsed it yet."};
    struct gov_body item;
    bool group;
    if (!asked(x, "function-group", &group))
        return false;
    if (!gov_is(&x->initiative))
        say(x, &no_initiative);
    if (!gov_rules_body_text(&x->initiative, "processOwner.reference").n)
        say(x, &no_owner);
    if (!gov_rules_body_text(&x->initiative, "nominatedBy.reference").n)
        say(x, &no_nomination);
    if (!group)
        say(x, &no_group);
    if (!gov_rules_body_text(&x->the_case, "handler.reference").n)
        say(x, &no_handler);
    if (!gov_rules_body_find(&x->the_case, "coordination", "outcome", STR("endorsed"), &item))
        say(x, &no_endorsement);
    return true;
}

bool op_gov_lint_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct json_out o;
    struct buf out;
    struct lint x = {.call = c, .o = &o, .err = &err};
    if (!params_read(c, lint_params, &p, &err))
        return outcome_fail(c, &err);
    x.r = call_read_begin(c, &err);
    if (!x.r)
        return outcome_fail(c, &err);
    bool ok = read_around(&x);
    gov_out_begin(&o, &out);
    if (ok)
        headings(&x);
    ok = ok && benefit(&x);
    if (ok)
        diary(&x);
    ok = ok && people(&x);
    call_read_end(c, x.r);
    if (!ok) {
        buf_release(&out);
        return outcome_fail(c, &err);
    }
    gov_out_count(&o, "errors", x.errors);
    gov_out_count(&o, "warnings", x.warnings);
    return gov_out_end(&o, c, &out);
}
