/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fhir_gen/names.h"
#include "path/path_cache.h"

enum { THREADS = 4, TEXTS = 200, ROUNDS = 2000 };

static void same_text_same_expression(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    uint64_t hits, misses;
    struct path_cache *c = path_cache_new();
    arena_init(&arena);
    const struct path_expr *a =
        path_cache_compile(c, &arena, STR("name.given"), FHIR_TYPE_Patient, true, &err);
    assert_non_null(a);
    assert_ptr_equal(a, path_cache_compile(c, &arena, STR("name.given"), FHIR_TYPE_Patient, true, &err));
    /* The same text means another thing on another type. */
    assert_null(path_cache_compile(c, &arena, STR("name.given"), FHIR_TYPE_Organization, true, &err));
    assert_int_equal(err.code, ERR_PATH_SEMANTIC);
    assert_ptr_not_equal(a, path_cache_compile(c, &arena, STR("name.given"), FHIR_TYPE_Patient, false, &err));
    err = (struct err){0};
    assert_null(path_cache_compile(c, &arena, STR("name.("), FHIR_TYPE_Patient, true, &err));
    assert_int_equal(err.code, ERR_PATH_SYNTAX);
    path_cache_counts(c, &hits, &misses);
    assert_int_equal(hits, 1);
    assert_int_equal(misses, 4);
    arena_release(&arena);
    path_cache_free(c);
}

static void full_cache_still_compiles(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    struct path_cache *c = path_cache_new();
    arena_init(&arena);
    for (int i = 0; i < PATH_CACHE_ENTRIES_MAX + 100; i++)
        assert_non_null(path_cache_compile(c, &arena,
                                           arena_printf(&arena, "birthDate = @2024-01-01 and %d > 0", i),
                                           FHIR_TYPE_Patient, true, &err));
    const struct path_expr *a = path_cache_compile(c, &arena, STR("gender"), FHIR_TYPE_Patient, true, &err);
    assert_non_null(a);
    assert_ptr_not_equal(a, path_cache_compile(c, &arena, STR("gender"), FHIR_TYPE_Patient, true, &err));
    arena_release(&arena);
    path_cache_free(c);
}

struct worker {
    struct path_cache *cache;
    const struct path_expr **seen; /* TEXTS, this thread's */
    pthread_t thread;
    bool differs;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct arena arena;
    char text[64];
    arena_init(&arena);
    for (int i = 0; i < ROUNDS; i++) {
        struct err err = {0};
        int k = i % TEXTS;
        size_t n = (size_t)snprintf(text, sizeof(text), "name[%d].family", k);
        const struct path_expr *e =
            path_cache_compile(w->cache, &arena, (struct str){text, n}, FHIR_TYPE_Patient, true, &err);
        w->differs = w->differs || !e || (w->seen[k] && w->seen[k] != e);
        w->seen[k] = e;
    }
    arena_release(&arena);
    return NULL;
}

static void threads_share(void **state)
{
    (void)state;
    static const struct path_expr *seen[THREADS][TEXTS];
    struct worker w[THREADS] = {0};
    struct path_cache *c = path_cache_new();
    for (int i = 0; i < THREADS; i++) {
        w[i].cache = c;
        w[i].seen = seen[i];
        assert_int_equal(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(w[i].thread, NULL);
        assert_false(w[i].differs);
        assert_memory_equal(seen[i], seen[0], sizeof(seen[0]));
    }
    path_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_text_same_expression),
        cmocka_unit_test(full_cache_still_compiles),
        cmocka_unit_test(threads_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
