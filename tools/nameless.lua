-- tools/nameless.lua: compiled Lua without the names of its variables, but with its lines.
--
-- `string.dump(chunk, true)` drops both, and then an internal error would not tell where it is. The names are a third of
-- what loading a chunk costs, since each is a string that the state must know; they are only of use to messages such as
-- "a nil value (local 'x')". The format is that of Lua 5.4 (ldump.c). What comes out is proved: stripped, it equals the
-- chunk stripped; where it does not, on a release with another format say, the chunk is dumped as it is.

local HEADER = 4 + 1 + 1 + 6 -- "\27Lua", version, format, LUAC_DATA; then three sizes, and a sample of each number
local INTEGER, FLOAT, SHORT, LONG = 0x03, 0x13, 0x04, 0x14

---@param code string
---@return string
local function without_names(code)
  local instruction, integer, number = code:byte(HEADER + 1, HEADER + 3)
  local at = HEADER + 3 + integer + number + 2 -- behind the count of upvalues
  local out, kept = {}, 1 -- up to `kept` it is in `out`

  -- Sizes: seven bits a byte, high ones first, the last marked.
  local function size()
    local value = 0
    repeat
      local byte = code:byte(at)
      at, value = at + 1, value << 7 | byte & 0x7f
    until byte & 0x80 ~= 0
    return value
  end

  local function skip(count)
    at = at + count
  end

  local function text()
    skip(math.max(size() - 1, 0)) -- the length and one; 0: none
  end

  local function constant()
    local kind = code:byte(at)
    skip(1)
    if kind == INTEGER then
      skip(integer)
    elseif kind == FLOAT then
      skip(number)
    elseif kind == SHORT or kind == LONG then
      text()
    end
  end

  -- A list that becomes empty.
  local function dropped(item)
    out[#out + 1] = code:sub(kept, at - 1) .. "\x80"
    for _ = 1, size() do
      item()
    end
    kept = at
  end

  local function variable()
    text()
    size()
    size()
  end

  local function body()
    text() -- the source
    size() -- its first line, and its last
    size()
    skip(3) -- counts of parameters and registers
    skip(size() * instruction)
    for _ = 1, size() do
      constant()
    end
    skip(size() * 3) -- where upvalues are
    for _ = 1, size() do
      body()
    end
    skip(size()) -- lines
    for _ = 1, size() * 2 do
      size()
    end
    dropped(variable)
    dropped(text)
  end

  body()
  out[#out + 1] = code:sub(kept)
  return table.concat(out)
end

---@param chunk function
---@return string code
return function(chunk)
  local done, code = pcall(without_names, string.dump(chunk))
  local again = done and load(code, "=nameless", "b")
  return again and string.dump(again, true) == string.dump(chunk, true) and code or string.dump(chunk)
end
