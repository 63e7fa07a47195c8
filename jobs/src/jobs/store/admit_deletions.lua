-- The deletions to send now, {{job, index}, ...}: asked for, or sent before and not done since. Each
-- time it takes twice as long until one is sent again.
-- ARGV: deletions at most, the ms until one is sent again, at first and at the longest

local most, at_first, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()
if paused(at) then return {} end

local allowed = allowance(at) + redis.call('ZCOUNT', DELETIONS, '-inf', at)
local sent = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', DELETIONS, '-inf', at, 'LIMIT', 0, most)) do
  local job, index = image_of(member)
  if state_of(job, index) ~= COMPLETE then
    redis.call('ZREM', DELETIONS, member)  -- its job is forgotten
  elseif #sent < allowed then
    local wait = math.min(at_first * 2 ^ count_of(job, index, 'deletions'), longest)
    count_by(job, index, 'deletions', 1)
    redis.call('ZADD', DELETIONS, at + wait, member)
    sent[#sent + 1] = {job, index}
  end
end
return sent
