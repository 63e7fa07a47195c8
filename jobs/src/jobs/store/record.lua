-- What became of images, first writer wins. Returns how many of the outcomes were taken.
-- ARGV: ms that a finished job is kept; how many windows the destination told of, and four for
-- each: name, limit, remaining (in uploads), ms to its end or 0; then six for each outcome: job,
-- index, token, 'complete' | 'failed' | 'retry' | 'released', the link | '' | ms until then | '',
-- detail (JSON).

local keep, at = ARGV[1], now()
local taken = 0

local outcomes = 3 + 4 * ARGV[2]
for i = 3, outcomes - 1, 4 do
  learn(at, ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]))
end

for i = outcomes, #ARGV, 6 do
  local job, index, token = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local what, value, detail = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local state, member = state_of(job, index), job .. ':' .. index
  -- An upload that happened is true whoever made it; anything else only from the present holder.
  local pending = state == WAITING or state == ADMITTED or state == BEGUN
  if (what == 'complete' and pending) or is_holder(job, index, token) then
    taken = taken + 1
    give_up_lease(member)
    if what ~= 'released' then count_up(job, index, 'attempts') end
    if what == 'complete' then
      redis.call('ZREM', DUE, member)
      settle(job, index, COMPLETE, detail, keep)
      redis.call('RPUSH', LINKS, value)
      -- What follows a pause has gone well: all go on.
      if not paused(at) then redis.call('DEL', PAUSE) end
    elseif what == 'failed' then
      settle(job, index, FAILED, detail, keep)
    elseif what == 'retry' then
      set_state(job, index, WAITING)
      redis.call('HSET', job_key(job, 'images'), index, detail)
      redis.call('ZADD', DUE, at + value, member)
    else
      wait_again(job, index)
    end
  end
end
return taken
