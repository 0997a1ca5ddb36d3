/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"

bool create_run(struct call *c)
{
    return write_run(c, WRITE_CREATE);
}
