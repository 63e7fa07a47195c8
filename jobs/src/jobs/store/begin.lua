-- The images of a message that are this worker's from now on: {{index, url, attempt, options}, ...}.
-- Compare-and-set: only what is admitted can be begun, so a second delivery begins nothing.
-- ARGV: job, lease ms, a token that no other beginning has, index ...

local job, lease, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local at = now()
local stop = paused(at)
local has_options = redis.call('EXISTS', job_key(job, 'options')) == 1
local begun = {}

-- Images side by side, as those of most messages are: read at once, and written at once.
local function begin_run(first, last)
  local states = redis.call('GETRANGE', job_key(job, 'states'), first, last)
  local attempts = redis.call('GETRANGE', job_key(job, 'attempts'), first, last)
  local urls = redis.call('LRANGE', job_key(job, 'urls'), first, last)
  local states_now, attempts_now, before = {}, {}, #begun
  for n = 1, #states do
    local index, state = first + n - 1, string.sub(states, n, n)
    local attempt = string.byte(attempts, n) or 0
    if state == ADMITTED then
      state, attempt = BEGUN, math.min(attempt + 1, 255)
      later('HSET', HOLDERS, job .. ':' .. index, token)
      later('ZADD', LEASES, at + lease, job .. ':' .. index)
      local options = has_options and redis.call('HGET', job_key(job, 'options'), index)
      begun[#begun + 1] = {index, urls[n], attempt, options or ''}
    end
    states_now[n], attempts_now[n] = state, string.char(attempt)
  end
  if #begun > before then
    redis.call('SETRANGE', job_key(job, 'states'), first, table.concat(states_now))
    redis.call('SETRANGE', job_key(job, 'attempts'), first, table.concat(attempts_now))
  end
end

local function give_back(index)
  if state_of(job, index) ~= ADMITTED then return end
  wait_again(job, index)
  later('ZREM', LEASES, job .. ':' .. index)
end

local i = 4
while i <= #ARGV do
  local first = tonumber(ARGV[i])
  local last = first
  while tonumber(ARGV[i + 1]) == last + 1 do i, last = i + 1, last + 1 end
  if stop then
    for index = first, last do give_back(index) end
  else
    begin_run(first, last)
  end
  i = i + 1
end

if #begun > 0 and redis.call('HSETNX', job_key(job), 'begun', at) == 1 then changed(job) end
conclude()
return begun
