/* SPDX-License-Identifier: Apache-2.0
 * audit_spool: telling the log something while another process may be writing it. One process writes a log
 * (its lock); what a command line does meanwhile (accounts, tokens, reviews) lies as a file in DIR/audit-in
 * until the service has taken it in, which it does each second. A file is removed when its record is durable,
 * so that a crash between may give a record twice, with the same note of when it happened, and never none.
 *
 * Who may write in the store's folder may write there: the folder is the owner's alone. */
#ifndef HELHET_AUDIT_AUDIT_SPOOL_H
#define HELHET_AUDIT_AUDIT_SPOOL_H

#include "audit/audit.h"

enum {
    AUDIT_SPOOL_BYTES_MAX = 16384, /* of one file */
    AUDIT_SPOOL_MS = 1000,         /* between looks */
};

/* Writes it in the log, with whatever else lies waiting; or leaves it waiting while a service has the log.
 * Only who.kind and account, action, code, resource, why, note, about and outcome are kept. spare may be
 * NULL. On disk when true. */
bool audit_spool_put(const char *dir, const char *spare, const struct audit_record *r, struct err *err);
/* Takes in what waits in dir. What cannot be read is set aside under another name, and that is logged. */
bool audit_spool_take(struct audit *a, const char *dir, struct err *err);

/* Takes in each AUDIT_SPOOL_MS, on a thread. dir lives as long. NULL with *err. */
struct audit_spool;
struct audit_spool *audit_spool_start(struct audit *a, const char *dir, struct err *err);
void audit_spool_stop(struct audit_spool *s); /* before audit_close; NULL is fine */

#endif
