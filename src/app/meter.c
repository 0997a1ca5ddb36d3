/* SPDX-License-Identifier: Apache-2.0 */
#include "app/meter.h"

#include <stdio.h>
#include <unistd.h>

#include "base/os.h"

enum { METER_BAR = 24 };

void meter_begin(struct meter *m, const char *unit)
{
    *m = (struct meter){.unit = unit, .begun_ns = os_mono_ns(), .terminal = isatty(STDERR_FILENO) == 1};
    m->told_ns = m->begun_ns;
}

double meter_seconds(const struct meter *m)
{
    return (double)(os_mono_ns() - m->begun_ns) / 1e9;
}

static void meter_bar(double part)
{
    fputs("\r\x1b[K[", stderr);
    for (int i = 0; i < METER_BAR; i++)
        fputc(i < (int)(part * METER_BAR + 0.5) ? '#' : '.', stderr);
    fputs("] ", stderr);
}

void meter_show(struct meter *m, uint64_t done, uint64_t total, uint64_t things)
{
    uint64_t now = os_mono_ns();
    if (!m->terminal && now - m->told_ns < (uint64_t)METER_PLAIN_MS * 1000000)
        return;
    m->told_ns = now;
    m->shown = true;
    double s = meter_seconds(m), part = total ? (double)done / (double)total : 0;
    part = part > 1 ? 1 : part;
    if (m->terminal)
        meter_bar(part);
    if (total)
        fprintf(stderr, "%3d %%  ", (int)(part * 100));
    fprintf(stderr, "%llu %s, %.0f/s", (unsigned long long)things, m->unit, s > 0 ? (double)things / s : 0);
    if (part > 0) {
        unsigned left = (unsigned)(s / part - s + 0.5);
        fprintf(stderr, ", %u:%02u kvar (left)", left / 60, left % 60);
    }
    fputs(m->terminal ? "" : "\n", stderr);
    fflush(stderr);
}

void meter_end(struct meter *m)
{
    if (m->terminal && m->shown)
        fputs("\r\x1b[K", stderr);
}
