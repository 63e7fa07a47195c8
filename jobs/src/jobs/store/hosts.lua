-- Connections to source hosts: the whole fleet has so many to one host at once, and none to a host
-- that asked to be left alone. For each visit: 0 where it is granted, or the ms to wait.
-- ARGV: connections to one host at most, ms that a place is kept, ms after which to ask again; then
--       four for each visit: 'enter' | 'renew' | 'leave' | 'avoid', host, token of the connection,
--       ms to avoid

local most, keep, ask_again = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now()

-- Each host as it stands, and which of the tokens that are told of it have a place there. Places
-- are renewed first, also one that has just ended; what was left is not taken again by that.
local hosts = {}
for i = 4, #ARGV, 4 do
  local what, name, token = unpack(ARGV, i, i + 2)
  if what == 'renew' then redis.call('ZADD', 'imgferry:host:' .. name, 'XX', at + keep, token) end
  hosts[name] = hosts[name] or {tokens = {}, has_place = {}}
  local tokens = hosts[name].tokens
  tokens[#tokens + 1] = token
end
for name, host in pairs(hosts) do
  host.places, host.alone = 'imgferry:host:' .. name, 'imgferry:alone:' .. name
  host.alone_for = redis.call('PTTL', host.alone)
  redis.call('ZREMRANGEBYSCORE', host.places, '-inf', at)
  host.taken = redis.call('ZCARD', host.places)
  for i, score in ipairs(redis.call('ZMSCORE', host.places, unpack(host.tokens))) do
    host.has_place[host.tokens[i]] = score and true
  end
end

-- Asked twice, as after a lost connection, it is the same place.
local function enter(host, token)
  if host.alone_for > 0 then return host.alone_for end
  if not host.has_place[token] then
    if host.taken >= most then return ask_again end
    host.has_place[token], host.taken = true, host.taken + 1
  end
  return 0
end

local function leave(host, token)
  if host.has_place[token] then host.has_place[token], host.taken = false, host.taken - 1 end
end

local waits = {}
for i = 4, #ARGV, 4 do
  local what, name, token, ms = unpack(ARGV, i, i + 3)
  local host, wait = hosts[name], 0
  if what == 'enter' then
    wait = enter(host, token)
  elseif what == 'leave' then
    leave(host, token)
  elseif what == 'avoid' then
    host.alone_for = math.max(ms, 1)
    redis.call('SET', host.alone, '', 'PX', host.alone_for)
  end
  waits[#waits + 1] = wait
end

for _, host in pairs(hosts) do
  for token, has_place in pairs(host.has_place) do
    if has_place then
      later('ZADD', host.places, at + keep, token)
    else
      later('ZREM', host.places, token)
    end
  end
  write_now()
  redis.call('PEXPIRE', host.places, keep)
end
return waits
