/* tests/unit/compose/test_compose.c -- layers, strategies, references and origins, of texts at hand. */
#include "support/composing.h"
#include "support/random_tree.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *const variables[] = { "PORT=8080", "EMPTY=", "NAME=n", "YES=On", "F=2.5", "LIST=[1, {\"a\": null}]",
	"BOMB=${NAME}", "HEX=0x10", NULL };

static cfr_composition with(const cfr_strategy_at *strategies, uint32_t count)
{
	return (cfr_composition){ .strategies = strategies, .strategy_count = count, .env = composing_env,
				  .env_arg = (void *)(uintptr_t)variables };
}

/* What some layers come to, as compact JSON in the author's order; or "CODE: message". */
static void expect(const char *const *texts, uint32_t count, bool interpolate, const cfr_composition *what, const char *json)
{
	cfr_str layers[COMPOSING_MOST];
	cfr_snapshot *snap = NULL;
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	for (uint32_t i = 0; i < count; i++)
		layers[i] = cfr_str_of(texts[i]);
	if (composing_texts(&snap, layers, count, interpolate, what, &err) == 0) {
		composing_check(snap);
		composing_write(&text, snap, CFR_JSON, true);
	} else {
		cfr_buf_addf(&text, "%s: %s", cfr_code_name(err.code), err.message);
	}
	assert_string_equal(text.ptr, json);
	cfr_buf_release(&text);
	cfr_snapshot_free(snap);
}

#define LAYERS(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static void test_layers(void **state)
{
	cfr_composition plain = with(NULL, 0);

	(void)state;
	expect(NULL, 0, false, &plain, "{}");
	expect(LAYERS("", "# nothing\n"), false, &plain, "{}");
	expect(LAYERS("b: 1\na: {x: 1, y: [1]}\n", "c: 3\na: {y: [2, 3], z: ~}\nb: two\n"), false, &plain,
	       "{\"b\":\"two\",\"a\":{\"x\":1,\"y\":[2,3],\"z\":null},\"c\":3}");
	/* A null replaces, and is replaced. */
	expect(LAYERS("a: {x: 1}\nb: ~\nc: [1]\n", "a: ~\nb: {y: 1}\nc: ~\n"), false, &plain, "{\"a\":null,\"b\":{\"y\":1},\"c\":null}");
	expect(LAYERS("1", "2"), false, &plain, "2");
	/* More keys than are searched one by one. */
	expect(LAYERS("{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1}", "{j: 2, zz: 3, a: 2}", "{zz: 4, i: 5}"), false,
	       &plain, "{\"a\":2,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":5,\"j\":2,\"zz\":4}");
}

static void test_kinds(void **state)
{
	static const cfr_strategy_at replace[] = { { CFR_STR("/s/*/a"), CFR_STR(""), CFR_STRATEGY_REPLACE } };
	cfr_composition plain = with(NULL, 0), told = with(replace, 1);
	const char *const low = "s:\n  t:\n    a: [1]\n", *const high = "s: {t: {a: {b: 1}}}\n";
	cfr_str layers[] = { cfr_str_of(low), cfr_str_of(high) };
	cfr_snapshot *snap;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	expect(LAYERS(low, high), false, &told, "{\"s\":{\"t\":{\"a\":{\"b\":1}}}}");
	expect(LAYERS("a: 1", "a: [1]"), false, &plain, "kind: a list cannot be merged over a scalar, which is at 0:1:4");
	/* Both places, and how to allow it. */
	assert_int_equal(composing_texts(&snap, layers, 2, false, &plain, &err), CFR_E_KIND);
	assert_string_equal(err.message, "a mapping cannot be merged over a list, which is at 0:3:8");
	assert_string_equal(err.file, "1");
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 12);
	assert_string_equal(err.path, "/s/t/a");
	assert_non_null(strstr(err.hint, "{ /s/t/a: replace }"));
	/* To be pasted, whatever the path. */
	layers[0] = CFR_STR("[1]");
	assert_int_equal(composing_texts(&snap, layers, 2, false, &plain, &err), CFR_E_KIND);
	assert_non_null(strstr(err.hint, "{ \"\": replace }"));
	layers[0] = CFR_STR("'a, \"b': 1");
	layers[1] = CFR_STR("'a, \"b': [1]");
	assert_int_equal(composing_texts(&snap, layers, 2, false, &plain, &err), CFR_E_KIND);
	assert_non_null(strstr(err.hint, "{ \"/a, \\\"b\": replace }"));
}

static void test_strategies(void **state)
{
	static const cfr_strategy_at lists[] = {
		{ CFR_STR("/append"), CFR_STR(""), CFR_STRATEGY_APPEND }, { CFR_STR("/prepend"), CFR_STR(""), CFR_STRATEGY_PREPEND },
		{ CFR_STR("/union"), CFR_STR(""), CFR_STRATEGY_UNION }, { CFR_STR("/by"), CFR_STR("id"), CFR_STRATEGY_BY },
		{ CFR_STR("/by/*/tags"), CFR_STR(""), CFR_STRATEGY_APPEND }, { CFR_STR("/a~1b"), CFR_STR(""), CFR_STRATEGY_APPEND },
	};
	cfr_composition what = with(lists, 6), bad;

	(void)state;
	expect(LAYERS("append: [1, 2]", "append: [2, 3]"), false, &what, "{\"append\":[1,2,2,3]}");
	expect(LAYERS("prepend: [1, 2]", "prepend: [2, 3]", "prepend: [0]"), false, &what, "{\"prepend\":[0,2,3,1,2]}");
	expect(LAYERS("union: [1, {a: [1], b: 2}]", "union: [2, {b: 2, a: [1]}, 1.0]"), false, &what,
	       "{\"union\":[1,{\"a\":[1],\"b\":2},2,1.0]}");
	expect(LAYERS("a/b: [1]", "a/b: [2]"), false, &what, "{\"a/b\":[1,2]}");
	expect(LAYERS("by: [{id: x, v: 1, tags: [p]}, {id: 1}, text]", "by: [{id: '1', v: 2}, text, {id: x, w: 3, tags: [q]}, {id: 1, z: 0}]"),
	       false, &what,
	       "{\"by\":[{\"id\":\"x\",\"v\":1,\"tags\":[\"p\",\"q\"],\"w\":3},{\"id\":1,\"z\":0},\"text\",{\"id\":\"1\",\"v\":2}]}");
	/* A merged element is called by its name, a number too. */
	bad = with((cfr_strategy_at[]){ { CFR_STR("/by"), CFR_STR("id"), CFR_STRATEGY_BY }, { CFR_STR("/by/7/l"), CFR_STR(""), CFR_STRATEGY_APPEND } }, 2);
	expect(LAYERS("by: [{id: 7, l: [1]}, {id: '', l: [1]}]", "by: [{id: '', l: [2]}, {id: 7, l: [2]}]"), false, &bad,
	       "{\"by\":[{\"id\":7,\"l\":[1,2]},{\"id\":\"\",\"l\":[2]}]}");
	bad = with(&(cfr_strategy_at){ CFR_STR("a"), CFR_STR(""), CFR_STRATEGY_APPEND }, 1);
	expect(LAYERS("a: 1"), false, &bad, "usage: the path 'a' of a strategy does not begin with a slash");
	bad = with(&(cfr_strategy_at){ CFR_STR("/a"), CFR_STR(""), CFR_STRATEGY_BY }, 1);
	expect(LAYERS("a: 1"), false, &bad, "usage: the strategy `by` needs the key that names an element");
}

/* Declared in the documents themselves: from there on, and below what the composition says. */
static void test_beside(void **state)
{
	static const cfr_strategy_at project[] = { { CFR_STR("/b"), CFR_STR(""), CFR_STRATEGY_REPLACE } };
	cfr_composition what = with(project, 1), plain = with(NULL, 0);

	(void)state;
	what.merge_key = CFR_STR("$merge");
	expect(LAYERS("$merge: {/a: append, /b: append, /c: {by: id}}\na: [1]\nb: [1]\nc: [{id: x}]\n", "a: [2]\nb: [2]\nc: [{id: x, v: 1}]\n"),
	       false, &what, "{\"a\":[1,2],\"b\":[2],\"c\":[{\"id\":\"x\",\"v\":1}]}");
	expect(LAYERS("a: [1]", "a: [2]", "{$merge: {/a: prepend}, a: [3]}", "a: [4]"), false, &what, "{\"a\":[4,3,2]}");
	expect(LAYERS("$merge: {/a: apend}"), false, &what, "kind: this is no way to merge");
	expect(LAYERS("$merge: {a: append}"), false, &what, "kind: the path of a strategy begins with a slash");
	expect(LAYERS("$merge: append"), false, &what, "kind: strategies are a mapping of paths");
	expect(LAYERS("$merge: append"), false, &plain, "{\"$merge\":\"append\"}");
}

/* Many elements, of which some are there already: in whatever order keys stand, opened by a reading of names or not. A
 * comparison of each with each would take minutes. */
static void test_large_unions(void **state)
{
	enum { MANY = 20000 };
	static const cfr_strategy_at lists[] = { { CFR_STR("/union"), CFR_STR(""), CFR_STRATEGY_UNION },
						 { CFR_STR("/by"), CFR_STR("id"), CFR_STRATEGY_BY } };
	cfr_composition what = with(lists, 2);
	cfr_buf low = CFR_BUF_INIT, high = CFR_BUF_INIT;
	cfr_snapshot *snap;
	cfr_node list;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	for (int by = 0; by < 2; by++) {
		cfr_buf_clear(&low);
		cfr_buf_clear(&high);
		cfr_buf_addz(&low, by ? "by:\n" : "union:\n");
		cfr_buf_addz(&high, by ? "by:\n" : "union:\n");
		for (int i = 0; i < MANY; i++) {
			cfr_buf_addf(&low, i % 5 == 0 ? "- s%d\n" : i % 5 == 1 ? "- {a: [%d, x], b: {c: 1}}\n" : i % 5 == 2 ? "- %d\n" :
				     i % 5 == 3 ? "- %d.5\n" : "- {id: n%d, v: 1}\n", i);
			/* Every third is another; keys stand the other way round. */
			cfr_buf_addf(&high, i % 5 == 0 ? "- s%d\n" : i % 5 == 1 ? "- {b: {c: 1}, a: [%d, x]}\n" : i % 5 == 2 ? "- %d\n" :
				     i % 5 == 3 ? "- %d.5\n" : "- {v: 1, id: n%d}\n", i % 3 ? i : i + MANY * 5);
		}
		if (composing_texts(&snap, (cfr_str[]){ cfr_buf_str(&low), cfr_buf_str(&high) }, 2, false, &what, &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(cfr_node_find(&list, composing_root(snap), by ? CFR_STR("by") : CFR_STR("union"), NULL), 0);
		assert_int_equal(cfr_node_size(list), MANY + (MANY + 2) / 3);
		cfr_snapshot_free(snap);
	}
	cfr_buf_release(&low);
	cfr_buf_release(&high);
}

static void test_variables(void **state)
{
	cfr_composition what = with(NULL, 0);

	(void)state;
	expect(LAYERS("a: ${PORT}\nb: http://${NAME}:${PORT}/\nc: ${env:NAME}\n"), true, &what,
	       "{\"a\":\"8080\",\"b\":\"http://n:8080/\",\"c\":\"n\"}");
	expect(LAYERS("[\"${NO:-d}\", \"${EMPTY:-d}\", \"${EMPTY-d}\", \"x${NO:-}y\", \"${NO:-${NAME}-${NO-z}}\", \"${NAME:-${NO}}\"]"), true,
	       &what, "[\"d\",\"d\",\"\",\"xy\",\"n-z\",\"n\"]");
	/* Text of others: Actions, shells, escapes. What a reference brought is not looked at again. */
	expect(LAYERS("['${{ a }}', '$PORT $(x) $', '$${PORT} $$', '${BOMB}']"), true, &what,
	       "[\"${{ a }}\",\"$PORT $(x) $\",\"${PORT} $$\",\"${NAME}\"]");
	expect(LAYERS("['${int:PORT}', '${bool:YES}', '${float:F}', '${float:PORT}', '${json:LIST}', '${int:NO:-3}', '${bool:NO:-no}']"),
	       true, &what, "[8080,true,2.5,8080.0,[1,{\"a\":null}],3,false]");
	expect(LAYERS("a: '${int:NAME}'"), true, &what, "kind: the value of 'NAME' is no int");
	expect(LAYERS("a: '${int:HEX}'"), true, &what, "kind: the value of 'HEX' is no int");
	expect(LAYERS("a: '${json:BOMB}'"), true, &what, "kind: the value of 'BOMB' is no JSON text");
	expect(LAYERS("a: 'x${int:PORT}'"), true, &what, "syntax: a typed reference must be the whole value");
	expect(LAYERS("a: ${NMAE}"), true, &what, "notfound: the variable 'NMAE' is not set");
	expect(LAYERS("a: '${NO:?say it}'"), true, &what, "notfound: the variable 'NO' is not set: say it");
	expect(LAYERS("a: '${NAME'"), true, &what, "syntax: this reference is not closed");
	expect(LAYERS("a: '${'"), true, &what, "syntax: this reference has no name of a variable");
	expect(LAYERS("a: '${NAME.x}'"), true, &what, "syntax: this is no reference");
	expect(LAYERS("a: '${cmd:id}'"), true, &what, "usage: references have no source 'cmd'");
	/* Only values of layers that declare it. */
	expect(LAYERS("a: ${PORT}\n${PORT}: ${ref:/a}\n"), false, &what, "{\"a\":\"${PORT}\",\"${PORT}\":\"${ref:/a}\"}");
}

static void test_refs(void **state)
{
	cfr_composition what = with(NULL, 0);

	(void)state;
	expect(LAYERS("a: {b: [1, x]}\nc: '${ref:/a}'\nd: '${ref:/a/b/1}-${ref:/a/b/0}'\ne: '${ref:/c}'\n"), true, &what,
	       "{\"a\":{\"b\":[1,\"x\"]},\"c\":{\"b\":[1,\"x\"]},\"d\":\"x-1\",\"e\":{\"b\":[1,\"x\"]}}");
	/* Into what a higher layer says; chains; typed. */
	expect(LAYERS("p: '${int:PORT}'\nq: '${ref:/p}'\nr: 'at ${ref:/q}'\n", "p: 1\n"), true, &what,
	       "{\"p\":1,\"q\":1,\"r\":\"at 1\"}");
	expect(LAYERS("a: '${ref:/a}'"), true, &what, "cycle: a circle of references: /a -> /a");
	expect(LAYERS("a: '${ref:/b}'\nb: 'x${ref:/c}'\nc: '${ref:/a}'"), true, &what, "cycle: a circle of references: /a -> /b -> /c -> /a");
	expect(LAYERS("'${ref:}'"), true, &what, "cycle: a circle of references: \"\" -> \"\"");
	expect(LAYERS("a: {b: '${ref:/a}'}"), true, &what, "cycle: a circle of references: /a/b -> /a -> /a/b");
	/* Through references, and through what typed ones brought. */
	expect(LAYERS("d: {a: {z: [1]}}\nm: '${ref:/d}'\nn: '${ref:/m/a}'\nx: '${ref:/n/z/0}'\ny: 'at ${ref:/m/a/z/0}'\n"), true, &what,
	       "{\"d\":{\"a\":{\"z\":[1]}},\"m\":{\"a\":{\"z\":[1]}},\"n\":{\"z\":[1]},\"x\":1,\"y\":\"at 1\"}");
	expect(LAYERS("j: '${json:LIST}'\nk: '${ref:/j/1}'\nl: '${ref:/k/a}'\nm: '${ref:/j/0} of ${ref:/j/0}'\n"), true, &what,
	       "{\"j\":[1,{\"a\":null}],\"k\":{\"a\":null},\"l\":null,\"m\":\"1 of 1\"}");
	expect(LAYERS("a: '${ref:/a/b}'"), true, &what, "cycle: a circle of references: /a -> /a");
	expect(LAYERS("a: '${ref:/b/c}'\nb: {c: '${ref:/d/c}'}\nd: '${ref:/b}'\n"), true, &what,
	       "cycle: a circle of references: /b/c -> /d -> /b/c");
	expect(LAYERS("a: '${NAME}'\nb: '${ref:/a/x}'"), true, &what,
	       "notfound: there is no '/a/x': what '/a' refers to is a string");
	expect(LAYERS("a: '${json:LIST}'\nb: '${ref:/a/7}'"), true, &what, "notfound: there is no item '7' in a sequence of 2");
	expect(LAYERS("a: '${ref:/bb}'\nbbb: 1"), true, &what,
	       "notfound: there is no '/bb' in the composed configuration: 'bb' is missing");
	expect(LAYERS("a: 'x${ref:/b}'\nb: {}"), true, &what, "kind: '/b' is a mapping; among text a reference must be to a scalar");
}

/* Towers of references and of copies stop at a ceiling, soon. */
static void test_bombs(void **state)
{
	cfr_composition what = with(NULL, 0);
	cfr_buf text = CFR_BUF_INIT;
	cfr_snapshot *snap;

	(void)state;
	for (int form = 0; form < 3; form++) {
		cfr_err err = CFR_ERR_INIT;
		cfr_buf_clear(&text);
		cfr_buf_addz(&text, form == 0 ? "k0: xxxxxxxxxx\n" : form == 1 ? "k0: ''\n" : "k0: [x]\n");
		for (int i = 1; i < 30; i++) {
			cfr_buf_addf(&text, form == 2 ? "k%d: [" : "k%d: \"", i);
			for (int k = 0; k < 10; k++)
				cfr_buf_addf(&text, form == 2 ? "'${ref:/k%d}'," : "${ref:/k%d}", i - 1);
			cfr_buf_addz(&text, form == 2 ? "]\n" : "\"\n");
		}
		assert_int_equal(composing_texts(&snap, (cfr_str[]){ cfr_buf_str(&text) }, 1, true, &what, &err), CFR_E_LIMIT);
	}
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "k0: ${ref:/k1}\n");
	for (int i = 1; i < 5000; i++)
		cfr_buf_addf(&text, "k%d: ${ref:/k%d}\n", i, (i + 1) % 5000);
	assert_int_equal(composing_texts(&snap, (cfr_str[]){ cfr_buf_str(&text) }, 1, true, &what, NULL), CFR_E_LIMIT);
	cfr_buf_clear(&text);
	cfr_buf_addz(&text, "a: '");
	for (int i = 0; i < 20000; i++)
		cfr_buf_addz(&text, "${A:-");
	cfr_buf_addz(&text, "'\n");
	assert_int_equal(composing_texts(&snap, (cfr_str[]){ cfr_buf_str(&text) }, 1, true, &what, NULL), CFR_E_SYNTAX);
	cfr_buf_release(&text);
}

static void test_origins(void **state)
{
	cfr_composition what = with(NULL, 0);
	const cfr_str layers[] = { CFR_STR("server:\n  port: 80\n  host: a\n"), CFR_STR("server: {port: 81}\n"),
		CFR_STR("server:\n  port: ${int:PORT:-1}\n") };
	cfr_snapshot *snap;
	cfr_origin origin, shadowed[4];
	cfr_node node;

	(void)state;
	assert_int_equal(composing_texts(&snap, layers, 3, true, &what, NULL), 0);
	assert_int_equal(cfr_pointer_get(&node, composing_root(snap), CFR_STR("/server/port"), NULL), 0);
	assert_int_equal(cfr_node_int(node), 8080);
	origin = cfr_snapshot_origin(snap, node);
	assert_true(cfr_str_eq(origin.layer, CFR_STR("2")));
	assert_int_equal(cfr_document_span(origin.doc, origin.node).line, 2);
	assert_int_equal(cfr_document_span(origin.doc, origin.node).column, 9);
	assert_int_equal(cfr_snapshot_shadowed(snap, node, shadowed, 4), 2);
	assert_true(cfr_str_eq(shadowed[0].layer, CFR_STR("1")));
	assert_int_equal(cfr_node_int(shadowed[0].node), 81);
	assert_int_equal(cfr_node_int(shadowed[1].node), 80);
	const cfr_reference *ref = cfr_snapshot_references(snap, node);
	assert_true(ref && cfr_str_eq(ref->text, CFR_STR("${int:PORT:-1}")) && cfr_str_eq(ref->name, CFR_STR("PORT")));
	assert_false(ref->fallback);
	assert_null(ref->next);
	assert_int_equal(cfr_pointer_get(&node, composing_root(snap), CFR_STR("/server/host"), NULL), 0);
	assert_int_equal(cfr_snapshot_shadowed(snap, node, NULL, 0), 0);
	assert_true(cfr_str_eq(cfr_snapshot_origin(snap, node).layer, CFR_STR("0")));
	assert_non_null(cfr_snapshot_source(snap, 2));
	assert_null(cfr_snapshot_source(snap, 3));
	cfr_snapshot_free(snap);
}

/* A value at a place, over layers and alone. */
static void test_set(void **state)
{
	static const struct { const char *base, *at, *value, *json; } rows[] = {
		{ "a: {b: 1}\nl: [1]\n", "/a/b", "{c: 2}", "{\"a\":{\"b\":{\"c\":2}},\"l\":[1]}" },
		{ "a: {b: 1}\nl: [1]\n", "/l/0", "x", "{\"a\":{\"b\":1},\"l\":[\"x\"]}" },
		{ "l: [1]\n", "/l/-", "2", "{\"l\":[1,2]}" },
		{ "l: [1]\n", "/l/1/deep", "2", "{\"l\":[1,{\"deep\":2}]}" },
		{ "l: [1]\n", "/l/2", "2", "notfound: this list has 1 elements; '2' is none of them, nor the next" },
		{ "a: ~\n", "/a/b", "2", "{\"a\":{\"b\":2}}" },
		{ "a: 1\n", "/a/b", "2", "kind: a scalar has nothing below it to set 'b' in" },
		{ "", "/x/y", "'${PORT}'", "{\"x\":{\"y\":\"${PORT}\"}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cfr_source *base, *value;
		cfr_snapshot *snap = NULL;
		cfr_buf text = CFR_BUF_INIT;
		cfr_err err = CFR_ERR_INIT;

		assert_int_equal(cfr_source_new(&base, CFR_STR("base"), cfr_str_of(rows[i].base), NULL, NULL), 0);
		assert_int_equal(cfr_source_new(&value, CFR_STR("set"), cfr_str_of(rows[i].value), NULL, NULL), 0);
		cfr_layer layers[] = { { .name = CFR_STR("base"), .source = base, .format = CFR_YAML, .interpolate = true },
			{ .name = CFR_STR("set"), .source = value, .format = CFR_YAML, .at = cfr_str_of(rows[i].at) } };
		cfr_composition what = { .layers = layers, .layer_count = 2 };
		if (cfr_compose(&snap, &what, &err) == 0) {
			composing_check(snap);
			composing_write(&text, snap, CFR_JSON, true);
		} else {
			cfr_buf_addf(&text, "%s: %s", cfr_code_name(err.code), err.message);
		}
		assert_string_equal(text.ptr, rows[i].json);
		cfr_buf_release(&text);
		cfr_snapshot_free(snap);
		cfr_source_unref(base);
		cfr_source_unref(value);
	}
}

/* --- laws --- */

/* A mapping in which a key's first letter tells the kind of its value: no two layers disagree. */
static void random_layer(cfr_buf *out, struct random *rnd, int depth)
{
	bool first = true;

	cfr_buf_addc(out, '{');
	for (int i = 0; i < 12; i++) {
		if (random_below(rnd, 3) == 0)
			continue;
		cfr_buf_addf(out, "%s%c%d: ", first ? "" : ", ", "mls"[i % 3], i);
		first = false;
		if (i % 3 == 0 && depth > 0)
			random_layer(out, rnd, depth - 1);
		else if (i % 3 == 0)
			cfr_buf_addz(out, "{}");
		else if (i % 3 == 1)
			cfr_buf_addf(out, "[%u, '${x}']", random_below(rnd, 100));
		else
			cfr_buf_addf(out, random_below(rnd, 2) ? "%u" : "'$${v%u}'", random_below(rnd, 100));
	}
	cfr_buf_addc(out, '}');
}

static cfr_snapshot *compose(const cfr_str *texts, uint32_t count)
{
	cfr_snapshot *snap;

	COMPOSING_REQUIRE(composing_texts(&snap, texts, count, false, NULL, NULL) == 0);
	composing_check(snap);
	return snap;
}

static void test_laws(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct random rnd = { seed };
		cfr_buf texts[3] = { CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT }, low = CFR_BUF_INIT, high = CFR_BUF_INIT;
		cfr_str all[3];
		cfr_snapshot *whole, *pair, *left, *right;
		bool same;

		for (int i = 0; i < 3; i++) {
			random_layer(&texts[i], &rnd, 3);
			all[i] = cfr_buf_str(&texts[i]);
		}
		whole = compose(all, 3);
		pair = compose(all, 2);
		composing_write(&low, pair, CFR_YAML, false);
		cfr_snapshot_free(pair);
		pair = compose(all + 1, 2);
		composing_write(&high, pair, CFR_YAML, false);
		cfr_snapshot_free(pair);
		left = compose((cfr_str[]){ cfr_buf_str(&low), all[2] }, 2);
		right = compose((cfr_str[]){ all[0], cfr_buf_str(&high) }, 2);
		assert_int_equal(cfr_node_equal(&same, composing_root(whole), composing_root(left), NULL), 0);
		assert_true(same);
		assert_int_equal(cfr_node_equal(&same, composing_root(whole), composing_root(right), NULL), 0);
		assert_true(same);
		/* One layer is that layer, and so is a layer over itself. */
		pair = compose((cfr_str[]){ all[0], all[0] }, 2);
		cfr_origin origin = cfr_snapshot_origin(pair, composing_root(pair));
		assert_int_equal(cfr_node_equal(&same, composing_root(pair), cfr_tree_root(cfr_document_tree(origin.doc)), NULL), 0);
		assert_true(same);
		cfr_snapshot_free(pair);
		cfr_snapshot_free(whole);
		cfr_snapshot_free(left);
		cfr_snapshot_free(right);
		for (int i = 0; i < 3; i++)
			cfr_buf_release(&texts[i]);
		cfr_buf_release(&low);
		cfr_buf_release(&high);
	}
}

/* The text at a value's place reads back as that value. */
static void read_back(const cfr_snapshot *snap, cfr_node node)
{
	cfr_origin origin = cfr_snapshot_origin(snap, node);
	cfr_span span = cfr_document_span(origin.doc, origin.node);
	cfr_documents docs;
	cfr_source *source;
	cfr_node child;
	bool same;

	for (uint32_t i = 0; i < cfr_node_size(node); i++) {
		assert_int_equal(cfr_node_at(&child, node, i, NULL), 0);
		read_back(snap, child);
	}
	if (cfr_node_kind(node) == CFR_MAPPING || cfr_node_kind(node) == CFR_SEQUENCE)
		return;
	cfr_str bytes = cfr_str_sub(cfr_source_bytes(cfr_document_source(origin.doc)), span.start, span.end);
	assert_int_equal(cfr_source_new(&source, CFR_STR("value"), bytes, NULL, NULL), 0);
	assert_int_equal(cfr_text_read(&docs, source, CFR_YAML, NULL, NULL), 0);
	assert_int_equal(cfr_node_equal(&same, node, cfr_tree_root(cfr_document_tree(docs.items[0])), NULL), 0);
	assert_true(same);
	cfr_documents_release(&docs);
	cfr_source_unref(source);
}

static void test_read_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct random rnd = { seed * 77 };
		cfr_buf texts[3] = { CFR_BUF_INIT, CFR_BUF_INIT, CFR_BUF_INIT };
		cfr_str all[3];

		for (int i = 0; i < 3; i++) {
			random_layer(&texts[i], &rnd, 2);
			all[i] = cfr_buf_str(&texts[i]);
		}
		cfr_snapshot *snap = compose(all, 3);
		read_back(snap, composing_root(snap));
		cfr_snapshot_free(snap);
		for (int i = 0; i < 3; i++)
			cfr_buf_release(&texts[i]);
	}
}

static void test_langswarm(void **state)
{
	cfr_composition what = with(NULL, 0);

	(void)state;
	what.dialect = CFR_DIALECT_LANGSWARM;
	expect(LAYERS("agents: [{id: a, tools: [x]}]\nl: [1]\nport: ${PORT}\nin: '${input} ${a.b} ${NO:d}'\nurl: ${EMPTY}\nd: '${NO:}'\n"
		      "t: '${NO:true}'\nz: 'p${PORT}'\n",
		      "agents: [{id: a, tools: [x, y]}, {id: b}]\nl: [1, 2]\n"),
	       true, &what,
	       "{\"agents\":[{\"id\":\"a\",\"tools\":[\"x\",\"y\"]},{\"id\":\"b\"}],\"l\":[1,2],\"port\":8080,\"in\":\"${input} ${a.b} d\","
	       "\"url\":\"\",\"d\":\"\",\"t\":true,\"z\":\"p8080\"}");
	expect(LAYERS("a: '${NO:null}'\nb: '${NO:~}'\nc: '${NO:# no}'\nd: '${NO: }'\ne: '${NO:null} '\n"), true, &what,
	       "{\"a\":null,\"b\":null,\"c\":\"# no\",\"d\":\" \",\"e\":\"null \"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layers), cmocka_unit_test(test_kinds), cmocka_unit_test(test_strategies), cmocka_unit_test(test_beside),
		cmocka_unit_test(test_large_unions),
		cmocka_unit_test(test_variables), cmocka_unit_test(test_refs), cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_origins), cmocka_unit_test(test_set), cmocka_unit_test(test_laws),
		cmocka_unit_test(test_read_back), cmocka_unit_test(test_langswarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
