/* SPDX-License-Identifier: Apache-2.0
 * Apps: other programs that people, or they themselves, let in (SMART App Launch). A secret is made here and
 * shown once; keys are read from a file and are public ones. */
#include <getopt.h>
#include <stdio.h>

#include "access/scope.h"
#include "app/cmd.h"
#include "app/told.h"
#include "base/os.h"
#include "base/time.h"
#include "jose/jose.h"
#include "smart/smart.h"

enum { CMD_APP_REDIRECTS_BYTES = SMART_REDIRECTS_MAX * 2048, CMD_APP_SECRET_BYTES = 32 };

struct cmd_app_options {
    const char *data, *id, *name, *scope, *launch, *jwks;
    char redirects[CMD_APP_REDIRECTS_BYTES];
    bool secret;
};

typedef bool cmd_app_fn(struct smart *s, const struct cmd_app_options *o, struct err *err);

static const struct option cmd_app_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"name", required_argument, NULL, 'n'},
    {"scope", required_argument, NULL, 's'},
    {"redirect", required_argument, NULL, 'r'},
    {"launch", required_argument, NULL, 'l'},
    {"jwks", required_argument, NULL, 'j'},
    {"with-secret", no_argument, NULL, 'S'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* A whole small file as text in arena. */
static bool cmd_app_file(const char *path, struct arena *arena, struct str *out, struct err *err)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? arena_alloc(arena, JOSE_SET_MAX) : NULL;
    if (!f || !text)
        return (f ? (void)fclose(f) : (void)0, err_set(err, ERR_IO, path, "", NULL));
    size_t n = fread(text, 1, JOSE_SET_MAX, f);
    bool whole = feof(f) && !ferror(f);
    fclose(f);
    *out = (struct str){text, n};
    return whole || err_set(err, ERR_IO, path, "", NULL);
}

static void cmd_app_secret(char out[2 * CMD_APP_SECRET_BYTES + 1])
{
    unsigned char random[CMD_APP_SECRET_BYTES];
    os_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(out + 2 * i, 3, "%02x", random[i]);
}

/* Can the criteria of its scopes be kept? The same question is asked when they are granted. */
bool cmd_app_scopes_kept(struct str text, struct arena *arena, struct err *err)
{
    struct smart_scopes scopes;
    struct search *search = search_new(err);
    const struct rules *rules = search ? rules_read(rules_file, NULL, arena, err) : NULL;
    bool ok = rules && smart_scopes_parse(text, arena, &scopes, err);
    for (size_t i = 0; ok && i < scopes.count; i++)
        ok = scope_check(search, rules, &scopes.item[i], arena, err);
    search_free(search);
    return ok;
}

static bool cmd_app_add(struct smart *s, const struct cmd_app_options *o, struct err *err)
{
    struct arena arena;
    struct str jwks = STR("");
    char secret[2 * CMD_APP_SECRET_BYTES + 1] = "";
    arena_init(&arena);
    struct smart_app app = {.id = str_of(o->id),
                            .name = str_of(o->name ? o->name : o->id),
                            .kind = o->jwks     ? SMART_KEYS
                                    : o->secret ? SMART_SECRET
                                                : SMART_PUBLIC,
                            .scopes = str_of(o->scope ? o->scope : ""),
                            .redirects = str_of(o->redirects),
                            .launch = str_of(o->launch ? o->launch : ""),
                            .enabled = true,
                            .made_ms = os_now_ms()};
    bool ok = !(o->jwks && o->secret) || err_set(err, ERR_APP, "--jwks eller --with-secret, inte båda",
                                                 "--jwks or --with-secret, not both", NULL);
    ok = ok && (!o->jwks || cmd_app_file(o->jwks, &arena, &jwks, err));
    app.jwks = jwks;
    if (ok && o->secret)
        cmd_app_secret(secret);
    ok = ok && cmd_app_scopes_kept(app.scopes, &arena, err) &&
         smart_app_put(s, &app, o->secret ? str_of(secret) : (struct str){0}, err);
    arena_release(&arena);
    if (!ok)
        return false;
    printf("Appen %s är registrerad.\nApp %s is registered.\n", o->id, o->id);
    if (o->secret)
        printf("Hemlighet, visas bara nu (secret, shown only now): %s\n", secret);
    explicit_bzero(secret, sizeof secret);
    return true;
}

static bool cmd_app_list(struct smart *s, const struct cmd_app_options *o, struct err *err)
{
    static const char *const kinds[] = {
        [SMART_PUBLIC] = "öppen", [SMART_SECRET] = "hemlighet", [SMART_KEYS] = "nycklar"};
    struct arena arena;
    struct smart_app *list;
    size_t count;
    (void)o;
    arena_init(&arena);
    bool ok = smart_app_list(s, &arena, &list, &count, err);
    if (ok)
        printf("%-24s %-9s %-10s %s\n", "APP", "LÄGE", "BEVIS", "BEHÖRIGHETER");
    for (size_t i = 0; ok && i < count; i++)
        printf("%-24.*s %-9s %-10s %.*s\n", STR_ARG(list[i].id), list[i].enabled ? "öppen" : "avstängd",
               kinds[list[i].kind], STR_ARG(list[i].scopes));
    arena_release(&arena);
    return ok;
}

static bool cmd_app_disable(struct smart *s, const struct cmd_app_options *o, struct err *err)
{
    if (!smart_app_enable(s, str_of(o->id), false, err))
        return false;
    printf("Appen %s är avstängd; allt den fått är taget tillbaka.\n"
           "App %s is disabled; all it was given is taken back.\n",
           o->id, o->id);
    return true;
}

static bool cmd_app_enable(struct smart *s, const struct cmd_app_options *o, struct err *err)
{
    if (!smart_app_enable(s, str_of(o->id), true, err))
        return false;
    printf("Appen %s är öppen.\nApp %s is enabled.\n", o->id, o->id);
    return true;
}

static const struct {
    const char *name;
    cmd_app_fn *run;
    bool named;
} cmd_app_verbs[] = {{"add", cmd_app_add, true},
                     {"list", cmd_app_list, false},
                     {"disable", cmd_app_disable, true},
                     {"enable", cmd_app_enable, true}};

static bool cmd_app_redirect(struct cmd_app_options *o, const char *uri)
{
    size_t n = strlen(o->redirects);
    int more = snprintf(o->redirects + n, sizeof o->redirects - n, "%s%s", n ? " " : "", uri);
    return more > 0 && (size_t)more < sizeof o->redirects - n && !strchr(uri, ' ');
}

/* -1 to go on, else the exit code. */
static int cmd_app_parse(int argc, char **argv, struct cmd_app_options *o)
{
    for (int c; (c = getopt_long(argc, argv, "d:h", cmd_app_longs, NULL)) != -1;) {
        const char **to = c == 'd'   ? &o->data
                          : c == 'n' ? &o->name
                          : c == 's' ? &o->scope
                          : c == 'l' ? &o->launch
                          : c == 'j' ? &o->jwks
                                     : NULL;
        if (c == 'h')
            return cmd_help(&cmd_app);
        if (to)
            *to = optarg;
        else if (c == 'S')
            o->secret = true;
        else if (c != 'r' || !cmd_app_redirect(o, optarg))
            return cmd_wrong(&cmd_app, "okänd flagga, eller för lång adress",
                             "unknown option, or too long an address");
    }
    return o->data && optind < argc ? -1
                                    : cmd_wrong(&cmd_app, "ange vad som ska göras och --data KATALOG",
                                                "say what to do, and --data DIR");
}

static int cmd_app_run(int argc, char **argv)
{
    struct cmd_app_options o = {.data = NULL};
    struct err err = {.code = ERR_OK};
    int code = cmd_app_parse(argc, argv, &o);
    if (code >= 0)
        return code;
    const char *verb = argv[optind++];
    for (size_t i = 0; i < sizeof cmd_app_verbs / sizeof *cmd_app_verbs; i++) {
        if (strcmp(verb, cmd_app_verbs[i].name) != 0)
            continue;
        if (argc - optind != (cmd_app_verbs[i].named ? 1 : 0))
            return cmd_wrong(&cmd_app, "ange appens id, och inget mer",
                             "give the app's id, and nothing more");
        o.id = cmd_app_verbs[i].named ? argv[optind] : NULL;
        struct smart *s = smart_open(o.data, true, &err);
        bool ok = s && cmd_app_verbs[i].run(s, &o, &err);
        smart_close(s);
        if (cmd_app_verbs[i].named && (ok || err.code)) {
            char action[32];
            struct err untold = {.code = ERR_OK};
            snprintf(action, sizeof action, "app-%s", cmd_app_verbs[i].name);
            if (!told_log(o.data, action, o.id, &err, &untold) && ok) {
                ok = false;
                err = untold;
            }
        }
        return ok ? CMD_OK : cmd_fail(&cmd_app, &err);
    }
    return cmd_wrong(&cmd_app, "det ska vara add, list, disable eller enable",
                     "it must be add, list, disable or enable");
}

const struct cmd cmd_app = {
    .name = "app",
    .run = cmd_app_run,
    .usage_sv = "app add|list|disable|enable --data KATALOG [--scope BEHÖRIGHETER] [--redirect URL]… "
                "[--launch URL] [--jwks FIL | --with-secret] [--name NAMN] [ID]",
    .help_sv =
        "program som får släppas in (SMART App Launch)\n"
        "  add ID               registrerar en app, eller ändrar den\n"
        "  list                 alla appar\n"
        "  disable ID           stänger appen; allt den fått gäller inte längre\n"
        "  enable ID            öppnar den igen\n"
        "  --scope TEXT         det mesta den får be om: 'launch/patient patient/*.rs', 'system/*.rs'\n"
        "                       eller med villkor: 'user/Observation.rs?category=laboratory'\n"
        "  --redirect URL       dit den får svaret; bokstav för bokstav, flera går bra\n"
        "  --launch URL         dit den startas från journalen\n"
        "  --jwks FIL           dess publika nycklar (JWK Set): krävs för system-behörigheter\n"
        "  --with-secret        gör en hemlighet och visar den en gång\n"
        "  --name NAMN          vad människor ser; annars id\n"
        "  --data KATALOG       lagret; apparna ligger i smart.db där\n"
        "Tjänsten kan vara igång.",
    .help_en =
        "programs that may be let in (SMART App Launch)\n"
        "  add ID               registers an app, or changes it\n"
        "  list                 all apps\n"
        "  disable ID           disables the app; all it was given ends\n"
        "  enable ID            enables it again\n"
        "  --scope TEXT         the most it may ask for: 'launch/patient patient/*.rs', 'system/*.rs'\n"
        "                       or with criteria: 'user/Observation.rs?category=laboratory'\n"
        "  --redirect URL       where it gets the answer; letter by letter, may be repeated\n"
        "  --launch URL         where it is launched from the record\n"
        "  --jwks FILE          its public keys (JWK Set): needed for system scopes\n"
        "  --with-secret        makes a secret and shows it once\n"
        "  --name NAME          what people see; else the id\n"
        "  --data DIR           the store; the apps are in smart.db there\n"
        "The service may be running.",
};
