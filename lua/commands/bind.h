/* lua/commands/bind.h -- what the bindings of the trusted library share.
 *
 * The commands of cfgrun run in a stock Lua state with the standard library; what they need beyond it is the module
 * `core`, one table made by the bind_*.c files here. Conventions:
 *  - Data errors are returned: nil and an error table {code, message, hint, file, line, column, path, limit, exit}, which
 *    has a readable tostring. Misuse raises.
 *  - Everything that owns memory of the engine is a userdata with __gc.
 */
#ifndef CFR_LUA_COMMANDS_BIND_H
#define CFR_LUA_COMMANDS_BIND_H

#include "cache/cache.h"
#include "engine/base/str.h"
#include "engine/check.h"
#include "engine/document.h"
#include "engine/query.h"
#include "engine/trace.h"

#include <lauxlib.h>
#include <lua.h>

/* signals.c */
void cfr__cmd_signals_open(lua_State *L);	/* an interrupt stops this state, too */
void cfr__cmd_signals_close(void);		/* and no state from here on */
extern volatile bool *cfr__cmd_interrupted(void);
/* From here on an interrupt stops what runs, and the program goes on; forgets one that has come. */
void cfr__cmd_converse(lua_State *L);
/* Was it asked to end for good (SIGTERM)? A conversation must not be taken up again. */
bool cfr__cmd_terminated(void);
void cfr__cmd_writing(bool yes);	/* a file is being replaced: not the moment to end */

/* push.c */
int cfr__cmd_push_err(lua_State *L, const cfr_err *err);	/* nil, error; returns 2 */
void cfr__cmd_push_err_table(lua_State *L, const cfr_err *err);
void cfr__cmd_push_str(lua_State *L, cfr_str s);
void cfr__cmd_set_str(lua_State *L, const char *field, cfr_str s);
void cfr__cmd_set_int(lua_State *L, const char *field, lua_Integer value);
void cfr__cmd_set_bool(lua_State *L, const char *field, bool value);
void cfr__cmd_set_span(lua_State *L, const cfr_span *span);	/* fields line, column, … of the table on top */
cfr_str cfr__cmd_check_str(lua_State *L, int index);
cfr_str cfr__cmd_opt_str(lua_State *L, int index);		/* "" when nil or absent */
/* Field of a table, borrowed while the table holds it. */
cfr_str cfr__cmd_field_str(lua_State *L, int table, const char *field);
/* A buffer that the state frees, pushed. */
cfr_buf *cfr__cmd_push_buf(lua_State *L);
/* `limits` field of an options table (name = value) over the defaults; raises for an unknown name. */
void cfr__cmd_read_limits(lua_State *L, int table, cfr_limits *limits);

/* memory.c */
/* Where the first blocks of the state lie; all zero: nowhere, and blocks come from malloc. */
typedef struct cfr__lua_room {
	char *base;
	size_t used;
} cfr__lua_room;
void cfr__cmd_room_open(cfr__lua_room *room);	/* without memory for it there is none */
void cfr__cmd_room_close(cfr__lua_room *room);
void *cfr__cmd_room_alloc(void *room, void *ptr, size_t old, size_t size);	/* of a state that began with malloc */

/* bind_profile.c */
/* What the Lua state took, while it is counted. */
typedef struct cfr__lua_memory {
	uint64_t count, bytes;		/* blocks made or changed in size; bytes asked for */
	size_t held, peak;
} cfr__lua_memory;
void *cfr__cmd_counting_alloc(void *memory, void *ptr, size_t old, size_t size);
/* Does a command line ask for a record? Words of a script's own may look so: then it is made for nothing. */
bool cfr__cmd_wants_profile(int argc, char **argv);
/* The state's from here on, and *trace is NULL; freed when the state is closed, as the last. */
void cfr__cmd_take_trace(lua_State *L, cfr_trace **trace, const cfr__lua_memory *memory);
/* NULL: nothing is recorded. Lives as long as the state. */
const cfr_profile *cfr__cmd_profile(lua_State *L);

/* bind_load.c */
/* What all commands read through; NULL: without one. Any thread may use it. */
cfr_loader *cfr__cmd_loader(lua_State *L);

/* bind_document.c */
void cfr__cmd_push_document(lua_State *L, const cfr_document *doc);		/* refs it */
void cfr__cmd_push_node(lua_State *L, const cfr_document *doc, cfr_node node);	/* doc may be NULL: a bare tree */
/* A node of a section: of all nodes that are got from it, the first step of the path in its document is, in the file,
 * `pointer` and `normalized`. */
void cfr__cmd_push_part(lua_State *L, const cfr_document *doc, cfr_node node, cfr_str pointer, cfr_str normalized);
const cfr_document *cfr__cmd_check_document(lua_State *L, int index);
/* The node of a userdata; with its document, or NULL. */
cfr_node cfr__cmd_check_node(lua_State *L, int index, const cfr_document **doc);
/* The path that `write` writes, with `top` in place of its first step. */
void cfr__cmd_place(cfr_buf *out, cfr_node node, cfr_str top, void (*write)(cfr_buf *out, cfr_node node));
bool cfr__cmd_is_node(lua_State *L, int index);
/* The state frees it; *out is NULL when it is none. */
int cfr__cmd_push_query(cfr_query **out, lua_State *L, cfr_str text, const cfr_limits *limits, cfr_err *err);
/* CFR_FORMAT_NONE of an empty word; raises for one that is no format's. */
cfr_format cfr__cmd_check_format(lua_State *L, cfr_str word);

/* excerpt.c */
/* The findings whose values nobody must see, in order; an array that the state frees, pushed. */
typedef struct cfr__secrets {
	const cfr_finding **items;
	uint32_t count;
} cfr__secrets;
cfr__secrets cfr__cmd_push_secrets(lua_State *L, const cfr_outcome *outcome);
bool cfr__cmd_is_secret(const cfr_rule *rule);
/* Field `excerpt` of the table on top: the line of a finding, its secrets hidden. */
void cfr__cmd_set_excerpt(lua_State *L, const cfr__secrets *secrets, const cfr_finding *finding,
                          const cfr_source *source);

/* bind_outcome.c */
/* What a run found, as a table; the splices of fixes only with limits to plan them under. */
void cfr__cmd_push_outcome(lua_State *L, const cfr_outcome *outcome, const cfr_limits *splices);
void cfr__cmd_push_rules(lua_State *L, const cfr_rules *rules);	/* a list of tables */

/* bind_cache.c */
/* What the environment says of the cache. `folder` is what the options borrow; nothing is in it when this fails. */
int cfr__cmd_cache_options(cfr_cache_options *out, cfr_buf *folder, cfr_err *err);

/* Each adds its functions to the table `core` on top. */
void cfr__cmd_bind_analyze(lua_State *L);
void cfr__cmd_bind_documents(lua_State *L);
void cfr__cmd_bind_edit(lua_State *L);
void cfr__cmd_bind_diff(lua_State *L);
void cfr__cmd_bind_editor(lua_State *L);
void cfr__cmd_bind_cache(lua_State *L);
void cfr__cmd_bind_checks(lua_State *L);
void cfr__cmd_bind_compose(lua_State *L);
void cfr__cmd_bind_files(lua_State *L);
void cfr__cmd_bind_fmt(lua_State *L);
void cfr__cmd_bind_loading(lua_State *L);
void cfr__cmd_bind_profile(lua_State *L);	/* and watches what is in `core` */
void cfr__cmd_bind_sections(lua_State *L);
void cfr__cmd_bind_specs(lua_State *L);
void cfr__cmd_bind_system(lua_State *L);

#endif
