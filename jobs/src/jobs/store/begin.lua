-- The images of a message that are this worker's from now on: {{index, url, attempt, options}, ...}.
-- Compare-and-set: only what is admitted can be begun, so a second delivery begins nothing.
-- ARGV: job, lease ms, a token that no other beginning has, index ...

local job, lease, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local at = now()
local begun, leases, holders, ended = {}, {}, {}, {}
local stop = paused(at)
local has_options = redis.call('EXISTS', job_key(job, 'options')) == 1

for i = 4, #ARGV do
  local index = ARGV[i]
  if state_of(job, index) == ADMITTED then
    if stop then
      wait_again(job, index)
      ended[#ended + 1] = job .. ':' .. index
    else
      set_state(job, index, BEGUN)
      holders[#holders + 1] = job .. ':' .. index
      holders[#holders + 1] = token
      leases[#leases + 1] = at + lease
      leases[#leases + 1] = job .. ':' .. index
      begun[#begun + 1] = {
        tonumber(index), redis.call('LINDEX', job_key(job, 'urls'), index),
        count_of(job, index, 'attempts') + 1,
        has_options and redis.call('HGET', job_key(job, 'options'), index) or ''
      }
    end
  end
end

if #ended > 0 then redis.call('ZREM', LEASES, unpack(ended)) end
if #begun > 0 then
  redis.call('ZADD', LEASES, unpack(leases))
  redis.call('HSET', HOLDERS, unpack(holders))
  if redis.call('HSETNX', job_key(job), 'begun', at) == 1 then changed(job) end
end
tell_changes()
return begun
