/* SPDX-License-Identifier: Apache-2.0 */
#include "check/issue_int.h"

static void place(const struct issue_list *l, uint32_t i, struct err *e)
{
    uint32_t line, column;
    json_place(l->doc, i, &line, &column);
    if (!line &&
        l->doc->nodes[i].end > i + 1) /* an object in an array has no text of its own: its first member */
        json_place(l->doc, i + 1, &line, &column);
    err_place(e, line, column);
}

/* The next free one, which stands for one more found; NULL: no room. */
static struct err *issue_next(struct issue_list *l)
{
    return l->out->total++ >= CHECK_ISSUES_MAX ? NULL : &l->out->item[l->out->count++];
}

static struct err *issue_new(struct issue_list *l, enum err_code code, uint32_t i, struct str a, struct str b)
{
    struct err *e = issue_next(l);
    if (!e)
        return NULL;
    err_set_str(e, code, a, b);
    place(l, i, e);
    return e;
}

static void name_path(const struct issue_list *l, uint32_t i, struct err *e)
{
    struct buf path;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(l->doc, l->root, i, &path);
    err_at(e, buf_get(&path));
    buf_release(&path);
}

void issue_add(struct issue_list *l, enum err_code code, uint32_t i, struct str a, struct str b)
{
    struct err *e = issue_new(l, code, i, a, b);
    if (e)
        name_path(l, i, e);
}

void issue_add_rule(struct issue_list *l, uint32_t i, const struct fhir_rule *rule)
{
    struct err *e = issue_next(l);
    if (!e)
        return;
    err_set(e, ERR_FHIR_INVARIANT, rule->sv, rule->en, rule->key, NULL);
    place(l, i, e);
    name_path(l, i, e);
}

void issue_add_missing(struct issue_list *l, enum err_code code, uint32_t i, const char *name)
{
    struct err *e = issue_new(l, code, i, str_of(name), (struct str){0});
    struct buf path;
    if (!e)
        return;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(l->doc, l->root, i, &path);
    buf_char(&path, '.');
    buf_cstr(&path, name);
    err_at(e, buf_get(&path));
    buf_release(&path);
}
