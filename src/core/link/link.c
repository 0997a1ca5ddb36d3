/* SPDX-License-Identifier: Apache-2.0
 * One easy handle per request: what libcurl keeps between requests (connections, cookies, credentials) is not
 * kept here. */
#include "link/link.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/os.h"

struct link {
    char *ca_file; /* NULL: the system's */
    atomic_bool stopping;
};

struct asking {
    struct link *link;
    struct buf body;
    size_t heads;
    bool large;
    uint64_t deadline_ns;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void global_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct link *link_new(const char *ca_file, struct err *err)
{
    pthread_once(&once, global_init);
    struct link *l = os_alloc(sizeof *l);
    size_t n = ca_file ? strlen(ca_file) + 1 : 0;
    if (l) {
        *l = (struct link){.ca_file = n ? os_alloc(n) : NULL};
        atomic_init(&l->stopping, false);
    }
    if (!l || (n && !l->ca_file)) {
        os_free(l);
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    if (n)
        memcpy(l->ca_file, ca_file, n);
    return l;
}

void link_stop(struct link *l)
{
    atomic_store(&l->stopping, true);
}

void link_free(struct link *l)
{
    if (!l)
        return;
    os_free(l->ca_file);
    os_free(l);
}

/* "host:port" of an address, in its scheme's part. */
static struct str authority_of(struct str url)
{
    size_t from = str_find_str(url, STR("://"));
    if (from == SIZE_MAX)
        return (struct str){0};
    struct str rest = str_sub(url, from + 3, url.n);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    return str_sub(rest, 0, n);
}

static bool loopback(struct str authority)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(authority, str_of(names[i])) &&
            (authority.n == strlen(names[i]) || authority.p[strlen(names[i])] == ':'))
            return true;
    return false;
}

bool link_url_valid(struct str url)
{
    struct str authority = authority_of(url);
    if (!authority.n || url.n > LINK_URL_MAX)
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("#\\\"<>^`{|}", url.p[i]))
            return false;
    if (str_find(authority, '@', 0) != SIZE_MAX)
        return false;
    return str_starts(url, STR("https://")) || (str_starts(url, STR("http://")) && loopback(authority));
}

uint16_t link_port(struct str url)
{
    struct str authority = authority_of(url);
    uint64_t port = str_starts(url, STR("https://")) ? 443 : 80;
    size_t at = authority.n;
    if (!link_url_valid(url))
        return 0;
    while (at && authority.p[at - 1] >= '0' && authority.p[at - 1] <= '9')
        at--;
    if (!at || authority.p[at - 1] != ':')
        return (uint16_t)port;
    return str_u64(str_sub(authority, at, authority.n), UINT16_MAX, &port) ? (uint16_t)port : 0;
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
    struct asking *a = arg;
    size *= n;
    buf_add(&a->body, data, size);
    a->large = !buf_ok(&a->body);
    return a->large ? 0 : size;
}

static size_t take_head(char *data, size_t size, size_t n, void *arg)
{
    struct asking *a = arg;
    (void)data;
    a->heads += size * n;
    a->large = a->large || a->heads > LINK_HEADS_MAX;
    return a->large ? 0 : size * n;
}

/* Asked by libcurl about once a second, and at every piece that comes: nonzero ends it. */
static int watch(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    struct asking *a = arg;
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return atomic_load(&a->link->stopping) || os_mono_ns() > a->deadline_ns;
}

static void set_bounds(CURL *c, struct asking *a, struct str url)
{
    uint64_t now = os_mono_ns();
    long left_ms = a->deadline_ns > now ? (long)((a->deadline_ns - now) / 1000000) + 1 : 1;
    /* What is given as http is on the loopback (link_url_valid); nothing else is spoken. */
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, str_starts(url, STR("https:")) ? "https" : "http");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (a->link->ca_file) {
        curl_easy_setopt(c, CURLOPT_CAINFO, a->link->ca_file);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)LINK_CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, left_ms);
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, a);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "Helhet/" HELHET_VERSION);
}

static bool add_header(struct curl_slist **list, struct str line)
{
    struct curl_slist *more = line.p ? curl_slist_append(*list, line.p) : NULL;
    if (more)
        *list = more;
    return more != NULL;
}

/* The header lines and the body; false when memory ends. */
static bool set_what(CURL *c, const struct link_request *r, struct arena *arena, struct curl_slist **list)
{
    bool ok = add_header(list, arena_printf(arena, "Accept: %s", r->accept ? r->accept : "*/*")) &&
              add_header(list, STR("Expect:"));
    if (r->body.p) {
        ok = ok && add_header(list, arena_printf(arena, "Content-Type: %s", r->content_type));
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.p);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    }
    if (r->bearer.p)
        ok = ok && add_header(list, arena_printf(arena, "Authorization: Bearer %.*s", STR_ARG(r->bearer)));
    if (r->user.p) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(c, CURLOPT_USERNAME, arena_cstr(arena, r->user));
        curl_easy_setopt(c, CURLOPT_PASSWORD, arena_cstr(arena, r->password));
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, *list);
    return ok;
}

static struct str type_of(CURL *c, struct arena *arena)
{
    char *type = NULL;
    curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
    struct str s = str_of(type ? type : "");
    s = str_sub(s, 0, str_find(s, ';', 0));
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    char *copy = arena_cstr(arena, s);
    for (char *p = copy; p && *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy ? str_of(copy) : STR("");
}

static bool down(struct err *err, struct str url, const char *why)
{
    return err_set_str(err, ERR_LINK_DOWN, authority_of(url), str_of(why));
}

static bool perform(CURL *c, struct asking *a, const struct link_request *r, struct arena *arena,
                    struct link_answer *out, struct err *err)
{
    struct curl_slist *list = NULL;
    long status = 0;
    set_bounds(c, a, r->url);
    if (!set_what(c, r, arena, &list)) {
        curl_slist_free_all(list);
        return err_set(err, ERR_NO_MEMORY, NULL);
    }
    curl_easy_setopt(c, CURLOPT_URL, arena_cstr(arena, r->url));
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    if (a->large)
        return err_set_str(err, ERR_LINK_LARGE, authority_of(r->url), STR(""));
    if (code != CURLE_OK)
        return down(err, r->url,
                    code == CURLE_ABORTED_BY_CALLBACK ? "the time is over" : curl_easy_strerror(code));
    *out = (struct link_answer){.status = (int)status,
                                .type = type_of(c, arena),
                                .body = a->body.n ? arena_str(arena, buf_get(&a->body)) : STR("")};
    return out->body.p || err_set(err, ERR_NO_MEMORY, NULL);
}

bool link_ask(struct link *l, const struct link_request *r, struct arena *arena, struct link_answer *out,
              struct err *err)
{
    struct asking a = {.link = l, .deadline_ns = r->deadline_ns};
    if (!link_url_valid(r->url))
        return err_set_str(err, ERR_LINK_URL, r->url, STR(""));
    if (atomic_load(&l->stopping))
        return down(err, r->url, "stopping");
    CURL *c = curl_easy_init();
    if (!c)
        return err_set(err, ERR_NO_MEMORY, NULL);
    buf_init(&a.body, r->answer_max);
    bool ok = perform(c, &a, r, arena, out, err);
    buf_release(&a.body);
    curl_easy_cleanup(c);
    return ok;
}
