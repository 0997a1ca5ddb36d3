/* SPDX-License-Identifier: Apache-2.0
 * For tests: whose records an answer holds, told from its text by the ids that stand in it, and whose the
 * audit log says it gave out. The two must be the same. Knows nothing of how the server finds out. */
#ifndef HELHET_API_AUDITED_ORACLE_H
#define HELHET_API_AUDITED_ORACLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { AUDITED_ORACLE_PATIENTS = 8, AUDITED_ORACLE_LOG = 1 << 16 };

/* Every resource of the test's record by id, and whose it is. */
struct audited_oracle_of {
    const char *id, *patient;
};

static const struct audited_oracle_of audited_oracle_record[] = {
    {"one", "one"},      {"two", "two"}, {"child", "child"}, {"secret", "secret"},
    {"parent", "child"}, {"ea", "one"},  {"oa", "one"},      {"es", "secret"},
    {"ochild", "child"}, {"eb", "one"},  {"ob", "one"},      {"oc", "one"},
    {"od", "one"},       {"ot", "two"},  {"cb", "one"},      {"gone", "one"}};
static const char *const audited_oracle_patients[] = {"one", "two", "child", "secret"};

enum {
    AUDITED_ORACLE_RECORD = sizeof audited_oracle_record / sizeof *audited_oracle_record,
    AUDITED_ORACLE_ALL = sizeof audited_oracle_patients / sizeof *audited_oracle_patients
};

static inline unsigned audited_oracle_bit(const char *patient)
{
    for (unsigned i = 0; i < AUDITED_ORACLE_ALL; i++)
        if (strcmp(audited_oracle_patients[i], patient) == 0)
            return 1U << i;
    return 0;
}

/* Does "before" + id + one of until stand in the text? */
static inline bool audited_oracle_has(const char *text, const char *before, const char *id, const char *until)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", before, id);
    for (const char *at = text; (at = strstr(at, name)); at++) {
        char after = at[strlen(name)];
        if (strchr(until, after)) /* the end too */
            return true;
    }
    return false;
}

/* Patients as bits: of what the answer holds, and whom the call named. */
static inline unsigned audited_oracle_expected(int status, const char *path, const char *body,
                                               const char *answer)
{
    unsigned bits = 0;
    for (size_t i = 0; i < AUDITED_ORACLE_RECORD; i++) {
        const struct audited_oracle_of *o = &audited_oracle_record[i];
        unsigned bit = audited_oracle_bit(o->patient);
        /* What an instance's operation answers is of that instance; 204 is told of what is not there too. */
        if (status < 400 && (audited_oracle_has(answer, "\"id\":\"", o->id, "\"") ||
                             (status < 204 && audited_oracle_has(path, "Observation/", o->id, "/?"))))
            bits |= bit;
    }
    for (size_t i = 0; i < AUDITED_ORACLE_ALL; i++) {
        const char *p = audited_oracle_patients[i];
        static const char *const named[] = {"Patient/", "?patient=", "&patient=", "subject=Patient/",
                                            "Patient?_id="};
        for (size_t k = 0; k < sizeof named / sizeof *named; k++)
            if (audited_oracle_has(path, named[k], p, "/?&\"") ||
                (status < 400 && body && audited_oracle_has(body, named[k], p, "/?&\"")))
                bits |= 1U << i;
    }
    return bits;
}

/* Patients that a refused call may be told to be about or not, as far as it was understood: those of its
 * body. */
static inline unsigned audited_oracle_perhaps(int status, const char *body)
{
    unsigned bits = 0;
    for (size_t i = 0; status >= 400 && body && i < AUDITED_ORACLE_ALL; i++)
        if (audited_oracle_has(body, "Patient/", audited_oracle_patients[i], "/?&\""))
            bits |= 1U << i;
    return bits;
}

/* How far the log has come, before a call. */
static inline long audited_oracle_end(const char *dir)
{
    char path[128];
    snprintf(path, sizeof path, "%s/audit/000001.log", dir);
    FILE *f = fopen(path, "rb");
    long end = -1, at = 0;
    char block[4096];
    /* Room is written ahead as zeros: the records end before those. */
    for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0; at += (long)n)
        for (size_t i = n; i-- > 0 && end <= at;)
            if (block[i])
                end = at + (long)i + 1;
    if (f)
        fclose(f);
    return end;
}

/* Patients as bits: whom the records since from name. UINT_MAX: there are none, or they say "many". */
static inline unsigned audited_oracle_logged(const char *dir, long from)
{
    static char text[AUDITED_ORACLE_LOG];
    char path[128];
    unsigned bits = 0;
    snprintf(path, sizeof path, "%s/audit/000001.log", dir);
    FILE *f = fopen(path, "rb");
    size_t n = 0;
    if (f && fseek(f, from < 0 ? 0 : from, SEEK_SET) == 0)
        n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    if (f)
        fclose(f);
    if (!n || strstr(text, "\"many\":true"))
        return ~0U;
    for (char *at = text; (at = strstr(at, "\"patients\":["));) {
        char *end = strchr(at, ']');
        if (!end)
            return ~0U;
        *end = 0;
        for (size_t i = 0; i < AUDITED_ORACLE_ALL; i++)
            if (audited_oracle_has(at, "\"", audited_oracle_patients[i], "\""))
                bits |= 1U << i;
        at = end + 1;
    }
    return bits;
}

#endif
