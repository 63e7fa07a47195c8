-- What became of images, first writer wins. Returns how many of the outcomes were taken.
-- ARGV: ms that a finished job is kept; then six for each outcome: job, index, attempt,
-- 'complete' | 'failed' | 'retry' | 'released', the link | '' | ms until then | '', detail (JSON).

local keep, at = ARGV[1], now()
local taken = 0

for i = 2, #ARGV, 6 do
  local job, index, attempt = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local what, value, detail = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local state, member = state_of(job, index), job .. ':' .. index
  -- An upload that happened is true whoever made it; anything else only from the present holder.
  local pending = state == WAITING or state == ADMITTED or state == BEGUN
  if (what == 'complete' and pending) or is_holder(job, index, attempt) then
    taken = taken + 1
    redis.call('ZREM', LEASES, member)
    if what == 'complete' then
      redis.call('ZREM', DUE, member)
      settle(job, index, COMPLETE, detail, keep)
      redis.call('RPUSH', LINKS, value)
    elseif what == 'failed' then
      settle(job, index, FAILED, detail, keep)
    elseif what == 'retry' then
      set_state(job, index, WAITING)
      redis.call('HSET', job_key(job, 'images'), index, detail)
      redis.call('ZADD', DUE, at + value, member)
    else
      set_attempts(job, index, attempt - 1)
      wait_again(job, index)
    end
  end
end
return taken
