/* SPDX-License-Identifier: Apache-2.0
 * Tokens (GraphQL 2.1). Commas are white space. */
#include "base/buf.h"
#include "graphql/graphql_int.h"

void graphql_lex_init(struct gql_lexer *l, struct arena *arena, struct str text)
{
    *l = (struct gql_lexer){.arena = arena, .text = text, .line = 1};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        l->at = l->line_start = 3;
}

static int peek(const struct gql_lexer *l, size_t ahead)
{
    return l->at + ahead < l->text.n ? (unsigned char)l->text.p[l->at + ahead] : -1;
}

static void new_line(struct gql_lexer *l)
{
    l->line++;
    l->line_start = (uint32_t)l->at;
}

static void skip_ignored(struct gql_lexer *l)
{
    for (;; l->at++) {
        int c = peek(l, 0);
        if (c == '#')
            while (peek(l, 1) >= 0 && peek(l, 1) != '\n' && peek(l, 1) != '\r')
                l->at++;
        else if (c == '\n' || c == '\r') {
            if (c == '\r' && peek(l, 1) == '\n')
                l->at++;
            l->at++;
            new_line(l);
            l->at--;
        } else if (c != ' ' && c != '\t' && c != ',')
            return;
    }
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void bad(struct gql_lexer *l, struct gql_token *t, const char *expected)
{
    t->kind = GQL_BAD;
    l->expected = expected;
}

static void digits(struct gql_lexer *l, struct gql_token *t)
{
    if (!is_digit(peek(l, 0)))
        bad(l, t, "0-9");
    while (is_digit(peek(l, 0)))
        l->at++;
}

static void read_number(struct gql_lexer *l, struct gql_token *t)
{
    size_t from = l->at;
    t->kind = GQL_INT;
    if (peek(l, 0) == '-')
        l->at++;
    if (peek(l, 0) == '0' && is_digit(peek(l, 1)))
        bad(l, t, "1-9");
    digits(l, t);
    if (peek(l, 0) == '.' && t->kind != GQL_BAD) {
        l->at++;
        t->kind = GQL_FLOAT;
        digits(l, t);
    }
    if ((peek(l, 0) == 'e' || peek(l, 0) == 'E') && t->kind != GQL_BAD) {
        l->at++;
        t->kind = GQL_FLOAT;
        if (peek(l, 0) == '+' || peek(l, 0) == '-')
            l->at++;
        digits(l, t);
    }
    if (is_letter(peek(l, 0)) || peek(l, 0) == '.')
        bad(l, t, "number");
    t->text = str_sub(l->text, from, l->at);
}

static void put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xC0 | (c >> 6)));
        buf_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_char(out, (char)(0xE0 | (c >> 12)));
        buf_char(out, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

/* The four digits of \u; surrogates stand for no character of their own and are refused. */
static bool read_unicode(struct gql_lexer *l, struct buf *out)
{
    uint32_t c = 0;
    for (int i = 0; i < 4; i++) {
        int d = peek(l, 0);
        int v = is_digit(d)            ? d - '0'
                : d >= 'a' && d <= 'f' ? d - 'a' + 10
                : d >= 'A' && d <= 'F' ? d - 'A' + 10
                                       : -1;
        if (v < 0)
            return false;
        c = c * 16 + (uint32_t)v;
        l->at++;
    }
    if (c == 0 || (c >= 0xD800 && c < 0xE000))
        return false;
    put_utf8(out, c);
    return true;
}

static bool read_escape(struct gql_lexer *l, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int c = peek(l, 0);
    const char *at = c > 0 ? strchr(from, c) : NULL;
    l->at++;
    if (c == 'u')
        return read_unicode(l, out);
    if (at)
        buf_char(out, to[at - from]);
    return at != NULL;
}

static bool string_body(struct gql_lexer *l, struct buf *out, bool block)
{
    for (;;) {
        int c = peek(l, 0);
        if (c < 0 || (!block && (c == '\n' || c == '\r')))
            return false;
        if (c == '"' && (!block || (peek(l, 1) == '"' && peek(l, 2) == '"'))) {
            l->at += block ? 3 : 1;
            return true;
        }
        l->at++;
        if (c == '\n')
            new_line(l);
        if (c != '\\' || block)
            buf_char(out, (char)c);
        else if (!read_escape(l, out))
            return false;
    }
}

static void read_string(struct gql_lexer *l, struct gql_token *t)
{
    struct buf out;
    bool block = peek(l, 1) == '"' && peek(l, 2) == '"';
    buf_init(&out, GRAPHQL_TEXT_MAX);
    l->at += block ? 3 : 1;
    t->kind = GQL_STRING;
    if (!string_body(l, &out, block))
        bad(l, t, "\"");
    t->text = arena_str(l->arena, buf_get(&out));
    buf_release(&out);
}

struct gql_token graphql_lex_next(struct gql_lexer *l)
{
    skip_ignored(l);
    struct gql_token t = {.place = {l->line, (uint32_t)(l->at - l->line_start + 1)}};
    int c = peek(l, 0);
    size_t from = l->at;
    if (c < 0)
        return t;
    if (is_letter(c)) {
        t.kind = GQL_NAME;
        while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
            l->at++;
        t.text = str_sub(l->text, from, l->at);
    } else if (is_digit(c) || c == '-') {
        read_number(l, &t);
    } else if (c == '"') {
        read_string(l, &t);
    } else {
        bool dots = c == '.' && peek(l, 1) == '.' && peek(l, 2) == '.';
        t.kind = GQL_PUNCTUATOR;
        if (!dots && (c == '.' || !strchr("!$&()=:@[]{}|", c)))
            bad(l, &t, "{ } ( ) [ ] : = ! $ @ | & ...");
        l->at += dots ? 3 : 1;
        t.text = str_sub(l->text, from, l->at);
    }
    return t;
}
