-- The whole destination waits. A shorter pause does not end a longer one.
-- ARGV: reason, ms from now

local till = now() + ARGV[2]
if till > tonumber(redis.call('HGET', PAUSE, 'until') or 0) then
  redis.call('HSET', PAUSE, 'reason', ARGV[1], 'until', till)
end
