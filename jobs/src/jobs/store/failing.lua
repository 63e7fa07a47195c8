-- All images of a job that nobody has begun fail with this detail; those begun go on.
local function fail_rest(job, detail)
  local states = redis.call('GET', job_key(job, 'states'))
  local next = tonumber(redis.call('HGET', job_key(job), 'next'))
  local failed = 0
  for index = 0, #states - 1 do
    local state = string.sub(states, index + 1, index + 1)
    if state == WAITING or state == ADMITTED then
      failed = failed + 1
      changed(job, index)
      later('HSET', job_key(job, 'images'), index, detail)
      if index < next then
        later('ZREM', LEASES, job .. ':' .. index)
        later('ZREM', DUE, job .. ':' .. index)
      end
    end
  end
  redis.call('DEL', job_key(job, 'returned'))
  redis.call('ZREM', WAITING_JOBS, job)
  if failed == 0 then return end
  redis.call('SET', job_key(job, 'states'), (string.gsub(states, '[wa]', FAILED)))
  redis.call('HSET', job_key(job), 'next', #states)
  leave_pending(job, failed, failed)
end
