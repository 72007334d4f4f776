/* engine/base/re.c -- regular expressions through PCRE2.
 *
 * Patterns run in PCRE2's interpreter, not in its compiler to machine code: that one counts steps in another way and
 * is missing on some machines, and a run must end alike everywhere. Configuration texts are short; the difference is
 * small there. Newline and Unicode settings are fixed here, whatever the library was built with.
 *
 * Memory comes through functions of this file, so that the tests can let each allocation fail.
 */
#include "engine/base/re.h"

#include "engine/base/str.h"
#include "engine/base/utf8.h"
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { PATTERN_MAX = 64 << 10, HEAP_KIB = 16 << 10 };

struct cfr_re {
	pcre2_code *code;
	uint32_t groups;
};

struct cfr_re_scratch {
	pcre2_general_context *memory;
	pcre2_match_context *context;
	pcre2_match_data *data;		/* room for `groups` */
	uint32_t groups;
	cfr_limits limits;		/* for the message */
};

static void *take(size_t size, void *arg)
{
	(void)arg;
	return malloc(size);
}

static void give(void *ptr, void *arg)
{
	(void)arg;
	free(ptr);
}

static int compile(pcre2_code **out, cfr_str pattern, pcre2_compile_context *context, cfr_err *err)
{
	PCRE2_UCHAR text[160];
	PCRE2_SIZE offset;
	int number;
	size_t at;

	*out = pcre2_compile((PCRE2_SPTR)(pattern.ptr ? pattern.ptr : ""), pattern.len,
	                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &number, &offset, context);
	if (*out)
		return 0;
	if (number == PCRE2_ERROR_HEAP_FAILED)
		return cfr_err_nomem(err);
	if (pcre2_get_error_message(number, text, sizeof(text)) < 0)
		text[0] = '\0';
	cfr_err_set(err, CFR_E_SYNTAX, "the regular expression does not compile: %s", (char *)text);
	if (err) {
		at = offset < pattern.len ? offset : pattern.len;
		if (cfr_utf8_valid(pattern.ptr, at) == at)
			at = cfr_utf8_count(pattern.ptr, at);
		err->column = (uint32_t)at + 1;
	}
	return CFR_E_SYNTAX;
}

int cfr_re_new(cfr_re **out, cfr_str pattern, cfr_err *err)
{
	pcre2_general_context *memory = pcre2_general_context_create(take, give, NULL);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
	cfr_re *re = malloc(sizeof(*re));
	int r;

	if (!re || !context) {
		r = cfr_err_nomem(err);
		goto done;
	}
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
	pcre2_set_max_pattern_length(context, PATTERN_MAX);
	r = compile(&re->code, pattern, context, err);
	if (r < 0)
		goto done;
	pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &re->groups);
	*out = re;
	re = NULL;
done:
	free(re);
	pcre2_compile_context_free(context);
	pcre2_general_context_free(memory);
	return r;
}

void cfr_re_free(cfr_re *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	free(re);
}

int cfr_re_scratch_new(cfr_re_scratch **out, const cfr_limits *limits, cfr_err *err)
{
	cfr_re_scratch *s = calloc(1, sizeof(*s));
	uint64_t steps;

	if (!s)
		return cfr_err_nomem(err);
	if (limits)
		s->limits = *limits;
	else
		cfr_limits_default(&s->limits);
	s->memory = pcre2_general_context_create(take, give, NULL);
	s->context = s->memory ? pcre2_match_context_create(s->memory) : NULL;
	if (!s->context) {
		cfr_re_scratch_free(s);
		return cfr_err_nomem(err);
	}
	steps = s->limits.of[CFR_LIMIT_PATTERN_STEPS];
	pcre2_set_match_limit(s->context, steps < UINT32_MAX ? (uint32_t)steps : UINT32_MAX);
	pcre2_set_heap_limit(s->context, HEAP_KIB);
	*out = s;
	return 0;
}

void cfr_re_scratch_free(cfr_re_scratch *scratch)
{
	if (!scratch)
		return;
	pcre2_match_data_free(scratch->data);
	pcre2_match_context_free(scratch->context);
	pcre2_general_context_free(scratch->memory);
	free(scratch);
}

int cfr_re_match(const cfr_re *re, cfr_re_scratch *scratch, cfr_str subject, size_t from, const size_t **at,
                 cfr_err *err)
{
	int n;

	_Static_assert(sizeof(PCRE2_SIZE) == sizeof(size_t) && PCRE2_UNSET == SIZE_MAX, "offsets are handed through");
	if (!scratch->data || scratch->groups < re->groups) {
		pcre2_match_data *data = pcre2_match_data_create(re->groups + 1, scratch->memory);

		if (!data)
			return cfr_err_nomem(err);
		pcre2_match_data_free(scratch->data);
		scratch->data = data;
		scratch->groups = re->groups;
	}
	n = pcre2_match(re->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""), subject.len, from, PCRE2_NO_UTF_CHECK,
	                scratch->data, scratch->context);
	if (n >= 0) {
		*at = pcre2_get_ovector_pointer(scratch->data);
		return (int)re->groups + 1;
	}
	switch (n) {
	case PCRE2_ERROR_NOMATCH:
		return 0;
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
		return cfr_err_limit(err, &scratch->limits, CFR_LIMIT_PATTERN_STEPS);
	case PCRE2_ERROR_NOMEMORY:
		return cfr_err_nomem(err);
	default:
		return cfr_err_set(err, CFR_E_BUG, "the regular expression failed (PCRE2 error %d)", n);
	}
}
