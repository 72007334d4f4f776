/* lua/sandbox/assigns.c -- which upvalues can a function assign?
 *
 * After each job the upvalues of a pack's functions are to be as they were. Most functions never assign one, and
 * comparing hundreds after every job would cost more than the job. Lua does not tell, but its own dump of a function
 * does: an assignment is the instruction SETUPVAL with the number of the upvalue. A function made inside may assign too,
 * and says in its list of upvalues which of ours it has.
 *
 * This reads the dump format of Lua 5.4 (the version stands in its header), written and read within one process.
 * Anything unexpected means "all of them may be assigned", which is slow and right.
 */
#include "lua/sandbox/inside.h"

enum {
	OP_SETUPVAL = 10,		/* iABC: upvalue B := register A */
	NESTED = 200,			/* functions in functions: Lua's own compiler stops there */
	HEADER = 4 + 1 + 1 + 6 + 3 + 8 + 8,
};

struct reader {
	lua_State *L;
	const unsigned char *at, *end;
	bool bad;
};

static void skip(struct reader *r, uint64_t n)
{
	if ((uint64_t)(r->end - r->at) < n) {
		r->bad = true;
		r->at = r->end;
		return;
	}
	r->at += n;
}

static unsigned byte(struct reader *r)
{
	if (r->at == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->at++;
}

/* Seven bits a byte, the high ones first; the last has its top bit set. */
static uint64_t size(struct reader *r)
{
	uint64_t n = 0;

	for (int i = 0; i < 10 && !r->bad; i++) {
		unsigned b = byte(r);

		n = n << 7 | (b & 0x7F);
		if (b & 0x80)
			return n;
	}
	r->bad = true;
	return 0;
}

static void skip_string(struct reader *r)
{
	uint64_t n = size(r);

	if (n > 0)
		skip(r, n - 1);
}

static void skip_constants(struct reader *r)
{
	for (uint64_t n = size(r); n > 0 && !r->bad; n--) {
		switch (byte(r)) {
		case 0x00: case 0x01: case 0x11:	/* nil, false, true */
			break;
		case 0x03: case 0x13:			/* integer, float */
			skip(r, 8);
			break;
		case 0x04: case 0x14:			/* short string, long string */
			skip_string(r);
			break;
		default:
			r->bad = true;
		}
	}
}

static void skip_debug(struct reader *r)
{
	skip(r, size(r));					/* lines */
	for (uint64_t n = size(r); n > 0 && !r->bad; n--) {	/* absolute lines */
		size(r);
		size(r);
	}
	for (uint64_t n = size(r); n > 0 && !r->bad; n--) {	/* locals */
		skip_string(r);
		size(r);
		size(r);
	}
	for (uint64_t n = size(r); n > 0 && !r->bad; n--)	/* names of upvalues */
		skip_string(r);
}

/* Where a function takes its upvalues from: locals of the enclosing function, or upvalues of that (`of_outer`). */
struct upvalues {
	bool assigned[256], of_outer[256];
	unsigned char number[256];
};

static void read_function(struct reader *r, struct upvalues *up, int depth)
{
	uint64_t n;

	memset(up, 0, sizeof(*up));
	skip_string(r);		/* source */
	size(r);		/* lines */
	size(r);
	skip(r, 3);		/* parameters, vararg, stack */
	for (n = size(r); n > 0 && !r->bad; n--) {
		uint32_t instruction = 0;

		if (r->end - r->at >= 4)
			memcpy(&instruction, r->at, 4);
		skip(r, 4);
		if ((instruction & 0x7F) == OP_SETUPVAL)
			up->assigned[instruction >> 16 & 0xFF] = true;
	}
	cfr_sandbox_steps(r->L, 100);
	skip_constants(r);
	n = size(r);
	if (n > 255 || depth > NESTED)
		r->bad = true;
	for (uint64_t i = 0; i < n && !r->bad; i++) {
		up->of_outer[i] = byte(r) == 0;
		up->number[i] = (unsigned char)byte(r);
		skip(r, 1);
	}
	for (n = size(r); n > 0 && !r->bad; n--) {
		struct upvalues inner;

		read_function(r, &inner, depth + 1);
		for (int i = 0; i < 256; i++) {
			if (inner.assigned[i] && inner.of_outer[i])
				up->assigned[inner.number[i]] = true;
		}
	}
	skip_debug(r);
}

static int collect(lua_State *L, const void *bytes, size_t len, void *buffer)
{
	(void)L;
	cfr__buffer_add(buffer, bytes, len);
	return 0;
}

void cfr__assigns(lua_State *L, bool *assigns, int count)
{
	struct reader r = { .L = L };
	struct upvalues up;
	cfr__buffer b;

	cfr__buffer_init(L, &b);
	lua_pushvalue(L, -2);
	r.bad = lua_dump(L, collect, &b, 1) != 0 || b.len <= HEADER || b.ptr[4] != 0x54 || b.ptr[5] != 0;
	lua_pop(L, 1);
	if (!r.bad) {
		r.at = (const unsigned char *)b.ptr + HEADER + 1;
		r.end = (const unsigned char *)b.ptr + b.len;
		read_function(&r, &up, 0);
		r.bad = r.bad || r.at != r.end;
	}
	lua_pop(L, 1);
	for (int i = 0; i < count; i++)
		assigns[i] = r.bad || up.assigned[i];
}
