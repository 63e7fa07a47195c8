-- The whole destination waits. A shorter pause does not end a longer one.
-- ARGV: reason, ms from now or '' where the destination did not say, the first cool-down in ms, the
--       longest, a factor that spreads it, the ms of nothing but this reason after which all images
--       fail or '' for never, their detail then

local reason, cool_down, longest, spread = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
local patience, detail = tonumber(ARGV[6]), ARGV[7]
local at = now()
local ms = tonumber(ARGV[2])
local is_told = ms and 1 or 0
if not ms then
  -- Those that were under way when the pause began do not make it longer.
  local streak = tonumber(redis.call('HGET', PAUSE, 'streak') or 0)
  if not paused(at) then streak = redis.call('HINCRBY', PAUSE, 'streak', 1) end
  ms = math.floor(math.min(cool_down * 2 ^ math.max(streak - 1, 0), longest) * spread)
end

local earlier = redis.call('HMGET', PAUSE, 'reason', 'since', 'until')
if at + ms <= tonumber(earlier[3] or 0) then return end
redis.call('HSET', PAUSE, 'reason', reason, 'until', at + ms, 'told', is_told)
-- After a long time without any image to refuse, patience begins anew.
if earlier[1] ~= reason or at - earlier[3] > 2 * longest then
  redis.call('HSET', PAUSE, 'since', at)
  redis.call('HDEL', PAUSE, 'hopeless')
elseif patience and at - earlier[2] >= patience then
  redis.call('HSET', PAUSE, 'hopeless', detail)
end
