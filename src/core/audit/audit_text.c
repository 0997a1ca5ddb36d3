/* SPDX-License-Identifier: Apache-2.0
 * A record as JSON, without the numbers that the writing thread puts first. Every request pays for this, so
 * it is put together without printf; what comes from requests is made harmless: cut, valid UTF-8, no control
 * characters. */
#include "audit/audit_int.h"
#include "base/time.h"

static const char *const text_outcomes[] = {
    [AUDIT_DONE] = "done", [AUDIT_REFUSED] = "refused", [AUDIT_FAILED] = "failed"};

static const struct {
    uint32_t flag;
    const char *name;
} text_flags[] = {{AUDIT_FLAG_OWN, "own-record"},
                  {AUDIT_FLAG_COLLEAGUE, "colleague-record"},
                  {AUDIT_FLAG_EMERGENCY, "emergency"}};
enum { AUDIT_TEXT_FLAGS = sizeof text_flags / sizeof *text_flags };

uint32_t audit_flag_named(struct str name)
{
    for (size_t i = 0; i < AUDIT_TEXT_FLAGS; i++)
        if (str_is(name, text_flags[i].name))
            return text_flags[i].flag;
    return 0;
}

const char *audit_text_outcome(enum audit_outcome outcome)
{
    return text_outcomes[outcome];
}

/* Bytes of the UTF-8 sequence at p, 0 when it is none (RFC 3629). */
static size_t sequence(const unsigned char *p, size_t n)
{
    size_t want = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n < want)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return want;
}

/* Do eight bytes stand as they are: none above 0x7E or below 0x20, no quote, no backslash? */
static bool plain_word(uint64_t w)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\', del = w ^ ones * 0x7F;
    return !((w | (w - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones)) & high);
}

/* Bytes at the front of p that do. Nearly all texts of the log are such throughout. */
static size_t plain(const unsigned char *p, size_t n)
{
    size_t i = 0;
    uint64_t w;
    for (; n - i >= sizeof w; i += sizeof w) {
        memcpy(&w, p + i, sizeof w);
        if (!plain_word(w))
            return i;
    }
    w = UINT64_C(0x2020202020202020);
    memcpy(&w, p + i, n - i);
    return plain_word(w) ? n : i;
}

/* Appends what s says to room for 2 * AUDIT_TEXT_MAX bytes; returns the end. */
static char *put_escaped(char *to, struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = s.n < AUDIT_TEXT_MAX ? s.n : AUDIT_TEXT_MAX, i = plain(p, n);
    to = mempcpy(to, p, i);
    while (i < n) {
        if (p[i] >= 0x80) {
            size_t k = sequence(p + i, n - i);
            if (k)
                to = mempcpy(to, p + i, k);
            else
                *to++ = '?';
            i += k ? k : 1;
            continue;
        }
        if (p[i] == '"' || p[i] == '\\')
            *to++ = '\\';
        *to++ = p[i] < 0x20 || p[i] == 0x7F ? '?' : (char)p[i];
        i++;
    }
    return to;
}

static void put_text(struct buf *out, struct str before, struct str s)
{
    if (!s.n)
        return;
    char *at = buf_room(out, before.n + 2 * AUDIT_TEXT_MAX + 1);
    if (!at)
        return;
    char *end = mempcpy(at, before.p, before.n);
    end = put_escaped(end, s);
    *end++ = '"';
    out->n += (size_t)(end - at);
}

static void put_number(struct buf *out, const char *before, uint64_t n)
{
    if (!n)
        return;
    buf_cstr(out, before);
    buf_u64(out, n);
}

static void put_patients(struct buf *out, const struct audit_record *r)
{
    size_t n = r->patient_count < AUDIT_PATIENTS_MAX ? r->patient_count : AUDIT_PATIENTS_MAX;
    for (size_t i = 0; i < n; i++)
        put_text(out, i ? STR(",\"") : STR(",\"patients\":[\""), r->patient[i]);
    if (n)
        buf_char(out, ']');
    if (r->many || r->patient_count > n)
        buf_cstr(out, ",\"many\":true");
}

static void put_who(struct buf *out, const struct audit_who *w)
{
    put_text(out, STR(",\"kind\":\""), w->kind);
    put_text(out, STR(",\"account\":\""), w->account);
    put_text(out, STR(",\"user\":\""), w->user);
    put_text(out, STR(",\"assignment\":\""), w->assignment);
    put_text(out, STR(",\"role\":\""), w->role);
    put_text(out, STR(",\"unit\":\""), w->unit);
    put_text(out, STR(",\"provider\":\""), w->provider);
    put_text(out, STR(",\"purpose\":\""), w->purpose);
    put_text(out, STR(",\"session\":\""), w->session);
    put_text(out, STR(",\"origin\":\""), w->origin);
}

static void put_flags(struct buf *out, uint32_t flags)
{
    bool first = true;
    for (size_t i = 0; i < AUDIT_TEXT_FLAGS; i++) {
        if (!(flags & text_flags[i].flag))
            continue;
        buf_cstr(out, first ? ",\"flags\":[\"" : ",\"");
        buf_cstr(out, text_flags[i].name);
        buf_char(out, '"');
        first = false;
    }
    if (!first)
        buf_char(out, ']');
}

static void put_happened(struct buf *out, int64_t ms)
{
    char time[TIME_TEXT_MAX];
    if (ms)
        put_text(out, STR(",\"happened\":\""), (struct str){time, time_format(ms, time)});
}

void audit_text_put(struct buf *out, const struct audit_record *r, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    size_t n = time_format(now_ms, time);
    put_text(out, STR(",\"time\":\""), (struct str){time, n});
    put_text(out, STR(",\"action\":\""), r->action);
    put_text(out, STR(",\"code\":\""), (struct str){&r->code, r->code ? 1 : 0});
    put_text(out, STR(",\"resource\":\""), r->resource);
    put_text(out, STR(",\"params\":\""), r->params);
    put_patients(out, r);
    put_text(out, STR(",\"outcome\":\""), str_of(text_outcomes[r->outcome]));
    put_text(out, STR(",\"why\":\""), r->why);
    put_number(out, ",\"status\":", r->status > 0 ? (uint64_t)r->status : 0);
    put_number(out, ",\"withheld\":", r->withheld);
    put_number(out, ",\"about\":", r->about);
    put_text(out, STR(",\"note\":\""), r->note);
    if (r->emergency)
        buf_cstr(out, ",\"emergency\":true");
    put_flags(out, r->flags);
    put_happened(out, r->happened_ms);
    put_who(out, &r->who);
    buf_char(out, '}');
}
