-- What became of images, first writer wins. For each outcome: 1 where it was taken as it is, else 0.
-- ARGV: what the destination told of its windows (`learn_all`); then seven for each outcome: job,
-- index, token, 'complete' | 'known' | 'failed' | 'retry' | 'released', the content | ms until then
-- | '', detail (JSON), '1' where it may be at the destination all the same.

local at = now()
local taken, done = {}, 0

local first = learn_all(at, 1)
local members = {}
for i = first, #ARGV, 7 do members[#members + 1] = ARGV[i] .. ':' .. ARGV[i + 1] end
load_holders(members)

-- What outcomes need to know of their job.
local jobs = {}
local function fact_of(job, name)
  if not jobs[job] then
    local facts = redis.call('HMGET', job_key(job), 'owner', 'deletable', 'cancelled')
    jobs[job] = {owner = facts[1] or '', deletable = facts[2], cancelled = facts[3]}
  end
  return jobs[job][name]
end

-- An upload that happened is true whoever made it, as long as the image is pending.
local function is_late(job, index)
  local state = state_of(job, index)
  if state == WAITING or state == ADMITTED then
    count_by(job, index, 'attempts', 1)  -- that was taken back when its worker was lost
    redis.call('ZREM', DUE, job .. ':' .. index)
    return true
  end
  return state == BEGUN
end

local function keep_upload(job, index, content, detail)
  if fact_of(job, 'deletable') then content = '' end  -- it is given to no other job
  local id = redis.call(
    'XADD', UPLOADS, '*', 'image', detail, 'content', content, 'owner', fact_of(job, 'owner'))
  if content ~= '' then later('HSET', CONTENTS, content, id) end
  if fact_of(job, 'deletable') then later('HSET', job_key(job, 'uploads'), index, id) end
end

for i = first, #ARGV, 7 do
  local job, index, token, what, value, detail, in_doubt = unpack(ARGV, i, i + 6)
  local member = job .. ':' .. index
  local told = what
  if is_holder(member, token) or (what == 'complete' and is_late(job, index)) then
    let_go(member)
    if what == 'known' then
      local id = redis.call('HGET', CONTENTS, value)
      local upload = id and redis.call('XRANGE', UPLOADS, id, id)[1]
      if upload then detail = upload[2][2] else what, value = 'released', '' end
    end
    if what == 'released' then count_by(job, index, 'attempts', -1) end
    if in_doubt == '1' then count_by(job, index, 'doubts', 1) end
    if what == 'complete' then
      done = done + 1
      settle(job, index, COMPLETE, detail)
      keep_upload(job, index, value, detail)
    elseif what == 'known' then
      settle(job, index, KNOWN, detail)
    elseif what == 'failed' then
      settle(job, index, FAILED, detail)
    elseif value == '' or fact_of(job, 'cancelled') then
      wait_again(job, index)
    else
      set_state(job, index, WAITING)
      changed(job, index)
      if what == 'retry' then later('HSET', job_key(job, 'images'), index, detail) end
      later('ZADD', DUE, at + value, member)
    end
    taken[#taken + 1] = what == told and 1 or 0
  else
    taken[#taken + 1] = 0
  end
end
conclude()

if done > 0 then
  keep_pace(at, done)
  -- What follows a pause has gone well: all go on.
  if not paused(at) then redis.call('DEL', PAUSE) end
end
return taken
