/* SPDX-License-Identifier: Apache-2.0
 * XML that is read is JSON; written as XML again it reads as the same JSON, and is the same XML from then on.
 */
#include "base/os.h"
#include "xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf json, xml, again, last;
    struct err err = {0};
    buf_init(&json, BUF_NO_MAX);
    buf_init(&xml, BUF_NO_MAX);
    buf_init(&again, BUF_NO_MAX);
    buf_init(&last, BUF_NO_MAX);
    if (!xml_read((struct str){(const char *)data, size}, &json, &err)) {
        OS_ASSERT(err.code != ERR_OK);
    } else if (xml_write_text(buf_get(&json), 0, false, &xml, &err)) {
        OS_ASSERT(xml_read(buf_get(&xml), &again, &err));
        OS_ASSERT(xml_write_text(buf_get(&again), 0, false, &last, &err));
        OS_ASSERT(str_eq(buf_get(&xml), buf_get(&last)));
    } else {
        /* Deeper than JSON may be, or narrative deeper than we write. */
        OS_ASSERT(err.code == ERR_JSON_DEPTH || err.code == ERR_XML_UNWRITABLE);
    }
    buf_release(&json);
    buf_release(&xml);
    buf_release(&again);
    buf_release(&last);
    return 0;
}
