-- A new job, once: a repeated call (a connection lost after the first) changes nothing. Returns the
-- job of this Idempotency-Key, which an earlier request may have added; nothing where that request
-- had another body; or, where the quota has fewer URLs left, how many, and the ms until it has all.
-- ARGV: job, the key or '', body, ms that the key is kept, the job's stride, its owner, a quota or
-- '', its limit, its window in ms, the job's title or '', labels (JSON) or '', webhook or '', '1'
-- where it is deletable, of how many images there are options, index and options (JSON) of each,
-- url ...

local job, once, body, keep, stride, owner, quota, limit, window = unpack(ARGV, 1, 9)
local asked = {title = ARGV[10], labels = ARGV[11], webhook = ARGV[12], deletable = ARGV[13]}
local options, urls = {}, {}
local first = 15 + 2 * ARGV[14]
for i = 15, first - 1 do options[#options + 1] = ARGV[i] end
for i = first, #ARGV do urls[#urls + 1] = ARGV[i] end

local key = 'imgferry:once:' .. once
if once ~= '' then
  local earlier = redis.call('HMGET', key, 'job', 'body')
  if earlier[1] and redis.call('EXISTS', job_key(earlier[1])) == 1 then
    return earlier[2] == body and earlier[1]
  end
end
if redis.call('EXISTS', job_key(job)) == 1 then return job end

local taken, left, ends = spend(quota, limit, window, #urls)
if not taken then return {left, ends} end
if once ~= '' then
  redis.call('HSET', key, 'job', job, 'body', body)
  redis.call('PEXPIRE', key, keep)
end
redis.call('HSET', job_key(job), 'created', now(), 'total', #urls, 'pending', #urls, 'failed', 0,
  'next', 0, 'stride', stride, 'owner', owner)
for name, value in pairs(asked) do
  if value ~= '' then redis.call('HSET', job_key(job), name, value) end
end
call_in_parts('HSET', job_key(job, 'options'), options)
redis.call('SET', job_key(job, 'states'), string.rep(WAITING, #urls))
call_in_parts('RPUSH', job_key(job, 'urls'), urls)
redis.call('INCRBY', PENDING, #urls)
redis.call('ZADD', JOBS, redis.call('INCR', 'imgferry:added'), job)
join_round(job)
changed(job)
conclude()
return job
