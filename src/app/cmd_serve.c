/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "access/access_view.h"
#include "anon/anon.h"
#include "api/api.h"
#include "api/readiness_ask.h"
#include "api/view_job.h"
#include "app/acted.h"
#include "app/cmd.h"
#include "app/serve_confine.h"
#include "app/told.h"
#include "app/wiring.h"
#include "audit/audit.h"
#include "audit/audit_spool.h"
#include "base/log.h"
#include "bulk/bulk.h"
#include "downtime/downtime.h"
#include "gate/gate.h"
#include "gate/gate_pace.h"
#include "jobs/jobs.h"
#include "readiness/readiness.h"
#include "results/results.h"
#include "search/own.h"

enum {
    CMD_SERVE_GRACE_MS = 10 * 1000,
    CMD_SERVE_PATH_MAX = 4096,
    CMD_SERVE_FRONT_MAX = 300,
    CMD_SERVE_KEEP_MAX = 100000,
    CMD_SERVE_SECONDS_MAX = 3600,
    CMD_SERVE_RESERVE_MAX_S = 86400,
    CMD_SERVE_TIMES_MS = 24 * 3600 * 1000
};

struct cmd_serve_options {
    const char *data, *listen, *web, *import_dir, *front, *oidc;
    bool open;             /* nobody logs in, everybody sees everything */
    struct oidc *provider; /* of the file oidc; NULL: none */
    int64_t idle_ms, absolute_ms;
    unsigned pace; /* requests a second of one session */
    enum log_level log;
    bool no_words;
    int64_t jobs_keep_ms;
    unsigned jobs;
    bool explain, audit;
    const char *audit_spare, *user, *reserve;
    struct paper_options pdf;
    struct paper *paper; /* opened before the process is confined */
    unsigned reserve_s, experiences_s;
    int64_t times_ms;    /* how often answer times are reported; 0: never */
    const char *release; /* what the region calls what runs here */
    struct search_budget budget;
};

static const struct option cmd_serve_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"listen", required_argument, NULL, 'l'},
    {"web", required_argument, NULL, 'w'},
    {"log", required_argument, NULL, 'g'},
    {"jobs", required_argument, NULL, 'j'},
    {"import-dir", required_argument, NULL, 'i'},
    {"jobs-keep", required_argument, NULL, 'k'},
    {"no-text-index", no_argument, NULL, 't'},
    {"explain", no_argument, NULL, 'x'},
    {"search-seconds", required_argument, NULL, 's'},
    {"audit", no_argument, NULL, 'a'},
    {"audit-spare", required_argument, NULL, 'A'},
    {"reserve", required_argument, NULL, 'r'},
    {"reserve-every", required_argument, NULL, 'E'},
    {"experiences-every", required_argument, NULL, 'X'},
    {"response-times", required_argument, NULL, 'T'},
    {"release", required_argument, NULL, 'V'},
    {"user", required_argument, NULL, 'u'},
    {"pdf", required_argument, NULL, 'p'},
    {"open", no_argument, NULL, 'o'},
    {"front", required_argument, NULL, 'f'},
    {"oidc", required_argument, NULL, 'O'},
    {"session-idle", required_argument, NULL, 'I'},
    {"session-max", required_argument, NULL, 'M'},
    {"session-rate", required_argument, NULL, 'R'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *name;
    enum log_level level;
} cmd_serve_levels[] = {{"debug", LOG_LEVEL_DEBUG},
                        {"info", LOG_LEVEL_INFO},
                        {"warn", LOG_LEVEL_WARN},
                        {"error", LOG_LEVEL_ERROR},
                        {"off", LOG_LEVEL_OFF}};

static bool cmd_serve_level(const char *name, enum log_level *out)
{
    for (size_t i = 0; i < sizeof cmd_serve_levels / sizeof *cmd_serve_levels; i++)
        if (strcmp(cmd_serve_levels[i].name, name) == 0) {
            *out = cmd_serve_levels[i].level;
            return true;
        }
    return false;
}

/* "24h", "30m", "45s" in milliseconds. */
static bool cmd_serve_time(const char *text, int64_t *ms)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60 * 1000}, {'h', 3600 * 1000}};
    struct str s = str_of(text);
    int64_t unit = 0;
    uint64_t n;
    for (size_t i = 0; s.n && i < sizeof units / sizeof *units; i++)
        if (s.p[s.n - 1] == units[i].letter) {
            unit = units[i].ms;
            s.n--;
            break;
        }
    if (!unit || !str_u64(s, CMD_SERVE_KEEP_MAX, &n) || n == 0)
        return false;
    *ms = (int64_t)n * unit;
    return true;
}

static bool cmd_serve_count(const char *text, unsigned max, unsigned *out)
{
    uint64_t n;
    bool ok = str_u64(str_of(text), max, &n) && n > 0;
    *out = ok ? (unsigned)n : *out;
    return ok;
}

/* The options of long work: -1 taken, else the exit code. */
static int cmd_serve_parse_jobs(int c, struct cmd_serve_options *o)
{
    if (c == 'i')
        o->import_dir = optarg;
    if (c == 'j' && !cmd_serve_count(optarg, JOBS_THREADS_MAX, &o->jobs))
        return cmd_wrong(&cmd_serve, "--jobs ska vara 1 till 16", "--jobs must be 1 to 16");
    if (c == 'k' && !cmd_serve_time(optarg, &o->jobs_keep_ms))
        return cmd_wrong(&cmd_serve, "--jobs-keep ska vara en tid som 24h, 30m eller 45s",
                         "--jobs-keep must be a time such as 24h, 30m or 45s");
    return -1;
}

static int cmd_serve_pace(unsigned *out)
{
    uint64_t n;
    if (!str_u64(str_of(optarg), GATE_PACE_RATE_MAX, &n))
        return cmd_wrong(&cmd_serve, "--session-rate ska vara ett heltal, 0 till 100000",
                         "--session-rate must be a whole number, 0 to 100000");
    *out = (unsigned)n;
    return -1;
}

/* The options of the reserve copy: -1 taken, else the exit code. */
static int cmd_serve_parse_reserve(int c, struct cmd_serve_options *o)
{
    uint64_t n;
    if (c == 'r') {
        o->reserve = optarg;
        return -1;
    }
    if (c == 'X')
        return cmd_serve_count(optarg, CMD_SERVE_RESERVE_MAX_S, &o->experiences_s)
                   ? -1
                   : cmd_wrong(&cmd_serve, "--experiences-every ska vara sekunder, 1 till 86400",
                               "--experiences-every must be seconds, 1 to 86400");
    if (!str_u64(str_of(optarg), CMD_SERVE_RESERVE_MAX_S, &n) || n < DOWNTIME_EVERY_MIN_S)
        return cmd_wrong(&cmd_serve, "--reserve-every ska vara sekunder, 5 till 86400",
                         "--reserve-every must be seconds, 5 to 86400");
    o->reserve_s = (unsigned)n;
    return -1;
}

/* The options of what the service reports of itself: -1 taken, else the exit code. */
static int cmd_serve_parse_own(int c, struct cmd_serve_options *o)
{
    if (c == 'V') {
        o->release = optarg;
        return *optarg ? -1
                       : cmd_wrong(&cmd_serve, "--release ska ha ett namn", "--release must have a name");
    }
    if (strcmp(optarg, "off") == 0)
        o->times_ms = 0;
    else if (!cmd_serve_time(optarg, &o->times_ms))
        return cmd_wrong(&cmd_serve, "--response-times ska vara en tid som 24h, 30m eller 45s, eller off",
                         "--response-times must be a time such as 24h, 30m or 45s, or off");
    return -1;
}

/* The options of who may come in, and of what runs as whom: -1 taken, else the exit code. */
static int cmd_serve_parse_access(int c, struct cmd_serve_options *o)
{
    if (c == 'f')
        o->front = optarg;
    else if (c == 'O')
        o->oidc = optarg;
    else if (c == 'o')
        o->open = true;
    else if (c == 'u')
        o->user = optarg;
    else if (c == 'p')
        o->pdf.program = optarg;
    else if (c == 'R')
        return cmd_serve_pace(&o->pace);
    else if (!cmd_serve_time(optarg, c == 'I' ? &o->idle_ms : &o->absolute_ms))
        return cmd_wrong(&cmd_serve,
                         "--session-idle och --session-max ska vara en tid som 12h, 30m eller 45s",
                         "--session-idle and --session-max must be a time such as 12h, 30m or 45s");
    return -1;
}

/* Those that have functions of their own: -1 taken, else the exit code. */
static int cmd_serve_parse_group(int c, struct cmd_serve_options *o)
{
    static const struct {
        const char *letters;
        int (*parse)(int c, struct cmd_serve_options *o);
    } groups[] = {{"ijk", cmd_serve_parse_jobs},
                  {"rEX", cmd_serve_parse_reserve},
                  {"TV", cmd_serve_parse_own},
                  {"oufOIMRp", cmd_serve_parse_access}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strchr(groups[i].letters, c))
            return groups[i].parse(c, o);
    return cmd_wrong(&cmd_serve, "okänd flagga", "unknown option");
}

/* -1 to go on, else the exit code. */
static int cmd_serve_parse(int argc, char **argv, struct cmd_serve_options *o)
{
    for (int c; (c = getopt_long(argc, argv, "d:l:w:h", cmd_serve_longs, NULL)) != -1;) {
        switch (c) {
        case 'd':
            o->data = optarg;
            break;
        case 'l':
            o->listen = optarg;
            break;
        case 'w':
            o->web = optarg;
            break;
        case 't':
            o->no_words = true;
            break;
        case 'g':
            if (!cmd_serve_level(optarg, &o->log))
                return cmd_wrong(&cmd_serve, "--log ska vara debug, info, warn, error eller off",
                                 "--log must be debug, info, warn, error or off");
            break;
        case 'x':
            o->explain = true;
            break;
        case 'A':
            o->audit_spare = optarg; /* fall through */
        case 'a':
            o->audit = true;
            break;
        case 's':
            if (!str_u64(str_of(optarg), CMD_SERVE_SECONDS_MAX, &o->budget.ms))
                return cmd_wrong(&cmd_serve, "--search-seconds ska vara ett heltal",
                                 "--search-seconds must be a whole number");
            o->budget.ms *= 1000;
            break;
        case 'h':
            return cmd_help(&cmd_serve);
        default:
            if ((c = cmd_serve_parse_group(c, o)) >= 0)
                return c;
        }
    }
    if (!o->data)
        return cmd_wrong(&cmd_serve, "--data KATALOG saknas", "--data DIR is missing");
    if (o->open && o->oidc)
        return cmd_wrong(&cmd_serve, "--open och --oidc går inte ihop",
                         "--open and --oidc do not go together");
    return optind < argc ? cmd_wrong(&cmd_serve, "för många argument", "too many arguments") : -1;
}

/* The browser part lies beside the program: build/web for build/release/helhet. NULL when it is not built. */
static const char *cmd_serve_web(char *path)
{
    char exe[CMD_SERVE_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return NULL;
    for (int up = 0; up < 2 && n > 0; up++)
        while (n > 0 && exe[--n] != '/')
            ;
    snprintf(path, CMD_SERVE_PATH_MAX, "%.*s/web/index.html", (int)n, exe);
    if (access(path, R_OK) != 0)
        return NULL;
    path[strlen(path) - sizeof "/index.html" + 1] = 0;
    return path;
}

/* Who can log in: nobody before there is an account. An account that cannot be listed is the gate's error to
 * tell. */
static void cmd_serve_accounts(struct identity *identity, const char *data)
{
    struct arena arena;
    struct identity_account *list;
    struct err err;
    size_t count = 0;
    arena_init(&arena);
    if (!identity)
        printf("Utan inloggning (--open): alla som når adressen ser och ändrar allt. Inga riktiga patienter "
               "här.\n"
               "No login (--open): whoever reaches the address sees and changes everything. No real patients "
               "here.\n");
    else if (identity_list(identity, &arena, &list, &count, &err) && count == 0)
        printf("Ingen kan logga in ännu: helhet init, och sedan helhet user add (--data %s)\n"
               "Nobody can log in yet: helhet init, and then helhet user add (--data %s)\n",
               data, data);
    fflush(stdout);
    arena_release(&arena);
}

static void cmd_serve_welcome(struct str address, bool web)
{
    bool unix_socket = str_starts(address, STR("unix:"));
    const char *scheme = unix_socket ? "" : "http://";
    printf("Helhet svarar på %s%.*s%s (FHIR under /fhir). Stoppa med Ctrl-C.\n", scheme, STR_ARG(address),
           unix_socket ? "" : "/");
    printf("Helhet answers at %s%.*s%s (FHIR under /fhir). Stop with Ctrl-C.\n", scheme, STR_ARG(address),
           unix_socket ? "" : "/");
    if (!web)
        printf("Webbdelen är inte byggd (make web); bara FHIR svarar.\n"
               "The browser part is not built (make web); only FHIR answers.\n");
    fflush(stdout);
}

/* Waits for ^C or SIGTERM, which every thread has blocked; then lets a second one end the process at once. */
static void cmd_serve_wait(const sigset_t *stop)
{
    int signal_number = 0;
    sigwait(stop, &signal_number);
    pthread_sigmask(SIG_UNBLOCK, stop, NULL);
    printf("Stänger; pågående begäranden får bli klara.\nStopping; requests in flight may finish.\n");
    fflush(stdout);
}

/* Answers until stopped, through the gate. */
static bool cmd_serve_through(struct gate *gate, struct wiring *w, struct api *api, bool web,
                              const struct downtime_options *reserve, const struct cmd_serve_options *o,
                              const sigset_t *stop, struct err *err)
{
    struct http_options http_opt = {
        .listen = o->listen,
        .body_max = API_BODY_MAX,
        .forwarded = o->front != NULL,
        .handler = gate_handle,
        .refused = gate_refuse,
        .uploads = gate_upload,
        .rested = gate_rested,
        .arg = gate,
    };
    struct http_server *server = http_start(&http_opt, err);
    if (server && !own_index_start(w->search, 0, err)) {
        http_stop(server, 0);
        server = NULL;
    }
    struct downtime *copies = NULL;
    bool ok = server && (!o->reserve || (copies = downtime_start(reserve, err)));
    if (ok) {
        api_served_by(api, server);
        cmd_serve_welcome(http_address(server), web);
        cmd_serve_wait(stop);
        paper_stop(o->paper); /* who waits for a PDF is told so, rather than waited for */
        downtime_stop(copies);
    }
    if (server) {
        http_stop(server, CMD_SERVE_GRACE_MS);
        own_index_stop(w->search);
    }
    return ok;
}

static int64_t cmd_serve_last_login(void *identity, struct str person)
{
    return identity_last_login(identity, person);
}

static bool cmd_serve_opens(void *identity, struct str person)
{
    return identity_opens(identity, person);
}

static bool cmd_serve_with_gate(struct wiring *w, struct api *api, struct access *access, struct audit *audit,
                                bool web, const struct cmd_serve_options *o, const sigset_t *stop,
                                struct err *err)
{
    struct downtime_options reserve = {.dir = o->reserve,
                                       .every_s = o->reserve_s,
                                       .store = w->store,
                                       .search = w->search,
                                       .access = access,
                                       .audit = audit};
    struct identity_options identity_opt = {.dir = o->data,
                                            .create = true,
                                            .sessions = true,
                                            .idle_ms = o->idle_ms,
                                            .absolute_ms = o->absolute_ms};
    struct identity *identity = o->open ? NULL : identity_open(&identity_opt, err);
    struct smart *smart = identity ? smart_open(o->data, true, err) : NULL;
    struct anon_options anon_opt = {
        .store = w->store, .search = w->search, .dir = o->data, .every_s = o->experiences_s};
    struct anon *anon = anon_start(&anon_opt, err);
    struct desk *desk = anon ? desk_open(o->data, err) : NULL;
    struct me_options me_opt = {.api = api, .store = w->store, .desk = desk, .access = access};
    struct me *me = desk ? me_new(&me_opt, err) : NULL;
    struct gate_options opt = {.api = api,
                               .me = me,
                               .store = w->store,
                               .search = w->search,
                               .oidc = o->provider,
                               .identity = identity,
                               .smart = smart,
                               .front = o->front,
                               .pace = o->pace,
                               .anon = anon,
                               .audit = audit};
    cmd_serve_accounts(identity, o->data);
    if (identity) {
        api_logins_by(api, cmd_serve_last_login, identity);
        api_accounts_by(api, cmd_serve_opens, identity);
    }
    bool ready = me && ((smart && (!o->provider || oidc_open(o->provider, o->data, err))) || o->open);
    struct gate *gate = ready ? gate_new(&opt, err) : NULL;
    bool ok = gate && cmd_serve_through(gate, w, api, web, &reserve, o, stop, err);
    desk_close(desk);
    me_free(me);
    gate_free(gate);
    anon_stop(anon);
    smart_close(smart);
    identity_close(identity);
    return ok;
}

/* The verdicts' follower. Without a log nobody is known to have logged in. */
static bool cmd_serve_measuring(struct wiring *w, struct api *api, struct access *access, struct audit *audit,
                                const struct cmd_serve_options *o, const sigset_t *stop, struct err *err)
{
    struct acted *acted = audit ? acted_open(audit, err) : NULL;
    struct readiness_options opt = {.store = w->store,
                                    .search = w->search,
                                    .dir = o->data,
                                    .login = acted ? acted_last : NULL,
                                    .acted = acted ? acted_since : NULL,
                                    .arg = acted,
                                    .api = api,
                                    .times_ms = o->times_ms,
                                    .web = o->web,
                                    .release = o->release};
    struct readiness *readiness = acted || !audit ? readiness_start(&opt, err) : NULL;
    if (readiness)
        api_readiness_by(api, readiness_answer, readiness);
    bool ok = readiness && cmd_serve_with_gate(w, api, access, audit, o->web != NULL, o, stop, err);
    api_wait(api); /* a checkpoint may still be being frozen */
    readiness_stop(readiness);
    acted_close(acted);
    return ok;
}

static bool cmd_serve_until_stopped(struct wiring *w, struct jobs *jobs, struct access *access,
                                    const struct cmd_serve_options *o, struct audit *audit,
                                    const sigset_t *stop, struct err *err)
{
    char base[CMD_SERVE_FRONT_MAX + sizeof "/fhir"];
    struct api_options api_opt = {.web_dir = o->web,
                                  .jobs = jobs,
                                  .import_dir = o->import_dir,
                                  .explain = o->explain,
                                  .terms = w->terms,
                                  .access = access,
                                  .paper = o->paper,
                                  .audit = audit};
    if (o->front) {
        snprintf(base, sizeof base, "%.*s/fhir", CMD_SERVE_FRONT_MAX, o->front);
        api_opt.base_url = base;
    }
    search_set_budget(w->search, o->budget);
    struct api *api = api_new(w->store, w->search, &api_opt, err);
    struct results *results = api ? results_start(w->store, w->search, err) : NULL;
    bool ok = results && cmd_serve_measuring(w, api, access, audit, o, stop, err);
    results_stop(results);
    api_free(api);
    return ok;
}

/* With the audit log, when one is asked for; whoever is known by name is logged. */
static bool cmd_serve_with_audit(struct wiring *w, struct jobs *jobs, struct access *access,
                                 const struct cmd_serve_options *o, const sigset_t *stop, struct err *err)
{
    struct audit_options opt = {.dir = o->data, .spare = o->audit_spare, .index = true};
    bool wanted = o->audit || !o->open;
    struct audit *audit = wanted ? audit_open(&opt, err) : NULL;
    bool noted = !wanted || !o->audit_spare || (audit && told_spare_note(o->data, o->audit_spare, err));
    struct audit_spool *spool = audit && noted ? audit_spool_start(audit, o->data, err) : NULL;
    bool ok = (spool || !wanted) && cmd_serve_until_stopped(w, jobs, access, o, audit, stop, err);
    audit_spool_stop(spool);
    audit_close(audit);
    return ok;
}

/* With the kinds of long work there are; jobs that were cut off go on before anybody has asked. */
static bool cmd_serve_with_jobs(struct wiring *w, const struct cmd_serve_options *o, const sigset_t *stop,
                                struct err *err)
{
    char dir[CMD_SERVE_PATH_MAX];
    struct access *access = o->open ? NULL : access_new(w->store, err);
    struct bulk bulk = {.store = w->store, .search = w->search, .access = access};
    struct job_kind export = bulk_export(&bulk), import = bulk_import(&bulk);
    struct view_job views = {.store = w->store, .terms = w->terms, .access = access};
    struct job_kind view_export = view_job_kind(&views);
    const struct job_kind *const kinds[] = {&export, &import, &view_export};
    struct jobs_options opt = {
        .dir = dir,
        .kinds = kinds,
        .kind_count = sizeof kinds / sizeof *kinds,
        .threads = o->jobs,
        .keep_ms = o->jobs_keep_ms,
    };
    snprintf(dir, sizeof dir, "%.*s/jobs", CMD_SERVE_PATH_MAX - 100, o->data);
    struct jobs *jobs = access || o->open ? jobs_open(&opt, err) : NULL;
    bool ok = jobs && cmd_serve_with_audit(w, jobs, access, o, stop, err);
    jobs_close(jobs);
    access_free(access);
    return ok;
}

static int cmd_serve_run(int argc, char **argv)
{
    /* A person at a terminal wants the address to stay in sight; a collector wants every line. */
    struct cmd_serve_options o = {.listen = "127.0.0.1:8080",
                                  .budget = {SEARCH_BUDGET_MS, SEARCH_WORK_MAX},
                                  .pace = GATE_PACE_RATE,
                                  .times_ms = CMD_SERVE_TIMES_MS,
                                  .release = HELHET_VERSION,
                                  .log = isatty(STDERR_FILENO) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO};
    int code = cmd_serve_parse(argc, argv, &o);
    if (code >= 0)
        return code;
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, NULL); /* before any thread is made: only sigwait meets them */
    signal(SIGPIPE, SIG_IGN);
    char web[CMD_SERVE_PATH_MAX + sizeof "/web/index.html"];
    o.web = o.web ? o.web : cmd_serve_web(web);
    struct serve_needs needs = {.data = o.data,
                                .listen = o.listen,
                                .user = o.user,
                                .web = o.web,
                                .import_dir = o.import_dir,
                                .audit_spare = o.audit_spare,
                                .reserve = o.reserve,
                                .paper_opt = &o.pdf,
                                .paper = &o.paper};
    struct confine_done confined;
    struct err err;
    struct wiring w;
    if (o.oidc && !(o.provider = oidc_new(o.oidc, &err)))
        return cmd_fail(&cmd_serve, &err);
    needs.oidc = o.provider;
    if (!serve_confine(&needs, &confined, &err)) {
        oidc_close(o.provider);
        paper_close(o.paper);
        return cmd_fail(&cmd_serve, &err);
    }
    log_open(o.log, STDERR_FILENO);
    serve_confined(&confined);
    bool ok = wiring_open(&w, o.data, true, false, &err);
    if (ok) {
        ok = paper_start(o.paper, &err) && (o.no_words || wiring_words(&w, o.data, &err)) &&
             cmd_serve_with_jobs(&w, &o, &stop, &err);
        wiring_close(&w);
    }
    paper_close(o.paper);
    oidc_close(o.provider);
    log_close();
    return ok ? CMD_OK : cmd_fail(&cmd_serve, &err);
}

const struct cmd cmd_serve = {
    .name = "serve",
    .run = cmd_serve_run,
    .usage_sv = "serve --data KATALOG [--listen ADRESS:PORT] [--web KATALOG] [--log NIVÅ] [--jobs ANTAL] "
                "[--jobs-keep TID] [--import-dir KATALOG] [--no-text-index] [--explain] [--search-seconds N] "
                "[--audit-spare KATALOG] [--reserve KATALOG] [--reserve-every SEKUNDER] [--experiences-every "
                "SEKUNDER] [--response-times TID] [--release NAMN] [--open] [--audit] "
                "[--front URL] [--oidc FIL] [--session-idle TID] "
                "[--session-rate N] "
                "[--session-max TID]",
    .help_sv =
        "svarar på FHIR och webben\n"
        "  --data KATALOG         lagret; skapas om det saknas\n"
        "  --listen ADRESS:PORT   annars 127.0.0.1:8080; [::1]:PORT och unix:/sökväg går också, bara "
        "den egna\n"
        "                         datorn, framför står en webbserver (deploy/); port 0 väljer en ledig\n"
        "  --user NAMN            startad som root: den användare tjänsten blir, annars den som äger "
        "lagret;\n"
        "                         processen får bara läsa och skriva det den behöver (Landlock, seccomp)\n"
        "  --pdf PROGRAM          en Python 3 med weasyprint, som gör PDF av rapporter: annars "
        "/usr/bin/python3\n"
        "  --web KATALOG          den byggda webbdelen (annars web bredvid programmet)\n"
        "  --log NIVÅ             debug, info, warn, error eller off; en rad JSON per händelse, inga "
        "personuppgifter\n"
        "  --jobs ANTAL           långa jobb ($export med flera) som pågår samtidigt, annars 2\n"
        "  --jobs-keep TID        så länge finns ett färdigt jobbs filer kvar: 24h (annars), 30m, 45s\n"
        "  --import-dir KATALOG   katalog vars filer $import får läsa (file:); annars bara uppladdade\n"
        "  --explain              svara på _explain=true (hur en sökning görs): för administratörer\n"
        "  --search-seconds N     längsta tid för en sökning, annars 10; 0: ingen gräns\n"
        "  --open                 utan inloggning: alla som når adressen ser och ändrar allt; för prov med\n"
        "                         påhittade uppgifter. Annars loggar alla in (helhet user), ser vad de får, "
        "och\n"
        "                         varje åtkomst och avvisning skrivs i lagrets audit/ innan svaret lämnas\n"
        "  --oidc FIL             inloggning också genom en yttre leverantör med SITHS/HSA-uppgifter (OpenID "
        "Connect);\n"
        "                         filen beskrivs i src/core/oidc/README.md\n"
        "  --front URL            adressen som webbläsare ser, när en egen webbserver med TLS står framför:\n"
        "                         dess X-Forwarded-For gäller, och kakor sätts bara över TLS\n"
        "  --session-idle TID     så länge får en session vila innan lösenordet krävs igen: annars 30m\n"
        "  --session-max TID      så länge gäller en inloggning som längst: annars 12h\n"
        "  --session-rate N       begäranden i sekunden av en session i längden, annars 200; 0: ingen gräns\n"
        "  --no-text-index        inget textindex (words.db i lagret): _text, _content och :text avvisas\n"
        "  --audit                åtkomstloggen även med --open\n"
        "  --audit-spare KATALOG  dit loggen skrivs när lagret inte går att skriva\n"
        "  --reserve KATALOG      reservkopia: en HTML-sida per enhet med inskrivna patienter (läkemedel, "
        "överkänslighet,\n"
        "                         provsvar 72 timmar, plan), läsbar utan tjänsten\n"
        "  --reserve-every SEK    så ofta skrivs den, annars 300\n"
        "  --experiences-every SEK  så ofta förs erfarenheter utan avsändare in tillsammans, annars 3600\n"
        "  --response-times TID   så ofta skriver tjänsten sina svarstider (95:e percentilen) som en "
        "MeasureReport\n"
        "                         åt avstämningarnas kriterium E5, medan någon är öppen: annars 24h; off: "
        "aldrig\n"
        "  --release NAMN         vad den release som körs heter i avstämningarna, annars Helhets version\n"
        "Ctrl-C eller SIGTERM stänger: pågående begäranden får bli klara.",
    .help_en =
        "answers FHIR and the browser\n"
        "  --data DIR             the store; made when absent\n"
        "  --listen ADDRESS:PORT  else 127.0.0.1:8080; [::1]:PORT and unix:/path work too, this "
        "machine only\n"
        "                         with a web server in front (deploy/); port 0 picks a free one\n"
        "  --user NAME            started as root: the user the service becomes, else whoever owns the "
        "store;\n"
        "                         the process may only read and write what it needs (Landlock, seccomp)\n"
        "  --pdf PROGRAM          a Python 3 with weasyprint, which makes PDFs of reports: else "
        "/usr/bin/python3\n"
        "  --web DIR              the built browser part (else web beside the program)\n"
        "  --log LEVEL            debug, info, warn, error or off; one line of JSON an event, no "
        "personal data\n"
        "  --jobs NUMBER          long jobs ($export and others) running at once, else 2\n"
        "  --jobs-keep TIME       how long a finished job's files are kept: 24h (else), 30m, 45s\n"
        "  --import-dir DIR       folder whose files $import may read (file:); else only uploaded ones\n"
        "  --explain              answer _explain=true (how a search is done): for administrators\n"
        "  --search-seconds N     the longest a search may take, else 10; 0: no bound\n"
        "  --open                 no login: whoever reaches the address sees and changes everything; for "
        "trials\n"
        "                         with made-up data. Else all log in (helhet user), see what they may, and\n"
        "                         each access and refusal is written to the store's audit/ before its answer "
        "leaves\n"
        "  --oidc FILE            login through an outside provider with SITHS/HSA claims too (OpenID "
        "Connect);\n"
        "                         the file is described in src/core/oidc/README.md\n"
        "  --front URL            the address browsers see, when a web server of yours with TLS stands in "
        "front:\n"
        "                         its X-Forwarded-For counts, and cookies are set over TLS only\n"
        "  --session-idle TIME    how long a session may rest before the password is asked again: else 30m\n"
        "  --session-max TIME     how long a login lasts at most: else 12h\n"
        "  --session-rate N       requests a second of one session in the long run, else 200; 0: no limit\n"
        "  --no-text-index        no text index (words.db in the store): _text, _content and :text are "
        "refused\n"
        "  --audit                the audit log with --open too\n"
        "  --audit-spare DIR      where the log goes when the store cannot be written\n"
        "  --reserve DIR          reserve copy: a page of HTML for each unit that has patients in its care "
        "(medication,\n"
        "                         allergies, results of 72 hours, plan), readable without the service\n"
        "  --reserve-every SEC    how often it is written, else 300\n"
        "  --experiences-every SEC  how often experiences without author are entered together, else 3600\n"
        "  --response-times TIME  how often the service writes its answer times (95th percentile) as a "
        "MeasureReport\n"
        "                         for criterion E5 of the checkpoints, while one is open: else 24h; off: "
        "never\n"
        "  --release NAME         what checkpoints call the release that runs, else Helhet's version\n"
        "Ctrl-C or SIGTERM stops: requests in flight may finish.",
};
