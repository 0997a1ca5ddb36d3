/* SPDX-License-Identifier: Apache-2.0
 * Municipality codes (SCB), chief towns, first three digits of their postal codes and inhabitants in
 * thousands. */
#include "demo/demo_int.h"

#include <stdio.h>

#include "base/os.h"

const struct demo_place demo_place_table[] = {
    {"1480", "Göteborg", "Göteborg", 411, 7, 600, PROVIDER_SU},
    {"1481", "Mölndal", "Mölndal", 431, 1, 70, PROVIDER_SU},
    {"1402", "Partille", "Partille", 433, 1, 40, PROVIDER_SU},
    {"1401", "Härryda", "Mölnlycke", 435, 1, 40, PROVIDER_SU},
    {"1407", "Öckerö", "Öckerö", 475, 1, 13, PROVIDER_SU},
    {"1490", "Borås", "Borås", 503, 5, 114, PROVIDER_SAS},
    {"1463", "Mark", "Kinna", 511, 1, 35, PROVIDER_SAS},
    {"1491", "Ulricehamn", "Ulricehamn", 523, 1, 25, PROVIDER_SAS},
    {"1443", "Bollebygd", "Bollebygd", 517, 1, 10, PROVIDER_SAS},
    {"1452", "Tranemo", "Tranemo", 514, 1, 12, PROVIDER_SAS},
    {"1465", "Svenljunga", "Svenljunga", 512, 1, 11, PROVIDER_SAS},
    {"1466", "Herrljunga", "Herrljunga", 524, 1, 9, PROVIDER_SAS},
    {"1442", "Vårgårda", "Vårgårda", 447, 1, 12, PROVIDER_SAS},
    {"1489", "Alingsås", "Alingsås", 441, 1, 42, PROVIDER_SV},
    {"1441", "Lerum", "Lerum", 443, 1, 43, PROVIDER_SV},
    {"1482", "Kungälv", "Kungälv", 442, 1, 49, PROVIDER_SV},
    {"1440", "Ale", "Nödinge", 449, 1, 33, PROVIDER_SV},
    {"1415", "Stenungsund", "Stenungsund", 444, 1, 28, PROVIDER_SV},
    {"1419", "Tjörn", "Skärhamn", 471, 1, 16, PROVIDER_SV},
    {"1421", "Orust", "Henån", 473, 1, 15, PROVIDER_NU},
    {"1485", "Uddevalla", "Uddevalla", 451, 1, 57, PROVIDER_NU},
    {"1488", "Trollhättan", "Trollhättan", 461, 1, 59, PROVIDER_NU},
    {"1487", "Vänersborg", "Vänersborg", 462, 1, 40, PROVIDER_NU},
    {"1484", "Lysekil", "Lysekil", 453, 1, 14, PROVIDER_NU},
    {"1486", "Strömstad", "Strömstad", 452, 1, 13, PROVIDER_NU},
    {"1435", "Tanum", "Tanumshede", 457, 1, 13, PROVIDER_NU},
    {"1427", "Sotenäs", "Kungshamn", 456, 1, 9, PROVIDER_NU},
    {"1430", "Munkedal", "Munkedal", 455, 1, 10, PROVIDER_NU},
    {"1439", "Färgelanda", "Färgelanda", 458, 1, 6, PROVIDER_NU},
    {"1438", "Dals-Ed", "Ed", 668, 1, 5, PROVIDER_NU},
    {"1460", "Bengtsfors", "Bengtsfors", 666, 1, 9, PROVIDER_NU},
    {"1461", "Mellerud", "Mellerud", 464, 1, 9, PROVIDER_NU},
    {"1492", "Åmål", "Åmål", 662, 1, 12, PROVIDER_NU},
    {"1462", "Lilla Edet", "Lilla Edet", 463, 1, 15, PROVIDER_NU},
    {"1496", "Skövde", "Skövde", 541, 1, 58, PROVIDER_SKAS},
    {"1494", "Lidköping", "Lidköping", 531, 1, 41, PROVIDER_SKAS},
    {"1499", "Falköping", "Falköping", 521, 1, 33, PROVIDER_SKAS},
    {"1493", "Mariestad", "Mariestad", 542, 1, 25, PROVIDER_SKAS},
    {"1495", "Skara", "Skara", 532, 1, 19, PROVIDER_SKAS},
    {"1470", "Vara", "Vara", 534, 1, 16, PROVIDER_SKAS},
    {"1471", "Götene", "Götene", 533, 1, 13, PROVIDER_SKAS},
    {"1498", "Tidaholm", "Tidaholm", 522, 1, 13, PROVIDER_SKAS},
    {"1472", "Tibro", "Tibro", 543, 1, 11, PROVIDER_SKAS},
    {"1497", "Hjo", "Hjo", 544, 1, 9, PROVIDER_SKAS},
    {"1473", "Töreboda", "Töreboda", 545, 1, 9, PROVIDER_SKAS},
    {"1446", "Karlsborg", "Karlsborg", 546, 1, 7, PROVIDER_SKAS},
    {"1447", "Gullspång", "Hova", 548, 1, 5, PROVIDER_SKAS},
    {"1445", "Essunga", "Nossebro", 465, 1, 6, PROVIDER_SKAS},
    {"1444", "Grästorp", "Grästorp", 467, 1, 6, PROVIDER_SKAS},
};
const uint32_t demo_place_count = sizeof demo_place_table / sizeof demo_place_table[0];

uint32_t demo_place_pick(struct demo_rng *r)
{
    uint32_t total = 0, i = 0;
    for (uint32_t p = 0; p < demo_place_count; p++)
        total += demo_place_table[p].weight;
    for (uint32_t left = demo_rng_below(r, total); left >= demo_place_table[i].weight; i++)
        left -= demo_place_table[i].weight;
    return i;
}

uint32_t demo_place_find(const char *code)
{
    uint32_t i = 0;
    while (strcmp(demo_place_table[i].code, code) != 0)
        OS_ASSERT(++i < demo_place_count);
    return i;
}

void demo_place_street(struct demo_rng *r, char out[DEMO_NAME_MAX])
{
    static const char *const streets[] = {
        "Storgatan",   "Kyrkogatan",      "Skolgatan",      "Björkvägen",      "Granvägen",
        "Tallstigen",  "Lingonvägen",     "Blåbärsstigen",  "Ängsvägen",       "Åkervägen",
        "Parkgatan",   "Järnvägsgatan",   "Södra vägen",    "Norra vägen",     "Östergatan",
        "Västergatan", "Hantverkargatan", "Kvarngatan",     "Backvägen",       "Solrosgatan",
        "Rönnvägen",   "Aspvägen",        "Lärkvägen",      "Näktergalsgatan", "Smedjegatan",
        "Strandvägen", "Hamngatan",       "Trädgårdsgatan", "Bergsgatan",      "Ekvägen",
        "Hasselvägen", "Syrenvägen",      "Vallmovägen",    "Prästgårdsvägen", "Mossvägen",
        "Sjövägen",
    };
    const char *street = streets[demo_rng_below(r, sizeof streets / sizeof streets[0])];
    int number = demo_rng_between(r, 1, 48);
    int kind = demo_rng_between(r, 0, 9);
    int flat = demo_rng_between(r, 0, 29);
    if (kind < 3)
        snprintf(out, DEMO_NAME_MAX, "%s %d %c", street, number, 'A' + demo_rng_between(r, 0, 3));
    else if (kind == 3)
        /* One draw for floor and door: the order of two in one call would be the compiler's. */
        snprintf(out, DEMO_NAME_MAX, "%s %d, lgh %d", street, number, 1001 + flat / 6 * 100 + flat % 6);
    else
        snprintf(out, DEMO_NAME_MAX, "%s %d", street, number);
}

void demo_place_postal(struct demo_rng *r, uint32_t place, char out[8])
{
    const struct demo_place *p = &demo_place_table[place];
    uint32_t first = p->postal_from + demo_rng_below(r, p->postal_span);
    /* The lowest tens are for boxes and companies; street delivery begins at 30. */
    snprintf(out, 8, "%03u%02d", (unsigned)(first % 1000), demo_rng_between(r, 30, 59));
}

void demo_place_mobile(struct demo_rng *r, char out[24])
{
    int last = demo_rng_between(r, 605, 699);
    snprintf(out, 24, "070-174 %02d %02d", last / 100, last % 100);
}

void demo_place_phone(struct demo_rng *r, char out[24])
{
    if (demo_rng_chance(r, 950))
        snprintf(out, 24, "031-390 06 %02d", demo_rng_between(r, 0, 49));
    else
        snprintf(out, 24, "08-465 004 %02d", demo_rng_between(r, 0, 99));
}
