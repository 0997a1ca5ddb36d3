/* SPDX-License-Identifier: Apache-2.0
 * Every write and every sync failing in its turn, under a file layer of the test's own: what was acknowledged
 * stays, what was refused is not half there, the same open store goes on working, and it checks clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store_fake.h"

/* ---- a file layer over SQLite's own that asks os_fault first ---- */

struct shim {
    sqlite3_file base;
    sqlite3_file *real; /* directly after this struct */
};

static sqlite3_vfs *under;
static sqlite3_vfs shim_vfs;

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct shim *)f)->real;
}

#define PASS(name, params, args)                                                                             \
    static int shim_##name params                                                                            \
    {                                                                                                        \
        return real_of(f)->pMethods->x##name args;                                                           \
    }
PASS(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
PASS(FileSize, (sqlite3_file * f, sqlite3_int64 *n), (real_of(f), n))
PASS(Lock, (sqlite3_file * f, int k), (real_of(f), k))
PASS(Unlock, (sqlite3_file * f, int k), (real_of(f), k))
PASS(CheckReservedLock, (sqlite3_file * f, int *r), (real_of(f), r))
PASS(FileControl, (sqlite3_file * f, int op, void *p), (real_of(f), op, p))
PASS(SectorSize, (sqlite3_file * f), (real_of(f)))
PASS(DeviceCharacteristics, (sqlite3_file * f), (real_of(f)))
PASS(ShmMap, (sqlite3_file * f, int page, int size, int extend, void volatile **p),
     (real_of(f), page, size, extend, p))
PASS(ShmLock, (sqlite3_file * f, int at, int n, int flags), (real_of(f), at, n, flags))
PASS(ShmUnmap, (sqlite3_file * f, int erase), (real_of(f), erase))

static int shim_Close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int shim_Write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    /* An empty write through base/os counts the fault down and touches nothing. */
    if (!os_write_all(-1, (struct str){NULL, 0}))
        return SQLITE_FULL;
    return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int shim_Truncate(sqlite3_file *f, sqlite3_int64 n)
{
    return os_write_all(-1, (struct str){NULL, 0}) ? real_of(f)->pMethods->xTruncate(real_of(f), n)
                                                   : SQLITE_IOERR_TRUNCATE;
}

static int shim_Sync(sqlite3_file *f, int flags)
{
    if (atomic_load(&os_fault.sync_left) >= 0 && atomic_fetch_sub(&os_fault.sync_left, 1) == 0)
        return SQLITE_IOERR_FSYNC;
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static void shim_ShmBarrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_Close,
    .xRead = shim_Read,
    .xWrite = shim_Write,
    .xTruncate = shim_Truncate,
    .xSync = shim_Sync,
    .xFileSize = shim_FileSize,
    .xLock = shim_Lock,
    .xUnlock = shim_Unlock,
    .xCheckReservedLock = shim_CheckReservedLock,
    .xFileControl = shim_FileControl,
    .xSectorSize = shim_SectorSize,
    .xDeviceCharacteristics = shim_DeviceCharacteristics,
    .xShmMap = shim_ShmMap,
    .xShmLock = shim_ShmLock,
    .xShmBarrier = shim_ShmBarrier,
    .xShmUnmap = shim_ShmUnmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)vfs;
    struct shim *s = (struct shim *)f;
    s->real = (sqlite3_file *)(s + 1);
    int rc = under->xOpen(under, name, s->real, flags, out);
    f->pMethods = s->real->pMethods ? &shim_methods : NULL;
    return rc;
}

static int shim_up(void **state)
{
    (void)state;
    under = sqlite3_vfs_find(NULL);
    shim_vfs = *under;
    shim_vfs.zName = "shim";
    shim_vfs.szOsFile = (int)sizeof(struct shim) + under->szOsFile;
    shim_vfs.xOpen = shim_open;
    return sqlite3_vfs_register(&shim_vfs, 1);
}

/* ---- the tests ---- */

enum { ROUNDS_MAX = 300, EACH = 3 };

static struct store_change observation(struct arena *a, int n)
{
    struct store_row *row = ARENA_ARRAY(a, struct store_row, 2);
    struct str id = arena_printf(a, "o%d", n);
    row[0] = (struct store_row){.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = id};
    row[1] =
        (struct store_row){.index = STORE_REFERENCE, .param = FAKE_O_SUBJECT, .target_type = FAKE_PATIENT};
    row[1].text = arena_printf(a, "p%d", n / 5);
    return fake_change(a, 'U', FAKE_OBS, id.p, row, 2, "text");
}

static void assert_whole(struct store *s, const bool *stored, int n)
{
    struct store_check check;
    struct store_version v;
    struct err err;
    struct arena a;
    arena_init(&a);
    assert_true(store_check(s, &check, NULL, NULL, &err));
    if (check.faults)
        fail_msg("%s", check.first.arg[0]);
    struct store_read *r = store_read_begin(s, &err);
    for (int i = 0; i < n; i++) {
        enum store_found found = store_get(r, FAKE_OBS, arena_printf(&a, "o%d", i), &a, &v, &err);
        assert_int_equal(found, stored[i] ? STORE_FOUND : STORE_ABSENT);
    }
    store_read_end(r);
    arena_release(&a);
}

/* Lets the kth call of one kind fail during one put or one closing, for every k until none is reached. */
static void fail_each(atomic_long *left, bool reopen)
{
    static bool stored[ROUNDS_MAX * EACH];
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct err err;
    struct arena a;
    struct store *s = store_open(&opt, &err);
    int n = 0, failed = 0;
    bool reached = true;
    arena_init(&a);
    memset(stored, 0, sizeof stored);
    for (int k = 0; k < ROUNDS_MAX && reached; k++) {
        atomic_store(left, k);
        for (int i = 0; i < EACH; i++, n++) {
            struct store_change c = observation(&a, n);
            stored[n] = fake_put(s, &c, 1, &err);
            failed += !stored[n];
        }
        if (reopen)
            store_close(s);
        reached = atomic_load(left) < 0;
        atomic_store(left, -1);
        if (reopen)
            s = store_open(&opt, &err);
        assert_non_null(s);
        assert_whole(s, stored, n);
    }
    assert_true(!reached && (failed > 0 || reopen));
    store_close(s);
    s = store_open(&opt, &err);
    assert_whole(s, stored, n);
    store_close(s);
    arena_release(&a);
    fake_remove(dir);
}

static void test_writes(void **state)
{
    (void)state;
    fail_each(&os_fault.write_left, false);
}

static void test_syncs(void **state)
{
    (void)state;
    fail_each(&os_fault.sync_left, false);
}

static void test_writes_reopened(void **state)
{
    (void)state;
    fail_each(&os_fault.write_left, true);
}

static void test_syncs_reopened(void **state)
{
    (void)state;
    fail_each(&os_fault.sync_left, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_writes), cmocka_unit_test(test_syncs),
                                       cmocka_unit_test(test_writes_reopened),
                                       cmocka_unit_test(test_syncs_reopened)};
    return cmocka_run_group_tests_name("fault_io", tests, shim_up, NULL);
}
