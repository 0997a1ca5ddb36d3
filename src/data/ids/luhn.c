/* SPDX-License-Identifier: Apache-2.0 */
#include "ids/luhn.h"

#include "base/os.h"

char luhn_digit(struct str digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < digits.n; i++) {
        OS_ASSERT(digits.p[i] >= '0' && digits.p[i] <= '9');
        unsigned d = (unsigned)(digits.p[i] - '0') * (i % 2 == 0 ? 2U : 1U);
        sum += d / 10 + d % 10;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}
