/* lua/sandbox/format.c -- string.format without addresses and without large widths.
 *
 * Written from the reference manual (5.4, 6.4). Each directive is taken apart and checked before the C library sees it;
 * that formats numbers only. Strings are padded here, so they may hold anything.
 */
#include "lua/sandbox/inside.h"

#include <math.h>
#include <stdio.h>

/* One directive: %[flags][width][.precision]conversion */
struct directive {
	char text[32];			/* for the C library: without a length modifier */
	size_t len;
	bool left, zero;
	int width, precision;		/* precision -1: none */
	char conversion;
	bool plain;			/* nothing between % and the conversion */
};

static const char *flags_of(char conversion)
{
	switch (conversion) {
	case 'd': case 'i':
		return "-+0 ";
	case 'u':
		return "-0";
	case 'o': case 'x': case 'X':
		return "-#0";
	case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
		return "-+#0 ";
	case 'c': case 's':
		return "-";
	default:
		return "";
	}
}

static int number(const char **t, const char *end, char *out, size_t *len)
{
	int n = 0;

	for (int digits = 0; digits < 2 && *t < end && **t >= '0' && **t <= '9'; digits++) {
		n = n * 10 + (**t - '0');
		out[(*len)++] = *(*t)++;
	}
	return n;
}

static int invalid(lua_State *L, const char *t, const char *end)
{
	int n = end - t > 20 ? 20 : (int)(end - t);

	lua_pushlstring(L, t, (size_t)n);
	return luaL_error(L, "invalid conversion '%s' to 'format'", lua_tostring(L, -1));
}

/* Behind '%'. Returns behind the conversion. */
static const char *parse(lua_State *L, const char *t, const char *end, struct directive *d)
{
	const char *begin = t - 1, *flags = t;

	memset(d, 0, sizeof(*d));
	d->precision = -1;
	d->text[d->len++] = '%';
	for (int i = 0; i < 16 && t < end && *t != '\0' && strchr("-+#0 ", *t); i++) {
		d->left |= *t == '-';
		d->zero |= *t == '0';
		d->text[d->len++] = *t++;
	}
	size_t flag_count = (size_t)(t - flags);

	d->width = number(&t, end, d->text, &d->len);
	if (t < end && *t == '.') {
		d->text[d->len++] = *t++;
		d->precision = number(&t, end, d->text, &d->len);
	}
	d->plain = t == flags;
	if (t == end)
		invalid(L, begin, end);
	d->conversion = *t++;
	for (size_t i = 0; i < flag_count; i++) {
		if (!strchr(flags_of(d->conversion), flags[i]))
			invalid(L, begin, t);
	}
	if (d->precision >= 0 && d->conversion == 'c')
		invalid(L, begin, t);
	return t;
}

static void pad(cfr__buffer *b, struct directive *d, const char *text, size_t len)
{
	char spaces[100];
	size_t n = (size_t)d->width > len ? (size_t)d->width - len : 0;

	memset(spaces, ' ', n);
	if (!d->left)
		cfr__buffer_add(b, spaces, n);
	cfr__buffer_add(b, text, len);
	if (d->left)
		cfr__buffer_add(b, spaces, n);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void add_integer(cfr__buffer *b, struct directive *d, lua_Integer n)
{
	char out[128];

	memcpy(d->text + d->len, "ll", 2);
	d->text[d->len + 2] = d->conversion;
	cfr__buffer_add(b, out, (size_t)snprintf(out, sizeof(out), d->text, (long long)n));
}

static void add_float(cfr__buffer *b, struct directive *d, lua_Number n)
{
	char out[512];	/* 309 digits before the point, 99 behind it */

	d->text[d->len] = d->conversion;
	cfr__buffer_add(b, out, (size_t)snprintf(out, sizeof(out), d->text, n));
}
#pragma GCC diagnostic pop

/* --- %q: a literal that Lua reads back --- */

static void quote_string(cfr__buffer *b, const char *s, size_t len)
{
	cfr__buffer_add(b, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		char out[8];

		if (c == '"' || c == '\\' || c == '\n') {
			cfr__buffer_add(b, "\\", 1);
			cfr__buffer_add(b, s + i, 1);
		} else if (c < 0x20 || c == 0x7F) {
			bool digit = i + 1 < len && s[i + 1] >= '0' && s[i + 1] <= '9';

			cfr__buffer_add(b, out, (size_t)snprintf(out, sizeof(out), digit ? "\\%03d" : "\\%d", c));
		} else {
			cfr__buffer_add(b, s + i, 1);
		}
	}
	cfr__buffer_add(b, "\"", 1);
}

static void quote_number(lua_State *L, cfr__buffer *b, int arg)
{
	char out[64];
	const char *text = out;

	if (lua_isinteger(L, arg)) {
		lua_Integer n = lua_tointeger(L, arg);

		if (n == LUA_MININTEGER)	/* whose decimal digits are a float */
			text = "0x8000000000000000";
		else
			snprintf(out, sizeof(out), LUA_INTEGER_FMT, n);
	} else {
		lua_Number n = lua_tonumber(L, arg);

		if (isnan(n))
			text = "(0/0)";
		else if (isinf(n))
			text = n > 0 ? "1e9999" : "-1e9999";
		else
			snprintf(out, sizeof(out), "%a", n);
	}
	cfr__buffer_add(b, text, strlen(text));
}

static void quote(lua_State *L, cfr__buffer *b, int arg)
{
	size_t len;
	const char *s;

	switch (lua_type(L, arg)) {
	case LUA_TSTRING:
		s = lua_tolstring(L, arg, &len);
		quote_string(b, s, len);
		break;
	case LUA_TNUMBER:
		quote_number(L, b, arg);
		break;
	case LUA_TNIL:
	case LUA_TBOOLEAN:
		s = cfr_sandbox_tostring(L, arg, &len);
		cfr__buffer_add(b, s, len);
		lua_pop(L, 1);
		break;
	default:
		luaL_argerror(L, arg, "value has no literal form");
	}
}

static void add_directive(lua_State *L, cfr__buffer *b, struct directive *d, int arg)
{
	size_t len;
	const char *s;
	char c;

	switch (d->conversion) {
	case 'd': case 'i': case 'u': case 'o': case 'x': case 'X':
		add_integer(b, d, luaL_checkinteger(L, arg));
		break;
	case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
		add_float(b, d, luaL_checknumber(L, arg));
		break;
	case 'c':
		c = (char)(unsigned char)luaL_checkinteger(L, arg);
		pad(b, d, &c, 1);
		break;
	case 's':
		luaL_checkany(L, arg);
		s = cfr_sandbox_tostring(L, arg, &len);
		if (d->precision >= 0 && (size_t)d->precision < len)
			len = (size_t)d->precision;
		pad(b, d, s, len);
		lua_pop(L, 1);
		break;
	case 'q':
		luaL_checkany(L, arg);
		if (!d->plain)
			luaL_error(L, "specifier '%%q' cannot have modifiers");
		quote(L, b, arg);
		break;
	default:	/* %p too: an address is nobody's business */
		d->text[d->len] = d->conversion;
		invalid(L, d->text, d->text + d->len + 1);
	}
}

int cfr__string_format(lua_State *L)
{
	size_t len;
	const char *t = luaL_checklstring(L, 1, &len), *end = t + len;
	int args = lua_gettop(L), arg = 1;
	cfr__buffer b;

	cfr__buffer_init(L, &b);
	while (t < end) {
		const char *percent = memchr(t, '%', (size_t)(end - t));
		struct directive d;

		cfr__buffer_add(&b, t, percent ? (size_t)(percent - t) : (size_t)(end - t));
		if (!percent)
			break;
		t = percent + 1;
		if (t < end && *t == '%') {
			cfr__buffer_add(&b, "%", 1);
			t++;
			continue;
		}
		t = parse(L, t, end, &d);
		if (++arg > args)
			luaL_argerror(L, arg, "no value");
		add_directive(L, &b, &d, arg);
	}
	cfr__buffer_push(&b);
	return 1;
}
