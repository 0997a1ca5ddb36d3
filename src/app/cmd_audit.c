/* SPDX-License-Identifier: Apache-2.0
 * audit: looking in the log, proving it, extracts, random samples for review, and pruning. */
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "app/cmd.h"
#include "app/told.h"
#include "audit/audit_index.h"
#include "audit/audit_prune.h"
#include "audit/audit_spool.h"
#include "audit/audit_verify.h"
#include "base/hash.h"
#include "base/os.h"
#include "base/time.h"
#include "json/json.h"

enum {
    CMD_AUDIT_SHARE_MAX = 100,
    CMD_AUDIT_SHOW = 50,
    CMD_AUDIT_PAGE = 1000,
    CMD_AUDIT_LOOKS = 20,
    CMD_AUDIT_LOOK_NS = 100000000
};

struct cmd_audit_asked {
    const char *data, *spare, *by, *outcome, *note, *expect, *flag;
    struct audit_query q;
    int64_t before_ms; /* prune */
    uint64_t limit, share, seed;
    bool json;
};

/* One way of using the command. */
struct cmd_audit_verb {
    const char *name;
    int (*run)(const struct cmd_audit_asked *o);
};

/* ---- options ---- */

enum { CMD_AUDIT_FROM = 256, CMD_AUDIT_TO, CMD_AUDIT_BEFORE };

static const struct option cmd_audit_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"spare", required_argument, NULL, 's'},
    {"patient", required_argument, NULL, 'p'},
    {"user", required_argument, NULL, 'u'},
    {"account", required_argument, NULL, 'a'},
    {"unit", required_argument, NULL, 'e'},
    {"from", required_argument, NULL, CMD_AUDIT_FROM},
    {"to", required_argument, NULL, CMD_AUDIT_TO},
    {"since", required_argument, NULL, CMD_AUDIT_FROM},
    {"until", required_argument, NULL, CMD_AUDIT_TO},
    {"before", required_argument, NULL, CMD_AUDIT_BEFORE},
    {"flag", required_argument, NULL, 'f'},
    {"limit", required_argument, NULL, 'l'},
    {"share", required_argument, NULL, 'h'},
    {"seed", required_argument, NULL, 'r'},
    {"seq", required_argument, NULL, 'n'},
    {"outcome", required_argument, NULL, 'o'},
    {"note", required_argument, NULL, 't'},
    {"by", required_argument, NULL, 'b'},
    {"expect", required_argument, NULL, 'x'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, '?' + 256},
    {NULL, 0, NULL, 0},
};

static bool cmd_audit_time(const char *text, int64_t *out, bool end)
{
    struct time_value v;
    if (!time_parse(str_of(text), true, &v))
        return false;
    struct time_span span = time_span(&v, 0);
    *out = end ? span.high_ms : span.low_ms;
    return true;
}

/* Where a text option goes; NULL when c is none. */
static const char **cmd_audit_text(struct cmd_audit_asked *o, int c)
{
    switch (c) {
    case 'd':
        return &o->data;
    case 's':
        return &o->spare;
    case 'o':
        return &o->outcome;
    case 't':
        return &o->note;
    case 'b':
        return &o->by;
    case 'x':
        return &o->expect;
    case 'f':
        return &o->flag;
    default:
        return NULL;
    }
}

static struct str *cmd_audit_word(struct cmd_audit_asked *o, int c)
{
    switch (c) {
    case 'p':
        return &o->q.patient;
    case 'u':
        return &o->q.user;
    case 'a':
        return &o->q.account;
    case 'e':
        return &o->q.unit;
    default:
        return NULL;
    }
}

/* Takes one option with a number or a time; false when it is none, or wrong. */
static bool cmd_audit_number(struct cmd_audit_asked *o, int c)
{
    switch (c) {
    case CMD_AUDIT_FROM:
        return cmd_audit_time(optarg, &o->q.low_ms, false);
    case CMD_AUDIT_TO:
        return cmd_audit_time(optarg, &o->q.high_ms, true);
    case CMD_AUDIT_BEFORE:
        return cmd_audit_time(optarg, &o->before_ms, false);
    case 'l':
        return str_u64(str_of(optarg), UINT32_MAX, &o->limit) && o->limit;
    case 'h':
        return str_u64(str_of(optarg), CMD_AUDIT_SHARE_MAX, &o->share) && o->share;
    case 'r':
        return str_u64(str_of(optarg), UINT64_MAX, &o->seed);
    case 'n':
        return str_u64(str_of(optarg), INT64_MAX, &o->q.seq) && o->q.seq;
    case 'j':
        return o->json = true;
    default:
        return false;
    }
}

/* -1 to go on, else the exit code. */
static int cmd_audit_parse(int argc, char **argv, struct cmd_audit_asked *o)
{
    for (int c; (c = getopt_long(argc, argv, "d:", cmd_audit_longs, NULL)) != -1;) {
        const char **text = cmd_audit_text(o, c);
        struct str *word = cmd_audit_word(o, c);
        if (c == '?' + 256)
            return cmd_help(&cmd_audit);
        if (text)
            *text = optarg;
        else if (word)
            *word = str_of(optarg);
        else if (c == '?')
            return cmd_wrong(&cmd_audit, "okänd flagga", "unknown option");
        else if (!cmd_audit_number(o, c))
            return cmd_wrong(&cmd_audit, "ett tal eller en tid är fel skriven",
                             "a number or a time is written wrongly");
    }
    if (str_starts(o->q.patient, STR("Patient/")))
        o->q.patient = str_sub(o->q.patient, 8, o->q.patient.n);
    if (!o->data)
        return cmd_wrong(&cmd_audit, "--data KATALOG saknas", "--data DIR is missing");
    return optind < argc ? cmd_wrong(&cmd_audit, "för många argument", "too many arguments") : -1;
}

/* ---- looking ---- */

typedef bool cmd_audit_each(void *arg, const struct audit_found *f, struct err *err);

/* Every record of a search, newest first. */
static bool cmd_audit_walk(const struct cmd_audit_asked *o, uint64_t limit, cmd_audit_each *each, void *arg,
                           struct err *err)
{
    struct audit_query q = o->q;
    struct arena arena;
    uint64_t taken = 0;
    size_t count = 1;
    struct audit_index *x = audit_index_current(o->data, o->spare, err);
    bool ok = x;
    arena_init(&arena);
    while (ok && count && taken < limit) {
        struct audit_found *found;
        q.limit = limit - taken < CMD_AUDIT_PAGE ? (size_t)(limit - taken) : CMD_AUDIT_PAGE;
        arena_reset(&arena);
        ok = audit_index_find(x, &q, &arena, &found, &count, NULL, err);
        for (size_t i = 0; ok && i < count; i++)
            ok = each(arg, &found[i], err);
        taken += count;
        q.before = count ? found[count - 1].seq : 0;
    }
    audit_index_close(x);
    arena_release(&arena);
    return ok;
}

/* How a record is printed: the columns of one kind of list. */
struct cmd_audit_list {
    const char *const *column, *const *head;
    size_t count;
    bool json;
    uint64_t seed, share; /* share 0: every record */
    uint64_t seen, printed;
};

static const char *const cmd_audit_columns[] = {"seq",  "time",     "user",     "account", "unit", "action",
                                                "code", "resource", "patients", "outcome", "why"};
static const char *const cmd_audit_heads[] = {"nr",     "tid",    "person",    "konto",  "enhet", "anrop",
                                              "åtgärd", "resurs", "patienter", "utfall", "varför"};
/* What a patient has the right to know of who has been in the record (PDL 8 kap. 5 §): unit and time. */
static const char *const cmd_audit_patient_columns[] = {"time", "unit", "provider", "code", "outcome"};
static const char *const cmd_audit_patient_heads[] = {"tid", "vårdenhet", "vårdgivare", "åtgärd", "utfall"};

enum {
    CMD_AUDIT_COLUMNS = sizeof cmd_audit_columns / sizeof *cmd_audit_columns,
    CMD_AUDIT_PATIENT_COLUMNS = sizeof cmd_audit_patient_columns / sizeof *cmd_audit_patient_columns
};

static const struct {
    char code;
    const char *text;
} cmd_audit_codes[] = {{'C', "skapat"}, {'R', "läst"}, {'U', "ändrat"}, {'D', "tagit bort"}, {'E', "sökt"}};

static void cmd_audit_print_value(const struct json_doc *doc, const char *key)
{
    uint32_t at = json_get_key(doc, 0, str_of(key));
    struct str text = json_text(doc, at);
    if (at != UINT32_MAX && doc->nodes[at].kind == JSON_ARRAY) {
        bool first = true;
        JSON_EACH(doc, at, i)
        {
            printf("%s%.*s", first ? "" : ",", STR_ARG(json_text(doc, i)));
            first = false;
        }
        return;
    }
    if (strcmp(key, "code") == 0)
        for (size_t i = 0; i < sizeof cmd_audit_codes / sizeof *cmd_audit_codes; i++)
            if (text.n && text.p[0] == cmd_audit_codes[i].code)
                text = str_of(cmd_audit_codes[i].text);
    printf("%.*s", STR_ARG(text));
}

/* Is the record in the sample? The same for the same seed, whoever asks. */
static bool cmd_audit_chosen(const struct cmd_audit_list *l, uint64_t seq)
{
    struct hash_key key = {l->seed, 0x73616D706C65};
    return !l->share || hash_sip(key, (struct str){(const char *)&seq, sizeof seq}) % 100 < l->share;
}

static bool cmd_audit_print(void *arg, const struct audit_found *f, struct err *err)
{
    struct cmd_audit_list *l = arg;
    struct json_doc doc;
    struct arena arena;
    l->seen++;
    if (!cmd_audit_chosen(l, f->seq))
        return true;
    l->printed++;
    if (l->json) {
        printf("%.*s\n", STR_ARG(f->json));
        return true;
    }
    arena_init(&arena);
    bool ok = json_parse(&arena, f->json, NULL, &doc, err);
    for (size_t i = 0; ok && i < l->count; i++) {
        fputs(i ? "\t" : "", stdout);
        cmd_audit_print_value(&doc, l->column[i]);
    }
    putchar('\n');
    arena_release(&arena);
    return ok;
}

static int cmd_audit_list(const struct cmd_audit_asked *o, struct cmd_audit_list *l, uint64_t limit)
{
    struct err err = {0};
    for (size_t i = 0; i < l->count && !l->json; i++)
        printf("%s%s", l->head[i], i + 1 == l->count ? "\n" : "\t");
    return cmd_audit_walk(o, limit, cmd_audit_print, l, &err) ? CMD_OK : cmd_fail(&cmd_audit, &err);
}

static int cmd_audit_show(const struct cmd_audit_asked *o)
{
    struct cmd_audit_list l = {cmd_audit_columns, cmd_audit_heads, CMD_AUDIT_COLUMNS, .json = o->json};
    return cmd_audit_list(o, &l, o->limit ? o->limit : CMD_AUDIT_SHOW);
}

static int cmd_audit_extract(const struct cmd_audit_asked *o)
{
    struct cmd_audit_list all = {cmd_audit_columns, cmd_audit_heads, CMD_AUDIT_COLUMNS, .json = o->json};
    struct cmd_audit_list patient = {cmd_audit_patient_columns, cmd_audit_patient_heads,
                                     CMD_AUDIT_PATIENT_COLUMNS, .json = false};
    if (!o->q.patient.n == !o->q.user.n)
        return cmd_wrong(&cmd_audit, "ange --patient ID eller --user RESURS",
                         "give --patient ID or --user RESOURCE");
    return cmd_audit_list(o, o->q.user.n ? &all : &patient, UINT64_MAX);
}

static int cmd_audit_sample(const struct cmd_audit_asked *o)
{
    struct cmd_audit_list l = {cmd_audit_columns, cmd_audit_heads, CMD_AUDIT_COLUMNS,
                               .json = o->json,   .seed = o->seed, .share = o->share};
    if (!o->share)
        return cmd_wrong(&cmd_audit, "--share PROCENT saknas", "--share PERCENT is missing");
    int code = cmd_audit_list(o, &l, UINT64_MAX);
    fprintf(stderr,
            "%llu av %llu poster; dokumentera varje granskning med helhet audit review --seq NR\n"
            "%llu of %llu records; document each review with helhet audit review --seq NR\n",
            (unsigned long long)l.printed, (unsigned long long)l.seen, (unsigned long long)l.printed,
            (unsigned long long)l.seen);
    return code;
}

/* ---- writing ---- */

static bool cmd_audit_look(const struct cmd_audit_asked *o, struct err *err)
{
    char seq[24];
    struct arena arena;
    struct audit_found *found;
    size_t count = 0;
    struct audit_query q = {.seq = o->q.seq, .limit = 1};
    struct audit_index *x = audit_index_current(o->data, o->spare, err);
    arena_init(&arena);
    bool ok = x && audit_index_find(x, &q, &arena, &found, &count, NULL, err);
    audit_index_close(x);
    arena_release(&arena);
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)o->q.seq);
    return ok && (count || err_set(err, ERR_AUDIT_NONE, seq, NULL));
}

/* A running service's index is a moment behind its log. */
static bool cmd_audit_is_there(const struct cmd_audit_asked *o, struct err *err)
{
    bool there = cmd_audit_look(o, err);
    for (int i = 0; !there && err->code == ERR_AUDIT_NONE && i < CMD_AUDIT_LOOKS; i++) {
        nanosleep(&(struct timespec){.tv_nsec = CMD_AUDIT_LOOK_NS}, NULL);
        *err = (struct err){0};
        there = cmd_audit_look(o, err);
    }
    return there;
}

static int cmd_audit_review(const struct cmd_audit_asked *o)
{
    struct err err = {0};
    if (!o->q.seq || !o->outcome || !o->by)
        return cmd_wrong(&cmd_audit, "--seq NR, --outcome UTFALL och --by KONTO behövs",
                         "--seq NR, --outcome OUTCOME and --by ACCOUNT are needed");
    struct audit_record r = {.who = {.kind = STR("system"), .account = str_of(o->by)},
                             .action = STR("audit-review"),
                             .code = 'E',
                             .about = o->q.seq,
                             .why = str_of(o->outcome),
                             .note = str_of(o->note)};
    bool ok = cmd_audit_is_there(o, &err) && audit_spool_put(o->data, o->spare, &r, &err);
    return ok ? CMD_OK : cmd_fail(&cmd_audit, &err);
}

static int cmd_audit_prune(const struct cmd_audit_asked *o)
{
    struct audit_pruned gone;
    struct err err = {0};
    if (!o->before_ms || !o->by)
        return cmd_wrong(&cmd_audit, "--before DATUM och --by KONTO behövs",
                         "--before DATE and --by ACCOUNT are needed");
    if (!audit_prune(o->data, o->spare, o->before_ms, str_of(o->by), &gone, &err))
        return cmd_fail(&cmd_audit, &err);
    printf("%llu filer gallrade (files pruned)", (unsigned long long)gone.segments);
    if (gone.segments)
        printf("; loggen börjar nu med post (the log now begins with record) %llu",
               (unsigned long long)gone.first);
    putchar('\n');
    return CMD_OK;
}

/* ---- proving ---- */

static void cmd_audit_fault(void *arg, const struct audit_fault_at *at)
{
    (void)arg;
    printf("FEL (FAULT): %s (%s): fil (file) %s%06u.log, rad (line) %llu, byte %llu, post (record) %llu\n",
           audit_fault_name(at->fault, ERR_SV), audit_fault_name(at->fault, ERR_EN),
           at->spare ? "reserv/" : "", at->segment, (unsigned long long)at->line,
           (unsigned long long)at->byte, (unsigned long long)at->seq);
}

/* What the index remembers of the end; none is fine, it may never have been made. */
static void cmd_audit_witness(const char *data, const char *spare, struct audit_known *known)
{
    struct err err;
    struct audit_index *x = audit_index_open(data, spare, false, &err);
    if (!x || !audit_index_known(x, known, &err))
        *known = (struct audit_known){0};
    audit_index_close(x);
}

int cmd_audit_check(const char *data, const char *spare, const struct audit_known *expect)
{
    struct audit_verify v = {.each = cmd_audit_fault};
    struct err err = {0};
    char hash[AUDIT_HASH_HEX];
    cmd_audit_witness(data, spare, &v.known[0]);
    v.known[1] = *expect;
    if (!audit_verify(data, spare, &v, &err))
        return cmd_fail(&cmd_audit, &err);
    audit_hash_hex(v.last_hash, hash);
    printf("Åtkomstlogg (audit log)   %llu poster (records), %llu filer (files), %llu byte\n",
           (unsigned long long)v.records, (unsigned long long)v.segments, (unsigned long long)v.bytes);
    if (v.pruned)
        printf("  gallrad (pruned): börjar med post (begins with record) %llu\n",
               (unsigned long long)v.first_seq);
    if (v.torn)
        printf("  avbrutna slut efter krascher (ends cut off by crashes): %llu, %llu byte\n",
               (unsigned long long)v.torn, (unsigned long long)v.torn_bytes);
    if (v.records)
        printf("  sista post (last record): %llu:%.*s\n", (unsigned long long)v.last_seq, AUDIT_HASH_HEX,
               hash);
    printf("Fel i loggen (faults)     %llu\n", (unsigned long long)v.faults);
    return v.faults ? CMD_FAILED : CMD_OK;
}

static int cmd_audit_verify(const struct cmd_audit_asked *o)
{
    struct audit_known known = {0};
    struct str text = str_of(o->expect);
    size_t colon = str_find(text, ':', 0);
    if (text.n && (colon == SIZE_MAX || !str_u64(str_sub(text, 0, colon), UINT64_MAX, &known.seq) ||
                   !audit_hash_read(str_sub(text, colon + 1, text.n), known.hash)))
        return cmd_wrong(&cmd_audit, "--expect ska vara NR:KONTROLLSUMMA, som verify skriver ut",
                         "--expect must be SEQ:HASH as verify prints it");
    return cmd_audit_check(o->data, o->spare, &known);
}

static int cmd_audit_measure(const struct cmd_audit_asked *o)
{
    return cmd_audit_bench(o->data);
}

static int cmd_audit_patterns(const struct cmd_audit_asked *o)
{
    return cmd_audit_flags(&(struct cmd_audit_flags_asked){
        .data = o->data, .spare = o->spare, .flag = o->flag, .q = &o->q, .limit = o->limit, .json = o->json});
}

/* ---- the command ---- */

static const struct cmd_audit_verb cmd_audit_verbs[] = {
    {"verify", cmd_audit_verify}, {"show", cmd_audit_show},      {"extract", cmd_audit_extract},
    {"sample", cmd_audit_sample}, {"review", cmd_audit_review},  {"prune", cmd_audit_prune},
    {"bench", cmd_audit_measure}, {"flags", cmd_audit_patterns},
};

static int cmd_audit_run(int argc, char **argv)
{
    struct cmd_audit_asked o = {.data = NULL};
    char spare[AUDIT_PATH_MAX];
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return cmd_help(&cmd_audit);
    for (size_t i = 0; argc > 1 && i < sizeof cmd_audit_verbs / sizeof *cmd_audit_verbs; i++) {
        if (strcmp(argv[1], cmd_audit_verbs[i].name) != 0)
            continue;
        int code = cmd_audit_parse(argc - 1, argv + 1, &o);
        if (code >= 0)
            return code;
        o.spare = told_spare(o.data, o.spare, spare);
        return cmd_audit_verbs[i].run(&o);
    }
    return cmd_wrong(&cmd_audit, "ange verify, show, extract, sample, flags, review eller prune",
                     "give verify, show, extract, sample, flags, review or prune");
}

const struct cmd cmd_audit = {
    .name = "audit",
    .run = cmd_audit_run,
    .usage_sv = "audit verify|show|extract|sample|flags|review|prune --data KATALOG [--spare KATALOG] …",
    .help_sv =
        "åtkomstloggen: visa, bevisa, utdrag, stickprov, gallring\n"
        "  verify [--expect NR:SUMMA]  läser hela kedjan; varje fel med fil, rad och post. --expect: en "
        "sista "
        "post som\n"
        "                              antecknats tidigare ska finnas kvar oförändrad\n"
        "  show [FILTER] [--limit N]   de senaste posterna (50)\n"
        "  extract --patient ID        alla åtkomster till patientens journal, för patienten: enhet och tid\n"
        "  extract --user RESURS       allt en person har gjort\n"
        "  sample [FILTER] --share PROCENT [--seed N]  slumpvis urval att granska, samma för samma N\n"
        "  flags [FILTER] [--flag REGEL] [--limit N]  mönster att granska, de senaste sju dagarna; medan "
        "tjänsten kör utan\n"
        "                              de regler som frågar journalen, och de nämns\n"
        "  review --seq NR --outcome UTFALL --by KONTO [--note TEXT]  dokumenterar en granskning i loggen\n"
        "  bench                       mäter loggen i en tom KATALOG\n"
        "  prune --before DATUM --by KONTO  gallrar hela filer äldre än så, aldrig yngre än fem år\n"
        "FILTER: --patient ID, --user RESURS, --account KONTO, --unit RESURS, --from TID, --to TID (eller "
        "--since, "
        "--until), --seq NR; "
        "--json ger\n"
        "posterna som de står. --spare: reservkatalogen, annars den som serve fick sist. review går medan "
        "tjänsten kör\n"
        "(den tar in posten inom en sekund); prune när den inte kör.",
    .help_en =
        "the audit log: show, prove, extracts, samples, pruning\n"
        "  verify [--expect SEQ:HASH]  reads the whole chain; each fault with file, line and record. "
        "--expect: a "
        "last record\n"
        "                              noted earlier must still be there unchanged\n"
        "  show [FILTER] [--limit N]   the newest records (50)\n"
        "  extract --patient ID        all accesses to the patient's record, for the patient: unit and time\n"
        "  extract --user RESOURCE     all that a person has done\n"
        "  sample [FILTER] --share PERCENT [--seed N]  a random choice to review, the same for the same N\n"
        "  flags [FILTER] [--flag RULE] [--limit N]  patterns to review, of the last seven days; while the "
        "service runs without\n"
        "                              the rules that ask the record, which are named\n"
        "  review --seq NR --outcome OUTCOME --by ACCOUNT [--note TEXT]  documents a review in the log\n"
        "  bench                       measures the log in an empty DIR\n"
        "  prune --before DATE --by ACCOUNT  removes whole files older than that, never younger than five "
        "years\n"
        "FILTER: --patient ID, --user RESOURCE, --account ACCOUNT, --unit RESOURCE, --from TIME, --to TIME "
        "(or "
        "--since, --until), --seq NR; --json\n"
        "gives the records as they stand. --spare: the spare folder, else the one that serve was given last. "
        "review works\n"
        "while the service runs (it takes the record in within a second); prune while it does not.",
};
