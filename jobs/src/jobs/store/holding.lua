-- Who has an image. A holder is the token of the beginning that has it; while the image's upload is
-- under way, a slash and the content that it claims stand behind the token. Only a begun image has
-- a holder.

-- The holders of the images that a script is about, as `<job>:<index>`, asked for all at once.
local holders = {}

local function load_holders(members)
  for first = 1, #members, 1000 do
    local last = math.min(first + 999, #members)
    local found = redis.call('HMGET', HOLDERS, unpack(members, first, last))
    for i = first, last do holders[members[i]] = found[i - first + 1] end
  end
end

-- Whether the beginning with this token has the image: begun, and not begun again since.
local function is_holder(member, token)
  local holder = holders[member]
  return holder and string.sub(holder, 1, #token) == token
end

-- Nobody has the image any more, nor its content. Returns whether its upload was under way.
local function let_go(member)
  later('ZREM', LEASES, member)
  local holder = holders[member]
  if not holder then return false end
  holders[member] = false
  later('HDEL', HOLDERS, member)
  local content = string.match(holder, '/(.*)')
  if content and content ~= '' then later('HDEL', CLAIMS, content) end
  return content ~= nil
end
