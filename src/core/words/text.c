/* SPDX-License-Identifier: Apache-2.0
 * The words of a stored resource. Said by its elements' types: narrative; strings, markdown and codes; and
 * attachments that are text. Not: addresses (uri, url, Reference.reference), ids, numbers, dates, other
 * binaries. */
#include <strings.h>

#include "fhir/model.h"
#include "fhir_gen/names.h"
#include "fold/fold.h"
#include "words/words_int.h"

enum { TEXT_SEEN_FIRST = 64 };

void text_init(struct words_text *t)
{
    *t = (struct words_text){0};
    buf_init(&t->narrative, BUF_NO_MAX);
    buf_init(&t->content, BUF_NO_MAX);
    arena_init(&t->scratch);
    os_random(&t->key, sizeof t->key);
}

void text_release(struct words_text *t)
{
    buf_release(&t->narrative);
    buf_release(&t->content);
    arena_release(&t->scratch);
    os_free(t->seen);
    t->seen = NULL;
}

/* Bytes of a word that are kept: whole characters. */
static size_t text_cut(struct str word)
{
    size_t n = word.n;
    if (n <= WORDS_WORD_MAX)
        return n;
    n = WORDS_WORD_MAX;
    while (n > 0 && ((unsigned char)word.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/* Appends the words of s, after a gap; the number of words. */
static uint32_t text_words(struct words_text *t, struct buf *out, struct str s)
{
    struct arena_mark mark = arena_mark(&t->scratch);
    struct str rest = fold_text(&t->scratch, s), word;
    uint32_t n = 0;
    while (fold_word(&rest, &word)) {
        if (n == 0 && out->n)
            buf_cstr(out, " " WORDS_GAP);
        if (out->n)
            buf_char(out, ' ');
        buf_add(out, word.p, text_cut(word));
        n++;
    }
    arena_rewind(&t->scratch, mark);
    return n;
}

/* Open addressing, at most half full. False when it was there, or when memory ended: then it is kept twice.
 */
static bool text_seen(struct words_text *t, uint64_t hash)
{
    if (t->seen_count * 2 >= t->seen_cap) {
        size_t cap = t->seen_cap ? t->seen_cap * 2 : TEXT_SEEN_FIRST;
        uint64_t *grown = os_alloc(cap * sizeof *grown);
        if (!grown)
            return false;
        memset(grown, 0, cap * sizeof *grown);
        for (size_t i = 0; i < t->seen_cap; i++) {
            size_t at = t->seen[i] & (cap - 1);
            while (t->seen[i] && grown[at])
                at = (at + 1) & (cap - 1);
            if (t->seen[i])
                grown[at] = t->seen[i];
        }
        os_free(t->seen);
        t->seen = grown;
        t->seen_cap = cap;
    }
    size_t at = hash & (t->seen_cap - 1);
    while (t->seen[at] && t->seen[at] != hash)
        at = (at + 1) & (t->seen_cap - 1);
    if (t->seen[at])
        return true;
    t->seen[at] = hash;
    t->seen_count++;
    return false;
}

/* A text of an element, once however often the resource repeats it (a display beside a text that says the
 * same). */
static void text_content(struct words_text *t, struct str s)
{
    uint64_t hash = hash_sip(t->key, s);
    if (s.n && !text_seen(t, hash ? hash : 1))
        t->words += text_words(t, &t->content, s);
}

/* ---- XHTML ---- */

/* Elements inside a word; all others part words and phrases. */
static const char *const text_inline[] = {"a",    "abbr",  "acronym", "b",      "big",    "cite", "code",
                                          "dfn",  "em",    "font",    "i",      "kbd",    "q",    "s",
                                          "samp", "small", "span",    "strike", "strong", "sub",  "sup",
                                          "tt",   "u",     "var",     "bdo",    "del",    "ins"};

static const struct {
    const char *name;
    uint16_t code;
} text_entities[] = {
    {"amp", '&'},     {"lt", '<'},      {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
    {"nbsp", 0xA0},   {"aring", 0xE5},  {"Aring", 0xC5},   {"auml", 0xE4},    {"Auml", 0xC4},
    {"ouml", 0xF6},   {"Ouml", 0xD6},   {"eacute", 0xE9},  {"Eacute", 0xC9},  {"egrave", 0xE8},
    {"uuml", 0xFC},   {"Uuml", 0xDC},   {"oslash", 0xF8},  {"Oslash", 0xD8},  {"aelig", 0xE6},
    {"AElig", 0xC6},  {"ccedil", 0xE7}, {"ntilde", 0xF1},  {"aacute", 0xE1},  {"agrave", 0xE0},
    {"acirc", 0xE2},  {"ecirc", 0xEA},  {"euml", 0xEB},    {"iacute", 0xED},  {"icirc", 0xEE},
    {"oacute", 0xF3}, {"ocirc", 0xF4},  {"uacute", 0xFA},  {"szlig", 0xDF},   {"micro", 0xB5},
    {"deg", 0xB0},    {"shy", 0xAD},    {"ndash", 0x2013}, {"mdash", 0x2014},
};

static void text_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xC0 | c >> 6));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_char(out, (char)(0xE0 | c >> 12));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else {
        buf_char(out, (char)(0xF0 | c >> 18));
        buf_char(out, (char)(0x80 | (c >> 12 & 63)));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    }
}

/* The number of "#229" or "#xE5"; 0 when it is none. */
static uint32_t text_number(struct str s)
{
    bool hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X');
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < s.n && c < 0x110000; i++) {
        char d = s.p[i];
        if (d >= '0' && d <= '9')
            c = c * (hex ? 16 : 10) + (uint32_t)(d - '0');
        else if (hex && ((d | 32) >= 'a' && (d | 32) <= 'f'))
            c = c * 16 + (uint32_t)((d | 32) - 'a') + 10;
        else
            return 0;
    }
    return c < 0x110000 && (c < 0xD800 || c > 0xDFFF) ? c : 0;
}

/* The entity that s (after "&") begins with: appends what it stands for; bytes taken, 0 when it is none. */
static size_t text_entity(struct str s, struct buf *out)
{
    size_t end = str_find(str_sub(s, 0, 12), ';', 0);
    if (end == SIZE_MAX || end == 0)
        return 0;
    struct str name = str_sub(s, 0, end);
    uint32_t c = name.p[0] == '#' ? text_number(name) : 0;
    for (size_t i = 0; !c && i < sizeof text_entities / sizeof *text_entities; i++)
        c = str_is(name, text_entities[i].name) ? text_entities[i].code : 0;
    if (!c)
        return 0;
    text_utf8(out, c);
    return end + 1;
}

static bool text_is_inline(struct str tag)
{
    size_t n = 0, from = tag.n && tag.p[0] == '/';
    while (from + n < tag.n && ((tag.p[from + n] | 32) >= 'a' && (tag.p[from + n] | 32) <= 'z'))
        n++;
    for (size_t i = 0; i < sizeof text_inline / sizeof *text_inline; i++)
        if (n == strlen(text_inline[i]) && strncasecmp(tag.p + from, text_inline[i], n) == 0)
            return true;
    return false;
}

/* The end of the tag or comment that begins at s ("<"): its length with ">". */
static size_t text_tag(struct str s)
{
    if (str_starts(s, STR("<!--"))) {
        size_t end = str_find_str(s, STR("-->"));
        return end == SIZE_MAX ? s.n : end + 3;
    }
    char quote = 0;
    for (size_t i = 1; i < s.n; i++) {
        if (quote)
            quote = s.p[i] == quote ? 0 : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return i + 1;
    }
    return s.n;
}

/* The text between the tags, run by run. */
static void text_xhtml(struct words_text *t, struct buf *out, struct str s)
{
    struct buf run;
    buf_init(&run, BUF_NO_MAX);
    for (size_t i = 0; i < s.n;) {
        struct str rest = str_sub(s, i, s.n);
        if (rest.p[0] == '<') {
            size_t n = text_tag(rest);
            if (!str_starts(rest, STR("<!--")) && !text_is_inline(str_sub(rest, 1, n))) {
                t->words += text_words(t, out, buf_get(&run));
                buf_clear(&run);
            }
            i += n;
            continue;
        }
        size_t taken = rest.p[0] == '&' ? text_entity(str_sub(rest, 1, rest.n), &run) : 0;
        if (!taken)
            buf_char(&run, rest.p[0]);
        i += taken + 1;
    }
    t->words += text_words(t, out, buf_get(&run));
    buf_release(&run);
}

/* ---- attachments ---- */

static int text_sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static struct str text_base64(struct arena *arena, struct str s)
{
    char *to = arena_alloc(arena, s.n / 4 * 3 + 4);
    size_t n = 0;
    uint32_t v = 0;
    int bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        int six = text_sextet(s.p[i]);
        if (six < 0)
            continue;
        v = v << 6 | (uint32_t)six;
        if ((bits += 6) >= 8)
            to[n++] = (char)(v >> (bits -= 8) & 255);
    }
    return (struct str){to, n};
}

/* Does the content type begin so (case makes no difference)? */
static bool text_is_type(struct str type, const char *begin)
{
    return type.n >= strlen(begin) && strncasecmp(type.p, begin, strlen(begin)) == 0;
}

/* A data element of an attachment (or Binary) at i whose object's content type says text. */
static void text_attachment(struct words_text *t, const struct json_doc *doc, uint32_t object)
{
    struct str type = json_text(doc, json_get(doc, object, FHIR_NAME_contentType));
    struct str data = json_text(doc, json_get(doc, object, FHIR_NAME_data));
    if (data.n == 0 || !text_is_type(type, "text/"))
        return;
    struct arena_mark mark = arena_mark(&t->scratch);
    struct str plain = text_base64(&t->scratch, data);
    if (text_is_type(type, "text/html") || text_is_type(type, "text/xml"))
        text_xhtml(t, &t->content, plain);
    else
        text_content(t, plain);
    arena_rewind(&t->scratch, mark);
}

/* ---- the walk ---- */

static void text_node(struct words_text *t, const struct json_doc *doc, uint32_t i)
{
    const struct json_node *n = &doc->nodes[i];
    const struct fhir_elem *e = &fhir_elems[n->elem];
    if (n->kind == JSON_OBJECT &&
        (e->type == FHIR_TYPE_Attachment || i == 0 || e->type == FHIR_TYPE_Resource))
        text_attachment(t, doc, i);
    if (n->kind != JSON_STRING || !n->elem || n->name == FHIR_NAME_id)
        return;
    struct str s = {n->text, n->len};
    switch (fhir_types[e->type].prim) {
    case FHIR_PRIM_XHTML:
        text_xhtml(t, &t->narrative, s);
        break;
    case FHIR_PRIM_STRING:
        if (e->owner == FHIR_TYPE_Reference && e->name == FHIR_NAME_reference)
            break;
        text_content(t, s);
        break;
    case FHIR_PRIM_MARKDOWN:
    case FHIR_PRIM_CODE:
        text_content(t, s);
        break;
    default:
        break;
    }
}

bool text_of(struct words_text *t, struct str body, struct err *err)
{
    struct json_doc doc;
    struct err ignored;
    buf_clear(&t->narrative);
    buf_clear(&t->content);
    arena_reset(&t->scratch);
    if (t->seen)
        memset(t->seen, 0, t->seen_cap * sizeof *t->seen);
    t->seen_count = 0;
    t->words = 0;
    if (!json_parse(&t->scratch, body, &fhir_names, &doc, &ignored) || !fhir_type_tree(&doc, 0))
        return true;
    for (uint32_t i = 0; i < doc.count; i++)
        text_node(t, &doc, i);
    return (buf_ok(&t->narrative) && buf_ok(&t->content)) || err_set(err, ERR_NO_MEMORY, NULL);
}
