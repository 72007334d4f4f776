/* tests/unit/compose/test_lazy.c -- lazy compositions: the same answers as the whole snapshot, from files read in parts;
 * dependencies; and the configuration as it is now.
 */
#include "engine/base/num.h"
#include "support/lazily.h"
#include "support/random_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/cfgrun-lazy-XXXXXX";
static const char *variables[] = { "PORT=8080", "NAME=n", NULL };

static const char *path_of(const char *name)
{
	static char paths[8][128];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* A base of some hundred kilobytes: a list of named things in block style, a deep mapping, scalars around them. `odd` is
 * what stands in the thing number 7. */
static void put_base(const char *name, int things, uint64_t seed, const char *odd)
{
	struct random rnd = { seed };
	cfr_buf text = CFR_BUF_INIT;

	cfr_buf_addz(&text, "# the base\nversion: 2\nname: base\nthings:\n");
	for (int i = 0; i < things; i++) {
		cfr_buf_addf(&text, "  - id: thing_%03d\n    size: %u\n    # of thing %d\n    text: |\n      Prose may include, as\n"
				    "      this does, %s\n    tags: [a%u, \"b\\tc\"]\n    limits: {cpu: %u, memory: %uMi}\n",
			     i, random_below(&rnd, 100), i, i % 50 == 9 ? "include: this" : "words", random_below(&rnd, 9), random_below(&rnd, 9), random_below(&rnd, 900));
		if (i == 7)
			cfr_buf_addz(&text, odd);
	}
	cfr_buf_addz(&text, "server:\n  port: 80\n  host: localhost\n  tls: {cert: a.pem, keys: [1, 2]}\nnothing: ~\nservices:\n");
	for (int i = 0; i < things / 2; i++) {
		cfr_buf_addf(&text, "  s%03d:\n    image: \"i%u\"\n    ports:\n      - %u\n      - 443\n    env:\n      NAME: x%u\n"
				    "      MODE: production\n      LEVEL: info\n      REGION: north\n", i, random_below(&rnd, 50),
			     1000 + random_below(&rnd, 1000), random_below(&rnd, 1000));
	}
	put(name, text.ptr);
	cfr_buf_release(&text);
}

enum { MOST_LAYERS = 5 };
typedef struct composing {
	cfr_strategy_at strategies[4];
	cfr_layer layers[MOST_LAYERS];
	char files[MOST_LAYERS][128];
	cfr_composition what;
} composing;

static cfr_composition *of_files(composing *c, bool interpolate, const char *const *names, uint32_t count)
{
	*c = (composing){ .strategies = { { CFR_STR("/things"), CFR_STR("id"), CFR_STRATEGY_BY },
					  { CFR_STR("/things/*/tags"), CFR_STR(""), CFR_STRATEGY_APPEND },
					  { CFR_STR("/services/*/ports"), CFR_STR(""), CFR_STRATEGY_UNION },
					  { CFR_STR("/server/tls"), CFR_STR(""), CFR_STRATEGY_REPLACE } } };
	for (uint32_t i = 0; i < count; i++) {
		snprintf(c->files[i], sizeof(c->files[i]), "%s/%s", folder, names[i]);
		c->layers[i] = (cfr_layer){ .name = cfr_str_of(names[i]), .file = cfr_str_of(c->files[i]), .interpolate = interpolate,
					    .optional = true };
	}
	c->what = (cfr_composition){ .name = CFR_STR("test"), .root = cfr_str_of(folder), .layers = c->layers, .layer_count = count,
				     .strategies = c->strategies, .strategy_count = 4, .include = CFR_STR("include"),
				     .env = composing_env, .env_arg = variables };
	return &c->what;
}
#define FILES(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static const char over[] = "name: over\nthings:\n  - id: thing_100\n    size: ${PORT}\n    tags: [more]\n  - id: added\n    size: 1\n"
			   "server: {port: \"${int:PORT}\", copy: \"${ref:/services/s010/ports}\", tls: {own: 1}}\nservices: {s020: {ports: [443, 1]}}\n";

static int64_t number_at(cfr_lazy *lazy, const char *pointer)
{
	const cfr_snapshot *snap;
	cfr_node node;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_lazy_get(&snap, &node, lazy, cfr_str_of(pointer), &err) < 0)
		fail_msg("%s: %s", pointer, err.message);
	assert_true(cfr_node_kind(node) == CFR_INT || cfr_node_kind(node) == CFR_STRING);
	int64_t value = cfr_node_int(node);
	if (cfr_node_kind(node) == CFR_STRING)
		assert_int_equal(cfr_num_parse(cfr_node_string(node), &value, NULL), CFR_NUM_INT);
	return value;
}

static void test_parts(void **state)
{
	composing c;
	cfr_lazy *lazy;
	cfr_lazy_stats stats;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put_base("base.yaml", 600, 1, "");
	put("over.yaml", over);
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, true, FILES("base.yaml", "over.yaml")), &err), 0);
	memset(&c, 0, sizeof(c));	/* the description was copied */
	assert_int_equal(number_at(lazy, "/things/100/size"), 8080);
	assert_int_equal(number_at(lazy, "/server/port"), 8080);
	assert_int_equal(number_at(lazy, "/server/port"), 8080);
	cfr_lazy_get_stats(&stats, lazy);
	assert_true(stats.bytes > 140000 && stats.read < stats.bytes / 2);
	assert_int_equal(stats.known, 2);
	cfr_lazy_unref(lazy);

	lazily_check(of_files(&c, true, FILES("base.yaml", "over.yaml")), 4000);
	lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 4000);
	lazily_check(of_files(&c, false, FILES("base.yaml")), 4000);
	put_base("other.yaml", 300, 2, "");
	lazily_check(of_files(&c, false, FILES("base.yaml", "other.yaml", "over.yaml")), 500);
	lazily_check(of_files(&c, true, FILES("none.yaml", "over.yaml")), 400);
	lazily_check(of_files(&c, true, NULL, 0), 400);
}

static void put_json(const char *from, const char *to)
{
	composing c;
	cfr_snapshot *snap;
	cfr_buf text = CFR_BUF_INIT;

	of_files(&c, false, &from, 1)->include = CFR_STR("");
	assert_int_equal(cfr_compose(&snap, &c.what, NULL), 0);
	composing_write(&text, snap, CFR_JSON, false);
	put(to, text.ptr);
	cfr_buf_release(&text);
	cfr_snapshot_free(snap);
}

/* Compositions drawn by lot: formats, layers over layers, places that go or are set, strategies, dialects. */
static void test_drawn(void **state)
{
	static const char *const overs[] = {
		"$merge: {/services: replace}\nservices: {s001: {image: new}}\nthings: [{id: thing_003, limits: {cpu: 9}}]\n",
		"things: [{id: thing_009, tags: [\"${NAME}\"]}, {size: 1}, {id: thing_009, size: 2}]\nserver: {include: part.yaml}\n",
		"services: {s007: {env: {NAME: \"${ref:/name}-${PORT}\"}}}\nall: \"${ref:/services/s008}\"\nversion: {a: 1}\n",
		"services: ~\nthings: ~\n", "{server: {tls: {cert: b.pem}}, nothing: [1], things: [{id: 5}]}\n",
		"include: part.yaml\nthings:\n  - id: thing_250\n    limits: [1]\n", "\n" };
	static const cfr_str gone[] = { { "/server/tls", 11 }, { "/things/3", 9 }, { "/services/s004/ports", 20 } };
	struct random rnd = { 11 };
	composing c;
	cfr_source *value;

	(void)state;
	put("part.yaml", "services: {s002: {image: part}}\nextra: {x: [1, \"${PORT}\"]}\n");
	assert_int_equal(cfr_source_new(&value, CFR_STR("set"), CFR_STR("{deep: [1, {a: ~}]}"), NULL, NULL), 0);
	for (int i = 0; i < 24; i++) {
		put_base("base.yaml", 400, (uint64_t)i, i % 5 == 1 ? "    include: part.yaml\n" : "");
		put_json("base.yaml", "base.json");
		put("low.yaml", overs[random_below(&rnd, 7)]);
		put("over.yaml", overs[random_below(&rnd, 7)]);
		of_files(&c, random_below(&rnd, 2), FILES(i % 2 ? "base.yaml" : "base.json", "low.yaml", "over.yaml"));
		if (random_below(&rnd, 2))
			c.what.merge_key = CFR_STR("$merge");
		if (random_below(&rnd, 3) == 0)
			c.what.dialect = CFR_DIALECT_LANGSWARM;
		if (random_below(&rnd, 4) == 0)
			c.what.include = CFR_STR("");
		if (random_below(&rnd, 3) == 0)
			c.what.strategy_count = random_below(&rnd, 5);
		if (random_below(&rnd, 3) == 0) {
			c.layers[2].remove = gone;
			c.layers[2].remove_count = 1 + random_below(&rnd, 3);
		}
		if (random_below(&rnd, 2)) {
			c.layers[3] = (cfr_layer){ .name = CFR_STR("set"), .source = value, .format = CFR_YAML,
						   .at = random_below(&rnd, 2) ? CFR_STR("/services/s003/set") : CFR_STR("/things/5") };
			c.what.layer_count = 4;
		}
		lazily_check(&c.what, 250);
	}
	cfr_source_unref(value);
}

/* Names and keys that the text does not show. */
static void test_hidden(void **state)
{
	static const char *const odd[] = { "    include: part.yaml\n", "    deep: [{x: {\"\\x69nclude\": part.yaml}}]\n",
		"    a: &a {include: part.yaml}\n    b: *a\n", "    ? include\n    : part.yaml\n", "    note: include\n", "    b: {a: 1, include}\n", "    b: {!!str include}\n",
		"    'include' : [part.yaml]\n", "    broken: {include}\n", "    broken: [1, 2\n", "    id: twice\n",
		"    deep: \"\\\n      x\"\n", "    - no\n" };
	static const char *const things[] = { "  - {id: \"thing\\x5f900\", size: 1}\n", "  - {id: \"thing\\u005F900\", size: 2}\n",
		"  - {\"\\x69d\": thing_900, size: 3}\n", "  - {id: &n thing_900}\n  - {id: *n, size: 9}\n", "  - {id: 7}\n", "  - {id: \"7\"}\n",
		"  - {name: none}\n", "  - {id: \"thing\\\n      _900\"}\n", "  - text\n", "  - [thing_900]\n", "  - {id: thing_900}\n  - {id: thing_900}\n" };
	composing c;

	(void)state;
	put("part.yaml", "included: {x: 1}\nsize: 5\n");
	put("over.yaml", "things: [{id: thing_007, size: 4}, {id: thing_900, more: 1}, {id: 7, more: 2}, {name: none}]\n");
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		put_base("base.yaml", 500, i, odd[i]);
		lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 300);
	}
	put("over.yaml", "things: [{id: thing_900, more: 1}]\n");
	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++) {
		put_base("base.yaml", 500, i, things[i]);
		lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 300);
	}
	/* Elements that begin with a name, or seem to; few names that are looked for, and many. */
	static const char *const begins[] = { "  - id: thing_900\n      more\n    size: 1\n", "  - id: thing_900 more\n    size: 1\n",
		"  - id: thing_900 # more\n    size: 1\n", "  - 'id': \"thing_900\"\n    size: 1\n", "  - \"id\":   thing_900  \n    size: 1\n",
		"  -   id: thing_900\n      size: 1\n", "  - {id: thing_900 more, size: 1}\n", "  - { id: thing_900 , size: 1}\n",
		"  - {\"id\":thing_900,size: 1}\n", "  - {id: thing_900\n      more, size: 1}\n", "  - {\n     id: 'thing_900', size: 1}\n",
		"  - id: thing_900:\n    size: 1\n", "  - id: 900\n    size: 1\n", "  - id: 0x384\n    size: 1\n", "  - id: +900\n    size: 1\n",
		"  - id: \"900\"\n    size: 1\n", "  - id: thing_900\n\n      more\n    size: 1\n", "  - id:\n      thing_900\n    size: 1\n",
		"  - size: 1\n    id: thing_900\n", "  - id: \"thing_900\"\n", "  - {id: thing_900, size: 1, id: twice}\n",
		"  - id: thing_900\n    # more\n    size: 1\n", "  - id: 'thing''900'\n    size: 1\n", "  - {id: {thing_900: 1}}\n" };
	cfr_buf many = CFR_BUF_INIT;
	cfr_buf_addz(&many, "things: [{id: thing_900, more: 1}, {id: thing_900 more, more: 2}, {id: 900, more: 3}");
	for (int i = 0; i < 40; i++)
		cfr_buf_addf(&many, ", {id: thing_%03d, size: over}", i * 3);
	cfr_buf_addz(&many, "]\n");
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		put("over.yaml", i % 2 ? many.ptr : "things: [{id: thing_900, more: 1}, {id: thing_900 more, more: 2}, {id: 900, more: 3}]\n");
		put_base("base.yaml", 500, i, begins[i]);
		lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 60);
		put("over.yaml", i % 2 ? "things: [{id: thing_900 more, more: 2}]\n" : many.ptr);
		lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 60);
	}
	cfr_buf_release(&many);
	put("over.yaml", "{}\n");
}

/* What nobody asks for is not found to be wrong; what is asked for is, as by everybody. */
static void test_errors(void **state)
{
	composing c;
	cfr_lazy *lazy;
	const cfr_snapshot *snap;
	cfr_snapshot *whole;
	cfr_node node;
	cfr_err a = CFR_ERR_INIT, b = CFR_ERR_INIT;

	(void)state;
	put_base("base.yaml", 600, 1, "    size: 1\n");		/* a key twice */
	put("over.yaml", "unset: \"${NOWHERE}\"\ncircle: \"${ref:/circle}\"\nport: ${PORT}\n");
	of_files(&c, true, FILES("base.yaml", "over.yaml"));
	assert_int_equal(cfr_lazy_open(&lazy, &c.what, &a), 0);
	assert_int_equal(number_at(lazy, "/port"), 8080);
	assert_int_equal(number_at(lazy, "/things/6/limits/cpu") >= 0, 1);
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/unset"), &a), CFR_E_NOTFOUND);
	assert_non_null(strstr(a.message, "NOWHERE"));
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/circle"), &a), CFR_E_CYCLE);
	assert_string_equal(a.message, "a circle of references: /circle -> /circle");
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("port"), &a), CFR_E_SYNTAX);
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/~2"), &a), CFR_E_SYNTAX);
	assert_int_equal(cfr_compose(&whole, &c.what, &b), CFR_E_DUPLICATE);
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/things/7/size"), &a), CFR_E_DUPLICATE);
	assert_string_equal(a.message, b.message);
	assert_int_equal(a.line, b.line);
	assert_int_equal(a.other_line, b.other_line);
	/* It stays so, and what was answered stays. */
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/things/7/size"), &a), CFR_E_DUPLICATE);
	assert_int_equal(number_at(lazy, "/port"), 8080);
	cfr_lazy_unref(lazy);
}

/* --- dependencies --- */

static void expect_again(cfr_lazy **lazy, bool same)
{
	cfr_lazy *now = NULL;
	cfr_err err = CFR_ERR_INIT;

	if (cfr_lazy_again(&now, *lazy, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(now == *lazy, same);
	cfr_lazy_unref(*lazy);
	*lazy = now;
}

/* All times of a file as if it had been written long ago; ctime cannot be set. */
static void set_times(const char *name, time_t when)
{
	struct timespec times[2] = { { when, 0 }, { when, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path_of(name), times, 0), 0);
}

static void test_dependencies(void **state)
{
	composing c;
	cfr_lazy *lazy;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(mkdir(path_of("parts"), 0777), 0);
	put("small.yaml", "include: [parts/*.yaml, one.yaml]\nvalue: 1\nport: ${PORT}\nfile: \"${file:text}\"\n");
	put("one.yaml", "one: 1\n");
	put("parts/a.yaml", "a: 1\n");
	put("text", "12\n");
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, true, FILES("small.yaml", "local.yaml")), &err), 0);
	assert_int_equal(number_at(lazy, "/port"), 8080);
	assert_int_equal(number_at(lazy, "/file"), 12);
	expect_again(&lazy, true);
	/* Equal size, within one tick, and the time set back. */
	set_times("small.yaml", 1000);
	expect_again(&lazy, true);
	put("small.yaml", "include: [parts/*.yaml, one.yaml]\nvalue: 2\nport: ${PORT}\nfile: \"${file:text}\"\n");
	set_times("small.yaml", 1000);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 2);
	put("one.yaml", "one: 2\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/one"), 2);
	/* Touched, and not changed. */
	set_times("one.yaml", time(NULL));
	expect_again(&lazy, true);
	/* What a glob means: a file more, one less, another. */
	put("parts/b.yaml", "a: 2\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/a"), 2);
	assert_int_equal(rename(path_of("parts/b.yaml"), path_of("parts/c.yaml")), 0);
	expect_again(&lazy, false);
	put("parts/other.txt", "a: 3\n");
	expect_again(&lazy, true);
	assert_int_equal(unlink(path_of("parts/c.yaml")), 0);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/a"), 1);
	/* An optional layer. */
	put("local.yaml", "value: 3\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 3);
	assert_int_equal(unlink(path_of("local.yaml")), 0);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 2);
	/* Variables and files of references count from when they were asked for. */
	variables[0] = "PORT=9090";
	expect_again(&lazy, true);
	assert_int_equal(number_at(lazy, "/port"), 9090);
	variables[0] = "PORT=8080";
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/port"), 8080);
	assert_int_equal(number_at(lazy, "/file"), 12);
	put("text", "13\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/file"), 13);
	/* Another file under the same name, by a link. */
	put("two.yaml", "one: 2\n");
	assert_int_equal(unlink(path_of("one.yaml")), 0);
	assert_int_equal(symlink("two.yaml", path_of("one.yaml")), 0);
	expect_again(&lazy, false);
	/* What is missing is an error until it is there; the old configuration stays meanwhile. */
	cfr_lazy *now = NULL;
	assert_int_equal(unlink(path_of("one.yaml")), 0);
	assert_int_equal(cfr_lazy_again(&now, lazy, &err), CFR_E_NOTFOUND);
	assert_int_equal(number_at(lazy, "/value"), 2);
	put("one.yaml", "one: 4\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/one"), 4);
	assert_int_equal(unlink(path_of("text")), 0);
	expect_again(&lazy, true);		/* nobody asked for it yet */
	const cfr_snapshot *snap;
	cfr_node node;
	assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/file"), &err), CFR_E_NOTFOUND);
	expect_again(&lazy, true);
	put("text", "14\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/file"), 14);
	cfr_lazy_unref(lazy);
}

/* Paths that lead elsewhere, though the file that was read is as it was. */
static void test_links(void **state)
{
	composing c;
	cfr_lazy *lazy;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put("one.yaml", "value: 1\n");
	put("two.yaml", "value: 2\n");
	put("links.yaml", "include: [one.yaml, link.yaml]\n");
	assert_int_equal(symlink("one.yaml", path_of("link.yaml")), 0);
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, false, FILES("links.yaml")), &err), 0);
	assert_int_equal(number_at(lazy, "/value"), 1);
	expect_again(&lazy, true);
	assert_int_equal(unlink(path_of("link.yaml")), 0);
	assert_int_equal(symlink("two.yaml", path_of("link.yaml")), 0);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 2);
	cfr_lazy_unref(lazy);

	/* A link's own includes are looked for beside it. */
	assert_int_equal(mkdir(path_of("a"), 0777), 0);
	assert_int_equal(mkdir(path_of("b"), 0777), 0);
	put("linked.yaml", "include: value.yaml\n");
	put("a/value.yaml", "value: 3\n");
	put("b/value.yaml", "value: 4\n");
	assert_int_equal(symlink("../linked.yaml", path_of("a/linked.yaml")), 0);
	assert_int_equal(symlink("../linked.yaml", path_of("b/linked.yaml")), 0);
	assert_int_equal(symlink("a", path_of("current")), 0);
	put("links.yaml", "include: current/linked.yaml\n");
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, false, FILES("links.yaml")), &err), 0);
	assert_int_equal(number_at(lazy, "/value"), 3);
	expect_again(&lazy, true);
	assert_int_equal(unlink(path_of("current")), 0);
	assert_int_equal(symlink("b", path_of("current")), 0);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 4);
	cfr_lazy_unref(lazy);

	/* The root of a text at hand, which stands nowhere else. */
	char root[128];
	cfr_source *text;
	snprintf(root, sizeof(root), "%s", path_of("current"));
	assert_int_equal(cfr_source_new(&text, CFR_STR("text"), CFR_STR("include: value.yaml\n"), NULL, NULL), 0);
	of_files(&c, false, NULL, 0);
	c.layers[0] = (cfr_layer){ .name = CFR_STR("text"), .source = text, .format = CFR_YAML };
	c.what.layer_count = 1;
	c.what.root = cfr_str_of(root);
	assert_int_equal(cfr_lazy_open(&lazy, &c.what, &err), 0);
	assert_int_equal(number_at(lazy, "/value"), 4);
	expect_again(&lazy, true);
	assert_int_equal(unlink(path_of("current")), 0);
	assert_int_equal(symlink("a", path_of("current")), 0);
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 3);
	cfr_lazy_unref(lazy);
	cfr_source_unref(text);
}

/* What was read in parts, and cannot be composed whole: the list of what it was made from is what it was. */
static void test_broken_whole(void **state)
{
	composing c;
	cfr_lazy *lazy;
	const cfr_snapshot *snap;
	cfr_node node;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	mkdir(path_of("globbed"), 0777);
	put("globbed/a.yaml", "value: 1\n");
	put("globs.yaml", "include: globbed/*.yaml\n");
	put_base("base.yaml", 600, 1, "    size: 1\n");		/* a key twice */
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, false, FILES("globs.yaml", "base.yaml")), &err), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(cfr_lazy_get(&snap, &node, lazy, CFR_STR("/things/7/size"), &err), CFR_E_DUPLICATE);
		expect_again(&lazy, true);
	}
	put("globbed/b.yaml", "value: 2\n");
	expect_again(&lazy, false);
	assert_int_equal(number_at(lazy, "/value"), 2);
	cfr_lazy_unref(lazy);
}

/* A layer that is read in parts is included, too: both are the same document, under one name. */
static void test_layer_included(void **state)
{
	composing c;

	(void)state;
	put_base("base.yaml", 400, 5, "");
	put("over.yaml", "copy: {include: ./base.yaml}\n");
	lazily_check(of_files(&c, false, FILES("base.yaml", "over.yaml")), 300);
	put_json("base.yaml", "data.txt");
	put("over.yaml", "copy: {include: data.txt}\n");
	of_files(&c, false, FILES("data.txt", "over.yaml"));
	c.layers[0].format = CFR_JSON;
	lazily_check(&c.what, 300);
}

/* --- edits --- */

/* A change somewhere: of a digit, or of a line that is taken out or put in again. */
static void edit(const char *name, struct random *rnd)
{
	static char text[1 << 20];
	FILE *file = fopen(path_of(name), "r+");
	size_t len, at;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 64, file);
	at = random_below(rnd, (uint32_t)len);
	if (random_below(rnd, 2)) {
		while (at < len && (text[at] < '0' || text[at] > '9'))
			at++;
		if (at < len)
			text[at] = (char)('1' + random_below(rnd, 9));
	} else {
		static const char line[] = "# a comment\n";
		while (at < len && text[at] != '\n')
			at++;
		at += at < len;
		if (at + sizeof(line) - 1 <= len && memcmp(text + at, line, sizeof(line) - 1) == 0) {
			len -= sizeof(line) - 1;
			memmove(text + at, text + at + sizeof(line) - 1, len - at);
		} else {
			memmove(text + at + sizeof(line) - 1, text + at, len - at);
			memcpy(text + at, line, sizeof(line) - 1);
			len += sizeof(line) - 1;
		}
	}
	fclose(file);
	file = fopen(path_of(name), "w");
	assert_non_null(file);
	fwrite(text, 1, len, file);
	fclose(file);
}

static void test_edits(void **state)
{
	struct random rnd = { 7 };
	composing c;
	cfr_lazy *lazy, *now;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	put_base("base.yaml", 600, 3, "");
	put("over.yaml", over);
	of_files(&c, true, FILES("base.yaml", "over.yaml"));
	assert_int_equal(cfr_lazy_open(&lazy, &c.what, &err), 0);
	for (int i = 0; i < 60; i++) {
		cfr_snapshot *whole = NULL;
		uint32_t left = 300;
		int r;

		edit(i % 8 ? "base.yaml" : "over.yaml", &rnd);
		r = cfr_compose(&whole, &c.what, NULL);
		if (cfr_lazy_again(&now, lazy, &err) == 0) {
			cfr_lazy_unref(lazy);
			lazy = now;
		}
		if (r == 0)
			lazily_ask_all(whole, lazy, composing_root(whole), true, &left);
		else
			put("over.yaml", over);
		cfr_snapshot_free(whole);
	}
	cfr_lazy_unref(lazy);
}

/* --- threads --- */

static void *ask_many(void *arg)
{
	cfr_lazy *lazy = arg;
	char pointer[64];

	for (int i = 0; i < 300; i++) {
		const cfr_snapshot *snap;
		cfr_node node;
		cfr_origin shadowed[4];
		cfr_lazy *now;

		snprintf(pointer, sizeof(pointer), i % 3 ? "/things/%d/limits" : "/services/s%03d/ports", i % 3 ? i : i / 2);
		assert_int_equal(cfr_lazy_get(&snap, &node, lazy, cfr_str_of(pointer), NULL), 0);
		assert_int_equal(cfr_node_size(node), 2);
		assert_non_null(cfr_snapshot_origin(snap, node).doc);
		cfr_snapshot_shadowed(snap, node, shadowed, 4);
		if (i % 50 == 0) {
			assert_int_equal(cfr_lazy_again(&now, lazy, NULL), 0);
			assert_ptr_equal(now, lazy);
			cfr_lazy_unref(now);
		}
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[4];
	composing c;
	cfr_lazy *lazy;
	cfr_preload loaded;
	cfr_str pointers[] = { CFR_STR("/things/5"), CFR_STR("/services/s001"), CFR_STR("/none") };

	(void)state;
	put_base("base.yaml", 600, 3, "");
	put("over.yaml", over);
	assert_int_equal(cfr_lazy_open(&lazy, of_files(&c, true, FILES("base.yaml", "over.yaml")), NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_many, lazy), 0);
	assert_int_equal(cfr_lazy_preload(&loaded, lazy, pointers, 3, 2, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(loaded.failed, 1);
	assert_int_equal(loaded.first.code, CFR_E_NOTFOUND);
	assert_true(loaded.sections >= 2 && loaded.bytes > 100 && loaded.nanoseconds > 0);
	cfr_lazy_unref(lazy);
}

/* What is current: whoever asks holds it meanwhile. */
typedef struct current {
	pthread_mutex_t lock;
	cfr_lazy *lazy;
	bool done;
} current;

static cfr_lazy *take_current(current *cur, bool *done)
{
	pthread_mutex_lock(&cur->lock);
	cfr_lazy *lazy = cfr_lazy_ref(cur->lazy);
	*done = cur->done;
	pthread_mutex_unlock(&cur->lock);
	return lazy;
}

static void *ask_current(void *arg)
{
	static const char *const asked[] = { "/things/7/mark", "/server/mark", "/things/100", "/services/s020", "/missing", "/things/7", "/file",
		"/things/100/size" };
	current *cur = arg;
	bool done = false;

	for (uint32_t i = 0; !done; i++) {
		cfr_lazy *lazy = take_current(cur, &done);
		const char *pointer = asked[i % (sizeof(asked) / sizeof(*asked))];
		const cfr_snapshot *snap;
		cfr_err err = CFR_ERR_INIT;
		cfr_lazy_stats stats;
		cfr_node node;
		int r = cfr_lazy_get(&snap, &node, lazy, cfr_str_of(pointer), &err);

		if (r < 0 && strcmp(pointer, "/missing") != 0)
			fail_msg("%s: %s", pointer, err.message);
		if (r == 0 && i % 8 < 2)		/* it stays as it is */
			assert_int_equal(number_at(lazy, "/server/mark"), number_at(lazy, "/things/7/mark"));
		if (r == 0)
			assert_non_null(cfr_snapshot_origin(snap, node).doc);
		cfr_lazy_get_stats(&stats, lazy);
		cfr_lazy_unref(lazy);
	}
	return NULL;
}

static void *preload_current(void *arg)
{
	cfr_str pointers[] = { CFR_STR("/things"), CFR_STR("/services/s001"), CFR_STR("/server") };
	current *cur = arg;
	bool done = false;

	while (!done) {
		cfr_lazy *lazy = take_current(cur, &done), *now = NULL;
		cfr_preload loaded;

		assert_int_equal(cfr_lazy_preload(&loaded, lazy, pointers, 3, 2, NULL), 0);
		/* Two at once may ask for what is now. */
		if (cfr_lazy_again(&now, lazy, NULL) == 0)
			cfr_lazy_unref(now);
		cfr_lazy_unref(lazy);
	}
	return NULL;
}

/* By rename: who reads meanwhile reads the one or the other. */
static void put_mark(int mark)
{
	char odd[64];

	snprintf(odd, sizeof(odd), "    mark: %d\n", mark);
	put_base("next.yaml", 600, 3, odd);
	assert_int_equal(rename(path_of("next.yaml"), path_of("base.yaml")), 0);
	snprintf(odd, sizeof(odd), "server: {mark: %d}\nfile: \"${file:text}\"\n", mark);
	put("next.yaml", odd);
	assert_int_equal(rename(path_of("next.yaml"), path_of("over.yaml")), 0);
}

static void test_reloads(void **state)
{
	pthread_t threads[4];
	current cur = { .lock = PTHREAD_MUTEX_INITIALIZER };
	composing c;
	cfr_lazy *now, *old;

	(void)state;
	put("text", "12\n");
	put_mark(0);
	of_files(&c, true, FILES("base.yaml", "over.yaml"));
	assert_int_equal(cfr_lazy_open(&cur.lazy, &c.what, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, i == 3 ? preload_current : ask_current, &cur), 0);
	for (int i = 1; i <= 24; i++) {
		put_mark(i);
		assert_int_equal(cfr_lazy_again(&now, cur.lazy, NULL), 0);
		assert_ptr_not_equal(now, cur.lazy);
		assert_int_equal(number_at(now, "/things/7/mark"), i);
		assert_int_equal(number_at(now, "/server/mark"), i);
		pthread_mutex_lock(&cur.lock);
		old = cur.lazy;
		cur.lazy = now;
		cur.done = i == 24;
		pthread_mutex_unlock(&cur.lock);
		cfr_lazy_unref(old);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	cfr_lazy_unref(cur.lazy);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_drawn),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_dependencies),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_broken_whole),
		cmocka_unit_test(test_layer_included),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_reloads),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
