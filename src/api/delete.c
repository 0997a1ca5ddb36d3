/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"

bool delete_run(struct call *c)
{
    return write_run(c, WRITE_DELETE);
}

bool delete_conditional_run(struct call *c)
{
    return write_run(c, WRITE_DELETE);
}
