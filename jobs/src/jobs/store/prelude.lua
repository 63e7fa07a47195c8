-- Stands before every script: the keys, the clock, and the bytes of an image.
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
