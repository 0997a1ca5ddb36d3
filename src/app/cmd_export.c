/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cmd.h"
#include "app/meter.h"
#include "app/wiring.h"
#include "base/os.h"

enum { CMD_EXPORT_BUFFER = 1 << 20 };

/* The export under way: one type's file at a time. */
struct cmd_export_job {
    struct wiring w;
    struct store_read *read;
    const char *out;
    struct arena arena; /* names */
    struct meter meter;
    uint64_t total, done; /* of all types */
    uint64_t count;       /* of this type */
    int fd;
    const char *path;
    struct buf text;
    struct err *err;
    bool failed;
};

static bool cmd_export_flush(struct cmd_export_job *j)
{
    if (!j->failed && !os_write_all(j->fd, buf_get(&j->text))) {
        j->failed = true;
        err_set(j->err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, j->path, strerror(errno), NULL);
    }
    buf_clear(&j->text);
    return !j->failed;
}

static bool cmd_export_each(void *arg, const struct store_version *v)
{
    struct cmd_export_job *j = arg;
    buf_str(&j->text, v->body);
    buf_char(&j->text, '\n');
    j->count++;
    if (j->text.n < CMD_EXPORT_BUFFER)
        return !atomic_load(&wiring_stopped);
    meter_show(&j->meter, j->done + j->count, j->total, j->done + j->count);
    return cmd_export_flush(j) && !atomic_load(&wiring_stopped);
}

/* Syncs and gives the finished file its name; a stopped or failed one goes. */
static bool cmd_export_finish(struct cmd_export_job *j, const char *name, bool ok)
{
    if (ok && !os_sync(j->fd))
        ok = err_set(j->err, ERR_IO, j->path, strerror(errno), NULL);
    close(j->fd);
    if (ok && rename(j->path, name) != 0)
        ok = err_set(j->err, ERR_IO, name, strerror(errno), NULL);
    if (!ok)
        unlink(j->path);
    return ok;
}

static bool cmd_export_type(struct cmd_export_job *j, uint16_t type)
{
    uint64_t expected = 0;
    if (!store_count(j->read, type, &expected, j->err))
        return false;
    const char *name = arena_printf(&j->arena, "%s/%s.ndjson", j->out, fhir_types[type].name).p;
    if (expected == 0) { /* an earlier export into the same folder may have had some */
        if (unlink(name) == 0 || errno == ENOENT)
            return true;
        return err_set(j->err, ERR_IO, name, strerror(errno), NULL);
    }
    j->path = arena_printf(&j->arena, "%s.new", name).p;
    j->count = 0;
    j->fd = open(j->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (j->fd < 0)
        return err_set(j->err, ERR_IO, j->path, strerror(errno), NULL);
    bool ok = store_scan(j->read, type, 0, cmd_export_each, j, j->err) && cmd_export_flush(j);
    if (ok && atomic_load(&wiring_stopped))
        ok = err_set(j->err, ERR_CANCELLED, NULL);
    if (!cmd_export_finish(j, name, ok))
        return false;
    meter_end(&j->meter);
    printf("%-32s %llu\n", fhir_types[type].name, (unsigned long long)j->count);
    j->done += j->count;
    return true;
}

static bool cmd_export_all(struct cmd_export_job *j)
{
    if (mkdir(j->out, 0750) != 0 && errno != EEXIST)
        return err_set(j->err, ERR_IO, j->out, strerror(errno), NULL);
    j->read = store_read_begin(j->w.store, j->err);
    bool ok = j->read && store_count(j->read, 0, &j->total, j->err);
    for (uint16_t t = 1; ok && t < fhir_type_count; t++)
        if (fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract)
            ok = cmd_export_type(j, t);
    if (j->read)
        store_read_end(j->read);
    return ok;
}

static int cmd_export_to(const char *data, const char *out)
{
    struct err err;
    struct cmd_export_job j = {.out = out, .err = &err};
    if (!wiring_open(&j.w, data, false, false, &err))
        return cmd_fail(&cmd_export, &err);
    arena_init(&j.arena);
    buf_init(&j.text, BUF_NO_MAX);
    wiring_catch_stop();
    meter_begin(&j.meter, "resurser (resources)");
    bool ok = cmd_export_all(&j);
    meter_end(&j.meter);
    wiring_close(&j.w);
    if (ok)
        printf("Export klar (done): %llu resurser (resources), %.1f s, %s\n", (unsigned long long)j.done,
               meter_seconds(&j.meter), out);
    arena_release(&j.arena);
    buf_release(&j.text);
    if (ok)
        return CMD_OK;
    cmd_fail(&cmd_export, &err);
    return err.code == ERR_CANCELLED ? CMD_STOPPED : CMD_FAILED;
}

static const struct option cmd_export_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"out", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int cmd_export_run(int argc, char **argv)
{
    const char *data = NULL, *out = NULL;
    for (int o; (o = getopt_long(argc, argv, "d:o:h", cmd_export_longs, NULL)) != -1;) {
        if (o == 'h')
            return cmd_help(&cmd_export);
        if (o == 'd')
            data = optarg;
        else if (o == 'o')
            out = optarg;
        else
            return cmd_wrong(&cmd_export, "okänd flagga", "unknown option");
    }
    if (!data || !out || optind < argc)
        return cmd_wrong(&cmd_export, "ange --data KATALOG och --out KATALOG",
                         "give --data DIR and --out DIR");
    return cmd_export_to(data, out);
}

const struct cmd cmd_export = {
    .name = "export",
    .run = cmd_export_run,
    .usage_sv = "export --data KATALOG --out KATALOG",
    .help_sv = "skriver ut allt som NDJSON, en fil per resurstyp\n"
               "Allt är från samma ögonblick. En fil får sitt namn (TYP.ndjson) först när den är hel.",
    .help_en = "writes everything as NDJSON, one file a resource type\n"
               "All of it is from the same moment. A file gets its name (TYPE.ndjson) only once it is whole.",
};
