-- How the destination stands: {images under way, due for a retry, pending in all, jobs that wait,
-- images a second, the pause as {reason, until in ms, told} or {},
-- {window, length in ms, limit, remaining, end in ms or 0}, ...}.

local function standing(at)
  local state = {
    redis.call('ZCARD', LEASES), redis.call('ZCARD', DUE),
    tonumber(redis.call('GET', PENDING) or 0), redis.call('ZCARD', WAITING_JOBS), pace(at),
    paused(at) and redis.call('HMGET', PAUSE, 'reason', 'until', 'told') or {}
  }
  for name, window in pairs(windows(at)) do
    state[#state + 1] = {name, window.length, window.limit, window.remaining, window.resets}
  end
  return state
end
