-- What was kept for its time is gone, a part of it with each call.
-- ARGV: the ms that a finished job is kept, the ms that an upload is kept or '' for ever

local at = now()
local jobs = redis.call('ZRANGEBYSCORE', FINISHED, '-inf', at - ARGV[1], 'LIMIT', 0, 100)
for _, job in ipairs(jobs) do
  local told = tonumber(redis.call('HGET', job_key(job), 'deliveries') or 0)
  for number = math.max(told - MOST_DELIVERIES + 1, 1), told do forget_delivery(job, number) end
  redis.call('UNLINK', job_key(job))
  for _, part in ipairs({
    'urls', 'options', 'states', 'attempts', 'losses', 'doubts', 'images', 'uploads', 'deletions',
    'events'
  }) do
    redis.call('UNLINK', job_key(job, part))
  end
  redis.call('ZREM', JOBS, job)
  redis.call('ZREM', FINISHED, job)
end

if ARGV[2] ~= '' then
  local uploads = redis.call('XRANGE', UPLOADS, '-', at - ARGV[2], 'COUNT', 100)
  for _, upload in ipairs(uploads) do
    local content = upload[2][4]
    if redis.call('HGET', CONTENTS, content) == upload[1] then
      redis.call('HDEL', CONTENTS, content)
    end
    redis.call('XDEL', UPLOADS, upload[1])
  end
end
