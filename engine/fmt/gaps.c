/* engine/fmt/gaps.c -- the gaps between tokens: what should stand there, gathered as splices.
 *
 * What stands there already makes no splice. Whatever replaces more than white space marks the plan as dark, and it fails.
 */
#include "engine/base/vec.h"
#include "engine/fmt/parts.h"

uint32_t cfr__fmt_breaks(const cfr__fmt *f, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	while (from < to) {
		uint32_t next = cfr__fmt_skip_break(f, from, to);

		n += next > from;
		from = next > from ? next : from + 1;
	}
	return n;
}

static bool white(cfr_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!cfr__fmt_blank(text.ptr[i]) && !cfr__fmt_break(text.ptr[i]))
			return false;
	}
	return true;
}

int cfr__fmt_put(cfr__fmt *f, uint32_t from, uint32_t to, cfr_str with)
{
	cfr_str old = cfr_str_sub(f->text, from, to);
	int r;

	if (cfr_str_eq(old, with))
		return 0;
	f->dark |= !white(old) || !white(with) || (f->count && f->splices[f->count - 1].end > from);
	r = cfr_vec_room(&f->splices, &f->cap, (uint64_t)f->count + 1, sizeof(*f->splices), f->err);
	if (r)
		return r;
	f->splices[f->count++] = (cfr__fmt_splice){ from, to, (uint32_t)f->texts.len, (uint32_t)with.len };
	cfr_buf_adds(&f->texts, with);
	return f->texts.failed ? cfr_buf_check(&f->texts, f->err) : 0;
}

/* Nearly every gap is a few characters: they are made on the stack. */
static int put_run(cfr__fmt *f, uint32_t from, uint32_t to, cfr_str head, uint32_t count, char c)
{
	char small[256];
	cfr_buf large = CFR_BUF_INIT;
	size_t len = head.len + count;
	char *at = len <= sizeof(small) ? small : cfr_buf_room(&large, len);
	int r;

	if (!at)
		return cfr_err_nomem(f->err);
	if (head.len)
		memcpy(at, head.ptr, head.len);
	memset(at + head.len, c, count);
	r = cfr__fmt_put(f, from, to, (cfr_str){ at, len });
	cfr_buf_release(&large);
	return r;
}

int cfr__fmt_spaces(cfr__fmt *f, uint32_t from, uint32_t to, uint32_t spaces)
{
	return put_run(f, from, to, CFR_STR(""), spaces, ' ');
}

int cfr__fmt_lines(cfr__fmt *f, uint32_t from, uint32_t to, uint32_t least, uint32_t most,
                   uint32_t indent, bool tabs)
{
	cfr_buf breaks = CFR_BUF_INIT;
	cfr_str one = f->crlf ? CFR_STR("\r\n") : CFR_STR("\n");
	uint32_t n = cfr__fmt_breaks(f, from, to), blank = n > 1 ? n - 1 : 0;
	int r;

	if (most > f->style.blank_lines)
		most = f->style.blank_lines;
	if (blank > most)
		blank = most;
	if (blank < least)
		blank = least;
	if (f->style.keep_trailing)
		cfr_buf_adds(&breaks, cfr_str_sub(f->text, from, cfr__fmt_skip_blanks(f, from, to)));
	for (uint32_t i = 0; from > f->base && i <= blank; i++)
		cfr_buf_adds(&breaks, one);
	r = cfr_buf_check(&breaks, f->err);
	if (r == 0)
		r = put_run(f, from, to, cfr_buf_str(&breaks), indent, tabs ? '\t' : ' ');
	cfr_buf_release(&breaks);
	return r;
}

int cfr__fmt_end(cfr__fmt *f, uint32_t from, bool may_add)
{
	uint32_t end = (uint32_t)f->text.len;
	bool empty = from == f->base;

	if (f->style.keep_final) {
		uint32_t stop = cfr__fmt_skip_blanks(f, from, end);

		return f->style.keep_trailing ? 0 : cfr__fmt_put(f, from, stop, CFR_STR(""));
	}
	if (from == end && !may_add)
		return 0;
	return cfr__fmt_put(f, from, end, empty ? CFR_STR("") : f->crlf ? CFR_STR("\r\n") : CFR_STR("\n"));
}

int cfr__fmt_break_inside(cfr__fmt *f, uint32_t from, uint32_t to)
{
	cfr_str want = f->crlf ? CFR_STR("\r\n") : CFR_STR("\n");

	if (from == to)
		return 0;
	return cfr__fmt_put(f, from, to, want);
}

/* ---- the kind of line ends ---- */

/* Only line ends that will be written anew may vote: of the others the majority could differ the next time. */
void cfr__fmt_count_ends(cfr__fmt *f, uint32_t from, uint32_t to)
{
	const char *at = f->text.ptr + from, *end = f->text.ptr + to;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		bool pair = at > f->text.ptr + from && at[-1] == '\r';

		f->pairs += pair;
		f->feeds += !pair;
		at++;
	}
}

void cfr__fmt_choose_ends(cfr__fmt *f, uint32_t last)
{
	if (!f->style.keep_final)
		cfr__fmt_count_ends(f, last, (uint32_t)f->text.len);
	f->crlf = f->style.ends == CFR_FMT_ENDS_CRLF || (f->style.ends == CFR_FMT_ENDS_KEEP && f->pairs > f->feeds);
}
