-- May these images be uploaded? 'granted', 'taken', 'known' or 'refused' for each.
-- A content is claimed by one image at a time; the claim ends with the holding of the image.
-- ARGV: four for each image: job, index, token, content or '' where equal bytes do not matter

local at = now()
local stop = paused(at)

local function answer(job, index, token, content)
  if stop or not is_holder(job, index, token) then return 'refused' end
  local member = job .. ':' .. index
  -- The images of a deletable job are its own.
  local is_own = redis.call('HEXISTS', job_key(job), 'deletable') == 1
  if is_own then content = '' end
  if content ~= '' then
    if redis.call('HEXISTS', CONTENTS, content) == 1 then return 'known' end
    local claimant = redis.call('HGET', CLAIMS, content)
    if claimant and claimant ~= member then return 'taken' end
    redis.call('HSET', CLAIMS, content, member)
  end
  redis.call('HSET', HOLDERS, member, token .. '/' .. content)
  return 'granted'
end

local answers = {}
for i = 1, #ARGV, 4 do
  answers[#answers + 1] = answer(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return answers
