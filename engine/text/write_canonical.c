/* engine/text/write_canonical.c -- JSON in the one form of RFC 8785 (JCS), to be hashed and signed by others.
 *
 * Keys are sorted by their UTF-16 code units and numbers are written as ECMAScript writes them, which knows doubles
 * only: 1.0 is `1`, and an integer beyond 2^53 has no form that all readers agree on, so it is refused. (Our own ids
 * need no such text; docs/format.md.)
 */
#include <math.h>
#include <stdlib.h>

#include "engine/base/num.h"
#include "engine/base/utf8.h"
#include "engine/text/emit.h"

/* The largest integer up to which every integer is a double. */
#define SAFE_INTEGER (INT64_C(1) << 53)

/* A code point's place in the order of UTF-16: those beyond U+FFFF are pairs that begin with D800…DBFF, and so come
 * before E000…FFFF. */
static uint32_t utf16_rank(uint32_t point)
{
	if (point >= 0x10000)
		return point - 0x10000 + 0xD800;
	return point >= 0xE000 ? point + 0x100000 : point;
}

static int compare_keys(const void *left, const void *right)
{
	cfr_str a = cfr_node_key(*(const cfr_node *)left), b = cfr_node_key(*(const cfr_node *)right);
	size_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	if (i == a.len || i == b.len)
		return (a.len > b.len) - (a.len < b.len);
	/* Back to the start of the character that differs. */
	while (i > 0 && ((unsigned char)a.ptr[i] & 0xC0) == 0x80)
		i--;
	uint32_t x, y;
	cfr_utf8_decode(&x, a.ptr + i, a.len - i);
	cfr_utf8_decode(&y, b.ptr + i, b.len - i);
	x = utf16_rank(x);
	y = utf16_rank(y);
	return (x > y) - (x < y);
}

/* Digits and exponent of a finite number other than zero: 0.digits × 10^point. */
static int digits_of(char digits[CFR_NUM_MAX], int *point, double value)
{
	char text[CFR_NUM_MAX];
	size_t len = cfr_num_write_float(text, fabs(value)), i = 0;
	int count = 0, exponent = 0, sign = 1;
	bool fraction = false;

	*point = 0;
	for (; i < len && text[i] != 'e'; i++) {
		if (text[i] == '.') {
			fraction = true;
		} else if (text[i] != '0' || count) {
			digits[count++] = text[i];
			*point += !fraction;
		} else {
			*point -= fraction;
		}
	}
	for (i++; i < len; i++) {
		if (text[i] == '-')
			sign = -1;
		else if (text[i] != '+')
			exponent = exponent * 10 + (text[i] - '0');
	}
	*point += sign * exponent;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	return count;
}

/* Number::toString of ECMA-262. */
static void add_number(cfr_buf *out, double value)
{
	char digits[CFR_NUM_MAX];
	int count, point;

	if (value == 0) {
		cfr_buf_addc(out, '0');
		return;
	}
	if (value < 0)
		cfr_buf_addc(out, '-');
	count = digits_of(digits, &point, value);
	if (point > 0 && point <= 21) {
		for (int i = 0; i < point || i < count; i++) {
			if (i == point)
				cfr_buf_addc(out, '.');
			cfr_buf_addc(out, i < count ? digits[i] : '0');
		}
	} else if (point > -6 && point <= 0) {
		cfr_buf_addz(out, "0.");
		for (int i = point; i < 0; i++)
			cfr_buf_addc(out, '0');
		cfr_buf_add(out, digits, (size_t)count);
	} else {
		cfr_buf_addc(out, digits[0]);
		if (count > 1) {
			cfr_buf_addc(out, '.');
			cfr_buf_add(out, digits + 1, (size_t)count - 1);
		}
		cfr_buf_addf(out, "e%+d", point - 1);
	}
}

static void scalar(cfr__emit *emit, cfr_node node)
{
	int64_t integer = cfr_node_int(node);
	double real = cfr_node_float(node);

	switch (cfr_node_kind(node)) {
	case CFR_INT:
		if (integer > SAFE_INTEGER || integer < -SAFE_INTEGER)
			cfr__emit_fail(emit, node, "canonical JSON cannot hold an integer beyond 2^53",
			               "write it as a string");
		else
			add_number(emit->out, (double)integer);
		break;
	case CFR_FLOAT:
		if (isfinite(real))
			add_number(emit->out, real);
		else
			cfr__emit_fail(emit, node, "JSON has no infinities and no NaN", "write null or a string");
		break;
	case CFR_OTHER:
		cfr__emit_fail(emit, node, "canonical JSON cannot hold this value",
		               "write its text as a string");
		break;
	case CFR_STRING:
		cfr__json_string(emit->out, cfr_node_string(node));
		break;
	default:
		cfr__emit_scalar(emit, node, CFR_PLAIN, true, 0, 0);
	}
}

static void value(cfr__emit *emit, cfr_node node)
{
	cfr_kind kind = cfr_node_kind(node);
	uint32_t count = cfr_node_size(node);
	cfr_node *children = NULL;

	if (kind != CFR_MAPPING && kind != CFR_SEQUENCE) {
		scalar(emit, node);
		return;
	}
	if (++emit->depth > cfr_limit_max(CFR_LIMIT_DEPTH)) {
		cfr__emit_fail(emit, node, "too many levels to be written", "flatten the value");
		return;
	}
	if (count) {
		children = malloc(count * sizeof(*children));
		if (!children) {
			emit->rc = cfr_err_nomem(emit->err);
			return;
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!cfr__emit_child(&children[i], emit, node, i))
			goto done;
	}
	if (kind == CFR_MAPPING && count)
		qsort(children, count, sizeof(*children), compare_keys);
	cfr_buf_addc(emit->out, kind == CFR_MAPPING ? '{' : '[');
	for (uint32_t i = 0; i < count && !emit->rc; i++) {
		if (i)
			cfr_buf_addc(emit->out, ',');
		if (kind == CFR_MAPPING) {
			cfr__json_string(emit->out, cfr_node_key(children[i]));
			cfr_buf_addc(emit->out, ':');
		}
		value(emit, children[i]);
	}
	cfr_buf_addc(emit->out, kind == CFR_MAPPING ? '}' : ']');
done:
	free(children);
	emit->depth--;
}

int cfr__canonical(cfr_buf *out, cfr_node node, cfr_err *err)
{
	cfr__emit emit;

	cfr__emit_init(&emit, out, CFR_JSON, err);
	value(&emit, node);
	return cfr__emit_check(&emit);
}
