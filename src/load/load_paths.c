/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

enum { LOAD_PATHS_FIRST = 64 };

static const char *const load_paths_endings[] = {".json", ".ndjson", ".xml", ".gz", ".bz2", NULL};

/* The list under way. */
struct load_paths_list {
    struct arena *arena;
    struct load_path *item;
    size_t count, cap;
};

static bool load_paths_wanted(const FTSENT *f)
{
    struct str name = str_of(f->fts_name);
    if (f->fts_level == FTS_ROOTLEVEL)
        return true; /* named by the user: whatever it is called */
    for (const char *const *e = load_paths_endings; *e; e++)
        if (str_ends(name, str_of(*e)))
            return true;
    return false;
}

static bool load_paths_add(struct load_paths_list *l, const FTSENT *f, struct err *err)
{
    if (l->count == LOAD_PATHS_MAX)
        return err_set(err, ERR_IO, f->fts_path, "> 1000000", NULL);
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : LOAD_PATHS_FIRST;
        l->item = arena_grow(l->arena, l->item, l->cap, cap, sizeof *l->item);
        l->cap = cap;
    }
    l->item[l->count++] = (struct load_path){
        .path = arena_cstr(l->arena, str_of(f->fts_path)),
        .bytes = f->fts_statp->st_size > 0 ? (uint64_t)f->fts_statp->st_size : 0,
    };
    return true;
}

static int load_paths_order(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* One thing that fts met. Folders that cannot be read and loops of links are errors: nothing is left out
 * silently. */
static bool load_paths_met(struct load_paths_list *l, const FTSENT *f, struct err *err)
{
    switch (f->fts_info) {
    case FTS_F:
    case FTS_DEFAULT:
        return !load_paths_wanted(f) || load_paths_add(l, f, err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
    case FTS_SLNONE:
        return err_set(err, ERR_IO, f->fts_path, strerror(f->fts_errno ? f->fts_errno : ENOENT), NULL);
    case FTS_DC:
        return err_set(err, ERR_IO, f->fts_path, strerror(ELOOP), NULL);
    default:
        return true;
    }
}

static bool load_paths_walk(struct load_paths_list *l, char *path, struct err *err)
{
    char *const roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, load_paths_order);
    if (!walk)
        return err_set(err, ERR_IO, path, strerror(errno), NULL);
    bool ok = true;
    for (FTSENT *f; ok && (f = fts_read(walk));)
        ok = load_paths_met(l, f, err);
    fts_close(walk);
    return ok;
}

bool load_paths(char *const *paths, size_t count, struct arena *arena, struct load_path **out,
                size_t *out_count, struct err *err)
{
    struct load_paths_list l = {.arena = arena};
    for (size_t i = 0; i < count; i++)
        if (!load_paths_walk(&l, paths[i], err))
            return false;
    *out = l.item;
    *out_count = l.count;
    return true;
}
