/* SPDX-License-Identifier: Apache-2.0 */
#include "fold/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/os.h"

/* Letters that Unicode does not decompose but readers take for a base letter. */
static const struct {
    UChar from;
    char to[3];
} letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"}, {0x0127, "h"},
    {0x0131, "i"},  {0x0142, "l"}, {0x014B, "n"}, {0x0153, "oe"}, {0x0167, "t"},
};

/* What the rules below make of U+00C0..U+00FF, so that Swedish text needs no ICU call; "" goes the long way.
 */
static const char latin[64][3] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",
};

/* ASCII and Latin-1 letters without tables of Unicode; false at the first other character. */
static bool fold_latin(struct str s, char *to, size_t *n)
{
    size_t at = 0;
    bool space = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ') {
            space = at > 0;
            continue;
        }
        if (space)
            to[at++] = ' ';
        space = false;
        if (c < 0x80) {
            to[at++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
            continue;
        }
        if (c != 0xC3 || i + 1 == s.n)
            return false;
        const char *letter = latin[(unsigned char)s.p[++i] & 63];
        if (!letter[0])
            return false;
        for (; *letter; letter++)
            to[at++] = *letter;
    }
    *n = at;
    return true;
}

/* Appends c unless it is a mark; white space becomes one space between words. */
static size_t put(UChar *to, size_t at, UChar32 c, bool *space)
{
    int8_t kind = u_charType(c);
    if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR)
        return at;
    if (u_isUWhiteSpace(c) || c <= ' ') {
        *space = at > 0;
        return at;
    }
    if (*space)
        to[at++] = ' ';
    *space = false;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].from == c) {
            for (const char *p = letters[i].to; *p; p++)
                to[at++] = (UChar)*p;
            return at;
        }
    }
    U16_APPEND_UNSAFE(to, at, c);
    return at;
}

/* NFKD, as ICU calls go: nothing is done after an earlier failure. */
static int32_t decompose(const UChar *from, int32_t n, UChar *to, int32_t cap, UErrorCode *status)
{
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(status);
    return unorm2_normalize(nfkd, from, n, to, cap, status);
}

/* Decompose, fold case, decompose what folding composed, then drop the marks. False when cap units were too
 * few. */
static bool fold_units(struct arena *scratch, struct arena *arena, struct str s, int32_t cap, struct str *out)
{
    UChar *a = arena_alloc(scratch, (size_t)cap * sizeof *a),
          *b = arena_alloc(scratch, (size_t)cap * sizeof *b);
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0, bytes = 0;
    u_strFromUTF8WithSub(a, cap, &n, s.p, (int32_t)s.n, 0xFFFD, NULL, &status);
    n = decompose(a, n, b, cap / 3, &status);
    n = u_strFoldCase(a, cap, b, n, U_FOLD_CASE_DEFAULT, &status);
    n = decompose(a, n, b, cap / 3, &status);
    if (U_FAILURE(status))
        return false;
    size_t at = 0;
    bool space = false;
    for (int32_t i = 0; i < n;) {
        UChar32 c;
        U16_NEXT(b, i, n, c);
        at = put(a, at, c, &space);
    }
    char *to = arena_alloc(arena, at * 3 + 1);
    if (!to)
        return true;
    u_strToUTF8WithSub(to, (int32_t)(at * 3 + 1), &bytes, a, (int32_t)at, 0xFFFD, NULL, &status);
    *out = (struct str){to, (size_t)bytes};
    return true;
}

static struct str fold_unicode(struct arena *arena, struct str s)
{
    struct str out = {NULL, 0};
    struct arena scratch;
    arena_init(&scratch);
    int32_t cap = (int32_t)s.n * 4 + 64;
    while (!fold_units(&scratch, arena, s, cap, &out))
        cap *= 2;
    arena_release(&scratch);
    return out;
}

struct str fold_text(struct arena *arena, struct str s)
{
    char *to = arena_alloc(arena, s.n * 2 + 1);
    size_t n;
    if (!to)
        return (struct str){NULL, 0};
    if (fold_latin(s, to, &n)) {
        to[n] = 0;
        return (struct str){to, n};
    }
    return fold_unicode(arena, s);
}

/* Letters, digits and the marks that are left belong to words (of folded text, so ASCII has no capitals). */
static bool in_word(UChar32 c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}

bool fold_word(struct str *rest, struct str *word)
{
    size_t i = 0, start = SIZE_MAX;
    while (i < rest->n) {
        size_t at = i;
        UChar32 c;
        U8_NEXT_OR_FFFD(rest->p, i, rest->n, c);
        bool in = in_word(c);
        if (in && start == SIZE_MAX)
            start = at;
        if (!in && start != SIZE_MAX) {
            *word = str_sub(*rest, start, at);
            *rest = str_sub(*rest, at, rest->n);
            return true;
        }
    }
    if (start == SIZE_MAX)
        return false;
    *word = str_sub(*rest, start, rest->n);
    *rest = str_sub(*rest, rest->n, rest->n);
    return true;
}

bool fold_caseless(struct str s)
{
    bool plain = true;
    for (size_t i = 0; plain && i < s.n; i++)
        plain = (unsigned char)s.p[i] < 0x80 && (s.p[i] < 'A' || s.p[i] > 'Z');
    return plain;
}

/* The next letter of s with its case folded away: the place after it. */
static int32_t next_letter(struct str s, int32_t at, UChar32 *c)
{
    int32_t from = at;
    U8_NEXT((const uint8_t *)s.p, at, (int32_t)s.n, *c);
    *c = *c < 0 ? -1 - (UChar32)(unsigned char)s.p[from] : u_foldCase(*c, U_FOLD_CASE_DEFAULT);
    return *c < 0 ? from + 1 : at;
}

size_t fold_case(struct str s, char *to, size_t max)
{
    size_t n = 0;
    UChar32 c;
    if (s.n > INT32_MAX)
        return SIZE_MAX;
    for (int32_t at = 0; at < (int32_t)s.n;) {
        at = next_letter(s, at, &c);
        if (max - n < U8_MAX_LENGTH)
            return SIZE_MAX;
        if (c < 0)
            to[n++] = (char)(-1 - c);
        else
            U8_APPEND_UNSAFE((uint8_t *)to, n, c);
    }
    return n;
}

bool fold_same(struct str a, struct str b)
{
    int32_t i = 0, k = 0;
    UChar32 x = 0, y = 0;
    if (a.n > INT32_MAX || b.n > INT32_MAX)
        return str_eq(a, b);
    while (x == y && i < (int32_t)a.n && k < (int32_t)b.n) {
        i = next_letter(a, i, &x);
        k = next_letter(b, k, &y);
    }
    return x == y && i == (int32_t)a.n && k == (int32_t)b.n;
}
