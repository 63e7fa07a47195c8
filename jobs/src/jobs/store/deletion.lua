-- What a deletion token deletes: {state, detail, '1' where the deletion was asked for}; nothing where
-- it deletes nothing, or its job is forgotten. ARGV: the token's digest

local member = redis.call('GET', 'imgferry:deletion:' .. ARGV[1])
if not member then return false end
local job, index = image_of(member)
local state = state_of(job, index)
if state ~= COMPLETE and state ~= DELETED then return false end
local is_asked = redis.call('ZSCORE', DELETIONS, member) and '1' or ''
return {state, redis.call('HGET', job_key(job, 'images'), index), is_asked}
