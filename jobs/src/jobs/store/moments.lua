-- At which moment some jobs are: {the destination as `standing.lua` has it, {created, version,
-- finished}, ...}; of a job that does not exist nothing is known. ARGV: job ...

local found = {standing(now())}
for _, job in ipairs(ARGV) do
  found[#found + 1] = redis.call('HMGET', job_key(job), 'created', 'version', 'finished')
end
return found
