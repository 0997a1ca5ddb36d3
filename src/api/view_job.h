/* SPDX-License-Identifier: Apache-2.0
 * view_job: the kind of job behind $viewdefinition-export: some views over the record as of one commit, each
 * a file (NDJSON: more than one when it is long). */
#ifndef HELHET_API_VIEW_JOB_H
#define HELHET_API_VIEW_JOB_H

#include "jobs/job.h"

#define VIEW_JOB_KIND "view-export"

/* The request, made by op_view_export.c: {"format":"csv","header":true,"since":ms,"patients":["Patient/1",…],
 * "groups":["Group/1",…],"tracking":"…" or absent,"caller":{…} (access/caller_json.h) or
 * absent,"views":[{"name":"…","view":{ViewDefinition}},…]}. The
 * result:
 * {"transactionTime":"…"}. */
struct access;
struct store;
struct terms;
/* What its jobs run on; borrowed by the kind. */
struct view_job {
    struct store *store;
    struct terms *terms;
    struct access *access; /* NULL: what a caller started fails */
};
struct job_kind view_job_kind(struct view_job *on);

#endif
