/* SPDX-License-Identifier: Apache-2.0
 * Snapshots and reading one resource. */
#include <stdlib.h>

#include "base/os.h"
#include "store/store_int.h"

/* ---- snapshots ---- */

bool read_init(struct store_read *r, struct store *s, struct db *db, struct err *err)
{
    *r = (struct store_read){.s = s, .db = db ? db : &r->own, .seq = -1, .in_job = db != NULL};
    buf_init(&r->scratch, ZSTD_COMPRESSBOUND(STORE_BODY_MAX) + 8);
    arena_init(&r->arena);
    arena_limit(&r->arena, STORE_ARENA_MAX);
    pin_init(&r->pin);
    sight_init(&r->sight);
    memset(r->times, 0xFF, sizeof r->times);
    r->dctx = ZSTD_createDCtx();
    if (!r->dctx)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return db || db_open(&r->own, s->path, false, false, s->cache_kib / 4, err);
}

void read_release(struct store_read *r)
{
    if (r->db == &r->own)
        db_close(&r->own);
    ZSTD_freeDCtx(r->dctx);
    buf_release(&r->scratch);
    arena_release(&r->arena);
    pin_release(&r->pin);
    sight_release(&r->sight);
}

static struct store_read *read_new(struct store *s, struct err *err)
{
    struct store_read *r = os_alloc(sizeof *r);
    if (!r)
        err_set(err, ERR_NO_MEMORY, NULL);
    else if (!read_init(r, s, NULL, err)) {
        read_release(r);
        os_free(r);
        r = NULL;
    }
    return r;
}

static struct store_read *read_take(struct store *s, bool *make)
{
    pthread_mutex_lock(&s->read_lock);
    while (!s->free_reads && s->reads >= STORE_READERS_MAX)
        pthread_cond_wait(&s->read_free, &s->read_lock);
    struct store_read *r = s->free_reads;
    if (r)
        s->free_reads = r->next;
    else
        s->reads++;
    *make = !r;
    pthread_mutex_unlock(&s->read_lock);
    return r;
}

/* Ends the snapshot; r is the caller's, or free with the lock held. */
static void read_leave(struct store_read *r)
{
    db_run(r->db, db_get(r->db, DB_COMMIT, NULL), NULL);
    r->open = false;
}

static void read_give(struct store *s, struct store_read *r)
{
    pthread_mutex_lock(&s->read_lock);
    if (r) {
        if (s->read_part && r->open)
            read_leave(r);
        r->next = s->free_reads;
        s->free_reads = r;
    } else {
        s->reads--;
    }
    pthread_cond_signal(&s->read_free);
    pthread_mutex_unlock(&s->read_lock);
}

void read_part(struct store *s, bool part)
{
    pthread_mutex_lock(&s->read_lock);
    s->read_part = part;
    for (struct store_read *r = s->free_reads; r; r = r->next)
        if (r->open)
            read_leave(r);
    pthread_mutex_unlock(&s->read_lock);
}

/* The snapshot that r has kept serves as long as nothing has been committed since: beginning anew costs locks
 * and system calls, more than reading a resource does. An error may have ended it (autocommit). */
static bool read_enter(struct store_read *r, struct err *err)
{
    uint64_t commits = atomic_load(&r->s->db.commits);
    if (r->open && r->commits == commits && !sqlite3_get_autocommit(r->db->h))
        return true;
    if (r->open)
        read_leave(r);
    r->seq = -1;
    r->commits = commits;
    r->open = db_run(r->db, db_get(r->db, DB_SNAPSHOT, err), err);
    return r->open;
}

struct store_read *store_read_begin(struct store *s, struct err *err)
{
    bool make;
    struct store_read *r = read_take(s, &make);
    if (make)
        r = read_new(s, err);
    if (!r || !read_enter(r, err)) {
        read_give(s, r);
        return NULL;
    }
    return r;
}

void store_read_end(struct store_read *r)
{
    if (!r)
        return;
    OS_ASSERT(!r->in_job && !r->sight.asking);
    arena_reset(&r->arena);
    pin_forget(&r->pin);
    sight_forget(&r->sight);
    read_give(r->s, r);
}

void read_close_all(struct store *s)
{
    while (s->free_reads) {
        struct store_read *r = s->free_reads;
        s->free_reads = r->next;
        s->reads--;
        read_release(r);
        os_free(r);
    }
    OS_ASSERT(s->reads == 0);
}

int64_t store_read_seq(struct store_read *r)
{
    if (r->seq >= 0 && !r->in_job)
        return r->seq;
    sqlite3_stmt *st = db_get(r->db, DB_COMMIT_LAST, NULL);
    r->seq = st && db_step(r->db, st, NULL) > 0 ? sqlite3_column_int64(st, 0) : 0;
    if (st)
        sqlite3_reset(st);
    return r->seq;
}

void store_read_pin(struct store_read *r, int64_t seq)
{
    OS_ASSERT(!r->in_job && !r->sight.asking);
    pin_set(&r->pin, seq > 0 && seq < store_read_seq(r) ? seq : PIN_NOW);
}

int64_t store_read_as_of(struct store_read *r)
{
    return r->pin.seq != PIN_NOW ? r->pin.seq : store_read_seq(r);
}

/* ---- lookups ---- */

void read_bind_id(sqlite3_stmt *st, int at, struct str id, unsigned char packed[ID_PACKED])
{
    if (id_pack(id, packed))
        sqlite3_bind_blob(st, at, packed, ID_PACKED, SQLITE_STATIC);
    else
        sqlite3_bind_text64(st, at, id.p ? id.p : "", id.n, SQLITE_STATIC, SQLITE_UTF8);
}

struct str read_column_id(sqlite3_stmt *st, int at, struct arena *arena)
{
    bool packed = sqlite3_column_type(st, at) == SQLITE_BLOB;
    struct str s = db_column_blob(st, at);
    if (!packed || s.n != ID_PACKED)
        return arena_str(arena, s);
    char *text = arena_alloc(arena, ID_UUID_TEXT + 1);
    if (!text)
        return (struct str){NULL, 0};
    id_unpack((const unsigned char *)s.p, text);
    text[ID_UUID_TEXT] = 0;
    return (struct str){text, ID_UUID_TEXT};
}

bool read_key(struct store_read *r, uint16_t type, struct str id, store_rid *rid, struct err *err)
{
    unsigned char packed[ID_PACKED];
    sqlite3_stmt *st = db_get(r->db, DB_KEY_GET, err);
    if (!st)
        return false;
    read_bind_id(st, 1, id, packed);
    sqlite3_bind_int64(st, 2, type);
    int rc = db_step(r->db, st, err);
    *rid = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_reset(st);
    return rc >= 0;
}

bool read_name(struct store_read *r, struct str text, int64_t *id, struct err *err)
{
    *id = 0;
    if (text.n == 0)
        return true;
    sqlite3_stmt *st = db_get(r->db, DB_NAME_GET, err);
    if (!st)
        return false;
    db_bind_blob(st, 1, text);
    int rc = db_step(r->db, st, err);
    *id = rc > 0 ? sqlite3_column_int64(st, 0) : -1;
    sqlite3_reset(st);
    return rc >= 0;
}

bool read_time(struct store_read *r, int64_t seq, int64_t *time_ms, struct err *err)
{
    size_t at = (size_t)seq % STORE_TIMES;
    if (r->times[at].seq == seq) {
        *time_ms = r->times[at].time_ms;
        return true;
    }
    sqlite3_stmt *st = db_get(r->db, DB_COMMIT_TIME, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, seq);
    int rc = db_step(r->db, st, err);
    *time_ms = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_reset(st);
    if (rc > 0 && !r->in_job) {
        r->times[at].seq = seq;
        r->times[at].time_ms = *time_ms;
    }
    return rc >= 0;
}

static char read_op(int op)
{
    static const char letters[] = "CUD?";
    return letters[op & 3];
}

static bool read_body(struct store_read *r, struct str packed, struct arena *arena, struct str *body,
                      struct err *err)
{
    return dict_unpack(&r->s->dicts, r->dctx, &r->scratch, packed, STORE_BODY_MAX, arena, body, err);
}

/* Columns type, id, version, seq, op, rows[, body] of st into out. */
static enum store_found read_columns(struct store_read *r, sqlite3_stmt *st, bool body, struct arena *arena,
                                     struct store_version *out, struct err *err)
{
    int op = sqlite3_column_int(st, 4);
    out->type = number_build(&r->s->types, (uint16_t)sqlite3_column_int(st, 0));
    out->version = (uint32_t)sqlite3_column_int64(st, 2);
    out->seq = sqlite3_column_int64(st, 3);
    out->op = read_op(op);
    out->id = read_column_id(st, 1, arena);
    if (!out->id.p) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return STORE_FAILED;
    }
    if (out->version == 0)
        return STORE_ABSENT;
    if (op == OP_DELETED)
        return STORE_DELETED;
    if (body && !read_body(r, db_column_blob(st, 6), arena, &out->body, err))
        return STORE_FAILED;
    return STORE_FOUND;
}

/* Columns version, seq, op, body of the history into out, which has the rest. */
static enum store_found read_old_columns(struct store_read *r, sqlite3_stmt *st, bool body,
                                         struct arena *arena, struct store_version *out, struct err *err)
{
    int op = sqlite3_column_int(st, 2);
    out->version = (uint32_t)sqlite3_column_int64(st, 0);
    out->seq = sqlite3_column_int64(st, 1);
    out->op = read_op(op);
    body = body && op != OP_DELETED;
    bool ok = !body || read_body(r, db_column_blob(st, 3), arena, &out->body, err);
    sqlite3_reset(st);
    if (!ok || !read_time(r, out->seq, &out->time_ms, err))
        return STORE_FAILED;
    return op == OP_DELETED ? STORE_DELETED : STORE_FOUND;
}

/* An old version of the resource that out describes: which has (rid, at) as its keys. */
static enum store_found read_old(struct store_read *r, enum db_stmt which, int64_t at, bool body,
                                 struct arena *arena, struct store_version *out, struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, which, err);
    if (!st)
        return STORE_FAILED;
    sqlite3_bind_int64(st, 1, out->rid);
    sqlite3_bind_int64(st, 2, at);
    int rc = db_step(r->db, st, err);
    if (rc > 0)
        return read_old_columns(r, st, body, arena, out, err);
    out->version = 0;
    return rc < 0 ? STORE_FAILED : STORE_ABSENT;
}

enum store_found read_current(struct store_read *r, store_rid rid, bool body, struct arena *arena,
                              struct store_version *out, struct err *err)
{
    *out = (struct store_version){.rid = rid};
    sqlite3_stmt *st = db_get(r->db, body ? DB_RES_GET : DB_RES_HEAD, err);
    if (!st)
        return STORE_FAILED;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    if (rc <= 0)
        return rc < 0 ? STORE_FAILED : STORE_ABSENT;
    bool past = sqlite3_column_int64(st, 3) > r->pin.seq;
    enum store_found found = read_columns(r, st, body && !past, arena, out, err);
    sqlite3_reset(st);
    if (past && found != STORE_FAILED)
        return read_old(r, DB_HIST_ASOF, r->pin.seq, body, arena, out, err);
    if ((found == STORE_FOUND || found == STORE_DELETED) && !read_time(r, out->seq, &out->time_ms, err))
        return STORE_FAILED;
    return found;
}

enum store_found read_version(struct store_read *r, store_rid rid, uint32_t version, struct arena *arena,
                              struct store_version *out, struct err *err)
{
    enum store_found found = read_current(r, rid, false, arena, out, err);
    if (found == STORE_FAILED || found == STORE_ABSENT)
        return found;
    if (out->version == version)
        return found == STORE_FOUND ? read_current(r, rid, true, arena, out, err) : found;
    if (out->version < version)
        return STORE_ABSENT;
    return read_old(r, DB_HIST_GET, version, true, arena, out, err);
}

/* ---- through the view ---- */

static enum store_found read_hidden(struct store_read *r, struct store_version *out)
{
    sight_withhold(r);
    *out = (struct store_version){.rid = out->rid};
    return STORE_ABSENT;
}

enum store_found read_judged(struct store_read *r, enum store_found found, bool body, struct arena *arena,
                             struct store_version *out, struct err *err)
{
    enum store_sight sight;
    if (!r->sight.on)
        return found;
    if (found == STORE_ABSENT) /* not here, or not yet: told apart from hidden by nothing */
        *out = (struct store_version){.rid = out->rid};
    if (found != STORE_FOUND && found != STORE_DELETED)
        return found;
    if (!sight_version(r, out, body && found == STORE_FOUND, &sight, err))
        return STORE_FAILED;
    if (sight == STORE_HIDDEN)
        return read_hidden(r, out);
    if (!body)
        out->body = (struct str){NULL, 0};
    else if (sight == STORE_MASKED && found == STORE_FOUND &&
             !sight_mask(r, out->type, arena, &out->body, err))
        return STORE_FAILED;
    return found;
}

/* The same of a current version whose columns are in st, judged by its packed rows. */
static enum store_found read_judged_row(struct store_read *r, sqlite3_stmt *st, bool body,
                                        struct arena *arena, struct store_version *out, struct err *err)
{
    enum store_sight sight;
    if (!sight_rows(r, out->rid, (uint16_t)sqlite3_column_int(st, 0), out->seq, db_column_blob(st, 5), body,
                    &sight, err))
        return STORE_FAILED;
    if (sight == STORE_HIDDEN)
        return read_hidden(r, out);
    bool ok = !body || (read_body(r, db_column_blob(st, 6), arena, &out->body, err) &&
                        (sight == STORE_SEEN || sight_mask(r, out->type, arena, &out->body, err)));
    return ok && read_time(r, out->seq, &out->time_ms, err) ? STORE_FOUND : STORE_FAILED;
}

enum store_found read_shown(struct store_read *r, store_rid rid, bool body, struct arena *arena,
                            struct store_version *out, struct err *err)
{
    if (!r->sight.on)
        return read_current(r, rid, body, arena, out, err);
    *out = (struct store_version){.rid = rid};
    sqlite3_stmt *st = db_get(r->db, body ? DB_RES_GET : DB_RES_HEAD, err);
    if (!st)
        return STORE_FAILED;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    if (rc <= 0)
        return rc < 0 ? STORE_FAILED : STORE_ABSENT;
    bool past = sqlite3_column_int64(st, 3) > r->pin.seq;
    enum store_found found = read_columns(r, st, false, arena, out, err);
    if (found == STORE_FOUND && !past)
        found = read_judged_row(r, st, body, arena, out, err);
    sqlite3_reset(st);
    if (past && found != STORE_FAILED)
        found = read_old(r, DB_HIST_ASOF, r->pin.seq, true, arena, out, err);
    else if (found == STORE_FOUND)
        return found;
    else if (found == STORE_DELETED && !read_time(r, out->seq, &out->time_ms, err))
        return STORE_FAILED;
    return read_judged(r, found, body, arena, out, err);
}

enum store_found read_shown_version(struct store_read *r, store_rid rid, uint32_t version, bool body,
                                    struct arena *arena, struct store_version *out, struct err *err)
{
    if (!r->sight.on)
        return read_version(r, rid, version, arena, out, err);
    enum store_found found = read_current(r, rid, false, arena, out, err);
    if (found == STORE_FOUND && out->version == version)
        return read_shown(r, rid, body, arena, out, err);
    if (found != STORE_FAILED && found != STORE_ABSENT && out->version > version)
        found = read_old(r, DB_HIST_GET, version, true, arena, out, err);
    else if (found != STORE_FAILED && out->version < version)
        found = STORE_ABSENT;
    return read_judged(r, found, body, arena, out, err);
}

/* ---- the contract's reads ---- */

static bool read_type_id(struct store_read *r, store_rid rid, struct arena *arena, uint16_t *type,
                         struct str *id, struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, DB_RES_HEAD, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    if (rc > 0) {
        *type = number_build(&r->s->types, (uint16_t)sqlite3_column_int(st, 0));
        *id = read_column_id(st, 1, arena);
    }
    sqlite3_reset(st);
    return rc >= 0;
}

/* A patient's rids lie together, those of patients therefore far apart. */
static size_t name_slot(store_rid rid)
{
    return (size_t)((uint64_t)rid * 0x9E3779B97F4A7C15u >> 32) % STORE_NAMES;
}

/* Every record of the log asks for its patients, and the same come again and again. */
bool store_name(struct store_read *r, store_rid rid, struct arena *arena, uint16_t *type, struct str *id,
                struct err *err)
{
    struct read_name *kept = &r->names[name_slot(rid)];
    bool known = !r->in_job && kept->rid == rid;
    *type = 0;
    if (known) {
        *type = kept->type;
        *id = arena_str(arena, (struct str){kept->id, kept->n});
    } else if (!read_type_id(r, rid, arena, type, id, err)) {
        return false;
    }
    if (*type && !id->p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (*type && !known && !r->in_job && id->n <= STORE_NAME_MAX) {
        *kept = (struct read_name){rid, *type, (uint8_t)id->n, {0}};
        memcpy(kept->id, id->p, id->n);
    }
    return true;
}

enum store_found store_get_rid(struct store_read *r, store_rid rid, struct arena *arena,
                               struct store_version *out, struct err *err)
{
    return read_shown(r, rid, true, arena, out, err);
}

static enum store_found read_rid(struct store_read *r, uint16_t type, struct str id, store_rid *rid,
                                 struct err *err)
{
    uint16_t durable = number_durable(&r->s->types, type);
    *rid = 0;
    if (durable && !read_key(r, durable, id, rid, err))
        return STORE_FAILED;
    return *rid ? STORE_FOUND : STORE_ABSENT;
}

enum store_found store_get(struct store_read *r, uint16_t type, struct str id, struct arena *arena,
                           struct store_version *out, struct err *err)
{
    store_rid rid;
    enum store_found found = read_rid(r, type, id, &rid, err);
    return found == STORE_FOUND ? read_shown(r, rid, true, arena, out, err) : found;
}

enum store_found store_get_version(struct store_read *r, uint16_t type, struct str id, uint32_t version,
                                   struct arena *arena, struct store_version *out, struct err *err)
{
    store_rid rid;
    enum store_found found = read_rid(r, type, id, &rid, err);
    return found == STORE_FOUND ? read_shown_version(r, rid, version, true, arena, out, err) : found;
}

bool read_count(struct store_read *r, uint16_t type, uint64_t *count, struct err *err)
{
    *count = 0;
    uint16_t durable = number_durable(&r->s->types, type);
    if (type && !durable)
        return true;
    sqlite3_stmt *st = db_get(r->db, type ? DB_COUNTER_GET : DB_COUNTER_SUM, err);
    if (!st)
        return false;
    if (type)
        sqlite3_bind_int64(st, 1, durable);
    int rc = db_step(r->db, st, err);
    if (rc > 0)
        *count = (uint64_t)sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    int64_t more = 0;
    if (rc < 0 || (r->pin.seq != PIN_NOW && !pin_more(r, durable, &more, err)))
        return false;
    *count += (uint64_t)more;
    return true;
}

/* ---- lists of rids ---- */

bool rid_list_add(struct rid_list *l, struct arena *arena, store_rid rid, struct err *err)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        store_rid *item = arena_grow(arena, l->item, l->count, cap, sizeof *item);
        if (!item)
            return err_set(err, ERR_NO_MEMORY, NULL);
        l->item = item;
        l->cap = cap;
    }
    l->item[l->count++] = rid;
    return true;
}

static int rid_cmp(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return x < y ? -1 : x > y;
}

void rid_list_unique(struct rid_list *l)
{
    bool sorted = true;
    for (size_t i = 1; i < l->count && sorted; i++)
        sorted = l->item[i - 1] <= l->item[i];
    if (!sorted)
        qsort(l->item, l->count, sizeof *l->item, rid_cmp);
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        if (n == 0 || l->item[n - 1] != l->item[i])
            l->item[n++] = l->item[i];
    l->count = n;
}
