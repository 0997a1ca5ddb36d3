/* SPDX-License-Identifier: Apache-2.0
 * _text, _content and :text (R4 3.1.1.4.5, 3.1.1.5.5) by reading every word of every resource, as
 * words/README.md says what text is: runs of words, phrases within one run only. */
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

enum { WORD_BYTES = 64, RUN_WORDS_MAX = 100000 };

/* Words one after another; parted by an empty one where a phrase may not go on. */
struct oracle_words {
    struct str *word;
    size_t count, cap;
};

/* ---- text to words ---- */

static void push(struct oracle *o, struct oracle_words *w, struct str s)
{
    if (w->count == w->cap) {
        size_t cap = w->cap ? 2 * w->cap : 64;
        w->word = arena_grow(&o->arena, w->word, w->count, cap, sizeof *w->word);
        w->cap = cap;
    }
    w->word[w->count++] = s;
}

static struct str cut(struct str s)
{
    size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;
    while (n < s.n && n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

static void add_run(struct oracle *o, struct oracle_words *w, struct str text)
{
    struct str f = oracle_text_fold(&o->arena, text);
    int32_t i = 0, from = -1, n = (int32_t)f.n;
    while (i < n) {
        UChar32 c;
        int32_t at = i;
        U8_NEXT(f.p, i, n, c);
        if (c >= 0 && u_isalnum(c)) {
            from = from < 0 ? at : from;
            continue;
        }
        if (from >= 0)
            push(o, w, cut(str_sub(f, (size_t)from, (size_t)at)));
        from = -1;
    }
    if (from >= 0)
        push(o, w, cut(str_sub(f, (size_t)from, f.n)));
    push(o, w, STR(""));
}

/* ---- narrative ---- */

static const char inline_tags[] = " a abbr acronym b big cite code dfn em font i kbd q s samp small span "
                                  "strike strong sub sup tt u var bdo del ins ";

/* Does the tag whose inside begins at s stand within a word? */
static bool is_inline(struct str s)
{
    char name[20];
    size_t n = 0, from = s.n && s.p[0] == '/';
    name[n++] = ' ';
    while (n < sizeof name - 2 && from < s.n && u_isalnum(s.p[from]))
        name[n++] = s.p[from++];
    name[n++] = ' ';
    name[n] = '\0';
    return n > 2 && strstr(inline_tags, name);
}

static void entity(struct buf *run, struct str name)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"amp", "&"},  {"lt", "<"},        {"gt", ">"},       {"quot", "\""},
                 {"apos", "'"}, {"nbsp", "\u00A0"}, {"deg", "\u00B0"}, {"ndash", "\u2013"}};
    char utf8[4];
    int32_t n = 0;
    if (name.n > 1 && name.p[0] == '#') {
        bool hex = name.p[1] == 'x';
        char digits[12] = "";
        memcpy(digits, name.p + 1 + hex, name.n - 1 - hex < 11 ? name.n - 1 - hex : 11);
        uint32_t c = (uint32_t)strtoul(digits, NULL, hex ? 16 : 10);
        U8_APPEND_UNSAFE(utf8, n, c);
        buf_add(run, utf8, (size_t)n);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_is(name, known[i].name))
            buf_cstr(run, known[i].text);
    }
}

static void add_xhtml(struct oracle *o, struct oracle_words *w, struct str s)
{
    struct buf run;
    buf_init(&run, BUF_NO_MAX);
    for (size_t i = 0; i < s.n; i++) {
        struct str rest = str_sub(s, i, s.n);
        if (str_starts(rest, STR("<!--"))) {
            i += str_find_str(rest, STR("-->")) + 2;
        } else if (s.p[i] == '<') {
            if (!is_inline(str_sub(rest, 1, rest.n))) {
                add_run(o, w, buf_get(&run));
                buf_clear(&run);
            }
            i += str_find(rest, '>', 0);
        } else if (s.p[i] == '&') {
            size_t end = str_find(rest, ';', 0);
            entity(&run, str_sub(rest, 1, end));
            i += end;
        } else {
            buf_char(&run, s.p[i]);
        }
    }
    add_run(o, w, buf_get(&run));
    buf_release(&run);
}

/* ---- the whole resource ---- */

static struct str decode(struct arena *a, struct str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0, bits = 0;
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *d = s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!d)
            continue;
        v = v << 6 | (uint32_t)(d - digits);
        bits += 6;
        if (bits >= 8)
            to[n++] = (char)(v >> (bits -= 8));
    }
    return (struct str){to, n};
}

static void add_attachment(struct oracle *o, struct oracle_words *w, const struct json_doc *doc, uint32_t i)
{
    struct str type = json_text(doc, json_get(doc, i, FHIR_NAME_contentType));
    struct str data = json_text(doc, json_get(doc, i, FHIR_NAME_data));
    if (!data.n || !str_starts(type, STR("text/")))
        return;
    data = decode(&o->arena, data);
    if (str_starts(type, STR("text/html")) || str_starts(type, STR("text/xml")))
        add_xhtml(o, w, data);
    else
        add_run(o, w, data);
}

static void add_node(struct oracle *o, const struct json_doc *doc, uint32_t i, struct oracle_words *narrative,
                     struct oracle_words *all)
{
    const struct json_node *n = &doc->nodes[i];
    const struct fhir_elem *e = &fhir_elems[n->elem];
    const char *type = n->elem ? fhir_types[e->type].name : "";
    if (n->kind == JSON_OBJECT)
        add_attachment(o, all, doc, i);
    if (n->kind != JSON_STRING || n->name == FHIR_NAME_id)
        return;
    if (strcmp(type, "xhtml") == 0) {
        add_xhtml(o, narrative, json_text(doc, i));
        add_xhtml(o, all, json_text(doc, i));
    } else if (strcmp(type, "markdown") == 0 || strcmp(type, "code") == 0 ||
               (strcmp(type, "string") == 0 &&
                !(n->name == FHIR_NAME_reference && e->owner == FHIR_TYPE_Reference))) {
        add_run(o, all, json_text(doc, i));
    }
}

const struct oracle_words *oracle_words_get(struct oracle *o, size_t i, bool all)
{
    if (!o->words[i]) {
        const struct json_doc *doc = o->resource[i].doc;
        o->words[i] = ARENA_ARRAY(&o->arena, struct oracle_words, 2);
        for (uint32_t n = 0; n < doc->count; n++)
            add_node(o, doc, n, &o->words[i][0], &o->words[i][1]);
    }
    return &o->words[i][all];
}

struct str oracle_words_at(const struct oracle_words *w, size_t i)
{
    return i < w->count ? w->word[i] : (struct str){NULL, 0};
}

/* ---- queries ---- */

struct reader {
    struct oracle_ask *k;
    const struct oracle_words *in;
    struct str text;
    size_t at;
};

static char next(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool take_word(struct reader *r, const char *word)
{
    struct str rest = str_sub(r->text, r->at, r->text.n);
    size_t n = strlen(word);
    if (!str_starts(rest, str_of(word)) || (rest.n > n && rest.p[n] != ' ' && rest.p[n] != '('))
        return false;
    r->at += n;
    return true;
}

static void blanks(struct reader *r)
{
    while (next(r) == ' ')
        r->at++;
}

/* The words follow each other; the last may only have begun when it is a prefix. */
static bool occurs(const struct oracle_words *in, const struct oracle_words *wanted, bool prefix)
{
    size_t n = wanted->count;
    for (size_t i = 0; n && i + n <= in->count; i++) {
        size_t k = 0;
        if (!in->word[i].n || in->word[i].p[0] != wanted->word[0].p[0])
            continue;
        while (k < n && (prefix && k + 1 == n ? str_starts(in->word[i + k], wanted->word[k])
                                              : str_eq(in->word[i + k], wanted->word[k])))
            k++;
        if (k == n)
            return true;
    }
    return false;
}

static bool any(struct reader *r);

static bool operand(struct reader *r)
{
    bool quoted = next(r) == '"';
    struct oracle_words wanted = {0};
    if (next(r) == '(') {
        r->at++;
        bool found = any(r);
        r->at += next(r) == ')';
        return found;
    }
    r->at += quoted;
    size_t from = r->at;
    while (next(r) && !strchr(quoted ? "\"" : " ()\",*", next(r)))
        r->at++;
    add_run(r->k->o, &wanted, str_sub(r->text, from, r->at));
    wanted.count--; /* the end of the run */
    r->at += quoted;
    bool prefix = next(r) == '*';
    r->at += prefix;
    if (!wanted.count)
        return oracle_fail(r->k, "no word", str_sub(r->text, from, r->text.n));
    return occurs(r->in, &wanted, prefix);
}

static bool all_of(struct reader *r)
{
    bool found = true;
    for (blanks(r); next(r) && next(r) != ')' && next(r) != ','; blanks(r)) {
        struct reader ahead = *r;
        if (take_word(&ahead, "OR"))
            break;
        bool not = take_word(r, "NOT");
        if (!not &&(not = next(r) == '-'))
            r->at++;
        if (take_word(r, "AND"))
            continue;
        blanks(r);
        bool one = operand(r);
        found = found && one != not ;
    }
    return found;
}

static bool any(struct reader *r)
{
    bool found = all_of(r);
    while (next(r) == ',' || take_word(r, "OR")) {
        r->at += next(r) == ',';
        bool one = all_of(r);
        found = found || one;
    }
    return found;
}

bool oracle_words_hold(struct oracle_ask *k, size_t i, bool all, struct str query)
{
    struct reader r = {.k = k, .in = oracle_words_get(k->o, i, all), .text = query};
    return any(&r);
}

/* ---- :text ---- */

static bool begins(struct oracle *o, struct str text, struct str wanted)
{
    struct str folded = oracle_text_fold(&o->arena, text);
    for (size_t i = 0; i < folded.n; i++) {
        if ((i == 0 || folded.p[i - 1] == ' ' || folded.p[i - 1] == '-') &&
            str_starts(str_sub(folded, i, folded.n), wanted))
            return true;
    }
    return false;
}

static bool text_begins(struct oracle *o, const struct json_doc *doc, uint32_t i, uint16_t name,
                        struct str wanted)
{
    uint32_t c = i == UINT32_MAX ? i : json_get(doc, i, name);
    return c != UINT32_MAX && begins(o, json_text(doc, c), wanted);
}

/* Coding.display, CodeableConcept.text, Identifier.type.text, Reference.display. */
bool oracle_words_beside(struct oracle *o, const struct json_doc *doc, const struct path_value *v,
                         struct str value)
{
    struct str wanted = oracle_text_fold(&o->arena, oracle_text_unescape(&o->arena, value));
    if (v->kind != PATH_NODE)
        return false;
    if (v->type == FHIR_TYPE_Identifier)
        return text_begins(o, doc, json_get(doc, v->node, FHIR_NAME_type), FHIR_NAME_text, wanted);
    if (v->type == FHIR_TYPE_Coding || v->type == FHIR_TYPE_Reference)
        return text_begins(o, doc, v->node, FHIR_NAME_display, wanted);
    if (v->type != FHIR_TYPE_CodeableConcept)
        return false;
    if (text_begins(o, doc, v->node, FHIR_NAME_text, wanted))
        return true;
    uint32_t list = json_get(doc, v->node, FHIR_NAME_coding);
    if (list != UINT32_MAX) {
        JSON_EACH(doc, list, c)
        {
            if (text_begins(o, doc, c, FHIR_NAME_display, wanted))
                return true;
        }
    }
    return false;
}
