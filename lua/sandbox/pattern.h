/* lua/sandbox/pattern.h -- Lua patterns, compiled.
 *
 * pattern.c compiles and matches; pattern_api.c makes string.find, match, gmatch and gsub of it.
 */
#ifndef CFR_SANDBOX_PATTERN_H
#define CFR_SANDBOX_PATTERN_H

#include "lua/sandbox/inside.h"

enum { CFR__CAPTURES = 32, CFR__FEW_ITEMS = 24, CFR__FEW_SETS = 4 };

typedef struct cfr__item {
	uint8_t op, repeat;		/* enums in pattern.c */
	unsigned char a, b;		/* the byte, the capture, the two of %b */
	uint16_t mask;			/* of a class */
	bool negated;
	uint32_t set;
	int32_t below;			/* while matching: the choice made before this one … */
	const char *at, *least;		/* … how far this repetition reaches, and how far back it may go */
} cfr__item;

typedef struct cfr__set {
	uint64_t bits[4];
} cfr__set;

/* A compiled pattern and the state of one match. Lives on the C stack; what does not fit is anchored in a Lua stack slot. */
typedef struct cfr__pattern {
	lua_State *L;
	cfr__item *items;		/* ours, a userdata's, or those of the memory of patterns */
	cfr__set *sets;
	uint32_t count, room, set_count, set_room;
	int slot;			/* two stack indices: userdata of items, of sets */
	bool anchored;
	int captures;
	bool position[CFR__CAPTURES];	/* "()" */
	const char *start[CFR__CAPTURES], *end[CFR__CAPTURES];
	const char *subject, *subject_end;
	size_t steps;
	cfr__item few_items[CFR__FEW_ITEMS];
	cfr__set few_sets[CFR__FEW_SETS];
} cfr__pattern;

/* One remembered pattern. Programs use the same few patterns over and over, and compiling costs as much as a short match. */
struct cfr__recalled {
	char text[24];
	uint8_t len;			/* 0: nothing here */
	bool anchor, anchored;
	uint8_t captures;
	uint8_t set_count, count;
	bool position[CFR__CAPTURES];
	cfr__item items[CFR__FEW_ITEMS];
	cfr__set sets[CFR__FEW_SETS];
};

/* Compile; takes two stack slots. With `anchor` a leading '^' ties the match to its start. */
void cfr__pattern_compile(lua_State *L, cfr__pattern *p, const char *text, size_t len, bool anchor);	/* LJMP */
/* The same through the sandbox's memory of the last patterns; takes none or two slots. For a pattern that is used to its
 * end before any other may be compiled: no calls of scripts in between. */
void cfr__pattern_recall(lua_State *L, cfr__pattern *p, const char *text, size_t len, bool anchor);	/* LJMP */
void cfr__pattern_subject(cfr__pattern *p, const char *s, size_t len);
/* Match at s exactly; the end of the match, or NULL. */
const char *cfr__pattern_at(cfr__pattern *p, const char *s);	/* LJMP */
/* The first match at s or behind it: sets *s to where it begins. */
const char *cfr__pattern_from(cfr__pattern *p, const char **s);	/* LJMP */
/* Push capture i (from 0); of a pattern without any, capture 0 is the match s … e. */
void cfr__pattern_capture(cfr__pattern *p, int i, const char *s, const char *e);
/* Push all, the whole match if there are none; returns how many. */
int cfr__pattern_captures(cfr__pattern *p, const char *s, const char *e);	/* LJMP */

/* The first occurrence, or NULL; linear, and looks at the clock. */
const char *cfr__find_plain(lua_State *L, const char *s, size_t len, const char *what, size_t what_len);	/* LJMP */

#endif
