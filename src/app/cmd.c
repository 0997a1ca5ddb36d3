/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cmd.h"

#include <stdio.h>

int cmd_fail(const struct cmd *c, const struct err *err)
{
    struct buf sv, en;
    buf_init(&sv, BUF_NO_MAX);
    buf_init(&en, BUF_NO_MAX);
    err_text(err, ERR_SV, &sv);
    err_text(err, ERR_EN, &en);
    fprintf(stderr, "helhet %s: %.*s\n", c->name, STR_ARG(buf_get(&sv)));
    if (!str_eq(buf_get(&sv), buf_get(&en)))
        fprintf(stderr, "helhet %s: %.*s\n", c->name, STR_ARG(buf_get(&en)));
    buf_release(&sv);
    buf_release(&en);
    return err->code == ERR_USAGE ? CMD_USAGE : CMD_FAILED;
}

int cmd_wrong(const struct cmd *c, const char *what_sv, const char *what_en)
{
    fprintf(stderr, "helhet %s: %s. Se helhet %s --help\n", c->name, what_sv, c->name);
    fprintf(stderr, "helhet %s: %s. See helhet %s --help\n", c->name, what_en, c->name);
    return CMD_USAGE;
}

int cmd_help(const struct cmd *c)
{
    printf("Användning: helhet %s\n\n%s\n\n%s\n", c->usage_sv, c->help_sv, c->help_en);
    return CMD_OK;
}
