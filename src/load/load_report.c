/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "load/load_int.h"

#include <errno.h>

bool load_report_open(struct load_report *r, const char *path, struct err *err)
{
    *r = (struct load_report){.path = path};
    buf_init(&r->line, BUF_NO_MAX);
    if (!path)
        return true;
    r->file = fopen(path, "we");
    return r->file ? true : err_set(err, ERR_IO, path, strerror(errno), NULL);
}

uint32_t load_report_line(const struct load_entry *e)
{
    uint32_t within = e->err ? e->err->line : 0;
    return e->line && within ? e->line + within - 1 : e->line + within;
}

static void load_report_text(struct json_out *o, const char *key, const struct err *err, enum err_lang lang)
{
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    err_text(err, lang, &text);
    json_out_string(o, key, buf_get(&text));
    buf_release(&text);
}

static void load_report_write(struct load_report *r, const char *outcome, const char *file,
                              const struct load_entry *e, const struct err *err)
{
    struct json_out o;
    buf_clear(&r->line);
    json_out_init(&o, &r->line);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "outcome", outcome);
    json_out_cstr(&o, "file", file);
    json_out_i64(&o, "line", load_report_line(e));
    if (err->column)
        json_out_i64(&o, "column", err->column);
    if (e->number)
        json_out_i64(&o, "entry", e->number);
    if (e->full_url.n)
        json_out_string(&o, "fullUrl", e->full_url);
    if (e->change.type)
        json_out_cstr(&o, "resourceType", fhir_types[e->change.type].name);
    if (e->change.id.n)
        json_out_string(&o, "id", e->change.id);
    if (err->path[0])
        json_out_cstr(&o, "path", err->path);
    json_out_cstr(&o, "code", err_info(err->code)->name);
    load_report_text(&o, "sv", err, ERR_SV);
    load_report_text(&o, "en", err, ERR_EN);
    json_out_end_object(&o);
    buf_char(&r->line, '\n');
    struct str line = buf_get(&r->line);
    if (r->err.code == ERR_OK && fwrite(line.p, 1, line.n, r->file) != line.n)
        err_set(&r->err, ERR_IO, r->path, strerror(errno), NULL);
}

void load_report_rejected(struct load_report *r, const char *file, const struct load_entry *e)
{
    if (r->file)
        load_report_write(r, "rejected", file, e, e->err);
}

void load_report_kept(struct load_report *r, const char *file, const struct load_entry *e)
{
    if (!r->file)
        return;
    struct err err;
    char name[ERR_ARG_MAX];
    snprintf(name, sizeof name, "%s/%.*s", fhir_types[e->change.type].name, STR_ARG(e->change.id));
    err_set(&err, ERR_LOAD_KEPT, name, NULL);
    load_report_write(r, "kept", file, e, &err);
}

bool load_report_close(struct load_report *r, struct err *err)
{
    buf_release(&r->line);
    if (r->file && fclose(r->file) != 0 && r->err.code == ERR_OK)
        err_set(&r->err, ERR_IO, r->path, strerror(errno), NULL);
    r->file = NULL;
    if (r->err.code == ERR_OK)
        return true;
    *err = r->err;
    return false;
}
