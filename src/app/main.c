/* SPDX-License-Identifier: Apache-2.0
 * The command line: picks the verb from the table and hands over. */
#include "app/cmd.h"

#include <stdio.h>

/* In the order people meet them. */
static const struct cmd *const main_cmds[] = {
    &cmd_demo,  &cmd_init,    &cmd_readiness, &cmd_serve,    &cmd_import, &cmd_export,
    &cmd_check, &cmd_reindex, &cmd_convert,   &cmd_fhirpath, &cmd_view,   &cmd_user,
    &cmd_app,   &cmd_token,   &cmd_access,    &cmd_audit,    &cmd_report, NULL,
};

enum { MAIN_NAME_MAX = 32, MAIN_SUGGEST_MAX = 3 };

static const struct cmd *main_find(const char *name)
{
    for (size_t i = 0; main_cmds[i]; i++)
        if (strcmp(main_cmds[i]->name, name) == 0)
            return main_cmds[i];
    return NULL;
}

/* Letters to change, add or take away (Levenshtein) to make a of b; names longer than the bound are simply
 * far away. */
static size_t main_distance(const char *a, const char *b)
{
    size_t row[MAIN_NAME_MAX + 1];
    size_t an = strlen(a), bn = strlen(b);
    if (an > MAIN_NAME_MAX || bn > MAIN_NAME_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= bn; j++)
        row[j] = j;
    for (size_t i = 1; i <= an; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[bn];
}

static int main_unknown(const char *name)
{
    const struct cmd *near = NULL;
    size_t near_by = MAIN_SUGGEST_MAX + 1;
    for (size_t i = 0; main_cmds[i]; i++) {
        size_t d = main_distance(name, main_cmds[i]->name);
        if (d < near_by) {
            near_by = d;
            near = main_cmds[i];
        }
    }
    fprintf(stderr, "helhet: okänt kommando %s. ", name);
    if (near)
        fprintf(stderr, "Menade du %s? ", near->name);
    fprintf(stderr, "Se helhet --help\nhelhet: unknown command %s. ", name);
    if (near)
        fprintf(stderr, "Did you mean %s? ", near->name);
    fprintf(stderr, "See helhet --help\n");
    return CMD_USAGE;
}

/* The first line of a help text, for the list of verbs. */
static struct str main_first_line(const char *help)
{
    struct str s = str_of(help), line = {NULL, 0};
    str_split(&s, '\n', &line);
    return line;
}

static void main_list(bool swedish)
{
    for (size_t i = 0; main_cmds[i]; i++)
        printf("  %-10s %.*s\n", main_cmds[i]->name,
               STR_ARG(main_first_line(swedish ? main_cmds[i]->help_sv : main_cmds[i]->help_en)));
}

static int main_help(void)
{
    printf("Helhet " HELHET_VERSION ": ett öppet regionalt vårdinformationssystem\n\n"
           "Användning: helhet KOMMANDO [FLAGGOR]\n\n");
    main_list(true);
    printf("\nhelhet KOMMANDO --help beskriver varje kommando, helhet --version visar versionen.\n"
           "Slutkoder: 0 klart; 1 något misslyckades, avvisades eller var fel; 2 fel i kommandot; 130 "
           "avbrutet med "
           "Ctrl-C.\n\n"
           "Helhet: an open regional care information system\n\n"
           "Usage: helhet COMMAND [OPTIONS]\n\n");
    main_list(false);
    printf("\nhelhet COMMAND --help describes each command, helhet --version prints the version.\n"
           "Exit codes: 0 done; 1 something failed, was rejected or found faulty; 2 wrong command line; 130 "
           "stopped "
           "with Ctrl-C.\n");
    return CMD_OK;
}

static int main_help_for(const char *name)
{
    const struct cmd *c = main_find(name);
    return c ? cmd_help(c) : main_unknown(name);
}

static bool main_is(const char *arg, const char *a, const char *b)
{
    return strcmp(arg, a) == 0 || strcmp(arg, b) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        main_help();
        return CMD_USAGE;
    }
    if (main_is(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0)
        return argc > 2 ? main_help_for(argv[2]) : main_help();
    if (main_is(argv[1], "--version", "-V")) {
        printf("helhet " HELHET_VERSION "\n");
        return CMD_OK;
    }
    const struct cmd *c = main_find(argv[1]);
    return c ? c->run(argc - 1, argv + 1) : main_unknown(argv[1]);
}
