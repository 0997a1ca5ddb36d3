/* SPDX-License-Identifier: Apache-2.0
 * Accounts. Passwords come from the terminal without being shown, or from standard input; never from the
 * command line, where other users of the machine could read them. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "app/cmd.h"
#include "app/told.h"
#include "app/wiring.h"
#include "base/time.h"
#include "identity/identity.h"

enum { CMD_USER_LINE_MAX = IDENTITY_PASSWORD_MAX + 2 };

struct cmd_user_options {
    const char *data, *person, *name;
    bool outside; /* no password: the person logs in through an outside provider */
};

typedef int cmd_user_fn(struct identity *id, const struct cmd_user_options *o, struct err *err);

static const struct option cmd_user_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"person", required_argument, NULL, 'p'},
    {"outside", no_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* One line without its end; false at the end of input or when it is longer than a password may be. */
static bool cmd_user_line(char line[CMD_USER_LINE_MAX])
{
    size_t n = 0;
    char c;
    ssize_t got;
    while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
        if (n < CMD_USER_LINE_MAX - 1)
            line[n++] = c;
    line[n] = 0;
    return n < CMD_USER_LINE_MAX - 1 && (got == 1 || n > 0);
}

static bool cmd_user_prompt(const char *text, char line[CMD_USER_LINE_MAX])
{
    struct termios was, quiet;
    sigset_t stop, before;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
    if (!terminal)
        return cmd_user_line(line);
    /* ^C waits until the terminal shows again what is written. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    quiet = was;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fputs(text, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    bool ok = cmd_user_line(line);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    fputc('\n', stderr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* Twice at a terminal, where nobody sees what they write; once from a pipe. */
static bool cmd_user_password(char out[CMD_USER_LINE_MAX], struct err *err)
{
    char again[CMD_USER_LINE_MAX] = "";
    if (!cmd_user_prompt("Lösenord (password): ", out))
        return err_set(err, ERR_USAGE, "inget lösenord, eller för långt (no password, or too long)", NULL);
    if (!isatty(STDIN_FILENO))
        return true;
    bool same = cmd_user_prompt("En gång till (again): ", again) && strcmp(out, again) == 0;
    explicit_bzero(again, sizeof again);
    return same || err_set(err, ERR_USAGE, "lösenorden är inte lika (the passwords differ)", NULL);
}

/* Is there such a person in the record? Cannot be told while a service has the store; then it is said. */
static bool cmd_user_person(const struct cmd_user_options *o, struct err *err)
{
    struct wiring w;
    struct err why = {0};
    struct arena arena;
    struct store_version v;
    struct str person = str_of(o->person);
    size_t slash = str_find(person, '/', 0);
    fhir_type_id type = fhir_resource_find(str_sub(person, 0, slash));
    if (identity_kind(person) == ACCESS_NOBODY)
        return err_set(err, ERR_ACCOUNT_PERSON, o->person, NULL);
    if (!wiring_open(&w, o->data, false, true, &why)) {
        if (why.code != ERR_STORE_LOCKED) {
            *err = why;
            return false;
        }
        fprintf(stderr, "Lagret används av en tjänst: att %s finns kunde inte kontrolleras.\n", o->person);
        fprintf(stderr, "A service uses the store: that %s exists could not be checked.\n", o->person);
        return true;
    }
    arena_init(&arena);
    struct store_read *r = store_read_begin(w.store, err);
    bool ok =
        r && (store_get(r, type, str_sub(person, slash + 1, person.n), &arena, &v, &why) == STORE_FOUND ||
              (why.code ? (*err = why, false) : err_set_str(err, ERR_NOT_FOUND, person, STR(""))));
    if (r)
        store_read_end(r);
    arena_release(&arena);
    wiring_close(&w);
    return ok;
}

static int cmd_user_add(struct identity *id, const struct cmd_user_options *o, struct err *err)
{
    char password[CMD_USER_LINE_MAX] = "";
    if (!o->person)
        return cmd_wrong(&cmd_user, "--person Practitioner/id saknas", "--person Practitioner/id is missing");
    bool ok = cmd_user_person(o, err);
    if (ok && o->outside)
        ok = identity_add_outside(id, str_of(o->name), str_of(o->person), err);
    else
        ok = ok && cmd_user_password(password, err) &&
             identity_add(id, str_of(o->name), str_of(o->person), str_of(password), err);
    explicit_bzero(password, sizeof password);
    if (!ok)
        return CMD_FAILED;
    printf("Kontot %s för %s är skapat.\nAccount %s for %s is made.\n", o->name, o->person, o->name,
           o->person);
    return CMD_OK;
}

static int cmd_user_passwd(struct identity *id, const struct cmd_user_options *o, struct err *err)
{
    char password[CMD_USER_LINE_MAX] = "";
    bool ok =
        cmd_user_password(password, err) && identity_set_password(id, str_of(o->name), str_of(password), err);
    explicit_bzero(password, sizeof password);
    if (!ok)
        return CMD_FAILED;
    printf("Nytt lösenord för %s; kontots sessioner är avslutade.\n"
           "New password for %s; the account's sessions have ended.\n",
           o->name, o->name);
    return CMD_OK;
}

static int cmd_user_disable(struct identity *id, const struct cmd_user_options *o, struct err *err)
{
    if (!identity_enable(id, str_of(o->name), false, err))
        return CMD_FAILED;
    printf("Kontot %s är avstängt; dess sessioner är avslutade.\n"
           "Account %s is disabled; its sessions have ended.\n",
           o->name, o->name);
    return CMD_OK;
}

static int cmd_user_enable(struct identity *id, const struct cmd_user_options *o, struct err *err)
{
    if (!identity_enable(id, str_of(o->name), true, err))
        return CMD_FAILED;
    printf("Kontot %s är öppet.\nAccount %s is enabled.\n", o->name, o->name);
    return CMD_OK;
}

static int cmd_user_list(struct identity *id, const struct cmd_user_options *o, struct err *err)
{
    struct arena arena;
    struct identity_account *list;
    size_t count;
    (void)o;
    arena_init(&arena);
    bool ok = identity_list(id, &arena, &list, &count, err);
    if (ok)
        printf("%-24s %-9s %-20s %s\n", "KONTO", "LÄGE", "SENAST INLOGGAD", "PERSON");
    for (size_t i = 0; ok && i < count; i++) {
        char when[TIME_TEXT_MAX] = "aldrig";
        size_t n = list[i].login_ms ? time_format(list[i].login_ms, when) : sizeof "aldrig" - 1;
        printf("%-24.*s %-9s %-20.*s %.*s\n", STR_ARG(list[i].name), list[i].enabled ? "öppet" : "avstängt",
               (int)(n < 19 ? n : 19), when, STR_ARG(list[i].person));
    }
    arena_release(&arena);
    return ok ? CMD_OK : CMD_FAILED;
}

static const struct {
    const char *name;
    cmd_user_fn *run;
    bool named, create;
} cmd_user_verbs[] = {
    {"add", cmd_user_add, true, true},          {"list", cmd_user_list, false, false},
    {"disable", cmd_user_disable, true, false}, {"enable", cmd_user_enable, true, false},
    {"passwd", cmd_user_passwd, true, false},
};

static int cmd_user_do(size_t verb, const struct cmd_user_options *o)
{
    struct err err = {.code = ERR_OK};
    struct identity_options opt = {.dir = o->data, .create = cmd_user_verbs[verb].create};
    struct identity *id = identity_open(&opt, &err);
    int code = id ? cmd_user_verbs[verb].run(id, o, &err) : CMD_FAILED;
    identity_close(id);
    if (cmd_user_verbs[verb].named && (code == CMD_OK || err.code)) {
        char action[32];
        struct err untold = {.code = ERR_OK};
        snprintf(action, sizeof action, "user-%s", cmd_user_verbs[verb].name);
        if (!told_log(o->data, action, o->name, &err, &untold) && !err.code)
            err = untold;
    }
    return err.code ? cmd_fail(&cmd_user, &err) : code;
}

static int cmd_user_run(int argc, char **argv)
{
    struct cmd_user_options o = {.data = NULL};
    for (int c; (c = getopt_long(argc, argv, "d:p:h", cmd_user_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_user);
        if (c == 'd')
            o.data = optarg;
        else if (c == 'p')
            o.person = optarg;
        else if (c == 'o')
            o.outside = true;
        else
            return cmd_wrong(&cmd_user, "okänd flagga", "unknown option");
    }
    if (!o.data || optind == argc)
        return cmd_wrong(&cmd_user, "ange vad som ska göras och --data KATALOG",
                         "say what to do, and --data DIR");
    const char *verb = argv[optind++];
    for (size_t i = 0; i < sizeof cmd_user_verbs / sizeof *cmd_user_verbs; i++) {
        if (strcmp(verb, cmd_user_verbs[i].name) != 0)
            continue;
        if (argc - optind != (cmd_user_verbs[i].named ? 1 : 0))
            return cmd_wrong(&cmd_user, cmd_user_verbs[i].named ? "ange ett kontonamn" : "för många argument",
                             cmd_user_verbs[i].named ? "give one account name" : "too many arguments");
        if (o.outside && cmd_user_verbs[i].run != cmd_user_add)
            return cmd_wrong(&cmd_user, "--outside hör till add", "--outside belongs to add");
        o.name = cmd_user_verbs[i].named ? argv[optind] : NULL;
        return cmd_user_do(i, &o);
    }
    return cmd_wrong(&cmd_user, "det ska vara add, list, disable, enable eller passwd",
                     "it must be add, list, disable, enable or passwd");
}

const struct cmd cmd_user = {
    .name = "user",
    .run = cmd_user_run,
    .usage_sv = "user add|list|disable|enable|passwd --data KATALOG [--person PERSON [--outside]] [NAMN]",
    .help_sv = "konton som kan logga in\n"
               "  add NAMN --person P  nytt konto; P är Practitioner/id, Patient/id eller RelatedPerson/id\n"
               "       --outside       utan lösenord: personen loggar bara in genom serve --oidc (SITHS)\n"
               "  list                 alla konton\n"
               "  disable NAMN         stänger kontot; dess sessioner upphör genast\n"
               "  enable NAMN          öppnar det igen\n"
               "  passwd NAMN          nytt lösenord; kontots sessioner upphör\n"
               "  --data KATALOG       lagret; kontona ligger i identity.db där\n"
               "Lösenordet skrivs vid en fråga, eller läses som en rad från standard in när det inte är en "
               "terminal.\n"
               "Minst 12 tecken, och inget som gissas först. Tjänsten kan vara igång. Ändringar står i "
               "åtkomstloggen.",
    .help_en = "accounts that can log in\n"
               "  add NAME --person P  a new account; P is Practitioner/id, Patient/id or RelatedPerson/id\n"
               "       --outside       without a password: the person logs in through serve --oidc alone\n"
               "  list                 all accounts\n"
               "  disable NAME         disables the account; its sessions end at once\n"
               "  enable NAME          enables it again\n"
               "  passwd NAME          a new password; the account's sessions end\n"
               "  --data DIR           the store; the accounts are in identity.db there\n"
               "The password is written at a prompt, or read as one line from standard input when that is no "
               "terminal.\n"
               "At least 12 characters, and nothing that is guessed first. The service may be running. "
               "Changes are in the audit log.",
};
