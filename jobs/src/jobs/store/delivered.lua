-- What became of attempts to deliver. That a receiver took one is true whoever sent it; anything
-- else counts only from the worker that has it now.
-- ARGV: six for each: delivery, token, 'delivered' | 'failed' | 'pending' | 'unsent' (which counts
-- as no attempt), ms until the next attempt, HTTP status or '', what went wrong or ''

local at = now()
for i = 1, #ARGV, 6 do
  local name, token, what, wait, answer, wrong = unpack(ARGV, i, i + 5)
  local key = delivery_key(delivery_of(name))
  local known = redis.call('HMGET', key, 'status', 'token')
  if known[1] == 'pending' and (what == 'delivered' or known[2] == token) then
    redis.call('HDEL', key, 'token')
    if what == 'unsent' then
      redis.call('HINCRBY', key, 'attempts', -1)
    else
      redis.call('HSET', key, 'status', what, 'answer', answer, 'wrong', wrong)
    end
    if what == 'delivered' or what == 'failed' then
      redis.call('ZREM', DELIVERIES, name)
    else
      redis.call('ZADD', DELIVERIES, at + wait, name)
    end
  end
end
