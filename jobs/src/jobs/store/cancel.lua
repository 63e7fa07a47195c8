-- Nothing more of a job begins. Images that are begun are still recorded; should one come back
-- without an outcome, it fails too. Returns whether there is such a job.
-- ARGV: job, the detail of its images that fail

local job, detail = ARGV[1], ARGV[2]
local facts = redis.call('HMGET', job_key(job), 'created', 'finished')
if not facts[1] then return false end
if not facts[2] then
  redis.call('HSET', job_key(job), 'cancelled', detail)
  fail_rest(job, detail)
  conclude()
end
return true
