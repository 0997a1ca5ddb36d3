/* SPDX-License-Identifier: Apache-2.0
 * xml_tree: XML as libxml2's tree, for what needs XPath (XML Patch). The same refusals as xml_read: no DTD,
 * no network, UTF-8 only. A tree takes some sixteen times the text: only for texts that are bounded already.
 */
#ifndef HELHET_XML_XML_TREE_H
#define HELHET_XML_XML_TREE_H

#include "base/err.h"

struct _xmlDoc;

/* Depth is at most libxml2's own 2,048 elements. The caller gives it back with xmlFreeDoc. NULL with *err. */
struct _xmlDoc *xml_tree_read(struct str source, struct err *err);

#endif
