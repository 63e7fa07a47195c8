-- Stands before every script: the keys, the clock, and how an image comes to wait again.
-- Redis runs a script as a whole or, out of memory or read-only, not at all (`#!lua`).

-- One byte per image in job:<id>:states. The first three are pending to the outside.
local WAITING, ADMITTED, BEGUN, COMPLETE, FAILED = 'w', 'a', 'b', 'c', 'f'

local WAITING_JOBS, TURN = 'imgferry:waiting', 'imgferry:turn'
local LEASES, DUE, PENDING = 'imgferry:leases', 'imgferry:due', 'imgferry:pending'
local HOLDERS = 'imgferry:holders'
local LINKS, WORKERS, PAUSE = 'imgferry:links', 'imgferry:workers', 'imgferry:pause'

local function job_key(job, part)
  return 'imgferry:job:' .. job .. (part and ':' .. part or '')
end

-- Redis's own clock, in ms: the only one that leases, retries and pauses are measured by.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function state_of(job, index)
  return redis.call('GETRANGE', job_key(job, 'states'), index, index)
end

local function set_state(job, index, state)
  redis.call('SETRANGE', job_key(job, 'states'), index, state)
end

-- A count of up to 255 for each image, a byte: `attempts` that ended, `losses` of its worker.
local function count_of(job, index, what)
  return string.byte(redis.call('GETRANGE', job_key(job, what), index, index)) or 0
end

local function count_up(job, index, what)
  local count = math.min(count_of(job, index, what) + 1, 255)
  redis.call('SETRANGE', job_key(job, what), index, string.char(count))
end

-- Whether the beginning with this token has the image: begun, and not begun again since.
local function is_holder(job, index, token)
  return state_of(job, index) == BEGUN
    and redis.call('HGET', HOLDERS, job .. ':' .. index) == token
end

local function give_up_lease(member)
  redis.call('ZREM', LEASES, member)
  redis.call('HDEL', HOLDERS, member)
end

-- A job joins the round at the present turn: neither before those that wait, nor behind them all.
local function join_round(job)
  redis.call('ZADD', WAITING_JOBS, 'NX', redis.call('GET', TURN) or 0, job)
end

local function wait_again(job, index)
  set_state(job, index, WAITING)
  redis.call('RPUSH', job_key(job, 'returned'), index)
  join_round(job)
end

-- Leases and due retries name an image as <job>:<index>.
local function image_of(member)
  local job, index = string.match(member, '^(.+):(%d+)$')
  return job, tonumber(index)
end

-- An image leaves `pending` for good; with its last image the job is finished, and kept `keep` ms.
local function settle(job, index, state, detail, keep)
  set_state(job, index, state)
  redis.call('HSET', job_key(job, 'images'), index, detail)
  redis.call('DECR', PENDING)
  if redis.call('HINCRBY', job_key(job), 'pending', -1) > 0 then return end
  redis.call('HSET', job_key(job), 'finished', now())
  redis.call('DEL', job_key(job, 'returned'))
  redis.call('PEXPIRE', job_key(job), keep)
  for _, part in ipairs({'urls', 'states', 'attempts', 'losses', 'images'}) do
    redis.call('PEXPIRE', job_key(job, part), keep)
  end
end

local function paused(at)
  return tonumber(redis.call('HGET', PAUSE, 'until') or 0) > at
end
