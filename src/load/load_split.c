/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load_int.h"

/* What a file is: one record a line, or one document over many lines. */
enum load_split_mode { LOAD_UNDECIDED, LOAD_LINES, LOAD_DOCUMENT };

struct load_split {
    struct load *load;
    const char *file;
    struct load_source *source;
    struct buf text; /* read and not yet handed over */
    size_t scanned;  /* of text: holds no line end that matters */
    uint32_t line;   /* of text's first byte */
    enum load_split_mode mode;
    bool started;  /* the byte order mark, if any, is gone */
    bool skipping; /* inside a line that is too long */
    bool any;      /* something was handed over */
    struct err fault;
};

static bool load_split_blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
            return false;
    return true;
}

/* Does the text hold one JSON object from its first to its last brace? Strings are skipped, nothing else is
 * checked. */
static bool load_split_whole(struct str s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"') {
            for (i++; i < s.n && s.p[i] != '"'; i++)
                i += s.p[i] == '\\';
        } else if (c == '{') {
            depth++;
        } else if (c == '}') {
            if (depth == 0)
                return false;
            if (--depth == 0)
                return load_split_blank(str_sub(s, i + 1, s.n));
        }
    }
    return false;
}

/* The first line of *rest that is not blank. False when it is not there as a whole yet. */
static bool load_split_line(struct str *rest, bool eof, struct str *line)
{
    for (;;) {
        size_t end = str_find(*rest, '\n', 0);
        if (end == SIZE_MAX && !eof)
            return false;
        *line = str_sub(*rest, 0, end);
        *rest = str_sub(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
        if (!load_split_blank(*line) || rest->n == 0)
            return true;
    }
}

/* Lines when the first line is a whole object, or when only the first one is broken: the second is then a
 * whole resource. Everything else is one document. */
static enum load_split_mode load_split_decide(struct str text, bool eof)
{
    struct str first, second;
    if (!load_split_line(&text, eof, &first))
        return LOAD_UNDECIDED;
    if (first.n == 0 || first.p[0] != '{')
        return LOAD_DOCUMENT;
    if (load_split_whole(first))
        return LOAD_LINES;
    if (!load_split_line(&text, eof, &second))
        return LOAD_UNDECIDED;
    return str_starts(second, STR("{\"resourceType\"")) && load_split_whole(second) ? LOAD_LINES
                                                                                    : LOAD_DOCUMENT;
}

static uint32_t load_split_count(struct str s)
{
    uint32_t n = 0;
    for (size_t at = str_find(s, '\n', 0); at != SIZE_MAX; at = str_find(s, '\n', at + 1))
        n++;
    return n;
}

/* Hands over the first n bytes, with the fault when there is one. */
static bool load_split_hand(struct load_split *p, size_t n, bool last)
{
    struct str run = str_sub(buf_get(&p->text), 0, n);
    struct load_chunk *c = load_queue_chunk(p->file, p->line, run.p, load_split_blank(run) ? 0 : run.n);
    if (!c)
        return load_fail(p->load, &(struct err){.code = ERR_NO_MEMORY});
    p->line += load_split_count(run);
    c->document = p->mode == LOAD_DOCUMENT;
    c->last = last;
    c->fault = p->fault;
    if (c->fault.code && c->fault.line == 0)
        c->fault.line = p->line;
    p->fault.code = ERR_OK;
    c->bytes_done = p->load->bytes_read + (p->source ? load_source_position(p->source) : 0);
    p->any = p->any || c->n || c->fault.code;
    if (n)
        memmove(p->text.p, p->text.p + n, p->text.n - n);
    p->text.n -= n;
    p->scanned = 0;
    return load_push(p->load, c);
}

static void load_split_bom(struct load_split *p)
{
    if (!p->started && p->text.n >= 3 && memcmp(p->text.p, "\xEF\xBB\xBF", 3) == 0) {
        memmove(p->text.p, p->text.p + 3, p->text.n - 3);
        p->text.n -= 3;
    }
    p->started = p->started || p->text.n >= 3;
}

static void load_split_too_long(struct load_split *p)
{
    err_set(&p->fault, ERR_JSON_SIZE, "134217728", NULL);
    p->fault.line = p->line;
    p->text.n = 0;
    p->scanned = 0;
}

/* Hands over all whole lines once there are enough of them. */
static bool load_split_lines(struct load_split *p)
{
    struct str fresh = str_sub(buf_get(&p->text), p->scanned, p->text.n);
    const char *end = fresh.n ? memrchr(fresh.p, '\n', fresh.n) : NULL;
    if (p->skipping && end) {
        const char *first = memchr(p->text.p, '\n', p->text.n);
        size_t n = (size_t)(first + 1 - p->text.p);
        memmove(p->text.p, p->text.p + n, p->text.n - n);
        p->text.n -= n;
        p->line++;
        p->skipping = false;
        p->scanned = 0;
        return load_split_lines(p);
    }
    if (p->skipping) {
        p->text.n = 0;
        return true;
    }
    if (end && p->text.n >= LOAD_CHUNK)
        return load_split_hand(p, (size_t)(end + 1 - p->text.p), false);
    p->scanned = end ? 0 : p->text.n;
    if (p->text.n <= LOAD_RECORD_MAX)
        return true;
    load_split_too_long(p);
    p->skipping = true;
    return load_split_hand(p, 0, false);
}

/* What is in the buffer when the file ends, well or badly. */
static bool load_split_end(struct load_split *p)
{
    if (p->fault.code && p->mode == LOAD_LINES) {
        const char *end = p->text.n ? memrchr(p->text.p, '\n', p->text.n) : NULL;
        size_t whole = end ? (size_t)(end + 1 - p->text.p) : 0;
        p->text.n = whole; /* the rest of a line that was cut is no record */
    } else if (p->fault.code || p->skipping) {
        p->text.n = 0;
    }
    if (!p->any && !p->fault.code && load_split_blank(buf_get(&p->text)))
        err_set(&p->fault, ERR_LOAD_EMPTY, NULL);
    return load_split_hand(p, p->text.n, true);
}

/* Did the last got bytes end a line? */
static bool load_split_fresh_line(const struct load_split *p, size_t got)
{
    struct str text = buf_get(&p->text);
    return str_find(text, '\n', got < text.n ? text.n - got : 0) != SIZE_MAX;
}

/* One read. *eof at the end of the file or of what can be read of it. False when the load is over. */
static bool load_split_step(struct load_split *p, bool *eof)
{
    size_t got = 0;
    char *room = buf_room(&p->text, LOAD_CHUNK);
    if (!room)
        err_set(&p->fault, ERR_NO_MEMORY, NULL);
    *eof = !room || !load_source_read(p->source, room, LOAD_CHUNK, &got, &p->fault) || got == 0;
    p->text.n += got;
    load_split_bom(p);
    if (p->mode == LOAD_UNDECIDED && (*eof || load_split_fresh_line(p, got)))
        p->mode = load_split_decide(buf_get(&p->text), *eof);
    if (p->mode == LOAD_UNDECIDED && p->text.n > LOAD_RECORD_MAX)
        p->mode = LOAD_LINES; /* a first line without an end: what follows it may be good */
    if (!*eof && p->mode == LOAD_LINES)
        return load_split_lines(p);
    if (p->mode != LOAD_LINES && p->text.n > LOAD_RECORD_MAX) {
        p->mode = LOAD_DOCUMENT;
        load_split_too_long(p);
        *eof = true;
    }
    return true;
}

bool load_split_file(struct load *l, const char *path)
{
    struct load_split p = {.load = l, .line = 1};
    p.file = arena_cstr(&l->names, str_of(path));
    buf_init(&p.text, (size_t)LOAD_RECORD_MAX + 2 * LOAD_CHUNK);
    p.source = load_source_open(path, &p.fault);
    bool ok = true;
    for (bool eof = !p.source; ok && !eof;)
        ok = !load_over(l) && load_split_step(&p, &eof);
    ok = ok && load_split_end(&p);
    if (p.source)
        l->bytes_read += load_source_position(p.source);
    load_source_close(p.source);
    buf_release(&p.text);
    return ok;
}
