/* engine/text/yaml_value.c -- a scalar of YAML into the builder: by its tag, else by what the core schema makes of it.
 *
 * The tags of YAML itself (!!str, !!int, …) are obeyed, and refused when the text does not fit them. Any other tag
 * belongs to some application: the scalar becomes an `other`, which keeps the tag and the text for whoever knows them.
 * A collection with such a tag stays a collection; that it had one is noted in the sidecar.
 */
#include "engine/text/yaml_parts.h"

int cfr__yaml_fail(cfr__yaml *r, size_t at, int code, const char *message, const char *hint)
{
	cfr_err_set(r->err, code, "%s", message);
	if (hint)
		cfr_err_hint(r->err, "%s", hint);
	return cfr__fail_at(r->err, r->source, at, code);
}

static int range_error(cfr__yaml *r, cfr_kind kind, const cfr_mark *mark)
{
	return cfr__yaml_fail(r, mark->start, CFR_E_UNSUPPORTED,
	            kind == CFR_FLOAT ? "a number beyond what a float can hold" : "an integer of more than 1000 digits",
	            "quote it if it is text");
}

static int put_resolved(cfr__yaml *r, const cfr__scalar *s, cfr_str text, const cfr_mark *mark)
{
	if (s->out_of_range)
		return range_error(r, s->kind, mark);
	switch (s->kind) {
	case CFR_NULL:
		return cfr_build_null(r->build, mark, r->err);
	case CFR_BOOL:
		return cfr_build_bool(r->build, s->truth, mark, r->err);
	case CFR_INT:
		return cfr_build_int(r->build, s->integer, mark, r->err);
	case CFR_FLOAT:
		return cfr_build_float(r->build, s->real, mark, r->err);
	case CFR_OTHER:
		return cfr_build_other(r->build, CFR_STR(CFR__TAG_INT), text, mark, r->err);
	default:
		return cfr_build_string(r->build, text, mark, r->err);
	}
}

static int tag_error(cfr__yaml *r, const char *word, const cfr_mark *mark)
{
	cfr_err_set(r->err, CFR_E_KIND, "the tag !!%s does not fit its value", word);
	cfr_err_hint(r->err, "remove the tag, or write a value of that type");
	return cfr__fail_at(r->err, r->source, mark->before, CFR_E_KIND);
}

static int put_tagged(cfr__yaml *r, cfr_str text, cfr_str tag, const cfr_mark *mark)
{
	cfr__scalar s;
	const char *word;
	bool fits;

	if (cfr_str_eq(tag, CFR_STR("!")))
		return cfr_build_string(r->build, text, mark, r->err);
	if (!cfr_str_starts(tag, CFR_STR(CFR__TAG_PREFIX)))
		return cfr_build_other(r->build, tag, text, mark, r->err);
	word = tag.ptr + sizeof(CFR__TAG_PREFIX) - 1;
	cfr__resolve(&s, text);
	if (strcmp(word, "str") == 0)
		return cfr_build_string(r->build, text, mark, r->err);
	if (strcmp(word, "null") == 0)
		fits = s.kind == CFR_NULL;
	else if (strcmp(word, "bool") == 0)
		fits = s.kind == CFR_BOOL;
	else if (strcmp(word, "int") == 0)
		fits = s.kind == CFR_INT || s.kind == CFR_OTHER;
	else if (strcmp(word, "float") == 0)
		fits = s.kind == CFR_FLOAT || s.kind == CFR_INT || s.kind == CFR_OTHER;
	else if (strcmp(word, "map") == 0 || strcmp(word, "seq") == 0)
		fits = false;
	else
		return cfr_build_other(r->build, tag, text, mark, r->err);
	if (!fits)
		return tag_error(r, word, mark);
	if (strcmp(word, "float") == 0 && s.kind == CFR_INT)
		return cfr_build_float(r->build, (double)s.integer, mark, r->err);
	return put_resolved(r, &s, text, mark);
}

int cfr__yaml_scalar(cfr__yaml *r, cfr_str text, cfr_str tag, bool plain, const cfr_mark *mark)
{
	cfr__scalar s;

	if (tag.ptr)
		return cfr__yaml_built(r, put_tagged(r, text, tag, mark), mark);
	if (!plain || cfr__is_word(text))
		return cfr__yaml_built(r, cfr_build_string(r->build, text, mark, r->err), mark);
	cfr__resolve(&s, text);
	return cfr__yaml_built(r, put_resolved(r, &s, text, mark), mark);
}

int cfr__yaml_collection_tag(cfr__yaml *r, cfr_kind kind, const yaml_char_t *tag, const cfr_mark *mark)
{
	static const char *const scalars[] = { "str", "int", "float", "bool", "null" };
	const char *word;

	if (!tag || strncmp((const char *)tag, CFR__TAG_PREFIX, sizeof(CFR__TAG_PREFIX) - 1) != 0)
		return 0;
	word = (const char *)tag + sizeof(CFR__TAG_PREFIX) - 1;
	if (strcmp(word, kind == CFR_MAPPING ? "seq" : "map") == 0)
		return tag_error(r, word, mark);
	for (size_t i = 0; i < sizeof(scalars) / sizeof(*scalars); i++) {
		if (strcmp(word, scalars[i]) == 0)
			return tag_error(r, word, mark);
	}
	return 0;
}
