/* SPDX-License-Identifier: Apache-2.0 */
#include "check/issue_int.h"

static struct err *issue_new(struct issue_list *l, enum err_code code, uint32_t i, struct str a, struct str b)
{
    if (l->out->total++ >= CHECK_ISSUES_MAX)
        return NULL;
    struct err *e = &l->out->item[l->out->count++];
    uint32_t line, column;
    err_set_str(e, code, a, b);
    json_place(l->doc, i, &line, &column);
    if (!line &&
        l->doc->nodes[i].end > i + 1) /* an object in an array has no text of its own: its first member */
        json_place(l->doc, i + 1, &line, &column);
    err_place(e, line, column);
    return e;
}

void issue_add(struct issue_list *l, enum err_code code, uint32_t i, struct str a, struct str b)
{
    struct err *e = issue_new(l, code, i, a, b);
    struct buf path;
    if (!e)
        return;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(l->doc, l->root, i, &path);
    err_at(e, buf_get(&path));
    buf_release(&path);
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
