/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"

bool update_run(struct call *c)
{
    return write_run(c, WRITE_UPDATE);
}

bool update_conditional_run(struct call *c)
{
    return write_run(c, WRITE_UPDATE);
}
