/* lua/sandbox/buffer.c -- text that grows inside the memory of the sandbox.
 *
 * The buffers of Lua's auxiliary library report a full memory as an ordinary error, which a script could catch, and they
 * do not collect garbage first. These hold their bytes in a userdata, which Lua allocates as it does everything else.
 * They grow by doubling, and the copying counts as work.
 */
#include "lua/sandbox/inside.h"

void cfr__buffer_init(lua_State *L, cfr__buffer *b)
{
	b->L = L;
	b->ptr = b->first;
	b->len = 0;
	b->cap = sizeof(b->first);
	luaL_checkstack(L, 3, NULL);
	lua_pushnil(L);
	b->slot = lua_gettop(L);
}

char *cfr__buffer_room(cfr__buffer *b, size_t len)
{
	size_t cap = b->cap;
	char *ptr;

	if (len <= cap - b->len)
		return b->ptr + b->len;
	if (len > SIZE_MAX / 4 - b->len)
		luaL_error(b->L, "the resulting string is too large");
	while (cap < b->len + len)
		cap *= 2;
	/* A single large wish is most often the last one: no doubling beyond what the ceiling may still give. */
	if (len > b->cap)
		cap = b->len + len;
	ptr = lua_newuserdatauv(b->L, cap, 0);
	memcpy(ptr, b->ptr, b->len);
	lua_replace(b->L, b->slot);
	cfr_sandbox_steps(b->L, b->len);
	b->ptr = ptr;
	b->cap = cap;
	return ptr + b->len;
}

void cfr__buffer_add(cfr__buffer *b, const char *ptr, size_t len)
{
	if (len == 0)
		return;
	memcpy(cfr__buffer_room(b, len), ptr, len);
	b->len += len;
	cfr_sandbox_steps(b->L, 1);
}

void cfr__buffer_push(cfr__buffer *b)
{
	lua_pushlstring(b->L, b->ptr, b->len);
	lua_replace(b->L, b->slot);
}
