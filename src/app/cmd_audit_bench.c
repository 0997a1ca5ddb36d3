/* SPDX-License-Identifier: Apache-2.0
 * audit bench: what a record costs, by how many wait at once. For ./dev bench. */
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>

#include "app/cmd.h"
#include "audit/audit.h"
#include "base/os.h"

enum { BENCH_CALLERS_MAX = 64, BENCH_SECONDS = 2 };

struct cmd_audit_caller {
    pthread_t thread;
    struct audit *audit;
    uint64_t until_ns, records;
    bool started, failed;
};

static void *cmd_audit_call(void *arg)
{
    struct cmd_audit_caller *c = arg;
    struct err err;
    struct str patient = STR("41e3f9b9-39fe-482c-84cb-a5eb3195579a");
    struct audit_record r = {
        .who = {.kind = STR("staff"),
                .account = STR("anna.andersson"),
                .user = STR("Practitioner/41e3f9b9-39fe-482c-84cb-a5eb3195579a"),
                .assignment = STR("PractitionerRole/41e3f9b9-39fe-482c-84cb-a5eb3195579a"),
                .unit = STR("Organization/41e3f9b9-39fe-482c-84cb-a5eb3195579a"),
                .provider = STR("Organization/b9257fbd-9225-482a-9b6d-b4408fdb453d"),
                .role = STR("nurse"),
                .purpose = STR("care"),
                .session = STR("b9257fbd9225482a"),
                .origin = STR("127.0.0.1")},
        .action = STR("GET /fhir/[type]/[id]"),
        .code = 'R',
        .resource = STR("Observation/cbe31b42-90d6-4253-b69f-cf4c262b6e6f"),
        .patient = &patient,
        .patient_count = 1,
        .status = 200};
    while (!c->failed && os_mono_ns() < c->until_ns) {
        c->failed = !audit_put(c->audit, &r, 1, &err);
        c->records += !c->failed;
    }
    return NULL;
}

static double cmd_audit_cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void cmd_audit_round(struct audit *a, size_t callers)
{
    static struct cmd_audit_caller c[BENCH_CALLERS_MAX];
    struct audit_status before = audit_status(a);
    uint64_t begun = os_mono_ns(), records = 0;
    double cpu = cmd_audit_cpu();
    for (size_t i = 0; i < callers; i++) {
        c[i] = (struct cmd_audit_caller){.audit = a, .until_ns = begun + BENCH_SECONDS * 1000000000ULL};
        c[i].started = pthread_create(&c[i].thread, NULL, cmd_audit_call, &c[i]) == 0;
    }
    for (size_t i = 0; i < callers; i++) {
        if (c[i].started)
            pthread_join(c[i].thread, NULL);
        records += c[i].records;
    }
    double s = (double)(os_mono_ns() - begun) / 1e9;
    printf("AUDIT %zu %.0f %.2f %.1f\n", callers, (double)records / s,
           (cmd_audit_cpu() - cpu) * 1e6 / (double)records,
           (double)records / (double)(audit_status(a).groups - before.groups));
}

int cmd_audit_bench(const char *data)
{
    static const size_t callers[] = {1, 16, BENCH_CALLERS_MAX};
    struct audit_options opt = {.dir = data};
    struct err err = {0};
    struct audit *a = audit_open(&opt, &err);
    if (!a)
        return cmd_fail(&cmd_audit, &err);
    for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
        cmd_audit_round(a, callers[i]);
    audit_close(a);
    return CMD_OK;
}
