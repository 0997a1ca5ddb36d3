/* SPDX-License-Identifier: Apache-2.0
 * demo_freeze: the demo's steering has a past: one checkpoint is measured by what the region holds and frozen
 * with its evidence, as the service does it, so that its hash holds. */
#ifndef HELHET_APP_DEMO_FREEZE_H
#define HELHET_APP_DEMO_FREEZE_H

#include "app/wiring.h"

/* Measures the whole store's checkpoints meanwhile. dir is the store's folder. True when there is nothing to
 * freeze. */
bool demo_freeze(struct wiring *w, const char *dir, struct err *err);

/* Has it been measured? Then the region was whole before it, and is not made again over what was measured. */
bool demo_freeze_begun(struct wiring *w, bool *measured, struct err *err);

#endif
