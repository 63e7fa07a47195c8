-- A new job, once: a repeated call (a connection lost after the first) changes nothing.
-- ARGV: job, url ...

local job = ARGV[1]
if redis.call('EXISTS', job_key(job)) == 1 then return end
local total = #ARGV - 1
redis.call('HSET', job_key(job), 'created', now(), 'total', total, 'pending', total, 'next', 0)
redis.call('SET', job_key(job, 'states'), string.rep(WAITING, total))
for first = 2, #ARGV, 1000 do  -- Lua's stack takes about 8,000 values
  redis.call('RPUSH', job_key(job, 'urls'), unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('INCRBY', PENDING, total)
join_round(job)
