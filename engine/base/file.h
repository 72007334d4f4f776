/* engine/base/file.h -- whole files in, whole files out.
 *
 * Reading takes regular files, pipes and character devices (`<(command)` of a shell, /dev/null), and refuses what is
 * larger than its ceiling: a device that never ends, too. A pipe can be read once. Writing replaces: a new file in the
 * same directory, synced, with the old one's mode and owner, renamed over it; whatever fails, the old file stays as it
 * was and no other is left behind. Who writes what he made of a file's bytes holds it meanwhile (hold.h).
 */
#ifndef CFR_BASE_FILE_H
#define CFR_BASE_FILE_H

#include "engine/base/str.h"
#include "engine/limits.h"

/* Appends the file's bytes to `out`. "-" is not special here. */
int cfr_file_read(cfr_buf *out, const char *name, const cfr_limits *limits, cfr_err *err);
/* The same from an open descriptor (standard input, a pipe). */
int cfr_fd_read(cfr_buf *out, int fd, cfr_str name, const cfr_limits *limits, cfr_err *err);
/* Follows a symbolic link and replaces what it points to. Makes the file (mode 0666 and the umask) if there is none. */
int cfr_file_replace(const char *name, cfr_str bytes, cfr_err *err);
/* The same with bytes that lie in pieces: a large file is changed without joining them. */
int cfr_file_replace_pieces(const char *name, const cfr_str *pieces, uint32_t count, cfr_err *err);

#endif
