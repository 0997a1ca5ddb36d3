/* SPDX-License-Identifier: Apache-2.0
 * Experience/$report-anonymous, in the table of routes for those who read what the service can do. The gate
 * answers it before anything here is asked; what comes this way (an entry of a Bundle, say) would leave a
 * trace. */
#include "api/api_int.h"

bool op_gov_anonymous_run(struct call *c)
{
    struct err err = {0};
    err_set(&err, ERR_GOV_ANONYMOUS, "Experience/$report-anonymous", NULL);
    return outcome_fail(c, &err);
}
