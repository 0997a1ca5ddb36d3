/* SPDX-License-Identifier: Apache-2.0
 * cmd: the command line's verbs as one const table. Each verb is a cmd_NAME.c with one `const struct cmd
 * cmd_NAME`; main.c lists them. A verb parses its own options with getopt_long (argv[0] is its name). */
#ifndef HELHET_APP_CMD_H
#define HELHET_APP_CMD_H

#include "base/arena.h"
#include "base/err.h"

/* Exit codes of every verb; `helhet --help` prints them. */
enum cmd_exit {
    CMD_OK = 0,
    CMD_FAILED = 1,    /* the work failed, or (import, check) something was rejected or found faulty */
    CMD_USAGE = 2,     /* the command line was wrong; nothing was done */
    CMD_STOPPED = 130, /* stopped by ^C after finishing what was under way */
};

struct cmd {
    const char *name;
    int (*run)(int argc, char **argv); /* enum cmd_exit */
    const char *usage_sv;              /* "import --data KATALOG SÖKVÄG…", options in Swedish */
    const char *help_sv, *help_en;     /* first line: what it does in a few words; then the details */
};

extern const struct cmd cmd_access, cmd_app, cmd_audit, cmd_check, cmd_convert, cmd_demo, cmd_export,
    cmd_fhirpath, cmd_import, cmd_init, cmd_readiness, cmd_reindex, cmd_report, cmd_serve, cmd_token,
    cmd_user, cmd_view;

/* Prints both texts of err on stderr, Swedish first, with "helhet VERB:" before; returns CMD_FAILED
 * (CMD_USAGE for ERR_USAGE). */
int cmd_fail(const struct cmd *c, const struct err *err);
/* Same for a wrong command line, with how to get help. Always CMD_USAGE. */
int cmd_wrong(const struct cmd *c, const char *what_sv, const char *what_en);
/* cmd_audit.c: proves the audit log and prints how it stands; CMD_FAILED when something is wrong. expect: a
 * record known from before, seq 0: none. */
struct audit_known;
int cmd_audit_check(const char *data, const char *spare, const struct audit_known *expect);
/* cmd_audit_bench.c: fills a log of its own in the folder data and prints "AUDIT callers records/s µs/record
 * records/sync" for a few numbers of callers. */
int cmd_audit_bench(const char *data);
/* cmd_audit_flags.c: the patterns in the log (docs/AUDIT.md, $flags). */
struct audit_query;
struct cmd_audit_flags_asked {
    const char *data, *spare, *flag; /* flag NULL: every rule */
    const struct audit_query *q;     /* of it the time, user, unit and patient */
    uint64_t limit;                  /* 0: 100 */
    bool json;
};
int cmd_audit_flags(const struct cmd_audit_flags_asked *o);
/* The verb's whole help on stdout. Always CMD_OK. */
int cmd_help(const struct cmd *c);

/* Can the criteria of all scopes of the text be held against resources (access/scope.h)? ERR_SCOPE_CRITERIA.
 */
bool cmd_app_scopes_kept(struct str text, struct arena *arena, struct err *err);

#endif
