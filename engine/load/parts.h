/* engine/load/parts.h -- what the files about sections share (engine/sections.h).
 *
 * The outline of a text (engine/text/lists.c) has lists of items: the entries of each large collection. A *listed* section
 * is a list; a *read* one an item. Either is made at most once, from a text that is cut out of the file (cut.c).
 */
#ifndef CFR_LOAD_PARTS_H
#define CFR_LOAD_PARTS_H

#include "engine/base/part.h"
#include "engine/load/inside.h"
#include "engine/sections.h"
#include "engine/text/outline.h"

#include <assert.h>

static_assert((int)CFR_READ_WHOLE == (int)CFR__UNSAFE, "what an outline does not understand is read whole");

/* From which size on a file is read in parts, and a collection in it is listed. */
typedef struct cfr__least {
	uint32_t file, list;
} cfr__least;
enum { CFR__LEAST_FILE = 64 << 10, CFR__LEAST_LIST = 64 << 10 };

struct cfr_section {
	atomic_uint refs;
	cfr_document *doc;
	cfr_node node;
	bool listed;
	uint32_t number;		/* of its list or item */
};

/* A section that is there, is being made, or could not be. */
typedef struct cfr__slot {
	uint32_t key;			/* 0: free */
	bool busy;
	int result;			/* 0, or why there is none: CFR_READ_WHOLE */
	cfr_section *section;
} cfr__slot;

struct cfr_sections {
	atomic_uint refs;

	/* Said when they were made, and never changed. */
	cfr_loader *loader;
	char *file;			/* NULL: of a text at hand */
	cfr_format asked;
	cfr_limits limits;
	cfr__least least;

	/* Found out while they are opened, by one thread; nobody changes it when others have them. */
	cfr_format format;
	bool digested;			/* what is made is kept in a cache, under: */
	cfr__digest digest;
	cfr__lists lists;
	cfr_section *root;		/* its slot holds it */

	/* Made when needed. A pointer is published once, and what it leads to is constant. */
	_Atomic(cfr_source *) source;	/* NULL when the cache knew the outline; the next one to need it reads it, under: */
	pthread_mutex_t reading;
	_Atomic(uint32_t *) lines;	/* line breaks before each block of the text; of two who count, one is first */
	_Atomic uint64_t some;		/* bytes that were read without a source */

	/* Under `lock`. Sections are never taken away: who got one holds it as long as this. */
	pthread_mutex_t lock;
	pthread_cond_t made;		/* a slot is not busy any more */
	cfr_file_stamp stamp;		/* of the text; seen 0: tells nothing. It changes only when there is a source */
	cfr__slot *slots;
	uint32_t slot_count, slot_cap;
};

/* --- text.c --- */

/* The text of an open file, and the stamp that is that text's; `now` is the file's from before. */
int cfr__sections_read_text(cfr_source **out, cfr_sections *sections, int fd, cfr_file_stamp *now);
/* The text is needed. CFR_READ_WHOLE when it is another by now. */
int cfr__sections_need(cfr_sections *sections);
/* So much of a text whose outline came from a cache, if the file is what it was. */
int cfr__sections_read_some(cfr_buf *out, cfr_sections *sections, uint32_t from, uint32_t to);
enum { CFR__LINES = 16 << 10 };		/* line breaks are counted before each block of so many bytes */
/* The counts, and how many; the text is there. NULL without memory. */
const uint32_t *cfr__sections_lines(uint32_t *count, cfr_sections *sections);
uint32_t cfr__count_breaks(const char *ptr, size_t len);

/* --- cut.c: the text of a section as a source of its own --- */

enum { CFR__MARGIN = 256 };		/* JSON: so far an item's lines are completed, for who shows them */

/* Of an item: its window, as it lies in the part. */
int cfr__cut_item(cfr_source **out, cfr__window *window, cfr_sections *sections, uint32_t item, cfr_err *err);
/* Of a list: its items, but nothing in place of values that are collections. */
int cfr__cut_list(cfr_source **out, cfr_sections *sections, uint32_t list, cfr_err *err);

/* --- keep.c --- */

/* The outline of a text of so many bytes; false for a miss. */
bool cfr__take_outline(cfr_sections *sections, uint64_t size);
void cfr__keep_outline(cfr_sections *sections);
/* The document of a section that was made before; CFR_READ_WHOLE for a miss. */
int cfr__take_section(cfr_document **out, cfr_sections *sections, bool listed, uint32_t number);
void cfr__keep_section(cfr_sections *sections, const cfr_section *section);

/* --- slots.c --- */

static inline uint32_t cfr__section_key(bool listed, uint32_t number) { return number * 2 + 1 + listed; }
/* A slot, made if there was none; NULL without memory. Under the lock; it moves when there are more. */
cfr__slot *cfr__sections_slot(cfr_sections *sections, uint32_t key);
/* The section of a list or an item: the one that is there, the one that another thread is making, or made here. 0,
 * CFR_READ_WHOLE or CFR_E_NOMEM. */
int cfr__section_at(cfr_section **out, cfr_sections *sections, bool listed, uint32_t number);
/* The section of an item, if it was read; else NULL. */
cfr_section *cfr__section_there(cfr_sections *sections, uint32_t item);
/* The document of an item, for the caller alone. */
int cfr__section_read_item(cfr_document **out, cfr_sections *sections, uint32_t item);
void cfr__section_unref(cfr_section *section);

/* --- open.c --- */

/* Without a text, and without an outline. */
int cfr__sections_new(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                      const cfr_limits *limits, cfr__least least);
void cfr__sections_free(cfr_sections *sections);
/* Reads the file, unless it cannot be of use; CFR_READ_WHOLE also for an error, which is told by whoever reads everything. With
 * `cached`, unless the outline of an unchanged file can be taken. */
int cfr__sections_read(cfr_sections *sections, bool cached);
/* Finds the lists of the text, which is there, and makes the root. */
int cfr__sections_outline(cfr_sections *sections);
int cfr__sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                     const cfr_limits *limits, cfr__least least, cfr_err *err);

/* --- sections.c --- */

/* The read section of all of a listed one. 0, CFR_READ_WHOLE or CFR_E_NOMEM. */
int cfr__section_whole(const cfr_section **out, cfr_sections *sections, const cfr_section *listed);
/* Which item a child of a listed section is. */
uint32_t cfr__section_item(const cfr_sections *sections, const cfr_section *listed, cfr_node entry);

/* --- again.c --- */

/* Makes of sections that have no more than their text those of it, with what of the old ones still holds. */
int cfr__sections_take_over(cfr_sections *now, cfr_sections *old);

#endif
