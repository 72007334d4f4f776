/* engine/sections.h -- a large file, of which that is read which somebody asks for.
 *
 * A file is a tree of *sections*. A section that is small is *read*: a document of its own, whose root is a collection of
 * this one entry (only the root section of a small file is the whole document). One that is large is *listed*: a scan at
 * memory speed (engine/text/outline.h) finds its entries; its document is a collection of them in which the values of
 * collections are null, because nobody has read them yet, and each of them is a section again. So the way to one value of
 * ten megabytes is one or two scans and the reading of a kilobyte; with a cache (engine/load.h), three look-ups.
 *
 * What holds. For every source that the readers accept, a node of a section has the value, the order, the places and the
 * comments that the node at the same pointer has in the whole document (but that an anchor in it is used elsewhere is not
 * known). In a listed document a collection that nobody has read stands, empty, behind its colon or dash. Errors in sections
 * that nobody asks for are not found; so are keys that stand twice, but for the collections on the way. Of the ceilings
 * those of the file, and of nodes and depth as they are written, are those of the whole; what aliases elsewhere would add,
 * and keys and scalars that are too large elsewhere, are not met. Whatever the scan does not fully understand (anchors
 * across sections, several documents, and so on: outline.h) is not given: CFR_READ_WHOLE is returned, and the caller reads
 * everything.
 *
 * A section's document has a source of its own, which holds only the section's text and knows at which line and column
 * that begins: places are as in the whole file, offsets are from the section's start. So an edit elsewhere leaves it as
 * it is, and the cache keeps it under its content.
 *
 * Threads. Any number may use one cfr_sections; reading is done once. What is given is borrowed, and lives until it is
 * freed; documents may be ref'd beyond.
 */
#ifndef CFR_SECTIONS_H
#define CFR_SECTIONS_H

#include "engine/load.h"

CFR_BEGIN_DECLS

typedef struct cfr_sections cfr_sections;
typedef struct cfr_section cfr_section;

/* What is no failure, and gives nothing. */
enum {
	CFR_READ_WHOLE = 1,	/* not to be had in parts: the caller reads the whole file, which also tells what is wrong with it */
	CFR_READ_ALREADY = 2	/* there is no further section: the listed document has all of it */
};

/* CFR_READ_WHOLE also when the file is too small to be worth it. `loader` may be NULL; it is borrowed. */
CFR_API int cfr_sections_open(cfr_sections **out, cfr_loader *loader, const char *file, cfr_format format,
                              const cfr_limits *limits, cfr_err *err);
/* The same of text at hand. */
CFR_API int cfr_sections_of(cfr_sections **out, cfr_loader *loader, const cfr_source *source, cfr_format format,
                            const cfr_limits *limits, cfr_err *err);
CFR_API cfr_sections *cfr_sections_ref(const cfr_sections *sections);
CFR_API cfr_sections *cfr_sections_unref(const cfr_sections *sections);

/* The file as it is now. The same, ref'd, when it is unchanged (a look at its stamp). When one run of bytes differs, inside
 * one section, all others are shared with the old ones, read or not, and only that text is scanned. CFR_READ_WHOLE as above. */
CFR_API int cfr_sections_again(cfr_sections **out, cfr_sections *old, cfr_err *err);

CFR_API cfr_str cfr_sections_name(const cfr_sections *sections);
CFR_API uint64_t cfr_sections_size(cfr_sections *sections);	/* of the file; it need not be read for that */
CFR_API cfr_format cfr_sections_format(const cfr_sections *sections);
/* The whole text; read when asked for. CFR_E_… when it cannot be read any more, or is another by now. */
CFR_API int cfr_sections_source(const cfr_source **out, cfr_sections *sections, cfr_err *err);

/* The one document of the whole text, if that was read: what cfr_loader_open gives, but the file is not read once more.
 * CFR_READ_WHOLE when it was not, or there are more documents, or an error, which is told by whoever reads the file. */
CFR_API int cfr_sections_document(cfr_document **out, cfr_sections *sections, cfr_err *err);

CFR_API const cfr_section *cfr_sections_root(const cfr_sections *sections);
CFR_API bool cfr_section_listed(const cfr_section *section);
CFR_API const cfr_document *cfr_section_document(const cfr_section *section);
/* The section's own value in its document: the root of a listed one, the one entry of a read one. */
CFR_API cfr_node cfr_section_node(const cfr_section *section);
/* The section that a node of a listed document stands for: reads or lists it. CFR_READ_ALREADY of a scalar, or when the
 * section is not listed. */
CFR_API int cfr_section_below(const cfr_section **out, cfr_sections *sections, const cfr_section *listed, cfr_node entry,
                              cfr_err *err);

/* The text that such a section would be read from: its entry in the file; borrowed. No section is read for that.
 * CFR_READ_ALREADY of a scalar, CFR_READ_WHOLE when the file is another by now. Its size alone needs no file; 0 of a scalar. */
CFR_API int cfr_section_text(cfr_str *out, cfr_sections *sections, const cfr_section *listed, cfr_node entry, cfr_err *err);
CFR_API uint32_t cfr_section_size(const cfr_sections *sections, const cfr_section *listed, cfr_node entry);

/* The node at a JSON Pointer, and the section it is in; of a listed collection, its own. CFR_READ_WHOLE also
 * when there is no such place, so that the error is the one that everybody gives. */
CFR_API int cfr_sections_get(const cfr_section **out, cfr_node *node, cfr_sections *sections, cfr_str pointer, cfr_err *err);
/* All of a listed section: one document, read whole (places as above). For a read one its document. The caller's. */
CFR_API int cfr_section_whole(cfr_document **out, cfr_node *node, cfr_sections *sections, const cfr_section *section,
                              cfr_err *err);

/* Sections read ahead, on several threads; a listed one whole, as one section. */
typedef struct cfr_preload {
	uint32_t sections, failed;	/* that were read or taken; that could not be */
	uint64_t bytes, nanoseconds;
	cfr_err first;			/* of the first pointer that failed */
} cfr_preload;
CFR_API int cfr_sections_preload(cfr_preload *out, cfr_sections *sections, const cfr_str *pointers, uint32_t count,
                                 unsigned workers, cfr_err *err);

CFR_END_DECLS
#endif
