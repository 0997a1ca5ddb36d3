/* SPDX-License-Identifier: Apache-2.0
 * readiness_ask: what the operations about readiness ask of whoever keeps it (the readiness floor, which lies
 * above this one). */
#ifndef HELHET_API_READINESS_ASK_H
#define HELHET_API_READINESS_ASK_H

#include "store/store.h"

struct api;

enum readiness_what {
    READINESS_LINE,     /* initiative: units by checkpoints */
    READINESS_BOARD,    /* all initiatives and projects */
    READINESS_EVIDENCE, /* id, code: what one result rests on */
    READINESS_OPEN, /* id (a CheckpointDefinition), initiative, unit, wave, release, planned: a new checkpoint
                     */
    READINESS_FREEZE,   /* id, decision: the evidence as a document, hashed; from then on nothing changes */
    READINESS_VERIFY,   /* id: does the hash hold? */
    READINESS_EVALUATE, /* id, as_of ("" today): what it would be that day if nothing else happens; nothing is
                           written */
};

struct readiness_ask {
    enum readiness_what what;
    struct store_read *read; /* with the caller's view; NULL for OPEN and FREEZE, which write */
    struct arena *arena;
    struct str agent; /* who asks, for the commit log */
    struct str initiative, id, code, decision, unit, wave, release, planned, as_of;
    bool counts;             /* of LINE: how many results are not met, instead of each */
    enum err_lang lang;      /* of texts; the other is told too */
    bool people;             /* may be told of each person; else of themselves alone: */
    struct str person, role; /* "Practitioner/x", "PractitionerRole/y" */
    struct buf *out;         /* JSON; not of OPEN and FREEZE */
    /* Filled by OPEN and FREEZE, which write nothing by themselves: whoever asks gives run to the store in a
     * job of its own, so that a receipt can be kept with it. The transaction's reader must be without a
     * view. Then the checkpoint is of that id, and *change is what was put. In arena. */
    bool (*run)(struct store_tx *tx, void *arg, struct err *err);
    void *run_arg;
    struct str checkpoint;
    const struct store_change *change;
};
/* False with *err. From any thread. */
typedef bool readiness_ask_fn(void *arg, struct readiness_ask *ask, struct err *err);
/* Before requests come; NULL: the operations are refused. */
void api_readiness_by(struct api *a, readiness_ask_fn *ask, void *arg);

#endif
