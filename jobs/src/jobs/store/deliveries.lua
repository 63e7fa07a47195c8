-- The deliveries of a job, latest first: {{delivery, created (ms), status, attempts, HTTP status,
-- what went wrong, ms of the next attempt}, ...}. Returns nothing for a job that does not exist.
-- ARGV: job

local job = ARGV[1]
local facts = redis.call('HMGET', job_key(job), 'created', 'deliveries')
if not facts[1] then return false end

local found = {}
local last = tonumber(facts[2] or 0)
for number = last, math.max(last - MOST_DELIVERIES + 1, 1), -1 do
  local name = job .. '-' .. number
  local known = redis.call('HMGET', delivery_key(job, number),
    'created', 'status', 'attempts', 'answer', 'wrong')
  table.insert(known, 1, name)
  known[7] = redis.call('ZSCORE', DELIVERIES, name)
  found[#found + 1] = known
end
return found
