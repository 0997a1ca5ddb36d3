/* SPDX-License-Identifier: Apache-2.0 */
#include "access/rules.h"

#include "fhir_gen/names.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct reader {
    struct rules *r;
    struct arena *arena;
    struct json_doc doc;
    const char *file;
    struct err *err;
};

static bool wrong(struct reader *rd, const char *what, struct str value)
{
    char text[ERR_ARG_MAX];
    size_t n = value.n < 60 ? value.n : 60, w = strlen(what);
    if (w > 80)
        w = 80;
    memcpy(text, what, w);
    if (n)
        text[w++] = ' ';
    if (n)
        memcpy(text + w, value.p, n);
    return err_set_str(rd->err, ERR_ACCESS_RULES, str_of(rd->file), (struct str){text, w + n});
}

/* ---- reading JSON ---- */

static struct str key_of(const struct reader *rd, uint32_t i)
{
    return (struct str){rd->doc.nodes[i].key, rd->doc.nodes[i].key_len};
}

static struct str text_at(const struct reader *rd, uint32_t i, const char *key)
{
    return json_text(&rd->doc, json_get_key(&rd->doc, i, str_of(key)));
}

static bool true_at(const struct reader *rd, uint32_t i, const char *key)
{
    uint32_t c = json_get_key(&rd->doc, i, str_of(key));
    return c != UINT32_MAX && rd->doc.nodes[c].kind == JSON_TRUE;
}

static bool number_at(struct reader *rd, uint32_t i, const char *key, uint64_t max, uint64_t *out)
{
    struct str text = text_at(rd, i, key);
    return str_u64(text, max, out) || wrong(rd, "number expected:", str_of(key));
}

/* The array named key below i, which must be there. */
static bool array_at(struct reader *rd, uint32_t i, const char *key, uint32_t *out)
{
    *out = json_get_key(&rd->doc, i, str_of(key));
    return (*out != UINT32_MAX && rd->doc.nodes[*out].kind == JSON_ARRAY) ||
           wrong(rd, "array expected:", str_of(key));
}

/* Members other than these are errors: nothing in the rules is silently ignored. */
static bool only(struct reader *rd, uint32_t i, const char *const *allowed)
{
    if (rd->doc.nodes[i].kind != JSON_OBJECT)
        return wrong(rd, "object expected", STR(""));
    JSON_EACH(&rd->doc, i, c)
    {
        const char *const *a = allowed;
        while (*a && !str_is(key_of(rd, c), *a))
            a++;
        if (!*a)
            return wrong(rd, "unknown member", key_of(rd, c));
    }
    return true;
}

static bool type_of(struct reader *rd, struct str name, fhir_type_id *out)
{
    *out = fhir_resource_find(name);
    return *out || wrong(rd, "unknown resource type", name);
}

/* ---- types.json ---- */

static const char *const class_names[RULES_CLASSES] = {"other", "open", "person",  "record",
                                                       "grant", "log",  "steering"};

static size_t class_find(struct str name)
{
    size_t k = 0;
    while (k < RULES_CLASSES && !str_is(name, class_names[k]))
        k++;
    return k;
}

static void compartment_types(struct rules *r)
{
    for (uint16_t c = 0; c < fhir_compartment_count; c++) {
        if (fhir_compartments[c].type != FHIR_TYPE_Patient)
            continue;
        for (const fhir_param_id *id = fhir_compartments[c].params; *id; id++)
            r->class_of[fhir_params[*id].base] = RULES_RECORD;
    }
}

static bool read_types(struct reader *rd)
{
    static const char *const allowed[] = {"about",    "open",   "person", "log",     "record",
                                          "steering", "shared", "drafts", "secrets", NULL};
    struct rules *r = rd->r;
    r->class_of = ARENA_ARRAY(rd->arena, uint8_t, fhir_type_count);
    r->shared = ARENA_ARRAY(rd->arena, bool, fhir_type_count);
    r->drafts = ARENA_ARRAY(rd->arena, bool, fhir_type_count);
    r->secrets = ARENA_ARRAY(rd->arena, bool, fhir_type_count);
    compartment_types(r);
    if (!only(rd, 0, allowed))
        return false;
    JSON_EACH(&rd->doc, 0, c)
    {
        struct str key = key_of(rd, c);
        size_t class = class_find(key);
        fhir_type_id type;
        if (str_is(key, "about"))
            continue;
        JSON_EACH(&rd->doc, c, t)
        {
            if (!type_of(rd, json_text(&rd->doc, t), &type))
                return false;
            if (class < RULES_CLASSES)
                r->class_of[type] = (uint8_t) class;
            else if (str_is(key, "drafts"))
                r->drafts[type] = true;
            else if (str_is(key, "secrets"))
                r->secrets[type] = true;
            else
                r->shared[type] = true;
        }
    }
    return true;
}

/* ---- roles.json, purposes.json ---- */

struct word {
    const char *text;
    uint32_t bit;
};

static bool read_words(struct reader *rd, uint32_t array, const struct word *words, size_t n, uint32_t *out)
{
    JSON_EACH(&rd->doc, array, c)
    {
        struct str text = json_text(&rd->doc, c);
        size_t i = 0;
        while (i < n && !str_is(text, words[i].text))
            i++;
        if (i == n)
            return wrong(rd, "unknown word", text);
        *out |= words[i].bit;
    }
    return true;
}

static bool read_may(struct reader *rd, uint32_t object, struct rules_role *role)
{
    static const struct word actions[] = {
        {"read", ACCESS_READ},     {"search", ACCESS_SEARCH}, {"create", ACCESS_CREATE},
        {"update", ACCESS_UPDATE}, {"delete", ACCESS_DELETE}, {"sign", ACCESS_SIGN},
    };
    const size_t n = sizeof(actions) / sizeof(*actions);
    role->own = ARENA_ARRAY(rd->arena, struct rules_type_may, RULES_TYPE_RULES_MAX);
    if (object == UINT32_MAX || rd->doc.nodes[object].kind != JSON_OBJECT)
        return wrong(rd, "object expected:", STR("may"));
    JSON_EACH(&rd->doc, object, c)
    {
        uint32_t set = 0;
        size_t class = class_find(key_of(rd, c));
        if (!read_words(rd, c, actions, n, &set))
            return false;
        if (class < RULES_CLASSES) {
            role->may[class] = set;
            continue;
        }
        if (role->own_count == RULES_TYPE_RULES_MAX)
            return wrong(rd, "too many types", STR(""));
        struct rules_type_may *own = &role->own[role->own_count++];
        own->actions = set;
        if (!type_of(rd, key_of(rd, c), &own->type))
            return false;
    }
    return true;
}

static bool read_purpose_list(struct reader *rd, uint32_t array, uint32_t *out)
{
    JSON_EACH(&rd->doc, array, c)
    {
        size_t p = rules_purpose(rd->r, json_text(&rd->doc, c));
        if (p == SIZE_MAX)
            return wrong(rd, "unknown purpose", json_text(&rd->doc, c));
        *out |= UINT32_C(1) << p;
    }
    return *out || wrong(rd, "no purpose", STR(""));
}

static const struct word rights[] = {
    {"choose", RULES_CHOOSE},       {"block", RULES_BLOCK},
    {"consent", RULES_CONSENT},     {"emergency", RULES_EMERGENCY},
    {"protected", RULES_PROTECTED}, {"log", RULES_LOG_READ},
    {"export", RULES_EXPORT},       {"administrate", RULES_ADMINISTRATE},
    {"drafts", RULES_DRAFTS},       {"secrets", RULES_SECRETS},
};

const char *rules_right_at(size_t i, uint32_t *right)
{
    if (i >= sizeof rights / sizeof *rights)
        return NULL;
    *right = rights[i].bit;
    return rights[i].text;
}

static bool read_role(struct reader *rd, uint32_t i, struct rules_role *role)
{
    static const char *const allowed[] = {"code", "sv", "en", "may", "rights", "purposes", NULL};
    uint32_t list;
    if (!only(rd, i, allowed))
        return false;
    role->code = text_at(rd, i, "code");
    role->sv = text_at(rd, i, "sv");
    role->en = text_at(rd, i, "en");
    if (!role->code.n || !role->sv.n || !role->en.n)
        return wrong(rd, "code, sv and en are needed", role->code);
    if (rules_role(rd->r, role->code))
        return wrong(rd, "the code is there twice:", role->code);
    return read_may(rd, json_get_key(&rd->doc, i, STR("may")), role) && array_at(rd, i, "rights", &list) &&
           read_words(rd, list, rights, sizeof(rights) / sizeof(*rights), &role->rights) &&
           array_at(rd, i, "purposes", &list) && read_purpose_list(rd, list, &role->purposes);
}

static bool read_roles(struct reader *rd)
{
    static const char *const allowed[] = {"about", "role", "patient", "guardian", NULL};
    uint32_t list;
    rd->r->role = ARENA_ARRAY(rd->arena, struct rules_role, RULES_ROLES_MAX);
    if (!only(rd, 0, allowed) || !array_at(rd, 0, "role", &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        if (rd->r->role_count == RULES_ROLES_MAX)
            return wrong(rd, "too many roles", STR(""));
        if (!read_role(rd, c, &rd->r->role[rd->r->role_count]))
            return false;
        rd->r->role_count++;
    }
    return read_may(rd, json_get_key(&rd->doc, 0, STR("patient")), &rd->r->patient) &&
           read_may(rd, json_get_key(&rd->doc, 0, STR("guardian")), &rd->r->guardian);
}

static bool read_purposes(struct reader *rd)
{
    static const char *const allowed[] = {"code", "sv", "en", "care", NULL};
    uint32_t list;
    rd->r->purpose = ARENA_ARRAY(rd->arena, struct rules_purpose, RULES_PURPOSES_MAX);
    if (!array_at(rd, 0, "purpose", &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        if (rd->r->purpose_count == RULES_PURPOSES_MAX)
            return wrong(rd, "too many purposes", STR(""));
        if (!only(rd, c, allowed))
            return false;
        struct rules_purpose p = {text_at(rd, c, "code"), text_at(rd, c, "sv"), text_at(rd, c, "en"),
                                  true_at(rd, c, "care")};
        if (!p.code.n || !p.sv.n || !p.en.n)
            return wrong(rd, "code, sv and en are needed", p.code);
        rd->r->purpose[rd->r->purpose_count++] = p;
    }
    return true;
}

/* ---- times.json, release.json, relations.json, masks.json ---- */

static bool read_times(struct reader *rd)
{
    static const char *const allowed[] = {
        "about",        "choice_hours", "emergency_hours", "ticket_minutes", "lift_days",
        "consent_days", "guardian_age", "own_age",         "analysis_days",  NULL};
    struct rules_times *t = &rd->r->times;
    uint64_t choice, emergency, ticket, lift, consent, analysis, guardian, own;
    if (!only(rd, 0, allowed) || !number_at(rd, 0, "choice_hours", 24 * 366, &choice) ||
        !number_at(rd, 0, "emergency_hours", 48, &emergency) ||
        !number_at(rd, 0, "ticket_minutes", 60, &ticket) || !number_at(rd, 0, "lift_days", 3660, &lift) ||
        !number_at(rd, 0, "consent_days", 36600, &consent) ||
        !number_at(rd, 0, "analysis_days", 36600, &analysis) ||
        !number_at(rd, 0, "guardian_age", 18, &guardian) || !number_at(rd, 0, "own_age", 18, &own))
        return false;
    *t = (struct rules_times){(int64_t)choice * DAY_MS / 24,
                              (int64_t)emergency * DAY_MS / 24,
                              (int64_t)ticket * 60000,
                              (int64_t)lift * DAY_MS,
                              (int64_t)consent * DAY_MS,
                              (int64_t)analysis * DAY_MS,
                              (int)guardian,
                              (int)own};
    return true;
}

static bool read_release(struct reader *rd)
{
    static const char *const allowed[] = {"type", "signed", "days", NULL};
    uint32_t list;
    rd->r->release = ARENA_ARRAY(rd->arena, struct rules_release, fhir_type_count);
    if (!array_at(rd, 0, "release", &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        fhir_type_id type;
        uint64_t days;
        if (!only(rd, c, allowed) || !type_of(rd, text_at(rd, c, "type"), &type) ||
            !number_at(rd, c, "days", 36600, &days))
            return false;
        if (!rd->r->release[type].released)
            rd->r->release[type] = (struct rules_release){true, true_at(rd, c, "signed"), (int)days};
    }
    return true;
}

static bool read_paths(struct reader *rd, uint32_t i, const char *key, struct str out[RULES_PATHS_MAX])
{
    uint32_t list;
    size_t n = 0;
    if (!array_at(rd, i, key, &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        if (n == RULES_PATHS_MAX)
            return wrong(rd, "too many in", str_of(key));
        out[n++] = json_text(&rd->doc, c);
    }
    return true;
}

static bool read_relations(struct reader *rd)
{
    static const char *const allowed[] = {"type", "unit",        "label",      "from", "to",
                                          "not",  "before_days", "after_days", "open", NULL};
    uint32_t list;
    rd->r->relation = ARENA_ARRAY(rd->arena, struct rules_relation, RULES_RELATIONS_MAX);
    if (!array_at(rd, 0, "relation", &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        uint64_t before, after;
        if (rd->r->relation_count == RULES_RELATIONS_MAX)
            return wrong(rd, "too many relations", STR(""));
        struct rules_relation *rel = &rd->r->relation[rd->r->relation_count++];
        if (!only(rd, c, allowed) || !type_of(rd, text_at(rd, c, "type"), &rel->type) ||
            !read_paths(rd, c, "unit", rel->unit) || !read_paths(rd, c, "from", rel->from) ||
            !read_paths(rd, c, "to", rel->to) || !read_paths(rd, c, "not", rel->not_status) ||
            !number_at(rd, c, "before_days", 3660, &before) || !number_at(rd, c, "after_days", 3660, &after))
            return false;
        rel->before_ms = (int64_t)before * DAY_MS;
        rel->after_ms = (int64_t)after * DAY_MS;
        rel->label = true_at(rd, c, "label");
        rel->open = true_at(rd, c, "open");
    }
    return true;
}

static bool read_elements(struct reader *rd, uint32_t i, struct rules_mask *out)
{
    uint32_t list;
    if (!array_at(rd, i, "elements", &list))
        return false;
    out->element = ARENA_ARRAY(rd->arena, struct str, RULES_MASKED_MAX);
    JSON_EACH(&rd->doc, list, c)
    {
        if (out->count == RULES_MASKED_MAX)
            return wrong(rd, "too many elements", STR(""));
        out->element[out->count++] = json_text(&rd->doc, c);
    }
    return true;
}

static bool read_params(struct reader *rd, uint32_t i, fhir_type_id type)
{
    struct rules *r = rd->r;
    uint32_t list;
    if (!array_at(rd, i, "params", &list))
        return false;
    JSON_EACH(&rd->doc, list, c)
    {
        uint16_t id = fhir_param_find(type, json_text(&rd->doc, c));
        size_t at = r->masked_count;
        if (!id)
            return wrong(rd, "unknown search parameter", json_text(&rd->doc, c));
        if (at == RULES_PARAMS_MAX)
            return wrong(rd, "too many search parameters", STR(""));
        for (; at > 0 && r->masked_param[at - 1] > id; at--)
            r->masked_param[at] = r->masked_param[at - 1];
        r->masked_param[at] = id;
        r->masked_count++;
    }
    return true;
}

static bool read_masks(struct reader *rd)
{
    static const char *const all_allowed[] = {"elements", "meta_labels", "params", NULL};
    static const char *const allowed[] = {"type", "elements", "params", NULL};
    uint32_t list, all = json_get_key(&rd->doc, 0, STR("all"));
    rd->r->mask = ARENA_ARRAY(rd->arena, struct rules_mask, fhir_type_count);
    rd->r->masked_param = ARENA_ARRAY(rd->arena, uint16_t, RULES_PARAMS_MAX + 1);
    if (all == UINT32_MAX)
        return wrong(rd, "object expected:", STR("all"));
    if (!only(rd, all, all_allowed) || !read_elements(rd, all, &rd->r->mask_all) ||
        !array_at(rd, 0, "type", &list))
        return false;
    rd->r->mask_labels = true_at(rd, all, "meta_labels");
    JSON_EACH(&rd->doc, list, c)
    {
        fhir_type_id type;
        if (!only(rd, c, allowed) || !type_of(rd, text_at(rd, c, "type"), &type) ||
            !read_elements(rd, c, &rd->r->mask[type]) || !read_params(rd, c, type))
            return false;
    }
    return true;
}

/* ---- all ---- */

/* Purposes come before the roles that name them. */
static const struct {
    const char *name;
    bool (*read)(struct reader *rd);
} files[] = {
    {"types", read_types},     {"purposes", read_purposes},   {"roles", read_roles}, {"times", read_times},
    {"release", read_release}, {"relations", read_relations}, {"masks", read_masks},
};

const struct rules *rules_read(rules_file_fn *file, void *arg, struct arena *arena, struct err *err)
{
    struct rules *r = ARENA_NEW(arena, struct rules);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct reader rd = {.r = r, .arena = arena, .file = files[i].name, .err = err};
        struct str text = file(arg, files[i].name);
        if (!text.p) {
            wrong(&rd, "the file is missing", STR(""));
            return NULL;
        }
        struct err why = {0};
        if (!json_parse(arena, text, NULL, &rd.doc, &why)) {
            wrong(&rd, "not JSON, line", arena_printf(arena, "%u", why.line));
            return NULL;
        }
        if (rd.doc.nodes[0].kind != JSON_OBJECT) {
            wrong(&rd, "object expected", STR(""));
            return NULL;
        }
        if (!files[i].read(&rd))
            return NULL;
    }
    return r;
}

const struct rules_role *rules_role(const struct rules *r, struct str code)
{
    for (size_t i = 0; i < r->role_count; i++)
        if (str_eq(r->role[i].code, code))
            return &r->role[i];
    return NULL;
}

size_t rules_purpose(const struct rules *r, struct str code)
{
    for (size_t i = 0; i < r->purpose_count; i++)
        if (str_eq(r->purpose[i].code, code))
            return i;
    return SIZE_MAX;
}

uint32_t rules_may(const struct rules *r, const struct rules_role *role, fhir_type_id type, bool grant)
{
    if (!role)
        return 0;
    if (grant)
        return role->may[RULES_GRANT];
    for (size_t i = 0; i < role->own_count; i++)
        if (role->own[i].type == type)
            return role->own[i].actions;
    return role->may[r->class_of[type]];
}
