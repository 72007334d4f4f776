/* engine/image/format.h -- the bytes of a value. IMAGE_LAYOUT: also read.h, verify.c, engine/tree/finish.c,
 * docs/format.md.
 *
 * An image is one block of bytes that means the same wherever it lies: no pointers, little-endian, fields taken by
 * memcpy loads, never by laying a struct over them. There is exactly one image for each value, so equal content is
 * equal bytes; what the author chose freely (order of keys, styles, places) is not in it.
 *
 *   offset                        size
 *   0       +------------------+
 *           | header           |  32   magic "cfrtree" and version, total size u64, then four u32: nodes n, keys k,
 *           |                  |       bytes of key text, bytes of string text
 *   32      +------------------+
 *           | node records     |  16n  node 0 is the root
 *           +------------------+
 *           | key table        |  8k   (offset, length) into the key text; sorted by bytes, no key twice,
 *           |                  |       none that no node uses
 *           +------------------+
 *           | key text         |       in the order of the table, nothing between
 *           +------------------+
 *           | string text      |       in the order of the nodes, nothing between
 *           +------------------+
 *
 *   record  0  u32  number of the node's key in the table; KEY_NONE for the root and in sequences
 *           4  u32  kind in the low 8 bits; length of the tag in the high 24 (of an `other`; 0 elsewhere)
 *           8  u64  null 0 · bool 0 or 1 · int two's complement · float its bits (a NaN only as FLOAT_NAN)
 *                   string, other: low half offset into the string text, high half length (tag first, then text)
 *                   sequence, mapping: low half first child, high half count (both 0 when empty)
 *
 * The children of a container are one *block* of neighbouring records, those of a mapping sorted by key number, which
 * is by key bytes. Blocks follow each other depth first: block of the root, then, for each of its containers in turn,
 * that one's block and all below it. From this come the invariants that readers rely on and verify.c proves:
 *
 *   I1  children lie behind their parent: no cycles, and one pass from the end sees children before parents
 *   I2  all that is below a node is one run of records, and their text one run of bytes
 *   I3  keys of a mapping are strictly ascending: binary search, no duplicates
 *   I4  every offset, length and number is in range; all text is UTF-8
 *   I5  no deeper than CFR_IMAGE_DEPTH
 *
 *   {"b": [1, 2], "a": "x"}      keys: 0 "a", 1 "b"         strings: "x"
 *     0  none  mapping   first 1, count 2
 *     1  0     string    offset 0, length 1
 *     2  1     sequence  first 3, count 2
 *     3  none  int       1
 *     4  none  int       2
 */
#ifndef CFR_IMAGE_FORMAT_H
#define CFR_IMAGE_FORMAT_H

#include "engine/common.h"
#include <string.h>

#define CFR_IMAGE_MAGIC "cfrtree\x01"	/* the last byte is the version */

enum {
	CFR_IMAGE_HEADER = 32,
	CFR_IMAGE_RECORD = 16,
	CFR_IMAGE_KEY = 8,
	CFR_IMAGE_DEPTH = 1024,		/* above the upper bound of the limit "depth" */
	CFR_IMAGE_TAG_MAX = 0xFFFFFF
};

#define CFR_IMAGE_KEY_NONE  UINT32_MAX
#define CFR_IMAGE_FLOAT_NAN UINT64_C(0x7FF8000000000000)

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define CFR_LE32(x) __builtin_bswap32(x)
#define CFR_LE64(x) __builtin_bswap64(x)
#else
#define CFR_LE32(x) (x)
#define CFR_LE64(x) (x)
#endif

static inline uint32_t cfr__load32(const void *from)
{
	uint32_t x;
	memcpy(&x, from, sizeof(x));
	return CFR_LE32(x);
}

static inline uint64_t cfr__load64(const void *from)
{
	uint64_t x;
	memcpy(&x, from, sizeof(x));
	return CFR_LE64(x);
}

static inline void cfr__store32(void *to, uint32_t x)
{
	x = CFR_LE32(x);
	memcpy(to, &x, sizeof(x));
}

static inline void cfr__store64(void *to, uint64_t x)
{
	x = CFR_LE64(x);
	memcpy(to, &x, sizeof(x));
}

/* The one form of a float: NaNs are one, -0.0 and 0.0 are two (docs/decisions/003-floats.md). */
static inline uint64_t cfr__float_bits(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof(bits));
	return value != value ? CFR_IMAGE_FLOAT_NAN : bits;
}

/* Total size of an image with these counts; at most about 2^37, so it cannot wrap. */
static inline uint64_t cfr__image_size(uint32_t nodes, uint32_t keys, uint32_t key_text, uint32_t string_text)
{
	return CFR_IMAGE_HEADER + (uint64_t)nodes * CFR_IMAGE_RECORD + (uint64_t)keys * CFR_IMAGE_KEY + key_text +
	       string_text;
}

#endif
