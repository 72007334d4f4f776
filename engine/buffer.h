/* engine/buffer.h -- growing text: what the functions append to that write text.
 *
 *	cfr_buf text = CFR_BUF_INIT;
 *	if (cfr_text_write(&text, node, &how, &err) == 0)
 *		fwrite(text.ptr, 1, text.len, stdout);
 *	cfr_buf_release(&text);
 */
#ifndef CFR_BUFFER_H
#define CFR_BUFFER_H

#include "engine/error.h"

CFR_BEGIN_DECLS

/* From malloc, with a ceiling. Once an append has failed the buffer stays failed and further appends do nothing, so that
 * a writer checks once, at the end. `ptr` is NUL-terminated when not NULL. One thread at a time. */
typedef struct cfr_buf {
	char *ptr;
	size_t len, cap;
	size_t max;		/* 0: no ceiling */
	int failed;		/* 0, CFR_E_NOMEM or CFR_E_LIMIT */
	struct cfr_pool *pool;	/* the engine's own: its memory comes from a pool instead of malloc */
} cfr_buf;

#ifdef __cplusplus
#define CFR_BUF_INIT {}
#else
#define CFR_BUF_INIT { .ptr = NULL }
#endif

static inline cfr_str cfr_buf_str(const cfr_buf *buf)
{
	cfr_str s = { buf->ptr, buf->len };
	return s;
}
CFR_API void cfr_buf_release(cfr_buf *buf);

CFR_END_DECLS
#endif
