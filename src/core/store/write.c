/* SPDX-License-Identifier: Apache-2.0 */
#include "store/write.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "store/body.h"
#include "store/change.h"

/* What is known of the resource being changed. */
struct put {
    struct store_tx *tx;
    struct write *w;
    struct store_change *c;
    uint16_t type;
    store_rid rid;    /* 0: new */
    uint32_t version; /* 0: never had one */
    uint8_t op;
    int64_t seq;
    struct str rows, body; /* of the current version, in w->arena; body packed */
};

/* ---- life ---- */

static bool write_counters(struct write *w, struct err *err)
{
    memset(w->counter, 0, sizeof w->counter);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(w->db->h, "SELECT type,n FROM counter", -1, &st, NULL) != SQLITE_OK)
        return db_fail(w->db, err);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        int64_t type = sqlite3_column_int64(st, 0);
        if (type > 0 && type < STORE_TYPES_MAX)
            w->counter[type] = sqlite3_column_int64(st, 1);
    }
    bool ok = rc == SQLITE_DONE || db_fail(w->db, err);
    sqlite3_finalize(st);
    return ok;
}

static void write_forget(struct write *w)
{
    map_text_clear(&w->ids);
    map_text_clear(&w->names);
    map_int_clear(&w->blocks);
    batch_clear(&w->batch);
    w->change_count = 0;
}

bool write_load(struct write *w, struct err *err)
{
    int64_t last;
    write_forget(w);
    if (!db_int(w->db, "SELECT max(rid) FROM resource", &last, err) || !write_counters(w, err))
        return false;
    w->next_block = last / STORE_BLOCK + 1;
    w->seq = w->time_ms = 0;
    memset(w->hash, 0, sizeof w->hash);
    sqlite3_stmt *st = db_get(w->db, DB_COMMIT_LAST, err);
    int rc = st ? db_step(w->db, st, err) : -1;
    if (rc > 0) {
        struct str hash = db_column_blob(st, 2);
        w->seq = sqlite3_column_int64(st, 0);
        w->time_ms = sqlite3_column_int64(st, 1);
        if (hash.n == CHAIN_BYTES)
            memcpy(w->hash, hash.p, CHAIN_BYTES);
        sqlite3_reset(st);
    }
    return rc >= 0;
}

struct write *write_new(struct store *s, struct err *err)
{
    struct write *w = os_alloc(sizeof *w);
    if (!w) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *w = (struct write){.s = s, .db = &s->db};
    map_text_init(&w->ids, s->key);
    map_text_init(&w->names, s->key);
    map_int_init(&w->blocks);
    batch_init(&w->batch);
    buf_init(&w->body, STORE_BODY_MAX);
    buf_init(&w->packed, BUF_NO_MAX);
    arena_init(&w->arena);
    arena_limit(&w->arena, STORE_ARENA_MAX);
    w->cctx = ZSTD_createCCtx();
    w->chain = chain_new(err);
    if (!w->cctx)
        err_set(err, ERR_NO_MEMORY, NULL);
    if (read_init(&w->read, s, &s->db, err) && w->cctx && w->chain && write_load(w, err))
        return w;
    write_free(w);
    return NULL;
}

void write_free(struct write *w)
{
    if (!w)
        return;
    read_release(&w->read);
    map_text_release(&w->ids);
    map_text_release(&w->names);
    map_int_release(&w->blocks);
    batch_release(&w->batch);
    buf_release(&w->body);
    buf_release(&w->packed);
    arena_release(&w->arena);
    os_free(w->change);
    os_free(w->watched);
    ZSTD_freeCCtx(w->cctx);
    chain_free(w->chain);
    os_free(w);
}

/* ---- one job ---- */

void write_begin(struct write *w, struct store_tx *tx)
{
    int64_t now = os_now_ms();
    if (w->ids.count > WRITE_IDS_MAX)
        map_text_clear(&w->ids);
    if (w->names.count > WRITE_NAMES_MAX)
        map_text_clear(&w->names);
    if (w->blocks.count > WRITE_BLOCKS_MAX)
        map_int_clear(&w->blocks);
    w->change_count = 0;
    *tx = (struct store_tx){.w = w,
                            .seq = w->seq + 1,
                            .time_ms = now > w->time_ms ? now : w->time_ms,
                            .type_mark = w->s->types.next,
                            .param_mark = w->s->params.next};
}

bool write_undo(struct store_tx *tx, struct err *err)
{
    number_undo(&tx->w->s->types, tx->type_mark);
    number_undo(&tx->w->s->params, tx->param_mark);
    return write_load(tx->w, err);
}

static bool put_counters(struct write *w, struct err *err)
{
    bool dirty[STORE_TYPES_MAX] = {false};
    for (size_t i = 0; i < w->change_count; i++) {
        w->counter[w->change[i].type] += w->change[i].counted;
        dirty[w->change[i].type] |= w->change[i].counted != 0;
    }
    for (int type = 1; type < w->s->types.next; type++) {
        sqlite3_stmt *st = dirty[type] ? db_get(w->db, DB_COUNTER_PUT, err) : NULL;
        if (!dirty[type])
            continue;
        if (!st)
            return false;
        sqlite3_bind_int64(st, 1, type);
        sqlite3_bind_int64(st, 2, w->counter[type]);
        if (!db_run(w->db, st, err))
            return false;
    }
    return true;
}

static int cmp_change(const void *a, const void *b)
{
    const struct write_change *x = a, *y = b;
    if (x->rid != y->rid)
        return x->rid < y->rid ? -1 : 1;
    return x->version < y->version ? -1 : x->version > y->version;
}

static bool put_changes(struct store_tx *tx, struct err *err)
{
    struct write *w = tx->w;
    for (size_t from = 0; from < w->change_count; from += STORE_PART) {
        size_t to = from + STORE_PART < w->change_count ? from + STORE_PART : w->change_count;
        store_rid before = 0;
        buf_clear(&w->packed);
        for (size_t i = from; i < to; i++) {
            const struct write_change *from_job = &w->change[i];
            struct change c = {from_job->rid, from_job->type, from_job->op, from_job->version};
            change_encode(&w->packed, before, &c);
            before = c.rid;
        }
        sqlite3_stmt *st = db_get(w->db, DB_CHANGE_PUT, err);
        if (!st)
            return false;
        sqlite3_bind_int64(st, 1, tx->seq);
        sqlite3_bind_int64(st, 2, (int64_t)(from / STORE_PART));
        db_bind_blob(st, 3, buf_get(&w->packed));
        if (!buf_ok(&w->packed) || !db_run(w->db, st, err))
            return false;
    }
    return true;
}

static bool put_commit(struct store_tx *tx, struct str agent, struct str reason, struct err *err)
{
    struct write *w = tx->w;
    struct chain_commit commit = {tx->seq, tx->time_ms, (int64_t)w->change_count, agent, reason};
    unsigned char hash[CHAIN_BYTES];
    if (!chain_begin(w->chain, w->hash, &commit, err))
        return false;
    for (size_t i = 0; i < w->change_count; i++)
        if (!chain_add(w->chain, w->change[i].digest, err))
            return false;
    sqlite3_stmt *st = chain_end(w->chain, hash, err) ? db_get(w->db, DB_COMMIT_PUT, err) : NULL;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, tx->seq);
    sqlite3_bind_int64(st, 2, tx->time_ms);
    sqlite3_bind_text64(st, 3, agent.p ? agent.p : "", agent.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(st, 4, reason.p ? reason.p : "", reason.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(st, 5, commit.n);
    sqlite3_bind_blob(st, 6, hash, CHAIN_BYTES, SQLITE_STATIC);
    if (!db_run(w->db, st, err))
        return false;
    memcpy(w->hash, hash, sizeof hash);
    w->seq = tx->seq;
    w->time_ms = tx->time_ms;
    return true;
}

bool write_end(struct store_tx *tx, struct str agent, struct str reason, struct err *err)
{
    struct write *w = tx->w;
    if (w->change_count == 0)
        return true;
    qsort(w->change, w->change_count, sizeof *w->change, cmp_change);
    return put_counters(w, err) && put_changes(tx, err) && put_commit(tx, agent, reason, err);
}

/* ---- one change ---- */

static bool put_state_db(struct put *p, struct err *err)
{
    struct write *w = p->w;
    sqlite3_stmt *st = db_get(w->db, DB_RES_GET, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, p->rid);
    int rc = db_step(w->db, st, err);
    if (rc <= 0)
        return rc < 0 ? false : err_set(err, ERR_STORE_CORRUPT, "key without resource", NULL);
    p->version = (uint32_t)sqlite3_column_int64(st, 2);
    p->seq = sqlite3_column_int64(st, 3);
    p->op = (uint8_t)sqlite3_column_int(st, 4);
    p->rows = arena_str(&w->arena, db_column_blob(st, 5));
    p->body = arena_str(&w->arena, db_column_blob(st, 6));
    sqlite3_reset(st);
    return (p->rows.p && p->body.p) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* Finds the resource: rid, and its current state. */
static bool put_state(struct put *p, struct err *err)
{
    p->op = OP_PLACEHOLDER;
    if (!write_find(p->w, p->type, p->c->id, &p->rid, err))
        return false;
    if (!p->rid)
        return true;
    const struct batch_res *waiting = batch_get(&p->w->batch, p->rid);
    if (waiting && waiting->op == OP_PLACEHOLDER)
        return true;
    /* Written earlier in the same batch: its rows must be in the tables before they can be replaced. */
    if (waiting && !write_apply(p->tx, err))
        return false;
    return put_state_db(p, err);
}

static bool put_current(const struct put *p)
{
    return p->version > 0 && p->op != OP_DELETED;
}

/* The body made ready by the bulk load, when it is the one to write. */
static const struct write_ready *put_ready(const struct put *p)
{
    const struct write_ready *r = p->tx->ready;
    return r && r->packed.n && p->c->version == 1 && r->dict == atomic_load(&p->w->s->dicts.newest) ? r
                                                                                                    : NULL;
}

static bool put_body(struct put *p, struct err *err)
{
    struct store_change *c = p->c;
    return body_build(c, c->version, c->time_ms, &p->w->body) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* Would the change give the current body but for version and time? */
static bool put_same(struct put *p, bool *same, struct err *err)
{
    struct write *w = p->w;
    struct str body;
    int64_t time_ms;
    if (!read_time(&w->read, p->seq, &time_ms, err) ||
        !dict_unpack(&w->s->dicts, w->read.dctx, &w->read.scratch, p->body, STORE_BODY_MAX, &w->arena, &body,
                     err))
        return false;
    *same = body_equals(p->c, p->version, time_ms, body);
    return true;
}

static bool put_conflict(const struct put *p, struct err *err)
{
    char have[16], want[16];
    snprintf(have, sizeof have, "%u", put_current(p) ? p->version : 0);
    snprintf(want, sizeof want, "%u", p->c->if_version);
    return err_set(err, ERR_VERSION_CONFLICT, have, want, NULL);
}

/* Decides whether anything is to be written; *go tells. False: refused. */
static bool put_decide(struct put *p, bool *go, struct err *err)
{
    struct store_change *c = p->c;
    bool current = put_current(p);
    *go = true;
    c->created = !current && c->op != 'D';
    if (c->if_version && (!current || p->version != c->if_version))
        return put_conflict(p, err);
    if (c->op == 'D') {
        c->noop = !current;
        *go = current;
        return true;
    }
    if (current && (c->skip_same || c->if_absent) && !put_same(p, &c->same, err))
        return false;
    c->exists = current && c->if_absent;
    if (c->exists || (c->same && c->skip_same)) {
        *go = false;
        return true;
    }
    c->same = false;
    if (current && c->op == 'C')
        return err_set_str(err, ERR_STORE_EXISTS, str_of(p->w->s->schema.type_names[c->type]), c->id);
    return true;
}

/* The current version goes to history before it is replaced. */
static bool put_history(struct put *p, struct err *err)
{
    if (p->version == 0)
        return true;
    sqlite3_stmt *st = db_get(p->w->db, DB_HIST_KEEP, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, p->rid);
    return db_run(p->w->db, st, err);
}

static bool put_watched(const struct put *p)
{
    return p->c->type && p->c->type == p->w->s->schema.watched;
}

/* Notes a change that hooks.changed is told of after the commit. */
static bool put_watch(const struct put *p, struct err *err)
{
    struct write *w = p->w;
    if (w->watched_count == w->watched_cap) {
        size_t cap = w->watched_cap ? w->watched_cap * 2 : 64;
        store_rid *grown = os_realloc(w->watched, cap * sizeof *grown);
        if (!grown)
            return err_set(err, ERR_NO_MEMORY, NULL);
        w->watched = grown;
        w->watched_cap = cap;
    }
    w->watched[w->watched_count++] = p->rid;
    return true;
}

/* Asks whether a change of the watched type may be. */
static bool put_accept(struct put *p, struct err *err)
{
    struct write *w = p->w;
    struct store_change *c = p->c;
    struct store_version now = {
        .rid = p->rid, .type = c->type, .id = c->id, .version = p->version + 1, .time_ms = p->tx->time_ms};
    now.op = c->op == 'D' ? 'D' : put_current(p) ? 'U' : 'C';
    if (!put_watched(p) || !w->s->hooks.accept)
        return true;
    /* What the transaction wrote before must be there to be asked about. */
    if (p->tx->hold && !write_apply(p->tx, err))
        return false;
    if (c->op != 'D') {
        if (!body_build(c, now.version, now.time_ms, &w->body))
            return err_set(err, ERR_NO_MEMORY, NULL);
        now.body = buf_get(&w->body);
    }
    /* What may be written does not depend on what the job may see. */
    const struct store_view *view = w->read.sight.on;
    w->read.sight.on = NULL;
    bool ok = w->s->hooks.accept(w->s->hooks.arg, p->tx, &now, err);
    w->read.sight.on = view;
    return ok;
}

/* Rows made under another epoch are made again, in w->arena. */
static bool put_extract(struct put *p, struct err *err)
{
    struct write *w = p->w;
    struct store_change *c = p->c;
    const struct store_hooks *h = &w->s->hooks;
    struct store_rows rows = {0};
    if (c->op == 'D' || !h->epoch || h->epoch(h->arg) == c->epoch)
        return true;
    if (!body_build(c, p->version + 1, p->tx->time_ms, &w->body))
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!h->extract(h->arg, &w->arena, c->type, buf_get(&w->body), &rows, err))
        return false;
    c->rows = rows.item;
    c->row_count = rows.count;
    return true;
}

static bool put_log(struct put *p, uint8_t op, struct err *err)
{
    struct write *w = p->w;
    struct store_change *c = p->c;
    if (w->change_count == w->change_cap) {
        size_t cap = w->change_cap ? w->change_cap * 2 : 64;
        struct write_change *change = os_realloc(w->change, cap * sizeof *change);
        if (!change)
            return err_set(err, ERR_NO_MEMORY, NULL);
        w->change = change;
        w->change_cap = cap;
    }
    if (put_watched(p) && !put_watch(p, err))
        return false;
    struct write_change *to = &w->change[w->change_count];
    *to = (struct write_change){.rid = p->rid, .type = p->type, .op = op, .version = c->version};
    to->counted = (int8_t)((op != OP_DELETED) - (int)put_current(p));
    const struct write_ready *ready = op == OP_CREATED ? put_ready(p) : NULL;
    if (ready) {
        memcpy(to->digest, ready->digest, sizeof to->digest);
        w->change_count++;
        return true;
    }
    struct chain_change digest = {str_of(w->s->schema.type_names[c->type]), c->id,
                                  op == OP_DELETED ? (struct str){NULL, 0} : buf_get(&w->body), c->version,
                                  (char)op};
    if (!chain_change(w->chain, &digest, to->digest, err))
        return false;
    w->change_count++;
    return true;
}

static bool put_index(struct put *p, const struct nrow *rows, size_t count, struct str *packed,
                      struct err *err)
{
    struct write *w = p->w;
    struct nrow *old = NULL;
    size_t old_count = 0;
    if (p->rows.n && !rows_unpack(p->rows, p->rid, &w->arena, &old, &old_count))
        return err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    touch_note(&w->s->touch, p->c->type, p->rid, old, old_count, rows, count);
    if (!write_difference(p->tx, p->rid, p->type, old, old_count, rows, count, err))
        return false;
    buf_clear(&w->packed);
    rows_pack(rows, count, p->rid, &w->packed);
    *packed = arena_str(&w->batch.arena, buf_get(&w->packed));
    return (buf_ok(&w->packed) && packed->p) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* The packed body of the new version into the batch's entry. What was made ready lives as long as the load,
 * which is longer than the batch. */
static bool put_packed(struct put *p, uint8_t op, struct batch_res *r, struct err *err)
{
    struct write *w = p->w;
    const struct write_ready *ready = op == OP_CREATED ? put_ready(p) : NULL;
    if (ready) {
        r->body = ready->packed;
    } else {
        buf_clear(&w->packed);
        if (!dict_pack(&w->s->dicts, w->cctx, buf_get(&w->body), &w->packed, err))
            return false;
        r->body = arena_str(&w->batch.arena, buf_get(&w->packed));
        if (!r->body.p)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    w->plain += r->body.n && r->body.p[0] == 0;
    w->text_bytes += ready ? ready->text_n : w->body.n;
    w->packed_bytes += r->body.n;
    return true;
}

/* Fills the batch's entry for the new version. */
static bool put_entry(struct put *p, uint8_t op, struct str rows, struct err *err)
{
    struct write *w = p->w;
    struct batch_res *r = batch_get(&w->batch, p->rid);
    if (!r) {
        r = batch_add(&w->batch, p->rid, err);
        if (!r)
            return false;
        r->in_db = true;
        r->type = p->type;
        r->id = arena_str(&w->batch.arena, p->c->id);
    }
    r->op = op;
    r->version = p->c->version;
    r->seq = p->tx->seq;
    r->rows = rows;
    r->body = (struct str){NULL, 0};
    if (op != OP_DELETED && !put_packed(p, op, r, err))
        return false;
    if (!r->id.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    struct table_row kind = {.table = TABLE_KIND, .key = {p->type, p->rid}};
    return p->version > 0 || batch_row(&w->batch, &kind, err);
}

static bool put_write(struct put *p, struct err *err)
{
    struct store_change *c = p->c;
    struct nrow *rows = NULL;
    size_t count = 0;
    store_rid patient = 0;
    struct str packed;
    uint8_t op = c->op == 'D' ? OP_DELETED : put_current(p) ? OP_UPDATED : OP_CREATED;
    bool is_patient = c->type == p->w->s->patient_type;
    if (op != OP_DELETED && !is_patient && !write_patient(p->tx, c, &patient, err))
        return false;
    if (!p->rid && !write_new_rid(p->tx, p->type, is_patient, c->id, patient, &p->rid, err))
        return false;
    c->rid = p->rid;
    c->version = p->version + 1;
    c->seq = p->tx->seq;
    c->time_ms = p->tx->time_ms;
    if (op != OP_DELETED && !write_rows(p->tx, c, is_patient ? p->rid : patient, &rows, &count, err))
        return false;
    if (op != OP_DELETED && !(op == OP_CREATED && put_ready(p)) && !put_body(p, err))
        return false;
    return put_history(p, err) && put_index(p, rows, count, &packed, err) && put_entry(p, op, packed, err) &&
           put_log(p, op, err);
}

bool write_apply(struct store_tx *tx, struct err *err)
{
    return batch_apply(&tx->w->batch, tx->w->db, err);
}

bool write_put(struct store_tx *tx, struct store_change *c, struct err *err)
{
    struct write *w = tx->w;
    struct put p = {.tx = tx, .w = w, .c = c};
    bool go;
    c->rid = 0;
    c->version = 0;
    c->created = c->same = c->noop = c->exists = false;
    arena_reset(&w->arena);
    p.type = number_assign(&w->s->types, w->db, c->type, err);
    if (!p.type || p.type >= STORE_TYPES_MAX || !put_state(&p, err) || !put_decide(&p, &go, err))
        return false;
    if (!go) {
        c->rid = p.rid;
        c->version = p.version;
        c->seq = p.seq;
        return read_time(&w->read, p.seq, &c->time_ms, err);
    }
    const struct store_row *rows = c->rows;
    size_t row_count = c->row_count;
    if (!put_accept(&p, err) || !put_extract(&p, err))
        return false;
    bool ok = put_write(&p, err) && (tx->hold || write_apply(tx, err));
    c->rows = rows; /* those made again lie in memory that is gone at the next change */
    c->row_count = row_count;
    tx->broken |= !ok;
    return ok;
}
