/* SPDX-License-Identifier: Apache-2.0
 * words: the text index behind _text, _content and :text (R4 3.1.1.4.6, 3.1.1.5.5). A file of its own beside
 * the store's (words.db, SQLite FTS5) with a writing thread of its own, which follows the store's log: the
 * record's writer pays nothing. What the index holds and how far it has come change in one transaction, so a
 * kill at any moment loses and repeats nothing. The file can be deleted while nothing runs: it is made anew.
 *
 * Every version that was current at some commit can be found as of that commit, so that pages stay as they
 * began; versions long superseded are tidied away.
 *
 * Threads: words_find from any; open and close from one, inside store_open and store_close. */
#ifndef HELHET_WORDS_WORDS_H
#define HELHET_WORDS_WORDS_H

#include "search/search.h"
#include "store/store.h"

enum {
    WORDS_FORMAT = 1,          /* of the file and of what text is taken; another one is made anew */
    WORDS_WORD_MAX = 64,       /* bytes of a word; the rest of a longer one is not told apart */
    WORDS_QUERY_MAX = 8192,    /* bytes of a query */
    WORDS_TERMS_MAX = 1000,    /* words and phrases of one query */
    WORDS_DEPTH_MAX = 16,      /* parentheses */
    WORDS_HITS_MAX = 1 << 20,  /* resources one query may give; past it ERR_SEARCH_LIMIT */
    WORDS_WAIT_MS = 1000,      /* a search waits so long for the index to catch up */
    WORDS_VERIFY_MAX = 100000, /* bodies read for one :text; past it ERR_SEARCH_BUDGET */
    WORDS_FIND_MS = 5000,      /* one query's time; past it ERR_WORDS_SLOW */
};

struct words;

/* Opens or makes dir/words.db and starts to follow. The file of another store, format or model is made anew,
 * a damaged one too. Borrows s until words_close. */
struct words *words_open(const char *dir, struct store *s, struct err *err);
/* Stops following (where it was goes on next time). NULL is fine. */
void words_close(struct words *w);

enum words_where {
    WORDS_NARRATIVE, /* Narrative.div of the resource */
    WORDS_ALL,       /* that, and every string, markdown and code, and attachments of type text/… */
};

struct words_ask {
    struct str query; /* words all of which must occur; "phrases"; a* for words that begin so; OR; -word and
                       * NOT; AND and parentheses where wanted. The operators in capitals; between two
                       * operands "and" and "or" will do */
    bool start;       /* query is plain text instead: its words in order, the last perhaps only begun */
    enum words_where where;
    const uint16_t *types; /* build ids; NULL: all */
    size_t type_count;
    int64_t seq; /* as of this commit */
    bool score;  /* fill score */
    /* Hits that are not to be kept are as if they were not there: neither limits nor scores tell of them.
     * NULL: all are. False fails the query with *err. */
    bool (*keep)(void *arg, store_rid rid, bool *keep, struct err *err);
    void *keep_arg;
};

struct words_hits {
    store_rid *rid;    /* ascending; arrays in arena */
    uint32_t *version; /* the one that was current */
    double *score;     /* 0..1, the best is 1: BM25 with its statistics taken over the hits, so that a page
                        * ranks as its first one did whatever is written meanwhile; NULL unless asked */
    size_t count;
};

/* ERR_WORDS_SYNTAX with the column (1-based, in characters of query) and what was expected there;
 * ERR_WORDS_BEHIND (with the percentage) when the index has not reached ask.seq in time;
 * ERR_SEARCH_PAGE_OLD when what was current then is tidied away. */
bool words_find(struct words *w, const struct words_ask *ask, struct arena *arena, struct words_hits *out,
                struct err *err);
/* Is the query well formed? Needs no index. */
bool words_query_valid(struct str query, struct err *err);

struct words_status {
    bool present; /* there is an index at all */
    int64_t seq;  /* followed so far; the store is at store_seq */
    int64_t store_seq;
    uint64_t docs;       /* current resources with text */
    uint64_t superseded; /* older versions kept for pages */
    uint64_t bytes;      /* on disk */
    uint64_t behind;     /* words_check: changes of the store that are not followed yet; no fault */
    uint64_t faults;     /* words_check: documents that are not the store's current ones */
    bool failing;        /* the last attempt to go on failed */
};
void words_status(struct words *w, struct words_status *out);
/* The same from the file, without following: for check. Verifies FTS5's own structure and that what counts as
 * current is. An index that is absent or another store's is no error: present is then false. */
bool words_check(const char *dir, struct store *s, struct words_status *out, struct err *err);

/* What search_set_words takes. Borrows the hook, which must outlive the search. */
struct words_hook {
    struct words *words;
    struct search *search;
};
struct search_words words_for_search(struct words_hook *hook);

#endif
