/* engine/image/verify.h -- the only door from bytes of unknown origin to an image. */
#ifndef CFR_IMAGE_VERIFY_H
#define CFR_IMAGE_VERIFY_H

#include "engine/error.h"
#include "engine/image/read.h"

/* Proves I1 to I5 of format.h and that this is the one image of its value, or says at which offset it is not
 * (CFR_E_CORRUPT). Linear in the length. `parents`, when not NULL, gets a slab: for each node its parent,
 * CFR_IMAGE_NONE for the root. */
int cfr__image_verify(cfr_image *out, uint32_t **parents, cfr_str bytes, cfr_err *err);

/* The same array for an image that is known to be good. */
void cfr__image_parents(const cfr_image *image, uint32_t *parents);

#endif
