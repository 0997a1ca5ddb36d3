/* SPDX-License-Identifier: Apache-2.0
 * load_source: a file as a stream of bytes, decompressed where its first bytes say gzip or bzip2. One thread
 * at a time. */
#ifndef HELHET_LOAD_SOURCE_H
#define HELHET_LOAD_SOURCE_H

#include "base/err.h"

struct load_source;
/* path must outlive it. NULL with *err. */
struct load_source *load_source_open(const char *path, struct err *err);
/* Up to n bytes; 0 at the end. False with *err when the file is broken or cannot be read. */
bool load_source_read(struct load_source *s, char *to, size_t n, size_t *got, struct err *err);
/* Bytes of the file itself used so far. */
uint64_t load_source_position(const struct load_source *s);
void load_source_close(struct load_source *s);

#endif
