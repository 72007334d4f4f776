---@meta
-- What rules see, for editors. Made from the tables of bindings in lua/rules/; not to be edited.

---@alias node table<string|integer, any> a mapping or sequence, read-only
---@class place where a value stands
---@class edit a change, for the `fix` of a finding
---@class span
---@field file string
---@field line integer
---@field column integer
---@field end_line integer
---@field end_column integer
---@class document
---@field file string
---@field name string
---@field format string
---@field kinds string[]
---@field index integer in its stream, from 1
---@field text string
---@field root any

---@class rule_description
---@field title string
---@field why string
---@field severity? "error"|"warning"|"info"
---@field check fun(value: any, ctx: ctx)
---@field match? { kind?: string|string[], files?: string|string[], formats?: string|string[] }
---@field select? string
---@field expect? string|string[]
---@field options? table<string, any>
---@field env? string[]
---@field tags? string[]
---@field controls? string[]
---@field enabled? boolean
---@field examples? table

--- Declares a rule.
---@param name string
---@return fun(description: rule_description)
function rule(name) end

--- The value returned by lib/name.lua of the same pack.
---@param name string
---@return any
function import(name) end

--- What a check is told besides the value.
---@class ctx
---@field root any the document's root value
---@field doc document the document
---@field others document[] the other documents of this run
---@field across any what the rule's `across` makes of all documents of the run
---@field path string JSON Pointer of the selected place
---@field key string|integer|nil its key or index (from 1) in its parent
---@field place place the selected place
---@field options table<string, any> options of this rule; lists have :has(x)
---@field data node the pack's data files by name
---@field env table<string, string> declared variables
---@field now integer the time of the run, seconds since 1970, UTC
local ctx = {}

--- the node around the selected place, or another
---@param place? node|place
---@return node|nil
function ctx:parent(place) end

--- values selected from the selected place (@) or its document's root ($), or those of another node
---@param query string
---@param node? any
---@return any[]
function ctx:select(query, node) end

--- a finding
---@param message string
---@param values? table
function ctx:report(message, values) end

--- shown by --trace
---@param message string
---@param values? table
function ctx:trace(message, values) end

--- another value at the place
---@param value any
---@param at? node|place|string
---@return edit
function ctx:replace(value, at) end

--- add or replace a key of a mapping
---@param node node|place
---@param key string
---@param value any
---@return edit
function ctx:set(node, key, value) end

--- into a sequence before index (nil: at its end)
---@param node node|place
---@param index integer|nil
---@param value any
---@return edit
function ctx:insert(node, index, value) end

--- the place, with its key
---@param at? node|place|string
---@return edit
function ctx:remove(at) end

--- another key for the place
---@param key string
---@param at? node|place|string
---@return edit
function ctx:rename(key, at) end

--- the value under another mapping, or at another key
---@param at node|place|string
---@param node node|place
---@param key string
---@return edit
function ctx:move(at, node, key) end

--- Nodes and places.
---@class tree
---@field null place null, for edits
tree = {}

--- the value at "a.b[0].c" (indices from 0) or "/a/b/0/c", or nil
---@param node any
---@param path string
---@return any
function tree.get(node, path) end

--- is the key there, null included
---@param node any
---@param key string|integer
---@return boolean
function tree.has(node, key) end

--- kind of a value, or of what stands under a key
---@param value any
---@param key? string|integer
---@return string|nil
function tree.kind(value, key) end

--- the values that a JSONPath selects below node
---@param node any
---@param query string
---@return any[]
function tree.select(node, query) end

--- the places that a JSONPath selects below node
---@param node any
---@param query string
---@return place[]
function tree.places(node, query) end

--- the place at a key and on down; stops at the last that exists
---@param node node|place
---@param ... string|integer
---@return place
function tree.place(node, ...) end

--- the value at a place
---@param place node|place
---@return any
function tree.value(place) end

--- JSON Pointer
---@param place node|place
---@return string
function tree.path(place) end

--- where it is written
---@param place node|place
---@param key? string|integer
---@return span|nil
function tree.span(place, key) end

--- the author's text of the value
---@param place node|place
---@param key? string|integer
---@return string|nil
function tree.raw(place, key) end

--- plain, single, double, literal, folded, block or flow
---@param place node|place
---@param key? string|integer
---@return string|nil
function tree.style(place, key) end

--- the keys, in the author's order
---@param node node|place
---@return (string|integer)[]
function tree.keys(node) end

--- iterator of key, value in the author's order
---@param node node|place
---@return fun(): string|integer, any
function tree.entries(node) end

--- the same content
---@param a any
---@param b any
---@return boolean
function tree.equal(a, b) end

--- a plain Lua copy
---@param node any
---@return any
function tree.totable(node) end

--- a mapping, for edits
---@param table table
---@return node
function tree.map(table) end

--- a sequence, for edits
---@param table table
---@return node
function tree.list(table) end

--- Words and strings.
---@class text
text = {}

--- without white space at both ends
---@param s string
---@return string
function text.trim(s) end

--- the pieces between separators (plain text)
---@param s string
---@param sep string
---@return string[]
function text.split(s, sep) end

--- the lines, without their ends
---@param s string
---@return string[]
function text.lines(s) end

--- does s begin with p
---@param s string
---@param p string
---@return boolean
function text.starts(s, p) end

--- does s end with p
---@param s string
---@param p string
---@return boolean
function text.ends(s, p) end

--- does p stand in s (plain text)
---@param s string
---@param p string
---@return boolean
function text.contains(s, p) end

--- edits between two words: insert, delete, replace, swap of neighbours
---@param a string
---@param b string
---@return integer
function text.distance(a, b) end

--- the nearest entry, if it is the only one at that distance and within max
---@param word string
---@param list string[]|node
---@param max? integer
---@return string|nil
function text.nearest(word, list, max) end

--- bits a byte
---@param s string
---@return number
function text.entropy(s) end

--- enough to recognise, useless to steal
---@param s string
---@return string
function text.mask(s) end

--- does the glob match the whole of s
---@param pattern string
---@param s string
---@return boolean
function text.glob(pattern, s) end

--- Regular expressions (PCRE2).
---@class re
re = {}

--- does the pattern match somewhere in s
---@param s string
---@param pattern string
---@return boolean
function re.test(s, pattern) end

--- the captures of the first match, or the whole match; false for a group that took no part
---@param s string
---@param pattern string
---@return string|false|nil, ...
function re.match(s, pattern) end

--- first and last byte of the first match from init on, then its captures
---@param s string
---@param pattern string
---@param init? integer
---@return integer|nil, integer, ...
function re.find(s, pattern, init) end

--- iterator over the captures of all matches
---@param s string
---@param pattern string
---@return fun(): string|false, ...
function re.each(s, pattern) end

--- s with all matches replaced (%0 … %9 are groups), and how many
---@param s string
---@param pattern string
---@param replacement string|table|function
---@return string, integer
function re.gsub(s, pattern, replacement) end

--- a pattern that matches s itself
---@param s string
---@return string
function re.escape(s) end
