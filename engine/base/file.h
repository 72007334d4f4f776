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

/* Why the system refused, in our words: "no such file or folder". strerror speaks the locale's language, and is not safe
 * between threads. The room is for numbers that have no words. */
enum { CFR_REASON = 32 };
const char *cfr_io_reason(char room[CFR_REASON], int number);

/* Appends the file's bytes to `out`. "-" is not special here. */
int cfr_file_read(cfr_buf *out, const char *name, const cfr_limits *limits, cfr_err *err);
/* The same from an open descriptor (standard input, a pipe). */
int cfr_fd_read(cfr_buf *out, int fd, cfr_str name, const cfr_limits *limits, cfr_err *err);

/* cfr_file_read in two steps, for who looks at the file in between: opens what may be a file or a pipe, and reads it. */
int cfr_file_open(int *out, const char *name, cfr_err *err);
int cfr_file_read_open(cfr_buf *out, int fd, cfr_str name, const cfr_limits *limits, cfr_err *err);

/* One state of a file, as the system tells it. `seen` is the moment of looking; 0 says that nothing follows from the
 * stamp: no regular file, or one whose times are of another machine's clock. Times are nanoseconds since 1970. */
typedef struct cfr_file_stamp {
	uint64_t device, inode, size;
	int64_t mtime, ctime, seen;
} cfr_file_stamp;
void cfr_file_look(cfr_file_stamp *out, int fd);
/* The same state, whenever it was seen. */
bool cfr_file_same(const cfr_file_stamp *a, const cfr_file_stamp *b);

/* Follows a symbolic link and replaces what it points to. Makes the file (mode 0666 and the umask) if there is none. */
int cfr_file_replace(const char *name, cfr_str bytes, cfr_err *err);
/* The same with bytes that lie in pieces: a large file is changed without joining them. */
int cfr_file_replace_pieces(const char *name, const cfr_str *pieces, uint32_t count, cfr_err *err);

#endif
