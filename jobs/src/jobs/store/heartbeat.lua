-- A worker lives, and holds what it has begun: {{job, index, token}, ...} of what it lost, which
-- another may have begun by now; behind it the ms for which the destination pauses.
-- ARGV: worker as <name>:<images at once>, its time to live in ms (0 for one that takes no more
--       images), lease ms; then three for each image: job, index, token

local at, lease = now(), tonumber(ARGV[3])
if tonumber(ARGV[2]) > 0 then redis.call('ZADD', WORKERS, at + ARGV[2], ARGV[1]) end
local lost = {}
for i = 4, #ARGV, 3 do
  local job, index, token = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if is_holder(job, index, token) then
    redis.call('ZADD', LEASES, at + lease, job .. ':' .. index)
  else
    lost[#lost + 1] = {job, tonumber(index), token}
  end
end
return {lost, math.max(tonumber(redis.call('HGET', PAUSE, 'until') or 0) - at, 0)}
