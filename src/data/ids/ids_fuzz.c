/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as an identity: no crash, and what is accepted reads the same again in its canonical form. */
#include "base/os.h"
#include "ids/orgnummer.h"
#include "ids/personnummer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const int64_t now_ms = INT64_C(1795287600000);
    struct str text = {(const char *)data, n};
    struct personnummer p, again;
    struct err err = {.code = ERR_OK};
    char org[ORGNUMMER_LEN + 1];
    if (personnummer_parse(text, now_ms, &p, &err)) {
        OS_ASSERT(strlen(p.text) == PERSONNUMMER_LEN);
        OS_ASSERT(personnummer_parse(str_of(p.text), now_ms, &again, NULL));
        OS_ASSERT(strcmp(p.text, again.text) == 0 && p.kind == again.kind && p.sex == again.sex &&
                  p.year == again.year);
        personnummer_is_test(&p);
    } else {
        OS_ASSERT(err.code != ERR_OK);
    }
    if (orgnummer_parse(text, org, NULL))
        OS_ASSERT(orgnummer_parse(str_of(org), org, NULL));
    orgnummer_hsa_valid(text);
    return 0;
}
