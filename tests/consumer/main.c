/* tests/consumer/main.c -- somebody else's program: it knows cfgrun by its installed header alone. */
#include <cfgrun.h>
#include <stdio.h>

int main(void)
{
	static const char text[] = "server: {port: 8080}\n";
	cfr_document *doc;
	cfr_err err = CFR_ERR_INIT;
	cfr_buf out = CFR_BUF_INIT;
	cfr_write how = { .format = CFR_JSON, .compact = true };
	int r;

	if (cfr_load_text(&doc, "app.yaml", text, sizeof(text) - 1, &err) < 0) {
		puts(err.message);
		return 1;
	}
	r = cfr_text_write(&out, cfr_tree_root(cfr_document_tree(doc)), &how, &err);
	printf("cfgrun %s, port %d, %s\n", cfr_version(), (int)cfr_int(doc, "/server/port", 0), r < 0 ? err.message : out.ptr);
	cfr_buf_release(&out);
	cfr_document_unref(doc);
	return r < 0;
}
