/* engine/common.h -- the few words every header of cfgrun uses.
 *
 * Nothing here has behaviour. CFR_API marks what leaves a shared library; everything else stays inside.
 */
#ifndef CFR_COMMON_H
#define CFR_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CFR_BEGIN_DECLS extern "C" {
#define CFR_END_DECLS   }
#else
#define CFR_BEGIN_DECLS
#define CFR_END_DECLS
#endif

#if defined(__GNUC__)
#define CFR_API           __attribute__((visibility("default")))
#define CFR_COLD          __attribute__((cold))
#define CFR_INLINE        inline __attribute__((always_inline))	/* where it was measured */
#define CFR_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define CFR_UNLIKELY(x)   __builtin_expect(!!(x), 0)
#define CFR_LIKELY(x)     __builtin_expect(!!(x), 1)
#else
#define CFR_API
#define CFR_COLD
#define CFR_INLINE inline
#define CFR_PRINTF(f, a)
#define CFR_UNLIKELY(x) (x)
#define CFR_LIKELY(x)   (x)
#endif

CFR_BEGIN_DECLS

/* Borrowed text: not NUL-terminated, owned by whatever it was taken from. An empty one may have ptr NULL. */
typedef struct cfr_str {
	const char *ptr;
	size_t len;
} cfr_str;

#define CFR_STR(literal) ((cfr_str){ (literal), sizeof(literal) - 1 })

CFR_END_DECLS
#endif
