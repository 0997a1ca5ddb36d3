/* SPDX-License-Identifier: Apache-2.0
 * readiness bench: fills what is kept of a store's checkpoints with made up measurements and evaluates all
 * verdicts. For ./dev bench styr. */
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/wiring.h"
#include "readiness/readiness_bench.h"

enum { CMD_READINESS_WEEKS = 104, CMD_READINESS_VERSIONED_MAX = 1000000 };

static const struct option cmd_readiness_longs[] = {{"data", required_argument, NULL, 'd'},
                                                    {"versions", required_argument, NULL, 'v'},
                                                    {"help", no_argument, NULL, 'h'},
                                                    {NULL, 0, NULL, 0}};

static int cmd_readiness_measure(const char *data, size_t versioned)
{
    struct wiring w;
    struct err err = {0};
    struct readiness_bench b;
    if (!wiring_open(&w, data, false, false, &err))
        return cmd_fail(&cmd_readiness, &err);
    bool ok = readiness_bench(data, w.store, w.search, CMD_READINESS_WEEKS, versioned, &b, &err);
    wiring_close(&w);
    if (!ok)
        return cmd_fail(&cmd_readiness, &err);
    printf("READINESS %llu %llu %llu %.3f %.3f %llu %llu %llu %llu %llu %llu %.3f\n",
           (unsigned long long)b.checkpoints, (unsigned long long)b.criteria, (unsigned long long)b.points,
           b.fill_s, b.evaluate_s, (unsigned long long)b.by_verdict[0], (unsigned long long)b.by_verdict[1],
           (unsigned long long)b.by_verdict[2], (unsigned long long)b.by_verdict[3],
           (unsigned long long)b.dated, (unsigned long long)b.versions, b.versions_s);
    return CMD_OK;
}

static int cmd_readiness_run(int argc, char **argv)
{
    const char *data = NULL;
    uint64_t versioned = 0;
    for (int c; (c = getopt_long(argc, argv, "d:v:h", cmd_readiness_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_readiness);
        if (c == 'v' && str_u64(str_of(optarg), CMD_READINESS_VERSIONED_MAX, &versioned))
            continue;
        if (c == 'v')
            return cmd_wrong(&cmd_readiness, "--versions ANTAL är ett heltal",
                             "--versions N is a whole number");
        if (c != 'd')
            return cmd_wrong(&cmd_readiness, "okänd flagga", "unknown option");
        data = optarg;
    }
    if (optind != argc - 1 || strcmp(argv[optind], "bench") != 0)
        return cmd_wrong(&cmd_readiness, "det finns bara bench", "there is only bench");
    if (!data)
        return cmd_wrong(&cmd_readiness, "--data KATALOG saknas", "--data DIR is missing");
    return cmd_readiness_measure(data, (size_t)versioned);
}

const struct cmd cmd_readiness = {
    .name = "readiness",
    .run = cmd_readiness_run,
    .usage_sv = "readiness bench --data KATALOG [--versions ANTAL]",
    .help_sv = "mäter hur fort alla avstämningars bedömning räknas\n"
               "  bench  fyller det som sparas vid sidan av lagret (readiness.db) med två års påhittade\n"
               "         mätningar av varje avstämning i KATALOG och räknar om alla; bara för prov\n"
               "  --versions ANTAL  skriver också varje vecka som en version i lagret, av de ANTAL första\n"
               "         avstämningar vars id börjar på bench-\n",
    .help_en = "measures how fast the verdicts of all checkpoints are computed\n"
               "  bench  fills what is kept beside the store (readiness.db) with two years of made up\n"
               "         measurements of each checkpoint in DIR and evaluates them all; for trials only\n"
               "  --versions N  also writes each week as a version into the store, of the first N\n"
               "         checkpoints whose ids begin with bench-\n",
};
