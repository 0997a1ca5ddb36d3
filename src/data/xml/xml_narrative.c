/* SPDX-License-Identifier: Apache-2.0
 * Narrative: a <div> of XHTML that JSON holds as text (R4 2.6.2.8) and XML as elements. */
#include "xml/xml_int.h"

/* Text or attribute value as XML; the parser has seen to it that every character is allowed. */
static void put_escaped(struct buf *out, struct str s, bool attribute)
{
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '&':
            buf_cstr(out, "&amp;");
            break;
        case '<':
            buf_cstr(out, "&lt;");
            break;
        case '>':
            buf_cstr(out, "&gt;");
            break;
        case '\r':
            buf_cstr(out, "&#xD;");
            break;
        case '"':
            buf_cstr(out, attribute ? "&quot;" : "\"");
            break;
        case '\n':
            buf_cstr(out, attribute ? "&#xA;" : "\n");
            break;
        case '\t':
            buf_cstr(out, attribute ? "&#x9;" : "\t");
            break;
        default:
            buf_char(out, s.p[i]);
        }
}

static bool fail_namespace(struct xml_parse *p, const xmlChar *local)
{
    err_set(p->err, ERR_XML_NAMESPACE, (const char *)local, XML_NS_XHTML, NULL);
    xml_lib_stop(p);
    return false;
}

static bool put_attributes(struct xml_narrative *n, struct xml_parse *p, const xmlChar *local, int count,
                           const xmlChar **attrs)
{
    for (int i = 0; i < count; i++, attrs += 5) {
        bool lang = attrs[1] && xmlStrEqual(attrs[1], BAD_CAST "xml");
        if (attrs[1] && !lang) {
            err_set(p->err, ERR_XML_ATTRIBUTE, (const char *)attrs[0], (const char *)local, NULL);
            xml_lib_stop(p);
            return false;
        }
        buf_cstr(&n->again, lang ? " xml:" : " ");
        buf_cstr(&n->again, (const char *)attrs[0]);
        buf_cstr(&n->again, "=\"");
        put_escaped(&n->again, (struct str){(const char *)attrs[3], (size_t)(attrs[4] - attrs[3])}, true);
        buf_char(&n->again, '"');
    }
    return true;
}

/* A start tag is left open until it is known whether anything stands inside. */
static void end_tag(struct xml_narrative *n)
{
    if (n->open)
        buf_char(&n->again, '>');
    n->open = false;
}

/* The '<' of the tag whose start event this is: none can stand raw inside a tag. */
static size_t tag_begin(const struct xml_parse *p)
{
    size_t at = xml_lib_offset(p);
    if (at > p->source.n)
        at = p->source.n;
    while (at && p->source.p[at - 1] != '<')
        at--;
    return at ? at - 1 : 0;
}

bool xml_narrative_start(struct xml_narrative *n, struct xml_parse *p, const xmlChar *local,
                         const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **ns,
                         int attr_count, const xmlChar **attrs)
{
    if (!xmlStrEqual(uri, BAD_CAST XML_NS_XHTML))
        return fail_namespace(p, local);
    if (!n->depth++) {
        n->from = tag_begin(p);
        n->plain = false;
        for (int i = 0; i < ns_count; i++)
            n->plain = n->plain || !ns[2 * i];
        n->open = false;
        buf_clear(&n->again);
        buf_cstr(&n->again, "<div xmlns=\"" XML_NS_XHTML "\"");
    } else {
        end_tag(n);
        buf_char(&n->again, '<');
        buf_cstr(&n->again, (const char *)local);
    }
    n->plain = n->plain && !prefix;
    if (!put_attributes(n, p, local, attr_count, attrs))
        return false;
    n->open = true;
    return true;
}

void xml_narrative_text(struct xml_narrative *n, struct str text)
{
    end_tag(n);
    put_escaped(&n->again, text, false);
}

void xml_narrative_comment(struct xml_narrative *n, struct str text)
{
    end_tag(n);
    buf_cstr(&n->again, "<!--");
    buf_str(&n->again, text);
    buf_cstr(&n->again, "-->");
}

/* Appends text with line ends as XML sees them: "\n". */
static void put_plain_lines(struct buf *out, struct str raw)
{
    for (size_t i = 0, from = 0; i <= raw.n; i++) {
        if (i < raw.n && raw.p[i] != '\r')
            continue;
        buf_add(out, raw.p + from, i - from);
        if (i < raw.n && (i + 1 == raw.n || raw.p[i + 1] != '\n'))
            buf_char(out, '\n');
        from = i + 1;
    }
}

static struct str with_plain_lines(struct xml_narrative *n, struct str raw)
{
    if (str_find(raw, '\r', 0) == SIZE_MAX)
        return raw;
    buf_clear(&n->again);
    put_plain_lines(&n->again, raw);
    return buf_get(&n->again);
}

bool xml_narrative_end(struct xml_narrative *n, struct xml_parse *p, const xmlChar *local, struct str *out)
{
    if (n->open) {
        buf_cstr(&n->again, "/>");
        n->open = false;
    } else {
        buf_cstr(&n->again, "</");
        buf_cstr(&n->again, (const char *)local);
        buf_char(&n->again, '>');
    }
    if (--n->depth)
        return false;
    *out =
        n->plain ? with_plain_lines(n, str_sub(p->source, n->from, xml_lib_offset(p))) : buf_get(&n->again);
    return true;
}

/* ---- writing ---- */

/* A check of a div's text: is it one XHTML div? */
struct div_check {
    struct xml_parse p;
    uint32_t depth;
    bool bare; /* the div names no namespace */
    bool other;
};

static void check_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                        int ns_count, const xmlChar **ns, int attr_count, int defaulted,
                        const xmlChar **attrs)
{
    struct div_check *c = user;
    (void)prefix;
    (void)ns_count;
    (void)ns;
    (void)defaulted;
    if (!c->depth++) {
        c->bare = !uri;
        c->other = !xmlStrEqual(local, BAD_CAST "div");
    }
    bool ours = c->bare ? !uri : xmlStrEqual(uri, BAD_CAST XML_NS_XHTML);
    c->other = c->other || !ours || c->depth > XML_DEPTH_MAX / 2;
    for (int i = 0; i < attr_count; i++)
        c->other = c->other || (attrs[5 * i + 1] && !xmlStrEqual(attrs[5 * i + 1], BAD_CAST "xml"));
    if (c->other) {
        err_set(c->p.err, ERR_XML_UNWRITABLE, "text som inte är XHTML", "narrative that is not XHTML", NULL);
        xml_lib_stop(&c->p);
    }
}

static void check_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct div_check *c = user;
    (void)local;
    (void)prefix;
    (void)uri;
    c->depth--;
}

bool xml_narrative_write(struct str div, struct buf *out, struct err *err)
{
    static const xmlSAXHandler events = {.startElementNs = check_start, .endElementNs = check_end};
    struct div_check c = {0};
    struct err why = {0};
    if (!xml_lib_run(&c.p, &events, div, &why)) {
        if (why.code == ERR_NO_MEMORY || why.code == ERR_XML_UNWRITABLE)
            *err = why;
        else
            err_set(err, ERR_XML_UNWRITABLE, "text som inte är välformad XHTML",
                    "narrative that is not well-formed XHTML", NULL);
        return false;
    }
    /* What may stand around the element (declaration, comments, white space) cannot stand inside a document.
     */
    size_t from = str_find_str(c.p.source, STR("<div"));
    size_t to = c.p.source.n;
    while (to && c.p.source.p[to - 1] != '>')
        to--;
    if (from == SIZE_MAX || str_find_str(str_sub(c.p.source, 0, from), STR("<")) != SIZE_MAX)
        return err_set(err, ERR_XML_UNWRITABLE, "text som inte börjar med <div>",
                       "narrative that does not begin with <div>", NULL);
    struct str whole = str_sub(c.p.source, from, to);
    buf_cstr(out, c.bare ? "<div xmlns=\"" XML_NS_XHTML "\"" : "<div");
    put_plain_lines(out, str_sub(whole, 4, whole.n));
    return true;
}
