/* engine/analyze/left.c -- what earlier advice has left of a document.
 *
 * A piece of advice marks what it would take away, rank by rank. A later one counts what is left, so that no byte is saved
 * twice; and it leaves alone what an alias elsewhere still stands for.
 */
#include "engine/analyze/parts.h"

uint64_t cfr__analyze_left(const cfr__part *part, uint32_t rank)
{
	uint32_t end = cfr__ranked(part, rank).next;
	uint64_t left = part->bytes[rank];

	if (part->marks[rank] & CFR__GONE)
		return 0;
	for (uint32_t at = rank + 1; at < end;) {
		if (part->marks[at] & CFR__GONE) {
			left -= part->bytes[at] < left ? part->bytes[at] : left;
			at = cfr__ranked(part, at).next;
		} else {
			at++;
		}
	}
	return left;
}

uint64_t cfr__analyze_line(const cfr__part *part, uint32_t rank)
{
	uint32_t at = cfr__ranked(part, rank).key_start, from = at;

	while (from > 0 && (part->text.ptr[from - 1] == ' ' || part->text.ptr[from - 1] == '\t'))
		from--;
	if (from > 0 && part->text.ptr[from - 1] != '\n' && part->text.ptr[from - 1] != '\r')
		return cfr__analyze_left(part, rank) + 2;	/* a comma and a blank, or a dash before it */
	return cfr__analyze_left(part, rank) + (at - from) + 1;
}

void cfr__analyze_mark(cfr__part *part, uint32_t rank, uint8_t mark)
{
	uint32_t end = cfr__ranked(part, rank).next;

	for (; rank < end; rank++)
		part->marks[rank] |= mark;
}

bool cfr__analyze_needed(const cfr__part *part, uint32_t rank)
{
	return part->anchored && part->anchored[cfr__ranked(part, rank).next] > part->anchored[rank];
}
