/* engine/base/vec.h -- arrays that grow: the one place where room doubles.
 *
 * An array is a pointer, a count and a capacity in the struct that owns it, with names of its own; here is only the
 * growing. Capacity doubles, so n items cost O(n) however they come, and an array that may become large gets its pages
 * as engine/base/large.h has it.
 */
#ifndef CFR_BASE_VEC_H
#define CFR_BASE_VEC_H

#include "engine/error.h"

/* Room for `need` items of `size` bytes. `array` is the address of the pointer to them (from malloc; NULL at first),
 * whatever its type. On failure everything is as it was. */
int cfr_vec_room(void *array, uint32_t *cap, uint64_t need, size_t size, cfr_err *err);

#endif
