/* tests/conformance/test_yaml_suite.c -- the YAML test suite: verdicts, and the value where the suite has it as JSON.
 *
 * Cases where this reader decides otherwise stand in yaml_known.txt, each with what is done and why. A case of that
 * list which comes out right is a failure too: the list must stay true.
 */
#include "suite.h"

#include "engine/text.h"

typedef struct known {
	char id[16], what[16], reason[256];
	bool seen;
} known;

static known list[128];
static size_t list_count;
static unsigned right, values, listed, wrong;

static void load_known(void)
{
	FILE *file = fopen("tests/conformance/yaml_known.txt", "r");
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		known *k = &list[list_count];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		assert_true(list_count < sizeof(list) / sizeof(*list));
		assert_int_equal(sscanf(line, "%15s %15s %255[^\n]", k->id, k->what, k->reason), 3);
		list_count++;
	}
	fclose(file);
}

static known *find_known(const char *id)
{
	for (size_t i = 0; i < list_count; i++) {
		if (strcmp(list[i].id, id) == 0)
			return &list[i];
	}
	return NULL;
}

/* One value of a text that holds several, one after the other. */
static cfr_str next_value(cfr_str *rest)
{
	size_t at = 0, start;
	int depth = 0;
	bool quoted = false;

	while (at < rest->len && strchr(" \t\r\n", rest->ptr[at]))
		at++;
	start = at;
	for (; at < rest->len; at++) {
		char c = rest->ptr[at];

		if (quoted) {
			if (c == '\\')
				at++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (depth == 0 && strchr(" \t\r\n", c)) {
			break;
		}
	}
	cfr_str value = cfr_str_sub(*rest, start, at);
	*rest = cfr_str_sub(*rest, at, rest->len);
	return value;
}

/* Equal as the suite means it: a float may be written as an integer there, a tagged scalar as its text. */
static bool same(cfr_node ours, cfr_node json)
{
	cfr_kind a = cfr_node_kind(ours), b = cfr_node_kind(json);

	if (a == CFR_FLOAT && b == CFR_INT) {
		double d = cfr_node_float(ours) - (double)cfr_node_int(json);
		return !(d < 0 || d > 0);
	}
	if (a == CFR_OTHER && b == CFR_STRING)
		return cfr_str_eq(cfr_node_string(ours), cfr_node_string(json));
	if (a != b)
		return false;
	if (a != CFR_SEQUENCE && a != CFR_MAPPING) {
		bool equal = false;

		assert_int_equal(cfr_node_equal(&equal, ours, json, NULL), 0);
		return equal;
	}
	if (cfr_node_size(ours) != cfr_node_size(json))
		return false;
	for (uint32_t i = 0; i < cfr_node_size(ours); i++) {
		cfr_node x, y;

		assert_int_equal(cfr_node_at(&x, ours, i, NULL), 0);
		assert_int_equal(cfr_node_at(&y, json, i, NULL), 0);
		if (a == CFR_MAPPING && !cfr_str_eq(cfr_node_key(x), cfr_node_key(y)))
			return false;
		if (!same(x, y))
			return false;
	}
	return true;
}

static bool same_as_json(const cfr_documents *docs, cfr_str json)
{
	bool good = true;

	for (uint32_t i = 0; i < docs->count && good; i++) {
		cfr_str text = next_value(&json);
		cfr_documents theirs = { NULL, 0 };
		cfr_source *source;

		if (text.len == 0)
			return false;
		assert_int_equal(cfr_source_new(&source, CFR_STR("in.json"), text, NULL, NULL), 0);
		if (cfr_text_read(&theirs, source, CFR_JSON, NULL, NULL))
			good = false;
		else
			good = same(cfr_tree_root(cfr_document_tree(docs->items[i])),
			            cfr_tree_root(cfr_document_tree(theirs.items[0])));
		cfr_documents_release(&theirs);
		cfr_source_unref(source);
	}
	return good && next_value(&json).len == 0;
}

static void run_case(const char *folder, const char *id)
{
	char name[4200];
	cfr_documents docs = { NULL, 0 };
	cfr_err err = CFR_ERR_INIT;
	cfr_source *source;
	cfr_str text, json;
	const char *outcome;
	known *k = find_known(id);
	bool reject;
	int rc;

	snprintf(name, sizeof(name), "%s/in.yaml", folder);
	text = suite_file(name);
	if (!text.ptr)
		return;
	snprintf(name, sizeof(name), "%s/error", folder);
	reject = access(name, F_OK) == 0;
	snprintf(name, sizeof(name), "%s/in.json", folder);
	json = suite_file(name);
	assert_int_equal(cfr_source_new(&source, CFR_STR("in.yaml"), text, NULL, NULL), 0);
	rc = cfr_text_read(&docs, source, CFR_YAML, NULL, &err);
	if (rc == 0 && reject)
		outcome = "accepts";
	else if (rc && !reject)
		outcome = "rejects";
	else if (rc == 0 && json.ptr && !same_as_json(&docs, json))
		outcome = "differs";
	else
		outcome = "right";
	values += rc == 0 && json.ptr && strcmp(outcome, "right") == 0;
	if (k)
		k->seen = true;
	if (strcmp(outcome, k ? k->what : "right") != 0) {
		wrong++;
		print_message("%s: %s, and should be %s (%s %u:%u)\n", id, outcome, k ? k->what : "right",
		              rc ? err.message : "", (unsigned)err.line, (unsigned)err.column);
	} else if (k) {
		listed++;
	} else {
		right++;
	}
	if (rc)
		assert_true(err.line > 0 && err.column > 0 && err.message[0]);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
	free((char *)text.ptr);
	free((char *)json.ptr);
}

static void test_suite(void **state)
{
	char root[4096], folder[4400], id[300];
	size_t count;
	char **names;

	(void)state;
	if (!suite_path(root, "conformance/yaml-test-suite/data"))
		skip();
	load_known();
	names = suite_list(root, &count);
	for (size_t i = 0; i < count; i++) {
		size_t parts;
		char **sub;

		snprintf(folder, sizeof(folder), "%s/%s", root, names[i]);
		run_case(folder, names[i]);
		sub = suite_list(folder, &parts);
		for (size_t j = 0; j < parts; j++) {
			snprintf(folder, sizeof(folder), "%s/%s/%s", root, names[i], sub[j]);
			snprintf(id, sizeof(id), "%s/%s", names[i], sub[j]);
			run_case(folder, id);
		}
		suite_list_free(sub, parts);
	}
	suite_list_free(names, count);
	print_message("%u cases: %u right (%u with their value as JSON), %u in yaml_known.txt, %u wrong\n",
	              right + listed + wrong, right, values, listed, wrong);
	for (size_t i = 0; i < list_count; i++) {
		if (!list[i].seen) {
			print_message("%s of yaml_known.txt is no case of the suite\n", list[i].id);
			wrong++;
		}
	}
	assert_int_equal(right + listed + wrong, 402);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
