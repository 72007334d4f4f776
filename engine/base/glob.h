/* engine/base/glob.h -- file name patterns.
 *
 * `*` and `?` stay inside one folder, `**` crosses folders, `[a-z]` `[!a]` sets, `{a,b}` alternatives, `\` escapes.
 * Linear in practice and bounded: no pattern takes more than pattern length times text length steps. A pattern that is
 * not well formed (an open set, a lone `\` at its end) or longer than 1024 characters matches nothing.
 */
#ifndef CFR_BASE_GLOB_H
#define CFR_BASE_GLOB_H

#include "engine/common.h"

/* Does the whole of `text` match? Names have '/' between folders and no leading "./". */
bool cfr_glob_match(cfr_str pattern, cfr_str text);

/* One line of a .gitignore (gitignore(5)) against a name relative to the file's folder: 0 says nothing, 1 ignore,
 * -1 take back ("!"). */
int cfr_glob_ignore(cfr_str line, cfr_str name, bool is_folder);

#endif
