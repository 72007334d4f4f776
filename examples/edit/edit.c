/* examples/edit/edit.c -- a program that changes one value of a file and leaves the rest of it as its author wrote it.
 *
 *	edit FILE POINTER VALUE [FORMAT]
 *
 * Prints the changed text, converted when a format is named; on standard error what has changed, as a comparison of the
 * two documents tells it. VALUE is YAML: `8080`, `text`, `[a, b]`.
 */
#include <cfgrun.h>

#include <stdio.h>
#include <string.h>

static cfr_str str(const char *text)
{
	cfr_str s = { text, strlen(text) };
	return s;
}

static int fail(const cfr_err *err)
{
	fprintf(stderr, "edit: %s", err->message);
	if (err->file[0])
		fprintf(stderr, " (%s:%u:%u)", err->file, err->line, err->column);
	fprintf(stderr, "%s%s\n", err->hint[0] ? "; " : "", err->hint);
	return 2;
}

/* Append the text of `doc` with the value at `pointer` replaced. */
static int edited(cfr_buf *out, const cfr_document *doc, cfr_str pointer, const cfr_document *value, cfr_err *err)
{
	cfr_edit edit = { .op = CFR_EDIT_REPLACE, .at = pointer, .value = cfr_document_tree(value), .written = value };
	cfr_splices splices;
	int r;

	if ((r = cfr_edit_plan(&splices, doc, &edit, 1, NULL, err)) < 0)
		return r;
	r = cfr_splices_apply(out, cfr_source_bytes(cfr_document_source(doc)), splices.items, splices.count, err);
	cfr_splices_release(&splices);
	return r;
}

static int tell_changes(const cfr_document *before, const cfr_document *after, cfr_err *err)
{
	cfr_node from = cfr_tree_root(cfr_document_tree(before)), to = cfr_tree_root(cfr_document_tree(after));
	cfr_diff *diff;
	int r;

	if ((r = cfr_diff_new(&diff, from, to, NULL, err)) < 0)
		return r;
	for (uint32_t i = 0; i < cfr_diff_count(diff); i++) {
		const cfr_change *change = cfr_diff_change(diff, i);
		cfr_buf path = CFR_BUF_INIT;

		cfr_pointer_write(&path, change->after.tree ? change->after : change->before);
		fprintf(stderr, "%s %.*s\n", cfr_change_name(change->op), (int)path.len, path.len ? path.ptr : "");
		cfr_buf_release(&path);
	}
	cfr_diff_free(diff);
	return 0;
}

/* Append a document in another format; keys keep the author's order, comments come along where the format has them. */
static int converted(cfr_buf *out, const cfr_document *doc, cfr_str format, cfr_err *err)
{
	cfr_write how = { .format = cfr_format_of_word(format), .comments = true, .order = doc };

	if (how.format == CFR_FORMAT_NONE)
		return cfr_err_set(err, CFR_E_USAGE, "no format is called '%.*s'", (int)format.len, format.ptr);
	return cfr_text_write(out, cfr_tree_root(cfr_document_tree(doc)), &how, err);
}

int main(int argc, char **argv)
{
	cfr_document *before = NULL, *value = NULL, *after = NULL;
	cfr_buf text = CFR_BUF_INIT, other = CFR_BUF_INIT;
	const cfr_buf *printed = &text;
	cfr_err err = CFR_ERR_INIT;
	int status = 0;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: edit FILE POINTER VALUE [FORMAT]\n");
		return 2;
	}
	if (cfr_load(&before, argv[1], &err) < 0 ||
	    cfr_load_text(&value, "value.yaml", argv[3], strlen(argv[3]), &err) < 0 ||
	    edited(&text, before, str(argv[2]), value, &err) < 0 ||
	    cfr_load_text(&after, argv[1], text.ptr, text.len, &err) < 0 ||
	    tell_changes(before, after, &err) < 0)
		goto failed;
	if (argc == 5) {
		if (converted(&other, after, str(argv[4]), &err) < 0)
			goto failed;
		printed = &other;
	}
	if (fwrite(printed->ptr, 1, printed->len, stdout) != printed->len)
		status = 2;
	goto done;
failed:
	status = fail(&err);
done:
	cfr_buf_release(&other);
	cfr_buf_release(&text);
	cfr_document_unref(after);
	cfr_document_unref(value);
	cfr_document_unref(before);
	return status;
}
