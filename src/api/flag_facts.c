/* SPDX-License-Identifier: Apache-2.0 */
#include "api/flag_facts.h"

#include "access/facts.h"
#include "access/read_body.h"
#include "base/os.h"
#include "fhir_gen/names.h"

enum {
    FACTS_SLOTS = 1024, /* patients, and persons, that are kept */
    FACTS_NAMES_MAX = 4,
    FACTS_HERE_MAX = 8, /* identifiers by which a user is looked for among the patients */
};

/* One patient's facts. */
struct known {
    struct arena arena; /* all of it */
    struct str id;
    struct decide_patient facts;
};

/* What somebody is called and where they live, as numbers to compare. */
struct person {
    struct arena arena;
    struct str reference;
    struct str family[FACTS_NAMES_MAX];
    uint64_t address[FACTS_NAMES_MAX];
    size_t family_count, address_count;
};

struct flag_facts {
    struct store_read *read;
    struct search *search;
    struct arena arena, work;
    const struct rules *rules;
    const struct region *region;
    struct hash_key key;
    struct known known[FACTS_SLOTS];
    struct person person[FACTS_SLOTS];
};

struct flag_facts *flag_facts_new(struct store *store, struct search *search, struct err *err)
{
    struct flag_facts *f = os_alloc(sizeof *f);
    if (!f) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(f, 0, sizeof *f);
    f->search = search;
    f->key = store_hash_key(store);
    arena_init(&f->arena);
    arena_init(&f->work);
    for (size_t i = 0; i < FACTS_SLOTS; i++) {
        arena_init(&f->known[i].arena);
        arena_init(&f->person[i].arena);
    }
    f->read = store_read_begin(store, err);
    f->rules = f->read ? rules_read(rules_file, NULL, &f->arena, err) : NULL;
    f->region = f->rules ? region_read(f->read, &f->arena, err) : NULL;
    if (f->region)
        return f;
    flag_facts_free(f);
    return NULL;
}

void flag_facts_free(struct flag_facts *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < FACTS_SLOTS; i++) {
        arena_release(&f->known[i].arena);
        arena_release(&f->person[i].arena);
    }
    store_read_end(f->read);
    arena_release(&f->arena);
    arena_release(&f->work);
    os_free(f);
}

bool flag_facts_rules(struct arena *arena, struct audit_flag_rules *out, struct err *err)
{
    return audit_flag_rules_read(rules_file(NULL, "flags"), arena, out, err);
}

/* ---- care relations ---- */

static bool know(struct flag_facts *f, struct str patient, const struct known **out, struct err *err)
{
    struct known *k = &f->known[hash_sip(f->key, patient) % FACTS_SLOTS];
    struct store_version v;
    *out = k;
    if (str_eq(k->id, patient))
        return true;
    arena_reset(&k->arena);
    k->id = arena_str(&k->arena, patient);
    k->facts = (struct decide_patient){.rid = 0};
    enum store_found found = store_get(f->read, FHIR_TYPE_Patient, patient, &k->arena, &v, err);
    return found != STORE_FAILED && (found != STORE_FOUND || facts_read(f->read, f->rules, f->region, v.rid,
                                                                        &k->arena, &k->facts, err));
}

/* Who is not here (any more) has no relations left to tell: that is not flagged. */
static bool related(void *arg, struct str unit, struct str patient, int64_t low_ms, int64_t high_ms,
                    bool *yes, struct err *err)
{
    struct flag_facts *f = arg;
    const struct region_org *org = region_named(f->region, unit);
    const struct known *k;
    if (!know(f, patient, &k, err))
        return false;
    *yes = !k->facts.known || !org;
    for (size_t i = 0; !*yes && i < k->facts.relation_count; i++) {
        const struct decide_relation *r = &k->facts.relation[i];
        *yes = r->unit == org->rid && r->from_ms < high_ms + 1 && low_ms < r->to_ms;
    }
    return true;
}

/* ---- names and addresses ---- */

/* Letters and digits alone, small: "Storg. 1 B" and "STORG 1B" are the same. */
static uint64_t address_key(const struct flag_facts *f, const struct json_doc *doc, uint32_t address)
{
    uint32_t line = json_get(doc, address, FHIR_NAME_line);
    struct str postal = json_text(doc, json_get(doc, address, FHIR_NAME_postalCode));
    char text[256];
    size_t n = 0;
    struct str parts[8] = {postal};
    size_t count = 1;
    if (line != UINT32_MAX)
        JSON_EACH(doc, line, i)
    if (count < sizeof parts / sizeof *parts)
        parts[count++] = json_text(doc, i);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < parts[i].n && n < sizeof text; k++) {
            char c = parts[i].p[k];
            if (c >= 'A' && c <= 'Z')
                c = (char)(c - 'A' + 'a');
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
                text[n++] = c;
        }
    return postal.n && count > 1 ? hash_sip(f->key, (struct str){text, n}) : 0;
}

static void take_body(struct flag_facts *f, struct person *p, const struct json_doc *doc)
{
    uint32_t names = json_get(doc, 0, FHIR_NAME_name), addresses = json_get(doc, 0, FHIR_NAME_address);
    if (names != UINT32_MAX)
        JSON_EACH(doc, names, i)
        {
            struct str family = json_text(doc, json_get(doc, i, FHIR_NAME_family));
            if (family.n && p->family_count < FACTS_NAMES_MAX)
                p->family[p->family_count++] = arena_str(&p->arena, family);
        }
    if (addresses != UINT32_MAX)
        JSON_EACH(doc, addresses, i)
        {
            uint64_t key = address_key(f, doc, i);
            if (key && p->address_count < FACTS_NAMES_MAX)
                p->address[p->address_count++] = key;
        }
}

/* Searches people; at most limit hits. */
static bool people(struct flag_facts *f, const char *name, struct str value, size_t limit, bool body,
                   struct store_hits *hits, struct err *err)
{
    struct search_param param = {str_of(name), value};
    struct search_query q;
    if (!search_parse(f->search, f->read, FHIR_TYPE_Patient, &param, 1, false, &f->work, &q, err))
        return false;
    q.plan.limit = limit;
    q.plan.count = false;
    q.plan.no_body = !body;
    q.plan.sort_count = 0;
    return store_search(f->read, &q.plan, &f->work, hits, err);
}

/* What stands in a search value as it is. */
static struct str plain(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, 2 * text.n + 1);
    size_t n = 0;
    for (size_t i = 0; to && i < text.n; i++) {
        if (strchr(",|$\\", text.p[i]))
            to[n++] = '\\';
        to[n++] = text.p[i];
    }
    return (struct str){to, n};
}

/* The user as a patient, found by the same identity number: where the user lives is kept there. */
static bool take_own(struct flag_facts *f, struct person *p, const struct json_doc *doc, struct err *err)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_identifier);
    size_t looked = 0;
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(doc, list, i)
    {
        struct str value = json_text(doc, json_get(doc, i, FHIR_NAME_value));
        struct store_hits hits;
        struct json_doc own;
        if (!value.n || looked++ == FACTS_HERE_MAX)
            continue;
        if (!people(f, "identifier", plain(&f->work, value), 1, true, &hits, err))
            return false;
        if (hits.count && json_parse(&f->work, hits.item[0].body, &fhir_names, &own, err))
            take_body(f, p, &own);
    }
    return err->code == ERR_OK;
}

static bool person_of(struct flag_facts *f, struct str type, struct str id, const struct person **out,
                      struct err *err)
{
    struct str reference = arena_printf(&f->work, "%.*s/%.*s", STR_ARG(type), STR_ARG(id));
    fhir_type_id t = fhir_resource_find(type);
    /* Patients have the second half: a user and a patient are held at once. */
    struct person *p = &f->person[hash_sip(f->key, reference) % (FACTS_SLOTS / 2) +
                                  (t == FHIR_TYPE_Patient ? FACTS_SLOTS / 2 : 0)];
    struct store_version v;
    struct json_doc doc;
    *out = p;
    if (str_eq(p->reference, reference))
        return true;
    arena_reset(&p->arena);
    p->reference = arena_str(&p->arena, reference);
    p->family_count = p->address_count = 0;
    enum store_found found = store_get(f->read, t, id, &f->work, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!json_parse(&f->work, v.body, &fhir_names, &doc, err))
        return false;
    take_body(f, p, &doc);
    return t != FHIR_TYPE_Practitioner || take_own(f, p, &doc, err);
}

/* Is the name one that few have? */
static bool uncommon(struct flag_facts *f, struct str family, uint64_t limit, bool *yes, struct err *err)
{
    struct store_hits hits;
    *yes = true;
    if (!limit)
        return true;
    if (!people(f, "family:exact", plain(&f->work, family), (size_t)limit, false, &hits, err))
        return false;
    *yes = !hits.more;
    return true;
}

static bool same_surname(struct flag_facts *f, const struct person *a, const struct person *b, uint64_t limit,
                         bool *yes, struct err *err)
{
    *yes = false;
    for (size_t i = 0; i < a->family_count; i++)
        for (size_t k = 0; k < b->family_count && !*yes; k++)
            if (str_eq(a->family[i], b->family[k]) && !uncommon(f, a->family[i], limit, yes, err))
                return false;
    return true;
}

static bool same(void *arg, enum audit_flag_same what, struct str user, struct str patient, uint64_t limit,
                 bool *yes, struct err *err)
{
    struct flag_facts *f = arg;
    const struct person *a, *b;
    size_t slash = str_find(user, '/', 0);
    *yes = false;
    arena_reset(&f->work);
    if (slash == SIZE_MAX)
        return true;
    if (!person_of(f, str_sub(user, 0, slash), str_sub(user, slash + 1, user.n), &a, err) ||
        !person_of(f, STR("Patient"), patient, &b, err))
        return false;
    if (what == AUDIT_FLAG_SURNAME)
        return same_surname(f, a, b, limit, yes, err);
    for (size_t i = 0; i < a->address_count; i++)
        for (size_t k = 0; k < b->address_count; k++)
            *yes |= a->address[i] == b->address[k];
    return true;
}

struct audit_flag_facts flag_facts_get(struct flag_facts *f)
{
    return (struct audit_flag_facts){.arg = f, .related = related, .same = same};
}
