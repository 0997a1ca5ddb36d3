/* SPDX-License-Identifier: Apache-2.0
 * The first person of a new region: nobody can log in before there is an assignment, and nobody can make one
 * before somebody has logged in. */
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/wiring.h"
#include "base/os.h"
#include "base/time.h"
#include "load/load.h"
#include "json/json.h"

enum { CMD_INIT_DAYS = 90, CMD_INIT_DAY_MS = 24 * 3600 * 1000, CMD_INIT_DATE = 10, CMD_INIT_NAME_MAX = 200 };

struct cmd_init_options {
    const char *data, *provider, *given, *family;
};

static const struct option cmd_init_longs[] = {
    {"data", required_argument, NULL, 'd'},  {"provider", required_argument, NULL, 'p'},
    {"given", required_argument, NULL, 'g'}, {"family", required_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
};

/* One resource a line. The analysis covers nobody but the administrator, and for a short time: the region's
 * own takes its place. Arguments: the provider's name; given name, family name; provider; from, from, until.
 */
#define CODES "https://helhet.example/fhir/CodeSystem/"
#define EXTENSION "https://helhet.example/fhir/StructureDefinition/"
static const char cmd_init_resources[] =
    "{\"resourceType\":\"Organization\",\"id\":\"provider\",\"active\":true,\"type\":[{\"coding\":[{"
    "\"system\":"
    "\"http://terminology.hl7.org/CodeSystem/organization-type\",\"code\":\"prov\"}]}],\"name\":%.*s}\n"
    "{\"resourceType\":\"Practitioner\",\"id\":\"administrator\",\"active\":true,\"name\":[{\"given\":[%.*s],"
    "\"family\":%.*s}]}\n"
    "{\"resourceType\":\"Library\",\"id\":\"first-analysis\",\"title\":\"Behovs- och riskanalys: den första "
    "systemadministratören\",\"status\":\"active\",\"type\":{\"coding\":[{\"system\":\"" CODES
    "library-type\",\"code\":\"needs-and-risk-analysis\"}]},\"publisher\":%.*s,\"useContext\":["
    "{\"code\":{\"system\":\"http://terminology.hl7.org/CodeSystem/usage-context-type\",\"code\":\"venue\"},"
    "\"valueReference\":{\"reference\":\"Organization/provider\"}},"
    "{\"code\":{\"system\":\"http://terminology.hl7.org/CodeSystem/usage-context-type\",\"code\":\"user\"},"
    "\"valueCodeableConcept\":{\"coding\":[{\"system\":\"" CODES "role\",\"code\":\"administrator\"}]}}],"
    "\"approvalDate\":\"%.10s\",\"effectivePeriod\":{\"start\":\"%.10s\",\"end\":\"%.10s\"}}\n"
    "{\"resourceType\":\"PractitionerRole\",\"id\":\"administrator\",\"extension\":[{\"url\":\"" EXTENSION
    "needs-and-risk-analysis\",\"valueReference\":{\"reference\":\"Library/"
    "first-analysis\"}},{\"url\":\"" EXTENSION
    "purpose\",\"valueCode\":\"administration\"}],\"active\":true,\"practitioner\":{\"reference\":"
    "\"Practitioner/administrator\"},\"organization\":{\"reference\":\"Organization/provider\"},\"code\":["
    "{\"coding\":[{\"system\":\"" CODES
    "role\",\"code\":\"administrator\"}],\"text\":\"Systemadministratör\"}]}\n";

static struct str cmd_init_quoted(struct arena *arena, const char *text)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, BUF_NO_MAX);
    json_out_init(&o, &b);
    json_out_cstr(&o, NULL, text);
    struct str s = arena_str(arena, buf_get(&b));
    buf_release(&b);
    return s;
}

static struct str cmd_init_text(const struct cmd_init_options *o, struct arena *arena)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    struct str provider = cmd_init_quoted(arena, o->provider), given = cmd_init_quoted(arena, o->given),
               family = cmd_init_quoted(arena, o->family);
    time_format(os_now_ms(), from);
    time_format(os_now_ms() + (int64_t)CMD_INIT_DAYS * CMD_INIT_DAY_MS, to);
    return arena_printf(arena, cmd_init_resources, STR_ARG(provider), STR_ARG(given), STR_ARG(family),
                        STR_ARG(provider), from, from, to);
}

/* Once: a second time would give somebody the first one's rights. */
static bool cmd_init_new(struct wiring *w, const char *data, struct arena *arena, struct err *err)
{
    struct store_version v;
    struct store_read *r = store_read_begin(w->store, err);
    if (!r)
        return false;
    enum store_found found =
        store_get(r, fhir_resource_find(STR("Practitioner")), STR("administrator"), arena, &v, err);
    store_read_end(r);
    return found == STORE_ABSENT || (found != STORE_FAILED && err_set(err, ERR_INIT_DONE, data, NULL));
}

static bool cmd_init_write(struct wiring *w, const struct cmd_init_options *o, struct arena *arena,
                           struct err *err)
{
    struct load_options opt = {
        .store = w->store, .search = w->search, .agent = STR("init"), .reason = STR("helhet init")};
    struct load_stats stats = {.in = 0};
    struct load *load = load_begin(&opt, err);
    if (!load)
        return false;
    load_text(load, "init", cmd_init_text(o, arena));
    return load_end(load, &stats, err) && (!stats.rejected || err_set(err, ERR_USAGE, o->provider, NULL));
}

static int cmd_init_parse(int argc, char **argv, struct cmd_init_options *o)
{
    for (int c; (c = getopt_long(argc, argv, "d:p:g:f:h", cmd_init_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_init);
        const char **to = c == 'd'   ? &o->data
                          : c == 'p' ? &o->provider
                          : c == 'g' ? &o->given
                          : c == 'f' ? &o->family
                                     : NULL;
        if (!to)
            return cmd_wrong(&cmd_init, "okänd flagga", "unknown option");
        *to = optarg;
        if (!*optarg || strlen(optarg) > CMD_INIT_NAME_MAX)
            return cmd_wrong(&cmd_init, "tomt eller för långt", "empty or too long");
    }
    if (!o->data || !o->provider || !o->given || !o->family || optind < argc)
        return cmd_wrong(&cmd_init, "ange --data, --provider, --given och --family",
                         "give --data, --provider, --given and --family");
    return -1;
}

static int cmd_init_run(int argc, char **argv)
{
    struct cmd_init_options o = {0};
    int code = cmd_init_parse(argc, argv, &o);
    if (code >= 0)
        return code;
    struct err err = {.code = ERR_OK};
    struct wiring w;
    struct arena arena;
    if (!wiring_open(&w, o.data, true, false, &err))
        return cmd_fail(&cmd_init, &err);
    arena_init(&arena);
    bool ok = cmd_init_new(&w, o.data, &arena, &err) && cmd_init_write(&w, &o, &arena, &err);
    wiring_close(&w);
    arena_release(&arena);
    if (!ok)
        return cmd_fail(&cmd_init, &err);
    printf("Vårdgivaren %s och dess första systemadministratör är skapade. Behovs- och riskanalysen för "
           "rollen gäller "
           "%d dagar; gör regionens egen innan dess.\nNu: helhet user add KONTO --person "
           "Practitioner/administrator "
           "--data %s\n"
           "The care provider %s and its first system administrator are made. The role's needs-and-risk "
           "analysis holds "
           "for %d days; make the region's own before that.\nNow: helhet user add ACCOUNT --person "
           "Practitioner/administrator --data %s\n",
           o.provider, CMD_INIT_DAYS, o.data, o.provider, CMD_INIT_DAYS, o.data);
    return CMD_OK;
}

const struct cmd cmd_init = {
    .name = "init",
    .run = cmd_init_run,
    .usage_sv = "init --data KATALOG --provider NAMN --given FÖRNAMN --family EFTERNAMN",
    .help_sv =
        "en ny region: vårdgivaren och dess första systemadministratör\n"
        "  --data KATALOG      lagret; skapas om det saknas, får redan ha uppgifter\n"
        "  --provider NAMN     vårdgivarens namn, till exempel 'Region Exempel'\n"
        "  --given FÖRNAMN     systemadministratörens förnamn\n"
        "  --family EFTERNAMN  och efternamn\n"
        "Därefter ger helhet user add personen ett konto, och i webben skapas enheter, uppdrag och konton.",
    .help_en = "a new region: the care provider and its first system administrator\n"
               "  --data DIR          the store; made when absent, may hold records already\n"
               "  --provider NAME     the care provider's name, such as 'Region Exempel'\n"
               "  --given NAME        the system administrator's given name\n"
               "  --family NAME       and family name\n"
               "Then helhet user add gives the person an account, and units, assignments and accounts are "
               "made in the "
               "browser.",
};
