-- A new job, once: a repeated call (a connection lost after the first) changes nothing. Returns the
-- job of this Idempotency-Key, which an earlier request may have added, or nothing where that
-- request had another body.
-- ARGV: job, the key or '', body, ms that the key is kept, the job's stride, url ...

local job, once, body, keep, stride = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if once ~= '' then
  local key = 'imgferry:once:' .. once
  local earlier = redis.call('HMGET', key, 'job', 'body')
  if earlier[1] then return earlier[2] == body and earlier[1] end
  redis.call('HSET', key, 'job', job, 'body', body)
  redis.call('PEXPIRE', key, keep)
end
if redis.call('EXISTS', job_key(job)) == 1 then return job end

local urls = {}
for i = 6, #ARGV do urls[#urls + 1] = ARGV[i] end
redis.call('HSET', job_key(job), 'created', now(), 'total', #urls, 'pending', #urls, 'failed', 0,
  'next', 0, 'stride', stride)
redis.call('SET', job_key(job, 'states'), string.rep(WAITING, #urls))
call_in_parts('RPUSH', job_key(job, 'urls'), urls)
redis.call('INCRBY', PENDING, #urls)
redis.call('ZADD', JOBS, redis.call('INCR', 'imgferry:added'), job)
join_round(job)
return job
