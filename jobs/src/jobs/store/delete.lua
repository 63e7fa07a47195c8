-- An image is to be deleted, which a worker does. Returns whether the token deletes one.
-- ARGV: the token's digest

local member = redis.call('GET', 'imgferry:deletion:' .. ARGV[1])
if not member then return false end
local state = state_of(image_of(member))
if state == COMPLETE then redis.call('ZADD', DELETIONS, 'NX', now(), member) end
return state == COMPLETE or state == DELETED
