/* SPDX-License-Identifier: Apache-2.0
 * confine, inside: each of the kernel's means by itself. */
#ifndef HELHET_CONFINE_CONFINE_INT_H
#define HELHET_CONFINE_CONFINE_INT_H

#include "confine/confine.h"

/* Always false: what the kernel would not do, with errno's text. */
bool confine_refused(struct err *err, const char *what);

/* Landlock: files, TCP ports, signals and abstract sockets. *abi 0: the kernel has none. */
bool confine_files(const struct confine_needs *needs, int *abi, struct err *err);

/* seccomp: calls.def. names: it looks up hosts. *done false: the kernel has none. */
bool confine_calls(bool names, bool *done, struct err *err);

#endif
