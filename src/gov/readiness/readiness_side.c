/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/os.h"
#include "readiness/readiness_int.h"

enum { READINESS_APPLICATION = 0x48655265 /* "HeRe" */, READINESS_FORMAT = 3, READINESS_CACHE_KIB = 8192 };

enum readiness_stmt {
#define SQL(name, text) SQL_##name,
#include "readiness/readiness_sql.def"
#undef SQL
    SQL_COUNT
};

static const char *const readiness_sql[SQL_COUNT] = {
#define SQL(name, text) [SQL_##name] = text,
#include "readiness/readiness_sql.def"
#undef SQL
};

static const struct side_form readiness_form = {
    .name = "readiness.db",
    .tables = "CREATE TABLE checkpoint(rid INTEGER PRIMARY KEY, version INTEGER NOT NULL, id TEXT NOT NULL, "
              "initiative "
              "TEXT NOT NULL, unit TEXT NOT NULL, definition TEXT NOT NULL, release TEXT NOT NULL, wave TEXT "
              "NOT NULL, "
              "planned TEXT NOT NULL, day_offset INTEGER NOT NULL, open INTEGER NOT NULL, verdict INTEGER "
              "NOT NULL, "
              "earliest INTEGER NOT NULL, as_of INTEGER NOT NULL, marked INTEGER NOT NULL, measured INTEGER "
              "NOT NULL, "
              "packed BLOB NOT NULL);"
              "CREATE INDEX of_unit ON checkpoint(unit);"
              "CREATE INDEX of_definition ON checkpoint(definition);"
              "CREATE INDEX of_initiative ON checkpoint(initiative,unit,day_offset,id);"
              "CREATE INDEX of_sums ON checkpoint(initiative,verdict,earliest) WHERE id<>'';"
              "CREATE INDEX when_measured ON checkpoint(measured);"
              "CREATE INDEX of_id ON checkpoint(id);"
              "CREATE INDEX when_marked ON checkpoint(marked,unit) WHERE marked>0;",
    .sql = readiness_sql,
    .sql_count = SQL_COUNT,
    .application = READINESS_APPLICATION,
    .format = READINESS_FORMAT,
    .cache_kib = READINESS_CACHE_KIB,
};

bool readiness_side_open(struct side *s, const char *dir, bool create, struct err *err)
{
    if (!create)
        return side_open(s, &readiness_form, dir, SIDE_READ, err);
    if (side_open(s, &readiness_form, dir, SIDE_CREATE, err) || err->code != ERR_SIDE_OTHER)
        return err->code == ERR_OK;
    /* Another version's: it is made again. */
    side_close(s);
    side_remove(&readiness_form, dir);
    *err = (struct err){0};
    return side_open(s, &readiness_form, dir, SIDE_CREATE, err);
}

/* ---- one criterion in bytes, of this machine: the file can be made again ---- */

struct packed {
    char code[READINESS_CODE_MAX];
    uint8_t compare, kind, state, points;
    bool hard, overridable, measured, signature, owner, workaround, waived;
    int32_t max_age, day, expires, until, earliest;
    double target, value;
    int64_t numerator, denominator;
};
enum { POINT_BYTES = sizeof(int32_t) + sizeof(double) };

static void pack(const struct readiness_kept *k, struct buf *out)
{
    struct packed p;
    memset(&p, 0, sizeof p);
    memcpy(p.code, k->code, sizeof p.code);
    p.compare = (uint8_t)k->ask.compare;
    p.kind = (uint8_t)k->evidence.kind;
    p.state = (uint8_t)k->result.state;
    p.points = (uint8_t)k->evidence.point_count;
    p.hard = k->ask.hard;
    p.overridable = k->overridable;
    p.measured = k->evidence.measured;
    p.signature = k->evidence.signature;
    p.owner = k->evidence.waiver.owner;
    p.workaround = k->evidence.waiver.workaround;
    p.waived = k->result.waived;
    p.max_age = k->ask.max_age_days;
    p.day = k->evidence.day;
    p.expires = k->evidence.waiver.expires;
    p.until = k->result.valid_until;
    p.earliest = k->result.earliest;
    p.target = k->ask.target;
    p.value = k->evidence.value;
    p.numerator = k->numerator;
    p.denominator = k->denominator;
    buf_add(out, &p, sizeof p);
    for (size_t i = 0; i < k->evidence.point_count; i++) {
        buf_add(out, &k->point[i].day, sizeof k->point[i].day);
        buf_add(out, &k->point[i].value, sizeof k->point[i].value);
    }
}

static void unpack_one(const struct packed *p, struct readiness_kept *k)
{
    memcpy(k->code, p->code, sizeof k->code);
    k->ask = (struct verdict_criterion){p->compare, p->target, p->hard, p->max_age};
    k->overridable = p->overridable;
    k->evidence = (struct verdict_evidence){.measured = p->measured,
                                            .value = p->value,
                                            .day = p->day,
                                            .kind = p->kind,
                                            .signature = p->signature,
                                            .waiver = {p->owner, p->workaround, p->expires},
                                            .point = k->point,
                                            .point_count = p->points};
    k->numerator = p->numerator;
    k->denominator = p->denominator;
    k->result = (struct verdict_result){p->state, p->waived, p->until, p->earliest};
}

/* False on bytes that are none of ours: then the checkpoint is as if never measured. */
static bool unpack(struct str bytes, struct arena *arena, struct readiness_row *row)
{
    row->kept = ARENA_ARRAY(arena, struct readiness_kept, READINESS_CRITERIA_MAX);
    row->kept_count = 0;
    while (row->kept && bytes.n) {
        struct packed p;
        if (bytes.n < sizeof p || row->kept_count == READINESS_CRITERIA_MAX)
            return false;
        memcpy(&p, bytes.p, sizeof p);
        bytes = str_sub(bytes, sizeof p, bytes.n);
        if (p.points > VERDICT_POINTS_MAX || bytes.n < (size_t)p.points * POINT_BYTES)
            return false;
        struct readiness_kept *k = &row->kept[row->kept_count++];
        unpack_one(&p, k);
        for (size_t i = 0; i < p.points; i++) {
            const char *at = bytes.p + i * POINT_BYTES;
            memcpy(&k->point[i].day, at, sizeof k->point[i].day);
            memcpy(&k->point[i].value, at + sizeof k->point[i].day, sizeof k->point[i].value);
        }
        bytes = str_sub(bytes, (size_t)p.points * POINT_BYTES, bytes.n);
    }
    return row->kept;
}

/* ---- rows ---- */

static void read_row(sqlite3_stmt *st, struct readiness_row *out)
{
    *out = (struct readiness_row){.rid = sqlite3_column_int64(st, 0),
                                  .version = (uint32_t)sqlite3_column_int64(st, 1),
                                  .id = side_column(st, 2),
                                  .initiative = side_column(st, 3),
                                  .unit = side_column(st, 4),
                                  .definition = side_column(st, 5),
                                  .release = side_column(st, 6),
                                  .wave = side_column(st, 7),
                                  .planned = side_column(st, 8),
                                  .offset = sqlite3_column_int(st, 9),
                                  .open = sqlite3_column_int(st, 10),
                                  .sum = {sqlite3_column_int(st, 11), sqlite3_column_int(st, 12)},
                                  .as_of = sqlite3_column_int(st, 13)};
}

bool readiness_side_get(struct side *s, store_rid rid, struct arena *arena, struct readiness_row *out,
                        struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_GET, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    if (side_step(s, st, err) != 1)
        return false;
    read_row(st, out);
    struct str *texts[] = {&out->id,      &out->initiative, &out->unit,   &out->definition,
                           &out->release, &out->wave,       &out->planned};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(arena, *texts[i]);
    struct str bytes = side_column(st, 14);
    if (!unpack(bytes, arena, out))
        out->kept_count = 0;
    sqlite3_reset(st);
    return true;
}

static struct str or_empty(struct str s)
{
    return s.p ? s : STR("");
}

bool readiness_side_put(struct side *s, const struct readiness_row *row, struct err *err)
{
    struct buf packed;
    sqlite3_stmt *st = side_get(s, SQL_PUT, err);
    if (!st)
        return false;
    const struct str texts[] = {row->id,      row->initiative, row->unit,   row->definition,
                                row->release, row->wave,       row->planned};
    buf_init(&packed, 1 << 20);
    for (size_t i = 0; i < row->kept_count; i++)
        pack(&row->kept[i], &packed);
    sqlite3_bind_int64(st, 1, row->rid);
    sqlite3_bind_int64(st, 2, row->version);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        side_bind_text(st, 3 + (int)i, or_empty(texts[i]));
    sqlite3_bind_int(st, 10, row->offset);
    sqlite3_bind_int(st, 11, row->open);
    sqlite3_bind_int(st, 12, (int)row->sum.verdict);
    sqlite3_bind_int(st, 13, row->sum.earliest);
    sqlite3_bind_int(st, 14, row->as_of);
    side_bind_blob(st, 15, packed.n ? buf_get(&packed) : STR(""));
    bool ok = (buf_ok(&packed) || err_set(err, ERR_NO_MEMORY, NULL)) && side_run(s, st, NULL, err);
    buf_release(&packed);
    return ok;
}

bool readiness_side_drop(struct side *s, store_rid rid, struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_DROP, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    return side_run(s, st, NULL, err);
}

bool readiness_side_mark(struct side *s, struct str unit, struct str definition, enum readiness_mark mark,
                         struct err *err)
{
    sqlite3_stmt *st = side_get(s,
                                unit.n         ? SQL_MARK_UNIT
                                : definition.n ? SQL_MARK_DEFINITION
                                               : SQL_MARK_ALL,
                                err);
    if (!st)
        return false;
    if (unit.n || definition.n)
        side_bind_text(st, 1, unit.n ? unit : definition);
    sqlite3_bind_int(st, 2, mark);
    return side_run(s, st, NULL, err);
}

static bool mark_by(struct side *s, enum readiness_stmt which, int64_t number, enum readiness_mark mark,
                    struct err *err)
{
    sqlite3_stmt *st = side_get(s, which, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, number);
    sqlite3_bind_int(st, 2, mark);
    return side_run(s, st, NULL, err);
}

bool readiness_side_mark_one(struct side *s, store_rid rid, enum readiness_mark mark, struct err *err)
{
    return mark_by(s, SQL_MARK_ONE, rid, mark, err);
}

bool readiness_side_has(struct side *s, store_rid rid, bool *known, struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_HAS, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    int rc = side_step(s, st, err);
    *known = rc == 1;
    sqlite3_reset(st);
    return rc >= 0;
}

bool readiness_side_mark_new(struct side *s, const struct readiness_row *row, enum readiness_mark mark,
                             struct err *err)
{
    const struct str texts[] = {row->id,         row->initiative, row->unit,
                                row->definition, row->wave,       row->planned};
    sqlite3_stmt *st = side_get(s, SQL_MARK_NEW, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, row->rid);
    sqlite3_bind_int(st, 2, mark);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        side_bind_text(st, 3 + (int)i, or_empty(texts[i]));
    sqlite3_bind_int(st, 9, row->open);
    sqlite3_bind_int(st, 10, row->as_of);
    return side_run(s, st, NULL, err);
}

bool readiness_side_mark_broken(struct side *s, store_rid rid, struct err *err)
{
    return mark_by(s, SQL_MARK_BROKEN, rid, READINESS_BROKEN, err);
}

bool readiness_side_mark_old(struct side *s, struct err *err)
{
    return mark_by(s, SQL_MARK_OLD, READINESS_AGAIN, READINESS_SWEPT, err);
}

bool readiness_side_mark_of(struct side *s, struct str id, enum readiness_mark *mark, store_rid *rid,
                            struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_MARK_OF, err);
    if (!st)
        return false;
    side_bind_text(st, 1, id);
    int rc = side_step(s, st, err);
    *mark = rc == 1 ? (enum readiness_mark)sqlite3_column_int(st, 0) : READINESS_UNMARKED;
    *rid = rc == 1 ? sqlite3_column_int64(st, 1) : 0;
    sqlite3_reset(st);
    return rc >= 0;
}

bool readiness_side_any(struct side *s, bool *yes, struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_ANY, err);
    int rc = st ? side_step(s, st, err) : -1;
    *yes = rc == 1;
    if (st)
        sqlite3_reset(st);
    return rc >= 0;
}

bool readiness_side_marked(struct side *s, enum readiness_mark most, store_rid out[READINESS_SLICE],
                           size_t *count, enum readiness_mark *mark, struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_MARKED, err);
    int rc = -1;
    *count = 0;
    *mark = READINESS_UNMARKED;
    if (!st)
        return false;
    sqlite3_bind_int(st, 1, READINESS_SLICE);
    sqlite3_bind_int(st, 2, most);
    while (*count < READINESS_SLICE && (rc = side_step(s, st, err)) == 1) {
        out[(*count)++] = sqlite3_column_int64(st, 0);
        *mark = (enum readiness_mark)sqlite3_column_int(st, 1);
    }
    sqlite3_reset(st);
    return rc >= 0;
}

bool readiness_side_each(struct side *s, struct str initiative, readiness_side_fn *fn, void *arg,
                         struct err *err)
{
    struct arena arena;
    sqlite3_stmt *st = side_get(s, initiative.n ? SQL_EACH_OF : SQL_EACH_PACKED, err);
    int rc = -1;
    if (!st)
        return false;
    if (initiative.n)
        side_bind_text(st, 1, initiative);
    arena_init(&arena);
    while ((rc = side_step(s, st, err)) == 1) {
        struct readiness_row row;
        read_row(st, &row);
        arena_reset(&arena);
        if (!unpack(side_column(st, 14), &arena, &row))
            row.kept_count = 0;
        if (!fn(arg, &row))
            break;
    }
    sqlite3_reset(st);
    arena_release(&arena);
    return rc >= 0;
}

bool readiness_side_sums(struct side *s, readiness_side_sum_fn *fn, void *arg, struct err *err)
{
    sqlite3_stmt *st = side_get(s, SQL_SUMS, err);
    int rc = -1;
    while (st && (rc = side_step(s, st, err)) == 1)
        fn(arg, side_column(st, 0),
           (struct verdict_sum){sqlite3_column_int(st, 1), sqlite3_column_int(st, 2)},
           (uint64_t)sqlite3_column_int64(st, 3));
    return rc >= 0;
}
