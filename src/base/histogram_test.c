/* SPDX-License-Identifier: Apache-2.0
 * Percentiles of the histogram beside those of a sorted list of the same times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/histogram.h"

enum { TIMES = 5000, THREADS = 4 };

static uint64_t seed = 88172645463325252u;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* From a microsecond to minutes, as many of each length. */
static uint64_t some_time(void)
{
    return next() >> (36 + next() % 28);
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The smallest that at least per_mille of them are at or below. */
static uint64_t naive(const uint64_t *sorted, uint64_t n, unsigned per_mille)
{
    for (uint64_t i = 0; i < n; i++)
        if ((i + 1) * 1000 >= n * per_mille)
            return sorted[i];
    return sorted[n - 1];
}

static void compare(const uint64_t *sorted, uint64_t n, const struct histogram_sum *s)
{
    static const unsigned asked[] = {1, 10, 250, 500, 900, 950, 990, 999, 1000};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        uint64_t want = naive(sorted, n, asked[i]), got = histogram_at(s, asked[i]);
        if (want > HISTOGRAM_MICROS_MAX)
            assert_true(got == UINT64_MAX);
        else
            assert_true(got >= want && got <= want + want / 32);
    }
}

static void test_percentiles(void **state)
{
    (void)state;
    static uint64_t times[TIMES];
    static struct histogram h;
    struct histogram_sum s;
    for (uint64_t n = 1; n <= TIMES; n = n * 3 + 1) {
        memset(&h, 0, sizeof h);
        for (uint64_t i = 0; i < n; i++) {
            times[i] = some_time();
            histogram_add(&h, times[i]);
        }
        qsort(times, n, sizeof *times, by_size);
        histogram_read(&h, &s);
        assert_int_equal(s.total, n);
        compare(times, n, &s);
        for (unsigned power = 0; power <= HISTOGRAM_TOP; power++) {
            uint64_t below = 0;
            while (below < n && times[below] < (uint64_t)1 << power)
                below++;
            assert_int_equal(histogram_below(&s, power), below);
        }
    }
}

/* Each side of every bound, where the buckets meet. */
static void test_bounds(void **state)
{
    (void)state;
    static struct histogram h;
    struct histogram_sum s;
    for (unsigned power = 0; power <= HISTOGRAM_TOP; power++)
        for (int off = -1; off <= 1; off++) {
            uint64_t one = ((uint64_t)1 << power) + (uint64_t)(int64_t)off;
            memset(&h, 0, sizeof h);
            histogram_add(&h, one);
            histogram_read(&h, &s);
            compare(&one, 1, &s);
            assert_int_equal(s.micros, one);
        }
    histogram_read(&(struct histogram){0}, &s);
    assert_int_equal(histogram_at(&s, 950), 0);
}

/* What came between two moments. */
static void test_between(void **state)
{
    (void)state;
    static struct histogram h;
    struct histogram_sum before, after, sum = {0};
    for (int i = 0; i < 100; i++)
        histogram_add(&h, 1000000);
    histogram_read(&h, &before);
    for (int i = 0; i < 100; i++)
        histogram_add(&h, 20);
    histogram_read(&h, &after);
    assert_true(histogram_at(&after, 950) >= 1000000);
    histogram_sum_less(&after, &before);
    assert_int_equal(after.total, 100);
    assert_int_equal(after.micros, 2000);
    assert_int_equal(histogram_at(&after, 950), 20);
    histogram_sum_add(&sum, &before);
    histogram_sum_add(&sum, &after);
    assert_int_equal(sum.total, 200);
    assert_int_equal(histogram_at(&sum, 500), 20);
}

static void *add_many(void *arg)
{
    for (uint64_t i = 0; i < TIMES; i++)
        histogram_add(arg, i);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    static struct histogram h;
    struct histogram_sum s;
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, add_many, &h), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    histogram_read(&h, &s);
    assert_int_equal(s.total, THREADS * TIMES);
    assert_int_equal(s.micros, (uint64_t)THREADS * TIMES * (TIMES - 1) / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_percentiles), cmocka_unit_test(test_bounds),
                                       cmocka_unit_test(test_between), cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
