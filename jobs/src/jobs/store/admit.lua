-- What may run now, as messages of one job each: {job, {index, ...}, job, {index, ...}, ...}.
-- The waiting jobs take turns, each a share by its priority; no more than the workers alive have
-- room for, and no more than the budget of the destination covers.
-- ARGV: images in a message, messages at most, images admitted per image a worker holds, lease ms,
--       losses after which an image is given up, its detail then

local message_size, most_messages = tonumber(ARGV[1]), tonumber(ARGV[2])
local depth, lease = tonumber(ARGV[3]), tonumber(ARGV[4])
local most_lost, lost = tonumber(ARGV[5]), ARGV[6]
local at = now()

local ended = redis.call('ZRANGEBYSCORE', LEASES, '-inf', at, 'LIMIT', 0, 1000)
load_holders(ended)
for _, member in ipairs(ended) do
  local was_uploading = let_go(member)
  local job, index = image_of(member)
  local state = state_of(job, index)
  if state == BEGUN then
    count_by(job, index, 'attempts', -1)  -- it did not end
    count_by(job, index, 'losses', 1)
  end
  if state == BEGUN and was_uploading then
    count_by(job, index, 'doubts', 1)
    changed(job, index)
  end
  if state == BEGUN and count_of(job, index, 'losses') >= most_lost then
    settle(job, index, FAILED, lost)
  elseif state == ADMITTED or state == BEGUN then
    wait_again(job, index)
  end
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', at, 'LIMIT', 0, 1000)) do
  later('ZREM', DUE, member)
  local job, index = image_of(member)
  if state_of(job, index) == WAITING then
    wait_again(job, index)
    changed(job, index)  -- no retry is due any more
  end
end

if paused(at) then
  local hopeless = redis.call('HGET', PAUSE, 'hopeless')
  local job = hopeless and redis.call('ZRANGE', WAITING_JOBS, 0, 0)[1]
  if job then fail_rest(job, hopeless) end
  conclude()
  return {}
end
conclude()

redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', at)
local capacity = 0
for _, worker in ipairs(redis.call('ZRANGE', WORKERS, 0, -1)) do
  local at_once = tonumber(string.match(worker, '(%d+)$'))
  capacity = capacity + depth * at_once
  -- Whoever gets a message begins all of it: what one cannot run at once is for the others.
  message_size = math.min(message_size, at_once)
end
local room = capacity - redis.call('ZCARD', LEASES)
-- A little room is left to grow: many small messages would cost more than they carry.
local enough = math.min(message_size, math.max(1, math.floor(capacity / 8)))

-- Those that came back first, then those never admitted. `more`: the job still waits after these.
local function take(job, count, first, total)
  local indexes, leases = {}, {}
  local function admit(index)
    indexes[#indexes + 1] = index
    leases[#leases + 1] = at + lease
    leases[#leases + 1] = job .. ':' .. index
  end
  local returned = job_key(job, 'returned')
  while #indexes < count do
    local index = redis.call('LPOP', returned)
    if not index then break end
    if state_of(job, index) == WAITING then
      set_state(job, index, ADMITTED)
      admit(index)
    end
  end
  local fresh = math.min(count - #indexes, total - first)
  if fresh > 0 then
    redis.call('HINCRBY', job_key(job), 'next', fresh)
    -- Not all need wait: outcomes of a time that Redis has forgotten may have come since.
    local states = redis.call('GETRANGE', job_key(job, 'states'), first, first + fresh - 1)
    set_state(job, first, (string.gsub(states, WAITING, ADMITTED)))
    for i = 1, fresh do
      if string.sub(states, i, i) == WAITING then admit(first + i - 1) end
    end
  end
  if #leases > 0 then redis.call('ZADD', LEASES, unpack(leases)) end
  return indexes, first + fresh < total or redis.call('EXISTS', returned) == 1
end

local allowed = allowance(at)
local messages = {}
while room >= enough and allowed > 0 and #messages < 2 * most_messages do
  local head = redis.call('ZPOPMIN', WAITING_JOBS)
  local job, turn = head[1], tonumber(head[2])
  if not job then break end
  local known = redis.call('HMGET', job_key(job), 'next', 'total', 'stride')
  local first, total = tonumber(known[1]), tonumber(known[2])
  local stride = tonumber(known[3] or 4)  -- a job of a version before this has none
  if first then
    local indexes, more = take(job, math.min(message_size, room, allowed), first, total)
    redis.call('SET', TURN, turn)
    turn = turn + #indexes * stride
    redis.call('HSET', job_key(job), 'turn', turn)
    if more then redis.call('ZADD', WAITING_JOBS, turn, job) end
    if #indexes > 0 then
      room, allowed = room - #indexes, allowed - #indexes
      messages[#messages + 1] = job
      messages[#messages + 1] = indexes
    end
  end
end
return messages
