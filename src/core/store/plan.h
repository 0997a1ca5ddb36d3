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
    PLAN_ORDER_MIN = 9,            /* alternatives that are worth putting in order */
    PLAN_MERGE_MAX = 64,           /* results of a chain whose referrers are merged in order */
    PLAN_TICKS = 256,              /* rows read between two looks at the clock */
    PLAN_CANDIDATES_MAX = 4 << 20, /* rids gathered at once; past it the search is too costly */
    PLAN_CURSOR_MAX = 2048,
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
    /* for store_explain: how the page was found, and what the plan's own conditions left to choose */
    const char *how;
    const struct store_cond *lead; /* whose candidates were gone through; NULL: a scan */
    bool listed;                   /* all of them at once */
};

struct past_ref {
    store_rid target, rid;
};

struct cmatch {
    const struct store_match *m;
    uint8_t index;         /* enum store_index */
    uint16_t param;        /* durable */
    bool never;            /* names something the store has never seen */
    bool masked;           /* its rows are as if absent on masked resources */
    int64_t key, name;     /* as in nrow; name -1: unknown */
    struct rid_list names; /* URI BELOW: names with the prefix */
    struct query *chain;
    struct map_int memo; /* chain: rid → 1 accepted, 2 not */
    /* chain: all its results once they are gathered, and of a reverse one all they point at; rising */
    struct rid_list result, target;
    bool result_known, target_known;
    bool result_tried;     /* reverse: too many to be worth gathering for comparing */
    struct past_ref *past; /* reverse, pinned: what changed resources pointed at, by target */
    size_t past_count;
    bool past_known;
};

struct ccond {
    const struct store_cond *c;
    struct cmatch *any;
    size_t any_count;
    struct cmatch **order; /* of many alternatives: those found by (index, param, value) first, by it */
    size_t order_found;
    const store_rid *id; /* IDS, RIDS: rising */
    size_t id_count;
    struct query **sub; /* GROUP */
    size_t sub_count;
};

/* sort.c: sort values, their order and the cursor made of them. Texts are compared by their first
 * SORT_TEXT_MAX bytes; what is equal so far goes by rid, so that a cursor can hold all that decides. */
enum { SORT_TEXT_MAX = 200 };
struct sort_value {
    bool present;
    int64_t whole;
    double real;
    struct str text;
    char *room; /* SORT_TEXT_MAX bytes that text may move to; find.c's */
};
struct sort_hit {
    store_rid rid;
    struct sort_value value[STORE_SORT_MAX];
};

/* A sort; of one with a chain what the targets' values are is remembered. */
struct csort {
    const struct store_sort *s;
    uint16_t param, target; /* durable */
    struct csort *chain;
    bool masked;         /* masked resources have no such value, as far as is seen */
    struct map_int memo; /* target → place in known + 1 */
    struct sort_value *known;
    size_t count, cap;
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
    struct csort *sort[STORE_SORT_MAX];
    struct rid_list past; /* pinned: what has changed since (pin_list) */
    bool past_known;
    bool never;               /* no resource can match */
    bool chained;             /* some condition looks at other resources */
    bool whole;               /* everything of its types is seen: what an index says is the answer */
    bool masked, sort_masked; /* some condition, or sort, looks at rows that a view masks */
};

/* Compiles; everything in arena but the memos, which query_release gives back. */
bool query_compile(struct run *run, const struct store_plan *plan, int depth, struct query **out,
                   struct err *err);
void query_release(struct query *q);
/* Within the budget? One more resource is looked at. */
bool query_work(struct query *q, struct err *err);
/* Likewise: one more row of an index is read; only the clock counts. */
bool query_tick(struct query *q, struct err *err);
/* Is the search pinned to a commit after which something of the query's types has changed? 1, 0, -1 failed.
 */
int query_past(struct query *q, struct err *err);

/* Are the candidates of the query's only condition just its matches, none of them changed since the pin, and
 * all of them to be seen? 1, 0, -1 failed. */
int query_exact(struct query *q, struct err *err);

/* match.c: does the resource hold to all conditions? 1, 0, -1 failed. packed must stay put during the call.
 */
int match_resource(struct query *q, store_rid rid, uint16_t type, int64_t seq, struct str packed,
                   struct err *err);
/* The same for a rid alone (placeholders and deleted resources: 0); counts as work. */
int match_rid(struct query *q, store_rid rid, struct err *err);
/* The same for what pin_read has read (head exists); not counted as work. */
int match_head(struct query *q, store_rid rid, const struct pin_state *head, struct err *err);
/* Is rid one of an IDS or RIDS condition's, and at which place? */
bool match_in(const struct ccond *c, store_rid rid, size_t *at);
/* Puts many alternatives in order. */
bool match_order(struct query *q, struct ccond *c, struct err *err);
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
/* A forward chain that leads to few, exactly: they are gathered, and what refers to them can be read in
 * order. */
bool path_few(struct ccond *c, struct err *err);
/* What the path is, for people. */
void path_explain(const struct ccond *c, struct buf *out);

/* find.c: store_search with what is shared made by the caller. */
bool find_search(struct run *run, const struct store_plan *plan, struct store_hits *out, struct err *err);

/* choose.c: one round: the usable condition with the fewest candidates, when some has no more than max; 1
 * found, 0 none, -1 failed. */
int choose_round(struct query *q, store_rid after, size_t max, struct ccond **best, struct rid_list *list,
                 struct err *err);
/* How many conditions have a path. */
size_t choose_usable(const struct query *q);
/* The condition to go by. *best NULL: scan, unless all are wanted at first only, while there is hope that it
 * fills the page sooner than a long list is made. When *listed, list has all its candidates, sorted. */
bool choose_path(struct query *q, store_rid after, bool all, struct ccond **best, struct rid_list *list,
                 bool *listed, struct err *err);
/* All results of a query (a chain's) up to max; 1 all, 0 more than max, -1 failed. */
int choose_collect(struct query *q, size_t max, struct rid_list *out, struct err *err);

/* What the plan sorts by, checked, in q->sort. */
bool sort_compile(struct query *q, struct err *err);
void sort_release(struct csort *s);
/* The values of a resource; texts are borrowed from head or lie in the reader's arena. */
bool sort_values(struct query *q, store_rid rid, const struct pin_state *head, struct sort_hit *out,
                 struct err *err);
int sort_cmp(const struct query *q, const struct sort_hit *a, const struct sort_hit *b);
/* Is the query sorted by score? A resource's is the sum of what the plan's RIDS conditions give it. */
bool sort_scored(const struct query *q);
double sort_score(const struct query *q, store_rid rid);
struct str sort_cursor(const struct query *q, int64_t seq, const struct sort_hit *hit, struct arena *arena);
bool sort_parse(const struct query *q, struct str cursor, struct arena *arena, int64_t *seq,
                struct sort_hit *out, struct err *err);

#endif
