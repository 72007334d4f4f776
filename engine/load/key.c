/* engine/load/key.c -- digests of bytes, and keys that say all that a record depends on.
 *
 * What makes documents of bytes is named by a digest of its sources, made at building (cmake/readers.cmake), and by libyaml's
 * version: so a record never outlives the reader that made it, and nobody has to remember to count up a number.
 */
#include "engine/load/inside.h"

#include "engine/base/digest.h"
#include "engine/load/readers.h"
#include "engine/text/read.h"

int cfr__load_digest(cfr__digest *out, cfr_loader *loader, cfr_str name, cfr_str bytes, cfr_err *err)
{
	const cfr_profile *profile = cfr__load_profile(loader);
	uint64_t begin = cfr_profile_now(profile);
	int r = cfr_sha256(out->bytes, bytes.ptr, bytes.len, err);

	cfr__load_count(loader, CFR__HASHED, bytes.len);
	cfr_profile_span(profile, "hash", name, begin, bytes.len, "bytes");
	return r;
}

int cfr__load_key(cfr_cache_key *out, const char *kind, const cfr__digest *bytes, cfr_format format,
                  const cfr_limits *limits, cfr_str more, cfr_err *err)
{
	/* Sidecars lie as the machine has them. */
	const uint32_t machine[3] = { 0x01020304, sizeof(cfr_entry), (uint32_t)format };
	const struct { const void *ptr; size_t len; } parts[] = {
		{ kind, strlen(kind) + 1 }, { CFR_READERS, sizeof(CFR_READERS) },
		{ cfr__yaml_version(), strlen(cfr__yaml_version()) + 1 }, { machine, sizeof(machine) },
		{ limits->of, sizeof(limits->of) }, { bytes->bytes, sizeof(bytes->bytes) }, { more.ptr, more.len } };
	cfr_digest *digest;
	int r = cfr_digest_new(&digest, err);

	if (r < 0)
		return r;
	r = cfr_digest_begin(digest, err);
	for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(*parts); i++)
		r = cfr_digest_add(digest, parts[i].ptr, parts[i].len, err);
	if (r == 0)
		r = cfr_digest_end(digest, out->bytes, err);
	cfr_digest_free(digest);
	return r;
}
