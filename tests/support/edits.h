/* tests/support/edits.h -- edits as text, one a line, for tests of edits.
 *
 *	replace /a/b VALUE		set /a KEY VALUE		insert /a INDEX|end VALUE
 *	remove /a/b			rename /a/b KEY			move /a/b /to KEY
 *
 * The root is written `.`; a VALUE is YAML in one line (so JSON too).
 */
#ifndef CFR_TESTS_EDITS_H
#define CFR_TESTS_EDITS_H

#include "engine/base/str.h"
#include "engine/edit.h"
#include "engine/text.h"
#include <stdio.h>
#include <stdlib.h>

enum { EDITS_MAX = 64 };

struct edits {
	cfr_edit items[EDITS_MAX];
	cfr_tree *values[EDITS_MAX];
	char *words[EDITS_MAX];		/* each line, cut into words */
	uint32_t count;
};

#define EDITS_REQUIRE(what)                                                                                \
	do {                                                                                               \
		if (!(what)) {                                                                             \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                         \
			abort();                                                                           \
		}                                                                                          \
	} while (0)

static inline int edits_read(cfr_documents *out, const char *name, cfr_str text, cfr_format format, cfr_err *err)
{
	cfr_source *source;
	cfr_limits limits;
	int r;

	cfr_limits_default(&limits);
	*out = (cfr_documents){ .count = 0 };
	r = cfr_source_new(&source, cfr_str_of(name), text, &limits, err);
	if (r == 0) {
		r = cfr_text_read(out, source, format, &limits, err);
		cfr_source_unref(source);
	}
	return r;
}

static inline cfr_tree *edits_value(const char *text)
{
	cfr_documents docs;
	cfr_err err = CFR_ERR_INIT;
	cfr_tree *tree;

	if (edits_read(&docs, "value", cfr_str_of(text), CFR_YAML, &err) != 0 || docs.count != 1) {
		fprintf(stderr, "value %s: %s\n", text, err.message);
		abort();
	}
	tree = cfr_tree_ref(cfr_document_tree(docs.items[0]));
	cfr_documents_release(&docs);
	return tree;
}

static inline char *edits_word(char **rest)
{
	char *word = *rest, *end = strchr(word, ' ');

	if (end)
		*end++ = 0;
	*rest = end ? end : word + strlen(word);
	return word;
}

static inline void edits_parse(struct edits *out, const char *text)
{
	static const char *const ops[] = { "replace", "set", "insert", "remove", "rename", "move" };

	memset(out, 0, sizeof(*out));
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len), *rest = line, *op = edits_word(&rest), *at = edits_word(&rest);
		cfr_edit *edit = &out->items[out->count];
		int which = 0;

		EDITS_REQUIRE(out->count < EDITS_MAX);
		while (which < 6 && strcmp(op, ops[which]) != 0)
			which++;
		EDITS_REQUIRE(which < 6);
		edit->op = (cfr_edit_op)which;
		edit->at = cfr_str_of(strcmp(at, ".") == 0 ? "" : at);
		if (edit->op == CFR_EDIT_MOVE) {
			char *to = edits_word(&rest);
			edit->to = cfr_str_of(strcmp(to, ".") == 0 ? "" : to);
		}
		if (edit->op == CFR_EDIT_SET || edit->op == CFR_EDIT_RENAME || edit->op == CFR_EDIT_MOVE)
			edit->key = cfr_str_of(edits_word(&rest));
		if (edit->op == CFR_EDIT_INSERT) {
			char *index = edits_word(&rest);
			edit->index = strcmp(index, "end") == 0 ? UINT32_MAX : (uint32_t)strtoul(index, NULL, 10);
		}
		if (edit->op <= CFR_EDIT_INSERT)
			edit->value = out->values[out->count] = edits_value(rest);
		out->words[out->count++] = line;
		text += len + (text[len] != 0);
	}
}

static inline void edits_free(struct edits *edits)
{
	for (uint32_t i = 0; i < edits->count; i++) {
		cfr_tree_unref(edits->values[i]);
		free(edits->words[i]);
	}
}

#endif
