/* cache/store.c -- what a cache has in memory while it is open, and the notes that it leaves.
 *
 * A note tells once why something is not kept; what follows from the same cause would tell nothing more.
 */
#include "cache/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t cfr__store_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void cfr__store_note(cfr__store *store, unsigned bit, const char *format, ...)
{
	char line[CFR__LINE];
	unsigned before;
	va_list args;

	pthread_mutex_lock(&store->small);
	before = store->noted;
	store->noted |= bit;
	pthread_mutex_unlock(&store->small);
	if (!store->note || before & bit)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	store->note(store->note_arg, line);
}

int cfr__store_init(cfr__store *store, const cfr_cache_options *options, cfr_err *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = options->size ? options->size : CFR_CACHE_SIZE;

	memset(store, 0, sizeof(*store));
	cfr__folder_init(&store->folder);
	store->folder.file_system = options->file_system;
	store->size = (size > 1 << 20 ? size : 1 << 20) / page * page;
	store->read_only = options->read_only;
	store->note = options->note;
	store->note_arg = options->note_arg;
	store->data = -1;
	store->process = (int)getpid();
	pthread_rwlock_init(&store->files, NULL);
	pthread_mutex_init(&store->writing, NULL);
	pthread_mutex_init(&store->small, NULL);
	return cfr__folder_name(&store->folder, options->folder, err);
}

void cfr__store_release(cfr__store *store)
{
	cfr__env_close(store->env);
	if (store->data >= 0)
		close(store->data);
	cfr__folder_close(&store->folder);
	pthread_mutex_destroy(&store->small);
	pthread_mutex_destroy(&store->writing);
	pthread_rwlock_destroy(&store->files);
}
