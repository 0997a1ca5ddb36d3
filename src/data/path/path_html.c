/* SPDX-License-Identifier: Apache-2.0
 * Narrative (R4 narrative 2.4.0.1): "basic html formatting elements and attributes described in chapters 7-11
 * (except section 4 of chapter 9) and 15 of the HTML 4.0 standard, <a> elements, images and internally
 * contained style attributes". No DTD, no comments with meaning, nothing that runs. */
#include "path/path_int.h"

enum { HTML_DEPTH_MAX = 128 };

static const char *const elements[] = {
    "a",   "abbr",     "acronym", "b",   "big",   "blockquote", "br",    "caption", "cite",   "code",
    "col", "colgroup", "dd",      "dfn", "div",   "dl",         "dt",    "em",      "h1",     "h2",
    "h3",  "h4",       "h5",      "h6",  "hr",    "i",          "img",   "li",      "map",    "area",
    "ol",  "p",        "pre",     "q",   "s",     "samp",       "small", "span",    "strong", "sub",
    "sup", "table",    "tbody",   "td",  "tfoot", "th",         "thead", "tr",      "tt",     "u",
    "ul",  "var",      "kbd",     "del", "ins",   "strike",     "bdo",   "center",  "font",   "address",
};

static const char *const attributes[] = {
    "abbr",        "accesskey",   "align",      "alt",       "axis",     "bgcolor", "border", "cellhalign",
    "cellpadding", "cellspacing", "cellvalign", "char",      "charoff",  "charset", "cite",   "class",
    "colspan",     "compact",     "coords",     "dir",       "frame",    "headers", "height", "href",
    "hreflang",    "hspace",      "id",         "lang",      "longdesc", "name",    "nowrap", "rel",
    "rev",         "rowspan",     "rules",      "scope",     "shape",    "span",    "src",    "start",
    "style",       "summary",     "tabindex",   "title",     "type",     "valign",  "value",  "vspace",
    "width",       "xml:base",    "xml:lang",   "xml:space", "xmlns",    "usemap",  "ismap",  "size",
    "color",       "face",        "clear",      "noshade",   "border",
};

struct html {
    struct str s;
    size_t at;
    struct str open[HTML_DEPTH_MAX];
    unsigned depth;
    bool content; /* text that is not blank, or an image */
};

static bool in_list(struct str name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(name, list[i]))
            return true;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blank(struct html *h)
{
    while (h->at < h->s.n && is_blank(h->s.p[h->at]))
        h->at++;
}

static bool eat(struct html *h, char c)
{
    if (h->at >= h->s.n || h->s.p[h->at] != c)
        return false;
    h->at++;
    return true;
}

static struct str read_name(struct html *h)
{
    size_t from = h->at;
    while (h->at < h->s.n && !is_blank(h->s.p[h->at]) && !strchr("=/><\"'", h->s.p[h->at]))
        h->at++;
    return str_sub(h->s, from, h->at);
}

/* name="value", and no script in an address. */
static bool read_attribute(struct html *h)
{
    struct str name = read_name(h);
    skip_blank(h);
    if (!name.n || !in_list(name, attributes, sizeof attributes / sizeof *attributes) || !eat(h, '='))
        return false;
    skip_blank(h);
    char quote = h->at < h->s.n ? h->s.p[h->at] : 0;
    if (quote != '"' && quote != '\'')
        return false;
    size_t end = str_find(h->s, quote, h->at + 1);
    if (end == SIZE_MAX)
        return false;
    struct str value = str_sub(h->s, h->at + 1, end);
    h->at = end + 1;
    if (str_find(value, '<', 0) != SIZE_MAX)
        return false;
    return !str_is(name, "href") || !str_starts(value, STR("javascript:"));
}

/* After '<': an end tag, or a start tag with its attributes. */
static bool read_tag(struct html *h)
{
    if (eat(h, '/')) {
        struct str name = read_name(h);
        skip_blank(h);
        return h->depth > 0 && str_eq(name, h->open[--h->depth]) && eat(h, '>');
    }
    struct str name = read_name(h);
    if (!in_list(name, elements, sizeof elements / sizeof *elements) ||
        (h->depth == 0 && !str_is(name, "div")))
        return false;
    if (str_is(name, "img"))
        h->content = true;
    for (;;) {
        skip_blank(h);
        if (eat(h, '/'))
            return h->depth > 0 && eat(h, '>');
        if (eat(h, '>'))
            break;
        if (!read_attribute(h))
            return false;
    }
    if (h->depth == HTML_DEPTH_MAX)
        return false;
    h->open[h->depth++] = name;
    return true;
}

static bool skip_comment(struct html *h)
{
    size_t end = str_find_str(str_sub(h->s, h->at, h->s.n), STR("-->"));
    h->at += end == SIZE_MAX ? 0 : end + 3;
    return end != SIZE_MAX;
}

bool path_html_valid(struct str xhtml)
{
    struct html h = {.s = xhtml};
    bool started = false;
    while (h.at < h.s.n) {
        char c = h.s.p[h.at++];
        if (c == '<') {
            bool comment = str_starts(str_sub(h.s, h.at, h.s.n), STR("!--"));
            if (!comment && started && h.depth == 0)
                return false; /* one div only */
            if (comment ? !skip_comment(&h) : !read_tag(&h))
                return false;
            started |= !comment;
        } else if (!is_blank(c)) {
            if (h.depth == 0)
                return false;
            h.content = true;
        }
    }
    return started && h.depth == 0 && h.content;
}
