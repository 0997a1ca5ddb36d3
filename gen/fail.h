/* SPDX-License-Identifier: Apache-2.0
 * fail: the generator's only way out of something it does not understand: one clear line, exit status 1. */
#ifndef HELHET_GEN_FAIL_H
#define HELHET_GEN_FAIL_H

/* Prints "model: WHERE: message" to stderr and exits with 1. */
_Noreturn void fail_at(const char *where, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
