/* SPDX-License-Identifier: Apache-2.0
 * demo_accounts: somebody to log in as in a demo region: one account for each role, tied to people of the
 * region, with passwords made by chance. They are written to demo-accounts.txt beside the store (mode 0600)
 * and printed. For demo regions alone: nobody else's passwords are ever written down. */
#ifndef HELHET_APP_DEMO_ACCOUNTS_H
#define HELHET_APP_DEMO_ACCOUNTS_H

#include "store/store.h"

#define DEMO_ACCOUNTS_FILE "demo-accounts.txt"

/* Makes what accounts are absent, then prints them all. An account that is there already keeps its password.
 */
bool demo_accounts_make(struct store *s, const char *dir, struct err *err);

#endif
