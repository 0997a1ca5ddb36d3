/* SPDX-License-Identifier: Apache-2.0
 * helhet report pdf: a report of the steering as PDF, from the store's folder. A final one's is the frozen
 * one; where none has been kept, and of a draft, it is made here and now, and not kept. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "api/sheet.h"
#include "app/cmd.h"
#include "app/wiring.h"
#include "fhir_gen/names.h"
#include "paper/paper.h"
#include "report/gov_report.h"

static const struct option cmd_report_longs[] = {{"data", required_argument, NULL, 'd'},
                                                 {"out", required_argument, NULL, 'o'},
                                                 {"pdf", required_argument, NULL, 'p'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};

struct cmd_report_job {
    const char *data, *out;
    struct str id;
    struct paper_options paper;
};

static bool cmd_report_read(struct store_read *r, struct str id, struct arena *arena, struct json_doc *doc,
                            struct err *err)
{
    struct store_version v;
    enum store_found found = store_get(r, FHIR_TYPE_Report, id, arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, ERR_NOT_FOUND, arena_printf(arena, "Report/%.*s", STR_ARG(id)), STR(""));
    return json_parse(arena, v.body, &fhir_names, doc, err);
}

/* The frozen one, or one made now. */
static bool cmd_report_bytes(struct store_read *r, const struct cmd_report_job *j, struct paper *paper,
                             struct arena *arena, struct buf *pdf, struct err *err)
{
    struct json_doc doc;
    struct str kept;
    struct buf html;
    bool found = false;
    if (!cmd_report_read(r, j->id, arena, &doc, err) || !sheet_find(r, j->id, arena, &kept, &found, err))
        return false;
    if (found) {
        buf_str(pdf, kept);
        return buf_ok(pdf) || err_set(err, ERR_NO_MEMORY, NULL);
    }
    buf_init(&html, GOV_REPORT_BYTES_MAX);
    gov_report_paper(&doc, &html);
    bool ok = buf_ok(&html) ? paper_make(paper, buf_get(&html), pdf, err) : err_set(err, ERR_NO_MEMORY, NULL);
    buf_release(&html);
    return ok;
}

static bool cmd_report_write(const char *path, struct str pdf, struct err *err)
{
    bool ok = path ? os_file_replace(path, pdf) : os_write_all(STDOUT_FILENO, pdf);
    return ok || err_set(err, ERR_IO, path ? path : "stdout", "PDF", NULL);
}

static bool cmd_report_pdf(const struct cmd_report_job *j, struct err *err)
{
    struct wiring w;
    struct arena arena;
    struct buf pdf;
    struct paper *paper = paper_open(&j->paper, err); /* before there are threads */
    if (!paper)
        return false;
    if (!wiring_open(&w, j->data, false, true, err)) {
        paper_close(paper);
        return false;
    }
    arena_init(&arena);
    buf_init(&pdf, PAPER_PDF_MAX + 1);
    struct store_read *r = store_read_begin(w.store, err);
    bool ok =
        r && cmd_report_bytes(r, j, paper, &arena, &pdf, err) && cmd_report_write(j->out, buf_get(&pdf), err);
    if (r)
        store_read_end(r);
    buf_release(&pdf);
    arena_release(&arena);
    wiring_close(&w);
    paper_close(paper);
    return ok;
}

static int cmd_report_run(int argc, char **argv)
{
    struct cmd_report_job j = {0};
    struct err err = {.code = ERR_OK};
    for (int c; (c = getopt_long(argc, argv, "d:o:h", cmd_report_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_report);
        if (c == 'd')
            j.data = optarg;
        else if (c == 'o')
            j.out = optarg;
        else if (c == 'p')
            j.paper.program = optarg;
        else
            return cmd_wrong(&cmd_report, "okänd flagga", "unknown option");
    }
    if (!j.data || argc - optind != 2 || strcmp(argv[optind], "pdf") != 0)
        return cmd_wrong(&cmd_report, "ange pdf, --data KATALOG och rapportens id",
                         "give pdf, --data DIR and the report's id");
    j.id = str_of(argv[optind + 1]);
    if (str_starts(j.id, STR("Report/")))
        j.id = str_sub(j.id, sizeof "Report/" - 1, j.id.n);
    if (!j.out && isatty(STDOUT_FILENO))
        return cmd_wrong(&cmd_report, "ange --out FIL: en PDF skrivs inte på skärmen",
                         "give --out FILE: a PDF is not written to a terminal");
    return cmd_report_pdf(&j, &err) ? CMD_OK : cmd_fail(&cmd_report, &err);
}

const struct cmd cmd_report = {
    .name = "report",
    .run = cmd_report_run,
    .usage_sv = "report pdf --data KATALOG [--out FIL] RAPPORT",
    .help_sv = "en rapport i styrningen som PDF\n"
               "  --data KATALOG   lagret; ingen tjänst får använda det just då\n"
               "  --out FIL        dit den skrivs; annars standard ut\n"
               "  --pdf PROGRAM    en Python 3 med weasyprint, annars /usr/bin/python3\n"
               "En fastställd rapports PDF är den frysta; ett utkast märks UTKAST.",
    .help_en = "a report of the steering as PDF\n"
               "  --data DIR       the store; no service may be using it at the time\n"
               "  --out FILE       where it is written; else standard output\n"
               "  --pdf PROGRAM    a Python 3 with weasyprint, else /usr/bin/python3\n"
               "A final report's PDF is the frozen one; a draft is marked UTKAST.",
};
