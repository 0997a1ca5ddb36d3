/* SPDX-License-Identifier: Apache-2.0
 * xml: FHIR XML (R4 2.6.1) to the JSON of the same resource and back, over libxml2's event parser. No
 * network, no DTD, no entities but XML's own five; depth and size are bounded. What one form can say and the
 * other cannot is an error, never left out: unknown elements and attributes, wrong namespace, wrong order,
 * text where none may be. Comments, processing instructions and xsi:schemaLocation carry nothing and are
 * passed over.
 *
 * Decimals keep their digits. Narrative is the text of the <div> as it was written, with line ends as "\n";
 * only when it leans on namespace prefixes declared elsewhere it is written anew without them.
 *
 * Pure functions, any thread. */
#ifndef HELHET_XML_XML_H
#define HELHET_XML_XML_H

#include "fhir/model.h"

enum {
    XML_DEPTH_MAX = 192,     /* nested elements, narrative included */
    XML_SIZE_MAX = 1 << 30,  /* bytes of one document */
    XML_ERROR_TEXT_MAX = 64, /* bytes of input shown in a message */
};

#define XML_NS_FHIR "http://hl7.org/fhir"
#define XML_NS_XHTML "http://www.w3.org/1999/xhtml"

/* Appends the resource in source as JSON text: members in the model's order, arrays wherever the model says
 * many. The JSON breaks its lines where the XML does, so that a line in later messages is the XML's line
 * (columns are not). Values are not checked beyond what JSON's own kinds need. On failure *err has code,
 * line, column and element path, and out is as far as it came. O(source). */
bool xml_read(struct str source, struct buf *out, struct err *err) __attribute__((warn_unused_result));

/* Appends the resource at i (elem filled: fhir_type_tree or check_resource) as an XML document in the
 * model's element order. Fails with XML_UNWRITABLE for what XML cannot carry (control characters, narrative
 * that is not well-formed XHTML) and FHIR_* for what the model does not know, with the element's path. */
bool xml_write(const struct json_doc *doc, uint32_t i, bool pretty, struct buf *out, struct err *err)
    __attribute__((warn_unused_result));

/* xml_write of JSON text, parsed in scratch memory of its own of at most memory_max bytes (0: no bound). */
bool xml_write_text(struct str json, size_t memory_max, bool pretty, struct buf *out, struct err *err)
    __attribute__((warn_unused_result));

/* Does the text begin as XML does ('<' after white space and byte order mark)? */
bool xml_looks_so(struct str text);

#endif
