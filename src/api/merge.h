/* SPDX-License-Identifier: Apache-2.0
 * merge: two Patients of one person become one record, and two again (FHIR R5/R6 Patient-merge; DECISIONS
 * 0017). Merging rewrites each reference to the source so that it refers to the target, makes the source
 * inactive with a link replaced-by, gives the target a link replaces and the source's identifiers as old
 * ones, and leaves a Provenance that names each version it wrote. Undoing it reads that: what has not been
 * changed since gets the text it had, of what has been only the references go back; what was written to the
 * target after the merge stays there. Shared by op_merge.c and op_unmerge.c; all of it runs in one job of the
 * writer. */
#ifndef HELHET_API_MERGE_H
#define HELHET_API_MERGE_H

#include "api/api_int.h"

/* On Patient.link and on copied identifiers: valueReference to the Provenance of the merge. */
#define MERGE_URL "https://helhet.dev/fhir/StructureDefinition/merge"
/* On that Provenance: valueReference to a version that the merge wrote. */
#define MERGE_MOVED_URL "https://helhet.dev/fhir/StructureDefinition/merge-moved"

enum { MERGE_MOVED_MAX = 5000 }; /* resources that refer to one source */

/* One of the two. */
struct merge_side {
    struct str id, name;      /* "x", "Patient/x" */
    uint32_t asked;           /* the version that was seen by who asks; 0: any */
    struct store_version now; /* whole */
    struct json_doc doc;
    struct store_change change; /* after merge_put */
};

struct merge {
    struct api_job api;
    struct call *call;
    struct store_tx *tx;
    struct store_read *r; /* tx's, without view after merge_begin */
    struct merge_side source, target;
    struct str record; /* "Provenance/x" */
    bool preview;
    struct write result;            /* the target, for answer and receipt */
    struct str *moved;              /* "Type/id/_history/n" that were written */
    size_t moved_count, kept_count; /* kept: what could not go back, as it no longer says what was moved */
};

/* Reads the Parameters and gives merge to the writer; run does it there, after merge_begin. True as call_fn.
 */
bool merge_submit(struct call *c, bool (*run)(struct merge *m, struct err *err));
/* The Provenance that the source's link to the target names, "Provenance/x"; empty when there is no such
 * link. */
struct str merge_record(const struct merge *m);
/* Whom a Patient has been replaced by, "Patient/x"; empty: nobody. */
struct str merge_replaced(const struct json_doc *doc);
/* Writes text as the new version of (type, id), as it is: its labels are those it says. */
bool merge_put(struct merge *m, fhir_type_id type, struct str id, struct str text,
               struct store_change *change, struct err *err);
/* Writes the Provenance of what has been done (merge, unmerge) and of the moved. */
bool merge_note(struct merge *m, const char *code, struct err *err);
/* Node i of doc as a reference's text, when it is one: {NULL, 0} otherwise. */
struct str merge_reference(const struct json_doc *doc, uint32_t i);
/* Does the text refer to the current version of name, here? */
bool merge_is(const struct merge *m, struct str text, struct str name);
/* Puts another reference text at node i. */
void merge_refer(struct json_doc *doc, uint32_t i, struct str text);
/* The resource as text, in the arena; {NULL, 0} with *err. */
struct str merge_text(struct merge *m, const struct json_doc *doc, struct err *err);

/* On the writer's thread, before w is put: is what it is about, by what it becomes, still a record of its
 * own? ERR_PATIENT_MERGED when the Patient has been merged. r has the caller's view, and has it back
 * afterwards. */
bool merge_holds(struct write *w, struct store_read *r, struct err *err);
/* Has anybody ever been merged in this store? Once, when the api starts. */
bool merge_start(struct api *a, struct err *err);

#endif
