/* SPDX-License-Identifier: Apache-2.0
 * time: FHIR date, dateTime, instant and time texts (R4 datatypes 2.24.0.1) and the interval each stands for.
 * A text of lower precision is the half-open interval [low, high) of all instants it can mean; milliseconds
 * since 1970-01-01T00:00:00Z, proleptic Gregorian. A dateTime without zone (only dates may lack one in FHIR,
 * but search values may) is read as UTC plus the given default offset. Pure functions. */
#ifndef HELHET_BASE_TIME_H
#define HELHET_BASE_TIME_H

#include "base/str.h"

enum time_precision { TIME_YEAR, TIME_MONTH, TIME_DAY, TIME_HOUR, TIME_MINUTE, TIME_SECOND, TIME_FRACTION };

struct time_value {
    int year, month, day;     /* month, day 0 when not given */
    int hour, minute, second; /* 0 when not given */
    int milli;                /* fraction cut to three digits */
    bool has_zone;
    int zone_minutes; /* east of UTC */
    enum time_precision precision;
};

struct time_span {
    int64_t low_ms, high_ms; /* [low, high) */
};

enum { TIME_TEXT_MAX = 40 };

/* Parses YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.f+]][Z|±hh:mm]. Seconds may be left out only when
 * lenient (search values). False when the text or the calendar day is not valid. */
bool time_parse(struct str text, bool lenient, struct time_value *out);
/* Parses hh:mm:ss[.f+]; only hour..milli are filled. */
bool time_parse_clock(struct str text, struct time_value *out);
/* The interval v stands for. zone_minutes is used where v has no zone. */
struct time_span time_span(const struct time_value *v, int zone_minutes);
/* Writes an instant in UTC with milliseconds, "2026-11-21T18:51:57.123Z"; returns its length. */
size_t time_format(int64_t ms, char out[TIME_TEXT_MAX]);
/* IMF-fixdate for HTTP Last-Modified, "Sat, 21 Nov 2026 18:51:57 GMT". */
size_t time_format_http(int64_t ms, char out[TIME_TEXT_MAX]);
/* Days since 1970-01-01 of a calendar day, and back. */
int64_t time_days(int year, int month, int day);
void time_civil(int64_t days, int *year, int *month, int *day);
/* What is added to an instant to read it off a Swedish clock, in ms: an hour, two in summer time (from 01:00
 * UTC the last Sunday of March to 01:00 UTC the last of October; directive 2000/84/EC, SFS 2001:127). Years
 * before 1996, when summer time ended in September, are read by the same rule. */
int64_t time_swedish(int64_t ms);

#endif
