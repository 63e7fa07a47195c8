-- A delivery is made again, from the first attempt, now. Returns whether there is such a one.
-- ARGV: job, delivery

local job, number = delivery_of(ARGV[2])
if job ~= ARGV[1] or redis.call('EXISTS', delivery_key(job, number)) == 0 then return false end
redis.call('HSET', delivery_key(job, number), 'status', 'pending', 'attempts', 0)
redis.call('HDEL', delivery_key(job, number), 'token', 'answer', 'wrong')
redis.call('ZADD', DELIVERIES, now(), ARGV[2])
return true
