/* SPDX-License-Identifier: Apache-2.0
 * fold: how texts are compared when case, accents and width make no difference: string search parameters and
 * the text index fold alike. Unicode NFKD, case folding, marks dropped, white space squeezed (å ä ö é → a a o
 * e, ß → ss). Pure functions, any thread. */
#ifndef HELHET_FOLD_FOLD_H
#define HELHET_FOLD_FOLD_H

#include "base/arena.h"

/* The folded text, in arena, followed by a NUL; {NULL, 0} past the arena's limit. Folding twice changes
 * nothing. */
struct str fold_text(struct arena *arena, struct str s);
/* Case alone folded away, letter by letter (Unicode's simple case folding): into to, how many bytes; SIZE_MAX
 * when that is more than max. What is no UTF-8 stays as it is. */
size_t fold_case(struct str s, char *to, size_t max);
/* Is a text the same without upper and lower case for sure, by a glance at its bytes? */
bool fold_caseless(struct str s);
/* Are they the same but for case? */
bool fold_same(struct str a, struct str b);
/* Takes the next word, a run of letters and digits, off folded text; false when there is none. Borrowed. */
bool fold_word(struct str *rest, struct str *word);

#endif
