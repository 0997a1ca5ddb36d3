/* SPDX-License-Identifier: Apache-2.0
 * wiring: the search and the store behind it, opened and closed together, as every verb needs them; the text
 * index for those that search by text. */
#ifndef HELHET_APP_WIRING_H
#define HELHET_APP_WIRING_H

#include <stdatomic.h>

#include "search/search.h"
#include "terms/terms.h"
#include "words/words.h"

struct wiring {
    struct search *search;
    struct store *store;
    struct terms *terms;
    struct words *words; /* wiring_words: NULL until then */
    struct words_hook hook;
};

/* create: makes the folder and an empty store when absent. On failure nothing stays open. A store whose index
 * rows come from another model is refused unless stale is allowed (reindex). */
bool wiring_open(struct wiring *w, const char *dir, bool create, bool stale, struct err *err);
/* Opens the text index in the same folder and gives it to the search. w must not move from then on. */
bool wiring_words(struct wiring *w, const char *dir, struct err *err);
void wiring_close(struct wiring *w);

/* Whether ^C or SIGTERM came; the first one sets it, a second one ends the process at once. */
extern atomic_bool wiring_stopped;
/* Installs the handlers of SIGINT and SIGTERM. */
void wiring_catch_stop(void);

#endif
