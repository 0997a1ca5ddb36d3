/* SPDX-License-Identifier: Apache-2.0
 * gov_paper: what every document of the steering on paper has: A4, the diary number and the status at the
 * head of each page, the title and the page's number at its foot, and, when it is a draft, a mark across.
 * HTML for core/paper; what is put between begin and end is the document's own. */
#ifndef HELHET_REPORT_GOV_PAPER_H
#define HELHET_REPORT_GOV_PAPER_H

#include "base/buf.h"

struct gov_paper {
    struct str title, diary; /* diary may be empty */
    struct str state;        /* as people read it */
    bool draft;
};
/* Appends the head with the title as h1. */
void gov_paper_begin(struct buf *out, const struct gov_paper *p);
void gov_paper_end(struct buf *out);
/* Appends a label and what it says, nothing when text is empty. */
void gov_paper_fact(struct buf *out, const char *label, struct str text);
/* The same of an instant, as a Swedish clock shows it; a date as it is. */
void gov_paper_time(struct buf *out, const char *label, struct str text);

/* A heading (h3) with CommonMark beneath, nothing when text is empty. */
void gov_paper_text(struct buf *out, const char *heading, struct str text);

#endif
