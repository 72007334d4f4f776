/* tests/unit/compose/test_again.c -- lives of configurations, drawn by lot.
 *
 * A world is a few layers with all that a composition can have: large files and small ones, includes, globs, links, texts,
 * variables, strategies. Things happen to it: an edit, a file that goes or comes, a link that leads elsewhere, another value of
 * a variable. After each, three must agree: the whole snapshot, a lazy composition opened now, and the one of before,
 * asked for what is now. What was given before stays as it was until its composition goes.
 *
 *	unit_compose_test_again [WORLDS [SEED]]      more of them, or others
 */
#include "support/lazily.h"
#include "support/random_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/cfgrun-again-XXXXXX";
static unsigned worlds = 5, first = 1;
static char variables_text[4][16];
static const char *variables[5];

/* What a file may be, and how often it holds something odd. */
typedef struct world {
	struct random rnd;
	bool interpolate, json, wild;
	cfr_strategy_at strategies[6];
	cfr_layer layers[6];
	char files[6][128];
	cfr_str gone[2];
	cfr_source *value;
	cfr_composition what;
} world;

static const char *const layer_names[] = { "base", "middle.yaml", "over.yaml", "local.yaml" };

static const char *path_of(const char *name)
{
	static char paths[8][128];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const cfr_buf *text)
{
	FILE *file;

	unlink(path_of(name));
	file = fopen(path_of(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text->ptr ? text->ptr : "", 1, text->len, file), text->len);
	fclose(file);
}

/* --- text by lot --- */

static uint32_t lot(world *w, uint32_t n) { return random_below(&w->rnd, n); }

/* A scalar in quotes or a number, as YAML and JSON have it. */
static void add_scalar(cfr_buf *out, world *w)
{
	static const char *const words[] = { "one", "two words", "a: b", "# no", "x\\ty", "\\u00e9", "", "- x" };
	/* The last ones may be to nothing, or in a circle. */
	static const char *const references[] = { "a-${V1:-none}-b", "${int:V2:-3}", "${file:text0}", "${file:parts/text1}", "${json:V2:-[1, 2]}",
		"$${x}", "${{ x }}", "${V0:-${ref:/name}}", "${ref:/name}", "${ref:/server/port}", "${ref:/things/1}", "${ref:/deep}", "${V0}", "${V3}",
		"${ref:/services/s003/env}" };

	if (lot(w, 8) == 0)
		cfr_buf_addf(out, "\"%s\"", references[lot(w, w->wild ? sizeof(references) / sizeof(*references) : 9)]);
	else if (lot(w, 3) == 0)
		cfr_buf_addf(out, "\"%s\"", words[lot(w, sizeof(words) / sizeof(*words))]);
	else
		cfr_buf_addf(out, "%u", lot(w, 100));
}

static void add_list(cfr_buf *out, world *w)
{
	cfr_buf_addc(out, '[');
	for (uint32_t i = 0, n = lot(w, 4); i < n; i++) {
		cfr_buf_addz(out, i ? ", " : "");
		add_scalar(out, w);
	}
	cfr_buf_addc(out, ']');
}

static void add_thing(cfr_buf *out, world *w, uint32_t number)
{
	cfr_buf_addc(out, '{');
	if (lot(w, 15))
		cfr_buf_addf(out, lot(w, 12) ? "\"id\": \"thing_%03u\", " : lot(w, 2) ? "\"id\": %u, " : "\"id\": \"thing\\u005f%03u\", ", number);
	cfr_buf_addz(out, "\"size\": ");
	add_scalar(out, w);
	if (lot(w, 2)) {
		cfr_buf_addz(out, ", \"tags\": ");
		add_list(out, w);
	}
	if (lot(w, 3) == 0)
		cfr_buf_addf(out, ", \"limits\": {\"cpu\": %u, \"text\": \"some thing_%03u include words\"}", lot(w, 9), lot(w, 200));
	cfr_buf_addc(out, '}');
}

static void add_include(cfr_buf *out, world *w)
{
	static const char *const specs[] = { "\"parts/p0.yaml\"", "[\"parts/p0.yaml\", \"parts/p1.yaml\"]", "\"parts/*.yaml\"",
		"[\"parts/link.yaml\", \"parts/p2.yaml\"]", "\"./parts/p1.yaml\"", "[\"parts/p2.yaml\", \"parts/link.yaml\"]",
		"\"linked/p1.yaml\"", "[\"nothing/*.yaml\", \"parts/p0.yaml\"]", "\"missing.yaml\"" };

	cfr_buf_addf(out, "\"include\": %s", specs[lot(w, sizeof(specs) / sizeof(*specs) - (lot(w, 6) > 0))]);
}

/* The top of any file; lines in YAML. `large`: long enough to be read in parts. */
static void write_file(cfr_buf *out, world *w, bool json, bool large)
{
	uint32_t things = large ? 700 + lot(w, 300) : lot(w, 4), services = large ? 400 : lot(w, 4), count = 0;
	const char *end = json ? ",\n" : "\n", *deep = json ? "" : "";

	cfr_buf_addz(out, json ? "{\n" : "# a file\n");
	if (lot(w, large ? 3 : 2) == 0) {
		add_include(out, w);
		cfr_buf_addz(out, end);
	}
	if (lot(w, 5) == 0)
		cfr_buf_addf(out, "\"$merge\": {\"/deep/list\": \"%s\", \"/services\": \"%s\"}%s", lot(w, 2) ? "append" : "prepend",
			     lot(w, 4) ? "merge" : "replace", end);
	cfr_buf_addf(out, "\"name\": \"n%u\"%s", lot(w, 9), end);
	if (lot(w, 3)) {
		cfr_buf_addz(out, "\"server\": {\"port\": ");
		add_scalar(out, w);
		cfr_buf_addf(out, ", \"host\": \"h%u\"", lot(w, 5));
		if (lot(w, 6) == 0) {
			cfr_buf_addz(out, ", ");
			add_include(out, w);
		}
		cfr_buf_addf(out, "}%s", end);
	}
	if (large || lot(w, 2)) {
		cfr_buf_addz(out, json ? "\"things\": [\n" : things ? "things:\n" : "things: []");
		for (uint32_t i = 0; i < things; i++) {
			bool block = !json && lot(w, 3) == 0;
			uint32_t number = large ? i : lot(w, 200);

			if (json && i)
				cfr_buf_addz(out, ",\n");
			cfr_buf_addz(out, json ? "  " : "  - ");
			if (block)
				cfr_buf_addf(out, "id: thing_%03u  # of it\n    size: %u\n    text: |\n      lines of thing_%03u\n      and more\n    tags: [a, b]",
					     number, lot(w, 50), lot(w, 200));
			else
				add_thing(out, w, number);
			if (!json)
				cfr_buf_addc(out, '\n');
		}
		cfr_buf_addz(out, json ? "],\n" : things ? "" : "\n");
	}
	if (large || lot(w, 2)) {
		cfr_buf_addz(out, json ? "\"services\": {\n" : services ? "services:\n" : "services: {}\n");
		for (uint32_t i = 0; i < services; i++) {
			cfr_buf_addf(out, "%s  \"s%03u\": {\"image\": \"i%u\", \"ports\": [%u, 443], \"env\": {\"MODE\": \"production\", \"LEVEL\": ",
				     json && i ? ",\n" : "", large ? i : i * 3 + lot(w, 3), lot(w, 50), lot(w, 2000));
			add_scalar(out, w);
			cfr_buf_addz(out, "}}");
			if (!json)
				cfr_buf_addc(out, '\n');
			else if (large && i == 7)
				cfr_buf_addz(out, "");
		}
		if (json)
			cfr_buf_addz(out, "},\n");
	}
	for (count = lot(w, 3); count > 0; count--) {
		cfr_buf_addf(out, "\"extra%u\": ", count);
		add_list(out, w);
		cfr_buf_addz(out, end);
	}
	if (lot(w, 40) == 0)
		cfr_buf_addf(out, "\"services\": 1%s", end);	/* twice, perhaps, or of another kind */
	cfr_buf_addf(out, "\"deep\": {\"list\": ");
	add_list(out, w);
	cfr_buf_addf(out, ", \"a\": {\"b\": ");
	add_scalar(out, w);
	cfr_buf_addf(out, "}}\n%s%s", deep, json ? "}\n" : "");
}

static void new_file(world *w, uint32_t which)
{
	cfr_buf text = CFR_BUF_INIT;
	static const char *const parts[] = { "parts/p0.yaml", "parts/p1.yaml", "parts/p2.yaml", "parts/p3.yaml" };

	if (which < 4) {
		if (lot(w, 12))
			write_file(&text, w, which == 0 && w->json, which == 0 ? lot(w, 10) > 0 : which == 1 ? lot(w, 2) : false);
		else
			cfr_buf_addz(&text, lot(w, 2) ? "" : "{}\n");
		put(which ? layer_names[which] : w->json ? "base.json" : "base.yaml", &text);
	} else if (which < 8) {
		if (lot(w, 12) == 0)
			cfr_buf_addz(&text, "[1, 2]\n");
		else if (lot(w, 8) == 0)
			cfr_buf_addz(&text, "include: p3.yaml\nmore: {include: ../parts/p1.yaml}\n");
		else if (lot(w, 4) == 0)
			cfr_buf_addf(&text, "port: %u\nhost: included\ninclude: [text2]\n", lot(w, 9));
		else
			cfr_buf_addf(&text, "port: %u\nextra1: [%u]\ndeep: {list: [%u], c: \"${V%u:-x}\"}\nown: \"${file:text1}\"\n", lot(w, 9), lot(w, 9), lot(w, 9), lot(w, 4));
		put(parts[which - 4], &text);
	} else {
		cfr_buf_addf(&text, which == 10 ? "t: %u\n" : "text %u\n", lot(w, 5));
		put(which == 8 ? "text0" : which == 9 ? "parts/text1" : "parts/text2", &text);
	}
	cfr_buf_release(&text);
}

static void new_link(world *w, bool of_folder)
{
	static const char *const targets[] = { "p0.yaml", "p1.yaml", "p2.yaml", "p3.yaml" };

	unlink(path_of(of_folder ? "linked" : "parts/link.yaml"));
	if (of_folder)
		assert_int_equal(symlink(lot(w, 2) ? "parts" : "others", path_of("linked")), 0);
	else if (lot(w, 5))
		assert_int_equal(symlink(targets[lot(w, 4)], path_of("parts/link.yaml")), 0);
}

static void new_variable(world *w)
{
	uint32_t which = lot(w, 4), at = 0;

	snprintf(variables_text[which], sizeof(variables_text[0]), "V%u=%u", which, lot(w, 20));
	if (lot(w, 4) == 0)
		variables_text[which][0] = '\0';
	for (uint32_t i = 0; i < 4; i++) {
		if (variables_text[i][0])
			variables[at++] = variables_text[i];
	}
	variables[at] = NULL;
}

/* A digit or a line somewhere. */
static void edit(world *w, const char *name)
{
	static char text[1 << 20];
	static const char line[] = "# a comment\n";
	cfr_buf made = CFR_BUF_INIT;
	FILE *file = fopen(path_of(name), "r");
	size_t len, at;

	if (!file)
		return;
	len = fread(text, 1, sizeof(text) - 64, file);
	fclose(file);
	if (len == 0)
		return;
	at = lot(w, (uint32_t)len);
	if (lot(w, 4) || strstr(name, "json")) {
		while (at < len && (text[at] < '0' || text[at] > '9' || (at && text[at - 1] != ' ' && text[at - 1] != '[')))
			at++;
		if (at < len)
			text[at] = (char)('1' + lot(w, 9));
	} else {
		while (at < len && (text[at] == ' ' || at == 0 || text[at - 1] != '\n'))
			at++;
		memmove(text + at + sizeof(line) - 1, text + at, len - at);
		memcpy(text + at, line, sizeof(line) - 1);
		len += sizeof(line) - 1;
	}
	cfr_buf_add(&made, text, len);
	put(name, &made);
	cfr_buf_release(&made);
}

static void happen(world *w)
{
	const char *base = w->json ? "base.json" : "base.yaml";

	switch (lot(w, 14)) {
	case 0: new_file(w, lot(w, 11)); break;
	case 1: new_file(w, 4 + lot(w, 7)); break;
	case 2: new_link(w, lot(w, 3) == 0); break;
	case 3: case 4: new_variable(w); break;
	case 5: unlink(path_of("local.yaml")); break;
	case 6: new_file(w, 2 + lot(w, 2)); break;
	case 7: unlink(path_of("parts/p3.yaml")); break;
	case 8: new_file(w, 7); break;
	case 9: edit(w, "middle.yaml"); break;
	case 10: edit(w, "over.yaml"); break;
	default: edit(w, base); break;
	}
}

static void new_world(world *w, uint64_t seed)
{
	static const cfr_str gone[] = { { "/name", 5 }, { "/services/s003/ports", 20 } };
	static const char *const by[] = { "id", "size" };

	*w = (world){ .rnd = { seed } };
	w->json = lot(w, 3) == 0;
	w->interpolate = lot(w, 4) > 0;
	w->wild = lot(w, 4) == 0;
	mkdir(path_of("parts"), 0777);
	mkdir(path_of("others"), 0777);
	assert_true(symlink("../parts/p1.yaml", path_of("others/p1.yaml")) == 0 || errno == EEXIST);
	for (uint32_t i = 0; i < 11; i++)
		new_file(w, i);
	new_link(w, false);
	new_link(w, true);
	for (int i = 0; i < 4; i++)
		new_variable(w);
	w->strategies[0] = (cfr_strategy_at){ CFR_STR("/things"), cfr_str_of(by[lot(w, 8) == 0]), lot(w, 5) ? CFR_STRATEGY_BY : (cfr_strategy)lot(w, 5) };
	w->strategies[1] = (cfr_strategy_at){ CFR_STR("/things/*/tags"), CFR_STR(""), (cfr_strategy)lot(w, 5) };
	w->strategies[2] = (cfr_strategy_at){ CFR_STR("/services/*"), CFR_STR(""), lot(w, 4) ? CFR_STRATEGY_MERGE : CFR_STRATEGY_REPLACE };
	w->strategies[3] = (cfr_strategy_at){ CFR_STR("/server"), CFR_STR(""), lot(w, 4) ? CFR_STRATEGY_MERGE : CFR_STRATEGY_REPLACE };
	for (uint32_t i = 0; i < 4; i++) {
		if (i == 0)
			snprintf(w->files[i], sizeof(w->files[i]), "%s/base.%s", folder, w->json ? "json" : "yaml");
		else
			snprintf(w->files[i], sizeof(w->files[i]), "%s/%s", folder, layer_names[i]);
		w->layers[i] = (cfr_layer){ .name = cfr_str_of(layer_names[i]), .file = cfr_str_of(w->files[i]), .optional = true,
					    .interpolate = w->interpolate && lot(w, 4) };
	}
	w->what = (cfr_composition){ .name = CFR_STR("test"), .root = cfr_str_of(folder), .layers = w->layers, .layer_count = 2 + lot(w, 3),
				     .strategies = w->strategies, .strategy_count = lot(w, 5), .merge_key = lot(w, 2) ? CFR_STR("$merge") : CFR_STR(""),
				     .include = lot(w, 5) ? CFR_STR("include") : CFR_STR(""),
				     .dialect = lot(w, 6) ? CFR_DIALECT_NONE : CFR_DIALECT_LANGSWARM, .env = composing_env, .env_arg = variables };
	if (lot(w, 6) == 0) {
		w->gone[0] = gone[0];
		w->layers[w->what.layer_count - 1].remove = w->gone;
		w->layers[w->what.layer_count - 1].remove_count = 1;
	}
	if (lot(w, 4) == 0) {
		assert_int_equal(cfr_source_new(&w->value, CFR_STR("set"), CFR_STR("{deep: [1, {a: ~}]}"), NULL, NULL), 0);
		w->layers[w->what.layer_count++] = (cfr_layer){ .name = CFR_STR("set"), .source = w->value, .format = CFR_YAML,
			.at = lot(w, 2) ? CFR_STR("/services/s003/set") : CFR_STR("/server/set") };
	}
}

/* --- what must hold --- */

/* Something that was given, and what it was. */
typedef struct given {
	cfr_node node;
	cfr_id id;
} given;
enum { LIVES = 3, KEPT = 24 };
typedef struct life {
	cfr_lazy *lazy;
	given kept[KEPT];
	uint32_t count;
} life;

static const char *const pointers[] = { "", "/server", "/server/port", "/things/3", "/things/100/size", "/things", "/services/s003/env/LEVEL",
	"/services/s100", "/deep", "/deep/list/0", "/name", "/extra1", "/own", "/services", "/more" };
enum { POINTERS = sizeof(pointers) / sizeof(*pointers) };

static void same_error(const cfr_err *a, const cfr_err *b)
{
	if (strcmp(a->message, b->message) != 0 || strcmp(a->hint, b->hint) != 0 || strcmp(a->file, b->file) != 0 ||
	    a->line != b->line || a->column != b->column) {
		fprintf(stderr, "%s:%u:%u: %s (%s)\n%s:%u:%u: %s (%s)\n", a->file, a->line, a->column, a->message, a->hint, b->file, b->line,
			b->column, b->message, b->hint);
		abort();
	}
}

/* Two lazy compositions, asked for the same in the same order. */
static void compare(world *w, cfr_lazy *a, cfr_lazy *b, life *keep)
{
	for (int i = 0; i < 8; i++) {
		const char *pointer = pointers[lot(w, POINTERS)];
		const cfr_snapshot *one, *two;
		cfr_err x = CFR_ERR_INIT, y = CFR_ERR_INIT;
		cfr_node m, n;
		int r = cfr_lazy_get(&one, &m, a, cfr_str_of(pointer), &x), q = cfr_lazy_get(&two, &n, b, cfr_str_of(pointer), &y);

		COMPOSING_REQUIRE(r == q);
		if (r < 0) {
			same_error(&x, &y);
			continue;
		}
		lazily_same_tree(one, m, two, n);
		if (keep->count < KEPT) {
			keep->kept[keep->count].node = n;
			assert_int_equal(cfr_node_id(&keep->kept[keep->count++].id, n, NULL), 0);
		}
	}
}

static void stays(const life *of)
{
	for (uint32_t i = 0; i < of->count; i++) {
		cfr_id id;
		assert_int_equal(cfr_node_id(&id, of->kept[i].node, NULL), 0);
		assert_memory_equal(&id, &of->kept[i].id, sizeof(id));
	}
}

/* The world as it is: whole, lazy, and of the composition of before. */
static void agree(world *w, life *old, life *new)
{
	cfr_err a = CFR_ERR_INIT, b = CFR_ERR_INIT;
	cfr_snapshot *whole = NULL;
	cfr_lazy *fresh = NULL, *now = NULL;
	uint32_t left = 150;
	int r = cfr_compose(&whole, &w->what, NULL), q = cfr_lazy_open(&fresh, &w->what, &a), s;

	*new = (life){ .lazy = NULL };
	COMPOSING_REQUIRE(r < 0 || q == 0);
	if (old->lazy) {
		s = cfr_lazy_again(&now, old->lazy, &b);
		if (s < 0 || q < 0) {
			if (s != q)
				fprintf(stderr, "%d %s, not %d %s\n", s, s < 0 ? b.message : "", q, q < 0 ? a.message : "");
			COMPOSING_REQUIRE(s == q);
			if (s < 0)
				same_error(&a, &b);
		}
	}
	if (fresh && now)
		compare(w, fresh, now, new);
	if (r == 0 && lot(w, 2))
		lazily_ask_all(whole, fresh, composing_root(whole), lot(w, 2), &left);
	left = 150;
	if (r == 0 && now)
		lazily_ask_all(whole, now, composing_root(whole), lot(w, 2), &left);
	new->lazy = now ? now : fresh;
	if (now)
		cfr_lazy_unref(fresh);
	cfr_snapshot_free(whole);
}

static void live(uint64_t seed)
{
	world w;
	life lives[LIVES] = { { .lazy = NULL } }, next;
	uint32_t last = 0;

	new_world(&w, seed);
	for (int i = 0; i < 14; i++) {
		agree(&w, &lives[last], &next);
		if (next.lazy) {
			/* Those of before go in any order. */
			uint32_t which = lot(&w, LIVES);
			for (uint32_t k = 0; k < LIVES; k++)
				stays(&lives[k]);
			cfr_lazy_unref(lives[which].lazy);
			lives[which] = next;
			last = which;
		}
		for (uint32_t n = 1 + (lot(&w, 4) == 0 ? lot(&w, 4) : 0); n > 0; n--)
			happen(&w);
	}
	for (uint32_t k = 0; k < LIVES; k++)
		cfr_lazy_unref(lives[k].lazy);
	cfr_source_unref(w.value);
}

static void test_lives(void **state)
{
	(void)state;
	for (unsigned i = 0; i < worlds; i++) {
		if (worlds > 5)
			fprintf(stderr, "world %u\n", first + i);
		live(first + i);
	}
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lives) };

	if (argc > 1)
		worlds = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
