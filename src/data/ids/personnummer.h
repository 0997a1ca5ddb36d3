/* SPDX-License-Identifier: Apache-2.0
 * personnummer: Swedish personal identities as people write them, made canonical: personnummer,
 * samordningsnummer (day + 60), interim numbers (a letter for the first of the last four) and the regions'
 * reserve numbers.
 *
 * Accepted: ÅÅMMDDNNNN, ÅÅMMDD-NNNN, ÅÅMMDD+NNNN (the person turns 100 this year or has), ÅÅÅÅMMDDNNNN and
 * ÅÅÅÅMMDD-NNNN, small letters as capitals, white space around it, and the dashes word processors put in
 * (U+2010 to U+2015, U+2212). White space inside is not a way of writing it. A form of ten digits means the
 * latest birth that is not in the future, or with '+' the one a hundred years earlier. Pure functions, no
 * allocation, any thread. Spec: SKV 704 (personnummer), SKV 707 (samordningsnummer). */
#ifndef HELHET_IDS_PERSONNUMMER_H
#define HELHET_IDS_PERSONNUMMER_H

#include "base/err.h"

enum personnummer_kind {
    PERSONNUMMER_PERSON,
    PERSONNUMMER_SAMORDNING,
    PERSONNUMMER_INTERIM,          /* 20000101T220: letter R S T U W X counted as 1 in the check digit */
    PERSONNUMMER_RESERV_VGR,       /* 20210325K069: K (woman, 5), M (man, 7), X (not known, 8) */
    PERSONNUMMER_RESERV_STOCKHOLM, /* 99 + year of birth + five digits + check digit over the last eight
                                      before it */
};

enum personnummer_sex { PERSONNUMMER_SEX_UNKNOWN, PERSONNUMMER_FEMALE, PERSONNUMMER_MALE };

enum { PERSONNUMMER_LEN = 12 };

struct personnummer {
    enum personnummer_kind kind;
    char text[PERSONNUMMER_LEN + 1]; /* canonical, no sign; ends in NUL */
    int year, month, day; /* birth, 60 taken off the day; 0: not known (samordningsnummer, Stockholm) */
    enum personnummer_sex sex;
};

/* Parses text; now_ms settles the century of ten digit forms and what lies in the future. False with
 * IDENTITY_FORM, IDENTITY_DATE or IDENTITY_CHECK in err (which may be NULL); *out is then not valid. O(1). */
bool personnummer_parse(struct str text, int64_t now_ms, struct personnummer *out, struct err *err);

/* Makes a reserve number of PERSONNUMMER_RESERV_VGR's form into out, ends in NUL. Serials 0 to
 * PERSONNUMMER_RESERVE_SERIALS - 1 give each year and sex numbers that are all different; larger ones come
 * round again. The date in it is made up: only the year may say something. year: 1800 to 9999, asserted. */
enum { PERSONNUMMER_RESERVE_SERIALS = 36500 };
void personnummer_reserve(int year, enum personnummer_sex sex, unsigned serial,
                          char out[PERSONNUMMER_LEN + 1]);

/* The Identifier.system of a kind (idsystem.h). */
const char *personnummer_system(enum personnummer_kind kind);

/* Is it a member of Skatteverket's official test series, as far as testid.h knows them? */
bool personnummer_is_test(const struct personnummer *p);

#endif
