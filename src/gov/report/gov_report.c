/* SPDX-License-Identifier: Apache-2.0
 * A report begun, written anew with facts, and what it lacks. */
#include <stdio.h>

#include "report/gov_report_int.h"

struct str gov_report_get(const struct json_doc *doc, uint32_t i, const char *key)
{
    return i == UINT32_MAX ? (struct str){0} : json_text(doc, json_get_key(doc, i, str_of(key)));
}

static bool is_true(const struct json_doc *doc, uint32_t i, const char *key)
{
    uint32_t node = json_get_key(doc, i, str_of(key));
    return node != UINT32_MAX && doc->nodes[node].kind == JSON_TRUE;
}

static int level_of(struct str number)
{
    int level = 1;
    for (size_t i = 0; i + 1 < number.n; i++)
        level += number.p[i] == '.';
    return level;
}

size_t gov_report_sections(const struct json_doc *doc, struct gov_report_section *out, size_t max)
{
    uint32_t list = json_get_key(doc, 0, STR("section"));
    size_t n = 0;
    if (list == UINT32_MAX)
        return 0;
    JSON_EACH(doc, list, s)
    {
        if (n == max)
            break;
        struct gov_report_section *o = &out[n++];
        *o = (struct gov_report_section){.node = s,
                                         .code = gov_report_get(doc, s, "code"),
                                         .number = gov_report_get(doc, s, "number"),
                                         .title = gov_report_get(doc, s, "title"),
                                         .kind = gov_report_get(doc, s, "kind"),
                                         .statement = gov_report_get(doc, s, "statement"),
                                         .required = is_true(doc, s, "required"),
                                         .queried = gov_report_get(doc, s, "query").n > 0,
                                         .item = json_get_key(doc, s, STR("item"))};
        o->level = level_of(o->number);
        struct str count = gov_report_get(doc, s, "count");
        if (!count.p || !str_u64(count, INT32_MAX, &o->count))
            o->count = 0;
    }
    return n;
}

/* ---- what is lacking ---- */

static const struct {
    const char *text[2];
} lacks[] = {[GOV_REPORT_EMPTY] = {{"inget är skrivet", "nothing is written"}},
             [GOV_REPORT_UNTITLED] = {{"rubriken saknas", "the title is missing"}},
             [GOV_REPORT_UNDECIDED] = {{"rubriken är en fråga: avsnittet är inte bestämt",
                                        "the title is a question: the section is not decided"}}};

const char *gov_report_lack_text(enum gov_report_lack lack, enum err_lang lang)
{
    return lacks[lack].text[lang];
}

static bool blank(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > ' ')
            return false;
    return true;
}

static bool asks(struct str title)
{
    return title.n && title.p[title.n - 1] == '?';
}

static bool lacking(const struct gov_report_section *s, enum gov_report_lack *lack)
{
    if (blank(s->title))
        *lack = GOV_REPORT_UNTITLED;
    else if (asks(s->title))
        *lack = GOV_REPORT_UNDECIDED;
    else if (blank(s->statement) && str_is(s->kind, "narrative"))
        *lack = GOV_REPORT_EMPTY;
    else
        return false;
    return true;
}

size_t gov_report_gaps(const struct json_doc *doc, struct gov_report_gap *out, size_t max)
{
    struct gov_report_section s[GOV_REPORT_SECTIONS_MAX];
    size_t n = gov_report_sections(doc, s, GOV_REPORT_SECTIONS_MAX), count = 0;
    for (size_t i = 0; i < n; i++) {
        enum gov_report_lack lack;
        if (!lacking(&s[i], &lack))
            continue;
        if (count < max)
            out[count] = (struct gov_report_gap){s[i].code, s[i].number, s[i].title, lack, s[i].required};
        count++;
    }
    return count;
}

/* ---- a new one ---- */

static void copy_text(struct json_out *o, const struct json_doc *doc, uint32_t i, const char *from,
                      const char *to)
{
    struct str text = gov_report_get(doc, i, from);
    if (text.n)
        json_out_string(o, to, text);
}

/* The sections of list, those beneath each after it; false past GOV_REPORT_SECTIONS_MAX. */
static bool begin_sections(const struct json_doc *doc, uint32_t list, struct json_out *o, size_t *count)
{
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(doc, list, s)
    {
        if ((*count)++ == GOV_REPORT_SECTIONS_MAX)
            return false;
        json_out_object(o, NULL);
        copy_text(o, doc, s, "code", "code");
        copy_text(o, doc, s, "number", "number");
        copy_text(o, doc, s, "title", "title");
        copy_text(o, doc, s, "kind", "kind");
        copy_text(o, doc, s, "hint", "hint");
        copy_text(o, doc, s, "query", "query");
        copy_text(o, doc, s, "content", "statement");
        if (is_true(doc, s, "required"))
            json_out_bool(o, "required", true);
        if (is_true(doc, s, "appendix"))
            json_out_bool(o, "appendix", true);
        json_out_end_object(o);
        if (!begin_sections(doc, json_get_key(doc, s, STR("section")), o, count))
            return false;
    }
    return true;
}

static void copy_node(struct json_out *o, const struct json_doc *doc, const char *key)
{
    struct buf text;
    uint32_t node = json_get_key(doc, 0, str_of(key));
    if (node == UINT32_MAX)
        return;
    buf_init(&text, GOV_REPORT_BYTES_MAX);
    json_write(doc, node, &text);
    json_out_raw(o, key, buf_get(&text));
    buf_release(&text);
}

bool gov_report_begin(const struct json_doc *doc, struct str reference, struct str from, struct str to,
                      struct buf *out, struct err *err)
{
    static const char *const kept[] = {"kind",         "purpose",      "compiler",
                                       "commissioner", "spokesperson", "recipient"};
    struct json_out o;
    size_t count = 0;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Report");
    json_out_cstr(&o, "status", "draft");
    json_out_object(&o, "definition");
    json_out_string(&o, "reference", reference);
    json_out_end_object(&o);
    copy_text(&o, doc, 0, "title", "title");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        copy_node(&o, doc, kept[i]);
    if (from.n || to.n) {
        json_out_object(&o, "period");
        if (from.n)
            json_out_string(&o, "start", from);
        if (to.n)
            json_out_string(&o, "end", to);
        json_out_end_object(&o);
    }
    json_out_array(&o, "section");
    if (!begin_sections(doc, json_get_key(doc, 0, STR("section")), &o, &count)) {
        char max[16];
        snprintf(max, sizeof max, "%d", GOV_REPORT_SECTIONS_MAX);
        return err_set(err, ERR_SEARCH_LIMIT, "ReportDefinition.section", max, NULL);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
    return true;
}

/* ---- one written anew ---- */

static const struct gov_report_facts *facts_of(const struct gov_report_change *change, struct str code)
{
    for (size_t i = 0; i < change->facts_count; i++)
        if (str_eq(change->facts[i].code, code))
            return &change->facts[i];
    return NULL;
}

static void copy_member(struct json_out *o, const struct json_doc *doc, uint32_t i)
{
    struct buf text;
    char key[64];
    size_t n = doc->nodes[i].key_len < sizeof key - 1 ? doc->nodes[i].key_len : sizeof key - 1;
    memcpy(key, doc->nodes[i].key, n);
    key[n] = 0;
    buf_init(&text, GOV_REPORT_BYTES_MAX);
    json_write(doc, i, &text);
    json_out_raw(o, key, buf_get(&text));
    buf_release(&text);
}

static bool named(const struct json_doc *doc, uint32_t i, const char *const *names)
{
    struct str key = {doc->nodes[i].key, doc->nodes[i].key_len};
    for (; *names; names++)
        if (str_is(key, *names))
            return true;
    return false;
}

static void write_facts(struct json_out *o, const struct gov_report_facts *f)
{
    json_out_i64(o, "count", (int64_t)f->count);
    if (!f->item_count)
        return;
    json_out_array(o, "item");
    for (size_t i = 0; i < f->item_count; i++) {
        const struct gov_report_item *item = &f->item[i];
        json_out_object(o, NULL);
        if (item->date.n)
            json_out_string(o, "date", item->date);
        json_out_string(o, "title", item->title.n ? item->title : item->reference);
        if (item->reference.n) {
            json_out_object(o, "reference");
            json_out_string(o, "reference", item->reference);
            json_out_end_object(o);
        }
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write_section(struct json_out *o, const struct json_doc *doc, uint32_t s,
                          const struct gov_report_change *change)
{
    static const char *const found[] = {"count", "item", NULL};
    const struct gov_report_facts *facts = facts_of(change, gov_report_get(doc, s, "code"));
    json_out_object(o, NULL);
    JSON_EACH(doc, s, c)
    {
        if (!facts || !named(doc, c, found))
            copy_member(o, doc, c);
    }
    if (facts)
        write_facts(o, facts);
    json_out_end_object(o);
}

void gov_report_write(const struct json_doc *doc, const struct gov_report_change *change, struct buf *out)
{
    static const char *const section[] = {"section", NULL}, *const date[] = {"date", NULL},
                             *const ending[] = {"status", "sum", NULL};
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    JSON_EACH(doc, 0, c)
    {
        bool replaced =
            (change->date.n && named(doc, c, date)) || (change->status.n && named(doc, c, ending));
        if (replaced)
            continue;
        if (!named(doc, c, section)) {
            copy_member(&o, doc, c);
            continue;
        }
        json_out_array(&o, "section");
        JSON_EACH(doc, c, s)
        {
            write_section(&o, doc, s, change);
        }
        json_out_end_array(&o);
    }
    if (change->date.n)
        json_out_string(&o, "date", change->date);
    if (change->status.n)
        json_out_string(&o, "status", change->status);
    if (change->sum.n)
        json_out_string(&o, "sum", change->sum);
    json_out_end_object(&o);
}
