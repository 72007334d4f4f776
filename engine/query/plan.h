/* engine/query/plan.h -- a compiled query, as the rooms of engine/query see it.
 *
 * The plan is the syntax tree of RFC 9535, checked: every function call is well typed, every integer in range, every
 * literal pattern compiled. It lives in one arena and never changes. Sequences are linked lists, because they are
 * short, built once and only walked.
 */
#ifndef CFR_QUERY_PLAN_H
#define CFR_QUERY_PLAN_H

#include "engine/base/arena.h"
#include "engine/base/re.h"
#include "engine/query.h"

/* A value of a filter. What is compared is the content, so a scalar is taken out of its node at once. */
typedef enum cfr__value_kind {
	CFR__NOTHING,		/* no node, or a function without an answer */
	CFR__NULL, CFR__FALSE, CFR__TRUE, CFR__INT, CFR__FLOAT, CFR__STRING,
	CFR__NODE		/* a collection, or an `other` that is no number */
} cfr__value_kind;

typedef struct cfr__value {
	cfr__value_kind kind;
	union {
		int64_t integer;
		double real;
		cfr_str string;
		cfr_node node;
	} of;
} cfr__value;

typedef enum cfr__select { CFR__NAME, CFR__INDEX, CFR__SLICE, CFR__ALL, CFR__FILTER } cfr__select;

typedef struct cfr__selector {
	struct cfr__selector *next;
	cfr__select kind;
	bool has_start, has_end;	/* of a slice */
	int64_t start, end, step;	/* an index is in start */
	cfr_str name;
	struct cfr__expr *filter;
} cfr__selector;

typedef struct cfr__segment {
	struct cfr__segment *next;
	cfr__selector *selectors;
	bool descendant;
	bool single;			/* one name or index: at most one node */
} cfr__segment;

typedef struct cfr__path {
	cfr__segment *segments;
	bool from_root;			/* `$`, not `@` */
	bool singular;			/* all segments single */
} cfr__path;

typedef enum cfr__function { CFR__LENGTH, CFR__COUNT, CFR__MATCH, CFR__SEARCH, CFR__VALUE } cfr__function;

typedef enum cfr__operand_kind { CFR__LITERAL, CFR__PATH, CFR__CALL } cfr__operand_kind;

/* One side of a comparison, or an argument. */
typedef struct cfr__operand {
	cfr__operand_kind kind;
	cfr__value literal;
	cfr__path *path;
	struct cfr__call *call;
} cfr__operand;

typedef struct cfr__call {
	cfr__function function;
	cfr__operand args[2];
	cfr_re *re;			/* of match and search with a literal pattern */
	struct cfr__call *next;		/* all calls that own a pattern */
} cfr__call;

typedef enum cfr__compare { CFR__EQ, CFR__NE, CFR__LT, CFR__LE, CFR__GT, CFR__GE } cfr__compare;
typedef enum cfr__expr_kind { CFR__OR, CFR__AND, CFR__NOT, CFR__COMPARE, CFR__EXISTS, CFR__TEST } cfr__expr_kind;

typedef struct cfr__expr {
	struct cfr__expr *next;		/* among the parts of an `or` or `and` */
	cfr__expr_kind kind;
	cfr__compare compare;
	struct cfr__expr *first;	/* parts; of a `not` the one */
	cfr__operand left, right;	/* of an existence test and a function test, left */
} cfr__expr;

struct cfr_query {
	cfr_arena arena;
	cfr_str text;
	cfr_limits limits;
	cfr__path *path;
	bool looks_up;			/* one of its filters looks at `$` */
	cfr__call *patterns;
};

/* The state of one run. */
typedef struct cfr__run {
	const cfr_query *query;
	cfr_node root;
	uint64_t steps;			/* left */
	cfr_re_scratch *scratch;	/* made at the first pattern */
	cfr_re *re;			/* the last pattern that came from a document, NULL if it was none */
	cfr_buf re_text;		/* its text */
	bool re_known, re_whole;
	cfr_err *err;
} cfr__run;

/* lex.c */
typedef struct cfr__lexer {
	cfr_str text;
	size_t at;
	cfr_arena *arena;
	cfr_query *query;
	unsigned nest;			/* filters, parentheses and calls around */
	unsigned below;			/* deepest recursion a run needs for the paths read so far */
	cfr_err *err;
} cfr__lexer;

int cfr__lex_fail(cfr__lexer *x, size_t at, const char *format, ...) CFR_PRINTF(3, 4);
int cfr__lex_expected(cfr__lexer *x, const char *what);
void cfr__lex_blanks(cfr__lexer *x);
bool cfr__lex_take(cfr__lexer *x, const char *word);	/* that text, if it comes next */
int cfr__lex_peek(const cfr__lexer *x);			/* the next byte; -1 at the end */
bool cfr__lex_name(cfr__lexer *x, cfr_str *out);	/* a member name shorthand */
int cfr__lex_string(cfr__lexer *x, cfr_str *out);
int cfr__lex_int(cfr__lexer *x, int64_t *out);
int cfr__lex_number(cfr__lexer *x, cfr__value *out);

/* parse.c */
int cfr__query_parse(cfr__lexer *x, cfr__path **out);

/* iregexp.c: append an I-Regexp (RFC 9485) as PCRE2 has it. False when it is none: `why` says what stands at `at`. */
bool cfr__iregexp(cfr_buf *out, cfr_str pattern, bool whole, size_t *at, const char **why);

/* value.c */
cfr__value cfr__value_of(cfr_node node);
/* 1, 0 or an error. Counts the nodes compared. */
int cfr__value_compare(cfr__run *run, cfr__compare compare, const cfr__value *a, const cfr__value *b);
int cfr__run_count(cfr__run *run, uint64_t steps);

/* function.c */
typedef enum cfr__type { CFR__TYPE_VALUE, CFR__TYPE_LOGICAL, CFR__TYPE_NODES } cfr__type;
typedef struct cfr__signature {
	const char *name;
	cfr__type result;
	unsigned count;
	cfr__type args[2];
} cfr__signature;
extern const cfr__signature cfr__functions[CFR__VALUE + 1];
int cfr__function_length(cfr__run *run, cfr__value *out, const cfr__value *of);
/* match or search; the pattern counts where the call has none of its own. 1, 0 or an error. */
int cfr__function_match(cfr__run *run, const cfr__call *call, const cfr__value *subject, const cfr__value *pattern);

#endif
