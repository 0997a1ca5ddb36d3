/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd.h"
#include "base/os.h"
#include "path/path.h"

enum {
    CMD_FHIRPATH_REPEAT_MAX = 1000 * 1000 * 1000,
    CMD_FHIRPATH_FILE_MAX = 256 * 1024 * 1024,
    CMD_FHIRPATH_MEMORY_MAX = 1024 * 1024 * 1024
};

/* The file as a typed tree; its text in *data is the caller's to free. */
static bool cmd_fhirpath_read(struct arena *arena, const char *file, char **data, struct json_doc *doc,
                              struct err *err)
{
    size_t n;
    if (!os_file_read(file, CMD_FHIRPATH_FILE_MAX, data, &n))
        return err_set(err, ERR_IO, file, strerror(errno), NULL);
    if (!json_parse(arena, (struct str){*data, n}, &fhir_names, doc, err))
        return false;
    if (fhir_type_tree(doc, 0))
        return true;
    if (doc->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    uint32_t type = json_get_key(doc, 0, STR("resourceType"));
    if (type == UINT32_MAX)
        return err_set(err, ERR_FHIR_TYPE_MISSING, NULL);
    return err_set_str(err, ERR_FHIR_TYPE_UNKNOWN, json_text(doc, type), (struct str){NULL, 0});
}

/* Evaluates times more, in one arena emptied each time, and prints the rate. */
static bool cmd_fhirpath_repeat(const struct path_expr *e, const struct path_context *ctx, uint64_t times,
                                struct err *err)
{
    struct arena arena;
    bool ok = true;
    uint64_t from = os_mono_ns();
    arena_init(&arena);
    for (uint64_t i = 0; ok && i < times; i++) {
        struct path_list list = {0};
        ok = path_eval(e, ctx, 0, &arena, &list, err);
        arena_reset(&arena);
    }
    arena_release(&arena);
    double seconds = (double)(os_mono_ns() - from) / 1e9;
    fprintf(stderr, "%llu uträkningar (evaluations), %.0f per sekund (a second)\n", (unsigned long long)times,
            (double)times / (seconds > 0 ? seconds : 1));
    return ok;
}

static bool cmd_fhirpath_eval(struct arena *arena, const char *text, uint64_t times,
                              const struct json_doc *doc, struct err *err)
{
    struct path_context ctx = {.doc = doc, .now_ms = os_now_ms()};
    struct path_list list = {0};
    const struct path_expr *e = path_compile(arena, str_of(text), fhir_resource_type(doc, 0), err);
    if (!e || !path_eval(e, &ctx, 0, arena, &list, err) ||
        (times && !cmd_fhirpath_repeat(e, &ctx, times, err)))
        return false;
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    path_write(&list, &out);
    buf_char(&out, '\n');
    bool ok = buf_ok(&out) && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    buf_release(&out);
    return ok || err_set(err, ERR_IO, "stdout", strerror(errno), NULL);
}

/* The texts of err and its place: in the expression for FHIRPath's own errors, else in the file. */
static int cmd_fhirpath_fail(const struct err *err, const char *file)
{
    bool expression = err->code >= ERR_PATH_SYNTAX && err->code <= ERR_PATH_UNSUPPORTED;
    int code = cmd_fail(&cmd_fhirpath, err);
    if (err->line)
        fprintf(stderr, "helhet fhirpath: %s, rad (line) %u, kolumn (column) %u\n",
                expression ? "uttrycket (the expression)" : file, err->line, err->column);
    return code;
}

static const struct option cmd_fhirpath_longs[] = {
    {"repeat", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int cmd_fhirpath_run(int argc, char **argv)
{
    uint64_t times = 0;
    for (int o; (o = getopt_long(argc, argv, "n:h", cmd_fhirpath_longs, NULL)) != -1;) {
        if (o == 'h')
            return cmd_help(&cmd_fhirpath);
        if (o == 'n' && str_u64(str_of(optarg), CMD_FHIRPATH_REPEAT_MAX, &times))
            continue;
        return cmd_wrong(&cmd_fhirpath, "okänd flagga eller fel tal", "unknown option or wrong number");
    }
    if (argc - optind != 2)
        return cmd_wrong(&cmd_fhirpath, "ange ett uttryck och en fil", "give an expression and a file");
    struct arena arena;
    struct err err = {0};
    struct json_doc doc;
    char *data = NULL;
    arena_init(&arena);
    arena_limit(&arena, CMD_FHIRPATH_MEMORY_MAX);
    bool ok = cmd_fhirpath_read(&arena, argv[optind + 1], &data, &doc, &err) &&
              cmd_fhirpath_eval(&arena, argv[optind], times, &doc, &err);
    arena_release(&arena);
    os_free(data);
    return ok ? CMD_OK : cmd_fhirpath_fail(&err, argv[optind + 1]);
}

const struct cmd cmd_fhirpath = {
    .name = "fhirpath",
    .run = cmd_fhirpath_run,
    .usage_sv = "fhirpath [--repeat N] 'UTTRYCK' FIL",
    .help_sv =
        "beräknar ett FHIRPath-uttryck på en resurs och skriver svaret som JSON\n"
        "FIL är en resurs i JSON. Svaret är alltid en lista. Fel visas med rad och kolumn i uttrycket.\n"
        "--repeat N räknar ut det N gånger till och skriver takten.\n"
        "Exempel: helhet fhirpath \"name.where(use = 'official').family\" patient.json",
    .help_en = "evaluates a FHIRPath expression on a resource and prints the result as JSON\n"
               "FILE is one resource in JSON. The result is always an array. Errors show line and column.\n"
               "--repeat N evaluates N times more and prints the rate.",
};
