-- Stands before every script: the keys, the clock, and the steps that several scripts take.
-- Redis runs a script as a whole or, out of memory or read-only, not at all (`#!lua`).

-- One byte per image in job:<id>:states. The first three are pending to the outside, the next two
-- complete: uploaded, or known before. One that was uploaded may be deleted later.
local WAITING, ADMITTED, BEGUN, COMPLETE, KNOWN, FAILED = 'w', 'a', 'b', 'c', 'k', 'f'
local DELETED = 'd'

local JOBS, FINISHED = 'imgferry:jobs', 'imgferry:finished'
local WAITING_JOBS, TURN = 'imgferry:waiting', 'imgferry:turn'
local LEASES, DUE, PENDING = 'imgferry:leases', 'imgferry:due', 'imgferry:pending'
local HOLDERS, CLAIMS = 'imgferry:holders', 'imgferry:claims'
local UPLOADS, CONTENTS = 'imgferry:uploads', 'imgferry:contents'
local WORKERS, PAUSE = 'imgferry:workers', 'imgferry:pause'
local DELETIONS, DELIVERIES = 'imgferry:deletions', 'imgferry:deliveries'

-- Of more deliveries of one job than this, those of the earliest completions are forgotten.
local MOST_DELIVERIES = 100

local function job_key(job, part)
  return 'imgferry:job:' .. job .. (part and ':' .. part or '')
end

-- Redis's own clock, in ms: the only one that leases, retries and pauses are measured by.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Calls a command with many values: Lua's stack takes about 8,000.
local function call_in_parts(command, key, values)
  for first = 1, #values, 1000 do
    redis.call(command, key, unpack(values, first, math.min(first + 999, #values)))
  end
end

-- Writes that many images share are collected, and made at the end of the script (conclude) as one
-- command for each key. What is read of these keys before that is older.
local writes = {}

local function later(command, key, ...)
  local name = command .. ' ' .. key
  if not writes[name] then
    writes[name] = {command = command, key = key, values = {}}
    writes[#writes + 1] = writes[name]
  end
  local values = writes[name].values
  for _, value in ipairs({...}) do values[#values + 1] = value end
end

local function write_now()
  for _, write in ipairs(writes) do call_in_parts(write.command, write.key, write.values) end
  writes = {}
end

local function paused(at)
  return tonumber(redis.call('HGET', PAUSE, 'until') or 0) > at
end

local function state_of(job, index)
  return redis.call('GETRANGE', job_key(job, 'states'), index, index)
end

local function set_state(job, index, state)
  redis.call('SETRANGE', job_key(job, 'states'), index, state)
end

-- A count of up to 255 for each image, a byte: `attempts` that began, `losses` of its worker, and
-- `doubts`: uploads of which nobody knows how they ended. `deletions`: how often one was sent.
local function count_of(job, index, what)
  return string.byte(redis.call('GETRANGE', job_key(job, what), index, index)) or 0
end

local function count_by(job, index, what, more)
  local new = math.max(0, math.min(count_of(job, index, what) + more, 255))
  redis.call('SETRANGE', job_key(job, what), index, string.char(new))
end

-- Leases, due retries and holders name an image as <job>:<index>.
local function image_of(member)
  local job, index = string.match(member, '^(.+):(%d+)$')
  return job, tonumber(index)
end

-- What clients can see of a job changed, and of which of its images. Said at the end of the script
-- (tell_changes), once for each job: a script may change hundreds of images.
local changes = {}

local function changed(job, index)
  local images = changes[job] or {}
  changes[job] = images
  images[#images + 1] = index
end

-- The events of a job are its last thousand or so, and go an hour after it finished. The id of the
-- newest is the job's version. More than MOST_NAMED images are told as `*`: any of them.
local MOST_NAMED = 500

local function tell_changes()
  for job, images in pairs(changes) do
    local events = job_key(job, 'events')
    local told = #images > MOST_NAMED and '*' or table.concat(images, ',')
    local version = redis.call('XADD', events, 'MAXLEN', '~', 1000, '*', 'images', told)
    redis.call('HSET', job_key(job), 'version', version)
    if redis.call('HEXISTS', job_key(job), 'finished') == 1 then
      redis.call('PEXPIRE', events, 3600000)
    end
  end
end

-- A job joins the round an image behind the present turn, or at its own where that is later: not
-- behind all that wait, nor sooner for having left the round. Were it not behind, jobs that come
-- without end would hold the turn where it is, and those that wait would wait for ever.
local function join_round(job)
  local present = tonumber(redis.call('GET', TURN) or 0)
  local known = redis.call('HMGET', job_key(job), 'turn', 'stride')
  local turn = math.max(present + (known[2] or 4), tonumber(known[1] or 0))
  redis.call('ZADD', WAITING_JOBS, 'NX', turn, job)
end

-- A delivery is named <job>-<its number>; the job's hash has the number of the last.
local function delivery_of(name)
  return string.match(name, '^(.+)-(%d+)$')
end

local function delivery_key(job, number)
  return job_key(job, 'delivery:' .. number)
end

local function forget_delivery(job, number)
  redis.call('UNLINK', delivery_key(job, number))
  redis.call('ZREM', DELIVERIES, job .. '-' .. number)
end

-- Whoever wants to be told that the job is complete is told as it is now.
local function tell(job, at)
  local facts = redis.call('HMGET', job_key(job), 'webhook', 'failed')
  if not facts[1] then return end
  local number = redis.call('HINCRBY', job_key(job), 'deliveries', 1)
  redis.call('HSET', delivery_key(job, number), 'created', at, 'failed', facts[2],
    'status', 'pending', 'attempts', 0)
  redis.call('ZADD', DELIVERIES, at, job .. '-' .. number)
  forget_delivery(job, number - MOST_DELIVERIES)
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
