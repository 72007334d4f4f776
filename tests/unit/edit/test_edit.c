/* tests/unit/edit/test_edit.c -- a text, some edits, and the text that a careful person would have made of it.
 *
 * The last column is the whole new text, or the name of the error. A name that ends in .json is read as JSON. In a
 * stream of several documents the edits are of the one whose index (from 0) the title ends with: "… #1".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/edits.h"

struct edit_case {
	const char *title, *before, *edits, *after;
};

#define REFUSED "!unsupported"

static const struct edit_case scalars[] = {
	{ "plain", "a: 1\nb: two # note\nc: 3\n", "replace /b three", "a: 1\nb: three # note\nc: 3\n" },
	{ "another kind", "a: yes\n", "replace /a true", "a: true\n" },
	{ "aligned", "a:      1\nlong:   2\n", "replace /a 10", "a:      10\nlong:   2\n" },
	{ "quotes stay", "a: 'x'\nb: \"xy\"\n", "replace /a it's\nreplace /b \"\\\"\"", "a: 'it''s'\nb: \"\\\"\"\n" },
	{ "quotes go with the string", "port: \"80\"\n", "replace /port 80", "port: 80\n" },
	{ "a trap gets quotes", "a: no\nb: 3.10\nc: 22:22\nd: 0777\ne: ok\n",
	  "replace /a \"no\"\nreplace /b \"3.10\"\nreplace /c \"22:22\"\nreplace /d \"0777\"\nreplace /e ok",
	  "a: \"no\"\nb: \"3.10\"\nc: \"22:22\"\nd: \"0777\"\ne: ok\n" },
	{ "quotes as elsewhere in the file", "a: 'x: xy'\nb: no\n", "replace /b \"no\"", "a: 'x: xy'\nb: 'no'\n" },
	{ "same value, other spelling", "a: 0x10\nb: ~\nc: \"\\x41\"\n", "replace /a 16\nreplace /b null\nreplace /c A",
	  "a: 0x10\nb: ~\nc: \"\\x41\"\n" },
	{ "an empty value", "a:\nb:   # note\nc: x\n", "replace /a 1\nreplace /b 2", "a: 1\nb: 2   # note\nc: x\n" },
	{ "an empty value with blanks behind", "a:  \nb: 1\n", "replace /a 1", "a: 1\nb: 1\n" },
	{ "an empty item", "-\n- b\n", "replace /0 a", "- a\n- b\n" },
	{ "to null", "a: 1\n", "replace /a null", "a: null\n" },
	{ "in flow", "a: {b: 1, c: [x, xy]}\n", "replace /a/b 2\nreplace /a/c/1 \"p,q\"", "a: {b: 2, c: [x, \"p,q\"]}\n" },
	{ "a key alone in flow", "{a, b: }\n", "replace /a 1\nreplace /b 2", "{a: 1, b: 2 }\n" },
	{ "on the line below", "a:\n  \"x\"\nb: 1\n", "replace /a xy", "a:\n  \"xy\"\nb: 1\n" },
	{ "over several lines", "a: one\n  two\n  three # n\nb: 'x\n  xy'\n", "replace /a 1\nreplace /b z", "a: 1 # n\nb: 'z'\n" },
	{ "root", "x\n", "replace . xy", "xy\n" },
	{ "root with marker", "--- x # n\n...\n", "replace . xy", "--- xy # n\n...\n" },
	{ "unicode", "a: é # ü\n", "replace /a \"日本\"", "a: 日本 # ü\n" },
	{ "strange string", "a: x\n", "replace /a \"\\0 \\u2028\"", "a: \"\\0 \\u2028\"\n" },
	{ "multi-line string", "a: x # n\nb: 1\n", "replace /a \"p\\nq\\n\"", "a: | # n\n  p\n  q\nb: 1\n" },
	{ "multi-line string in flow", "a: [x]\n", "replace /a/0 \"p\\nq\\n\"", "a: [\"p\\nq\\n\"]\n" },
	{ "multi-line string, deep", "s:\n    - k: x\n", "replace /s/0/k \"p\\nq\"", "s:\n    - k: |-\n          p\n          q\n" },
	{ "two places", "a: 1\nb: 2\n", "replace /b 3\nreplace /a 4", "a: 4\nb: 3\n" },
	{ "twice the same", "a: 1\n", "replace /a 2\nreplace /a 2", "a: 2\n" },
	{ "twice another", "a: 1\n", "replace /a 2\nreplace /a 3", "!conflict" },
	{ "inside what goes", "a:\n  b: 1\n", "replace /a 2\nreplace /a/b 3", "!conflict" },
	{ "no such place", "a: 1\n", "replace /b 2", "!notfound" },
};

static const struct edit_case blocks[] = {
	{ "literal", "a: |\n  one\n  two\nb: 1\n", "replace /a \"one\\nthree\\n\"", "a: |\n  one\n  three\nb: 1\n" },
	{ "literal, own indentation", "a: |   # n\n     one\n\n     two\n\n# end\nb: 1\n", "replace /a \"one\\n\\n two\\n\"",
	  "a: |   # n\n     one\n\n      two\n\n# end\nb: 1\n" },
	{ "literal, strip", "a: |-\n  one\nb: 1\n", "replace /a two", "a: |-\n  two\nb: 1\n" },
	{ "literal, keep", "a: |+\n  one\n\nb: 1\n", "replace /a \"two\\n\\n\\n\"", "a: |+\n  two\n\n\nb: 1\n" },
	{ "clip to keep", "a: |\n  one\n\n\nb: 1\n", "replace /a \"two\\n\\n\"", "a: |+\n  two\n\nb: 1\n" },
	{ "keep to clip", "a: |+\n  one\n\nb: 1\n", "replace /a \"two\\n\"", "a: |\n  two\nb: 1\n" },
	{ "begins with a blank", "a: |\n  one\n", "replace /a \" x\\ny\\n\"", "a: |2\n   x\n  y\n" },
	{ "to a number", "a: |\n  one\n  two\nb: 1\n", "replace /a 5", "a: 5\nb: 1\n" },
	{ "last, no final line break", "a: |-\n  one", "replace /a two", "a: |-\n  two" },
	{ "folded", "a: >-\n  one two\n  three\nb: 1\n", "replace /a one two four", "a: >-\n  one two\n  four\nb: 1\n" },
	{ "folded, a word in the middle", "a: >\n  one two\n  three four\n  five six\nb: 1\n",
	  "replace /a \"one two\\n\"\nreplace /b 2", "a: >\n  one two\nb: 2\n" },
	{ "folded, lines stay", "a: >\n  one two\n  three four\n  five six\nb: 1\n",
	  "replace /a \"one two THREE AND four five six\\n\"", "a: >\n  one two\n  THREE AND four\n  five six\nb: 1\n" },
	{ "blank lines stay as they are", "a: |\n  one\n  \n  two\n \n  three\n", "replace /a \"one\\n\\n2\\n\\nthree\\n\"",
	  "a: |\n  one\n  \n  2\n \n  three\n" },
	{ "folded, long",
	  "a: >\n  aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj\n  kkkk llll mmmm\nb: 1\n",
	  "replace /a \"aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll nnnn\\n\"",
	  "a: >\n  aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj\n  kkkk llll nnnn\nb: 1\n" },
	{ "folded paragraphs", "a: >\n  one\n\n  two\n", "replace /a \"one\\nthree\\n\"", "a: >\n  one\n\n  three\n" },
	{ "an empty folded one", "a: >\n\nb: 1\n", "replace /a one two", "a: >-\n  one two\n\nb: 1\n" },
	{ "crlf", "a: |\r\n  one\r\n  two\r\nb: 1\r\n", "replace /a \"one\\ntwo\\nthree\\n\"",
	  "a: |\r\n  one\r\n  two\r\n  three\r\nb: 1\r\n" },
};

static const struct edit_case collections[] = {
	{ "scalar to mapping", "a: 1 # n\nb: 2\n", "replace /a {x: 1, xy: [p, q]}",
	  "a: # n\n  x: 1\n  xy:\n    - p\n    - q\nb: 2\n" },
	{ "scalar to sequence, as elsewhere", "l:\n- 1\na: 1\n", "replace /a [x]", "l:\n- 1\na:\n- x\n" },
	{ "indentation as elsewhere", "m:\n    k: 1\na: 1\n", "replace /a {x: {xy: 1}}",
	  "m:\n    k: 1\na:\n    x:\n        xy: 1\n" },
	{ "mapping to scalar", "a:   # n\n  # c\n  x: 1\n  xy: 2 # d\nb: 2\n", "replace /a 5", "a: 5   # n\nb: 2\n" },
	{ "mapping to mapping", "a:\n   x: 1\n   xy: 2\nb: 2\n", "replace /a {z: 3}", "a:\n   z: 3\nb: 2\n" },
	{ "sequence to sequence", "a:\n- x\n- xy\nb: 2\n", "replace /a [z]", "a:\n- z\nb: 2\n" },
	{ "mapping to empty", "a:\n  x: 1\nb: 2\n", "replace /a {}", "a: {}\nb: 2\n" },
	{ "empty to mapping", "a: {} # n\nb: 2\n", "replace /a {x: 1}", "a: # n\n  x: 1\nb: 2\n" },
	{ "nothing to mapping", "a:\nb: 2\n", "replace /a {x: 1}", "a:\n  x: 1\nb: 2\n" },
	{ "flow stays flow", "a: {x: 1}\nb: [1]\n", "replace /a {xy: [2]}\nreplace /b [3, 4]", "a: {xy: [2]}\nb: [3, 4]\n" },
	{ "item to mapping", "- 1 # n\n- 2\n", "replace /0 {x: 1, xy: 2}", "- x: 1 # n\n  xy: 2\n- 2\n" },
	{ "item, wide dash", "-   1\n-   2\n", "replace /0 {x: 1, xy: 2}", "-   x: 1\n    xy: 2\n-   2\n" },
	{ "mapping item to scalar", "- x: 1\n  xy: 2\n- 2\n", "replace /0 1", "- 1\n- 2\n" },
	{ "one-line mapping item to scalar", "- x: 1 # n\n- 2\n", "replace /0 1", "- 1 # n\n- 2\n" },
	{ "item in flow", "[a, {b: 1}]\n", "replace /0 [1]\nreplace /1 x", "[[1], x]\n" },
	{ "root", "a: 1\nb: 2\n", "replace . [1, 2]", "- 1\n- 2\n" },
	{ "root without final line break", "a: 1", "replace . {b: 1, c: 2}", "b: 1\nc: 2" },
	{ "a literal inside", "a: 1\n", "replace /a {x: \"p\\nq\\n\", xy: 1}", "a:\n  x: |\n    p\n    q\n  xy: 1\n" },
	{ "no final line break, a literal", "a: 1", "replace /a \"p\\nq\\n\"", "a: \"p\\nq\\n\"" },
};

static const struct edit_case sets[] = {
	{ "a new key", "a: 1\nb: 2 # n\n", "set . c 3", "a: 1\nb: 2 # n\nc: 3\n" },
	{ "an old key", "a: 1\nb: 2 # n\n", "set . a 3", "a: 3\nb: 2 # n\n" },
	{ "nested", "a:\n  b: 1\nc: 2\n", "set /a d 3", "a:\n  b: 1\n  d: 3\nc: 2\n" },
	{ "behind a nested value", "a:\n  b:\n    x: |\n      text\n\nc: 2\n", "set /a d 3",
	  "a:\n  b:\n    x: |\n      text\n  d: 3\n\nc: 2\n" },
	{ "behind a kept literal", "a:\n  x: |+\n    t\n\nc: 2\n", "set /a d 3", "a:\n  x: |+\n    t\n\n  d: 3\nc: 2\n" },
	{ "in an item", "l:\n  - a: 1\n    b: 2\n  - c: 3\n", "set /l/0 z 9\nset /l/1 z 8",
	  "l:\n  - a: 1\n    b: 2\n    z: 9\n  - c: 3\n    z: 8\n" },
	{ "several, in order", "a: 1\n", "set . z 1\nset . xy {p: 1}\nset . x 3", "a: 1\nz: 1\nxy:\n  p: 1\nx: 3\n" },
	{ "inner and outer at one place", "a:\n  b: 1\n", "set . c 1\nset /a d 2", "a:\n  b: 1\n  d: 2\nc: 1\n" },
	{ "no final line break", "a: 1", "set . b 2", "a: 1\nb: 2" },
	{ "inner and outer, no final line break", "a:\n  b: 1", "set . c 1\nset /a d 2", "a:\n  b: 1\n  d: 2\nc: 1" },
	{ "crlf", "a: 1\r\nb: 2\r\n", "set . c {d: 1}", "a: 1\r\nb: 2\r\nc:\r\n  d: 1\r\n" },
	{ "byte order mark", "\xEF\xBB\xBF" "a: 1\n", "set . b 2\nreplace /a 3", "\xEF\xBB\xBF" "a: 3\nb: 2\n" },
	{ "into {}", "a: {} # n\nb: 1\n", "set /a x 1\nset /a xy 2", "a: # n\n  x: 1\n  xy: 2\nb: 1\n" },
	{ "into nothing", "a:   # n\nb: 1\n", "set /a x 1", "a:   # n\n  x: 1\nb: 1\n" },
	{ "into null", "a: null\nb: ~\n", "set /a x 1\nset /b xy 2", "a:\n  x: 1\nb:\n  xy: 2\n" },
	{ "into an empty item", "- {}\n-\n", "set /0 x 1\nset /1 xy 2", "- x: 1\n- xy: 2\n" },
	{ "into root {}", "{}\n", "set . a 1\nset . b 2", "a: 1\nb: 2\n" },
	{ "into comments", "---\n# only this\n", "set . a 1", "---\n# only this\na: 1\n" },
	{ "flow, one line", "a: {b: 1}\n", "set /a c 2\nset /a d x xy", "a: {b: 1, c: 2, d: x xy}\n" },
	{ "flow, padded", "a: { b: 1 }\n", "set /a c {d: 1}", "a: { b: 1, c: { d: 1 } }\n" },
	{ "flow, lines", "a: {\n  b: 1, # n\n  c: 2 # m\n}\n", "set /a d 3", "a: {\n  b: 1, # n\n  c: 2, # m\n  d: 3\n}\n" },
	{ "flow, trailing comma", "a: {\n  b: 1,\n}\n", "set /a d 3\nset /a e 4", "a: {\n  b: 1,\n  d: 3,\n  e: 4,\n}\n" },
	{ "flow, empty inside flow", "a: [{}]\n", "set /a/0 x 1", "a: [{x: 1}]\n" },
	{ "flow, trailing comma on one line", "a: [b,]\n", "insert /a end c", "a: [b, c,]\n" },
	{ "a key that needs quotes", "a: 1\n", "set . yes 1\nset . x:xy 2", "a: 1\n\"yes\": 1\nx:xy: 2\n" },
	{ "keys quoted as the others", "\"a\": 1\n'b': 2\n", "set . c 2", "\"a\": 1\n'b': 2\nc: 2\n" },
	{ "keys quoted as all the others", "\"a\": 1\n\"b\": 2\n", "set . c 2", "\"a\": 1\n\"b\": 2\n\"c\": 2\n" },
	{ "strings quoted as the others", "a: 'x'\nb: 'xy'\n", "set . c z", "a: 'x'\nb: 'xy'\nc: 'z'\n" },
	{ "comments behind stay behind", "a:\n  b: 1\n  # c: 2\n\nd: 1\n", "set /a e 5", "a:\n  b: 1\n  e: 5\n  # c: 2\n\nd: 1\n" },
	{ "the same twice", "a: 1\n", "set . b 2\nset . b 2", "a: 1\nb: 2\n" },
	{ "two values", "a: 1\n", "set . b 2\nset . b 3", "!conflict" },
	{ "no mapping", "a: 1\n", "set /a b 2", "!kind" },
	{ "beside a merge", "b: &b {x: 1}\na:\n  <<: *b\n  xy: 2\n", "set /a z 3", "b: &b {x: 1}\na:\n  <<: *b\n  xy: 2\n  z: 3\n" },
	{ "with nothing but a merge", "b: &b {x: 1}\na:\n  <<: *b\nc: 1\n", "set /a z 3",
	  "b: &b {x: 1}\na:\n  <<: *b\n  z: 3\nc: 1\n" },
	{ "a merge behind", "b: &b {x: 1}\na:\n  xy: 2\n  <<: *b\n", "set /a z 3", "b: &b {x: 1}\na:\n  xy: 2\n  z: 3\n  <<: *b\n" },
	{ "explicit keys", "? a\n: 1\n", "set . b 2\nreplace /a 3", "? a\n: 3\nb: 2\n" },
	{ "between blank lines", "a: 1\n\nb: 2\n", "set . c 3\nset . d 4", "a: 1\n\nb: 2\n\nc: 3\n\nd: 4\n" },
	{ "between some blank lines", "a: 1\n\nb: 2\nc: 3\n", "set . d 4", "a: 1\n\nb: 2\nc: 3\nd: 4\n" },
	{ "between blank lines, no final line break", "a: 1\n\n# c\nb: 2", "set . c 3", "a: 1\n\n# c\nb: 2\n\nc: 3" },
	{ "before a document end", "a: 1\n...\n", "set . b 2", "a: 1\nb: 2\n...\n" },
};

static const struct edit_case inserts[] = {
	{ "at the end", "a:\n  - x\n  - xy # n\nb: 1\n", "insert /a end z", "a:\n  - x\n  - xy # n\n  - z\nb: 1\n" },
	{ "at the start", "a:\n  # about x\n  - x\n", "insert /a 0 w", "a:\n  - w\n  # about x\n  - x\n" },
	{ "between", "- a\n# c\n- c\n", "insert . 1 b\ninsert . 1 b2", "- a\n- b\n- b2\n# c\n- c\n" },
	{ "unindented", "a:\n- x\nb: 1\n", "insert /a end {p: 1, q: 2}", "a:\n- x\n- p: 1\n  q: 2\nb: 1\n" },
	{ "wide dash", "a:\n  -   x\n", "insert /a end {p: 1, q: 2}", "a:\n  -   x\n  -   p: 1\n      q: 2\n" },
	{ "nested", "- - a\n  - b\n- c\n", "insert /0 0 z\ninsert /0 end xy\ninsert . 1 w",
	  "- - z\n  - a\n  - b\n  - xy\n- w\n- c\n" },
	{ "in flow", "[a, b]\n", "insert . 0 z\ninsert . 1 xy\ninsert . end x", "[z, a, xy, b, x]\n" },
	{ "into []", "a: []\nb: [[]]\n", "insert /a end 1\ninsert /b/0 end 1", "a:\n  - 1\nb: [[1]]\n" },
	{ "strings quoted as the others", "a:\n  - \"x\"\n  - \"xy\"\n", "insert /a end z", "a:\n  - \"x\"\n  - \"xy\"\n  - \"z\"\n" },
	{ "between blank lines", "- a\n\n- b\n", "insert . 0 x\ninsert . 1 z\ninsert . end w",
	  "- x\n\n- a\n\n- z\n\n- b\n\n- w\n" },
	{ "past the end", "[a]\n", "insert . 5 b", "!notfound" },
	{ "no sequence", "a: 1\n", "insert . end b", "!kind" },
	{ "where one goes", "- a\n- b # n\n- c\n", "remove /1\ninsert . 1 x", "- a\n- x\n- c\n" },
	{ "where the last goes", "[a, b]\n", "remove /1\ninsert . end x", "[a, x]\n" },
	{ "many at once", "- a\n- b\n- c\n- d\n", "remove /0\ninsert . 2 x\nremove /3\nreplace /1 B", "- B\n- x\n- c\n" },
};

static const struct edit_case removals[] = {
	{ "a line", "a: 1\nb: 2 # n\nc: 3\n", "remove /b", "a: 1\nc: 3\n" },
	{ "with its comments", "a: 1\n\n# about\n# b\nb: 2\nc: 3\n", "remove /b", "a: 1\n\nc: 3\n" },
	{ "not with others' comments", "a:\n    x: 1\n    # deeper\n  # other\nb: 2\n", "remove /b", "a:\n    x: 1\n    # deeper\n  # other\n" },
	{ "a nested value", "a:\n  x: 1\n  xy:\n    - 1\n    - 2\nb: 2\n", "remove /a/xy", "a:\n  x: 1\nb: 2\n" },
	{ "a literal", "a: |\n  # no comment\n  text\n\nb: 2\n", "remove /a", "b: 2\n" },
	{ "the last of a mapping", "a:\n  x: 1 # n\nb: 2\n", "remove /a/x", "a: {}\nb: 2\n" },
	{ "the last of a sequence", "a: # n\n  # c\n  - x\nb: 2\n", "remove /a/0", "a: [] # n\nb: 2\n" },
	{ "all", "a:\n  x: 1\n  xy: 2\nb: 2\n", "remove /a/x\nremove /a/xy", "a: {}\nb: 2\n" },
	{ "all of the root", "# head\n\na: 1\nb: 2\n", "remove /a\nremove /b", "# head\n\n{}\n" },
	{ "the first of an item", "- a: 1\n  b: 2\n  c: 3\n- d: 4\n", "remove /0/a", "- b: 2\n  c: 3\n- d: 4\n" },
	{ "the first two of an item", "- a: 1\n  b: 2\n  c: 3\n", "remove /0/a\nremove /0/b", "- c: 3\n" },
	{ "the only one of an item", "- a: 1\n- d: 4\n", "remove /0/a", "- {}\n- d: 4\n" },
	{ "all of an item", "- a: 1\n  b: 2\n- d: 4\n", "remove /0/b\nremove /0/a", "- {}\n- d: 4\n" },
	{ "the first of an item, with a comment behind", "- a: 1\n  # about b\n  b: 2\n", "remove /0/a", "- # about b\n  b: 2\n" },
	{ "an item", "l:\n- a: 1\n  b: 2\n# c\n- c\n", "remove /l/1", "l:\n- a: 1\n  b: 2\n" },
	{ "no final line break", "a: 1\nb: 2", "remove /b", "a: 1" },
	{ "several, no final line break", "a: 1\nb: 2\n# c\nc: 3", "remove /b\nremove /c", "a: 1" },
	{ "crlf", "a: 1\r\nb: 2\r\nc: 3\r\n", "remove /b", "a: 1\r\nc: 3\r\n" },
	{ "in flow", "[a, b, c]\n", "remove /1", "[a, c]\n" },
	{ "in flow, the last", "[ a, b, c ]\n", "remove /2\nremove /1", "[ a ]\n" },
	{ "in flow, the first", "{a: 1, b: 2}\n", "remove /a", "{b: 2}\n" },
	{ "in flow, all", "x: { a: 1, b: 2 }\n", "remove /x/a\nremove /x/b", "x: {}\n" },
	{ "in flow, lines", "x: [\n  a, # n\n  b,\n  c\n]\n", "remove /x/0\nremove /x/2", "x: [\n  b\n]\n" },
	{ "in flow, lines, trailing comma", "x: [\n  a,\n  b,\n]\n", "remove /x/1", "x: [\n  a,\n]\n" },
	{ "removed and set", "a:\n  x: 1\n", "remove /a/x\nset /a xy 2", "a:\n  xy: 2\n" },
	{ "between blank lines", "a: 1\n\nb: 2\n\nc: 3\n", "remove /b", "a: 1\n\nc: 3\n" },
	{ "the last behind a blank line", "a: 1\n\n# c\nb: 2\n", "remove /b", "a: 1\n" },
	{ "the first before a blank line", "a: 1\n\nb: 2\n", "remove /a", "b: 2\n" },
	{ "most between blank lines", "a: 1\n\nb: 2\n\nc: 3\n\nd: 4\n", "remove /d\nremove /a\nremove /c", "b: 2\n" },
	{ "an alias", "a: &a 1\nb: *a\nc: 2\n", "remove /b", "a: &a 1\nc: 2\n" },
	{ "an anchor in use", "a: &a 1\nb: *a\n", "remove /a", REFUSED },
	{ "an anchor with its use", "x:\n  a: &a 1\n  b: *a\nc: 2\n", "remove /x", "c: 2\n" },
	{ "a merged entry", "b: &b {x: 1}\na:\n  <<: *b\n", "remove /a/x", REFUSED },
	{ "the root", "a: 1\n", "remove .", REFUSED },
	{ "an explicit key", "? a\n: 1\n? b\n: 2\n", "remove /b", "? a\n: 1\n" },
	{ "an empty value", "a:\nb:\nc: 1\n", "remove /b", "a:\nc: 1\n" },
};

static const struct edit_case keys[] = {
	{ "rename", "a: 1 # n\nb: 2\n", "rename /a c", "c: 1 # n\nb: 2\n" },
	{ "rename in quotes", "\"a\": 1\n'b': 2\n", "rename /a c\nrename /b d", "\"c\": 1\n'd': 2\n" },
	{ "rename to a word", "a: 1\n", "rename /a on", "\"on\": 1\n" },
	{ "rename in flow", "{a: 1, \"b\": 2}\n", "rename /a c\nrename /b d", "{c: 1, \"d\": 2}\n" },
	{ "rename and replace", "a: 1\n", "rename /a b\nreplace /a 2", "b: 2\n" },
	{ "rename and change below", "a:\n  x: 1\n", "rename /a b\nset /a xy 2", "b:\n  x: 1\n  xy: 2\n" },
	{ "rename onto another", "a: 1\nb: 2\n", "rename /a b", "!duplicate" },
	{ "rename onto one that goes", "a: 1\nb: 2\n", "rename /a b\nremove /b", "b: 1\n" },
	{ "rename to the same, a trap", "no: 1\n200: x\n'on': 2\nok: 3\nf: {y: 1}\n",
	  "rename /no no\nrename /200 200\nrename /on on\nrename /ok ok\nrename /f/y y",
	  "'no': 1\n'200': x\n'on': 2\nok: 3\nf: {'y': 1}\n" },
	{ "rename onto one that stays", "a: 1\nb: 2\n", "rename /a b\nrename /b b", "!duplicate" },
	{ "rename an item", "- a\n", "rename /0 b", "!kind" },
	{ "rename to the same", "a: 1\n", "rename /a a", "a: 1\n" },
	{ "move", "a:\n  x: 1 # why\n  xy: 2\nb:\n  z: 3\n", "move /a/x /b x", "a:\n  xy: 2\nb:\n  z: 3\n  x: 1 # why\n" },
	{ "move with comments and lines", "a:\n  xy: 2\n  # about x\n  x:\n    - 1   # one\n\n    - 'two'\nb:\n    c:\n        z: 3\n",
	  "move /a/x /b/c w",
	  "a:\n  xy: 2\nb:\n    c:\n        z: 3\n        # about x\n        w:\n          - 1   # one\n\n          - 'two'\n" },
	{ "move the last", "a:\n  x: 1\nb:\n  z: 3\n", "move /a/x /b x", "a: {}\nb:\n  z: 3\n  x: 1\n" },
	{ "move up", "a:\n  x: 'v'\n  xy: 1\n", "move /a/x . x", "a:\n  xy: 1\nx: 'v'\n" },
	{ "move out of flow", "a: {x: [1, 2], xy: 1}\nb:\n  c: 1\n", "move /a/x /b x", "a: {xy: 1}\nb:\n  c: 1\n  x:\n    - 1\n    - 2\n" },
	{ "move in place", "a: 1\nb: 2\n", "move /a . c", "c: 1\nb: 2\n" },
	{ "move into itself", "a:\n  b: {}\n", "move /a /a/b c", "!cycle" },
	{ "move onto another", "a: {x: 1}\nb: {x: 2}\n", "move /a/x /b x", "!duplicate" },
	{ "move a literal", "a:\n  x: |\n    t\n    u\n  xy: 1\nb:\n  c: 1\n", "move /a/x /b x", "a:\n  xy: 1\nb:\n  c: 1\n  x: |\n    t\n    u\n" },
};

static const struct edit_case anchors[] = {
	{ "through an alias", "a: &a {x: 1}\nb: *a\n", "replace /b/x 2", REFUSED },
	{ "an alias", "a: &a 1\nb: *a\n", "replace /b 2", REFUSED },
	{ "set through an alias", "a: &a {x: 1}\nb: *a\n", "set /b xy 2", REFUSED },
	{ "through a merge", "a: &a {x: 1}\nb:\n  <<: *a\n", "replace /b/x 2", "a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n" },
	{ "the only own key beside a merge", "a: &a {x: 1}\nb:\n  <<: *a\n  # y\n  y: 2\nc: 1\n", "remove /b/y", "a: &a {x: 1}\nb:\n  <<: *a\nc: 1\n" },
	{ "the first key behind a merge", "a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n  z: 3\n", "remove /b/y", "a: &a {x: 1}\nb:\n  <<: *a\n  z: 3\n" },
	{ "a merge, the same", "a: &a {x: 1}\nb:\n  <<: *a\n", "replace /b/x 1", "a: &a {x: 1}\nb:\n  <<: *a\n" },
	{ "behind an anchor in use", "a: &a {x: 1}\nb: *a\n", "replace /a/x 2", REFUSED },
	{ "an anchored value in use", "a: &a 1\nb: *a\n", "replace /a 2", REFUSED },
	{ "an anchor nobody uses", "a: &a 1 # n\n", "replace /a 2", "a: &a 2 # n\n" },
	{ "behind an anchor, overridden", "a: &a {x: 1}\nb:\n  <<: *a\n  x: 5\n", "replace /a/x 2", "a: &a {x: 2}\nb:\n  <<: *a\n  x: 5\n" },
	{ "an anchor before lines", "a: &a\n  x: 1\n", "replace /a {xy: 2}", "a: &a\n  xy: 2\n" },
	{ "a tag goes with its value", "a: !!str 5\nb: !x {c: 1}\n", "replace /a \"6\"", "a: \"6\"\nb: !x {c: 1}\n" },
	{ "a tag goes, an anchor stays", "a: !!str &n 5\n", "replace /a 6", "a: &n 6\n" },
	{ "a tagged value", "a: 1\n", "replace /a !secret x", "a: !secret x\n" },
	{ "beside an alias", "a: &a 1\nb: *a\nc: 2\n", "replace /c 3", "a: &a 1\nb: *a\nc: 3\n" },
	{ "behind an alias as the last", "a: &a 1\nb:\n  c: *a # n\n", "set /b d 2", "a: &a 1\nb:\n  c: *a # n\n  d: 2\n" },
};

static const struct edit_case streams[] = {
	{ "the first of two #0", "a: 1\n---\nb: 2\n", "set . c 3", "a: 1\nc: 3\n---\nb: 2\n" },
	{ "the second of two #1", "a: 1\n---\nb: 2\n", "set . c 3\nreplace /b 4", "a: 1\n---\nb: 4\nc: 3\n" },
	{ "comments between #1", "a: 1\n---\n# about b\nb: 2\nc: 1\n", "remove /b", "a: 1\n---\nc: 1\n" },
	{ "an empty one #1", "a: 1\n---\n---\nb: 2\n", "set . c 3", "a: 1\n---\nc: 3\n---\nb: 2\n" },
	{ "an empty one with an end #1", "a: 1\n---\n# none\n...\n---\nb: 2\n", "set . c 3",
	  "a: 1\n---\n# none\nc: 3\n...\n---\nb: 2\n" },
	{ "all of one #0", "a: 1\n---\nb: 2\n", "remove /a", "{}\n---\nb: 2\n" },
};

static const struct edit_case json[] = {
	{ "scalar.json", "{\"a\": 1, \"b\": \"x\"}", "replace /a 2\nreplace /b \"q\\\"\"", "{\"a\": 2, \"b\": \"q\\\"\"}" },
	{ "set, one line.json", "{\"a\": 1}\n", "set . b [1, {c: 2}]", "{\"a\": 1, \"b\": [1, {\"c\": 2}]}\n" },
	{ "set, compact.json", "{\"a\":1,\"b\":2}", "set . c {d: 1, e: 2}", "{\"a\":1,\"b\":2,\"c\":{\"d\":1,\"e\":2}}" },
	{ "set, lines.json", "{\n  \"a\": 1\n}\n", "set . b {c: 2}\nset . d []",
	  "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  },\n  \"d\": []\n}\n" },
	{ "set, tabs.json", "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n", "set /a c {d: 2}",
	  "{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"c\": {\n\t\t\t\"d\": 2\n\t\t}\n\t}\n}\n" },
	{ "set into {}, lines.json", "{\n  \"a\": {}\n}\n", "set /a b 1", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n" },
	{ "set into {}, one line.json", "{\"a\": {}, \"b\": 1}\n", "set /a b 1", "{\"a\": {\"b\": 1}, \"b\": 1}\n" },
	{ "set into null.json", "{\"a\": null}", "set /a b 1", "{\"a\": {\"b\": 1}}" },
	{ "short lists stay short.json", "{\n  \"a\": [1, 2],\n  \"b\": 1\n}\n", "set . c [3, 4]\nreplace /a [1, 2, 3]",
	  "{\n  \"a\": [1, 2, 3],\n  \"b\": 1,\n  \"c\": [3, 4]\n}\n" },
	{ "long lists stay long.json", "{\n  \"a\": [\n    1\n  ],\n  \"b\": [1]\n}\n", "replace /a [2, 3]\nreplace /b [4]",
	  "{\n  \"a\": [\n    2,\n    3\n  ],\n  \"b\": [4]\n}\n" },
	{ "insert.json", "[1, 2]", "insert . 0 0\ninsert . end 3", "[0, 1, 2, 3]" },
	{ "insert, lines.json", "[\n  1,\n  2\n]\n", "insert . 1 {a: 1}", "[\n  1,\n  {\n    \"a\": 1\n  },\n  2\n]\n" },
	{ "remove, lines.json", "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n", "remove /b", "{\n  \"a\": 1,\n  \"c\": 3\n}\n" },
	{ "remove the last, lines.json", "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n", "remove /c\nremove /b", "{\n  \"a\": 1\n}\n" },
	{ "remove all, lines.json", "{\n  \"a\": {\n    \"b\": 2\n  }\n}\n", "remove /a/b", "{\n  \"a\": {}\n}\n" },
	{ "remove the last and set.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "remove /b\nset . c 3", "{\n  \"a\": 1,\n  \"c\": 3\n}\n" },
	{ "rename.json", "{\"a\": 1}", "rename /a \"b", "{\"\\\"b\": 1}" },
	{ "move.json", "{\"a\": {\"x\": 1, \"xy\": 2}, \"b\": {}}", "move /a/x /b z", "{\"a\": {\"xy\": 2}, \"b\": {\"z\": 1}}" },
	{ "root.json", "[1]\n", "replace . {a: 1}", "{\"a\": 1}\n" },
	{ "what JSON cannot hold.json", "{\"a\": 1}", "replace /a .nan", REFUSED },
	{ "crlf.json", "{\r\n  \"a\": 1\r\n}\r\n", "set . b 2", "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n" },
	{ "two a line.json", "{\n  \"a\": 1, \"b\": 2,\n  \"c\": 3, \"d\": 4\n}\n", "remove /b\nremove /c",
	  "{\n  \"a\": 1,\n  \"d\": 4\n}\n" },
};

static const char *code_word(int code)
{
	static char word[32];

	snprintf(word, sizeof(word), "!%s", cfr_code_name(code));
	return word;
}

static int show(const struct edit_case *c, const char *got, const cfr_err *err)
{
	fprintf(stderr, "--- %s\n%s--- %s\n--- wanted\n%s--- got\n%s---\n", c->title, c->before, c->edits, c->after, got);
	if (err->code)
		fprintf(stderr, "%s:%u:%u %s: %s (%s)\n", err->file, err->line, err->column, err->path, err->message,
		        err->hint);
	return 1;
}

static int run_case(const struct edit_case *c)
{
	const char *hash = strchr(c->title, '#');
	uint32_t index = hash ? (uint32_t)strtoul(hash + 1, NULL, 10) : 0;
	bool is_json = cfr_str_ends(cfr_str_of(c->title), CFR_STR(".json"));
	cfr_documents docs;
	cfr_splices splices;
	cfr_err err = CFR_ERR_INIT;
	cfr_limits limits;
	struct edits edits;
	cfr_buf text = CFR_BUF_INIT;
	int r, bad = 0;

	cfr_limits_default(&limits);
	r = edits_read(&docs, c->title, cfr_str_of(c->before), is_json ? CFR_JSON : CFR_YAML, &err);
	if (r || docs.count <= index)
		return show(c, "(does not read)", &err);
	edits_parse(&edits, c->edits);
	r = cfr_edit_plan(&splices, docs.items[index], edits.items, edits.count, &limits, &err);
	if (r) {
		assert_int_equal(err.code, r);
		assert_true(err.message[0]);
		if (strcmp(c->after, code_word(r)) != 0)
			bad = show(c, code_word(r), &err);
	} else {
		assert_int_equal(cfr_splices_apply(&text, cfr_str_of(c->before), splices.items, splices.count, &err), 0);
		if (!cfr_str_eq(cfr_buf_str(&text), cfr_str_of(c->after)))
			bad = show(c, text.ptr ? text.ptr : "", &err);
		cfr_splices_release(&splices);
	}
	cfr_buf_release(&text);
	edits_free(&edits);
	cfr_documents_release(&docs);
	return bad;
}

static void run_table(const struct edit_case *table, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad += run_case(&table[i]);
	assert_int_equal(bad, 0);
}

#define TABLE(name) static void test_##name(void **state) { (void)state; run_table(name, sizeof(name) / sizeof(*name)); }
TABLE(scalars)
TABLE(blocks)
TABLE(collections)
TABLE(sets)
TABLE(inserts)
TABLE(removals)
TABLE(keys)
TABLE(anchors)
TABLE(streams)
TABLE(json)

/* Splices that somebody else made. */
static void test_apply(void **state)
{
	static const cfr_splice good[] = { { 0, 1, { "A", 1 } }, { 1, 1, { "-", 1 } }, { 2, 3, { NULL, 0 } }, { 3, 3, { "!", 1 } } };
	static const cfr_splice unsorted[] = { { 2, 3, { "x", 1 } }, { 0, 1, { "y", 1 } } };
	static const cfr_splice overlapping[] = { { 0, 2, { "x", 1 } }, { 1, 3, { "y", 1 } } };
	static const cfr_splice beyond[] = { { 3, 4, { "x", 1 } } };
	static const cfr_splice backward[] = { { 2, 1, { "x", 1 } } };
	cfr_buf text = CFR_BUF_INIT;
	cfr_err err = CFR_ERR_INIT;

	(void)state;
	assert_int_equal(cfr_splices_apply(&text, CFR_STR("abc"), good, 4, &err), 0);
	assert_string_equal(text.ptr, "A-b!");
	assert_int_equal(cfr_splices_apply(&text, CFR_STR("abc"), unsorted, 2, &err), CFR_E_USAGE);
	assert_int_equal(cfr_splices_apply(&text, CFR_STR("abc"), overlapping, 2, &err), CFR_E_USAGE);
	assert_int_equal(cfr_splices_apply(&text, CFR_STR("abc"), beyond, 1, &err), CFR_E_USAGE);
	assert_int_equal(cfr_splices_apply(&text, CFR_STR("abc"), backward, 1, &err), CFR_E_USAGE);
	assert_string_equal(text.ptr, "A-b!");
	cfr_buf_release(&text);
}

/* An edit that changes nothing has no splices. */
static void test_nothing(void **state)
{
	cfr_documents docs;
	cfr_splices splices = { .count = 7 };
	cfr_limits limits;
	struct edits edits;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(edits_read(&docs, "x", CFR_STR("a: 1\nb: [x]\n"), CFR_YAML, NULL), 0);
	edits_parse(&edits, "replace /a 1\nreplace /b [x]\nrename /a a");
	assert_int_equal(cfr_edit_plan(&splices, docs.items[0], edits.items, edits.count, &limits, NULL), 0);
	assert_int_equal(splices.count, 0);
	cfr_splices_release(&splices);
	assert_int_equal(cfr_edit_plan(&splices, docs.items[0], NULL, 0, &limits, NULL), 0);
	assert_int_equal(splices.count, 0);
	cfr_splices_release(&splices);
	edits_free(&edits);
	cfr_documents_release(&docs);
}

/* What a refusal says, and where. */
static void test_words(void **state)
{
	cfr_documents docs;
	cfr_splices splices;
	cfr_limits limits;
	cfr_err err = CFR_ERR_INIT;
	struct edits edits;

	(void)state;
	cfr_limits_default(&limits);
	assert_int_equal(edits_read(&docs, "x.yaml", CFR_STR("a: &base\n  k: 1\nb: *base\n"), CFR_YAML, NULL), 0);
	edits_parse(&edits, "replace /b/k 2");
	assert_int_equal(cfr_edit_plan(&splices, docs.items[0], edits.items, 1, &limits, &err), CFR_E_UNSUPPORTED);
	assert_non_null(strstr(err.message, "&base"));
	assert_non_null(strstr(err.hint, "line 2"));
	assert_string_equal(err.path, "/b/k");
	assert_string_equal(err.file, "x.yaml");
	assert_int_equal(err.line, 2);
	edits_free(&edits);
	edits_parse(&edits, "replace /a/k 2");
	assert_int_equal(cfr_edit_plan(&splices, docs.items[0], edits.items, 1, &limits, &err), CFR_E_UNSUPPORTED);
	assert_non_null(strstr(err.message, "&base"));
	assert_string_equal(err.path, "/a/k");
	edits_free(&edits);
	cfr_documents_release(&docs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_collections),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_inserts),
		cmocka_unit_test(test_removals),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
