/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_READINESS_READINESS_INT_H
#define HELHET_READINESS_READINESS_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/api_times.h"
#include "api/readiness_ask.h"
#include "fhir/model.h"
#include "readiness/readiness.h"
#include "side/side.h"
#include "verdict/verdict.h"

enum {
    READINESS_MEASURES_MAX = 40,
    READINESS_TICK_MS = 300,     /* measuring between two looks at the log */
    READINESS_SLICE_MS = 100,    /* measuring in one snapshot */
    READINESS_WRITE_MS = 30,     /* one job of the writer's: what others write comes between two */
    READINESS_NICE = 5,          /* a third of what an answer gets where both want a processor */
    READINESS_WANTED_MAX = 64,   /* checkpoints that somebody waits for */
    READINESS_MEMO_MAX = 128,    /* measurements remembered for the length of a slice */
    READINESS_EVIDENCE_MAX = 50, /* references of one result */
    READINESS_FOUND_MAX = 20000, /* resources that one measure looks at */
    READINESS_BODY_MAX = 4 << 20,
    READINESS_PARTS_MAX = 24, /* roles of a unit that are told of one by one */
    READINESS_CODE_MAX = 16,  /* bytes of a criterion's code, with its NUL */
};

/* Why a checkpoint is to be measured again; the lowest go first, however many wait behind them. */
enum readiness_mark {
    READINESS_UNMARKED,
    READINESS_TOUCHED, /* a change of what it, or its unit, rests on */
    READINESS_WIDE,    /* a change that concerns very many, or a day that has passed has changed the state */
    READINESS_SWEPT,   /* nothing is known to have changed it: the start, a new day, now and then */
    READINESS_BROKEN,  /* measuring or writing it failed: once more when all others are done */
};

/* The types, looked up by name: no other code is needed for them. */
struct readiness_types {
    fhir_type_id checkpoint, definition, decision_case, incident, question, initiative;
};

/* ---- readiness_rules.c: definitions/care/readiness.json ---- */

struct readiness_measure;
struct readiness_work;
/* Fills m->…; false with *err only when the record cannot be read. */
typedef bool readiness_kind_fn(struct readiness_work *w, struct readiness_measure *m, struct err *err);
struct readiness_rule {
    struct str name, url;
    readiness_kind_fn *measure;
    bool people;
};
struct readiness_rules {
    struct readiness_rule rule[READINESS_MEASURES_MAX];
    size_t rule_count;
    int64_t look_ms;
};
/* The text built in. */
struct str readiness_file(void);
bool readiness_rules_read(struct arena *arena, struct readiness_rules *out, struct err *err);
const struct readiness_rule *readiness_rules_find(const struct readiness_rules *rules, struct str name);
/* The way of measuring of that name; NULL. */
readiness_kind_fn *readiness_measure_kind(struct str name);

/* ---- what is measured ---- */

/* Of a role, or the unit. */
struct readiness_part {
    struct str name;
    int64_t numerator, denominator, first; /* in hundredths of a per cent: first */
    double value;
    bool tried; /* first is known */
};

struct readiness_measure {
    const struct readiness_rule *rule;
    struct verdict_criterion ask;
    bool by_role;   /* the worst role counts */
    int32_t window; /* days back that count; 0: all */
    /* filled */
    bool found;
    double value;
    int64_t numerator, denominator; /* -1: none */
    int32_t day;
    enum verdict_kind kind;
    struct str signature; /* what signed it ("Provenance/x"); empty: nothing */
    struct str note;
    struct str evidence[READINESS_EVIDENCE_MAX];
    size_t evidence_count;
    struct readiness_part part[READINESS_PARTS_MAX];
    size_t part_count;
};

struct readiness_person {
    struct str role;     /* "PractitionerRole/x" */
    struct str person;   /* "Practitioner/x" */
    struct str code;     /* of the role; "" */
    struct str display;  /* of the role */
    struct str evidence; /* the last try or act */
    int32_t day;         /* of it */
    int64_t time_ms;     /* of it */
    int64_t first_ms;
    bool done, first_done;
    unsigned tries;
};

/* One checkpoint being measured. */
struct readiness_memo;
struct readiness_work {
    struct readiness *x;
    struct store_read *read;
    struct arena *arena;
    struct readiness_memo *memo; /* of this snapshot; NULL: none */
    int32_t today;
    struct str unit, release;        /* "Organization/x"; "" */
    struct readiness_person *roster; /* NULL: not read yet */
    size_t roster_count;
};

struct readiness_seen;
/* readiness_own.c's, on the follower's thread. */
struct readiness_own {
    struct histogram_sum before[API_KINDS]; /* what has been reported already */
    int64_t since_ms;                       /* when that was, on the clock */
    uint64_t tried_ns;                      /* and when the last period ended, done or not */
    int32_t day;                            /* of the last report */
    unsigned reports;                       /* that day */
    int32_t words_day;                      /* when the texts were last reported, or found to be */
    bool words_known;
    uint64_t words_checked, words_lacking, errors_checked, errors_lacking;
};

struct readiness {
    struct readiness_options opt;
    struct readiness_own own;
    struct arena arena; /* the rules */
    struct readiness_rules rules;
    struct readiness_types type;
    bool *types;
    struct feed *_Atomic feed;
    struct side side;     /* the follower's */
    pthread_mutex_t lock; /* of look and wanted, and of asking for logins */
    struct side look;     /* who asks */
    store_rid wanted[READINESS_WANTED_MAX];
    size_t wanted_count;
    atomic_bool stopping;
    atomic_int_fast64_t done_seq; /* as readiness_seq */
    struct arena kept, scratch;   /* of a slice, of a checkpoint */
    struct readiness_memo *memo;
    struct readiness_seen *seen; /* who has acted today */
    int64_t looked_ms, failed_ms, acted_ms;
    int32_t today;
    atomic_bool begun;
    bool more; /* some are left to measure */
};

/* ---- readiness_find.c: reading the record ---- */

typedef bool readiness_find_fn(void *arg, const struct store_version *v, const struct json_doc *doc);
/* Calls fn for each current resource that the search gives; false from it stops early. *cut: there were more
 * than READINESS_FOUND_MAX. */
bool readiness_find(struct readiness_work *w, fhir_type_id type, const struct search_param *params,
                    size_t count, readiness_find_fn *fn, void *arg, bool *cut, struct err *err);
/* A body by reference "Type/id"; 1, 0 not here, -1 failed. */
int readiness_find_one(struct store_read *r, struct arena *arena, struct str name, struct store_version *v,
                       struct json_doc *doc, struct err *err);
/* Text of a member; of "a.b" that of b in a. */
struct str readiness_find_text(const struct json_doc *doc, uint32_t i, const char *path);
/* The day of a date or dateTime, read off a Swedish clock; false when it is none. */
bool readiness_find_day(struct str text, int32_t *day);
int32_t readiness_find_today(void);
/* Those who work at w->unit now. */
bool readiness_find_roster(struct readiness_work *w, struct err *err);

/* ---- readiness_people.c: who has passed, who has logged in ---- */

readiness_kind_fn readiness_people_training, readiness_people_logins, readiness_people_super;

/* ---- readiness_side.c: readiness.db ---- */

/* One criterion as it is kept: the measurement, what is asked for, the trend. */
struct readiness_kept {
    char code[READINESS_CODE_MAX];
    struct verdict_criterion ask;
    struct verdict_evidence evidence; /* point: below */
    struct verdict_point point[VERDICT_POINTS_MAX];
    bool overridable, pauses; /* pauses: when broken, a case to pause is opened; not kept in the file */
    int64_t numerator, denominator;
    struct verdict_result result;
};
struct readiness_row {
    store_rid rid;
    uint32_t version;
    struct str id, initiative, unit, definition, release, wave, planned;
    int32_t offset; /* days from live, of the definition */
    bool open;
    struct verdict_sum sum;
    int32_t as_of;
    struct readiness_kept *kept;
    size_t kept_count;
};
bool readiness_side_open(struct side *s, const char *dir, bool create, struct err *err);
/* false: not there (*err unset) or failed. Texts in arena. */
bool readiness_side_get(struct side *s, store_rid rid, struct arena *arena, struct readiness_row *out,
                        struct err *err);
bool readiness_side_put(struct side *s, const struct readiness_row *row, struct err *err);
bool readiness_side_drop(struct side *s, store_rid rid, struct err *err);
/* Open ones to be measured again: of a unit, of a definition, or (both empty) all. A mark that goes before
 * stays. */
bool readiness_side_mark(struct side *s, struct str unit, struct str definition, enum readiness_mark mark,
                         struct err *err);
bool readiness_side_mark_one(struct side *s, store_rid rid, enum readiness_mark mark, struct err *err);
/* Has it been measured before? */
bool readiness_side_has(struct side *s, store_rid rid, bool *known, struct err *err);
/* One that has not: what row says it is of is known from here on, so that a change of its unit finds it and
 * the line shows it, not go. */
bool readiness_side_mark_new(struct side *s, const struct readiness_row *row, enum readiness_mark mark,
                             struct err *err);
/* As one that failed, whatever it was. */
bool readiness_side_mark_broken(struct side *s, store_rid rid, struct err *err);
/* The READINESS_AGAIN that were measured longest ago. */
bool readiness_side_mark_old(struct side *s, struct err *err);
/* How the one of that id is marked, and its rid; 0 and unmarked: not known here. */
bool readiness_side_mark_of(struct side *s, struct str id, enum readiness_mark *mark, store_rid *rid,
                            struct err *err);
/* Is any open? *yes. */
bool readiness_side_any(struct side *s, bool *yes, struct err *err);
/* Some of the lowest mark there is (none above most), by unit. */
bool readiness_side_marked(struct side *s, enum readiness_mark most, store_rid out[READINESS_SLICE],
                           size_t *count, enum readiness_mark *mark, struct err *err);
/* Each row, of one initiative (by unit and offset) or (empty) all; false from fn stops. The row's memory is
 * the call's.
 */
typedef bool readiness_side_fn(void *arg, const struct readiness_row *row);
bool readiness_side_each(struct side *s, struct str initiative, readiness_side_fn *fn, void *arg,
                         struct err *err);
/* How many of each initiative have each verdict, with the latest of their earliest days. */
typedef void readiness_side_sum_fn(void *arg, struct str initiative, struct verdict_sum sum, uint64_t count);
bool readiness_side_sums(struct side *s, readiness_side_sum_fn *fn, void *arg, struct err *err);

/* ---- readiness_memo.c: what has been measured in a snapshot already: units are many checkpoints' ---- */

struct readiness_memo *readiness_memo_new(void);
/* NULL is fine. */
void readiness_memo_free(struct readiness_memo *memo);
void readiness_memo_clear(struct readiness_memo *memo);
/* What the same measure (rule, criterion, unit, release) gave before; false: not known. Texts are the memo's,
 * until it is cleared or another unit is put. */
bool readiness_memo_get(const struct readiness_memo *memo, const struct readiness_work *w,
                        struct readiness_measure *m);
/* Forgotten when there is no room. unit: "" for what is no unit's. */
void readiness_memo_put(struct readiness_memo *memo, const struct readiness_work *w,
                        const struct readiness_measure *m);

/* ---- readiness_check.c: one checkpoint, measured ---- */

enum readiness_found { READINESS_GONE, READINESS_AS_IT_IS, READINESS_DIFFERS };
struct readiness_checked {
    store_rid rid;
    enum readiness_found found;
    struct store_change change; /* of DIFFERS: what is to be written */
    struct readiness_row row;   /* what is kept beside; not of GONE */
    bool done;                  /* written, or nothing to write */
};
/* What the body says it is of; nothing measured. */
struct readiness_row readiness_check_head(const struct store_version *v, const struct json_doc *doc,
                                          int32_t today);
/* Measures rid with x->scratch; *out is in arena. False: failed. */
bool readiness_check(struct readiness *x, struct store_read *r, store_rid rid, struct arena *arena,
                     struct readiness_checked *out, struct err *err);
/* What an open checkpoint would be on w->today, in w->arena, with the trend as it is known; nothing is kept
 * or written. From any thread. */
bool readiness_check_look(struct readiness_work *w, const struct store_version *v, const struct json_doc *doc,
                          struct readiness_row *row, struct err *err);
/* The checkpoint with row's results, as it is written; no evidence is named. */
bool readiness_check_body(const struct json_doc *doc, const struct readiness_row *row, int32_t today,
                          struct arena *arena, struct str *out, struct err *err);
/* What one criterion of doc gives at w->unit now. False with *err: the record cannot be read. */
bool readiness_check_measure(struct readiness_work *w, const struct json_doc *doc, uint32_t i,
                             struct readiness_measure *m, struct err *err);
/* What the row says as of another day, nothing measured anew. */
struct verdict_sum readiness_check_row(struct readiness_row *row, int32_t as_of);
/* A body of ours as a change, in arena; and into the store at once. */
bool readiness_check_change(struct readiness *x, fhir_type_id type, struct str id, struct str body,
                            uint32_t if_version, struct arena *arena, struct store_change *change,
                            struct err *err);
bool readiness_check_put(struct readiness *x, struct store_tx *tx, fhir_type_id type, struct str id,
                         struct str body, uint32_t if_version, struct arena *arena,
                         struct store_change *change, struct err *err);

/* ---- readiness_slice.c: some of what is marked, measured in one snapshot and written together ---- */

/* *more: there may be others. False with *err: what is left is for later. */
bool readiness_slice(struct readiness *x, bool *more, struct err *err);

/* ---- readiness_acts.c: who has done something in an assignment today for the first time ---- */

struct readiness_seen *readiness_acts_new(void);
void readiness_acts_free(struct readiness_seen *seen);
/* Marks the units of those who have since the last look. */
bool readiness_acts(struct readiness *x, struct err *err);

/* ---- readiness_touch.c: what a change is about ---- */

/* The units where somebody ("PractitionerRole/x" or "Practitioner/x") works. */
bool readiness_touch_person(struct readiness *x, struct store_read *r, struct str who, struct arena *arena,
                            struct err *err);

/* Marks the types of whose changes it wants to know. */
void readiness_touch_types(bool *types);
bool readiness_touch(struct readiness *x, struct store_read *r, const struct feed_change *c,
                     struct arena *arena, struct err *err);

/* ---- readiness_pause.c: the stop rules after live ---- */

/* Of a checkpoint after live, just measured: a criterion that pauses (onBreach) and is not met has a
 * DecisionCase, which is made when there is none that is open: a draft. In the job that writes the
 * checkpoint. */
bool readiness_pause(struct readiness *x, struct store_tx *tx, const struct readiness_row *row,
                     struct arena *arena, struct err *err);

/* ---- readiness_own.c: what the service reports of itself, when somebody waits for it ---- */

/* What the texts of this release lack, once. */
void readiness_own_start(struct readiness *x);
/* Is it time for a report of answer times? Ends the period that has run out; a day has READINESS_TIMES_DAY
 * reports at most, which own->reports counts. */
bool readiness_own_due(struct readiness_own *own, int64_t every_ms, uint64_t now_ns, int32_t today);
/* Has a text both languages, and are they not the same? */
bool readiness_own_both(const char *sv, const char *en);
/* At each tick: whatever is due. False with *err. */
bool readiness_own(struct readiness *x, int32_t today, struct err *err);

/* ---- readiness_measure.c ---- */

#define READINESS_RELEASE READINESS_STYR "release"

/* group[0] of a MeasureReport: value, numerator, denominator of m; false when it has none. */
bool readiness_measure_score(const struct json_doc *doc, struct readiness_measure *m);

/* ---- what is asked (api/readiness_ask.h); w->read is the caller's ---- */

/* readiness_line.c */
bool readiness_line(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
void readiness_line_number(struct json_out *o, const char *key, double value);
/* key: the day, unless it is VERDICT_NEVER. */
void readiness_line_day(struct json_out *o, const char *key, int32_t day);
void readiness_line_sum(struct json_out *o, struct verdict_sum sum);
/* Target and, when it has been measured, the value, its day and its last. */
void readiness_line_measured(struct json_out *o, const struct readiness_kept *k);
/* readiness_evaluate.c */
bool readiness_evaluate(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
/* readiness_board.c, readiness_named.c */
bool readiness_board(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
bool readiness_named(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
/* readiness_freeze.c */
bool readiness_freeze(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
bool readiness_verify(struct readiness_work *w, struct readiness_ask *ask, struct err *err);
bool readiness_open(struct readiness_work *w, struct readiness_ask *ask, struct err *err);

#endif
