/* cache/folder.h -- where the files lie: whether the place can be trusted, who writes, and what is counted.
 *
 *	v1.mdb		the records
 *	v1.state	one block: what the records' file looked like when it was last left in order, and counts. Writers lock it
 *	v1.damaged	a file of records that was moved away
 *
 * The digit is the format of all three; another version of cfgrun has files of its own.
 */
#ifndef CFR_CACHE_FOLDER_H
#define CFR_CACHE_FOLDER_H

#include "cache/cache.h"
#include "engine/base/checksum.h"

#include <sys/stat.h>

#define CFR__DATA "v1.mdb"
#define CFR__STATE "v1.state"
#define CFR__DAMAGED "v1.damaged"

typedef struct cfr__folder {
	char *name;
	int fd;			/* -1: it is not there (yet) */
	int state;		/* v1.state; -1: not there, or it cannot be written */
	int64_t file_system;	/* as in the options */
	int patience;		/* milliseconds that may still be spent on waiting for the lock */
	uint8_t boot[16];	/* which start of the machine this is; zero: nobody knows, or asked yet */
} cfr__folder;

/* What a file looked like. While it looks the same, nobody wrote to it. */
typedef struct cfr__mark {
	uint64_t size, inode, device;
	int64_t mtime, mtime_ns, ctime, ctime_ns;
	uint8_t boot[16];	/* of the machine; zero: unknown, and never the same */
} cfr__mark;

typedef struct cfr__hour {
	int64_t hour;		/* since 1970 */
	uint64_t hits, misses;
} cfr__hour;

typedef struct cfr__state {
	char magic[8];
	cfr__mark mark;
	int64_t since;
	uint64_t hits, misses, kept, dropped;
	cfr__hour hours[CFR_CACHE_HOURS];
	cfr_checksum sum;	/* of all before it */
} cfr__state;

void cfr__folder_init(cfr__folder *folder);
void cfr__folder_close(cfr__folder *folder);
/* Copies the name, absolute. CFR_E_IO when it is relative to a current folder that is gone, CFR_E_NOMEM. */
int cfr__folder_name(cfr__folder *folder, const char *name, cfr_err *err);
/* Opens it; `make`: and what is missing of it is made. 0, CFR_E_NOTFOUND when it is not there, CFR_E_IO when it cannot be
 * trusted or used, and `err` says why. Without `make`, that nothing can be written is no failure. */
int cfr__folder_open(cfr__folder *folder, bool make, cfr_err *err);
/* A file of the folder, to be read; -1 when it is not there, CFR_E_IO when it is not to be trusted, CFR_E_NOMEM when the
 * system has no descriptor or memory for it, which tells nothing about the file. */
int cfr__folder_file(const cfr__folder *folder, const char *name, int flags);

/* Becomes the one who writes. Waits while patience lasts. */
bool cfr__folder_lock(cfr__folder *folder);
void cfr__folder_unlock(cfr__folder *folder);

/* Of a locked folder. What cannot be read counts from zero; what cannot be written is lost. */
void cfr__state_read(cfr__state *out, const cfr__folder *folder);
void cfr__state_write(const cfr__folder *folder, cfr__state *state);
void cfr__state_count(cfr__state *state, uint64_t hits, uint64_t misses, int64_t now);

cfr__mark cfr__mark_of(cfr__folder *folder, const struct stat *st);
bool cfr__mark_same(const cfr__mark *a, const cfr__mark *b);

#endif
