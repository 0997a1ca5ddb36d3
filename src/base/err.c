/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>

static const struct err_info err_infos[ERR_COUNT] = {
    [ERR_OK] = {"OK", 200, "informational", {"", ""}},
#define ERR(code, http, issue, sv, en) [ERR_##code] = {#code, http, issue, {sv, en}},
#include "base/errors.def"
#undef ERR
};

const struct err_info *err_info(enum err_code code)
{
    return &err_infos[code < ERR_COUNT ? code : ERR_INTERNAL];
}

/* Copies at most max-1 bytes, never half a UTF-8 character, and ends with NUL. */
static void err_copy(char *to, size_t max, struct str s)
{
    size_t n = s.n < max ? s.n : max - 1;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    if (n)
        memcpy(to, s.p, n);
    to[n] = 0;
}

bool err_set(struct err *err, enum err_code code, ...)
{
    if (!err)
        return false;
    *err = (struct err){.code = code};
    va_list ap;
    va_start(ap, code);
    for (int i = 0; i < ERR_ARGS; i++) {
        const char *arg = va_arg(ap, const char *);
        if (!arg)
            break;
        err_copy(err->arg[i], ERR_ARG_MAX, str_of(arg));
    }
    va_end(ap);
    return false;
}

bool err_set_str(struct err *err, enum err_code code, struct str a, struct str b)
{
    if (!err)
        return false;
    *err = (struct err){.code = code};
    err_copy(err->arg[0], ERR_ARG_MAX, a);
    err_copy(err->arg[1], ERR_ARG_MAX, b);
    return false;
}

void err_at(struct err *err, struct str path)
{
    if (err && !err->path[0])
        err_copy(err->path, ERR_PATH_MAX, path);
}

void err_place(struct err *err, uint32_t line, uint32_t column)
{
    if (err) {
        err->line = line;
        err->column = column;
    }
}

void err_text(const struct err *err, enum err_lang lang, struct buf *out)
{
    for (const char *p = err_info(err->code)->text[lang]; *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] < '0' + ERR_ARGS && p[2] == '}') {
            buf_cstr(out, err->arg[p[1] - '0']);
            p += 2;
        } else {
            buf_char(out, *p);
        }
    }
}
