-- What became of images, first writer wins. Returns how many of the outcomes were taken.
-- ARGV: what the destination told of its windows (`learn_all`); then seven for each outcome: job,
-- index, token, 'complete' | 'known' | 'failed' | 'retry' | 'released', the content | ms until then
-- | '', detail (JSON), '1' where it may be at the destination all the same.

local at = now()
local taken, done = 0, 0

for i = learn_all(at, 1), #ARGV, 7 do
  local job, index, token, what, value, detail, in_doubt = unpack(ARGV, i, i + 6)
  local state, member = state_of(job, index), job .. ':' .. index
  -- An upload that happened is true whoever made it; anything else only from the present holder.
  local pending = state == WAITING or state == ADMITTED or state == BEGUN
  if (what == 'complete' and pending) or is_holder(job, index, token) then
    taken = taken + 1
    let_go(member)
    if what == 'known' then
      local id = redis.call('HGET', CONTENTS, value)
      local upload = id and redis.call('XRANGE', UPLOADS, id, id)[1]
      if upload then detail = upload[2][2] else what, value = 'released', '' end
    end
    if what ~= 'released' then count_up(job, index, 'attempts') end
    if in_doubt == '1' then count_up(job, index, 'doubts') end
    if what == 'complete' then
      done = done + 1
      redis.call('ZREM', DUE, member)
      settle(job, index, COMPLETE, detail)
      local of_job = redis.call('HMGET', job_key(job), 'owner', 'deletable')
      local owner, deletable = of_job[1] or '', of_job[2]
      if deletable then value = '' end  -- it is given to no other job
      local id =
        redis.call('XADD', UPLOADS, '*', 'image', detail, 'content', value, 'owner', owner)
      if value ~= '' then redis.call('HSET', CONTENTS, value, id) end
      if deletable then redis.call('HSET', job_key(job, 'uploads'), index, id) end
    elseif what == 'known' then
      settle(job, index, KNOWN, detail)
    elseif what == 'failed' then
      settle(job, index, FAILED, detail)
    elseif value == '' or redis.call('HEXISTS', job_key(job), 'cancelled') == 1 then
      wait_again(job, index)
    else
      set_state(job, index, WAITING)
      changed(job, index)
      if what == 'retry' then redis.call('HSET', job_key(job, 'images'), index, detail) end
      redis.call('ZADD', DUE, at + value, member)
    end
  end
end
tell_changes()

if done > 0 then
  keep_pace(at, done)
  -- What follows a pause has gone well: all go on.
  if not paused(at) then redis.call('DEL', PAUSE) end
end
return taken
