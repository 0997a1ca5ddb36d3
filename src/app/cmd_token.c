/* SPDX-License-Identifier: Apache-2.0
 * An access token for whoever runs the service: backups, jobs, a look at how things are. Printed once, on
 * standard output alone; every use of it is in the audit log under the app it belongs to. */
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/told.h"
#include "base/buf.h"
#include "base/os.h"
#include "jose/jose.h"
#include "smart/smart.h"

#define CMD_TOKEN_APP "helhet-token"
enum { CMD_TOKEN_TTL_S = 3600, CMD_TOKEN_TTL_MAX_S = 30 * 24 * 3600 };

static const struct option cmd_token_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"scope", required_argument, NULL, 's'},
    {"ttl", required_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* "12h", "30m", "45s", "7d". */
static bool cmd_token_time(const char *text, int64_t *ms)
{
    static const struct {
        char unit;
        uint64_t s;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    struct str t = str_of(text);
    uint64_t n;
    for (size_t i = 0; t.n && i < sizeof units / sizeof *units; i++)
        if (t.p[t.n - 1] == units[i].unit && str_u64(str_sub(t, 0, t.n - 1), CMD_TOKEN_TTL_MAX_S, &n)) {
            *ms = (int64_t)(n * units[i].s) * 1000;
            return n > 0 && n * units[i].s <= CMD_TOKEN_TTL_MAX_S;
        }
    return false;
}

/* The app that such tokens belong to: with a key that nobody has, so that nothing else can be got by it.
 * Disabling it (helhet app disable helhet-token) ends them all. */
static bool cmd_token_app(struct smart *s, struct arena *arena, struct err *err)
{
    struct smart_app app;
    struct err none = {.code = ERR_OK};
    struct buf private, public;
    if (smart_app_find(s, STR(CMD_TOKEN_APP), arena, &app, &none))
        return app.enabled ||
               err_set(err, ERR_APP, CMD_TOKEN_APP " är avstängd", CMD_TOKEN_APP " is disabled", NULL);
    if (none.code != ERR_APP_UNKNOWN) {
        *err = none;
        return false;
    }
    buf_init(&private, BUF_NO_MAX);
    buf_init(&public, BUF_NO_MAX);
    bool ok = jose_key_make(JOSE_ES384, &private, err);
    struct jose_keys *keys = ok ? jose_keys_parse(buf_get(&private), true, err) : NULL;
    ok = keys && jose_keys_write(keys, &public, err);
    app = (struct smart_app){.id = STR(CMD_TOKEN_APP),
                             .name = STR("helhet token"),
                             .kind = SMART_KEYS,
                             .scopes = STR("system/*.cruds"),
                             .redirects = STR(""),
                             .launch = STR(""),
                             .jwks = buf_get(&public),
                             .enabled = true,
                             .made_ms = os_now_ms()};
    ok = ok && smart_app_put(s, &app, (struct str){0}, err);
    jose_keys_free(keys);
    buf_release(&private);
    buf_release(&public);
    return ok;
}

static bool cmd_token_scopes(const char *text, struct arena *arena, struct str *out, struct err *err)
{
    struct smart_scopes scopes;
    if (!smart_scopes_parse(str_of(text), arena, &scopes, err))
        return false;
    if (!cmd_app_scopes_kept(str_of(text), arena, err))
        return false;
    bool ok = scopes.count > 0 && !scopes.ignored_count && !scopes.flags;
    for (size_t i = 0; i < scopes.count; i++)
        ok = ok && scopes.item[i].level == ACCESS_LEVEL_SYSTEM;
    *out = smart_scopes_text(&scopes, arena);
    return ok || err_set_str(err, ERR_SCOPE, str_of(text), STR(""));
}

static bool cmd_token_make(const char *data, const char *scope, int64_t ttl_ms, struct err *err)
{
    struct arena arena;
    struct str text;
    struct smart_token token;
    int64_t id, now = os_now_ms();
    arena_init(&arena);
    struct smart *s = smart_open(data, true, err);
    bool ok = s && cmd_token_scopes(scope, &arena, &text, err) && cmd_token_app(s, &arena, err);
    if (ok) {
        struct smart_grant grant = {.app = STR(CMD_TOKEN_APP),
                                    .caller = {.kind = ACCESS_SYSTEM, .account = STR(CMD_TOKEN_APP)},
                                    .scopes = text,
                                    .until_ms = now + ttl_ms};
        ok = smart_grant_make(s, &grant, now, &id, err) &&
             smart_tokens_make(s, id, now, ttl_ms, &token, NULL, err) &&
             /* Before it is shown: a token that is not in the log is nobody's. */
             told_log(data, "token", CMD_TOKEN_APP, NULL, err);
    }
    if (ok) {
        printf("%s\n", token.text);
        fprintf(stderr, "Gäller i %lld s för %.*s; logget visar den som " CMD_TOKEN_APP "#%lld.\n",
                (long long)ttl_ms / 1000, STR_ARG(text), (long long)id);
        fprintf(stderr, "Good for %lld s for %.*s; the log shows it as " CMD_TOKEN_APP "#%lld.\n",
                (long long)ttl_ms / 1000, STR_ARG(text), (long long)id);
        explicit_bzero(&token, sizeof token);
    }
    smart_close(s);
    arena_release(&arena);
    return ok;
}

static int cmd_token_run(int argc, char **argv)
{
    const char *data = NULL, *scope = NULL;
    int64_t ttl_ms = (int64_t)CMD_TOKEN_TTL_S * 1000;
    struct err err = {.code = ERR_OK};
    for (int c; (c = getopt_long(argc, argv, "d:s:t:h", cmd_token_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_token);
        if (c == 'd')
            data = optarg;
        else if (c == 's')
            scope = optarg;
        else if (c != 't')
            return cmd_wrong(&cmd_token, "okänd flagga", "unknown option");
        else if (!cmd_token_time(optarg, &ttl_ms))
            return cmd_wrong(&cmd_token, "--ttl ska vara en tid som 45s, 30m, 12h eller 7d, högst 30d",
                             "--ttl must be a time such as 45s, 30m, 12h or 7d, at most 30d");
    }
    if (!data || !scope || optind < argc)
        return cmd_wrong(&cmd_token, "ange --data KATALOG och --scope BEHÖRIGHETER",
                         "give --data DIR and --scope SCOPES");
    return cmd_token_make(data, scope, ttl_ms, &err) ? CMD_OK : cmd_fail(&cmd_token, &err);
}

const struct cmd cmd_token = {
    .name = "token",
    .run = cmd_token_run,
    .usage_sv = "token --data KATALOG --scope BEHÖRIGHETER [--ttl TID]",
    .help_sv = "en åtkomsttoken för den som driver tjänsten\n"
               "  --data KATALOG         lagret; token ligger i smart.db där, som hash\n"
               "  --scope BEHÖRIGHETER   system-behörigheter, t.ex. 'system/*.rs'\n"
               "  --ttl TID              så länge gäller den: annars 1h, högst 30d\n"
               "Token skrivs en gång, på standard ut. helhet app disable helhet-token avslutar alla.",
    .help_en = "an access token for whoever runs the service\n"
               "  --data DIR             the store; the token is in smart.db there, as a hash\n"
               "  --scope SCOPES         system scopes, e.g. 'system/*.rs'\n"
               "  --ttl TIME             how long it is good: else 1h, at most 30d\n"
               "The token is printed once, on standard output. helhet app disable helhet-token ends all.",
};
