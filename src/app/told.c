/* SPDX-License-Identifier: Apache-2.0 */
#include "app/told.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit_spool.h"
#include "base/os.h"

#define TOLD_SPARE "audit.spare"
enum { TOLD_NAME_MAX = 256 };

bool told_log(const char *data, const char *action, const char *what, const struct err *why, struct err *err)
{
    char account[TOLD_NAME_MAX], room[AUDIT_PATH_MAX];
    const struct passwd *self = getpwuid(getuid());
    snprintf(account, sizeof account, "os:%.100s", self ? self->pw_name : "?");
    struct audit_record r = {.who = {.kind = STR("operator"), .account = str_of(account)},
                             .action = str_of(action),
                             .code = 'E',
                             .resource = str_of(what),
                             .outcome = why && why->code ? AUDIT_REFUSED : AUDIT_DONE,
                             .why = why && why->code ? str_of(err_info(why->code)->name) : STR("")};
    return audit_spool_put(data, told_spare(data, NULL, room), &r, err);
}

bool told_spare_note(const char *data, const char *spare, struct err *err)
{
    char path[AUDIT_PATH_MAX];
    char *real = realpath(spare, NULL); /* it was opened: it is there */
    snprintf(path, sizeof path, "%.4000s/" TOLD_SPARE, data);
    int fd = real ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640) : -1;
    bool ok = fd >= 0 && os_write_all(fd, str_of(real));
    if (!ok)
        err_set(err, ERR_IO, path, strerror(errno), NULL);
    if (fd >= 0)
        close(fd);
    os_free(real);
    return ok;
}

const char *told_spare(const char *data, const char *given, char room[AUDIT_PATH_MAX])
{
    char path[AUDIT_PATH_MAX];
    if (given)
        return given;
    snprintf(path, sizeof path, "%.4000s/" TOLD_SPARE, data);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, room, AUDIT_PATH_MAX - 1) : -1;
    if (fd >= 0)
        close(fd);
    room[n > 0 ? n : 0] = 0;
    return n > 0 ? room : NULL;
}
