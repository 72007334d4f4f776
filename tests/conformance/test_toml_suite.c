/* tests/conformance/test_toml_suite.c -- toml-test for TOML 1.0: valid files mean what their JSON says, invalid ones
 * are refused with a place.
 *
 * Each valid file is also written again, as TOML and as YAML, and what is read from that must be the same tree: nothing
 * that TOML can say is lost on the way. The `.multi` files hold one case on each line.
 */
#include "suite.h"

#include "engine/text.h"
#include <math.h>

#define SUITE "conformance/toml-test"

static cfr_documents read_as(cfr_str text, cfr_format format, int *rc, cfr_err *err)
{
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;

	assert_int_equal(cfr_source_new(&source, CFR_STR("x"), text, NULL, err), 0);
	*rc = cfr_text_read(&docs, source, format, NULL, err);
	cfr_source_unref(source);
	return docs;
}

static cfr_node root_of(const cfr_documents *docs)
{
	return cfr_tree_root(cfr_document_tree(docs->items[0]));
}

/* ---- what the JSON says ---- */

static bool member(cfr_str *out, cfr_node node, const char *key)
{
	cfr_node child;

	if (cfr_node_find(&child, node, cfr_str_of(key), NULL) || cfr_node_kind(child) != CFR_STRING)
		return false;
	*out = cfr_node_string(child);
	return true;
}

static int number_at(cfr_str text, size_t at, size_t digits)
{
	int value = 0;

	for (size_t i = at; i < at + digits && i < text.len; i++)
		value = value * 10 + (text.ptr[i] - '0');
	return value;
}

/* A date-time as seconds from a fixed day, with its fraction as digits; without an offset it is taken for UTC. */
static int64_t instant(cfr_str text, cfr_str *fraction)
{
	int year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
	int64_t seconds;
	size_t at = 19, from;

	year -= month <= 2;
	seconds = (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	          day;
	seconds = seconds * 86400 + number_at(text, 11, 2) * 3600 + number_at(text, 14, 2) * 60 + number_at(text, 17, 2);
	*fraction = (cfr_str){ "", 0 };
	if (at < text.len && text.ptr[at] == '.') {
		for (from = ++at; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++)
			;
		*fraction = cfr_str_sub(text, from, at);
		while (fraction->len && fraction->ptr[fraction->len - 1] == '0')
			fraction->len--;
	}
	if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) {
		int offset = number_at(text, at + 1, 2) * 3600 + number_at(text, at + 4, 2) * 60;

		seconds -= text.ptr[at] == '+' ? offset : -offset;
	}
	return seconds;
}

static bool has_offset(cfr_str text)
{
	for (size_t i = 19; i < text.len; i++) {
		if (strchr("Z+-", text.ptr[i]))
			return true;
	}
	return false;
}

static bool same_time(cfr_str type, cfr_str value, cfr_node got)
{
	bool local_time = cfr_str_eq(type, CFR_STR("time-local"));
	cfr_str text = cfr_node_string(got), a, b;
	const char *tag = local_time ? "!time" : "tag:yaml.org,2002:timestamp";
	char x[80], y[80];

	if (cfr_node_kind(got) != CFR_OTHER || !cfr_str_eq(cfr_node_tag(got), cfr_str_of(tag)))
		return false;
	if (cfr_str_eq(type, CFR_STR("date-local")))
		return cfr_str_eq(text, value);
	if (local_time) {
		snprintf(x, sizeof(x), "2000-01-01T%.*s", (int)value.len, value.ptr);
		snprintf(y, sizeof(y), "2000-01-01T%.*s", (int)text.len, text.ptr);
		value = cfr_str_of(x);
		text = cfr_str_of(y);
	}
	/* An offset is there in both or in neither. */
	if (cfr_str_eq(type, CFR_STR("datetime")) != has_offset(text))
		return false;
	return instant(value, &a) == instant(text, &b) && cfr_str_eq(a, b);
}

static bool same_scalar(cfr_str type, cfr_str value, cfr_node got)
{
	char text[512], whole[32];
	double real;

	snprintf(text, sizeof(text), "%.*s", (int)value.len, value.ptr);
	if (cfr_str_eq(type, CFR_STR("string")))
		return cfr_node_kind(got) == CFR_STRING && cfr_str_eq(cfr_node_string(got), value);
	if (cfr_str_eq(type, CFR_STR("integer"))) {
		snprintf(whole, sizeof(whole), "%lld", (long long)cfr_node_int(got));
		return cfr_node_kind(got) == CFR_INT && strcmp(whole, text) == 0;
	}
	if (cfr_str_eq(type, CFR_STR("bool")))
		return cfr_node_kind(got) == CFR_BOOL && cfr_node_bool(got) == (strcmp(text, "true") == 0);
	if (cfr_str_eq(type, CFR_STR("float"))) {
		real = strtod(text, NULL);
		return cfr_node_kind(got) == CFR_FLOAT &&
		       (isnan(real) ? isnan(cfr_node_float(got)) : real <= cfr_node_float(got) && real >= cfr_node_float(got));
	}
	return same_time(type, value, got);
}

static bool same(cfr_node want, cfr_node got)
{
	cfr_str type, value;

	if (cfr_node_kind(want) == CFR_MAPPING && cfr_node_size(want) == 2 && member(&type, want, "type") &&
	    member(&value, want, "value"))
		return same_scalar(type, value, got);
	if (cfr_node_kind(want) != cfr_node_kind(got) || cfr_node_size(want) != cfr_node_size(got))
		return false;
	for (uint32_t i = 0; i < cfr_node_size(want); i++) {
		cfr_node a, b;

		assert_int_equal(cfr_node_at(&a, want, i, NULL), 0);
		assert_int_equal(cfr_node_at(&b, got, i, NULL), 0);
		if (!cfr_str_eq(cfr_node_key(a), cfr_node_key(b)) || !same(a, b))
			return false;
	}
	return true;
}

/* ---- there and back ---- */

static bool comes_back(const cfr_documents *docs, cfr_format format, bool ordered)
{
	cfr_write how = { .format = format, .order = ordered ? docs->items[0] : NULL };
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;
	bool equal = false;
	int rc = cfr_text_write(&text, root_of(docs), &how, &err);

	if (rc == 0) {
		cfr_documents again = read_as(cfr_buf_str(&text), format, &rc, &err);

		if (rc == 0)
			assert_int_equal(cfr_node_equal(&equal, root_of(docs), root_of(&again), NULL), 0);
		cfr_documents_release(&again);
	}
	if (!equal)
		print_message("as %s: %s\n%s\n", cfr_format_name(format), err.message, text.ptr ? text.ptr : "");
	cfr_buf_release(&text);
	return equal;
}

/* ---- the cases ---- */

static bool valid_case(const char *path)
{
	char json[4400];
	cfr_str text = suite_file(path), want;
	cfr_err err = CFR_ERR_INIT;
	int rc, json_rc;
	cfr_documents docs = read_as(text, CFR_TOML, &rc, &err), expected;
	bool good = rc == 0;

	snprintf(json, sizeof(json), "%.*s.json", (int)(strlen(path) - strlen(".toml")), path);
	want = suite_file(json);
	assert_non_null(want.ptr);
	expected = read_as(want, CFR_JSON, &json_rc, &err);
	assert_int_equal(json_rc, 0);
	if (!good)
		print_message("refused: %u:%u: %s\n", (unsigned)err.line, (unsigned)err.column, err.message);
	else if (!(good = same(root_of(&expected), root_of(&docs))))
		print_message("not what the JSON says\n");
	else
		good = comes_back(&docs, CFR_TOML, true) && comes_back(&docs, CFR_TOML, false) &&
		       comes_back(&docs, CFR_YAML, true);
	cfr_documents_release(&expected);
	cfr_documents_release(&docs);
	free((char *)want.ptr);
	free((char *)text.ptr);
	return good;
}

static bool refused(cfr_str text)
{
	cfr_err err = CFR_ERR_INIT;
	int rc;
	cfr_documents docs = read_as(text, CFR_TOML, &rc, &err);

	cfr_documents_release(&docs);
	return rc != 0 && rc != CFR_E_BUG && err.line > 0 && err.column > 0 && err.message[0] && err.hint[0];
}

static bool invalid_case(const char *path)
{
	cfr_str text = suite_file(path);
	bool good;

	assert_non_null(text.ptr);
	good = refused(text);
	free((char *)text.ptr);
	return good;
}

static void test_listed(void **state)
{
	char folder[4096], path[4400];
	unsigned count = 0, wrong = 0;
	cfr_str list;

	(void)state;
	if (!suite_path(folder, SUITE))
		skip();
	snprintf(path, sizeof(path), "%s/files-toml-1.0.0", folder);
	list = suite_file(path);
	assert_non_null(list.ptr);
	for (size_t at = 0; at < list.len;) {
		const char *end = memchr(list.ptr + at, '\n', list.len - at);
		size_t stop = end ? (size_t)(end - list.ptr) : list.len;
		cfr_str name = cfr_str_sub(list, at, stop);

		at = stop + 1;
		if (!cfr_str_ends(name, CFR_STR(".toml")))
			continue;
		snprintf(path, sizeof(path), "%s/%.*s", folder, (int)name.len, name.ptr);
		count++;
		if (!(cfr_str_starts(name, CFR_STR("valid/")) ? valid_case(path) : invalid_case(path))) {
			print_message("%.*s\n", (int)name.len, name.ptr);
			wrong++;
		}
	}
	free((char *)list.ptr);
	print_message("%s: %u cases, %u wrong\n", SUITE, count, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(count, 524);
}

/* \xHH in the text stands for that byte. */
static size_t unescaped(char *out, cfr_str line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (line.len - i >= 4 && line.ptr[i] == '\\' && line.ptr[i + 1] == 'x') {
			char digits[3] = { line.ptr[i + 2], line.ptr[i + 3], 0 };

			out[n++] = (char)strtol(digits, NULL, 16);
			i += 3;
		} else {
			out[n++] = line.ptr[i];
		}
	}
	return n;
}

static unsigned run_multi(const char *name, bool valid, bool escapes)
{
	char folder[4096], path[4400], line[512];
	unsigned count = 0, wrong = 0;
	cfr_str text;

	if (!suite_path(folder, SUITE))
		skip();
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	text = suite_file(path);
	assert_non_null(text.ptr);
	for (size_t at = 0; at < text.len;) {
		const char *end = memchr(text.ptr + at, '\n', text.len - at);
		size_t stop = end ? (size_t)(end - text.ptr) : text.len;
		cfr_str one = cfr_str_sub(text, at, stop);

		at = stop + 1;
		if (one.len == 0 || one.ptr[0] == '#')
			continue;
		assert_true(one.len < sizeof(line));
		if (escapes) {
			one.len = unescaped(line, one);
			one.ptr = line;
		}
		count++;
		if (refused(one) == valid) {
			print_message("%s: %.*s\n", name, (int)one.len, one.ptr);
			wrong++;
		}
	}
	free((char *)text.ptr);
	assert_int_equal(wrong, 0);
	return count;
}

static void test_multi(void **state)
{
	(void)state;
	assert_int_equal(run_multi("invalid/array/array.multi", false, false), 19);
	assert_int_equal(run_multi("invalid/bool/bool.multi", false, false), 15);
	assert_int_equal(run_multi("invalid/control/control.multi", false, true), 35);
	assert_int_equal(run_multi("invalid/integer/integer.multi", false, false), 37);
	assert_int_equal(run_multi("invalid/string/string.multi", false, false), 18);
	assert_int_equal(run_multi("valid/key/numeric.multi", true, false), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_listed), cmocka_unit_test(test_multi) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
