/* SPDX-License-Identifier: Apache-2.0
 * JSON Patch (RFC 6902) with JSON Pointers (RFC 6901). */
#include "patch/patch_int.h"

struct json_patch {
    struct edit_budget budget;
    const struct json_doc *doc; /* the patch */
    uint32_t node;              /* the operation */
    uint32_t number;
    uint32_t depth; /* parts of the pointer last located */
    const struct operation *op;
    struct edit *root;
    struct err *err;
};

struct operation {
    const char *name;
    bool (*run)(struct json_patch *p, struct str path);
};

static bool wrong(struct json_patch *p, struct str path, const char *sv, const char *en)
{
    return patch_wrong(p->err, p->number, p->op ? p->op->name : "?", path, sv, en);
}

static bool failed(struct json_patch *p, struct str path, const char *sv, const char *en)
{
    if (!p->budget.steps)
        return patch_costly(p->err, p->number);
    return patch_failed(p->err, p->number, p->op->name, path, sv, en);
}

/* The next part of a pointer, "~1" and "~0" undone. False for a '~' before anything else. */
static bool next_token(struct json_patch *p, struct str *rest, struct str *token)
{
    size_t end = str_find(*rest, '/', 1);
    struct str raw = str_sub(*rest, 1, end == SIZE_MAX ? rest->n : end);
    *rest = str_sub(*rest, 1 + raw.n, rest->n);
    if (str_find(raw, '~', 0) == SIZE_MAX) {
        *token = raw;
        return true;
    }
    char *to = arena_alloc(p->budget.arena, raw.n + 1), *at = to;
    if (!to)
        return false;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] != '~') {
            *at++ = raw.p[i];
            continue;
        }
        if (++i == raw.n || (raw.p[i] != '0' && raw.p[i] != '1'))
            return false;
        *at++ = raw.p[i] == '0' ? '~' : '/';
    }
    *token = (struct str){to, (size_t)(at - to)};
    return true;
}

/* "0" or digits without leading zero. */
static bool index_of(struct str token, uint32_t *index)
{
    uint64_t n;
    if (!str_u64(token, UINT32_MAX - 1, &n) || (token.n > 1 && token.p[0] == '0'))
        return false;
    *index = (uint32_t)n;
    return true;
}

static struct edit *child_of(struct json_patch *p, const struct edit *at, struct str token)
{
    uint32_t index;
    if (at->kind == JSON_OBJECT)
        return edit_find(&p->budget, at, token);
    if (at->kind != JSON_ARRAY || !index_of(token, &index))
        return NULL;
    return edit_item(&p->budget, at, index);
}

/* The container of path's last part, and that part. For the whole document *box is NULL. */
static bool locate(struct json_patch *p, struct str path, struct edit **box, struct str *last)
{
    struct str rest = path;
    struct edit *at = p->root;
    p->depth = 0;
    *box = NULL;
    if (path.n && path.p[0] != '/')
        return wrong(p, path, "en sökväg är tom eller börjar med /", "a pointer is empty or begins with /");
    while (rest.n) {
        struct str token;
        if (!next_token(p, &rest, &token))
            return wrong(p, path, "~ ska följas av 0 eller 1", "~ must be followed by 0 or 1");
        p->depth++;
        if (!rest.n) {
            *box = at;
            *last = token;
            return true;
        }
        at = child_of(p, at, token);
        if (!at || at->kind < JSON_ARRAY)
            return failed(p, path, "en del av sökvägen finns inte", "a part of the path does not exist");
    }
    return true;
}

/* What path names; NULL with err. */
static struct edit *find(struct json_patch *p, struct str path)
{
    struct edit *box;
    struct str last;
    if (!locate(p, path, &box, &last))
        return NULL;
    struct edit *e = box ? child_of(p, box, last) : p->root;
    if (!e)
        failed(p, path, "det finns inget på den platsen", "there is nothing at that place");
    return e;
}

static bool put(struct json_patch *p, struct str path, struct edit *e)
{
    struct edit *box;
    struct str last;
    uint32_t index;
    if (!e)
        return patch_costly(p->err, p->number);
    if (!locate(p, path, &box, &last))
        return false;
    if (p->depth >= JSON_DEPTH_MAX || !edit_within(&p->budget, e, JSON_DEPTH_MAX - p->depth))
        return failed(p, path, "resultatet blir för djupt kapslat", "the result would be nested too deep");
    if (!box) {
        p->root = e;
        return true;
    }
    if (box->kind == JSON_OBJECT) {
        struct edit *old = edit_find(&p->budget, box, last);
        if (!p->budget.steps)
            return patch_costly(p->err, p->number);
        e->key = last;
        if (old)
            edit_replace(old, e);
        else
            edit_insert(box, UINT32_MAX, e);
        return true;
    }
    if (box->kind != JSON_ARRAY)
        return failed(p, path, "platsen ligger i ett enkelt värde", "the place is inside a simple value");
    uint32_t count = edit_count(box);
    p->budget.steps -= p->budget.steps < count ? p->budget.steps : count;
    if (str_is(last, "-"))
        index = count;
    else if (!index_of(last, &index))
        return wrong(p, path, "ett listindex väntades: ett heltal eller -",
                     "a list index was expected: a whole number or -");
    if (index > count)
        return failed(p, path, "listan är kortare än så", "the list is shorter than that");
    e->key = (struct str){0};
    edit_insert(box, index, e);
    return true;
}

static struct str member_text(struct json_patch *p, const char *key)
{
    uint32_t i = json_get_key(p->doc, p->node, str_of(key));
    if (i == UINT32_MAX || p->doc->nodes[i].kind != JSON_STRING)
        return (struct str){0};
    return json_text(p->doc, i);
}

/* A copy of the operation's "value"; NULL with err. */
static struct edit *value_of(struct json_patch *p, struct str path)
{
    uint32_t i = json_get_key(p->doc, p->node, STR("value"));
    if (i == UINT32_MAX) {
        wrong(p, path, "value saknas", "value is missing");
        return NULL;
    }
    struct edit *e = edit_of(&p->budget, p->doc, i, NULL);
    if (!e)
        patch_costly(p->err, p->number);
    return e;
}

static bool run_add(struct json_patch *p, struct str path)
{
    struct edit *e = value_of(p, path);
    return e && put(p, path, e);
}

static bool run_remove(struct json_patch *p, struct str path)
{
    struct edit *e = find(p, path);
    if (!e)
        return false;
    if (e == p->root)
        return failed(p, path, "hela innehållet kan inte tas bort", "the whole content cannot be removed");
    edit_remove(e);
    return true;
}

static bool run_replace(struct json_patch *p, struct str path)
{
    struct edit *e = value_of(p, path), *old = e ? find(p, path) : NULL;
    if (!old)
        return false;
    if (old == p->root)
        p->root = e;
    else
        edit_replace(old, e);
    return true;
}

static struct edit *source_of(struct json_patch *p, struct str path, struct str *from)
{
    *from = member_text(p, "from");
    if (from->p)
        return find(p, *from);
    wrong(p, path, "from saknas eller är ingen text", "from is missing or no string");
    return NULL;
}

static bool run_move(struct json_patch *p, struct str path)
{
    struct str from;
    struct edit *e = source_of(p, path, &from);
    if (!e)
        return false;
    if (str_eq(from, path))
        return true;
    if (str_starts(path, from) && path.p[from.n] == '/')
        return failed(p, path, "en plats kan inte flyttas in i sig själv",
                      "a place cannot be moved into itself");
    edit_remove(e);
    return put(p, path, e);
}

static bool run_copy(struct json_patch *p, struct str path)
{
    struct str from;
    struct edit *e = source_of(p, path, &from);
    return e && put(p, path, edit_copy(&p->budget, e));
}

static bool run_test(struct json_patch *p, struct str path)
{
    struct edit *want = value_of(p, path), *have = want ? find(p, path) : NULL;
    if (!have)
        return false;
    return edit_equal(&p->budget, have, want) ||
           failed(p, path, "värdet är ett annat än det som testet anger",
                  "the value differs from what the test states");
}

static const struct operation operations[] = {
    {"add", run_add},   {"remove", run_remove}, {"replace", run_replace},
    {"move", run_move}, {"copy", run_copy},     {"test", run_test},
};

static bool run_one(struct json_patch *p)
{
    p->op = NULL;
    if (p->doc->nodes[p->node].kind != JSON_OBJECT)
        return wrong(p, STR(""), "en operation ska vara ett objekt", "an operation must be an object");
    struct str name = member_text(p, "op"), path = member_text(p, "path");
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
        if (str_is(name, operations[i].name))
            p->op = &operations[i];
    if (!p->op)
        return wrong(p, name, "op ska vara add, remove, replace, move, copy eller test",
                     "op must be add, remove, replace, move, copy or test");
    if (!path.p)
        return wrong(p, STR(""), "path saknas eller är ingen text", "path is missing or no string");
    return p->op->run(p, path);
}

bool patch_json(struct str text, struct str patch, struct arena *arena, struct str *out, struct err *err)
{
    struct json_doc doc, ops;
    struct json_patch p = {.budget = {arena, PATCH_STEPS_MAX}, .doc = &ops, .err = err};
    if (!json_parse(arena, patch, NULL, &ops, err) || !json_parse(arena, text, NULL, &doc, err))
        return false;
    if (ops.nodes[0].kind != JSON_ARRAY)
        return patch_wrong(err, 0, "JSON Patch", STR(""), "en lista av operationer väntades",
                           "a list of operations was expected");
    if (ops.nodes[0].len > PATCH_OPERATIONS_MAX)
        return patch_costly(err, PATCH_OPERATIONS_MAX);
    p.root = edit_of(&p.budget, &doc, 0, NULL);
    if (!p.root)
        return patch_costly(err, 0);
    JSON_EACH(&ops, 0, i)
    {
        p.node = i;
        if (!run_one(&p)) {
            json_place(&ops, i + 1, &err->line, &err->column);
            return false;
        }
        p.number++;
    }
    *out = edit_text(p.root, arena);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}
