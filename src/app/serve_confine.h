/* SPDX-License-Identifier: Apache-2.0
 * The service confined (core/confine) to what its options ask for. */
#ifndef HELHET_APP_SERVE_CONFINE_H
#define HELHET_APP_SERVE_CONFINE_H

#include "confine/confine.h"
#include "oidc/oidc.h"
#include "paper/paper.h"

/* Paths may be NULL. */
struct serve_needs {
    const char *data, *listen, *user;
    const char *web, *import_dir, *audit_spare, *reserve;
    const struct oidc *oidc; /* the outside provider that is called; NULL: none */
    const struct paper_options *paper_opt;
    struct paper **paper; /* is opened here: its helpers run programs, which the service then may not */
};

/* Makes data when absent, and confines the process. Before there are threads; *done is for serve_confined. */
bool serve_confine(const struct serve_needs *needs, struct confine_done *done, struct err *err);

/* Tells the log what holds, loudly where the kernel lacks something. */
void serve_confined(const struct confine_done *done);

#endif
