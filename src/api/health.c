/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"
#include "audit/audit.h"

static const char *const states[] = {
    [AUDIT_UP] = "ok", [AUDIT_SPARE] = "spare folder", [AUDIT_DOWN] = "cannot be written"};

/* Alive means that the store answers. */
bool health_run(struct call *c)
{
    struct err err = {0};
    uint64_t resources = 0;
    struct json_out o;
    struct buf out;
    struct store_read *r = store_read_begin(c->api->store, &err);
    bool ok = r && store_count(r, 0, &resources, &err);
    if (r)
        store_read_end(r);
    buf_init(&out, 4096);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    enum audit_state log = c->api->audit ? audit_state(c->api->audit) : AUDIT_UP;
    ok = ok && log != AUDIT_DOWN;
    json_out_cstr(&o, "status", !ok ? "failing" : log == AUDIT_SPARE ? "degraded" : "ok");
    if (c->api->audit)
        json_out_cstr(&o, "audit", states[log]);
    json_out_cstr(&o, "version", HELHET_VERSION);
    json_out_i64(&o, "resources", (int64_t)resources);
    json_out_i64(&o, "uptime_s", (os_now_ms() - c->api->started_ms) / 1000);
    if (!ok)
        json_out_cstr(&o, "error", err_info(err.code ? err.code : ERR_AUDIT_DOWN)->name);
    json_out_end_object(&o);
    bool done = resource_answer_buf(c, &out, ok ? 200 : 503);
    c->resp->content_type = "application/json";
    c->resp->quiet = ok; /* every open page asks once a second */
    return done;
}
