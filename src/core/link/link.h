/* SPDX-License-Identifier: Apache-2.0
 * link: one HTTP request to a service that the configuration names. https with the certificate and the name
 * verified; http only to an address of the loopback (for tests, and for what runs beside). Redirects are not
 * followed, no proxy is taken from the environment, cookies are not kept.
 *
 * Waits for the answer: only for threads that nobody else waits for. Thread safe. */
#ifndef HELHET_LINK_LINK_H
#define HELHET_LINK_LINK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    LINK_URL_MAX = 2048,
    LINK_CONNECT_MS = 3000,
    LINK_HEADS_MAX = 64 * 1024, /* bytes of the header lines of an answer */
    LINK_HEADERS_MAX = 8,       /* header lines of a request */
};

struct link;

/* ca_file: certificates in PEM that are trusted instead of the system's; NULL: the system's. */
struct link *link_new(const char *ca_file, struct err *err);
/* Ends every request under way, and refuses new ones. */
void link_stop(struct link *l);
/* When no thread is in link_ask. NULL is fine. */
void link_free(struct link *l);

/* May the address be asked? https, or http to 127.0.0.1, ::1 or localhost; no user, no fragment. */
bool link_url_valid(struct str url);

/* The TCP port of an address that may be asked; 0: it may not. */
uint16_t link_port(struct str url);

struct link_request {
    struct str url;
    struct str body; /* {NULL,0}: GET, else POST */
    const char *content_type;
    const char *accept;
    struct str user, password; /* Basic; {NULL,0}: none */
    struct str bearer;         /* {NULL,0}: none */
    size_t answer_max;         /* bytes of the answer's body */
    uint64_t deadline_ns;      /* of os_mono_ns */
};
struct link_answer {
    int status;
    struct str type; /* Content-Type without its parameters, in small letters */
    struct str body;
};
/* False with ERR_LINK_URL, ERR_LINK_DOWN (whom, and why) or ERR_LINK_LARGE; any status is an answer. Texts in
 * arena. */
bool link_ask(struct link *l, const struct link_request *r, struct arena *arena, struct link_answer *out,
              struct err *err);

#endif
