-- What the destination still allows, in uploads, as its answers told: one hash, three fields for
-- each window. `resets` is 0 while nobody has said when it ends.

local BUDGET = 'imgferry:budget'
-- Answers tell the same end with some jitter: whole seconds, the way here, two clocks.
local SAME_END = 1500

-- A window that has ended is full again, and its next end not known yet.
local function windows(at)
  local found = {}
  local fields = redis.call('HGETALL', BUDGET)
  for i = 1, #fields, 2 do
    local name, what = string.match(fields[i], '^(%a+):(%a+)$')
    found[name] = found[name] or {}
    found[name][what] = tonumber(fields[i + 1])
  end
  for _, window in pairs(found) do
    if window.resets > 0 and window.resets <= at then
      window.remaining, window.resets = window.limit, 0
    end
  end
  return found
end

-- Answers come out of order: within a window, the least that was told is true.
local function learn(at, name, limit, remaining, resets_in)
  local known = windows(at)[name]
  local resets = resets_in > 0 and at + resets_in or 0
  if known then
    local ended = known.resets > 0 and resets > known.resets + SAME_END
    -- One that never says when it ends has ended when there is much more left than before.
    local refilled = known.resets == 0 and remaining > known.remaining + limit / 10
    if not ended and not refilled then
      remaining = math.min(remaining, known.remaining)
      if known.resets > 0 then resets = known.resets end
    end
  end
  redis.call('HSET', BUDGET,
    name .. ':limit', limit, name .. ':remaining', remaining, name .. ':resets', resets)
end

-- How many images more may be under way. Where a spent window does not say when it ends, one image
-- asks; after a pause one image asks too, before all go on.
local function allowance(at)
  local under_way = redis.call('ZCARD', LEASES)
  local allowed = math.huge
  for _, window in pairs(windows(at)) do
    local remaining = window.remaining
    if remaining < 1 and window.resets == 0 then remaining = 1 end
    allowed = math.min(allowed, remaining)
  end
  if redis.call('EXISTS', PAUSE) == 1 then allowed = math.min(allowed, 1) end
  return allowed - under_way
end
