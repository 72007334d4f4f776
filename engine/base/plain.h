/* engine/base/plain.h -- are blocks to be malloc's own?
 *
 * An allocator that lays blocks into memory of its own hides wrong uses of them from AddressSanitizer. So under it, and when
 * CFR_DEBUG_ARENA asks for it, such an allocator hands every request to malloc.
 */
#ifndef CFR_BASE_PLAIN_H
#define CFR_BASE_PLAIN_H

#if defined(__SANITIZE_ADDRESS__) || defined(CFR_DEBUG_ARENA)
#define CFR__PLAIN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CFR__PLAIN 1
#endif
#endif
#ifndef CFR__PLAIN
#define CFR__PLAIN 0
#endif

#endif
