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

static bool follow_fill(struct store_read *r, int64_t seq, const struct change *c, struct store_followed *out,
                        struct err *err)
{
    static const char letters[] = "CUD?";
    struct arena_mark mark = arena_mark(&r->arena);
    *out =
        (struct store_followed){.rid = c->rid, .version = c->version, .seq = seq, .op = letters[c->op & 3]};
    out->type = number_build(&r->s->types, c->type);
    bool ok = follow_until(r, c->rid, c->version, &out->until, err);
    arena_rewind(&r->arena, mark);
    return ok;
}

bool store_follow(struct store_read *r, struct store_place *place, struct arena *arena,
                  struct store_followed **out, size_t *count, struct err *err)
{
    struct str data;
    struct change *list;
    struct arena_mark mark = arena_mark(&r->arena);
    /* The log's parts count from 0, and a place is after its own. */
    int64_t seq = place->seq, part = place->seq ? place->part : -1;
    *count = 0;
    int rc = change_after(r, &seq, &part, &r->arena, &data, err);
    bool ok = rc >= 0 && (rc == 0 || change_decode(data, &r->arena, &list, count, err));
    if (ok && *count) {
        *out = arena_alloc(arena, *count * sizeof **out);
        ok = *out || err_set(err, ERR_NO_MEMORY, NULL);
        for (size_t i = 0; ok && i < *count; i++)
            ok = follow_fill(r, seq, &list[i], &(*out)[i], err);
        *place = (struct store_place){seq, part};
    }
    arena_rewind(&r->arena, mark);
    return ok;
}

static bool touches(const struct store_read *r, const struct change *c, const uint16_t *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c->type == number_durable(&r->s->types, types[i]))
            return true;
    return false;
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
        int rc = change_after(r, &seq, &part, &r->arena, &data, err);
        ok = rc >= 0 && (rc == 0 || change_decode(data, &r->arena, &list, &changes, err));
        if (rc == 0)
            break;
        for (size_t i = 0; ok && i < changes && !*touched; i++)
            *touched = touches(r, &list[i], types, count);
        *touched = *touched || n == FOLLOW_PARTS_MAX;
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
    return read_shown_version(r, rid, version, arena, out, err);
}

bool store_read_in_job(const struct store_read *r)
{
    return r->in_job;
}
