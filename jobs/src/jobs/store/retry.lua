-- Failed images of a job run again, as if they never had. Returns how many; -1 for no such job;
-- where URLs are named that are not of this job, which: the numbers of the arguments; or, where the
-- quota has fewer URLs left, false, how many, and the ms until it has all.
-- ARGV: job, 'all' | 'retryable' | 'urls', a quota or '', its limit, its window in ms, url ...

local job, which, quota, limit, window = unpack(ARGV, 1, 5)
local states = redis.call('GET', job_key(job, 'states'))
if not states then return -1 end

-- The indexes of the URLs named.
local named, unknown = {}, {}
if which == 'urls' then
  local index_of = {}
  for i, url in ipairs(redis.call('LRANGE', job_key(job, 'urls'), 0, -1)) do
    index_of[url] = i - 1
  end
  for i = 6, #ARGV do
    local index = index_of[ARGV[i]]
    if index then named[index] = true else unknown[#unknown + 1] = i end
  end
end
if #unknown > 0 then return unknown end

local function is_wanted(index)
  if which == 'retryable' then
    return cjson.decode(redis.call('HGET', job_key(job, 'images'), index)).retryable
  end
  return which == 'all' or named[index]
end

local again = {}
for index = 0, #states - 1 do
  if string.sub(states, index + 1, index + 1) == FAILED and is_wanted(index) then
    again[#again + 1] = index
  end
end
if #again == 0 then return 0 end
local taken, left, ends = spend(quota, limit, window, #again)
if not taken then return {false, left, ends} end

for _, index in ipairs(again) do
  set_state(job, index, WAITING)
  changed(job, index)
  for _, what in ipairs({'attempts', 'losses'}) do
    if count_of(job, index, what) > 0 then
      redis.call('SETRANGE', job_key(job, what), index, '\0')
    end
  end
end
call_in_parts('RPUSH', job_key(job, 'returned'), again)
redis.call('HINCRBY', job_key(job), 'pending', #again)
redis.call('HINCRBY', job_key(job), 'failed', -#again)
redis.call('HDEL', job_key(job), 'finished', 'cancelled')
redis.call('ZREM', FINISHED, job)
redis.call('INCRBY', PENDING, #again)
redis.call('PERSIST', job_key(job, 'events'))
join_round(job)
conclude()
return #again
