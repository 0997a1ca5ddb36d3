/* SPDX-License-Identifier: Apache-2.0
 * rows: the index rows of one resource in the store's own terms (durable numbers, interned names, rids), and
 * their packed form, which lies beside the body. The packed form is what searches filter and sort by and what
 * tells which index rows to remove; the index tables hold only keys that lead to candidates.
 *
 * Packed form, canonical for a set of rows: groups in order of (rank, kind, values); a group is one byte
 * code | params << 4, the parameters' numbers rising (first one, then differences) and the values once:
 * TOKEN      code 8 bytes, system varint
 * STRING     exact 8 bytes, length varint, text
 * DATE       low zigzag, high - low varint; DATE_S the same in whole seconds
 * NUMBER     low, high 8 bytes each, unit varint
 * REFERENCE  target - rid zigzag (a negative target is minus the name of an absolute URL)
 * URI        name varint
 * COMPOSITE  exact 8 bytes, length varint, text, flags byte, then low/high as DATE, number_low/high as NUMBER
 * CLINICAL   patient - rid zigzag, code 8 bytes, date zigzag (no parameters)
 * PATIENT    CLINICAL of code 0: patient - rid zigzag, date zigzag
 * LABEL      which varint, then the target - rid zigzag, or the flags as varint
 * PLAIN      nothing: there is neither PATIENT nor LABEL
 * What a view needs comes first: LABEL, PATIENT, or PLAIN in their place. Stores of format 1 have neither
 * code, all CLINICAL rows last, and are read as they are. */
#ifndef HELHET_STORE_ROWS_H
#define HELHET_STORE_ROWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

enum {
    ROWS_GROUP_PARAMS = 15, /* parameters in one group */
    ROWS_MAX = 65536,       /* rows of one resource */
};

/* One row; what a kind does not use is zero, so rows compare field by field. */
struct nrow {
    uint8_t kind; /* enum store_index */
    uint16_t param;
    int64_t key;       /* TOKEN, CLINICAL code; STRING, COMPOSITE exact; LABEL: STORE_LABEL_… */
    int64_t low, high; /* DATE, COMPOSITE; CLINICAL low: date; LABEL low: flags */
    int64_t name;      /* TOKEN system; NUMBER, COMPOSITE unit; URI; REFERENCE, CLINICAL, LABEL: target */
    double number_low, number_high;
    struct str text; /* STRING, COMPOSITE */
};

/* Does the kind have a parameter? */
static inline bool rows_named(uint8_t kind)
{
    return kind < STORE_CLINICAL;
}

/* Sorts and drops repeats in place; returns the new count. */
size_t rows_canonical(struct nrow *row, size_t count);
/* Order of rows_canonical; 0 only for equal rows. */
int rows_cmp(const struct nrow *a, const struct nrow *b);
/* Appends the packed form of canonical rows of the resource rid. */
void rows_pack(const struct nrow *row, size_t count, store_rid rid, struct buf *out);

/* A group as read back: the values in row (param 0), the parameters aside. */
struct rows_group {
    struct nrow row;
    uint8_t params;
    uint16_t param[ROWS_GROUP_PARAMS];
};
/* Takes the next group off *packed; texts point into it. False at the end; *ok turns false on damage. */
bool rows_next(struct str *packed, store_rid rid, struct rows_group *out, bool *ok);
/* A LABEL row, or a CLINICAL one of code 0. */
struct rows_label {
    int64_t which; /* STORE_LABEL_…; 0: a patient */
    int64_t name;  /* target, patient */
    int64_t low;   /* flags, date */
    bool first;    /* it stood before all others */
};
/* Likewise, but only these: looks no further than where they are. *out is {0} at first. */
bool rows_next_label(struct str *packed, store_rid rid, struct rows_label *out, bool *ok);
/* All rows in arena, canonical again; false on damage. */
bool rows_unpack(struct str packed, store_rid rid, struct arena *arena, struct nrow **row, size_t *count);

#endif
