/* engine/base/digest.c -- SHA-256 through OpenSSL's EVP, the interface that is kept and that uses the processor's own
 * instructions. The algorithm is fetched once for each context: fetching costs more than hashing a small node. */
#include "engine/base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct cfr_digest {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
};

static int failed(cfr_err *err) { return cfr_err_set(err, CFR_E_BUG, "OpenSSL refuses SHA-256"); }

int cfr_digest_new(cfr_digest **out, cfr_err *err)
{
	cfr_digest *digest = malloc(sizeof(*digest));

	if (!digest)
		return cfr_err_nomem(err);
	digest->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest->context = EVP_MD_CTX_new();
	if (!digest->algorithm || !digest->context) {
		cfr_digest_free(digest);
		return cfr_err_nomem(err);
	}
	*out = digest;
	return 0;
}

void cfr_digest_free(cfr_digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->algorithm);
	free(digest);
}

int cfr_digest_begin(cfr_digest *digest, cfr_err *err)
{
	return EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL) == 1 ? 0 : failed(err);
}

int cfr_digest_add(cfr_digest *digest, const void *ptr, size_t len, cfr_err *err)
{
	return len == 0 || EVP_DigestUpdate(digest->context, ptr, len) == 1 ? 0 : failed(err);
}

int cfr_digest_end(cfr_digest *digest, uint8_t out[32], cfr_err *err)
{
	return EVP_DigestFinal_ex(digest->context, out, NULL) == 1 ? 0 : failed(err);
}

int cfr_sha256(uint8_t out[32], const void *ptr, size_t len, cfr_err *err)
{
	cfr_digest *digest;
	int r = cfr_digest_new(&digest, err);

	if (r < 0)
		return r;
	r = cfr_digest_begin(digest, err);
	if (r == 0)
		r = cfr_digest_add(digest, ptr, len, err);
	if (r == 0)
		r = cfr_digest_end(digest, out, err);
	cfr_digest_free(digest);
	return r;
}
