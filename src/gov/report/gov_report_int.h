/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_REPORT_REPORT_INT_H
#define HELHET_REPORT_REPORT_INT_H

#include "report/gov_report.h"

/* A section of a Report. Texts point into the document. */
struct gov_report_section {
    uint32_t node;
    struct str code, number, title, kind, statement;
    bool required, queried;
    uint32_t item; /* its list of items, UINT32_MAX: none */
    uint64_t count;
    int level; /* 1: "5", 2: "5.1" */
};
/* Sections in order; how many (at most max). */
size_t gov_report_sections(const struct json_doc *doc, struct gov_report_section *out, size_t max);
struct str gov_report_get(const struct json_doc *doc, uint32_t i, const char *key);

/* Appends CommonMark as XHTML; raw HTML and unsafe links are left out. */
void gov_report_markdown(struct str text, struct buf *out);
/* Appends what stands in a section: its narrative, then what was found. base as in gov_report_page. */
void gov_report_content(const struct json_doc *doc, const struct gov_report_section *s, struct str base,
                        struct buf *out);

#endif
