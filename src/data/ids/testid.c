/* SPDX-License-Identifier: Apache-2.0 */
#include "ids/testid.h"

#include <stdio.h>

#include "base/os.h"
#include "ids/luhn.h"
#include "ids/testid_int.h"

enum {
    OLD_COUNT = sizeof testid_old / sizeof testid_old[0],
    SAMORDNING_COUNT = sizeof testid_samordning_packed / sizeof testid_samordning_packed[0],
    BIRTH_NUMBER_FIRST = 238,
    DAY_SHIFT = 60
};

static void write_number(int year, int month, int day, int birth_number, char out[13])
{
    char text[48];
    snprintf(text, sizeof text, "%04d%02d%02d%03d", year, month, day, birth_number);
    memcpy(out, text, 11);
    out[11] = luhn_digit((struct str){out + 2, 9});
    out[12] = '\0';
}

static uint32_t packed_year(uint32_t packed)
{
    return 1900 + (packed >> 19);
}

static void write_packed(uint32_t packed, int day_shift, char out[13])
{
    write_number((int)packed_year(packed), (int)(packed >> 15 & 15), (int)(packed >> 10 & 31) + day_shift,
                 (int)(packed & 1023), out);
}

/* The first place in the old table whose year is not before year. */
static uint32_t old_from(int year)
{
    uint32_t low = 0, high = OLD_COUNT;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if ((int)packed_year(testid_old[middle]) < year)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t testid_count(int year)
{
    if (year >= TESTID_OLD_FIRST && year <= TESTID_OLD_LAST)
        return old_from(year + 1) - old_from(year);
    if (year < TESTID_NEW_FIRST || year > TESTID_NEW_LAST)
        return 0;
    uint32_t count = 0;
    for (int i = 0; i < 24; i++)
        count += (uint32_t)__builtin_popcount(testid_new[year - TESTID_NEW_FIRST][i]);
    return count;
}

void testid_get(int year, uint32_t i, char out[13])
{
    OS_ASSERT(i < testid_count(year));
    if (year <= TESTID_OLD_LAST) {
        write_packed(testid_old[old_from(year) + i], 0, out);
        return;
    }
    for (int m = 0; m < 24; m++) {
        for (uint32_t left = testid_new[year - TESTID_NEW_FIRST][m]; left; left &= left - 1) {
            if (i-- == 0) {
                write_number(year, m / 2 + 1, __builtin_ctz(left) + 1, BIRTH_NUMBER_FIRST + m % 2, out);
                return;
            }
        }
    }
}

uint32_t testid_samordning_count(void)
{
    return SAMORDNING_COUNT;
}

void testid_samordning_get(uint32_t i, char out[13])
{
    OS_ASSERT(i < SAMORDNING_COUNT);
    write_packed(testid_samordning_packed[i], DAY_SHIFT, out);
}

static bool is_at(int year, uint32_t i, const char text[12])
{
    char member[13];
    testid_get(year, i, member);
    return memcmp(member, text, 12) == 0;
}

bool testid_has(const char text[12])
{
    int year = 0;
    for (int i = 0; i < 4; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        year = year * 10 + (text[i] - '0');
    }
    for (uint32_t i = 0, n = testid_count(year); i < n; i++) {
        if (is_at(year, i, text))
            return true;
    }
    for (uint32_t i = 0; i < SAMORDNING_COUNT; i++) {
        char member[13];
        write_packed(testid_samordning_packed[i], DAY_SHIFT, member);
        if (memcmp(member, text, 12) == 0)
            return true;
    }
    return false;
}
