/* SPDX-License-Identifier: Apache-2.0 */
#include "app/acted.h"

#include "audit/audit_index.h"
#include "base/os.h"
#include "base/time.h"
#include "json/json.h"

struct acted {
    struct audit_index *index;
};

struct acted *acted_open(struct audit *a, struct err *err)
{
    struct acted *x = os_alloc(sizeof *x);
    if (!x) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    x->index = audit_index_beside(a, err);
    if (x->index)
        return x;
    os_free(x);
    return NULL;
}

void acted_close(struct acted *x)
{
    if (!x)
        return;
    audit_index_close(x->index);
    os_free(x);
}

int64_t acted_last(void *arg, struct str person, struct str assignment, struct arena *arena,
                   struct str *event)
{
    struct acted *x = arg;
    struct audit_query q = {.user = person, .assignment = assignment, .outcome = AUDIT_DONE + 1, .limit = 1};
    struct audit_found *found;
    struct err err = {0};
    struct json_doc doc;
    struct time_value when;
    size_t count;
    if (!person.n || !audit_index_find(x->index, &q, arena, &found, &count, NULL, &err) || !count ||
        !json_parse(arena, found->json, NULL, &doc, &err) ||
        !time_parse(json_text(&doc, json_get_key(&doc, 0, STR("time"))), false, &when))
        return 0;
    *event = arena_printf(arena, "AuditEvent/%llu", (unsigned long long)found->seq);
    return time_span(&when, 0).low_ms;
}

bool acted_since(void *arg, uint64_t *after, void (*fn)(void *fn_arg, struct str assignment), void *fn_arg,
                 struct err *err)
{
    struct acted *x = arg;
    return audit_index_acted(x->index, after, fn, fn_arg, err);
}
