-- Images leave `pending` or wait again, and jobs finish.

-- A job joins the round an image behind the present turn, or at its own where that is later: not
-- behind all that wait, nor sooner for having left the round. Were it not behind, jobs that come
-- without end would hold the turn where it is, and those that wait would wait for ever.
local function join_round(job)
  local present = tonumber(redis.call('GET', TURN) or 0)
  local known = redis.call('HMGET', job_key(job), 'turn', 'stride')
  local turn = math.max(present + (known[2] or 4), tonumber(known[1] or 0))
  redis.call('ZADD', WAITING_JOBS, 'NX', turn, job)
end

local function finish(job)
  local at = now()
  redis.call('HSET', job_key(job), 'finished', at)
  redis.call('DEL', job_key(job, 'returned'))
  redis.call('ZREM', WAITING_JOBS, job)
  redis.call('ZADD', FINISHED, at, job)
  tell(job, at)
end

-- Images leave `pending` for good, so many of them failed.
local settled = {}

local function leave_pending(job, images, failed)
  settled[job] = settled[job] or {images = 0, failed = 0}
  settled[job].images = settled[job].images + images
  settled[job].failed = settled[job].failed + failed
end

local function settle(job, index, state, detail)
  set_state(job, index, state)
  changed(job, index)
  later('HSET', job_key(job, 'images'), index, detail)
  leave_pending(job, 1, state == FAILED and 1 or 0)
end

-- An image waits again, unless its job was cancelled meanwhile.
local function wait_again(job, index)
  local cancelled = redis.call('HGET', job_key(job), 'cancelled')
  if cancelled then return settle(job, index, FAILED, cancelled) end
  set_state(job, index, WAITING)
  redis.call('RPUSH', job_key(job, 'returned'), index)
  join_round(job)
end

-- The end of every script that changes jobs: a job without pending images is finished.
local function conclude()
  write_now()
  for job, of in pairs(settled) do
    redis.call('DECRBY', PENDING, of.images)
    if of.failed > 0 then redis.call('HINCRBY', job_key(job), 'failed', of.failed) end
    if redis.call('HINCRBY', job_key(job), 'pending', -of.images) == 0 then finish(job) end
  end
  settled = {}
  tell_changes()
end
