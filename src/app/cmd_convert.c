/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd.h"
#include "base/os.h"
#include "xml/xml.h"

enum { CMD_CONVERT_FILE_MAX = 1 << 30 };

struct cmd_convert {
    bool xml, chosen, pretty;
};

/* The file's text as the other form, or as the one asked for. */
static bool cmd_convert_text(const struct cmd_convert *o, struct str text, struct buf *out, struct err *err)
{
    struct arena arena;
    struct json_doc doc;
    struct buf json;
    bool from_xml = xml_looks_so(text), ok = true;
    bool to_xml = o->chosen ? o->xml : !from_xml;
    buf_init(&json, JSON_SIZE_MAX);
    arena_init(&arena);
    if (from_xml) {
        ok = xml_read(text, &json, err);
        text = buf_get(&json);
    }
    ok = ok && json_parse(&arena, text, &fhir_names, &doc, err);
    if (ok && !fhir_type_tree(&doc, 0))
        ok = err_set(err, ERR_FHIR_TYPE_MISSING, NULL);
    if (ok && to_xml)
        ok = xml_write(&doc, 0, o->pretty, out, err);
    else if (ok && o->pretty)
        json_write_pretty(&doc, 0, out);
    else if (ok)
        json_write(&doc, 0, out);
    arena_release(&arena);
    buf_release(&json);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

static bool cmd_convert_file(const struct cmd_convert *o, const char *file, struct err *err)
{
    char *data;
    size_t n;
    struct buf out;
    if (!os_file_read(file, CMD_CONVERT_FILE_MAX, &data, &n))
        return err_set(err, ERR_IO, file, strerror(errno), NULL);
    buf_init(&out, BUF_NO_MAX);
    bool ok = cmd_convert_text(o, (struct str){data, n}, &out, err);
    if (ok && out.n && out.p[out.n - 1] != '\n')
        buf_char(&out, '\n');
    if (ok && (!buf_ok(&out) || fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0))
        ok = err_set(err, ERR_IO, "stdout", strerror(errno), NULL);
    buf_release(&out);
    os_free(data);
    return ok;
}

static const struct option cmd_convert_longs[] = {
    {"to", required_argument, NULL, 't'},
    {"pretty", no_argument, NULL, 'p'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int cmd_convert_run(int argc, char **argv)
{
    struct cmd_convert o = {0};
    struct err err = {0};
    for (int c; (c = getopt_long(argc, argv, "t:ph", cmd_convert_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_convert);
        if (c == 'p') {
            o.pretty = true;
        } else if (c == 't' && (strcmp(optarg, "xml") == 0 || strcmp(optarg, "json") == 0)) {
            o.chosen = true;
            o.xml = optarg[0] == 'x';
        } else {
            return cmd_wrong(&cmd_convert, "--to tar xml eller json; andra flaggor är --pretty",
                             "--to takes xml or json; other options are --pretty");
        }
    }
    if (argc - optind != 1)
        return cmd_wrong(&cmd_convert, "ange en fil", "give one file");
    if (cmd_convert_file(&o, argv[optind], &err))
        return CMD_OK;
    int code = cmd_fail(&cmd_convert, &err);
    if (err.line)
        fprintf(stderr, "helhet convert: %s, rad (line) %u, kolumn (column) %u\n", argv[optind], err.line,
                err.column);
    if (err.path[0])
        fprintf(stderr, "helhet convert: %s\n", err.path);
    return code;
}

const struct cmd cmd_convert = {
    .name = "convert",
    .run = cmd_convert_run,
    .usage_sv = "convert [--to xml|json] [--pretty] FIL",
    .help_sv =
        "skriver en resurs i den andra formen: FHIR-XML som JSON, JSON som FHIR-XML\n"
        "FIL är en resurs (också en Bundle); formen känns igen på första tecknet. Svaret skrivs ut.\n"
        "--to väljer form, --pretty drar in raderna. Inget innehåll går förlorat; det som den andra formen\n"
        "inte kan bära är ett fel med plats.\n"
        "Exempel: helhet convert --to xml patient.json",
    .help_en =
        "writes a resource in the other form: FHIR XML as JSON, JSON as FHIR XML\n"
        "FILE is one resource (a Bundle too); its form is known by its first character. Prints the result.\n"
        "--to chooses the form, --pretty indents. Nothing is lost; what the other form cannot carry is an\n"
        "error with its place.",
};
