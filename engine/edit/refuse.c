/* engine/edit/refuse.c -- edits that are refused, with their place and what to do instead.
 *
 * The one reason that takes some finding out: the text of a value stands elsewhere, behind an anchor, and others use it too.
 */
#include <stdio.h>

#include "engine/edit/parts.h"
#include "engine/pointer.h"

int cfr__refuse(const cfr__plan *plan, cfr_node at, const char *message, const char *hint)
{
	cfr_span span = cfr_document_span(plan->doc, at);
	cfr_buf path = CFR_BUF_INIT;

	cfr_err_set(plan->err, CFR_E_UNSUPPORTED, "%s", message);
	cfr_err_hint(plan->err, "%s", hint);
	cfr_err_at(plan->err, cfr_source_name(plan->source), span.line, span.column);
	cfr_pointer_write(&path, at);
	cfr_err_path(plan->err, cfr_buf_str(&path));
	cfr_buf_release(&path);
	return CFR_E_UNSUPPORTED;
}

/* How many aliases of a name are there? What a merge brought came by one. */
static unsigned count_uses(const cfr__plan *plan, cfr_str name)
{
	uint32_t size = cfr_document_ranked(plan->doc, 0).next, last = 0;
	unsigned count = 0;
	cfr_node parent;

	for (uint32_t rank = 1; rank < size; rank++) {
		cfr_node node = cfr_document_node(plan->doc, rank);
		uint32_t use;

		if (!cfr__via(cfr_document_ranked(plan->doc, rank)) || !cfr_node_parent(&parent, node) ||
		    cfr__via(cfr_document_entry(plan->doc, parent)))
			continue;
		use = cfr_document_use(plan->doc, node);
		if (use != last && cfr_str_eq(name, cfr_str_sub(plan->text, use, cfr__alias_end(plan, use))))
			count++;
		last = use;
	}
	return count;
}

int cfr__refuse_shared(const cfr__plan *plan, cfr_node at)
{
	cfr_node top = at, up, origin = cfr_document_origin(plan->doc, at);
	cfr_place line = cfr_source_place(plan->source, cfr_document_entry(plan->doc, origin).start);
	char message[160], hint[160];
	uint32_t use, end;

	while (cfr_node_parent(&up, top) && cfr__via(cfr_document_entry(plan->doc, up)))
		top = up;
	use = cfr_document_use(plan->doc, top);
	end = cfr__alias_end(plan, use);
	snprintf(message, sizeof(message), "this value comes from the anchor &%.*s, and the edit would change it in %u places",
	         end > use ? (int)(end - use - 1 < 60 ? end - use - 1 : 60) : 0, plan->text.ptr + use + 1,
	         count_uses(plan, cfr_str_sub(plan->text, use, end)) + 1);
	snprintf(hint, sizeof(hint), "edit it on line %u, where it is written, or write a value here in place of the alias",
	         (unsigned)line.line);
	return cfr__refuse(plan, at, message, hint);
}
