/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo_int.h"

static uint64_t next(struct demo_rng *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct demo_rng demo_rng_stream(uint64_t seed, uint64_t stream)
{
    struct demo_rng a = {seed}, b = {next(&a) ^ (stream * UINT64_C(0xd1342543de82ef95))};
    return (struct demo_rng){next(&b)};
}

uint32_t demo_rng_below(struct demo_rng *r, uint32_t n)
{
    return (uint32_t)(((next(r) >> 32) * (uint64_t)n) >> 32);
}

int demo_rng_between(struct demo_rng *r, int low, int high)
{
    return low + (int)demo_rng_below(r, (uint32_t)(high - low + 1));
}

bool demo_rng_chance(struct demo_rng *r, uint32_t permille)
{
    return demo_rng_below(r, 1000) < permille;
}

double demo_rng_noise(struct demo_rng *r)
{
    /* Twelve uniforms have variance 1: no library function whose last bit differs between machines. */
    int64_t sum = 0;
    for (int i = 0; i < 12; i++)
        sum += demo_rng_below(r, 1 << 20);
    double z = (double)(sum - 6 * (1 << 20)) / (1 << 20);
    return z > 3.5 ? 3.5 : z < -3.5 ? -3.5 : z;
}

void demo_rng_uuid(struct demo_rng *r, char out[DEMO_ID_MAX])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t high = next(r), low = next(r);
    high = (high & ~UINT64_C(0xf000)) | 0x4000;               /* version 4 */
    low = (low & ~(UINT64_C(3) << 62)) | (UINT64_C(2) << 62); /* variant 1 */
    int n = 0;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            out[n++] = '-';
        uint64_t word = i < 16 ? high : low;
        out[n++] = hex[word >> (60 - 4 * (i % 16)) & 15];
    }
    out[n] = '\0';
}
