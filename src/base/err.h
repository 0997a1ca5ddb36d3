/* SPDX-License-Identifier: Apache-2.0
 * err: what went wrong and where, as a value. The catalogue base/errors.def gives each code its HTTP status,
 * its FHIR issue type (http://hl7.org/fhir/issue-type) and its Swedish and English text; nothing else writes
 * texts. A function that fails fills *err once and returns false (or NULL); callers pass it on unchanged. */
#ifndef HELHET_BASE_ERR_H
#define HELHET_BASE_ERR_H

#include "base/buf.h"

enum err_code {
    ERR_OK = 0,
#define ERR(code, http, issue, sv, en) ERR_##code,
#include "base/errors.def"
#undef ERR
    ERR_COUNT
};

enum { ERR_ARGS = 4, ERR_ARG_MAX = 160, ERR_PATH_MAX = 256 };

struct err {
    enum err_code code;
    uint32_t line, column;           /* 1-based place in the input text; 0: not known */
    char path[ERR_PATH_MAX];         /* FHIRPath of the element, "" when none */
    char arg[ERR_ARGS][ERR_ARG_MAX]; /* fill {0} {1} {2} {3} of the texts; cut at a character boundary */
};

enum err_lang { ERR_SV, ERR_EN };

struct err_info {
    const char *name;  /* "JSON_SYNTAX" */
    int http;          /* status */
    const char *issue; /* FHIR issue type code */
    const char *text[2];
};

const struct err_info *err_info(enum err_code code);

/* Sets code and up to four arguments (NULL ends early). Always returns false, so `return err_set(...)` reads
 * well. err may be NULL. */
bool err_set(struct err *err, enum err_code code, ...) __attribute__((sentinel));
/* Same with borrowed runs. */
bool err_set_str(struct err *err, enum err_code code, struct str a, struct str b);
/* Records the element path; keeps an earlier, more exact one. */
void err_at(struct err *err, struct str path);
/* Records line and column. */
void err_place(struct err *err, uint32_t line, uint32_t column);
/* The text in one language with its arguments filled in. */
void err_text(const struct err *err, enum err_lang lang, struct buf *out);

#endif
