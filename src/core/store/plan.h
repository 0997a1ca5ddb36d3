/* SPDX-License-Identifier: Apache-2.0
 * plan: how a search runs. A plan is compiled into the store's numbers (struct query). One condition, the
 * most selective one found by trying, gives candidates through its index (path.c); every candidate's packed
 * rows are then held against all conditions (match.c), so an index need only lead to a superset. Chains are
 * queries within queries: followed from the candidate when few are left, from the other end when that is
 * fewer. */
#ifndef HELHET_STORE_PLAN_H
#define HELHET_STORE_PLAN_H

#include "store/store_int.h"

enum {
    PLAN_CHAIN_MAX = 16,           /* queries within queries; store_sort.chain too */
    PLAN_GROUP_MAX = 64,           /* groups within groups */
    PLAN_TICKS = 256,              /* rows read between two looks at the clock */
    PLAN_CANDIDATES_MAX = 4 << 20, /* rids gathered at once; past it the search is too costly */
    PLAN_CURSOR_MAX = 1024,
};

struct query;

/* What all queries of one search share. */
struct run {
    struct store_read *r;
    struct arena *arena;
    uint64_t work;        /* resources looked at */
    uint64_t work_max;    /* 0: no bound */
    uint64_t deadline_ns; /* 0: none */
    unsigned ticks;
};

struct cmatch {
    const struct store_match *m;
    uint8_t index;         /* enum store_index */
    uint16_t param;        /* durable */
    bool never;            /* names something the store has never seen */
    int64_t key, name;     /* as in nrow; name -1: unknown */
    struct rid_list names; /* URI BELOW: names with the prefix */
    struct query *chain;
    struct map_int memo; /* chain: rid → 1 accepted, 2 not */
};

struct ccond {
    const struct store_cond *c;
    struct cmatch *any;
    size_t any_count;
    const store_rid *id; /* IDS, RIDS: rising */
    size_t id_count;
    struct query **sub; /* GROUP */
    size_t sub_count;
};

struct query {
    struct run *run;
    struct store_read *r;
    struct arena *arena;
    const struct store_plan *plan;
    const struct store_plan *of; /* whose types hold: of a group's part that of the query around it */
    int depth, group;            /* how deep in chains and in groups */
    uint16_t *type;              /* durable; NULL: all */
    size_t type_count;
    struct ccond *cond;
    size_t cond_count;
    uint16_t sort_param[STORE_SORT_MAX];
    bool never;   /* no resource can match */
    bool chained; /* some condition looks at other resources */
};

/* Compiles; everything in arena but the memos, which query_release gives back. */
bool query_compile(struct run *run, const struct store_plan *plan, int depth, struct query **out,
                   struct err *err);
void query_release(struct query *q);
/* Within the budget? One more resource is looked at. */
bool query_work(struct query *q, struct err *err);
/* Likewise: one more row of an index is read; only the clock counts. */
bool query_tick(struct query *q, struct err *err);

/* match.c: does the resource hold to all conditions? 1, 0, -1 failed. packed must stay put during the call.
 */
int match_resource(struct query *q, store_rid rid, uint16_t type, int64_t seq, struct str packed,
                   struct err *err);
/* The same for a rid alone (placeholders and deleted resources: 0); counts as work. */
int match_rid(struct query *q, store_rid rid, struct err *err);
bool match_span(uint8_t cmp, int64_t low, int64_t high, int64_t want_low, int64_t want_high);
bool match_number(uint8_t cmp, double low, double high, double want_low, double want_high);

/* path.c: candidates of one condition. */
bool path_usable(const struct ccond *c);
/* Does the path give rids in order, so that it may be read bit by bit? */
bool path_ordered(const struct ccond *c);
/* Are the candidates exactly the matches of a query with this one condition? */
bool path_exact(const struct query *q, const struct ccond *c);
/* Appends candidates with rid > after; 1 all, 0 stopped at max, -1 failed. Ordered paths stop in order. */
int path_gather(struct query *q, struct ccond *c, store_rid after, size_t max, struct rid_list *out,
                struct err *err);
/* The same without any condition: all resources of the query's types, in order. */
int path_scan(struct query *q, store_rid after, size_t max, struct rid_list *out, struct err *err);
/* What the path is, for people. */
void path_explain(const struct ccond *c, struct buf *out);

/* choose.c: one round: the usable condition with the fewest candidates, when some has no more than max; 1
 * found, 0 none, -1 failed. */
int choose_round(struct query *q, store_rid after, size_t max, struct ccond **best, struct rid_list *list,
                 struct err *err);
/* The condition to go by. *best NULL: scan. When *listed, list has all its candidates, sorted. */
bool choose_path(struct query *q, store_rid after, bool all, struct ccond **best, struct rid_list *list,
                 bool *listed, struct err *err);
/* All results of a query (a chain's) up to max; 1 all, 0 more than max, -1 failed. */
int choose_collect(struct query *q, size_t max, struct rid_list *out, struct err *err);

/* sort.c: sort values, their order and the cursor made of them. */
struct sort_value {
    bool present;
    int64_t whole;
    double real;
    struct str text;
};
struct sort_hit {
    store_rid rid;
    struct sort_value value[STORE_SORT_MAX];
};
/* The values of a resource; texts are borrowed from packed or id. */
bool sort_values(struct query *q, store_rid rid, int64_t seq, struct str id, struct str packed,
                 struct sort_hit *out, struct err *err);
int sort_cmp(const struct query *q, const struct sort_hit *a, const struct sort_hit *b);
struct str sort_cursor(const struct query *q, const struct sort_hit *hit, struct arena *arena);
bool sort_parse(const struct query *q, struct str cursor, struct arena *arena, struct sort_hit *out,
                struct err *err);
bool sort_check(const struct store_plan *plan, struct err *err);

#endif
