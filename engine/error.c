/* engine/error.c -- filling a cfr_err, and the words of its codes.
 *
 * Everything is a bounded copy into the caller's struct: making an error allocates nothing and cannot fail itself, so
 * it also works for "out of memory". Text that does not fit is cut at the border of a code point, so that what is left
 * is valid UTF-8; a file's name loses its beginning instead, because its end is what tells files apart.
 */
#include "engine/error.h"

#include "engine/base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* A message is one line of valid UTF-8, whatever was quoted in it: half a character, left by a cut, goes, and control
 * characters of a hostile document reach no terminal. */
static void tame(char *text)
{
	char *to = text;

	for (const char *from = text, *end = text + strlen(text); from < end;) {
		size_t n = cfr_utf8_valid(from, (size_t)(end - from));

		for (size_t i = 0; i < n; i++, from++)
			*to++ = (unsigned char)*from < 0x20 || *from == 0x7F ? ' ' : *from;
		from += from < end;
	}
	*to = '\0';
}

/* The arguments may point into the very error that is filled ("while reading X: <its message>"), so the text is made
 * beside it first. */
static void fill(char *out, const char *format, va_list args)
{
	char text[sizeof(((cfr_err *)0)->message)];

	_Static_assert(sizeof(text) == sizeof(((cfr_err *)0)->hint), "one size for message and hint");
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	tame(text);
	memcpy(out, text, strlen(text) + 1);
}

int cfr_err_set(cfr_err *err, int code, const char *format, ...)
{
	cfr_err fresh = { .code = code };
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	fill(fresh.message, format, args);
	va_end(args);
	*err = fresh;
	return code;
}

void cfr_err_hint(cfr_err *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	fill(err->hint, format, args);
	va_end(args);
}

void cfr_err_at(cfr_err *err, cfr_str file, uint32_t line, uint32_t column)
{
	if (!err)
		return;
	if (err->file[0] == '\0' && file.len > 0) {
		size_t room = sizeof(err->file) - 1;

		if (file.len <= room) {
			memcpy(err->file, file.ptr, file.len);
			err->file[file.len] = '\0';
		} else {
			size_t from = file.len - (room - 3);

			while (from < file.len && continues(file.ptr[from]))
				from++;
			memcpy(err->file, "...", 3);
			memcpy(err->file + 3, file.ptr + from, file.len - from);
			err->file[3 + file.len - from] = '\0';
		}
	}
	if (err->line == 0) {
		err->line = line;
		if (err->column == 0)
			err->column = column;
	}
}

void cfr_err_path(cfr_err *err, cfr_str path)
{
	size_t n = sizeof(err->path) - 1;

	if (!err || err->path[0] != '\0' || path.len == 0)
		return;
	if (path.len <= n) {
		n = path.len;
	} else {
		while (n > 0 && continues(path.ptr[n]))
			n--;
	}
	memcpy(err->path, path.ptr, n);
	err->path[n] = '\0';
}

int cfr_err_nomem(cfr_err *err)
{
	return cfr_err_set(err, CFR_E_NOMEM, "out of memory");
}

/* By code without its sign. The words are in lower case, which the preprocessor cannot make of the list's names. */
static const struct {
	const char *text;
	int status;
} codes[] = {
#define X(name, code, status, text) [-(code)] = { text, status },
	CFR_ERROR_MAP(X)
#undef X
};

static const char *const words[] = {
	[-CFR_E_USAGE] = "usage", [-CFR_E_IO] = "io", [-CFR_E_NOMEM] = "nomem", [-CFR_E_SYNTAX] = "syntax",
	[-CFR_E_ENCODING] = "encoding", [-CFR_E_DUPLICATE] = "duplicate", [-CFR_E_CYCLE] = "cycle",
	[-CFR_E_LIMIT] = "limit", [-CFR_E_KIND] = "kind", [-CFR_E_NOTFOUND] = "notfound",
	[-CFR_E_CORRUPT] = "corrupt", [-CFR_E_CONFLICT] = "conflict", [-CFR_E_SCRIPT] = "script",
	[-CFR_E_UNSUPPORTED] = "unsupported", [-CFR_E_INTERRUPTED] = "interrupted", [-CFR_E_BUG] = "bug",
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };
_Static_assert(CODES == sizeof(words) / sizeof(words[0]), "each code has a word");

static bool known(int code) { return code < 0 && code > -CODES && words[-code]; }

const char *cfr_code_name(int code) { return known(code) ? words[-code] : "unknown"; }
const char *cfr_code_text(int code) { return known(code) ? codes[-code].text : "no known failure"; }
int cfr_code_exit(int code) { return code == 0 ? 0 : known(code) ? codes[-code].status : 2; }
