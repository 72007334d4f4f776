#include "engine/tree/impl.h"
#include <stdlib.h>
void cfr__ids_free(struct cfr_ids *ids)
{
	if (ids) { free(ids->at); free(ids->digest); free(ids); }
}
