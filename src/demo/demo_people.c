/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo_int.h"

#include "base/os.h"

enum { BAND_YEARS = 5, NEAREST_MAX = DEMO_YEARS };

/* Inhabitants of Sweden by age, five years a band from 0 to 104, in ten thousands (SCB, rounded). */
static const uint16_t pyramid[] = {540, 600, 630, 620, 570, 590, 720, 730, 660, 630, 640,
                                   680, 610, 560, 520, 480, 340, 180, 80,  22,  3};

int demo_people_birth_year(struct demo_rng *r, int year_now)
{
    uint32_t total = 0, band = 0;
    for (size_t i = 0; i < sizeof pyramid / sizeof pyramid[0]; i++)
        total += pyramid[i];
    for (uint32_t left = demo_rng_below(r, total); left >= pyramid[band]; band++)
        left -= pyramid[band];
    return year_now - (int)band * BAND_YEARS - (int)demo_rng_below(r, BAND_YEARS);
}

static uint32_t greatest_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Member k of a walk that visits each of 0..n-1 once, in an order of its own for each stream. */
static uint32_t walk(uint64_t seed, uint64_t stream, uint32_t n, uint32_t k)
{
    struct demo_rng r = demo_rng_stream(seed, stream);
    uint32_t start = demo_rng_below(&r, n), step = 1 + demo_rng_below(&r, n);
    while (greatest_divisor(step, n) != 1)
        step++;
    return (uint32_t)((start + (uint64_t)k * step) % n);
}

static bool identity_of_year(struct demo_people *people, int year, char out[13])
{
    uint32_t n = testid_count(year); /* 0 outside the series */
    if (n == 0)
        return false;
    uint16_t *taken = &people->taken[year - TESTID_YEAR_FIRST];
    if (*taken >= n)
        return false;
    testid_get(year, walk(people->seed, (uint64_t)year << 32, n, (*taken)++), out);
    return true;
}

void demo_people_identity(struct demo_people *people, int year, char out[13])
{
    for (int away = 0; away <= NEAREST_MAX; away++) {
        if (identity_of_year(people, year - away, out) ||
            (away && identity_of_year(people, year + away, out)))
            return;
    }
    os_panic("DEMO_PATIENTS_MAX exceeds the test series");
}

bool demo_people_samordning(struct demo_people *people, char out[13])
{
    uint32_t n = testid_samordning_count();
    if (people->samordning_taken >= n)
        return false;
    testid_samordning_get(walk(people->seed, UINT64_C(1) << 60, n, people->samordning_taken++), out);
    return true;
}
