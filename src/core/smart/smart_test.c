/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "jose/jose.h"
#include "smart/smart.h"

#define NOW ((int64_t)1800000000000)
#define AUDIENCE "https://record.example/auth/token"
#define REDIRECT "https://app.example/back"
/* RFC 7636, appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static char dir[] = "/tmp/smart_testXXXXXX";
static struct smart *smart;
static struct arena arena;
static struct jose_keys *ours, *others;
static struct str public_keys;

static struct jose_keys *make_keys(enum jose_alg alg, struct str *public)
{
    struct err err = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    assert_true(jose_key_make(alg, &b, &err));
    struct jose_keys *keys = jose_keys_parse(buf_get(&b), true, &err);
    assert_non_null(keys);
    buf_clear(&b);
    assert_true(jose_keys_write(keys, &b, &err));
    *public = arena_str(&arena, buf_get(&b));
    buf_release(&b);
    return keys;
}

static int setup(void **state)
{
    struct err err = {0};
    struct str unused;
    (void)state;
    arena_init(&arena);
    assert_non_null(mkdtemp(dir));
    smart = smart_open(dir, true, &err);
    assert_non_null(smart);
    ours = make_keys(JOSE_ES384, &public_keys);
    others = make_keys(JOSE_ES384, &unused);
    const struct smart_app apps[] = {
        {.id = STR("web"),
         .name = STR("Webbapp"),
         .kind = SMART_PUBLIC,
         .scopes = STR("openid user/*.rs"),
         .redirects = STR(REDIRECT " http://127.0.0.1:9/x"),
         .enabled = true,
         .made_ms = NOW},
        {.id = STR("server"),
         .name = STR("Serverapp"),
         .kind = SMART_SECRET,
         .scopes = STR("user/*.rs"),
         .redirects = STR(REDIRECT),
         .enabled = true,
         .made_ms = NOW},
        {.id = STR("backend"),
         .name = STR("Bakgrund"),
         .kind = SMART_KEYS,
         .scopes = STR("system/*.rs"),
         .jwks = public_keys,
         .enabled = true,
         .made_ms = NOW},
    };
    for (size_t i = 0; i < sizeof apps / sizeof *apps; i++)
        if (!smart_app_put(smart, &apps[i],
                           apps[i].kind == SMART_SECRET ? STR("0123456789abcdef0123456789abcdef")
                                                        : (struct str){0},
                           &err))
            fail_msg("%s %s %s", err_info(err.code)->name, err.arg[0], err.arg[1]);
    return 0;
}

static int teardown(void **state)
{
    char command[64];
    (void)state;
    smart_close(smart);
    jose_keys_free(ours);
    jose_keys_free(others);
    arena_release(&arena);
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static enum err_code put(struct smart_app app, struct str secret)
{
    struct err err = {0};
    return smart_app_put(smart, &app, secret, &err) ? ERR_OK : err.code;
}

static void test_bad_apps(void **state)
{
    (void)state;
    const struct smart_app good = {.id = STR("x"),
                                   .name = STR("X"),
                                   .scopes = STR("user/*.rs"),
                                   .redirects = STR(REDIRECT),
                                   .enabled = true};
    static const char *const redirects[] = {"http://app.example/back",
                                            "javascript:alert(1)",
                                            "https://",
                                            "https://a.example/#x",
                                            "*",
                                            "https://*.example/",
                                            "http://localhost.evil.example/",
                                            "data:text/html,x",
                                            "/back"};
    struct smart_app app = good;
    assert_int_equal(put(good, (struct str){0}), ERR_OK);
    for (size_t i = 0; i < sizeof redirects / sizeof *redirects; i++) {
        app.redirects = str_of(redirects[i]);
        if (put(app, (struct str){0}) != ERR_APP)
            fail_msg("%s", redirects[i]);
    }
    app.redirects = STR("se.example.app:/back");
    assert_int_equal(put(app, (struct str){0}), ERR_OK);
    app = good, app.id = STR("a b");
    assert_int_equal(put(app, (struct str){0}), ERR_APP);
    app = good, app.scopes = STR("system/*.rs");
    assert_int_equal(put(app, (struct str){0}), ERR_APP);
    app = good, app.scopes = STR("user/*.rs nonsense");
    assert_int_equal(put(app, (struct str){0}), ERR_SCOPE);
    app = good, app.scopes = STR("openid");
    assert_int_equal(put(app, (struct str){0}), ERR_APP);
    app = good, app.kind = SMART_KEYS, app.jwks = STR("{\"keys\":[]}");
    assert_int_equal(put(app, (struct str){0}), ERR_JWK);
    assert_int_equal(put(good, STR("0123456789abcdef0123456789abcdef")), ERR_APP);
    app = good, app.kind = SMART_SECRET;
    assert_int_equal(put(app, STR("short")), ERR_APP);
}

static struct str assertion(const struct jose_keys *keys, const char *iss, const char *aud, const char *jti,
                            int64_t exp_s)
{
    struct err err = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    struct str claims =
        arena_printf(&arena, "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"jti\":\"%s\",\"exp\":%lld}",
                     iss, iss, aud, jti, (long long)exp_s);
    assert_true(jose_sign(keys, JOSE_ES384, "JWT", claims, &b, &err));
    struct str token = arena_str(&arena, buf_get(&b));
    buf_release(&b);
    return token;
}

static enum err_code prove(struct smart_proof proof)
{
    struct smart_app app;
    struct err err = {0};
    proof.audience = STR(AUDIENCE);
    return smart_app_prove(smart, &proof, NOW, &arena, &app, &err) ? ERR_OK : err.code;
}

static void test_proofs(void **state)
{
    (void)state;
    const int64_t soon = NOW / 1000 + 200;
    struct str secret = STR("0123456789abcdef0123456789abcdef");
    assert_int_equal(prove((struct smart_proof){.id = STR("web")}), ERR_OK);
    assert_int_equal(prove((struct smart_proof){.id = STR("web"), .secret = secret}), ERR_APP_PROOF);
    assert_int_equal(prove((struct smart_proof){.id = STR("none")}), ERR_APP_PROOF);
    assert_int_equal(prove((struct smart_proof){.id = STR("server"), .secret = secret}), ERR_OK);
    assert_int_equal(prove((struct smart_proof){.id = STR("server")}), ERR_APP_PROOF);
    assert_int_equal(prove((struct smart_proof){.id = STR("server"), .secret = STR("wrong")}), ERR_APP_PROOF);
    assert_int_equal(prove((struct smart_proof){.id = STR("backend")}), ERR_APP_PROOF);
    const struct {
        struct str token;
        enum err_code want;
    } cases[] = {
        {assertion(ours, "backend", AUDIENCE, "1", soon), ERR_OK},
        {assertion(ours, "backend", AUDIENCE, "1", soon), ERR_APP_PROOF}, /* replayed id */
        {assertion(ours, "backend", AUDIENCE, "2", soon), ERR_OK},
        {assertion(others, "backend", AUDIENCE, "3", soon), ERR_APP_PROOF},
        {assertion(ours, "web", AUDIENCE, "4", soon), ERR_APP_PROOF},
        {assertion(ours, "backend", "https://other.example/token", "5", soon), ERR_APP_PROOF},
        {assertion(ours, "backend", AUDIENCE, "6", NOW / 1000 - 100), ERR_APP_PROOF},
        {assertion(ours, "backend", AUDIENCE, "7", NOW / 1000 + 1000), ERR_APP_PROOF},
        {assertion(ours, "backend", AUDIENCE, "", soon), ERR_APP_PROOF},
        {STR("a.b.c"), ERR_APP_PROOF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (prove((struct smart_proof){.assertion = cases[i].token}) != cases[i].want)
            fail_msg("assertion %zu", i);
    /* Of the right app, but the form says another. */
    assert_int_equal(prove((struct smart_proof){
                         .id = STR("web"), .assertion = assertion(ours, "backend", AUDIENCE, "8", soon)}),
                     ERR_APP_PROOF);
}

static struct smart_grant grant(const char *app)
{
    return (struct smart_grant){.app = str_of(app),
                                .caller = {.kind = ACCESS_STAFF,
                                           .account = STR("anna"),
                                           .user = STR("Practitioner/1"),
                                           .session = STR("s1")},
                                .scopes = STR("user/*.rs"),
                                .patient = STR("p1"),
                                .until_ms = NOW + SMART_REFRESH_MS};
}

static struct smart_token code_for(const char *app)
{
    const struct smart_code code = {STR(REDIRECT), STR(CHALLENGE), STR("n")};
    struct smart_grant g = grant(app);
    struct smart_token token;
    struct err err = {0};
    assert_true(smart_code_make(smart, &g, &code, NOW, &token, &err));
    return token;
}

static enum err_code take(const struct smart_token *code, const char *app, const char *redirect,
                          const char *verifier, int64_t at, int64_t *id)
{
    struct smart_grant g = {0};
    struct str nonce;
    struct err err = {0};
    bool ok = smart_code_take(smart, str_of(code->text), str_of(app), str_of(redirect), str_of(verifier), at,
                              &arena, &g, &nonce, &err);
    *id = g.id;
    if (ok)
        assert_true(str_is(nonce, "n") && str_is(g.patient, "p1") && str_is(g.caller.account, "anna"));
    return ok ? ERR_OK : err.code;
}

static enum err_code find(const struct smart_token *t, int64_t at)
{
    struct smart_grant g;
    int64_t until;
    struct err err = {0};
    return smart_token_find(smart, str_of(t->text), at, &arena, &g, &until, &err) ? ERR_OK : err.code;
}

static void test_codes(void **state)
{
    (void)state;
    struct smart_token code = code_for("web"), access;
    struct err err = {0};
    int64_t id;
    assert_int_equal(take(&code, "server", REDIRECT, VERIFIER, NOW, &id), ERR_GRANT);
    assert_int_equal(take(&code, "web", REDIRECT, VERIFIER, NOW, &id), ERR_OK);
    assert_true(smart_tokens_make(smart, id, NOW, SMART_ACCESS_MS, &access, NULL, &err));
    assert_int_equal(find(&access, NOW), ERR_OK);
    assert_int_equal(find(&access, NOW + SMART_ACCESS_MS), ERR_GRANT);
    assert_int_equal(find(&code, NOW), ERR_GRANT);
    /* The second use takes back what the first gave. */
    assert_int_equal(take(&code, "web", REDIRECT, VERIFIER, NOW, &id), ERR_GRANT);
    assert_int_equal(find(&access, NOW), ERR_GRANT);
    code = code_for("web");
    assert_int_equal(take(&code, "web", "http://127.0.0.1:9/x", VERIFIER, NOW, &id), ERR_GRANT);
    code = code_for("web");
    assert_int_equal(take(&code, "web", REDIRECT, CHALLENGE, NOW, &id), ERR_GRANT);
    code = code_for("web");
    assert_int_equal(take(&code, "web", REDIRECT, VERIFIER, NOW + SMART_CODE_MS, &id), ERR_GRANT);
}

static void test_refresh(void **state)
{
    (void)state;
    struct smart_grant g = grant("server"), out;
    struct smart_token access, refresh, access2, refresh2;
    struct err err = {0};
    int64_t id;
    assert_true(smart_grant_make(smart, &g, NOW, &id, &err));
    assert_true(smart_tokens_make(smart, id, NOW, SMART_ACCESS_MS, &access, &refresh, &err));
    assert_false(smart_refresh(smart, str_of(refresh.text), STR("web"), NOW, &arena, &out, &err));
    assert_false(smart_refresh(smart, str_of(access.text), STR("server"), NOW, &arena, &out, &err));
    assert_true(smart_refresh(smart, str_of(refresh.text), STR("server"), NOW, &arena, &out, &err));
    assert_int_equal(out.id, id);
    assert_true(smart_tokens_make(smart, id, NOW, SMART_ACCESS_MS, &access2, &refresh2, &err));
    assert_int_equal(find(&access2, NOW), ERR_OK);
    /* Somebody comes with the old one: both lose. */
    assert_false(smart_refresh(smart, str_of(refresh.text), STR("server"), NOW, &arena, &out, &err));
    assert_int_equal(find(&access2, NOW), ERR_GRANT);
    assert_false(smart_refresh(smart, str_of(refresh2.text), STR("server"), NOW, &arena, &out, &err));
}

static void test_taking_back(void **state)
{
    (void)state;
    struct smart_grant g = grant("web");
    struct smart_token access[3];
    struct err err = {0};
    int64_t id;
    for (int i = 0; i < 3; i++)
        assert_true(smart_grant_make(smart, &g, NOW, &id, &err) &&
                    smart_tokens_make(smart, id, NOW, SMART_ACCESS_MS, &access[i], NULL, &err));
    /* Another app's and unknown ones are left alone. */
    assert_true(smart_revoke(smart, str_of(access[0].text), STR("server"), &err));
    assert_true(smart_revoke(smart, STR("nonsense"), STR("web"), &err));
    assert_int_equal(find(&access[0], NOW), ERR_OK);
    assert_true(smart_revoke(smart, str_of(access[0].text), STR("web"), &err));
    assert_int_equal(find(&access[0], NOW), ERR_GRANT);
    assert_int_equal(find(&access[1], NOW), ERR_OK);
    assert_true(smart_revoke_account(smart, STR("anna"), STR("other"), &err));
    assert_int_equal(find(&access[1], NOW), ERR_OK);
    assert_true(smart_revoke_account(smart, STR("anna"), STR("s1"), &err));
    assert_int_equal(find(&access[1], NOW), ERR_GRANT);
    /* Another program turns the app off. */
    assert_true(smart_grant_make(smart, &g, NOW, &id, &err) &&
                smart_tokens_make(smart, id, NOW, SMART_ACCESS_MS, &access[2], NULL, &err));
    assert_int_equal(find(&access[2], NOW), ERR_OK);
    struct smart *other = smart_open(dir, false, &err);
    assert_non_null(other);
    assert_true(smart_app_enable(other, STR("web"), false, &err));
    nanosleep(&(struct timespec){.tv_nsec = 2L * SMART_WATCH_MS * 1000000}, NULL);
    assert_int_equal(find(&access[2], NOW), ERR_GRANT);
    assert_false(smart_app_enable(other, STR("none"), false, &err));
    assert_int_equal(err.code, ERR_APP_UNKNOWN);
    assert_true(smart_app_enable(other, STR("web"), true, &err));
    smart_close(other);
    assert_int_equal(find(&access[2], NOW), ERR_GRANT);
    assert_true(smart_tidy(smart, NOW + 2 * SMART_REFRESH_MS, &err));
}

static void test_keys_stay(void **state)
{
    (void)state;
    struct err err = {0};
    const struct jose_keys *keys = smart_keys(smart, &err);
    assert_non_null(keys);
    assert_int_equal(jose_keys_count(keys), 1);
    struct str print = jose_key_thumbprint(keys, 0, &arena);
    struct smart *other = smart_open(dir, false, &err);
    assert_true(str_eq(jose_key_thumbprint(smart_keys(other, &err), 0, &arena), print));
    smart_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_apps), cmocka_unit_test(test_proofs),      cmocka_unit_test(test_codes),
        cmocka_unit_test(test_refresh),  cmocka_unit_test(test_taking_back), cmocka_unit_test(test_keys_stay),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
