/* SPDX-License-Identifier: Apache-2.0
 * XML Patch (RFC 5261) over libxml2's tree and XPath. */
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "patch/patch_int.h"
#include "xml/xml.h"
#include "xml/xml_tree.h"

struct xml_patch {
    xmlDoc *doc;
    xmlNode *op;
    uint32_t number;
    struct str sel;
    struct err *err;
};

static const char *op_name(const struct xml_patch *p)
{
    return (const char *)p->op->name;
}

static bool wrong(struct xml_patch *p, const char *sv, const char *en)
{
    return patch_wrong(p->err, p->number, op_name(p), p->sel, sv, en);
}

static bool failed(struct xml_patch *p, const char *sv, const char *en)
{
    return patch_failed(p->err, p->number, op_name(p), p->sel, sv, en);
}

static bool no_memory(struct xml_patch *p)
{
    return err_set(p->err, ERR_NO_MEMORY, NULL);
}

/* ---- selecting ---- */

static void register_prefixes(xmlXPathContext *x, xmlNode *op)
{
    xmlXPathRegisterNs(x, BAD_CAST "f", BAD_CAST XML_NS_FHIR);
    xmlXPathRegisterNs(x, BAD_CAST "h", BAD_CAST XML_NS_XHTML);
    xmlNs **list = xmlGetNsList(op->doc, op);
    for (xmlNs **n = list; n && *n; n++)
        if ((*n)->prefix)
            xmlXPathRegisterNs(x, (*n)->prefix, (*n)->href);
    xmlFree(list);
}

static xmlXPathObject *evaluate(struct xml_patch *p, xmlXPathContext *x)
{
    register_prefixes(x, p->op);
    x->node = (xmlNode *)p->doc;
    x->opLimit = PATCH_XPATH_STEPS_MAX;
    return xmlXPathEvalExpression(BAD_CAST p->sel.p, x);
}

static void quiet(void *user, xmlError *e)
{
    (void)user;
    (void)e;
}

/* The one node that sel finds (RFC 5261 4.1); NULL with err. */
static xmlNode *select_one(struct xml_patch *p)
{
    xmlNode *node = NULL;
    xmlXPathContext *x = xmlXPathNewContext(p->doc);
    if (!x) {
        no_memory(p);
        return NULL;
    }
    x->error = quiet;
    xmlXPathObject *found = evaluate(p, x);
    xmlNodeSet *set = found && found->type == XPATH_NODESET ? found->nodesetval : NULL;
    if (!found && x->opCount >= x->opLimit)
        patch_costly(p->err, p->number);
    else if (!found)
        wrong(p, "sel är inget giltigt XPath-uttryck", "sel is no valid XPath expression");
    else if (found->type != XPATH_NODESET)
        wrong(p, "sel ger ett värde; en nod väntades", "sel gives a value; a node was expected");
    else if (!set || !set->nodeNr)
        failed(p, "sel träffar ingen nod", "sel matches no node");
    else if (set->nodeNr > 1)
        failed(p, "sel träffar flera noder, en väntades", "sel matches several nodes, one was expected");
    else if (set->nodeTab[0]->type == XML_NAMESPACE_DECL)
        failed(p, "namnrymder kan inte ändras", "namespaces cannot be changed");
    else
        node = set->nodeTab[0];
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(x);
    return node;
}

/* ---- helpers over the tree ---- */

static bool blank(const xmlNode *n)
{
    return n->type == XML_TEXT_NODE && xmlIsBlankNode(n);
}

static bool is_root(const xmlNode *n)
{
    return !n->parent || n->parent->type == XML_DOCUMENT_NODE;
}

static void drop(xmlNode *n)
{
    xmlUnlinkNode(n);
    if (n->type == XML_ATTRIBUTE_NODE)
        xmlFreeProp((xmlAttr *)n);
    else
        xmlFreeNode(n);
}

static struct str attribute(const xmlNode *op, const char *name)
{
    for (const xmlAttr *a = op->properties; a; a = a->next)
        if (!a->ns && xmlStrEqual(a->name, BAD_CAST name))
            return str_of(a->children && a->children->content ? (const char *)a->children->content : "");
    return (struct str){0};
}

/* ---- add ---- */

enum position { APPEND, PREPEND, BEFORE, AFTER };

static bool read_position(struct xml_patch *p, enum position *out)
{
    static const char *const names[] = {"", "prepend", "before", "after"};
    struct str pos = attribute(p->op, "pos");
    if (!pos.p) {
        *out = APPEND;
        return true;
    }
    for (size_t i = 1; i < sizeof(names) / sizeof(*names); i++)
        if (str_is(pos, names[i])) {
            *out = (enum position)i;
            return true;
        }
    return wrong(p, "pos ska vara prepend, before eller after", "pos must be prepend, before or after");
}

/* Links node after prev (NULL: first) by hand: libxml2's own functions join texts with their neighbours, and
 * then nothing can be put between them. */
static void link_after(xmlNode *parent, xmlNode *prev, xmlNode *node)
{
    xmlNode *next = prev ? prev->next : parent->children;
    node->parent = parent;
    node->prev = prev;
    node->next = next;
    if (prev)
        prev->next = node;
    else
        parent->children = node;
    if (next)
        next->prev = node;
    else
        parent->last = node;
}

static bool add_nodes(struct xml_patch *p, xmlNode *target)
{
    enum position pos;
    if (!read_position(p, &pos))
        return false;
    bool beside = pos == BEFORE || pos == AFTER;
    if (beside ? is_root(target) || target->type == XML_ATTRIBUTE_NODE : target->type != XML_ELEMENT_NODE)
        return failed(p, "där kan inget läggas till", "nothing can be added there");
    if (!p->op->children)
        return wrong(p, "det finns inget att lägga till", "there is nothing to add");
    xmlNode *parent = beside ? target->parent : target;
    xmlNode *prev = pos == AFTER     ? target
                    : pos == BEFORE  ? target->prev
                    : pos == PREPEND ? NULL
                                     : target->last;
    for (xmlNode *n = p->op->children; n; n = n->next) {
        xmlNode *copy = xmlDocCopyNode(n, p->doc, 1);
        if (!copy)
            return no_memory(p);
        link_after(parent, prev, copy);
        prev = copy;
    }
    return true;
}

static bool add_attribute(struct xml_patch *p, xmlNode *target, struct str name)
{
    if (target->type != XML_ELEMENT_NODE)
        return failed(p, "bara element har attribut", "only elements have attributes");
    if (xmlValidateNCName(BAD_CAST name.p, 0) != 0)
        return wrong(p, "type anger inget giltigt attributnamn", "type gives no valid attribute name");
    if (xmlHasProp(target, BAD_CAST name.p))
        return failed(p, "attributet finns redan", "the attribute exists already");
    xmlChar *value = xmlNodeGetContent(p->op);
    bool ok = value && xmlNewProp(target, BAD_CAST name.p, value);
    xmlFree(value);
    return ok || no_memory(p);
}

static bool add_namespace(struct xml_patch *p, xmlNode *target, struct str prefix)
{
    if (target->type != XML_ELEMENT_NODE || xmlValidateNCName(BAD_CAST prefix.p, 0) != 0)
        return wrong(p, "type anger inget giltigt prefix", "type gives no valid prefix");
    xmlChar *uri = xmlNodeGetContent(p->op);
    bool ok = uri && xmlNewNs(target, uri, BAD_CAST prefix.p);
    xmlFree(uri);
    return ok || failed(p, "prefixet finns redan", "the prefix exists already");
}

static bool run_add(struct xml_patch *p, xmlNode *target)
{
    struct str type = attribute(p->op, "type");
    if (!type.p)
        return add_nodes(p, target);
    if (type.n > 1 && type.p[0] == '@')
        return add_attribute(p, target, str_sub(type, 1, type.n));
    if (str_starts(type, STR("attribute::")))
        return add_attribute(p, target, str_sub(type, 11, type.n));
    if (str_starts(type, STR("namespace::")))
        return add_namespace(p, target, str_sub(type, 11, type.n));
    return wrong(p, "type ska vara @namn eller namespace::prefix", "type must be @name or namespace::prefix");
}

/* ---- replace and remove ---- */

/* The one node of the operation's content that can stand for another; white space around it is let go. */
static xmlNode *only_content(struct xml_patch *p, int kind)
{
    xmlNode *only = NULL;
    for (xmlNode *n = p->op->children; n; n = n->next) {
        if (blank(n))
            continue;
        if (only || (int)n->type != kind)
            return NULL;
        only = n;
    }
    return only;
}

static bool replace_text(struct xml_patch *p, xmlNode *target)
{
    xmlChar *text = xmlNodeGetContent(p->op);
    if (!text)
        return no_memory(p);
    xmlNode *fresh = xmlNewDocText(p->doc, text);
    bool attribute_node = target->type == XML_ATTRIBUTE_NODE;
    if (attribute_node)
        xmlFreeNode(fresh);
    if (attribute_node) {
        xmlAttr *a = (xmlAttr *)target;
        bool ok = xmlSetNsProp(target->parent, a->ns, a->name, text);
        xmlFree(text);
        return ok || no_memory(p);
    }
    xmlFree(text);
    if (!fresh)
        return no_memory(p);
    drop(xmlReplaceNode(target, fresh));
    return true;
}

static bool run_replace(struct xml_patch *p, xmlNode *target)
{
    if (target->type == XML_ATTRIBUTE_NODE || target->type == XML_TEXT_NODE)
        return replace_text(p, target);
    if (target->type == XML_DOCUMENT_NODE)
        return failed(p, "hela dokumentet kan inte ersättas", "the whole document cannot be replaced");
    xmlNode *with = only_content(p, target->type);
    if (!with)
        return wrong(p, "precis en nod av samma slag väntades som ersättning",
                     "exactly one node of the same kind was expected as replacement");
    xmlNode *copy = xmlDocCopyNode(with, p->doc, 1);
    if (!copy)
        return no_memory(p);
    drop(xmlReplaceNode(target, copy));
    return true;
}

/* ws (RFC 5261 4.5): white space beside the node that goes with it. */
static bool drop_space(struct xml_patch *p, xmlNode *target)
{
    struct str ws = attribute(p->op, "ws");
    bool both = str_is(ws, "both"), before = both || str_is(ws, "before"),
         after = both || str_is(ws, "after");
    if (ws.p && !before && !after)
        return wrong(p, "ws ska vara before, after eller both", "ws must be before, after or both");
    if (target->type == XML_ATTRIBUTE_NODE)
        return !ws.p || wrong(p, "ws kan inte användas på attribut", "ws cannot be used on attributes");
    if ((before && !(target->prev && blank(target->prev))) ||
        (after && !(target->next && blank(target->next))))
        return failed(p, "det finns inget blanksteg där ws säger", "there is no white space where ws says");
    if (before)
        drop(target->prev);
    if (after)
        drop(target->next);
    return true;
}

static bool run_remove(struct xml_patch *p, xmlNode *target)
{
    if (target->type == XML_DOCUMENT_NODE || is_root(target))
        return failed(p, "rotelementet kan inte tas bort", "the root element cannot be removed");
    if (p->op->children && only_content(p, XML_ELEMENT_NODE))
        return wrong(p, "remove har inget innehåll", "remove has no content");
    if (!drop_space(p, target))
        return false;
    drop(target);
    return true;
}

/* ---- the patch ---- */

static const struct operation {
    const char *name;
    bool (*run)(struct xml_patch *p, xmlNode *target);
} operations[] = {{"add", run_add}, {"replace", run_replace}, {"remove", run_remove}};

static bool run_one(struct xml_patch *p)
{
    const struct operation *op = NULL;
    p->sel = attribute(p->op, "sel");
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
        if (xmlStrEqual(p->op->name, BAD_CAST operations[i].name))
            op = &operations[i];
    if (!op)
        return wrong(p, "en operation är add, replace eller remove",
                     "an operation is add, replace or remove");
    if (!p->sel.n)
        return wrong(p, "attributet sel saknas", "the attribute sel is missing");
    if (p->sel.n > PATCH_XPATH_MAX)
        return patch_costly(p->err, p->number);
    xmlNode *target = select_one(p);
    return target && op->run(p, target);
}

static bool run_all(struct xml_patch *p, xmlNode *diff)
{
    for (xmlNode *n = diff->children; n; n = n->next) {
        if (n->type == XML_TEXT_NODE && !xmlIsBlankNode(n)) {
            p->op = diff;
            return wrong(p, "text får inte stå mellan operationerna",
                         "text must not stand between operations");
        }
        if (n->type != XML_ELEMENT_NODE)
            continue;
        p->op = n;
        if (p->number >= PATCH_OPERATIONS_MAX)
            return patch_costly(p->err, p->number);
        if (!run_one(p)) {
            err_place(p->err, (uint32_t)xmlGetLineNo(n), 0);
            return false;
        }
        p->number++;
    }
    p->op = diff;
    return p->number || wrong(p, "patchen har inga operationer", "the patch has no operations");
}

static bool diff_ok(struct xml_patch *p, xmlNode *diff)
{
    p->op = diff;
    return xmlStrEqual(diff->name, BAD_CAST "diff") || xmlStrEqual(diff->name, BAD_CAST "patch") ||
           wrong(p, "patchens rotelement ska vara diff", "the root element of the patch must be diff");
}

bool patch_xml(struct str text, struct str patch, struct arena *arena, struct str *out, struct err *err)
{
    xmlDoc *diff = xml_tree_read(patch, err);
    xmlDoc *doc = diff ? xml_tree_read(text, err) : NULL;
    struct xml_patch p = {.doc = doc, .err = err, .sel = {"", 0}};
    bool ok = doc && diff_ok(&p, xmlDocGetRootElement(diff)) && run_all(&p, xmlDocGetRootElement(diff));
    if (ok) {
        xmlChar *result = NULL;
        int n = 0;
        xmlDocDumpMemoryEnc(doc, &result, &n, "UTF-8");
        *out = arena_str(arena, (struct str){(const char *)result, result ? (size_t)n : 0});
        ok = (result && out->p) || err_set(err, ERR_NO_MEMORY, NULL);
        xmlFree(result);
    }
    xmlFreeDoc(doc);
    xmlFreeDoc(diff);
    return ok;
}

bool patch_xml_resource(struct str text, struct str patch, struct arena *arena, struct str *out,
                        struct err *err)
{
    struct buf xml, json;
    struct str patched;
    buf_init(&xml, XML_SIZE_MAX);
    buf_init(&json, JSON_SIZE_MAX);
    bool ok = xml_write_text(text, arena->limit, false, &xml, err) &&
              patch_xml(buf_get(&xml), patch, arena, &patched, err);
    ok = ok && xml_read(patched, &json, err);
    if (ok) {
        *out = arena_str(arena, buf_get(&json));
        ok = out->p || err_set(err, ERR_NO_MEMORY, NULL);
    }
    buf_release(&xml);
    buf_release(&json);
    return ok;
}
