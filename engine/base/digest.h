/* engine/base/digest.h -- SHA-256, through OpenSSL. The only file room of engine/base that knows OpenSSL. */
#ifndef CFR_BASE_DIGEST_H
#define CFR_BASE_DIGEST_H

#include "engine/error.h"

typedef struct cfr_digest cfr_digest;

/* One context serves any number of digests in turn: begin, add…, end. Not shared between threads. */
int cfr_digest_new(cfr_digest **out, cfr_err *err);
void cfr_digest_free(cfr_digest *digest);
int cfr_digest_begin(cfr_digest *digest, cfr_err *err);
int cfr_digest_add(cfr_digest *digest, const void *ptr, size_t len, cfr_err *err);
int cfr_digest_end(cfr_digest *digest, uint8_t out[32], cfr_err *err);
/* All in one. */
int cfr_sha256(uint8_t out[32], const void *ptr, size_t len, cfr_err *err);

#endif
