/* SPDX-License-Identifier: Apache-2.0
 * The configuration: one JSON object, every member known. Secrets are in files of their own. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oidc/oidc_int.h"

enum { CONF_FILE_MAX = 64 * 1024, CONF_SECRET_MAX = 512, CONF_TEXT_MAX = 512 };

static const char *const claim_name[CONF_CLAIMS] = {[CONF_PERSON] = "person",
                                                    [CONF_UNIT] = "unit",
                                                    [CONF_PROVIDER] = "provider",
                                                    [CONF_COMMISSION] = "commission",
                                                    [CONF_PURPOSE] = "purpose"};
/* As Inera's IdP names them. */
static const char *const claim_usual[CONF_CLAIMS] = {[CONF_PERSON] = "employeeHsaId",
                                                     [CONF_UNIT] = "healthCareUnitHsaId",
                                                     [CONF_PROVIDER] = "healthCareProviderHsaId",
                                                     [CONF_COMMISSION] = "commissionHsaId",
                                                     [CONF_PURPOSE] = "commissionPurpose"};

struct reading {
    struct conf *conf;
    struct arena *arena;
    const struct json_doc *doc;
    struct err *err;
};

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_OIDC_CONF, sv, en, NULL);
}

static bool wrong_member(struct reading *g, struct str member, const char *sv, const char *en)
{
    return wrong(g->err, arena_printf(g->arena, "%.*s %s", STR_ARG(member), sv).p,
                 arena_printf(g->arena, "%.*s %s", STR_ARG(member), en).p);
}

static struct str key_of(const struct json_doc *doc, uint32_t i)
{
    return (struct str){doc->nodes[i].key, doc->nodes[i].key_len};
}

static bool text(struct reading *g, uint32_t i, struct str *out)
{
    struct str s = g->doc->nodes[i].kind == JSON_STRING ? json_text(g->doc, i) : (struct str){0};
    if (!s.n || s.n > CONF_TEXT_MAX)
        return wrong_member(g, key_of(g->doc, i), "ska vara en text", "must be a text");
    *out = arena_str(g->arena, s);
    return out->p || err_set(g->err, ERR_NO_MEMORY, NULL);
}

/* ---- one function for each member ---- */

static bool issuer(struct reading *g, uint32_t i)
{
    return text(g, i, &g->conf->issuer) &&
           (link_url_valid(g->conf->issuer) ||
            wrong(g->err, "issuer ska börja med https:// (http:// går bara till den egna datorn)",
                  "issuer must begin with https:// (http:// only to this machine)"));
}

static bool client(struct reading *g, uint32_t i)
{
    return text(g, i, &g->conf->client);
}

static bool scope(struct reading *g, uint32_t i)
{
    if (!text(g, i, &g->conf->scope))
        return false;
    struct str rest = g->conf->scope;
    for (struct str one; str_split(&rest, ' ', &one);)
        if (str_is(one, "openid"))
            return true;
    return wrong(g->err, "scope ska ha openid", "scope must have openid");
}

static bool auth(struct reading *g, uint32_t i)
{
    static const char *const names[] = {[CONF_KEY] = "private_key_jwt",
                                        [CONF_BASIC] = "client_secret_basic",
                                        [CONF_POST] = "client_secret_post"};
    struct str name;
    if (!text(g, i, &name))
        return false;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (str_is(name, names[k])) {
            g->conf->auth = (enum conf_auth)k;
            return true;
        }
    return wrong(g->err, "client_auth ska vara private_key_jwt, client_secret_basic eller client_secret_post",
                 "client_auth must be private_key_jwt, client_secret_basic or client_secret_post");
}

static bool key_file(struct reading *g, uint32_t i)
{
    return text(g, i, &g->conf->key_file);
}

static bool secret_file(struct reading *g, uint32_t i)
{
    return text(g, i, &g->conf->secret_file);
}

static bool ca_file(struct reading *g, uint32_t i)
{
    if (!text(g, i, &g->conf->ca_file))
        return false;
    return access(g->conf->ca_file.p, R_OK) == 0 ||
           wrong(g->err, "ca_file går inte att läsa", "ca_file cannot be read");
}

static bool name(struct reading *g, uint32_t i)
{
    static const char *const langs[] = {"sv", "en"};
    for (int k = 0; k < 2; k++) {
        struct str s;
        uint32_t at = g->doc->nodes[i].kind == JSON_OBJECT && g->doc->nodes[i].len == 2
                          ? json_get_key(g->doc, i, str_of(langs[k]))
                          : UINT32_MAX;
        if (at == UINT32_MAX)
            return wrong(g->err, "name ska vara {\"sv\": …, \"en\": …}",
                         "name must be {\"sv\": …, \"en\": …}");
        if (!text(g, at, &s))
            return false;
        g->conf->name[k] = s.p;
    }
    return true;
}

static bool levels(struct reading *g, uint32_t i)
{
    if (g->doc->nodes[i].kind != JSON_ARRAY || !g->doc->nodes[i].len || g->doc->nodes[i].len > OIDC_ACR_MAX)
        return wrong(g->err, "acr ska vara en lista med 1 till 8 tillitsnivåer",
                     "acr must be a list of 1 to 8 levels of assurance");
    JSON_EACH(g->doc, i, c)
    if (!text(g, c, &g->conf->acr[g->conf->acr_count++]))
        return false;
    return true;
}

static bool algs(struct reading *g, uint32_t i)
{
    static const struct {
        const char *name;
        enum jose_alg alg;
    } names[] = {{"RS256", JOSE_RS256}, {"RS384", JOSE_RS384}, {"ES256", JOSE_ES256}, {"ES384", JOSE_ES384}};
    bool ok = g->doc->nodes[i].kind == JSON_ARRAY && g->doc->nodes[i].len;
    g->conf->algs = 0;
    for (uint32_t c = i + 1; ok && c < g->doc->nodes[i].end; c = g->doc->nodes[c].end) {
        size_t k = 0;
        while (k < 4 && !str_is(json_text(g->doc, c), names[k].name))
            k++;
        ok = k < 4;
        if (ok)
            g->conf->algs |= (unsigned)names[k].alg;
    }
    return ok || wrong(g->err, "algs ska vara en lista av RS256, RS384, ES256 och ES384",
                       "algs must be a list of RS256, RS384, ES256 and ES384");
}

static bool claims(struct reading *g, uint32_t i)
{
    if (g->doc->nodes[i].kind != JSON_OBJECT)
        return wrong(g->err, "claims ska vara ett objekt", "claims must be an object");
    JSON_EACH(g->doc, i, c)
    {
        int k = 0;
        while (k < CONF_CLAIMS && !str_is(key_of(g->doc, c), claim_name[k]))
            k++;
        if (k == CONF_CLAIMS)
            return wrong_member(g, key_of(g->doc, c), "hör inte hemma i claims", "does not belong in claims");
        if (!text(g, c, &g->conf->claim[k]))
            return false;
    }
    return true;
}

static bool provision(struct reading *g, uint32_t i)
{
    g->conf->provision = g->doc->nodes[i].kind == JSON_TRUE;
    return g->conf->provision || g->doc->nodes[i].kind == JSON_FALSE ||
           wrong(g->err, "provision ska vara true eller false", "provision must be true or false");
}

static const struct {
    const char *name;
    bool (*read)(struct reading *g, uint32_t i);
    bool must;
} members[] = {
    {"issuer", issuer, true},
    {"client_id", client, true},
    {"client_auth", auth, true},
    {"client_key_file", key_file, false},
    {"client_secret_file", secret_file, false},
    {"name", name, true},
    {"acr", levels, true},
    {"scope", scope, false},
    {"algs", algs, false},
    {"claims", claims, false},
    {"ca_file", ca_file, false},
    {"provision", provision, false},
};
enum { MEMBERS = sizeof members / sizeof *members };

static bool read_members(struct reading *g)
{
    bool seen[MEMBERS] = {false};
    JSON_EACH(g->doc, 0, c)
    {
        size_t k = 0;
        while (k < MEMBERS && !str_is(key_of(g->doc, c), members[k].name))
            k++;
        if (k == MEMBERS)
            return wrong_member(g, str_sub(key_of(g->doc, c), 0, 40), "hör inte hit", "does not belong here");
        if (!members[k].read(g, c))
            return false;
        seen[k] = true;
    }
    for (size_t k = 0; k < MEMBERS; k++)
        if (members[k].must && !seen[k])
            return wrong_member(g, str_of(members[k].name), "saknas", "is missing");
    return true;
}

/* ---- the secret ---- */

/* What only its owner can read; the caller wipes and frees. */
static bool read_secret(struct str file, size_t max, char **data, size_t *n, struct err *err)
{
    struct stat st;
    if (!file.n)
        return wrong(err, "client_key_file eller client_secret_file saknas, efter vad client_auth är",
                     "client_key_file or client_secret_file is missing, by what client_auth is");
    if (stat(file.p, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set_str(err, ERR_IO, file, str_of(strerror(errno ? errno : EINVAL)));
    if (st.st_mode & 077)
        return wrong(err, "filen med hemligheten får bara kunna läsas av sin ägare (chmod 600)",
                     "the file with the secret must be readable by its owner alone (chmod 600)");
    return os_file_read(file.p, max, data, n) || err_set_str(err, ERR_IO, file, str_of(strerror(errno)));
}

static bool load_secret(struct conf *c, struct err *err)
{
    char *data = NULL;
    size_t n = 0;
    bool key = c->auth == CONF_KEY;
    if ((key ? c->secret_file : c->key_file).n)
        return wrong(err, "bara en av client_key_file och client_secret_file, den som client_auth behöver",
                     "only one of client_key_file and client_secret_file, the one client_auth needs");
    if (!read_secret(key ? c->key_file : c->secret_file, key ? JOSE_SET_MAX : CONF_SECRET_MAX, &data, &n,
                     err))
        return false;
    if (key) {
        c->keys = jose_keys_parse((struct str){data, n}, true, err);
        OPENSSL_cleanse(data, n);
        os_free(data);
        return c->keys != NULL;
    }
    c->secret = data;
    c->secret_n = n;
    while (c->secret_n && (data[c->secret_n - 1] == '\n' || data[c->secret_n - 1] == '\r'))
        c->secret_n--;
    return c->secret_n > 0 || wrong(err, "filen med hemligheten är tom", "the file with the secret is empty");
}

bool conf_read(const char *file, struct arena *arena, struct conf *out, struct err *err)
{
    struct json_doc doc;
    struct reading g = {out, arena, &doc, err};
    char *data = NULL;
    size_t n = 0;
    *out = (struct conf){.scope = STR("openid"), .algs = JOSE_RS256 | JOSE_RS384 | JOSE_ES256 | JOSE_ES384};
    for (int i = 0; i < CONF_CLAIMS; i++)
        out->claim[i] = str_of(claim_usual[i]);
    if (!os_file_read(file, CONF_FILE_MAX, &data, &n))
        return err_set(err, ERR_IO, file, strerror(errno), NULL);
    struct str source = arena_str(arena, (struct str){data, n});
    os_free(data);
    if (!json_parse(arena, source, NULL, &doc, err))
        return false;
    if (doc.nodes[0].kind != JSON_OBJECT)
        return wrong(err, "ett objekt krävs", "an object is needed");
    return read_members(&g) && load_secret(out, err);
}

void conf_release(struct conf *c)
{
    jose_keys_free(c->keys);
    if (c->secret)
        OPENSSL_cleanse(c->secret, c->secret_n);
    os_free(c->secret);
}
