/* SPDX-License-Identifier: Apache-2.0
 * paper: HTML as PDF, by WeasyPrint (Debian; docs/DECISIONS/0022-weasyprint.md), which is optional.
 *
 * It runs as a process of its own for each document, begun by a helper that is forked before the service is
 * confined (which may run no programs, confine.h) and that does nothing else. The program has the HTML on
 * standard input and writes the PDF to a file in memory; it has no other descriptors, no environment but the
 * language, no network, no files but the system's to read, no children, bounds on time, memory and size; what
 * the HTML refers to is refused unless it is a data: URL. It is killed when its time is out, and with the
 * service. */
#ifndef HELHET_PAPER_PAPER_H
#define HELHET_PAPER_PAPER_H

#include "base/buf.h"
#include "base/err.h"

enum {
    PAPER_AT_ONCE = 2,
    PAPER_WAITING_MAX = 16,
    PAPER_TIME_MS = 20 * 1000,  /* of one document */
    PAPER_MEMORY_MAX = 1 << 30, /* address space, bytes */
    PAPER_HTML_MAX = 8 << 20,   /* bytes */
    PAPER_PDF_MAX = 32 << 20,   /* bytes */
};

struct paper;

struct paper_options {
    const char *program; /* a Python 3 that has WeasyPrint; NULL: /usr/bin/python3 */
    const char *script;  /* what it runs; NULL: ours. For tests */
    unsigned time_ms;    /* 0: PAPER_TIME_MS */
};

/* Forks the helpers; by the only thread of the process, before it is confined. */
struct paper *paper_open(const struct paper_options *opt, struct err *err);
/* Begins to take jobs, with a thread for each helper. */
bool paper_start(struct paper *p, struct err *err);

struct paper_job {
    struct str html; /* borrowed until done */
    /* On a thread of paper's. pdf is empty when err has a code. */
    void (*done)(void *arg, struct str pdf, const struct err *err);
    void *arg;
    struct paper_job *next; /* paper's own, and so is again */
    bool again;
};
/* Queues; the job is the caller's memory until done, which is then called once, whatever happens. False,
 * without a call, with ERR_PAPER_BUSY, ERR_PAPER_SIZE, ERR_PAPER_FAILED (no helper is left) or, when it has
 * stopped, ERR_CANCELLED.
 * What done may be told: ERR_PAPER_MISSING (not installed), ERR_PAPER_LIMIT, ERR_PAPER_FAILED, ERR_CANCELLED.
 */
bool paper_submit(struct paper *p, struct paper_job *job, struct err *err);
/* One document, without paper_start: appends the PDF to out. */
bool paper_make(struct paper *p, struct str html, struct buf *out, struct err *err);

/* What is under way is killed, what waits is told ERR_CANCELLED. NULL is fine, and twice. */
void paper_stop(struct paper *p);
/* Stops, waits for the helpers, frees. NULL is fine. */
void paper_close(struct paper *p);

#endif
