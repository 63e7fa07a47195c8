-- Writes that many images share are collected, and made at the end of the script (conclude) as one
-- command for each key. What is read of these keys before that is older.
local writes = {}

local function later(command, key, ...)
  local name = command .. ' ' .. key
  if not writes[name] then
    writes[name] = {command = command, key = key, values = {}}
    writes[#writes + 1] = writes[name]
  end
  local values = writes[name].values
  for _, value in ipairs({...}) do values[#values + 1] = value end
end

local function write_now()
  for _, write in ipairs(writes) do call_in_parts(write.command, write.key, write.values) end
  writes = {}
end
