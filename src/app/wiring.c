/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wiring.h"

#include <signal.h>

#include "search/own.h"

atomic_bool wiring_stopped;

bool wiring_open(struct wiring *w, const char *dir, bool create, bool stale, struct err *err)
{
    *w = (struct wiring){.search = search_new(err)};
    if (!w->search)
        return false;
    struct store_options opt = {
        .dir = dir,
        .create = create,
        .schema = search_schema(w->search),
        .hooks = search_hooks(w->search),
    };
    w->store = store_open(&opt, err);
    if (!w->store) {
        wiring_close(w);
        return false;
    }
    search_set_key(w->search, store_hash_key(w->store));
    w->terms = terms_new(w->search, err);
    bool ok = w->terms &&
              (!store_needs_reindex(w->store) || stale || err_set(err, ERR_STORE_STALE, dir, NULL)) &&
              own_load(w->search, w->store, err);
    if (!ok) {
        wiring_close(w);
        return false;
    }
    struct search_terms terms = terms_for_search(w->terms);
    search_set_terms(w->search, &terms);
    return true;
}

bool wiring_words(struct wiring *w, const char *dir, struct err *err)
{
    w->words = words_open(dir, w->store, err);
    if (!w->words)
        return false;
    w->hook = (struct words_hook){w->words, w->search};
    struct search_words words = words_for_search(&w->hook);
    search_set_words(w->search, &words);
    return true;
}

void wiring_close(struct wiring *w)
{
    own_index_stop(w->search);
    words_close(w->words);
    store_close(w->store);
    terms_free(w->terms);
    search_free(w->search);
    *w = (struct wiring){0};
}

static void wiring_on_signal(int signal_number)
{
    /* The second one takes the default way out: someone is in a hurry. */
    signal(signal_number, SIG_DFL);
    atomic_store(&wiring_stopped, true);
}

void wiring_catch_stop(void)
{
    struct sigaction act = {.sa_handler = wiring_on_signal};
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}
