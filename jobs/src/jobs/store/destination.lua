-- How the destination stands: {images under way, due for a retry, pending in all, {window, limit,
-- remaining, end in ms or 0}, ...}.

local pending = tonumber(redis.call('GET', PENDING) or 0)
local state = {redis.call('ZCARD', LEASES), redis.call('ZCARD', DUE), pending}
for name, window in pairs(windows(now())) do
  state[#state + 1] = {name, window.limit, window.remaining, window.resets}
end
return state
