/* engine/base/digest.c -- SHA-256 of OpenSSL, by the functions beneath EVP.
 *
 * They use the processor's own instructions as EVP does. But the first use of EVP reads configuration and sets up
 * providers, 0.7 ms: as long as all else that a short run does. OpenSSL calls them deprecated, since they know no providers;
 * nothing here wants one. So three functions are all that is used of OpenSSL, and the program carries them alone: linking to
 * the whole library takes 0.6 ms of each start (docs/decisions/023).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "engine/base/digest.h"

#include <openssl/sha.h>
#include <stdlib.h>

struct cfr_digest {
	SHA256_CTX context;
};

static int failed(cfr_err *err) { return cfr_err_set(err, CFR_E_BUG, "OpenSSL refuses SHA-256"); }

int cfr_digest_new(cfr_digest **out, cfr_err *err)
{
	cfr_digest *digest = malloc(sizeof(*digest));

	if (!digest)
		return cfr_err_nomem(err);
	*out = digest;
	return 0;
}

void cfr_digest_free(cfr_digest *digest)
{
	free(digest);
}

int cfr_digest_begin(cfr_digest *digest, cfr_err *err)
{
	return SHA256_Init(&digest->context) == 1 ? 0 : failed(err);
}

int cfr_digest_add(cfr_digest *digest, const void *ptr, size_t len, cfr_err *err)
{
	return len == 0 || SHA256_Update(&digest->context, ptr, len) == 1 ? 0 : failed(err);
}

int cfr_digest_end(cfr_digest *digest, uint8_t out[32], cfr_err *err)
{
	return SHA256_Final(out, &digest->context) == 1 ? 0 : failed(err);
}

int cfr_sha256(uint8_t out[32], const void *ptr, size_t len, cfr_err *err)
{
	cfr_digest digest;
	int r = cfr_digest_begin(&digest, err);

	if (r == 0)
		r = cfr_digest_add(&digest, ptr, len, err);
	if (r == 0)
		r = cfr_digest_end(&digest, out, err);
	return r;
}
