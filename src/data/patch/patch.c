/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "patch/patch_int.h"

enum { PATH_SHOWN_MAX = 100 };

static bool tell(struct err *err, enum err_code code, uint32_t i, const char *op, struct str path,
                 const char *sv, const char *en)
{
    char label[ERR_ARG_MAX];
    bool cut = path.n > PATH_SHOWN_MAX;
    snprintf(label, sizeof(label), "%u (%s%s%.*s%s)", i + 1, op, path.n ? " " : "",
             (int)(cut ? PATH_SHOWN_MAX : path.n), path.n ? path.p : "", cut ? "…" : "");
    return err_set(err, code, label, sv, en, NULL);
}

bool patch_wrong(struct err *err, uint32_t i, const char *op, struct str path, const char *sv, const char *en)
{
    return tell(err, ERR_PATCH_SYNTAX, i, op, path, sv, en);
}

bool patch_failed(struct err *err, uint32_t i, const char *op, struct str path, const char *sv,
                  const char *en)
{
    return tell(err, ERR_PATCH_FAILED, i, op, path, sv, en);
}

bool patch_costly(struct err *err, uint32_t i)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", i + 1);
    return err_set(err, ERR_PATCH_COST, text, NULL);
}
