-- A worker lives, and holds what it has begun: {{job, index, token}, ...} of what it lost, which
-- another may have begun by now; behind it the ms for which the destination pauses.
-- ARGV: worker as <name>:<images at once>, its time to live in ms (0 for one that takes no more
--       images), lease ms; then three for each image: job, index, token

local at, lease = now(), tonumber(ARGV[3])
if tonumber(ARGV[2]) > 0 then redis.call('ZADD', WORKERS, at + ARGV[2], ARGV[1]) end

local members = {}
for i = 4, #ARGV, 3 do members[#members + 1] = ARGV[i] .. ':' .. ARGV[i + 1] end
load_holders(members)

local lost = {}
for i, member in ipairs(members) do
  local job, index, token = unpack(ARGV, 3 * i + 1, 3 * i + 3)
  if is_holder(member, token) then
    later('ZADD', LEASES, at + lease, member)
  else
    lost[#lost + 1] = {job, tonumber(index), token}
  end
end
write_now()
return {lost, math.max(tonumber(redis.call('HGET', PAUSE, 'until') or 0) - at, 0)}
