-- Connections to source hosts: the whole fleet has so many to one host at once, and none to a host
-- that asked to be left alone. For each visit: 0 where it is granted, or the ms to wait.
-- ARGV: connections to one host at most, ms that a place is kept, ms after which to ask again; then
--       four for each visit: 'enter' | 'renew' | 'leave' | 'avoid', host, token of the connection,
--       ms to avoid

local most, keep, ask_again = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()

-- Asked twice, as after a lost connection, it is the same place.
local function enter(places, alone, token)
  local wait = redis.call('PTTL', alone)
  if wait > 0 then return wait end
  redis.call('ZREMRANGEBYSCORE', places, '-inf', at)
  if redis.call('ZCARD', places) >= most and not redis.call('ZSCORE', places, token) then
    return ask_again
  end
  redis.call('ZADD', places, at + keep, token)
  redis.call('PEXPIRE', places, keep)
  return 0
end

local waits = {}
for i = 4, #ARGV, 4 do
  local what, host, token, ms = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local places, alone = 'imgferry:host:' .. host, 'imgferry:alone:' .. host
  local wait = 0
  if what == 'enter' then
    wait = enter(places, alone, token)
  elseif what == 'renew' then  -- what was left meanwhile is not taken again
    redis.call('ZADD', places, 'XX', at + keep, token)
    redis.call('PEXPIRE', places, keep)
  elseif what == 'leave' then
    redis.call('ZREM', places, token)
  else
    redis.call('SET', alone, '', 'PX', math.max(ms, 1))
  end
  waits[#waits + 1] = wait
end
return waits
