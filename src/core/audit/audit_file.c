/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_file.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/os.h"
#include "json/json.h"

enum { FILE_NAME = sizeof "000001.log" - 1, FILE_LIST_FIRST = 64 };

void audit_file_path(char out[AUDIT_PATH_MAX], const char *dir, const char *spare, bool in_spare,
                     uint32_t number)
{
    snprintf(out, AUDIT_PATH_MAX, "%s%s/%06u.log", in_spare ? spare : dir, in_spare ? "" : "/audit", number);
}

/* ---- folders ---- */

static bool file_number(const char *name, uint32_t *number)
{
    uint64_t n;
    if (strlen(name) != FILE_NAME || strcmp(name + 6, ".log") != 0 ||
        !str_u64((struct str){name, 6}, AUDIT_SEGMENTS_MAX, &n))
        return false;
    *number = (uint32_t)n;
    return true;
}

static bool list_add(struct arena *arena, struct audit_segments *s, size_t *cap, struct audit_segment one)
{
    if (s->count == *cap) {
        size_t more = *cap ? *cap * 2 : FILE_LIST_FIRST;
        s->item = arena_grow(arena, s->item, *cap, more, sizeof *s->item);
        if (!s->item)
            return false;
        *cap = more;
    }
    s->item[s->count++] = one;
    return true;
}

static bool list_folder(struct arena *arena, const char *path, bool spare, struct audit_segments *s,
                        size_t *cap, struct err *err)
{
    DIR *d = opendir(path);
    bool ok = true;
    if (!d)
        return errno == ENOENT || err_set(err, ERR_IO, path, strerror(errno), NULL);
    for (const struct dirent *e; ok && (e = readdir(d));) {
        struct audit_segment one = {.spare = spare};
        struct stat st;
        if (!file_number(e->d_name, &one.number))
            continue;
        if (fstatat(dirfd(d), e->d_name, &st, 0) != 0)
            ok = err_set(err, ERR_IO, path, strerror(errno), NULL);
        one.bytes = ok ? (uint64_t)st.st_size : 0;
        ok = ok && (list_add(arena, s, cap, one) || err_set(err, ERR_NO_MEMORY, NULL));
    }
    closedir(d);
    return ok;
}

static int by_number(const void *a, const void *b)
{
    const struct audit_segment *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (int)x->spare - (int)y->spare;
}

bool audit_file_list(struct arena *arena, const char *dir, const char *spare, struct audit_segments *out,
                     struct err *err)
{
    char path[AUDIT_PATH_MAX];
    size_t cap = 0;
    *out = (struct audit_segments){0};
    snprintf(path, sizeof path, "%s/audit", dir);
    if (!list_folder(arena, path, false, out, &cap, err) ||
        (spare && !list_folder(arena, spare, true, out, &cap, err)))
        return false;
    if (out->count)
        qsort(out->item, out->count, sizeof *out->item, by_number);
    return true;
}

/* ---- lines ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool audit_hash_read(struct str hex, unsigned char out[AUDIT_HASH_BYTES])
{
    const char *p = hex.p;
    if (hex.n != AUDIT_HASH_HEX)
        return false;
    for (int i = 0; i < AUDIT_HASH_BYTES; i++) {
        int high = hex_value(p[2 * i]), low = hex_value(p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void audit_hash_hex(const unsigned char hash[AUDIT_HASH_BYTES], char out[AUDIT_HASH_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < AUDIT_HASH_BYTES; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
}

/* Takes `before` and a number off the front of *s. */
static bool take_number(struct str *s, struct str before, uint64_t *out)
{
    size_t n = before.n;
    if (!str_starts(*s, before))
        return false;
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (!str_u64(str_sub(*s, before.n, n), UINT64_MAX, out))
        return false;
    *s = str_sub(*s, n, s->n);
    return true;
}

size_t audit_file_line_bytes(struct str text)
{
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    return end ? (size_t)(end - text.p) + 1 : 0;
}

bool audit_file_line(struct str text, struct audit_line *out)
{
    enum { LINE_TAIL = 1 + AUDIT_HASH_HEX + 1 };
    size_t n = audit_file_line_bytes(text);
    uint64_t segment;
    *out = (struct audit_line){.bytes = n};
    if (n < LINE_TAIL + 2 || n > AUDIT_LINE_MAX || text.p[n - LINE_TAIL] != '\t' || text.p[0] != '{' ||
        text.p[n - LINE_TAIL - 1] != '}' ||
        !audit_hash_read(str_sub(text, n - AUDIT_HASH_HEX - 1, n - 1), out->hash))
        return false;
    out->json = str_sub(text, 0, n - LINE_TAIL);
    if (memchr(out->json.p, 0, out->json.n))
        return false;
    struct str rest = out->json;
    if (take_number(&rest, STR("{\"segment\":"), &segment))
        return out->head = true;
    return take_number(&rest, STR("{\"seq\":"), &out->seq) && take_number(&rest, STR(",\"g\":"), &out->group);
}

static bool head_number(const struct json_doc *doc, uint32_t at, const char *key, uint64_t max, uint64_t *out)
{
    return at != UINT32_MAX && str_u64(json_text(doc, json_get_key(doc, at, str_of(key))), max, out);
}

bool audit_file_head(struct arena *arena, const struct audit_line *line, struct audit_head *out)
{
    struct json_doc doc;
    struct err err;
    uint64_t segment, prev;
    *out = (struct audit_head){0};
    if (!line->head || !json_parse(arena, line->json, NULL, &doc, &err))
        return false;
    uint32_t from = json_get_key(&doc, 0, STR("prev"));
    if (!head_number(&doc, 0, "segment", AUDIT_SEGMENTS_MAX, &segment) ||
        !head_number(&doc, 0, "first", UINT64_MAX, &out->first) ||
        !head_number(&doc, from, "segment", AUDIT_SEGMENTS_MAX, &prev) ||
        !head_number(&doc, from, "bytes", UINT64_MAX, &out->prev_bytes))
        return false;
    out->segment = (uint32_t)segment;
    out->prev = (uint32_t)prev;
    struct str hash = json_text(&doc, json_get_key(&doc, from, STR("hash")));
    return audit_hash_read(hash, out->prev_hash);
}

/* ---- SHA-256 ---- */

bool audit_hash_init(struct audit_hash *h, struct err *err)
{
    *h = (struct audit_hash){EVP_MD_fetch(NULL, "SHA256", NULL), EVP_MD_CTX_new()};
    if (h->md && h->ctx)
        return true;
    audit_hash_release(h);
    return err_set(err, ERR_INTERNAL, "SHA-256", NULL);
}

void audit_hash_release(struct audit_hash *h)
{
    EVP_MD_CTX_free(h->ctx);
    EVP_MD_free(h->md);
    *h = (struct audit_hash){0};
}

void audit_hash_line(struct audit_hash *h, const unsigned char prev[AUDIT_HASH_BYTES], struct str json,
                     unsigned char out[AUDIT_HASH_BYTES])
{
    bool ok = EVP_DigestInit_ex2(h->ctx, h->md, NULL) && EVP_DigestUpdate(h->ctx, prev, AUDIT_HASH_BYTES) &&
              EVP_DigestUpdate(h->ctx, json.p, json.n) && EVP_DigestFinal_ex(h->ctx, out, NULL);
    OS_ASSERT(ok);
}
