/*
 * catalogue — the ids that `covers` may name, by area.
 *
 * Knows: catalogue.def: the areas and how many ids each has. Refuses to know: what an id demands,
 * which case covers it.
 */
#ifndef SMTPVET_SCENARIO_CATALOGUE_H
#define SMTPVET_SCENARIO_CATALOGUE_H

#include "harness/base/span.h"

#define CATALOGUE_IDS_MAX 99 /* of one area: ids have two digits */

struct catalogue_area {
    const char *name; /* three capitals */
    unsigned ids;
    const char *sentence;
};

const struct catalogue_area *catalogue_areas(size_t *ret_len);

/* catalogue_find tells which area and number an id such as STL-02 has. False where there is no such
 * id; `*ret_area` is then the area's position where at least that is right, else the number of
 * areas. */
bool catalogue_find(struct span id, size_t *ret_area, unsigned *ret_number);

#endif
