/* SPDX-License-Identifier: Apache-2.0
 * told: what commands tell the audit log of what they did to accounts, apps and tokens, and where its spare
 * folder is. */
#ifndef HELHET_APP_TOLD_H
#define HELHET_APP_TOLD_H

#include "audit/audit_file.h"

/* Tells that action ("user-disable") was done to what (an account's or app's name), or with why failed. By
 * the account of the operating system that runs the command. While a service has the log it takes the record
 * in (audit_spool.h). False with *err when it could not be told. */
bool told_log(const char *data, const char *action, const char *what, const struct err *why, struct err *err);

/* Notes in data, for the commands that read the log, where serve's spare folder is. */
bool told_spare_note(const char *data, const char *spare, struct err *err);
/* given, else the one noted, in room; NULL: none. */
const char *told_spare(const char *data, const char *given, char room[AUDIT_PATH_MAX]);

#endif
