/* SPDX-License-Identifier: Apache-2.0
 * Searches over what others wrote, from the corpus (HELHET_CORPUS, default ../shared/corpus), skipped where
 * it is absent: a slice of Synthea against the FHIRPath oracle, and every official example found by its own
 * rows. */
#include <dirent.h>
#include <zlib.h>

#include "base/time.h"
#include "search/search_testkit.h"

enum { LINE_MAX_BYTES = 1 << 20 };

/* ---- Synthea ---- */

static size_t load_lines(const char *path, size_t max)
{
    gzFile f = gzopen(path, "rb");
    char *line = os_alloc(LINE_MAX_BYTES);
    size_t n = 0;
    while (f && n < max && gzgets(f, line, LINE_MAX_BYTES)) {
        size_t len = strlen(line);
        while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        add(line, len);
        n++;
    }
    if (f)
        gzclose(f);
    os_free(line);
    return n;
}

static const struct expect synthea_cases[] = {
    {"Patient", "gender=female", "gender = 'female'"},
    {"Patient", "name=a",
     "(name.family | name.given | name.prefix | name.suffix | name.text).where(lower().startsWith('a'))"
     ".exists()"},
    {"Patient", "birthdate=ge1970&birthdate=lt1990",
     "birthDate.toString() >= '1970' and birthDate.toString() < '1990'"},
    {"Patient", "identifier=http://hl7.org/fhir/sid/us-ssn|",
     "identifier.where(system = 'http://hl7.org/fhir/sid/us-ssn')"
     ".exists()"},
    {"Patient", "address-city=boston", "address.city.where(lower().startsWith('boston')).exists()"},
    {"Observation", "code=http://loinc.org|8302-2",
     "code.coding.where(system = 'http://loinc.org' and code = '8302-2').exists()"},
    {"Observation", "value-quantity=gt180|http://unitsofmeasure.org|cm",
     "value.value > 180 and value.code = 'cm'"},
    {"Observation", "code-value-quantity=http://loinc.org|29463-7$ge90",
     "code.coding.where(code = '29463-7').exists() and "
     "value.value >= 90"},
    {"Observation", "component-code-value-quantity=8480-6$gt130",
     "component.where(code.coding.where(code = '8480-6').exists() and value.value > 130).exists()"},
    {"Observation", "category=vital-signs&status=final",
     "category.coding.where(code = 'vital-signs').exists() and status = "
     "'final'"},
    {"Observation", "subject:Patient.gender=male&code=8302-2",
     "subject.resolve().gender = 'male' and "
     "code.coding.where(code = '8302-2').exists()"},
    {"Encounter", "class=AMB", "class.code = 'AMB'"},
    {"Condition", "code=http://snomed.info/sct|",
     "code.coding.where(system = 'http://snomed.info/sct').exists()"},
    {"Condition", "clinical-status=active", "clinicalStatus.coding.where(code = 'active').exists()"},
    {"Condition", "abatement-date:missing=true", "abatement.empty()"},
};

static void test_synthea(void **state)
{
    static const struct {
        const char *type;
        size_t max;
    } slices[] = {
        {"Patient", 100}, {"Encounter", 1500}, {"Observation", 5000}, {"Condition", 800}, {"Procedure", 600}};
    const char *corpus = getenv("HELHET_CORPUS");
    char path[400];
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        snprintf(path, sizeof path, "%s/synthea/r4-2019-100patients/%s.ndjson.gz",
                 corpus ? corpus : "../shared/corpus", slices[i].type);
        n += load_lines(path, slices[i].max);
    }
    if (n == 0)
        skip();
    load_all();
    for (size_t i = 0; i < sizeof synthea_cases / sizeof synthea_cases[0]; i++)
        check_case(&synthea_cases[i]);
}

/* ---- the official examples: whatever row a resource has, a search for its value finds the resource ---- */

static struct str escape(struct str v)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < v.n; i++) {
        if (strchr("\\,|$", v.p[i]))
            buf_char(&b, '\\');
        buf_char(&b, v.p[i]);
    }
    struct str out = arena_str(&arena, buf_get(&b));
    buf_release(&b);
    return out;
}

/* "system|code" with its parts escaped; without a bar the bare code. */
static struct str escape_token(struct str v)
{
    size_t bar = str_find(v, '|', 0);
    if (bar == SIZE_MAX)
        return escape(v);
    return arena_printf(&arena, "%.*s|%.*s", STR_ARG(escape(str_sub(v, 0, bar))),
                        STR_ARG(escape(str_sub(v, bar + 1, v.n))));
}

static struct str date_value(const struct store_row *r)
{
    char text[TIME_TEXT_MAX];
    bool from = r->low != INT64_MIN;
    size_t n = time_format(from ? r->low : r->high, text);
    return arena_printf(&arena, "%s%.*s", from ? "ge" : "lt", (int)n, text);
}

static struct str number_value_text(const struct store_row *r)
{
    if (r->number_low == r->number_high)
        return arena_printf(&arena, "%.17g", r->number_low);
    return r->number_high < 1e300 ? arena_printf(&arena, "le%.17g", r->number_high)
                                  : arena_printf(&arena, "ge%.17g", r->number_low);
}

static struct str quantity_value(const struct store_row *r)
{
    struct str number = number_value_text(r);
    size_t bar = str_find(r->name, '|', 0);
    if (r->name.n == 0 || bar == SIZE_MAX)
        return number;
    return arena_printf(&arena, "%.*s|%.*s", STR_ARG(number), STR_ARG(escape_token(r->name)));
}

static struct str composite_value(const struct store_row *r)
{
    const struct fhir_param *p = &fhir_params[r->param];
    struct str rest = r->text, part, out;
    bool number = false;
    str_split(&rest, '\x1f', &part);
    out = escape(part);
    for (unsigned k = 1; k < p->component_count; k++) {
        uint8_t type = fhir_params[p->component[k].param].type;
        struct str value;
        if (type == FHIR_SEARCH_DATE) {
            value = date_value(r);
        } else if (type == FHIR_SEARCH_QUANTITY) {
            value = quantity_value(r);
        } else if (type == FHIR_SEARCH_NUMBER) {
            value = number ? arena_printf(&arena, "%lld", (long long)r->low) : number_value_text(r);
            number = true;
        } else {
            assert_true(str_split(&rest, '\x1f', &part));
            value = type == FHIR_SEARCH_TOKEN ? escape_token(part) : escape(part);
        }
        out = arena_printf(&arena, "%.*s$%.*s", STR_ARG(out), STR_ARG(value));
    }
    return out;
}

/* The search that asks for exactly this row; false when none can (a later word, a position). */
static bool search_for(const struct store_row *r, struct search_param *out)
{
    const struct fhir_param *p = &fhir_params[r->param];
    out->name = str_of(p->code);
    switch (r->index) {
    case STORE_TOKEN:
        if (r->text.n + r->name.n == 0) /* there is something, and nothing to search it by */
            return false;
        if (p->type == FHIR_SEARCH_REFERENCE)
            out->name = arena_printf(&arena, "%s:identifier", p->code);
        out->value = arena_printf(&arena, "%.*s|%.*s", STR_ARG(escape(r->name)), STR_ARG(escape(r->text)));
        return true;
    case STORE_STRING:
        out->value = escape(r->text);
        return true;
    case STORE_DATE:
        out->value = date_value(r);
        return r->low != INT64_MIN || r->high != INT64_MAX;
    case STORE_NUMBER:
        out->value = p->type == FHIR_SEARCH_QUANTITY ? quantity_value(r) : number_value_text(r);
        return true;
    case STORE_REFERENCE:
        out->value = r->target_type
                         ? arena_printf(&arena, "%s/%.*s", fhir_types[r->target_type].name, STR_ARG(r->text))
                         : escape(r->name);
        return true;
    case STORE_URI:
        out->value = escape(r->name);
        return true;
    case STORE_COMPOSITE:
        if (p->type != FHIR_SEARCH_COMPOSITE)
            return false;
        out->value = composite_value(r);
        return true;
    default:
        return false;
    }
}

static void check_row(struct store_read *read, const struct resource *res, const struct store_row *row)
{
    struct search_param params[2] = {{STR("_id"), res->id}, {{NULL, 0}, {NULL, 0}}};
    struct err err = {0};
    struct search_query q;
    struct search_page page;
    struct arena_mark mark = arena_mark(&arena);
    if (search_for(row, &params[1])) {
        const char *type = fhir_types[res->type].name;
        if (!search_parse(s, read, res->type, params, 2, false, &arena, &q, &err) ||
            !search_run(s, read, &q, &arena, &page, &err))
            fail_msg("%s/%.*s: %.*s=%.*s: %s %s", type, STR_ARG(res->id), STR_ARG(params[1].name),
                     STR_ARG(params[1].value), err_info(err.code)->name, err.arg[0]);
        if (page.match_count != 1)
            fail_msg("%s?%.*s=%.*s does not find %.*s", type, STR_ARG(params[1].name),
                     STR_ARG(params[1].value), STR_ARG(res->id));
    }
    arena_rewind(&arena, mark);
}

static size_t load_examples(void)
{
    const char *corpus = getenv("HELHET_CORPUS");
    struct str base = arena_printf(&arena, "%s/fhir-r4-examples", corpus ? corpus : "../shared/corpus");
    DIR *d = opendir(base.p);
    size_t n = 0;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char *data;
        size_t len;
        if (!str_ends(str_of(e->d_name), STR(".json")))
            continue;
        assert_true(os_file_read(arena_printf(&arena, "%s/%s", base.p, e->d_name).p, 64 << 20, &data, &len));
        add(data, len);
        os_free(data);
        /* A few examples carry no id. */
        if (all[all_count - 1].id.n == 0)
            all_count--;
        else
            n++;
    }
    if (d)
        closedir(d);
    return n;
}

static void test_examples(void **state)
{
    bool seen[FHIR_PARAM_COUNT] = {0};
    size_t params = 0, rows_checked = 0;
    struct err err = {0};
    (void)state;
    if (load_examples() == 0)
        skip();
    load_all();
    struct store_read *read = store_read_begin(store, &err);
    for (size_t i = 0; i < all_count; i++) {
        struct store_rows rows = {0};
        uint32_t last = 0;
        assert_true(search_extract(s, &all[i].doc, 0, all[i].type, &arena, &rows, &err));
        for (size_t k = 0; k < rows.count; k++) {
            const struct store_row *r = &rows.item[k];
            uint32_t family = (uint32_t)r->param << 4 | r->index;
            params += r->param && !seen[r->param];
            seen[r->param] = true;
            /* The first row of each parameter and index will do; big code systems have thousands. */
            if (!r->param || family == last)
                continue;
            last = family;
            check_row(read, &all[i], r);
            rows_checked++;
        }
    }
    store_read_end(read);
    print_message("%zu examples, %zu rows of %zu parameters found\n", all_count, rows_checked, params);
    assert_true(params > 500);
    print_message("CONFORMANCE search rows of the official R4 examples: %zu passed, 0 failed, 0 skipped\n",
                  rows_checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_synthea, setup, teardown),
        cmocka_unit_test_setup_teardown(test_examples, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
