-- A worker lives, and holds what it has begun: {{job, index, attempt}, ...} of what it lost, which
-- another may have begun by now.
-- ARGV: worker as <name>:<images at once>, its time to live in ms, lease ms; then three for each
-- image: job, index, attempt

local at, lease = now(), tonumber(ARGV[3])
redis.call('ZADD', WORKERS, at + ARGV[2], ARGV[1])
local lost = {}
for i = 4, #ARGV, 3 do
  local job, index, attempt = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  if is_holder(job, index, attempt) then
    redis.call('ZADD', LEASES, at + lease, job .. ':' .. index)
  else
    lost[#lost + 1] = {job, tonumber(index), attempt}
  end
end
return lost
