-- Webhooks: what a job that finishes makes due.

-- A delivery is named <job>-<its number>; the job's hash has the number of the last.
local function delivery_of(name)
  return string.match(name, '^(.+)-(%d+)$')
end

local function delivery_key(job, number)
  return job_key(job, 'delivery:' .. number)
end

local function forget_delivery(job, number)
  redis.call('UNLINK', delivery_key(job, number))
  redis.call('ZREM', DELIVERIES, job .. '-' .. number)
end

-- Whoever wants to be told that the job is complete is told as it is now.
local function tell(job, at)
  local facts = redis.call('HMGET', job_key(job), 'webhook', 'failed')
  if not facts[1] then return end
  local number = redis.call('HINCRBY', job_key(job), 'deliveries', 1)
  redis.call('HSET', delivery_key(job, number), 'created', at, 'failed', facts[2],
    'status', 'pending', 'attempts', 0)
  redis.call('ZADD', DELIVERIES, at, job .. '-' .. number)
  forget_delivery(job, number - MOST_DELIVERIES)
end
