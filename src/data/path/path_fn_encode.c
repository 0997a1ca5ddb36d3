/* SPDX-License-Identifier: Apache-2.0
 * encode, decode, escape, unescape of FHIRPath 3. Formats and entities are tables. */
#include "path/path_int.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex[] = "0123456789abcdef";

typedef bool code_fn(struct str s, struct buf *out);

static void encode64(struct str s, const char *alphabet, struct buf *out)
{
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_char(out, i + k <= s.n ? alphabet[v >> (18 - 6 * k) & 63] : '=');
    }
}

static bool decode64(struct str s, const char *alphabet, struct buf *out)
{
    uint32_t v = 0;
    int bits = 0;
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        const char *at = s.p[i] ? strchr(alphabet, s.p[i]) : NULL;
        if (!at)
            return false;
        v = v << 6 | (uint32_t)(at - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_char(out, (char)(v >> bits & 255));
        }
    }
    return s.n % 4 != 1;
}

static bool encode_base64(struct str s, struct buf *out)
{
    encode64(s, base64, out);
    return true;
}

static bool decode_base64(struct str s, struct buf *out)
{
    return decode64(s, base64, out);
}

static bool encode_base64_url(struct str s, struct buf *out)
{
    encode64(s, base64_url, out);
    return true;
}

static bool decode_base64_url(struct str s, struct buf *out)
{
    return decode64(s, base64_url, out);
}

static bool encode_hex(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        buf_char(out, hex[(unsigned char)s.p[i] >> 4]);
        buf_char(out, hex[s.p[i] & 15]);
    }
    return true;
}

static bool decode_hex(struct str s, struct buf *out)
{
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        int v = 0;
        for (size_t k = i; k < i + 2; k++) {
            char ch = s.p[k] >= 'A' && s.p[k] <= 'F' ? (char)(s.p[k] | 0x20) : s.p[k];
            const char *at = ch ? strchr(hex, ch) : NULL;
            if (!at)
                return false;
            v = v * 16 + (int)(at - hex);
        }
        buf_char(out, (char)v);
    }
    return s.n % 2 == 0;
}

static const struct entity {
    char c;
    const char *text;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

static bool escape_html(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        const char *text = NULL;
        for (size_t k = 0; k < sizeof entities / sizeof *entities; k++)
            text = entities[k].c == s.p[i] ? entities[k].text : text;
        if (text)
            buf_cstr(out, text);
        else
            buf_char(out, s.p[i]);
    }
    return true;
}

static bool unescape_html(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        size_t hit = SIZE_MAX;
        for (size_t k = 0; s.p[i] == '&' && k < sizeof entities / sizeof *entities; k++)
            if (str_starts(str_sub(s, i, s.n), str_of(entities[k].text)))
                hit = k;
        buf_char(out, hit == SIZE_MAX ? s.p[i] : entities[hit].c);
        if (hit != SIZE_MAX)
            i += strlen(entities[hit].text) - 1;
    }
    return true;
}

static bool escape_json(struct str s, struct buf *out)
{
    struct buf quoted;
    buf_init(&quoted, PATH_STRING_MAX);
    json_write_string(&quoted, s);
    struct str q = buf_get(&quoted);
    bool ok = buf_ok(&quoted);
    if (ok)
        buf_str(out, str_sub(q, 1, q.n - 1));
    buf_release(&quoted);
    return ok;
}

static const struct format {
    const char *name;
    code_fn *encode, *decode;
} formats[] = {{"base64", encode_base64, decode_base64},
               {"urlbase64", encode_base64_url, decode_base64_url},
               {"hex", encode_hex, decode_hex}};

static bool fn_code(const struct path_call *c, code_fn *fn, struct str s)
{
    struct buf b;
    buf_init(&b, PATH_STRING_MAX);
    /* Decoded bytes need not be text; what is not gives nothing. */
    bool ok = fn(s, &b) && buf_ok(&b) && path_lex_utf8(buf_get(&b));
    struct str made = buf_get(&b);
    char *p = ok ? path_run_alloc(c->run, made.n + 1) : NULL;
    if (p && made.n)
        memcpy(p, made.p, made.n);
    buf_release(&b);
    return !ok || (p && path_run_push_text(c->run, c->out, PATH_STRING, (struct str){p, made.n}));
}

/* Input and the name of the format; *skip when one is empty. */
static bool operands(const struct path_call *c, struct str *s, struct str *name, bool *skip)
{
    bool no_input, no_name;
    if (!path_fn_text(c, s, &no_input) || !path_fn_arg_text(c, 0, name, &no_name))
        return false;
    *skip = no_input || no_name;
    return true;
}

static bool coded(const struct path_call *c, bool encode)
{
    struct str s, name;
    bool skip;
    if (!operands(c, &s, &name, &skip))
        return false;
    for (size_t i = 0; i < sizeof formats / sizeof *formats && !skip; i++)
        if (str_is(name, formats[i].name))
            return fn_code(c, encode ? formats[i].encode : formats[i].decode, s);
    return true;
}

static bool fn_encode(const struct path_call *c)
{
    return coded(c, true);
}

static bool fn_decode(const struct path_call *c)
{
    return coded(c, false);
}

static bool fn_escape(const struct path_call *c)
{
    struct str s, name;
    bool skip;
    if (!operands(c, &s, &name, &skip))
        return false;
    if (!skip && str_is(name, "html"))
        return fn_code(c, escape_html, s);
    return skip || !str_is(name, "json") || fn_code(c, escape_json, s);
}

static bool fn_unescape(const struct path_call *c)
{
    struct str s, name, plain;
    bool skip;
    if (!operands(c, &s, &name, &skip))
        return false;
    if (!skip && str_is(name, "html"))
        return fn_code(c, unescape_html, s);
    if (skip || !str_is(name, "json") || !path_lex_unescape(c->run->arena, s, &plain))
        return true;
    return path_run_push_text(c->run, c->out, PATH_STRING, plain);
}

const struct path_fn path_fn_encode_table[] = {
    {"encode", 1, 1, PATH_R_STRING, PATH_F_STRING, fn_encode},
    {"decode", 1, 1, PATH_R_STRING, PATH_F_STRING, fn_decode},
    {"escape", 1, 1, PATH_R_STRING, PATH_F_STRING, fn_escape},
    {"unescape", 1, 1, PATH_R_STRING, PATH_F_STRING, fn_unescape},
    {NULL, 0, 0, 0, 0, NULL},
};
