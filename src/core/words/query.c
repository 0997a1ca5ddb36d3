/* SPDX-License-Identifier: Apache-2.0
 * What people write, to an FTS5 expression:
 *
 *   query = group { ("OR" | ",") group }        group = [ "AND" ] { ["-" | "NOT"] operand }
 *   operand = word [ "*" ] | '"' words '"' [ "*" ] | "(" query ")"
 *
 * "and" and "or" are operators between two operands only; a backslash takes the meaning off the next
 * character. A group needs an operand that is not negated: FTS5 cannot look for what is not there. */
#include "fold/fold.h"
#include "words/words_int.h"

struct query {
    struct str s;
    size_t at;
    struct buf *out;
    struct arena scratch;
    unsigned phrases, depth;
    struct err *err;
};

/* The error at a byte of the query: its character, and what was expected in Swedish and English. */
static bool query_wrong(const struct query *q, size_t at, const char *sv, const char *en)
{
    char column[24];
    size_t n = 1;
    for (size_t i = 0; i < at && i < q->s.n; i++)
        n += ((unsigned char)q->s.p[i] & 0xC0) != 0x80;
    struct buf b;
    buf_init(&b, sizeof column);
    buf_u64(&b, n);
    buf_char(&b, 0);
    memcpy(column, b.p, b.n);
    buf_release(&b);
    return err_set(q->err, ERR_WORDS_SYNTAX, column, sv, en, NULL);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blank(struct query *q)
{
    while (q->at < q->s.n && is_blank(q->s.p[q->at]))
        q->at++;
}

static char peek(const struct query *q)
{
    return q->at < q->s.n ? q->s.p[q->at] : 0;
}

/* Does the word stand here, alone? */
static bool here(const struct query *q, const char *word)
{
    size_t n = strlen(word), end = q->at + n;
    return str_starts(str_sub(q->s, q->at, q->s.n), str_of(word)) &&
           (end == q->s.n || is_blank(q->s.p[end]) || strchr("()\"", q->s.p[end]));
}

/* Is there an operand after the operator of n bytes here? */
static bool operand_after(const struct query *q, size_t n)
{
    struct query after = *q;
    after.at += n;
    skip_blank(&after);
    return after.at < after.s.n && peek(&after) != ')' && peek(&after) != ',' && !here(&after, "OR") &&
           !here(&after, "AND");
}

/* Length of the operator here, in capitals, or small with operands on both sides; 0: none. */
static size_t operator_here(const struct query *q, const char *capital, const char *small)
{
    if (here(q, capital))
        return strlen(capital);
    return here(q, small) && operand_after(q, strlen(small)) ? strlen(small) : 0;
}

/* Appends the folded words as one FTS5 phrase. False when there is no word. */
static bool put_phrase(struct query *q, struct str text, bool prefix, struct buf *out)
{
    struct str rest = fold_text(&q->scratch, text), word;
    size_t n = 0;
    while (fold_word(&rest, &word)) {
        size_t len = word.n;
        if (len > WORDS_WORD_MAX)
            for (len = WORDS_WORD_MAX; len > 0 && ((unsigned char)word.p[len] & 0xC0) == 0x80;)
                len--;
        buf_char(out, n++ ? ' ' : '"');
        buf_add(out, word.p, len);
    }
    if (n)
        buf_cstr(out, prefix ? "\" *" : "\"");
    return n > 0;
}

/* Takes text up to a character of ends, backslashes off. */
static struct str take_text(struct query *q, const char *ends)
{
    char *to = arena_alloc(&q->scratch, q->s.n - q->at + 1);
    size_t n = 0;
    for (; q->at < q->s.n && !strchr(ends, q->s.p[q->at]); q->at++) {
        if (q->s.p[q->at] == '\\' && q->at + 1 < q->s.n)
            q->at++;
        to[n++] = q->s.p[q->at];
    }
    return (struct str){to, n};
}

static bool put_words(struct query *q, struct buf *out)
{
    size_t begin = q->at;
    bool quoted = peek(q) == '"';
    struct str text;
    q->at += quoted;
    text = take_text(q, quoted ? "\"" : " \t\r\n()\",*");
    if (quoted && peek(q) != '"')
        return query_wrong(q, begin, "citattecknet avslutas inte", "the quotation mark is not closed");
    q->at += quoted;
    bool prefix = peek(q) == '*';
    q->at += prefix;
    if (peek(q) == '*' || (prefix && q->at < q->s.n && !strchr(" \t\r\n),", peek(q))))
        return query_wrong(q, q->at, "* står sist i ett ord", "* comes last in a word");
    if (++q->phrases > WORDS_TERMS_MAX)
        return err_set(q->err, ERR_SEARCH_LIMIT, "ord (words)", "1000", NULL);
    return put_phrase(q, text, prefix, out) ||
           query_wrong(q, begin, "ett ord med bokstäver eller siffror väntades",
                       "a word of letters or digits was expected");
}

static bool put_query(struct query *q, struct buf *out);

static bool put_operand(struct query *q, struct buf *out)
{
    if (peek(q) != '(')
        return put_words(q, out);
    size_t begin = q->at++;
    if (++q->depth > WORDS_DEPTH_MAX)
        return query_wrong(q, begin, "för många parenteser i varandra", "too many nested parentheses");
    buf_char(out, '(');
    if (!put_query(q, out))
        return false;
    if (peek(q) != ')')
        return query_wrong(q, begin, "parentesen avslutas inte", "the parenthesis is not closed");
    q->at++;
    q->depth--;
    buf_char(out, ')');
    return true;
}

static bool group_ends(const struct query *q)
{
    return q->at >= q->s.n || peek(q) == ')' || peek(q) == ',' || operator_here(q, "OR", "or");
}

/* An operand with its negation, into the list it belongs to. */
static bool put_member(struct query *q, struct buf *with, struct buf *without)
{
    bool negated = here(q, "NOT") || peek(q) == '-';
    if (negated) {
        q->at += peek(q) == '-' ? 1 : 3;
        skip_blank(q);
        if (q->at >= q->s.n || peek(q) == ')' || peek(q) == ',')
            return query_wrong(q, q->at, "ett ord väntades efter NOT eller -",
                               "a word was expected after NOT or -");
    }
    struct buf *to = negated ? without : with;
    if (to->n)
        buf_cstr(to, negated ? " OR " : " AND ");
    bool ok = put_operand(q, to);
    skip_blank(q);
    return ok;
}

static bool put_members(struct query *q, struct buf *with, struct buf *without)
{
    for (skip_blank(q); !group_ends(q);) {
        size_t and = with->n || without->n ? operator_here(q, "AND", "and") : here(q, "AND") ? 3 : 0;
        if (and&&(!(with->n || without->n) || !operand_after(q, and)))
            return query_wrong(q, q->at, "AND står mellan två ord", "AND stands between two words");
        q->at += and;
        skip_blank(q);
        if (!put_member(q, with, without))
            return false;
    }
    return true;
}

static bool put_group(struct query *q, struct buf *out)
{
    struct buf with, without;
    size_t begin = q->at;
    buf_init(&with, BUF_NO_MAX);
    buf_init(&without, BUF_NO_MAX);
    bool ok = put_members(q, &with, &without);
    if (ok && with.n == 0)
        ok = without.n ? query_wrong(q, begin, "minst ett ord utan - eller NOT väntades",
                                     "at least one word without - or NOT was expected")
                       : query_wrong(q, q->at, "ett ord väntades", "a word was expected");
    if (ok) {
        buf_cstr(out, without.n ? "((" : "(");
        buf_str(out, buf_get(&with));
        if (without.n) {
            buf_cstr(out, ") NOT (");
            buf_str(out, buf_get(&without));
            buf_char(out, ')');
        }
        buf_char(out, ')');
    }
    buf_release(&with);
    buf_release(&without);
    return ok;
}

static bool put_query(struct query *q, struct buf *out)
{
    for (;;) {
        if (!put_group(q, out))
            return false;
        skip_blank(q);
        size_t or = peek(q) == ',' ? 1 : operator_here(q, "OR", "or");
        if (! or)
            return true;
        q->at += or ;
        buf_cstr(out, " OR ");
    }
}

static bool query_read(struct query *q, bool start, enum words_where where)
{
    if (q->s.n > WORDS_QUERY_MAX)
        return err_set(q->err, ERR_SEARCH_LIMIT, "tecken (characters)", "8192", NULL);
    if (start) {
        q->phrases = 1;
        return put_phrase(q, q->s, true, q->out) ||
               query_wrong(q, 0, "ett ord med bokstäver eller siffror väntades",
                           "a word of letters or digits was expected");
    }
    buf_cstr(q->out, where == WORDS_NARRATIVE ? "{narrative} : (" : "(");
    if (!put_query(q, q->out))
        return false;
    if (q->at < q->s.n)
        return query_wrong(q, q->at, "parentesen börjar aldrig", "the parenthesis was never opened");
    buf_char(q->out, ')');
    return true;
}

bool query_expr(struct str query, bool start, enum words_where where, struct buf *out, unsigned *phrases,
                struct err *err)
{
    struct query q = {.s = query, .out = out, .err = err};
    arena_init(&q.scratch);
    bool ok = query_read(&q, start, where);
    *phrases = q.phrases;
    arena_release(&q.scratch);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

bool words_query_valid(struct str query, struct err *err)
{
    struct buf out;
    unsigned phrases;
    buf_init(&out, BUF_NO_MAX);
    bool ok = query_expr(query, false, WORDS_ALL, &out, &phrases, err);
    buf_release(&out);
    return ok;
}
