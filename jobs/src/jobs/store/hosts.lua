-- Connections to source hosts: the whole fleet has so many to one host at once, and none to a host
-- that asked to be left alone. For each visit: 0 where it is granted, or the ms to wait.
-- ARGV: connections to one host at most, ms that a place is kept, ms after which to ask again; then
--       four for each visit: 'enter' | 'renew' | 'leave' | 'avoid', host, token of the connection,
--       ms to avoid

local most, keep, ask_again = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()
local hosts, waits = {}, {}

-- A host as it stands when the first of its visits is looked at.
local function host_of(name)
  if not hosts[name] then
    local places = 'imgferry:host:' .. name
    redis.call('ZREMRANGEBYSCORE', places, '-inf', at)
    hosts[name] = {
      places = places,
      alone = redis.call('PTTL', 'imgferry:alone:' .. name),
      taken = redis.call('ZCARD', places),
    }
  end
  return hosts[name]
end

-- Asked twice, as after a lost connection, it is the same place.
local function enter(host, token)
  if host.alone > 0 then return host.alone end
  if host.taken >= most and not redis.call('ZSCORE', host.places, token) then return ask_again end
  host.taken = host.taken + 1
  later('ZADD', host.places, at + keep, token)
  host.is_kept = true
  return 0
end

-- Those that leave go first: they make room for those that enter.
for i = 4, #ARGV, 4 do
  if ARGV[i] == 'leave' then later('ZREM', 'imgferry:host:' .. ARGV[i + 1], ARGV[i + 2]) end
end
write_now()

for i = 4, #ARGV, 4 do
  local what, name, token, ms = unpack(ARGV, i, i + 3)
  local wait = 0
  if what == 'enter' then
    wait = enter(host_of(name), token)
  elseif what == 'renew' then  -- what was left meanwhile is not taken again
    local host = host_of(name)
    redis.call('ZADD', host.places, 'XX', at + keep, token)
    host.is_kept = true
  elseif what == 'avoid' then
    redis.call('SET', 'imgferry:alone:' .. name, '', 'PX', math.max(ms, 1))
  end
  waits[#waits + 1] = wait
end
write_now()
for _, host in pairs(hosts) do
  if host.is_kept then redis.call('PEXPIRE', host.places, keep) end
end
return waits
