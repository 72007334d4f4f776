/* tests/conformance/test_json_suite.c -- JSONTestSuite: all y_ read, all n_ refused, and what is done with the rest.
 *
 * The RFC leaves the i_ files open; the table is the decision. test_transform has no verdicts at all; there the value
 * is what is decided.
 */
#include "suite.h"

#include "engine/text.h"

enum { ACCEPT = 0 };

static const struct {
	const char *name;
	int code;		/* ACCEPT or an error */
} open_cases[] = {
	/* A float must be what was written, but for rounding: infinity and a silent 0 are not. */
	{ "i_number_double_huge_neg_exp.json", CFR_E_UNSUPPORTED },
	{ "i_number_huge_exp.json", CFR_E_UNSUPPORTED },
	{ "i_number_neg_int_huge_exp.json", CFR_E_UNSUPPORTED },
	{ "i_number_pos_double_huge_exp.json", CFR_E_UNSUPPORTED },
	{ "i_number_real_neg_overflow.json", CFR_E_UNSUPPORTED },
	{ "i_number_real_pos_overflow.json", CFR_E_UNSUPPORTED },
	{ "i_number_real_underflow.json", CFR_E_UNSUPPORTED },
	/* Integers beyond int64 are kept exactly, as an `other`. */
	{ "i_number_too_big_neg_int.json", ACCEPT },
	{ "i_number_too_big_pos_int.json", ACCEPT },
	{ "i_number_very_big_negative_int.json", ACCEPT },
	/* Half of a surrogate pair is no character. */
	{ "i_object_key_lone_2nd_surrogate.json", CFR_E_SYNTAX },
	{ "i_string_1st_surrogate_but_2nd_missing.json", CFR_E_SYNTAX },
	{ "i_string_1st_valid_surrogate_2nd_invalid.json", CFR_E_SYNTAX },
	{ "i_string_incomplete_surrogate_and_escape_valid.json", CFR_E_SYNTAX },
	{ "i_string_incomplete_surrogate_pair.json", CFR_E_SYNTAX },
	{ "i_string_incomplete_surrogates_escape_valid.json", CFR_E_SYNTAX },
	{ "i_string_invalid_lonely_surrogate.json", CFR_E_SYNTAX },
	{ "i_string_invalid_surrogate.json", CFR_E_SYNTAX },
	{ "i_string_inverted_surrogates_U+1D11E.json", CFR_E_SYNTAX },
	{ "i_string_lone_second_surrogate.json", CFR_E_SYNTAX },
	/* Bytes that are not UTF-8. */
	{ "i_string_UTF-16LE_with_BOM.json", CFR_E_ENCODING },
	{ "i_string_UTF-8_invalid_sequence.json", CFR_E_ENCODING },
	{ "i_string_UTF8_surrogate_U+D800.json", CFR_E_ENCODING },
	{ "i_string_invalid_utf-8.json", CFR_E_ENCODING },
	{ "i_string_iso_latin_1.json", CFR_E_ENCODING },
	{ "i_string_lone_utf8_continuation_byte.json", CFR_E_ENCODING },
	{ "i_string_not_in_unicode_range.json", CFR_E_ENCODING },
	{ "i_string_overlong_sequence_2_bytes.json", CFR_E_ENCODING },
	{ "i_string_overlong_sequence_6_bytes.json", CFR_E_ENCODING },
	{ "i_string_overlong_sequence_6_bytes_null.json", CFR_E_ENCODING },
	{ "i_string_truncated-utf-8.json", CFR_E_ENCODING },
	{ "i_string_utf16BE_no_BOM.json", CFR_E_ENCODING },
	{ "i_string_utf16LE_no_BOM.json", CFR_E_ENCODING },
	/* The ceiling "depth" is 128 by default. */
	{ "i_structure_500_nested_arrays.json", CFR_E_LIMIT },
	/* A byte order mark at the start is skipped: editors write it. */
	{ "i_structure_UTF-8_BOM_empty_object.json", ACCEPT },

	/* test_transform. */
	{ "number_-9223372036854775808.json", ACCEPT },
	{ "number_-9223372036854775809.json", ACCEPT },
	{ "number_1.0.json", ACCEPT },
	{ "number_1.000000000000000005.json", ACCEPT },
	{ "number_1000000000000000.json", ACCEPT },
	{ "number_10000000000000000999.json", ACCEPT },
	{ "number_1e-999.json", CFR_E_UNSUPPORTED },
	{ "number_1e6.json", ACCEPT },
	{ "number_9223372036854775807.json", ACCEPT },
	{ "number_9223372036854775808.json", ACCEPT },
	{ "object_key_nfc_nfd.json", ACCEPT },
	{ "object_key_nfd_nfc.json", ACCEPT },
	{ "object_same_key_different_values.json", CFR_E_DUPLICATE },
	{ "object_same_key_same_value.json", CFR_E_DUPLICATE },
	{ "object_same_key_unclear_values.json", CFR_E_DUPLICATE },
	{ "string_1_escaped_invalid_codepoint.json", CFR_E_SYNTAX },
	{ "string_1_invalid_codepoint.json", CFR_E_ENCODING },
	{ "string_2_escaped_invalid_codepoints.json", CFR_E_SYNTAX },
	{ "string_2_invalid_codepoints.json", CFR_E_ENCODING },
	{ "string_3_escaped_invalid_codepoints.json", CFR_E_SYNTAX },
	{ "string_3_invalid_codepoints.json", CFR_E_ENCODING },
	{ "string_with_escaped_NULL.json", ACCEPT },
};

/* y_ files which the suite accepts and a configuration should not: RFC 8259, section 4, leaves duplicates open. */
static const char *const duplicates[] = { "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json" };

static int read_as(const char *path, cfr_err *err)
{
	cfr_str text = suite_file(path);
	cfr_documents docs = { NULL, 0 };
	cfr_source *source;
	int rc;

	assert_non_null(text.ptr);
	assert_int_equal(cfr_source_new(&source, CFR_STR("x.json"), text, NULL, err), 0);
	rc = cfr_text_read(&docs, source, CFR_JSON, NULL, err);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	free((char *)text.ptr);
	return rc;
}

static bool expected(const char *name, int rc)
{
	if (name[0] == 'n' && name[1] == '_')
		return rc != 0;
	if (name[0] == 'y' && name[1] == '_') {
		for (size_t i = 0; i < sizeof(duplicates) / sizeof(*duplicates); i++) {
			if (strcmp(name, duplicates[i]) == 0)
				return rc == CFR_E_DUPLICATE;
		}
		return rc == 0;
	}
	for (size_t i = 0; i < sizeof(open_cases) / sizeof(*open_cases); i++) {
		if (strcmp(name, open_cases[i].name) == 0)
			return rc == open_cases[i].code;
	}
	return false;		/* undecided: add it to the table */
}

static void run_folder(const char *what, unsigned *count)
{
	char folder[4096], path[4400];
	unsigned wrong = 0;
	size_t n;
	char **names;

	if (!suite_path(folder, what))
		skip();
	names = suite_list(folder, &n);
	for (size_t i = 0; i < n; i++) {
		cfr_err err = CFR_ERR_INIT;
		int rc;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		rc = read_as(path, &err);
		if (!expected(names[i], rc)) {
			wrong++;
			print_message("%s: %s %s\n", names[i], rc ? cfr_code_name(rc) : "accepted", err.message);
		}
		if (rc)
			assert_true(err.line > 0 && err.column > 0 && err.message[0]);
	}
	suite_list_free(names, n);
	*count = (unsigned)n;
	print_message("%s: %zu cases, %u wrong\n", what, n, wrong);
	assert_int_equal(wrong, 0);
}

static void test_parsing(void **state)
{
	unsigned count;

	(void)state;
	run_folder("conformance/json-test-suite/test_parsing", &count);
	assert_int_equal(count, 318);
}

static void test_transform(void **state)
{
	unsigned count;

	(void)state;
	run_folder("conformance/json-test-suite/test_transform", &count);
	assert_int_equal(count, 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parsing), cmocka_unit_test(test_transform) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
