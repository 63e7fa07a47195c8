-- How many images a second arrive, over spans of ten seconds; a minute without one ends a span.

local PACE = 'imgferry:pace'

local function keep_pace(at, done)
  local span = redis.call('HMGET', PACE, 'since', 'latest', 'done')
  local since, latest = tonumber(span[1] or at), tonumber(span[2] or at)
  if at - latest > 60000 then
    redis.call('DEL', PACE)
    since = at
  elseif at - since < 10000 then
    done = done + tonumber(span[3] or 0)
  else
    redis.call('HSET', PACE, 'rate', (tonumber(span[3]) + done) * 1000 / (at - since))
    since, done = at, 0
  end
  redis.call('HSET', PACE, 'since', since, 'latest', at, 'done', done)
end

-- As text, for Redis makes whole numbers of Lua's; nothing where it is not known.
local function pace(at)
  local span = redis.call('HMGET', PACE, 'latest', 'rate')
  return tonumber(span[1] or 0) > at - 60000 and span[2]
end
