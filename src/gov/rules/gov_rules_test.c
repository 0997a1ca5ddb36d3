/* SPDX-License-Identifier: Apache-2.0
 * Each rule in a small world of its own: what was, what will be, who asks, and what the rules say. Quotes are
 * single here and double in JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rules/gov_rules.h"

struct world {
    const char *name, *body;
};

#define MANDATE                                                                                              \
    "'status':'active','holder':{'reference':'PractitionerRole/dir'},'kind':['verkstallighet','go-live'],"   \
    "'scope':[{'reference':'Portfolio/p'}],'amountLimit':{'value':500,'currency':'SEK'},"                    \
    "'period':{'start':'2025-01-01'}"
#define DECIDED                                                                                              \
    "'kind':'verkstallighet','outcome':'granted','decider':{'reference':'PractitionerRole/dir'},"            \
    "'mandate':{'reference':'Mandate/m'},'decidedOn':'2025-06-03','initiative':{'reference':'Initiative/i'}"
#define FINAL "'status':'final'," DECIDED ",'gateNumber':1"
#define HARD                                                                                                 \
    "{'code':'E3','severity':'hard','overridable':false,'comparator':'ge','target':95,'maxAgeDays':30,"      \
    "'evidenceKind':'measured'}"
#define SOFT "{'code':'E12','severity':'soft','overridable':true,'evidenceKind':'signed'}"
#define OPEN                                                                                                 \
    "'status':'open','definition':{'reference':'CheckpointDefinition/d'},'asOf':'2026-01-01',"               \
    "'criterion':[" HARD "," SOFT "],'verdict':'no-go'"
#define MISSING(code, severity) "{'code':'" code "','severity':'" severity "','state':'missing'}"
#define RESULTS "'result':[" MISSING("E3", "hard") "," MISSING("E12", "soft") "]"

static const struct world world[] = {
    {"Initiative/i", "{'phase':1,'portfolio':{'reference':'Portfolio/below'}}"},
    {"Initiative/far", "{'phase':1,'portfolio':{'reference':'Portfolio/q'}}"},
    {"Portfolio/below", "{'partOf':{'reference':'Portfolio/p'}}"},
    {"Portfolio/q", "{}"},
    {"Mandate/m", "{" MANDATE "}"},
    {"Decision/f", "{" FINAL "}"},
    {"Decision/loose", "{'status':'final','outcome':'loosened'}"},
    {"Decision/draft",
     "{'status':'draft','gateNumber':1,'outcome':'granted','initiative':{'reference':'Initiative/i'}}"},
    {"DecisionCase/raw", "{'status':'draft'}"},
    {"DecisionCase/dear", "{'status':'endorsed','initiative':{'reference':'Initiative/i'},"
                          "'amount':{'value':501,'currency':'SEK'}}"},
    {"CheckpointDefinition/d", "{'status':'active','criterion':[" HARD "," SOFT "]}"},
    {"CheckpointDefinition/draft", "{'status':'draft','criterion':[" HARD "]}"},
    {"ReadinessCheckpoint/nogo",
     "{'status':'frozen','verdict':'no-go','criterion':[" HARD "," SOFT "]," RESULTS
     ",'extension':[{'url':'" GOV_RULES_EVIDENCE_URL "','valueReference':{'reference':'Bundle/b',"
     "'identifier':{'value':'hash'}}}]}"},
    {"ReadinessCheckpoint/open", "{'status':'open','verdict':'go'}"},
    {"Bundle/b", "{}"},
    {"PractitionerRole/dir", "{'practitioner':{'reference':'Practitioner/dir'}}"},
    {"PractitionerRole/lead", "{'code':[{'coding':[{'code':'safety-lead'}]}]}"},
};

#define LIVE                                                                                                 \
    "{'status':'final','kind':'go-live','decider':{'reference':'PractitionerRole/dir'},"                     \
    "'mandate':{'reference':'Mandate/m'},'decidedOn':'2025-06-03','initiative':{'reference':'Initiative/"    \
    "i'},"
#define RESTS                                                                                                \
    "'checkpoint':[{'reference':'ReadinessCheckpoint/nogo'}],'computedVerdict':'no-go',"                     \
    "'evidenceBundle':{'bundle':{'reference':'Bundle/b'},'sha256':'hash'}"

static const struct {
    const char *type, *was, *will;
    enum err_code code;
    const char *role; /* NULL: without login */
    enum gov_way way;
} cases[] = {
    /* decisions */
    {"Decision", NULL, "{" FINAL "}", ERR_OK, NULL, 0},
    {"Decision", NULL, "{'status':'draft'}", ERR_OK, NULL, 0},
    {"Decision", "{" FINAL "}", "{'gateNumber':1,'status':'final'," DECIDED "}", ERR_OK, NULL, 0},
    {"Decision", "{" FINAL "}", "{" FINAL ",'note':[{}]}", ERR_GOV_FINAL, NULL, 0},
    {"Decision", "{" FINAL "}", NULL, ERR_GOV_FINAL, NULL, 0},
    {"Decision", "{" FINAL "}", "{" FINAL ",'dispatch':[{'sentOn':'2025-07-01'}]}", ERR_OK, NULL, 0},
    {"Decision", "{" FINAL ",'dispatch':[{'sentOn':'2025-07-01'}]}", "{" FINAL "}", ERR_GOV_FINAL, NULL, 0},
    {"Decision", "{" FINAL ",'reportedOn':'2025-07-01'}", "{" FINAL ",'reportedOn':'2025-07-02'}",
     ERR_GOV_FINAL, NULL, 0},
    {"Decision", "{" FINAL "}", "{" FINAL ",'meta':{'tag':[]}}", ERR_OK, NULL, 0},
    {"Decision", "{" FINAL "}", "{" FINAL ",'outcome2':1}", ERR_GOV_FINAL, NULL, GOV_IMPORT},
    {"Decision", NULL, "{" FINAL ",'amount':{'value':500,'currency':'SEK'}}", ERR_OK, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'amount':{'value':500.01,'currency':'SEK'}}", ERR_GOV_MANDATE, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'amount':{'value':1,'currency':'EUR'}}", ERR_GOV_MANDATE, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'case':{'reference':'DecisionCase/dear'}}", ERR_GOV_MANDATE, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'case':{'reference':'DecisionCase/raw'}}", ERR_GOV_CASE_UNRIPE, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'case':{'reference':'DecisionCase/none'}}", ERR_GOV_MISSING, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'scope':[{'reference':'Initiative/far'}]}", ERR_GOV_MANDATE, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'supersedes':[{'reference':'Decision/f'}]}", ERR_OK, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'supersedes':[{'reference':'Decision/draft'}]}", ERR_GOV_SUPERSEDES, NULL,
     0},
    {"Decision", NULL, "{" FINAL "}", ERR_OK, "decider", 0},
    {"Decision", NULL,
     "{'status':'final','kind':'verkstallighet','decidedOn':'2025-06-03',"
     "'decider':{'reference':'PractitionerRole/other'}}",
     ERR_GOV_SIGN_OTHER, "decider", 0},
    {"Decision", NULL,
     "{'status':'final','kind':'delegering','decidedOn':'2025-06-03','decider':{'reference':'GovernanceBody/"
     "g'}}",
     ERR_GOV_DECIDER, NULL, 0},
    {"Decision", NULL, "{'status':'final','decidedOn':'2026-01-02'}", ERR_GOV_DAY, NULL, 0},
    {"Decision", NULL, LIVE RESTS ",'outcome':'no-go'}", ERR_OK, NULL, 0},
    {"Decision", NULL, LIVE RESTS ",'outcome':'no-go','_computedVerdict':{'id':'x'}}", ERR_GOV_SYSTEM, NULL,
     0},
    {"Decision", NULL, "{'status':'draft','kind':'go-live','computedVerdict':'go'}", ERR_GOV_SYSTEM, NULL, 0},
    {"Decision", NULL, "{'status':'draft','kind':'go-live','evidenceBundle':{}}", ERR_GOV_SYSTEM, NULL, 0},
    {"Decision", NULL, "{" FINAL ",'computedVerdict':'go'}", ERR_GOV_SYSTEM, NULL, 0},
    {"Decision", "{'status':'draft','computedVerdict':'go'}",
     "{'status':'draft','computedVerdict':'go','title':'t'}", ERR_OK, NULL, 0},
    {"Decision", NULL, LIVE RESTS ",'outcome':'go'}", ERR_GOV_GO_LIVE, NULL, 0},
    {"Decision", NULL,
     LIVE RESTS ",'outcome':'go','override':{'motivation':'m','notified':[{}],"
                "'criterion':[{'code':'E3','overridable':true},{'code':'E12','overridable':true}]}}",
     ERR_GOV_OVERRIDE, NULL, 0},
    {"Decision", NULL, LIVE "'outcome':'go','checkpoint':[{'reference':'ReadinessCheckpoint/open'}]}",
     ERR_GOV_NOT_FROZEN, NULL, 0},
    {"Decision", NULL,
     LIVE "'outcome':'go','computedVerdict':'go','checkpoint':[{'reference':'ReadinessCheckpoint/nogo'}]}",
     ERR_GOV_VERDICT, NULL, 0},
    {"Decision", NULL,
     LIVE "'computedVerdict':'no-go','checkpoint':[{'reference':'ReadinessCheckpoint/nogo'}],"
          "'evidenceBundle':{'bundle':{'reference':'Bundle/b'},'sha256':'other'}}",
     ERR_GOV_EVIDENCE, NULL, 0},
    /* initiatives: the changed one is Initiative/x, but for those of Decision/f */
    {"Initiative", NULL, "{'phase':1,'status':'nominated'}", ERR_OK, NULL, 0},
    {"Initiative", NULL, "{'phase':2}", ERR_GOV_GATE, NULL, 0},
    {"Initiative", "{'phase':1}", "{'phase':2,'gate':[{'number':1,'outcome':'granted'}]}", ERR_GOV_GATE, NULL,
     0},
    {"Initiative", "{'phase':1}",
     "{'phase':2,'gate':[{'number':1,'outcome':'granted','decision':{'reference':'Decision/f'}}]}",
     ERR_GOV_GATE, NULL, 0}, /* of Initiative/i */
    {"Initiative", "{'phase':1,'status':'idea'}", "{'phase':1,'status':'broad'}", ERR_GOV_PHASE, NULL, 0},
    {"Initiative", "{'phase':1,'status':'idea'}", "{'phase':1,'status':'parked'}", ERR_OK, NULL, 0},
    {"Initiative", "{'phase':2,'gate':[{'number':1}]}", NULL, ERR_GOV_KEEP, NULL, 0},
    {"Initiative", "{'phase':1}", NULL, ERR_OK, NULL, 0},
    {"Initiative", NULL, "{'phase':3}", ERR_OK, NULL, GOV_IMPORT},
    /* cases */
    {"DecisionCase", NULL, "{'status':'submitted'}", ERR_GOV_STATUS, NULL, 0},
    {"DecisionCase", "{'status':'draft'}", "{'status':'decided'}", ERR_GOV_STATUS, NULL, 0},
    {"DecisionCase", "{'status':'submitted'}", "{'status':'endorsed'}", ERR_GOV_ENDORSED, NULL, 0},
    {"DecisionCase", "{'status':'submitted'}",
     "{'status':'endorsed','coordination':[{'outcome':'endorsed'}]}", ERR_OK, NULL, 0},
    {"DecisionCase", "{'status':'endorsed'}", "{'status':'decided'}", ERR_GOV_UNDECIDED, NULL, 0},
    {"DecisionCase", "{'status':'draft','recordStatus':'upprattad'}",
     "{'status':'draft','recordStatus':'arbetsmaterial'}", ERR_GOV_RECORD, NULL, 0},
    {"DecisionCase", "{'status':'decided','need':'a'}", "{'status':'decided','need':'b'}",
     ERR_GOV_CASE_CLOSED, NULL, 0},
    /* mandates */
    {"Mandate", NULL, "{" MANDATE "}", ERR_OK, "diary-registrar", 0},
    {"Mandate", NULL, "{" MANDATE "}", ERR_GOV_REGISTRAR, "administrator", 0},
    {"Mandate", NULL, "{'status':'active','holder':{'reference':'PractitionerRole/me'}}", ERR_GOV_OWN_MANDATE,
     "diary-registrar", 0},
    {"Mandate", "{" MANDATE "}", "{" MANDATE ",'allScope':true}", ERR_GOV_MANDATE_GIVEN, NULL, 0},
    {"Mandate", "{'status':'active','period':{'start':'2025','end':'2025-12-31'}}",
     "{'status':'active','period':{'start':'2025','end':'2026-12-31'}}", ERR_GOV_MANDATE_GIVEN, NULL, 0},
    {"Mandate", "{'status':'active','period':{'start':'2025'}}",
     "{'status':'ended','period':{'start':'2025','end':'2026-12-31'}}", ERR_OK, NULL, 0},
    /* checkpoints */
    {"CheckpointDefinition", "{'status':'active','criterion':[" HARD "]}",
     "{'status':'active','criterion':[" SOFT "]}", ERR_GOV_LOCKED, NULL, 0},
    {"CheckpointDefinition", "{'status':'draft','criterion':[" HARD "]}",
     "{'status':'draft','criterion':[" SOFT "]}", ERR_OK, NULL, 0},
    {"CheckpointDefinition", NULL,
     "{'status':'active','replaces':{'reference':'CheckpointDefinition/d'},'criterion':[" HARD "]}",
     ERR_GOV_LOOSENED, NULL, 0},
    {"CheckpointDefinition", NULL,
     "{'status':'active','replaces':{'reference':'CheckpointDefinition/d'},'criterion':[" HARD "],"
     "'decision':{'reference':'Decision/loose'}}",
     ERR_OK, NULL, 0},
    {"CheckpointDefinition", NULL,
     "{'status':'active','replaces':{'reference':'CheckpointDefinition/d'},'criterion':[" SOFT "," HARD "]}",
     ERR_OK, NULL, 0},
    {"ReadinessCheckpoint", NULL, "{" OPEN "," RESULTS "}", ERR_OK, NULL, 0},
    {"ReadinessCheckpoint", NULL, "{" OPEN "," RESULTS ",'earliest':'2026-05-01'}", ERR_GOV_SYSTEM, NULL, 0},
    {"ReadinessCheckpoint", NULL, "{" OPEN ",'result':[{'code':'E3','severity':'hard','state':'met'}]}",
     ERR_GOV_SYSTEM, NULL, 0},
    {"ReadinessCheckpoint", NULL, "{" OPEN ",'result':[{'code':'E3','severity':'hard','state':'met'}]}",
     ERR_GOV_SYSTEM, NULL, GOV_IMPORT},
    {"ReadinessCheckpoint", "{" OPEN "," RESULTS "}", "{" OPEN ",'result':[" MISSING("E3", "hard") "]}",
     ERR_GOV_SYSTEM, NULL, 0},
    {"ReadinessCheckpoint", "{" OPEN "," RESULTS "}",
     "{" OPEN ",'result':[" MISSING(
         "E3", "hard") ",{'code':'E12','severity':'soft','state':'missing','waiver':"
                       "{'owner':{'reference':'x'},'workaround':'w','expires':'2026-02-01'}}]}",
     ERR_OK, NULL, 0},
    {"ReadinessCheckpoint", "{" OPEN "," RESULTS "}",
     "{" OPEN
     ",'result':[{'code':'E3','severity':'hard','state':'missing','waiver':{'owner':{'reference':'x'},"
     "'workaround':'w','expires':'2026-02-01'}}," MISSING("E12", "soft") "]}",
     ERR_GOV_WAIVER_HARD, NULL, 0},
    {"ReadinessCheckpoint", "{" OPEN "," RESULTS "}", "{" OPEN "," RESULTS ",'plannedDate':'2026-03-01'}",
     ERR_OK, NULL, 0},
    {"ReadinessCheckpoint", "{'status':'frozen'}", "{'status':'frozen','plannedDate':'2026-03-01'}",
     ERR_GOV_FROZEN, NULL, 0},
    {"ReadinessCheckpoint", "{" OPEN "," RESULTS "}", NULL, ERR_GOV_KEEP, NULL, 0},
    /* risks, evidence, experiences */
    {"Risk", NULL, "{'status':'accepted','score':8,'acceptedBy':{'reference':'PractitionerRole/dir'}}",
     ERR_GOV_SAFETY_LEAD, NULL, 0},
    {"Risk", NULL, "{'status':'accepted','score':8,'acceptedBy':{'reference':'PractitionerRole/lead'}}",
     ERR_OK, NULL, 0},
    {"Risk", NULL, "{'status':'accepted','score':8,'acceptedBy':{'reference':'PractitionerRole/lead'}}",
     ERR_GOV_SAFETY_LEAD, "administrator", 0},
    {"Risk", NULL, "{'status':'accepted','score':6}", ERR_OK, NULL, 0},
    {"Bundle", "{'identifier':{'system':'" GOV_RULES_EVIDENCE "'}}", "{'type':'batch'}", ERR_GOV_FROZEN, NULL,
     0},
    {"Bundle", "{'type':'batch'}", "{'type':'document'}", ERR_OK, NULL, 0},
    {"Experience", NULL, "{'anonymous':true}", ERR_GOV_ANONYMOUS, NULL, 0},
    {"Experience", "{'anonymous':true,'statement':'a'}", "{'anonymous':true,'statement':'b'}",
     ERR_GOV_ANONYMOUS_KEPT, NULL, 0},
    {"Experience", "{'anonymous':true,'statement':'a'}", "{'anonymous':true,'statement':'a','reply':'r'}",
     ERR_OK, NULL, 0},
    {"Patient", NULL, "{}", ERR_OK, NULL, 0},
};

static struct gov_body parse(struct arena *arena, const char *text)
{
    struct err err;
    char *json = arena_cstr(arena, str_of(text));
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    if (!json_parse(arena, str_of(json), NULL, doc, &err))
        fail_msg("%s", text);
    return (struct gov_body){doc, 0};
}

static bool get(void *arg, struct str reference, struct gov_body *out, bool *found, struct err *err)
{
    (void)err;
    *found = false;
    for (size_t i = 0; i < sizeof world / sizeof *world && !*found; i++)
        if (str_is(reference, world[i].name)) {
            *out = parse(arg, world[i].body);
            *found = true;
        }
    return true;
}

static bool none_decided(void *arg, struct str reference, enum gov_how how, struct gov_body *out, bool *found,
                         struct err *err)
{
    (void)arg;
    (void)reference;
    (void)how;
    (void)out;
    (void)err;
    *found = false;
    return true;
}

static void every_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena);
        struct gov_reads reads = {&arena, get, none_decided};
        struct gov_change c = {.type = str_of(cases[i].type),
                               .id = STR("x"),
                               .way = cases[i].way,
                               .today = STR("2026-01-01"),
                               .login = cases[i].role != NULL,
                               .role = str_of(cases[i].role ? cases[i].role : ""),
                               .assignment = STR("PractitionerRole/me"),
                               .user = STR("Practitioner/dir")};
        if (cases[i].was)
            c.was = parse(&arena, cases[i].was);
        if (cases[i].will)
            c.will = parse(&arena, cases[i].will);
        bool ok = gov_rules_hold(&c, &reads, &arena, &err);
        if (ok != (cases[i].code == ERR_OK) || err.code != cases[i].code)
            fail_msg("case %zu (%s): %s, not %s", i, cases[i].type,
                     err.code ? err_info(err.code)->name : "allowed",
                     cases[i].code ? err_info(cases[i].code)->name : "allowed");
        arena_release(&arena);
    }
}

static void same_in_another_order(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    struct gov_body a = parse(&arena, "{'a':[1,{'b':'x','c':null}],'d':true}");
    struct gov_body b = parse(&arena, "{'d':true,'a':[1,{'c':null,'b':'x'}]}");
    struct gov_body c = parse(&arena, "{'d':true,'a':[1.0,{'c':null,'b':'x'}]}");
    assert_true(gov_rules_body_same(&a, &b));
    assert_false(gov_rules_body_same(&a, &c));
    assert_true(str_is(gov_rules_body_changed(&a, &c, NULL), "a"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case), cmocka_unit_test(same_in_another_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
