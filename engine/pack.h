/* engine/pack.h -- find the files of a pack and read them, running none.
 *
 * A pack is a folder with or without pack.lua, or a single Lua file. Everything is read into memory once; every worker's
 * script loads from there.
 */
#ifndef CFR_PACK_H
#define CFR_PACK_H

#include "engine/rule.h"

CFR_BEGIN_DECLS

/* A folder or a Lua file on disk. Of a folder with pack.lua: pack.lua, rules/, lib/, data/, spec/ (each one level deep),
 * and *.lua of common/lib/ beside it, as files of lib/ where there are none of that name; of one without: its *.lua (specs
 * apart) and data/. Other files are ignored. CFR_E_IO, CFR_E_LIMIT ("script"), and what reading a data file gives. */
CFR_API int cfr_pack_open(cfr_pack **out, const char *path, const cfr_limits *limits, cfr_err *err);

/* From files that are in memory already (the shipped packs); names within the pack. Bytes are borrowed. */
CFR_API int cfr_pack_of(cfr_pack **out, cfr_str name, const cfr_pack_file *files, uint32_t count,
                        const cfr_limits *limits, cfr_err *err);
CFR_API void cfr_pack_free(cfr_pack *pack);

/* A file by its name within the pack, or NULL. */
CFR_API const cfr_pack_file *cfr_pack_find(const cfr_pack *pack, cfr_str name);

CFR_END_DECLS
#endif
