/* SPDX-License-Identifier: Apache-2.0 */
#include <unicode/utf8.h>

#include "path/path_int.h"

bool path_lex_utf8(struct str s)
{
    for (int32_t at = 0; at < (int32_t)s.n;) {
        UChar32 c;
        U8_NEXT(s.p, at, (int32_t)s.n, c);
        if (c <= 0)
            return false;
    }
    return true;
}

void path_lex_place(struct str source, uint32_t at, struct err *err)
{
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i < at && i < source.n; i++) {
        if (source.p[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)source.p[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    err_place(err, line, column);
}

static bool lex_fail(struct path_lex *lex, uint32_t at, const char *sv, const char *en)
{
    err_set(lex->err, ERR_PATH_SYNTAX, sv, en, NULL);
    path_lex_place(lex->source, at, lex->err);
    return false;
}

static char peek(const struct path_lex *lex, size_t ahead)
{
    return lex->at + ahead < lex->source.n ? lex->source.p[lex->at + ahead] : 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* White space and both kinds of comment. */
static bool skip_blank(struct path_lex *lex)
{
    for (;;) {
        char c = peek(lex, 0);
        if (lex->at >= lex->source.n)
            return true;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            lex->at++;
        } else if (c == '/' && peek(lex, 1) == '/') {
            while (lex->at < lex->source.n && lex->source.p[lex->at] != '\n')
                lex->at++;
        } else if (c == '/' && peek(lex, 1) == '*') {
            size_t end = str_find_str(str_sub(lex->source, lex->at + 2, lex->source.n), STR("*/"));
            if (end == SIZE_MAX)
                return lex_fail(lex, (uint32_t)lex->at, "kommentaren saknar slut */",
                                "the comment has no end */");
            lex->at += 2 + end + 2;
        } else {
            return true;
        }
    }
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* XXXX of \uXXXX at p. */
static bool hex4(struct str raw, size_t at, uint32_t *out)
{
    *out = 0;
    if (at + 4 > raw.n)
        return false;
    for (size_t i = 0; i < 4; i++) {
        int d = hex_digit(raw.p[at + i]);
        if (d < 0)
            return false;
        *out = *out * 16 + (uint32_t)d;
    }
    return true;
}

static size_t utf8_put(char *p, uint32_t c)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xC0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        p[0] = (char)(0xE0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3F));
        p[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    p[0] = (char)(0xF0 | c >> 18);
    p[1] = (char)(0x80 | (c >> 12 & 0x3F));
    p[2] = (char)(0x80 | (c >> 6 & 0x3F));
    p[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* \uXXXX, or a surrogate pair of them; *at stands after the 'u'. */
static bool unescape_unicode(struct str raw, size_t *at, char *p, size_t *n)
{
    uint32_t c, low;
    if (!hex4(raw, *at, &c) || c == 0)
        return false;
    *at += 4;
    if (c >= 0xD800 && c < 0xDC00) {
        if (*at + 6 > raw.n || raw.p[*at] != '\\' || raw.p[*at + 1] != 'u' || !hex4(raw, *at + 2, &low) ||
            low < 0xDC00 || low > 0xDFFF)
            return false;
        *at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xDC00 && c < 0xE000) {
        return false;
    }
    *n += utf8_put(p + *n, c);
    return true;
}

bool path_lex_unescape(struct arena *arena, struct str raw, struct str *out)
{
    static const char from[] = "'\"`rntf\\/", to[] = "'\"`\r\n\t\f\\/";
    if (str_find(raw, '\\', 0) == SIZE_MAX) {
        *out = raw;
        return true;
    }
    char *p = arena_alloc(arena, raw.n + 1);
    size_t n = 0, at = 0;
    if (!p)
        return false;
    while (at < raw.n) {
        char c = raw.p[at++];
        if (c != '\\') {
            p[n++] = c;
            continue;
        }
        if (at >= raw.n)
            return false;
        c = raw.p[at++];
        const char *hit = c ? strchr(from, c) : NULL;
        if (hit) {
            p[n++] = to[hit - from];
        } else if (c == 'u') {
            if (!unescape_unicode(raw, &at, p, &n))
                return false;
        } else {
            p[n++] = c; /* N1: an unknown escape stands for the character itself */
        }
    }
    *out = (struct str){p, n};
    return true;
}

/* From the opening quote to its twin. */
static bool lex_quoted(struct path_lex *lex, enum path_token token)
{
    char quote = peek(lex, 0);
    size_t from = ++lex->at;
    while (lex->at < lex->source.n && lex->source.p[lex->at] != quote)
        lex->at += lex->source.p[lex->at] == '\\' ? 2 : 1;
    if (lex->at >= lex->source.n)
        return lex_fail(lex, lex->start, "citattecken saknas i slutet av texten",
                        "the closing quote is missing");
    lex->token = token;
    if (!path_lex_unescape(lex->arena, str_sub(lex->source, from, lex->at), &lex->text))
        return lex_fail(lex, lex->start, "ogiltig \\-sekvens i texten",
                        "not a valid \\ escape in the string");
    lex->at++;
    return true;
}

static void lex_name(struct path_lex *lex)
{
    size_t from = lex->at;
    while (is_letter(peek(lex, 0)) || is_digit(peek(lex, 0)))
        lex->at++;
    lex->token = PATH_T_NAME;
    lex->text = str_sub(lex->source, from, lex->at);
}

static bool lex_number(struct path_lex *lex)
{
    size_t from = lex->at;
    while (is_digit(peek(lex, 0)))
        lex->at++;
    if (peek(lex, 0) == '.' && is_digit(peek(lex, 1))) {
        lex->at++;
        while (is_digit(peek(lex, 0)))
            lex->at++;
    }
    lex->token = PATH_T_NUMBER;
    lex->text = str_sub(lex->source, from, lex->at);
    return true;
}

static void skip_zone(struct path_lex *lex)
{
    if (peek(lex, 0) == 'Z')
        lex->at++;
    else if ((peek(lex, 0) == '+' || peek(lex, 0) == '-') && is_digit(peek(lex, 1)) &&
             is_digit(peek(lex, 2)) && peek(lex, 3) == ':')
        lex->at += 6;
}

static void skip_clock(struct path_lex *lex)
{
    while (is_digit(peek(lex, 0)) || peek(lex, 0) == ':')
        lex->at++;
    if (peek(lex, 0) == '.' && is_digit(peek(lex, 1))) {
        lex->at++;
        while (is_digit(peek(lex, 0)))
            lex->at++;
    }
}

/* @2015-02-04, @2015-02-04T14:34:28.123+01:00, @2015T, @T14:34 */
static bool lex_moment(struct path_lex *lex)
{
    struct path_moment moment;
    size_t from = ++lex->at;
    lex->token = PATH_T_MOMENT;
    if (peek(lex, 0) == 'T') {
        from = ++lex->at;
        lex->kind = PATH_TIME;
        skip_clock(lex);
    } else {
        lex->kind = PATH_DATE;
        while (is_digit(peek(lex, 0)) || (peek(lex, 0) == '-' && is_digit(peek(lex, 1))))
            lex->at++;
        if (peek(lex, 0) == 'T') {
            lex->kind = PATH_DATETIME;
            lex->at++;
            skip_clock(lex);
            if (is_digit(lex->source.p[lex->at - 1]))
                skip_zone(lex);
        }
    }
    if (lex->at > lex->source.n)
        lex->at = lex->source.n;
    lex->text = str_sub(lex->source, from, lex->at);
    if (lex->kind == PATH_DATETIME && str_ends(lex->text, STR("T")))
        lex->text.n--;
    if (!path_moment_parse(lex->kind, lex->text, &moment))
        return lex_fail(lex, lex->start, "ogiltigt datum eller ogiltig tid", "not a valid date or time");
    return true;
}

static bool lex_symbol(struct path_lex *lex)
{
    static const char *const two[] = {"<=", ">=", "!=", "!~"};
    lex->token = PATH_T_SYMBOL;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (peek(lex, 0) == two[i][0] && peek(lex, 1) == two[i][1]) {
            lex->text = str_sub(lex->source, lex->at, lex->at + 2);
            lex->at += 2;
            return true;
        }
    if (!strchr("()[]{}.,+-*/&|<>=~", peek(lex, 0)) || !peek(lex, 0))
        return lex_fail(lex, lex->start, "oväntat tecken", "unexpected character");
    lex->text = str_sub(lex->source, lex->at, lex->at + 1);
    lex->at++;
    return true;
}

/* %name, %`name`, %'name' */
static bool lex_variable(struct path_lex *lex)
{
    lex->at++;
    bool ok = true;
    if (peek(lex, 0) == '`' || peek(lex, 0) == '\'')
        ok = lex_quoted(lex, PATH_T_VARIABLE);
    else if (is_letter(peek(lex, 0)))
        lex_name(lex);
    else
        return lex_fail(lex, lex->start, "namn saknas efter %", "a name is missing after %");
    lex->token = PATH_T_VARIABLE;
    return ok;
}

bool path_lex_next(struct path_lex *lex)
{
    if (!skip_blank(lex))
        return false;
    lex->start = (uint32_t)lex->at;
    lex->text = (struct str){NULL, 0};
    if (lex->at >= lex->source.n) {
        lex->token = PATH_T_END;
        return true;
    }
    char c = peek(lex, 0);
    if (is_letter(c)) {
        lex_name(lex);
        return true;
    }
    if (is_digit(c))
        return lex_number(lex);
    switch (c) {
    case '\'':
        return lex_quoted(lex, PATH_T_STRING);
    case '`':
        return lex_quoted(lex, PATH_T_QUOTED);
    case '@':
        return lex_moment(lex);
    case '%':
        return lex_variable(lex);
    case '$':
        lex->at++;
        lex_name(lex);
        lex->token = PATH_T_DOLLAR;
        return true;
    default:
        return lex_symbol(lex);
    }
}
