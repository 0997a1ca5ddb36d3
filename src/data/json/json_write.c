/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "json/json.h"

/* ---- strings ---- */

/* What a byte is written as: 0 itself, 'u' \u00XX, else backslash and that letter. */
static const unsigned char json_escapes[256] = {
    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
    [0] = 'u',   [1] = 'u',     [2] = 'u',    [3] = 'u',    [4] = 'u',    [5] = 'u',    [6] = 'u',
    [7] = 'u',   [11] = 'u',    [14] = 'u',   [15] = 'u',   [16] = 'u',   [17] = 'u',   [18] = 'u',
    [19] = 'u',  [20] = 'u',    [21] = 'u',   [22] = 'u',   [23] = 'u',   [24] = 'u',   [25] = 'u',
    [26] = 'u',  [27] = 'u',    [28] = 'u',   [29] = 'u',   [30] = 'u',   [31] = 'u',
};

static void json_write_escape(struct buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char e = json_escapes[c];
    buf_char(out, '\\');
    buf_char(out, (char)e);
    if (e == 'u') {
        buf_add(out, "00", 2);
        buf_char(out, hex[c >> 4]);
        buf_char(out, hex[c & 15]);
    }
}

void json_write_string(struct buf *out, struct str s)
{
    size_t run = 0;
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (!json_escapes[(unsigned char)s.p[i]])
            continue;
        buf_add(out, s.p + run, i - run);
        json_write_escape(out, (unsigned char)s.p[i]);
        run = i + 1;
    }
    buf_add(out, s.p + run, s.n - run);
    buf_char(out, '"');
}

/* ---- trees ---- */

static void json_write_text(const struct json_node *n, struct buf *out)
{
    if (!(n->flags & JSON_F_PLAIN)) {
        json_write_string(out, (struct str){n->text, n->len});
        return;
    }
    char *to = buf_room(out, (size_t)n->len + 2);
    if (!to)
        return;
    to[0] = '"';
    if (n->len)
        memcpy(to + 1, n->text, n->len);
    to[n->len + 1] = '"';
    out->n += (size_t)n->len + 2;
}

static void json_write_scalar(const struct json_node *n, struct buf *out)
{
    switch (n->kind) {
    case JSON_STRING:
        json_write_text(n, out);
        break;
    case JSON_NUMBER:
        buf_add(out, n->text, n->len);
        break;
    case JSON_TRUE:
        buf_add(out, "true", 4);
        break;
    case JSON_FALSE:
        buf_add(out, "false", 5);
        break;
    default:
        buf_add(out, "null", 4);
        break;
    }
}

static void json_indent(struct buf *out, int depth)
{
    buf_char(out, '\n');
    for (int i = 0; i < depth; i++)
        buf_add(out, "  ", 2);
}

/* indent < 0: compact. Depth is bounded by the parser. */
static void json_write_node(const struct json_doc *doc, uint32_t i, int indent, struct buf *out)
{
    const struct json_node *n = &doc->nodes[i];
    if (n->kind != JSON_OBJECT && n->kind != JSON_ARRAY) {
        json_write_scalar(n, out);
        return;
    }
    bool object = n->kind == JSON_OBJECT, first = true;
    int inner = indent < 0 ? indent : indent + 1;
    buf_char(out, object ? '{' : '[');
    JSON_EACH(doc, i, c)
    {
        if (!first)
            buf_char(out, ',');
        first = false;
        if (indent >= 0)
            json_indent(out, inner);
        if (object) {
            json_write_string(out, (struct str){doc->nodes[c].key, doc->nodes[c].key_len});
            buf_char(out, ':');
            if (indent >= 0)
                buf_char(out, ' ');
        }
        json_write_node(doc, c, inner, out);
    }
    if (indent >= 0 && !first)
        json_indent(out, indent);
    buf_char(out, object ? '}' : ']');
}

void json_write(const struct json_doc *doc, uint32_t i, struct buf *out)
{
    json_write_node(doc, i, -1, out);
}

void json_write_pretty(const struct json_doc *doc, uint32_t i, struct buf *out)
{
    json_write_node(doc, i, 0, out);
}

/* ---- building ---- */

void json_out_init(struct json_out *o, struct buf *buf)
{
    o->buf = buf;
    o->depth = 0;
    o->comma[0] = false;
}

static void json_out_key(struct json_out *o, const char *key)
{
    if (o->comma[o->depth])
        buf_char(o->buf, ',');
    o->comma[o->depth] = true;
    if (key) {
        json_write_string(o->buf, str_of(key));
        buf_char(o->buf, ':');
    }
}

static void json_out_open(struct json_out *o, const char *key, char c)
{
    OS_ASSERT(o->depth < JSON_DEPTH_MAX);
    json_out_key(o, key);
    buf_char(o->buf, c);
    o->comma[++o->depth] = false;
}

static void json_out_close(struct json_out *o, char c)
{
    OS_ASSERT(o->depth > 0);
    o->depth--;
    buf_char(o->buf, c);
}

void json_out_object(struct json_out *o, const char *key)
{
    json_out_open(o, key, '{');
}

void json_out_array(struct json_out *o, const char *key)
{
    json_out_open(o, key, '[');
}

void json_out_end_object(struct json_out *o)
{
    json_out_close(o, '}');
}

void json_out_end_array(struct json_out *o)
{
    json_out_close(o, ']');
}

void json_out_string(struct json_out *o, const char *key, struct str v)
{
    json_out_key(o, key);
    json_write_string(o->buf, v);
}

void json_out_cstr(struct json_out *o, const char *key, const char *v)
{
    json_out_string(o, key, str_of(v));
}

void json_out_i64(struct json_out *o, const char *key, int64_t v)
{
    json_out_key(o, key);
    buf_i64(o->buf, v);
}

void json_out_bool(struct json_out *o, const char *key, bool v)
{
    json_out_key(o, key);
    buf_cstr(o->buf, v ? "true" : "false");
}

void json_out_raw(struct json_out *o, const char *key, struct str v)
{
    json_out_key(o, key);
    buf_str(o->buf, v);
}
