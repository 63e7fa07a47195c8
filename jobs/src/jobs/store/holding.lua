-- Who has an image. A holder is the token of the beginning that has it; while the image's upload is
-- under way, a slash and the content that it claims stand behind the token.

-- Whether the beginning with this token has the image: begun, and not begun again since.
local function is_holder(job, index, token)
  if state_of(job, index) ~= BEGUN then return false end
  local holder = redis.call('HGET', HOLDERS, job .. ':' .. index)
  return holder and string.sub(holder, 1, #token) == token
end

-- Nobody has the image any more, nor its content. Returns whether its upload was under way.
local function let_go(member)
  redis.call('ZREM', LEASES, member)
  local holder = redis.call('HGET', HOLDERS, member)
  if not holder then return false end
  redis.call('HDEL', HOLDERS, member)
  local content = string.match(holder, '/(.*)')
  if content and content ~= '' then redis.call('HDEL', CLAIMS, content) end
  return content ~= nil
end
