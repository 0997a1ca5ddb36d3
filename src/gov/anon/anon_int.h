/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_ANON_ANON_INT_H
#define HELHET_ANON_ANON_INT_H

#include "anon/anon.h"
#include "fhir/model.h"

/* One report, as sent and as it waits. */
struct anon_form {
    struct str id; /* a random UUID, under which it will stand */
    struct str question, statement, screen, unit, role, initiative;
};

/* ---- anon_form.c ---- */

/* Reads a request's body, strictly. False with *err. */
bool anon_form_read(struct str body, struct arena *arena, struct anon_form *out, struct err *err);
/* To the text of a slot and back. */
bool anon_form_pack(const struct anon_form *f, struct buf *out);
bool anon_form_unpack(struct str text, struct arena *arena, struct anon_form *out, struct err *err);
/* The resource, generalised already. */
bool anon_form_resource(const struct anon_form *f, size_t cell, struct str month, struct buf *out);

/* ---- anon_cell.c: who shares unit and role ---- */

struct anon_cells;
/* Of the record as r sees it, in arena. NULL with *err. */
struct anon_cells *anon_cell_read(struct store_read *r, struct arena *arena, struct err *err);
/* Leaves out of f what fewer than ANON_CELL share; how many share what is left. */
size_t anon_cell_hide(const struct anon_cells *c, struct anon_form *f);

/* ---- anon_box.c: the file where reports wait ---- */

enum { ANON_BOX_SLOTS = 1024, ANON_BOX_SLOT_BYTES = 8192, ANON_BOX_TEXT_MAX = ANON_BOX_SLOT_BYTES - 16 };

struct anon_box;
struct anon_box *anon_box_open(const char *dir, struct err *err);
void anon_box_close(struct anon_box *b);
/* Into a slot chosen at random; durable. ERR_GOV_ANONYMOUS_BUSY when all are taken. */
bool anon_box_put(struct anon_box *b, struct str text, struct err *err);
size_t anon_box_count(struct anon_box *b);
/* The texts that wait, at most max, in random order. */
bool anon_box_list(struct anon_box *b, struct arena *arena, struct str *text, uint16_t *slot, size_t *count,
                   struct err *err);
bool anon_box_clear(struct anon_box *b, const uint16_t *slot, size_t count, struct err *err);
/* Makes the file's times tell nothing of when something came. */
void anon_box_touch(struct anon_box *b);

/* Puts count items of size bytes in random order. */
void anon_box_shuffle(void *item, size_t count, size_t size);

#endif
