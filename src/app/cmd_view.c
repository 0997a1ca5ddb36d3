/* SPDX-License-Identifier: Apache-2.0
 * helhet view: a SQL-on-FHIR ViewDefinition over a store or over NDJSON files. */
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
#include "load/load_source.h"
#include "view/view_out.h"

enum {
    CMD_VIEW_FILE_MAX = 16 << 20,  /* bytes of a ViewDefinition */
    CMD_VIEW_LINE_MAX = 128 << 20, /* bytes of a line of input */
    CMD_VIEW_READ = 256 << 10,
    CMD_VIEW_MEMORY_MAX = 1 << 30, /* for one resource */
    CMD_VIEW_INPUTS_MAX = 64,
    CMD_VIEW_TELL = 256, /* resources between looks at the meter */
};

/* What the command line asked for. */
struct cmd_view_ask {
    const char *file, *data, *out;
    const char *inputs[CMD_VIEW_INPUTS_MAX];
    size_t input_count;
    enum view_format format;
    bool format_given, no_header, help;
    uint64_t limit; /* rows; 0: all */
};

/* The run under way. */
struct cmd_view_run {
    const struct cmd_view_ask *ask;
    const struct view *view;
    struct view_out *out;
    int fd;
    const char *path;            /* of fd, for errors */
    struct arena arena;          /* one resource */
    struct terms_session *terms; /* of a store; NULL: files, which hold no value sets */
    struct meter meter;
    int64_t now_ms;
    uint64_t resources, other, done, total;
    bool full; /* the limit is reached */
    struct err *err;
};

/* ---- the view ---- */

/* The definition's file and its text, which the view points into: both live in arena. */
static const struct view *cmd_view_read(struct arena *arena, const char *file, struct err *err)
{
    char *data;
    size_t n;
    struct json_doc doc;
    if (!os_file_read(file, CMD_VIEW_FILE_MAX, &data, &n)) {
        err_set(err, ERR_IO, file, strerror(errno), NULL);
        return NULL;
    }
    struct str text = arena_str(arena, (struct str){data, n});
    os_free(data);
    if (!json_parse(arena, text, &fhir_names, &doc, err))
        return NULL;
    return view_compile(arena, &doc, 0, err);
}

/* Where in the view, and where in its expression or in the file. */
static int cmd_view_fail(const struct err *err, const char *file)
{
    bool json = err->code >= ERR_JSON_SYNTAX && err->code <= ERR_JSON_SIZE;
    int code = cmd_fail(&cmd_view, err);
    if (err->path[0])
        fprintf(stderr, "helhet view: %s: %s\n", file, err->path);
    if (err->line)
        fprintf(stderr, "helhet view: %s, rad (line) %u, kolumn (column) %u\n",
                json ? file : "uttrycket (the expression)", err->line, err->column);
    return code;
}

static int cmd_view_check(const char *file)
{
    static const char *const kinds[] = {"?",    "text",     "boolean", "integer", "decimal",
                                        "date", "dateTime", "instant", "time",    "JSON"};
    struct arena arena;
    struct err err;
    size_t count = 0;
    arena_init(&arena);
    const struct view *v = cmd_view_read(&arena, file, &err);
    const struct view_column *c = v ? view_columns(v, &count) : NULL;
    if (v)
        printf("%s: %.*s (%s), %zu kolumner (columns)\n", file, STR_ARG(view_name(v)),
               fhir_types[view_type(v)].name, count);
    for (size_t i = 0; i < count; i++)
        printf("  %-32.*s %-10s %.*s%s\n", STR_ARG(c[i].name), kinds[c[i].kind], STR_ARG(c[i].type),
               c[i].collection ? " []" : "");
    int code = v ? CMD_OK : cmd_view_fail(&err, file);
    arena_release(&arena);
    return code;
}

/* ---- running ---- */

static bool cmd_view_flush(struct cmd_view_run *r)
{
    bool ok = os_write_all(r->fd, view_out_bytes(r->out));
    view_out_clear(r->out);
    return ok || err_set(r->err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, r->path, strerror(errno), NULL);
}

static bool cmd_view_row(void *arg, const struct view_cell *cells, struct err *err)
{
    struct cmd_view_run *r = arg;
    if (!view_out_row(r->out, cells, err))
        return false;
    r->full = r->ask->limit && view_out_rows(r->out) >= r->ask->limit;
    return !r->full;
}

/* One resource. False when it is over: failed, stopped, or enough. */
static bool cmd_view_resource(struct cmd_view_run *r, struct str body)
{
    bool other = false;
    arena_reset(&r->arena);
    bool ok = view_run_text(r->view, body, r->now_ms, terms_session_path(r->terms), &r->arena, cmd_view_row,
                            r, &other, r->err);
    r->other += other;
    if (++r->resources % CMD_VIEW_TELL == 0)
        meter_show(&r->meter, r->done, r->total, r->resources);
    if (!ok || (view_out_bytes(r->out).n >= VIEW_OUT_BYTES && !cmd_view_flush(r)))
        return false;
    return !atomic_load(&wiring_stopped);
}

static bool cmd_view_each(void *arg, const struct store_version *v)
{
    struct cmd_view_run *r = arg;
    r->done++;
    return cmd_view_resource(r, v->body);
}

static bool cmd_view_store(struct cmd_view_run *r)
{
    struct wiring w;
    fhir_type_id type = view_type(r->view);
    if (!wiring_open(&w, r->ask->data, false, false, r->err))
        return false;
    struct store_read *read = store_read_begin(w.store, r->err);
    r->terms = terms_session_new(w.terms);
    terms_session_read(r->terms, read, 0);
    bool ok = read && store_count(read, type, &r->total, r->err) &&
              store_scan(read, type, 0, cmd_view_each, r, r->err) && r->err->code == ERR_OK;
    if (read)
        store_read_end(read);
    terms_session_free(r->terms);
    r->terms = NULL;
    wiring_close(&w);
    return ok;
}

/* The whole lines in line; the rest is moved to its front. last: what is left is a line too. */
static bool cmd_view_lines(struct cmd_view_run *r, struct buf *line, bool last, const char *path,
                           uint64_t *number)
{
    struct str rest = buf_get(line);
    while (rest.n) {
        size_t at = str_find(rest, '\n', 0);
        if (at == SIZE_MAX && !last)
            break;
        struct str one = str_sub(rest, 0, at == SIZE_MAX ? rest.n : at);
        rest = str_sub(rest, at == SIZE_MAX ? rest.n : at + 1, rest.n);
        ++*number;
        if (one.n && one.p[one.n - 1] == '\r')
            one.n--;
        if (one.n && !cmd_view_resource(r, one)) {
            if (r->err->code != ERR_OK)
                fprintf(stderr, "helhet view: %s: rad (line) %llu\n", path, (unsigned long long)*number);
            return false;
        }
    }
    if (rest.n)
        memmove(line->p, rest.p, rest.n);
    line->n = rest.n;
    return true;
}

static bool cmd_view_input(struct cmd_view_run *r, const char *path)
{
    struct load_source *s = load_source_open(path, r->err);
    struct buf line;
    uint64_t number = 0, before = r->done;
    size_t got = 1;
    bool ok = s != NULL;
    buf_init(&line, CMD_VIEW_LINE_MAX);
    while (ok && got) {
        char *to = buf_room(&line, CMD_VIEW_READ);
        if (!to) {
            ok = err_set(r->err, ERR_JSON_SIZE, "134217728", NULL);
            break;
        }
        ok = load_source_read(s, to, CMD_VIEW_READ, &got, r->err);
        if (ok)
            line.n += got;
        r->done = before + (ok ? load_source_position(s) : 0);
        ok = ok && cmd_view_lines(r, &line, got == 0, path, &number);
    }
    load_source_close(s);
    buf_release(&line);
    return ok;
}

static bool cmd_view_inputs(struct cmd_view_run *r)
{
    struct stat st;
    for (size_t i = 0; i < r->ask->input_count; i++) {
        if (stat(r->ask->inputs[i], &st) != 0)
            return err_set(r->err, ERR_IO, r->ask->inputs[i], strerror(errno), NULL);
        r->total += (uint64_t)st.st_size;
    }
    for (size_t i = 0; i < r->ask->input_count; i++)
        if (!cmd_view_input(r, r->ask->inputs[i]))
            return false;
    return true;
}

/* All rows, and what ends the format. Enough rows end it well, ^C does not. */
static bool cmd_view_rows(struct cmd_view_run *r)
{
    bool ok = r->ask->data ? cmd_view_store(r) : cmd_view_inputs(r);
    if (!ok && !(r->full && r->err->code == ERR_OK))
        return r->err->code != ERR_OK ? false : err_set(r->err, ERR_CANCELLED, NULL);
    return view_out_end(r->out, r->err) && cmd_view_flush(r);
}

/* Into the file beside its name, which it gets once it is whole; or to stdout. */
static bool cmd_view_to(struct cmd_view_run *r, struct arena *arena)
{
    const char *out = r->ask->out;
    r->path = out ? arena_printf(arena, "%s.new", out).p : "stdout";
    r->fd = out ? open(r->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640) : STDOUT_FILENO;
    if (r->fd < 0)
        return err_set(r->err, ERR_IO, r->path, strerror(errno), NULL);
    bool ok = cmd_view_rows(r);
    if (!out)
        return ok;
    if (ok && !os_sync(r->fd))
        ok = err_set(r->err, ERR_IO, r->path, strerror(errno), NULL);
    close(r->fd);
    if (ok && rename(r->path, out) != 0)
        ok = err_set(r->err, ERR_IO, out, strerror(errno), NULL);
    if (!ok)
        unlink(r->path);
    return ok;
}

static void cmd_view_tell(const struct cmd_view_run *r)
{
    fprintf(stderr, "Klart (done): %llu rader (rows), %llu resurser (resources), %.1f s\n",
            (unsigned long long)view_out_rows(r->out), (unsigned long long)(r->resources - r->other),
            meter_seconds(&r->meter));
    if (r->other)
        fprintf(stderr,
                "%llu resurser av andra typer lästes inte (resources of other types were passed over)\n",
                (unsigned long long)r->other);
}

static int cmd_view_go(const struct cmd_view_ask *ask)
{
    struct arena arena;
    struct err err = {0};
    struct cmd_view_run r = {.ask = ask, .err = &err, .now_ms = os_now_ms()};
    arena_init(&arena);
    arena_init(&r.arena);
    arena_limit(&r.arena, CMD_VIEW_MEMORY_MAX);
    r.view = cmd_view_read(&arena, ask->file, &err);
    r.out = r.view ? view_out_new(r.view, ask->format, !ask->no_header, &err) : NULL;
    wiring_catch_stop();
    meter_begin(&r.meter, "resurser (resources)");
    bool ok = r.out && cmd_view_to(&r, &arena);
    meter_end(&r.meter);
    if (ok)
        cmd_view_tell(&r);
    int code = ok ? CMD_OK : cmd_view_fail(&err, ask->file);
    view_out_free(r.out);
    arena_release(&r.arena);
    arena_release(&arena);
    return err.code == ERR_CANCELLED ? CMD_STOPPED : code;
}

/* ---- the command line ---- */

static const struct option cmd_view_longs[] = {
    {"data", required_argument, NULL, 'd'},   {"input", required_argument, NULL, 'i'},
    {"format", required_argument, NULL, 'f'}, {"out", required_argument, NULL, 'o'},
    {"limit", required_argument, NULL, 'l'},  {"no-header", no_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
};

/* False when the option is not one of ours, or its value is wrong. */
static bool cmd_view_option(struct cmd_view_ask *ask, int o)
{
    switch (o) {
    case 'd':
        ask->data = optarg;
        return true;
    case 'i':
        if (ask->input_count == CMD_VIEW_INPUTS_MAX)
            return false;
        ask->inputs[ask->input_count++] = optarg;
        return true;
    case 'f':
        ask->format_given = true;
        return view_format_find(str_of(optarg), &ask->format);
    case 'o':
        ask->out = optarg;
        return true;
    case 'l':
        return str_u64(str_of(optarg), INT64_MAX, &ask->limit) && ask->limit > 0;
    case 'n':
        ask->no_header = true;
        return true;
    case 'h':
        ask->help = true;
        return true;
    default:
        return false;
    }
}

/* Without --format: what the name of the file ends in, else CSV. */
static void cmd_view_guess(struct cmd_view_ask *ask)
{
    struct str name = str_of(ask->out);
    ask->format = VIEW_CSV;
    for (int f = 0; f < VIEW_FORMAT_COUNT; f++) {
        struct str ending = str_of(view_format_name((enum view_format)f));
        if (name.n > ending.n && str_ends(name, ending) && name.p[name.n - ending.n - 1] == '.')
            ask->format = (enum view_format)f;
    }
}

static int cmd_view_main(int argc, char **argv)
{
    struct cmd_view_ask ask = {0};
    const char *verb = argc > 1 ? argv[1] : "";
    bool run = strcmp(verb, "run") == 0;
    for (int o; (o = getopt_long(argc, argv, "d:i:f:o:l:nh", cmd_view_longs, NULL)) != -1;)
        if (!cmd_view_option(&ask, o))
            return cmd_wrong(&cmd_view, "okänd flagga eller fel värde", "unknown option or wrong value");
    if (ask.help)
        return cmd_help(&cmd_view);
    if (argc - optind != 2 || (!run && strcmp(verb, "check") != 0))
        return cmd_wrong(&cmd_view, "ange run FIL eller check FIL", "give run FILE or check FILE");
    ask.file = argv[optind + 1];
    if (!run)
        return cmd_view_check(ask.file);
    if (!ask.data == !ask.input_count)
        return cmd_wrong(&cmd_view, "ange --data KATALOG eller --input FIL",
                         "give --data DIR or --input FILE");
    if (!ask.format_given)
        cmd_view_guess(&ask);
    if (ask.format == VIEW_PARQUET && !ask.out && isatty(STDOUT_FILENO))
        return cmd_wrong(&cmd_view, "Parquet är inget för en terminal: ange --out FIL",
                         "Parquet is nothing for a terminal: give --out FILE");
    return cmd_view_go(&ask);
}

const struct cmd cmd_view = {
    .name = "view",
    .run = cmd_view_main,
    .usage_sv =
        "view run FIL --data KATALOG | --input FIL.ndjson[.gz] …\n"
        "                       [--format csv|ndjson|json|parquet] [--out FIL] [--limit N] [--no-header]\n"
        "                  view check FIL",
    .help_sv =
        "gör en tabell av resurser med en SQL-on-FHIR ViewDefinition\n"
        "run skriver tabellen till --out eller till standard ut. Utan --format avgör filnamnets slut, "
        "annars\n"
        "CSV. --limit är antal rader. --data läser ett lager, --input NDJSON-filer (även .gz och .bz2).\n"
        "En fil får sitt namn först när den är hel. check säger om definitionen håller och visar kolumnerna.",
    .help_en =
        "makes a table of resources with a SQL-on-FHIR ViewDefinition\n"
        "run writes the table to --out or to standard output. Without --format the file name's ending\n"
        "decides, else CSV. --limit is in rows. --data reads a store, --input NDJSON files (.gz and .bz2\n"
        "too). A file gets its name only once it is whole. check says whether the definition holds and\n"
        "shows its columns.",
};
