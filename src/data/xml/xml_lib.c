/* SPDX-License-Identifier: Apache-2.0
 * libxml2, kept harmless: no network, no DTD, UTF-8 only, its memory through os_alloc, its errors as ours. */
#include <pthread.h>
#include <stdio.h>

#include "base/os.h"
#include <libxml/SAX2.h>

#include "xml/xml_int.h"
#include "xml/xml_tree.h"

static char *lib_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = os_alloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

/* What libxml2 would print on stderr: every failure is told through err. */
static void lib_quiet(void *user, const char *format, ...)
{
    (void)user;
    (void)format;
}

static void lib_start(void)
{
    xmlThrDefSetGenericErrorFunc(NULL, lib_quiet);
    xmlSetGenericErrorFunc(NULL, lib_quiet);
    xmlMemSetup(os_free, os_alloc, os_realloc, lib_strdup);
    xmlInitParser();
}

/* What libxml2 found wrong, in both languages. */
static const struct lib_error {
    int code;
    const char *sv, *en;
} lib_errors[] = {
    {XML_ERR_DOCUMENT_EMPTY, "texten är tom eller börjar inte med ett element",
     "the text is empty or does not begin with an element"},
    {XML_ERR_DOCUMENT_END, "det står mer efter dokumentets slut",
     "there is more after the end of the document"},
    {XML_ERR_INVALID_CHAR, "ett tecken som XML inte tillåter", "a character that XML does not allow"},
    {XML_ERR_INVALID_CHARREF, "en teckenreferens till ett tecken som XML inte tillåter",
     "a reference to a character that XML does not allow"},
    {XML_ERR_INVALID_ENCODING, "texten är inte giltig UTF-8", "the text is not valid UTF-8"},
    {XML_ERR_UNDECLARED_ENTITY, "okänd entitet", "unknown entity"},
    {XML_WAR_UNDECLARED_ENTITY, "okänd entitet", "unknown entity"},
    {XML_ERR_ENTITYREF_SEMICOL_MISSING, "semikolon saknas efter &-namnet",
     "semicolon missing after the & name"},
    {XML_ERR_LT_IN_ATTRIBUTE, "< får inte stå i ett attribut", "< must not stand in an attribute"},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "ett attributs värde ska stå inom citattecken",
     "the value of an attribute must be quoted"},
    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "ett attribut slutar inte", "an attribute does not end"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "ett attribut saknar värde", "an attribute has no value"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "attributet står två gånger", "the attribute occurs twice"},
    {XML_ERR_COMMENT_NOT_FINISHED, "en kommentar slutar inte", "a comment does not end"},
    {XML_ERR_PI_NOT_FINISHED, "en instruktion slutar inte", "an instruction does not end"},
    {XML_ERR_CDATA_NOT_FINISHED, "ett CDATA-avsnitt slutar inte", "a CDATA section does not end"},
    {XML_ERR_SPACE_REQUIRED, "blanksteg saknas", "white space is missing"},
    {XML_ERR_NAME_REQUIRED, "ett namn väntades", "a name was expected"},
    {XML_ERR_GT_REQUIRED, "> saknas", "> is missing"},
    {XML_ERR_LTSLASH_REQUIRED, "sluttagg saknas", "an end tag is missing"},
    {XML_ERR_TAG_NAME_MISMATCH, "sluttaggen hör inte till starttaggen",
     "the end tag does not match the start tag"},
    {XML_ERR_TAG_NOT_FINISHED, "ett element slutar inte", "an element does not end"},
    {XML_ERR_RESERVED_XML_NAME, "XML-deklarationen står inte först",
     "the XML declaration does not stand first"},
    {XML_NS_ERR_UNDEFINED_NAMESPACE, "ett prefix har ingen namnrymd", "a prefix has no namespace"},
};

static void lib_place(struct xml_parse *p)
{
    const xmlParserInput *in = p->parser->input;
    if (in && in->line > 0 && in->col > 0)
        err_place(p->err, (uint32_t)in->line, (uint32_t)in->col);
}

void xml_lib_stop(struct xml_parse *p)
{
    if (p->failed)
        return;
    p->failed = true;
    lib_place(p);
    xmlStopParser(p->parser);
}

static void lib_failed(void *user, xmlError *e)
{
    struct xml_parse *p = user;
    char sv[ERR_ARG_MAX], en[ERR_ARG_MAX], what[XML_ERROR_TEXT_MAX + 4] = "";
    const char *text_sv = "texten är inte välformad XML", *text_en = "the text is not well-formed XML";
    if (p->failed || e->level < XML_ERR_ERROR)
        return;
    if (e->code == XML_ERR_NO_MEMORY) {
        err_set(p->err, ERR_NO_MEMORY, NULL);
        xml_lib_stop(p);
        return;
    }
    for (size_t i = 0; i < sizeof(lib_errors) / sizeof(*lib_errors); i++)
        if (lib_errors[i].code == e->code) {
            text_sv = lib_errors[i].sv;
            text_en = lib_errors[i].en;
        }
    if (e->str1 && strlen(e->str1) <= XML_ERROR_TEXT_MAX)
        snprintf(what, sizeof(what), " (%s)", e->str1);
    snprintf(sv, sizeof(sv), "%s%s", text_sv, what);
    snprintf(en, sizeof(en), "%s%s", text_en, what);
    err_set(p->err, ERR_XML_SYNTAX, sv, en, NULL);
    xml_lib_stop(p);
}

static void lib_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct xml_parse *p = user;
    (void)name;
    (void)external;
    (void)system;
    err_set(p->err, ERR_XML_DTD, NULL);
    xml_lib_stop(p);
}

/* Comes after the XML declaration: what encoding did it name? */
static void lib_begin(void *user)
{
    struct xml_parse *p = user;
    const xmlChar *named = p->parser->input->encoding ? p->parser->input->encoding : p->parser->encoding;
    if (!named || xmlStrcasecmp(named, BAD_CAST "UTF-8") == 0 || xmlStrcasecmp(named, BAD_CAST "UTF8") == 0)
        return;
    err_set(p->err, ERR_XML_ENCODING, (const char *)named, NULL);
    xml_lib_stop(p);
}

static struct str lib_without_mark(struct str s)
{
    return str_starts(s, STR("\xEF\xBB\xBF")) ? str_sub(s, 3, s.n) : s;
}

bool xml_looks_so(struct str text)
{
    text = lib_without_mark(text);
    size_t i = 0;
    while (i < text.n && (text.p[i] == ' ' || (text.p[i] >= '\t' && text.p[i] <= '\r')))
        i++;
    return i < text.n && text.p[i] == '<';
}

/* libxml2 would guess UTF-16 and others from the first bytes; we say no instead. */
static bool lib_source_ok(struct str s, struct err *err)
{
    if (s.n > XML_SIZE_MAX) {
        char text[24];
        snprintf(text, sizeof(text), "%d", XML_SIZE_MAX);
        return err_set(err, ERR_JSON_SIZE, text, NULL);
    }
    if (s.n >= 2 && (((unsigned char)s.p[0] >= 0xFE && (unsigned char)s.p[1] >= 0xFE) || !s.p[0] || !s.p[1]))
        return err_set(err, ERR_XML_ENCODING, "UTF-16/UTF-32", NULL);
    if (xml_looks_so(s))
        return true;
    err_set(err, ERR_XML_SYNTAX, lib_errors[0].sv, lib_errors[0].en, NULL);
    err_place(err, 1, 1);
    return false;
}

/* A parser over source, not yet told what to do with it. */
static bool lib_open(struct xml_parse *p, struct str source, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, lib_start);
    p->source = lib_without_mark(source);
    p->err = err;
    p->failed = false;
    if (!lib_source_ok(p->source, err))
        return false;
    p->parser = xmlCreateMemoryParserCtxt(p->source.p, (int)p->source.n);
    if (!p->parser)
        return err_set(err, ERR_NO_MEMORY, NULL);
    /* NOENT: libxml2's way of giving the five built-in entities as the characters they are. */
    xmlCtxtUseOptions(p->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOCDATA | XML_PARSE_HUGE);
    p->parser->_private = p;
    return true;
}

static bool lib_parse(struct xml_parse *p)
{
    xmlParseDocument(p->parser);
    if (!p->failed && !p->parser->wellFormed) {
        p->failed = true;
        err_set(p->err, ERR_XML_SYNTAX, "texten är inte välformad XML", "the text is not well-formed XML",
                NULL);
    }
    return !p->failed;
}

bool xml_lib_run(struct xml_parse *p, const xmlSAXHandler *events, struct str source, struct err *err)
{
    if (!lib_open(p, source, err))
        return false;
    *p->parser->sax = *events;
    p->parser->sax->initialized = XML_SAX2_MAGIC;
    p->parser->sax->internalSubset = lib_doctype;
    p->parser->sax->startDocument = lib_begin;
    p->parser->sax->serror = lib_failed;
    p->parser->userData = p;
    bool ok = lib_parse(p);
    xmlFreeParserCtxt(p->parser);
    p->parser = NULL;
    return ok;
}

/* Building a tree, libxml2's own event functions want the parser as their user. */

static void tree_doctype(void *parser, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    lib_doctype(((xmlParserCtxt *)parser)->_private, name, external, system);
}

static void tree_begin(void *parser)
{
    xmlSAX2StartDocument(parser);
    lib_begin(((xmlParserCtxt *)parser)->_private);
}

static void tree_failed(void *parser, xmlError *e)
{
    lib_failed(((xmlParserCtxt *)parser)->_private, e);
}

struct _xmlDoc *xml_tree_read(struct str source, struct err *err)
{
    struct xml_parse p;
    if (!lib_open(&p, source, err))
        return NULL;
    p.parser->sax->internalSubset = tree_doctype;
    p.parser->sax->startDocument = tree_begin;
    p.parser->sax->serror = tree_failed;
    bool ok = lib_parse(&p);
    xmlDoc *doc = p.parser->myDoc;
    p.parser->myDoc = NULL;
    xmlFreeParserCtxt(p.parser);
    if (ok && doc && xmlDocGetRootElement(doc))
        return doc;
    xmlFreeDoc(doc);
    if (ok)
        err_set(err, ERR_NO_MEMORY, NULL);
    return NULL;
}

size_t xml_lib_offset(const struct xml_parse *p)
{
    const xmlParserInput *in = p->parser->input;
    return (size_t)in->consumed + (size_t)(in->cur - in->base);
}
