-- Deliveries that are due, leased to a worker that will send them: {{delivery, webhook, attempt,
-- failed, finished (ms), total, created (ms), title, labels}, ...}. One whose lease ends is due
-- again: its worker was lost.
-- ARGV: deliveries at most, lease ms, a token that no other call has

local at = now()
local found = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', DELIVERIES, '-inf', at, 'LIMIT', 0, ARGV[1])) do
  local job, number = delivery_of(name)
  local key = delivery_key(job, number)
  redis.call('ZADD', DELIVERIES, at + ARGV[2], name)
  redis.call('HSET', key, 'token', ARGV[3])
  local attempt = redis.call('HINCRBY', key, 'attempts', 1)
  local told = redis.call('HMGET', key, 'failed', 'created')
  local facts = redis.call('HMGET', job_key(job), 'webhook', 'total', 'created', 'title', 'labels')
  found[#found + 1] = {
    name, facts[1], attempt, told[1], told[2], facts[2], facts[3], facts[4], facts[5]
  }
end
return found
