/* SPDX-License-Identifier: Apache-2.0
 * Private to xml: the door to libxml2, and narrative. */
#ifndef HELHET_XML_XML_INT_H
#define HELHET_XML_XML_INT_H

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "xml/xml.h"

/* ---- xml_lib.c ---- */

/* A parse under way. An event handler gets it as its first argument and may embed it as its first member. */
struct xml_parse {
    xmlParserCtxt *parser;
    struct str source; /* without byte order mark */
    struct err *err;
    bool failed; /* *err is set; no more events come */
};

/* Runs events over source; userData is p. Refuses DTDs, other encodings than UTF-8 and what is not
 * well-formed. False with *err (line and column). */
bool xml_lib_run(struct xml_parse *p, const xmlSAXHandler *events, struct str source, struct err *err);
/* Ends the parse; the caller has set *p->err. */
void xml_lib_stop(struct xml_parse *p);
/* Bytes of source read so far: in a start event up to the '>' of the tag, in an end event just past it. */
size_t xml_lib_offset(const struct xml_parse *p);

/* ---- xml_narrative.c ---- */

/* A narrative being read: events between <div> and </div>. */
struct xml_narrative {
    size_t from;      /* offset of "<div" */
    uint32_t depth;   /* open elements; 0: not in a narrative */
    bool open;        /* again ends in a start tag without its '>' */
    bool plain;       /* the source's own text stands alone */
    struct buf again; /* the same without prefixes */
};
/* False with *p->err: elements of other namespaces, attributes of other namespaces. */
bool xml_narrative_start(struct xml_narrative *n, struct xml_parse *p, const xmlChar *local,
                         const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **ns,
                         int attr_count, const xmlChar **attrs);
void xml_narrative_text(struct xml_narrative *n, struct str text);
void xml_narrative_comment(struct xml_narrative *n, struct str text);
/* True when the div has been closed: *out is its text, in n->again or the source, valid until the next start.
 */
bool xml_narrative_end(struct xml_narrative *n, struct xml_parse *p, const xmlChar *local, struct str *out);

/* Appends a <div> kept in JSON to an XML document: checked well-formed XHTML, xmlns added when it lacks one.
 * False with *err when it is not. */
bool xml_narrative_write(struct str div, struct buf *out, struct err *err);

#endif
