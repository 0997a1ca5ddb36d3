/* SPDX-License-Identifier: Apache-2.0
 * Scopes: their grammar (SMART App Launch 2.2, "Scopes and Launch Context"), and what two lists of them have
 * in common. */
#include "fhir/model.h"
#include "smart/smart.h"

static const struct {
    const char *name;
    enum access_level level;
} levels[] = {
    {"patient/", ACCESS_LEVEL_PATIENT}, {"user/", ACCESS_LEVEL_USER}, {"system/", ACCESS_LEVEL_SYSTEM}};

/* In the order that the grammar wants. */
static const struct {
    char letter;
    uint32_t action;
} letters[] = {{'c', ACCESS_CREATE},
               {'r', ACCESS_READ},
               {'u', ACCESS_UPDATE},
               {'d', ACCESS_DELETE},
               {'s', ACCESS_SEARCH}};

/* Version 1, as version 2 says to read it. */
static const struct {
    const char *name;
    uint32_t actions;
} words[] = {
    {"read", ACCESS_READ | ACCESS_SEARCH},
    {"write", ACCESS_CREATE | ACCESS_UPDATE | ACCESS_DELETE},
    {"*", ACCESS_READ | ACCESS_SEARCH | ACCESS_CREATE | ACCESS_UPDATE | ACCESS_DELETE},
};

static const struct {
    const char *name;
    enum smart_flag flag;
} flags[] = {
    {"openid", SMART_OPENID},
    {"fhirUser", SMART_FHIR_USER},
    {"profile", SMART_FHIR_USER},
    {"launch", SMART_LAUNCH},
    {"launch/patient", SMART_LAUNCH_PATIENT},
    {"launch/encounter", SMART_LAUNCH_ENCOUNTER},
    {"offline_access", SMART_OFFLINE},
    {"online_access", SMART_ONLINE},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint32_t actions_of(struct str text)
{
    uint32_t actions = 0;
    size_t at = 0;
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(text, words[i].name))
            return words[i].actions;
    for (size_t i = 0; i < COUNT(letters); i++)
        if (at < text.n && text.p[at] == letters[i].letter) {
            actions |= letters[i].action;
            at++;
        }
    return at == text.n ? actions : 0;
}

/* level/Type.actions?criteria, after its level. */
static bool clinical(struct str rest, enum access_level level, struct access_scope *out)
{
    size_t dot = str_find(rest, '.', 0);
    struct str type = str_sub(rest, 0, dot),
               tail = dot == SIZE_MAX ? STR("") : str_sub(rest, dot + 1, rest.n);
    size_t ask = str_find(tail, '?', 0);
    *out = (struct access_scope){.level = level,
                                 .type = type,
                                 .actions = actions_of(str_sub(tail, 0, ask)),
                                 .query = ask == SIZE_MAX ? STR("") : str_sub(tail, ask + 1, tail.n)};
    return out->actions && (str_is(type, "*") || fhir_resource_find(type)) &&
           (ask == SIZE_MAX || out->query.n);
}

static bool flag_of(struct str text, unsigned *to)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if (str_is(text, flags[i].name)) {
            *to |= (unsigned)flags[i].flag;
            return true;
        }
    return false;
}

/* RFC 6749 3.3: visible ASCII but " and \\. */
static bool token_ok(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '!' || text.p[i] > '~' || text.p[i] == '"' || text.p[i] == '\\')
            return false;
    return true;
}

bool smart_scopes_parse(struct str text, struct arena *arena, struct smart_scopes *out, struct err *err)
{
    *out = (struct smart_scopes){0};
    if (text.n > SMART_SCOPE_TEXT_MAX)
        return err_set_str(err, ERR_SCOPE, str_sub(text, 0, 40), STR(""));
    struct str rest = arena_str(arena, text);
    out->item = ARENA_ARRAY(arena, struct access_scope, SMART_SCOPES_MAX);
    out->ignored = ARENA_ARRAY(arena, struct str, SMART_SCOPES_MAX);
    if (!rest.p || !out->item || !out->ignored)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (struct str one; str_split(&rest, ' ', &one);) {
        bool is_clinical = false;
        if (!one.n)
            continue;
        if (out->count == SMART_SCOPES_MAX || out->ignored_count == SMART_SCOPES_MAX || !token_ok(one))
            return err_set_str(err, ERR_SCOPE, one, STR(""));
        for (size_t i = 0; i < COUNT(levels) && !is_clinical; i++) {
            struct str level = str_of(levels[i].name);
            is_clinical = str_starts(one, level);
            if (is_clinical &&
                !clinical(str_sub(one, level.n, one.n), levels[i].level, &out->item[out->count]))
                return err_set_str(err, ERR_SCOPE, one, STR(""));
        }
        if (is_clinical)
            out->count++;
        else if (!flag_of(one, &out->flags))
            out->ignored[out->ignored_count++] = one;
    }
    return true;
}

/* Both criteria must hold: a search with the parameters of both. */
static struct str both(struct arena *arena, struct str a, struct str b)
{
    if (!a.n || str_eq(a, b))
        return b;
    return b.n ? arena_printf(arena, "%.*s&%.*s", STR_ARG(a), STR_ARG(b)) : a;
}

/* Are all of some criteria among those of the other? Then it leaves no more. */
static bool fewer(struct str some, struct str other)
{
    for (struct str part; some.n && str_split(&some, '&', &part);) {
        struct str rest = other, one = STR("");
        while (str_split(&rest, '&', &one) && !str_eq(one, part))
            ;
        if (!str_eq(one, part))
            return false;
    }
    return true;
}

/* Does wide say all that one says? */
static bool covers(const struct access_scope *wide, const struct access_scope *one)
{
    return wide->level == one->level && (str_is(wide->type, "*") || str_eq(wide->type, one->type)) &&
           !(one->actions & ~wide->actions) && fewer(wide->query, one->query);
}

bool smart_scopes_all(const struct smart_scopes *asked, const struct smart_scopes *had)
{
    bool all = !(asked->flags & ~had->flags) && !asked->ignored_count;
    for (size_t i = 0; i < asked->count && all; i++) {
        all = false;
        for (size_t k = 0; k < had->count && !all; k++)
            all = covers(&had->item[k], &asked->item[i]);
    }
    return all;
}

/* Adds it unless it is said already; what it says more widely goes. */
static bool add(struct smart_scopes *out, const struct access_scope *one, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++)
        if (covers(&out->item[i], one))
            return true;
    for (size_t i = 0; i < out->count; i++)
        if (!covers(one, &out->item[i]))
            out->item[kept++] = out->item[i];
    out->count = kept;
    if (kept == SMART_SCOPES_MAX)
        return err_set_str(err, ERR_SCOPE, one->type, STR(""));
    out->item[out->count++] = *one;
    return true;
}

bool smart_scopes_within(const struct smart_scopes *asked, const struct smart_scopes *allowed,
                         struct arena *arena, struct smart_scopes *out, struct err *err)
{
    size_t most = asked->count * allowed->count;
    *out = (struct smart_scopes){.flags = asked->flags & allowed->flags};
    out->item = ARENA_ARRAY(arena, struct access_scope, SMART_SCOPES_MAX);
    for (size_t i = 0; i < most; i++) {
        const struct access_scope *a = &asked->item[i / allowed->count];
        const struct access_scope *b = &allowed->item[i % allowed->count];
        bool every = str_is(b->type, "*"), same = str_eq(a->type, b->type) || str_is(a->type, "*");
        struct access_scope one = {.level = a->level,
                                   .type = every ? a->type : b->type,
                                   .actions = a->actions & b->actions,
                                   .query = both(arena, a->query, b->query)};
        if (a->level == b->level && (every || same) && one.actions && !add(out, &one, err))
            return false;
    }
    return true;
}

struct str smart_scopes_text(const struct smart_scopes *s, struct arena *arena)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < COUNT(flags); i++)
        /* profile says what fhirUser says; it is written once. */
        if (s->flags & (unsigned)flags[i].flag && !str_is(str_of(flags[i].name), "profile"))
            buf_printf(&b, "%s%s", b.n ? " " : "", flags[i].name);
    for (size_t i = 0; i < s->count; i++) {
        const struct access_scope *one = &s->item[i];
        buf_printf(&b, "%s%s%.*s.", b.n ? " " : "", levels[one->level].name, STR_ARG(one->type));
        for (size_t k = 0; k < COUNT(letters); k++)
            if (one->actions & letters[k].action)
                buf_char(&b, letters[k].letter);
        if (one->query.n)
            buf_printf(&b, "?%.*s", STR_ARG(one->query));
    }
    struct str text = buf_ok(&b) ? arena_str(arena, buf_get(&b)) : (struct str){0};
    buf_release(&b);
    return text;
}
