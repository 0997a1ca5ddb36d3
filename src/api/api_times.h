/* SPDX-License-Identifier: Apache-2.0
 * api_times: how long the service has taken to answer, for those who report it (the readiness floor). */
#ifndef HELHET_API_API_TIMES_H
#define HELHET_API_API_TIMES_H

#include "base/histogram.h"

struct api;

enum api_kind { API_READ, API_SEARCH, API_WRITE, API_OPERATION, API_KINDS };

/* How long answers took since the start, by kind of call: from the request being read to the answer being
 * ready (of a write: durable; of a stream: begun). What was refused (4xx) is not among them, nor what is no
 * part of the record (/health, /metrics, metadata, jobs). A Bundle is a write. From any thread. */
void api_times(const struct api *a, enum api_kind kind, struct histogram_sum *out);

#endif
