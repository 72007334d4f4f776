/* engine/base/vec.c -- room in arrays. */
#include "engine/base/vec.h"

#include "engine/base/large.h"
#include <stdlib.h>
#include <string.h>

int cfr_vec_room(void *array, uint32_t *cap, uint64_t need, size_t size, cfr_err *err)
{
	uint64_t wanted = *cap < 16 ? 16 : (uint64_t)*cap * 2;
	void *items;

	if (CFR_LIKELY(need <= *cap))
		return 0;
	if (wanted < need)
		wanted = need;
	memcpy(&items, array, sizeof(items));	/* a pointer of another type may not be read as void * */
	if (wanted > UINT32_MAX || wanted > SIZE_MAX / size || !(items = realloc(items, (size_t)wanted * size)))
		return cfr_err_nomem(err);
	cfr_large_room(items, (size_t)wanted * size);
	memcpy(array, &items, sizeof(items));
	*cap = (uint32_t)wanted;
	return 0;
}
