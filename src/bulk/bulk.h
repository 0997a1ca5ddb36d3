/* SPDX-License-Identifier: Apache-2.0
 * bulk: the kinds of job behind $export and $import. What the operations were asked for reaches them as JSON
 * text that the api floor has found to be good (api/op_export.c, api/op_import.c).
 *
 * export: {"since":ms,"until":ms,"compartment":bool,"types":["Patient",…],"filters":[{"type","query"}],
 * "elements":["Patient.name","id",…],"patients":["id",…],"caller":{…}} — since and until 0: none; patients
 * absent: of all; caller (access/caller_json.h) absent: nobody in particular, who sees everything. A caller
 * gets what it may see at the time of the run, asked anew for each slice; without the right to export,
 * nothing. The record is exported as of one commit, taken when the run begins: nothing committed before is
 * missing, nothing committed later is in it, and its transactionTime lies between that commit and the next,
 * so that it can be the next export's _since. Memory is bounded by one slice, the group's patients and the
 * matches of the filters. */
#ifndef HELHET_BULK_BULK_H
#define HELHET_BULK_BULK_H

#include "access/access_view.h"
#include "jobs/job.h"
#include "search/search.h"

enum {
    BULK_FILTER_MAX = 20 * 1000 * 1000, /* resources that the filters of one type may match */
    BULK_WALK_MAX = 1000,               /* patients whose compartments are walked one by one */
    BULK_WALK_STEP = 50,                /* … so many in one search */
    BULK_DELETED_MAX = 500,             /* entries of one Bundle of deletions */
    BULK_BUFFER = 256 << 10,
};

/* What the kinds work on; borrowed by them. */
struct bulk {
    struct store *store;
    struct search *search;
    struct access *access; /* NULL: what a caller started fails */
};

struct job_kind bulk_export(struct bulk *b);
struct job_kind bulk_import(struct bulk *b);

#endif
