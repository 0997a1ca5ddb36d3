/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$consent (lag 2022:913 3 kap.): the patient lets a provider read what other providers have
 * written, or takes that back (withdraw). Staff take it down for their own provider; the patient names one.
 */
#include "api/grant.h"
#include "api/params.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct params_def consent_params[] = {
    {.name = "organization"}, {.name = "days"}, {.name = "reason"}, {.name = "withdraw"}, {0}};

bool op_consent_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    uint64_t days;
    struct grant g = {.category = "consent", .from_ms = os_now_ms(), .law = "lag 2022:913 3 kap."};
    if (!params_read(c, consent_params, &p, &err) || !grant_open(c, RULES_CONSENT, true, &err))
        return outcome_fail(c, &err);
    if (params_text(&p, "withdraw").n)
        return grant_end(c, params_text(&p, "withdraw"), "consent", (struct str){0});
    uint64_t most = (uint64_t)(access_rules(c->api->access)->times.consent_ms / DAY_MS);
    bool staff = c->caller->kind == ACCESS_STAFF;
    struct str provider = staff ? access_view_provider(c->view) : params_text(&p, "organization");
    if (!grant_number(c, params_text(&p, "days"), "days", most, most, &days, &err) ||
        !grant_organization(c, provider, &g.actor, &err))
        return outcome_fail(c, &err);
    /* A consent to a unit would let nobody read anything: whoever gives it must know. */
    const struct region_org *to = region_named(access_view_region(c->view), g.actor);
    if (to && to->parent) {
        err_set_str(&err, ERR_ACCESS_PROVIDER, g.actor, STR(""));
        return outcome_fail(c, &err);
    }
    g.to_ms = g.from_ms + (int64_t)days * DAY_MS;
    g.reason = params_text(&p, "reason");
    return grant_make(c, &g);
}
