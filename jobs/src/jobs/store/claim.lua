-- May these images be uploaded? 'granted', 'taken', 'known' or 'refused' for each.
-- A content is claimed by one image at a time; the claim ends with the holding of the image.
-- ARGV: four for each image: job, index, token, content or '' where equal bytes do not matter

local stop = paused(now())

-- The images of a deletable job are its own, whatever their bytes are.
local deletable = {}
local function content_of(job, content)
  if deletable[job] == nil then
    deletable[job] = redis.call('HEXISTS', job_key(job), 'deletable') == 1
  end
  return deletable[job] and '' or content
end

local members, contents = {}, {}
for i = 1, #ARGV, 4 do
  members[#members + 1] = ARGV[i] .. ':' .. ARGV[i + 1]
  contents[#contents + 1] = content_of(ARGV[i], ARGV[i + 3])
end
if #members == 0 then return {} end
load_holders(members)
local known = redis.call('HMGET', CONTENTS, unpack(contents))
local claimants = {}
for i, claimant in ipairs(redis.call('HMGET', CLAIMS, unpack(contents))) do
  claimants[contents[i]] = claimant
end

local function answer(i, token)
  local member, content = members[i], contents[i]
  if stop or not is_holder(member, token) then return 'refused' end
  if content ~= '' then
    if known[i] then return 'known' end
    if claimants[content] and claimants[content] ~= member then return 'taken' end
    claimants[content] = member
    later('HSET', CLAIMS, content, member)
  end
  later('HSET', HOLDERS, member, token .. '/' .. content)
  return 'granted'
end

local answers = {}
for i = 1, #members do answers[i] = answer(i, ARGV[4 * i - 1]) end
write_now()
return answers
