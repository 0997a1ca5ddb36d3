/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_PAPER_PAPER_INT_H
#define HELHET_PAPER_PAPER_INT_H

#include "paper/paper.h"

enum paper_result { PAPER_MADE, PAPER_NOT_INSTALLED, PAPER_TOO_MUCH, PAPER_BROKE };
enum { PAPER_EXIT_MISSING = 3 }; /* what the script ends with when the program is not there */

/* What stands before the bytes on the socket: to the helper only n is used. */
struct paper_head {
    uint32_t result; /* enum paper_result */
    uint32_t n;
};

/* paper_far.c: a helper's whole life; ends with the socket. */
_Noreturn void paper_far(int socket, const struct paper_options *opt);

/* The whole of n bytes; false at the end of the socket. */
bool paper_send(int socket, const void *data, size_t n);
bool paper_receive(int socket, void *to, size_t n);

#endif
