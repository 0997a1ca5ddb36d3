/* SPDX-License-Identifier: Apache-2.0
 * Staff who are patients too: the physician and the nurse of the hospital unit that the accounts are for
 * (app/demo_accounts.c), so that one's own record and a colleague's are there to be told of and flagged.
 * It takes nothing of the region's chance. */
#include "demo/demo_int.h"

enum { TRIES_MAX = 64 };

static const struct {
    enum demo_unit_kind unit;
    const char *title;
    uint32_t patient; /* the one that they are */
    int born;
} people[DEMO_NEAR] = {{UNIT_MED, "Överläkare", 11, 1974}, {UNIT_MED, "Sjuksköterska", 13, 1986}};

const struct demo_near *demo_near_staff(struct demo *d, enum demo_unit_kind unit, const char *title,
                                        bool female, const char *given, const char *family)
{
    for (int i = 0; i < DEMO_NEAR; i++) {
        struct demo_near *n = &d->near[i];
        struct personnummer number;
        if (n->given || people[i].unit != unit || strcmp(people[i].title, title) != 0)
            continue;
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            demo_people_identity(&d->people, people[i].born, n->number);
            if (personnummer_parse((struct str){n->number, PERSONNUMMER_LEN}, d->options->now_ms, &number,
                                   NULL) &&
                (number.sex == PERSONNUMMER_FEMALE) == female)
                break;
        }
        n->given = given;
        n->family = family;
        return n;
    }
    return NULL;
}

const struct demo_near *demo_near_patient(const struct demo *d, uint32_t index)
{
    for (int i = 0; i < DEMO_NEAR; i++)
        if (people[i].patient == index && d->near[i].given)
            return &d->near[i];
    return NULL;
}
