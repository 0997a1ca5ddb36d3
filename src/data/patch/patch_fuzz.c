/* SPDX-License-Identifier: Apache-2.0
 * Patches thrown at a resource: the first byte chooses the kind. What succeeds gives JSON; what fails says
 * why. */
#include "base/os.h"
#include "patch/patch.h"

enum { FUZZ_MEMORY_MAX = 256 * 1024 * 1024 };

static const char resource[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"A\",\"given\":[\"a\",null,\"c\"],"
    "\"_given\":[null,{\"id\":\"b\"},{\"extension\":[{\"url\":\"u\",\"valueDecimal\":1.50}]}]},{\"text\":"
    "\"b\"}],\"birthDate\":\"1971-02-03\",\"_birthDate\":{\"id\":\"x\"},\"deceasedBoolean\":false,"
    "\"contact\":"
    "[{\"name\":{\"text\":\"c\"},\"gender\":\"male\"}],\"text\":{\"status\":\"empty\",\"div\":\"<div "
    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json_doc doc;
    struct err err = {0};
    struct str out = {0};
    bool ok = false;
    if (!size)
        return 0;
    struct str text = STR(resource), patch = {(const char *)data + 1, size - 1};
    arena_init(&arena);
    arena_limit(&arena, FUZZ_MEMORY_MAX);
    switch (data[0] % 3) {
    case 0:
        ok = patch_json(text, patch, &arena, &out, &err);
        break;
    case 1:
        ok = patch_xml_resource(text, patch, &arena, &out, &err);
        break;
    case 2:
        ok = patch_fhirpath(text, patch, 0, NULL, &arena, &out, &err);
        break;
    }
    OS_ASSERT(ok || err.code != ERR_OK);
    OS_ASSERT(!ok || json_parse(&arena, out, NULL, &doc, &err));
    arena_release(&arena);
    return 0;
}
