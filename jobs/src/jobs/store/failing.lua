-- All images of a job that nobody has begun fail with this detail; those begun go on.
local function fail_rest(job, detail)
  local states = redis.call('GET', job_key(job, 'states'))
  local next = tonumber(redis.call('HGET', job_key(job), 'next'))
  local details = {}
  for index = 0, #states - 1 do
    local state = string.sub(states, index + 1, index + 1)
    if state == WAITING or state == ADMITTED then
      changed(job, index)
      details[#details + 1] = index
      details[#details + 1] = detail
      if index < next then
        redis.call('ZREM', LEASES, job .. ':' .. index)
        redis.call('ZREM', DUE, job .. ':' .. index)
      end
    end
  end
  redis.call('DEL', job_key(job, 'returned'))
  redis.call('ZREM', WAITING_JOBS, job)
  if #details == 0 then return end
  redis.call('SET', job_key(job, 'states'), (string.gsub(states, '[wa]', FAILED)))
  call_in_parts('HSET', job_key(job, 'images'), details)
  redis.call('HSET', job_key(job), 'next', #states)
  redis.call('HINCRBY', job_key(job), 'failed', #details / 2)
  redis.call('DECRBY', PENDING, #details / 2)
  if redis.call('HINCRBY', job_key(job), 'pending', -#details / 2) == 0 then finish(job) end
end
