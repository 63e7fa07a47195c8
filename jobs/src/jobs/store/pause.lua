-- The whole destination waits. A shorter pause does not end a longer one. Returns the ms since the
-- first of these pauses, with no upload between them.
-- ARGV: reason, ms from now or '' where the destination did not say, the first cool-down in ms, the
--       longest, a factor that spreads it

local at = now()
local ms = tonumber(ARGV[2])
if not ms then
  -- Those that were under way when the pause began do not make it longer.
  local streak = tonumber(redis.call('HGET', PAUSE, 'streak') or 0)
  if not paused(at) then streak = redis.call('HINCRBY', PAUSE, 'streak', 1) end
  ms = math.floor(math.min(ARGV[3] * 2 ^ math.max(streak - 1, 0), ARGV[4]) * ARGV[5])
end
redis.call('HSETNX', PAUSE, 'since', at)
if at + ms > tonumber(redis.call('HGET', PAUSE, 'until') or 0) then
  redis.call('HSET', PAUSE, 'reason', ARGV[1], 'until', at + ms)
end
return at - redis.call('HGET', PAUSE, 'since')
