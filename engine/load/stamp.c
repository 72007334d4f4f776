/* engine/load/stamp.c -- is a file what it was when its bytes were hashed?
 *
 * A record holds the stamp of a file and the digest of its bytes, under device and inode: a link, another name, a file that
 * was put in place of another lead where they should without a look at paths. A change sets ctime, which no program can set
 * back, and mtime; but clocks of file systems tick, up to two seconds at a time, so a change right after the hashing may
 * leave both as they were. Hence a stamp counts only when both lay two seconds before the moment of looking. One that does
 * not is kept nowhere: the next look may be late enough.
 *
 * A moment that lies ahead of us says that the clock was set back: what was recorded before tells nothing any more.
 */
#include "engine/load/inside.h"

#include "engine/base/digest.h"
#include "engine/image/format.h"
#include <time.h>

#define TICK INT64_C(2000000000)

/* magic, device, inode, size, mtime, ctime, seen; digest */
enum { FIELDS = 7, RECORD = FIELDS * 8 + 32 };
#define MAGIC UINT64_C(0x01706D6174736663)	/* "cfstamp", 1 */

bool cfr__stamp_settled(const cfr_file_stamp *stamp)
{
	return stamp->seen > TICK && stamp->mtime < stamp->seen - TICK && stamp->ctime < stamp->seen - TICK;
}

static int key_of(cfr_cache_key *out, const cfr_file_stamp *stamp)
{
	unsigned char text[24] = "stamp 1";

	cfr__store64(text + 8, stamp->device);
	cfr__store64(text + 16, stamp->inode);
	return cfr_sha256(out->bytes, text, sizeof(text), NULL);
}

bool cfr__stamp_find(cfr__digest *out, cfr_loader *loader, const cfr_file_stamp *now)
{
	cfr_buf record = CFR_BUF_INIT;
	cfr_file_stamp then;
	cfr_cache_key key;
	bool found = false;

	/* What is not settled now was not when it was kept, or is another state. */
	if (!cfr__stamp_settled(now) || key_of(&key, now) < 0)
		return false;
	if (cfr__load_get(loader, &key, &record) && record.len == RECORD && cfr__load64(record.ptr) == MAGIC) {
		const char *at = record.ptr;

		then = (cfr_file_stamp){ .device = cfr__load64(at + 8), .inode = cfr__load64(at + 16),
					 .size = cfr__load64(at + 24), .mtime = (int64_t)cfr__load64(at + 32),
					 .ctime = (int64_t)cfr__load64(at + 40), .seen = (int64_t)cfr__load64(at + 48) };
		found = cfr_file_same(&then, now) && cfr__stamp_settled(&then) && then.seen <= now->seen;
		if (found) {
			memcpy(out->bytes, at + FIELDS * 8, sizeof(out->bytes));
			cfr__load_count(loader, CFR__UNCHANGED, 1);
		}
	}
	cfr_buf_release(&record);
	return found;
}

void cfr__stamp_keep(cfr_loader *loader, const cfr_file_stamp *before, const cfr_file_stamp *after,
                     const cfr__digest *digest)
{
	const uint64_t fields[FIELDS] = { MAGIC, before->device, before->inode, before->size, (uint64_t)before->mtime,
					  (uint64_t)before->ctime, (uint64_t)before->seen };
	char record[RECORD];
	cfr_cache_key key;

	if (!cfr__stamp_settled(before) || !after->seen || !cfr_file_same(before, after) || key_of(&key, before) < 0)
		return;
	for (int i = 0; i < FIELDS; i++)
		cfr__store64(record + (size_t)i * 8, fields[i]);
	memcpy(record + FIELDS * 8, digest->bytes, sizeof(digest->bytes));
	cfr__load_put(loader, &key, &(cfr_str){ record, RECORD }, 1);
}
