/* SPDX-License-Identifier: Apache-2.0
 * Tests of personnummer, orgnummer and testid. The published cases (personnummer/meta) and Skatteverket's
 * series are read from HELHET_CORPUS (default ../shared/corpus) and skipped visibly where it is absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/os.h"
#include "ids/idsystem.h"
#include "ids/orgnummer.h"
#include "ids/personnummer.h"
#include "ids/testid.h"

enum { CORPUS_FILE_MAX = 4 << 20 };
static const int64_t now_ms = 1795287600000; /* 2026-11-21 */

static char *corpus(const char *name, size_t *n)
{
    char path[512];
    const char *dir = getenv("HELHET_CORPUS");
    snprintf(path, sizeof path, "%s/personnummer/%s", dir ? dir : "../shared/corpus", name);
    char *data;
    if (!os_file_read(path, CORPUS_FILE_MAX, &data, n)) {
        print_message("SKIPPED: %s is not here\n", path);
        skip();
    }
    return data;
}

/* A published case: the ways of writing one number and what is true of it. */
struct published {
    struct str form[4];
    int forms;
    struct str type;
    bool valid, female;
};

/* The next JSON string, word or brace from *at; false at the end. Enough for these flat files. */
static bool token(struct str text, size_t *at, struct str *out)
{
    size_t i = *at;
    while (i < text.n && strchr(" \t\r\n,:", text.p[i]))
        i++;
    if (i >= text.n)
        return false;
    size_t from = i;
    if (text.p[i] == '"') {
        size_t end = str_find(text, '"', i + 1);
        assert_true(end != SIZE_MAX);
        *out = str_sub(text, from + 1, end);
        *at = end + 1;
        return true;
    }
    i++;
    if (!strchr("[]{}", text.p[from])) {
        while (i < text.n && !strchr(" \t\r\n,:]}", text.p[i]))
            i++;
    }
    *out = str_sub(text, from, i);
    *at = i;
    return true;
}

/* Reads the object at *at; false when there is no more. */
static bool next_published(struct str text, size_t *at, struct published *c)
{
    *c = (struct published){.forms = 0};
    struct str key, value;
    while (token(text, at, &key)) {
        if (str_is(key, "}"))
            return true;
        if (strchr("[{]", key.p[0]))
            continue;
        assert_true(token(text, at, &value));
        if (str_ends(key, STR("_format")) || str_starts(key, STR("separated")))
            c->form[c->forms++] = value;
        else if (str_is(key, "valid"))
            c->valid = str_is(value, "true");
        else if (str_is(key, "isFemale"))
            c->female = str_is(value, "true");
        else if (str_is(key, "type"))
            c->type = value;
    }
    return false;
}

static enum personnummer_kind kind_of(struct str type)
{
    if (str_is(type, "con"))
        return PERSONNUMMER_SAMORDNING;
    return str_is(type, "interim") ? PERSONNUMMER_INTERIM : PERSONNUMMER_PERSON;
}

static int check_list(const char *name)
{
    size_t n, at = 0;
    char *data = corpus(name, &n);
    struct published c;
    int cases = 0;
    while (next_published((struct str){data, n}, &at, &c)) {
        for (int i = 0; i < c.forms; i++, cases++) {
            struct personnummer p;
            bool ok = personnummer_parse(c.form[i], now_ms, &p, NULL);
            if (ok != c.valid)
                fail_msg("%s: %.*s is %s", name, STR_ARG(c.form[i]), c.valid ? "valid" : "not valid");
            if (!ok)
                continue;
            assert_int_equal(p.kind, kind_of(c.type));
            assert_int_equal(p.sex, c.female ? PERSONNUMMER_FEMALE : PERSONNUMMER_MALE);
            if (c.form[i].n > 11 || str_find(c.form[i], '+', 0) != SIZE_MAX)
                assert_memory_equal(p.text, c.form[0].p, 12);
        }
    }
    os_free(data);
    return cases;
}

static void published_list(void **state)
{
    (void)state;
    int cases = check_list("list.json");
    assert_int_equal(cases, 14 * 4);
    print_message("CONFORMANCE personnummer, written forms: %d passed, 0 failed, 0 skipped\n", cases);
}

static void published_interim(void **state)
{
    (void)state;
    assert_int_equal(check_list("interim.json"), 6 * 4);
}

static void published_structured(void **state)
{
    (void)state;
    size_t n, at = 0;
    char *data = corpus("structured.json", &n);
    struct str t;
    bool valid = false;
    int cases = 0;
    while (token((struct str){data, n}, &at, &t)) {
        if (str_is(t, "valid") || str_is(t, "invalid"))
            valid = str_is(t, "valid");
        if (t.n == 0 || t.p[0] < '0' || t.p[0] > '9')
            continue;
        struct personnummer p;
        if (personnummer_parse(t, now_ms, &p, NULL) != valid)
            fail_msg("structured.json: %.*s is %s", STR_ARG(t), valid ? "valid" : "not valid");
        cases++;
    }
    assert_true(cases > 60);
    os_free(data);
}

static void published_orgnumber(void **state)
{
    (void)state;
    size_t n, at = 0;
    char *data = corpus("orgnumber.json", &n);
    struct published c;
    int cases = 0;
    while (next_published((struct str){data, n}, &at, &c)) {
        for (int i = 0; i < c.forms; i++, cases++) {
            struct personnummer p;
            char org[ORGNUMMER_LEN + 1];
            assert_false(personnummer_parse(c.form[i], now_ms, &p, NULL));
            assert_true(orgnummer_parse(c.form[i], org, NULL));
            assert_memory_equal(org, c.form[0].p, ORGNUMMER_LEN);
        }
    }
    assert_int_equal(cases, 6 * 2);
    os_free(data);
}

/* Every line parses as kind; returns the text for further use. */
static char *check_series(const char *name, enum personnummer_kind kind, size_t *n)
{
    char *data = corpus(name, n);
    struct str rest = {data, *n}, line;
    int lines = 0;
    while (str_split(&rest, '\n', &line)) {
        if (line.n == 0)
            continue;
        struct personnummer p;
        struct err err = {.code = ERR_OK};
        if (!personnummer_parse(line, now_ms, &p, &err) || p.kind != kind)
            fail_msg("%s: %.*s refused (%s)", name, STR_ARG(line), err_info(err.code)->name);
        assert_memory_equal(p.text, line.p, 12);
        char dashed[16];
        snprintf(dashed, sizeof dashed, "%.6s%c%.4s", p.text + 2, p.year <= 1926 ? '+' : '-', p.text + 8);
        struct personnummer again;
        assert_true(personnummer_parse(str_of(dashed), now_ms, &again, NULL));
        if (p.year >= 1900 && p.year != 1926)
            assert_string_equal(again.text, p.text);
        lines++;
    }
    assert_true(lines > 1000);
    return data;
}

static bool in_series(const char *data, size_t n, const char *number)
{
    return memmem(data, n, number, 12) != NULL;
}

static void official_personnummer(void **state)
{
    (void)state;
    size_t n;
    char *data = check_series("testpersonnummer.txt", PERSONNUMMER_PERSON, &n);
    char number[13];
    uint32_t ours = 0;
    for (int year = TESTID_YEAR_FIRST; year <= TESTID_YEAR_LAST; year++) {
        assert_true(testid_count(year) <= TESTID_YEAR_MAX);
        for (uint32_t i = 0; i < testid_count(year); i += 7, ours++) {
            testid_get(year, i, number);
            if (!in_series(data, n, number))
                fail_msg("%s is not in the official series", number);
            assert_true(testid_has(number));
        }
    }
    assert_true(ours > 3000);
    os_free(data);
}

static void official_samordningsnummer(void **state)
{
    (void)state;
    size_t n;
    char *data = check_series("testsamordningsnummer.txt", PERSONNUMMER_SAMORDNING, &n);
    char number[13];
    assert_true(testid_samordning_count() > 50);
    for (uint32_t i = 0; i < testid_samordning_count(); i++) {
        testid_samordning_get(i, number);
        if (!in_series(data, n, number))
            fail_msg("%s is not in the official series", number);
        assert_true(testid_has(number));
    }
    os_free(data);
}

static void ways_of_writing(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "200002292399",
        "20000229-2399",
        "0002292399",
        "000229-2399",
        "  000229-2399\t",
        "000229–2399",
        "20000229−2399",
        "\xc2\xa0"
        "20000229-2399\xc2\xa0",
        "000229\xe2\x80\x91"
        "2399",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct personnummer p;
        if (!personnummer_parse(str_of(ways[i]), now_ms, &p, NULL))
            fail_msg("refused: %s", ways[i]);
        assert_string_equal(p.text, "200002292399");
        assert_int_equal(p.year, 2000);
        assert_int_equal(p.month, 2);
        assert_int_equal(p.day, 29);
        assert_int_equal(p.sex, PERSONNUMMER_MALE);
    }
}

static void refused_with_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_code code;
    } cases[] = {
        {"", ERR_IDENTITY_FORM},
        {"-", ERR_IDENTITY_FORM},
        {"Karl", ERR_IDENTITY_FORM},
        {"20000229 2399", ERR_IDENTITY_FORM},
        {"2000-02-29-2399", ERR_IDENTITY_FORM},
        {"20000229--2399", ERR_IDENTITY_FORM},
        {"0000229-2399", ERR_IDENTITY_FORM},
        {"2000022923990", ERR_IDENTITY_FORM},
        {"２000022923", ERR_IDENTITY_FORM},
        {"19990229-2399", ERR_IDENTITY_DATE},
        {"20001301-2393", ERR_IDENTITY_DATE},
        {"20270229-2399", ERR_IDENTITY_DATE},
        {"20991231-2390", ERR_IDENTITY_DATE},
        {"16990101-2390", ERR_IDENTITY_DATE},
        {"20000229-2398", ERR_IDENTITY_CHECK},
        {"20150916-0006", ERR_IDENTITY_CHECK},
        {"20000101Q220", ERR_IDENTITY_FORM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct personnummer p;
        struct err err = {.code = ERR_OK};
        if (personnummer_parse(str_of(cases[i].text), now_ms, &p, &err) || err.code != cases[i].code)
            fail_msg("%s: got %d", cases[i].text, err.code);
    }
}

static void kinds_and_systems(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum personnummer_kind kind;
        enum personnummer_sex sex;
        const char *system;
    } cases[] = {
        {"20000229-2399", PERSONNUMMER_PERSON, PERSONNUMMER_MALE, IDSYSTEM_PERSONNUMMER},
        {"19730288-9931", PERSONNUMMER_SAMORDNING, PERSONNUMMER_MALE, IDSYSTEM_SAMORDNINGSNUMMER},
        {"20000101-t220", PERSONNUMMER_INTERIM, PERSONNUMMER_FEMALE, IDSYSTEM_RESERVNUMMER},
        {"20210325K069", PERSONNUMMER_RESERV_VGR, PERSONNUMMER_FEMALE, IDSYSTEM_RESERV_VGR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct personnummer p;
        if (!personnummer_parse(str_of(cases[i].text), now_ms, &p, NULL))
            fail_msg("refused: %s", cases[i].text);
        assert_int_equal(p.kind, cases[i].kind);
        assert_int_equal(p.sex, cases[i].sex);
        assert_string_equal(personnummer_system(p.kind), cases[i].system);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Each is read back as what it is, has the published example among them, and none comes twice. */
static void reserve_numbers(void **state)
{
    (void)state;
    static const enum personnummer_sex sexes[] = {PERSONNUMMER_SEX_UNKNOWN, PERSONNUMMER_FEMALE,
                                                  PERSONNUMMER_MALE};
    static char made[PERSONNUMMER_RESERVE_SERIALS][PERSONNUMMER_LEN + 1];
    char example[PERSONNUMMER_LEN + 1];
    for (size_t s = 0; s < 3; s++) {
        for (unsigned i = 0; i < PERSONNUMMER_RESERVE_SERIALS; i++) {
            struct personnummer p;
            personnummer_reserve(1980, sexes[s], i, made[i]);
            if (!personnummer_parse(str_of(made[i]), now_ms, &p, NULL) || p.kind != PERSONNUMMER_RESERV_VGR ||
                p.sex != sexes[s] || p.year != 1980)
                fail_msg("%s", made[i]);
        }
        qsort(made, PERSONNUMMER_RESERVE_SERIALS, sizeof made[0], by_text);
        for (unsigned i = 1; i < PERSONNUMMER_RESERVE_SERIALS; i++)
            assert_string_not_equal(made[i - 1], made[i]);
    }
    personnummer_reserve(2021, PERSONNUMMER_FEMALE, (31 + 28 + 24) * 100 + 6, example);
    assert_string_equal(example, "20210325K069");
}

/* The same ten digits mean another century a day later, and '+' one before that. */
static void century(void **state)
{
    (void)state;
    struct personnummer p;
    const int64_t new_year_2000 = 946684800000;
    assert_true(personnummer_parse(STR("000229-2399"), new_year_2000 + 86400000LL * 90, &p, NULL));
    assert_int_equal(p.year, 2000);
    assert_false(personnummer_parse(STR("000229-2399"), new_year_2000, &p, NULL));
    assert_true(personnummer_parse(STR("090527+1474"), now_ms, &p, NULL));
    assert_int_equal(p.year, 1909);
    assert_true(personnummer_parse(STR("090527-1474"), now_ms, &p, NULL));
    assert_int_equal(p.year, 2009);
}

static void every_wrong_digit_is_found(void **state)
{
    (void)state;
    struct personnummer p;
    for (int i = 0; i < 12; i++) {
        for (char d = '0'; d <= '9'; d++) {
            char number[] = "195704289999";
            if (number[i] == d)
                continue;
            number[i] = d;
            bool ok = personnummer_parse(str_of(number), now_ms, &p, NULL);
            /* The century takes no part in the check digit. */
            assert_true(!ok || i < 2);
        }
    }
}

static void hsa_ids(void **state)
{
    (void)state;
    assert_true(orgnummer_hsa_valid(STR("SE2321000131-P000000123456")));
    assert_true(orgnummer_hsa_valid(STR("SE2321000131-1")));
    assert_true(orgnummer_hsa_valid(STR("TSTNMT2321000156-1001")));
    assert_false(orgnummer_hsa_valid(STR("TSTNMT2321000156")));
    assert_false(orgnummer_hsa_valid(STR("")));
    assert_false(orgnummer_hsa_valid(STR("SE2321000132-P000000123456")));
    assert_false(orgnummer_hsa_valid(STR("SE2321000131-")));
    assert_false(orgnummer_hsa_valid(STR("SE2321000131-å")));
    assert_false(orgnummer_hsa_valid(STR("SE2321000131-P00000000000000000000000")));
    char org[ORGNUMMER_LEN + 1];
    assert_true(orgnummer_parse(STR(" 232100-0131 "), org, NULL));
    assert_true(orgnummer_parse(STR("16232100-0131"), org, NULL));
    assert_string_equal(org, "2321000131");
    struct err err = {.code = ERR_OK};
    assert_false(orgnummer_parse(STR("20000229-2399"), org, &err));
    assert_int_equal(err.code, ERR_ORGNUMMER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_list),
        cmocka_unit_test(published_interim),
        cmocka_unit_test(published_structured),
        cmocka_unit_test(published_orgnumber),
        cmocka_unit_test(official_personnummer),
        cmocka_unit_test(official_samordningsnummer),
        cmocka_unit_test(ways_of_writing),
        cmocka_unit_test(refused_with_reason),
        cmocka_unit_test(kinds_and_systems),
        cmocka_unit_test(reserve_numbers),
        cmocka_unit_test(century),
        cmocka_unit_test(every_wrong_digit_is_found),
        cmocka_unit_test(hsa_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
