-- What a client asks for in one window is counted; with the window's end the count is gone.

-- Takes so much of a quota ('' is none: all may be taken), or nothing where less is left. More than
-- the whole quota is taken when nothing of it is spent, and its window is then so many times as
-- long. Returns whether it was taken, what is left, and the ms to the end of the window.
local function spend(quota, limit, length, amount)
  if quota == '' then return true end
  local key = 'imgferry:spent:' .. quota
  local spent = tonumber(redis.call('GET', key) or 0)
  limit, length, amount = tonumber(limit), tonumber(length), tonumber(amount)
  local taken = amount == 0 or spent == 0 or spent + amount <= limit
  if taken and amount > 0 then
    redis.call('INCRBY', key, amount)
    if spent == 0 then redis.call('PEXPIRE', key, length * math.ceil(amount / limit)) end
    spent = spent + amount
  end
  return taken, math.max(limit - spent, 0), spent > 0 and redis.call('PTTL', key) or length
end
