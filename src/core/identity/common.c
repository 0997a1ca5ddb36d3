/* SPDX-License-Identifier: Apache-2.0
 * Passwords that are guessed first. Lists of leaked passwords are long because they hold each word with every
 * ending; here the endings and the usual swaps (0 for o, $ for s) are taken off, and what is left must be
 * more than words everybody uses. */
#include "identity/identity_int.h"

enum { COMMON_DISTINCT_MIN = 5, COMMON_TEXT_MAX = 3 * IDENTITY_PASSWORD_MAX + 1, COMMON_REST_MAX = 4 };

/* Folded: å and ä are a, ö is o; the longest first where one begins another. */
static const char *const words[] = {
    "administrator",
    "superhemlig",
    "losenordet",
    "sahlgrenska",
    "sjukskoterska",
    "underskoterska",
    "administrera",
    "lackstrom",
    "elfsborg",
    "goteborg",
    "gothenburg",
    "stockholm",
    "trollhattan",
    "uddevalla",
    "skovde",
    "boras",
    "losenord",
    "password",
    "passwort",
    "passord",
    "hemligt",
    "hemlig",
    "secret",
    "valkommen",
    "valkomna",
    "welcome",
    "letmein",
    "sommaren",
    "sommar",
    "vintern",
    "vinter",
    "hosten",
    "host",
    "varen",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "mandag",
    "tisdag",
    "onsdag",
    "torsdag",
    "fredag",
    "lordag",
    "sondag",
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
    "sverige",
    "sweden",
    "swedish",
    "svenska",
    "region",
    "sjukhuset",
    "sjukhus",
    "hospital",
    "vardcentral",
    "varden",
    "vard",
    "journalen",
    "journal",
    "patienten",
    "patient",
    "lakare",
    "doktor",
    "doctor",
    "nurse",
    "helhet",
    "millennium",
    "admin",
    "system",
    "test",
    "demo",
    "user",
    "anvandare",
    "konto",
    "account",
    "login",
    "logga",
    "inloggning",
    "default",
    "change",
    "andra",
    "changeme",
    "master",
    "dragon",
    "monkey",
    "football",
    "fotboll",
    "hockey",
    "baseball",
    "sunshine",
    "princess",
    "prinsessa",
    "superman",
    "batman",
    "pokemon",
    "shadow",
    "iloveyou",
    "jagalskardig",
    "alskling",
    "alskar",
    "dig",
    "mamma",
    "pappa",
    "familj",
    "family",
    "bajskorv",
    "kalle",
    "anna",
    "emma",
    "maria",
    "lisa",
    "erik",
    "lars",
    "anders",
    "johan",
    "mikael",
    "daniel",
    "michael",
    "jennifer",
    "charlie",
    "jordan",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdf",
    "zxcvbn",
    "hej",
    "hejsan",
    "hello",
    "abc",
    "ifk",
    "aik",
    "bmw",
    "volvo",
    "saab",
    "hund",
    "katt",
    "hunden",
    "katten",
    "my",
    "min",
    "mitt",
    "the",
    "is",
    "en",
    "ett",
    "och",
    "and",
    "for",
    "pa",
    "i",
    "a",
    "o",
    "jag",
    "du",
    "vi",
    "it",
    NULL,
};

/* Rows of keys and what people count by; a run goes either way along one. */
static const char *const rows[] = {"qwertyuiopa",
                                   "asdfghjkloa",
                                   "zxcvbnm",
                                   "1234567890",
                                   "0123456789",
                                   "abcdefghijklmnopqrstuvwxyz",
                                   "qazwsxedcrfvtgbyhnujmikolp",
                                   "1q2w3e4r5t6y7u8i9o0p",
                                   NULL};

static const char *const reasons[][2] = {
    {"det är för likt kontots namn", "it is too much like the account's name"},
    {"det har för få olika tecken", "it has too few different characters"},
    {"det är en följd på tangentbordet eller i alfabetet", "it is a run on the keyboard or in the alphabet"},
    {"det är ett av de vanligaste, som gissas först",
     "it is one of the most common, which are guessed first"},
    {"det upprepar sig", "it repeats itself"},
};

/* Small letters without marks, as people swap them; what is neither letter nor digit is left out. */
static size_t fold(struct str in, bool swap, char out[COMMON_TEXT_MAX])
{
    static const char swaps[][2] = {{'0', 'o'}, {'1', 'i'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'},
                                    {'7', 't'}, {'@', 'a'}, {'$', 's'}, {'!', 'i'}};
    size_t n = 0;
    for (size_t i = 0; i < in.n && n < COMMON_TEXT_MAX; i++) {
        unsigned char c = (unsigned char)in.p[i], d = i + 1 < in.n ? (unsigned char)in.p[i + 1] : 0;
        if (c == 0xC3 && d) {
            d |= 0x20; /* Å Ä Ö and å ä ö differ in that bit */
            c = d == 0xA5 || d == 0xA4 ? 'a' : d == 0xB6 ? 'o' : d == 0xA9 ? 'e' : '?';
            i++;
        }
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c - 'A' + 'a');
        for (size_t j = 0; swap && j < sizeof swaps / sizeof *swaps; j++)
            if (c == swaps[j][0])
                c = (unsigned char)swaps[j][1];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
            out[n++] = (char)c;
    }
    return n;
}

static bool few_distinct(struct str s)
{
    bool seen[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!seen[(unsigned char)s.p[i]]) {
            seen[(unsigned char)s.p[i]] = true;
            count++;
        }
    return count < COMMON_DISTINCT_MIN;
}

/* Is b next to a along a row, either way? */
static bool neighbours(char a, char b)
{
    for (const char *const *row = rows; *row; row++) {
        const char *at = strchr(*row, a);
        if (a && b && at && (at[1] == b || (at > *row && at[-1] == b)))
            return true;
    }
    return false;
}

/* Nearly all steps lead to the next key. */
static bool is_run(struct str s)
{
    size_t steps = 0;
    for (size_t i = 1; i < s.n; i++)
        steps += neighbours(s.p[i - 1], s.p[i]);
    return s.n >= 4 && steps + 3 >= s.n;
}

/* One piece, three times or more. */
static bool repeats(struct str s)
{
    for (size_t piece = 1; piece * 3 <= s.n; piece++) {
        size_t i = piece;
        while (i < s.n && s.p[i] == s.p[i - piece])
            i++;
        if (i == s.n)
            return true;
    }
    return false;
}

/* Bytes that no common word covers, digits left out: the least there can be (dynamic programming). */
static size_t uncovered(struct str s, struct str name)
{
    uint16_t best[COMMON_TEXT_MAX + 1];
    best[0] = 0;
    for (size_t end = 1; end <= s.n; end++) {
        bool digit = s.p[end - 1] >= '0' && s.p[end - 1] <= '9';
        best[end] = (uint16_t)(best[end - 1] + !digit);
        for (size_t w = 0; words[w]; w++) {
            size_t n = strlen(words[w]);
            if (n <= end && best[end - n] < best[end] && memcmp(s.p + end - n, words[w], n) == 0)
                best[end] = best[end - n];
        }
        if (name.n >= 4 && name.n <= end && best[end - name.n] < best[end] &&
            memcmp(s.p + end - name.n, name.p, name.n) == 0)
            best[end] = best[end - name.n];
    }
    return best[s.n];
}

const char *const *common_reason(struct str name, struct str password)
{
    char plain[COMMON_TEXT_MAX], swapped[COMMON_TEXT_MAX], own[COMMON_TEXT_MAX];
    struct str p = {plain, fold(password, false, plain)};
    struct str s = {swapped, fold(password, true, swapped)};
    struct str n = {own, fold(name, false, own)};
    size_t at = n.n >= 4 ? str_find_str(p, n) : SIZE_MAX;
    if (at != SIZE_MAX && p.n - n.n < IDENTITY_PASSWORD_MIN / 2)
        return reasons[0];
    if (few_distinct(password))
        return reasons[1];
    if (is_run(p))
        return reasons[2];
    if (uncovered(p, n) < COMMON_REST_MAX || uncovered(s, n) < COMMON_REST_MAX)
        return reasons[3];
    return repeats(password) ? reasons[4] : NULL;
}
