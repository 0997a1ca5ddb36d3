/* SPDX-License-Identifier: Apache-2.0
 * matches, matchesFull, replaceMatches on PCRE2: UTF-8, '.' also matches line ends (N1: single line mode),
 * and bounded by REGEX_MATCH_LIMIT so that no pattern can hang a request. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/os.h"
#include "path/path_int.h"

enum {
    REGEX_PATTERN_MAX = 8 * 1024, /* bytes of a pattern */
    REGEX_MATCH_LIMIT = 1000000,  /* PCRE2's count of internal steps */
    REGEX_DEPTH_LIMIT = 5000,
    REGEX_HEAP_KB = 16 * 1024,
    REGEX_WORK = 100 /* what a match counts as in PATH_STEPS_MAX */
};

struct regex {
    const pcre2_code *code;
    pcre2_code *own; /* code, when it was compiled for this call only */
    pcre2_general_context *memory;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void *heap_alloc(size_t n, void *unused)
{
    (void)unused;
    return os_alloc(n);
}

static void heap_free(void *p, void *unused)
{
    (void)unused;
    os_free(p);
}

static void regex_close(struct regex *x)
{
    pcre2_match_context_free(x->context);
    pcre2_match_data_free(x->data);
    pcre2_general_context_free(x->memory);
    pcre2_code_free(x->own);
}

static void *arena_malloc(size_t n, void *arena)
{
    return arena_alloc(arena, n);
}

static void arena_free(void *p, void *arena)
{
    (void)p;
    (void)arena;
}

/* matchesFull is anchored at both ends. */
static pcre2_code *compile(struct str function, struct str pattern, pcre2_compile_context *context)
{
    int code;
    PCRE2_SIZE at;
    uint32_t flags = PCRE2_UTF | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C;
    if (str_is(function, "matchesFull"))
        flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    if (pattern.n > REGEX_PATTERN_MAX)
        return NULL;
    return pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n, flags, &code, &at, context);
}

const void *path_fn_regex_compile(struct arena *arena, struct str function, struct str pattern)
{
    pcre2_general_context *memory = pcre2_general_context_create(arena_malloc, arena_free, arena);
    pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
    return context ? compile(function, pattern, context) : NULL;
}

static bool regex_open(const struct path_call *c, struct str pattern, struct regex *x)
{
    *x = (struct regex){.code = c->node->pattern};
    if (!x->code)
        x->code = x->own = compile(c->node->text, pattern, NULL);
    if (!x->code)
        return path_run_fail(c->run, c->node, "mönstret är inte ett giltigt reguljärt uttryck",
                             "the pattern is not a valid regular expression");
    /* Memory of its own: left out, PCRE2 takes the pattern's, which is an arena that threads share. */
    x->memory = pcre2_general_context_create(heap_alloc, heap_free, NULL);
    x->data = x->memory ? pcre2_match_data_create_from_pattern(x->code, x->memory) : NULL;
    x->context = x->memory ? pcre2_match_context_create(x->memory) : NULL;
    if (!x->data || !x->context) {
        regex_close(x);
        return path_run_fail(c->run, c->node, "minnet räckte inte", "not enough memory");
    }
    pcre2_set_match_limit(x->context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(x->context, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(x->context, REGEX_HEAP_KB);
    return true;
}

/* Input and pattern; *skip when one is empty. */
static bool operands(const struct path_call *c, struct str *s, struct str *pattern, bool *skip)
{
    bool no_input, no_pattern;
    if (!path_fn_text(c, s, &no_input) || !path_fn_arg_text(c, 0, pattern, &no_pattern))
        return false;
    *skip = no_input || no_pattern;
    return *skip || path_run_work(c->run, REGEX_WORK + s->n / 8);
}

/* matches and matchesFull: the difference is in the pattern's flags. */
static bool fn_matches(const struct path_call *c)
{
    struct str s, pattern;
    struct regex x;
    bool skip;
    if (!operands(c, &s, &pattern, &skip))
        return false;
    if (skip)
        return true;
    if (!regex_open(c, pattern, &x))
        return false;
    int n = pcre2_match(x.code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0, x.data, x.context);
    regex_close(&x);
    if (n < 0 && n != PCRE2_ERROR_NOMATCH)
        return path_run_fail(c->run, c->node, "det reguljära uttrycket tog för lång tid",
                             "the regular expression took too long");
    return path_run_push_bool(c->run, c->out, n >= 0);
}

/* The result into out, grown once when PCRE2 says how much it needs. */
static bool substitute(const struct path_call *c, const struct regex *x, struct str s, struct str to,
                       struct str *out)
{
    PCRE2_SIZE n = s.n + to.n + 64;
    for (int tries = 0; tries < 2 && n <= PATH_STRING_MAX; tries++) {
        char *p = path_run_alloc(c->run, n);
        if (!p)
            return false;
        PCRE2_SIZE room = n;
        int rc = pcre2_substitute(x->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0,
                                  PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH |
                                      PCRE2_SUBSTITUTE_UNSET_EMPTY | PCRE2_SUBSTITUTE_UNKNOWN_UNSET,
                                  x->data, x->context, (PCRE2_SPTR)(to.p ? to.p : ""), to.n, (PCRE2_UCHAR *)p,
                                  &room);
        if (rc >= 0) {
            *out = (struct str){p, room};
            return true;
        }
        if (rc != PCRE2_ERROR_NOMEMORY)
            return path_run_fail(c->run, c->node, "ersättningen är ogiltig eller tog för lång tid",
                                 "the replacement is not valid or took too long");
        n = room;
    }
    return path_run_fail(c->run, c->node, "texten blev för lång", "the string became too long");
}

static bool fn_replace_matches(const struct path_call *c)
{
    struct str s, pattern, to, out;
    struct regex x;
    bool skip, none;
    if (!operands(c, &s, &pattern, &skip) || !path_fn_arg_text(c, 1, &to, &none))
        return false;
    if (skip || none)
        return true;
    if (pattern.n == 0)
        return path_run_push_text(c->run, c->out, PATH_STRING, s);
    if (!regex_open(c, pattern, &x))
        return false;
    bool ok = substitute(c, &x, s, to, &out);
    regex_close(&x);
    return ok && path_run_push_text(c->run, c->out, PATH_STRING, out);
}

const struct path_fn path_fn_regex_table[] = {
    {"matches", 1, 1, PATH_R_BOOLEAN, PATH_F_STRING | PATH_F_PATTERN, fn_matches},
    {"matchesFull", 1, 1, PATH_R_BOOLEAN, PATH_F_STRING | PATH_F_PATTERN, fn_matches},
    {"replaceMatches", 2, 2, PATH_R_STRING, PATH_F_STRING | PATH_F_PATTERN, fn_replace_matches},
    {NULL, 0, 0, 0, 0, NULL},
};
