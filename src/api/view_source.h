/* SPDX-License-Identifier: Apache-2.0
 * view_source: which resources a view is run over (whole type, some patients, what changed since), and the
 * run itself in slices, each on a short snapshot of the same commit. */
#ifndef HELHET_API_VIEW_SOURCE_H
#define HELHET_API_VIEW_SOURCE_H

#include "store/store.h"
#include "terms/terms.h"
#include "view/view_out.h"

enum {
    VIEW_SOURCE_PATIENTS_MAX = 100000,
    VIEW_SOURCE_MEMORY_MAX = 512 << 20, /* for one resource */
};

/* What is asked for, before anything is looked up. Strings are borrowed. */
struct view_source_ask {
    const struct str *patients; /* "Patient/1" or "1" */
    size_t patient_count;
    const struct str *groups; /* "Group/1" or "1" */
    size_t group_count;
    int64_t since_ms; /* 0: all */
    uint64_t limit;   /* rows; 0: all */
};

struct view_source {
    struct store *store;
    const struct store_view *seen; /* what the caller sees; NULL: everything */
    /* Told of each slice's reader before it ends, for the audit log; NULL: none. */
    void (*given)(void *arg, struct store_read *r);
    void *given_arg;
    const struct view *view;
    struct view_out *out;
    struct terms_session *terms; /* NULL: none */
    struct store_as_of slice;
    struct arena arena; /* one resource at a time */
    int64_t now_ms;
    uint64_t limit, resources;
    bool ended; /* no more slices; the format is not ended yet */
    struct err *err;
};

/* The stored ViewDefinition with this id, parsed into arena. ERR_NOT_FOUND, ERR_GONE. */
bool view_source_definition(struct store_read *r, struct str id, struct arena *arena, struct json_doc *doc,
                            struct err *err);
/* Looks up patients and groups (lists in arena); 404 for those that are not there. The commit is r's, until
 * slice.seq is set to another one. terms may be NULL. */
bool view_source_init(struct view_source *s, struct store *store, struct terms *terms, struct store_read *r,
                      const struct view *v, struct view_out *out, const struct view_source_ask *ask,
                      struct arena *arena, struct err *err);
void view_source_release(struct view_source *s);
/* One slice of resources into out. False with *err, which names the resource. Sets ended. */
bool view_source_next(struct view_source *s, struct err *err);
/* One resource more, as text or as a node of a typed document. r is what codes are looked up with. */
bool view_source_node(struct view_source *s, struct store_read *r, const struct json_doc *doc, uint32_t node,
                      struct err *err);

#endif
