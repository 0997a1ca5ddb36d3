/* SPDX-License-Identifier: Apache-2.0
 * N1 5.6 strings. Positions and lengths count characters (code points), not bytes. */
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "path/path_int.h"

static bool push(const struct path_call *c, struct str text)
{
    return path_run_push_text(c->run, c->out, PATH_STRING, text.p ? text : STR(""));
}

/* Bytes of the character at p. */
static size_t char_len(struct str s, size_t at)
{
    size_t n = 1;
    while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xC0) == 0x80)
        n++;
    return n;
}

static int64_t length_of(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* Byte position of character number n, s.n past the end. */
static size_t byte_of(struct str s, int64_t n)
{
    size_t at = 0;
    while (n-- > 0 && at < s.n)
        at += char_len(s, at);
    return at;
}

/* Input and first argument as texts; *skip when either is empty. */
static bool two_texts(const struct path_call *c, struct str *s, struct str *arg, bool *skip)
{
    bool no_input, no_arg;
    if (!path_fn_text(c, s, &no_input) || !path_fn_arg_text(c, 0, arg, &no_arg))
        return false;
    *skip = no_input || no_arg;
    return true;
}

static bool fn_index_of(const struct path_call *c)
{
    struct str s, part;
    bool skip;
    if (!two_texts(c, &s, &part, &skip))
        return false;
    if (skip)
        return true;
    size_t at = part.n ? str_find_str(s, part) : 0;
    return path_run_push_int(c->run, c->out, at == SIZE_MAX ? -1 : length_of(str_sub(s, 0, at)));
}

static bool fn_last_index_of(const struct path_call *c)
{
    struct str s, part;
    bool skip;
    if (!two_texts(c, &s, &part, &skip))
        return false;
    if (skip)
        return true;
    for (size_t at = s.n + 1; at-- > 0;)
        if (at + part.n <= s.n && memcmp(s.p + at, part.p, part.n) == 0)
            return path_run_push_int(c->run, c->out, length_of(str_sub(s, 0, at)));
    return path_run_push_int(c->run, c->out, -1);
}

static bool fn_substring(const struct path_call *c)
{
    struct str s;
    int64_t start = 0, count = INT64_MAX;
    bool empty, no_start, no_count = true;
    if (!path_fn_text(c, &s, &empty) || !path_fn_arg_int(c, 0, &start, &no_start))
        return false;
    if (c->node->argc > 1 && !path_fn_arg_int(c, 1, &count, &no_count))
        return false;
    if (empty || no_start || start < 0)
        return true;
    size_t from = byte_of(s, start);
    if (from >= s.n)
        return true;
    struct str rest = str_sub(s, from, s.n);
    if (!no_count)
        rest = str_sub(rest, 0, count < 0 ? 0 : byte_of(rest, count));
    return push(c, rest);
}

static bool fn_starts_with(const struct path_call *c)
{
    struct str s, part;
    bool skip;
    return two_texts(c, &s, &part, &skip) &&
           (skip || path_run_push_bool(c->run, c->out, str_starts(s, part)));
}

static bool fn_ends_with(const struct path_call *c)
{
    struct str s, part;
    bool skip;
    return two_texts(c, &s, &part, &skip) && (skip || path_run_push_bool(c->run, c->out, str_ends(s, part)));
}

static bool fn_contains(const struct path_call *c)
{
    struct str s, part;
    bool skip;
    return two_texts(c, &s, &part, &skip) &&
           (skip || path_run_push_bool(c->run, c->out, part.n == 0 || str_find_str(s, part) != SIZE_MAX));
}

/* Each character mapped; a mapped one can be longer, but never over four bytes. */
static bool map_case(const struct path_call *c, UChar32 (*map)(UChar32))
{
    struct str s;
    bool empty;
    if (!path_fn_text(c, &s, &empty))
        return false;
    if (empty)
        return true;
    char *p = s.n <= PATH_STRING_MAX ? path_run_alloc(c->run, s.n * 4 + 1) : NULL;
    if (!p)
        return path_run_fail(c->run, c->node, "texten är för lång", "the string is too long");
    int32_t at = 0, n = 0;
    while (at < (int32_t)s.n) {
        UChar32 ch;
        U8_NEXT(s.p, at, (int32_t)s.n, ch);
        ch = map(ch < 0 ? 0xFFFD : ch);
        U8_APPEND_UNSAFE(p, n, ch);
    }
    return push(c, (struct str){p, (size_t)n});
}

static bool fn_upper(const struct path_call *c)
{
    return map_case(c, u_toupper);
}

static bool fn_lower(const struct path_call *c)
{
    return map_case(c, u_tolower);
}

/* Hands out a growing text made by the caller in b. */
static bool push_buf(const struct path_call *c, struct buf *b)
{
    struct str s = buf_get(b);
    char *p = buf_ok(b) ? path_run_alloc(c->run, s.n) : NULL;
    if (p && s.n)
        memcpy(p, s.p, s.n);
    buf_release(b);
    if (!p)
        return path_run_fail(c->run, c->node, "texten blev för lång", "the string became too long");
    return push(c, (struct str){p, s.n});
}

static bool fn_replace(const struct path_call *c)
{
    struct str s, from, to;
    bool skip, none;
    struct buf b;
    if (!two_texts(c, &s, &from, &skip) || !path_fn_arg_text(c, 1, &to, &none))
        return false;
    if (skip || none)
        return true;
    buf_init(&b, PATH_STRING_MAX);
    for (size_t at = 0; at < s.n;) {
        if (from.n == 0) {
            /* An empty pattern surrounds every character. */
            size_t n = char_len(s, at);
            buf_str(&b, to);
            buf_add(&b, s.p + at, n);
            at += n;
        } else if (str_starts(str_sub(s, at, s.n), from)) {
            buf_str(&b, to);
            at += from.n;
        } else {
            buf_char(&b, s.p[at++]);
        }
    }
    if (from.n == 0)
        buf_str(&b, to);
    return push_buf(c, &b);
}

static bool fn_length(const struct path_call *c)
{
    struct str s;
    bool empty;
    return path_fn_text(c, &s, &empty) && (empty || path_run_push_int(c->run, c->out, length_of(s)));
}

static bool fn_to_chars(const struct path_call *c)
{
    struct str s;
    bool empty;
    if (!path_fn_text(c, &s, &empty))
        return false;
    for (size_t at = 0; !empty && at < s.n; at += char_len(s, at))
        if (!push(c, str_sub(s, at, at + char_len(s, at))))
            return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static bool fn_trim(const struct path_call *c)
{
    struct str s;
    bool empty;
    if (!path_fn_text(c, &s, &empty))
        return false;
    if (empty)
        return true;
    while (s.n && is_blank(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return push(c, s);
}

static bool fn_split(const struct path_call *c)
{
    struct str s, by;
    bool skip;
    if (!two_texts(c, &s, &by, &skip))
        return false;
    if (skip)
        return true;
    if (by.n == 0)
        return path_run_fail(c->run, c->node, "split() kräver en avskiljare", "split() needs a separator");
    for (;;) {
        size_t at = str_find_str(s, by);
        if (!push(c, str_sub(s, 0, at == SIZE_MAX ? s.n : at)))
            return false;
        if (at == SIZE_MAX)
            return true;
        s = str_sub(s, at + by.n, s.n);
    }
}

static bool fn_join(const struct path_call *c)
{
    struct str by = STR("");
    struct path_value v;
    bool none = false;
    struct buf b;
    if (c->node->argc && !path_fn_arg_text(c, 0, &by, &none))
        return false;
    if (c->input->count == 0 && !c->run->view)
        return true;
    buf_init(&b, PATH_STRING_MAX);
    for (uint32_t i = 0; i < c->input->count; i++) {
        if (!path_value_system(&c->input->item[i], &v) || v.kind != PATH_STRING) {
            buf_release(&b);
            return path_run_fail(c->run, c->node, "join() kräver texter", "join() needs strings");
        }
        if (i && !none)
            buf_str(&b, by);
        buf_str(&b, v.text);
    }
    return push_buf(c, &b);
}

const struct path_fn path_fn_string_table[] = {
    {"indexOf", 1, 1, PATH_R_INTEGER, PATH_F_STRING, fn_index_of},
    {"lastIndexOf", 1, 1, PATH_R_INTEGER, PATH_F_STRING, fn_last_index_of},
    {"substring", 1, 2, PATH_R_STRING, PATH_F_STRING, fn_substring},
    {"startsWith", 1, 1, PATH_R_BOOLEAN, PATH_F_STRING, fn_starts_with},
    {"endsWith", 1, 1, PATH_R_BOOLEAN, PATH_F_STRING, fn_ends_with},
    {"contains", 1, 1, PATH_R_BOOLEAN, PATH_F_STRING, fn_contains},
    {"upper", 0, 0, PATH_R_STRING, PATH_F_STRING, fn_upper},
    {"lower", 0, 0, PATH_R_STRING, PATH_F_STRING, fn_lower},
    {"replace", 2, 2, PATH_R_STRING, PATH_F_STRING, fn_replace},
    {"length", 0, 0, PATH_R_INTEGER, PATH_F_STRING, fn_length},
    {"toChars", 0, 0, PATH_R_STRINGS, PATH_F_STRING, fn_to_chars},
    {"trim", 0, 0, PATH_R_STRING, PATH_F_STRING, fn_trim},
    {"split", 1, 1, PATH_R_STRINGS, PATH_F_STRING, fn_split},
    {"join", 0, 1, PATH_R_STRING, PATH_F_STRING, fn_join},
    {NULL, 0, 0, 0, 0, NULL},
};
