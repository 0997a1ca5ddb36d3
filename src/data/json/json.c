/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <stdio.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/hash.h"
#include "base/os.h"

enum {
    JSON_LINEAR_KEYS = 48, /* an object with more members gets a hash table against duplicates */
    JSON_KEY_STACK_FIRST = 256,
    JSON_BYTES_PER_NODE = 24, /* first guess of the node array; FHIR has about 27 */
};

/* One key of an object that is still open, for finding duplicates. */
struct json_seen {
    uint32_t tag; /* interned name and underscore, or a hash of the text with the top bit set */
    uint32_t node;
};

/* A container that is still open. */
struct json_frame {
    uint32_t node;
    uint32_t seen_first; /* OBJECT: its keys are seen[seen_first ..] */
    uint32_t *table;     /* open addressing over node numbers, when it has grown large */
    uint32_t table_size;
};

struct json_parser {
    struct arena *arena;
    const struct json_names *names;
    unsigned allow;
    const char *begin, *at, *end;
    struct json_node *nodes;
    uint32_t count, cap;
    struct json_frame frame[JSON_DEPTH_MAX];
    uint32_t depth;
    struct json_seen *seen;
    uint32_t seen_count, seen_cap;
    struct hash_key key;
    struct err *err;
};

/* ---- errors ---- */

static void json_line_column(const char *begin, const char *at, uint32_t *line, uint32_t *column)
{
    *line = 1;
    *column = 1;
    for (const char *p = begin; p < at; p++) {
        if (*p == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

/* The place of what is being read: "entry[3].resource.name". */
static void json_error_path(const struct json_parser *p, char *out, size_t max)
{
    size_t n = 0;
    out[0] = 0;
    for (uint32_t d = 0; d < p->depth && n < max - 1; d++) {
        const struct json_node *box = &p->nodes[p->frame[d].node];
        int w = 0;
        if (box->key)
            w = snprintf(out + n, max - n, "%s%.*s", n ? "." : "",
                         (int)(box->key_len > 64 ? 64 : box->key_len), box->key);
        if (w > 0)
            n = n + (size_t)w < max ? n + (size_t)w : max - 1;
        if (box->kind == JSON_ARRAY && d + 1 <= p->depth) {
            uint32_t index = box->len ? box->len - 1 : 0;
            w = snprintf(out + n, max - n, "[%u]", index);
            n = w > 0 && n + (size_t)w < max ? n + (size_t)w : max - 1;
        }
    }
}

static bool json_fail(struct json_parser *p, const char *at, enum err_code code, const char *arg,
                      const char *english)
{
    char path[ERR_PATH_MAX];
    uint32_t line, column;
    if (!p->err)
        return false;
    err_set(p->err, code, arg, english, (const char *)NULL);
    json_line_column(p->begin, at, &line, &column);
    err_place(p->err, line, column);
    json_error_path(p, path, sizeof path);
    err_at(p->err, str_of(path));
    return false;
}

/* Says what stands at the place where something else was wanted, in Swedish and English. */
static bool json_expected(struct json_parser *p, const char *what, const char *what_english)
{
    char text[96], english[96];
    if (p->at >= p->end) {
        snprintf(text, sizeof text, "texten slutar där %s väntades", what);
        snprintf(english, sizeof english, "the text ends where %s was expected", what_english);
    } else {
        unsigned char c = (unsigned char)*p->at;
        char found[16];
        snprintf(found, sizeof found, c < 0x20 || c >= 0x7f ? "byte 0x%02x" : "'%c'", c);
        snprintf(text, sizeof text, "%s väntades, %s står där", what, found);
        snprintf(english, sizeof english, "%s was expected, %s found", what_english, found);
    }
    return json_fail(p, p->at, ERR_JSON_SYNTAX, text, english);
}

/* ---- nodes ---- */

static struct json_node *json_node_new(struct json_parser *p, enum json_kind kind)
{
    if (p->count == p->cap) {
        uint32_t cap = p->cap * 2;
        struct json_node *grown = arena_grow(p->arena, p->nodes, p->count, cap, sizeof *grown);
        if (!grown) {
            err_set(p->err, ERR_NO_MEMORY, (const char *)NULL);
            return NULL;
        }
        p->nodes = grown;
        p->cap = cap;
    }
    struct json_node *n = &p->nodes[p->count++];
    *n = (struct json_node){.kind = (uint8_t)kind, .end = p->count};
    if (p->depth)
        p->nodes[p->frame[p->depth - 1].node].len++;
    return n;
}

static void json_space(struct json_parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

/* ---- strings ---- */

/* Length of the valid UTF-8 sequence at s (Unicode 15, table 3-7), 0 when there is none. */
static size_t json_utf8(const unsigned char *s, const unsigned char *end)
{
    size_t left = (size_t)(end - s);
    unsigned c = s[0];
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    unsigned low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* First byte at or after s that is a quote, a backslash, a control or not ASCII. */
static const char *json_scan(const char *s, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    while (end - s >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        /* A signed compare catches controls (< 0x20) and bytes from 0x80 (negative) alike. */
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
                                   _mm_cmplt_epi8(v, space));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return s + __builtin_ctz((unsigned)mask);
        s += 16;
    }
#endif
    while (s < end && *s != '"' && *s != '\\' && (signed char)*s >= 0x20)
        s++;
    return s;
}

static int json_hex4(const char *s, const char *end)
{
    int v = 0;
    if (end - s < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static char *json_put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* \uXXXX at p->at (just past the u): one character, surrogate pairs joined. */
static bool json_unicode_escape(struct json_parser *p, char **to)
{
    int high = json_hex4(p->at, p->end);
    if (high < 0)
        return json_expected(p, "fyra hexadecimala siffror", "four hexadecimal digits");
    uint32_t c = (uint32_t)high;
    if (c >= 0xD800 && c <= 0xDFFF) {
        int low =
            p->end - p->at >= 10 && p->at[4] == '\\' && p->at[5] == 'u' ? json_hex4(p->at + 6, p->end) : -1;
        if (c > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
            return json_fail(p, p->at, ERR_JSON_UTF8, NULL, NULL);
        c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
        p->at += 6;
    }
    if (c == 0 && !(p->allow & JSON_ALLOW_NUL))
        return json_fail(p, p->at, ERR_JSON_SYNTAX, "tecknet U+0000 är inte tillåtet",
                         "the character U+0000 is not allowed");
    p->at += 4;
    *to = json_put_utf8(*to, c);
    return true;
}

static bool json_escape(struct json_parser *p, char **to)
{
    static const char from[] = "\"\\/bfnrt", gives[] = "\"\\/\b\f\n\r\t";
    if (p->at + 1 >= p->end) {
        p->at = p->end;
        return json_expected(p, "slutet på en text", "the end of a string");
    }
    char c = p->at[1];
    if (c == 'u') {
        p->at += 2;
        return json_unicode_escape(p, to);
    }
    const char *hit = c ? strchr(from, c) : NULL;
    if (!hit) {
        p->at++;
        return json_expected(p, "ett giltigt tecken efter \\", "a valid character after \\");
    }
    p->at += 2;
    *(*to)++ = gives[hit - from];
    return true;
}

/* Room for the unescaped text: the raw length up to the closing quote is a bound. */
static char *json_unescape_room(struct json_parser *p, const char *from)
{
    const char *s = p->at;
    while (s < p->end && *s != '"')
        s += *s == '\\' && s + 1 < p->end ? 2 : 1;
    char *room = arena_alloc(p->arena, (size_t)(s - from) + 8);
    if (!room)
        err_set(p->err, ERR_NO_MEMORY, (const char *)NULL);
    return room;
}

/* At the opening quote. Gives the unescaped text and whether it is the source itself. */
static bool json_string(struct json_parser *p, const char **text, size_t *len, bool *plain)
{
    const char *from = ++p->at, *run = from;
    char *copy = NULL, *to = NULL;
    for (;;) {
        p->at = json_scan(p->at, p->end);
        if (p->at >= p->end)
            return json_expected(p, "slutet på en text", "the end of a string");
        unsigned char c = (unsigned char)*p->at;
        if (c == '"')
            break;
        if (c < 0x20)
            return json_fail(p, p->at, ERR_JSON_SYNTAX, "styrtecken i en text måste skrivas med \\",
                             "control characters in a string must be escaped");
        if (c >= 0x80) {
            size_t n = json_utf8((const unsigned char *)p->at, (const unsigned char *)p->end);
            if (n == 0)
                return json_fail(p, p->at, ERR_JSON_UTF8, NULL, NULL);
            p->at += n;
            continue;
        }
        if (!copy) {
            to = copy = json_unescape_room(p, from);
            if (!copy)
                return false;
        }
        memcpy(to, run, (size_t)(p->at - run));
        to += p->at - run;
        if (!json_escape(p, &to))
            return false;
        run = p->at;
    }
    *plain = !copy;
    if (copy) {
        memcpy(to, run, (size_t)(p->at - run));
        to += p->at - run;
        *text = copy;
        *len = (size_t)(to - copy);
    } else {
        *text = from;
        *len = (size_t)(p->at - from);
    }
    p->at++;
    return true;
}

/* ---- numbers and words ---- */

static bool json_digits(struct json_parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > from || json_expected(p, "en siffra", "a digit");
}

static bool json_number(struct json_parser *p)
{
    const char *from = p->at;
    if (*p->at == '-')
        p->at++;
    if (p->at < p->end && *p->at == '0')
        p->at++;
    else if (!json_digits(p))
        return false;
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        if (!json_digits(p))
            return false;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!json_digits(p))
            return false;
    }
    struct json_node *n = json_node_new(p, JSON_NUMBER);
    if (!n)
        return false;
    n->text = from;
    n->len = (uint32_t)(p->at - from);
    return true;
}

static bool json_word(struct json_parser *p)
{
    static const struct {
        const char *text;
        size_t n;
        enum json_kind kind;
    } words[] = {{"true", 4, JSON_TRUE}, {"false", 5, JSON_FALSE}, {"null", 4, JSON_NULL}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((size_t)(p->end - p->at) >= words[i].n && memcmp(p->at, words[i].text, words[i].n) == 0) {
            p->at += words[i].n;
            return json_node_new(p, words[i].kind) != NULL;
        }
    return json_expected(p, "ett värde", "a value");
}

/* ---- objects and arrays ---- */

static bool json_same_key(const struct json_node *a, const struct json_node *b)
{
    return a->key_len == b->key_len && (a->key_len == 0 || memcmp(a->key, b->key, a->key_len) == 0);
}

/* Puts node number v into the frame's table; false when an equal key is there. The hash is keyed, so that
 * input cannot aim at one slot. */
static bool json_table_add(struct json_parser *p, struct json_frame *f, uint32_t v)
{
    const struct json_node *n = &p->nodes[v];
    uint32_t slot = (uint32_t)hash_sip(p->key, (struct str){n->key, n->key_len}) & (f->table_size - 1);
    for (; f->table[slot]; slot = (slot + 1) & (f->table_size - 1))
        if (json_same_key(&p->nodes[f->table[slot]], n))
            return false;
    f->table[slot] = v;
    return true;
}

/* Makes or doubles the frame's table from its list of keys. */
static bool json_table_grow(struct json_parser *p, struct json_frame *f, uint32_t keys)
{
    uint32_t size = 256;
    while (size < keys * 4)
        size *= 2;
    f->table_size = size;
    f->table = ARENA_ARRAY(p->arena, uint32_t, size);
    if (!f->table)
        return err_set(p->err, ERR_NO_MEMORY, (const char *)NULL);
    for (uint32_t i = f->seen_first; i < p->seen_count; i++)
        (void)json_table_add(p, f, p->seen[i].node);
    return true;
}

static bool json_seen_push(struct json_parser *p, uint32_t tag, uint32_t node)
{
    if (p->seen_count == p->seen_cap) {
        uint32_t cap = p->seen_cap ? p->seen_cap * 2 : JSON_KEY_STACK_FIRST;
        struct json_seen *grown = arena_grow(p->arena, p->seen, p->seen_count, cap, sizeof *grown);
        if (!grown)
            return err_set(p->err, ERR_NO_MEMORY, (const char *)NULL);
        p->seen = grown;
        p->seen_cap = cap;
    }
    p->seen[p->seen_count++] = (struct json_seen){tag, node};
    return true;
}

/* Cheap and not unique: equal keys have equal tags. */
static uint32_t json_tag(const struct json_node *n)
{
    if (n->name)
        return (uint32_t)n->name << 1 | (n->flags & JSON_F_UNDERSCORE);
    uint32_t tag = 0x80000000u | (uint32_t)n->key_len << 16;
    if (n->key_len)
        tag |= (uint32_t)(unsigned char)n->key[0] | (uint32_t)(unsigned char)n->key[n->key_len - 1] << 8;
    return tag;
}

/* Registers the key of the node to come (number `node`, already filled); false on a duplicate or memory end.
 */
static bool json_seen_add(struct json_parser *p, struct json_frame *f, uint32_t node, const char *at)
{
    const struct json_node *n = &p->nodes[node];
    uint32_t tag = json_tag(n);
    uint32_t keys = p->seen_count - f->seen_first;
    bool fresh = true;
    if (keys < JSON_LINEAR_KEYS) {
        for (uint32_t i = f->seen_first; i < p->seen_count && fresh; i++)
            fresh = p->seen[i].tag != tag || !json_same_key(&p->nodes[p->seen[i].node], n);
    } else {
        if ((!f->table || keys * 2 > f->table_size) && !json_table_grow(p, f, keys))
            return false;
        fresh = json_table_add(p, f, node);
    }
    if (!fresh && !(p->allow & JSON_ALLOW_DUPLICATES)) {
        char text[ERR_ARG_MAX];
        snprintf(text, sizeof text, "%.*s", (int)(n->key_len > 100 ? 100 : n->key_len), n->key);
        return json_fail(p, at, ERR_JSON_DUPLICATE, text, NULL);
    }
    return json_seen_push(p, tag, node);
}

static bool json_open(struct json_parser *p, enum json_kind kind)
{
    uint32_t number = p->count;
    if (p->depth == JSON_DEPTH_MAX) {
        char limit[16];
        snprintf(limit, sizeof limit, "%d", JSON_DEPTH_MAX);
        return json_fail(p, p->at, ERR_JSON_DEPTH, limit, NULL);
    }
    if (!json_node_new(p, kind))
        return false;
    p->frame[p->depth++] = (struct json_frame){.node = number, .seen_first = p->seen_count};
    p->at++;
    return true;
}

static void json_close(struct json_parser *p)
{
    struct json_frame *f = &p->frame[--p->depth];
    p->nodes[f->node].end = p->count;
    p->seen_count = f->seen_first;
    p->at++;
}

/* At a value: scalars are read whole, containers opened. */
static bool json_value(struct json_parser *p)
{
    if (p->at >= p->end)
        return json_expected(p, "ett värde", "a value");
    switch (*p->at) {
    case '{':
        return json_open(p, JSON_OBJECT);
    case '[':
        return json_open(p, JSON_ARRAY);
    case '"': {
        const char *text;
        size_t len;
        bool plain;
        if (!json_string(p, &text, &len, &plain))
            return false;
        struct json_node *n = json_node_new(p, JSON_STRING);
        if (!n)
            return false;
        n->text = text;
        n->len = (uint32_t)len;
        n->flags = plain ? JSON_F_PLAIN : 0;
        return true;
    }
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return json_number(p);
    default:
        return json_word(p);
    }
}

/* Names the node: interns the key, with FHIR's underscore taken off. */
static void json_name(const struct json_parser *p, struct json_node *n, const char *key, size_t len)
{
    n->key = key;
    n->key_len = (uint16_t)len;
    if (!p->names)
        return;
    bool under = len > 1 && key[0] == '_';
    n->name = p->names->find(key + under, len - under);
    if (under && n->name)
        n->flags |= JSON_F_UNDERSCORE;
}

/* "key": value of the open object. The key is checked when its node exists. */
static bool json_member(struct json_parser *p)
{
    const char *at = p->at, *key;
    size_t len;
    bool plain;
    if (p->at >= p->end || *p->at != '"')
        return json_expected(p, "ett namn inom citattecken", "a name in quotes");
    if (!json_string(p, &key, &len, &plain))
        return false;
    if (len > JSON_KEY_MAX)
        return json_fail(p, at, ERR_JSON_SYNTAX, "ett namn är för långt", "a name is too long");
    json_space(p);
    if (p->at >= p->end || *p->at != ':')
        return json_expected(p, "':'", "':'");
    p->at++;
    json_space(p);
    struct json_frame *f = &p->frame[p->depth - 1];
    uint32_t number = p->count;
    if (!json_value(p))
        return false;
    json_name(p, &p->nodes[number], key, len);
    /* A container just opened keeps its own keys after this one, so its list begins one later. */
    bool opened = p->depth && p->frame[p->depth - 1].node == number;
    if (!json_seen_add(p, f, number, at))
        return false;
    if (opened)
        p->frame[p->depth - 1].seen_first = p->seen_count;
    return true;
}

/* One step inside the innermost container: a separator and an item, or its end. */
static bool json_step(struct json_parser *p)
{
    const struct json_node *box = &p->nodes[p->frame[p->depth - 1].node];
    bool object = box->kind == JSON_OBJECT;
    json_space(p);
    if (p->at < p->end && *p->at == (object ? '}' : ']')) {
        json_close(p);
        return true;
    }
    if (box->len) {
        if (p->at >= p->end || *p->at != ',')
            return object ? json_expected(p, "',' eller '}'", "',' or '}'")
                          : json_expected(p, "',' eller ']'", "',' or ']'");
        p->at++;
        json_space(p);
    }
    return object ? json_member(p) : json_value(p);
}

static struct hash_key json_hash_key(void)
{
    static struct hash_key key;
    static atomic_int state; /* 0 unset, 1 being set, 2 set */
    int expected = 0;
    if (atomic_load_explicit(&state, memory_order_acquire) == 2)
        return key;
    if (atomic_compare_exchange_strong(&state, &expected, 1)) {
        os_random(&key, sizeof key);
        atomic_store_explicit(&state, 2, memory_order_release);
    }
    while (atomic_load_explicit(&state, memory_order_acquire) != 2)
        ;
    return key;
}

bool json_parse_allow(struct arena *arena, struct str source, const struct json_names *names, unsigned allow,
                      struct json_doc *doc, struct err *err)
{
    if (source.n > JSON_SIZE_MAX) {
        char limit[16];
        snprintf(limit, sizeof limit, "%d", JSON_SIZE_MAX);
        return err_set(err, ERR_JSON_SIZE, limit, (const char *)NULL);
    }
    struct json_parser p = {.arena = arena,
                            .names = names,
                            .allow = allow,
                            .begin = source.p,
                            .at = source.p,
                            .end = source.p + source.n,
                            .cap = (uint32_t)(source.n / JSON_BYTES_PER_NODE) + 16,
                            .key = json_hash_key(),
                            .err = err};
    p.nodes = arena_alloc(arena, p.cap * sizeof *p.nodes);
    if (!p.nodes)
        return err_set(err, ERR_NO_MEMORY, (const char *)NULL);
    json_space(&p);
    if (!json_value(&p))
        return false;
    while (p.depth)
        if (!json_step(&p))
            return false;
    json_space(&p);
    if (p.at < p.end)
        return json_expected(&p, "slutet på texten", "the end of the text");
    *doc = (struct json_doc){p.nodes, p.count, source};
    return true;
}

bool json_parse(struct arena *arena, struct str source, const struct json_names *names, struct json_doc *doc,
                struct err *err)
{
    return json_parse_allow(arena, source, names, 0, doc, err);
}

/* ---- looking ---- */

uint32_t json_get(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    if (i >= doc->count || doc->nodes[i].kind != JSON_OBJECT)
        return UINT32_MAX;
    JSON_EACH(doc, i, c)
    if (doc->nodes[c].name == name && !(doc->nodes[c].flags & JSON_F_UNDERSCORE))
        return c;
    return UINT32_MAX;
}

uint32_t json_get_key(const struct json_doc *doc, uint32_t i, struct str key)
{
    if (i >= doc->count || doc->nodes[i].kind != JSON_OBJECT)
        return UINT32_MAX;
    JSON_EACH(doc, i, c)
    if (str_eq((struct str){doc->nodes[c].key, doc->nodes[c].key_len}, key))
        return c;
    return UINT32_MAX;
}

struct str json_text(const struct json_doc *doc, uint32_t i)
{
    if (i >= doc->count || (doc->nodes[i].kind != JSON_STRING && doc->nodes[i].kind != JSON_NUMBER))
        return (struct str){NULL, 0};
    return (struct str){doc->nodes[i].text, doc->nodes[i].len};
}

void json_place(const struct json_doc *doc, uint32_t i, uint32_t *line, uint32_t *column)
{
    const char *begin = doc->source.p, *end = begin + doc->source.n;
    *line = *column = 0;
    if (i >= doc->count)
        return;
    const char *at = doc->nodes[i].key;
    if (!at || at < begin || at >= end)
        at = doc->nodes[i].text;
    if (at && at >= begin && at < end)
        json_line_column(begin, at, line, column);
}
