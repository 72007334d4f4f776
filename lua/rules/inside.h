/* lua/rules/inside.h -- what the files of this room share; nobody outside includes it.
 *
 * view.c       nodes and places as userdata            value.c      nodes to Lua values, Lua values to trees
 * lazy.c       objects whose fields are made once      cache.c      compiled queries and patterns
 * document.c   ctx.doc, ctx.others                     options.c    ctx.options, ctx.env
 * template.c   messages                                edit.c       edits and claims
 * load.c       packs                                   declare.c    one rule table to one cfr_rule
 * script.c     a runner and its jobs                   miss.c       better words for "attempt to index nil"
 * bind_*.c     the functions that scripts see, one table each; annotate.c writes them down for editors
 *
 * Every binding has three steps: arguments become plain C that owns nothing; the core is called, no Lua inside; the
 * result is pushed. What the middle step needs to own belongs to the script (its buffer, arena, builder, list of nodes)
 * or to a userdata, because an error of Lua runs no cleanup.
 */
#ifndef CFR_RULES_INSIDE_H
#define CFR_RULES_INSIDE_H

#include "engine/base/arena.h"
#include "engine/base/re.h"
#include "engine/image/read.h"
#include "engine/pointer.h"
#include "engine/port/script.h"
#include "engine/tree/build.h"
#include "lua/sandbox/sandbox.h"

#include <lauxlib.h>

/* --- what scripts hold: every userdata begins with its class --- */

typedef enum cfr__class {
	CFR__HELD = 0x43665201, CFR__VIEW, CFR__PLACE, CFR__EDIT, CFR__CTX, CFR__DOCUMENT, CFR__QUERY, CFR__PATTERN
} cfr__class;

/* A tree that views look into, with its document if it has one. A userdata; every view of it has its table of views
 * as user value 1, and that table has this userdata at [0]: a view that a script keeps keeps the tree. */
typedef struct cfr__held {
	uint32_t class;
	uint32_t document;		/* where to look first in job->all */
	cfr_image image;
	const cfr_tree *tree;		/* counted */
	const cfr_document *doc;	/* counted, or NULL */
	cfr_script *script;
	size_t weight;			/* bytes of a tree made by a script */
} cfr__held;

/* A node (VIEW: a container) or a place (PLACE: any node). One for each, so that == is identity. */
typedef struct cfr__view {
	uint32_t class;
	uint32_t at, reads;
	cfr__held *held;
} cfr__view;

typedef struct cfr__edit {
	uint32_t class;
	cfr_edit_op op;
	uint32_t index;
	cfr__view *at, *to;		/* kept by user values 1 and 2 */
	cfr_str key;			/* user value 3 */
	const cfr_tree *value;		/* counted by the held tree in user value 4 */
	uint64_t job_number;		/* it belongs to that one */
} cfr__edit;

typedef struct cfr__document {
	uint32_t class;
	uint32_t index;			/* in job->all, where that is the same document */
	const cfr_document *doc;	/* counted */
	cfr_script *script;
} cfr__document;

/* A rule that is being declared: owned here until it is added. */
typedef struct cfr__declaration {
	cfr_rule rule;
	cfr_query *select;
	cfr_tree *options, *examples;
	cfr_query **queries;		/* of a recogniser */
	uint32_t query_count;
} cfr__declaration;

struct cfr_script {
	cfr_sandbox *sandbox;
	lua_State *L;
	cfr_limits limits;

	/* loading */
	const cfr_pack *pack;
	const cfr_pack_file *file;
	cfr_rules *rules;		/* NULL in a second runner */
	cfr_str pack_name, pack_kind;	/* kept by the registry */
	uint32_t scripted;		/* rules so far */
	bool loading, pending;		/* pending: a rule was named and not yet described */
	cfr__declaration declaration;
	cfr_err refused;		/* why a rule or kind could not be added */

	/* the job at hand */
	const cfr_job *job;
	cfr_report *report;
	uint32_t current;		/* among the selected places */
	uint64_t job_number;
	uint64_t run;			/* job->run of the documents whose views are kept */
	uint64_t traced;
	bool place_read;		/* ctx was asked for something of the place */

	/* the last read that found nothing, for the message of an index into nil */
	cfr_node miss;
	char miss_key[64];
	uint32_t miss_len;

	size_t weight;			/* bytes of trees made by scripts and not yet collected */
	uint32_t held;			/* trees in the table of held trees */
	size_t tidy_above;		/* bytes of Lua memory above which caches are dropped after a job */

	/* reset by each use */
	cfr_buf text, more;
	cfr_arena arena;
	cfr_build *build;
	struct { cfr_node *items; uint32_t count, capacity; } nodes;
	cfr_re_scratch *re;
};

/* --- bindings (bind.c) --- */

typedef struct cfr__binding {
	const char *name;
	lua_CFunction fn;		/* first upvalue: the script */
	const char *signature;		/* LuaLS: "(node: node, key: string): any" */
	const char *doc;
} cfr__binding;

extern const cfr__binding cfr__tree_bindings[], cfr__text_bindings[], cfr__re_bindings[], cfr__ctx_bindings[];

static inline cfr_script *cfr__script(lua_State *L) { return lua_touserdata(L, lua_upvalueindex(1)); }
/* A table of the bindings, pushed. */
void cfr__push_bindings(lua_State *L, cfr_script *script, const cfr__binding *bindings);	/* LJMP */

/* Raise. `hint` may be NULL. */
int cfr__fail(lua_State *L, const char *hint, const char *format, ...) CFR_PRINTF(3, 4);	/* LJMP */
int cfr__raise(lua_State *L, const cfr_err *err);	/* LJMP */
/* Zeroed memory of the script, for one thing more than `count`. */
void *cfr__script_alloc(lua_State *L, cfr_script *script, size_t count, size_t size);	/* LJMP */

cfr_str cfr__arg_str(lua_State *L, int arg);		/* LJMP; a string, no number */
cfr_script *cfr__in_job(lua_State *L, const char *method);	/* LJMP: argument 1 is ctx, and a job runs */
static inline void cfr__push_str(lua_State *L, cfr_str s) { lua_pushlstring(L, s.ptr ? s.ptr : "", s.len); }
/* The userdata at an index if it is of a class, else NULL. */
static inline void *cfr__is(lua_State *L, int index, cfr__class class)
{
	const uint32_t *ud = lua_type(L, index) == LUA_TUSERDATA ? lua_touserdata(L, index) : NULL;
	return ud && *ud == (uint32_t)class ? (void *)(uintptr_t)ud : NULL;
}
/* What the argument is, in words of the manual. */
const char *cfr__named(lua_State *L, int index);
/* The nearest of some words within 2 edits, or NULL. */
const char *cfr__nearest_word(cfr_str word, const char *const *words);

/* --- view.c --- */

/* Registry keys: metatables, tree to held userdata (of documents; of packs' data). */
void cfr__views_open(lua_State *L);	/* LJMP */
/* Push the table of views of a tree, keeping the tree: `doc` NULL for data. */
void cfr__hold(lua_State *L, cfr_script *script, const cfr_tree *tree, const cfr_document *doc);	/* LJMP */
/* That of the job's document, for its selected places. Gives its index. */
int cfr__push_subject_views(lua_State *L, cfr_script *script);	/* LJMP */
/* Push the table of views of a tree that a script is about to make (cfr__own); only its views keep it. */
cfr__held *cfr__hold_own(lua_State *L, cfr_script *script);	/* LJMP */
void cfr__own(lua_State *L, cfr__held *held, cfr_tree *tree);	/* LJMP: takes the tree, raises when there are too many */
/* Push the value of a node: scalars as Lua values, containers as views. `views` is the stack index of the table. */
void cfr__push_node(lua_State *L, int views, cfr__held *held, uint32_t at);	/* LJMP */
void cfr__push_place(lua_State *L, int views, cfr__held *held, uint32_t at);	/* LJMP */
/* Push the table of views of a view or place. */
static inline int cfr__push_views(lua_State *L, int index)
{
	lua_getiuservalue(L, index, 1);
	return lua_gettop(L);
}
/* The held tree of a table of views. */
cfr__held *cfr__held_of(lua_State *L, int views);
cfr__view *cfr__is_node(lua_State *L, int index);	/* node or place, else NULL */
cfr__view *cfr__arg_node(lua_State *L, int arg);	/* LJMP; node or place */
static inline cfr_node cfr__node_of(const cfr__view *view) { return (cfr_node){ view->held->tree, 0, view->at }; }
/* The child under the Lua key at an index: a string of a mapping, 1… of a sequence; or CFR_IMAGE_NONE. */
uint32_t cfr__child(lua_State *L, const cfr__view *view, int key);
/* Forget the trees held for documents. */
void cfr__drop_views(lua_State *L, cfr_script *script);
/* The subject of a held document in the job at hand: its number in job->all, or UINT32_MAX. */
uint32_t cfr__subject_of(cfr_script *script, cfr__held *held);

/* --- lazy.c --- */

/* Give the userdata on the top a metatable of its own whose fields are made at the first reading: `make` is
 * called with (userdata, key, fields), upvalues unusable, and pushes one value; nil is not kept. Pushes the table of the
 * fields made so far. */
void cfr__lazy(lua_State *L, lua_CFunction make, lua_CFunction newindex, const luaL_Reg *more, const char *name,
               uint32_t items, uint32_t names);	/* LJMP; room for so many fields */

/* --- value.c --- */

void cfr__push_table(lua_State *L, const cfr__view *view);	/* LJMP: a plain copy, whole */
enum { CFR__AS_VALUE, CFR__AS_COPY, CFR__AS_MAP, CFR__AS_LIST, CFR__AS_OPTIONS, CFR__AS_EXAMPLES };
/* The value at an index as a tree of its own, in a pushed table of views that keeps it. `what` names it in errors. */
cfr__held *cfr__to_tree(lua_State *L, cfr_script *script, int index, int how, const char *what);	/* LJMP */
/* Null as a tree. */
void cfr__null_tree(lua_State *L, cfr__held *held);	/* LJMP */
/* The same, owned by the caller's struct: *out is overwritten and must be the script's. */
void cfr__to_owned_tree(lua_State *L, cfr_script *script, cfr_tree **out, int index, int how, const char *what);	/* LJMP */

/* --- cache.c --- */

const cfr_query *cfr__query(lua_State *L, cfr_script *script, int arg);	/* LJMP; alive while the script runs */
const cfr_re *cfr__pattern(lua_State *L, cfr_script *script, int arg);	/* LJMP; pushes what keeps it alive */
void cfr__cache_open(lua_State *L);	/* LJMP */
/* Run a query into script->nodes. */
void cfr__select(lua_State *L, cfr_script *script, const cfr_query *query, cfr_node root, cfr_node from);	/* LJMP */
/* Push the selected nodes as a list of values, or of places. */
void cfr__push_selected(lua_State *L, cfr_script *script, int views, cfr__held *held, bool places);	/* LJMP */

/* --- document.c, options.c --- */

void cfr__push_document(lua_State *L, cfr_script *script, uint32_t index);	/* LJMP */
void cfr__push_root(lua_State *L, cfr_script *script, const cfr_subject *subject);	/* LJMP: value of the root */
void cfr__push_others(lua_State *L, cfr_script *script);	/* LJMP */
/* Push what the rule's `across` makes of all documents, once for each run; nil without one. */
void cfr__push_across(lua_State *L, cfr_script *script);	/* LJMP */
void cfr__forget_documents(lua_State *L);
void cfr__push_options(lua_State *L, cfr_script *script);	/* LJMP */
void cfr__push_env(lua_State *L, cfr_script *script);	/* LJMP */
void cfr__options_open(lua_State *L);	/* LJMP */
extern const char cfr__pairs_key[];	/* registry: the sandbox's pairs */
/* Replace the table on the top by a constant one that shows it. */
void cfr__constant(lua_State *L);	/* LJMP */

/* --- template.c --- */

/* Fill a message into script->text. `values` is the stack index of a table, or 0. */
void cfr__fill(lua_State *L, cfr_script *script, cfr_str template, int values);	/* LJMP */

/* Raise when a value that the message does not name is nearly `safety`, `related`, … */
void cfr__refuse_misspelt(lua_State *L, cfr_str template, int values);
/* Append a node as one line of text, cut after about `max` bytes. */
void cfr__compact(cfr_buf *out, cfr_node node, size_t max);
/* Append text with control characters and bytes that are not UTF-8 escaped. */
void cfr__escape(cfr_buf *out, cfr_str text);

/* --- edit.c --- */

void cfr__edits_open(lua_State *L);	/* LJMP */
/* The place that an argument means: node, place, JSON Pointer; nil is the selected place. Pushes what keeps it. */
cfr__view *cfr__arg_at(lua_State *L, cfr_script *script, int arg, const char *what);	/* LJMP */
/* ctx:replace … ctx:move, ctx:report. */
int cfr__ctx_replace(lua_State *L);
int cfr__ctx_set(lua_State *L);
int cfr__ctx_insert(lua_State *L);
int cfr__ctx_remove(lua_State *L);
int cfr__ctx_rename(lua_State *L);
int cfr__ctx_move(lua_State *L);
int cfr__ctx_report(lua_State *L);

/* --- bind_ctx.c --- */

void cfr__ctx_open(lua_State *L, cfr_script *script);	/* LJMP */
/* A new job, another place: what ctx said of the last one is forgotten. */
void cfr__ctx_reset(lua_State *L, bool job);
/* Push the ctx object. */
void cfr__push_ctx(lua_State *L);

/* --- declare.c --- */

extern const char cfr__checks_key[];	/* registry: list of check functions, by rule number + 1 */
extern const char cfr__across_key[];	/* the same of `across` functions, where a rule has one */
/* `rule` of a rule file. */
int cfr__rule(lua_State *L);
void cfr__declaration_drop(cfr_script *script);

/* --- load.c --- */

void cfr__load_open(lua_State *L);	/* LJMP */
/* Push a table { rule, import } for a file of the pack. */
void cfr__push_extra(lua_State *L, cfr_script *script, bool rules);	/* LJMP */
int cfr__load_pack(cfr_script *script, const cfr_pack *pack, cfr_rules *rules, cfr_err *err);
int cfr__import(lua_State *L);

/* --- a runner (script.c) --- */

int cfr__script_open(cfr_script **out, const cfr_limits *limits, cfr_err *err);
void cfr__script_close(cfr_script *script);

/* --- miss.c --- */

void cfr__note_miss(cfr_script *script, const cfr__held *held, uint32_t at, cfr_str key);
/* Say which container lacked the field, if the error is about indexing nil. */
void cfr__explain_miss(cfr_script *script, cfr_err *err);

/* A hint for an error about a part of Lua that rules do not have. */
void cfr__explain_absent(cfr_err *err);
/* The key of a mapping nearest to a word, or an empty text. */
cfr_str cfr__nearest_key(cfr_node mapping, cfr_str word);

#endif
