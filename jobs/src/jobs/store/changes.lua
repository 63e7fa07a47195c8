-- What changed in a job after one of its events: {facts, {image as `showing.lua` has it, ...}}. All
-- of one moment, so the images are all that the counts among the facts tell of.
-- ARGV: job, the event's id or '', the fields of the job's hash that are its facts ...
-- Returns nothing for a job that does not exist; no images where any of them may have changed: the
-- event is gone, or it was of very many.

local job, after = ARGV[1], ARGV[2]
local facts = redis.call('HMGET', job_key(job), unpack(ARGV, 3))
if redis.call('EXISTS', job_key(job)) == 0 then return false end

local events = after ~= '' and redis.call('XRANGE', job_key(job, 'events'), after, '+') or {}
if not events[1] or events[1][1] ~= after then return {facts} end

local indexes, seen = {}, {}
for i = 2, #events do
  local told = events[i][2][2]
  if told == '*' then return {facts} end
  for index in string.gmatch(told, '%d+') do
    if not seen[index] then
      seen[index] = true
      indexes[#indexes + 1] = tonumber(index)
    end
  end
end
if #indexes > MOST_NAMED then return {facts} end

table.sort(indexes)
local images = {}
for i, index in ipairs(indexes) do images[i] = show(job, index) end
return {facts, images}
