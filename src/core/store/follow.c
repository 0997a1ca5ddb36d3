/* SPDX-License-Identifier: Apache-2.0
 * Following the log of changes forwards. */
#include "base/os.h"
#include "store/change.h"

enum { FOLLOW_PARTS_MAX = 2000 }; /* parts of the log that store_touched looks through */

/* The commit of version + 1 of rid, 0 when version is the current one. */
static bool follow_until(struct store_read *r, store_rid rid, uint32_t version, int64_t *until,
                         struct err *err)
{
    struct store_version current;
    *until = 0;
    enum store_found found = read_current(r, rid, false, &r->arena, &current, err);
    if (found == STORE_FAILED || found == STORE_ABSENT)
        return found == STORE_ABSENT ? err_set(err, ERR_STORE_CORRUPT, "a followed resource is missing", NULL)
                                     : false;
    if (current.version <= version + 1) {
        *until = current.version > version ? current.seq : 0;
        return true;
    }
    sqlite3_stmt *st = db_get(r->db, DB_HIST_GET, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    sqlite3_bind_int64(st, 2, version + 1);
    int rc = db_step(r->db, st, err);
    *until = rc > 0 ? sqlite3_column_int64(st, 1) : 0;
    sqlite3_reset(st);
    return rc > 0 || (rc == 0 && err_set(err, ERR_STORE_CORRUPT, "a followed version is missing", NULL));
}

/* Is the version seen? 1, 0, -1 failed. */
static int follow_seen(struct store_read *r, store_rid rid, uint32_t version, int64_t *seq, struct err *err)
{
    struct store_version v;
    struct arena_mark mark = arena_mark(&r->arena);
    enum store_found found = read_shown_version(r, rid, version, false, &r->arena, &v, err);
    arena_rewind(&r->arena, mark);
    *seq = v.seq;
    return found == STORE_FAILED ? -1 : found != STORE_ABSENT;
}

/* With a view: the commit of the next version that is seen. */
static bool follow_until_seen(struct store_read *r, store_rid rid, uint32_t version, int64_t *until,
                              struct err *err)
{
    struct store_version current;
    int64_t seq;
    int seen = 0;
    *until = 0;
    if (read_current(r, rid, false, &r->arena, &current, err) == STORE_FAILED)
        return false;
    for (uint32_t v = version + 1; v <= current.version && seen == 0; v++) {
        seen = follow_seen(r, rid, v, &seq, err);
        *until = seen > 0 ? seq : 0;
    }
    return seen >= 0;
}

/* 1, 0 it is not seen, -1 failed. */
static int follow_fill(struct store_read *r, int64_t seq, const struct change *c, struct store_followed *out,
                       struct err *err)
{
    static const char letters[] = "CUD?";
    struct arena_mark mark = arena_mark(&r->arena);
    int64_t unused;
    int seen = r->sight.on ? follow_seen(r, c->rid, c->version, &unused, err) : 1;
    *out =
        (struct store_followed){.rid = c->rid, .version = c->version, .seq = seq, .op = letters[c->op & 3]};
    out->type = number_build(&r->s->types, c->type);
    if (seen > 0 &&
        !(r->sight.on ? follow_until_seen : follow_until)(r, c->rid, c->version, &out->until, err))
        seen = -1;
    arena_rewind(&r->arena, mark);
    return seen;
}

/* The next part; 1, 0 it was the end, -1 failed. Those of it that are not seen are left out. */
static int follow_part(struct store_read *r, struct store_place *place, struct arena *arena,
                       struct store_followed **out, size_t *count, struct err *err)
{
    struct str data;
    struct change *list;
    /* The log's parts count from 0, and a place is after its own. */
    int64_t seq = place->seq, part = place->seq ? place->part : -1;
    size_t n = 0;
    *count = 0;
    int rc = change_after(r, &seq, &part, &r->arena, &data, err);
    if (rc <= 0)
        return rc;
    *out = change_decode(data, &r->arena, &list, &n, err) ? arena_alloc(arena, (n + 1) * sizeof **out) : NULL;
    if (!*out)
        return n ? (err_set(err, ERR_NO_MEMORY, NULL), -1) : -1;
    for (size_t i = 0; i < n; i++) {
        int seen = follow_fill(r, seq, &list[i], &(*out)[*count], err);
        if (seen < 0)
            return -1;
        *count += (size_t)seen;
    }
    *place = (struct store_place){seq, part};
    return 1;
}

bool store_follow(struct store_read *r, struct store_place *place, struct arena *arena,
                  struct store_followed **out, size_t *count, struct err *err)
{
    int rc;
    do {
        struct arena_mark mark = arena_mark(&r->arena);
        rc = follow_part(r, place, arena, out, count, err);
        arena_rewind(&r->arena, mark);
    } while (rc > 0 && *count == 0);
    return rc >= 0;
}

/* 1, 0, -1 failed. */
static int touches(struct store_read *r, const struct change *c, const uint16_t *types, size_t count,
                   struct err *err)
{
    int64_t unused;
    bool typed = false;
    for (size_t i = 0; i < count && !typed; i++)
        typed = c->type == number_durable(&r->s->types, types[i]);
    if (!typed || sight_whole(r, c->type))
        return typed;
    return follow_seen(r, c->rid, c->version, &unused, err);
}

bool store_touched(struct store_read *r, int64_t after_seq, const uint16_t *types, size_t count,
                   bool *touched, struct err *err)
{
    int64_t seq = after_seq, part = INT64_MAX;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = true;
    *touched = false;
    for (unsigned n = 0; ok && !*touched; n++) {
        struct str data;
        struct change *list;
        size_t changes = 0;
        int rc = change_after(r, &seq, &part, &r->arena, &data, err), yes = 0;
        ok = rc >= 0 && (rc == 0 || change_decode(data, &r->arena, &list, &changes, err));
        if (rc == 0)
            break;
        for (size_t i = 0; ok && i < changes && yes == 0; i++)
            yes = touches(r, &list[i], types, count, err);
        ok = ok && yes >= 0;
        *touched = yes > 0 || n == FOLLOW_PARTS_MAX;
        arena_rewind(&r->arena, mark);
    }
    return ok;
}

bool store_seq_mark(struct store_read *r, int64_t seq, uint64_t *mark, struct err *err)
{
    *mark = 0;
    sqlite3_stmt *st = db_get(r->db, DB_COMMIT_GET, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, seq);
    int rc = db_step(r->db, st, err);
    struct str hash = rc > 0 ? db_column_blob(st, 4) : (struct str){NULL, 0};
    if (hash.n >= sizeof *mark)
        memcpy(mark, hash.p, sizeof *mark);
    sqlite3_reset(st);
    return rc >= 0;
}

enum store_found store_get_rid_version(struct store_read *r, store_rid rid, uint32_t version,
                                       struct arena *arena, struct store_version *out, struct err *err)
{
    return read_shown_version(r, rid, version, true, arena, out, err);
}

bool store_read_in_job(const struct store_read *r)
{
    return r->in_job;
}
