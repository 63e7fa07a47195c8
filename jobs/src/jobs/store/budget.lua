-- What the destination still allows, in uploads, as its answers told: one hash, five fields for
-- each window. `told` is 1 where an answer said when it ends; else `resets` is a guess, or 0.

local BUDGET = 'imgferry:budget'
-- Answers tell the same end with some jitter: whole seconds, the way here, two clocks.
local SAME_END = 1500
-- A deletion that is due within so many ms, the shortest after which it is sent again, is under way.
local SOON = 15000

-- A window that has ended is full again, and its next end not known yet.
local function windows(at)
  local found = {}
  local fields = redis.call('HGETALL', BUDGET)
  for i = 1, #fields, 2 do
    local name, what = string.match(fields[i], '^(%a+):(%a+)$')
    found[name] = found[name] or {}
    found[name][what] = tonumber(fields[i + 1])
  end
  for name, window in pairs(found) do
    if not window.told then
      found[name] = nil  -- of a version before this
    elseif window.resets > 0 and window.resets <= at then
      window.remaining, window.resets, window.told = window.limit, 0, 0
    end
  end
  return found
end

-- Answers come out of order: within a window, the least that was told is true. Uploads whose answer
-- told nothing are counted; a window that only they are known of ends its length after the first.
local function learn(at, name, length, limit, remaining, resets_in, untold)
  local known = windows(at)[name]
  if known and tonumber(untold) > 0 then
    known.remaining = math.max(known.remaining - untold, 0)
    if known.resets == 0 then known.resets = at + length end  -- a guess
  end
  local resets = tonumber(resets_in) > 0 and at + resets_in or 0
  -- An answer that came late tells of the window before.
  if known and known.told == 1 and resets > 0 and resets < known.resets - length / 2 then return end
  local told = resets > 0 and 1 or 0
  limit, remaining = tonumber(limit), tonumber(remaining)
  if not limit then
    if not known then return end
    limit, remaining, resets, told = known.limit, known.remaining, known.resets, known.told
  elseif known then
    local ended = known.told == 1 and resets > known.resets + SAME_END
    -- One that never says when it ends has ended when there is much more left than before.
    local refilled = known.resets == 0 and remaining > known.remaining + limit / 10
    if not ended and not refilled then
      remaining = math.min(remaining, known.remaining)
      if known.told == 1 or told == 0 then resets, told = known.resets, known.told end
    end
  end
  redis.call('HSET', BUDGET, name .. ':length', length, name .. ':limit', limit,
    name .. ':remaining', remaining, name .. ':resets', resets, name .. ':told', told)
end

-- Learns what answers told. In ARGV at `first` stands of how many windows, then six for each: name,
-- length in ms, limit or '', remaining (in uploads), ms to its end or 0, uploads whose answer told
-- nothing. Returns where in ARGV what follows begins.
local function learn_all(at, first)
  local behind = first + 1 + 6 * ARGV[first]
  for i = first + 1, behind - 1, 6 do learn(at, unpack(ARGV, i, i + 5)) end
  return behind
end

-- How many images more may be under way. Where a spent window does not say when it ends, one image
-- asks; after a pause one image asks too, before all go on. A deletion counts as an upload, which
-- costs more, from when it is due until it is done or put off: images wait for it, not it for them.
local function allowance(at)
  local under_way = redis.call('ZCARD', LEASES) + redis.call('ZCOUNT', DELETIONS, '-inf', at + SOON)
  local allowed = math.huge
  for _, window in pairs(windows(at)) do
    local remaining = window.remaining
    if remaining < 1 and window.resets == 0 then remaining = 1 end
    allowed = math.min(allowed, remaining)
  end
  if redis.call('EXISTS', PAUSE) == 1 then allowed = math.min(allowed, 1) end
  return allowed - under_way
end
