/* SPDX-License-Identifier: Apache-2.0
 * Figures in Prometheus' text format. Labels are route templates and status classes: never an id or a value.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "api/api_int.h"
#include "audit/audit.h"
#include "jobs/jobs.h"
#include "search/own.h"

enum {
    METRICS_STATM_MAX = 128,
    METRICS_POWER_MIN = 7, /* the least bound told of: 128 microseconds */
};

/* API_KINDS: none of them. */
static enum api_kind kind_of(const struct route *route)
{
    if (!route || route->level >= LEVEL_NONE)
        return API_KINDS;
    if (route->operation)
        return API_OPERATION;
    if (route->run == search_call || route->run == search_call_form)
        return API_SEARCH;
    return strncmp(route->name, "GET ", 4) == 0 ? API_READ : API_WRITE;
}

void metrics_count(struct api *a, const struct route *route, int status, uint64_t micros)
{
    struct metric *m = &a->metrics[route ? (size_t)(route - route_table) : route_count];
    int class = status / 100;
    atomic_fetch_add_explicit(&m->count[class > 0 && class < 6 ? class : 0], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->micros, micros, memory_order_relaxed);
    enum api_kind kind = kind_of(route);
    if (kind != API_KINDS && class != 4)
        histogram_add(&a->time[kind], micros);
}

void api_times(const struct api *a, enum api_kind kind, struct histogram_sum *out)
{
    histogram_read(&a->time[kind], out);
}

static void figure(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    buf_printf(out, "# HELP helhet_%s %s\n# TYPE helhet_%s %s\nhelhet_%s %llu\n", name, help, name, type,
               name, (unsigned long long)value);
}

static void write_routes(struct buf *out, const struct api *a)
{
    buf_cstr(out, "# HELP helhet_requests_total Requests by route and class of status\n"
                  "# TYPE helhet_requests_total counter\n");
    for (size_t i = 0; i <= route_count; i++)
        for (int class = 1; class < 6; class ++) {
            unsigned long long n = a->metrics[i].count[class];
            if (n)
                buf_printf(out, "helhet_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n",
                           i < route_count ? route_table[i].name : "none", class, n);
        }
    buf_cstr(out, "# HELP helhet_request_seconds_total Time spent on requests by route\n"
                  "# TYPE helhet_request_seconds_total counter\n");
    for (size_t i = 0; i <= route_count; i++)
        if (a->metrics[i].micros)
            buf_printf(out, "helhet_request_seconds_total{route=\"%s\"} %.6f\n",
                       i < route_count ? route_table[i].name : "none", (double)a->metrics[i].micros / 1e6);
}

static void write_times(struct buf *out, const struct api *a)
{
    static const char *const names[] = {
        [API_READ] = "read", [API_SEARCH] = "search", [API_WRITE] = "write", [API_OPERATION] = "operation"};
    struct histogram_sum s;
    buf_cstr(
        out,
        "# HELP helhet_answer_seconds Time to the answer by kind of call, without what was refused (4xx)\n"
        "# TYPE helhet_answer_seconds histogram\n");
    for (unsigned kind = 0; kind < API_KINDS; kind++) {
        api_times(a, kind, &s);
        for (unsigned power = METRICS_POWER_MIN; power <= HISTOGRAM_TOP; power++)
            buf_printf(out, "helhet_answer_seconds_bucket{kind=\"%s\",le=\"%.9g\"} %llu\n", names[kind],
                       (double)((uint64_t)1 << power) / 1e6, (unsigned long long)histogram_below(&s, power));
        buf_printf(
            out,
            "helhet_answer_seconds_bucket{kind=\"%s\",le=\"+Inf\"} %llu\n"
            "helhet_answer_seconds_sum{kind=\"%s\"} %.6f\nhelhet_answer_seconds_count{kind=\"%s\"} %llu\n",
            names[kind], (unsigned long long)s.total, names[kind], (double)s.micros / 1e6, names[kind],
            (unsigned long long)s.total);
    }
}

static void write_server(struct buf *out, const struct api *a)
{
    const struct http_server *server = a->server;
    if (!server)
        return;
    struct http_stats s = http_stats(server);
    figure(out, "http_requests_total", "counter", "Requests begun", s.requests);
    figure(out, "http_rejected_total", "counter", "Requests refused as malformed, too large or too slow",
           s.rejected);
    figure(out, "http_bytes_in_total", "counter", "Bytes of bodies received", s.bytes_in);
    figure(out, "http_bytes_out_total", "counter", "Bytes of bodies sent", s.bytes_out);
    figure(out, "http_connections", "gauge", "Open connections", s.connections_open);
}

int metrics_open(void)
{
    return open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

/* Resident pages: the second field of statm. */
static uint64_t resident_bytes(const struct api *a)
{
    char text[METRICS_STATM_MAX] = "";
    unsigned long long pages = 0;
    if (pread(a->statm, text, sizeof text - 1, 0) > 0)
        sscanf(text, "%*u %llu", &pages);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct own_figures {
    uint64_t ready, indexing, left;
};

static bool add_own(void *arg, const struct own_status *st)
{
    struct own_figures *f = arg;
    bool making = st->state == OWN_INDEXING || st->state == OWN_VERIFYING;
    f->ready += st->state == OWN_READY;
    f->indexing += making;
    f->left += making && st->total > st->done ? st->total - st->done : 0;
    return true;
}

static void write_own(struct buf *out, const struct api *a)
{
    struct own_figures f = {0};
    own_each(a->search, add_own, &f);
    figure(out, "search_parameters_own", "gauge", "Search parameters made at run time, ready", f.ready);
    figure(out, "search_parameters_indexing", "gauge", "Search parameters being indexed", f.indexing);
    figure(out, "search_parameters_left", "gauge", "Resources left to index, summed over parameters", f.left);
}

bool metrics_run(struct call *c)
{
    struct err err = {0};
    struct buf out;
    uint64_t resources = 0;
    struct store_read *r = store_read_begin(c->api->store, &err);
    bool counted = r && store_count(r, 0, &resources, &err);
    buf_init(&out, 1 << 20);
    if (counted) {
        figure(&out, "resources", "gauge", "Current resources", resources);
        figure(&out, "commit_sequence", "counter", "Commits so far", (uint64_t)store_read_seq(r));
    }
    if (r)
        store_read_end(r);
    figure(&out, "store_bytes", "gauge", "Bytes on disk", store_disk_bytes(c->api->store));
    figure(&out, "resident_bytes", "gauge", "Memory in use", resident_bytes(c->api));
    figure(&out, "jobs", "gauge", "Writes waiting or running", (uint64_t)c->api->jobs);
    if (c->api->audit) {
        struct audit_status st = audit_status(c->api->audit);
        figure(&out, "audit_records_total", "counter", "Records of the audit log since the start",
               st.records);
        figure(&out, "audit_syncs_total", "counter", "Times it was brought to disk", st.groups);
        figure(&out, "audit_state", "gauge", "0: as it should, 1: in the spare folder, 2: cannot be written",
               st.state);
    }
    if (c->api->long_jobs) {
        struct jobs_stats js = jobs_stats(c->api->long_jobs);
        figure(&out, "long_jobs_waiting", "gauge", "Long jobs waiting for a thread", js.waiting);
        figure(&out, "long_jobs_running", "gauge", "Long jobs running", js.running);
        figure(&out, "long_jobs_kept", "gauge", "Long jobs on disk, finished ones too", js.kept);
    }
    write_own(&out, c->api);
    write_server(&out, c->api);
    write_routes(&out, c->api);
    write_times(&out, c->api);
    bool done = resource_answer_buf(c, &out, 200);
    c->resp->content_type = "text/plain; version=0.0.4; charset=utf-8";
    return done;
}
