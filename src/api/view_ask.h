/* SPDX-License-Identifier: Apache-2.0
 * view_ask: what $run and the export of views take alike: format, header, patients, groups, time, rows. */
#ifndef HELHET_API_VIEW_ASK_H
#define HELHET_API_VIEW_ASK_H

#include "api/params.h"
#include "api/view_source.h"

struct view_ask {
    enum view_format format;
    bool header;
    struct view_source_ask source;
};

/* Reads _format (else Accept, else NDJSON), header, patient, group, _since and _limit. Strings are the
 * call's. */
bool view_ask_read(struct call *c, const struct params *p, struct view_ask *out, struct err *err);

#endif
