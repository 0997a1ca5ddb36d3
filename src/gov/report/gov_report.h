/* SPDX-License-Identifier: Apache-2.0
 * gov_report: reports of sections in a fixed order (definitions/styr: ReportDefinition is what every such
 * report has, Report is one of them): a new one, what is lacking before it can be final, the report as an R4
 * document (Bundle of type document, 3.3) and as a page of HTML. Pure functions over parsed resources that
 * have passed check; narratives are CommonMark (libcmark, raw HTML left out). The same Report always gives
 * the same bytes. */
#ifndef HELHET_REPORT_REPORT_H
#define HELHET_REPORT_REPORT_H

#include "base/err.h"
#include "json/json.h"

enum { GOV_REPORT_SECTIONS_MAX = 200, GOV_REPORT_ITEMS_MAX = 100, GOV_REPORT_BYTES_MAX = 16 << 20 };

/* Why a section is not done: nothing is written in it; it has no title; its title ends in a question mark. */
enum gov_report_lack { GOV_REPORT_EMPTY, GOV_REPORT_UNTITLED, GOV_REPORT_UNDECIDED };
struct gov_report_gap {
    struct str code, number, title;
    enum gov_report_lack lack;
    bool blocks; /* the section is required: the report cannot be final */
};
/* Gaps of the Report at the root of doc, in its order; at most max are filled in. How many there are. A
 * section with sections beneath it (5 above 5.1) may be empty itself. */
size_t gov_report_gaps(const struct json_doc *doc, struct gov_report_gap *out, size_t max);
/* What a gap says, Swedish and English. */
const char *gov_report_lack_text(enum gov_report_lack lack, enum err_lang lang);

/* What a section with a query found. */
struct gov_report_item {
    struct str date, title, reference; /* each may be empty */
};
struct gov_report_facts {
    struct str code; /* of the section */
    uint64_t count;  /* in all; item holds at most GOV_REPORT_ITEMS_MAX of them */
    struct gov_report_item *item;
    size_t item_count;
};

/* Appends a new Report (draft) after the ReportDefinition at the root of doc: its sections in order, fixed
 * texts in place, narratives to be written. reference is "ReportDefinition/x"; from, to: the days it is about
 * (empty: none). False when the definition has more than GOV_REPORT_SECTIONS_MAX sections. */
bool gov_report_begin(const struct json_doc *doc, struct str reference, struct str from, struct str to,
                      struct buf *out, struct err *err);

/* How a Report is written anew: with these facts in the sections they are of (others keep theirs), compiled
 * at date (an instant; empty: as it is), and, with status not empty, as that with this sum. */
struct gov_report_change {
    const struct gov_report_facts *facts;
    size_t facts_count;
    struct str date, status, sum;
};
void gov_report_write(const struct json_doc *doc, const struct gov_report_change *change, struct buf *out);

/* Appends the Report at the root of doc as a document Bundle; id is the Report's, base ("https://x/styr")
 * what references are absolute by. */
void gov_report_document(const struct json_doc *doc, struct str id, struct buf *out);
/* Appends it as a whole page of HTML, to be read, printed or sent; base leads from references to the record
 * (empty: no links). */
void gov_report_page(const struct json_doc *doc, struct str base, struct buf *out);

/* Appends it as HTML for paper (gov_paper.h): a draft is marked as one, nothing leads to the record. */
void gov_report_paper(const struct json_doc *doc, struct buf *out);

#endif
