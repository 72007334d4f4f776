/* tests/fuzz/fuzz_base.c -- the small functions of the lowest floor, each against a property of its own.
 *
 * The first byte chooses. Numbers: what parses is what the C library reads, and what is written reads back. UTF-8: the
 * fast check agrees with decoding one by one. Globs: a name with each character escaped matches itself and only a
 * bounded time is spent on anything. Pointers: a token comes back as it went in. Patterns: compile or tell where not.
 */
#include "engine/base/glob.h"
#include "engine/base/num.h"
#include "engine/base/re.h"
#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include "engine/pointer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static void number(cfr_str text)
{
	char copy[600], out[CFR_NUM_MAX], *end;
	int64_t integer;
	double real, again;
	size_t n;
	cfr_num kind = cfr_num_parse(text, &integer, &real);

	if (kind == CFR_NUM_NONE || text.len >= sizeof(copy))
		return;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	REQUIRE(strspn(copy, "0123456789+-.eE") == text.len);
	if (kind == CFR_NUM_INT) {
		REQUIRE(strtoll(copy, &end, 10) == integer && *end == '\0');
		n = cfr_num_write_int(out, integer);
		REQUIRE(strcmp(copy, "-0") == 0 || (n == text.len && memcmp(out, copy, n) == 0));
		return;
	}
	if (kind == CFR_NUM_BIG)
		real = cfr_num_strtod(text);
	again = strtod(copy, &end);
	REQUIRE(*end == '\0' && memcmp(&again, &real, sizeof(real)) == 0);
}

static void bits(const uint8_t *data)
{
	char out[CFR_NUM_MAX];
	double x, again;
	int64_t integer;
	size_t n;

	memcpy(&x, data, sizeof(x));
	n = cfr_num_write_float(out, x);
	REQUIRE(n > 0 && n < CFR_NUM_MAX);
	if (!isfinite(x))
		return;
	REQUIRE(cfr_num_parse((cfr_str){ out, n }, &integer, &again) == CFR_NUM_FLOAT);
	REQUIRE(memcmp(&x, &again, sizeof(x)) == 0);
}

static void utf8(cfr_str text)
{
	size_t valid = cfr_utf8_valid(text.ptr, text.len), at = 0, count = 0;

	for (; at < valid; count++) {
		char again[4];
		uint32_t c;
		size_t n = cfr_utf8_decode(&c, text.ptr + at, valid - at);

		REQUIRE(n >= 1 && n <= 4 && c < 0x110000 && (c < 0xD800 || c > 0xDFFF));
		REQUIRE(cfr_utf8_encode(again, c) == n && memcmp(again, text.ptr + at, n) == 0);
		at += n;
	}
	REQUIRE(at == valid && cfr_utf8_count(text.ptr, valid) == count);
	for (size_t n = 1; n <= 4 && valid + n <= text.len; n++)
		REQUIRE(cfr_utf8_valid(text.ptr + valid, n) == 0);
}

static void glob(cfr_str text)
{
	const char *half = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
	size_t cut = half ? (size_t)(half - text.ptr) : text.len;
	cfr_str pattern = cfr_str_sub(text, 0, cut), name = cfr_str_sub(text, half ? cut + 1 : cut, text.len);
	cfr_buf escaped = CFR_BUF_INIT;

	(void)cfr_glob_match(pattern, name);
	(void)cfr_glob_ignore(pattern, name, text.len % 2);
	if (name.len > 300 || cfr_utf8_valid(name.ptr, name.len) < name.len)
		return;
	for (size_t i = 0; i < name.len; i++) {
		if (((unsigned char)name.ptr[i] & 0xC0) != 0x80)
			cfr_buf_addc(&escaped, '\\');
		cfr_buf_addc(&escaped, name.ptr[i]);
	}
	REQUIRE(cfr_glob_match(cfr_buf_str(&escaped), name));
	REQUIRE(cfr_glob_match(CFR_STR("**"), name));
	cfr_buf_release(&escaped);
}

static void pointer(cfr_str text)
{
	cfr_buf buf = CFR_BUF_INIT, token = CFR_BUF_INIT;
	cfr_str rest;

	cfr_pointer_add(&buf, text);
	cfr_pointer_add(&buf, CFR_STR("end"));
	rest = cfr_buf_str(&buf);
	REQUIRE(cfr_pointer_next(&token, &rest) && cfr_str_eq(cfr_buf_str(&token), text));
	REQUIRE(cfr_pointer_next(&token, &rest) && cfr_str_eq(cfr_buf_str(&token), CFR_STR("end")));
	REQUIRE(!cfr_pointer_next(&token, &rest));
	for (rest = text; cfr_pointer_next(&token, &rest);)
		;
	cfr_buf_release(&buf);
	cfr_buf_release(&token);
}

static void pattern(cfr_str text)
{
	cfr_re *re;
	cfr_re_scratch *scratch;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	const size_t *at;
	int r = cfr_re_new(&re, text, &err);

	if (r < 0) {
		REQUIRE(r == CFR_E_SYNTAX && err.column >= 1 && err.column <= text.len + 1);
		return;
	}
	cfr_limits_default(&limits);
	limits.of[CFR_LIMIT_PATTERN_STEPS] = 1000;
	REQUIRE(cfr_re_scratch_new(&scratch, &limits, NULL) == 0);
	r = cfr_re_match(re, scratch, CFR_STR("a text \xC3\xA9 (1) a"), 0, &at, &err);
	REQUIRE(r >= 0 || r == CFR_E_LIMIT);
	for (int i = 0; i < 2 * r; i++)
		REQUIRE(at[i] == SIZE_MAX || at[i] <= 16);
	cfr_re_scratch_free(scratch);
	cfr_re_free(re);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cfr_str text;

	if (size == 0)
		return 0;
	text = (cfr_str){ (const char *)data + 1, size - 1 };
	switch (data[0] % 6) {
	case 0: number(text); break;
	case 1: if (text.len >= 8) bits(data + 1); break;
	case 2: utf8(text); break;
	case 3: glob(text); break;
	case 4: pointer(text); break;
	default: pattern(text);
	}
	return 0;
}
