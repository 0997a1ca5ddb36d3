/* SPDX-License-Identifier: Apache-2.0
 * sheet: documents of the steering as PDF (core/paper), and the frozen PDF of a final report: a Binary with
 * the bytes and a DocumentReference with their SHA-256, about the Report, both named pdf-ID. They are written
 * by the service alone and do not change (gov_rules_report.c). */
#ifndef HELHET_API_SHEET_H
#define HELHET_API_SHEET_H

#include "api/api_int.h"

#define SHEET_KEPT "pdf-" /* what their ids begin with */

/* Answers the call with html as PDF, deferred while it is made; file is what a browser calls it, without
 * ".pdf". */
bool sheet_answer(struct call *c, struct str html, struct str file);
/* The same of a final Report: its frozen PDF, made and kept now if it has none. */
bool sheet_answer_report(struct call *c, struct str html, struct str id, struct str file);
/* Has the PDF of a final Report made and kept, after the call; nothing is told when it cannot be: it is made
 * when it is first asked for. On any thread. */
void sheet_keep(struct api *a, struct str html, struct str id);
/* The frozen PDF of Report/id, its bytes in arena; *found false: there is none. ERR_PAPER_SUM: it is not what
 * was kept. */
bool sheet_find(struct store_read *r, struct str id, struct arena *arena, struct str *pdf, bool *found,
                struct err *err);

#endif
